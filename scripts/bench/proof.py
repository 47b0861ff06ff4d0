"""Proofs: making them from the store, checking them, and the receipts of a batch.

Each proof of the first kind begins with nothing in hand but an open store: a snapshot is taken, the nodes are read, the
proof is folded. Indexes and sizes are drawn with a fixed seed.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from scripts.bench.figure import Options, Table, on_cores, options, quantile
from scripts.bench.ground import Ledger

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

Row = tuple[str | float, ...]


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

    def old_root(self, size: int) -> Hash:
        """Return the root at an older size."""
        with self._store.reading() as reading:
            return read_edge(size, reading.nodes(edge_indexes(size))).root


def each(name: str, steps: Sequence[Callable[[], object]]) -> Row:
    """Return the row of something done many times: p50, p99 and mean, in ms."""
    took = []
    for step in steps:
        begun = time.perf_counter()
        step()
        took.append((time.perf_counter() - begun) * 1e3)
    return (name, quantile(took, 0.5), quantile(took, 0.99), sum(took) / len(took))


def batch_row(publication: Publication) -> Row:
    """Return the row of a batch's receipts, made together."""
    begun = time.perf_counter()
    made = list(publication.receipts())
    mean = (time.perf_counter() - begun) * 1e3 / len(made)
    return (f"receipts of a batch of {len(made):,}, each", None or mean, mean, mean)


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
        included = {index: prover.include(index) for index in indexes}
        continued = {old: (prover.continues(old), prover.old_root(old)) for old in sizes}
        rows = (
            each("inclusion proof from the store", [lambda i=i: prover.include(i) for i in indexes]),  # type: ignore[misc]
            each("consistency proof from the store", [lambda s=s: prover.continues(s) for s in sizes]),  # type: ignore[misc]
            each("receipt from the store", [lambda i=i: prover.receipt(i) for i in indexes]),  # type: ignore[misc]
            batch_row(publication),
            each("writing a receipt out", [lambda r=r: format_receipt(r) for r in publication.receipts()]),  # type: ignore[misc]
            each("verifying an inclusion proof", [
                lambda i=i: _must(verify_inclusion(
                    leaf=prover.leaves[i], index=i, size=prover.size, proof=included[i], root=prover.root
                ))  # type: ignore[misc]
                for i in indexes
            ]),
            each("verifying a consistency proof", [
                lambda s=s: _must(verify_consistency(
                    old=s, new=prover.size, proof=continued[s][0], old_root=continued[s][1], new_root=prover.root
                ))  # type: ignore[misc]
                for s in sizes
            ]),
        )  # fmt: skip
        ledger.close()
    return rows


def _must(holds: bool) -> None:  # noqa: FBT001, the answer of a verifier
    if not holds:
        raise SystemExit("a proof does not hold")


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    size, draws = (10_000, 500) if given.is_quick else (100_000, 4_000)
    rows = measure(given, size, draws)
    given.show(Table(f"Proofs in a log of {size:,} entries, ms", ("what", "p50", "p99", "mean"), rows))
    given.finish()


if __name__ == "__main__":
    main()
