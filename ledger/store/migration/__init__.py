"""How the tables come to be, from the first of them on: one migration after another, by Alembic, on both engines.

A new store is made by running them all, an earlier one by running those that it lacks; ``ledger.store.tables`` and
``ledger.store.trigger`` say what comes out, and a test compares. They run in the caller's transaction, so a crash
leaves the earlier layout. There is no way down: a log does not go back. A migration changes how rows are kept, and
never what they say: headers, statements and checkpoints are bytes that were signed. Nothing here opens a database.
"""

from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Connection

PLACE: Final = Path(__file__).parent

_ALONE: Final = Lock()
"""Alembic keeps the database that it is at in a global name."""


def migrate(connection: Connection, *, standing: str | None = None) -> None:
    """Bring the tables of a database to the layout that this program knows, in the transaction that is open.

    Args:
        connection: in a transaction of its own, which its owner commits.
        standing: the revision that the tables have, where they were made before there was a table to say so.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(PLACE).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALONE:
        if standing is not None:
            command.stamp(config, standing)
        command.upgrade(config, "head")


def statements(revision: str, dialect: str) -> tuple[str, ...]:
    """Return the SQL of a migration for an engine, statement by statement; blank lines stand between them."""
    text = (PLACE / "versions" / f"{revision}_{dialect}.sql").read_text(encoding="utf-8")
    return tuple(text.strip().split("\n\n"))
