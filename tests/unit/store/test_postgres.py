"""The words of the store on PostgreSQL: what the database says becomes a sentence of ours (style §7, design §2.5)."""

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from ledger.errors import MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.store.postgres import PostgresStore, PostgresWriting, _spelt
from ledger.tlog.stored import NOTHING_RECORDED

psycopg = pytest.importorskip("psycopg", reason="the extra postgres is not installed")

NAME = "postgresql://owner@host/ledger"


def fault(state: str | None) -> Exception:
    """Return the driver's error for a state of SQL; None is a connection that was lost."""
    if state is None:
        return cast("Exception", psycopg.OperationalError("server closed the connection unexpectedly\n\tThis probably"))
    return cast("Exception", psycopg.errors.lookup(state)("what the server says"))


class Broken:
    """A connection whose commit fails, or answers something.

    Attributes:
        run: what its execute does.
    """

    def __init__(self, run: Callable[["Broken"], Any]) -> None:
        self.run = run
        self.handlers: list[Callable[[Any], None]] = []
        self.is_rolled_back = False
        self.connection = SimpleNamespace(driver_connection=self)

    def execute(self, sql: str, **_: Any) -> Any:
        """Commit."""
        assert sql == "COMMIT"
        return self.run(self)

    def rollback(self) -> None:
        """Take it back."""
        self.is_rolled_back = True

    def add_notice_handler(self, handler: Callable[[Any], None]) -> None:
        """Listen."""
        self.handlers.append(handler)

    def remove_notice_handler(self, handler: Callable[[Any], None]) -> None:
        """Listen no longer."""
        self.handlers.remove(handler)


def failing(state: str | None) -> Callable[[Broken], Any]:
    """Return a commit that fails."""

    def run(_: Broken) -> Any:
        raise fault(state)

    return run


def warning(connection: Broken) -> Any:
    """Commit, with a warning that the standby did not confirm it."""
    for handler in connection.handlers:
        handler(SimpleNamespace(message_primary="canceling wait for synchronous replication"))
    return SimpleNamespace(statusmessage="COMMIT")


OUTCOMES: dict[str, tuple[Callable[[Broken], Any], str, str]] = {
    "a connection that was lost": (failing(None), "unknown", "is not known"),
    "a server that goes down": (failing("57P01"), "unknown", "is not known"),
    "a server that crashed": (failing("57P02"), "unknown", "is not known"),
    "a full disk, somewhere in it": (failing("53100"), "unknown", "is not known"),
    "an input or output error": (failing("58030"), "unknown", "is not known"),
    "a constraint that was deferred": (failing("23503"), NOTHING_RECORDED, "took the entries back"),
    "a serialisation failure": (failing("40001"), NOTHING_RECORDED, "took the entries back"),
    "a transaction that had failed": (
        lambda _: SimpleNamespace(statusmessage="ROLLBACK"), NOTHING_RECORDED, "took the entries back",
    ),
    "a standby that did not confirm": (warning, "unknown", "is not known"),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTCOMES)
def test_commit_that_fails_says_whether_nothing_was_recorded_or_nobody_knows(case: str) -> None:
    """Only where the server refused it is it said that nothing was recorded (design §2.5)."""
    run, outcome, words = OUTCOMES[case]
    connection = Broken(run)
    writing = PostgresWriting(cast("Connection", connection), NAME)
    with pytest.raises(UnavailableError, match=words) as caught:
        writing.commit()
    assert caught.value.facts["outcome"] == outcome
    assert (writing.is_committed, connection.handlers) == (False, [])


def test_commit_that_is_done_is_done() -> None:
    """An answer of COMMIT without a warning is the only one that is taken for it (design §2.5)."""
    connection = Broken(lambda _: SimpleNamespace(statusmessage="COMMIT"))
    writing = PostgresWriting(cast("Connection", connection), NAME)
    writing.commit()
    assert writing.is_committed


SENTENCES: dict[str, tuple[str | None, type[PledgerError], str]] = {
    "a lock that was not to be had": ("55P03", UnavailableError, "locked by another process"),
    "a deadlock": ("40P01", UnavailableError, "locked by another process"),
    "a statement that took too long": ("57014", UnavailableError, "locked by another process"),
    "a full disk": ("53100", UnavailableError, "disk of the server is full"),
    "a transaction that may only read": ("25006", UnavailableError, "write to the primary"),
    "a standby": ("0A000", UnavailableError, "write to the primary"),
    "a right that is missing": ("42501", RefusedError, "let it in as pledger store roles says"),
    "a page that is damaged": ("XX001", MalformedError, "is damaged"),
    "a table that is gone": ("42P01", MalformedError, "is damaged"),
    "too many connections": ("53300", UnavailableError, "cannot be used"),
    "a server that starts": ("57P03", UnavailableError, "cannot be used"),
    "a connection that was lost": (
        None,
        UnavailableError,
        r"cannot be used \(server closed the connection unexpectedly",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_what_the_database_says_becomes_one_sentence_that_names_it(case: str) -> None:
    """No foreign exception leaves the store, and a sentence has one line (style §7)."""
    state, error, words = SENTENCES[case]
    store = PostgresStore(NAME, cast("Any", None))
    with pytest.raises(error, match=words) as caught, store.speaking():
        raise fault(state)
    assert NAME in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rule_of_our_own_that_is_broken_is_a_fault_of_ours() -> None:
    """A trigger or constraint that had to step in is no error of the caller's (style §7)."""
    store = PostgresStore(NAME, cast("Any", None))
    with pytest.raises(AssertionError, match="refused to break its own rule"), store.speaking():
        raise fault("23514")


def test_values_are_marked_as_the_driver_wants_it() -> None:
    """One text serves both engines: only the mark of a value differs (decision 15)."""
    assert _spelt("SELECT a FROM b WHERE c = ? AND d IN (?, ?)") == "SELECT a FROM b WHERE c = %s AND d IN (%s, %s)"


def test_what_the_driver_logs_is_not_printed() -> None:
    """A lost connection is told once, in a sentence of ours, and not on standard error too (style §7)."""
    script = (
        "import logging\n"
        "from ledger.store.postgres import _engine\n"
        "for _ in range(2):\n"
        "    _engine('postgresql://owner@host/ledger', 1.0)\n"
        "assert len(logging.getLogger('psycopg').handlers) == 1\n"
        "logging.getLogger('psycopg').warning('error ignored terminating %r', 'Pipeline')\n"
        "logging.getLogger('another').warning('heard')\n"
    )
    # Apart from the tests' own listeners, whose handlers would hide what is printed.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "heard\n"
