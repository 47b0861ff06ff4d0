"""An attestation.

A named assessor's signed answer about a milestone, restraint, trigger or level, with a document (R15).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.value import Day, Digest, Slug, Source, TermId, Text, Value

Dimension = Literal["P", "V", "K", "O", "A", "R", "X"]
"""The seven dimensions of enforceability (method §4)."""

_OF_TERMS: frozenset[str] = frozenset({"P", "V", "K"})
"""Those that every material term has for itself; the others are of instrument and levers (method §4)."""

Degree = Literal["none", "limited", "substantial", "complete"]
"""How far a thing was done, as assessors say it (R15)."""


class Attestation(Value):
    """What an assessor says having looked, and at what.

    Attributes:
        about: ``done`` (an action, or its ``milestone``), ``kept`` (a restraint), ``trigger``, ``consequence``,
            ``level``
            (of a ``dimension``, with its reason), or ``not_published`` (looked on ``date``; the owed figure was not
            there).
        degree: for ``done``; ``truth``: for ``kept``, ``trigger`` and ``consequence``; ``level``: for ``level``.
        authority: for ``not_published``, the source looked at.
        date: the day the answer is about (R1).
    """

    about: Literal["done", "kept", "trigger", "consequence", "level", "not_published"]
    term: TermId | None = None
    milestone: TermId | None = None
    degree: Degree | None = None
    truth: Literal["true", "false", "undeterminable"] | None = None
    dimension: Dimension | None = None
    of: Literal["written", "practised"] | None = None
    level: Annotated[int, Field(ge=0, le=4)] | None = None
    authority: Slug | None = None
    date: Day
    document: Digest | None = None
    reason: Text
    source: Source | None = None

    @model_validator(mode="after")
    def _answers_what_it_is_about(self) -> Self:
        needs = {
            "done": ("term", "degree"),
            "kept": ("term", "truth"),
            "trigger": ("term", "truth"),
            "consequence": ("term", "truth"),
            "level": ("dimension", "of", "level"),
            "not_published": ("term", "authority"),
        }[self.about]
        for name in needs:
            if getattr(self, name) is None:
                message = f"an attestation about {self.about} gives {name}; add it"
                raise ValueError(message)
        may = {*needs, "milestone"} if self.about == "done" else {*needs}
        for name in ("degree", "truth", "level", "dimension", "of", "authority", "milestone"):
            if name not in may and getattr(self, name) is not None:
                message = f"an attestation about {self.about} has no {name}; remove it"
                raise ValueError(message)
        if self.term is not None and self.dimension is not None and self.dimension not in _OF_TERMS:
            message = f"{self.dimension} is a level of the whole commitment and not of term {self.term}; remove term"
            raise ValueError(message)
        if self.document is None and self.source is None:
            message = "an attestation rests on a document or a source; give one"
            raise ValueError(message)
        return self
