"""The acknowledgement matrix: every party by every term, latest position or unknown (E2, R11)."""

from itertools import permutations

import pytest

from ledger.assessment.result import Stance
from ledger.assessment.stance import contested, matrix
from tests.unit.assessment.builder import SUBJECT, Book, quantity


def cells(book: Book, as_of: str = "2021-06-01") -> dict[tuple[str, str, str], Stance]:
    """The matrix by party, term and what it is about."""
    known = book.known(as_of)
    found = matrix(known, SUBJECT, known.commitments[SUBJECT].body.terms)
    return {(cell.party, cell.term, cell.about): cell for cell in found}


def two_terms() -> Book:
    """A ledger with a pledge of two terms."""
    book = Book()
    book.pledge(quantity(), quantity(id="u"))
    return book


def test_nobody_recorded_is_unknown_and_not_silent() -> None:
    """A party about whom no position is recorded is unknown (E2)."""
    found = cells(two_terms())
    assert list(found) == [("cn", "t", "pledge"), ("cn", "u", "pledge"), ("us", "t", "pledge"), ("us", "u", "pledge")]
    assert {cell.stance for cell in found.values()} == {"unknown"}
    assert {cell.cite for cell in found.values()} == {None}


def test_the_latest_position_on_a_term_counts_by_its_date() -> None:
    """Date first, then entry; another term keeps what was said of it (E2)."""
    book = two_terms()
    book.position("cn", "denies", date="2020-03-01", terms=["t"])
    book.position("cn", "affirms", date="2020-02-01")
    assert (cells(book)["cn", "t", "pledge"].stance, cells(book)["cn", "u", "pledge"].stance) == ("denies", "affirms")
    assert cells(book, "2020-02-15")["cn", "t", "pledge"].stance == "affirms"


def test_positions_on_fulfilment_stand_beside_those_on_the_pledge() -> None:
    """A stance on a finding is no stance on the terms (E2)."""
    book = two_terms()
    book.position("cn", "denies", about="finding", terms=["t"], note="the figures are wrong")
    found = cells(book)
    assert found["cn", "t", "pledge"].stance == "unknown"
    assert (found["cn", "t", "finding"].stance, found["cn", "t", "finding"].words) == (
        "denies",
        "the figures are wrong",
    )


def test_words_come_with_their_language_and_translation() -> None:
    """The reply is printed verbatim, with its translation (R11)."""
    book = two_terms()
    translation = {"text": "expand", "language": "en", "translator": "Somebody"}
    book.position("cn", "affirms", quote={"text": "扩大", "language": "zh", "translation": translation})
    cell = cells(book)["cn", "t", "pledge"]
    assert (cell.words, cell.language, cell.translation) == ("扩大", "zh", "expand")


def test_a_contested_figure_is_a_flag_and_not_an_outcome() -> None:
    """A party that denies a finding is cited; the outcome is what it was (R11)."""
    book = two_terms()
    book.figures("2020 1201 12")
    before = book.term("2021-06-01")
    book.position("cn", "denies", about="finding", date="2021-04-01")
    book.position("us", "affirms", about="finding", date="2021-04-01")
    after = book.term("2021-06-01")
    assert (before.outcome, after.outcome) == ("met", "met")
    assert [cite.entry for cite in after.contested] == [len(book.said) - 2]
    known = book.known("2021-03-31")
    assert contested(known, SUBJECT, "t", known.commitments[SUBJECT].body) == ()


@pytest.mark.parametrize("stances", [*permutations(("silent", "affirms_differently", "affirms", "denies"))])
def test_of_one_day_the_most_explicit_stands_whatever_was_logged_first(stances: tuple[str, ...]) -> None:
    """Entry order is no fact of the world: on one day what is most explicit is the last word (E3)."""
    book = two_terms()
    for stance in stances:
        book.position("cn", stance)
        book.position("cn", stance, about="finding")
    found = cells(book)
    assert (found["cn", "t", "pledge"].stance, found["cn", "t", "finding"].stance) == ("denies", "denies")
