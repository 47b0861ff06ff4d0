"""One text of SQL, one answer: DuckDB and Spark give the rows of sqlite3, and refuse what it refuses."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from shutil import which

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.assessment.classification import Link, format_links
from ledger.assessment.selection import (
    Engine,
    Load,
    Plan,
    Query,
    Route,
    Row,
    named_parts,
    plan,
    selection_sql,
    unit_rows,
)
from ledger.audit.engine import SqliteEngine
from ledger.errors import MalformedError
from ledger.store.columns import ColumnEngine
from ledger.store.spark import SparkEngine
from tests.unit.assessment.builder import HEADER, SUBJECT, Book, months, quantity

pytest.importorskip("duckdb", reason="the extra columns is not installed")

ENGINES: dict[str, Callable[[], Engine]] = {"sqlite3": SqliteEngine, "duckdb": ColumnEngine}


def row_hash(rows: Sequence[Row]) -> str:
    """One digest over all rows in their order."""
    return sha256(json.dumps(tuple(rows)).encode()).hexdigest()


# Few codes, days and units, so that parents, revisions, repeated editions and other dimensions meet often.
CODES = st.sampled_from(["12", "1201", "120110", "120190", "1005", "TOTAL"])
DOTTED = st.sampled_from(["goods", "goods.air", "goods.other", "farm"])
DAYS = st.sampled_from(
    [
        ("M", "2017-01-01", "2017-01-31"),
        ("M", "2020-02-01", "2020-02-29"),
        ("A", "2017-01-01", "2017-12-31"),
        ("A", "2020-01-01", "2020-12-31"),
        ("W", "2019-12-29", "2020-01-04"),
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        ["0", "-1", "0.000000001", "-0.5", "999999999999999999", "1000000000", "-999999999999999999.999999999"]
    ),
    st.integers(-(10**12), 10**12).map(str),
)
LINES = st.tuples(
    st.one_of(
        st.tuples(st.sampled_from(["HS", "HS2012", "HS2017"]), CODES), st.tuples(st.sampled_from(["annex-6.1"]), DOTTED)
    ),
    st.sampled_from(["t", "kg", "USD"]),
    st.sampled_from(["", "FOB", "FAS"]),
    DAYS,
    st.sampled_from(["A", "A", "A", "P", "I"]),
    VALUES,
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A canonical file of up to thirty observations."""
    keyed = {}
    for (classification, code), unit, basis, days, status, value in draw(st.lists(LINES, max_size=30)):
        keyed[classification, code, unit, basis, *days] = status, value
    return (HEADER + "".join(",".join((*key, *keyed[key])) + "\n" for key in sorted(keyed))).encode()


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, dict[str, bytes]]:
    """A plan over three statements of two channels, with queries, tables of codes and perhaps a withdrawn point."""
    raw = {f"sha256:{number:064x}": draw(files()) for number in range(3)}
    loads = tuple(Load(number, name, text.count(b"\n") - 1) for number, (name, text) in enumerate(raw.items()))
    queries = (
        # The first five ask for the same codes at several levels, with baselines of their own or without: one class.
        Query("series:export/us/cn", "HS", "", ("1005", "1201"), 0, 0),
        Query("series:export/us/cn", "HS", "", ("1005", "1201"), 736330, 736694),
        Query("series:export/us/cn", "HS", "", ("12",), 736330, 736360),
        Query("series:export/us/cn", "HS", "", ("120110", "1202"), 0, 0),
        Query("series:export/us/cn", "HS", "", ("120110", "1202"), 736330, 736694),
        Query("series:export/us/cn", "annex-6.1", "", ("goods",), 0, 0),
        Query("series:export/us/cn", "picked", "", ("a", "b.c"), 0, 0),
        Query("series:export/us/cn", "picked", "", ("a", "b.c"), 736330, 736694),
    )
    published = draw(st.lists(st.integers(737000, 737003), min_size=3, max_size=3))
    gone = draw(
        st.lists(
            st.sampled_from([(0, "HS", "1201", 736330, 736360), (1, "HS2017", "1201", 737425, 737790)]), max_size=2
        )
    )
    tables = {
        "evidence": tuple(
            (q, entry, entry % 2, published[entry], (2, 0, 2)[entry]) for q in range(8) for entry in range(3)
        ),
        "unit": unit_rows(),
        "withdrawn": tuple(sorted(set(gone))),
    }
    links = [draw(st.sets(LINKS)), draw(st.sets(st.builds(_same, CODES, CODES))), draw(st.sets(DERIVATIONS))]
    files_of_tables = {f"sha256:{number:064x}": b"".join(format_links(of)) for number, of in enumerate(links, start=7)}
    lookups = tuple(
        Load(number, name, text.count(b"\n") - 1)
        for number, (name, text) in enumerate(files_of_tables.items(), start=7)
    )
    selections = (7,) if draw(st.booleans()) else ()
    route = Route((("hs2012", (8, 7)), ("hs2017", (7,))), (), ((1, 9),))
    planned = Plan(
        queries, (("a", "x"), ("a", "y")), loads, tables, lookups, selections, (*[Route()] * 6, route, route)
    )  # fmt: skip
    return planned, raw | files_of_tables


def _same(code: str, target: str) -> Link:
    return Link("HS2012", code, "into", "HS2017", target)


PICKED = st.sampled_from(["a", "a.b", "b", "b.c", "b.d"])
LINKS = st.builds(lambda code, target: Link("HS2017", code, "into", "picked", target), CODES, PICKED)
DERIVATIONS = st.builds(
    lambda code, sign, target: Link("HS2017", code, sign, "picked", target),
    CODES,
    st.sampled_from(["plus", "minus"]),
    PICKED,
)


@settings(max_examples=25)
@given(plans())
def test_engines_give_the_same_rows(case: tuple[Plan, dict[str, bytes]]) -> None:
    """Any figures come out of DuckDB as they come out of sqlite3, row for row, by their hash (design §4)."""
    planned, raw = case
    answers = [engine().select(planned, lambda digest: BytesIO(raw[digest])) for engine in ENGINES.values()]
    assert row_hash(answers[0]) == row_hash(answers[1])
    assert all(type(cell) is int for rows in answers for row in rows for cell in row[:-2])


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """Give the engine of a Spark cluster on this machine: a driver, and two workers in processes of their own."""
    pyspark = pytest.importorskip("pyspark", reason="the extra spark is not installed")
    if which("java") is None:
        pytest.skip("there is no Java for Spark")
    # Workers are started out of SPARK_HOME and leave their logs there, so it is a folder that goes away.
    home = tmp_path_factory.mktemp("spark")
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPARK_HOME", str(home))
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield SparkEngine("local-cluster[2,1,1024]")
        if (session := pyspark.sql.SparkSession.getActiveSession()) is not None:
            session.stop()


@pytest.mark.filterwarnings("ignore")  # Spark's own: of the pandas that it finds, of sockets that it leaves to the end
@settings(max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(plans().filter(lambda case: sum(load.rows for load in case[0].loads) > 20))
def test_a_cluster_gives_the_same_rows(cluster: SparkEngine, case: tuple[Plan, dict[str, bytes]]) -> None:
    """The very same text on Spark, in three processes, gives the rows of sqlite3 by their hash (design §4)."""
    planned, raw = case
    rows = cluster.select(planned, lambda digest: BytesIO(raw[digest]))
    assert row_hash(rows) == row_hash(SqliteEngine().select(planned, lambda digest: BytesIO(raw[digest])))


def test_a_cluster_is_asked_for_the_text_and_nothing_else() -> None:
    """Spark is given the named parts of the text one after another: put together again, they are the text."""
    parts, last = named_parts(selection_sql())
    again = ",\n".join(f"{name} AS (\n{sql}\n)" for name, sql, _ in parts)
    spoken = [line for line in selection_sql().splitlines() if not line.lstrip().startswith("--")]
    told = [line for line in f"WITH {again}\n{last}".splitlines() if not line.lstrip().startswith("--")]
    assert told == [line for line in spoken if line]


def test_rows_come_in_the_total_order_of_their_keys() -> None:
    """No two rows share their key, and they come sorted by it (dependencies §4: total ORDER BY)."""
    book = Book()
    book.pledge(quantity())
    book.figures(*months(2020, range(1, 13)))
    book.figures(*months(2020, range(2, 14)), published="2021-06-05")
    planned = plan(book.known("2021-07-01"), [SUBJECT])
    for engine in ENGINES.values():
        keys = [row[:12] for row in engine().select(planned, book.open)]
        assert keys == sorted(set(keys))


LINE = "HS,1201,t,,M,2020-01-01,2020-01-31,A,5\n"

BAD: dict[str, tuple[str, str]] = {
    "no header": (LINE, "line 1 is not the header"),
    "header of other columns": (HEADER.replace("basis", "flow") + LINE, "line 1 is not the header"),
    "shifted columns": (HEADER + "HS,1201,t,M,,2020-01-01,2020-01-31,A,5\n", "line 2 has the basis 'M'"),
    "a cell too many": (HEADER + LINE.replace("A,5", "A,5,6"), "line 2 has 10 cells where 9 are expected"),
    "a cell too few": (HEADER + LINE.replace(",A", ""), "line 2 has 8 cells where 9 are expected"),
    "an empty line": (HEADER + LINE + "\n", "line 3 has 1 cells where 9 are expected"),
    "carriage returns": (HEADER + LINE.replace("\n", "\r\n"), "line 2 has the value"),
    "no last line feed": (HEADER + LINE[:-1], "does not end with a line feed"),
    "thousands separators": (HEADER + LINE.replace(",5", ',"5,000"'), "line 2 has 10 cells"),
    "a quoted number": (HEADER + LINE.replace(",5", ',"5"'), "line 2 has the value"),
    "text for a number": (HEADER + LINE.replace(",5", ",five"), "line 2 has the value 'five'"),
    "an exponent": (HEADER + LINE.replace(",5", ",5e3"), "line 2 has the value '5e3'"),
    "a trailing zero": (HEADER + LINE.replace(",5", ",5.0"), "line 2 has the value '5.0'"),
    "minus zero": (HEADER + LINE.replace(",5", ",-0"), "line 2 has the value '-0'"),
    "a plus sign": (HEADER + LINE.replace(",5", ",+5"), "line 2 has the value '+5'"),
    "a leading zero": (HEADER + LINE.replace(",5", ",05"), "line 2 has the value '05'"),
    "ten fraction digits": (HEADER + LINE.replace(",5", ",0.1234567891"), "line 2 has the value"),
    "nineteen digits": (HEADER + LINE.replace(",5", ",1234567890123456789"), "line 2 has the value"),
    "an unknown status": (HEADER + LINE.replace(",A,", ",X,"), "line 2 has the status 'X'"),
    "an unknown frequency": (HEADER + LINE.replace(",M,", ",H,"), "line 2 has the frequency 'H'"),
    "a day that is not": (
        HEADER + LINE.replace("2020-01-31", "2020-02-30"),
        "line 2 is about days that are not in the calendar",
    ),
    "the year zero": (
        HEADER + LINE.replace("2020-01-01", "0000-01-01"),
        "line 2 is about days that are not in the calendar",
    ),
    "an end before its start": (HEADER + LINE.replace("2020-01-31", "2019-01-31"), "line 2 is about days"),
    "a repeated line": (HEADER + LINE + LINE, "line 3 gives the point of the line above again"),
    "two values of one point": (
        HEADER + LINE + LINE.replace(",5", ",6"),
        "line 3 gives the point of the line above again",
    ),
    "wrong order": (HEADER + LINE + LINE.replace("1201", "1005"), "line 3 is out of order"),
    "a letter that is no letter of a code": (HEADER + LINE.replace("1201", "12 01"), "line 2 has the code '12 01'"),
    "a digit of another script": (HEADER + LINE.replace(",5", ",٥"), "line 2 has the value"),
    "an endless line": (HEADER + "H" * 600 + LINE, "longer than 512 bytes"),
    "fewer rows than said": (HEADER, "are 0 rows where the statement says 1"),
    "more rows than said": (
        HEADER + LINE + LINE.replace(",M,2020-01-31", ",M").replace("2020-01", "2020-03"),
        "are 2 rows",
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("fault", BAD)
def test_observations_that_are_not_canonical_are_refused(engine: str, fault: str) -> None:
    """What the writer would not write, no engine reads: the error names the line and the fault (design §2.1)."""
    text, reason = BAD[fault]
    planned = Plan(
        (Query("series:export/us/cn", "HS", "", ("1201",), 0, 0),),
        (("a", "x"),),
        (Load(0, "sha256:" + "0" * 64, 1),),
        {"evidence": ((0, 0, 0, 737000, 0),), "unit": unit_rows(), "withdrawn": ()},
    )
    with pytest.raises(MalformedError, match=re.escape(reason)):
        ENGINES[engine]().select(planned, lambda _: BytesIO(text.encode()))


def test_the_text_keeps_to_what_every_engine_has() -> None:
    """Whole numbers, equality in ON, a total order, no division, no dates, no dialect's functions (dependencies §4)."""
    words = [line.partition("--")[0] for line in selection_sql().splitlines()]
    text = " ".join(words)
    assert "/" not in text
    for word in ("DATE", "CAST", "LIKE", "COALESCE", "LIMIT", "FILTER", "QUALIFY", "LAG", "::", "USING", "||"):
        assert word not in text.upper().replace("LINE", "").split(), word
    joined = [part.partition("WHERE")[0].partition("GROUP")[0] for part in text.split(" ON ")[1:]]
    assert not any(sign in part.partition("JOIN")[0] for part in joined for sign in ("<", ">"))
    # A sum is cast to 64 bits, and nothing else is: engines that widen it would hand over something slower.
    assert text.count("CAST(") == text.count("CAST(SUM(") == text.count(" AS BIGINT)") == text.count("SUM(")
    assert text.rstrip().endswith("day_to, status, astride, listed")
