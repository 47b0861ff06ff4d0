"""Raw files of a bundle imported again: whether they give the observations that were signed.

Verification proper takes the normalised figures as the evidence says them. ``pledger verify --deep`` goes one step
further back, by the same importer and the mapping that the evidence names: one that is shipped, or the one that travels
in the bundle. Where the importer is another, or the raw file or the mapping does not travel, it says so. It expects a
bundle that was found sound. Source: design §2.6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Final

from ledger.audit.archive import Archive
from ledger.audit.bundle import MAPPING_LIMIT, mapping_member, open_bundle, raw_member
from ledger.audit.verification import Finding
from ledger.errors import PledgerError
from ledger.ingest.imported import Imported
from ledger.ingest.mapping import Mapping, find_format, format_names
from ledger.ingest.table import TableMapping, parse_table_mapping, table_bytes, table_names
from ledger.ingest.tabular import IMPORTER, VERSION, parse_any_mapping, read_evidence
from ledger.model.evidence import Evidence
from ledger.model.statement import parse_statement
from ledger.signing.envelope import STATEMENT, open_envelope

STEP: Final = 10
"""The step of the procedure to which this belongs: the figures."""


@dataclass(frozen=True, slots=True)
class Reimported:
    """What importing again gave."""

    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]


def reimport(bundle: BinaryIO) -> Reimported:
    """Return what the raw files of a sound bundle give when they are imported again."""
    archive = open_bundle(bundle)
    mappings: dict[str, Mapping | TableMapping] = {one.digest: one for one in map(find_format, format_names())}
    tables = (parse_table_mapping(table_bytes(name), name=name) for name in table_names())
    mappings |= {one.digest: one for one in tables}
    evidence = list(_evidence(archive))
    findings = list(_carried(archive, evidence, mappings))
    not_checked: list[str] = []
    for bodies in _by_import(evidence, mappings):
        body = bodies[0]
        if (reason := _why_not(archive, body, mappings)) is not None:
            not_checked.append(f"deep: {body.title}: {reason}")
            continue
        findings += _differences(archive, bodies, mappings[body.importer.mapping])
    return Reimported(tuple(findings), tuple(dict.fromkeys(not_checked)))


def _carried(
    archive: Archive, evidence: Iterable[Evidence], mappings: dict[str, Mapping | TableMapping]
) -> Iterator[Finding]:
    """Add the mappings that travel in the bundle; yield those that the importer, which is this one, cannot read."""
    names = {
        body.importer.mapping: body.importer.mapping_name
        for body in evidence
        if (body.importer.name, body.importer.version) == (IMPORTER, VERSION)
    }
    for digest, name in sorted(names.items()):
        member = mapping_member(digest)
        if digest in mappings or archive.find(member) is None:
            continue
        try:
            mappings[digest] = parse_any_mapping(archive.read(member, limit=MAPPING_LIMIT), name=name)
        except PledgerError as error:
            sentence = f"By the mapping that the evidence names nothing can be imported: {error.message}"
            yield Finding("mapping.unreadable", member, sentence, STEP)


def _evidence(archive: Archive) -> Iterator[Evidence]:
    for member in archive.members:
        if member.name.startswith("statements/"):
            payload = open_envelope(archive.read(member.name), typ=STATEMENT, what=member.name).payload
            # Canonical JSON without white space: other kinds, and later versions of them, are passed over unread.
            if bytes(payload).find(b'"schema":"evidence.v1"') >= 0:
                body = parse_statement(payload, what=member.name).body
                if isinstance(body, Evidence):
                    yield body


def _by_import(evidence: Iterable[Evidence], mappings: dict[str, Mapping | TableMapping]) -> list[list[Evidence]]:
    """Return evidence in groups that one import gave: the same raw file, mapping and day given to the importer."""
    groups: dict[tuple[object, ...], list[Evidence]] = {}
    for body in evidence:
        day = _given_day(body, mappings.get(body.importer.mapping))
        groups.setdefault((body.raw.digest, body.importer, day), []).append(body)
    return list(groups.values())


def _why_not(archive: Archive, body: Evidence, mappings: dict[str, Mapping | TableMapping]) -> str | None:
    """Return why a raw file cannot be imported again here; null where it can."""
    if (body.importer.name, body.importer.version) != (IMPORTER, VERSION):
        return f"it was imported by {body.importer.name} {body.importer.version}, and this is {IMPORTER} {VERSION}"
    if body.importer.mapping not in mappings:
        return f"its mapping {body.importer.mapping_name} is neither one that is shipped nor in the bundle"
    if archive.find(raw_member(body.raw.digest)) is None:
        return "its raw file is not in the bundle"
    return None


def _differences(archive: Archive, bodies: list[Evidence], mapping: Mapping | TableMapping) -> Iterator[Finding]:
    """Yield where the figures that were signed are not those that the raw file gives."""
    day = _given_day(bodies[0], mapping)
    name = raw_member(bodies[0].raw.digest)
    try:
        with archive.open(name) as stream:
            imported = read_evidence(stream, mapping, name=name, published=day)
    except PledgerError as error:
        yield Finding("raw.unreadable", name, f"The raw file cannot be imported again: {error.message}", STEP)
        return
    found = _digests(imported)
    for body in bodies:
        key = (body.dimensions.series, body.authority, body.vintage.published)
        if body.observations.digest not in found.get(key, ()):
            sentence = f"Imported again, the raw file gives other figures for {key[0]} of {key[2]} than were signed."
            yield Finding("raw.differs", name, sentence, STEP)


def _given_day(body: Evidence, mapping: Mapping | TableMapping | None) -> date | None:
    """Return the day of publication that was given to the importer; null where it came out of the import."""
    if body.vintage.imputed is not None or (isinstance(mapping, Mapping) and mapping.vintage is not None):
        return None
    return date.fromisoformat(body.vintage.published)


def _digests(imported: Imported) -> dict[tuple[str, str, str], set[str]]:
    """Return the digests by series; several tables of codes may stand under one key."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for one in imported.series:
        found.setdefault((one.subject, one.authority, one.published), set()).add(one.observations.digest)
    return found
