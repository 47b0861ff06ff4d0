"""Credibility: one trial per commitment, Beta(2, 2), the mean and a 90 % interval, and who is no trial (E10)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.assess import assess
from ledger.assessment.beside.credibility import RULES, credibility, estimate
from ledger.assessment.result import Credibility
from ledger.assessment.selection import plan, selected
from ledger.audit.engine import SqliteEngine
from tests.unit.assessment.builder import SOURCE, Book, months, quantity

ESTIMATES: dict[str, tuple[tuple[Fraction, ...], tuple[str, str, str]]] = {
    # The ends are roots of the polynomial of the posterior, found by hand with a table of powers:
    # Beta(2, 2): 3x² − 2x³. Beta(3, 2): 4x³ − 3x⁴ = 0.05 at 0.2486, 0.95 at 0.9024. Beta(2, 3) mirrors it.
    "nothing yet: the prior": ((), ("0.50", "0.14", "0.86")),
    "one kept": ((Fraction(1),), ("0.60", "0.25", "0.90")),
    "one broken": ((Fraction(0),), ("0.40", "0.10", "0.75")),
    # Beta(3, 3): 10x³ − 15x⁴ + 6x⁵ = 0.05 at 0.1893, and its mirror.
    "one of each": ((Fraction(1), Fraction(0)), ("0.50", "0.19", "0.81")),
    "two halves are as one of each": ((Fraction(1, 2), Fraction(1, 2)), ("0.50", "0.19", "0.81")),
}


@pytest.mark.parametrize(("trials", "said"), ESTIMATES.values(), ids=ESTIMATES)
def test_the_posterior_has_its_mean_and_interval(trials: tuple[Fraction, ...], said: tuple[str, str, str]) -> None:
    """(2 + what was kept) ÷ (4 + trials), and the 5 % and 95 % points of that beta, to two places (E10)."""
    assert estimate(trials) == said


def test_the_mean_is_rounded_half_to_even() -> None:
    """Of eight trials 2.5 kept make 4.5 ÷ 12 = 0.375, which is printed 0.38; 0.625 is printed 0.62 (E10)."""
    assert estimate([Fraction(5, 16)] * 8).mean == "0.38"
    assert estimate([Fraction(11, 16)] * 8).mean == "0.62"


def of(book: Book, party: str = "cn", as_of: str = "2021-03-01") -> Credibility:
    """A party's credibility, over all that it owes in a ledger."""
    known = book.known(as_of)
    subjects = sorted(known.commitments)
    planned = plan(known, subjects)
    drawn = selected(planned, SqliteEngine().select(planned, book.open))
    return credibility(known, party, [assess(known, subject, drawn) for subject in subjects])


def precise(target: str, **more: Any) -> dict[str, Any]:
    """A quantity that the text shows in every element, so that it can be judged (E5)."""
    shown = {one: {"locator": "article 1"} for one in ("actor", "action", "quantity", "timing", "reference", "scope")}
    return quantity(target, shown=shown, **more)


def test_each_commitment_is_one_trial() -> None:
    """A whole and a half make (2 + 1.5) ÷ 6; a pledge of three terms weighs no more than one of one (E10)."""
    book = Book()
    book.pledge(*(precise("12", id=name) for name in "abc"), subject="first")
    book.pledge(precise("24"), subject="second")
    book.figures(*months(2020, [1] * 12))
    found = of(book)
    assert (found.trials, found.mean) == (2, ("0.58", "0.58"))
    assert [trial.commitment for trial in found.counted] == ["first", "second"]
    assert found.words == f"cn: 0.58 (90 % interval {found.interval[0]} to {found.interval[1]}), from 2 commitments"


def test_sources_that_differ_give_two_means() -> None:
    """A quarter by one source and three quarters by another: 2.25 ÷ 5 and 2.75 ÷ 5 (E10, R8)."""
    book = Book()
    book.pledge(precise("24"))
    book.figures(*months(2020, ["0.5"] * 12))
    book.figures(*months(2020, ["1.5"] * 12), authority="cn-customs", owner="cn")
    assert of(book).mean == ("0.45", "0.55")


def test_what_others_owe_is_no_trial() -> None:
    """Nothing that the other side owes says anything of this one (E10)."""
    book = Book()
    book.pledge(precise("12"))
    book.figures(*months(2020, [1] * 12))
    found = of(book, "us")
    assert (found.trials, found.left_out) == (0, ())
    assert "nothing is counted yet" in found.words


def claimed(book: Book) -> None:
    """Only the beneficiary says that it was promised."""
    book.say("instrument", "claim", {"title": "Claim", "form": "memorandum", "issuers": ["us"], "binding": "no",
                                     "announced": "2020-01-15", "source": SOURCE})  # fmt: skip
    book.pledge(precise("12"), instrument="claim")


def restating(book: Book) -> None:
    """It says again what another has said."""
    book.pledge(precise("12"), subject="earlier", obligors=["cn", "us"], obligees=[])
    book.pledge(precise("12"), links=[{"kind": "restates", "commitment": "earlier"}])


def running(book: Book) -> None:
    """Its time has not passed."""
    book.pledge(precise("99", period={"start": "2020-01-01", "end": "2022-12-31"}))


def vague(book: Book) -> None:
    """It says too little to be judged."""
    book.pledge(quantity("24"))


LEFT_OUT = {
    "not its own word": (claimed, "pledge: not the obligor's own word: only others than the obligor say so"),
    "said again": (restating, "pledge: restates earlier, which is counted where it is decided"),
    "not closed": (running, "pledge: no term is closed (t: "),
    "too vague to judge": (vague, "pledge: no term is closed (t: not assessable)"),
}


@pytest.mark.parametrize(("tell", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_who_is_no_trial_is_named_with_the_reason(tell: Any, why: str) -> None:
    """What is left out is printed, so that nobody leaves out what does not suit (E10)."""
    book = Book()
    tell(book)
    book.figures(*months(2020, [1] * 12))
    assert any(one.startswith(why) for one in of(book).left_out)
    assert "pledge" not in [trial.commitment for trial in of(book).counted]


def test_an_open_term_of_a_counted_commitment_is_named() -> None:
    """Of two terms one is closed: it alone makes the trial, and the other is told (E10)."""
    book = Book()
    coal = {"title": "coal", "classification": "HS", "codes": ["2701"]}
    book.pledge(precise("12", id="a"), precise("9", id="b", scope=coal))
    book.figures(*months(2020, [1] * 12))
    found = of(book)
    assert found.counted[0].fulfilment == ("1", "1")
    assert [one for one in found.left_out if one.startswith("pledge/b: ")]


def test_the_rules_are_printed_with_it() -> None:
    """The prior, what closes a term and how lateness weighs come first (E10)."""
    prior, closes, late, *_ = of(Book()).rules
    assert "Beta(2, 2)" in prior
    assert closes.startswith("A term is closed by")
    assert late.startswith("Late counts")
    assert of(Book()).rules == RULES
