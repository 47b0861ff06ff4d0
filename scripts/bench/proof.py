"""Proofs: making them from the store, checking them, and the receipts of a batch.

Each proof of the first kind begins with nothing in hand but an open store: a snapshot is taken, the nodes are read,
the proof is folded. Indexes and sizes are drawn with a fixed seed.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from ledger.service.publish import Publication, make_receipt
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.merkle import (
    Hash,
    consistency_indexes,
    edge_indexes,
    inclusion_indexes,
    prove_consistency,
    prove_inclusion,
    read_edge,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.note import parse_note
from ledger.tlog.proof import Receipt, format_receipt
from scripts.bench.figure import Cell, Options, Table, on_cores, options, quantile
from scripts.bench.ground import Ledger

Row = tuple[Cell, ...]

T = TypeVar("T")


class Prover:
    """What is asked of a ledger of a fixed size.

    Attributes:
        size: of the log.
        root: of its tree.
        leaves: those of the entries that were drawn, by index.
    """

    def __init__(self, ledger: Ledger, drawn: Iterable[int]) -> None:
        self._store = ledger.store
        with self._store.reading() as reading:
            head = reading.head()
            self.size = head.size
            self.root = parse_checkpoint(parse_note(head.checkpoint).text).root
            self.leaves = {index: reading.nodes([(0, index)])[0, index] for index in set(drawn)}

    def include(self, index: int) -> tuple[Hash, ...]:
        """Return the inclusion proof of an entry."""
        with self._store.reading() as reading:
            return prove_inclusion(index, self.size, reading.nodes(inclusion_indexes(index, self.size)))

    def continues(self, old: int) -> tuple[Hash, ...]:
        """Return the consistency proof from an older size."""
        with self._store.reading() as reading:
            return prove_consistency(old, self.size, reading.nodes(consistency_indexes(old, self.size)))

    def receipt(self, index: int) -> Receipt:
        """Return the receipt of an entry, as it was first given."""
        with self._store.reading() as reading:
            row = reading.row(index)
            if row is None:
                raise SystemExit(f"there is no entry {index}")
            return make_receipt(reading, row)

    def must_include(self, proved: tuple[int, tuple[Hash, ...]]) -> None:
        """Verify an inclusion proof; it must hold."""
        index, proof = proved
        leaf = self.leaves[index]
        if not verify_inclusion(leaf=leaf, index=index, size=self.size, proof=proof, root=self.root):
            raise SystemExit(f"the proof of entry {index} does not hold")

    def must_continue(self, proved: tuple[int, tuple[Hash, ...], Hash]) -> None:
        """Verify a consistency proof; it must hold."""
        old, proof, old_root = proved
        if not verify_consistency(old=old, new=self.size, proof=proof, old_root=old_root, new_root=self.root):
            raise SystemExit(f"the proof from size {old} does not hold")

    def old_root(self, size: int) -> Hash:
        """Return the root at an older size."""
        with self._store.reading() as reading:
            return read_edge(size, reading.nodes(edge_indexes(size))).root


def each(name: str, values: Iterable[T], step: Callable[[T], object]) -> Row:
    """Return the row of something done with each of many values: p50, p99 and mean, in µs."""
    took = []
    for value in values:
        begun = time.perf_counter()
        step(value)
        took.append((time.perf_counter() - begun) * 1e6)
    return (name, quantile(took, 0.5), quantile(took, 0.99), sum(took) / len(took))


def batch_row(publication: Publication) -> Row:
    """Return the row of a batch's receipts, made together."""
    begun = time.perf_counter()
    made = list(publication.receipts())
    mean = (time.perf_counter() - begun) * 1e6 / len(made)
    return (f"receipts of a batch of {len(made):,}, each", None, None, mean)


def measure(given: Options, size: int, draws: int) -> tuple[Row, ...]:
    """Return the rows for a log of a size."""
    drawn = random.Random(1)  # noqa: S311, a fixed seed is what is wanted
    with tempfile.TemporaryDirectory(dir=given.directory) as folder, on_cores(1):
        ledger = Ledger(Path(folder))
        ledger.fill(size)
        publication = ledger.publisher.publish(list(ledger.statements(1000)))
        indexes = [drawn.randrange(size) for _ in range(draws)]
        sizes = [drawn.randrange(1, size) for _ in range(draws)]
        prover = Prover(ledger, indexes)
        included = [(index, prover.include(index)) for index in indexes]
        continued = [(old, prover.continues(old), prover.old_root(old)) for old in sizes]
        rows = (
            each("inclusion proof from the store", indexes, prover.include),
            each("consistency proof from the store", sizes, prover.continues),
            each("receipt from the store", indexes, prover.receipt),
            batch_row(publication),
            each("writing a receipt out", publication.receipts(), format_receipt),
            each("verifying an inclusion proof", included, prover.must_include),
            each("verifying a consistency proof", continued, prover.must_continue),
        )
        ledger.close()
    return rows


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    sizes, draws = ((10_000,), 500) if given.is_quick else ((100_000, 1_000_000), 4_000)
    for size in sizes:
        rows = measure(given, size, draws)
        given.show(Table(f"Proofs in a log of {size:,} entries, µs", ("what", "p50", "p99", "mean"), rows))
    given.finish()


if __name__ == "__main__":
    main()
