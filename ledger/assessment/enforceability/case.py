"""A case: one commitment at one view, with everything that the seven dimensions read about it.

It only finds things and says where they stand, so that every level can cite its field (E2). It derives no level.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.assessment.result import Cite, TermResult
from ledger.assessment.standing import Standing, is_unilateral
from ledger.assessment.view import Fact, Known, T
from ledger.model.action import ORDER, Action
from ledger.model.commitment import Commitment
from ledger.model.instrument import Instrument, Procedure, Stage
from ledger.model.term import ActionTerm, ConditionalTerm, RestraintTerm, Term


def cite(fact: Fact[T], field: str | None = None) -> Cite:
    """Return the citation of an entry, and of the field that decides."""
    return Cite(entry=fact.index, statement=fact.name, field=field)


@dataclass(frozen=True, slots=True)
class Case:
    """One commitment at one view.

    Attributes:
        said: the commitment's statement; ``body`` its content.
        instrument: null where the view does not know the document.
        results: what became of each term, by its id; empty where nothing was reconciled.
    """

    known: Known
    subject: str
    standing: Standing
    results: Mapping[str, TermResult]

    @property
    def said(self) -> Fact[Commitment]:
        """The commitment's statement."""
        return self.known.commitments[self.subject]

    @property
    def body(self) -> Commitment:
        """The commitment."""
        return self.said.body

    @property
    def instrument(self) -> Fact[Instrument] | None:
        """The document that gives the commitment its force, if the view knows it."""
        return self.known.instruments.get(self.body.instrument)

    @property
    def document(self) -> Instrument | None:
        """The content of that document."""
        return self.instrument.body if self.instrument is not None else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The material terms as amended; all of them where none is marked material."""
        return tuple(term for term in self.standing.terms if term.material) or self.standing.terms

    @property
    def unilateral(self) -> bool:
        """Whether nobody but the obligor made it (E2)."""
        return is_unilateral(self.body, self.document)

    @property
    def actions(self) -> tuple[Fact[Action], ...]:
        """What was done about the commitment, in order of date; on one day a step before what answers or follows it."""
        actions = self.known.actions.get(self.subject, ())
        return tuple(
            sorted(actions, key=lambda fact: (fact.body.date, ORDER.index(fact.body.act), fact.body.by, fact.index))
        )

    def cite(self, field: str | None = None) -> Cite:
        """Return the citation of the commitment's statement."""
        return cite(self.said, field)

    def cite_instrument(self, field: str | None = None) -> Cite:
        """Return the citation of the instrument, or of the commitment that names it where the view has none."""
        return cite(self.instrument, field) if self.instrument is not None else self.cite("instrument")

    def cite_term(self, term: Term, field: str | None = None) -> Cite:
        """Return the citation of a term where it was said last: in the commitment, or in an amendment."""
        places = [(self.cite(), self.body.terms), *((cite(one), one.body.terms) for one in self.standing.in_effect)]
        for place, terms in reversed(places):
            if term in terms:
                path = f"terms[{terms.index(term)}]"
                return Cite(entry=place.entry, statement=place.statement, field=f"{path}.{field}" if field else path)
        return self.cite("terms")

    def stage(self, name: str | None) -> Stage | None:
        """Return the stage of the instrument's procedure that has this name."""
        procedure = self.document.procedure if self.document is not None else None
        if not isinstance(procedure, Procedure):
            return None
        return next((stage for stage in procedure.stages if stage.id == name), None)

    def answering(self, action: Action) -> Stage | None:
        """Return the stage of the procedure in which an action is to be answered."""
        procedure = self.document.procedure if self.document is not None else None
        return procedure.answering(action.act, action.stage) if isinstance(procedure, Procedure) else None


def is_conduct(term: Term) -> bool:
    """Whether a term is kept or broken by conduct; a conditional term is read on its consequence (E1)."""
    if isinstance(term, ConditionalTerm):
        return term.consequence.target is None
    return isinstance(term, ActionTerm | RestraintTerm)
