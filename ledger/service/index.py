"""The completeness index of a log: sorted out of its entries, its root recomputed, statements of it held against that.

A million records do not have to fit into memory: they are sorted in runs, each in a temporary file that vanishes by
itself, and merged as they are read. What the tree over them is, `ledger.tlog.index` says. Source: design §2.3.
"""

import heapq
import marshal
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final, Self

from ledger.audit.bundle import TAIL_LIMIT
from ledger.errors import ConflictError, NotFoundError, UnavailableError
from ledger.model.index import Index
from ledger.service.ports import Reading
from ledger.service.scene import read_said
from ledger.service.site import Source, read_headers
from ledger.signing.canonical import decode_base64url, encode_base64url
from ledger.tlog.entry import parse_header
from ledger.tlog.index import (
    BLOCK,
    Range,
    Roots,
    format_index_proof,
    format_record,
    hash_records,
    index_of,
    locate,
    make_index_proof,
)
from ledger.tlog.merkle import Hash, leaf_hash
from ledger.tlog.multiproof import multiproof_indexes, prove_many
from ledger.tlog.stored import Row
from ledger.tlog.tile import ENTRIES, TILE_WIDTH, Tile

RUN: Final = 200_000
"""Records that are sorted in memory before they are written out as one run: some 30 MB."""

_GROUP: Final = 4096
"""Records that are written and read at once."""

_REMEMBERED: Final = 64
"""Roots that are remembered, so that a statement of one is not reckoned twice on its way into the log."""


class SortedRecords:
    """Records in order, to be gone through as often as one likes; it holds at most ``run`` of them in memory."""

    def __init__(self, records: Iterable[bytes], *, run: int = RUN) -> None:
        self._files: list[IO[bytes]] = []
        self._rest: list[bytes] = []
        remaining = iter(records)
        try:
            while chunk := sorted(islice(remaining, run)):
                if len(chunk) < run:
                    self._rest = chunk
                    break
                self._write_out(chunk)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the records in order; one pass at a time."""
        runs: list[Iterable[bytes]] = [_read_run(file) for file in self._files]
        return heapq.merge(*runs, self._rest) if runs else iter(self._rest)

    def close(self) -> None:
        """Forget all of them."""
        for file in self._files:
            file.close()
        self._files, self._rest = [], []

    def _write_out(self, chunk: list[bytes]) -> None:
        with _room():
            file = tempfile.TemporaryFile()  # noqa: SIM115  # kept open until the records are forgotten
            self._files.append(file)
            for start in range(0, len(chunk), _GROUP):
                marshal.dump(chunk[start : start + _GROUP], file)
            file.flush()


def _read_run(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the records of a run."""
    with _room():
        file.seek(0)
    while True:
        try:
            with _room():
                group = marshal.load(file)  # noqa: S302  # a nameless file of our own, which nobody else can write
        except EOFError:
            return
        yield from group


@contextmanager
def _room() -> Iterator[None]:
    """Turn a full or failing disk into an answer that the caller can act on."""
    try:
        yield
    except OSError as error:
        message = f"The index cannot be sorted in {tempfile.gettempdir()}: {error.strerror}; make room there (TMPDIR)."
        raise UnavailableError(message) from error


def stored_records(reading: Reading, size: int) -> Iterator[bytes]:
    """Yield the records of the log's first ``size`` entries as the store files them, in the order of the log."""
    for index, kind, subject, leaf in reading.leaves(0, size):
        yield format_record(kind=kind, subject=subject, index=index, leaf=leaf)


def header_records(headers: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the records of headers.

    Raises:
        MalformedError: a line is no header.
    """
    for raw in headers:
        header = parse_header(raw)
        yield format_record(kind=header.kind, subject=header.subject, index=header.index, leaf=leaf_hash(raw))


def site_records(source: Source, size: int) -> Iterator[bytes]:
    """Yield the records of the entries that a static site has, whose log is of that size."""
    for number in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        yield from header_records(read_headers(source, Tile(ENTRIES, number, width)))


def index_roots(records: Iterable[bytes], sizes: Iterable[int], *, run: int = RUN) -> Mapping[int, Hash]:
    """Return the root of the index at each of these sizes, out of the records of the largest, in any order."""
    roots = Roots(sizes)
    with SortedRecords(records, run=run) as ordered:
        remaining = iter(ordered)
        while block := tuple(islice(remaining, BLOCK)):
            roots.add(block)
    return roots.roots()


_known: dict[tuple[int, Hash], Hash] = {}
"""Roots that were reckoned, by size and leaf of the last entry: its chain binds all the entries before it."""


def stored_root(reading: Reading, size: int) -> Hash:
    """Return the root of the index over the log's first ``size`` entries, recomputed from the store.

    It reads all of them, but for what was asked a short while ago.

    Raises:
        ConflictError: the log has fewer entries, or none is asked for.
    """
    if not 0 < size <= reading.head().size:
        message = f"An index of {size} entries cannot be made of a log of {reading.head().size}; give a size it has."
        raise ConflictError(message, size=size)
    last = size, reading.nodes([(0, size - 1)])[0, size - 1]
    if last not in _known:
        found = index_roots(stored_records(reading, size), (size,))[size]
        while len(_known) >= _REMEMBERED:
            _known.pop(next(iter(_known)))
        _known[last] = found
    return _known[last]


def refuse_wrong_root(body: Index, reading: Reading) -> None:
    """Raise unless an index statement names the root that the log's own entries give.

    Raises:
        ConflictError: it names another, or more entries than were published.
    """
    root = stored_root(reading, body.size)
    if decode_base64url(body.root, what="the root of the index") != root:
        message = (
            f"The index of {body.size} entries has the root {encode_base64url(root)}, and the statement says "
            f"{body.root}; let pledger log index make it."
        )
        raise ConflictError(message, size=body.size, expected=encode_base64url(root))


def index_body(reading: Reading, size: int) -> dict[str, object]:
    """Return the body of the statement of the index over the log's first ``size`` entries."""
    return {"size": size, "root": encode_base64url(stored_root(reading, size))}


def logged_indexes(reading: Reading) -> tuple[tuple[int, Index], ...]:
    """Return every index statement that the log holds, with its entry, in order."""
    rows = reading.rows(0, reading.head().size, kinds=("index",))
    said = [one for row in rows if (one := read_said(row)) is not None]
    return tuple((one.index, one.statement.body) for one in said if isinstance(one.statement.body, Index))


def wrong_indexes(indexes: Iterable[tuple[int, Index]], records: Iterable[bytes]) -> Iterator[tuple[int, Index, Hash]]:
    """Yield the index statements whose root is not what the records give, each with its entry and the right root.

    Args:
        indexes: the statements, each with the entry that it is.
        records: of at least the largest size that they name, in any order.
    """
    known = tuple(indexes)
    if not known:
        return
    roots = index_roots(records, [body.size for _, body in known])
    for entry, body in known:
        if decode_base64url(body.root, what="the root of the index") != roots[body.size]:
            yield entry, body, roots[body.size]


# --- proofs for bundles -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Indexed:
    """What shows that a closure is whole, out of an index that was logged.

    Attributes:
        entry: the entry of the index statement.
        members: indexes of the closure's entries that the index covers, ascending.
        tail: every entry from where the index ends.
        proof: of completeness, as it is written down; ``inclusion`` of all these entries in the tree of the head.
    """

    entry: Row
    members: tuple[int, ...]
    tail: tuple[Row, ...]
    proof: bytes
    inclusion: bytes


def prove_closure(reading: Reading, ranges: Sequence[Range]) -> Indexed:
    """Return the proof that a closure is whole, by the last index that was logged.

    It sorts all entries that the index covers and goes through them twice; memory does not grow with the log.

    Args:
        ranges: that hold the closure.

    Raises:
        NotFoundError: no index is logged, or the log has grown by more than a bundle carries since.
        ConflictError: the root that was logged is not what the entries give.
        MalformedError: the proof would be too large.
    """
    size = reading.head().size
    logged = logged_indexes(reading)
    number, body = max(logged, key=lambda one: one[1].size, default=(-1, None))
    if body is None or size - body.size > TAIL_LIMIT:
        since = "no index" if body is None else f"its index covers {body.size} of them"
        message = f"The log has {size} entries, and {since}; run pledger log index first."
        raise NotFoundError(message, size=size)
    with SortedRecords(stored_records(reading, body.size)) as ordered:
        located = locate(ordered, ranges)
        hashed = hash_records(ordered, located.gaps)
    if hashed.root != decode_base64url(body.root, what="the root of the index"):
        message = f"The index that entry {number} logs is not that of the entries below it; run pledger log check."
        raise ConflictError(message, index=number)
    members = tuple(sorted(index_of(record) for record in located.members))
    positions = [*members, *range(body.size, size)]
    nodes = reading.nodes(multiproof_indexes(positions, size))
    entry = reading.row(number)
    if entry is None:
        raise ConflictError(f"Entry {number} is gone from the store; run pledger log check.", index=number)
    return Indexed(
        entry=entry,
        members=members,
        tail=tuple(reading.rows(body.size, size)),
        proof=format_index_proof(make_index_proof(number, located, hashed.hashes)),
        inclusion=b"".join(prove_many(positions, size, nodes)),
    )
