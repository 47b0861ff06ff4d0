"""The real store on SQLite in the simulated world: what its driver is asked for is a call, and so can fail.

Every process opens the one file by itself, as commands do. Each statement that the driver runs, and each commit, may
end with an error of SQLite's, before or after it took effect, or with the death of the process; where the power goes,
the files are what lies on the disk at that moment, with frames behind them that nothing committed. The file lies beside
the simulated disk and not on it: how SQLite writes and syncs is SQLite's own (`tests.simulation.test_process` cuts its
write-ahead log off). Nobody waits for SQLite's lock inside SQLite, as the one who holds it would never have the turn.
"""

import shutil
import sqlite3
import sqlite3.dbapi2
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from unittest.mock import patch

from ledger.store.query import SqlReading
from ledger.store.sql import SqlStore, SqlWriting
from ledger.tlog.stored import EMPTY_HEAD, Head
from tests.simulation.template import template
from tests.simulation.world import Process, World
from tests.unit.service.fake import State

_CONNECT: Final = sqlite3.dbapi2.connect


@dataclass
class Copy(State):
    """What a database held at one moment, and its file."""

    raw: bytes = b""


class DatabaseOfWorld:
    """A database file that any number of processes share.

    Attributes:
        folder: where it lies.
        owner: the process that holds the head's lock.
    """

    def __init__(self, world: World, folder: Path, rules: str) -> None:
        self.world = world
        self.folder = folder
        self.owner: Process | None = None
        self._number = 1
        self._seen: tuple[object, State] | None = None
        self._is_outside = False
        self._handles: list[StoreOfProcess] = []
        folder.mkdir(exist_ok=True)
        self.path.write_bytes(_begun(rules))
        self._outside = SqlStore.open(self.path)

    @property
    def path(self) -> Path:
        """The file, which is another one after each power cut."""
        return self.folder / f"ledger-{self._number}.db"

    def opened(self) -> "StoreOfProcess":
        """Return the store as a process opens it."""
        with patch("sqlite3.dbapi2.connect", self._connect):
            store = cast("StoreOfProcess", StoreOfProcess.open(self.path, patience=0.0))
        store.database = self
        self._handles.append(store)
        return store

    def cut(self) -> None:
        """Leave what a power cut leaves: the files as they lie there, and behind them what nothing committed."""
        old, self._number = self.path, self._number + 1
        for suffix in ("", "-wal"):
            if (beside := Path(f"{old}{suffix}")).exists():
                shutil.copy(beside, f"{self.path}{suffix}")
        log = Path(f"{self.path}-wal")
        if log.exists():
            with log.open("ab") as file:
                file.write(self.world.random.randbytes(self.world.random.randint(1, 9000)))
        self._leave(old)

    def close(self) -> None:
        """Let the files go."""
        self._leave(self.path)

    def _leave(self, path: Path) -> None:
        for store in self._handles:
            store.close()
        self._handles, self.owner, self._seen = [], None, None
        self._outside.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        if path != self.path:
            self._outside = SqlStore.open(self.path)

    # --- as it is seen from outside -----------------------------------------------------------------------------------

    @contextmanager
    def whole(self) -> Iterator[SqlReading]:
        """Return a snapshot that nothing disturbs, whoever has the turn."""
        before, self._is_outside = self._is_outside, True
        try:
            with self._outside.reading() as reading:
                yield reading
        finally:
            self._is_outside = before

    @property
    def state(self) -> State:
        """What is committed; the same object as long as it is the same."""
        with self.whole() as reading:
            run = reading._run
            mark = (reading.head(), run("SELECT count(*) FROM erasure").fetchone())
            if self._seen is None or self._seen[0] != mark:
                head: Head = reading.head()
                rows = list(reading.rows(0, head.size))
                nodes = {(level, index): found for level, index, found in run('SELECT level, "index", hash FROM node')}
                nodes.update({(0, row.index): row.leaf for row in rows})
                erasures = dict(run("SELECT entry, by FROM erasure").fetchall())
                self._seen = (mark, State(rows, nodes, dict(reading.checkpoints()), head, erasures))
            return self._seen[1]

    @state.setter
    def state(self, copy: State) -> None:
        """Put a copy in the place of the database, which nobody has open."""
        old = self.path
        self._number += 1
        self.path.write_bytes(copy.raw if isinstance(copy, Copy) else b"")
        self._leave(old)

    def copy(self) -> Copy:
        """Return a copy, to be put back one day."""
        state = self.state
        with self.whole() as reading:
            raw: bytes = reading._driver.serialize()
        return Copy(state.rows, state.nodes, state.notes, state.head, state.erasures, raw)

    # --- what the driver is asked for ---------------------------------------------------------------------------------

    def call(self, name: str, effect: Any) -> Any:
        """Return what the driver gives, unless a fault is due; nobody's calls are felt while nobody has the turn."""
        if self._is_outside or self.world.current is None:
            return effect()
        code = sqlite3.SQLITE_BUSY if name == "sql begin" else sqlite3.SQLITE_IOERR
        return self.world.call(name, effect, failure=lambda: failing(code), partly=self._full)

    def _full(self) -> None:
        raise failing(sqlite3.SQLITE_FULL)

    def _connect(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        database = self
        if self._is_outside:
            plain: sqlite3.Connection = _CONNECT(*arguments, **named)
            return plain

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, *values: Any) -> "Cursor":
                name = "sql begin" if sql.startswith("BEGIN") else "sql run"
                run = super().execute
                try:
                    found: Cursor = database.call(name, lambda: run(sql, *values))
                except BaseException:
                    self.close()  # SQLite resets a statement that failed; an open one would hold on to its snapshot
                    raise
                return found

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                return self.cursor().execute(sql, *values)  # type: ignore[no-any-return]

            def commit(self) -> None:
                database.call("sql commit", super().commit)

        connection: sqlite3.Connection = _CONNECT(*arguments, **{**named, "factory": Connection})
        return connection


class StoreOfProcess(SqlStore):
    """The store as one process has it open; one writes at a time, and the others have their turns meanwhile.

    Attributes:
        database: that it is a store on.
    """

    database: DatabaseOfWorld

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """Lock the head."""
        shared = self.database
        shared.world.wait(lambda: shared.owner is None or shared.owner.is_dead)
        shared.owner = owner = shared.world.current
        try:
            with super().writing() as writing:
                yield writing
        finally:
            if shared.owner is owner:
                shared.owner = None


def failing(code: int) -> sqlite3.OperationalError:
    """Return an error of SQLite's."""
    made = sqlite3.OperationalError("the call was made to fail")
    made.sqlite_errorcode = code
    return made


@cache
def _begun(rules: str) -> bytes:
    """Return the file of the ledger that runs under these rules begin with."""
    state, start = template(rules).state, EMPTY_HEAD
    with TemporaryDirectory() as folder:
        store = SqlStore.create(Path(folder) / "ledger.db")
        for size in sorted(state.notes):
            head = Head(size, state.notes[size], state.rows[size - 1].received)
            nodes = [
                (level, index, found)
                for (level, index), found in state.nodes.items()
                if start.size < (index + 1) << level <= size
            ]
            with store.writing() as writing:
                writing.append(state.rows[start.size : size], nodes)
                assert writing.swap(start, head)
                writing.commit()
            start = head
        with store.reading() as reading:
            raw: bytes = reading._driver.serialize()
        store.close()
    return raw
