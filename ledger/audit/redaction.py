"""A bundle for the public: the whole one without what licence or privacy keeps back, and with every proof it needs.

What is left out is listed in its manifest, by digest and with the rule that keeps it back, and ``verify --public``
excuses it and prints it. The headers stay, so nobody can say that there was less; figures stay wherever their
observations do, so that they are run again. A statement's own words go from ``audit.json`` with it; what the method
made of them stays, as that is the audit's. Source: design §2.6.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.assessment.view import Said
from ledger.audit.archive import Archive, Part, part_of
from ledger.audit.bundle import (
    AUDIT,
    MANIFEST,
    REPORT,
    Manifest,
    Software,
    Withheld,
    format_bundle,
    mapping_member,
    observations_member,
    parse_manifest,
    raw_member,
    statement_member,
)
from ledger.audit.closure import by_subject, closure_of, in_closure
from ledger.audit.comparison.given import as_data, parse_audit
from ledger.audit.held import held_headers, said_in
from ledger.audit.phrase import sentence
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.errors import NotFoundError, RefusedError, UsageError
from ledger.model.evidence import Evidence
from ledger.signing.canonical import Json, format_json

RAW: Final = "raw"
QUOTES: Final = "quotes"

WITHHOLDABLE: Final[frozenset[str]] = frozenset(
    {"position", "evidence", "attestation", "action", "amendment", "baseline", "determination", "audit"}
)
"""Kinds of statements that a bundle for the public may leave out: without any other kind it would be about nothing."""

_WORDS: Final = ("quote", "note", "words", "translation", "language")
_QUOTED: Final = ("text", "translation")
_TEXTS: Final = ("says", "what", "reason")
_GONE: Final = "[withheld]"
_SHORTEST: Final = 12
"""Texts of fewer characters are not looked for elsewhere: they are no quotation, and stand in other words by chance."""

Render = Callable[[AuditResult, Software], Iterable[bytes]]
"""Renders the report of a bundle; null where it cannot here."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is to be kept back.

    Attributes:
        raw: files as their publishers wrote them, and the mappings by which they were read.
        quotes: what parties said: the statements of their positions.
        entries: of the statements that are named.
    """

    raw: bool = False
    quotes: bool = False
    entries: frozenset[int] = frozenset()


def parse_redaction(rules: Sequence[str]) -> Redaction:
    """Return what these rules keep back: ``raw``, ``quotes``, or the index of an entry.

    Raises:
        UsageError: a rule is none of these.
    """
    for rule in rules:
        if rule not in {RAW, QUOTES} and re.fullmatch(r"0|[1-9][0-9]{0,15}", rule) is None:
            raise UsageError(f"{rule[:60]!r} is no rule of redaction; write raw, quotes, or the index of an entry.")
    entries = frozenset(int(rule) for rule in rules if rule not in {RAW, QUOTES})
    return Redaction(RAW in rules, QUOTES in rules, entries)


def redact(archive: Archive, redaction: Redaction, sink: BinaryIO, *, render: Render) -> Manifest:
    """Write a bundle for the public, made of the whole one, and return its manifest.

    Args:
        archive: the whole bundle, as it was written.
        sink: is written from where it stands.
        render: makes the report anew where words were taken out of what it prints.

    Raises:
        NotFoundError: the bundle holds no statement of an entry that is named.
        RefusedError: a statement that is named is of a kind without which there is no audit, or mends another.
        MalformedError: as ``format_bundle``.
    """
    software = parse_manifest(archive.read(MANIFEST)).software
    result = parse_audit(archive.read(AUDIT))
    said = said_in(archive)
    gone = _chosen(said, redaction)
    names = _kept(archive, said, gone.keys(), result)
    kept = [one for one in said if one.name in names]
    staying = {*map(statement_member, names), *_files(kept, redaction)}
    withheld = [*_withheld(archive, kept, gone.values(), redaction)]
    public = _without_words(result, gone)
    parts = [
        Part(member.name, lambda name=member.name: archive.open(name))  # type: ignore[misc]  # bound at once
        for member in archive.members
        if member.name not in {MANIFEST, AUDIT, REPORT} and (_is_frame(member.name) or member.name in staying)
    ]
    if public is None:
        parts += [
            Part(name, lambda name=name: archive.open(name))  # type: ignore[misc]  # bound at once
            for name in (AUDIT, REPORT)
            if archive.find(name) is not None
        ]
    else:
        parts.append(part_of(AUDIT, format_result(public)))
        if archive.find(REPORT) is not None:
            parts.append(part_of(REPORT, b"".join(render(public, software))))
        whole = archive.find(AUDIT)
        digest = whole.digest if whole is not None else ""
        withheld.append(Withheld(name=AUDIT, digest=digest, why="the words of what is withheld are taken out of it"))
    return format_bundle(parts, sink, software=software, withheld=sorted(withheld, key=lambda one: one.name))


def _chosen(said: Sequence[Said], redaction: Redaction) -> Mapping[str, Said]:
    """Return the statements that are kept back, by name."""
    places = {one.index: one for one in said}
    for index in sorted(redaction.entries):
        if (one := places.get(index)) is None:
            message = f"The audit holds no statement of entry {index}; name one that it holds, or leave it out."
            raise NotFoundError(message, index=index)
        if one.kind not in WITHHOLDABLE:
            message = f"Entry {index} is the {one.kind} about {one.subject}, without which there is no such audit."
            raise RefusedError(message, index=index, kind=one.kind)
        if one.statement.corrects is not None:
            message = f"Entry {index} corrects another, which would stand again without it; keep back both or neither."
            raise RefusedError(message, index=index)
    return {
        one.name: one
        for one in said
        if one.index in redaction.entries
        or (redaction.quotes and one.kind == "position" and one.statement.corrects is None)
    }


def _kept(archive: Archive, said: Sequence[Said], gone: Collection[str], result: AuditResult) -> frozenset[str]:
    """Return the names of the statements that stay: those of the closure, as it is worked out from the ones that do."""
    staying = {one.name: one.statement for one in said if one.name not in gone}
    held = [header for header in held_headers(archive) if header.statement not in gone]
    closure = closure_of(result.subjects, by_subject(held), lambda header: staying.get(header.statement))
    return frozenset(header.statement for header in held if in_closure(header, closure) or header.kind == "index")


def _files(kept: Collection[Said], redaction: Redaction) -> Iterator[str]:
    """Yield the names of the files that stay with the evidence that does."""
    for one in kept:
        body = one.statement.body
        if isinstance(body, Evidence):
            yield observations_member(body.observations.digest)
            if not redaction.raw:
                yield raw_member(body.raw.digest)
                yield mapping_member(body.importer.mapping)


def _withheld(
    archive: Archive, kept: Collection[Said], gone: Collection[Said], redaction: Redaction
) -> Iterator[Withheld]:
    for one in gone:
        why = QUOTES if one.index not in redaction.entries else f"entry {one.index}"
        yield Withheld(name=statement_member(one.name), digest=one.name, why=why)
    bodies = [one.statement.body for one in kept]
    raws = {body.raw.digest for body in bodies if isinstance(body, Evidence)} if redaction.raw else set()
    for digest in sorted(raws):
        if archive.find(raw_member(digest)) is not None:
            yield Withheld(name=raw_member(digest), digest=digest, why=RAW)


def _is_frame(name: str) -> bool:
    """Whether a member belongs to every version of a bundle: neither a statement nor a file of evidence."""
    return not name.startswith(("statements/", "observations/", "raw/", "mappings/"))


def _without_words(result: AuditResult, gone: Mapping[str, Said]) -> AuditResult | None:
    """Return a result without the words of the statements that are kept back; null where there are none to take out."""
    if not gone:
        return None
    taken: set[str] = set()
    blank = _blank(as_data(result), gone.keys(), taken)
    whole = _replace(blank, sorted((text for text in taken if len(text) >= _SHORTEST), key=len, reverse=True))
    public = AuditResult.model_validate_json(format_json(whole))
    notes = (
        sentence(f"The {one.kind} at entry {one.index} about {one.subject} is withheld from this version.")
        for one in sorted(gone.values(), key=lambda one: one.index)
    )
    return public.model_copy(update={"not_covered": (*public.not_covered, *notes)})


def _blank(value: Json, gone: Collection[str], taken: set[str]) -> Json:
    """Return plain data in which what cites a statement that is kept back has lost that statement's words."""
    if isinstance(value, list):
        return [_blank(item, gone, taken) for item in value]
    if not isinstance(value, dict):
        return value
    cite = value.get("cite")
    if not isinstance(cite, dict) or cite.get("statement") not in gone:
        return {name: _blank(item, gone, taken) for name, item in value.items()}
    found = dict(value)
    for name in (*_WORDS, *_TEXTS):
        said = found.get(name)
        if said is not None:
            quoted = [said.get(part) for part in _QUOTED] if isinstance(said, dict) else [said]
            taken.update(text for text in quoted if isinstance(text, str))
            found[name] = None if name in _WORDS else _GONE
    return found


def _replace(value: Json, texts: Sequence[str]) -> Json:
    """Return plain data in which none of these texts stands inside another."""
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, _GONE)
        return value
    if isinstance(value, list):
        return [_replace(item, texts) for item in value]
    return {name: _replace(item, texts) for name, item in value.items()} if isinstance(value, dict) else value
