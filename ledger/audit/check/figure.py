"""Step 10: each file of figures is the one that its evidence names, and no other file travels (design §2.6)."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from ledger.assessment.observation import count_rows
from ledger.assessment.view import Said
from ledger.audit.bundle import MAPPING_LIMIT, mapping_member, observations_member, raw_member
from ledger.audit.check.case import Case
from ledger.audit.check.log import read_lines
from ledger.errors import MalformedError
from ledger.model.erasure import LASTING
from ledger.model.evidence import Evidence
from ledger.tlog.entry import Header, parse_header

_OBSERVATIONS: Final = observations_member("").removesuffix(".csv")
_RAW: Final = raw_member("")
_MAPPING: Final = mapping_member("").removesuffix(".toml")


def check_files(case: Case, said: Iterable[Said]) -> None:
    """Step 10. Find files that are missing, surplus, or not what the evidence says of them."""
    evidence = [(one, one.statement.body) for one in said if isinstance(one.statement.body, Evidence)]
    counts: dict[tuple[object, ...], int | None] = {}
    named: set[str] = set()
    for one, body in evidence:
        name, index = observations_member(body.observations.digest), one.index
        if _is_there(case, name, body.observations.digest, size=body.observations.size, said=one):
            named.add(name)
            # Many statements may name one file; it is read again only where they say something else of it.
            claim = (name, body.dimensions, body.covers)
            if claim not in counts:
                counts[claim] = _count(case, name, body, index)
            if counts[claim] is not None and counts[claim] != body.observations.count:
                sentence = f"The observations are {counts[claim]}, and the evidence says {body.observations.count}."
                case.notes.find(10, "observations.count", f"entry {index}", sentence)
    travels = {body.raw.digest: True for _, body in evidence}
    for _, body in evidence:
        travels[body.raw.digest] &= body.redistribute
    for one, body in evidence:
        name = raw_member(body.raw.digest)
        if not travels[body.raw.digest]:
            case.notes.skip(f"raw: not redistributed ({body.publisher})")
        elif _is_there(case, name, body.raw.digest, size=body.raw.size, said=one):
            named.add(name)
        _check_mapping(case, body, index=one.index, named=named, may_travel=travels[body.raw.digest])
    for member in case.bundle.members:
        if member.name.startswith((_OBSERVATIONS, _RAW, _MAPPING)) and member.name not in named:
            case.notes.find(10, "file.surplus", member.name, f"No evidence of this audit lets {member.name} travel.")


def _check_mapping(case: Case, body: Evidence, *, index: int, named: set[str], may_travel: bool) -> None:
    """Find a mapping that is another than the evidence names; that none is here is left to who imports again."""
    name = mapping_member(body.importer.mapping)
    member = case.bundle.find(name)
    if member is None or not may_travel:
        return
    named.add(name)
    if member.digest != body.importer.mapping:
        case.notes.find(10, "file.digest", f"entry {index}", f"The content of {name} has the digest {member.digest}.")
    elif member.size > MAPPING_LIMIT:
        sentence = f"{name} has {member.size} bytes, more than a mapping that travels may have."
        case.notes.find(10, "file.size", f"entry {index}", sentence)


def _is_there(case: Case, name: str, digest: str, *, size: int, said: Said) -> bool:
    """Whether a file is here; find or excuse that it is not, and find that it is another than it should be."""
    member, place = case.bundle.find(name), f"entry {said.index}"
    if member is None:
        if _is_erased(case, digest, said):
            case.notes.skip(f"erased: {name.partition('/')[0]} of {place}, by a logged erasure")
        elif case.public:
            case.is_redacted |= name.startswith(_OBSERVATIONS)
            case.notes.skip(case.excused(name, what=f"{name.partition('/')[0]} of {place}"))
        else:
            case.notes.find(10, "file.missing", place, f"The bundle leaves out {name}, which the evidence names.")
        return False
    if member.digest != digest:
        case.notes.find(10, "file.digest", place, f"The content of {name} has the digest {member.digest}.")
    elif member.size != size:
        case.notes.find(10, "file.size", place, f"{name} has {member.size} bytes, and the evidence says {size}.")
    return True


def _is_erased(case: Case, digest: str, said: Said) -> bool:
    """Whether a logged erasure has removed a file that evidence names: one on its subject, or one that says so of it.

    An erasure on another subject has to name the evidence among those that stand without the file, and a statement on
    that subject has to name the file too, as far as can be told (design §2.3).
    """
    return any(
        by.index > said.index
        and (by.subject == said.subject or (said.name in body.affects and _may_name(case, by, digest)))
        for by, body in case.erasures(digest)
    )


def _may_name(case: Case, by: Header, digest: str) -> bool:
    """Whether an earlier statement on an erasure's subject names a file; what is not here may have named it."""
    if case.indexed is not None:
        return True  # which other statements there are on that subject is not known
    for line in read_lines(case):
        with suppress(MalformedError):  # found in step 6
            header = parse_header(line)
            if header.index >= by.index:
                return False
            if header.subject == by.subject and header.kind not in LASTING:
                one = case.opened.get(header.statement)
                if one is None or one.envelope is None or one.envelope.payload.find(digest.encode("ascii")) >= 0:
                    return True
    return False


def _count(case: Case, name: str, body: Evidence, index: int) -> int | None:
    """Return how many rows a file of observations has, all read strictly; null where one is not as it must be."""
    try:
        with case.bundle.open(name) as stream:
            return count_rows(body, stream, what=name)
    except MalformedError as error:
        case.notes.find(10, "observations.malformed", f"entry {index}", error.message)
        return None
