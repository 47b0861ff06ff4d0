"""What one more entry costs in a log that grows: from a thousand entries on, ten times as many at each step.

It ends at a million, and with --long at ten. Batches of a thousand are published, with receipts, on one core, wherever
the log has reached the next size; between the sizes it is filled. The floors are measured beside each figure, so that a
machine that slows down meanwhile does not pass for a log that does.
"""

import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from scripts.bench import floor
from scripts.bench.figure import Options, Table, median, on_cores, options, timed
from scripts.bench.ground import RECORDER, Ledger
from scripts.bench.ingest import ingest

BATCH = 1000


class Stop(NamedTuple):
    """One size at which appending was measured.

    Attributes:
        size: of the log when it began.
        cost: seconds a statement.
        share: that cost over the sum of the floors; the median of the batches.
        sodium: the same over the sum that has libsodium's signature in it.
        stored: bytes of the database for each entry.
    """

    size: int
    cost: float
    share: float
    sodium: float
    stored: float


def measure(given: Options, sizes: tuple[int, ...], *, batches: int) -> list[Stop]:
    """Return what appending costs at each size, the smallest first."""
    stops = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        ledger, number = Ledger(Path(folder)), 0
        for size in sizes:
            ledger.fill(size)
            costs, shares, sodium = [], [], []
            with on_cores(1):
                for _ in range(batches):
                    raws = list(ledger.statements(BATCH, first=number))
                    number += BATCH
                    floors = floor.measure(raws, RECORDER.public.raw, batch=BATCH, directory=Path(folder))
                    costs.append(timed(partial(ingest, ledger, raws, BATCH)) / BATCH)
                    shares.append(costs[-1] / floors.sum)
                    sodium.append(costs[-1] / floors.sum_sodium)
            stored = sum(path.stat().st_size for path in Path(folder).glob("ledger.db*")) / ledger.size
            stops.append(Stop(size, median(costs), median(shares), median(sodium), stored))
        ledger.close()
    return stops


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    sizes: tuple[int, ...] = (1_000, 10_000) if given.is_quick else (1_000, 10_000, 100_000, 1_000_000)
    if given.is_long:
        sizes = (*sizes, 10_000_000)
    stops = measure(given, sizes, batches=4 if given.is_quick else 8)
    first = stops[0]
    rows = tuple(
        (f"{stop.size:,}", stop.cost * 1e6, stop.share, stop.sodium, stop.share / first.share, stop.stored)
        for stop in stops
    )
    columns = (
        "entries", "µs a statement", "÷ sum of floors", "÷ sum with libsodium", "÷ the first size", "bytes an entry",
    )  # fmt: skip
    note = f"In batches of {BATCH:,}, receipts made, on one core; the write-ahead log counts among the bytes."
    given.show(Table("Append cost as the log grows", columns, rows, (note,)))
    given.finish()


if __name__ == "__main__":
    main()
