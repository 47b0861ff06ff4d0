"""Spans of days: overlaps, months and years, whose ends are included (R10)."""

import pytest

from ledger.assessment.reconcile.span import (
    Span,
    add_months,
    day_number,
    day_text,
    days_in,
    late_in_words,
    months_of,
    outside,
    union,
    words,
)


def span(first: str, last: str) -> Span:
    """A span by its days."""
    return Span(day_number(first), day_number(last))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2020-01-01", "2020-12-31", "2020"),
        ("2020-01-01", "2021-12-31", "2020 to 2021"),
        ("2020-02-01", "2020-02-29", "2020-02"),
        ("2020-02-01", "2020-02-28", "2020-02-01 to 2020-02-28"),
    ],
)
def test_a_span_is_said_as_people_say_it(first: str, last: str, said: str) -> None:
    """Whole years and months have their names."""
    assert words(span(first, last)) == said


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2020-01-31", 1, "2020-02-29"),
        ("2021-01-31", 1, "2021-02-28"),
        ("2020-12-31", 24, "2022-12-31"),
        ("2020-03-31", -1, "2020-02-29"),
        ("2020-01-15", -1, "2019-12-15"),
    ],
)
def test_a_day_that_a_month_lacks_becomes_its_last(day: str, months: int, then: str) -> None:
    """A lag of months is counted by the calendar (R11)."""
    assert day_text(add_months(day_number(day), months)) == then


def test_each_day_is_counted_once() -> None:
    """Spans that overlap or touch are joined before days are counted (R10)."""
    spans = (
        span("2020-01-05", "2020-01-10"),
        span("2020-01-01", "2020-01-06"),
        span("2020-01-11", "2020-01-12"),
        span("2020-02-01", "2020-01-01"),
    )
    assert union(spans) == (span("2020-01-01", "2020-01-12"),)
    assert days_in(spans, span("2020-01-10", "2020-01-31")) == 3
    assert outside(span("2020-01-10", "2020-01-31"), union(spans)) == 19


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2020-01-01", "2021-12-31", 24),
        ("2020-02-01", "2020-02-29", 1),
        ("2020-02-01", "2020-02-28", None),
        ("2020-01-02", "2020-01-31", None),
    ],
)
def test_whole_months_are_told(first: str, last: str, months: int | None) -> None:
    """A mean a year is by whole months where the period has them (method §2)."""
    assert months_of(span(first, last)) == months


def test_spans_without_a_common_day_do_not_meet() -> None:
    """Neighbours touch and share nothing."""
    assert not span("2020-01-01", "2020-01-31").meets(span("2020-02-01", "2020-02-29"))
    assert span("2020-01-01", "2020-01-31").meets(span("2020-01-31", "2020-02-29"))


@pytest.mark.parametrize(("days", "said"), [(1, "1 day late"), (2, "2 days late"), (365, "365 days late")])
def test_one_day_is_singular(days: int, said: str) -> None:
    """A lateness reads as a sentence would say it."""
    assert late_in_words(days) == said
