"""A term: the smallest thing that can be kept or broken, in its five kinds (method §2).

A quantity is read from figures; a trend is never judged; actions and restraints are read from attestations; a
conditional has a trigger and a consequence, both terms in small. Each element that a text shows carries the place that
shows it (E1).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.value import (
    Day,
    Measure,
    Moment,
    Period,
    Quantity,
    Scope,
    Shown,
    Slug,
    TermId,
    Text,
    Unit,
    Value,
)

Element = Literal["actor", "action", "quantity", "timing", "reference", "scope"]
"""The six things that make a term precise (E1): who; what act and measure; how much; when; against what; of what."""

ELEMENTS: tuple[Element, ...] = ("actor", "action", "quantity", "timing", "reference", "scope")


class Reading(Value):
    """One way to measure a term: the measure type, whose figures of trade with whom, and on which price basis.

    Attributes:
        reporter: the party whose statistics record the flow; ``partner`` the other side of it.
        source: the authority whose statistics these are, where the text names it; else null.
    """

    type: Measure
    reporter: Slug
    partner: Slug
    basis: Literal["FOB", "CIF", "FAS"] | None = None
    source: Slug | None = None

    @model_validator(mode="after")
    def _measures_something_owed(self) -> Self:
        if self.type in {"rate", "table"}:
            message = f"a {self.type} is evidence of other things and measures no term; choose another type"
            raise ValueError(message)
        return self

    @property
    def series(self) -> str:
        """The subject of the evidence that this reading looks for."""
        return f"series:{self.type}/{self.reporter}/{self.partner}"


class Elements(Value):
    """Where the text shows each of the six elements; null where it does not (E1)."""

    actor: Shown | None = None
    action: Shown | None = None
    quantity: Shown | None = None
    timing: Shown | None = None
    reference: Shown | None = None
    scope: Shown | None = None


class Mark(Value):
    """An element that counts one half, and the words that make it so: hedged, or different between texts (E1)."""

    mark: Literal["qualified", "differs"]
    element: Element
    shown: Shown


class Imputed(Value):
    """A number that is not in the pledge's own text, and how it was arrived at (R17)."""

    element: Literal["quantity", "timing", "reference", "scope"]
    method: Text


class Milestone(Value):
    """A step of an action, with its own day."""

    id: TermId
    title: Text
    deadline: Day | None = None


class _Term(Value):
    """What every term has."""

    id: TermId
    title: Text
    material: bool = True
    actor: Slug | None
    scope: Scope | None = None
    period: Period | None = None
    deadline: Day | Moment | None = None
    shown: Elements = Elements()
    marks: Annotated[tuple[Mark, ...], Field(max_length=20)] = ()
    imputed: Annotated[tuple[Imputed, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _deadline_after_start(self) -> Self:
        if self.period is not None and self.deadline is not None:
            day = self.deadline if isinstance(self.deadline, str) else self.deadline.day
            if day < self.period.start:
                message = f"deadline {day} lies before the period starts on {self.period.start}; mend one of the two"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _imputes_what_it_has(self) -> Self:
        named = [one.element for one in self.imputed]
        if twice := {one for one in named if named.count(one) > 1}:
            message = f"imputes its {min(twice)} twice; say by one method where the number comes from (R17)"
            raise ValueError(message)
        if "timing" in named and not self._has_day:
            message = "imputes its timing, but has neither deadline nor period; give the day, or remove it (R17)"
            raise ValueError(message)
        if "scope" in named and self.scope is None:
            message = "imputes its scope, but has none; give the scope, or remove it (R17)"
            raise ValueError(message)
        if "quantity" in named and not self._has_number:
            message = f"term {self.id} imputes a quantity, but has no number; give one, or remove it (R17)"
            raise ValueError(message)
        return self

    @property
    def _has_day(self) -> bool:
        return self.due is not None

    @property
    def _has_number(self) -> bool:
        return False

    @property
    def due(self) -> str | None:
        """The last day on which the term can be kept: the deadline, else the period's end.

        Null where neither is said.
        """
        if isinstance(self.deadline, Moment):
            return self.deadline.day
        if self.deadline is not None:
            return self.deadline
        return self.period.end if self.period is not None else None


class _Measured(_Term):
    """A term read from figures.

    By one measure, or by several readings where the text does not settle it, or by one for each source it names.
    """

    unit: Unit
    aggregate: Literal["sum", "last", "mean", "max"] = "sum"
    measure: Reading | None = None
    readings: Annotated[tuple[Reading, ...], Field(min_length=2, max_length=10)] | None = None
    named: Annotated[tuple[Reading, ...], Field(min_length=1, max_length=10)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.measure, self.readings, self.named)) != 1:
            message = (
                "needs exactly one of measure, readings (the text does not settle it) or named (one for each source)"
            )
            raise ValueError(message)
        if self.named is not None and any(reading.source is None for reading in self.named):
            message = "every measure under named gives the source that the text names; add source"
            raise ValueError(message)
        ways = self.measures
        if len(set(ways)) != len(ways):
            message = "lists the same measure twice; remove one"
            raise ValueError(message)
        return self

    @property
    def measures(self) -> tuple[Reading, ...]:
        """Every measure by which the term is read, in the order given."""
        return (self.measure,) if self.measure is not None else self.readings or self.named or ()


class BaselineReference(Value):
    """The level that an increment is counted from: its period, as the text gives it (R6)."""

    period: Period


class QuantityTerm(_Measured):
    """A measured flow or stock reaches a level in a period: at least, at most or exactly; absolute, or over a baseline.

    Attributes:
        target: in ``unit``; for an ``increment`` the amount over the baseline.
        tolerance: for ``exactly``, in ``unit``, on either side.
    """

    kind: Literal["quantity"]
    bound: Literal["at_least", "at_most", "exactly"]
    target: Quantity
    target_is: Literal["absolute", "increment"] = "absolute"
    tolerance: Quantity = "0"
    baseline: BaselineReference | None = None

    @model_validator(mode="after")
    def _increment_has_baseline(self) -> Self:
        if (self.target_is == "increment") != (self.baseline is not None):
            message = "an increment needs the baseline it is counted from, and an absolute target has none"
            raise ValueError(message)
        if self.tolerance.startswith("-") or (self.tolerance != "0" and self.bound != "exactly"):
            message = "tolerance is zero or more, and only an exact target has one"
            raise ValueError(message)
        return self

    @property
    def _has_number(self) -> bool:
        return True


class TrendTerm(_Measured):
    """A direction without a number ("substantially increase"): the observed direction is printed, never judged."""

    kind: Literal["trend"]
    direction: Literal["increase", "decrease", "no_less"]


class ActionTerm(_Term):
    """Do a named thing by a date, perhaps in milestones; judged by attestations."""

    kind: Literal["action"]
    act: Text
    milestones: Annotated[tuple[Milestone, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _steps_come_before_the_end(self) -> Self:
        names = [step.id for step in self.milestones]
        if twice := {one for one in names if names.count(one) > 1}:
            message = f"names milestone {min(twice)} twice; give every milestone its own id"
            raise ValueError(message)
        last = super().due
        for step in self.milestones:
            if step.deadline is not None and last is not None and step.deadline > last:
                message = f"milestone {step.id} is due on {step.deadline}, after its term on {last}; mend one"
                raise ValueError(message)
        return self

    @property
    def due(self) -> str | None:
        """The deadline or the period's end; where neither is said, the last milestone's day, if all have one."""
        said = super().due
        days = [step.deadline for step in self.milestones if step.deadline is not None]
        return said if said is not None or len(days) < len(self.milestones) else max(days, default=None)

    @property
    def _has_day(self) -> bool:
        return self.due is not None or any(step.deadline is not None for step in self.milestones)


class RestraintTerm(_Term):
    """Do not do a named thing while in force; judged by attestations."""

    kind: Literal["restraint"]
    act: Text


class Clause(Value):
    """A trigger or a consequence: a term in small.

    Attributes:
        act: what must hold or be done, in words; null where the text gives no conduct.
        judge: the party that is to say whether it holds; null where nobody is named (E1: then neither action nor
            conduct).
        target: a number that decides it, in ``unit``, with its ``bound``.
        deadline: of a trigger, the moment at which it is tested; of a consequence, the moment by which it follows.
    """

    title: Text
    actor: Slug | None = None
    act: Text | None = None
    judge: Slug | None = None
    target: Quantity | None = None
    unit: Unit | None = None
    bound: Literal["at_least", "at_most", "exactly"] | None = None
    scope: Scope | None = None
    deadline: Day | Moment | None = None
    shown: Elements = Elements()
    marks: Annotated[tuple[Mark, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _target_has_unit(self) -> Self:
        if (self.target is None) != (self.unit is None) or (self.target is None) != (self.bound is None):
            message = "a target needs its unit and its bound; give all three or none"
            raise ValueError(message)
        return self

    @property
    def due(self) -> str | None:
        """The day of the deadline (UTC), or null."""
        return self.deadline.day if isinstance(self.deadline, Moment) else self.deadline


class ConditionalTerm(_Term):
    """If a trigger holds at a time, a consequence follows; a threat is one of these as much as a promise is."""

    kind: Literal["conditional"]
    trigger: Clause
    consequence: Clause

    @model_validator(mode="after")
    def _trigger_is_another(self) -> Self:
        told = [
            (one.act, one.actor, one.target, one.unit, one.scope, one.deadline)
            for one in (self.trigger, self.consequence)
        ]
        if self.trigger.act is not None and told[0] == told[1]:
            message = f"the trigger of term {self.id} refers to itself: it is its own consequence; mend one of the two"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _consequence_follows(self) -> Self:
        before, after = self.trigger.due, self.consequence.due
        if before is not None and after is not None and after < before:
            message = f"the consequence is due on {after}, before the trigger is tested on {before}; mend one"
            raise ValueError(message)
        return self

    @property
    def _has_number(self) -> bool:
        return self.trigger.target is not None or self.consequence.target is not None

    @property
    def due(self) -> str | None:
        """The day on which the consequence is due, else the day on which the trigger is tested."""
        return self.consequence.due or self.trigger.due


Term = Annotated[QuantityTerm | TrendTerm | ActionTerm | RestraintTerm | ConditionalTerm, Field(discriminator="kind")]
"""The closed union of the five kinds of term."""
