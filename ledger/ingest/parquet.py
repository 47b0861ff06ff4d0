"""Parquet: columns that are read as they are needed, every figure as the text of its exact value.

DuckDB reads a temporary copy, in batches and in the order of the file; nothing else is opened and nothing is fetched.
Decimals and integers are exact; binary floating-point numbers become the shortest text that gives them back, which is
what whoever wrote them saw. Source: Apache Parquet format; needs the extra ``columns`` (duckdb).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ledger.ingest.grid import Row
from ledger.ingest.layout import Layout
from ledger.ingest.markup import library
from ledger.ingest.row import Fault
from ledger.ingest.source import Source

BATCH: Final = 10_000
"""Rows that are fetched at a time."""

ROWS: Final = 500_000_000
"""Rows that a file may have: repeated values take no room in it, so its size says little."""

MARK: Final = b"PAR1"
"""A Parquet file begins and ends with it."""

_MOMENTS: Final = ("TIMESTAMP",)
_NESTED: Final = ("STRUCT", "MAP", "UNION", "BLOB")


def read_parquet(source: Source, layout: Layout) -> Iterator[Row]:
    """Yield the rows of a file, counted from 1, their cells in the order of the layout's header.

    Raises:
        MalformedError: it is no Parquet file, not whole, or lacks a column; the sentence names it.
        UnavailableError: duckdb is not installed, or there is no room for the copy.
    """
    with _opened(source) as (connection, path):
        yield from _rows(connection, path, source, layout)


def columns_of(source: Source) -> tuple[str, ...]:
    """Return the names of the columns of a file.

    Raises:
        MalformedError, UnavailableError: as ``read_parquet``.
    """
    with _opened(source) as (connection, path):
        return tuple(str(name) for name, *_ in connection.execute(_DESCRIBE, [path]).fetchall())


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Any, str]]:
    """Return a connection, and the path of the copy that it reads; what it says of the file becomes our error."""
    if not source.peek().startswith(MARK):
        raise source.refusal("is no Parquet file: it does not begin with PAR1")
    duckdb = library("duckdb", extra="columns", reads="Parquet")
    with source.copy() as file:
        settings = {"threads": 1, "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        connection = duckdb.connect(":memory:", config=settings)
        # What it would print of a file that takes long stands on the standard output, where answers are.
        connection.execute("SET enable_progress_bar = false")
        try:
            yield connection, file.name
        except duckdb.Error as error:
            reason = " ".join(str(error).split())[:200].replace(file.name, source.name)
            raise source.refusal(f"is not a Parquet file that can be read ({reason}); was it cut short?") from error
        finally:
            connection.close()


def _rows(connection: Any, path: str, source: Source, layout: Layout) -> Iterator[Row]:  # noqa: ANN401  (duckdb's)
    types = {str(name): str(kind) for name, kind, *_ in connection.execute(_DESCRIBE, [path]).fetchall()}
    wanted: list[str] = []
    for column in layout.header:
        if column in types:
            wanted.append(_text(column, types[column], source))
        elif column in layout.optional:
            wanted.append("''")
        else:
            listed = ", ".join(map(repr, list(types)[:12]))
            raise source.refusal(f"has no column {column!r}, which the mapping reads; it begins with {listed}")
    (count,) = connection.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchone()
    if count > ROWS:
        raise source.refusal(f"has {count} rows where at most {ROWS} are read; split it")
    # The names are quoted, and the path is bound: nothing of the file or of the mapping is read as SQL.
    found = connection.execute(f"SELECT {', '.join(wanted)} FROM read_parquet(?)", [path])  # noqa: S608
    row = 0
    while batch := found.fetchmany(BATCH):
        for cells in batch:
            row += 1
            texts = ["" if cell is None else cell for cell in cells]
            place = next((place for place, text in enumerate(texts) if "\0" in text), None)
            yield row, texts if place is None else Fault(layout.header[place], "holds a NUL")


def _text(column: str, kind: str, source: Source) -> str:
    """Return the SQL that gives a column as text: days as days, and moments at midnight too."""
    name = '"' + column.replace('"', '""') + '"'
    if kind.startswith(_NESTED) or kind.endswith("]"):
        raise source.refusal(f"has no simple values in the column {column!r}, but {kind[:40]}; flatten it")
    text = f"CAST({name} AS VARCHAR)"
    if kind.startswith(_MOMENTS):
        return f"regexp_replace({text}, ' 00:00:00(\\+00)?$', '')"
    return text


_DESCRIBE: Final = "DESCRIBE SELECT * FROM read_parquet(?)"
