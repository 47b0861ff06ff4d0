# ruff: noqa: S608, what stands in the queries are numbers and paths of our own
"""Import by format: rows into canonical observations, beside a plain reading of the same file.

The same monthly figures are written as CSV, as the array of arrays of a publisher's service, as Parquet and as a
workbook, and imported by one mapping. A plain reading goes through every cell of the file with the library that is made
for it and keeps nothing: it neither checks a cell, nor brings rows into order, nor writes anything. Each runs in a
process of its own, whose memory is shown; one measurement of a larger CSV shows whether memory grows with the file.
"""

import csv
import io
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import orjson
from python_calamine import CalamineWorkbook

from ledger.ingest.mapping import Mapping, parse_mapping
from ledger.ingest.tabular import read_evidence
from scripts.bench.figure import Options, Table, options, peak_memory, timed
from tests.unit.ingest.book import sheet_xml, xlsx

HEADER: Final = ("code", "month", "value")
MAPPING: Final = """
name = "exports"
title = "Exports by heading and month"
publisher = "The statistical office"
authority = "office"
channel = "monthly"
standing = "official"
authority_of = "us"
licence = "free"
redistribute = true
{more}
header = ["code", "month", "value"]

[period]
column = "month"
form = "month"

[[series]]
measure = "export"
reporter = "us"
partner = "cn"
classification = "HS2017"
code = {{ column = "code" }}
unit = "USD"
basis = "FAS"
value = "value"
"""
MONTHS: Final = 60

Written = tuple[str, Path]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took: seconds by the wall's clock and of all processors, and the most MB resident."""

    seconds: float
    processor: float
    memory: float


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    rows = 20_000 if given.is_quick else 300_000
    with tempfile.TemporaryDirectory(dir=given.directory) as name:
        made = tuple(one for form in FORMS for one in [write(Path(name), form, rows)])
        given.show(_by_format(made, rows))
    given.show(_by_size(given, (rows, 10 * rows)))
    given.finish()


def _by_format(made: tuple[Written, ...], rows: int) -> Table:
    found = []
    for one in made:
        ours, plain = apart(imported, one), apart(read_plainly, one)
        found.append((
            one[0], one[1].stat().st_size / 1e6, rows / ours.seconds, rows / plain.seconds,
            ours.seconds / plain.seconds, ours.processor / plain.processor, ours.memory,
        ))  # fmt: skip
    columns = (
        "format", "file, MB", "rows/s", "plain reading, rows/s", "÷ plain reading", "÷ by processor time",
        "most memory, MB",
    )  # fmt: skip
    return Table(f"Import by format, {rows:,} rows", columns, tuple(found))


def _by_size(given: Options, sizes: tuple[int, ...]) -> Table:
    found = []
    for rows in sizes:
        with tempfile.TemporaryDirectory(dir=given.directory) as name:
            made = write(Path(name), "csv", rows)
            ours = apart(imported, made)
            found.append((f"{rows:,}", made[1].stat().st_size / 1e6, rows / ours.seconds, ours.memory))
    return Table("Import of a larger CSV", ("rows", "file, MB", "rows/s", "most memory, MB"), tuple(found))


def apart(run: Callable[[Written], Figure], made: Written) -> Figure:
    """Return what a measurement gives in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(run, made).result()


# --- files ------------------------------------------------------------------------------------------------------------


def write(folder: Path, form: str, rows: int) -> Written:
    """Write so many figures in a format, in an order that is none."""
    path = folder / f"figures-{rows}.{form}"
    FORMS[form](path, rows)
    return form, path


def _selected(rows: int) -> str:
    """Return the query that makes the figures up; numbers of our own stand in it, and nothing else."""
    # A step that has no factor in common with the rows visits each once, far from the one before.
    step = next(step for step in range(rows * 5 // 8, rows) if _is_coprime(step, rows))
    return (
        f"SELECT CAST(100000 + (CAST(n AS BIGINT) * {step} % {rows}) // {MONTHS} AS VARCHAR) AS code, "
        f"strftime(DATE '2017-01-01' + to_months(CAST(CAST(n AS BIGINT) * {step} % {rows} % {MONTHS} AS INTEGER)), "
        f"'%Y-%m') AS month, CAST(hash(n) % 1000000000 AS VARCHAR) AS value FROM range({rows}) t(n)"
    )


def _is_coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


def _copied(path: Path, rows: int, how: str) -> None:
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(f"COPY ({_selected(rows)}) TO '{path}' ({how})")


def _csv(path: Path, rows: int) -> None:
    _copied(path, rows, "FORMAT csv, HEADER")


def _parquet(path: Path, rows: int) -> None:
    _copied(path, rows, "FORMAT parquet")


def _fetched(rows: int) -> list[tuple[str, ...]]:
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        return [tuple(map(str, row)) for row in database.execute(_selected(rows)).fetchall()]


def _json_rows(path: Path, rows: int) -> None:
    path.write_text(json.dumps([HEADER, *_fetched(rows)]), encoding="ascii")


def _xlsx(path: Path, rows: int) -> None:
    path.write_bytes(xlsx({"figures": sheet_xml(dict(enumerate([HEADER, *_fetched(rows)], start=1)))}))


FORMS: Final[dict[str, Callable[[Path, int], None]]] = {
    "csv": _csv, "json-rows": _json_rows, "parquet": _parquet, "xlsx": _xlsx,
}  # fmt: skip


# --- reading ----------------------------------------------------------------------------------------------------------


def mapping_of(form: str) -> Mapping:
    """Return the mapping of a format."""
    more = "" if form == "csv" else f'container = "{"workbook" if form == "xlsx" else form}"'
    return parse_mapping(MAPPING.format(more=more).encode(), name="exports.toml")


def imported(made: Written) -> Figure:
    """Import a file."""
    form, path = made
    mapping = mapping_of(form)

    def run() -> None:
        with path.open("rb") as stream:
            found = read_evidence(stream, mapping, name=path.name, published=date(2022, 3, 5))
        if found.rejected_count:
            raise SystemExit(f"{found.rejected_count} rows of {path.name} were rejected: {found.rejected[0]}")

    return _taken(run)


def read_plainly(made: Written) -> Figure:
    """Go through every cell of a file."""
    form, path = made
    return _taken(lambda: PLAIN[form](path))


def _taken(run: Callable[[], object]) -> Figure:
    processor = time.process_time()
    seconds = timed(run)
    return Figure(seconds, time.process_time() - processor, peak_memory())


def _plain_csv(path: Path) -> None:
    with io.TextIOWrapper(path.open("rb"), encoding="utf-8", newline="") as text:
        for _ in csv.reader(text):
            pass


def _plain_json(path: Path) -> None:
    orjson.loads(path.read_bytes())


def _plain_parquet(path: Path) -> None:
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        found = database.execute("SELECT * FROM read_parquet($file)", {"file": str(path)})
        while found.fetchmany(100_000):
            pass


def _plain_xlsx(path: Path) -> None:
    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


PLAIN: Final[dict[str, Callable[[Path], None]]] = {
    "csv": _plain_csv, "json-rows": _plain_json, "parquet": _plain_parquet, "xlsx": _plain_xlsx,
}  # fmt: skip


if __name__ == "__main__":
    main()
