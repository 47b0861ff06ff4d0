"""A ledger on PostgreSQL, from its beginning to its end: the same ledger, kept elsewhere (design §4)."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.main import main
from ledger.errors import ConflictError, ForkError, MalformedError, NotFoundError, UnavailableError, UsageError
from ledger.runtime import STORE, Ledger, check_ledger, import_log, init, open_ledger, open_source, upgrade_store
from ledger.store.postgres import PostgresWriting
from ledger.tlog.proof import format_receipt
from tests.conformance.place import postgres_place
from tests.end_to_end.small import START, drafts, fixed_keys, position
from tests.server import Server
from tests.unit.service import scenario
from tests.unit.service.scenario import PARTY, POSITION, House


def found(directory: Path, store: str | None) -> Ledger:
    """Return a new ledger with fixed keys."""
    return init(directory, origin="example.org/small", at=lambda: START, make_key=fixed_keys(), store=store)


@pytest.fixture
def directory(tmp_path: Path, database: str) -> Path:
    """Give the directory of a ledger with a pledge in it, its entries in a database."""
    with found(tmp_path / "ledger", database) as made:
        made.record(drafts())
    return tmp_path / "ledger"


def test_directory_keeps_all_but_the_entries(directory: Path, database: str) -> None:
    """Keys, files, policy and the note of what left stay in the directory; the database is named without more (§4)."""
    assert {path.name for path in directory.iterdir()} == {"blobs", "keys", "pledger.toml", "policy", "published"}
    config = tomllib.loads((directory / "pledger.toml").read_text())
    assert (config["origin"], config["store"].partition("?")[0]) == (
        "example.org/small", database.partition("?")[0].replace("postgres:@", "postgres@"),
    )  # fmt: skip
    with open_ledger(directory, at=lambda: START) as ledger:
        assert ledger.check().findings == ()
        assert ledger.record(position(1))[0].index == 6


def test_password_is_never_written_down(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in no file of the directory and in no sentence; at run time it comes with the address (style §7)."""
    with postgres_place(postgres) as place:
        name = place.url.partition("?")[0].rpartition("/")[2]
        postgres.run(f"CREATE ROLE {name}_owner LOGIN PASSWORD 'hunter2'")
        try:
            postgres.run(f"GRANT CREATE ON DATABASE {name} TO {name}_owner")
            url = postgres.at(name, user=f"{name}_owner:hunter2")
            with found(tmp_path / "ledger", url) as made:
                made.record(drafts())
            files = [path for path in (tmp_path / "ledger").rglob("*") if path.is_file()]
            assert not [path for path in files if b"hunter2" in path.read_bytes()]
            monkeypatch.setenv(STORE, url)
            with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
                assert ledger.head().size == 6
        finally:
            postgres.run(f"DROP OWNED BY {name}_owner", url=place.url)
            postgres.run(f"DROP ROLE {name}_owner")


BAD_STORES = {
    "a password": ('store = "postgresql://a:hunter2@h/x"', MalformedError, "holds a password; take it out"),
    "a password in its query": ('store = "postgresql://a@h/x?password=hunter2"', MalformedError, "holds a password"),
    "a number": ("store = 5", MalformedError, "is not a text"),
    "another kind of database": ('store = "mysql://a@h/x"', UsageError, "no address of a store"),
}


@pytest.mark.parametrize("case", BAD_STORES)
def test_store_that_a_configuration_may_not_name_is_refused(tmp_path: Path, case: str) -> None:
    """A file that others may read holds no password, and what is written there is read strictly (style §7)."""
    line, error, words = BAD_STORES[case]
    with found(tmp_path / "ledger", None):
        pass
    with (tmp_path / "ledger" / "pledger.toml").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(error, match=words) as caught:
        open_ledger(tmp_path / "ledger")
    assert "hunter2" not in str(caught.value)


def test_address_is_for_ledgers_on_postgresql_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting that names a database leads no ledger astray that keeps its entries in a file (§4)."""
    monkeypatch.setenv(STORE, "postgresql://nobody@nowhere.invalid/x")
    with found(tmp_path / "ledger", None) as made:
        assert made.head().size == 2
    with pytest.raises(UsageError, match="in a file of its directory; leave the address of a store out"):
        open_ledger(tmp_path / "ledger", store="postgresql://nobody@nowhere.invalid/x")


def test_database_of_another_ledger_is_refused(directory: Path, tmp_path: Path, postgres: Server) -> None:
    """Whatever address is given, the charter in it has to be the one that was set up (design §2.5)."""
    with postgres.database() as url:
        with init(tmp_path / "other", origin="example.org/small", at=lambda: START, store=url):
            pass
        with pytest.raises(ConflictError, match="was set up with the charter"):
            open_ledger(directory, store=url)


# --- beginning --------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
import ledger.runtime.founding as founding
from tests.end_to_end.test_postgres import found

plain = getattr(founding, sys.argv[3])

def dying(*arguments, **named):
    if sys.argv[4] == "after":
        plain(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(founding, sys.argv[3], dying)
found(Path(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.parametrize(
    "step", ["make_store before", "make_store after", "format_policy before", "write_config before"]
)
def test_init_that_is_killed_is_begun_again(tmp_path: Path, database: str, step: str) -> None:
    """What it left in the database is known by its mark, removed, and begun again in the same directory (§3)."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "ledger"), database, *step.split()], env=environment,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    if step != "make_store before":
        with pytest.raises(ConflictError, match="holds a ledger already; choose another database"):
            found(tmp_path / "elsewhere", database)
    with found(tmp_path / "ledger", database) as made:
        assert made.check().findings == ()


def test_init_that_fails_leaves_nothing(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directory and database are as they were, and another may begin there (design §3)."""

    def failing(*_: Any, **__: Any) -> None:
        message = "The disk is full."
        raise OSError(message)

    monkeypatch.setattr("ledger.runtime.founding.format_policy", failing)
    with pytest.raises(Exception, match=r"full|cannot be written"):
        found(tmp_path / "ledger", database)
    monkeypatch.undo()
    assert not (tmp_path / "ledger").exists()
    with found(tmp_path / "another", database) as made:
        assert made.head().size == 2


def test_database_that_holds_a_ledger_is_not_begun_in(directory: Path, tmp_path: Path, database: str) -> None:
    """It is left as it is, and so is the directory (design §3)."""
    with pytest.raises(ConflictError, match="holds a ledger already; choose another database"):
        found(tmp_path / "another", database)
    assert not (tmp_path / "another").exists()
    with open_ledger(directory, at=lambda: START) as ledger:
        assert ledger.head().size == 6


# --- the same on both -------------------------------------------------------------------------------------------------


def test_same_statements_give_the_same_bytes_on_both_engines(tmp_path: Path, postgres: Server) -> None:
    """Roots, checkpoints and receipts do not depend on where the entries are kept, to the byte (design §4)."""
    from ledger.store.sql import SqlStore

    with postgres_place(postgres) as place:
        stores: list[Any] = [SqlStore.create(tmp_path / "ledger.db"), place.create()]
        assert told(stores[0]) == told(stores[1])
        for store in stores:
            store.close()


SIGNED: dict[Any, bytes] = {}


def told(store: Any) -> list[bytes]:
    """Return all that a ledger in a store gives out for the same statements, its signatures made once for both."""
    plain = scenario.sign

    def sign(checkpoint: Any, at: int, *keys: Any) -> bytes:
        # ML-DSA draws at random; what is compared is what is signed and how it is kept.
        return SIGNED.setdefault((checkpoint, at), plain(checkpoint, at, *keys))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenario, "MemoryStore", lambda: store)
        patch.setattr(scenario, "sign", sign)
        house = House().set_up()
        out = []
        for size in (1, 2, 3, 130):
            many = [house.sign("position", "grain", {**POSITION, "note": f"{size} {n}"}) for n in range(size)]
            publication = house.publish(*many)
            out += [publication.checkpoint, *map(format_receipt, publication.receipts())]
        for _ in range(2):
            house.publish(house.sign("party", "cc", PARTY))
        with store.reading() as reading:
            out += [one.header + (one.jws or b"") for one in reading.rows(0, 1000)]
            out += [note for _, note in reading.checkpoints()]
            out += [b"%d %d " % (level, index) + node for level in range(8) for index, node in reading.level(level)]
            out.append(json.dumps(dict(reading.counts())).encode())
    return out


def test_ledger_moves_between_the_engines_by_its_static_site(directory: Path, tmp_path: Path, postgres: Server) -> None:
    """Exported from one and imported into the other and back, it has the same root and goes on (design §2.4)."""
    with open_ledger(directory, at=lambda: START) as ledger:
        for number in range(300):
            ledger.record(position(number)) if number % 100 == 0 else None
        ledger.export_log(tmp_path / "site")
        head, genesis = ledger.head(), ledger.genesis
    keys = directory / "keys"
    import_log(open_source(str(tmp_path / "site")), tmp_path / "file", keys=keys, at=lambda: START)
    with postgres.database() as url:
        with open_ledger(tmp_path / "file", at=lambda: START) as ledger:
            assert (ledger.head(), ledger.genesis) == (head, genesis)
            ledger.export_log(tmp_path / "second")
        source = open_source(str(tmp_path / "second"))
        import_log(source, tmp_path / "back", keys=keys, at=lambda: START, store=url)
        with open_ledger(tmp_path / "back", at=lambda: START) as ledger:
            assert (ledger.head(), ledger.check().findings) == (head, ())
            assert ledger.record(position(1000))[0].index == head.size


# --- what contradicts what was signed ---------------------------------------------------------------------------------

FALSE: dict[str, tuple[tuple[str, ...], type[Exception], str]] = {
    "an entry without a checkpoint": (
        ("INSERT INTO entry SELECT 6, header, leaf, statement, kind, subject, author, received FROM entry LIMIT 1",),
        ConflictError, "and there are 7",
    ),
    "a head without its entries": (
        ("UPDATE head SET size = 9",), ConflictError, "The head says 9 entries",
    ),
    "a node of another tree": (
        ("DROP TRIGGER node_unchanged{on node}", "UPDATE node SET hash = {zeros} WHERE level = 2"),
        ConflictError, "has not the root that was signed",
    ),
    "no checkpoint": (
        ("DROP TRIGGER checkpoint_kept{on checkpoint}", "DELETE FROM checkpoint WHERE size = 6"),
        ConflictError, "The head says 6 entries",
    ),
    "no charter": (
        ("DROP TRIGGER statement_kept{on statement}", "DELETE FROM statement WHERE entry = 0"),
        ConflictError, "The charter of entry 0 is gone",
    ),
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Give a way to run statements past a ledger, on each engine in turn."""
    import sqlite3

    if request.param == "sqlite":
        with found(tmp_path / "ledger", None) as made:
            made.record(drafts())

        def run(sql: str) -> Path:
            connection = sqlite3.connect(tmp_path / "ledger" / "ledger.db", isolation_level=None)
            connection.execute(spelt(sql, f"x'{'00' * 32}'", is_on=False))
            connection.close()
            return tmp_path / "ledger"

        yield run
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        with found(tmp_path / "ledger", url) as made:
            made.record(drafts())

        def run_there(sql: str) -> Path:
            zeros = "'\\x" + "00" * 32 + "'"
            server.run(f"SET search_path TO pledger; {spelt(sql, zeros, is_on=True)}", url=url)
            return tmp_path / "ledger"

        yield run_there


def spelt(sql: str, zeros: str, *, is_on: bool) -> str:
    """Return a statement as the engine spells it."""
    for table in ("node", "checkpoint", "statement"):
        sql = sql.replace(f"{{on {table}}}", f" ON {table}" if is_on else "")
    return sql.replace("{zeros}", zeros)


@pytest.mark.parametrize("case", FALSE)
def test_database_that_contradicts_what_was_signed_is_refused(damaged: Callable[[str], Path], case: str) -> None:
    """The same sentences on both engines, at start-up, before anything is written or answered (design §2.5)."""
    statements, error, words = FALSE[case]
    directory = [damaged(statement) for statement in statements][-1]
    with pytest.raises(error, match=words):
        open_ledger(directory, at=lambda: START)
    assert check_ledger(directory, at=lambda: START).findings


def test_old_copy_of_a_database_is_refused(tmp_path: Path, postgres: Server) -> None:
    """Restored from yesterday's dump it is sound in itself, but a checkpoint beyond it has left (decision 9)."""
    if postgres.programs is None:
        pytest.skip("where pg_dump and pg_restore are is not known")
    with postgres.database() as url:
        with found(tmp_path / "ledger", url) as made:
            made.record(drafts())
        dump = str(tmp_path / "dump")
        run(postgres, "pg_dump", "--format=custom", f"--file={dump}", url)
        with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
            ledger.record(position(1))
        postgres.run("DROP SCHEMA pledger CASCADE", url=url)
        with pytest.raises(NotFoundError, match="There is no ledger in the database"):
            open_ledger(tmp_path / "ledger")
        run(postgres, "pg_restore", f"--dbname={url}", dump)
        with pytest.raises(ConflictError, match="has 6 entries, and a checkpoint of 7 has left it: its database is"):
            open_ledger(tmp_path / "ledger", at=lambda: START)
        # Its triggers came with it.
        with pytest.raises(Exception, match="a row of entry is never deleted"):
            postgres.run("DELETE FROM pledger.entry", url=url)


def run(server: Server, program: str, *arguments: str) -> None:
    """Run one of the server's programs."""
    assert server.programs is not None
    subprocess.run([str(server.programs / program), *arguments], check=True, capture_output=True)


def test_copy_that_went_another_way_is_a_fork(tmp_path: Path, postgres: Server) -> None:
    """A copy that was written to elsewhere has as many entries as what left, and others: both are kept (§2.5)."""
    import shutil

    with postgres.database() as url, postgres.database() as other:
        with found(tmp_path / "ledger", url) as made:
            made.record(drafts())
            made.export_log(tmp_path / "site")
        keys = tmp_path / "ledger" / "keys"
        import_log(open_source(str(tmp_path / "site")), tmp_path / "copy", keys=keys, at=lambda: START, store=other)
        with open_ledger(tmp_path / "copy", at=lambda: START) as ledger:
            ledger.record(position(2))
        with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
            ledger.record(position(1))
        shutil.copy(tmp_path / "copy" / "pledger.toml", tmp_path / "ledger" / "pledger.toml")
        with pytest.raises(ForkError, match="Another checkpoint of 7 entries has left this log"):
            open_ledger(tmp_path / "ledger", at=lambda: START)


@pytest.mark.parametrize("is_done", [False, True])
def test_ledger_whose_commit_got_no_answer_writes_nothing_more(
    directory: Path, database: str, postgres: Server, monkeypatch: pytest.MonkeyPatch, is_done: bool
) -> None:
    """It stops until it is opened again; then the old state is found or the new, and a repeat is told which (§2.5)."""
    plain = PostgresWriting.commit

    def cut(writing: PostgresWriting) -> None:
        driver = writing._driver
        if is_done:
            driver.execute("COMMIT")
        postgres.run(f"SELECT pg_terminate_backend({driver.info.backend_pid}, 5000)", url=database)
        plain(writing)

    with open_ledger(directory, at=lambda: START) as ledger:
        monkeypatch.setattr(PostgresWriting, "commit", cut)
        with pytest.raises(UnavailableError, match="is not known; open the ledger again"):
            ledger.record(position(1))
        monkeypatch.undo()
        with pytest.raises(UnavailableError, match="outcome of an earlier commit is unknown"):
            ledger.record(position(2))
        assert ledger.head().size == (7 if is_done else 6)
    with open_ledger(directory, at=lambda: START) as ledger:
        assert ledger.record(position(1))[0].index == 6
        assert ledger.record(position(2))[0].index == 7
        assert ledger.check().findings == ()


# --- the commands -----------------------------------------------------------------------------------------------------


def test_commands_make_upgrade_and_let_in(tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``init --store``, ``store upgrade`` and ``store roles`` answer as every command does (style §7)."""
    ledger = str(tmp_path / "ledger")
    assert main(["init", ledger, "--origin", "example.org/small", "--store", database, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 2
    assert main(["log", "check", "--ledger", ledger]) == 0
    capsys.readouterr()
    assert main(["store", "upgrade", "--ledger", ledger, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"before": 2, "layout": 2}
    assert main(["store", "upgrade", "--ledger", ledger]) == 0
    assert "have layout 2 already" in capsys.readouterr().out
    assert main(["store", "roles", "accounts"]) == 0
    sql = capsys.readouterr().out
    assert sql.count(";\n") == sql.count("\n") > 6
    assert main(["store", "roles", "no name"]) == 2
    assert main(["init", str(tmp_path / "b"), "--origin", "example.org/b", "--store", "sqlite:///x"]) == 2
    assert not (tmp_path / "b").exists()


def test_file_of_the_first_layout_is_upgraded_by_the_command(tmp_path: Path) -> None:
    """A ledger that an earlier program made is refused with the command that adopts it, and then opens (§4)."""
    import sqlite3

    with found(tmp_path / "ledger", None) as made:
        made.record(drafts())
    connection = sqlite3.connect(tmp_path / "ledger" / "ledger.db", isolation_level=None)
    connection.execute("DROP TABLE alembic_version")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with pytest.raises(ConflictError, match="run pledger store upgrade on it"):
        open_ledger(tmp_path / "ledger", at=lambda: START)
    assert upgrade_store(tmp_path / "ledger") == (1, 2)
    with open_ledger(tmp_path / "ledger", at=lambda: START) as ledger:
        assert ledger.check().findings == ()
