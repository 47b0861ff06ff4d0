"""A position: what a party says of a pledge, or of a finding about it.

Replies are positions, printed beside what they answer.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.value import Day, Digest, Period, Quantity, Quote, Slug, Source, TermId, Text, Unit, Value


class Moved(Value):
    """A deadline, period or amount that one side names and the text does not.

    Printed beside the verdict, never in it (R12).
    """

    term: TermId
    deadline: Day | None = None
    period: Period | None = None
    target: Quantity | None = None
    unit: Unit | None = None

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if self.deadline is None and self.period is None and self.target is None:
            message = "moves nothing; give the deadline, period or target that the party names"
            raise ValueError(message)
        if (self.target is None) != (self.unit is None):
            message = "a target needs its unit; give both or neither"
            raise ValueError(message)
        return self


class Position(Value):
    """A party's stance on the pledge (its terms) or on its fulfilment (a finding).

    A party about whom no position is recorded is *unknown*, not silent (E2): record ``silent`` only where its own
    text was read.

    Attributes:
        about: ``pledge``, or ``finding`` when the stance is about fulfilment.
        terms: the terms it covers.
        states: which of number, date and product the party's own words give (E2 reads ``affirms_differently`` by them).
    """

    party: Slug
    spoken_by: Text | None = None
    about: Literal["pledge", "finding"] = "pledge"
    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)] = "all"
    stance: Literal["affirms", "affirms_differently", "silent", "denies"]
    states: Annotated[tuple[Literal["number", "date", "product"], ...], Field(max_length=3)] = ()
    moved: Annotated[tuple[Moved, ...], Field(max_length=20)] = ()
    quote: Quote | None = None
    replies_to: Digest | None = None
    note: Text | None = None
    date: Day
    source: Source

    @model_validator(mode="after")
    def _silence_has_no_words(self) -> Self:
        if self.stance == "silent" and (self.states or self.moved):
            message = "a silent party states and moves nothing; choose another stance or remove states and moved"
            raise ValueError(message)
        return self
