"""The completeness index: a log's entries once more, sorted by what they are about, as a Merkle tree (design §2.3).

Where a log is too long for all of its headers to be carried along, its operator logs the root of this tree over the
first ``size`` entries. As it is sorted, the entries about one subject are neighbours in it: a proof that shows them
with the entry before and the entry after, or the tree's edge, shows that there are no others.

A leaf is a *record*: a key, a zero byte, the entry's index (8 bytes, big-endian) and its leaf hash in the log. Records
are sorted as bytes. The key says what the closure of an audit asks for::

    0<subject>                          charter, key, erasure and amendment: every closure takes all of them
    1<subject>                          all other kinds
    2<reporter>/<partner>/<measure>     all other kinds about series:<measure>/<reporter>/<partner>

so that a closure is one range for the first, one for each subject, and one for each pair of parties, whatever measures
there may ever be. Leaf hash = SHA-256(0x02 ‖ record), nodes as in RFC 6962 §2.1, and the root that is logged is
SHA-256(0x03 ‖ size ‖ head): neither is ever taken for a hash of the log's own tree, and the size is part of the root.

Nothing here reads anything: the sorted records come in as a stream, which is gone through once to `locate` what a proof
has to show, and once to `hash_records`.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice, pairwise
from typing import Final, NamedTuple

from ledger.errors import MalformedError
from ledger.signing.canonical import decode_base64url, encode_base64url
from ledger.tlog.checkpoint import parse_decimal
from ledger.tlog.entry import HEADER_LIMIT
from ledger.tlog.merkle import EMPTY_EDGE, HASH_SIZE, MAX_SIZE, Edge, Hash, root_from_edge
from ledger.tlog.multiproof import Gap, gap_indexes, gaps, root_of_many, subtrees_of_many

INDEX_LIMIT: Final = 1 << 16
"""The most bytes that a completeness proof may have."""

EVERYWHERE: Final[frozenset[str]] = frozenset({"charter", "key", "erasure", "amendment"})
"""Kinds of which every closure takes every statement, whatever it is about."""

SERIES: Final = "series:"
"""How the key of a series of figures begins; nothing else has a colon."""

BLOCK: Final = 1 << 14
"""Records that are hashed at a time."""

_FIRST: Final = b"pledger-index@v1"
_SIDES: Final = 3
_TAIL: Final = 1 + 8 + HASH_SIZE  # after the key: zero byte, index, leaf hash


class Range(NamedTuple):
    """Every record from ``low`` on that is below ``high``."""

    low: bytes
    high: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as the index has it.

    Attributes:
        key: what it is filed under.
        index: of the entry.
        leaf: its leaf hash in the log.
    """

    key: str
    index: int
    leaf: Hash


@dataclass(frozen=True, slots=True)
class IndexProof:
    """A proof that whoever holds certain headers holds all that certain ranges of an index have.

    The records at hand are those of the headers and the neighbours; sorted, they fill the runs.

    Attributes:
        entry: of the log, whose statement names the root.
        runs: first position and number of records, for each unbroken run of records at hand, ascending.
        neighbours: records that are shown because they stand just before or just after a range.
        hashes: of all that lies between the runs, as in `ledger.tlog.multiproof`.
    """

    entry: int
    runs: tuple[tuple[int, int], ...]
    neighbours: tuple[bytes, ...]
    hashes: tuple[Hash, ...]


# --- records and ranges -----------------------------------------------------------------------------------------------


def key_of(kind: str, subject: str) -> str:
    """Return what an entry of this kind and subject is filed under."""
    if kind in EVERYWHERE:
        return f"0{subject}"
    sides = series_sides(subject)
    return f"1{subject}" if sides is None else f"2{sides[1]}/{sides[2]}/{sides[0]}"


def series_sides(subject: str) -> tuple[str, str, str] | None:
    """Return measure, reporter and partner of a series' key; None where it is no such key."""
    sides = subject.removeprefix(SERIES).split("/") if subject.startswith(SERIES) else []
    return (sides[0], sides[1], sides[2]) if len(sides) == _SIDES and all(sides) else None


def format_record(*, kind: str, subject: str, index: int, leaf: Hash) -> bytes:
    """Return the record of an entry; `parse_record` is the inverse, but for what the key leaves out."""
    return key_of(kind, subject).encode() + b"\0" + index.to_bytes(8, "big") + leaf


def parse_record(raw: bytes) -> Record:
    """Return what a record says.

    Raises:
        MalformedError: it is none.
    """
    key = raw[:-_TAIL]
    is_key = key[:1] in {b"0", b"1", b"2"} and len(key) <= HEADER_LIMIT and all(0x21 <= byte <= 0x7E for byte in key)
    if not is_key or raw[-_TAIL] != 0:
        raise MalformedError("A record of the index has no key, or none that can be; make the proof again.")
    return Record(key.decode("ascii"), index_of(raw), Hash(raw[-HASH_SIZE:]))


def index_of(record: bytes) -> int:
    """Return the index of the entry of a record."""
    return int.from_bytes(record[-HASH_SIZE - 8 : -HASH_SIZE], "big")


def place_of(record: bytes) -> Range:
    """Return the range of whatever is filed under the key and index of a record, with this leaf hash or another."""
    low = record[:-HASH_SIZE]
    return Range(low, (int.from_bytes(low, "big") + 1).to_bytes(len(low), "big"))


def closure_ranges(subjects: Iterable[str], traders: Collection[str]) -> tuple[Range, ...]:
    """Return the ranges that hold all that belongs to a closure.

    Args:
        subjects: commitments, instruments, parties and levers.
        traders: the parties between which every series belongs (of tables and rates, the classifications and currencies
            that stand in their place); ``*`` stands for several, and so for any of them.
    """
    sides = sorted({*traders, "*"})
    found = [Range(b"0", b"1"), *(_under(f"1{subject}\0") for subject in set(subjects))]
    found += [_under(f"2{reporter}/{partner}/") for reporter in sides for partner in sides]
    return tuple(sorted(found))


def _under(prefix: str) -> Range:
    """Return the range of all records that begin with these characters."""
    low = prefix.encode()
    return Range(low, low[:-1] + bytes([low[-1] + 1]))


# --- the tree ---------------------------------------------------------------------------------------------------------


def record_hash(record: bytes) -> Hash:
    """Return the leaf hash of a record, SHA-256(0x02 ‖ record)."""
    return Hash(sha256(b"\x02" + record).digest())


def index_root(size: int, head: Hash) -> Hash:
    """Return the root that is logged, SHA-256(0x03 ‖ size ‖ head): the head of the tree bound to its size."""
    return Hash(sha256(b"\x03" + size.to_bytes(8, "big") + head).digest())


@dataclass(frozen=True, slots=True)
class Hashed:
    """What hashing the records of an index gave.

    Attributes:
        size: how many there are.
        root: as it is logged.
        hashes: of the subtrees that were asked for, in their order.
    """

    size: int
    root: Hash
    hashes: tuple[Hash, ...]


def hash_records(records: Iterable[bytes], wanted: Sequence[Gap] = ()) -> Hashed:
    """Return the root over all records, which come sorted, and the hashes of the subtrees that are wanted.

    It keeps the edge of the tree and what is wanted, so that memory does not grow with the number of records.
    """
    addresses = {tuple(address) for gap in wanted for address in gap_indexes(gap)}
    kept: dict[tuple[int, int], Hash] = {}
    edge, remaining = EMPTY_EDGE, iter(records)
    while block := [Hash(sha256(b"\x02" + record).digest()) for record in islice(remaining, BLOCK)]:
        edge, fresh = edge.extend(block)
        if addresses:
            kept.update(((level, number), value) for level, number, value in fresh if (level, number) in addresses)
    hashes = tuple(
        root_from_edge(Edge(end - begin, tuple(kept[address] for address in gap_indexes((begin, end)))))
        for begin, end in wanted
    )
    return Hashed(edge.size, index_root(edge.size, edge.root), hashes)


class Roots:
    """The roots of an index at several sizes, out of one pass over the sorted records of the largest.

    Attributes:
        sizes: ascending.
    """

    def __init__(self, sizes: Iterable[int]) -> None:
        self.sizes = sorted(set(sizes))
        self._edges = dict.fromkeys(self.sizes, EMPTY_EDGE)

    def add(self, records: Sequence[bytes]) -> None:
        """Take the next records."""
        indexes = [index_of(record) for record in records]
        hashes = [record_hash(record) for record in records]
        for size in self.sizes:
            below = [value for index, value in zip(indexes, hashes, strict=True) if index < size]
            self._edges[size] = self._edges[size].extend(below)[0]

    def roots(self) -> dict[int, Hash]:
        """Return the root at each size."""
        return {size: index_root(edge.size, edge.root) for size, edge in self._edges.items()}


# --- making a proof ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Located:
    """What a proof has to show of an index.

    Attributes:
        size: how many records there are.
        positions: of the records that are shown, ascending.
        records: which those are.
        members: those of them that are in a range; the others are neighbours.
    """

    size: int
    positions: tuple[int, ...]
    records: tuple[bytes, ...]
    members: tuple[bytes, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The subtrees whose hashes the proof needs, to be asked of `hash_records`."""
        return gaps(self.positions, self.size)


def locate(records: Iterable[bytes], ranges: Iterable[Range]) -> Located:
    """Return what a proof of these ranges has to show: all that is in them, and the records next to them."""
    pending = _joined(ranges)
    shown: dict[int, bytes] = {}
    members: list[bytes] = []
    current = next(pending, None)
    is_inside = False
    size, before = 0, b""
    for position, record in enumerate(records):
        while current is not None and record >= current.low:
            if not is_inside and position:
                shown[position - 1] = before
            shown[position] = record
            is_inside = record < current.high
            if is_inside:
                members.append(record)
                break
            current = next(pending, None)
        size, before = position + 1, record
    if current is not None and size:
        shown[size - 1] = before
    return Located(size, tuple(shown), tuple(shown.values()), tuple(members))


def _joined(ranges: Iterable[Range]) -> Iterator[Range]:
    """Yield the ranges in order, those that overlap or touch made one."""
    current: Range | None = None
    for one in sorted(ranges):
        if current is not None and one.low <= current.high:
            current = Range(current.low, max(current.high, one.high))
        else:
            if current is not None:
                yield current
            current = one
    if current is not None:
        yield current


def make_index_proof(entry: int, located: Located, hashes: Sequence[Hash]) -> IndexProof:
    """Return the proof that shows what was located.

    Args:
        entry: of the log, whose statement names the root.
        located: as `locate` gives it.
        hashes: of its gaps, as `hash_records` gives them.
    """
    members = set(located.members)
    neighbours = tuple(record for record in located.records if record not in members)
    return IndexProof(entry, tuple(_runs(located.positions)), neighbours, tuple(hashes))


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first position and length of each unbroken run."""
    first = 0
    for place in range(1, len(positions) + 1):
        if place == len(positions) or positions[place] != positions[place - 1] + 1:
            yield positions[first], place - first
            first = place


# --- judging a proof --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a proof does not show what it has to.

    Attributes:
        code: ``index.form``, ``index.root-mismatch`` or ``index.gap``.
        sentence: what was seen.
    """

    code: str
    sentence: str


def index_fault(
    proof: IndexProof, *, size: int, root: Hash, members: Collection[bytes], ranges: Sequence[Range]
) -> Fault | None:
    """Return why a proof does not show that these records are all that an index has in these ranges; None if it does.

    Never raises: whatever the proof says, the answer is an answer.

    Args:
        proof: to be judged.
        size: of the index.
        root: that was logged for it.
        members: the records of the headers at hand; all that are in the ranges have to be among them.
        ranges: that have to be whole.
    """
    # 1. The records at hand, each once, fill the runs.
    records = sorted((*members, *proof.neighbours))
    positions = _positions(proof.runs, size=size, count=len(records))
    if positions is None or any(one == other for one, other in pairwise(records)):
        sentence = "The places that the proof gives do not fit the records at hand: one was left out, or put in."
        return Fault("index.form", sentence)
    # 2. They are in the tree whose root was logged, at these places.
    head = root_of_many(list(zip(positions, map(record_hash, records), strict=True)), size, proof.hashes)
    if head is None or index_root(size, head) != root:
        return Fault("index.root-mismatch", "The proof does not lead to the root of the index that was logged.")
    # 3. In each range, and just around it, one place follows the other, so that nothing hides between.
    held = set(members)
    for one in ranges:
        first, stop = bisect_left(records, one.low), bisect_left(records, one.high)
        foreign = next((record for record in records[first:stop] if record not in held), None)
        if foreign is not None:
            return Fault("index.gap", f"Entry {index_of(foreign)} is in the index, and its header is left out.")
        before = positions[first - 1] if first else -1
        after = positions[stop] if stop < len(records) else size
        if after - before - 1 != stop - first:
            name = one.low.rstrip(b"\0").decode("ascii", "replace")
            sentence = f"Between what the proof shows about {name} other entries may stand: it does not show them all."
            return Fault("index.gap", sentence)
    return None


class ShownRecords:
    """What a completeness proof shows of an index, to be held against the log's own entries.

    Attributes:
        proof: whose records they are.
    """

    def __init__(self, proof: IndexProof, *, size: int, members: Collection[bytes]) -> None:
        self.proof = proof
        self._size = size
        self._records = sorted((*members, *proof.neighbours))
        positions = _positions(proof.runs, size=size, count=len(self._records))
        # What is not of the form shows nothing.
        self._records = self._records if positions is not None else []
        self._positions = positions or []
        self._place_of = {index_of(record): place for place, record in enumerate(self._records)}

    def denial(self, record: bytes) -> IndexProof | None:
        """Return the part of the proof that shows a record to be missing, or another in its stead; None if it does not.

        Args:
            record: of an entry that the index covers, as the log has that entry.
        """
        places = self._denying(record)
        if not places:
            return None
        leaves = list(zip(self._positions, map(record_hash, self._records), strict=True))
        hashes = subtrees_of_many(leaves, self._size, self.proof.hashes)
        if hashes is None:
            return None
        positions = [self._positions[place] for place in places]
        between = tuple(hashes[gap] for gap in gaps(positions, self._size))
        neighbours = tuple(self._records[place] for place in places)
        return IndexProof(self.proof.entry, tuple(_runs(positions)), neighbours, between)

    def _denying(self, record: bytes) -> list[int]:
        """Return the places of the records that leave none for a record, or of the one that stands in its stead."""
        place = self._place_of.get(index_of(record))
        if place is not None:
            return [place] if self._records[place] != record else []
        stop = bisect_left(self._records, record)
        before = self._positions[stop - 1] if stop else -1
        after = self._positions[stop] if stop < len(self._records) else self._size
        if after != before + 1:
            return []
        return [place for place in (stop - 1, stop) if 0 <= place < len(self._records)]


def _positions(runs: Sequence[tuple[int, int]], *, size: int, count: int) -> list[int] | None:
    """Return the places that runs stand for, or None where they are not ``count`` ascending ones in the tree."""
    end = -1
    for start, length in runs:
        # Runs that touch would be one run: so each set of places has one spelling.
        if not (end < start and 0 < length <= count and start + length <= size):
            return None
        end = start + length
    if sum(length for _, length in runs) != count:
        return None
    return [place for start, length in runs for place in range(start, start + length)]


# --- writing and reading ----------------------------------------------------------------------------------------------


def format_index_proof(proof: IndexProof) -> bytes:
    """Return the bytes of a completeness proof; `parse_index_proof` is the inverse.

    Lines of text, an empty line, and the hashes, 32 bytes each, one after the other::

        pledger-index@v1
        entry 1000004
        run 0 44
        near 1some-subject 8123 <leaf hash, base64url>

    Raises:
        MalformedError: it has more than 65,536 bytes.
    """
    lines = [_FIRST, b"entry %d" % proof.entry]
    lines += [b"run %d %d" % run for run in proof.runs]
    for raw in proof.neighbours:
        record = parse_record(raw)
        lines.append(f"near {record.key} {record.index} {encode_base64url(record.leaf)}".encode())
    raw = b"\n".join(lines) + b"\n\n" + b"".join(proof.hashes)
    if len(raw) > INDEX_LIMIT:
        message = (
            f"The completeness proof would have {len(raw)} bytes, and {INDEX_LIMIT} is the most; "
            "audit fewer commitments at once, or take all headers with --headers."
        )
        raise MalformedError(message, size=len(raw), limit=INDEX_LIMIT)
    return raw


def parse_index_proof(raw: bytes) -> IndexProof:
    """Return the completeness proof that the bytes hold; only what `format_index_proof` writes is accepted.

    Raises:
        MalformedError: naming the line that is not of the form.
    """
    if len(raw) > INDEX_LIMIT:
        message = f"The completeness proof has {len(raw)} bytes, and {INDEX_LIMIT} is the most; do not rely on it."
        raise MalformedError(message, size=len(raw), limit=INDEX_LIMIT)
    top, blank, rest = raw.partition(b"\n\n")
    if not blank or len(rest) % HASH_SIZE or not top.isascii():
        message = "The completeness proof has no empty line between its lines and its hashes of 32 bytes each."
        raise MalformedError(message)
    first, *lines = top.decode("ascii").split("\n")
    if first.encode() != _FIRST or not lines:
        message = f"The completeness proof does not begin with {_FIRST.decode()} and an entry; get one of that version."
        raise MalformedError(message)
    (entry,) = _numbers(lines[0], "entry", 1)
    runs = [_numbers(line, "run", 2) for line in lines[1:] if line.startswith("run ")]
    near = [_neighbour(line) for line in lines[1 + len(runs) :]]
    hashes = tuple(Hash(rest[place : place + HASH_SIZE]) for place in range(0, len(rest), HASH_SIZE))
    proof = IndexProof(entry, tuple((start, count) for start, count in runs), tuple(near), hashes)
    if entry > MAX_SIZE or format_index_proof(proof) != raw:
        raise MalformedError("The lines of the completeness proof are not in order; get the proof as it was written.")
    return proof


def _numbers(line: str, word: str, count: int) -> tuple[int, ...]:
    """Return the numbers of a line that begins with a word."""
    name, *texts = line.split(" ")
    if name != word or len(texts) != count:
        raise MalformedError(
            f"A line of the completeness proof is not {word} and {count} whole numbers: {line[:80]!r}."
        )
    return tuple(parse_decimal(text, what=f"{word} line of the completeness proof") for text in texts)


def _neighbour(line: str) -> bytes:
    """Return the record that a line shows."""
    match line.split(" "):
        case ["near", key, index, leaf]:
            number = parse_decimal(index, what="near line of the completeness proof")
            raw = decode_base64url(leaf, what="near line of the completeness proof")
            if number <= MAX_SIZE and len(raw) == HASH_SIZE:
                record = key.encode() + b"\0" + number.to_bytes(8, "big") + raw
                parse_record(record)
                return record
    raise MalformedError(f"A line of the completeness proof is not near, a key, an index and a hash: {line[:80]!r}.")
