"""The engine for more figures than one machine reads: ``selection.sql`` on Spark, the very same text (design §4).

It needs the extra ``spark``, a Java of 17 or later, and DuckDB, which checks the files and writes them as columns.
Spark reads those, and the small tables as Parquet beside them; so their directory has to be one that its workers see.
Nothing is asked of the network but the cluster that is named.
"""

import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final

from ledger.assessment.scope import read_tables
from ledger.assessment.selection import TABLES, Plan, Row, Tuples, named_parts, selection_sql
from ledger.errors import UnavailableError
from ledger.store.columnar import ColumnarCopies, Copy, quoted
from ledger.store.columns import confine, connector, copies_of, fill, laid_out

if TYPE_CHECKING:  # the extra may be absent; types only
    import duckdb
    from pyspark.sql import SparkSession

LOCAL: Final = "local[*]"
"""Spark in this process's own Java, on all cores."""

_SETTINGS: Final[Mapping[str, str]] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    # A sum that does not fit is an error, never another number.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
}


class SparkEngine:
    """Runs ``selection.sql`` with Spark.

    Args:
        master: the cluster: ``spark://HOST:PORT``, or ``local[*]`` for one in this process. A session that is open
            already is used as it is.
        copies: where columnar copies are kept; null makes them anew for each run.
        shared: a directory that the workers see, for what a run needs besides the copies; null for the system's.

    Raises:
        UnavailableError: the extra ``spark`` or ``columns`` is not installed, or there is no Java.
    """

    def __init__(
        self, master: str = LOCAL, copies: ColumnarCopies | None = None, *, shared: Path | None = None
    ) -> None:
        if find_spec("pyspark") is None:
            message = "Spark is not installed: run pip install '.[spark]' in Pledger's checkout, or use another engine."
            raise UnavailableError(message, extra="spark")
        if which("java") is None and not os.environ.get("JAVA_HOME"):
            message = "Spark needs Java 17 or later, and there is none: install it, or use another engine."
            raise UnavailableError(message)
        self._connect = connector()
        self._master = master
        self._copies = copies
        self._shared = shared

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> tuple[Row, ...]:
        """Return the rows that answer the plan; see ``ledger.assessment.selection.Engine``.

        Raises:
            UnavailableError: the cluster cannot be reached.
        """
        if not plan.queries:
            return ()
        links = read_tables(plan, open_observations)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="pledger-", dir=self._shared)))
            folder.chmod(0o755)  # workers may be another user's
            with self._connect(":memory:") as database:
                confine(database, [folder, *([self._copies.directory] if self._copies is not None else [])])
                held = copies_of(plan, open_observations, database=database, copies=self._copies, folder=folder)
                tables = _written(database, laid_out(plan, held, links), folder=folder)
            spark = self._session()
            spark.conf.set("spark.sql.shuffle.partitions", _pieces(plan))
            _show(spark, tables, held)
            parts, last = named_parts(selection_sql())
            for name, sql, is_used_again in parts:
                frame = spark.sql(sql)
                (frame.localCheckpoint() if is_used_again else frame).createOrReplaceTempView(name)
            # Collected in one piece: an answer is small beside what it is drawn from.
            return tuple(Row._make(row) for row in spark.sql(last).collect())

    def _session(self) -> "SparkSession":
        """Return the session that is open, or a new one at the master."""
        import pyspark

        with warnings.catch_warnings():
            # It says which releases of pandas it supports, wherever there is one; nothing here uses pandas.
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession

        if (active := SparkSession.getActiveSession()) is not None:
            return active
        # A cluster of processes on this machine starts its workers out of Spark's own folder.
        os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
        builder = SparkSession.Builder().master(self._master).appName("pledger")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        try:
            return builder.getOrCreate()
        except (PySparkException, OSError, RuntimeError) as error:
            first = str(error).strip().partition("\n")[0][:200]
            message = f"Spark at {self._master} does not start: {first}; check the address, or use another engine."
            raise UnavailableError(message, master=self._master) from error


def _pieces(plan: Plan) -> str:
    """Return into how many pieces the work is cut, as Spark takes it: a million observations each, and few for few."""
    return str(max(2, sum(load.rows for load in plan.loads) // 1_000_000))


def _written(
    database: "duckdb.DuckDBPyConnection", tables: Mapping[str, Tuples], *, folder: Path
) -> Mapping[str, Path]:
    """Write the small tables as Parquet; return where each is."""
    fill(database, tables, folder=folder)
    found: dict[str, Path] = {}
    for table in TABLES:
        found[table] = folder / f"{table}.parquet"
        database.execute(f"COPY all_{table} TO {quoted(found[table])} (FORMAT parquet)")
    return found


def _show(spark: "SparkSession", tables: Mapping[str, Path], held: Mapping[int, Copy]) -> None:
    """Put the tables before ``selection.sql``, under the names that it reads."""
    for table, path in tables.items():
        if table != "observation":
            spark.read.parquet(path.as_uri()).createOrReplaceTempView(table)
    cells = [
        f"CAST({name} AS {kind.replace('VARCHAR', 'STRING')}) AS {name}"
        for name, kind in (column.split() for column in TABLES["observation"][1:])
    ]
    frames = [
        spark.read.parquet(*(part.as_uri() for part in copy.parts)).selectExpr(
            f"CAST({entry:d} AS BIGINT) AS entry", *cells
        )
        for entry, copy in held.items()
        if copy.parts
    ]
    whole = frames[0] if frames else spark.read.parquet(tables["observation"].as_uri())
    for frame in frames[1:]:
        whole = whole.unionAll(frame)
    whole.createOrReplaceTempView("observation")
