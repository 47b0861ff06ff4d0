"""The assessment of a whole commitment: three axes, terms, score, stances, and what it rests on (R12, E5)."""

from typing import Any

import pytest

from ledger.assessment.assess import assess
from ledger.assessment.result import CommitmentResult
from ledger.errors import NotFoundError
from tests.unit.assessment.builder import SUBJECT, Book, quantity

SHOWN = {name: {"locator": "article 1"} for name in ("actor", "action", "quantity", "timing", "scope")}


def assessed(book: Book, as_of: str = "2021-06-01") -> CommitmentResult:
    """The pledge as it is assessed on a day."""
    known = book.known(as_of)
    return assess(known, SUBJECT, book.drawn(known))


def test_three_axes_stand_side_by_side() -> None:
    """A waiver does not make the term met, nor does its outcome change the validity (R12)."""
    book = Book()
    book.pledge(quantity("13", shown=SHOWN))
    book.figures("2020 1201 12")
    book.act("waiver", date="2021-03-01")
    result = assessed(book)
    assert (result.terms[0].outcome, result.validity, result.disposition) == ("not_met", "acknowledged", "waived")


def test_a_term_that_says_too_little_is_not_assessable_whatever_was_done() -> None:
    """P ≤ 1: the term's outcome is not assessable; the same term with its elements shown has one (E5)."""
    vague: dict[str, Any] = {"kind": "action", "id": "t", "title": "Do well", "actor": "cn", "act": "do well"}
    for shown, outcome in (({}, "not_assessable"), ({**SHOWN, "reference": {"locator": "article 1"}}, "met")):
        book = Book()
        book.pledge({**vague, "deadline": "2020-12-31", "shown": shown})
        book.attest("done", term="t", degree="complete", date="2020-06-01")
        assert assessed(book).terms[0].outcome == outcome
        if outcome == "not_assessable":
            assert assessed(book).terms[0].reason == "criteria unsuitable: precision P ≤ 1 (E5)"


def test_what_it_rests_on_is_cited() -> None:
    """The commitment, its instrument, and every amendment, in effect or not (R12)."""
    book = Book()
    pledge = book.pledge(quantity(shown=SHOWN))
    both = book.amend("modify", ["cn", "us"], terms=[quantity("10", shown=SHOWN)])
    alone = book.amend("modify", ["us"], effective="2020-04-01", terms=[quantity("9", shown=SHOWN)])
    result = assessed(book)
    assert [cite.statement for cite in result.cites] == [pledge, book.said[2].name, both, alone]
    assert result.terms[0].target == "10"
    assert [cite.statement for cite in result.terms[0].cites] == [pledge, both]


def test_an_unknown_commitment_is_an_error_that_names_it() -> None:
    """A view before the pledge does not know it (R1)."""
    book = Book()
    book.pledge(quantity())
    with pytest.raises(NotFoundError, match="No commitment 'pledge' is known"):
        assessed(book, "2020-01-01")


def test_every_party_and_term_has_a_stance() -> None:
    """The matrix covers obligors and obligees (E2)."""
    book = Book()
    book.pledge(quantity(shown=SHOWN))
    book.position("cn", "affirms")
    assert [(cell.party, cell.stance) for cell in assessed(book).stances] == [("cn", "affirms"), ("us", "unknown")]


@pytest.mark.parametrize(
    ("as_of", "due"),
    [("2020-12-31", False), ("2021-01-01", True)],
)
def test_a_term_is_due_from_the_day_after_its_last(as_of: str, *, due: bool) -> None:
    """Due terms are those that the opinion is about (A)."""
    book = Book()
    book.pledge(quantity(shown=SHOWN))
    assert assessed(book, as_of).terms[0].is_due is due


def test_the_result_prints_the_same_twice() -> None:
    """The same statements and figures give the same bytes (method, Arithmetic)."""
    book = Book()
    book.pledge(quantity(shown=SHOWN))
    book.figures("2020-01 1201 5", "2020-02 1201 0.1")
    assert assessed(book).model_dump_json() == assessed(book).model_dump_json()
