"""The engine that draws figures here: which one, and where its columnar copies are kept.

Every engine gives the same rows for the same text (design §4), so the choice shows in no result. It is that of
``--engine``, else of ``PLEDGER_ENGINE``, else DuckDB where it is installed, else the standard library's sqlite3.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import UsageError
from ledger.runtime.settings import COLUMNS, chosen_engine_name

if TYPE_CHECKING:  # engines are heavy, and the extras may be absent
    from ledger.assessment.selection import Engine
    from ledger.store.columnar import ColumnarCopies

ENGINES: Final = ("sqlite", "duckdb", "spark")
"""Those there are; the address of a cluster, spark://HOST:PORT, stands for the last."""


def columnar_copies(directory: Path, *, is_held: Callable[[str], bool]) -> "ColumnarCopies":
    """Return the columnar copies of a ledger's directory.

    Args:
        is_held: whether the canonical file of a digest is still there.
    """
    from ledger.store.columnar import ColumnarCopies

    return ColumnarCopies(directory / COLUMNS, is_held=is_held)


def chosen_engine(name: str | None = None, copies: "Callable[[], ColumnarCopies] | None" = None) -> "Engine":
    """Return what runs ``selection.sql`` here.

    Args:
        name: one of ``ENGINES``, or the address of a cluster; else that of the setting, else the quickest there is.
        copies: gives the columnar copies of the ledger that is asked; null keeps none.

    Raises:
        UsageError: there is no engine of that name.
        UnavailableError: it is not installed.
    """
    chosen = name or chosen_engine_name() or ("duckdb" if find_spec("duckdb") is not None else "sqlite")
    if chosen == "sqlite":
        from ledger.audit.engine import SqliteEngine

        return SqliteEngine()
    if chosen == "duckdb":
        from ledger.store.columns import ColumnEngine

        return ColumnEngine(copies() if copies is not None else None)
    if chosen == "spark" or chosen.startswith("spark://"):
        from ledger.store.spark import LOCAL, SparkEngine

        return SparkEngine(LOCAL if chosen == "spark" else chosen, copies() if copies is not None else None)
    message = f"There is no engine {chosen!r}; give {', '.join(ENGINES[:-1])}, {ENGINES[-1]} or spark://HOST:PORT."
    raise UsageError(message, engine=chosen)
