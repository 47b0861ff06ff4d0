"""Where the ledger is and how it is read: ``--ledger``, ``--as-of`` and ``--size``, the same for every command."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the ledger is imported only by a command that opens one
    from ledger.model.determination import View
    from ledger.runtime import Ledger


def open_chosen(directory: Path | None) -> "Ledger":
    """Return the ledger that a command means, open: the one given, else that of the setting, else the one here.

    Raises:
        UsageError: none is named, and the current directory is none.
        PledgerError: as ``open_ledger``.
    """
    from ledger.runtime import chosen_directory, chosen_passphrase, open_ledger

    return open_ledger(chosen_directory(directory), passphrase=chosen_passphrase())


def view_document(view: "View") -> dict[str, object]:
    """Return a view as every answer gives it."""
    return {"size": view.size, "as_of": view.as_of}


def view_words(view: "View") -> str:
    """Return a view as every answer says it."""
    return f"What was known on {view.as_of}, by the log's first {view.size} entries."
