"""The completeness index of a long log: how large the proof of an audit's closure is, and how long the index takes.

The log is made up, its headers, chain and tree are real. Among a million and ten million entries about other things
stand those of an audit of ten commitments, in two ways: as they are recorded (a text and its commitments at a time, a
file's series at a time), and each at a place of its own. The proof is everything in the bundle that is neither header
nor statement nor figures: the completeness proof, and the inclusion proof of all headers under the checkpoint.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path
from typing import IO, Final

from ledger.service.index import SortedRecords, index_roots, stored_records
from ledger.signing.canonical import encode_base64url
from ledger.store.sql import SqlStore
from ledger.tlog.entry import ZERO_HASH, leaf_hash
from ledger.tlog.index import (
    closure_ranges,
    format_index_proof,
    format_record,
    hash_records,
    index_fault,
    index_of,
    locate,
    make_index_proof,
)
from ledger.tlog.merkle import EMPTY_EDGE, Edge, Hash
from ledger.tlog.multiproof import multiproof_indexes, prove_many, root_of_many
from ledger.tlog.stored import Row
from scripts.bench.figure import Cell, Options, Table, on_cores, options, peak_memory

What = tuple[str, str]
"""What an entry is: its kind and its subject."""

TRADERS: Final = ("cn", "us")
INSTRUMENTS: Final = ("talks-2019", "phase-one-2020", "orders-2025", "sheet-2025")
COMMITMENTS: Final = tuple(f"pledge-{number}" for number in range(10))
SUBJECTS: Final = (*TRADERS, "observer", *INSTRUMENTS, *COMMITMENTS, "tariff-act", "list-4a")
MEASURES: Final = ("announced", "delivery", "export", "import", "order", "outstanding_sale", "payment")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
SIDES: Final = ("cn", "us", "*")
PARTIES: Final = tuple(f"p{number:02}" for number in range(60))

_AUTHOR: Final = encode_base64url(bytes(32))
_BLOCK: Final = 1 << 14


def batches() -> list[list[What]]:
    """Return the entries of the closure as they are recorded, each list at once; the first begins the log.

    In the first story an audit of six commitments takes 88 statements, in fifteen batches; here it is ten, for longer.
    """
    keys: list[list[What]] = [[("key", f"thumbprint-{number}")] * 2 for number in range(6)]
    changes: list[list[What]] = [[("amendment", f"c{number:07}")] for number in range(8)]
    texts: list[list[What]] = [
        [("instrument", name), *(("commitment", one) for one in COMMITMENTS[place::4])]
        + [("position", one) for one in COMMITMENTS[place::4] for _ in range(4)]
        for place, name in enumerate(INSTRUMENTS)
    ]
    later: list[list[What]] = [[("position", one), ("determination", one)] for one in COMMITMENTS]
    pairs = [("us", "cn"), ("cn", "us"), ("us", "*")]
    figures: list[list[What]] = [
        [("evidence", f"series:{measure}/{one}/{other}") for one, other in pairs]
        for measure in ("export", "import", "order", "outstanding_sale")
        for _ in range(6)
    ]
    parties: list[What] = [("party", name) for name in (*TRADERS, "observer")]
    first: list[What] = [("charter", "ledger.example/bench")]
    return [[*first, *keys[0], *parties], *keys[1:], *changes, *texts, *later, *figures]


def place(size: int, *, scattered: bool) -> dict[int, What]:
    """Return where in a log of that size the entries of the closure stand."""
    drawn = random.Random(1)  # noqa: S311, a fixed seed is what is wanted
    known = [[one] for one in chain(*batches())] if scattered else batches()
    found = dict(enumerate(known[0]))
    for batch in known[1:]:
        start = drawn.randrange(len(known[0]), size - len(batch))
        while any(start + step in found for step in range(len(batch))):
            start = drawn.randrange(len(known[0]), size - len(batch))
        found.update((start + step, one) for step, one in enumerate(batch))
    return found


def other(index: int) -> What:
    """Return what an entry about something else is: half of them figures of sixty parties, half about pledges.

    They stand between ours however they are sorted: series have one of our two parties on one side, subjects begin with
    every letter.
    """
    if index % 2:
        measure = MEASURES[index // 2 % len(MEASURES)]
        reporter = (*PARTIES, *SIDES)[index // 14 % (len(PARTIES) + len(SIDES))]
        partner = PARTIES[index // 882 % len(PARTIES)]
        sides = (reporter, partner) if index // 52920 % 2 else (partner, reporter)
        return ("evidence", f"series:{measure}/{'/'.join(sides)}")
    kind = ("commitment", "position", "attestation", "determination")[index // 2 % 4]
    return (kind, f"{LETTERS[index // 16 % 26]}{index // 16:07}")


def entries(size: int, ours: dict[int, What]) -> Iterator[tuple[What, bytes, Hash]]:
    """Yield the entries of a log: what each is, its header, and its leaf hash."""
    previous = ZERO_HASH
    for index in range(size):
        what = kind, subject = ours.get(index) or other(index)
        digest = sha256(index.to_bytes(8, "big")).hexdigest()
        header = (
            f'{{"author":"{_AUTHOR}","index":{index},"kind":"{kind}","prev":"{encode_base64url(previous)}",'
            f'"received":"2026-01-01T00:00:00Z","size":1200,"statement":"sha256:{digest}","subject":"{subject}"}}'
        ).encode()
        previous = leaf_hash(header)
        yield what, header, previous


@dataclass(frozen=True, slots=True)
class Measured:
    """What proving one closure in one log gave.

    Attributes:
        headers: of the closure; ``clusters`` how many runs of neighbours they are in the log.
        index: bytes of the completeness proof, ``inclusion`` of the inclusion proof.
        verify: seconds of judging both.
    """

    headers: int
    clusters: int
    header_bytes: int
    index: int
    inclusion: int
    verify: float

    @property
    def proof(self) -> int:
        """Bytes of both."""
        return self.index + self.inclusion


def prove(size: int, *, scattered: bool) -> Measured:
    """Return how large the proof is in a log of that size, once it is seen to hold."""
    ours = place(size, scattered=scattered)
    lines: dict[int, bytes] = {}
    with tempfile.TemporaryFile() as leaves:

        def records() -> Iterator[bytes]:
            for index, ((kind, subject), header, leaf) in enumerate(entries(size, ours)):
                if index in ours:
                    lines[index] = header
                leaves.write(leaf)
                yield format_record(kind=kind, subject=subject, index=index, leaf=leaf)

        ranges = closure_ranges(SUBJECTS, TRADERS)
        with SortedRecords(records()) as ordered:
            located = locate(ordered, ranges)
            hashed = hash_records(ordered, located.gaps)
        members = sorted(map(index_of, located.members))
        if members != sorted(ours):
            raise SystemExit("the ranges do not hold the closure, or hold more")
        edge, inclusion = tree(leaves, members, size)
    proof = make_index_proof(size, located, hashed.hashes)
    raw = format_index_proof(proof)
    begun = time.perf_counter()
    fault = index_fault(proof, size=size, root=hashed.root, members=located.members, ranges=ranges)
    carried = [(index, leaf_hash(lines[index])) for index in members]
    if fault is not None or root_of_many(carried, size, inclusion) != edge.root:
        raise SystemExit("the proof does not hold")
    took = time.perf_counter() - begun
    clusters = 1 + sum(one + 1 != two for one, two in pairwise(members))
    total = sum(len(line) + 1 for line in lines.values())
    return Measured(len(members), clusters, total, len(raw), 32 * len(inclusion), took)


def tree(leaves: IO[bytes], members: Sequence[int], size: int) -> tuple[Edge, tuple[Hash, ...]]:
    """Return the edge of the log's tree, and the proof that these entries are in it."""
    wanted = set(multiproof_indexes(members, size))
    nodes: dict[tuple[int, int], Hash] = {}
    edge = EMPTY_EDGE
    leaves.seek(0)
    while block := leaves.read(32 * _BLOCK):
        edge, fresh = edge.extend([Hash(block[start : start + 32]) for start in range(0, len(block), 32)])
        nodes.update(((level, number), value) for level, number, value in fresh if (level, number) in wanted)
    return edge, prove_many(members, size, nodes)


def size_table(sizes: Iterable[int]) -> Table:
    """Return how large the proofs are."""
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        for scattered in (False, True):
            found = prove(size, scattered=scattered)
            how = "each by itself" if scattered else "as recorded"
            rows.append((
                f"{size:,}, {how}", found.headers, found.clusters, found.header_bytes, found.index, found.inclusion,
                found.proof, found.verify * 1000,
            ))  # fmt: skip
    columns = (
        "entries", "headers", "places", "headers, bytes", "completeness, bytes", "inclusion, bytes", "proof, bytes",
        "judged in ms",
    )  # fmt: skip
    return Table("The proof that an audit of ten commitments leaves nothing out", columns, tuple(rows))


# --- building ---------------------------------------------------------------------------------------------------------


def fill(store: SqlStore, size: int) -> None:
    """Write a log's entries into a store, their statements a byte each."""
    ours = place(size, scattered=False)
    edge = EMPTY_EDGE
    rows: list[Row] = []
    for index, ((kind, subject), header, leaf) in enumerate(entries(size, ours)):
        digest = sha256(index.to_bytes(8, "big")).digest()
        rows.append(Row(
            index=index, header=header, leaf=leaf, statement=digest, kind=kind, subject=subject, author=_AUTHOR,
            received="2026-01-01T00:00:00Z", jws=b"x", payload=digest,
        ))  # fmt: skip
        if len(rows) == _BLOCK or index == size - 1:
            edge, nodes = edge.extend([row.leaf for row in rows])
            with store.writing() as writing:
                writing.append(rows, nodes)
                writing.commit()
            rows = []


def build(directory: str, size: str) -> None:
    """Reckon root and proof of a store's index in a process of its own, and print seconds and memory."""
    store = SqlStore.open(Path(directory) / "ledger.db")
    before = peak_memory()
    begun = time.perf_counter()
    with store.reading() as reading, on_cores(1):
        index_roots(stored_records(reading, int(size)), [int(size)])
        middle = time.perf_counter()
        with SortedRecords(stored_records(reading, int(size))) as ordered:
            hash_records(ordered, locate(ordered, closure_ranges(SUBJECTS, TRADERS)).gaps)
        ended = time.perf_counter()
    print(middle - begun, ended - middle, before, peak_memory())
    store.close()


def build_table(given: Options, sizes: Iterable[int]) -> Table:
    """Return how long the root of an index takes, out of a store."""
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=given.directory) as folder:
            store = SqlStore.create(Path(folder) / "ledger.db")
            fill(store, size)
            store.close()
            command = [sys.executable, "-m", "scripts.bench.completeness", "build", folder, str(size)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            root, proof, before, after = map(float, done.stdout.split())
        rows.append((f"{size:,}", root, root / size * 1e6, proof, after - before))
    columns = ("entries", "root, s", "µs an entry", "proof of a closure, s", "memory, MB")
    notes = ("Read from SQLite, sorted in runs of 200,000, merged and hashed, by one process on one core.",)
    return Table("Reckoning the completeness index", columns, tuple(rows), notes)


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["build"]:
        build(*sys.argv[2:])
        return
    given = options(__doc__)
    given.show(size_table((10_000, 100_000) if given.is_quick else (1_000_000, 10_000_000)))
    given.show(build_table(given, (10_000,) if given.is_quick else (100_000, 1_000_000)))
    given.finish()


if __name__ == "__main__":
    main()
