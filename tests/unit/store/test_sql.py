"""The store's words: what the database says becomes a sentence, and a commit says what is known of it (design §2.5)."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from ledger.errors import MalformedError, PledgerError, UnavailableError
from ledger.store.sql import SqlStore, SqlWriting
from ledger.tlog.stored import NOTHING_RECORDED

PATH = Path("ledger.db")


def fault(code: int) -> OperationalError:
    """Return the library's error for a result code of SQLite."""
    said = sqlite3.OperationalError("what SQLite says")
    said.sqlite_errorcode = code
    return OperationalError("COMMIT", (), said)


class Broken:
    """A connection whose commit fails."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.is_rolled_back = False
        self.connection = SimpleNamespace(driver_connection=None)

    def commit(self) -> None:
        """Fail."""
        raise fault(self.code)

    def rollback(self) -> None:
        """Take it back."""
        self.is_rolled_back = True


OUTCOMES = {
    "a full disk, whose last frame was not written": (sqlite3.SQLITE_FULL, NOTHING_RECORDED, "disk is full"),
    "a write that failed": (sqlite3.SQLITE_IOERR_WRITE, "unknown", "is not known"),
    "a sync that failed": (sqlite3.SQLITE_IOERR_FSYNC, "unknown", "is not known"),
    "a busy database": (sqlite3.SQLITE_BUSY, "unknown", "is not known"),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_commit_that_fails_says_whether_nothing_was_recorded_or_nobody_knows(case: str) -> None:
    """Only where the frame that commits was certainly not written is it said that nothing was (design §2.5)."""
    code, outcome, words = OUTCOMES[case]
    connection = Broken(code)
    writing = SqlWriting(cast("Connection", connection), PATH)
    with pytest.raises(UnavailableError, match=words) as caught:
        writing.commit()
    assert caught.value.facts["outcome"] == outcome
    assert (connection.is_rolled_back, writing.is_committed) == (True, False)


SENTENCES: dict[str, tuple[int, type[PledgerError], str]] = {
    "busy": (sqlite3.SQLITE_BUSY, UnavailableError, "locked by another process"),
    "locked": (sqlite3.SQLITE_LOCKED, UnavailableError, "locked by another process"),
    "busy while another recovers": (sqlite3.SQLITE_BUSY_RECOVERY, UnavailableError, "locked by another process"),
    "full": (sqlite3.SQLITE_FULL, UnavailableError, "disk is full"),
    "not a database": (sqlite3.SQLITE_NOTADB, MalformedError, "is damaged"),
    "corrupt": (sqlite3.SQLITE_CORRUPT, MalformedError, "is damaged"),
    "read-only": (sqlite3.SQLITE_READONLY, UnavailableError, "cannot be used"),
    "cannot be opened": (sqlite3.SQLITE_CANTOPEN, UnavailableError, "cannot be used"),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_what_the_database_says_becomes_a_sentence_that_names_the_file(case: str) -> None:
    """No foreign exception leaves the store (style §7; issue 2, point 9)."""
    code, error, words = SENTENCES[case]
    store = SqlStore(PATH, cast("Any", None))
    with pytest.raises(error, match=rf"ledger\.db.*{words}|{words}.*ledger\.db"), store.speaking():
        raise fault(code)


def test_rule_of_our_own_that_is_broken_is_a_fault_of_ours() -> None:
    """A trigger or constraint that had to step in is no error of the caller's (style §7)."""
    store = SqlStore(PATH, cast("Any", None))
    with pytest.raises(AssertionError, match="refused to break its own rule"), store.speaking():
        raise fault(sqlite3.SQLITE_CONSTRAINT_TRIGGER)
