"""An instrument: the document that gives a pledge its force, and what that document says of forum, remedy and exit.

A field is null where the source does not settle it or was not read whole (*unknown*), and ``"none"`` where it says so
or
has no such clause where read whole. In a transcript, post, fact sheet or statement the forum, remedy, exit and
escapes are
``"none"`` unless its words give one, so null is refused there. Source: design §2.2; F1.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.action import Act
from ledger.model.value import Day, Digest, Language, NoneSaid, Shown, Slug, Source, TermId, Text, Value

Form = Literal[
    "transcript",
    "post",
    "fact_sheet",
    "statement",
    "communique",
    "memorandum",
    "executive_agreement",
    "treaty",
    "domestic_law",
    "notice",
]

WORDS_ONLY: frozenset[str] = frozenset({"transcript", "post", "fact_sheet", "statement"})
"""Forms that are words of the day: what their words do not give, they do not have."""

LEGAL_NOTICES: frozenset[str] = frozenset({"notice", "domestic_law"})
"""Forms by which one party binds itself under its own law (E2)."""


class Forum(Value):
    """Where a party can be made to answer (dimension A).

    Attributes:
        consent: ``compulsory``, or needing the ``consent`` of the party complained of, or ``blockable`` by it.
        deadlines: the forum has time limits. ``binding``: its finding binds.
    """

    kind: Literal[
        "consultation",
        "peer_review",
        "publicity",
        "standing_body",
        "expert_review",
        "compliance_body",
        "arbitration",
        "court",
    ]
    deadlines: bool
    binding: bool
    consent: Literal["compulsory", "consent", "blockable"] | None = None
    shown: Shown


class Remedy(Value):
    """What the text itself allows when a term is broken (dimension R)."""

    kind: Literal["publicity", "self_judged", "with_leave", "fixed"]
    tied_to_test: bool
    shown: Shown


class Exit(Value):
    """How a party leaves (dimension X): the notice in days, and what leaving costs.

    Attributes:
        unilateral: whether one party alone may leave. ``cost``: ``remedy`` when leaving itself triggers the loss that
            the
            remedy names, ``package`` when it ends a package the leaver values.
    """

    unilateral: bool
    notice_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    cost: Literal["none", "package", "remedy"] = "none"
    shown: Shown


class Escape(Value):
    """A clause that lets a party out of a term without breaking it.

    ``terms`` empty means that it excuses no whole term.
    """

    title: Text
    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(max_length=200)]
    shown: Shown


class HolidayCalendar(Value):
    """A calendar of holidays that is evidence, by the name that its table carries (F1).

    Attributes:
        digest: of its canonical file, where the procedure is to be reckoned by that one version; null takes the newest
            that a view knows, as with all evidence (R2).
    """

    name: Slug
    digest: Digest | None = None


class Limit(Value):
    """A time limit, in calendar days, working days or months (F1).

    It begins to run on the day after the one it is counted from. A working day is one from Monday to Friday that the
    calendar does not close, or another that it opens.

    Attributes:
        counted_from: the stage from whose opening it is counted; null is the stage's own.
        imputed: how the number was arrived at, where it is not in the text that was read (R17).
    """

    days: Annotated[int, Field(ge=0, le=3650)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    working: bool = False
    calendar: HolidayCalendar | None = None
    counted_from: TermId | None = None
    imputed: Text | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.days is None) == (self.months is None):
            message = "a time limit is in days or in months; give one of the two"
            raise ValueError(message)
        if self.working and self.days is None:
            message = "months are not counted in working days; leave out working, or give days"
            raise ValueError(message)
        if self.calendar is not None and not self.working:
            message = "a calendar of holidays counts working days only; add working, or leave out the calendar"
            raise ValueError(message)
        return self


Actor = Literal["complainant", "respondent", "obligor", "obligee", "either", "forum"]
"""Who may act at a stage: who opened the case, the other side, a side by what it owes, either side, or the forum."""


class Opening(Value):
    """What opens a stage by itself, once it is recorded or its day has come (F1).

    Attributes:
        when: ``act``, one of ``acts`` is logged, at ``stage`` where it is named; ``expiry``, the limit of ``stage``
            ran out and nothing ended that stage; ``due``, the last day of a term has passed; ``held``, assessors attest
            that the trigger of a conditional term held (F3).
    """

    when: Literal["act", "expiry", "due", "held"]
    stage: TermId | None = None
    acts: Annotated[tuple[Act, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _has_what_it_turns_on(self) -> Self:
        if (self.when == "act") != bool(self.acts):
            message = "an opening by an act names the acts, and no other does; mend acts"
            raise ValueError(message)
        if self.when == "expiry" and self.stage is None:
            message = "an opening by expiry names the stage whose limit runs out; add stage"
            raise ValueError(message)
        if self.when in {"due", "held"} and self.stage is not None:
            message = f"an opening when a term is {self.when} turns on no stage; leave out stage"
            raise ValueError(message)
        return self


class Stage(Value):
    """One step of a procedure: where, what opens it, who may do what, how long it may take, what may follow (F1).

    Attributes:
        trigger: what opens it, in words; ``opens`` the same as far as records can tell it. Without, a logged action
            that names the stage opens it.
        by: who may act. ``acts``: what may be done there. ``ends_with``: those of them that end it. All are empty where
            the text does not say, or was not read.
        limit: null where it is unknown, or there is none.
        then: what may follow; ``last``: nothing does.
        may_repeat: it may be opened again once it has ended; only such a stage may stand on a way that leads back.
    """

    id: TermId
    title: Text
    forum: Text
    trigger: Text
    opens: Annotated[tuple[Opening, ...], Field(max_length=10)] = ()
    by: Annotated[tuple[Actor, ...], Field(max_length=6)] = ()
    acts: Annotated[tuple[Act, ...], Field(max_length=20)] = ()
    ends_with: Annotated[tuple[Act, ...], Field(max_length=20)] = ()
    limit: Limit | None = None
    then: Annotated[tuple[TermId, ...], Field(max_length=20)] = ()
    last: bool = False
    may_repeat: bool = False
    shown: Shown | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.last and self.then:
            message = f"stage {self.id} is said to be the last and to lead to {self.then[0]}; mend last or then"
            raise ValueError(message)
        if not self.last and not self.then:
            message = f"stage {self.id} has no exit; name what follows in then, or say last"
            raise ValueError(message)
        if any(opening.stage == self.id for opening in self.opens):
            message = f"the trigger of stage {self.id} refers to itself; name what comes before it"
            raise ValueError(message)
        if self.acts and (other := set(self.ends_with) - set(self.acts)):
            message = f"stage {self.id} ends with {min(other)}, which may not be done there; add it to acts"
            raise ValueError(message)
        return self


class Procedure(Value):
    """The agreed steps when a term is said to be broken, in order (F1)."""

    title: Text
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _known_stages(self) -> Self:
        names = [stage.id for stage in self.stages]
        if len(set(names)) != len(names):
            message = "procedure names a stage twice; give every stage its own id"
            raise ValueError(message)
        for stage in self.stages:
            if unknown := set(stage.then) - set(names):
                message = f"stage {stage.id} leads to {min(unknown)}, which the procedure does not have; add that stage"
                raise ValueError(message)
            for opening in stage.opens:
                before = self.stage(opening.stage)
                if opening.stage is not None and (before is None or stage.id not in before.then):
                    message = f"stage {stage.id} opens from {opening.stage}, which does not lead to it; mend then there"
                    raise ValueError(message)
            if stage.limit is not None and stage.limit.counted_from not in {None, *names}:
                message = (
                    f"the limit of stage {stage.id} is counted from {stage.limit.counted_from}, "
                    "which the procedure does not have; mend counted_from"
                )
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _comes_to_an_end(self) -> Self:
        for stage in self.stages:
            if not stage.may_repeat and stage.id in self._after(stage, through=False):
                message = f"the procedure runs in a loop through stage {stage.id}; say may_repeat there, or mend then"
                raise ValueError(message)
        for stage in self.stages:
            if stage.id in self._by_expiry(stage):
                message = (
                    f"the limits alone lead from stage {stage.id} back to it, for ever; let an act open one of them"
                )
                raise ValueError(message)
        ends = {stage.id for stage in self.stages if stage.last}
        for stage in self.stages:
            if not stage.last and not ends & self._after(stage, through=True):
                message = f"no way leads from stage {stage.id} to a last one; mend then, or say last where it ends"
                raise ValueError(message)
        return self

    def _after(self, stage: Stage, *, through: bool) -> frozenset[str]:
        """Return the stages that may come after one, going on through those that may be repeated only if asked to."""
        found: set[str] = set()
        pending = list(stage.then)
        while pending:
            name = pending.pop()
            one = self.stage(name)
            if name not in found and one is not None:
                found.add(name)
                pending += one.then if through or not one.may_repeat else ()
        return frozenset(found)

    def _by_expiry(self, stage: Stage) -> frozenset[str]:
        """Return the stages that open after one without anybody's act, as one limit runs out after the other."""
        found: set[str] = set()
        pending = [stage.id]
        while pending:
            before = pending.pop()
            for one in self.stages:
                by_itself = any(each.when == "expiry" and each.stage == before for each in one.opens)
                if by_itself and one.id not in found:
                    found.add(one.id)
                    pending.append(one.id)
        return frozenset(found)

    def stage(self, name: str | None) -> Stage | None:
        """Return the stage of that id, or null."""
        return next((stage for stage in self.stages if stage.id == name), None)

    def answering(self, act: Act, stage: str | None) -> Stage | None:
        """Return the stage in which an act at a stage is to be answered: one that it opens, else the stage itself."""
        opened = (
            one
            for one in self.stages
            if stage is not None
            and any(each.when == "act" and act in each.acts and each.stage == stage for each in one.opens)
        )
        return next(opened, self.stage(stage))

    @property
    def entries(self) -> tuple[Stage, ...]:
        """The stages that no other leads to, with which a case begins; the first, where all have one before them."""
        led = {name for stage in self.stages for name in stage.then if name != stage.id}
        return tuple(stage for stage in self.stages if stage.id not in led) or self.stages[:1]


class Instrument(Value):
    """A document of the world: its form, whether it says it binds, its dates, and its clauses.

    Attributes:
        issuers: the parties whose document it is; more than one make a joint text.
        binding: ``yes``, expressly ``no``, or ``silent`` (read, and it does not say); null is unknown.
        languages: the authentic ones.
    """

    title: Text
    form: Form
    issuers: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=300)]
    binding: Literal["yes", "no", "silent"] | None
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=50)] | None = None
    announced: Day
    signed: Day | NoneSaid | None = None
    in_force: Day | NoneSaid | None = None
    expires: Day | NoneSaid | None = None
    exit: Exit | NoneSaid | None = None
    forum: Forum | NoneSaid | None = None
    remedy: Remedy | NoneSaid | None = None
    escapes: Annotated[tuple[Escape, ...], Field(min_length=1, max_length=100)] | NoneSaid | None = None
    procedure: Procedure | NoneSaid | None = None
    source: Source

    @model_validator(mode="after")
    def _words_give_none(self) -> Self:
        if self.form in WORDS_ONLY:
            for name in ("forum", "remedy", "exit", "escapes"):
                if getattr(self, name) is None:
                    message = (
                        f"{name} is unknown, but a {self.form.replace('_', ' ')} has only what its words give; "
                        f'write "none", or the clause'
                    )
                    raise ValueError(message)
        if self.expires not in (None, "none") and self.expires < self.announced:
            message = (
                f"instrument expires on {self.expires}, before it was announced on {self.announced}; mend the dates"
            )
            raise ValueError(message)
        if self.expires not in (None, "none") and self.in_force not in (None, "none") and self.expires < self.in_force:
            message = f"instrument expires on {self.expires}, before it is in force on {self.in_force}; mend the dates"
            raise ValueError(message)
        return self

    @property
    def calendars(self) -> tuple[HolidayCalendar, ...]:
        """The calendars of holidays that its procedure names, in the order of its stages (F1)."""
        stages = self.procedure.stages if isinstance(self.procedure, Procedure) else ()
        named = (stage.limit.calendar for stage in stages if stage.limit is not None)
        return tuple(dict.fromkeys(one for one in named if one is not None))

    @property
    def is_words_only(self) -> bool:
        """Whether it is a transcript, post, fact sheet or statement."""
        return self.form in WORDS_ONLY
