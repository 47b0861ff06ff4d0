"""The column engine: ``selection.sql`` on DuckDB, for figures by the hundred million (design §4).

It needs the extra ``columns`` and reaches for nothing else: no extension is loaded, no network, no file but its own
temporary copies. The text and the rows are those of the standard library's sqlite3. Files are checked by columns; one
that fails is read again by the strict reader, which says where.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from ledger.assessment.observation import BASES, CELLS, FREQUENCIES, HEADER, STATUSES, read_observations
from ledger.assessment.selection import TABLES, Load, Plan, Row, check_count, expand, selection_sql
from ledger.errors import UnavailableError
from ledger.model.evidence import OBSERVATION_COLUMNS

if TYPE_CHECKING:  # the extra may be absent; types only
    import duckdb

_CHUNK = 1 << 20


class ColumnEngine:
    """Runs ``selection.sql`` with DuckDB.

    Args:
        threads: how many DuckDB may use; null leaves it to DuckDB.

    Raises:
        UnavailableError: the extra ``columns`` is not installed.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        try:
            import duckdb
        except ImportError as error:
            message = (
                "The column engine needs DuckDB: run pip install '.[columns]' in Pledger's checkout, "
                "or use the engine of the standard library."
            )
            raise UnavailableError(message, extra="columns") from error
        self._connect = duckdb.connect
        self._threads = threads

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> tuple[Row, ...]:
        """Return the rows that answer the plan; see ``ledger.assessment.selection.Engine``."""
        if not plan.queries:
            return ()
        with TemporaryDirectory(prefix="pledger-") as name, self._connect(":memory:") as database:
            self._confine(database, name)
            for table, columns in TABLES.items():
                database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            for load in plan.loads:
                _load(database, load, open_observations, folder=Path(name))
            _fill(database, plan.tables, folder=Path(name))
            present = database.execute("SELECT DISTINCT classification, code FROM observation").fetchall()
            _fill(database, expand(plan, present), folder=Path(name))
            return tuple(Row._make(row) for row in database.execute(selection_sql()).fetchall())

    def _confine(self, database: "duckdb.DuckDBPyConnection", folder: str) -> None:
        """Leave DuckDB this run's own folder and nothing else: no extensions, no network, and no way back."""
        if self._threads is not None:
            database.execute(f"SET threads = {self._threads:d}")
        database.execute("SET autoinstall_known_extensions = false")
        database.execute("SET autoload_known_extensions = false")
        quoted = folder.replace("'", "''")
        database.execute(f"SET temp_directory = '{quoted}'")
        database.execute(f"SET allowed_directories = ['{quoted}']")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")


def _load(
    database: "duckdb.DuckDBPyConnection", load: Load, open_observations: Callable[[str], BinaryIO], *, folder: Path
) -> None:
    """Load one file; on any sign that it is not canonical, let the strict reader say where."""
    import duckdb

    copy = folder / "observations.csv"
    try:
        with open_observations(load.digest) as stream:
            is_plain = _copy(stream, copy)
        if not is_plain or not _insert(database, load, copy):
            _explain(load, open_observations)
    except duckdb.Error as error:
        _explain(load, open_observations)
        raise AssertionError(f"DuckDB refuses observations that are canonical: {error}") from error
    finally:
        copy.unlink(missing_ok=True)


def _copy(stream: BinaryIO, copy: Path) -> bool:
    """Copy the file to where DuckDB may read it; return whether its header, line ends and characters are plain."""
    head, tail, is_plain = b"", b"", True
    with copy.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            head = (head + chunk)[: len(HEADER)] if len(head) < len(HEADER) else head
            tail = chunk[-1:]
            is_plain = (
                is_plain and b"\r" not in chunk and b"\n\n" not in chunk and b'"' not in chunk and chunk.isascii()
            )
            out.write(chunk)
    return is_plain and head == HEADER and tail == b"\n"


def _insert(database: "duckdb.DuckDBPyConnection", load: Load, copy: Path) -> bool:
    """Insert the observations; return whether every line was canonical and in order."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in OBSERVATION_COLUMNS)
    cells = ", ".join(f'coalesce("{name}", \'\') AS "{name}"' for name in OBSERVATION_COLUMNS)
    database.execute(
        f"CREATE OR REPLACE TEMP TABLE raw AS SELECT {cells} FROM read_csv($file, header = true, delim = ',', "
        "quote = '', escape = '', auto_detect = false, strict_mode = true, null_padding = false, "
        f"columns = {{{columns}}})",
        {"file": str(copy)},
    )
    looks = " AND ".join(f'regexp_full_match("{name}", $p{n})' for n, name in enumerate(OBSERVATION_COLUMNS))
    patterns = {f"p{n}": cell for n, cell in enumerate(CELLS)}
    days = (
        'TRY_CAST("start" AS DATE) IS NOT NULL AND TRY_CAST("end" AS DATE) IS NOT NULL '
        'AND "start" >= \'0001\' AND "start" <= "end"'
    )
    (bad,) = _one(database, f"SELECT count(*) FROM raw WHERE NOT ({looks} AND {days})", patterns)
    # Below every character that a cell may hold, so that joined keys sort as the columns do.
    key = " || chr(1) || ".join(f'"{name}"' for name in OBSERVATION_COLUMNS[:-2])
    (unsorted,) = _one(
        database,
        f"SELECT count(*) FROM (SELECT {key} AS here, lag({key}) OVER (ORDER BY rowid) AS before FROM raw) "
        "WHERE before IS NOT NULL AND before >= here",
        {},
    )
    if bad or unsorted:
        return False
    (found,) = _one(database, "SELECT count(*) FROM raw", {})
    check_count(load, found)
    database.execute(f"INSERT INTO observation SELECT {_NUMBERS} FROM raw", {"entry": load.entry})
    return True


def _position(column: str, words: Iterable[str]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f'CASE "{column}" {cases} END'


_SIGN = "CASE WHEN starts_with(value, '-') THEN -1 ELSE 1 END"
_WHOLE = "split_part(ltrim(value, '-'), '.', 1)"
_DAY_ONE = "DATE '0001-01-01'"
_NUMBERS = ", ".join((
    "$entry", "classification", "code", "unit", _position("basis", BASES), _position("frequency", FREQUENCIES),
    f'date_diff(\'day\', {_DAY_ONE}, CAST("start" AS DATE)) + 1',
    f'date_diff(\'day\', {_DAY_ONE}, CAST("end" AS DATE)) + 1',
    _position("status", STATUSES),
    f"{_SIGN} * CAST(CASE WHEN length({_WHOLE}) > 9 THEN left({_WHOLE}, length({_WHOLE}) - 9) ELSE '0' END AS BIGINT)",
    f"{_SIGN} * CAST(right({_WHOLE}, 9) AS BIGINT)",
    f"{_SIGN} * CAST(rpad(split_part(value, '.', 2), 9, '0') AS BIGINT)",
))  # fmt: skip
"""The columns of ``observation`` out of texts, without a float on the way."""


def _one(database: "duckdb.DuckDBPyConnection", sql: str, values: Mapping[str, str]) -> tuple[int, ...]:
    row = database.execute(sql, dict(values)).fetchone()
    if row is None:
        raise AssertionError("an aggregate without groups gives one row")
    return tuple(int(cell) for cell in row)


def _explain(load: Load, open_observations: Callable[[str], BinaryIO]) -> None:
    """Read the file with the strict reader, which raises at the line that is wrong."""
    with open_observations(load.digest) as stream:
        found = sum(1 for _ in read_observations(stream, what=f"observations {load.digest} of entry {load.entry}"))
    check_count(load, found)
    raise AssertionError(f"the column engine refuses observations {load.digest}, the strict reader does not")


def _fill(
    database: "duckdb.DuckDBPyConnection", tables: Mapping[str, Iterable[tuple[int | str, ...]]], *, folder: Path
) -> None:
    """Fill the small tables by way of a file: row by row takes DuckDB a thousand times as long (dependencies §4)."""
    for table, rows in tables.items():
        copy = folder / f"{table}.csv"
        copy.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in (column.split() for column in TABLES[table]))
        database.execute(
            f"INSERT INTO {table} SELECT * FROM read_csv($file, header = false, delim = ',', quote = '', escape = '', "
            f"auto_detect = false, columns = {{{columns}}})",
            {"file": str(copy)},
        )
        copy.unlink()
