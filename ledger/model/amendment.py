"""An amendment: a change in the world to a commitment or instrument.

It has the day it was announced and the day it takes effect. A mistake in the record is mended by ``corrects``
instead. A deadline or amount moved by one side alone is a *position* (R12).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.term import Term
from ledger.model.value import Day, Slug, Source, TermId, Text, Value


class Amendment(Value):
    """What changed, made by which parties.

    Attributes:
        change: ``modify`` and ``replace`` give new ``terms``; ``lever_lapsed`` names the ``lever``.
        by: the parties that made it; it changes terms only when the obligor of a unilateral pledge made it, or both
            sides (R12).
        applies_to: the terms it touches; ``all`` for the whole.
        announced: visible from then on; ``effective``: takes effect from then on (R1).
    """

    change: Literal["modify", "replace", "suspend", "resume", "withdraw", "expire", "lever_lapsed"]
    by: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]
    applies_to: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)] = "all"
    terms: Annotated[tuple[Term, ...], Field(max_length=200)] = ()
    lever: Slug | None = None
    announced: Day
    effective: Day
    reason: Text
    source: Source

    @model_validator(mode="after")
    def _change_has_its_object(self) -> Self:
        if (self.change in {"modify", "replace"}) != bool(self.terms):
            message = "modify and replace give the new terms, and no other change does"
            raise ValueError(message)
        if (self.change == "lever_lapsed") != (self.lever is not None):
            message = "lever_lapsed names the lever, and no other change does"
            raise ValueError(message)
        return self
