"""The assessment of one commitment at one view: its three axes, its terms, its score, who said what (method §3, §4).

The same statements, figures, view and method version give the same result on every machine. Nothing is read here but
what the view knows and the engine drew for it.
"""

from ledger.assessment.beside.leverage import leverage
from ledger.assessment.beside.performance import performance
from ledger.assessment.beside.quadrant import quadrant
from ledger.assessment.docket.entry import docket_of
from ledger.assessment.enforceability import score
from ledger.assessment.erased import bearing_on
from ledger.assessment.link import links_of
from ledger.assessment.reconcile import reconcile
from ledger.assessment.reconcile.need import UNSUITABLE as WANTED
from ledger.assessment.result import Beside, Cite, CommitmentResult, Score, TermResult
from ledger.assessment.selection import Selected
from ledger.assessment.stance import matrix
from ledger.assessment.standing import Standing, standing
from ledger.assessment.view import Known, commitment_of

UNSUITABLE = "criteria unsuitable: precision P ≤ 1 (E5)"
"""Why a term that says too little has no outcome, whatever its figures say."""


def assess(known: Known, subject: str, selected: Selected) -> CommitmentResult:
    """Return everything that the method says of a commitment.

    Args:
        known: with the calendars of holidays that procedures name (``docket.holiday``), else limits in working days
            have no last day for certain.
        selected: the figures, drawn by ``selection.plan`` of the same view with this subject among its subjects.

    Raises:
        NotFoundError: the view does not know the commitment.
        UnitError: figures or a baseline are in a unit that no stated factor is known for (R5).
    """
    fact = commitment_of(known, subject)
    stands = standing(known, subject)
    reconciled = tuple(reconcile(known, selected, subject, stands, term) for term in stands.terms)
    scored = score(known, subject, stands, reconciled)
    terms = _suitable(reconciled, scored)
    return CommitmentResult(
        subject=subject,
        title=fact.body.title,
        instrument=fact.body.instrument,
        date=fact.body.date,
        obligors=fact.body.obligors,
        obligees=fact.body.obligees,
        validity=stands.validity,
        validity_reason=stands.reason,
        disposition=stands.disposition,
        terms=terms,
        score=scored,
        stances=matrix(known, subject, stands.terms),
        cites=_cites(known, subject, stands),
        links=links_of(known, subject),
        erased=bearing_on(known, subject, stands.terms),
        beside=_beside(known, subject, stands, terms, scored),
        docket=docket_of(known, subject, stands, terms, scored),
    )


def _beside(known: Known, subject: str, stands: Standing, terms: tuple[TermResult, ...], scored: Score) -> Beside:
    """Return what stands beside the score and never in it (E10); of a party's credibility an audit knows too little."""
    kept = performance(known, subject, stands.terms, terms).performance
    return Beside(performance=kept, leverage=leverage(known, subject), quadrant=quadrant(scored.written, kept.state))


def _suitable(terms: tuple[TermResult, ...], scored: Score) -> tuple[TermResult, ...]:
    """Return the terms, with those whose precision is at most 1 not assessable (E5)."""
    vague = {levels.term for levels in scored.terms if levels.P[1].high <= 1}
    return tuple(_unassessed(term) if term.id in vague else term for term in terms)


def _unassessed(term: TermResult) -> TermResult:
    """Return a term without an outcome: no change of figures could give it one, only more precise words (E5, R13)."""
    return term.model_copy(
        update={"outcome": "not_assessable", "reason": _unsuitable(term), "flips": (), "deciding": (WANTED,)}
    )


def _unsuitable(term: TermResult) -> str:
    if term.outcome == "not_assessable" and term.reason is not None:
        return f"{UNSUITABLE}; {term.reason}"
    return UNSUITABLE


def _cites(known: Known, subject: str, stands: Standing) -> tuple[Cite, ...]:
    """Return the entries that say what the commitment is and how it stands: itself, its instrument, what amended it."""
    fact = known.commitments[subject]
    found = [Cite(entry=fact.index, statement=fact.name)]
    instrument = known.instruments.get(fact.body.instrument)
    if instrument is not None:
        found.append(Cite(entry=instrument.index, statement=instrument.name))
    changes = (*stands.in_effect, *stands.unaffirmed)
    found += [Cite(entry=one.index, statement=one.name) for one in sorted(changes, key=lambda one: one.index)]
    return tuple(found)
