"""The beta distribution: points known from closed forms, to the digits asked for (E10)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.assessment.beside.beta import DIGITS, below, quantile

TINY = Decimal(1).scaleb(2 - DIGITS)

CLOSED: dict[str, tuple[tuple[int, int], str, str]] = {
    # I_x(1, 1) = x; I_x(1, b) = 1 − (1−x)^b; I_x(a, 1) = x^a; I_x(2, 2) = 3x² − 2x³; I_x(2, 3) = 6x² − 8x³ + 3x⁴
    "the uniform": ((1, 1), "0.3", "0.3"),
    "the least of three": ((1, 3), "0.2", "0.488"),
    "the greatest of three": ((3, 1), "0.2", "0.008"),
    "the prior, a quarter": ((2, 2), "0.25", "0.15625"),
    "the prior, the middle": ((2, 2), "0.5", "0.5"),
    "the prior, beyond the middle": ((2, 2), "0.75", "0.84375"),
    "two and three": ((2, 3), "0.2", "0.1808"),
    "below nothing": ((2, 2), "0", "0"),
    "below everything": ((2, 2), "1", "1"),
}


@pytest.mark.parametrize(("parameters", "point", "share"), CLOSED.values(), ids=CLOSED)
def test_the_share_below_a_point_is_that_of_the_polynomial(parameters: tuple[int, int], point: str, share: str) -> None:
    """With whole parameters the incomplete beta is a polynomial, worked out by hand above (E10)."""
    a, b = map(Fraction, parameters)
    assert abs(below(a, b, Decimal(point)) - Decimal(share)) < TINY


def test_parameters_may_be_fractions() -> None:
    """I_x(½, ½) is 2/π·arcsin √x, so one half below ½, and one third below ¼ (E10)."""
    half = Fraction(1, 2)
    assert abs(below(half, half, Decimal("0.5")) - Decimal("0.5")) < TINY
    assert abs(below(half, half, Decimal("0.25")) - Decimal(1) / Decimal(3)) < Decimal(1).scaleb(-27)


@pytest.mark.parametrize("at", [Fraction(5, 100), Fraction(1, 2), Fraction(95, 100)])
def test_a_point_has_its_share_below_it(at: Fraction) -> None:
    """Bisection and the incomplete beta undo each other to 48 digits, with parameters that are fractions (E10)."""
    a, b = Fraction(2) + Fraction(7, 3), Fraction(2) + Fraction(5, 3)
    assert abs(below(a, b, quantile(a, b, at=at)) - Decimal(at.numerator) / Decimal(at.denominator)) < TINY * 100


def test_the_ends_of_the_prior_are_the_roots_of_its_polynomial() -> None:
    """3x² − 2x³ = 1/20 has its root between 0.13535 and 0.13536; the other end mirrors it (E10)."""
    low, high = (quantile(Fraction(2), Fraction(2), at=Fraction(at, 100)) for at in (5, 95))
    assert 3 * low**2 - 2 * low**3 - Decimal("0.05") < TINY
    assert Decimal("0.13535") < low < Decimal("0.13536")
    assert abs(low + high - 1) < TINY
