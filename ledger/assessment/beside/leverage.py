"""Leverage: what stands behind a commitment outside its text, dated, as it is at the view (E10, F4).

Whether a lever moves the remedy's level is the score's to say (R); here it is listed with its days and its lapse.
"""

from collections.abc import Iterator
from typing import Literal

from ledger.assessment.result import Cite, LeverResult
from ledger.assessment.view import Fact, Known
from ledger.model.amendment import Amendment
from ledger.model.commitment import Lever


def leverage(known: Known, subject: str) -> tuple[LeverResult, ...]:
    """Return the levers that a commitment names, in its order, each with its state at the view.

    Source: E10.
    """
    fact = known.commitments[subject]
    return tuple(
        _lever(known, lever, Cite(entry=fact.index, statement=fact.name, field=f"levers[{place}]"))
        for place, lever in enumerate(fact.body.levers)
    )


def _lever(known: Known, lever: Lever, cite: Cite) -> LeverResult:
    state: Literal["in_force", "not_yet", "ended", "lapsed"]
    lapse = min(_lapses(known, lever), key=lambda fact: (fact.body.effective, fact.index), default=None)
    day = known.view.as_of
    run = f"since {lever.since or 'a day not stated'}" + (f", until {lever.until}" if lever.until else "")
    if lapse is not None:
        state, says = "lapsed", f"lapsed on {lapse.body.effective} (entry {lapse.index}): {lapse.body.reason}"
    elif lever.since is not None and lever.since > day:
        state, says = "not_yet", "not yet in force"
    elif lever.until is not None and lever.until < day:
        state, says = "ended", f"its time ended on {lever.until}"
    else:
        state, says = "in_force", "in force"
    return LeverResult(
        subject=lever.subject,
        title=lever.title,
        since=lever.since,
        until=lever.until,
        state=state,
        lapsed=lapse.body.effective if lapse is not None else None,
        words=f"{lever.title}, {run}: {says}",
        cites=(cite, *((Cite(entry=lapse.index, statement=lapse.name, field="lever"),) if lapse is not None else ())),
    )


def _lapses(known: Known, lever: Lever) -> Iterator[Fact[Amendment]]:
    """Yield the entries by which a lever has lapsed; they may be about any commitment or instrument (F4)."""
    for facts in known.amendments.values():
        for fact in facts:
            if fact.body.lever == lever.subject and fact.body.effective <= known.view.as_of:
                yield fact
