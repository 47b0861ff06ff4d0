"""A commitment: what one party owes another under an instrument, in verbatim words and in terms that can be checked.

The author of the statement is rarely the obligor: a recorder attests to a public document, so the two are different
fields
from the first day (design §5). What the text does not settle is null, never guessed. Source: design §2.2; E1, E2, R16.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledger.model.term import ConditionalTerm, Term
from ledger.model.value import Day, Quote, Share, Shown, Slug, Source, TermId, Text, Value


class Verb(Value):
    """The operative verb and its strength (O): shall, committing (agrees to, will), or hortatory (should, strive)."""

    words: Text
    strength: Literal["shall", "committing", "hortatory"]
    shown: Shown


class Hedge(Value):
    """Words that soften the whole commitment ("strive to", "subject to market conditions")."""

    words: Text
    shown: Shown


class Performance(Value):
    """Who actually performs, and the share of the flow that the obligor controls; null where unknown (K)."""

    by: Text
    control: Share | None = None


class Indicator(Value):
    """A figure or record by which the pledge can be verified (V, E2).

    Attributes:
        terms: which terms it verifies. ``authority``: the slug used by evidence, where there is one.
        standing: ``claimant`` (the obligor's word, media), ``official`` or ``independent``.
        kind: a statistical ``series``, or for conduct a ``register``, ``gazette`` or ``inspection``.
        scope_share: share of the term's scope that it covers; null is unknown.
        lag_months: usual months from the period's end to publication; null is unknown (24 is then assumed, R11).
        quality: ``direct``, a ``proxy``, or ``disputed``.
        named: the text or its standing rules name this source; ``method_named``: and how it is to be computed.
    """

    terms: Literal["all"] | Annotated[tuple[TermId, ...], Field(min_length=1, max_length=200)] = "all"
    publisher: Text
    authority: Slug | None = None
    standing: Literal["claimant", "official", "independent"]
    kind: Literal["series", "register", "gazette", "inspection"] = "series"
    public: bool
    scope_share: Share | None = None
    lag_months: Annotated[int, Field(ge=0, le=240)] | None = None
    quality: Literal["direct", "proxy", "disputed"] = "direct"
    named: bool = False
    method_named: bool = False
    shown: Shown | None = None

    @model_validator(mode="after")
    def _method_of_a_named_source(self) -> Self:
        if self.method_named and not self.named:
            message = "method_named without named: a text that names how to compute it names the source; mend one"
            raise ValueError(message)
        return self


class Lever(Value):
    """What stands behind a pledge outside its text.

    It names the subject it rests on, so that its lapse is seen (F4).
    """

    subject: Slug
    title: Text
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            message = f"lever {self.subject} ends on {self.until}, before it begins on {self.since}; swap or mend them"
            raise ValueError(message)
        return self


LinkKind = Literal["adds_to", "restates", "overlaps", "replaces", "part_of"]
"""What a commitment says of another (R16)."""


class Link(Value):
    """How this commitment relates to another, so that one flow is never counted twice (R16)."""

    kind: LinkKind
    commitment: Slug
    note: Text | None = None


class Commitment(Value):
    """What is owed: by whom, to whom, under which instrument, in which words, and the terms those words come to.

    Attributes:
        date: the day on which it was made; the view sees it from then on (R1).
        obligees: empty for a unilateral pledge.
        quotes: the words, to the letter. Terms and marks point into them by position, from 0.
        verb: null where the words have no operative verb.
    """

    title: Text
    instrument: Slug
    date: Day
    obligors: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]
    obligees: Annotated[tuple[Slug, ...], Field(max_length=300)]
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1, max_length=100)]
    verb: Verb | None
    hedges: Annotated[tuple[Hedge, ...], Field(max_length=50)] = ()
    performance: Performance | None = None
    indicators: Annotated[tuple[Indicator, ...], Field(max_length=100)] | None = None
    levers: Annotated[tuple[Lever, ...], Field(max_length=50)] = ()
    links: Annotated[tuple[Link, ...], Field(max_length=50)] = ()
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=200)]
    note: Text | None = None
    source: Source

    @model_validator(mode="after")
    def _terms_are_apart(self) -> Self:
        names = [term.id for term in self.terms]
        if len(set(names)) != len(names):
            message = "names a term twice; give every term its own id"
            raise ValueError(message)
        for indicator in self.indicators or ():
            if indicator.terms != "all" and (unknown := set(indicator.terms) - set(names)):
                message = f"an indicator is about term {min(unknown)}, which the commitment does not have; mend the id"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _sides_are_apart(self) -> Self:
        for side, parties in (("obligors", self.obligors), ("obligees", self.obligees)):
            if twice := {one for one in parties if parties.count(one) > 1}:
                message = f"names {min(twice)} twice among its {side}; remove one"
                raise ValueError(message)
        for obligor in self.obligors:
            # Of parties that promise one another something, each has the others to owe it to.
            if set(self.obligees) == {obligor}:
                message = f"{obligor} would owe itself; obligor and obligee must differ"
                raise ValueError(message)
        linked = [link.commitment for link in self.links]
        if twice := {one for one in linked if linked.count(one) > 1}:
            message = f"links to {min(twice)} twice; it is to it one thing or the other, so remove one (R16)"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _words_are_quoted(self) -> Self:
        for shown in self._places():
            if shown.quote is None:
                continue
            if shown.quote >= len(self.quotes):
                message = f"points at quote {shown.quote}, but there are {len(self.quotes)}, counted from 0"
                raise ValueError(message)
            if shown.words is not None and shown.words not in self.quotes[shown.quote].text:
                message = f'the words "{shown.words}" are not in quote {shown.quote}; copy them to the letter'
                raise ValueError(message)
        return self

    def _places(self) -> Iterator[Shown]:
        """Yield every place that the commitment points at."""
        if self.verb is not None:
            yield self.verb.shown
        yield from (hedge.shown for hedge in self.hedges)
        yield from (indicator.shown for indicator in self.indicators or () if indicator.shown is not None)
        for term in self.terms:
            parts = (term, term.trigger, term.consequence) if isinstance(term, ConditionalTerm) else (term,)
            for part in parts:
                yield from (mark.shown for mark in part.marks)
                yield from (shown for _, shown in part.shown if shown is not None)

    def term(self, name: str) -> Term | None:
        """Return the term of that id, or null."""
        return next((term for term in self.terms if term.id == name), None)
