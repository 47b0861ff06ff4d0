"""Amounts as they are printed: exact where they can be, half-even where not, one spelling (method, Arithmetic)."""

from fractions import Fraction

import pytest

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent
from ledger.errors import MalformedError

EXACT = [
    (Fraction(0), "0"),
    (Fraction(12), "12"),
    (Fraction(-1, 2), "-0.5"),
    (Fraction(1, 10**9), "0.000000001"),
    (Fraction(272155422, 10**7), "27.2155422"),
    (Fraction(10**18 - 1), "999999999999999999"),
    (Fraction(1, 3), "0.333333"),
    (Fraction(2, 3), "0.666667"),
    (Fraction(1, 2 * 10**9), "0"),  # ten digits: rounded to six
    (Fraction(5, 10**7 * 3), "0"),
    (Fraction(-1, 3), "-0.333333"),
    (Fraction(-1, 3 * 10**7), "0"),  # never -0
]


@pytest.mark.parametrize(("value", "text"), EXACT)
def test_amount_is_exact_in_nine_digits_else_rounded_to_six(value: Fraction, text: str) -> None:
    """A finite decimal is kept whole; another is rounded half-even, and zero has no sign."""
    assert exact_or_rounded(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(5, 10**7), "0"),
        (Fraction(15, 10**7), "0.000002"),
        (Fraction(25, 10**7), "0.000002"),
        (Fraction(35, 10**7), "0.000004"),
    ],
)
def test_fractions_round_half_to_even(value: Fraction, text: str) -> None:
    """Half of the sixth place goes to the even neighbour (method, Arithmetic)."""
    assert fraction_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(8168, 10000), "81.7 %"),
        (Fraction(1, 2000), "0.0 %"),
        (Fraction(3, 2000), "0.2 %"),
        (Fraction(-213, 1000), "-21.3 %"),
        (Fraction(2), "200.0 %"),
        (Fraction(-1, 10**6), "0.0 %"),
    ],
)
def test_percentages_have_one_place(value: Fraction, text: str) -> None:
    """0.05 % is halfway and goes to the even 0.0; 0.15 % to 0.2 (method, Arithmetic)."""
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction("27.335339028"), "GUSD", "27.34 bn USD"),
        (Fraction(12), "Mt", "12 Mt"),
        (Fraction("794400"), "t", "794,400 t"),
        (Fraction("999.995"), None, "1,000"),
        (Fraction("-1234.5"), None, "-1,234"),
    ],
)
def test_amounts_in_sentences_have_two_places_and_their_unit(value: Fraction, unit: str | None, text: str) -> None:
    """Words are for reading: two places under a thousand, none above, billions of dollars as such."""
    assert in_words(value, unit) == text


def test_an_amount_beyond_eighteen_digits_is_refused() -> None:
    """No canonical decimal has nineteen digits before the point (design §2.1)."""
    with pytest.raises(MalformedError, match="more than 18 digits"):
        exact_or_rounded(Fraction(10**18))
