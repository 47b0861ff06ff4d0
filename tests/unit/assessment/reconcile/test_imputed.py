"""Imputed numbers: what is not in the pledge's own text carries its method, and a mark wherever it is printed (R17)."""

import pytest

from tests.unit.assessment.builder import Book, months, quantity

MARKS = {"quantity": "amount", "timing": "period", "reference": "baseline", "scope": "scope"}


@pytest.mark.parametrize(("element", "mark"), MARKS.items())
def test_a_number_of_ours_is_marked_in_every_ratio(element: str, mark: str) -> None:
    """Every ratio that rests on it says which part of it the text does not give (R17)."""
    book = Book()
    book.pledge(quantity(imputed=[{"element": element, "method": "half of the year before"}]))
    book.figures(*months(2019, [1] * 12), *months(2020, [2] * 6), published="2020-07-05")
    term = book.term("2020-07-10")
    assert term.imputed == (f"{element}: half of the year before",)
    assert len(term.ratios) == 3
    assert all(one.words.endswith(f" (imputed, not in the text: {mark})") for one in term.ratios)


def test_a_number_of_the_text_bears_no_mark() -> None:
    """What the text gives is not said to be ours (R17)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020 1201 12")
    term = book.term("2021-06-01")
    assert term.imputed == ()
    assert not any("imputed" in one.words for one in term.ratios)


def test_a_publication_day_that_nobody_states_is_marked_with_the_reason() -> None:
    """Where it is unknown when figures were published, the day taken instead says that it was, and why (R1, R17)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020 1201 12", published="2020-12-31", imputed="the last day that the file covers")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert source.flags == ("publication day imputed: entry 4 (the last day that the file covers)",)
