"""Performance: one word for a commitment, over the material terms that are due, and the mean of those closed (E10)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.beside.performance import Performed, performance, state_of
from ledger.assessment.reconcile import reconcile
from ledger.assessment.standing import standing
from ledger.model.determination import Outcome
from tests.unit.assessment.builder import SUBJECT, Book, months, quantity

STATES: dict[str, tuple[tuple[Outcome, ...], str]] = {
    "none is due": ((), "open"),
    "all are met": (("met", "met"), "kept"),
    "one is not": (("met", "not_met"), "broken"),
    "one in part": (("partly_met",), "broken"),
    "a broken one outweighs what is unknown": (("not_met", "disputed", "awaiting"), "broken"),
    "one is disputed": (("met", "disputed"), "unknown"),
    "one is awaited": (("met", "awaiting"), "unknown"),
    "one was not reported": (("not_reported",), "unknown"),
    "one cannot be judged": (("met", "not_assessable"), "unknown"),
}


@pytest.mark.parametrize(("outcomes", "state"), STATES.values(), ids=STATES)
def test_one_word_follows_from_the_outcomes(outcomes: tuple[Outcome, ...], state: str) -> None:
    """A broken term breaks the whole; otherwise what is unknown leaves it unknown (E10)."""
    assert state_of(outcomes) == state


def performed(book: Book, as_of: str) -> Performed:
    """What was kept of the pledge at a view."""
    known = book.known(as_of)
    stands = standing(known, SUBJECT)
    drawn = book.drawn(known)
    return performance(
        known, SUBJECT, stands.terms, [reconcile(known, drawn, SUBJECT, stands, one) for one in stands.terms]
    )


def two(*, material: bool = True, **more: Any) -> Book:
    """A pledge of two terms, of which twelve came: the first asked for as much, the second for twice."""
    book = Book()
    book.pledge(quantity("12", id="a"), quantity("24", id="b", material=material, **more))
    book.figures(*months(2020, [1] * 12))
    return book


def test_the_trial_is_the_mean_of_the_closed_terms() -> None:
    """One whole and one half come to three quarters, exactly (E10)."""
    found = performed(two(), "2021-03-01")
    assert found.trial == (Fraction(3, 4), Fraction(3, 4))
    assert found.performance.trial == ("0.75", "0.75")
    assert found.performance.state == "broken"
    assert "its 2 closed of 2 terms count 75.0 %" in found.performance.words


def test_only_material_terms_break_the_whole() -> None:
    """A term that is not material counts in the mean and not for the word (E10)."""
    found = performed(two(material=False), "2021-03-01")
    assert (found.performance.state, found.trial) == ("kept", (Fraction(3, 4), Fraction(3, 4)))


def test_what_still_runs_is_not_yet_counted() -> None:
    """The first term is met the day it is reached; the other runs for another year (E10)."""
    book = two(period={"start": "2020-01-01", "end": "2021-12-31"})
    found = performed(book, "2021-03-01")
    assert (found.performance.state, found.trial) == ("kept", (Fraction(1), Fraction(1)))
    assert [line.is_closed for line in found.performance.terms] == [True, False]


def test_before_any_deadline_it_is_open() -> None:
    """Nothing is due, nothing is closed, and there is no trial (E10)."""
    book = Book()
    book.pledge(quantity("24"))
    book.figures(*months(2020, [1] * 6))
    found = performed(book, "2020-07-15")
    assert (found.performance.state, found.trial, found.performance.trial) == ("open", None, None)


def test_a_commitment_wholly_let_go_is_open() -> None:
    """What an obligee waived is neither kept nor broken (E10, R12)."""
    book = Book()
    book.pledge(quantity("24"))
    book.figures(*months(2020, [1] * 12))
    book.act("waiver", date="2021-02-01")
    assert performed(book, "2021-03-01").performance.state == "open"


def test_what_was_kept_without_a_date_is_kept_and_no_trial() -> None:
    """The word for the whole follows the outcome, and the mean has no closed term (E10, R11)."""
    book = Book()
    book.pledge(quantity("12", period=None))
    book.figures(*months(2020, [2] * 12))
    found = performed(book, "2021-03-01")
    assert (found.performance.state, found.trial) == ("kept", None)
