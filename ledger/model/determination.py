"""A determination: an auditor's signed conclusion about one commitment at one view, by one method version (R1)."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.model.ratio import Ratio
from ledger.model.value import Day, Digest, Quantity, TermId, Text, Value

Outcome = Literal[
    "not_due",
    "on_pace",
    "off_pace",
    "met",
    "not_met",
    "partly_met",
    "awaiting",
    "not_assessable",
    "not_reported",
    "disputed",
]
"""What became of a term (R11)."""

Validity = Literal["claimed", "acknowledged", "in_force", "suspended", "modified", "replaced", "expired", "withdrawn"]
"""Whether the commitment stands (R12)."""

Disposition = Literal["none", "waived", "excused", "under_appeal", "remedy_applied", "settled"]
"""What was done about it (R12)."""

Band = Literal["hard", "firm", "soft-monitored", "political", "rhetorical"]
"""The class of an enforceability score (E7)."""

MethodVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}\.[0-9]{1,3}$")]
"""The version of the method; every result names it."""


class View(Value):
    """What was known: the log's first ``size`` entries, and of those what is dated on or before ``as_of`` (R1)."""

    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    as_of: Day


class DeterminedTerm(Value):
    """The outcome of one term and the typed ratios behind it."""

    id: TermId
    outcome: Outcome
    reason: Text | None = None
    ratios: Annotated[tuple[Ratio, ...], Field(max_length=200)] = ()


class ScoreRange(Value):
    """The two ends of a score and the bands they fall in; equal ends are a point (E6, E7). Units: points of 100."""

    low: Quantity
    high: Quantity
    low_band: Band
    high_band: Band

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if float(self.low) > float(self.high):
            message = f"score runs from {self.low} to {self.high}; the low end comes first"
            raise ValueError(message)
        return self


class Determination(Value):
    """A conclusion: the view, the method, each term's outcome, the score, and the digest of the whole result."""

    view: View
    method: MethodVersion
    validity: Validity
    disposition: Disposition
    terms: Annotated[tuple[DeterminedTerm, ...], Field(min_length=1, max_length=200)]
    written: ScoreRange
    practised: ScoreRange
    result: Digest
