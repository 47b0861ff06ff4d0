"""Performance: what was kept of a commitment, by the outcomes of its terms and their ratios, in words (E10, section 3).

It repeats what reconciliation decided and adds one word for the whole: kept, broken, open or unknown, over the material
terms that are due. It is beside the score: no level reads it, and it reads no level.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.assessment.beside.fulfilment import CLOSED, Share, mean, performed, share_words, shown
from ledger.assessment.result import Kept, Performance, TermResult
from ledger.assessment.view import Known
from ledger.model.determination import Outcome
from ledger.model.term import Term

_RUNNING: Final[frozenset[Outcome]] = frozenset({"not_due", "on_pace", "off_pace"})
"""Outcomes of what can still be kept or broken."""

_SAYS: Final[dict[Kept, str]] = {
    "kept": "kept: every material term that is due is met",
    "broken": "broken: a material term that is due is not met, or only in part",
    "open": "open: no material term is due, or those that are were let go",
    "unknown": "unknown: no material term is broken, and of one that is due it cannot be told",
}


class Performed(NamedTuple):
    """Performance as it is printed, and the exact mean of what its closed terms count; null where none is closed."""

    performance: Performance
    trial: Share | None


def performance(known: Known, subject: str, terms: Sequence[Term], results: Sequence[TermResult]) -> Performed:
    """Return what was kept of a commitment.

    Args:
        terms: as amended; ``results`` are what became of them, in the same order.

    Source: E10.
    """
    told = [performed(known, subject, term, result) for term, result in zip(terms, results, strict=True)]
    trial = mean([one.share for one in told if one.share is not None])
    lines = tuple(one.line for one in told)
    state = state_of(_due(results, [one.is_released for one in told]))
    closed = sum(line.is_closed for line in lines)
    counted = f"; its {closed} closed of {len(lines)} terms count {share_words(trial)}" if trial is not None else ""
    return Performed(
        Performance(
            state=state,
            terms=lines,
            trial=shown(trial) if trial is not None else None,
            words=f"{_SAYS[state]}{counted}",
        ),
        trial,
    )


def state_of(due: Sequence[Outcome]) -> Kept:
    """Return one word for the outcomes of the terms that are due: a broken one breaks the whole, whatever is unknown.

    Source: E10.
    """
    if not due:
        return "open"
    if any(outcome in {"not_met", "partly_met"} for outcome in due):
        return "broken"
    return "kept" if all(outcome == "met" for outcome in due) else "unknown"


def _due(results: Sequence[TermResult], released: Sequence[bool]) -> list[Outcome]:
    """Return the outcomes that count for the whole: of material terms, all where none is marked so; none let go."""
    pairs = list(zip(results, released, strict=True))
    material = [pair for pair in pairs if pair[0].material] or pairs
    return [
        result.outcome
        for result, is_released in material
        if not is_released and result.outcome not in _RUNNING and (result.is_due or result.outcome in CLOSED)
    ]
