"""Reading the same database file from another process: a connection of its own, and nothing but reading.

A process that helps is made for a few seconds of work, so this loads the driver and no more: neither the toolkit that
describes the tables, nor what writes. Whoever sends it there has opened the file and knows that it is a ledger's. What
an error says here is seen by nobody: what cannot be read there is read again by the one who asked. Source: design §4.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from weakref import WeakSet

from ledger.errors import UnavailableError
from ledger.store.query import SqlReading

PATIENCE: Final = 5.0
"""Seconds that a reader waits for whoever holds the file."""

_SETTINGS: Final = ("query_only = ON", "trusted_schema = OFF", "cache_size = -32768")


class FileReading(SqlReading):
    """A snapshot of a file, over a connection of the driver's."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._ranges = WeakSet()


@dataclass(frozen=True, slots=True)
class SqlElsewhere:
    """How another process reads a database file: opened there once, with a snapshot for each call."""

    path: Path

    @contextmanager
    def __call__(self) -> Iterator[FileReading]:
        """Return a snapshot, for the time of a ``with`` block.

        Raises:
            UnavailableError: the file cannot be read.
        """
        try:
            driver = _opened(self.path)
            driver.execute("BEGIN")
            try:
                with closing(FileReading(driver)) as reading:
                    yield reading
            finally:
                driver.execute("ROLLBACK")
        except sqlite3.Error as error:
            message = f"The database {self.path} cannot be read by another process ({error}); it is read by this one."
            raise UnavailableError(message, path=str(self.path)) from error


@lru_cache(maxsize=1)
def _opened(path: Path) -> sqlite3.Connection:
    """Return the connection of this process to a file."""
    driver = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    for setting in _SETTINGS:
        driver.execute(f"PRAGMA {setting}")
    return driver
