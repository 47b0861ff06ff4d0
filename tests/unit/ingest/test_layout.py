"""Layouts: where rows are and how cells are spelt, declared so that nothing can be read in two ways."""

import pytest
from pydantic import ValidationError

from ledger.ingest.layout import Cells, Layout, Place, Rule

REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "an order that records do not have": ({"container": "json", "columns": "exact"}, "members have no order"),
    "a column that an exact header may lack": ({"optional": ("a",)}, 'need columns = "named"'),
    "an optional column that is none": ({"columns": "named", "optional": ("c",)}, "the column 'c', which is not in"),
    "a path to records in CSV": ({"records": ("data",)}, 'go with container = "json"'),
    "a field of no column": ({"container": "json", "fields": {"c": "x.y"}}, "the column 'c', which is not in"),
    "a field that is no path": ({"container": "json", "fields": {"a": "x..y"}}, "is no path"),
    "an encoding of a workbook": ({"container": "workbook", "encoding": "gb18030"}, "which states its own"),
    "a trailing comma in JSON": ({"container": "json-rows", "trailing_comma": True}, "trailing_comma goes with"),
    "a sheet of a CSV file": ({"table": Place(sheet="Data")}, "table.sheet goes with"),
    "a place in an SDMX message": ({"container": "sdmx", "table": Place(header=(2,))}, "table goes with"),
    "an end by a column that is none": ({"table": Place(until=Rule(column="c", equals=("",)))}, "column 'c'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_keys_that_do_not_fit_each_other_are_refused(case: str) -> None:
    """A key that would be without effect is a mistake, and is said to be one."""
    keys, reason = REFUSED[case]
    with pytest.raises(ValidationError, match=reason):
        Layout(header=("a", "b"), **keys)  # type: ignore[arg-type]


CELLS: dict[str, tuple[dict[str, object], str]] = {
    "one mark for two things": ({"decimal": ",", "thousands": ","}, "the same mark"),
    "a dash that says two things": ({"zero": ("-",), "missing": ("-",)}, "cannot say both zero and missing"),
    "a flag that could be a digit": ({"flags": {"2p": "P"}}, "without digits"),
    "a flag that means nothing known": ({"flags": {"p": "X"}}, "flags"),
}


@pytest.mark.parametrize("case", CELLS)
def test_spelling_that_could_be_read_in_two_ways_is_refused(case: str) -> None:
    """What could be read in two ways is not declared but guessed."""
    keys, reason = CELLS[case]
    with pytest.raises(ValidationError, match=reason):
        Cells(**keys)  # type: ignore[arg-type]


RULES: dict[str, tuple[Rule, str, str]] = {
    "equals": (Rule(column="a", equals=("TOTAL", "")), "TOTAL", "total"),
    "begins": (Rule(column="a", begins=("00", "#")), "0003", "1003"),
    "lengths": (Rule(column="a", lengths=(6,)), "120190", "1201"),
}


@pytest.mark.parametrize("case", RULES)
def test_rule_means_rows_by_what_a_column_says(case: str) -> None:
    """Totals, country groups and other levels of a classification stand beside their parts (R3)."""
    rule, is_meant, is_not = RULES[case]
    assert rule.holds(is_meant)
    assert not rule.holds(is_not)


@pytest.mark.parametrize(
    "keys",
    [{}, {"equals": ("a",), "begins": ("b",)}, {"begins": ("",)}, {"equals": ()}],
    ids=["none", "two", "all", "empty"],
)
def test_rule_says_one_thing(keys: dict[str, tuple[str, ...]]) -> None:
    """A rule without a condition, or with two, means something to its author alone."""
    with pytest.raises(ValidationError):
        Rule(column="a", **keys)  # type: ignore[arg-type]


def test_headings_are_listed_from_the_top_down() -> None:
    """Rows of headings are joined in their order."""
    with pytest.raises(ValidationError, match="from the top down"):
        Place(header=(5, 4))
