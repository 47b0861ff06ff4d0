"""Where the ledger is, how it is read and what opens its keys: the same for every command."""

import sys
from contextvars import ContextVar
from functools import cache
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import UsageError
from ledger.report.document import view_document

if TYPE_CHECKING:  # the ledger is imported only by a command that opens one
    from ledger.model.determination import View
    from ledger.runtime import Ledger, Passphrase

__all__ = [
    "LEDGER_PLACE", "PASSPHRASE_FILE", "RECHECK", "ask_twice", "chosen_place", "here", "ledger_at_hand", "open_chosen",
    "open_here", "passphrase", "said_passphrase", "view_document", "view_words",
]  # fmt: skip

LEDGER_PLACE: Final[ContextVar[Path | None]] = ContextVar("ledger_place", default=None)
"""The ledger of ``pledger --ledger``, for the command that follows where that names none."""

PASSPHRASE_FILE: Final[ContextVar[Path | None]] = ContextVar("passphrase_file", default=None)
"""The file of ``pledger --passphrase-file``, for the command that follows."""

RECHECK: Final[ContextVar[bool]] = ContextVar("recheck", default=False)
"""Whether ``pledger --recheck`` asks that the copy of a served ledger be checked whole."""


def open_chosen(directory: Path | None, *, engine: str | None = None) -> "Ledger":
    """Return the ledger that a command means, open: the one given, else that of the setting, else the one here.

    Args:
        engine: what draws its figures, where the command says so.

    Raises:
        UsageError: none is named, and the current directory is none.
        PledgerError: as ``open_ledger``.
    """
    from ledger.runtime import open_ledger
    from ledger.runtime.settings import address_of

    place = chosen_place(directory)
    address = address_of(place)
    if address is not None:
        return _open_served(address, engine=engine)
    return open_ledger(place, passphrase=passphrase(), engine=engine)


def open_here(directory: Path | None, *, what: str, engine: str | None = None) -> "Ledger":
    """Return the ledger that a command means, open, for what can only be done where its directory is.

    Args:
        what: is done, for the sentence of a refusal: ``serving``.

    Raises:
        UsageError: what is named is the address of a served ledger.
        PledgerError: as ``open_ledger``.
    """
    from ledger.runtime import open_ledger

    return open_ledger(here(directory, what=what), passphrase=passphrase(), engine=engine)


def here(directory: Path | None, *, what: str) -> Path:
    """Return the directory of the ledger that a command means; as ``open_here``, without opening it."""
    from ledger.runtime.settings import address_of

    place = chosen_place(directory)
    address = address_of(place)
    if address is not None:
        message = (
            f"{what[:1].upper()}{what[1:]} needs the ledger's directory, and {address} is a server's address; do it "
            "where the ledger is, with --ledger DIR."
        )
        raise UsageError(message, ledger=address)
    return place


def chosen_place(given: Path | None) -> Path:
    """Return what a command means: the option's own, else that of ``pledger --ledger``, else as the settings say.

    Raises:
        UsageError: nothing is named, and the current directory is no ledger.
    """
    from ledger.runtime import chosen_directory

    return chosen_directory(given if given is not None else LEDGER_PLACE.get())


def _open_served(address: str, *, engine: str | None) -> "Ledger":
    """Return a served ledger, open: followed into its verified copy, on the word of a pinned policy where one is."""
    from ledger.cli.log import chosen_policy
    from ledger.cli.output import Progress, note
    from ledger.client import Copy, Place, open_remote
    from ledger.runtime.settings import chosen_client_keys, chosen_copies, chosen_token

    place = Place(address, chosen_copies(), chosen_client_keys(), chosen_token())
    copy = Copy(place.home, place.url, token=place.token)
    is_new = copy.is_new
    trust, trusted = chosen_policy(copy.site, None)
    with Progress(f"Following {address}") as progress:
        opened = open_remote(
            place, trusted=trusted, recheck=RECHECK.get(), passphrase=passphrase(), engine=engine, progress=progress
        )
    if is_new and trust == "self-declared":
        note(
            f"{opened.origin} at {address} is met for the first time, on its own word: genesis {opened.genesis}. "
            "Compare that with its operator's, and pin its policy with pledger trust add."
        )
    return opened


def ledger_at_hand(directory: Path | None, *, genesis: str) -> Path | None:
    """Return the ledger that a command may use: the one that is named, else the setting's or the one here, if it is it.

    Args:
        genesis: of the ledger that it has to be, where it is not named.
    """
    from ledger.runtime.settings import address_of, read_config

    if directory is not None:
        return directory
    try:
        found = chosen_place(None)
    except UsageError:
        return None
    return found if address_of(found) is None and read_config(found).genesis == genesis else None


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


def view_words(view: "View") -> str:
    """Return a view as every answer says it."""
    return f"What was known on {view.as_of}, by the log's first {view.size} entries."
