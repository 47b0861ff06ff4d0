"""Step 13: the timestamps, and between which moments the checkpoint and the entries of the audit came to be.

A timestamp is over the text of a checkpoint, which is worked out from the headers for each size; so nothing but the
token has to be carried. The roots are those given, else the bundle's own: then it only agrees with itself. A token by
an authority that none of the given roots vouches for is no fault of the bundle; it is listed, and dates nothing.
Source: design §2.2, §2.6; docs/timestamps.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cryptography.x509 import Certificate

from ledger.audit.bundle import (
    CHECKPOINT,
    TIMESTAMPS_LIMIT,
    root_member,
    roots_of,
    timestamp_member,
    timestamps_of,
)
from ledger.audit.check.case import Case
from ledger.audit.check.index import is_indexed
from ledger.audit.check.log import read_lines
from ledger.audit.check.statement import anchor_size
from ledger.audit.verification import Bounds, Dating
from ledger.errors import MalformedError, PledgerError, RefusedError
from ledger.signing.canonical import encode_base64url
from ledger.tlog.checkpoint import Checkpoint, open_any_checkpoint
from ledger.tlog.entry import parse_header
from ledger.tlog.interval import Dated, Floor, Interval, dates_over, earliest, timestamp_date, witness_dates
from ledger.tlog.merkle import Hash
from ledger.tlog.note import NOTE_LIMIT
from ledger.tlog.policy import Policy
from ledger.tlog.timestamp import (
    MISSING,
    ROOTS_LIMIT,
    TIMESTAMP_LIMIT,
    imprint,
    is_installed,
    open_timestamp,
    parse_roots,
)

UNREAD = f"timestamps: {MISSING}"
"""What is left out where the extra is not installed."""


@dataclass(frozen=True, slots=True)
class _Roots:
    """Whose word counts: roots that were given, and those of the bundle by the name of their authority."""

    given: tuple[Certificate, ...]
    own: Mapping[str, tuple[Certificate, ...]]


def check_timestamps(case: Case, checkpoint: Checkpoint, chosen: Policy, given: Sequence[Certificate]) -> Dating:
    """Step 13. Return the interval of the checkpoint, and the bounds of each entry whose statement is here.

    Args:
        chosen: the policy; its witnesses date the checkpoint, too.
        given: roots of time-stamping authorities, on whose word timestamps are taken; none for the bundle's own.
    """
    stamps = _within_limit(case, timestamps_of(case.bundle))
    roots = _Roots(tuple(given), _read_roots(case, stamps))
    dates: list[Dated] = []
    if stamps and not is_installed():
        case.notes.skip(UNREAD)
    elif stamps:
        dates += _stamped(case, checkpoint, stamps, roots)
    dates += _witnessed(case, chosen)
    received = _received(case, {checkpoint.size - 1, *(size - 1 for size in _floors(case).values())}, checkpoint.size)
    return Dating(
        interval=_interval(checkpoint, received, dates),
        roots=("given" if roots.given else "self-declared") if stamps else None,
        entries=tuple(_bounds(case, received, dates)),
    )


def _within_limit(case: Case, stamps: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    """Return as many timestamps as are read; find that there are more."""
    if len(stamps) > TIMESTAMPS_LIMIT:
        sentence = f"There are {len(stamps)} timestamps, and {TIMESTAMPS_LIMIT} is the most; the rest were not read."
        case.notes.find(13, "timestamp.surplus", timestamp_member(*stamps[TIMESTAMPS_LIMIT]), sentence)
    return stamps[:TIMESTAMPS_LIMIT]


def _read_roots(case: Case, stamps: Sequence[tuple[int, str]]) -> dict[str, tuple[Certificate, ...]]:
    """Return the bundle's own roots; find those that are none, are missing, or are there for nothing."""
    found: dict[str, tuple[Certificate, ...]] = {}
    names, named = roots_of(case.bundle), {name for _, name in stamps}
    for name in names:
        member = root_member(name)
        if name not in named:
            case.notes.find(13, "timestamp.surplus", member, "The root is here, and no timestamp of its authority.")
        try:
            found[name] = parse_roots(case.bundle.read(member, limit=ROOTS_LIMIT), what=member)
        except MalformedError as error:
            case.notes.find(13, "timestamp.root", member, error.message)
    for name in sorted(named - set(names)):
        sentence = f"The bundle has timestamps of {name}, and not the root of that authority."
        case.notes.find(13, "timestamp.root", root_member(name), sentence)
    return found


def _stamped(case: Case, checkpoint: Checkpoint, stamps: Sequence[tuple[int, str]], roots: _Roots) -> Iterator[Dated]:
    """Yield the date of each timestamp that verifies on the word that was chosen."""
    for size, name in stamps:
        member = timestamp_member(size, name)
        root = checkpoint.root if size == checkpoint.size else case.roots.get(size)
        if root is None or not 0 < size <= checkpoint.size:
            sentence = f"The timestamp is over {size} entries, and what these are does not follow from the headers."
            case.notes.find(13, "timestamp.size", member, sentence)
            continue
        digest = imprint(Checkpoint(checkpoint.origin, size, Hash(root)))
        try:
            raw = case.bundle.read(member, limit=TIMESTAMP_LIMIT)
            own = open_timestamp(raw, digest=digest, roots=roots.own.get(name, roots.given))
        except PledgerError as error:
            case.notes.find(13, "timestamp.unverified", member, error.message)
            continue
        try:
            found = open_timestamp(raw, digest=digest, roots=roots.given) if roots.given else own
        except RefusedError:
            case.notes.skip(f"timestamps: {name} over {size} entries, for which no root that you gave vouches")
            continue
        yield timestamp_date(found, name=name, size=size)


def _witnessed(case: Case, chosen: Policy) -> tuple[Dated, ...]:
    """Return the dates that the policy's witnesses gave the checkpoint; what is wrong with one is found in step 5."""
    try:
        note = case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT)
        return witness_dates(open_any_checkpoint(note, [one.key for one in chosen.witnesses]), chosen.witnesses)
    except PledgerError:
        return ()


def _interval(checkpoint: Checkpoint, received: Mapping[int, str], dates: Sequence[Dated]) -> Interval | None:
    """Return the interval of the checkpoint: after its last entry, and before whoever dated it."""
    last = received.get(checkpoint.size - 1)
    if last is None:
        return None
    floor = Floor("entry", checkpoint.size, checkpoint.root, last)
    return Interval(last, floor, earliest(one for one in dates if one.size == checkpoint.size))


def _floors(case: Case) -> dict[int, int]:
    """Return, for each entry whose statement is here, the size of the checkpoint that was there before it.

    That is its anchor, once it is seen to be this log's; else that of the charter alone, which every statement names.
    """
    found: dict[int, int] = {}
    for header in case.headers:
        one = case.opened[header.statement]
        size = anchor_size(one)
        anchor = one.statement.anchor if one.statement is not None else None
        is_ours = anchor is not None and encode_base64url(case.roots.get(anchor.size, b"")) == anchor.root
        if header.index > 0:
            found[header.index] = size if size is not None and is_ours and 0 < size <= header.index else 1
    return found


def _received(case: Case, indexes: set[int], size: int) -> dict[int, str]:
    """Return when the operator received these entries, by the headers that are here."""
    found: dict[int, str] = {}
    is_whole = not is_indexed(case)
    for place, line in enumerate(islice(read_lines(case), size)):
        if is_whole and place not in indexes:
            continue
        try:
            header = parse_header(line)
        except MalformedError:
            continue  # found in step 6
        if header.index in indexes:
            found[header.index] = header.received
    return found


def _bounds(case: Case, received: Mapping[int, str], dates: Sequence[Dated]) -> Iterator[Bounds]:
    """Yield the bounds of each entry whose statement is here."""
    floors = _floors(case)
    for header in case.headers:
        over = dates_over(header.index, dates)
        floor = floors.get(header.index)
        yield Bounds(header.index, received.get(floor - 1) if floor is not None else None, over[0] if over else None)
