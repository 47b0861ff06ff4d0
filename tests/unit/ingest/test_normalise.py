"""Normalising: running totals, vintages, repeated points and statuses (R1–R3)."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UsageError
from ledger.ingest.imported import Imported
from ledger.ingest.mapping import Mapping, find_format, parse_mapping
from ledger.ingest.tabular import read_evidence

SALES = "marketing_year,week_ending,total_commitment_kt,accumulated_exports_kt,outstanding_sales_kt,row_status\n"


def read(text: str, mapping: Mapping | str) -> Imported:
    """Read a table given as text."""
    found = find_format(mapping) if isinstance(mapping, str) else mapping
    return read_evidence(io.BytesIO(text.encode()), found, name="t.csv")


def figures(imported: Imported, measure: str) -> list[str]:
    """Return first day, last day, status and value of the observations of one measure."""
    (series,) = [part for part in imported.series if part.measure == measure]
    rows = [line.split(",") for line in series.observations.read().decode().splitlines()[1:]]
    return [" ".join(row[5:]) for row in rows]


def test_running_totals_are_differenced_within_their_marketing_year() -> None:
    """A cumulative column is never added to its months: each row is what came since the row before (R3)."""
    imported = read(
        SALES
        + "2018-19,2018-09-06,1457.9,67.0,1391.0,as_published\n"
        + "2018-19,2018-09-13,1453.9,67.0,1387.0,as_published\n"
        + "2018-19,2018-09-20,1460.0,80.5,1379.5,as_published\n",
        "usda-export-sales-weekly",
    )
    assert figures(imported, "order") == ["2018-09-07 2018-09-13 A -4", "2018-09-14 2018-09-20 A 6.1"]
    assert figures(imported, "export") == [
        "2018-09-01 2018-09-06 A 67",
        "2018-09-07 2018-09-13 A 0",
        "2018-09-14 2018-09-20 A 13.5",
    ]


def test_stock_is_a_level_on_its_day() -> None:
    """Outstanding sales are a stock at the end of the week, not a flow through it (method §2)."""
    imported = read(SALES + "2018-19,2018-09-06,1457.9,67.0,1391.0,as_published\n", "usda-export-sales-weekly")
    assert figures(imported, "outstanding_sale") == ["2018-09-06 2018-09-06 A 1391"]


def test_opening_total_that_cannot_be_dated_is_listed_not_counted() -> None:
    """Sales carried into a marketing year were made on days that nobody states: a reason, no figure (R10)."""
    imported = read(SALES + "2018-19,2018-09-06,1457.9,67.0,1391.0,as_published\n", "usda-export-sales-weekly")
    assert [(fault.row, fault.column) for fault in imported.rejected] == [(2, "total_commitment_kt")]
    assert imported.rejected[0].reason == "opens 2018-19 with 1457.9 kt carried over from days not stated"


def test_difference_spans_the_weeks_that_are_missing() -> None:
    """What came in two weeks is one figure over both, not a figure of the second."""
    imported = read(
        SALES
        + "2018-19,2018-09-06,0,1,1,as_published\n"
        + "2018-19,2018-09-20,10,5,5,as_published\n",
        "usda-export-sales-weekly",
    )  # fmt: skip
    assert figures(imported, "order") == ["2018-09-07 2018-09-20 A 10"]
    assert figures(imported, "export") == ["2018-09-01 2018-09-06 A 1", "2018-09-07 2018-09-20 A 4"]


def test_difference_that_touches_an_interpolated_total_is_interpolated() -> None:
    """The weeks of the shutdown were interpolated by the source and never count, on either side of them."""
    imported = read(
        SALES
        + "2018-19,2019-01-03,3483.5,474.0,3009.5,as_published\n"
        + "2018-19,2019-01-10,4137.2,712.2,3425.0,interpolated_by_source\n"
        + "2018-19,2019-01-17,4791.0,950.5,3840.5,as_published\n"
        + "2018-19,2019-01-24,4791.0,960.5,3830.5,as_published\n",
        "usda-export-sales-weekly",
    )
    assert figures(imported, "order") == [
        "2019-01-04 2019-01-10 I 653.7",
        "2019-01-11 2019-01-17 I 653.8",
        "2019-01-18 2019-01-24 A 0",
    ]
    assert figures(imported, "outstanding_sale")[1] == "2019-01-10 2019-01-10 I 3425"


def test_two_marketing_years_at_once_are_summed_week_by_week() -> None:
    """Sales for the next year are made while this one runs: both count in their week."""
    imported = read(
        SALES
        + "2025-26,2026-06-18,100,90,10,as_published\n"
        + "2025-26,2026-06-25,110,95,15,as_published\n"
        + "2026-27,2026-06-18,200,0,200,as_published\n"
        + "2026-27,2026-06-25,260,0,260,as_published\n",
        "usda-export-sales-weekly",
    )
    assert figures(imported, "order") == ["2026-06-19 2026-06-25 A 70"]
    assert figures(imported, "export") == ["2025-09-01 2026-06-18 A 90", "2026-06-19 2026-06-25 A 5"]
    assert figures(imported, "outstanding_sale") == ["2026-06-18 2026-06-18 A 210", "2026-06-25 2026-06-25 A 275"]


def test_total_that_falls_where_it_cannot_is_rejected() -> None:
    """Exports are not taken back: a falling total is a fault of the table (method §2)."""
    imported = read(
        SALES
        + "2018-19,2018-09-06,0,5,0,as_published\n"
        + "2018-19,2018-09-13,0,3,0,as_published\n"
        + "2018-19,2018-09-20,0,4,0,as_published\n",
        "usda-export-sales-weekly",
    )
    assert figures(imported, "export") == ["2018-09-01 2018-09-06 A 5", "2018-09-14 2018-09-20 A 1"]
    assert [(fault.row, fault.reason) for fault in imported.rejected] == [(3, "the running total falls from 5 to 3 kt")]


OPENINGS = {
    "a group without a year": ("this year,2018-09-06,0,5,0,as_published", "'this year' does not begin with a year"),
    "exports before the year began": (
        "2019-20,2018-09-06,0,5,0,as_published",
        "starts on 2019-09-01, after 2018-09-06",
    ),
    "a word the mapping does not know": ("2018-19,2018-09-06,0,5,0,final", "none of the words"),
    "control characters in a group": ('"2018-19\n",2018-09-06,0,5,0,as_published', "control characters"),
}


@pytest.mark.parametrize("case", OPENINGS)
def test_total_that_cannot_be_placed_is_rejected(case: str) -> None:
    """A total that cannot be placed in its group is a reason, never a guess."""
    row, reason = OPENINGS[case]
    good = "2018-19,2018-09-13,0,1,0,as_published\n"
    imported = read(SALES + good + row + "\n", "usda-export-sales-weekly")
    assert any(fault.row == 3 and reason in fault.reason for fault in imported.rejected)


def test_total_given_twice_for_a_week_is_settled_before_it_is_differenced() -> None:
    """A repeated total is rejected once; two different ones for a week are both rejected."""
    alike = "2018-19,2018-09-06,0,5,0,as_published\n2018-19,2018-09-06,0,5,0,as_published\n"
    other = "2018-19,2018-09-13,0,6,0,as_published\n2018-19,2018-09-13,0,7,0,as_published\n"
    imported = read(SALES + alike + other + "2018-19,2018-09-20,0,9,0,as_published\n", "usda-export-sales-weekly")
    assert figures(imported, "export") == ["2018-09-01 2018-09-06 A 5", "2018-09-07 2018-09-20 A 4"]
    assert {fault.row for fault in imported.rejected} == {3, 4, 5}


CENSUS = "month,code,value_usd\n"


def test_point_given_twice_alike_is_kept_once() -> None:
    """A repetition is rejected with the row that it repeats."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-01,1201,7.0\n", "us-census-monthly")
    assert figures(imported, "export") == ["2019-01-01 2019-01-31 A 7"]
    assert [(f.row, f.column, f.reason) for f in imported.rejected] == [(3, "value_usd", "repeats the point of row 2")]


def test_point_given_twice_differently_is_not_kept_at_all() -> None:
    """Which of two figures is right cannot be known: both are rejected."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-01,1201,8\n2019-02,1201,9\n", "us-census-monthly")
    assert figures(imported, "export") == ["2019-02-01 2019-02-28 A 9"]
    assert [(f.row, f.reason) for f in imported.rejected] == [
        (2, "gives another figure for the point of row 3"),
        (3, "gives another figure for the point of row 2"),
    ]
    assert imported.rejected_count == 2


def test_parts_of_a_point_are_summed_where_the_mapping_says_so_and_cancellations_count_against() -> None:
    """Net orders subtract cancellations; a correction that restates is no sale (method §2)."""
    imported = read(
        "date,heading,kind,tonnes\n"
        "2019-06-14,1201,sale,130000\n"
        "2019-06-14,1201,cancel,136000\n"
        "2019-06-14,1005,sale,300000\n"
        "2019-06-15,1201,restated,9\n"
        "2019-06-16,1201,rumour,9\n",
        "usda-flash-sales-daily",
    )
    (series,) = imported.series
    assert series.observations.read().decode().splitlines()[1:] == [
        "HS,1005,t,,D,2019-06-14,2019-06-14,A,300000",
        "HS,1201,t,,D,2019-06-14,2019-06-14,A,-6000",
    ]
    assert imported.left_out == 1
    assert [(f.row, f.reason) for f in imported.rejected] == [
        (6, "is of the kind 'rumour', which the mapping does not know")
    ]


def test_sum_with_too_many_digits_is_rejected_not_rounded() -> None:
    """A sum has the limits of any figure (design §2.1)."""
    row = "2019-06-14,1201,sale,999999999999999999\n"
    imported = read("date,heading,kind,tonnes\n" + row + row + "2019-06-15,1201,sale,1\n", "usda-flash-sales-daily")
    assert figures(imported, "order") == ["2019-06-15 2019-06-15 A 1"]
    assert "18 digits before the point" in imported.rejected[0].reason


def test_reason_can_stand_in_a_signed_statement_whatever_the_cell_holds() -> None:
    """Reasons quote cells as NFC text without control or format characters (design §2.1)."""
    imported = read(CENSUS + "2019-01,1201,7\n2019-02,1201,e\u0301\u200b\x07\n", "us-census-monthly")
    (fault,) = imported.rejected
    assert fault.reason == "'\u00e9\\u200b\\x07' is not a number"


VINTAGES = "known_on,year,sector,value_usd\n"


def test_each_vintage_is_evidence_of_its_own() -> None:
    """A later vintage stands beside the earlier one and never overwrites it (R2)."""
    imported = read(
        VINTAGES + "2021-05-25,2020,agriculture,27335339028\n2021-06-25,2020,agriculture,27227648502\n",
        "us-census-annex-sectors-annual",
    )
    assert [(part.published, part.observations.count) for part in imported.series] == [
        ("2021-05-25", 1),
        ("2021-06-25", 1),
    ]
    assert all("tracker" in str(part.imputed) for part in imported.series)
    assert imported.series[1].observations.read().decode().endswith(
        "annex-6.1,agriculture,USD,FAS,A,2020-01-01,2020-12-31,A,27227648502\n"
    )  # fmt: skip


BAD_VINTAGES = {
    "before the period ends": ("2020-12-30,2020,agriculture,5", "2020-12-30 lies before the period ends on 2020-12-31"),
    "no day": ("June 2021,2020,agriculture,5", "write YYYY-MM-DD"),
    "none": (",2020,agriculture,5", "write YYYY-MM-DD"),
}


@pytest.mark.parametrize("case", BAD_VINTAGES)
def test_impossible_vintage_is_a_rejected_row(case: str) -> None:
    """A figure is not known before its period has ended, nor on a day that is none (R1)."""
    row, reason = BAD_VINTAGES[case]
    good = "2021-05-25,2020,energy,9738382930\n"
    imported = read(VINTAGES + good + row + "\n", "us-census-annex-sectors-annual")
    assert [(f.row, f.column) for f in imported.rejected] == [(3, "known_on")]
    assert reason in imported.rejected[0].reason
    assert len(imported.series) == 1


def test_stated_vintages_leave_no_room_for_another_day() -> None:
    """A file that states its vintages is not given one from outside (R1)."""
    with pytest.raises(UsageError, match="column 'known_on'; leave the day out"):
        read_evidence(
            io.BytesIO(VINTAGES.encode()), find_format("us-census-annex-sectors-annual"), name="t.csv",
            published=date(2021, 6, 25),
        )  # fmt: skip


def test_estimated_weight_keeps_its_flag_and_the_value_beside_it_its_own() -> None:
    """A figure that its publisher marks as estimated is E, and only that figure."""
    imported = read(
        "year,value_usd,net_weight_kg,weight_is_estimated\n2025,3078630378,7562271988.979,true\n",
        "un-comtrade-soybeans-annual",
    )
    assert figures(imported, "export") == [
        "2025-01-01 2025-12-31 A 3078630378",
        "2025-01-01 2025-12-31 E 7562271988.979",
    ]
    assert imported.series[0].units == ("USD", "kg")


ROWS = [
    "2018-19,2018-09-06,5,67,1391,as_published",
    "2018-19,2018-09-13,9,68,1387,interpolated_by_source",
    "2018-19,2018-09-20,8,70,1387,as_published",
    "2019-20,2018-09-20,4,0,4,as_published",
    "2018-19,2018-09-27,x,71,1387,as_published",
    "2018-19,2018-09-27,9,72,1387,as_published",
]


@given(st.permutations(ROWS))
def test_order_of_the_rows_changes_no_observation(rows: list[str]) -> None:
    """The same figures in another order are the same evidence, to the byte."""
    imported = read(SALES + "\n".join(rows) + "\n", "usda-export-sales-weekly")
    expected = read(SALES + "\n".join(ROWS) + "\n", "usda-export-sales-weekly")
    assert [part.observations.digest for part in imported.series] == [
        part.observations.digest for part in expected.series
    ]


def test_same_point_in_two_blocks_is_settled_across_them() -> None:
    """Two blocks of a mapping that give one point are a repetition like any other."""
    block = (
        '[[series]]\nmeasure = "export"\nunit = "t"\nclassification = "HS"\ncode = "1201"\nreporter = "us"\n'
        'partner = "cn"\nvalue = "{column}"\n'
    )
    mapping = parse_mapping(
        (
            'name = "own"\ntitle = "own"\npublisher = "Somebody"\nauthority = "somebody"\nchannel = "own"\n'
            'standing = "claim"\nlicence = "free"\nredistribute = true\nheader = ["year", "a", "b"]\n'
            '[period]\ncolumn = "year"\n' + block.format(column="a") + block.format(column="b")
        ).encode(),
        name="own.toml",
    )
    imported = read("year,a,b\n2019,1,2\n2020,3,3\n", mapping)
    assert figures(imported, "export") == ["2020-01-01 2020-12-31 A 3"]
    assert [(fault.row, fault.column) for fault in imported.rejected] == [(2, "a"), (2, "b"), (3, "b")]


PAID = """
name = "paid"
title = "Money promised and paid"
publisher = "Somebody"
authority = "somebody"
channel = "list"
standing = "official"
licence = "free"
redistribute = true
header = ["day", "kind", "amount"]
absent = "zero"
COVERS
[period]
column = "day"
form = "day"
"""
KIND = """
[[series]]
measure = "MEASURE"
keep = [{ column = "kind", equals = ["MEASURE"] }]
reporter = "aa"
partner = "bb"
classification = "plan"
code = "1"
unit = "USD"
value = "amount"
"""


@pytest.mark.parametrize(
    ("covers", "days"),
    [
        ("", {"order": ("2020-01-01", "2020-01-01"), "payment": ("2020-03-01", "2020-05-01")}),
        ('covers = "series"\n', {"order": ("2020-01-01", "2020-01-01"), "payment": ("2020-03-01", "2020-05-01")}),
        ('covers = "file"\n', {"order": ("2020-01-01", "2020-05-01"), "payment": ("2020-01-01", "2020-05-01")}),
    ],
    ids=["unsaid", "series", "file"],
)
def test_days_covered_are_those_of_the_series_or_of_the_file(covers: str, days: dict[str, tuple[str, str]]) -> None:
    """Where a file lists every transaction, nothing was paid on the days before the first payment (R10)."""
    text = PAID.replace("COVERS\n", covers) + "".join(KIND.replace("MEASURE", kind) for kind in ("order", "payment"))
    mapping = parse_mapping(text.encode(), name="paid.toml")
    found = read("day,kind,amount\n2020-01-01,order,9\n2020-03-01,payment,4\n2020-05-01,payment,5\n", mapping)
    assert {part.measure: (part.start, part.end) for part in found.series} == days
    assert {part.published for part in found.series} == {"2020-05-01"}
