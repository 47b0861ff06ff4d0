"""The store of a witness: for each log the largest checkpoint that it has cosigned, in one small SQLite file.

What was read under the lock is what is replaced under it, so that no two requests can be granted from one old size
(C2SP tlog-witness). A log's row only moves forward, and the database itself refuses anything else. It has SQLite's
rollback journal and ``synchronous=EXTRA``: what is committed survives the machine. (A write-ahead log would have to be
switched on, which two processes that begin at once cannot both do.) Nothing here decides what may be cosigned.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from ledger.errors import ConflictError, MalformedError, PledgerError, UnavailableError
from ledger.tlog.merkle import Hash
from ledger.tlog.witness import Kept

APPLICATION_ID: Final = 0x506C6477
"""``Pldw``, in the header of the file: what tells a witness's database from any other."""

VERSION: Final = 1
"""The layout of the table; a file of a later one is refused."""

PATIENCE: Final = 5.0
"""Seconds that a request waits for another before it is told to try again."""

_COSIGNED: Final = """
CREATE TABLE cosigned (
    origin TEXT PRIMARY KEY NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    at INTEGER NOT NULL CHECK (at > 0),
    note BLOB NOT NULL
) STRICT
"""
_KEPT: Final = """
CREATE TRIGGER cosigned_kept BEFORE DELETE ON cosigned
BEGIN SELECT RAISE(ABORT, 'what was cosigned is never forgotten'); END
"""
_ONCE: Final = """
CREATE TRIGGER cosigned_once BEFORE INSERT ON cosigned
WHEN EXISTS (SELECT 1 FROM cosigned WHERE origin = NEW.origin)
BEGIN SELECT RAISE(ABORT, 'what was cosigned is never replaced'); END
"""
_FORWARD: Final = """
CREATE TRIGGER cosigned_forward BEFORE UPDATE ON cosigned
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.at < OLD.at
    OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'what was cosigned only moves forward'); END
"""
_SELECT: Final = "SELECT size, root, at, note FROM cosigned WHERE origin = ?"
_INSERT: Final = "INSERT INTO cosigned (origin, size, root, at, note) VALUES (?, ?, ?, ?, ?)"
_UPDATE: Final = "UPDATE cosigned SET size = ?, root = ?, at = ?, note = ? WHERE origin = ?"


class WitnessKeeping:
    """The file while it is locked by us; what is not committed never was.

    Attributes:
        last: what was cosigned last of the log in question, or None.
    """

    def __init__(self, connection: sqlite3.Connection, origin: str, last: Kept | None) -> None:
        self.last = last
        self._connection = connection
        self._origin = origin

    def keep(self, kept: Kept) -> None:
        """Keep a checkpoint in the place of the last, durably: once this has returned, it may be answered.

        Raises:
            UnavailableError: it may or may not be kept; nothing may be answered.
        """
        if self.last is None:
            self._connection.execute(_INSERT, (self._origin, kept.size, kept.root, kept.at, kept.note))
        else:
            self._connection.execute(_UPDATE, (kept.size, kept.root, kept.at, kept.note, self._origin))
        self._connection.execute("COMMIT")


class WitnessStore:
    """A witness's database file; each call opens it for itself, so any number of threads and processes may share it.

    Attributes:
        path: of the file.
        patience: seconds that a request waits for another.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self.patience = patience

    @classmethod
    def open(cls, path: Path, *, patience: float = PATIENCE) -> "WitnessStore":
        """Return the store in a file, which is made where it is absent.

        Raises:
            MalformedError: it is not the database of a witness, is damaged, or was written by a later version.
            UnavailableError: it is locked, or cannot be read or made.
        """
        store = cls(path, patience=patience)
        with store._connected() as connection:
            # The lock first: of two processes that begin at once, one makes the table and the other finds it.
            connection.execute("BEGIN IMMEDIATE")
            application, version = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
            if application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                for statement in (_COSIGNED, _KEPT, _ONCE, _FORWARD):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            elif (application, version) != (APPLICATION_ID, VERSION):
                message = f"The file {path} is not a witness's database of layout {VERSION}; name another file."
                raise MalformedError(message, path=str(path))
            connection.execute("COMMIT")
        return store

    def last(self, origin: str) -> Kept | None:
        """Return what was cosigned last of a log, or None."""
        with self._connected() as connection:
            return _last(connection, origin)

    def origins(self) -> tuple[str, ...]:
        """Return the logs of which anything was ever cosigned, sorted."""
        with self._connected() as connection:
            return tuple(row[0] for row in connection.execute("SELECT origin FROM cosigned ORDER BY origin"))

    @contextmanager
    def keeping(self, origin: str) -> Iterator[WitnessKeeping]:
        """Lock the file, for the time of a ``with`` block; leaving it without ``keep`` changes nothing.

        Raises:
            UnavailableError: another request holds the lock for longer than our patience, or the disk is full.
        """
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield WitnessKeeping(connection, origin, _last(connection, origin))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Return a connection that begins no transaction by itself, and turn what it says into a sentence."""
        try:
            # Closing takes back what was begun and not committed, also where the block ends by an exception.
            with closing(sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)) as connection:
                for setting in ("synchronous = EXTRA", "trusted_schema = OFF", "recursive_triggers = ON"):
                    connection.execute(f"PRAGMA {setting}")
                try:
                    yield connection
                finally:
                    if connection.in_transaction:
                        with suppress(sqlite3.Error):
                            connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise _sentence(self.path, error) from error


def _last(connection: sqlite3.Connection, origin: str) -> Kept | None:
    row = connection.execute(_SELECT, (origin,)).fetchone()
    return None if row is None else Kept(row[0], Hash(row[1]), row[2], row[3])


def _sentence(path: Path, error: sqlite3.Error) -> PledgerError:
    """Return our error for the database's."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            message = f"The file {path} is no witness's database, or is damaged ({error}); restore it, or name another."
            return MalformedError(message, path=str(path))
        case sqlite3.SQLITE_CONSTRAINT:
            message = f"The witness's database {path} refused: {error}; look at what else writes to it."
            return ConflictError(message, path=str(path))
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return UnavailableError(f"The database {path} is locked by another; try again.", path=str(path))
        case _:
            message = f"The database {path} cannot be used ({error}); see to the disk and its permissions."
            return UnavailableError(message, path=str(path))
