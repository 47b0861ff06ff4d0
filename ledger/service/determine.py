"""Determining: from what a view knows to results, and from a result to the statement that an auditor signs (R1, R11).

It brings together what the assessment works out and what the engine draws from the observations that are held; neither
knows of the other. Nothing here signs or publishes.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from ledger.assessment import METHOD
from ledger.assessment.assess import assess
from ledger.assessment.docket.holiday import with_calendars
from ledger.assessment.result import CommitmentResult, Side, TermResult
from ledger.assessment.selection import Engine, plan, selected
from ledger.assessment.view import Known
from ledger.errors import NotFoundError
from ledger.model.determination import Determination, DeterminedTerm, ScoreRange, View
from ledger.model.statement import plain
from ledger.service.collector import uncollected
from ledger.signing.canonical import digest, format_json

RATIOS_LIMIT = 200
"""Ratios of one term that a determination carries; the result that it names by digest has them all."""


def assess_all(
    known: Known, subjects: Sequence[str] = (), *, engine: Engine, open_observations: Callable[[str], BinaryIO]
) -> tuple[CommitmentResult, ...]:
    """Return the result of each commitment at the view, in the order given, else by name.

    Args:
        known: what the view knows.
        subjects: commitments; all that the view knows, if none is given.
        engine: what runs ``selection.sql``; the figures of all subjects are drawn in one go.
        open_observations: opens a file of observations by its digest.

    Raises:
        NotFoundError: the view does not know a commitment of that name.
    """
    for subject in subjects:
        if subject not in known.commitments:
            message = (
                f"No commitment {subject} is known at size {known.view.size} on {known.view.as_of}; "
                "mend the name (pledger status lists all that are known), or choose a later view."
            )
            raise NotFoundError(message, subject=subject)
    chosen = tuple(subjects) or tuple(sorted(known.commitments))
    known = with_calendars(known, chosen, open_observations)
    wanted = plan(known, chosen)
    # Rows by the hundred thousand, in which nothing is cyclic: the collector would walk them all again and again.
    with uncollected():
        found = selected(wanted, engine.select(wanted, open_observations))
    return tuple(assess(known, subject, found) for subject in chosen)


def determination(result: CommitmentResult, view: View) -> Determination:
    """Return the body of the determination that says what a result says, and names the whole of it by digest."""
    return Determination(
        view=view,
        method=METHOD,
        validity=result.validity,
        disposition=result.disposition,
        terms=tuple(_determined(term) for term in result.terms),
        written=_range(result.score.written),
        practised=_range(result.score.practised),
        result=digest(format_json(plain(result))),
    )


def _determined(term: TermResult) -> DeterminedTerm:
    return DeterminedTerm(id=term.id, outcome=term.outcome, reason=term.reason, ratios=term.ratios[:RATIOS_LIMIT])


def _range(side: Side) -> ScoreRange:
    """Return a score as a determination carries it; quantities have no trailing zeros."""
    return ScoreRange(
        low=_quantity(side.low), high=_quantity(side.high), low_band=side.low_band, high_band=side.high_band
    )


def _quantity(tenths: str) -> str:
    return tenths.rstrip("0").rstrip(".") if "." in tenths else tenths
