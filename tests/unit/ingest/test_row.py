"""Rows: the periods of a row, and dimensions that are the same for all rows or stated by each."""

import pytest

from ledger.errors import MalformedError
from ledger.ingest.mapping import Mapping, parse_mapping
from ledger.ingest.period import Span
from ledger.ingest.row import Fault, RowReader, span_reader


def mapping(period: str, series: str, header: str) -> Mapping:
    """Return a small mapping."""
    text = (
        'name = "own"\ntitle = "own"\npublisher = "Somebody"\nauthority = "somebody"\nchannel = "own"\n'
        f'standing = "media"\nlicence = "free"\nredistribute = false\nheader = {header}\n[period]\n{period}\n'
        f'[[series]]\nmeasure = "import"\nreporter = "cn"\nclassification = "HS"\ncode = "1201"\n{series}'
    )
    return parse_mapping(text.encode(), name="own.toml")


WEEKLY = mapping('column = "w"\nform = "day"\ndays = 7', 'partner = "us"\nunit = "t"\nvalue = "v"', '["w", "v"]')
STATED = mapping(
    'column = "y"\nform = "year"\nfrequency = "A"',
    'partner = { column = "p", words = { "842" = "us" } }\nunit = { column = "u" }\nvalue = "v"',
    '["y", "p", "u", "v"]',
)


def test_week_ending_date_is_read_as_a_week() -> None:
    """A mapping says that a day stands for the days that end with it."""
    faults: list[Fault] = []
    assert span_reader(WEEKLY)(["2019-01-10", "5"], faults) == [(Span("2019-01-04", "2019-01-10", "W"), None)]
    assert faults == []


def test_period_that_cannot_be_read_is_a_fault_of_its_column() -> None:
    """A fault names the column, and the row has no period."""
    faults: list[Fault] = []
    assert span_reader(WEEKLY)(["10/01/2019", "5"], faults) == []
    assert faults == [Fault("w", "'10/01/2019' is not a period; write YYYY-MM-DD")]


def test_wide_columns_that_are_no_periods_are_refused_with_the_mapping() -> None:
    """Names of wide columns are read once, before any row."""
    wrong = mapping('wide = ["Jan"]\nform = "month"', 'partner = "us"\nunit = "t"', '["Jan"]')
    with pytest.raises(MalformedError, match=r"key period\.wide: 'Jan' is not a period"):
        span_reader(wrong)


SPAN = Span("2019-01-01", "2019-12-31", "A")


def test_dimensions_stated_by_the_row_are_translated() -> None:
    """The publisher's words become ours, and what needs no words is checked."""
    faults: list[Fault] = []
    reader = RowReader(STATED.series[0], mapping=STATED, block=0)
    line = reader.read(["2019", "842", "kg", "5.50"], row=2, published="", span=SPAN, wide=None, faults=faults)
    assert line is not None
    assert (line.partner, line.unit, line.value, line.authority) == ("us", "kg", "5.5", "somebody")
    assert faults == []


FAULTS = {
    "a partner that is not listed": (["2019", "0", "kg", "5"], "p", "'0' is none of the words"),
    "a unit that is not known": (["2019", "842", "pood", "5"], "u", "the unit 'pood' is not known"),
    "a unit that cannot be one": (["2019", "842", "k g", "5"], "u", "'k g' cannot be a unit"),
    "no unit": (["2019", "842", "", "5"], "u", "'' cannot be a unit"),
    "a figure that is none": (["2019", "842", "kg", "five"], "v", "'five' is not a number"),
    "an import below zero": (["2019", "842", "kg", "-5"], "v", "'-5' is negative, which import cannot be"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_cell_that_cannot_be_read_is_a_fault_of_its_column(case: str) -> None:
    """Each fault names its column and its reason, and the row gives no observation."""
    cells, column, reason = FAULTS[case]
    faults: list[Fault] = []
    reader = RowReader(STATED.series[0], mapping=STATED, block=0)
    assert reader.read(cells, row=2, published="", span=SPAN, wide=None, faults=faults) is None
    assert [fault.column for fault in faults] == [column]
    assert reason in faults[0].reason
