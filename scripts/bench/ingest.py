"""Bulk ingest against its floors: what a signed statement costs from its bytes to its receipt.

Everything is done that a publication does: the envelope is opened strictly, the statement validated, its signature
verified, what it refers to looked up, repeats sought, the header chained, the tree extended, the checkpoint signed
twice, all of it stored durably (WAL, synchronous=FULL), and a receipt made for each statement. It is compared with
the sum of the floors, measured on the same statements in the same round; the ratio is the median of the rounds.
"""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from ledger.service.pool import pool
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import EMPTY_ROOT
from scripts.bench import floor
from scripts.bench.figure import Cell, Options, Table, median, on_cores, options, timed
from scripts.bench.floor import Floors
from scripts.bench.ground import MLDSA, ORIGIN, RECORDER, Ledger, sign

STEPS: Final = (
    ("strict read and validate", "read"),
    ("canonical check", "canonical"),
    ("Ed25519 verify, OpenSSL", "verify"),
    ("Ed25519 verify, libsodium", "sodium"),
    ("statement, payload and leaf hashes", "hashes"),
    ("append to the tree", "tree"),
    ("durable row", "row"),
    ("sum with OpenSSL", "sum"),
    ("sum with libsodium", "sum_sodium"),
)


class Round(NamedTuple):
    """One round: the floors, and the seconds a statement that the product took on one core and on two."""

    floors: Floors
    one: float
    two: float


def measure(given: Options, batch: int, *, rounds: int, count: int) -> list[Round]:
    """Return rounds at one size of batch, each on fresh statements in a ledger that grows."""
    done = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder, pool() as executor:
        ledger = Ledger(Path(folder))
        for number in range(rounds):
            raws = list(ledger.statements(2 * count, first=2 * count * number))
            first, second = raws[:count], raws[count:]
            with on_cores(1):
                floors = floor.measure(first, RECORDER.public.raw, batch=batch, directory=Path(folder))
                one = timed(partial(ingest, ledger, first, batch)) / count
            two = timed(partial(ingest, ledger, second, batch, executor)) / count
            done.append(Round(floors, one, two))
        ledger.close()
    return done


def ingest(ledger: Ledger, raws: Sequence[bytes], batch: int, executor: Executor | None = None) -> None:
    """Publish statements in batches, and make the receipt of each."""
    for publication in ledger.publisher.publish_groups(raws, size=batch, executor=executor):
        receipts = list(publication.receipts())
        if len(receipts) != len(publication.places):
            raise SystemExit("a statement was given no receipt")


def signing(times: int) -> float:
    """Return the seconds that the two signatures of a checkpoint take."""
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    return timed(lambda: [sign(checkpoint, at) for at in range(times)]) / times


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    sizes = {1: 200, 100: 1000, 1000: 4000} if given.is_quick else {1: 500, 100: 4000, 1000: 8000}
    rounds = 2 if given.is_quick else 5
    measured = {batch: measure(given, batch, rounds=rounds, count=count) for batch, count in sizes.items()}
    with on_cores(1):
        both = signing(100) * 1e6
    micro = 1e6
    steps: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(median([getattr(one.floors, field) for one in found]) * micro for found in measured.values()))
        for name, field in STEPS
    )
    title = "Floors: µs a statement, by statements to a commit"
    given.show(Table(title, ("step", *(f"{batch:,}" for batch in measured)), steps))
    rows = []
    for batch, found in measured.items():
        signed = both / batch
        low = median([one.floors.sum for one in found]) * micro
        for cores, took in (("one", [one.one for one in found]), ("two", [one.two for one in found])):
            rows.append((
                f"{batch:,} on {cores}", low, low + signed, median(took) * micro,
                median([cost / one.floors.sum for cost, one in zip(took, found, strict=True)]),
                median([cost / one.floors.sum_sodium for cost, one in zip(took, found, strict=True)]),
                1 / median(took),
            ))  # fmt: skip
    columns = (
        "to a commit, on cores", "sum of floors, µs", "with the checkpoint's signatures", "takes, µs", "÷ sum",
        "÷ sum with libsodium", "a second",
    )  # fmt: skip
    note = (
        f"Each commit signs a checkpoint twice (Ed25519 and {MLDSA.algorithm}): {both:.0f} µs. The sum is that with "
        "OpenSSL's signature, also for two cores; Pledger asks libsodium where it is installed."
    )
    given.show(Table("Bulk ingest, receipts made: µs a statement", columns, tuple(rows), (note,)))
    given.finish()


if __name__ == "__main__":
    main()
