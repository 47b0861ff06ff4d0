"""The proven interval of an entry: what it came after, and who has dated a checkpoint over it (design §2.2).

What is claimed is held against the log before it is said: the anchor against the tree, a cosignature by the witness's
key, a timestamp by its authority's root. Only witnesses and authorities that the caller names count. The meaning of
each bound is `ledger.tlog.interval`'s. Nothing here asks anybody.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.errors import MalformedError, RefusedError
from ledger.service.ports import Reading, Stamps
from ledger.service.scene import read_said
from ledger.service.stamp import Authority, held_timestamp
from ledger.signing.canonical import encode_base64url
from ledger.tlog.checkpoint import Checkpoint, open_any_checkpoint, parse_checkpoint
from ledger.tlog.entry import parse_header
from ledger.tlog.interval import Dated, Floor, Interval, earliest, timestamp_date, witness_dates
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import parse_note
from ledger.tlog.policy import Policy
from ledger.tlog.stored import Row
from ledger.tlog.timestamp import is_installed

Cosigned = Callable[[int], bytes | None]
"""Gives the checkpoint of a size as its witnesses cosigned it, where they have."""


@dataclass(frozen=True, slots=True)
class Dating:
    """Who has dated a log's checkpoints, and what they gave: it lies beside the log.

    Attributes:
        cosigned: gives cosigned checkpoints; ``sizes`` those of which there is one, in order.
        authorities: the time-stamping authorities that count; ``stamps`` their timestamps.
    """

    cosigned: Cosigned
    sizes: Sequence[int] = ()
    authorities: Sequence[Authority] = ()
    stamps: Stamps | None = None


def interval_of(
    reading: Reading,
    row: Row,
    *,
    policy: Policy,
    dating: Dating,
) -> Interval:
    """Return the interval in which an entry came to be, as far as it is proved.

    Args:
        reading: a snapshot of the log.
        row: the entry.
        policy: of the log; its witnesses are those that count.
        dating: who has dated its checkpoints.
    """
    found = (
        *_witnessed(reading, row.index, policy, dating),
        *(_stamped(reading, row.index, dating) if is_installed() else ()),
    )
    return Interval(parse_header(row.header).received, _floor(reading, row), earliest(found))


def tree_checkpoint(reading: Reading, size: int, *, origin: str) -> Checkpoint:
    """Return what a checkpoint of a size says, worked out from the stored tree."""
    return Checkpoint(origin, size, read_edge(size, reading.nodes(edge_indexes(size))).root)


def _floor(reading: Reading, row: Row) -> Floor | None:
    """Return what the statement's author had seen, held against the log; else the charter, which it names."""
    said = read_said(row)
    if said is None or row.index == 0:
        return None
    anchor = said.statement.anchor
    if anchor is None or not 0 < anchor.size <= row.index:
        return Floor("genesis", 1, None, _received(reading, 0))
    root = read_edge(anchor.size, reading.nodes(edge_indexes(anchor.size))).root
    if encode_base64url(root) != anchor.root:
        return None
    return Floor("anchor", anchor.size, root, _received(reading, anchor.size - 1))


def _received(reading: Reading, index: int) -> str:
    row = reading.row(index)
    if row is None:
        message = f"entry {index} is not there, and a later one is"
        raise AssertionError(message)
    return parse_header(row.header).received


def _witnessed(reading: Reading, index: int, policy: Policy, dating: Dating) -> Iterator[Dated]:
    """Yield the date that each witness gave the first checkpoint over an entry that it cosigned."""
    missing = list(policy.witnesses)
    head = parse_checkpoint(parse_note(reading.head().checkpoint).text)
    for size in dating.sizes[bisect_right(dating.sizes, index) :]:
        if not missing or size > head.size:
            return
        note = dating.cosigned(size)
        if note is None or not _is_ours(note, tree_checkpoint(reading, size, origin=head.origin)):
            continue
        try:
            signed = open_any_checkpoint(note, [one.key for one in missing])
        except RefusedError:
            continue  # none of those that are missing cosigned this one, or not truly
        dates = witness_dates(signed, missing)
        yield from dates
        named = {one.name for one in dates}
        missing = [one for one in missing if one.name not in named]


def _is_ours(note: bytes, checkpoint: Checkpoint) -> bool:
    """Tell whether a cosigned checkpoint is the log's own: what lies beside the log is not the log."""
    try:
        return parse_checkpoint(parse_note(note).text) == checkpoint
    except MalformedError:
        return False


def _stamped(reading: Reading, index: int, dating: Dating) -> Iterator[Dated]:
    """Yield the date that each authority gave the first checkpoint over an entry that it stamped."""
    head = reading.head()
    origin = parse_checkpoint(parse_note(head.checkpoint).text).origin
    stamps = dating.stamps
    if stamps is None:
        return
    held = stamps.held()
    for authority in dating.authorities:
        for size in (size for size, name in held if name == authority.name and index < size <= head.size):
            found = held_timestamp(stamps, authority, tree_checkpoint(reading, size, origin=origin))
            if found is not None:
                yield timestamp_date(found, name=authority.name, size=size)
                break
