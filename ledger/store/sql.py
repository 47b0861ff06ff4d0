"""The store on SQLite: opening the file, snapshots, and the one writer.

WAL, ``synchronous=FULL``, foreign keys; ``BEGIN IMMEDIATE`` takes the head's lock, so several processes may share one
file. Whatever the database says is turned into a sentence here, where its bytes are first touched. Nothing here decides
what may be written. Source: design §2.5, §4.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, UnavailableError
from ledger.store.elsewhere import PATIENCE, SqlElsewhere
from ledger.store.migration import migrate
from ledger.store.query import SqlReading, name_mark, repeat_mark
from ledger.store.tables import APPLICATION_ID, VERSION
from ledger.tlog.merkle import Node
from ledger.tlog.stored import EMPTY_HEAD, NOTHING_RECORDED, Head, Row

# The cache holds the pages that marks are scattered over, and a longer write-ahead log (at most 128 MB of it) is copied
# back less often, each page once for all commits in between: at 10^5 entries the two together take a quarter off the
# time of an append, and at 10^6 the longer log alone a third of what the marks cost.
_SETTINGS: Final = (
    "synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON", "trusted_schema = OFF", "cache_size = -32768",
    "wal_autocheckpoint = 32000",
    # What an erasure deletes is overwritten, and not only unlinked (design §2.3).
    "secure_delete = ON",
)  # fmt: skip
_MAGIC: Final = b"SQLite format 3\x00"
_ROWS: Final = 100
"""Rows that one INSERT writes: the driver lets other threads run once for each statement and not once for each row."""

_SWAP: Final = 'UPDATE head SET size = ?, checkpoint = ?, received = ? WHERE "only" = 1 AND size = ? AND checkpoint = ?'


class SqlWriting(SqlReading):
    """The database while its head is locked by us; what is not committed never was."""

    def __init__(self, connection: Connection, path: Path) -> None:
        super().__init__(connection)
        self._path = path
        self.is_committed = False

    def append(self, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        """Write new entries with the nodes that they complete.

        Rows go in the order of their keys where there is one: a B-tree that only grows at its end stays fast. Marks
        have no order in time, so a batch of them is sorted and touches each page once.
        """
        self._insert("entry", [row[:8] for row in rows])  # the columns are the row's own first members
        # A statement that was erased elsewhere is not there to be written; ``erase`` says by which entry.
        self._insert("statement", [(r.index, r.jws, r.payload) for r in rows if r.jws is not None])
        self._insert("node", [node for node in nodes if node[0] > 0])
        marks = [(name_mark(r.statement), r.index) for r in rows]
        marks += [(repeat_mark(r.author, r.payload), r.index) for r in rows if r.payload is not None]
        self._insert("mark", sorted(marks), twice="ON CONFLICT DO NOTHING")

    def erase(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Delete the statements of entries, and note for each the entry of the logged erasure that says so.

        The digest of the payload goes with the statement, and so does the mark made of it: whoever guessed the words
        could else make sure of them. The header's digest stays; the signature keeps it from being guessed (§2.3).
        """
        self._insert("erasure", pairs)
        for entry, _ in pairs:
            said = self._one(
                'SELECT author, payload FROM statement JOIN entry ON entry."index" = statement.entry '
                "WHERE statement.entry = ?",
                entry,
            )
            if said is not None:
                self._delete(entry, mark=repeat_mark(*said))

    def _delete(self, entry: int, *, mark: int) -> None:
        """Delete a statement, and the mark by which a repeat of it was found."""
        self._run("DELETE FROM mark WHERE mark = ? AND entry = ?", (mark, entry))
        self._run("DELETE FROM statement WHERE entry = ?", (entry,))

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]], *, twice: str = "") -> None:
        for begin in range(0, len(rows), _ROWS):
            chunk = rows[begin : begin + _ROWS]
            row = f"({', '.join('?' * len(chunk[0]))})"
            sql = f"INSERT INTO {table} VALUES {', '.join([row] * len(chunk))} {twice}"
            self._run(sql, tuple(chain.from_iterable(chunk)))

    def swap(self, old: Head, new: Head) -> bool:
        """Write the new head and its checkpoint if the head is still the old one; tell whether it was."""
        done = self._run(_SWAP, (new.size, new.checkpoint, new.received, old.size, old.checkpoint))
        if done.rowcount != 1:
            return False
        self._run("INSERT INTO checkpoint VALUES (?, ?)", (new.size, new.checkpoint))
        return True

    def commit(self) -> None:
        """Make it all durable.

        Raises:
            UnavailableError: with the fact ``outcome`` where it is certain that nothing was recorded. After any other
                exception the outcome is unknown.
        """
        try:
            self.connection.commit()
        except DBAPIError as error:
            with suppress(DBAPIError):
                self.connection.rollback()
            # A full disk shows when a frame of the write-ahead log cannot be written, and the frame that commits is the
            # last of them. Any other failure may have come after it, so the outcome is unknown.
            if _code(error) == sqlite3.SQLITE_FULL:
                raise _full(self._path) from error
            raise _unknown(self._path) from error
        self.is_committed = True


class SqlStore:
    """A ledger's database file.

    Attributes:
        path: of the file.
        engine: one connection for each thread that is at work.
    """

    def __init__(self, path: Path, engine: Engine, *, file: tuple[int, int] | None = None) -> None:
        self.path = path
        self.engine = engine
        self._file = file

    @classmethod
    def create(cls, path: Path, *, patience: float = PATIENCE) -> "SqlStore":
        """Return a new, empty store in a new file.

        Raises:
            ConflictError: there is a file already.
        """
        try:
            path.open("xb").close()
        except FileExistsError as error:
            raise ConflictError(f"There is a file at {path} already; choose another place.", path=str(path)) from error
        except OSError as error:
            raise UnavailableError(
                f"The file {path} cannot be made: {error.strerror}; mend that.", path=str(path)
            ) from error
        told = path.stat()
        with _AT_WORK_LOCK:
            _AT_WORK[told.st_dev, told.st_ino] += 1
        store = cls(path, _engine(path, patience), file=(told.st_dev, told.st_ino))
        with store.speaking(), store.engine.connect() as connection:
            # A crash before the commit leaves a file without an application id: it is then no ledger's database.
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection)
            head = (1, EMPTY_HEAD.size, EMPTY_HEAD.checkpoint, EMPTY_HEAD.received)
            connection.exec_driver_sql("INSERT INTO head VALUES (?, ?, ?, ?)", head)
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
            connection.commit()
        return store

    @classmethod
    def open(cls, path: Path, *, patience: float = PATIENCE) -> "SqlStore":
        """Return the store in a file.

        Raises:
            NotFoundError: there is no such file.
            MalformedError: it is not the database of a ledger, is damaged, or was written by a later version.
            ConflictError: its tables have an earlier layout.
            UnavailableError: it is locked by another process, or cannot be read.
        """
        store = cls(path, _engine(path, patience), file=_enter(path))
        try:
            with store.speaking(), store.engine.connect() as connection:
                refuse_layout(store._layout(connection), f"The database {path}")
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def upgrade(cls, path: Path, *, patience: float = PATIENCE) -> int:
        """Bring the tables in a file to the layout that this program knows; return the layout that they had.

        What a crash breaks off has not begun. No row of the log is touched.

        Raises:
            PledgerError: as ``open``.
        """
        store = cls(path, _engine(path, patience), file=_enter(path))
        try:
            with store.speaking(), store.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                standing = store._layout(connection)
                if standing >= VERSION:
                    refuse_layout(standing, f"The database {path}")
                    return standing
                # The first layout was made before there was a table that says which it is.
                kept = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").scalar()
                migrate(connection, standing=None if kept else f"{standing:04d}")
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
                connection.commit()
                return standing
        finally:
            store.close()

    def _layout(self, connection: Connection) -> int:
        """Return the layout of the tables; raise where they are not a ledger's."""
        if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION_ID:
            message = f"The file {self.path} is an SQLite database, but not that of a ledger; give the right directory."
            raise MalformedError(message, path=str(self.path))
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def close(self) -> None:
        """Let the file go."""
        self.engine.dispose()
        _leave(self._file)
        self._file = None

    def elsewhere(self) -> SqlElsewhere:
        """Return how another process reads the same store."""
        return SqlElsewhere(self.path.absolute())

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """Return a snapshot, for the time of a ``with`` block."""
        with self.speaking(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            with closing(SqlReading(connection)) as reading:
                yield reading

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """Lock the head, for the time of a ``with`` block; leaving it without ``commit`` takes everything back.

        Raises:
            UnavailableError: another process holds the lock for longer than our patience, or the disk is full.
        """
        with self.speaking(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            writing = SqlWriting(connection, self.path)
            try:
                yield writing
            finally:
                writing.close()
                if not writing.is_committed:
                    # A crash here leaves frames in the write-ahead log that nothing commits; the next writer overwrites
                    # them.
                    with suppress(DBAPIError):
                        connection.rollback()

    def copy(self, path: Path) -> None:
        """Write the database as it is at one moment to a new file, durably; others may read and write meanwhile.

        Raises:
            ConflictError: there is a file already.
            UnavailableError: it cannot be written.
        """
        if path.exists():
            raise ConflictError(f"There is a file at {path} already; choose another place.", path=str(path))
        with self.speaking(), self.engine.connect() as connection:
            source: Any = connection.connection.driver_connection
            with closing(sqlite3.connect(path)) as target:
                # All pages in one step: a copy in several begins anew whenever somebody commits.
                source.backup(target)
                target.execute("PRAGMA synchronous = FULL")
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def purge(self, *, is_patient: bool = True) -> bool:
        """Make sure that deleted rows cannot be read from the files any more; tell whether it was done.

        The write-ahead log holds pages as they were: it is copied back and cut to nothing, which has to wait until
        nobody reads an older snapshot. A crash before it is done leaves the old pages to the next who calls this.

        Args:
            is_patient: wait a while for those who read.
        """
        patience = PATIENCE if is_patient else 0.0
        with self.speaking(), self.engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            try:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(PATIENCE * 1000)}")
        return not busy

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn what the database says into a sentence, for the time of a ``with`` block."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise _sentence(self.path, error) from error
        except PoolTimeoutError as error:
            raise busy(f"The database {self.path}") from error


def _engine(path: Path, patience: float) -> Engine:
    """Return an engine whose connections are set up as design §2.5 asks, and begin no transaction by themselves."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    own_connections(engine)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401, a sqlite3.Connection
        # The driver's own transactions would begin late and deferred; ours begin where we say.
        connection.isolation_level = None
        try:
            for setting in _SETTINGS:
                connection.execute(f"PRAGMA {setting}")
        except UnicodeDecodeError as error:  # the driver, on a sentence of SQLite's that repeats a damaged schema
            raise _damaged(path, "its schema cannot be read") from error

    return engine


def own_connections(engine: Engine) -> None:
    """Let a process that was forked make connections of its own: two that speak over one break each other's."""

    @event.listens_for(engine, "connect")
    def _note(_connection: object, record: Any) -> None:  # noqa: ANN401, a record of the pool
        record.info["pid"] = os.getpid()

    @event.listens_for(engine, "checkout")
    def _refuse(_connection: object, record: Any, proxy: Any) -> None:  # noqa: ANN401
        if record.info["pid"] != os.getpid():
            record.dbapi_connection = proxy.dbapi_connection = None
            message = "the connection is of the process that this one was forked from"
            raise DisconnectionError(message)


def refuse_layout(standing: int, what: str) -> None:
    """Raise unless tables have the layout that this program knows.

    Raises:
        ConflictError: they have an earlier one.
        MalformedError: they have a later one.
    """
    if standing > VERSION:
        message = f"{what} has layout {standing}, and this program knows {VERSION}; use the program that wrote it."
        raise MalformedError(message, version=standing)
    if standing < VERSION:
        message = f"{what} has layout {standing}, and this program needs {VERSION}; run pledger store upgrade on it."
        raise ConflictError(message, version=standing)


def busy(what: str) -> UnavailableError:
    """Return our error for more callers than there are connections."""
    message = f"{what} is busy: too many are at work in this process; nothing was recorded, try again."
    return UnavailableError(message, outcome=NOTHING_RECORDED)


_AT_WORK: Final[Counter[tuple[int, int]]] = Counter()
"""The database files of which this process has a store open, by device and inode."""
_AT_WORK_LOCK: Final = Lock()


def _enter(path: Path) -> tuple[int, int] | None:
    """Note that a file is at work in this process, once it is seen to be one of SQLite's.

    Whoever closes a file of any kind lets go all locks that his process has on it (POSIX): so a database that is open
    here already is not looked into beside SQLite, or another process would believe that it is alone with it.
    """
    with _AT_WORK_LOCK:
        with suppress(OSError):
            told = path.stat()
            if _AT_WORK[told.st_dev, told.st_ino]:
                _AT_WORK[told.st_dev, told.st_ino] += 1
                return told.st_dev, told.st_ino
        _refuse_foreign(path)
        told = path.stat()
        _AT_WORK[told.st_dev, told.st_ino] += 1
        return told.st_dev, told.st_ino


def _leave(file: tuple[int, int] | None) -> None:
    """Note that a store let a file go."""
    with _AT_WORK_LOCK:
        if file is not None and _AT_WORK[file] > 0:
            _AT_WORK[file] -= 1


def _refuse_foreign(path: Path) -> None:
    """Raise where there is no file, or one that is no SQLite database; SQLite itself would make or fill it."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as error:
        message = f"There is no database at {path}; restore it from a copy, or give the directory of a ledger."
        raise NotFoundError(message, path=str(path)) from error
    except OSError as error:
        raise UnavailableError(
            f"The database {path} cannot be read: {error.strerror}; mend that.", path=str(path)
        ) from error
    if magic != _MAGIC:
        message = (
            f"The file {path} is not an SQLite database; restore it from a copy, or give the directory of a ledger."
        )
        raise MalformedError(message, path=str(path))


def _code(error: DBAPIError | sqlite3.Error) -> int:
    """Return the primary result code of SQLite; 0 where there is none."""
    return getattr(_driver_error(error), "sqlite_errorcode", 0) & 0xFF


def _driver_error(error: DBAPIError | sqlite3.Error) -> BaseException | None:
    """Return what the driver said, whoever handed it on."""
    return error.orig if isinstance(error, DBAPIError) else error


def _sentence(path: Path, error: DBAPIError | sqlite3.Error) -> PledgerError | AssertionError:
    """Return our error for the database's."""
    said = _driver_error(error)
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            message = (
                f"The database {path} is locked by another process; nothing was recorded, try again when it is done."
            )
            return UnavailableError(message, path=str(path), outcome=NOTHING_RECORDED)
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return _damaged(path, said)
        case sqlite3.SQLITE_CONSTRAINT:
            return AssertionError(f"the store refused to break its own rule: {said}")
        case _:
            message = (
                f"The database {path} cannot be used ({said}); see to the disk and its permissions, and try again."
            )
            return UnavailableError(message, path=str(path))


def _damaged(path: Path, said: object) -> MalformedError:
    message = f"The database {path} is damaged ({said}); restore it from a copy and run pledger log check."
    return MalformedError(message, path=str(path))


def _full(path: Path) -> UnavailableError:
    message = f"The disk is full at {path}; nothing was recorded. Make room and try again."
    return UnavailableError(message, path=str(path), outcome=NOTHING_RECORDED)


def _unknown(path: Path) -> UnavailableError:
    message = (
        f"Whether the last entries reached {path} is not known; open the ledger again and look before you repeat them."
    )
    return UnavailableError(message, path=str(path), outcome="unknown")
