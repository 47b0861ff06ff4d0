"""Moved terms: deadlines and amounts that one side alone names, so that their outcome can be printed beside (R12).

The verdict goes by the text. Nothing here changes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ledger.assessment.result import Cite
from ledger.assessment.standing import Standing
from ledger.assessment.view import Known
from ledger.model.position import Moved
from ledger.model.term import ConditionalTerm, Term
from ledger.model.value import Period


@dataclass(frozen=True, slots=True)
class Version:
    """A term as one side would have it: who says so, what they say, and the term that comes of it."""

    party: str
    says: str
    term: Term
    cite: Cite


def versions(known: Known, subject: str, standing: Standing, term: Term) -> Iterator[Version]:
    """Yield every version of a term that one side named: by positions, then by amendments not affirmed."""
    positions = sorted(known.positions.get(subject, ()), key=lambda fact: (fact.body.date, fact.index))
    for fact in positions:
        for moved in fact.body.moved:
            if moved.term == term.id:
                cite = Cite(entry=fact.index, statement=fact.name, field="moved")
                yield Version(fact.body.party, f"{fact.body.date}: {_says(moved)}", moved_term(term, moved), cite)
    for amendment in standing.unaffirmed:
        for changed in amendment.body.terms:
            if changed.id == term.id and changed != term:
                cite = Cite(entry=amendment.index, statement=amendment.name, field="terms")
                says = f"{amendment.body.effective}: {amendment.body.reason}"
                yield Version(", ".join(amendment.body.by), says, changed, cite)


def moved_term(term: Term, moved: Moved) -> Term:
    """Return the term with the deadline, period or amount that a party names.

    A later deadline stretches the period with it, since what is counted is counted until then. A conditional's
    deadline is the moment at which its trigger is tested.
    """
    changes: dict[str, object] = {}
    if isinstance(term, ConditionalTerm):
        if moved.deadline is not None:
            changes["trigger"] = term.trigger.model_copy(update={"deadline": moved.deadline})
        return term.model_copy(update=changes)
    if moved.period is not None:
        changes |= {"period": moved.period, "deadline": None}
    if moved.deadline is not None:
        period = moved.period or term.period
        changes["deadline"] = moved.deadline
        if period is not None:
            changes["period"] = Period(start=min(period.start, moved.deadline), end=moved.deadline)
    if moved.target is not None and hasattr(term, "target"):
        changes |= {"target": moved.target, "unit": moved.unit}
    return term.model_copy(update=changes)


def _says(moved: Moved) -> str:
    parts = []
    if moved.deadline is not None:
        parts.append(f"by {moved.deadline}")
    if moved.period is not None:
        parts.append(f"from {moved.period.start} to {moved.period.end or 'an open end'}")
    if moved.target is not None:
        parts.append(f"{moved.target} {moved.unit}")
    return ", ".join(parts)
