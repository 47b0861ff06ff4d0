# ruff: noqa: S608, what stands in the queries are numbers and paths of our own
"""Reconciliation at scale: five thousand commitments drawn out of ten million observations, beside queries by hand.

Exports by heading of six digits are made up (with a fixed seed): for each partner three vintages of 36 months, each a
canonical file of one evidence statement. Every commitment names a partner and some chapters, headings or subheadings;
half of them have a baseline. The columns are made beforehand, once, as they are in a ledger; what is measured is what
every later question costs: checking the columns, expanding the scopes, drawing the figures, handing over the rows.

By hand means DuckDB on the same columns, with scopes expanded before an equal join and old vintages removed after it,
and the answer fetched in columns as we fetch it. *The same rows* are just ours, every cell, which a digest proves: the
newest figures and what each vintage said, how many codes stand behind them, and what these weighed in the baseline.
Written for these files alone, it knows that there is one unit, nothing withdrawn, and no parent beside its children,
and it may use all memory; we look, and are held to some. *Newest* is less: one sum a question and month. Each figure
is the middle one of its runs, each in a process of its own; processor time counts both cores, and is what a busy
machine leaves comparable. What follows the drawing, reconciling each commitment in Python, is measured apart.
"""

import hashlib
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb

from ledger.assessment.assess import assess
from ledger.assessment.observation import BASES, FREQUENCIES
from ledger.assessment.selection import Plan, plan, selected
from ledger.assessment.view import Known, Said, look
from ledger.model.determination import View
from ledger.model.statement import parse_statement
from ledger.service.collector import uncollected
from ledger.store.columnar import ColumnarCopies
from ledger.store.columns import ColumnEngine
from scripts.bench.figure import Options, Table, options, peak_memory, timed

VINTAGES: Final = ("2021-03-05", "2021-09-05", "2022-03-05")
MONTHS: Final = 36
HEADINGS: Final = 4630
"""Codes of six digits, about as many as are traded; a partner's figures are as many times its vintages and months."""

BASELINE: Final = (date(2019, 1, 1).toordinal(), date(2019, 12, 31).toordinal())
PARTNER: Final = len(VINTAGES) * MONTHS * HEADINGS
_FIRST: Final = date(2019, 1, 1)
_SOURCE: Final = {
    "title": "Exports by heading", "publisher": "The statistical office", "role": "third_party",
    "via": {"copy_read": "the file", "how": "byte_copy"},
}  # fmt: skip


Rows = Sequence[tuple[object, ...]]

Columns = dict[str, Any]
"""An answer of DuckDB's in columns, of which no row was made: as ours is kept."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What is asked of what: files by digest in a folder, and who asks."""

    folder: Path
    partners: int
    headings: int
    commitments: int
    runs: int

    @property
    def rows(self) -> int:
        """All observations."""
        return self.partners * len(VINTAGES) * MONTHS * self.headings

    def path(self, partner: int, vintage: int) -> Path:
        """Return where a partner's figures of one vintage are."""
        return self.folder / f"{partner:03d}-{vintage}.csv"

    def digest(self, partner: int, vintage: int) -> str:
        """Return the digest of that file, which is noted beside it when it is first asked for."""
        note = self.path(partner, vintage).with_suffix(".sha256")
        if not note.exists():
            with self.path(partner, vintage).open("rb") as file:
                note.write_text("sha256:" + hashlib.file_digest(file, "sha256").hexdigest(), encoding="ascii")
        return note.read_text(encoding="ascii")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run took.

    Attributes:
        seconds: by the wall's clock. ``processor``: of all cores.
        memory: the most MB resident.
        rows: that were handed over. ``digest``: of all of them, in their order.
        planned: seconds for the plan.
    """

    seconds: float
    memory: float
    rows: int
    digest: str = ""
    processor: float = 0.0
    planned: float = 0.0


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    sizes = (100_000, 1_000_000) if given.is_quick else (100_000, 1_000_000, 10_000_000)
    most = 500 if given.is_quick else 5000
    asking = (10, 100, most) if given.is_quick else (10, 100, 1000, most)
    compared: list[tuple[str | float, ...]] = []
    grown: list[tuple[str | float, ...]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=given.directory) as name:
            made = ground(Path(name), size, most, runs=3)
            compared.append(compare(made))
            if size == sizes[-1]:
                grown = [grow(replace(made, commitments=count)) for count in asking]
    show(given, compared)
    columns = (
        "commitments", "drawing, s", "µs a commitment", "rows drawn", "most memory, MB", "reconciling, s",
        "ms a commitment",
    )  # fmt: skip
    given.show(Table(f"Growth with commitments, {sizes[-1]:,} observations", columns, tuple(grown)))
    given.finish()


def show(given: Options, rows: list[tuple[str | float, ...]]) -> None:
    """Show what `compare` found."""
    columns = (
        "observations", "commitments", "takes, s", "the same rows by hand, s", "÷", "÷ by processor time",
        "newest by hand, s", "÷ newest by hand", "most memory, MB", "by hand, MB", "planning, s", "making columns, s",
        "rows drawn",
    )  # fmt: skip
    note = "Made up with fixed seeds. The same rows: compared by digest. Making columns is done once for each file."
    given.show(Table("Reconciliation", columns, tuple(rows), (note,)))


def ground(folder: Path, size: int, commitments: int, *, runs: int) -> Ground:
    """Return so many observations in files, made up in DuckDB; the same size gives the same bytes."""
    partners = max(1, size // PARTNER)
    headings = min(HEADINGS, size // (partners * len(VINTAGES) * MONTHS))
    made = Ground(folder, partners, headings, commitments, runs)
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(
            "CREATE TABLE heading AS SELECT lpad(CAST((i * 7919) % 960000 + 10000 AS VARCHAR), 6, '0') AS code "
            f"FROM range({headings:d}) t(i) ORDER BY 1"
        )
        database.execute(
            f"CREATE TABLE month AS SELECT m, CAST(DATE '{_FIRST}' + to_months(CAST(m AS INTEGER)) AS DATE) AS day "
            f"FROM range({MONTHS:d}) t(m)"
        )
        for partner in range(partners):
            for vintage in range(len(VINTAGES)):
                database.execute(
                    "COPY (SELECT 'HS2017' AS classification, code, 'USD' AS unit, 'FAS' AS basis, 'M' AS frequency, "
                    "strftime(day, '%Y-%m-%d') AS start, strftime(last_day(day), '%Y-%m-%d') AS \"end\", "
                    f"'A' AS status, CAST(hash(code, m, {partner:d}, {vintage:d}) % 1000000000 AS VARCHAR) AS value "
                    f"FROM heading, month ORDER BY code, day) TO '{made.path(partner, vintage)}' (HEADER, QUOTE '')"
                )
    return made


def compare(made: Ground) -> tuple[str | float, ...]:
    """Return the row of one size; who is compared takes turns, so that all see the same machine."""
    building = apart(build, made)
    rounds = [tuple(apart(run, made) for run in (by_us, same_by_hand, newest_by_hand)) for _ in range(made.runs)]
    ours, same, newest = (_middle(figures) for figures in zip(*rounds, strict=True))
    if ours.digest != same.digest:
        raise SystemExit("the rows by hand are not the same")
    return (
        f"{made.rows:,}", f"{made.commitments:,}", ours.seconds, same.seconds, ours.seconds / same.seconds,
        ours.processor / same.processor, newest.seconds, ours.seconds / newest.seconds, ours.memory, same.memory,
        ours.planned, building.seconds, f"{ours.rows:,}",
    )  # fmt: skip


def grow(made: Ground) -> tuple[str | float, ...]:
    """Return the row of so many commitments."""
    ours = _middle([apart(by_us, made) for _ in range(made.runs)])
    after = apart(reconciled, made)
    return (
        f"{made.commitments:,}", ours.seconds, 1e6 * ours.seconds / made.commitments, f"{ours.rows:,}", ours.memory,
        after.seconds, 1e3 * after.seconds / made.commitments,
    )  # fmt: skip


def _middle(figures: Sequence[Figure]) -> Figure:
    return sorted(figures, key=lambda figure: figure.seconds)[len(figures) // 2]


def apart(run: Callable[[Ground], Figure], made: Ground) -> Figure:
    """Return what a measurement gives in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(run, made).result()


# --- by us ------------------------------------------------------------------------------------------------------------


def build(made: Ground) -> Figure:
    """Return what it takes to make the columns of every file: once, before the first question."""
    asked, paths = planned(made, every=True)
    engine = ColumnEngine(_copies(made))
    seconds = timed(lambda: engine.select(asked, lambda digest: _open(paths[digest])))
    return Figure(seconds, peak_memory(), 0)


def by_us(made: Ground) -> Figure:
    """Return what a question costs."""
    answers: list[tuple[Plan, Mapping[str, Path]]] = []
    planning = timed(lambda: answers.append(planned(made)))
    asked, paths = answers[0]
    engine = ColumnEngine(_copies(made))
    return replace(_drawn(lambda: engine.select(asked, lambda digest: _open(paths[digest]))), planned=planning)


def _drawn(ask: Callable[[], Rows | Columns]) -> Figure:
    """Return what drawing rows took, with the collector away as in a ledger (``assess_all``)."""
    answers: list[Rows | Columns] = []
    processor = time.process_time()
    with uncollected():
        seconds = timed(lambda: answers.append(ask()))
    processor = time.process_time() - processor
    memory, hashed, answer = peak_memory(), hashlib.sha256(), answers[0]
    rows = zip(*(column.tolist() for column in answer.values()), strict=True) if isinstance(answer, dict) else answer
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007, the last number is how many there are
        hashed.update(repr(tuple(row)).encode())
    return Figure(seconds, memory, number, hashed.hexdigest(), processor)


def reconciled(made: Ground) -> Figure:
    """Return what reconciling takes once the rows are there: the method for each commitment, in Python."""
    known, subjects, paths = _known(made)
    asked = plan(known, subjects)
    found = selected(asked, ColumnEngine(_copies(made)).select(asked, lambda digest: _open(paths[digest])))
    seconds = timed(lambda: [assess(known, subject, found) for subject in subjects] and None)
    return Figure(seconds, peak_memory(), 0)


def _copies(made: Ground) -> ColumnarCopies:
    return ColumnarCopies(made.folder / "columns", is_held=lambda _: True)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def planned(made: Ground, *, every: bool = False) -> tuple[Plan, Mapping[str, Path]]:
    """Return the plan of all commitments, and the files by digest.

    Args:
        every: one commitment for each partner instead, so that every file is read.
    """
    known, subjects, paths = _known(made, every=every)
    return plan(known, subjects), paths


def _known(made: Ground, *, every: bool = False) -> tuple[Known, list[str], Mapping[str, Path]]:
    """Return what is known, all commitments, and the files by digest."""
    said: list[Said] = []
    for number in range(made.partners if every else made.commitments):
        partner, codes, is_based = (number, ["01"], False) if every else wanted(made, number)
        body = _commitment(partner, codes, is_based=is_based)
        said.append(_said(len(said), "commitment", f"trade-{number}", body))
    subjects = [one.statement.subject for one in said]
    paths: dict[str, Path] = {}
    for partner in range(made.partners):
        for vintage, published in enumerate(VINTAGES):
            path, digest = made.path(partner, vintage), made.digest(partner, vintage)
            paths[digest] = path
            body = _evidence(partner, published, digest, path, rows=MONTHS * made.headings)
            said.append(_said(len(said), "evidence", f"series:export/us/p{partner:03d}", body))
    return look(said, View(size=len(said), as_of="2022-12-31")), subjects, paths


def wanted(made: Ground, number: int) -> tuple[int, list[str], bool]:
    """Return of which partner and which codes a commitment is, and whether it has a baseline."""
    drawn = random.Random(number)  # noqa: S311, a fixed seed is what is wanted
    headings = [
        f"{drawn.randrange(made.headings) * 7919 % 960000 + 10000:06d}" for _ in range(drawn.choice((1, 2, 3, 5, 8)))
    ]
    depth = drawn.choice((2, 4, 4, 4, 6))
    return drawn.randrange(made.partners), sorted({heading[:depth] for heading in headings}), drawn.random() < 0.5


# --- by hand ----------------------------------------------------------------------------------------------------------

_SCOPES: Final = (
    "asked_for AS MATERIALIZED (SELECT DISTINCT query, partner, code, weighed "
    "FROM prefix JOIN heading ON starts_with(code, prefix))"
)
_NEWEST: Final = f"""
    WITH {_SCOPES},
    newest AS (SELECT partner, code, day_from, arg_max(low, entry) AS value FROM observation GROUP BY ALL)
    SELECT query, day_from, CAST(sum(value) AS BIGINT) FROM newest JOIN asked_for USING (partner, code)
    GROUP BY ALL ORDER BY ALL
"""
_SAME: Final = f"""
    WITH {_SCOPES},
    size AS (SELECT query, count(*) AS leaves FROM asked_for GROUP BY ALL),
    newest AS MATERIALIZED (
      SELECT partner, code, day_from, day_to, max(entry) AS entry, arg_max(low, entry) AS low
      FROM observation GROUP BY ALL),
    weight AS (SELECT partner, code, CAST(sum(low) AS BIGINT) AS weight FROM newest
               WHERE day_from >= {BASELINE[0]} AND day_to <= {BASELINE[1]} GROUP BY ALL),
    weighing AS (SELECT a.query, a.partner, a.code, a.weighed * w.weight AS weight
                 FROM asked_for a JOIN weight w USING (partner, code)),
    lined AS (
      SELECT query, -1 AS line, entry, day_from, day_to, sum(low) AS low, count(*) AS codes, sum(weight) AS weight
      FROM newest JOIN weighing USING (partner, code) GROUP BY ALL
      UNION ALL
      SELECT query, entry AS line, entry, day_from, day_to, sum(low), count(*), sum(weight)
      FROM observation JOIN weighing USING (partner, code) GROUP BY ALL)
    SELECT query, 0, line, entry, $unit, $basis, $frequency, day_from, day_to, 0, 0, -1, 0, CAST(low AS BIGINT), 0,
           codes, codes, 0, CAST(weight AS BIGINT), 0, 0, leaves, leaves, 0, '', ''
    FROM lined JOIN size USING (query) ORDER BY query, line, entry, day_from, day_to
"""


def newest_by_hand(made: Ground) -> Figure:
    """Return what the newest figures alone cost."""
    return _by_hand(made, lambda database, _: database.execute(_NEWEST).fetchnumpy())


def same_by_hand(made: Ground) -> Figure:
    """Return what our own rows cost, all cells of them."""

    def ask(database: duckdb.DuckDBPyConnection, asked: Plan) -> Columns:
        units = {name: number for name, number, _ in asked.tables["unit"]}
        names = {"unit": units["USD"], "basis": BASES.index("FAS"), "frequency": FREQUENCIES.index("M")}
        return database.execute(_SAME, names).fetchnumpy()

    return _by_hand(made, ask)


def _by_hand(made: Ground, ask: Callable[[duckdb.DuckDBPyConnection, Plan], Columns]) -> Figure:
    asked, _ = planned(made)
    scopes = made.folder / "prefix.csv"
    lines = [
        f"{number},{query.series[-3:]},{code},{int(query.weigh_from > 0)}\n"
        for number, query in enumerate(asked.queries)
        for code in query.codes
    ]
    entries = {load.digest: load.entry for load in asked.loads}
    views = " UNION ALL ".join(
        f"SELECT {partner:d} AS partner, {entries[digest]:d} AS entry, code, day_from, day_to, low "
        f"FROM read_parquet({[str(path) for path in sorted(_columns(made, digest).glob('*.parquet'))]})"
        for partner in range(made.partners)
        for vintage in range(len(VINTAGES))
        if (digest := made.digest(partner, vintage)) in entries
    )
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(f"CREATE VIEW observation AS {views}")

        def run() -> Columns:
            scopes.write_text("".join(lines), encoding="ascii")
            database.execute(
                f"CREATE OR REPLACE TEMP TABLE prefix AS SELECT * FROM read_csv('{scopes}', header = false, columns = "
                "{'query': 'INTEGER', 'partner': 'INTEGER', 'prefix': 'VARCHAR', 'weighed': 'INTEGER'})"
            )
            database.execute("CREATE OR REPLACE TEMP TABLE heading AS SELECT DISTINCT code FROM observation")
            return ask(database, asked)

        return _drawn(run)


def _columns(made: Ground, digest: str) -> Path:
    name = digest.removeprefix("sha256:")
    return made.folder / "columns" / name[:2] / name


# --- statements -------------------------------------------------------------------------------------------------------


def _said(index: int, kind: str, subject: str, body: Mapping[str, object]) -> Said:
    whole = {
        "anchor": None, "body": body, "corrects": None, "genesis": "sha256:" + "0" * 64,
        "issued": "2022-12-31T00:00:00Z", "schema": f"{kind}.v1", "subject": subject,
    }  # fmt: skip
    return Said(
        index, f"sha256:{index:064x}", "A" * 43, "2022-12-31T00:00:00Z", parse_statement(json.dumps(whole).encode())
    )


def _commitment(partner: int, codes: list[str], *, is_based: bool) -> Mapping[str, object]:
    term: dict[str, object] = {
        "id": "goods", "kind": "quantity", "title": "Goods", "actor": "us", "unit": "USD",
        "bound": "at_least", "target": "1000000000",
        "measure": {"type": "export", "reporter": "us", "partner": f"p{partner:03d}", "basis": "FAS"},
        "scope": {"title": "some goods", "classification": "HS", "revision": "2017", "codes": codes},
        "period": {"start": "2020-01-01", "end": "2021-12-31"},
        "shown": {"quantity": {"quote": 0, "words": "purchases"}},
    }  # fmt: skip
    if is_based:
        term |= {"target_is": "increment", "baseline": {"period": {"start": "2019-01-01", "end": "2019-12-31"}}}
    return {
        "title": "Purchases", "instrument": "agreement", "date": "2020-01-15", "obligors": ["us"],
        "obligees": [f"p{partner:03d}"], "quotes": [{"text": "We shall ensure that purchases grow.", "language": "en"}],
        "verb": None, "terms": [term], "source": _SOURCE,
    }  # fmt: skip


def _evidence(partner: int, published: str, digest: str, path: Path, *, rows: int) -> Mapping[str, object]:
    size = path.stat().st_size
    return {
        "title": "Exports", "publisher": "The statistical office", "authority": "office", "channel": "monthly",
        "standing": "official", "authority_of": "us", "vintage": {"published": published},
        "covers": {"start": "2019-01-01", "end": "2021-12-31"},
        "dimensions": {
            "measure": "export", "reporter": "us", "partner": f"p{partner:03d}", "classifications": ["HS2017"],
            "frequencies": ["M"], "units": ["USD"],
        },
        "raw": {"digest": digest, "size": size, "media_type": "text/csv"},
        "importer": {"name": "tabular", "version": "1", "mapping": digest, "mapping_name": "made up"},
        "observations": {"digest": digest, "size": size, "count": rows}, "rejected": {"count": 0}, "source": _SOURCE,
    }  # fmt: skip


if __name__ == "__main__":
    main()
