"""What a mapping declares of a table: wide columns, totals, scales, marketing years, status (R2, R3, R10)."""

import io

import pytest

from ledger.ingest.imported import Imported
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.tabular import read_evidence

HEAD = """
name = "own"
title = "A table"
publisher = "Somebody"
authority = "somebody"
channel = "own"
standing = "official"
licence = "free"
redistribute = true
"""
SERIES = """
[[series]]
measure = "{measure}"
reporter = "us"
partner = "cn"
classification = "HS"
code = "1201"
unit = "t"
"""


def read(mapping: str, table: str, *, measure: str = "export") -> Imported:
    """Read a table in CSV; the mapping is given from its header on, with SERIES where a series stands."""
    raw = (HEAD + mapping.replace("SERIES", SERIES.format(measure=measure))).encode()
    return read_evidence(io.BytesIO(table.encode()), parse_mapping(raw, name="own.toml"), name="t.csv")


def figures(imported: Imported) -> list[tuple[str, str, str, str]]:
    """Return the only series: first day, last day, status, value."""
    (series,) = imported.series
    lines = [line.split(",") for line in series.observations.read().decode().splitlines()[1:]]
    return [(line[5], line[6], line[7], line[8]) for line in lines]


WIDE = """header = ["Year", "January", "February", "Jan-Feb"]
sums = [{ total = "Jan-Feb", of = ["January", "February"] }]
[cells]
thousands = ","
[period]
wide = { January = "01", February = "02" }
form = "month"
year = "Year"
SERIES"""


def test_months_as_columns_are_counted_and_their_running_total_is_not() -> None:
    """A cumulative column beside its months is held against them and never added to them (R3)."""
    found = read(WIDE, 'Year,January,February,Jan-Feb\n2020,"1,000",500,"1,500"\n2021,7,,7\n')
    assert figures(found) == [
        ("2020-01-01", "2020-01-31", "A", "1000"),
        ("2020-02-01", "2020-02-29", "A", "500"),
        ("2021-01-01", "2021-01-31", "A", "7"),
    ]
    assert found.rejected_count == 0


def test_row_whose_parts_do_not_add_up_is_rejected_whole() -> None:
    """A total that its parts do not give says that one of them is wrong, and nobody knows which (R3)."""
    found = read(WIDE, 'Year,January,February,Jan-Feb\n2020,"1,000",500,"15,000"\n2021,7,8,15\n')
    assert [(fault.row, fault.column, fault.reason) for fault in found.rejected] == [
        (2, "Jan-Feb", "says 15000 where its parts add up to 1500; which of them is wrong?")
    ]
    assert len(figures(found)) == 2


def test_year_of_a_wide_table_that_is_none_is_a_rejected_row() -> None:
    """The year is a column of its own, and a cell of it that is no year says so."""
    found = read(WIDE, "Year,January,February,Jan-Feb\n20,1,2,3\n2021,7,8,15\n")
    assert [(fault.row, fault.column) for fault in found.rejected] == [(2, "Year")]


RUNNING = """header = ["code", "to January", "to February", "to March"]
[period]
wide = { "to January" = "2020-01", "to February" = "2020-02", "to March" = "2020-03" }
form = "month"
SERIES
cumulative = { starts = "01-01", first = "since-group-start" }
"""


def test_columns_that_are_running_totals_are_differenced() -> None:
    """Totals since the start of the year become what happened between one and the next (R3)."""
    assert figures(read(RUNNING, "code,to January,to February,to March\nx,5,12,12.5\n")) == [
        ("2020-01-01", "2020-01-31", "A", "5"),
        ("2020-02-01", "2020-02-29", "A", "7"),
        ("2020-03-01", "2020-03-31", "A", "0.5"),
    ]


def test_running_total_without_its_predecessor_spans_the_gap() -> None:
    """A total that is missing makes the next difference cover both periods, not one of them (R10)."""
    assert figures(read(RUNNING, "code,to January,to February,to March\nx,5,,12.5\n")) == [
        ("2020-01-01", "2020-01-31", "A", "5"),
        ("2020-02-01", "2020-03-31", "A", "7.5"),
    ]


BOTH = """header = ["week", "this", "next"]
[period]
column = "week"
form = "moment"
days = 7
SERIES
value = "this"
repeats = "across"
SERIES
value = "next"
repeats = "across"
"""


def test_sales_of_both_marketing_years_add_up_and_cancellations_count_against() -> None:
    """Sales of this marketing year and of the next are parts of one week's sales; cancelled ones are negative."""
    table = "week,this,next\n2020-08-27T00:00:00,-100,350\n2020-09-03T00:00:00,200,\n"
    assert figures(read(BOTH, table, measure="order")) == [
        ("2020-08-21", "2020-08-27", "A", "250"),
        ("2020-08-28", "2020-09-03", "A", "200"),
    ]


def test_week_that_is_given_twice_is_not_added_to_itself() -> None:
    """Rows repeated within one marketing year are a copy of each other, or a contradiction, and never parts."""
    table = "week,this,next\n2020-08-27T00:00:00,5,1\n2020-08-27T00:00:00,5,2\n2020-09-03T00:00:00,9,1\n"
    found = read(BOTH, table, measure="order")
    assert figures(found) == [("2020-08-21", "2020-08-27", "A", "5"), ("2020-08-28", "2020-09-03", "A", "10")]
    assert [(fault.row, fault.column) for fault in found.rejected] == [(2, "next"), (3, "this"), (3, "next")]


def test_negative_export_is_rejected_where_a_negative_order_is_not() -> None:
    """Orders can be cancelled; goods that left do not come back as a negative export."""
    found = read(BOTH, "week,this,next\n2020-08-27T00:00:00,-5,\n2020-09-03T00:00:00,9,\n")
    assert [(fault.row, fault.column) for fault in found.rejected] == [(2, "this")]


STATED = """header = ["month", "value", "scale", "state"]
[cells]
decimal = ","
zero = ["-"]
missing = ["..", ":"]
flags = { p = "P" }
[period]
column = "month"
form = "month-year"
SERIES
value = "value"
scale = { column = "scale", words = { "Mill." = "1000000", "1000" = "1000" }, empty = "1" }
status = { column = "state", words = { i = "I", r = "A" }, empty = "A" }
"""


def test_scale_status_dashes_and_flags_mean_what_is_declared() -> None:
    """Zero is no missing figure, a scale is exact, and an interpolated figure keeps its mark (R2, R10)."""
    rows = ["01/2020;1,5;Mill.;", "02/2020;-;1000;", "03/2020;..;1000;", "04/2020;2,5;;i", "05/2020;7p;1000;r"]
    mapping = STATED.replace("[cells]", 'delimiter = ";"\n[cells]')
    assert figures(read(mapping, "month;value;scale;state\n" + "\n".join(rows) + "\n")) == [
        ("2020-01-01", "2020-01-31", "A", "1500000"),
        ("2020-02-01", "2020-02-29", "A", "0"),
        ("2020-04-01", "2020-04-30", "I", "2.5"),
        ("2020-05-01", "2020-05-31", "P", "7000"),
    ]


FAULTS = {
    "a scale that is not declared": ("01/2020;1,5;Mrd.;", "value", "in the scale 'Mrd.'"),
    "a status that is not declared": ("01/2020;1,5;;x", "state", "none of the words"),
    "a decimal point where commas are declared": ("01/2020;1.5;;", "value", "'1.5'"),
    "a dash of another length": ("01/2020;–;;", "value", "is a dash, which may mean zero or no figure"),
    "a month in another form": ("2020-01;1,5;;", "month", "write MM/YYYY"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_not_declared_is_a_rejected_row_with_its_column(case: str) -> None:
    """Nothing is guessed: the row is listed with its number, its column and the reason (style §7)."""
    row, column, reason = FAULTS[case]
    mapping = STATED.replace("[cells]", 'delimiter = ";"\n[cells]')
    found = read(mapping, f"month;value;scale;state\n{row}\n02/2020;1;;\n")
    ((fault),) = found.rejected
    assert (fault.row, fault.column) == (2, column)
    assert reason in fault.reason


CODES = """header = ["year", "code", "value"]
keep = [{ column = "code", lengths = [4, 7] }]
skip = [{ column = "code", begins = ["99"] }]
[period]
column = "year"
form = "span-year"
year_starts = "09-01"
[[series]]
measure = "export"
reporter = { column = "code", words = { "101" = "us" }, empty = "*" }
partner = "cn"
classification = "HS"
code = { column = "code", remove = ".", pad = 6, lengths = [6] }
unit = "t"
value = "value"
"""


def test_codes_are_reshaped_as_declared_and_levels_kept_apart() -> None:
    """Dots are taken out and lost zeros put back where that is declared; other levels are left out, not added (R3)."""
    mapping = CODES.replace('{ column = "code", words = { "101" = "us" }, empty = "*" }', '"us"')
    table = "year,code,value\n2018/19,1201.90,5\n2018/19,12,100\n2018/19,9901.10,7\n2018/19,1201,3\n"
    found = read(mapping, table)
    (series,) = found.series
    lines = [line.split(",") for line in series.observations.read().decode().splitlines()[1:]]
    assert [(line[1], line[5], line[6], line[8]) for line in lines] == [
        ("001201", "2018-09-01", "2019-08-31", "3"),
        ("120190", "2018-09-01", "2019-08-31", "5"),
    ]
    assert (found.left_out, found.rejected_count) == (2, 0)
