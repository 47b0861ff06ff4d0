"""The column engine: ``selection.sql`` on DuckDB, for figures by the hundred million (design §4).

It needs the extra ``columns`` and reaches for nothing else: no extension is loaded, no network, no file but its own
temporary ones and the columnar copies. The text and the rows are those of the standard library's sqlite3. Series are
drawn a few at a time, so that memory is bounded by the largest of them and not by all together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final

from ledger.assessment.scope import Links, expand, read_tables
from ledger.assessment.selection import TABLES, Plan, Tuples, selection_sql
from ledger.errors import UnavailableError
from ledger.store.columnar import COLUMNS, ColumnarCopies, Copy, make, quoted
from ledger.store.drawn import DrawnRows

if TYPE_CHECKING:  # the extra may be absent; types only
    import duckdb

    from ledger.store.drawn import Column

MEMORY: Final = 512
"""MB that DuckDB may hold before it spills to a temporary file."""

BATCH: Final = 1_000_000
"""Observations that are drawn at a time, unless one series has more."""


class ColumnEngine:
    """Runs ``selection.sql`` with DuckDB.

    Args:
        copies: where columnar copies are kept; null makes them anew for each run.
        threads: how many DuckDB may use; null leaves it to DuckDB.
        memory: MB that DuckDB may hold.
        batch: observations that are drawn at a time, unless one series has more.

    Raises:
        UnavailableError: the extra ``columns`` is not installed.
    """

    def __init__(
        self,
        copies: ColumnarCopies | None = None,
        *,
        threads: int | None = None,
        memory: int = MEMORY,
        batch: int = BATCH,
    ) -> None:
        self._connect = connector()
        self._copies = copies
        self._threads = threads
        self._memory = memory
        self._batch = batch

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> DrawnRows:
        """Return the rows that answer the plan; see ``ledger.assessment.selection.Engine``."""
        if not plan.queries:
            return DrawnRows(())
        links = read_tables(plan, open_observations)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="pledger-")))
            database = stack.enter_context(self._connect(":memory:"))
            confine(database, [folder, *([self._copies.directory] if self._copies is not None else [])])
            if self._threads is not None:
                database.execute(f"SET threads = {self._threads:d}")
            database.execute(f"SET memory_limit = '{self._memory:d}MB'")
            database.execute("SET lock_configuration = true")
            held = copies_of(plan, open_observations, database=database, copies=self._copies, folder=folder)
            tables = laid_out(plan, held, links)
            fill(database, tables, folder=folder)
            return DrawnRows(_draw(database, batch, held) for batch in batches(plan, tables, most=self._batch))


def connector() -> "Callable[[str], duckdb.DuckDBPyConnection]":
    """Return what opens a database of DuckDB's.

    Raises:
        UnavailableError: the extra ``columns`` is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        message = (
            "The column engine needs DuckDB: run pip install '.[columns]' in Pledger's checkout, "
            "or use the engine of the standard library."
        )
        raise UnavailableError(message, extra="columns") from error
    return duckdb.connect


def confine(database: "duckdb.DuckDBPyConnection", folders: Sequence[Path]) -> None:
    """Leave DuckDB these folders and nothing else, the first for what it spills: no extensions, and no network."""
    database.execute("SET autoinstall_known_extensions = false")
    database.execute("SET autoload_known_extensions = false")
    database.execute(f"SET temp_directory = {quoted(folders[0])}")
    database.execute(f"SET allowed_directories = [{', '.join(map(quoted, folders))}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET enable_progress_bar = false")
    # The text's own order of joins: large to small. Of parts of parts DuckDB guesses sizes, and can be wrong by far.
    database.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")


# --- what is drawn ----------------------------------------------------------------------------------------------------


def copies_of(
    plan: Plan,
    open_observations: Callable[[str], BinaryIO],
    *,
    database: "duckdb.DuckDBPyConnection",
    copies: ColumnarCopies | None,
    folder: Path,
) -> Mapping[int, Copy]:
    """Return the columnar copy of every file of a plan, by entry; those that are not kept are made in the folder."""
    found: dict[int, Copy] = {}
    codes: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
    for load in plan.loads:
        if copies is not None:
            copy = copies.copy(database, load, open_observations)
        else:
            place = folder / str(load.entry)
            place.mkdir()
            copy = make(database, load, open_observations, folder=place)
        # Vintages have the same codes as a rule: held once, so that memory does not grow with the number of files.
        found[load.entry] = replace(copy, codes=codes.setdefault(copy.codes, copy.codes))
    return found


def laid_out(plan: Plan, held: Mapping[int, Copy], links: Links) -> Mapping[str, Tuples]:
    """Return every table of the engine's but the observations."""
    # Vintages share their codes, each list of which is looked at once.
    present = {pair for codes in {id(copy.codes): copy.codes for copy in held.values()}.values() for pair in codes}
    return {**plan.tables, **expand(plan, present, links)}


@dataclass(frozen=True, slots=True)
class Batch:
    """Queries that are drawn together: first and last query, class and branch, and the entries that they read."""

    query: tuple[int, int]
    class_: tuple[int, int]
    branch: tuple[int, int]
    entries: tuple[int, ...]

    def condition(self, column: str) -> str:
        """Return by what a table is cut to the batch, given its first column."""
        spans = {"query": self.query, "class": self.class_, "branch": self.branch}
        return f" WHERE {column} BETWEEN {spans[column][0]} AND {spans[column][1]}" if column in spans else ""


def batches(plan: Plan, tables: Mapping[str, Tuples], *, most: int) -> Iterator[Batch]:
    """Yield the queries in their order, whole series at a time: queries, classes and branches are numbered by series.

    Args:
        most: observations of one batch, unless a single series has more.
    """
    rows = {load.entry: load.rows for load in plan.loads}
    entries: dict[int, set[int]] = {}
    for class_, entry, *_ in tables["evidence"]:
        entries.setdefault(int(class_), set()).add(int(entry))
    together: list[tuple[int, int, int]] = []
    reads: set[int] = set()
    series = ""
    for query, class_, branch, _ in (tuple(map(int, cells)) for cells in tables["asked"]):
        more = reads | entries.get(class_, set())
        if together and plan.queries[query].series != series and sum(rows[entry] for entry in more) > most:
            yield _batch(together, reads)
            together, more = [], entries.get(class_, set())
        together.append((query, class_, branch))
        series, reads = plan.queries[query].series, more
    if together:
        yield _batch(together, reads)


def _batch(asked: Sequence[tuple[int, int, int]], entries: Iterable[int]) -> Batch:
    queries, classes, branches = zip(*asked, strict=True)
    return Batch(
        (min(queries), max(queries)), (min(classes), max(classes)), (min(branches), max(branches)),
        tuple(sorted(entries)),
    )  # fmt: skip


# --- how DuckDB sees it -----------------------------------------------------------------------------------------------


def _draw(database: "duckdb.DuckDBPyConnection", batch: Batch, held: Mapping[int, Copy]) -> Mapping[str, "Column"]:
    """Return the answer to a batch in columns, by name."""
    _show(database, batch, held)
    return database.execute(selection_sql()).fetchnumpy()


def _show(database: "duckdb.DuckDBPyConnection", batch: Batch, held: Mapping[int, Copy]) -> None:
    """Put what a batch needs before ``selection.sql``, under the names that it reads."""
    for table, columns in TABLES.items():
        if table != "observation":
            condition = batch.condition(columns[0].split()[0])
            database.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM all_{table}{condition}")
    names = ", ".join(column.split()[0] for column in COLUMNS)
    parts = [
        f"SELECT CAST({entry:d} AS INTEGER) AS entry, {names} FROM read_parquet([{', '.join(map(quoted, copy.parts))}])"
        for entry, copy in ((entry, held[entry]) for entry in batch.entries)
        if copy.parts
    ]
    nothing = "SELECT * FROM all_observation"
    database.execute(f"CREATE OR REPLACE TEMP VIEW observation AS {' UNION ALL '.join(parts) or nothing}")


def fill(
    database: "duckdb.DuckDBPyConnection", tables: Mapping[str, Iterable[tuple[int | str, ...]]], *, folder: Path
) -> None:
    """Make and fill the small tables by way of files: row by row takes a thousand times as long (dependencies §4)."""
    for table, wide in TABLES.items():
        columns = wide
        if table != "observation":
            # Numbers of entries, days, codes: half as wide is half as much to sort by.
            columns = tuple(column.replace("BIGINT", "INTEGER") for column in wide)
        database.execute(f"CREATE TABLE all_{table} ({', '.join(columns)})")
        if not (rows := tables.get(table)):
            continue
        copy = folder / f"{table}.csv"
        with copy.open("w", encoding="utf-8") as file:
            file.writelines(map((",".join(["%s"] * len(columns)) + "\n").__mod__, rows))
        kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in (column.split() for column in columns))
        database.execute(
            f"INSERT INTO all_{table} SELECT * FROM read_csv($file, header = false, delim = ',', quote = '', "
            f"escape = '', auto_detect = false, columns = {{{kinds}}})",
            {"file": str(copy)},
        )
        copy.unlink()
