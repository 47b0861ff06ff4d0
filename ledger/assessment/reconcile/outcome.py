"""The outcome of a term of any kind, and all that it rests on (R11); validity and disposition stand elsewhere (R12)."""

from dataclasses import dataclass, field

from ledger.assessment.erased import bearing_on_term
from ledger.assessment.reconcile.asked import scope_in_words
from ledger.assessment.reconcile.conduct import judge_action, judge_restraint
from ledger.assessment.reconcile.direction import observe
from ledger.assessment.reconcile.figures import weigh
from ledger.assessment.reconcile.moved import versions
from ledger.assessment.reconcile.need import needs_of_conduct
from ledger.assessment.result import (
    Cite,
    Depth,
    Direction,
    Discrepancy,
    Flip,
    Grade,
    MovedResult,
    NotAdmissible,
    ReadingResult,
    TermResult,
    TriggerResult,
)  # fmt: skip
from ledger.assessment.selection import Selected
from ledger.assessment.stance import contested
from ledger.assessment.standing import Standing
from ledger.assessment.trigger import judge_conditional
from ledger.assessment.view import Known
from ledger.model.determination import Outcome
from ledger.model.ratio import Ratio
from ledger.model.term import ActionTerm, ConditionalTerm, QuantityTerm, RestraintTerm, Term, TrendTerm

SUSPENDED = "R12.suspended"
"""The finding that a term is suspended at the view: its outcome is what it would be all the same."""


@dataclass(frozen=True, slots=True)
class _Became:
    """What became of a term, whatever its kind."""

    outcome: Outcome
    reason: str | None
    reached: str | None = None
    days_late: int | None = None
    grade: Grade | None = None
    coverage: str | None = None
    missing: tuple[str, ...] = ()
    readings: tuple[ReadingResult, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    refused: tuple[NotAdmissible, ...] = ()
    directions: tuple[Direction, ...] = ()
    trigger: TriggerResult | None = None
    findings: tuple[str, ...] = ()
    flips: tuple[Flip, ...] = ()
    needs: tuple[str, ...] | None = None
    apart: tuple[Discrepancy, ...] = ()
    depths: tuple[Depth, ...] = ()
    cites: tuple[Cite, ...] = field(default=())


def reconcile(known: Known, selected: Selected, subject: str, standing: Standing, term: Term) -> TermResult:
    """Return what became of one term at this view.

    Args:
        selected: the figures, drawn by the plan of the same view.
        standing: how the commitment stands; ``term`` is one of its terms, as amended.

    Raises:
        UnitError: figures or a baseline are in a unit that no stated factor is known for (R5).
    """
    became = _became(known, selected, subject, term)
    commitment = known.commitments[subject]
    quantity = term if isinstance(term, QuantityTerm) else None
    measured = term if isinstance(term, (QuantityTerm, TrendTerm)) else None
    position = next((n for n, one in enumerate(commitment.body.terms) if one.id == term.id), None)
    pledge = Cite(
        entry=commitment.index, statement=commitment.name, field="terms" if position is None else f"terms[{position}]"
    )
    amended = tuple(
        Cite(entry=one.index, statement=one.name, field="terms")
        for one in standing.in_effect
        if any(changed.id == term.id for changed in one.body.terms)
    )
    paused = (f"{SUSPENDED}: the term is suspended at the view",) if term.id in standing.suspended else ()
    return TermResult(
        id=term.id,
        title=term.title,
        kind=term.kind,
        material=term.material,
        outcome=became.outcome,
        reason=became.reason,
        due=term.due,
        is_due=is_due(term, as_of=known.view.as_of) and became.outcome != "not_due",
        days_late=became.days_late,
        reached=became.reached,
        grade=became.grade,
        coverage=became.coverage,
        unit=measured.unit if measured is not None else None,
        bound=quantity.bound if quantity is not None else None,
        target=quantity.target if quantity is not None else None,
        target_is=quantity.target_is if quantity is not None else None,
        scope=scope_in_words(measured)
        if measured is not None
        else term.scope.title
        if term.scope is not None
        else None,
        period=_period(term),
        sources_missing=became.missing,
        readings=became.readings,
        ratios=became.ratios,
        not_admissible=became.refused,
        moved=tuple(_moved(known, selected, subject, standing, term)),
        directions=became.directions,
        trigger=became.trigger,
        imputed=tuple(f"{one.element}: {one.method}" for one in term.imputed),
        contested=contested(known, subject, term.id, commitment.body),
        findings=(*became.findings, *paused),
        cites=(pledge, *amended, *became.cites),
        flips=became.flips,
        deciding=became.needs if became.needs is not None else needs_of_conduct(term, became.outcome),
        discrepancies=became.apart,
        erased=bearing_on_term(known, subject, commitment.body, term),
        depths=became.depths,
    )


def is_due(term: Term, *, as_of: str) -> bool:
    """Whether a term's day has come: its last day has passed, or it has none and is due from its date (A).

    A period that has a first day only is due from that day. What owes nothing all the same, such as a conditional term
    whose trigger failed, is not due by its outcome and does not count for the opinion.
    """
    if term.due is not None:
        return as_of > term.due
    return term.period is None or as_of >= term.period.start


def _became(known: Known, selected: Selected, subject: str, term: Term) -> _Became:
    match term:
        case QuantityTerm():
            weighed = weigh(known, selected, subject, term)
            return _Became(
                weighed.joint.outcome, weighed.joint.reason, weighed.reached, weighed.days_late, weighed.grade,
                weighed.coverage, weighed.missing, weighed.readings, weighed.ratios, weighed.refused,
                flips=weighed.flips, needs=weighed.needs, apart=weighed.apart, depths=weighed.depths,
                cites=_cites_of(weighed.readings),
            )  # fmt: skip
        case TrendTerm():
            seen = observe(known, selected, subject, term)
            reason = f"no number: {_seen(seen.directions)}"
            return _Became(
                "not_assessable", reason, refused=seen.refused, directions=seen.directions,
                cites=tuple(dict.fromkeys(cite for direction in seen.directions for cite in direction.cites)),
            )  # fmt: skip
        case ActionTerm():
            done = judge_action(known, subject, term)
            return _Became(done.outcome, done.reason, done.reached, done.days_late, done.grade, cites=done.cites)
        case RestraintTerm():
            kept = judge_restraint(known, subject, term)
            return _Became(kept.outcome, kept.reason, kept.reached, kept.days_late, kept.grade, cites=kept.cites)
        case ConditionalTerm():
            told = judge_conditional(known, subject, term)
            return _Became(
                told.outcome, told.reason, told.reached, told.days_late, told.grade, trigger=told.trigger,
                findings=told.findings, cites=told.trigger.cites,
            )  # fmt: skip


def _seen(directions: tuple[Direction, ...]) -> str:
    if not directions:
        return "a direction without a number is never judged, and no figures show one"
    return "a direction without a number is never judged; observed: " + "; ".join(one.words for one in directions)


def _cites_of(readings: tuple[ReadingResult, ...]) -> tuple[Cite, ...]:
    return tuple(dict.fromkeys(cite for one in readings for source in one.sources for cite in source.cites))


def _moved(known: Known, selected: Selected, subject: str, standing: Standing, term: Term) -> list[MovedResult]:
    found = []
    for version in versions(known, subject, standing, term):
        became = _became(known, selected, subject, version.term)
        found.append(
            MovedResult(
                party=version.party,
                says=version.says,
                outcome=became.outcome,
                reason=became.reason,
                days_late=became.days_late,
                cite=version.cite,
            )
        )
    return found


def _period(term: Term) -> str | None:
    """Return the term's days as it states them, ``start/end``; two full stops stand for an open end."""
    if term.period is not None:
        return f"{term.period.start}/{term.period.end or '..'}"
    return f"../{term.due}" if term.due is not None else None
