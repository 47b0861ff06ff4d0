"""A ratio.

A typed object that says in words what was divided by what, and refuses to be compared with an unlike one (R7).
"""

from fractions import Fraction
from typing import Literal

from ledger.errors import MalformedError
from ledger.model.value import Day, Measure, Period, Quantity, Slug, TermId, Text, Unit, Value

LIKENESS: tuple[str, ...] = (
    "kind",
    "measure",
    "reporter",
    "partner",
    "basis",
    "source",
    "channel",
    "scope",
    "period",
    "unit",
    "denominator",
    "proration",
    "coverage",
    "vintage",
)
"""The parts in which two ratios must agree before they may stand on one scale (R7).

Two vintages of one ratio stand beside each other as revisions (R2); that one is below the other says something about
the publisher, and nothing about who kept what.
"""


class Ratio(Value):
    """How much was done of how much was owed, by one source, one measure and one denominator.

    Units: ``numerator`` and ``denominator_value`` in ``unit``; ``value`` and ``coverage`` are fractions (1 is all of
    it).

    Attributes:
        kind: ``gross`` actual ÷ target; ``incremental`` (actual − baseline) ÷ (target − baseline); ``pace`` actual ÷
            target to date.
        vintage: the newest publication day among the figures used.
        value: rounded half-even to 6 places; null with its ``reason`` where the denominator is zero or unknown.
        high: the same with the observations that straddle the period's edge; null where none does (R10).
        words: the whole ratio in a sentence.
    """

    kind: Literal["gross", "incremental", "pace"]
    term: TermId
    measure: Measure
    reporter: Slug
    partner: Slug
    basis: str
    source: Slug
    channel: Slug
    vintage: Day
    scope: Text
    period: Period
    coverage: Quantity | None
    unit: Unit
    numerator: Quantity
    denominator: Literal["target", "target less baseline", "target to date"]
    denominator_value: Quantity | None
    proration: Literal["none", "linear", "seasonal"]
    value: Quantity | None
    high: Quantity | None = None
    reason: Text | None = None
    words: Text

    def unlike(self, other: "Ratio") -> str | None:
        """Return the first part in which the two differ (``measure``, ``source``, …), or null when they are alike."""
        return next((part for part in LIKENESS if getattr(self, part) != getattr(other, part)), None)

    def less(self, other: "Ratio") -> bool:
        """Return whether this ratio is below the other.

        Raises:
            MalformedError: the two are unlike, or one has no value; the sentence names the part that differs.

        Source: R7.
        """
        if (part := self.unlike(other)) is not None:
            mine, theirs = getattr(self, part), getattr(other, part)
            message = f"These ratios cannot be compared: {part} differs ({mine}, {theirs}); compare like with like."
            raise MalformedError(message, part=part)
        if self.value is None or other.value is None:
            message = "These ratios cannot be compared: one has no value; see its reason."
            raise MalformedError(message, part="value")
        return Fraction(self.value) < Fraction(other.value)
