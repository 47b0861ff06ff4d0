"""Parquet: columns as exact text, in the order of the file, and what is no such file."""

import io
from pathlib import Path

import pytest

from ledger.errors import MalformedError
from ledger.ingest.layout import Layout
from ledger.ingest.parquet import columns_of, read_parquet
from ledger.ingest.source import Source

duckdb = pytest.importorskip("duckdb", reason="the extra columns is not installed")


def file(folder: Path, query: str) -> bytes:
    """Return the Parquet file of a query."""
    path = folder / "t.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def rows(raw: bytes, *header: str, optional: tuple[str, ...] = ()) -> list[tuple[int, object]]:
    """Return the rows of a file."""
    layout = Layout(container="parquet", header=header, optional=optional)
    return list(read_parquet(Source(io.BytesIO(raw), name="t.parquet"), layout))


def test_every_value_is_its_exact_text(tmp_path: Path) -> None:
    """Decimals keep their digits, days are days, moments at midnight too, and nothing is an empty cell."""
    raw = file(
        tmp_path,
        "SELECT 12345678901234567.891::DECIMAL(20,3) AS d, 9007199254740993::BIGINT AS i, 0.1::DOUBLE AS f, "
        "DATE '2020-02-29' AS day, TIMESTAMP '2020-02-29 00:00:00' AS at, '0101' AS code, NULL::INTEGER AS gone, "
        "true AS b",
    )
    assert rows(raw, "code", "d", "i", "f", "day", "at", "gone", "b", "none", optional=("none",)) == [
        (1, ["0101", "12345678901234567.891", "9007199254740993", "0.1", "2020-02-29", "2020-02-29", "", "true", ""])
    ]


def test_rows_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    """The number of a row is its place in the file, however many batches it is read in."""
    found = rows(file(tmp_path, "SELECT range AS n FROM range(25000)"), "n")
    assert found[0] == (1, ["0"])
    assert found[-1] == (25000, ["24999"])


def test_names_of_columns_are_names_and_nothing_else(tmp_path: Path) -> None:
    """A name that looks like SQL is a name."""
    name = 'x"; DROP TABLE t; --'
    raw = file(tmp_path, 'SELECT 1 AS "x""; DROP TABLE t; --"')
    assert rows(raw, name) == [(1, ["1"])]
    assert columns_of(Source(io.BytesIO(raw), name="t.parquet")) == (name,)


def test_file_that_is_not_as_declared_is_refused(tmp_path: Path) -> None:
    """A missing column is named, and so is one that holds no simple values (style §7)."""
    raw = file(tmp_path, "SELECT 1 AS a, [1, 2] AS list, {'x': 1} AS nested")
    with pytest.raises(MalformedError, match="has no column 'b', which the mapping reads; it begins with 'a', 'list'"):
        rows(raw, "b")
    for column in ("list", "nested"):
        with pytest.raises(MalformedError, match=f"no simple values in the column '{column}'"):
            rows(raw, column)


def test_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Another format, or half a file, ends in a sentence."""
    raw = file(tmp_path, "SELECT range AS a FROM range(1000)")
    with pytest.raises(MalformedError, match="does not begin with PAR1"):
        rows(b"a,b\n1,2\n", "a")
    with pytest.raises(MalformedError, match=r"t\.parquet: is not a Parquet file that can be read"):
        rows(raw[: len(raw) // 2], "a")
