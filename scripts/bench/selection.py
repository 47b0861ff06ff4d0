"""Reconciliation's heavy part: drawing the figures of many terms out of many observations, on both engines.

Monthly exports by HS heading of six digits are made up (with a fixed seed) in three vintages, each a canonical file
of one evidence statement; twenty terms each ask for some chapters. The engines run the same `selection.sql` and must
give the same rows. The floor is DuckDB reading the same files and adding up their values, which is what a query
cannot do without.
"""

import csv
import hashlib
import io
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import duckdb

from ledger.assessment.selection import Engine, Plan, Row, plan
from ledger.assessment.view import Said, look
from ledger.audit.engine import SqliteEngine
from ledger.model.determination import View
from ledger.model.evidence import OBSERVATION_COLUMNS
from ledger.model.statement import parse_statement
from ledger.store.columns import ColumnEngine
from scripts.bench.figure import Options, Table, median, options, timed

VINTAGES: Final = ("2021-03-05", "2021-09-05", "2022-03-05")
TERMS: Final = 20
_SOURCE: Final = {
    "title": "Exports by heading", "publisher": "The statistical office", "role": "third_party",
    "via": {"copy_read": "the file", "how": "byte_copy"},
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    rows = tuple(measure(given, count) for count in ((30_000,) if given.is_quick else (100_000, 1_000_000)))
    columns = ("observations", "DuckDB, s", "÷ floor", "sqlite3, s", "÷ the floor", "floor, s", "rows drawn")
    note = f"{TERMS} terms, {len(VINTAGES)} vintages; every cell is checked; both engines gave the same rows."
    given.show(Table("Selection of figures", columns, rows, (note,)))
    given.finish()


def measure(given: Options, count: int) -> tuple[str | float, ...]:
    """Return the row for so many observations."""
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        files = {name: Path(folder) / f"{number}.csv" for number, name in enumerate(VINTAGES)}
        for published, path in files.items():
            path.write_bytes(_observations(count // len(VINTAGES), seed=published))
        asked, digests = _plan(files)

        def open_observations(digest: str) -> BinaryIO:
            return digests[digest].open("rb")

        columns, by_columns = _drawn(ColumnEngine(), asked, open_observations)
        rows, by_rows = _drawn(SqliteEngine(), asked, open_observations)
        if sorted(by_columns) != sorted(by_rows) or not by_rows:
            raise SystemExit("the engines do not agree")
        names = [str(path) for path in files.values()]
        query = "SELECT sum(CAST(value AS DECIMAL(38, 9))) FROM read_csv($files, header = true, all_varchar = true)"
        low = median([timed(lambda: duckdb.execute(query, {"files": names}).fetchall()) for _ in range(3)])
    return (f"{count:,}", columns, columns / low, rows, rows / low, low, len(by_rows))


def _drawn(engine: Engine, asked: Plan, opened: Callable[[str], BinaryIO]) -> tuple[float, tuple[Row, ...]]:
    """Return the seconds that an engine takes, and the rows that it gives."""
    answers: list[tuple[Row, ...]] = []
    took = [timed(lambda: answers.append(tuple(engine.select(asked, opened)))) for _ in range(3)]
    return median(took), answers[0]


def _observations(count: int, *, seed: str) -> bytes:
    """Return a canonical file of so many monthly figures by heading."""
    drawn = random.Random(seed)  # noqa: S311, a fixed seed is what is wanted
    months = [_month(number) for number in range(60)]
    headings = sorted({f"{drawn.randrange(1, 98):02d}{drawn.randrange(10_000):04d}" for _ in range(count // 60 + 1)})
    lines = [
        ("HS2017", heading, "USD", "FAS", "M", start, end, "A", str(drawn.randrange(1, 10**9)))
        for heading in headings
        for start, end in months
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([OBSERVATION_COLUMNS, *sorted(lines)])
    return text.getvalue().encode("ascii")


def _month(number: int) -> tuple[str, str]:
    start = date(2017 + number // 12, number % 12 + 1, 1)
    following = date(2017 + (number + 1) // 12, (number + 1) % 12 + 1, 1)
    return start.isoformat(), (following - timedelta(days=1)).isoformat()


def _plan(files: dict[str, Path]) -> tuple[Plan, dict[str, Path]]:
    """Return the plan of the commitment over those files, and the files by digest."""
    digests = {"sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(): path for path in files.values()}
    said = [_said(0, "commitment", "trade", _commitment())]
    for number, (published, digest) in enumerate(zip(files, digests, strict=True), start=1):
        said.append(_said(number, "evidence", "series:export/us/cn", _evidence(published, digest, digests[digest])))
    known = look(said, View(size=len(said), as_of="2022-12-31"))
    return plan(known, ("trade",)), digests


def _said(index: int, kind: str, subject: str, body: dict[str, object]) -> Said:
    whole = {
        "anchor": None, "body": body, "corrects": None, "genesis": "sha256:" + "0" * 64,
        "issued": "2022-12-31T00:00:00Z", "schema": f"{kind}.v1", "subject": subject,
    }  # fmt: skip
    return Said(
        index, f"sha256:{index:064x}", "A" * 43, "2022-12-31T00:00:00Z", parse_statement(json.dumps(whole).encode())
    )


def _commitment() -> dict[str, object]:
    return {
        "title": "Purchases", "instrument": "agreement", "date": "2020-01-15", "obligors": ["cn"], "obligees": ["us"],
        "quotes": [{"text": "China shall ensure that purchases exceed the baseline.", "language": "en"}], "verb": None,
        "terms": list(_terms()), "source": _SOURCE,
    }  # fmt: skip


def _terms() -> Iterator[dict[str, object]]:
    for number in range(TERMS):
        chapters = [f"{chapter:02d}" for chapter in range(1 + number, 98, TERMS)]
        yield {
            "id": f"part-{number}", "kind": "quantity", "title": f"Part {number}", "actor": "cn", "unit": "USD",
            "bound": "at_least", "target": "1000000000",
            "measure": {"type": "export", "reporter": "us", "partner": "cn", "basis": "FAS"},
            "scope": {"title": f"chapters {number}", "classification": "HS", "revision": "2017", "codes": chapters},
            "period": {"start": "2020-01-01", "end": "2021-12-31"},
            "shown": {"quantity": {"quote": 0, "words": "purchases"}},
        }  # fmt: skip


def _evidence(published: str, digest: str, path: Path) -> dict[str, object]:
    raw = path.read_bytes()
    return {
        "title": "Exports", "publisher": "The statistical office", "authority": "office", "channel": "monthly",
        "standing": "official", "authority_of": "us", "vintage": {"published": published},
        "covers": {"start": "2017-01-01", "end": "2021-12-31"},
        "dimensions": {
            "measure": "export", "reporter": "us", "partner": "cn", "classifications": ["HS2017"],
            "frequencies": ["M"], "units": ["USD"],
        },
        "raw": {"digest": digest, "size": len(raw), "media_type": "text/csv"},
        "importer": {"name": "tabular", "version": "1", "mapping": digest, "mapping_name": "made up"},
        "observations": {"digest": digest, "size": len(raw), "count": raw.count(b"\n") - 1},
        "rejected": {"count": 0}, "source": _SOURCE,
    }  # fmt: skip


if __name__ == "__main__":
    main()
