"""Fulfilment: how far one term was kept, what closes it, and that what came late adds nothing (E10)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.beside.fulfilment import ONE_WAY, Share, performed, share_of
from ledger.assessment.result import TermPerformance
from ledger.assessment.standing import standing
from tests.unit.assessment.builder import EXPORT, SUBJECT, Book, months, quantity

ACT: dict[str, Any] = {
    "kind": "action", "id": "t", "title": "Act", "actor": "cn", "act": "adopt the law", "deadline": "2020-12-31",
}  # fmt: skip


def told(book: Book, as_of: str = "2021-03-01") -> tuple[TermPerformance, Share | None]:
    """How far the term ``t`` of the pledge was kept."""
    known = book.known(as_of)
    (term,) = standing(known, SUBJECT).terms
    line, share, _ = performed(known, SUBJECT, term, book.term(as_of))
    return line, share


def reached(total: int, **more: Any) -> Share | None:
    """What a quantity counts of which so much came in each month of 2020."""
    book = Book()
    book.pledge(quantity(**more))
    book.figures(*months(2020, [total] * 12))
    return told(book)[1]


QUANTITIES: dict[str, tuple[int, dict[str, Any], tuple[int, int]]] = {
    "a floor reached": (1, {"target": "12"}, (1, 1)),
    "a floor passed is no more than kept": (3, {"target": "12"}, (1, 1)),
    "half of a floor": (1, {"target": "24"}, (1, 2)),
    "nothing of a floor": (0, {"target": "24"}, (0, 1)),
    "a ceiling kept": (1, {"target": "12", "bound": "at_most"}, (1, 1)),
    "a ceiling passed by half of itself": (3, {"target": "24", "bound": "at_most"}, (2, 3)),
    "an exact amount, passed": (2, {"target": "12", "bound": "exactly"}, (1, 2)),
    "an exact amount, not reached": (1, {"target": "24", "bound": "exactly"}, (1, 2)),
    "an exact amount within its tolerance": (1, {"target": "13", "bound": "exactly", "tolerance": "1"}, (1, 1)),
}


@pytest.mark.parametrize(("monthly", "term", "share"), QUANTITIES.values(), ids=QUANTITIES)
def test_a_quantity_counts_the_share_of_what_was_owed(
    monthly: int, term: dict[str, Any], share: tuple[int, int]
) -> None:
    """Twelve times the month, against the target, between 0 and 1 (E10)."""
    assert reached(monthly, **term) == (Fraction(*share), Fraction(*share))


def test_an_increment_counts_over_its_baseline() -> None:
    """36 where 24 over 24 were owed is half of the increment, though three quarters of the level (E10, R7)."""
    book = Book()
    book.pledge(
        quantity("24", target_is="increment", baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}})
    )
    book.baseline("24")
    book.figures(*months(2020, [3] * 12))
    line, share = told(book)
    assert share == (Fraction(1, 2), Fraction(1, 2))
    assert "gross by us-census/monthly: 75.0 %" in line.words
    assert "incremental by us-census/monthly: 50.0 %" in line.words


REDUCTIONS = {
    "half of a cut": (Fraction(-10), Fraction(-20), Fraction(1, 2)),
    "a rise instead of a cut": (Fraction(5), Fraction(-20), Fraction(-1, 4)),
    "a ceiling of nothing": (Fraction(5), Fraction(0), Fraction(0)),
    "nothing under a ceiling": (Fraction(0), Fraction(5), Fraction(1)),
}


@pytest.mark.parametrize(("actual", "owed", "share"), REDUCTIONS.values(), ids=REDUCTIONS)
def test_a_ceiling_below_its_baseline_is_a_cut(actual: Fraction, owed: Fraction, share: Fraction) -> None:
    """What was cut of what was to be cut, before it is held between 0 and 1 (E10)."""
    assert share_of("at_most", actual=actual, owed=owed) == share


def test_sources_that_differ_give_an_interval() -> None:
    """12 by one and 18 by the other, of 24: one half to three quarters, and no mean of the two (E10, R8)."""
    book = Book()
    book.pledge(quantity("24"))
    book.figures(*months(2020, [1] * 12))
    book.figures(*months(2020, [1.5] * 12), authority="cn-customs", owner="cn")  # type: ignore[list-item]
    assert told(book)[1] == (Fraction(1, 2), Fraction(3, 4))


def test_what_came_late_adds_nothing() -> None:
    """Half at the deadline and all of it in January counts one half, and the days stand beside (E10)."""
    book = Book()
    book.pledge(quantity("24"))
    book.figures(*months(2020, [1] * 12), *months(2021, [12]))
    line, share = told(book)
    assert share == (Fraction(1, 2), Fraction(1, 2))
    assert "31 days late" in line.words


DEGREES = {"none": (0, 1), "limited": (1, 3), "substantial": (2, 3), "complete": (1, 1)}


@pytest.mark.parametrize(("degree", "share"), DEGREES.items(), ids=DEGREES)
def test_an_action_counts_the_degree_attested(degree: str, share: tuple[int, int]) -> None:
    """Four degrees at equal steps from 0 to 1 (E10, R15)."""
    book = Book()
    book.pledge(ACT)
    book.attest("done", term="t", degree=degree)
    assert told(book)[1] == (Fraction(*share), Fraction(*share))


def test_assessors_who_differ_give_an_interval() -> None:
    """Limited by one and substantial by another: a third to two thirds (E10, R15)."""
    book = Book()
    book.pledge(ACT)
    book.attest("done", term="t", degree="limited")
    book.attest("done", term="t", degree="substantial", author="assessor-2")
    assert told(book)[1] == (Fraction(1, 3), Fraction(2, 3))


def test_milestones_count_those_complete_in_time() -> None:
    """Of two steps one is complete on its day and one a month late: one half (E10)."""
    book = Book()
    steps = [{"id": "draft", "title": "Draft", "deadline": "2020-06-30"},
             {"id": "law", "title": "Law", "deadline": "2020-12-31"}]  # fmt: skip
    book.pledge({**ACT, "milestones": steps})
    book.attest("done", term="t", milestone="draft", degree="complete", date="2020-06-30")
    book.attest("done", term="t", milestone="law", degree="complete", date="2021-01-31")
    assert told(book)[1] == (Fraction(1, 2), Fraction(1, 2))


def test_a_restraint_that_was_broken_counts_nothing() -> None:
    """A restraint is kept or it is not (E10)."""
    book = Book()
    book.pledge({**ACT, "kind": "restraint", "act": "not raise the duty"})
    book.attest("kept", term="t", truth="false", date="2020-05-01")
    assert told(book)[1] == (Fraction(0), Fraction(0))


def without_figures(book: Book) -> str:
    """Nobody has any figure."""
    return "2021-03-01"


def disputed(book: Book) -> str:
    """Two sources fall on different sides of 12."""
    book.figures(*months(2020, [2] * 12))
    book.figures(*months(2020, ["0.5"] * 12), authority="cn-customs", owner="cn")
    return "2021-03-01"


def not_due(book: Book) -> str:
    """The year is not over."""
    return "2020-06-01"


OPEN = {"no figures": without_figures, "disputed": disputed, "not due": not_due}


@pytest.mark.parametrize("tell", OPEN.values(), ids=OPEN)
def test_what_is_not_decided_closes_nothing(tell: Any) -> None:
    """It is neither kept nor broken, and counts nothing either way (E10, R18)."""
    book = Book()
    book.pledge(quantity("12"))
    line, share = told(book, tell(book))
    assert share is None
    assert (line.is_closed, line.fulfilment) == (False, None)
    assert line.words.endswith("not closed")


RELEASED = {
    "waived by the obligee": ("waiver", "us", "waived by us on 2021-01-10"),
    "excused by the obligee": ("excuse", "us", "excused by us on 2021-01-10"),
    "a waiver that the obligor claims": ("waiver", "cn", None),
    "an excuse that the obligor claims": ("excuse", "cn", None),
    "settled": ("settlement", "us", None),
    "remedied": ("remedy", "us", None),
    "under appeal": ("appeal", "us", None),
}


@pytest.mark.parametrize(("act", "by", "why"), RELEASED.values(), ids=RELEASED)
def test_only_an_obligee_lets_a_term_go(act: str, by: str, why: str | None) -> None:
    """A waiver or excuse by who could demand it is left out; all else counts as at the deadline (E10, R12)."""
    book = Book()
    book.pledge(quantity("24"))
    book.figures(*months(2020, [1] * 12))
    book.act(act, date="2021-01-10", by=by)
    line, share = told(book)
    assert (line.left_out, share) == (why, None if why else (Fraction(1, 2), Fraction(1, 2)))


def test_a_waiver_of_another_term_leaves_this_one() -> None:
    """An act names the terms that it is about (E10)."""
    book = Book()
    book.pledge(quantity("24"), quantity("5", id="other"))
    book.figures(*months(2020, [1] * 12))
    book.act("waiver", date="2021-01-10", terms=["other"])
    known = book.known("2021-03-01")
    first = standing(known, SUBJECT).terms[0]
    assert performed(known, SUBJECT, first, book.term("2021-03-01")).share is not None


def reached_someday(book: Book) -> None:
    """Twelve were asked for, whenever; they came."""
    book.pledge(quantity("12", period=None))
    book.figures(*months(2020, [2] * 12))


def done_someday(book: Book) -> None:
    """An act without a date was done."""
    book.pledge({**ACT, "deadline": None})
    book.attest("done", term="t", degree="complete")


def broken_someday(book: Book) -> None:
    """A restraint without an end was broken; it could never have been kept for good."""
    book.pledge({**ACT, "kind": "restraint", "act": "not raise the duty", "deadline": None})
    book.attest("kept", term="t", truth="false", date="2020-05-01")


UNDATED = {"a floor": reached_someday, "an act": done_someday, "a restraint": broken_someday}


@pytest.mark.parametrize("tell", UNDATED.values(), ids=UNDATED)
def test_what_could_come_out_one_way_only_is_no_trial(tell: Any) -> None:
    """Without a last day a term is decided and counts nothing, or vague promises would be the best kept (E10, R11)."""
    book = Book()
    tell(book)
    line, share = told(book)
    assert line.outcome in {"met", "not_met"}
    assert (share, line.is_closed, line.left_out) == (None, False, ONE_WAY)
    assert line.words.endswith(f"left out: {ONE_WAY}")


def test_the_words_name_outcome_ratio_and_what_it_counts() -> None:
    """One line says what became of it and what it is worth (E10)."""
    book = Book()
    book.pledge(quantity("24", measure=EXPORT))
    book.figures(*months(2020, [1] * 12))
    assert told(book)[0].words == "not met; gross by us-census/monthly: 50.0 %; counts 50.0 %"
