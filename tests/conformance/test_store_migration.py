"""Migrations, from the first table on: what they make is what the models say, and no row is lost on the way (§4)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from ledger.errors import ConflictError, MalformedError
from ledger.store import migration
from ledger.store.migration import PLACE, migrate, statements
from ledger.store.sql import SqlStore
from ledger.store.tables import APPLICATION_ID, REVISION, VERSION, Table
from ledger.store.trigger import SCHEMA, triggers
from tests.conformance.place import Place, PostgresPlace, SqlitePlace, filled, place, row, store

__all__ = ["place", "store"]  # fixtures


@contextmanager
def speaking(place: Place) -> Iterator[Connection]:
    """Give a connection of the library's, as the owner's, its transaction committed at the end."""
    if isinstance(place, SqlitePlace):
        engine = create_engine(f"sqlite:///{place.path}")
    else:
        assert isinstance(place, PostgresPlace)
        import psycopg

        url = place.url
        engine = create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(url, options=f"-c search_path={SCHEMA}")
        )
    with engine.connect() as connection:
        yield connection
        connection.commit()
    engine.dispose()


@contextmanager
def another(place: Place, tmp_path: Path) -> Iterator[Place]:
    """Give a second, empty place on the same engine."""
    if isinstance(place, SqlitePlace):
        yield SqlitePlace(tmp_path / "another.db")
    else:
        assert isinstance(place, PostgresPlace)
        with place.server.database() as url:
            yield PostgresPlace(place.server, url)


def described(place: Place) -> list[tuple[str, ...]]:
    """Return everything that the database says of its own layout, less the table of versions."""
    with place.past() as past:
        if place.name == "sqlite":
            found = past.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            plain = [(kind, name, " ".join(re.sub(r'"', "", sql).split())) for kind, name, sql in found]
        else:
            plain = [row for sql in CATALOGUE for row in past.execute(sql.encode()).fetchall()]
    return sorted(row for row in plain if "alembic_version" not in row[1])


# Columns with their type, collation and whether they may be empty; constraints; indexes; triggers; functions.
CATALOGUE = (
    """SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(l.collname, ''),
    a.attnotnull::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relnamespace = 'pledger'::regnamespace AND c.relkind = 'r' AND a.attnum > 0""",
    """SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'pledger'::regnamespace AND contype <> 'n'""",
    "SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'pledger'",
    """SELECT 'trigger', c.relname, pg_get_triggerdef(t.oid), t.tgenabled::text
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'pledger'::regnamespace AND NOT t.tgisinternal""",
    """SELECT 'function', proname, pg_get_functiondef(oid), coalesce(array_to_string(proacl, ' ', '*'), '')
    FROM pg_proc WHERE pronamespace = 'pledger'::regnamespace""",
)


def test_autogenerate_finds_nothing_that_models_and_migrations_do_not_share(place: Place, store: Any) -> None:
    """Alembic compares tables, columns, types, indexes and keys of the database with the models (style §11)."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with speaking(place) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_database_says_of_itself_what_models_and_triggers_say(place: Place, store: Any, tmp_path: Path) -> None:
    """Checks, collations, functions and triggers too, which autogenerate does not see, are the same to the letter."""
    with another(place, tmp_path) as modelled:
        if isinstance(modelled, PostgresPlace):
            modelled.server.run(f"CREATE SCHEMA {SCHEMA}", url=modelled.url)
            assert isinstance(place, PostgresPlace)
        with speaking(modelled) as connection:
            Table.metadata.create_all(connection)
            dialect: Any = place.name
            for trigger in triggers(dialect):
                connection.exec_driver_sql(trigger)
        assert without_grants(described(place)) == without_grants(described(modelled))


def without_grants(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return a description without who was let in, which a function's last column says."""
    return [row[:-1] if row[0] == "function" else row for row in rows]


def test_door_is_not_open_to_everybody(place: Place, store: Any) -> None:
    """The function that deletes as its owner may be called by the roles that were let in, and by nobody else (§2.3)."""
    if place.name == "sqlite":
        assert "erase_statement" not in str(described(place))
        return
    (granted,) = [row[-1] for row in described(place) if row[:2] == ("function", "erase_statement")]
    assert not any(one.startswith("=") for one in granted.split())


def test_there_is_one_way_to_the_layout_that_this_program_knows() -> None:
    """The migrations form one line, each with its SQL for both engines, and its end is the layout of the tables."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(PLACE))
    script = ScriptDirectory.from_config(config)
    line = [one.revision for one in script.walk_revisions()][::-1]
    assert line == [f"{number:04d}" for number in range(1, VERSION + 1)]
    assert script.get_heads() == [REVISION]
    for revision in line:
        for dialect in ("sqlite", "postgresql"):
            assert all(statement.strip() for statement in statements(revision, dialect))


def first_layout(place: Place) -> None:
    """Make a store as the first layout had it, with a charter, an erasure, an index and a position in it."""
    if isinstance(place, PostgresPlace):
        place.server.run(f"CREATE SCHEMA {SCHEMA}", url=place.url)
    with place.past() as past:
        for statement in statements("0001", place.name):
            past.execute(statement.encode() if place.name != "sqlite" else statement)
        if place.name == "sqlite":
            past.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            past.execute("PRAGMA user_version = 1")
        else:
            past.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
            past.execute("INSERT INTO alembic_version VALUES ('0001')")
        into = inserts(place)
        past.execute(into["head"], (1, 4, b"checkpoint of 4", "then"))
        past.execute(into["checkpoint"], (4, b"checkpoint of 4"))
        for index, kind in enumerate(("charter", "erasure", "index", "position")):
            one = row(index, kind=kind)
            cells = (index, one.header, one.leaf, one.statement, kind, one.subject, one.author, one.received)
            past.execute(into["entry"], cells)
            past.execute(into["statement"], (index, one.jws, one.payload))


def inserts(place: Place) -> dict[str, str]:
    """Return how a row is written to each table."""
    mark = "?" if place.name == "sqlite" else "%s"
    columns = {"head": 4, "checkpoint": 2, "entry": 8, "statement": 3}
    return {table: f"INSERT INTO {table} VALUES ({', '.join([mark] * count)})" for table, count in columns.items()}  # noqa: S608, ours


def rows(place: Place) -> list[Any]:
    """Return every row of the log."""
    with place.past() as past:
        tables = ("entry", "statement", "head", "checkpoint", "node", "mark", "erasure")
        return [past.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]  # noqa: S608, ours


def test_ledger_of_the_first_layout_is_adopted_and_no_row_is_touched(place: Place) -> None:
    """It is refused until it is upgraded, with the sentence that says so; then it is what a new one is (§4)."""
    first_layout(place)
    before = rows(place)
    with pytest.raises(ConflictError, match="has layout 1, and this program needs 2; run pledger store upgrade on it"):
        place.open()
    assert rows(place) == before
    assert place.upgrade() == 1
    assert rows(place) == before
    opened = place.open()
    with opened.reading() as reading:
        assert (reading.head().size, reading.row(3)) == (4, row(3))
    # The rule that the second layout brought: an index is as lasting as the charter.
    with pytest.raises(AssertionError, match="never of a charter, key, erasure or index"), opened.writing() as writing:
        writing.erase([(2, 1)])
    opened.close()
    assert place.upgrade() == VERSION


def test_upgraded_store_is_laid_out_as_a_new_one(place: Place, tmp_path: Path) -> None:
    """Whichever way a store came to its layout, the database says the same of itself."""
    first_layout(place)
    place.upgrade()
    with another(place, tmp_path) as fresh:
        made = fresh.create()
        made.close()
        try:
            assert without_grants(described(place)) == without_grants(described(fresh))
        finally:
            if isinstance(fresh, PostgresPlace):
                fresh.drop_roles()


def test_upgrade_that_is_broken_off_has_not_begun(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one transaction: a failure in its middle leaves the earlier layout, whole (design §2.5)."""
    first_layout(place)
    before = described(place)
    plain = statements

    def failing(revision: str, dialect: str) -> tuple[str, ...]:
        return (*plain(revision, dialect), "SELECT * FROM nothing_of_this_name")

    monkeypatch.setattr(migration, "statements", failing)
    monkeypatch.setattr("ledger.store.migration.statements", failing)
    with pytest.raises(Exception, match="nothing_of_this_name"):
        place.upgrade()
    monkeypatch.undo()
    assert described(place) == before
    assert place.upgrade() == 1


def test_later_layout_is_refused(place: Place, store: Any) -> None:
    """A program does not write to tables that it does not know (design §2.5)."""
    filled(store, 2)
    with place.past() as past:
        past.execute(
            "PRAGMA user_version = 3" if place.name == "sqlite" else "UPDATE alembic_version SET version_num = '3'"
        )
    for attempt in (place.open, place.upgrade):
        with pytest.raises(MalformedError, match="has layout 3, and this program knows 2; use the program that wrote"):
            attempt()


def test_file_that_is_no_ledgers_is_not_upgraded(tmp_path: Path) -> None:
    """Another program's database is told from a ledger's before anything is done to it (design §2.5)."""
    import sqlite3

    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE letter (text)")
    other.close()
    with pytest.raises(MalformedError, match="not that of a ledger"):
        SqlStore.upgrade(tmp_path / "other.db")


def test_migrations_run_in_the_transaction_that_they_are_given(tmp_path: Path) -> None:
    """Nothing of a store that was broken off while it was made is there afterwards (design §2.5)."""
    place = SqlitePlace(tmp_path / "ledger.db")
    engine = create_engine(f"sqlite:///{place.path}")
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.isolation_level = None
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrate(connection)
        connection.rollback()
    engine.dispose()
    assert described(place) == []
