"""What the databases themselves refuse, the same on both engines, and what a role may not even ask (design §2.5)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.errors import RefusedError, UsageError
from ledger.store.postgres import PostgresStore
from ledger.store.role import roles
from ledger.store.trigger import triggers
from tests.conformance.place import (
    ENGINES,
    Place,
    PostgresPlace,
    digest,
    filled,
    place,
    place_on,
    postgres_place,
    store,
)
from tests.server import Server

__all__ = ["place", "store"]  # fixtures


def zeros(count: int, place: Place) -> str:
    """Return that many zero bytes, as the engine spells them."""
    return f"x'{'00' * count}'" if place.name == "sqlite" else f"'\\x{'00' * count}'::bytea"


REFUSED = {
    "an entry that is changed": ("UPDATE entry SET subject = 'x' WHERE \"index\" = 1", "entry is never changed"),
    "an entry that is deleted": ('DELETE FROM entry WHERE "index" = 3', "entry is never deleted"),
    "a statement that is changed": ("UPDATE statement SET jws = {1}", "statement is never changed"),
    "a statement that is deleted": ("DELETE FROM statement", "only by a logged erasure"),
    "a statement of nothing": ("INSERT INTO statement VALUES (99, {1}, {32})", "FOREIGN KEY|foreign key"),
    "a second statement of an entry": ("INSERT INTO statement VALUES (2, {1}, {32})", "replaced|duplicate key"),
    "a payload's digest of another size": ("INSERT INTO statement VALUES (3, {1}, {31})", "CHECK|check|replaced"),
    "a node that is changed": ("UPDATE node SET hash = {32}", "node is never changed"),
    "a node that is deleted": ("DELETE FROM node", "node is never deleted"),
    "a node that is a leaf": ("INSERT INTO node VALUES (0, 9, {32})", "CHECK|check"),
    "a node of another size": ("INSERT INTO node VALUES (1, 9, {31})", "CHECK|check"),
    "a checkpoint that is changed": ("UPDATE checkpoint SET note = {1}", "checkpoint is never changed"),
    "a checkpoint that is deleted": ("DELETE FROM checkpoint", "checkpoint is never deleted"),
    "a second checkpoint of a size": ("INSERT INTO checkpoint VALUES (4, {1})", "replaced|duplicate key"),
    "an erasure that is changed": ('UPDATE erasure SET "by" = 1', "erasure is never changed"),
    "an erasure that is taken back": ("DELETE FROM erasure", "erasure is never deleted"),
    "an erasure that is not logged": ("INSERT INTO erasure VALUES (2, 2)", "an erasure is logged"),
    "an erasure of the charter": ("INSERT INTO erasure VALUES (0, 1)", "never of a charter"),
    "an erasure of an erasure": ("INSERT INTO erasure VALUES (1, 1)", "never of a charter"),
    "a head that goes back": ("UPDATE head SET size = 2", "only moves forward"),
    "a head that stands still": ("UPDATE head SET checkpoint = {1}", "only moves forward"),
    "a head that is deleted": ("DELETE FROM head", "never deleted"),
    "a second head": ("INSERT INTO head VALUES (2, 0, {1}, '')", "CHECK|check"),
    "a gap": ("INSERT INTO entry VALUES (5, {2}, {32}, {32}, 'a', 'b', 'c', 'd')", "without a gap"),
    "an entry before all": ("INSERT INTO entry VALUES (-1, {2}, {32}, {32}, 'a', 'b', 'c', 'd')", "without a gap"),
    "an index that is taken": (
        "INSERT INTO entry VALUES (2, {2}, {32}, {32}, 'a', 'b', 'c', 'd')", "without a gap|replaced|duplicate key",
    ),
    "two entries with a gap between them": (
        "INSERT INTO entry VALUES (4, {2}, {32}, {32}, 'a', 'b', 'c', 'd'), (6, {2}, {32}, {32}, 'a', 'b', 'c', 'd')",
        "without a gap",
    ),
    "a leaf of another size": ("INSERT INTO entry VALUES (4, {2}, {31}, {32}, 'a', 'b', 'c', 'd')", "CHECK|check"),
    "a header of 4097 bytes": ("INSERT INTO entry VALUES (4, {4097}, {32}, {32}, 'a', 'b', 'c', 'd')", "CHECK|check"),
    "an entry without a kind": (
        "INSERT INTO entry VALUES (4, {2}, {32}, {32}, NULL, 'b', 'c', 'd')", "NOT NULL|not-null",
    ),
}  # fmt: skip


def spelt(sql: str, place: Place) -> str:
    """Return a statement with its zero bytes as the engine spells them."""
    for count in (4097, 32, 31, 2, 1):
        sql = sql.replace(f"{{{count}}}", zeros(count, place))
    return sql


def refusing(place: Place) -> type[Exception]:
    """Return the class of the engine's refusals."""
    if place.name == "sqlite":
        return sqlite3.IntegrityError
    import psycopg

    return psycopg.errors.IntegrityError


@contextmanager
def standing(place: Place) -> Iterator[Place]:
    """Give a store with four entries (charter, erasure, two positions), a node, and one of the positions erased."""
    store = place.create()
    filled(store, 4, nodes=((1, 0, digest(b"node", 0)),))
    with place.past() as past:
        past.execute("INSERT INTO erasure VALUES (3, 1)")
    yield place
    store.close()


@pytest.fixture(scope="module", params=ENGINES)
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give one store on each engine for all that is refused: nothing that is refused changes it."""
    with place_on(request.param, request, tmp_path_factory.mktemp("store")) as place, standing(place) as found:
        yield found


@pytest.fixture(scope="module")
def refused(postgres: Server) -> Iterator[PostgresPlace]:
    """Give one store on PostgreSQL for all that is refused there."""
    with postgres_place(postgres) as place, standing(place):
        yield place


@pytest.mark.parametrize("case", REFUSED)
def test_database_refuses_its_owner_what_the_log_must_never_suffer(full: Place, case: str) -> None:
    """Triggers and constraints refuse it whatever program writes, with the same reasons on both engines (§2.5)."""
    sql, reason = REFUSED[case]
    with full.past() as past:
        before = counts(past)
        with pytest.raises(refusing(full), match=reason):
            past.execute(spelt(sql, full))
        assert counts(past) == before


def counts(past: Any) -> list[int]:
    """Return how many rows each table has."""
    tables = ("entry", "statement", "erasure", "node", "checkpoint", "head", "mark")
    return [past.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608, ours


@pytest.mark.parametrize(("size", "is_taken"), [(4096, True), (4097, False), (2, True), (1, False)])
def test_header_has_its_limits_to_the_byte(place: Place, store: Any, size: int, is_taken: bool) -> None:
    """A header has at least 2 bytes and at most 4096 (design §2.3)."""
    values = f"(0, {zeros(size, place)}, {zeros(32, place)}, {zeros(32, place)}, 'a', 'b', 'c', 'd')"
    with place.past() as past:
        if is_taken:
            past.execute(f"INSERT INTO entry VALUES {values}")  # noqa: S608, ours
        else:
            with pytest.raises(refusing(place), match=r"CHECK|check"):
                past.execute(f"INSERT INTO entry VALUES {values}")  # noqa: S608, ours


def test_same_rules_are_spelt_for_both_engines() -> None:
    """No rule stands for one engine alone, but for the two ways of getting round one that only one of them has."""

    def names(dialect: Any) -> set[str]:
        made = (statement.split() for statement in triggers(dialect) if statement.startswith("CREATE TRIGGER"))
        return {words[2] for words in made}

    # SQLite's INSERT OR REPLACE deletes without asking; PostgreSQL's TRUNCATE does.
    ours = {"entry_once", "statement_once", "erasure_once", "checkpoint_once"}
    theirs = {f"{table}_whole" for table in ("entry", "statement", "erasure", "node", "checkpoint")}
    assert names("sqlite") - ours == names("postgresql") - theirs
    assert (ours <= names("sqlite"), theirs <= names("postgresql")) == (True, True)


# --- PostgreSQL alone -------------------------------------------------------------------------------------------------

OWNER = {
    "all entries at once": ("TRUNCATE entry CASCADE", "never deleted"),
    "all statements at once": ("TRUNCATE statement", "statement is never deleted"),
    "all nodes at once": ("TRUNCATE node", "node is never deleted"),
    "all checkpoints at once": ("TRUNCATE checkpoint", "checkpoint is never deleted"),
    "the head": ("TRUNCATE head", "never deleted"),
    "an entry, by a conflict": (
        "INSERT INTO entry SELECT * FROM entry WHERE \"index\" = 2 ON CONFLICT (\"index\") DO UPDATE SET kind = 'x'",
        "entry is never changed",
    ),
    "an entry, by a merge": (
        'MERGE INTO entry USING (SELECT 2 AS i) AS s ON entry."index" = s.i WHEN MATCHED THEN DELETE',
        "entry is never deleted",
    ),
    "an entry, as a replica would": (
        "SET session_replication_role TO replica; UPDATE entry SET kind = 'x'", "entry is never changed",
    ),
    "a statement, as a replica would": (
        "SET session_replication_role TO replica; DELETE FROM statement", "only by a logged erasure",
    ),
    "a statement, by the door": ("SELECT erase_statement(2, 0)", "only by a logged erasure"),
    "a statement, by a table that hides ours": (
        """CREATE TEMPORARY TABLE erasure AS SELECT 2::bigint AS entry; SET search_path TO pg_temp, pledger;
        DELETE FROM statement WHERE entry = 2""",
        "only by a logged erasure",
    ),
}  # fmt: skip


@pytest.fixture
def served(postgres: Server) -> Iterator[PostgresPlace]:
    """Give a store of its own on PostgreSQL."""
    with postgres_place(postgres) as place, standing(place):
        yield place


@pytest.mark.parametrize("case", OWNER)
def test_no_way_round_the_triggers_is_open_even_to_the_owner(refused: PostgresPlace, case: str) -> None:
    """What is never changed or deleted is neither by TRUNCATE, MERGE, conflicts nor in the replica's role (§2.5)."""
    sql, reason = OWNER[case]
    with refused.past() as past, pytest.raises(refusing(refused), match=reason):
        past.execute(sql)


WRITER = {
    "change an entry": "UPDATE entry SET kind = 'x'",
    "delete an entry": "DELETE FROM entry",
    "empty the log": "TRUNCATE entry CASCADE",
    "change a statement": "UPDATE statement SET jws = ''",
    "delete a statement": "DELETE FROM statement WHERE entry = 3",
    "change a checkpoint": "UPDATE checkpoint SET note = ''",
    "delete a checkpoint": "DELETE FROM checkpoint",
    "change a node": "UPDATE node SET hash = ''",
    "take an erasure back": "DELETE FROM erasure",
    "delete the head": "DELETE FROM head",
    "make a head": "INSERT INTO head VALUES (1, 1, '', '')",
    "rename the head": 'UPDATE head SET "only" = 1',
    "forget a mark": "DELETE FROM mark",
    "switch a trigger off": "ALTER TABLE entry DISABLE TRIGGER entry_unchanged",
    "switch all triggers off": "ALTER TABLE entry DISABLE TRIGGER ALL",
    "play a replica": "SET session_replication_role TO replica",
    "drop a trigger": "DROP TRIGGER entry_kept ON entry",
    "drop a table": "DROP TABLE entry CASCADE",
    "write another rule": (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "make a table": "CREATE TABLE other (number bigint)",
    "say what layout it is": "UPDATE alembic_version SET version_num = '9999'",
}


@pytest.mark.parametrize("case", WRITER)
def test_writer_has_no_right_to(refused: PostgresPlace, case: str) -> None:
    """The role that a service runs as may append, and has no right to change or delete what is logged (§2.5)."""
    import psycopg

    with (
        psycopg.connect(refused.writer, autocommit=True, options="-c search_path=pledger") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(WRITER[case].encode())


def test_writer_deletes_by_the_door_what_an_erasure_names_and_nothing_else(served: PostgresPlace) -> None:
    """The door is the owner's function, and the triggers judge what goes by it (design §2.3)."""
    import psycopg

    with psycopg.connect(served.writer, autocommit=True, options="-c search_path=pledger") as connection:
        connection.execute("SELECT erase_statement(3, 0)")
        with pytest.raises(psycopg.errors.IntegrityError, match="only by a logged erasure"):
            connection.execute("SELECT erase_statement(2, 0)")
    with served.past() as past:
        assert counts(past)[:3] == [4, 3, 1]


def test_reader_reads_and_is_told_that_it_may_not_write(served: PostgresPlace) -> None:
    """A role that reads opens the store, and its attempt to write ends with a sentence of ours (style §7)."""
    database = served.url.partition("?")[0].rpartition("/")[2]
    reading = PostgresStore.open(served.server.at(database, user=f"{database}_reader:secret"))
    with reading.reading() as snapshot:
        assert snapshot.head().size == 4
    with pytest.raises(RefusedError, match=r"may not do this .* let it in as pledger store roles says"):
        filled(reading, 1)
    reading.close()


def test_role_that_was_not_let_in_is_told_so(served: PostgresPlace) -> None:
    """A role that nobody granted anything finds no ledger, and reads what to do about it (style §7)."""
    database = served.url.partition("?")[0].rpartition("/")[2]
    for right in ("USAGE ON SCHEMA pledger", "SELECT ON ALL TABLES IN SCHEMA pledger"):
        served.server.run(f"REVOKE {right} FROM {database}_reader", url=served.url)
    with pytest.raises(RefusedError, match="pledger store roles"):
        PostgresStore.open(served.server.at(database, user=f"{database}_reader:secret"))


@pytest.mark.parametrize("name", ["", "Ledger", "a b", 'a"; DROP TABLE entry', "1a", "a-b", "a" * 52])
def test_name_of_roles_that_would_need_quotes_is_refused(name: str) -> None:
    """The name goes into SQL as it is, so only what can be nothing else is taken (style §7)."""
    with pytest.raises(UsageError, match="no name for roles"):
        roles(name)


def test_roles_may_be_made_twice(served: PostgresPlace) -> None:
    """After an upgrade they are run again: what they have is what they are to have (docs/postgres.md)."""
    database = served.url.partition("?")[0].rpartition("/")[2]
    for statement in roles(database):
        served.server.run(statement, url=served.url)
    again = served.open()
    filled(again, 1)
    again.close()
