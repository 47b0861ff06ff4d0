"""An enforcement action: what a party did under, or about, a commitment. The ledger entitles.

A signed action does (F2).
"""

from typing import Annotated, Literal

from pydantic import Field

from ledger.model.value import Day, Quote, Slug, Source, TermId, Text, Value


class Action(Value):
    """One step taken: by whom, on which day, at which stage of the procedure.

    Attributes:
        act: what it is. ``waiver``, ``excuse``, ``appeal``, ``remedy`` and ``settlement`` move the disposition (R12).
        terms: the terms it is about.
        stage: the stage of the instrument's procedure, where it has one.
        consequence: it is the consequence that a conditional term announced, carried out.
    """

    act: Literal[
        "notice",
        "consultation",
        "appeal",
        "remedy",
        "suspension",
        "waiver",
        "excuse",
        "settlement",
        "escalation",
        "termination",
    ]
    by: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]
    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)] = "all"
    stage: TermId | None = None
    consequence: bool = False
    date: Day
    what: Text
    quote: Quote | None = None
    source: Source
