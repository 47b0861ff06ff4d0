"""Periods: as publishers spell them, read as first and last day."""

from typing import Literal

import pytest

from ledger.ingest.cell import UnreadableError
from ledger.ingest.period import Form, Span, day_after, days_up_to, parse_day, parse_period, year_of

READ: dict[str, tuple[str, Form, Span]] = {
    "a year": ("2020", "year", Span("2020-01-01", "2020-12-31", "A")),
    "a quarter": ("2020-Q1", "quarter", Span("2020-01-01", "2020-03-31", "Q")),
    "the last quarter": ("2021-Q4", "iso", Span("2021-10-01", "2021-12-31", "Q")),
    "a leap February": ("2020-02", "month", Span("2020-02-01", "2020-02-29", "M")),
    "a common February": ("2021-02", "iso", Span("2021-02-01", "2021-02-28", "M")),
    "a week": ("2020-W05", "week", Span("2020-01-27", "2020-02-02", "W")),
    "a week that began last year": ("2020-W01", "iso", Span("2019-12-30", "2020-01-05", "W")),
    "the 53rd week": ("2020W53", "week", Span("2020-12-28", "2021-01-03", "W")),
    "a day": ("2019-02-28", "day", Span("2019-02-28", "2019-02-28", "D")),
    "a compact month": ("202103", "compact", Span("2021-03-01", "2021-03-31", "M")),
    "a compact year": ("2021", "compact", Span("2021-01-01", "2021-12-31", "A")),
    "a compact day": ("20210331", "compact", Span("2021-03-31", "2021-03-31", "D")),
}


@pytest.mark.parametrize("case", READ)
def test_period_covers_its_days(case: str) -> None:
    """A period is its first and last day, both included (ISO 8601, SDMX time formats)."""
    text, form, span = READ[case]
    assert parse_period(text, form) == span


REFUSED: dict[str, tuple[str, Form, str]] = {
    "a month that is none": ("2020-13", "month", "not in the calendar"),
    "a day that is none": ("2019-02-29", "day", "not in the calendar"),
    "a week that is none": ("2021-W53", "week", "not in the calendar"),
    "a year zero": ("0000", "year", "not in the calendar"),
    "a compact month that is none": ("202113", "compact", "not in the calendar"),
    "another form than the mapping names": ("2020-03", "year", "write YYYY"),
    "a fifth quarter": ("2020-Q5", "quarter", "write YYYY-Q1"),
    "an American date": ("03/31/2020", "day", "write YYYY-MM-DD"),
    "a month in words": ("Mar-20", "month", "write YYYY-MM"),
    "a year with a point": ("2020.0", "year", "write YYYY"),
    "digits of another script": ("٢٠٢٠", "year", "write YYYY"),
    "spaces around it": (" 2020", "year", "write YYYY"),
    "nothing": ("", "iso", "write YYYY, YYYY-Q1"),
    "a shifted column": ("agriculture", "month", "write YYYY-MM"),
    "a line break after it": ("2020\n", "year", "write YYYY"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_period_is_refused_with_the_form_to_write(case: str) -> None:
    """A period that cannot be read is a reason, never a guess (style §7)."""
    text, form, reason = REFUSED[case]
    with pytest.raises(UnreadableError, match=reason):
        parse_period(text, form)


def test_week_ending_date_names_the_seven_days_up_to_it() -> None:
    """A week-ending date stands for the week that ends on it, over the turn of a year too."""
    assert days_up_to(parse_period("2019-01-03", "day"), 7) == Span("2018-12-28", "2019-01-03", "W")


def test_day_after_crosses_months_and_leap_days() -> None:
    """The day after is the calendar's."""
    assert [day_after("2020-02-28"), day_after("2020-02-29"), day_after("2018-12-31")] == [
        "2020-02-29",
        "2020-03-01",
        "2019-01-01",
    ]


def test_day_is_read_as_written() -> None:
    """A day has one spelling."""
    assert parse_day("2021-06-25") == "2021-06-25"
    with pytest.raises(UnreadableError, match="write YYYY-MM-DD"):
        parse_day("2021-06")


DECLARED: dict[str, tuple[str, Form, str, str]] = {
    "a day with points": ("31.12.2020", "day-month-year", "2020-12-31", "2020-12-31"),
    "a day with strokes, day first": ("1/2/2020", "day-month-year", "2020-02-01", "2020-02-01"),
    "a day with strokes, month first": ("1/2/2020", "month-day-year", "2020-01-02", "2020-01-02"),
    "a month with a stroke": ("02/2020", "month-year", "2020-02-01", "2020-02-29"),
    "a month by its name": ("February 2020", "month-name", "2020-02-01", "2020-02-29"),
    "a month by its short name": ("Sept. 2020", "month-name", "2020-09-01", "2020-09-30"),
    "a moment": ("2026-07-23T00:00:00", "moment", "2026-07-23", "2026-07-23"),
    "a moment in UTC": ("2020-12-30T23:59:59.999Z", "moment", "2020-12-30", "2020-12-30"),
    "a serial of a workbook": ("43831", "serial", "2020-01-01", "2020-01-01"),
    "the first serial after the leap day that never was": ("61", "serial", "1900-03-01", "1900-03-01"),
    "a serial that counts from 1904": ("42369", "serial-1904", "2020-01-01", "2020-01-01"),
}


@pytest.mark.parametrize("case", DECLARED)
def test_period_is_read_in_the_form_that_is_declared(case: str) -> None:
    """Days and months come as publishers write them; which comes first is declared, never guessed."""
    text, form, start, end = DECLARED[case]
    span = parse_period(text, form)
    assert (span.start, span.end) == (start, end)


YEARS: dict[str, tuple[str, Form, str, Literal["start", "end"], str, str]] = {
    "a marketing year of soybeans": ("2018/19", "span-year", "09-01", "start", "2018-09-01", "2019-08-31"),
    "a marketing year over the century": ("1999-00", "span-year", "09-01", "start", "1999-09-01", "2000-08-31"),
    "a marketing year in full": ("MY 2019/2020", "span-year", "06-01", "start", "2019-06-01", "2020-05-31"),
    "a fiscal year named by its end": ("2019", "year", "10-01", "end", "2018-10-01", "2019-09-30"),
    "a fiscal year named by its start": ("2019", "year", "04-01", "start", "2019-04-01", "2020-03-31"),
}


@pytest.mark.parametrize("case", YEARS)
def test_year_that_is_not_the_calendars_has_the_days_that_are_declared(case: str) -> None:
    """Marketing and fiscal years begin on a stated day, and are named by their start or their end (R10)."""
    text, form, starts, named, start, end = YEARS[case]
    assert parse_period(text, form, starts, named) == Span(start, end, "A")


WRONG: dict[str, tuple[str, Form]] = {
    "a month that is none": ("31.13.2020", "day-month-year"),
    "month first where the day is": ("12/31/2020", "day-month-year"),
    "a year of two digits": ("31.12.20", "day-month-year"),
    "a month of no calendar": ("Brumaire 2020", "month-name"),
    "a span of two years": ("2018/20", "span-year"),
    "a span that goes back": ("2018-2017", "span-year"),
    "a serial among those that are counted wrongly": ("60", "serial"),
    "a serial beyond the calendar": ("9999999", "serial"),
    "a day where a moment is": ("2020-01-01", "moment"),
}


@pytest.mark.parametrize("case", WRONG)
def test_period_in_another_form_is_refused(case: str) -> None:
    """A cell that is not in the declared form is a fault, whatever else it may look like."""
    text, form = WRONG[case]
    with pytest.raises(UnreadableError):
        parse_period(text, form)


@pytest.mark.parametrize(
    ("day", "starts", "year"),
    [("2019-08-31", "09-01", "2018"), ("2019-09-01", "09-01", "2019"), ("2019-01-01", "01-01", "2019")],
)
def test_day_belongs_to_the_year_that_had_begun(day: str, starts: str, year: str) -> None:
    """A running total without a group of its own belongs to the year in which its period ends (R3)."""
    assert year_of(day, starts) == year
