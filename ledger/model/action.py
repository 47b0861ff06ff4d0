"""An enforcement action: what a party did under, or about, a commitment. The ledger entitles.

A signed action does (F2).
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from ledger.model.value import Day, Quote, Slug, Source, TermId, Text, Value

Act = Literal[
    "notice",
    "consultation",
    "appeal",
    "report",
    "assessment",
    "decision",
    "release",
    "remedy",
    "suspension",
    "waiver",
    "excuse",
    "settlement",
    "escalation",
    "termination",
]
"""What can be done under a procedure, or about a commitment: who reports, assesses or decides is one who acts, too."""

ORDER: Final[tuple[Act, ...]] = (
    "notice",
    "appeal",
    "report",
    "escalation",
    "assessment",
    "consultation",
    "decision",
    "remedy",
    "suspension",
    "termination",
    "excuse",
    "waiver",
    "settlement",
    "release",
)
"""Acts in the order in which they follow one another on one day; entry order is no fact of the world."""


class Action(Value):
    """One step taken: by whom, on which day, at which stage of the procedure.

    Attributes:
        act: what it is; ``release`` is what the forum lets go once it is satisfied (a tranche, say). ``waiver``,
            ``excuse``, ``appeal``, ``remedy`` and ``settlement`` move the disposition (R12).
        terms: the terms it is about.
        stage: the stage of the instrument's procedure, where it has one.
        consequence: it is the consequence that a conditional term announced, carried out.
    """

    act: Act
    by: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]
    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)] = "all"
    stage: TermId | None = None
    consequence: bool = False
    date: Day
    what: Text
    quote: Quote | None = None
    source: Source
