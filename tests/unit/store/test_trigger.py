"""What SQLite itself refuses, whoever writes (design §2.5); the same on PostgreSQL is in the contract suite."""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from ledger.store.tables import Table
from ledger.store.trigger import triggers


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """Give a database in memory with the tables, their triggers, and three entries: charter, erasure, position."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    Table.metadata.create_all(engine)
    for trigger in triggers():
        connection.execute(trigger)
    connection.execute("INSERT INTO head VALUES (1, 3, x'', '2026-01-01T00:00:00Z')")
    for index, kind in enumerate(("charter", "erasure", "position")):
        entry(connection, index, kind)
        connection.execute("INSERT INTO statement VALUES (?, ?, ?)", (index, b"jws", bytes(32)))
    connection.execute("INSERT INTO node VALUES (1, 0, ?)", (bytes(32),))
    connection.execute("INSERT INTO checkpoint VALUES (3, x'00')")
    yield connection
    connection.close()


def entry(connection: sqlite3.Connection, index: int, kind: str = "position", verb: str = "INSERT") -> None:
    """Write an entry."""
    digest = sha256(b"%d" % index).digest()
    values = (index, b"{}", digest, digest, kind, "grain", "a" * 43, "2026-01-01T00:00:00Z")
    connection.execute(f"{verb} INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


REFUSED = {
    "an entry that is changed": ("UPDATE entry SET subject = 'x' WHERE \"index\" = 1", "entry is never changed"),
    "an entry that is deleted": ('DELETE FROM entry WHERE "index" = 2', "entry is never deleted"),
    "a statement that is changed": ("UPDATE statement SET jws = x'01'", "statement is never changed"),
    "a statement that is deleted": ("DELETE FROM statement", "only by a logged erasure"),
    "a statement that is replaced": (
        "INSERT OR REPLACE INTO statement VALUES (1, x'01', zeroblob(32))", "statement is never replaced",
    ),
    "a node that is changed": ("UPDATE node SET hash = zeroblob(32)", "node is never changed"),
    "a node that is deleted": ("DELETE FROM node", "node is never deleted"),
    "a node that is a leaf": ("INSERT INTO node VALUES (0, 9, zeroblob(32))", "CHECK"),
    "a node of another size": ("INSERT INTO node VALUES (1, 9, zeroblob(31))", "CHECK"),
    "a checkpoint that is changed": ("UPDATE checkpoint SET note = x'01'", "checkpoint is never changed"),
    "a checkpoint that is deleted": ("DELETE FROM checkpoint", "checkpoint is never deleted"),
    "a checkpoint that is replaced": ("INSERT OR REPLACE INTO checkpoint VALUES (3, x'01')", "never replaced"),
    "a head that goes back": ("UPDATE head SET size = 2", "only moves forward"),
    "a head that stands still": ("UPDATE head SET checkpoint = x'01'", "only moves forward"),
    "a head that is deleted": ("DELETE FROM head", "never deleted"),
    "a second head": ("INSERT INTO head VALUES (2, 0, x'', '')", "CHECK"),
    "an erasure that is not logged": ("INSERT INTO erasure VALUES (2, 2)", "an erasure is logged"),
    "an erasure of the charter": ("INSERT INTO erasure VALUES (0, 1)", "never of a charter"),
    "an erasure of an erasure": ("INSERT INTO erasure VALUES (1, 1)", "never of a charter"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_database_refuses_what_the_log_must_never_suffer(database: sqlite3.Connection, case: str) -> None:
    """Triggers and constraints refuse it whatever program writes (design §2.5)."""
    sql, reason = REFUSED[case]
    with pytest.raises(sqlite3.IntegrityError, match=reason):
        database.execute(sql)


@pytest.mark.parametrize(("index", "verb"), [(4, "INSERT"), (2, "INSERT"), (2, "INSERT OR REPLACE")])
def test_entries_are_counted_without_a_gap_and_never_replaced(
    database: sqlite3.Connection, index: int, verb: str
) -> None:
    """An index that leaves one out, or is taken, is refused (design §2.5)."""
    with pytest.raises(sqlite3.IntegrityError, match=r"without a gap|never replaced"):
        entry(database, index, verb=verb)


def test_next_entry_is_taken(database: sqlite3.Connection) -> None:
    """The next index is the only one that is taken."""
    entry(database, 3)
    assert database.execute("SELECT count(*) FROM entry").fetchone() == (4,)


def test_statement_goes_by_the_door_of_a_logged_erasure_and_its_entry_stays(database: sqlite3.Connection) -> None:
    """A logged erasure opens the deletion of one body, and of no other (design §2.3)."""
    database.execute("INSERT INTO erasure VALUES (2, 1)")
    database.execute("DELETE FROM statement WHERE entry = 2")
    with pytest.raises(sqlite3.IntegrityError, match="only by a logged erasure"):
        database.execute("DELETE FROM statement WHERE entry = 0")
    assert database.execute("SELECT count(*) FROM entry").fetchone() == (3,)
