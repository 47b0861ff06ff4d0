"""The bundle: everything that a stranger needs to check an audit, in one archive (design §2.6).

Its members stand in one order and under one name each: the manifest, ``audit.json``, the report, ``checkpoint``,
``policy``, ``headers`` (of a long log ``index``, ``inclusion`` and maybe ``consistency`` too, and fewer headers), then
by digest the statements of the closure, their observations, the raw files that may travel and the mappings by which
these were read, the text that selects the observations, and last the timestamps with their authorities' roots. The
manifest says the digest and size of every other member, and which software rendered the report. Whether what is in
there is true is for `ledger.audit.verify`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, BinaryIO, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from ledger.audit.archive import MEMBERS_LIMIT, Archive, Part, format_archive, measure, open_archive, part_of
from ledger.errors import MalformedError
from ledger.model.statement import explain, plain
from ledger.model.value import Digest, Text, Value
from ledger.signing.canonical import CanonicalBytes, format_json, parse_canonical
from ledger.tlog.timestamp import AUTHORITY, AUTHORITY_LIMIT

MANIFEST: Final = "manifest.json"
AUDIT: Final = "audit.json"
REPORT: Final = "report.html"
CHECKPOINT: Final = "checkpoint"
POLICY: Final = "policy"
HEADERS: Final = "headers"
INDEX: Final = "index"
INCLUSION: Final = "inclusion"
CONSISTENCY: Final = "consistency"
SELECTION: Final = "selection.sql"

HEADERS_LIMIT: Final = 50_000
"""Entries up to which a bundle carries all headers, some 20 MB; of a longer log an index stands for most of them."""

TAIL_LIMIT: Final = 50_000
"""The most headers that a bundle carries after those that its index covers."""

LINES_LIMIT: Final = TAIL_LIMIT + MEMBERS_LIMIT
"""The most headers of a bundle that carries an index: no closure of more statements fits into an archive."""

MAPPING_LIMIT: Final = 1 << 20
"""The most bytes of a mapping that travels."""

MANIFEST_LIMIT: Final = 1 << 25
"""The most bytes of a manifest: 65,535 members take about half of it."""

_MANIFEST_PARTS: Final = 1 << 19
"""The most values of a manifest: that many members have half of them."""

TIMESTAMPS_LIMIT: Final = 10_000
"""The most timestamps of a bundle: to verify them takes some five seconds."""

AUTHORITY_TIMESTAMPS_LIMIT: Final = 1000
"""The most timestamps of one authority that are put into a bundle: those over the largest sizes."""

_DIGEST: Final = "[0-9a-f]{64}"
_NAME: Final = f"(?=.{{1,{AUTHORITY_LIMIT + 4}}}$){AUTHORITY.pattern}"
_ORDER: Final = tuple(
    re.compile(form)
    for form in (
        *map(re.escape, (MANIFEST, AUDIT, REPORT, CHECKPOINT, POLICY, HEADERS, INDEX, INCLUSION, CONSISTENCY)),
        f"statements/{_DIGEST}",
        rf"observations/{_DIGEST}\.csv",
        f"raw/{_DIGEST}",
        rf"mappings/{_DIGEST}\.toml",
        re.escape(SELECTION),
        rf"timestamps/[0-9]{{19}}-{_NAME}\.tsr",
        rf"timestamps/{_NAME}\.pem",
    )
)
_TIMESTAMP: Final = re.compile(rf"timestamps/([0-9]{{19}})-({_NAME})\.tsr")
_ROOT: Final = re.compile(rf"timestamps/({_NAME})\.pem")
_NEEDED: Final = (MANIFEST, AUDIT, CHECKPOINT, POLICY, HEADERS, SELECTION)


class Software(Value):
    """What rendered the report: its name and version, and the digest of the lock file that pinned what it was run with.

    ``lock`` is null where it ran with other versions than a lock file says; its renderings then cannot be repeated.
    """

    name: Text
    version: Text
    lock: Digest | None


class Listed(Value):
    """One member as the manifest lists it."""

    name: Annotated[str, StringConstraints(max_length=120)]
    digest: Digest
    size: Annotated[int, Field(ge=0, le=2**32 - 1)]


class Withheld(Value):
    """One member that the whole bundle has and this one, for the public, leaves out or gives without some words.

    Attributes:
        why: the rule by which it is withheld.
    """

    name: Annotated[str, StringConstraints(max_length=120)]
    digest: Digest
    why: Text


class Manifest(Value):
    """What is in the bundle, in order, the manifest itself left out; what rendered it, and what is withheld."""

    schema_: Literal["bundle.v1"] = Field(alias="schema")
    software: Software
    members: Annotated[tuple[Listed, ...], Field(max_length=65_535)]
    withheld: Annotated[tuple[Withheld, ...], Field(max_length=65_535)] = ()


def statement_member(digest: str) -> str:
    """Return where a bundle keeps the statement of that digest."""
    return f"statements/{digest.removeprefix('sha256:')}"


def observations_member(digest: str) -> str:
    """Return where a bundle keeps the observations of that digest."""
    return f"observations/{digest.removeprefix('sha256:')}.csv"


def raw_member(digest: str) -> str:
    """Return where a bundle keeps the raw file of that digest."""
    return f"raw/{digest.removeprefix('sha256:')}"


def mapping_member(digest: str) -> str:
    """Return where a bundle keeps the mapping of that digest."""
    return f"mappings/{digest.removeprefix('sha256:')}.toml"


def timestamp_member(size: int, authority: str) -> str:
    """Return where a bundle keeps the timestamp of an authority over the checkpoint of a size."""
    return f"timestamps/{size:019d}-{authority}.tsr"


def root_member(authority: str) -> str:
    """Return where a bundle keeps the root certificates of an authority."""
    return f"timestamps/{authority}.pem"


def timestamps_of(archive: Archive) -> tuple[tuple[int, str], ...]:
    """Return size and authority of each timestamp that a bundle carries, in order."""
    found = (_TIMESTAMP.fullmatch(member.name) for member in archive.members)
    return tuple((int(match[1]), match[2]) for match in found if match is not None)


def roots_of(archive: Archive) -> tuple[str, ...]:
    """Return the authorities whose roots a bundle carries, in order."""
    found = (_ROOT.fullmatch(member.name) for member in archive.members)
    return tuple(match[1] for match in found if match is not None)


def format_bundle(
    parts: Iterable[Part], sink: BinaryIO, *, software: Software, withheld: Sequence[Withheld] = ()
) -> Manifest:
    """Write the bundle of these parts, put in order, behind the manifest that lists them.

    Each part is read twice, in pieces: once to be measured, once to be written.

    Args:
        parts: all members but the manifest, in any order.
        sink: is written from where it stands.
        withheld: what a bundle for the public leaves out of the whole one.

    Raises:
        MalformedError: a name is not one that a bundle has, or comes twice, or a member that every bundle has is not
            there, or the whole is too large.
    """
    sorted_parts = sorted(parts, key=lambda part: _place(part.name))
    measured = [measure(part) for part in sorted_parts]
    listed = tuple(Listed(name=one.part.name, digest=one.digest, size=one.size) for one in measured)
    manifest = Manifest(schema_="bundle.v1", software=software, members=listed, withheld=tuple(withheld))
    _check_names([MANIFEST, *(one.name for one in listed)])
    first = measure(part_of(MANIFEST, format_manifest(manifest)))
    format_archive([first, *measured], sink)
    return manifest


def open_bundle(file: BinaryIO) -> Archive:
    """Return the members of a bundle, every byte of the file accounted for and nothing of it believed.

    Raises:
        MalformedError: the file is not an archive as we write it, or its members are not those of a bundle, in order.
        UnavailableError: the file cannot be read.
    """
    archive = open_archive(file)
    _check_names([member.name for member in archive.members])
    return archive


def format_manifest(manifest: Manifest) -> CanonicalBytes:
    """Return the manifest as canonical JSON; `parse_manifest` is the inverse."""
    # What is whole says nothing of withholding, as before anything could be withheld.
    return format_json({name: value for name, value in plain(manifest).items() if name != "withheld" or value})


def parse_manifest(raw: bytes) -> Manifest:
    """Return the manifest that the bytes say.

    Raises:
        MalformedError: it is not canonical JSON, or a member is missing, unknown or not what it should be.
    """
    parse_canonical(raw, what="the manifest", limit=MANIFEST_LIMIT, parts=_MANIFEST_PARTS)
    try:
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise explain(error, what="The manifest") from error


def _check_names(names: Sequence[str]) -> None:
    """Refuse members that are not of a bundle, not in order, twice there, or missing."""
    places = [_place(name) for name in names]
    for before, after in pairwise(places):
        if after <= before:
            message = f"The member {after[1]} of the bundle is out of order or comes twice; get the file again."
            raise MalformedError(message, name=after[1])
    if missing := [name for name in _NEEDED if name not in names]:
        message = f"The bundle has no member {missing[0]}; get it whole."
        raise MalformedError(message, name=missing[0])
    if (INDEX in names) != (INCLUSION in names):
        message = f"The bundle has one of {INDEX} and {INCLUSION}, and it takes both; get it whole."
        raise MalformedError(message)
    if CONSISTENCY in names and INDEX not in names:
        message = f"The bundle has {CONSISTENCY} beside all headers, from which it follows; get the file again."
        raise MalformedError(message, name=CONSISTENCY)


def _place(name: str) -> tuple[int, str]:
    """Return where in the order a member stands: that of its kind, then by digest."""
    for rank, form in enumerate(_ORDER):
        if form.fullmatch(name):
            return rank, name
    message = f"A bundle has no member named {name[:80]!r}; leave it out."
    raise MalformedError(message, name=name[:80])
