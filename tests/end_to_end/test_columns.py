"""Columnar copies on disk: a shortcut that is never believed for its own sake, and goes when the record goes."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from ledger.assessment.observation import HEADER
from ledger.assessment.selection import Load, Plan, Query, Row, unit_rows
from ledger.audit.engine import SqliteEngine
from ledger.cli.main import main
from ledger.errors import MalformedError, NotFoundError, UnavailableError, UsageError
from ledger.runtime import Ledger, chosen_engine, open_ledger
from ledger.store.columnar import ColumnarCopies, make
from ledger.store.columns import ColumnEngine, connector
from tests.end_to_end.small import START
from tests.end_to_end.test_erase import EVIDENCE, built, files_of

pytest.importorskip("duckdb", reason="the extra columns is not installed")

SERIES = ("series:export/us/aa", "series:export/us/bb", "series:export/us/cc")


def figures(first: int) -> bytes:
    """Return a canonical file: ten codes, twelve months of 2020."""
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    lines = [
        f"HS,12011{code},t,,M,2020-{month:02d}-01,2020-{month:02d}-{last},A,{first + code * 100 + month}\n"
        for code in range(10)
        for month, last in enumerate(days, start=1)
    ]
    return HEADER + "".join(lines).encode()


FILES = {f"sha256:{hashlib.sha256(raw).hexdigest()}": raw for raw in (figures(1), figures(5000), figures(90_000))}
PLAN = Plan(
    tuple(Query(series, "HS", "", ("1201",), 0, 0) for series in SERIES),
    (("office", "monthly"),),
    tuple(Load(entry, digest, 120) for entry, digest in enumerate(FILES)),
    {"evidence": tuple((n, n, 0, 737_000, 0) for n in range(3)), "unit": unit_rows(), "withdrawn": ()},
)


def opened(digest: str) -> BinaryIO:
    """Open the record."""
    return BytesIO(FILES[digest])


def unwanted(digest: str) -> BinaryIO:
    """Stand for a record that nobody has to read again."""
    raise AssertionError(digest)


TRUE: tuple[Row, ...] = SqliteEngine().select(PLAN, opened)


def copies(folder: Path, *, is_held: bool = True) -> ColumnarCopies:
    """Return the copies in a folder."""
    return ColumnarCopies(folder, is_held=lambda _: is_held)


def test_a_copy_is_made_once_and_gives_the_same_rows(tmp_path: Path) -> None:
    """The second question does not read the record, and has the answer of sqlite3 (design §4)."""
    assert tuple(ColumnEngine(copies(tmp_path)).select(PLAN, opened)) == TRUE
    assert tuple(ColumnEngine(copies(tmp_path)).select(PLAN, unwanted)) == TRUE
    assert not list(tmp_path.glob("incoming-*"))


@pytest.mark.parametrize("batch", [1, 200, 10**9])
def test_series_that_are_drawn_apart_give_the_rows_of_all_together(batch: int) -> None:
    """However many series are drawn at a time, the rows and their order are the same (design §4)."""
    assert tuple(ColumnEngine(batch=batch).select(PLAN, opened)) == TRUE


def changed(path: Path) -> None:
    """Change one byte in the middle of a file."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def note_of(place: Path) -> Path:
    """Return the note of a copy."""
    (note,) = place.glob("note-*.json")
    return note


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a part with another byte": lambda place: changed(place / "00000.parquet"),
    "a part cut short": lambda place: (place / "00000.parquet").write_bytes(b"PAR1"),
    "a part that is gone": lambda place: (place / "00000.parquet").unlink(),
    "a note with another byte": lambda place: changed(note_of(place)),
    "a note that is gone": lambda place: note_of(place).unlink(),
    "two notes": lambda place: (place / "note-0.json").write_bytes(b"{}"),
    "a note of another form": lambda place: renamed(
        place, note_of(place).read_bytes().replace(b'"form":1', b'"form":0')
    ),
    "a note that says nothing": lambda place: renamed(place, b"{}"),
    "a note that is no object": lambda place: renamed(place, b"null"),
    "a note of parts elsewhere": lambda place: renamed(
        place, note_of(place).read_bytes().replace(b"00000.parquet", b"../x.parquet")
    ),
}


def renamed(place: Path, raw: bytes) -> None:
    """Put a note in place of the one that is there, under the name that its own digest gives it."""
    note_of(place).unlink()
    (place / f"note-{hashlib.sha256(raw).hexdigest()}.json").write_bytes(raw)


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_copy_that_changed_is_made_again(tmp_path: Path, damage: str) -> None:
    """Nothing is drawn from a copy that is not what was made: the record is read again, silently and rightly."""
    engine = ColumnEngine(copies(tmp_path))
    engine.select(PLAN, opened)
    digest = next(iter(FILES)).removeprefix("sha256:")
    DAMAGE[damage](tmp_path / digest[:2] / digest)
    read: list[str] = []

    def counted(digest: str) -> BinaryIO:
        read.append(digest)
        return opened(digest)

    assert tuple(engine.select(PLAN, counted)) == TRUE
    assert read == [f"sha256:{digest}"]
    assert tuple(engine.select(PLAN, unwanted)) == TRUE


def test_a_copy_does_not_outlive_the_record(tmp_path: Path) -> None:
    """Where the record is no longer held there is no figure, whatever copy was left behind (design §2.3)."""
    ColumnEngine(copies(tmp_path)).select(PLAN, opened)

    def gone(digest: str) -> BinaryIO:
        raise NotFoundError("not held", digest=digest)

    with pytest.raises(NotFoundError, match="not held"):
        ColumnEngine(copies(tmp_path, is_held=False)).select(PLAN, gone)


def test_a_copy_of_another_count_than_the_statement_says_is_refused(tmp_path: Path) -> None:
    """The count is the statement's, not the copy's (design §2.2)."""
    engine = ColumnEngine(copies(tmp_path))
    engine.select(PLAN, opened)
    first, *others = PLAN.loads
    wrong = Plan(PLAN.queries, PLAN.channels, (first._replace(rows=121), *others), PLAN.tables)
    with pytest.raises(MalformedError, match="are 120 rows where the statement says 121"):
        engine.select(wrong, unwanted)


def test_a_folder_that_cannot_be_written_is_an_answer(tmp_path: Path) -> None:
    """What stands in the way of copies is told in a sentence that says what may be done (style §7)."""
    (tmp_path / "columns").write_bytes(b"")
    with pytest.raises(UnavailableError, match="which is only a copy"):
        ColumnEngine(copies(tmp_path / "columns")).select(PLAN, opened)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"HS,120113,t,,M,2020-01-01", b"HS,120112,t,,M,2020-12-01", "line 38"),
        (b"HS,120113,t,,M,2020-01-01", b"HS,120111,t,,M,2020-01-01", "line 38 is out of order"),
        (b"HS,120119,t,,M,2020-12-01", b"HS,120119,t,,M,2020-13-01", "line 121 is about days"),
        (b"HS,120119,t,,M,2020-12-01", b"\nHS,120119,t,,M,2020-12-01", "line 121 has 1 cells"),
    ],
)
def test_faults_are_found_wherever_a_file_is_cut(tmp_path: Path, old: bytes, new: bytes, reason: str) -> None:
    """A large file is checked piece by piece, across the cuts too; the strict reader says which line (design §2.1)."""
    raw = figures(1).replace(old, new, 1)
    for part in (50, 400, 2000, 1 << 20):
        folder = tmp_path / str(part)
        folder.mkdir()
        with connector()(":memory:") as database, pytest.raises(MalformedError, match=reason):
            make(database, Load(0, "sha256:" + "0" * 64, 120), lambda _: BytesIO(raw), folder=folder, part=part)


def test_a_large_file_becomes_several_parts(tmp_path: Path) -> None:
    """Parts are bounded, so memory is; together they are the file."""
    with connector()(":memory:") as database:
        made = make(database, PLAN.loads[0], opened, folder=tmp_path, part=1000)
        names = ", ".join(f"'{path}'" for path in made.parts)
        found = database.execute(f"SELECT count(*), sum(low) FROM read_parquet([{names}])").fetchone()  # noqa: S608
    # ten codes, twelve months: 12·10·1 + 12·100·(0+…+9) + 10·(1+…+12)
    assert found == (120, 120 + 54_000 + 780)
    assert len(made.parts) > 3
    assert made.codes == tuple(("HS", f"12011{code}") for code in range(10))


# --- in a ledger ------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Give a ledger with a pledge and figures."""
    return built(tmp_path / "ledger")


def test_engines_give_a_ledger_the_same_results(ledger: Ledger) -> None:
    """The choice of the engine shows in no result (design §4)."""
    view = ledger.view("2021-01-01", None)
    by_default = ledger.results(view)
    for name in ("sqlite", "duckdb"):
        ledger.engine_name = name
        assert ledger.results(view) == by_default


def test_erasing_figures_takes_their_columns(ledger: Ledger) -> None:
    """What was made from an erased file goes with it (design §2.3)."""
    ledger.engine_name = "duckdb"
    ledger.results(ledger.view("2021-01-01", None))
    observations = files_of(ledger)[1]
    place = ledger.directory / "columns" / observations[7:9] / observations[7:]
    assert list(place.glob("*.parquet"))
    ledger.erase(EVIDENCE, ground="law", reason="asked", files=[observations])
    assert not place.exists()


def test_columns_may_be_thrown_away(ledger: Ledger) -> None:
    """They are a copy: without them everything is as it was (design §4)."""
    view = ledger.view("2021-01-01", None)
    before = ledger.results(view)
    for path in sorted((ledger.directory / "columns").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert ledger.results(view) == before


def test_an_engine_that_there_is_not_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt engine is a mistake to be told, by the option and by the setting (style §7)."""
    ledger.close()
    assert main(("status", "--ledger", str(ledger.directory), "--engine", "sqlight", "--as-of", "2021-01-01")) == 2
    monkeypatch.setenv("PLEDGER_ENGINE", "duck")
    with pytest.raises(UsageError, match="There is no engine 'duck'; give sqlite, duckdb, spark or spark://HOST:PORT"):
        chosen_engine()
    with open_ledger(ledger.directory, at=lambda: START, engine="sqlite") as again:
        assert isinstance(again.engine(), SqliteEngine)


MANY = 130_000
"""Lines that reach over what DuckDB keeps together."""


@pytest.mark.parametrize("place", [1, 2047, 122_879, MANY - 2])
def test_order_is_checked_from_line_to_line_however_many_there_are(place: int) -> None:
    """Two lines that changed places anywhere in a file are found, and named by the strict reader (design §2.6)."""
    lines = [f"HS,{code:06},t,,M,2020-01-01,2020-01-31,A,{code}\n" for code in range(MANY)]
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    raw = HEADER + "".join(lines).encode()
    alone = Plan(
        PLAN.queries[:1], PLAN.channels, (Load(0, "sha256:" + "0" * 64, MANY),),
        {**PLAN.tables, "evidence": ((0, 0, 0, 737_000, 0),)},
    )  # fmt: skip
    with pytest.raises(MalformedError, match=rf"line {place + 3} is out of order"):
        ColumnEngine().select(alone, lambda _: BytesIO(raw))


def test_many_lines_in_order_are_taken() -> None:
    """What the strict reader takes is taken, whole numbers and others, to the last digit (design §2.1)."""
    values = {0: "0", 1: "999999999999999999.999999999", 2: "-999999999999999999", 3: "-0.000000001", 4: "1000000000"}
    lines = [f"HS,{code:06},t,,M,2020-01-01,2020-01-31,A,{values.get(code, code)}\n" for code in range(1000)]
    raw = HEADER + "".join(lines).encode()
    named = tuple(f"{code:06}" for code in range(6))
    queries = tuple(Query(SERIES[0], "HS", "", (code,), 0, 0) for code in named)
    alone = Plan(
        queries, PLAN.channels, (Load(0, "sha256:" + "0" * 64, 1000),),
        {**PLAN.tables, "evidence": tuple((n, 0, 0, 737_000, 0) for n in range(6))},
    )  # fmt: skip
    rows = ColumnEngine().select(alone, lambda _: BytesIO(raw))
    assert [(row.high, row.low, row.nano) for row in rows] == [
        (0, 0, 0), (999_999_999, 999_999_999, 999_999_999), (-999_999_999, -999_999_999, 0), (0, 0, -1), (1, 0, 0),
        (0, 5, 0),
    ]  # fmt: skip
