"""Projection: an interval from the series' own past seasons, with its back-test, and never a verdict (R14)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.reconcile.projection import Season, back_tests, expected, interval, years_before
from ledger.assessment.reconcile.span import calendar_year
from ledger.assessment.result import Projection
from tests.unit.assessment.builder import ORDER, Book, months, quantity

HALVES = {2017: (50, 50), 2018: (40, 60), 2019: (60, 40)}
"""What each half of a past year came to: it had 50, 40 and 60 % of its 100 by the end of June."""


def halves(year: int, first: int, second: int = 0) -> list[str]:
    """Monthly figures of which all of a half stands in its first month."""
    rest = [second, 0, 0, 0, 0, 0] if year < 2020 else []
    return months(year, [first, 0, 0, 0, 0, 0, *rest])


def projected(*years: int, now: int = 30, as_of: str = "2020-07-10", **more: Any) -> Projection:
    """What is projected of 2020, of which ``now`` was seen to the end of June, from these past years."""
    book = Book()
    book.pledge(quantity("60", **more.pop("term", {})))
    past = [line for year in years for line in halves(year, *HALVES[year])]
    book.figures(*past, *halves(2020, now), published="2020-07-05", **more)
    found = book.term(as_of).readings[0].sources[0].projection
    assert found is not None
    return found


def test_the_interval_runs_over_the_shares_of_past_seasons() -> None:
    """30 by June is 50 if it is 60 % of the year as in 2019, and 75 if it is 40 % as in 2018 (R14)."""
    found = projected(2017, 2018, 2019)
    assert (found.until, found.low, found.high) == ("2020-06-30", "50", "75")
    assert found.seasons == ("2017", "2018", "2019")


def test_it_says_how_often_one_more_season_falls_inside() -> None:
    """Of three seasons a fourth like them lies between the extremes in (3 − 1) ÷ (3 + 1) of cases (R14)."""
    assert projected(2017, 2018, 2019).expected == "0.5"
    assert [expected(seasons) for seasons in (2, 3, 9)] == [Fraction(1, 3), Fraction(1, 2), Fraction(4, 5)]


def test_the_back_test_uses_earlier_seasons_alone() -> None:
    """Of 2019's 60 by June, 2017 and 2018 would have made 120 to 150; 100 came, which lies outside (R14)."""
    (test,) = projected(2017, 2018, 2019).tests
    assert (test.period, test.low, test.high, test.came, test.inside) == ("2019", "120", "150", "100", False)


def test_a_back_test_that_holds_is_inside() -> None:
    """A season between the two before it comes where it was projected (R14)."""
    past = [
        Season(calendar_year(2017), Fraction(40), Fraction(100)),
        Season(calendar_year(2018), Fraction(60), Fraction(100)),
        Season(calendar_year(2019), Fraction(25), Fraction(50)),
    ]
    (test,) = back_tests(past)
    assert (test.low, test.high, test.came, test.inside) == ("41.666667", "62.5", "50", True)


UNKNOWN: dict[str, tuple[tuple[int, ...], dict[str, Any], str]] = {
    "two seasons are too few": ((2018, 2019), {}, "2 complete past seasons where 3 are needed"),
    "one season is too few": ((2019,), {}, "one complete past season where 3 are needed"),
    "no season at all": ((), {}, "no complete past seasons where 3 are needed"),
    "a total that can fall": (
        (2017, 2018, 2019), {"term": {"measure": ORDER}, "series": "series:order/us/cn"},
        "a total that can fall has no season",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN)
def test_where_the_past_cannot_tell_it_is_unknown_and_says_why(case: str) -> None:
    """No interval is made of too few seasons (R14)."""
    years, more, reason = UNKNOWN[case]
    found = projected(*years, **more)
    assert (found.low, found.high, found.expected, found.reason) == (None, None, None, reason)
    assert found.words == f"nothing is projected: {reason}"


def test_a_gap_in_the_figures_to_date_is_not_filled() -> None:
    """Nothing is imputed, so that nothing is projected from a year with a hole in it (R10, R14)."""
    book = Book()
    book.pledge(quantity("60"))
    past = [line for year in HALVES for line in halves(year, *HALVES[year])]
    book.figures(*past, "2020-01 1201 5", "2020-03 1201 5", published="2020-04-05")
    found = book.term("2020-05-01").readings[0].sources[0].projection
    assert found is not None
    assert found.reason == "the figures to date have gaps"


def test_an_incomplete_past_year_is_no_season() -> None:
    """A year with a month missing has no share of its own (R10, R14)."""
    book = Book()
    book.pledge(quantity("60"))
    past = [line for year in HALVES for line in halves(year, *HALVES[year]) if not line.startswith("2018-12")]
    book.figures(*past, *halves(2020, 30), published="2020-07-05")
    found = book.term("2020-07-10").readings[0].sources[0].projection
    assert found is not None
    assert (found.seasons, found.low) == (("2017", "2019"), None)


def test_a_season_that_had_nothing_by_then_leaves_the_top_open() -> None:
    """Of nothing, no share tells the rest: there is a low end and no high one (R14)."""
    low, high = interval(
        Fraction(10), Fraction(10),
        [Season(calendar_year(2018), Fraction(0), Fraction(9)), Season(calendar_year(2019), Fraction(5), Fraction(10))],
    )  # fmt: skip
    assert (low, high) == (Fraction(20), None)


def test_after_the_deadline_nothing_is_projected() -> None:
    """What came is known, or awaited; it is not projected (R14)."""
    book = Book()
    book.pledge(quantity("60"))
    book.figures(*[line for year in HALVES for line in halves(year, *HALVES[year])], *halves(2020, 30))
    assert book.term("2021-06-01").readings[0].sources[0].projection is None


def test_no_verdict_rests_on_a_projection() -> None:
    """All of the interval lies above what is owed, and still the term is not met before it is (R14)."""
    book = Book()
    book.pledge(quantity("49"))
    past = [line for year in HALVES for line in halves(year, *HALVES[year])]
    book.figures(*past, *halves(2020, 30), published="2020-07-05")
    term = book.term("2020-07-10")
    found = term.readings[0].sources[0].projection
    assert found is not None
    assert found.low == "50"
    assert term.outcome in {"not_due", "on_pace"}
    assert term.flips == ()


def test_it_says_itself_in_words() -> None:
    """Interval, level owed, seasons, what they had by then, how often it holds, and that no verdict rests on it."""
    assert projected(2017, 2018, 2019).words == (
        "projected 50 to 75 t by 2020-12-31, where 60 t is owed: the 3 past seasons (2017 to 2019) had 40.0 % to "
        "60.0 % of their total by the same day as 2020-06-30; one more like them falls inside in 50.0 % of cases; "
        "projected so at the same day, 0 of 1 past seasons came inside; no verdict rests on this"
    )


@pytest.mark.parametrize(
    ("day", "years", "earlier"),
    [("2020-02-29", 1, "2019-02-28"), ("2021-02-28", 1, "2020-02-29"), ("2020-06-15", 3, "2017-06-15"),
     ("2020-12-31", 1, "2019-12-31")],
)  # fmt: skip
def test_the_last_day_of_a_month_stays_the_last(day: str, years: int, earlier: str) -> None:
    """February is whole in every year, so that its figures are whole too (R14)."""
    number = years_before(date.fromisoformat(day).toordinal(), years)
    assert date.fromordinal(number).isoformat() == earlier
