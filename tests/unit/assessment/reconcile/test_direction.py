"""A trend is never judged; its direction is printed by source and channel (method §2)."""

from typing import Any

import pytest

from tests.unit.assessment.builder import EXPORT, Book, months, quantity


def trend(**more: Any) -> dict[str, Any]:
    """Substantially more soybeans, pledged on 15 January 2020."""
    term = quantity(period=None)
    for name in ("bound", "target"):
        del term[name]
    return {**term, "kind": "trend", "direction": "increase", "measure": EXPORT, **more}


def book_of(**more: Any) -> Book:
    """A ledger with the trend."""
    book = Book()
    book.pledge(trend(**more))
    return book


@pytest.mark.parametrize(("before", "after", "observed"), [(1, 2, "increase"), (2, 1, "decrease"), (1, 1, "unchanged")])
def test_a_trend_is_never_judged_and_its_direction_is_printed(before: int, after: int, observed: str) -> None:
    """Twelve whole months before the pledge against twelve from it; its own month is on neither side (method §2)."""
    book = book_of()
    book.figures(*months(2019, [before] * 12), *months(2020, [50, *[after] * 11]), "2021-01 1201 " + str(after))
    term = book.term("2021-06-01")
    assert term.outcome == "not_assessable"
    assert (term.reason or "").startswith("no number: a direction without a number is never judged")
    (direction,) = term.directions
    assert (direction.before, direction.after, direction.observed) == (str(12 * before), str(12 * after), observed)
    assert (direction.before_period, direction.after_period) == ("2019-01-01/2019-12-31", "2020-02-01/2021-01-31")


def test_a_shorter_time_since_shortens_the_time_before() -> None:
    """Both sides have the same length, as far as the view's figures reach (method §2)."""
    book = book_of()
    book.figures(*months(2019, range(1, 13)), *months(2020, [50, 7, 8]), published="2020-04-10")
    (direction,) = book.term("2020-05-01").directions
    assert (direction.before_period, direction.before) == ("2019-11-01/2019-12-31", "23")  # 11 + 12
    assert (direction.after_period, direction.after) == ("2020-02-01/2020-03-31", "15")


def test_each_channel_has_its_own_direction() -> None:
    """Sources are never averaged: two channels, two directions (R8)."""
    book = book_of()
    book.figures(*months(2019, [1] * 12), *months(2020, [1, 2]), published="2020-03-10")
    book.figures("2018 1201 9", "2019 1201 9", "2021 1201 5", channel="annual", published="2022-03-10")
    found = {
        one.channel: (one.before_period, one.after_period, one.observed) for one in book.term("2022-06-01").directions
    }
    assert found == {
        "monthly": ("2019-12-01/2019-12-31", "2020-02-01/2020-02-29", "increase"),
        "annual": ("2019-01-01/2019-12-31", "2021-01-01/2021-12-31", "decrease"),
    }


def test_a_series_with_a_gap_shows_no_direction() -> None:
    """A missing month is missing on either side (R10)."""
    book = book_of()
    book.figures(*months(2019, [1] * 9), "2019-11 1201 1", "2019-12 1201 1", *months(2020, [1, 1, 1, 1]))
    assert book.term("2021-06-01").directions == ()
    assert "no figures show one" in (book.term("2021-06-01").reason or "")


def test_weeks_are_compared_whole() -> None:
    """The week of the pledge is on neither side (method §2)."""
    book = book_of()
    book.figures(
        "2019-12-29..2020-01-04 1201 1", "2020-01-05..2020-01-11 1201 2", "2020-01-12..2020-01-18 1201 50",
        "2020-01-19..2020-01-25 1201 4", "2020-01-26..2020-02-01 1201 5", channel="weekly",
    )  # fmt: skip
    (direction,) = book.term("2021-06-01").directions
    assert (direction.before, direction.after) == ("3", "9")
    assert direction.after_period == "2020-01-19/2020-02-01"


def test_nothing_after_the_pledge_shows_nothing() -> None:
    """One side alone has no direction (method §2)."""
    book = book_of()
    book.figures(*months(2019, [1] * 12), published="2020-01-05")
    assert book.term("2020-02-01").directions == ()
