"""An instrument: the document that gives a pledge its force, and what that document says of forum, remedy and exit.

A field is null where the source does not settle it or was not read whole (*unknown*), and ``"none"`` where it says so
or
has no such clause where read whole. In a transcript, post, fact sheet or statement the forum, remedy, exit and
escapes are
``"none"`` unless its words give one, so null is refused there. Source: design §2.2; F1.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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


class Limit(Value):
    """A time limit in calendar or working days; the holiday calendar is evidence, named by digest."""

    days: Annotated[int, Field(ge=0, le=3650)]
    working: bool = False
    calendar: Digest | None = None


class Stage(Value):
    """One step of a procedure: where, what opens it, how long it may take, what may follow."""

    id: TermId
    title: Text
    forum: Text
    trigger: Text
    limit: Limit | None = None
    then: Annotated[tuple[TermId, ...], Field(max_length=20)] = ()
    shown: Shown | None = None


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
        return self


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
        return self

    @property
    def is_words_only(self) -> bool:
        """Whether it is a transcript, post, fact sheet or statement."""
        return self.form in WORDS_ONLY
