"""Verification: whether an audit follows from what its bundle holds, checked by a stranger, offline.

The whole procedure stands in the docstring of `verify`, and each block repeats its number; docs/verification.md lists
the codes of all findings. Whatever is wrong with the contents is a finding; only what is no bundle at all raises. It
asks nobody, reads no clock, writes no file, and runs the method with the standard library's SQLite. Where a second way
is cheap, it shares nothing with the writer: headers, chain and tree are recomputed by `ledger.tlog.recheck`. Source:
design §2.3, §2.6.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, BinaryIO, Final

from pydantic import ConfigDict, Field, ValidationError

from ledger.assessment import METHOD
from ledger.assessment.authority import OPERATOR, Authority, found, refuse_wrong_key
from ledger.assessment.observation import read_observations
from ledger.assessment.selection import selection_sql
from ledger.assessment.view import Said
from ledger.audit.archive import Archive
from ledger.audit.bundle import (
    AUDIT,
    CHECKPOINT,
    HEADERS,
    MANIFEST,
    MANIFEST_LIMIT,
    POLICY,
    REPORT,
    SELECTION,
    Listed,
    Manifest,
    Software,
    observations_member,
    open_bundle,
    parse_manifest,
    raw_member,
    statement_member,
)
from ledger.audit.closure import ALWAYS, Closure, by_subject, closure_of, in_closure
from ledger.audit.difference import first_difference
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct, format_result
from ledger.audit.result import AuditResult
from ledger.audit.verification import Finding, Trust, Verification
from ledger.errors import MalformedError, PledgerError
from ledger.model.charter import Charter
from ledger.model.determination import MethodVersion, View
from ledger.model.erasure import Erasure
from ledger.model.evidence import Evidence
from ledger.model.retraction import Retraction
from ledger.model.statement import KINDS, CharterStatement, KeyStatement, Statement, explain, parse_statement, plain
from ledger.model.value import Slug, Value
from ledger.signing.canonical import Json, encode_base64url, parse_canonical
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, open_checkpoint, parse_checkpoint
from ledger.tlog.entry import HEADER_LIMIT, Header, parse_header
from ledger.tlog.note import NOTE_LIMIT, VerifierKey, parse_note
from ledger.tlog.policy import POLICY_LIMIT, Policy, format_policy, open_by_policy, parse_policy, witnessed
from ledger.tlog.recheck import recheck_entries

Render = Callable[[AuditResult, Software], bytes]
"""Renders a result as the report that a bundle carries."""

FINDINGS_LIMIT: Final = 1000
"""How many findings an answer lists; a last one counts the others."""

AUDIT_LIMIT: Final = 1 << 28
"""The most bytes of an ``audit.json`` that is read."""

_SQL_LIMIT: Final = 1 << 20
_OBSERVATIONS: Final = observations_member("").removesuffix(".csv")
_RAW: Final = raw_member("")
_SCHEMA: Final = re.compile(r"([a-z]{1,32})\.v([1-9][0-9]{0,3})")


def verify(
    file: BinaryIO,
    *,
    policy: bytes | None = None,
    pinned: Mapping[str, bytes] | None = None,
    public: bool = False,
    render: Render | None = None,
    lock: str | None = None,
) -> Verification:
    """Return whether the bundle in a seekable file is sound, and on whose word.

     1. The file is an archive exactly as we write it, every byte accounted for, and its members are those of a bundle.
     2. The manifest lists every other member, in order, with its size and digest.
     3. The policy is chosen: the one given, else the one pinned for this origin, else the bundle's own, self-declared.
     4. Entry 0 is the charter of this origin: signed by the operator that it names, approved by its root keys.
     5. Both checkpoint keys of the charter signed the checkpoint; the policies name these keys; the quorum is reached.
     6. The headers are canonical and form one chain: each counts on, names the leaf before it, and is no earlier.
     7. The tree over their leaf hashes has the size and root that the checkpoint signs.
     8. Every header in the closure, which is worked out from the headers, has its body here, or a logged erasure; and
        no other body is here.
     9. Each statement has its digest and size, is canonical and of its schema, says what its header says, is for this
        ledger, anchors in this tree, mends only what its author may, and is signed by a key with the role at its entry.
    10. Each file of observations has its digest and size, is canonical, and has its number of rows; so have raw files,
        where their licence lets them travel.
    11. The method, run again on these observations with the bundled selection (which is the method's own), gives
        ``audit.json`` to the byte.
    12. The report is the one that the same software renders from it, where that software is at hand.

    Args:
        file: of the bundle.
        policy: that the caller trusts, in the form of C2SP tlog-policy.
        pinned: policies that the caller has pinned, by origin.
        public: excuse absent statements and files, as a redacted bundle has; they are listed in ``not_checked``.
        render: renders a report, where the caller can.
        lock: digest of the lock file that ``render`` runs under.

    Raises:
        MalformedError: step 1 fails. Whatever is wrong after it is a finding.
        UnavailableError: the file cannot be read.
    """
    # 1. The archive's form: what follows can rely on names, order and checksums.
    bundle = open_bundle(file)
    case = _Case(bundle, _Notes(), public=public)
    # 2. The manifest.
    manifest = _check_manifest(case)
    # 3. The policy, by the origin that the checkpoint names.
    checkpoint = _read_checkpoint(case)
    trust, chosen = _choose_policy(case, checkpoint, policy, pinned or {})
    if checkpoint is None or chosen is None:
        return _answer(case, trust, checkpoint)
    # 4. The charter. Without it, no key is known to check anything against.
    case.opened = _open_statements(case)
    authority = _check_charter(case, checkpoint)
    if authority is None:
        return _answer(case, trust, checkpoint)
    # 5. The checkpoint's signatures.
    _check_signatures(case, checkpoint, authority.charter, chosen, is_own=trust == "self-declared")
    # 6 and 7. Headers, chain and tree, in one pass over the lines.
    _check_log(case, checkpoint)
    # 8. The closure of what the audit says it is about.
    case.claim = _read_claim(case, checkpoint)
    closure = _check_closure(case)
    # 9. The statements, in the order of their entries, as keys come and go.
    said, authority = _check_statements(case, authority)
    # 10. The figures.
    _check_files(case, said)
    # 11. The method.
    result = _check_method(case, said, authority, closure)
    # 12. The rendering.
    _check_report(case, manifest, result, render, lock)
    return _answer(case, trust, checkpoint)


class _Claim(Value):
    """What ``audit.json`` says it is about; the rest of it is worked out anew and compared."""

    model_config = ConfigDict(extra="ignore")

    subjects: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10_000)]
    view: View
    method: MethodVersion


@dataclass(slots=True)
class _Notes:
    """What has been seen so far, and what was left out."""

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    unlisted: int = 0

    def find(self, step: int, code: str, subject: str, sentence: str) -> None:
        """Add a finding."""
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(Finding(code, subject, sentence, step))
        else:
            self.unlisted += 1

    def skip(self, what: str) -> None:
        """Add something that is not checked."""
        if what not in self.not_checked:
            self.not_checked.append(what)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A statement of the bundle, opened: what it says, or why it cannot be read.

    Attributes:
        members: the payload as plain data; ``statement`` its meaning, null where its version is not known here.
        fault: the code and sentence of what is wrong with its form.
    """

    size: int
    envelope: Envelope | None = None
    members: Mapping[str, Json] = field(default_factory=dict)
    statement: Statement | None = None
    fault: tuple[str, str] | None = None


@dataclass(slots=True)
class _Case:
    """One verification on its way: the bundle, what was seen, and what the steps hand on.

    Attributes:
        opened: the bundle's statements, by digest.
        headers: those whose statement the bundle holds, in order.
        roots: of the tree at the sizes that anchors name.
        absent: headers of the closure whose body was erased.
        is_redacted: a statement or figures are absent, and excused as public.
    """

    bundle: Archive
    notes: _Notes
    public: bool
    opened: dict[str, _Opened] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    absent: list[Header] = field(default_factory=list)
    is_redacted: bool = False
    genesis: str = ""
    claim: _Claim | None = None

    @property
    def erased(self) -> frozenset[str]:
        """The digests that logged erasures name."""
        bodies = (one.statement.body for one in self.opened.values() if one.statement is not None)
        return frozenset(digest for body in bodies if isinstance(body, Erasure) for digest in body.digests)


# --- 2: the manifest --------------------------------------------------------------------------------------------------


def _check_manifest(case: _Case) -> Manifest | None:
    """Step 2. Find members that the manifest lists otherwise than they are."""
    try:
        manifest = parse_manifest(case.bundle.read(MANIFEST, limit=MANIFEST_LIMIT))
    except MalformedError as error:
        case.notes.find(2, "manifest.malformed", MANIFEST, error.message)
        return None
    there = {one.name: Listed(name=one.name, digest=one.digest, size=one.size) for one in case.bundle.members[1:]}
    listed = {one.name: one for one in manifest.members}
    for name in sorted(there.keys() | listed.keys()):
        if there.get(name) != listed.get(name):
            sentence = f"The manifest does not list {name} with the digest and size that it has here."
            case.notes.find(2, "manifest.mismatch", name, sentence)
    if not case.notes.findings and [one.name for one in manifest.members] != list(there):
        case.notes.find(2, "manifest.order", MANIFEST, "The manifest does not list the members once each, in order.")
    return manifest


# --- 3: the policy ----------------------------------------------------------------------------------------------------


def _read_checkpoint(case: _Case) -> Checkpoint | None:
    """Return what the checkpoint says, its signatures not yet looked at."""
    try:
        return parse_checkpoint(parse_note(case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT)).text)
    except MalformedError as error:
        case.notes.find(5, "checkpoint.malformed", CHECKPOINT, error.message)
        return None


def _choose_policy(
    case: _Case, checkpoint: Checkpoint | None, given: bytes | None, pinned: Mapping[str, bytes]
) -> tuple[Trust, Policy | None]:
    """Step 3. Return on whose word the log is taken, and that policy."""
    origin = checkpoint.origin if checkpoint is not None else ""
    trust: Trust = "given" if given is not None else "pinned" if origin in pinned else "self-declared"
    try:
        raw = given if given is not None else pinned.get(origin)
        return trust, parse_policy(raw if raw is not None else case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except MalformedError as error:
        case.notes.find(3, "policy.malformed", f"{trust} policy", error.message)
        return trust, None


# --- 4: the charter ---------------------------------------------------------------------------------------------------


def _check_charter(case: _Case, checkpoint: Checkpoint) -> Authority | None:
    """Step 4. Return the keys that the charter founds, or null where it does not stand."""
    notes = case.notes
    try:
        first = parse_header(next(_lines(case.bundle), b""))
    except MalformedError as error:
        notes.find(4, "charter.missing", "entry 0", f"The header of the charter cannot be read: {error.message}")
        return None
    case.genesis = first.statement
    one = case.opened.get(first.statement)
    if one is None:
        notes.find(4, "charter.missing", "entry 0", "The bundle does not hold the charter, which entry 0 names.")
        return None
    if one.envelope is None or not isinstance(one.statement, CharterStatement):
        sentence = one.fault[1] if one.fault is not None else "What entry 0 names is not a charter."
        notes.find(4, "charter.malformed", "entry 0", sentence)
        return None
    if one.statement.body.origin != checkpoint.origin:
        sentence = f"The charter is of {one.statement.body.origin}, and the checkpoint of {checkpoint.origin}."
        notes.find(4, "charter.origin", "entry 0", sentence)
    try:
        return found(one.envelope, one.statement)
    except PledgerError as error:
        notes.find(4, "charter.unproven", "entry 0", error.message)
        return None


# --- 5: the checkpoint's signatures -----------------------------------------------------------------------------------


def _check_signatures(case: _Case, checkpoint: Checkpoint, charter: Charter, chosen: Policy, *, is_own: bool) -> None:
    """Step 5. Find a checkpoint that its log did not sign as its charter and the policies say."""
    raw, notes = case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT), case.notes
    try:
        ed25519, mldsa = (PublicKey.from_jwk(plain(jwk), what="a checkpoint key") for jwk in charter.checkpoint)
        keys = log_keys(charter.origin, ed25519=ed25519, mldsa=mldsa)
        signed = open_checkpoint(raw, log=keys, witnesses=[one.key for one in chosen.witnesses])
        own = chosen if is_own else parse_policy(case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except PledgerError as error:
        notes.find(5, "checkpoint.unsigned", CHECKPOINT, error.message)
        return
    if {log.key for log in own.logs} != set(keys) or format_policy(own) != case.bundle.read(POLICY):
        sentence = "The bundle's policy does not name the charter's two log keys, and no other, in its plain spelling."
        notes.find(5, "policy.not-the-charters", POLICY, sentence)
    if not is_own and not _names_log(chosen, checkpoint.origin, keys):
        sentence = f"The policy does not name the keys by which {checkpoint.origin} signs here; it trusts another log."
        notes.find(5, "policy.other-log", "policy", sentence)
    try:
        open_by_policy(raw, chosen)
    except PledgerError as error:
        notes.find(5, "checkpoint.untrusted", CHECKPOINT, error.message)
    reached, _ = witnessed(chosen, signed.signers)
    if reached < charter.quorum:
        sentence = f"The charter asks for {charter.quorum} witnesses, and {reached} known ones cosigned the checkpoint."
        notes.find(5, "checkpoint.quorum", CHECKPOINT, sentence)


def _names_log(policy: Policy, origin: str, keys: Sequence[VerifierKey]) -> bool:
    """Whether the policy names this log, by no keys but its own."""
    named = [log.key for log in policy.logs if log.key.name == origin]
    return bool(named) and all(key in keys for key in named)


# --- 6 and 7: headers, chain, tree ------------------------------------------------------------------------------------


def _check_log(case: _Case, checkpoint: Checkpoint) -> None:
    """Steps 6 and 7. Recompute chain and tree, and keep the headers whose statements are here."""
    notes, size = case.notes, 0
    sizes = {checkpoint.size, *(anchor for one in case.opened.values() if (anchor := _anchor(one)) is not None)}
    for checked in recheck_entries(_lines(case.bundle), sizes=sizes):
        size = checked.place + 1
        for finding in checked.findings:
            notes.find(6, finding.code, finding.subject, finding.sentence)
        if checked.root is not None:
            case.roots[size] = checked.root
        if checked.members is not None and not checked.findings and checked.members["statement"] in case.opened:
            case.headers.append(_header(checked.members))
    if size != checkpoint.size:
        sentence = f"The checkpoint signs {checkpoint.size} entries, and the bundle has the headers of {size}."
        notes.find(7, "tree.size", HEADERS, sentence)
    elif case.roots.get(size) != checkpoint.root:
        sentence = f"The {size} headers do not have the root that the checkpoint signs: a header was changed."
        notes.find(7, "tree.root-mismatch", HEADERS, sentence)


def _lines(bundle: Archive) -> Iterator[bytes]:
    """Yield the lines of headers, without their line feeds, in memory that does not grow.

    A line that is too long or lacks its line feed comes out with one at its end: no header has that, so it is found.
    """
    with bundle.open(HEADERS) as stream:
        while line := stream.readline(HEADER_LIMIT + 1):
            yield line[:-1] if line.endswith(b"\n") else line + b"\n"


def _header(members: Mapping[str, object]) -> Header:
    """Return the header that the recheck has read and found right in form."""
    line = (
        '{"author":"%(author)s","index":%(index)d,"kind":"%(kind)s","prev":"%(prev)s","received":"%(received)s",'
        '"size":%(size)d,"statement":"%(statement)s","subject":"%(subject)s"}'
    )
    return parse_header((line % members).encode())


# --- 8: the closure ---------------------------------------------------------------------------------------------------


def _read_claim(case: _Case, checkpoint: Checkpoint) -> _Claim | None:
    """Return what ``audit.json`` says it is about."""
    notes = case.notes
    try:
        raw = case.bundle.read(AUDIT, limit=AUDIT_LIMIT)
        parse_canonical(raw, what=AUDIT, limit=AUDIT_LIMIT)
        claim = _Claim.model_validate_json(raw)
    except ValidationError as error:
        notes.find(8, "audit.malformed", AUDIT, explain(error, what=AUDIT).message)
        return None
    except MalformedError as error:
        notes.find(8, "audit.malformed", AUDIT, error.message)
        return None
    if len(set(claim.subjects)) != len(claim.subjects):
        notes.find(8, "audit.malformed", AUDIT, "The audit names a subject twice.")
    if not 0 < claim.view.size <= checkpoint.size:
        sentence = f"The audit's view has {claim.view.size} entries, and the checkpoint signs {checkpoint.size}."
        notes.find(8, "audit.view", AUDIT, sentence)
    return claim


def _check_closure(case: _Case) -> Closure | None:
    """Step 8. Find bodies that belong to the audit and are not here, and bodies that are here and do not belong."""
    if case.claim is None:
        return None

    def body_of(header: Header) -> Statement | None:
        return case.opened[header.statement].statement if header.statement in case.opened else None

    closure = closure_of(case.claim.subjects, by_subject(case.headers), body_of)
    belong: set[str] = set()
    for line in _lines(case.bundle):
        try:
            header = parse_header(line)
        except MalformedError:
            continue  # found in step 6
        if not in_closure(header, closure):
            continue
        belong.add(header.statement)
        if header.statement not in case.opened:
            _note_absent(case, header)
    for digest in sorted(case.opened.keys() - belong):
        sentence = f"The statement {digest} is here and belongs to no entry of this audit."
        case.notes.find(8, "closure.surplus", statement_member(digest), sentence)
    return closure


def _note_absent(case: _Case, header: Header) -> None:
    """Excuse or find a body that belongs to the closure and is not here (design §2.6)."""
    place = f"entry {header.index}"
    if header.kind not in ALWAYS and header.statement in case.erased:
        case.absent.append(header)
        case.notes.skip(f"erased: the {header.kind} at {place}, by a logged erasure")
    elif header.kind not in ALWAYS and case.public:
        case.is_redacted = True
        case.notes.skip(f"public: the {header.kind} at {place} about {header.subject} is absent")
    else:
        sentence = f"The {header.kind} about {header.subject} belongs to this audit, and the bundle leaves it out."
        case.notes.find(8, "closure.missing", place, sentence)


# --- 9: the statements ------------------------------------------------------------------------------------------------


def _open_statements(case: _Case) -> dict[str, _Opened]:
    """Return the bundle's statements by digest, read as far as they can be."""
    prefix = statement_member("")
    members = (member for member in case.bundle.members if member.name.startswith(prefix))
    return {
        f"sha256:{member.name.removeprefix(prefix)}": _open_statement(case.bundle, member.name, member.digest)
        for member in members
    }


def _open_statement(bundle: Archive, name: str, digest: str) -> _Opened:
    """Return one statement, or the fault that keeps it from being read."""
    what = f"the statement {digest[:19]}…"
    size = member.size if (member := bundle.find(name)) is not None else 0
    if statement_member(digest) != name:
        return _Opened(size, fault=("statement.digest", f"The content of {name} has the digest {digest}."))
    envelope: Envelope | None = None
    members: Json = None
    try:
        envelope = open_envelope(bundle.read(name, limit=1 << 20), typ=STATEMENT, what=what)
        members = parse_canonical(envelope.payload, what=what)
        statement = None if _is_later(members) else parse_statement(envelope.payload, what=what)
    except MalformedError as error:
        fault = ("statement.malformed", error.message)
        return _Opened(size, envelope, members if isinstance(members, dict) else {}, None, fault)
    return _Opened(size, envelope, members if isinstance(members, dict) else {}, statement)


def _is_later(members: Json) -> bool:
    """Whether a payload is of a version that this software does not know, of a kind that it does (design §2.2)."""
    schema = members.get("schema") if isinstance(members, dict) else None
    match = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    return match is not None and match[1] in KINDS and match[2] != "1"


def _anchor(one: _Opened) -> int | None:
    """Return the size of the checkpoint that the author had seen, where there is one."""
    anchor = one.statement.anchor if one.statement is not None else None
    return anchor.size if anchor is not None else None


def _check_statements(case: _Case, authority: Authority) -> tuple[list[Said], Authority]:
    """Step 9. Return what was said, and the authority as the audit's view has it."""
    said: list[Said] = []
    at_view = authority
    view_size = case.claim.view.size if case.claim is not None else 0
    place_of: dict[str, Header] = {}
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
        for code, sentence in _statement_faults(case, header, one):
            case.notes.find(9, code, place, sentence)
        faults = _author_faults(authority, header, one)
        for code, sentence in faults:
            case.notes.find(9, code, place, sentence)
        if one.statement is None:
            case.notes.skip(f"meaning not assessed: {place} is {one.members['schema']}")
            continue
        if isinstance(one.statement, KeyStatement) and not faults:
            authority = authority.after(header.index, one.statement)
            at_view = authority if header.index < view_size else at_view
        _check_mending(case, authority, header, one.statement, place_of)
        said.append(Said(header.index, header.statement, header.author, header.received, one.statement))
    return said, at_view


def _statement_faults(case: _Case, header: Header, one: _Opened) -> Iterator[tuple[str, str]]:
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
        anchor.size > header.index or encode_base64url(case.roots.get(anchor.size, b"")) != anchor.root
    ):
        yield "statement.anchor", f"The checkpoint of {anchor.size} entries that its author had seen is not this log's."


def _author_faults(authority: Authority, header: Header, one: _Opened) -> list[tuple[str, str]]:
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
            refuse_wrong_key(authority, envelope.kid, one.statement, index=header.index)
        else:
            kind = next((kind for kind in KINDS if kind == header.kind), None)
            if kind is None:
                return [("statement.kind", f"The kind {header.kind} does not exist.")]
            authority.refuse_unless_may(envelope.kid, kind, index=header.index)
    except PledgerError as error:
        return [("statement.authority", error.message)]
    key = authority.key(envelope.kid)
    if key is None or not verify_envelope(envelope, key):
        return [("statement.signature", "The signature does not verify with its author's key.")]
    return []


def _check_mending(
    case: _Case, authority: Authority, header: Header, statement: Statement, place_of: Mapping[str, Header]
) -> None:
    """Find a correction or retraction of what its author may not mend: same subject and author, or the operator."""
    body = statement.body
    target = body.statement if isinstance(body, Retraction) else statement.corrects
    if target is None:
        return
    mended = place_of.get(target)
    is_operator = OPERATOR in authority.roles_at(header.author, header.index)
    if mended is None:
        fault = None if target in case.erased or case.public else "what it mends stands at no earlier entry here"
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


# --- 10: observations and raw files -----------------------------------------------------------------------------------


def _check_files(case: _Case, said: Iterable[Said]) -> None:
    """Step 10. Find files that are missing, surplus, or not what the evidence says of them."""
    evidence = [(one.index, one.statement.body) for one in said if isinstance(one.statement.body, Evidence)]
    counts: dict[str, int | None] = {}
    named: set[str] = set()
    for index, body in evidence:
        name = observations_member(body.observations.digest)
        if _is_there(case, name, body.observations.digest, size=body.observations.size, index=index):
            named.add(name)
            if name not in counts:
                counts[name] = _count(case, name, index)
            if counts[name] is not None and counts[name] != body.observations.count:
                sentence = f"The observations are {counts[name]}, and the evidence says {body.observations.count}."
                case.notes.find(10, "observations.count", f"entry {index}", sentence)
    travels = {body.raw.digest: True for _, body in evidence}
    for _, body in evidence:
        travels[body.raw.digest] &= body.redistribute
    for index, body in evidence:
        name = raw_member(body.raw.digest)
        if not travels[body.raw.digest]:
            case.notes.skip(f"raw: not redistributed ({body.publisher})")
        elif _is_there(case, name, body.raw.digest, size=body.raw.size, index=index):
            named.add(name)
    for member in case.bundle.members:
        if member.name.startswith((_OBSERVATIONS, _RAW)) and member.name not in named:
            case.notes.find(10, "file.surplus", member.name, f"No evidence of this audit lets {member.name} travel.")


def _is_there(case: _Case, name: str, digest: str, *, size: int, index: int) -> bool:
    """Whether a file is here; find or excuse that it is not, and find that it is another than it should be."""
    member, place = case.bundle.find(name), f"entry {index}"
    if member is None:
        if digest in case.erased:
            case.notes.skip(f"erased: {name.partition('/')[0]} of {place}, by a logged erasure")
        elif case.public:
            case.is_redacted |= name.startswith(_OBSERVATIONS)
            case.notes.skip(f"public: {name.partition('/')[0]} of {place} is absent")
        else:
            case.notes.find(10, "file.missing", place, f"The bundle leaves out {name}, which the evidence names.")
        return False
    if member.digest != digest:
        case.notes.find(10, "file.digest", place, f"The content of {name} has the digest {member.digest}.")
    elif member.size != size:
        case.notes.find(10, "file.size", place, f"{name} has {member.size} bytes, and the evidence says {size}.")
    return True


def _count(case: _Case, name: str, index: int) -> int | None:
    """Return how many rows a file of observations has, all read strictly; null where it is not canonical."""
    try:
        with case.bundle.open(name) as stream:
            return sum(1 for _ in read_observations(stream, what=name))
    except MalformedError as error:
        case.notes.find(10, "observations.malformed", f"entry {index}", error.message)
        return None


# --- 11: the method ---------------------------------------------------------------------------------------------------


def _check_method(
    case: _Case, said: Sequence[Said], authority: Authority, closure: Closure | None
) -> AuditResult | None:
    """Step 11. Run the method again and compare; return its result where that is the bundle's to the byte."""
    notes, claim = case.notes, case.claim
    if claim is None or closure is None:
        return None
    if case.bundle.read(SELECTION, limit=_SQL_LIMIT) != selection_sql().encode():
        notes.find(11, "selection.changed", SELECTION, f"The selection is not that of method {METHOD}.")
    if claim.method != METHOD or METHOD not in authority.charter.methods:
        sentence = (
            f"The audit is by method {claim.method}, and this software runs {METHOD}, under the charter's methods."
        )
        notes.find(11, "method.unknown", AUDIT, sentence)
        return None
    if case.is_redacted:
        notes.skip("method: not run again, as statements or figures are absent (public)")
        return None
    try:
        result = conduct(
            said,
            view=claim.view,
            subjects=claim.subjects,
            authority=authority,
            absent=case.absent,
            engine=SqliteEngine(),
            open_observations=lambda digest: case.bundle.open(observations_member(digest)),
        )
        ours = format_result(result)
    except Exception as error:  # noqa: BLE001  # hostile statements drive the whole method: that it fails is an answer
        sentence = error.message if isinstance(error, PledgerError) else f"It ended in {type(error).__name__}."
        notes.find(11, "method.failed", AUDIT, f"The method cannot be run again on this bundle: {sentence}")
        return None
    theirs = case.bundle.read(AUDIT, limit=AUDIT_LIMIT)
    if ours == theirs:
        return result
    limit = max(len(ours), AUDIT_LIMIT)
    where = first_difference(
        parse_canonical(ours, what="the result", limit=limit), parse_canonical(theirs, what=AUDIT, limit=limit)
    )
    notes.find(11, "audit.differs", AUDIT, f"The method gives another result: {where}.")
    return None


# --- 12: the report ---------------------------------------------------------------------------------------------------


def _check_report(
    case: _Case, manifest: Manifest | None, result: AuditResult | None, render: Render | None, lock: str | None
) -> None:
    """Step 12. Render the report again where the same software is at hand; else say that this was not checked."""
    if case.bundle.find(REPORT) is None:
        return
    if manifest is None or result is None or render is None or lock is None or manifest.software.lock != lock:
        case.notes.skip("rendering")
        return
    try:
        again = render(result, manifest.software)
    except PledgerError:
        case.notes.skip("rendering")
        return
    if again != case.bundle.read(REPORT):
        case.notes.find(12, "report.differs", REPORT, "The same software renders another report from this result.")


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(case: _Case, trust: Trust, checkpoint: Checkpoint | None) -> Verification:
    """Return what was seen, in the order of the steps."""
    notes = case.notes
    findings = sorted(notes.findings, key=lambda one: one.step)
    if notes.unlisted:
        findings.append(Finding("findings.more", "the bundle", f"There are {notes.unlisted} further findings.", 12))
    claim = case.claim
    return Verification(
        sound=not findings,
        trust=trust,
        origin=checkpoint.origin if checkpoint is not None else "",
        genesis=case.genesis,
        size=checkpoint.size if checkpoint is not None else 0,
        subjects=claim.subjects if claim is not None else (),
        view_size=claim.view.size if claim is not None else 0,
        as_of=claim.view.as_of if claim is not None else "",
        members=len(case.bundle.members),
        statements=len(case.opened),
        not_checked=tuple(notes.not_checked),
        findings=tuple(findings),
    )
