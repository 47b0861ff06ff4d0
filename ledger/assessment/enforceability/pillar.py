"""The arithmetic of the score: from seven levels to a tenth of a point, its gates, its band (method §4, E4, E5, E7).

Everything is an integer or a fraction; the cube root is never taken: its tenth is found by comparing cubes (E4).
Nothing here knows a commitment, nor why a level is what it is.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from ledger.model.attestation import Dimension
from ledger.model.determination import Band

DIMENSIONS: Mapping[Dimension, str] = {
    "P": "precision",
    "V": "verifiability",
    "K": "acknowledgement and control",
    "O": "obligation",
    "A": "answerability",
    "R": "remedy",
    "X": "durability",
}
"""The seven dimensions in the order of the table, with their names."""

PILLARS: Mapping[Literal["B", "N", "Q"], tuple[Dimension, ...]] = {
    "B": ("P", "V", "K"),
    "N": ("O", "A"),
    "Q": ("R", "X"),
}
"""The three pillars and the dimensions in each, which stand in for one another (E4)."""

BANDS: tuple[tuple[int, Band], ...] = (
    (750, "hard"), (600, "firm"), (450, "soft-monitored"), (300, "political"), (0, "rhetorical"),
)  # fmt: skip
"""The lower edge of every band, in tenths, from the top (E7)."""


def pillar(name: Literal["B", "N", "Q"], levels: Mapping[Dimension, int]) -> Fraction:
    """Return a pillar as a fraction of 1: the mean of its levels (E4)."""
    parts = PILLARS[name]
    return Fraction(sum(levels[one] for one in parts), 4 * len(parts))


def ungated(levels: Mapping[Dimension, int]) -> int:
    """Return the score of seven levels before gates. Units: tenths of a point.

    The greatest integer s with (2s−1)³·den ≤ 8·10⁹·num, where num/den = f(B)·f(N)·f(Q) and f(x) = 0.05 + 0.95·x: the
    tenth nearest to 100·(num/den)^(1/3), a half rounded up.

    Source: E4.
    """
    product = Fraction(1)
    for name in PILLARS:
        product *= Fraction(5, 100) + Fraction(95, 100) * pillar(name, levels)
    low, high = 0, 1000  # s = 0 always holds; 1001 never does, as the product is at most 1
    while low < high:
        middle = (low + high + 1) // 2
        if (2 * middle - 1) ** 3 * product.denominator <= 8 * 10**9 * product.numerator:
            low = middle
        else:
            high = middle - 1
    return low


def caps(levels: Mapping[Dimension, int]) -> tuple[tuple[int, str], ...]:
    """Return the gates that seven levels run into, each with its cap in tenths and its sentence (E5)."""
    gates: list[tuple[int, str]] = []
    if levels["P"] <= 1:
        gates.append((350, f"P is {levels['P']}: no more than 35.0, and the outcome of that term is not assessable"))
    if levels["K"] == 0:
        gates.append((250, "K is 0: no more than 25.0"))
    if levels["A"] == 0 and levels["R"] <= 1:
        gates.append((400, f"A is 0 and R is {levels['R']}: no more than 40.0"))
    return tuple(gates)


def gated(levels: Mapping[Dimension, int]) -> int:
    """Return the score of seven levels, gates applied. Units: tenths of a point. Source: E4, E5."""
    return min((ungated(levels), *(cap for cap, _ in caps(levels))))


def band(tenths: int) -> Band:
    """Return the class of a score in tenths (E7)."""
    return next(name for edge, name in BANDS if tenths >= edge)


def points(tenths: int) -> str:
    """Return tenths as points in the one spelling of decimals (design §2.1): ``30.8``, ``35``, ``-1.2``."""
    whole, rest = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
