"""A decision: what a bound says of an observed interval, if it says anything yet (R11).

By the bound alone: no ratio, no pace and no party's opinion is read here. Both ends of the interval must lie on one
side (R10).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Bound = Literal["at_least", "at_most", "exactly"]


@dataclass(frozen=True, slots=True)
class Owed:
    """The level that is owed: ``at_least``, ``at_most``, or ``exactly`` within a tolerance on either side."""

    bound: Bound
    level: Fraction
    tolerance: Fraction = Fraction(0)

    @property
    def least(self) -> Fraction | None:
        """The lowest total that keeps the term; null where none is too low."""
        return None if self.bound == "at_most" else self.level - self.tolerance

    @property
    def most(self) -> Fraction | None:
        """The highest total that keeps the term; null where none is too high."""
        return None if self.bound == "at_least" else self.level + self.tolerance


def decide(
    owed: Owed, low: Fraction, high: Fraction, *, is_closed: bool, is_whole: bool, is_fixed: bool
) -> Literal["met", "not_met"] | None:
    """Return what the bound says of a total between ``low`` and ``high``; null while it says nothing.

    Args:
        is_closed: the deadline has passed. ``is_whole``: the figures cover all of period and scope.
        is_fixed: the total cannot fall, so that a bound once passed stays passed.
    """
    is_final = is_closed and is_whole
    least, most = owed.least, owed.most
    if most is not None and low > most and (is_final or is_fixed):
        return "not_met"
    if least is not None and high < least and is_final:
        return "not_met"
    is_enough = least is None or low >= least
    is_not_too_much = most is None or high <= most
    # Only a floor can be certain before the end: under a ceiling, more may still come.
    if is_enough and is_not_too_much and (is_final or (is_fixed and most is None)):
        return "met"
    return None
