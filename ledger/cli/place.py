"""Where the ledger is, how it is read and what opens its keys: the same for every command."""

import sys
from contextvars import ContextVar
from functools import cache
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import UsageError

if TYPE_CHECKING:  # the ledger is imported only by a command that opens one
    from ledger.model.determination import View
    from ledger.runtime import Ledger, Passphrase

PASSPHRASE_FILE: Final[ContextVar[Path | None]] = ContextVar("passphrase_file", default=None)
"""The file of ``pledger --passphrase-file``, for the command that follows."""


def open_chosen(directory: Path | None, *, engine: str | None = None) -> "Ledger":
    """Return the ledger that a command means, open: the one given, else that of the setting, else the one here.

    Args:
        engine: what draws its figures, where the command says so.

    Raises:
        UsageError: none is named, and the current directory is none.
        PledgerError: as ``open_ledger``.
    """
    from ledger.runtime import chosen_directory, open_ledger

    return open_ledger(chosen_directory(directory), passphrase=passphrase(), engine=engine)


def passphrase() -> "Passphrase":
    """Return what opens key files: ``--passphrase-file``, else ``PLEDGER_PASSPHRASE``, else what is typed when needed.

    Raises:
        UsageError, RefusedError: as ``chosen_passphrase``.
    """
    said = said_passphrase()
    return said if said is not None else cache(_ask)


def said_passphrase() -> bytes | None:
    """Return the passphrase that was said beforehand: nobody is asked, so no new key is protected by surprise."""
    from ledger.runtime import chosen_passphrase

    return chosen_passphrase(PASSPHRASE_FILE.get())


def ask_twice() -> bytes:
    """Return a new passphrase, typed twice alike and not shown.

    Raises:
        UsageError: nobody is at a terminal, or the two differ.
    """
    if not _is_attended():
        raise UsageError("Nobody is at a terminal to type a new passphrase; give it by --new-passphrase-file FILE.")
    phrase = _type("New passphrase of the key files: ")
    if phrase is None or phrase != _type("The same again: "):
        raise UsageError("The two were not the same, or empty; nothing was changed: try again.")
    return phrase


def _ask() -> bytes | None:
    return _type("Passphrase of the key files: ") if _is_attended() else None


def _is_attended() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _type(prompt: str) -> bytes | None:
    """Return what is typed, which is not shown; None where it is nothing."""
    try:
        return getpass(prompt).encode("utf-8", "surrogateescape") or None
    except EOFError:
        return None


def view_document(view: "View") -> dict[str, object]:
    """Return a view as every answer gives it."""
    return {"size": view.size, "as_of": view.as_of}


def view_words(view: "View") -> str:
    """Return a view as every answer says it."""
    return f"What was known on {view.as_of}, by the log's first {view.size} entries."
