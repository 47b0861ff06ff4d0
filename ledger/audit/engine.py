"""The engine that needs nothing but Python: ``selection.sql`` on the standard library's sqlite3 (design §4).

This is how an auditor recomputes a verdict from the bundle alone. Every line of every file is read strictly. Figures
live in a private temporary database, which goes away with the answer; nothing is written where the caller could see it.

The parts of the text are asked for one after another, word for word, and each is kept until the answer is there: where
SQLite puts them together itself, it looks through hundreds of thousands of points once for each of them.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import BinaryIO

from ledger.assessment.observation import read_observations
from ledger.assessment.scope import expand, read_tables
from ledger.assessment.selection import TABLES, Load, Plan, Row, check_count, named_parts, selection_sql


class SqliteEngine:
    """Runs ``selection.sql`` with sqlite3, in bounded memory: SQLite spills to its own temporary file."""

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> tuple[Row, ...]:
        """Return the rows that answer the plan; see ``ledger.assessment.selection.Engine``."""
        if not plan.queries:
            return ()
        tables = read_tables(plan, open_observations)
        # An empty name is a database of this connection's own, kept in memory until it grows too large.
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            database.execute("BEGIN")
            for table, columns in TABLES.items():
                database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            for load in plan.loads:
                _load(database, load, open_observations)
            present = database.execute("SELECT DISTINCT classification, code FROM observation").fetchall()
            _fill(database, {**plan.tables, **expand(plan, present, tables)})
            database.execute("CREATE INDEX observation_by_code ON observation (classification, code)")
            # Parents are sought from their children's side, children from their parents'.
            database.execute("CREATE INDEX tree_by_above ON tree (branch, above)")
            database.execute("CREATE INDEX tree_by_node ON tree (branch, node)")
            database.execute("ANALYZE")
            parts, last = named_parts(selection_sql())
            for part in parts:
                database.execute(f"CREATE TABLE {part.name} AS {part.sql}")
            return tuple(Row._make(row) for row in database.execute(last))


def _load(database: sqlite3.Connection, load: Load, open_observations: Callable[[str], BinaryIO]) -> None:
    found = 0

    def rows(stream: BinaryIO) -> Iterable[tuple[int | str, ...]]:
        nonlocal found
        for one in read_observations(stream, what=f"observations {load.digest} of entry {load.entry}"):
            found += 1
            yield (load.entry, *one)

    with open_observations(load.digest) as stream:
        marks = ", ".join("?" for _ in TABLES["observation"])
        database.executemany(f"INSERT INTO observation VALUES ({marks})", rows(stream))  # noqa: S608  # only marks
    check_count(load, found)


def _fill(database: sqlite3.Connection, tables: Mapping[str, Iterable[tuple[int | str, ...]]]) -> None:
    for table, rows in tables.items():
        marks = ", ".join("?" for _ in TABLES[table])
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # our own table names
