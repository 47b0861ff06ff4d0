"""Pace: how much of a target would be due by now, by days and by season: an aid, never a verdict (R9)."""

from fractions import Fraction

import pytest

from ledger.assessment.reconcile.decision import Owed
from ledger.assessment.reconcile.pace import is_on_pace, linear
from ledger.assessment.reconcile.span import Span, day_number
from ledger.assessment.result import TermResult
from tests.unit.assessment.builder import Book, months, quantity

YEAR = Span(day_number("2020-01-01"), day_number("2020-12-31"))


def halfway(seen: int, *, past: bool = True) -> TermResult:
    """A term of twelve on 10 July 2020, of which so much was seen to the end of June; 2019 had six by then."""
    book = Book()
    book.pledge(quantity())
    before = months(2019, [1] * 12) if past else []
    book.figures(*before, *months(2020, [seen, 0, 0, 0, 0, 0]), published="2020-07-05")
    return book.term("2020-07-10")


@pytest.mark.parametrize(
    ("until", "share"),
    [("2019-12-31", Fraction(0)), ("2020-01-01", Fraction(1, 366)), ("2020-06-30", Fraction(182, 366)),
     ("2020-12-31", Fraction(1)), ("2021-03-01", Fraction(1))],
)  # fmt: skip
def test_linear_is_the_share_of_the_days_that_have_passed(until: str, share: Fraction) -> None:
    """Both ends count, and after the period all of it is due (R9)."""
    assert linear(YEAR, day_number(until)) == share


@pytest.mark.parametrize(("seen", "outcome"), [(6, "on_pace"), (5, "off_pace")])
def test_pace_is_where_both_prorations_say_the_same(seen: int, outcome: str) -> None:
    """Of twelve, 182 of 366 days make 5.97 and half of 2019 makes 6: six is enough for both, five for neither (R9)."""
    assert halfway(seen).outcome == outcome


def test_without_a_complete_year_the_pace_is_unknown() -> None:
    """No year before the pledge tells the season: the term is not due, and the ratio says why it has no value (R9)."""
    term = halfway(6, past=False)
    season = next(one for one in term.ratios if one.proration == "seasonal")
    assert (term.outcome, season.value) == ("not_due", None)
    assert season.reason == "no year before the pledge is covered whole by this channel"


@pytest.mark.parametrize(
    ("owed", "actual", "is_fine"),
    [(Owed("at_least", Fraction(12)), 6, True), (Owed("at_least", Fraction(12)), 5, False),
     (Owed("at_most", Fraction(12)), 6, True), (Owed("at_most", Fraction(12)), 7, False),
     (Owed("exactly", Fraction(12), Fraction(2)), 5, True), (Owed("exactly", Fraction(12), Fraction(2)), 8, False)],
)  # fmt: skip
def test_every_bound_has_its_pace(owed: Owed, actual: int, is_fine: bool) -> None:
    """Half of what is owed, allowed or set is due when half of the period has passed (R9)."""
    assert is_on_pace(owed, Fraction(actual), Fraction(1, 2)) == is_fine
