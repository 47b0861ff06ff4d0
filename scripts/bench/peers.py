"""Peers: what others take who keep the same bytes, on the same disk, in the same run.

A statement is one opaque record to each of them. None opens it, reads its meaning or verifies its submitter's
signature; plain SQL keeps a hash chain in a column, eventsourcing numbers its events, pymerkle keeps a Merkle tree over
rows of SQLite (and hashes it when it is asked). Each makes durable what it commits, as we do: SQLite's own default for
`synchronous` is FULL. Pledger stands first, with everything that it does, and once more as what its store alone takes.

Peers are installed by `scripts/check` (the extra `dev`); one that is absent is left out, and a sentence says so.
PostgreSQL is found as in `writers`.
"""

import hashlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from ledger.service.admit import open_statement
from ledger.store.postgres import PostgresStore
from ledger.tlog.merkle import inclusion_indexes, prove_inclusion
from ledger.tlog.stored import Row
from scripts.bench.figure import Cell, Options, Table, on_cores, options, quantile, timed
from scripts.bench.ground import Ledger
from scripts.bench.ingest import ingest
from scripts.bench.writers import database

Append = Callable[[Sequence[bytes]], object]
"""Keeps some records durably in one commit."""

STREAM: Final = UUID(int=1)


@contextmanager
def plain_sqlite(folder: Path, _url: str) -> Iterator[Append]:
    """Keep records in one table of SQLite, each with the hash of the one before and of itself."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, record BLOB, hash BLOB)")
    last = bytes(32)

    def append(records: Sequence[bytes]) -> None:
        nonlocal last
        rows = []
        for record in records:
            last = hashlib.sha256(last + record).digest()
            rows.append((record, last))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entry (record, hash) VALUES (?, ?)", rows)
        connection.execute("COMMIT")

    yield append
    connection.close()


@contextmanager
def plain_postgres(_folder: Path, url: str) -> Iterator[Append]:
    """Keep records in one table of PostgreSQL, each with the hash of the one before and of itself."""
    import psycopg  # noqa: PLC0415, an extra

    last = bytes(32)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE plain (number bigserial PRIMARY KEY, record bytea, hash bytea)")

        def append(records: Sequence[bytes]) -> None:
            nonlocal last
            hashes = []
            for record in records:
                last = hashlib.sha256(last + record).digest()
                hashes.append(last)
            sql = "INSERT INTO plain (record, hash) SELECT * FROM unnest(%b::bytea[], %b::bytea[])"
            connection.execute(sql, [list(records), hashes])

        yield append


@contextmanager
def tree_of_pymerkle(folder: Path, _url: str) -> Iterator[Append]:
    """Keep records in pymerkle's tree on SQLite."""
    from pymerkle import SqliteTree  # noqa: PLC0415, of the extra `dev`

    tree = SqliteTree(str(folder / "pymerkle.db"))
    yield tree.append_entries
    tree.close()


@contextmanager
def events_in_sqlite(folder: Path, _url: str) -> Iterator[Append]:
    """Keep records as the events of one aggregate, by eventsourcing's recorder for SQLite."""
    from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore  # noqa: PLC0415, of the extra `dev`

    store = SQLiteDatastore(str(folder / "events.db"))
    recorder = SQLiteApplicationRecorder(store)
    recorder.create_table()
    yield partial(_record, recorder.insert_events, count())
    store.close()


@contextmanager
def events_in_postgres(_folder: Path, url: str) -> Iterator[Append]:
    """Keep records as the events of one aggregate, by eventsourcing's recorder for PostgreSQL."""
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore  # noqa: PLC0415, of `dev`

    parts = urlsplit(url)
    host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
    store = PostgresDatastore(
        parts.path.lstrip("/"), host, parts.port or 5432, parts.username or "", parts.password or ""
    )
    recorder = PostgresApplicationRecorder(store, events_table_name="events")
    recorder.create_table()
    yield partial(_record, recorder.insert_events, count())
    store.close()


def _record(insert: Callable[..., object], numbers: Iterator[int], records: Sequence[bytes]) -> None:
    from eventsourcing.persistence import StoredEvent  # noqa: PLC0415, of the extra `dev`

    insert([StoredEvent(STREAM, next(numbers), "record", record) for record in records])


PEERS: Final = (
    ("plain SQLite, a hash column", (), plain_sqlite),
    ("pymerkle, SQLite", ("pymerkle",), tree_of_pymerkle),
    ("eventsourcing, SQLite", ("eventsourcing",), events_in_sqlite),
    ("plain PostgreSQL, a hash column", ("psycopg",), plain_postgres),
    ("eventsourcing, PostgreSQL", ("eventsourcing", "psycopg", "psycopg_pool"), events_in_postgres),
)
"""Name, the packages that it takes, and how it keeps records."""


def rate(append: Append, raws: Sequence[bytes], batch: int) -> float:
    """Return the records a second that are kept, so many to a commit."""

    def run() -> None:
        for begin in range(0, len(raws), batch):
            append(raws[begin : begin + batch])

    return len(raws) / timed(run)


def store_alone(ledger: Ledger, raws: Sequence[bytes], batch: int) -> float:
    """Return the entries a second that the store keeps, when they are read, judged and hashed already."""
    with ledger.store.reading() as reading:
        size = reading.last() + 1
    opened = [open_statement(raw, authority=None) for raw in raws]
    rows = [
        Row(
            index=size + number, header=bytes(320), leaf=one.envelope.signature[:32],  # type: ignore[arg-type]
            statement=bytes.fromhex(one.envelope.name[7:]), kind=one.said.kind, subject=one.said.subject,
            author=one.said.author, received="2026-01-01T00:00:00Z", jws=one.envelope.raw, payload=one.payload,
        )
        for number, one in enumerate(opened)
    ]  # fmt: skip

    def run() -> None:
        for begin in range(0, len(rows), batch):
            with ledger.store.writing() as writing:
                writing.append(rows[begin : begin + batch], ())
                writing.commit()

    return len(rows) / timed(run)


def measure(given: Options, url: str) -> Table:
    """Return the rates of all that are there, ourselves first."""
    one, many, bulk = (60, 1_000, 500) if given.is_quick else (500, 20_000, 1_000)
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder, on_cores(1):
        for name, store in (("SQLite", None), ("PostgreSQL", url)):
            if store == "":
                continue
            rows += _ours(Path(folder), name, store, one, many, bulk)
        raws = _records(Path(folder), one + many)
        for name, packages, opening in PEERS:
            absent = [package for package in packages if find_spec(package) is None]
            if absent:
                notes.append(f"{name} is left out: install {', '.join(absent)}.")
            elif "psycopg" in packages and not url:
                notes.append(f"{name} is left out: there is no server; name one with PLEDGER_TEST_PG.")
            else:
                with opening(Path(folder), url) as append:
                    first = rate(append, raws[:one], 1)
                    rows.append((name, first, rate(append, raws[one:], bulk), "no"))
    columns = ("records a second, by records to a commit", "1", f"{bulk:,}", "verifies the submitter's signature")
    return Table("Beside others who keep the same bytes", columns, tuple(rows), tuple(notes))


def _records(folder: Path, many: int) -> list[bytes]:
    """Return the statements that everyone is given."""
    (folder / "records").mkdir()
    ledger = Ledger(folder / "records")
    raws = list(ledger.statements(many))
    ledger.close()
    return raws


def _ours(folder: Path, name: str, url: str | None, one: int, many: int, bulk: int) -> list[tuple[Cell, ...]]:
    """Return our own rows on an engine: with everything, and the store alone."""
    place = folder / f"pledger-{name}"
    place.mkdir()
    ledger = Ledger(place, None if url is None else PostgresStore.create(url, begun="bench"))
    raws = list(ledger.statements(2 * (one + many)))
    half = one + many
    whole = (
        one / timed(lambda: ingest(ledger, raws[:one], 1)),
        many / timed(lambda: ingest(ledger, raws[one:half], bulk)),
    )
    rest = raws[half:]
    alone = (store_alone(ledger, rest[:one], 1), store_alone(ledger, rest[one:], bulk))
    ledger.close()
    return [
        (f"Pledger, {name}: checked, judged, signed, receipts made", *whole, "yes"),
        (f"Pledger, {name}: the store alone", *alone, "–"),
    ]


def prove(given: Options) -> Table:
    """Return what an inclusion proof takes in a log that was opened before, ours and pymerkle's."""
    size, draws = (4_000, 60) if given.is_quick else (100_000, 300)
    drawn = [random.Random(2).randrange(size) for _ in range(draws)]  # noqa: S311, a fixed seed is what is wanted
    rows: list[tuple[Cell, ...]] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder, on_cores(1):
        ledger = Ledger(Path(folder))
        ledger.fill(size)

        def ours(index: int) -> None:
            with ledger.store.reading() as reading:
                prove_inclusion(index, size, reading.nodes(inclusion_indexes(index, size)))

        rows.append(("Pledger, SQLite", *_quantiles(ours, drawn)))
        if find_spec("pymerkle") is not None:
            from pymerkle import SqliteTree  # noqa: PLC0415, of the extra `dev`

            with ledger.store.reading() as reading, SqliteTree(str(Path(folder) / "tree.db")) as tree:
                tree.append_entries(row.header for row in reading.rows(0, size))
                rows.append(("pymerkle, SQLite", *_quantiles(lambda index: tree.prove_inclusion(index + 1), drawn)))
        ledger.close()
    return Table(f"Inclusion proofs in a log of {size:,}, µs", ("whose", "p50", "p99"), tuple(rows))


def _quantiles(step: Callable[[int], object], drawn: Sequence[int]) -> tuple[float, float]:
    took = [timed(partial(step, index)) * 1e6 for index in drawn]
    return quantile(took, 0.5), quantile(took, 0.99)


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    with ExitStack() as stack:
        given.show(measure(given, stack.enter_context(database())))
    given.show(prove(given))
    given.finish()


if __name__ == "__main__":
    main()
