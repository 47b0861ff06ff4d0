"""Step 9: each statement is what its header says, for this ledger, and signed by who may (design §2.2, §5).

Statements are read before anything is known of the log, and judged once its headers are, in their order, as keys come
and go.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.assessment.authority import OPERATOR, Authority, refuse_wrong_key, signer
from ledger.assessment.view import NAMED, Said, look
from ledger.audit.archive import Archive
from ledger.audit.bundle import statement_member
from ledger.audit.check.case import Case, Opened
from ledger.errors import MalformedError, PledgerError
from ledger.model.determination import View
from ledger.model.evidence import Evidence
from ledger.model.retraction import Retraction
from ledger.model.statement import KINDS, KeyStatement, Statement, parse_statement
from ledger.signing.canonical import MAX_BYTES, Json, encode_base64url, parse_canonical
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.tlog.entry import Header

_EVER: Final = "9999-12-31"
"""The last day of the calendar: whatever was said is visible by then."""

_SCHEMA: Final = re.compile(r"([a-z]{1,32})\.v([1-9][0-9]{0,3})")


def open_statements(case: Case) -> dict[str, Opened]:
    """Return the bundle's statements by digest, read as far as they can be."""
    prefix = statement_member("")
    members = (member for member in case.bundle.members if member.name.startswith(prefix))
    return {
        f"sha256:{member.name.removeprefix(prefix)}": _open_statement(case.bundle, member.name, member.digest)
        for member in members
    }


def _open_statement(bundle: Archive, name: str, digest: str) -> Opened:
    """Return one statement, or the fault that keeps it from being read."""
    what = f"the statement {digest[:19]}…"
    size = member.size if (member := bundle.find(name)) is not None else 0
    if statement_member(digest) != name:
        return Opened(size, fault=("statement.digest", f"The content of {name} has the digest {digest}."))
    envelope: Envelope | None = None
    members: Json = None
    try:
        envelope = open_envelope(bundle.read(name, limit=MAX_BYTES), typ=STATEMENT, what=what)
        members = parse_canonical(envelope.payload, what=what)
        statement = None if _is_later(members) else parse_statement(envelope.payload, what=what)
    except MalformedError as error:
        fault = ("statement.malformed", error.message)
        return Opened(size, envelope, members if isinstance(members, dict) else {}, None, fault)
    return Opened(size, envelope, members if isinstance(members, dict) else {}, statement)


def _is_later(members: Json) -> bool:
    """Whether a payload is of a version that this software does not know, of a kind that it does (design §2.2)."""
    schema = members.get("schema") if isinstance(members, dict) else None
    match = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    return match is not None and match[1] in KINDS and match[2] != "1"


def anchor_size(one: Opened) -> int | None:
    """Return the size of the checkpoint that the author had seen, where there is one."""
    anchor = one.statement.anchor if one.statement is not None else None
    return anchor.size if anchor is not None else None


def check_statements(case: Case, authority: Authority) -> tuple[list[Said], Authority]:
    """Step 9. Return what was said, and the authority as the audit's view has it."""
    said: list[Said] = []
    at_view = authority
    view_size = case.claim.view.size if case.claim is not None else 0
    place_of: dict[str, Header] = {}
    about: dict[str, list[Said]] = {}
    payloads: set[tuple[str, str]] = set()
    for header in case.headers:
        one, place = case.opened[header.statement], f"entry {header.index}"
        if header.statement in place_of:
            case.notes.find(9, "statement.repeated", place, "An earlier entry has published the same statement.")
            continue
        place_of[header.statement] = header
        if one.envelope is None or one.fault is not None:
            code, sentence = one.fault or ("statement.malformed", "The statement cannot be read.")
            case.notes.find(9, code, place, sentence)
            continue
        # The same words by the same key are one statement, whatever its signature bytes (design §2.2).
        words = (one.envelope.kid, one.envelope.payload_digest)
        if words in payloads:
            case.notes.find(9, "statement.repeated", place, "An earlier entry says the same, signed by the same key.")
        payloads.add(words)
        for code, sentence in _statement_faults(case, header, one):
            case.notes.find(9, code, place, sentence)
        faults = _author_faults(authority, header, one)
        for code, sentence in faults:
            case.notes.find(9, code, place, sentence)
        if one.statement is None:
            case.notes.skip(f"meaning not assessed: {place} is {one.members['schema']}")
            continue
        if isinstance(one.statement, KeyStatement) and not faults:
            authority = authority.after(header.index, one.statement, name=header.statement)
            at_view = authority if header.index < view_size else at_view
        _check_mending(case, authority, header, one.statement, place_of)
        _check_name(case, header, one.statement, about.setdefault(header.subject, []))
        said.append(Said(header.index, header.statement, header.author, header.received, one.statement))
        about[header.subject].append(said[-1])
    return said, at_view


def _statement_faults(case: Case, header: Header, one: Opened) -> Iterator[tuple[str, str]]:
    """Yield where a statement and its header, its ledger or its tree disagree."""
    if one.size != header.size:
        yield "statement.size", f"The statement has {one.size} bytes, and its header says {header.size}."
    schema = str(one.members.get("schema"))
    if schema.partition(".")[0] != header.kind:
        yield "statement.kind", f"The statement is of {schema}, and its header says {header.kind}."
    if one.members.get("subject") != header.subject:
        yield "statement.subject", f"The statement is about another subject than its header, {header.subject}."
    body = one.statement.body if one.statement is not None else None
    if isinstance(body, Evidence) and body.dimensions.series != header.subject:
        yield "statement.subject", f"The evidence is of {body.dimensions.series}, and its header says {header.subject}."
    expected = None if header.index == 0 else case.genesis
    if one.members.get("genesis") != expected:
        yield "statement.genesis", "The statement was signed for another ledger: its genesis is not this charter."
    anchor = one.statement.anchor if one.statement is not None else None
    if anchor is not None and (
        anchor.size > header.index
        # Without all headers the root of an earlier size is not known, and that is said (check.index).
        or (case.indexed is None and encode_base64url(case.roots.get(anchor.size, b"")) != anchor.root)
    ):
        yield "statement.anchor", f"The checkpoint of {anchor.size} entries that its author had seen is not this log's."


def _author_faults(authority: Authority, header: Header, one: Opened) -> list[tuple[str, str]]:
    """Return why the signature under a statement does not count at its entry."""
    envelope = one.envelope
    if envelope is None:
        return []
    if envelope.kid != header.author:
        return [("statement.author", "The statement is signed by another key than its header says.")]
    if header.index == 0:
        return []  # step 4
    if header.kind == "charter":
        return [("statement.charter", "A charter is entry 0, and there is no second one.")]
    try:
        if isinstance(one.statement, KeyStatement):
            refuse_wrong_key(authority, envelope, one.statement, index=header.index)
        else:
            kind = next((kind for kind in KINDS if kind == header.kind), None)
            if kind is None:
                return [("statement.kind", f"The kind {header.kind} does not exist.")]
            authority.refuse_unless_may(envelope.kid, kind, index=header.index)
    except PledgerError as error:
        return [("statement.authority", error.message)]
    key = signer(authority, envelope.kid, one.statement)
    if key is None or not verify_envelope(envelope, key):
        return [("statement.signature", "The signature does not verify with its author's key.")]
    return []


def _check_mending(
    case: Case, authority: Authority, header: Header, statement: Statement, place_of: Mapping[str, Header]
) -> None:
    """Find a correction or retraction of what its author may not mend: same subject and author, or the operator."""
    body = statement.body
    target = body.statement if isinstance(body, Retraction) else statement.corrects
    if target is None:
        return
    mended = place_of.get(target)
    is_operator = OPERATOR in authority.roles_at(header.author, header.index)
    if mended is None:
        is_excused = case.is_erased(target, after=0) or case.public
        fault = None if is_excused else "what it mends stands at no earlier entry here"
    elif mended.subject != header.subject:
        fault = f"what it mends is about {mended.subject}"
    elif not isinstance(body, Retraction) and mended.kind != header.kind:
        fault = f"what it corrects is of kind {mended.kind}"
    elif mended.author != header.author and not is_operator:
        fault = "another author said what it mends"
    else:
        fault = None
    if fault is not None:
        sentence = f"The statement may not mend what it names: {fault}."
        case.notes.find(9, "statement.mends", f"entry {header.index}", sentence)


def _check_name(case: Case, header: Header, statement: Statement, about: Sequence[Said]) -> None:
    """Find a party, instrument or commitment whose name another holds: without correcting it, it would take its place.

    So whoever may not correct a statement could replace it. ``about`` is what was said before of the same subject.
    """
    if header.kind not in NAMED or statement.corrects is not None:
        return
    before = [one for one in about if one.kind in {header.kind, "retraction"}]
    if all(one.kind == "retraction" for one in before):
        return
    known = look(before, View(size=header.index, as_of=_EVER))
    if header.subject in {*known.parties, *known.instruments, *known.commitments}:
        sentence = f"An earlier {header.kind} holds the name {header.subject}, and this one does not correct it."
        case.notes.find(9, "statement.second", f"entry {header.index}", sentence)
