"""Depth: how much of a target would not have come anyhow, by three counterfactuals, and when none can tell (E10)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.reconcile.depth import line
from ledger.assessment.result import Depth
from tests.unit.assessment.builder import ORDER, Book, months, quantity


def year(number: int, total: int) -> list[str]:
    """Monthly figures that come to so much, all of it in January."""
    return months(number, [total, *[0] * 11])


def depths(
    *years: tuple[int, int], as_of: str = "2021-03-01", baseline: str | None = None, **term: Any
) -> dict[str, Depth]:
    """How deep a target of 100 for 2020 is, by these past years, by counterfactual."""
    book = Book()
    if baseline is not None:
        term |= {"target_is": "increment", "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}
    book.pledge(quantity(term.pop("target", "100"), **term))
    if baseline is not None:
        book.baseline(baseline)
    figures = [one for number, total in years for one in year(number, total)]
    book.figures(*figures, *year(2020, 90), series=f"series:{term.get('measure', {}).get('type', 'export')}/us/cn")
    return {one.counterfactual: one for one in book.term(as_of).depths}


def test_last_year_is_the_period_that_was_over_before_the_pledge() -> None:
    """Of 100 owed where 60 came the year before, 40 % lies above it (E10)."""
    found = depths((2018, 50), (2019, 60))["last_year"]
    assert (found.period, found.amount, found.target, found.value) == ("2019", "60", "100", "0.4")
    assert found.words == (
        "against the last year before the pledge (60 t, 2019), by us-census/monthly: "
        "40.0 % of the target of 100 t lies above it"
    )


def test_the_trend_is_carried_on_to_the_terms_own_days() -> None:
    """50, 60, 70 come to 80 in the fourth year: a fifth of 100 lies above the line (E10)."""
    found = depths((2017, 50), (2018, 60), (2019, 70))["trend"]
    assert (found.period, found.amount, found.value) == ("2017 to 2019, 3 periods", "80", "0.2")


def test_the_baseline_is_the_one_stated() -> None:
    """20 over a baseline of 80 is a target of 100, of which a fifth is asked beyond it (E10, R6)."""
    found = depths((2018, 50), (2019, 60), baseline="80", target="20")["baseline"]
    assert (found.amount, found.target, found.value) == ("80", "100", "0.2")


def test_a_target_below_what_came_anyhow_has_negative_depth() -> None:
    """120 the year before, 100 owed: the pledge asks for less than that (E10)."""
    found = depths((2019, 120))["last_year"]
    assert (found.value, "20.0 % of the target of 100 t lies below it" in found.words) == ("-0.2", True)


def test_a_target_level_with_last_year_has_no_depth() -> None:
    """What came anyhow is what is owed (E10)."""
    found = depths((2019, 100))["last_year"]
    assert (found.value, found.words.endswith("the target of 100 t is it")) == ("0", True)


UNKNOWN: dict[str, tuple[str, tuple[tuple[int, int], ...], dict[str, Any], str]] = {
    "an absolute target has no baseline": ("baseline", ((2019, 60),), {}, "the text states no baseline"),
    "no year before": ("last_year", (), {}, "no figures of an earlier period"),
    "two years make no trend": ("trend", ((2018, 50), (2019, 60)), {}, "2 earlier periods are covered whole, and 3"),
    "a target of nothing": ("last_year", ((2019, 60),), {"target": "0"}, "the target is zero"),
    "no last day": ("last_year", ((2019, 60),), {"period": None}, "the term has no last day"),
    "no last day, no trend": ("trend", ((2019, 60),), {"period": None}, "the term has no last day"),
}


@pytest.mark.parametrize(("name", "years", "term", "reason"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_a_channel_cannot_tell_is_null_with_the_reason(
    name: str, years: tuple[tuple[int, int], ...], term: dict[str, Any], reason: str
) -> None:
    """Nothing is imputed: no counterfactual, no depth (E10, R10)."""
    found = depths(*years, **term)[name]
    assert found.value is None
    assert reason in (found.reason or "")
    assert "not known" in found.words


def test_a_year_with_a_gap_is_no_counterfactual() -> None:
    """A missing month is missing: 2019 cannot be set beside the target (E10, R10)."""
    book = Book()
    book.pledge(quantity("100"))
    book.figures(*year(2018, 50), *year(2019, 60)[:11], *year(2020, 90))
    found = {one.counterfactual: one for one in book.term("2021-03-01").depths}["last_year"]
    assert (found.period, found.amount, found.reason) == ("2019", None, "this channel does not cover 2019 whole")


def test_a_year_under_the_pledge_is_no_counterfactual() -> None:
    """For 2021 the last year before the pledge of January 2020 is 2019, whatever came in 2020 (E10)."""
    found = depths((2019, 60), as_of="2022-06-01", period={"start": "2021-01-01", "end": "2021-12-31"})["last_year"]
    assert (found.period, found.amount) == ("2019", "60")


def test_two_years_are_set_beside_two_years() -> None:
    """A term of two years is compared with the two before the pledge, no day of which counts twice (E10)."""
    found = depths(
        (2016, 10), (2017, 20), (2018, 30), (2019, 40), as_of="2022-06-01",
        period={"start": "2020-01-01", "end": "2021-12-31"},
    )["last_year"]  # fmt: skip
    assert (found.period, found.amount) == ("2018 to 2019", "70")


def test_every_measure_is_set_beside_its_own_past() -> None:
    """Orders are compared with orders (E10, R7)."""
    found = depths((2019, 60), measure=ORDER)["last_year"]
    assert found.value == "0.4"


LINES: dict[str, tuple[list[tuple[int, int]], Fraction]] = {
    "through two points": ([(-2, 1), (-1, 2)], Fraction(3)),
    "level": ([(-3, 5), (-2, 5), (-1, 5)], Fraction(5)),
    # places −3, −2, −1: mean 7/3, slope (−1·1 + 0·4 + 1·2) ÷ 2 = 1/2, at 0: 7/3 + 2·1/2
    "through none of them": ([(-3, 1), (-2, 4), (-1, 2)], Fraction(10, 3)),
    "with a year left out": ([(-4, 0), (-2, 2), (-1, 3)], Fraction(4)),
}


@pytest.mark.parametrize(("points", "there"), LINES.values(), ids=LINES)
def test_the_line_is_that_of_least_squares(points: list[tuple[int, int]], there: Fraction) -> None:
    """Worked out by hand, in fractions (E10)."""
    assert line([(place, Fraction(amount)) for place, amount in points], at=0) == there
