"""The beta distribution to fifty digits, by bisection on the incomplete beta function (E10).

Parameters are fractions, so that a mean of several terms is a trial as it stands. Every series used has positive terms
alone, and ``ln`` and ``exp`` of decimals are correctly rounded, so that the digits are the same on every machine.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Final

DIGITS: Final = 50
"""Digits to which a point is bisected (E10)."""

_GUARD: Final = 15
"""Further digits that are carried, so that the last of those asked for stand."""

_CONTEXT: Final = Context(prec=DIGITS + _GUARD, rounding=ROUND_HALF_EVEN, Emin=-(10**9), Emax=10**9)


@lru_cache(maxsize=1024)
def quantile(a: Fraction, b: Fraction, *, at: Fraction) -> Decimal:
    """Return the point below which a share of the distribution lies, to fifty digits.

    Args:
        a: and ``b`` the parameters, 1 or more.
        at: the share, between 0 and 1.

    Source: E10; Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.5.
    """
    with localcontext(_CONTEXT):
        wanted = _decimal(at)
        low, high = Decimal(0), Decimal(1)
        finest = Decimal(1).scaleb(-DIGITS)
        whole = _partial(a, b, Decimal("0.5")) + _partial(b, a, Decimal("0.5"))
        while high - low > finest:
            middle = (low + high) / 2
            if _below(a, b, middle, whole) < wanted:
                low = middle
            else:
                high = middle
        return (low + high) / 2


def below(a: Fraction, b: Fraction, x: Decimal) -> Decimal:
    """Return the share of the distribution that lies below a point between 0 and 1: the regularised incomplete beta."""
    with localcontext(_CONTEXT):
        return _below(a, b, x, _partial(a, b, Decimal("0.5")) + _partial(b, a, Decimal("0.5")))


def _below(a: Fraction, b: Fraction, x: Decimal, whole: Decimal) -> Decimal:
    """Return the share below a point; beyond the middle by what lies above it, where the series is short."""
    if x <= 0 or x >= 1:
        return Decimal(0) if x <= 0 else Decimal(1)
    if x <= Decimal("0.5"):
        return _partial(a, b, x) / whole
    return 1 - _partial(b, a, 1 - x) / whole


def _partial(a: Fraction, b: Fraction, x: Decimal) -> Decimal:
    """Return the incomplete beta function, not regularised, for x up to one half.

    x^a·(1−x)^b ÷ a · Σ x^n · (a+b)(a+b+1)…(a+b+n−1) ÷ ((a+1)(a+2)…(a+n)); A. and S. 26.5.4 with 6.6.
    """
    first, second = _decimal(a), _decimal(b)
    term, total, n = Decimal(1), Decimal(1), 0
    smallest = Decimal(1).scaleb(-(DIGITS + _GUARD))
    while term > total * smallest:
        term *= x * (first + second + n) / (first + 1 + n)
        total += term
        n += 1
    return (first * x.ln() + second * (1 - x).ln()).exp() * total / first


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
