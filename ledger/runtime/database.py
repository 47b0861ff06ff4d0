"""Where a ledger's database is: a file in its directory, or PostgreSQL as its configuration says; chosen, made, opened.

The configuration holds the address without a password. That comes with the address given at run time
(``PLEDGER_STORE``), or from where libpq looks for it: PGPASSWORD, a password file. Source: design §4.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import PledgerError, UsageError
from ledger.runtime.settings import DATABASE, Config, read_config

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.store.postgres import PostgresStore
    from ledger.store.sql import SqlStore

STORE: Final = "PLEDGER_STORE"
"""The setting that gives the address of a ledger's PostgreSQL anew, with its password, where it is on one."""


def open_store(directory: Path, config: Config, *, store: str | None = None) -> "SqlStore | PostgresStore":
    """Return the store of a ledger, open.

    Args:
        directory: of the ledger.
        config: what it says of itself.
        store: the address of its database, where it is one of PostgreSQL, instead of the one that is written down.

    Raises:
        PledgerError: as ``SqlStore.open`` and ``PostgresStore.open``.
    """
    if config.store is None:
        _refuse_address(store)
        from ledger.store.sql import SqlStore

        return SqlStore.open(directory / DATABASE)
    from ledger.store.postgres import PostgresStore

    return PostgresStore.open(chosen_address(config, store))


def upgrade_store(directory: Path, *, store: str | None = None) -> tuple[int, int]:
    """Bring the tables of a ledger to the layout that this program knows; return the one they had, and have now.

    Raises:
        PledgerError: as ``open_store``.
    """
    from ledger.store.tables import VERSION

    config = read_config(directory)
    if config.store is None:
        _refuse_address(store)
        from ledger.store.sql import SqlStore

        return SqlStore.upgrade(directory / DATABASE), VERSION
    from ledger.store.postgres import PostgresStore

    return PostgresStore.upgrade(chosen_address(config, store)), VERSION


def make_store(directory: Path, store: str | None, *, begun: str) -> "SqlStore | PostgresStore":
    """Return a new, empty store for a ledger that is being made.

    Args:
        directory: of the ledger; a file goes there.
        store: the address of a database of PostgreSQL.
        begun: a text of this beginning, by which what is left of it is known if it is broken off.

    Raises:
        PledgerError: as ``SqlStore.create`` and ``PostgresStore.create``.
    """
    if store is None:
        from ledger.store.sql import SqlStore

        return SqlStore.create(directory / DATABASE)
    from ledger.store.postgres import PostgresStore

    return PostgresStore.create(store, begun=begun)


def discard_store(store: str | None, *, begun: str) -> None:
    """Remove what a beginning that failed has left in a database; a file goes with the directory's other parts."""
    if store is None:
        return
    from ledger.store.postgres import PostgresStore

    # The failure itself is what is told; what cannot be removed now is begun anew by the next attempt.
    with suppress(PledgerError):
        PostgresStore.discard(store, begun=begun)


def chosen_address(config: Config, store: str | None = None) -> str:
    """Return the address of a ledger's PostgreSQL: the one given, else that of the setting, else the one kept."""
    return store or os.environ.get(STORE, "") or config.store or ""


def _refuse_address(store: str | None) -> None:
    if store is not None:
        message = "The ledger keeps its entries in a file of its directory; leave the address of a store out."
        raise UsageError(message)
