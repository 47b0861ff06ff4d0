"""A baseline: the level that an increment is counted from, as a versioned statement of its own (R6)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.value import Day, Digest, Period, Quantity, Slug, Source, TermId, Text, Unit, Value


class Baseline(Value):
    """The level of one source and channel in one period, given as a number or summed from evidence.

    It applies only to figures of the same source and channel (R6). A restated baseline names the one it restates and
    makes
    a new result beside the old.

    Attributes:
        terms: the terms it is the baseline of.
        value: in ``unit``; null when it is ``summed`` over each term's own scope from the evidence of that channel.
        published: the day on which it became known (R1).
    """

    title: Text
    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)]
    authority: Slug
    channel: Slug
    period: Period
    unit: Unit
    value: Quantity | None = None
    summed: bool
    restates: Digest | None = None
    published: Day
    source: Source

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.summed == (self.value is not None):
            message = "either gives a value or is summed from evidence; give one of the two"
            raise ValueError(message)
        if self.period.end is None:
            message = "a baseline's period has an end; give it"
            raise ValueError(message)
        return self
