"""The drill of an upgrade: a ledger with all that is in one, in tables as the first program made them.

It is refused, upgraded by the command and checked from the bytes up; every receipt that was given before stands, and it
goes on (docs/backup.md, docs/postgres.md; design §2.5).
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.runtime import check_ledger, open_ledger
from ledger.store.migration import statements
from ledger.store.tables import APPLICATION_ID, VERSION
from ledger.tlog.proof import verify_receipt
from tests.end_to_end.served import served
from tests.end_to_end.small import START, position

# In the order in which one refers to another, and in which triggers let them in.
TABLES = ("head", "checkpoint", "entry", "statement", "erasure", "node", "mark")


def back_to_the_first_on_sqlite(ledger: Path) -> None:
    """Put the rows of a ledger's database into tables of the first layout, made by its own SQL."""
    path, first = ledger / "ledger.db", ledger / "first.db"
    with closing(sqlite3.connect(first, isolation_level=None)) as made:
        for statement in statements("0001", "sqlite"):
            made.execute(statement)
        made.execute(f"ATTACH '{path}' AS later")
        carry(made, "later.", "main.")
        made.execute("DETACH later")
        made.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        made.execute("PRAGMA user_version = 1")
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    shutil.move(first, path)


def back_to_the_first_on_postgresql(url: str) -> None:
    """Do the same in a database of PostgreSQL, where the schema keeps its mark."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as made:
        run: Any = made.execute
        (mark,) = run("SELECT obj_description(oid) FROM pg_namespace WHERE nspname = 'pledger'").fetchone()
        run("ALTER SCHEMA pledger RENAME TO later")
        run("CREATE SCHEMA pledger")
        run(f"COMMENT ON SCHEMA pledger IS '{mark}'")
        run("SET search_path TO pledger")
        for statement in statements("0001", "postgresql"):
            run(statement)
        carry(made, "later.", "pledger.")
        run("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
        run("INSERT INTO alembic_version VALUES ('0001')")
        run("DROP SCHEMA later CASCADE")


def carry(connection: Any, source: str, target: str) -> None:
    """Copy every row, table by table; the statements that were erased are not among them."""
    for table in TABLES:
        connection.execute(f"INSERT INTO {target}{table} SELECT * FROM {source}{table} ORDER BY 1")  # noqa: S608, ours


def rows(ledger: Path, url: str | None) -> list[Any]:
    """Return all rows of the log, as the engine itself gives them."""
    with speaking(ledger, url) as connection:
        schema = "pledger." if url else ""
        return [
            connection.execute(f"SELECT * FROM {schema}{table} ORDER BY 1, 2").fetchall()  # noqa: S608, ours
            for table in TABLES
        ]


@contextmanager
def speaking(ledger: Path, url: str | None) -> Iterator[Any]:
    """Give a connection to a ledger's database that nothing of ours is in between."""
    if url is None:
        with closing(sqlite3.connect(ledger / "ledger.db")) as connection:
            yield connection
        return
    import psycopg

    with psycopg.connect(url) as connection:
        yield connection


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_ledger_of_the_first_program_goes_on_after_an_upgrade(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Figures, an erasure and receipts are there as they were; not a byte of a row of the log is another."""
    url: str | None = request.getfixturevalue("database") if engine == "postgresql" else None
    with served(tmp_path, store=url) as house:
        receipts = (*house.ledger.record(position(1)), *house.ledger.record(position(2)))
        house.ledger.erase(receipts[0].index, ground="a court order", reason="it named a person")
        head = house.ledger.head()
    ledger = tmp_path / "ledger"
    before = rows(ledger, url)
    if url is None:
        back_to_the_first_on_sqlite(ledger)
    else:
        back_to_the_first_on_postgresql(url)
        monkeypatch.setenv("PLEDGER_STORE", url)
    assert rows(ledger, url) == before

    assert main(["log", "check", "--ledger", str(ledger)]) == 6
    assert "run pledger store upgrade" in capsys.readouterr().err
    assert main(["store", "upgrade", "--ledger", str(ledger), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"before": 1, "layout": VERSION}
    assert rows(ledger, url) == before

    assert check_ledger(ledger).findings == ()
    with open_ledger(ledger, at=lambda: START, store=url) as opened:
        assert opened.head() == head
        assert opened.receipt(receipts[1].index) == receipts[1]
        assert all(verify_receipt(one, log=opened.log_keys()) == () for one in receipts)
        assert opened.record(position(3))[0].index == head.size
        assert opened.check().is_sound
