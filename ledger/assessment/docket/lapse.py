"""Lever lapse: what rested on a lever that is gone, scored with it and without, all else as it is at the view (F4).

The score at the view is reckoned without what has lapsed (E3). Here each lapse is undone by itself and the score taken
again by the same rules, so that the difference is the lapse's and nothing else's.
"""

from collections.abc import Iterator
from dataclasses import replace

from ledger.assessment.enforceability import score
from ledger.assessment.reconcile.span import day_number, day_text
from ledger.assessment.result import Cite, Lapse, Score, TermResult
from ledger.assessment.standing import Standing
from ledger.assessment.view import Fact, Known
from ledger.model.amendment import Amendment
from ledger.model.commitment import Commitment, Lever


def lapses_of(
    known: Known, subject: str, standing: Standing, terms: tuple[TermResult, ...], scored: Score
) -> tuple[Lapse, ...]:
    """Return the levers of a commitment that are gone at the view, in the order of their days and names."""
    found = _lapses(known, subject, standing, terms, scored)
    return tuple(sorted(found, key=lambda one: (one.date, one.lever)))


def _lapses(
    known: Known, subject: str, standing: Standing, terms: tuple[TermResult, ...], scored: Score
) -> Iterator[Lapse]:
    fact = known.commitments[subject]
    for position, lever in enumerate(fact.body.levers):
        ended = lever.until is not None and lever.until < known.view.as_of
        lapse = _first_lapse(known, lever.subject) if lever.subject in standing.lapsed else None
        if not ended and lapse is None:
            continue
        days = [lapse.body.effective] if lapse is not None else []
        days += [day_text(day_number(lever.until) + 1)] if ended and lever.until is not None else []
        here = Cite(entry=fact.index, statement=fact.name, field=f"levers[{position}]")
        cites = (here, *((Cite(entry=lapse.index, statement=lapse.name, field="lever"),) if lapse is not None else ()))
        yield _told(lever, min(days), _without(known, subject, standing, terms, position), scored, cites)


def _told(lever: Lever, day: str, with_it: Score, without: Score, cites: tuple[Cite, ...]) -> Lapse:
    before, after = with_it.practised, without.practised
    was, became = _range(before.low, before.high), _range(after.low, after.high)
    bands = [" to ".join(dict.fromkeys((side.low_band, side.high_band))) for side in (before, after)]
    turns = f"{bands[0]} becomes {bands[1]}" if bands[0] != bands[1] else f"{bands[0]} stays"
    return Lapse(
        lever=lever.subject, title=lever.title, date=day, before=(before.low, before.high),
        before_bands=(before.low_band, before.high_band), after=(after.low, after.high),
        after_bands=(after.low_band, after.high_band),
        words=f"{lever.title} lapsed on {day}: practised {was} with it, {became} without; {turns}", cites=cites,
    )  # fmt: skip


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _without(known: Known, subject: str, standing: Standing, terms: tuple[TermResult, ...], position: int) -> Score:
    """Return the score as it would be had one lever not lapsed and had no last day."""
    fact = known.commitments[subject]
    levers = list(fact.body.levers)
    lever = levers[position].subject
    levers[position] = levers[position].model_copy(update={"until": None})
    body: Commitment = fact.body.model_copy(update={"levers": tuple(levers)})
    amendments = {
        about: tuple(one for one in facts if one.body.lever != lever) for about, facts in known.amendments.items()
    }
    commitments = {**known.commitments, subject: replace(fact, body=body)}
    undone = replace(known, commitments=commitments, amendments=amendments)
    return score(undone, subject, replace(standing, lapsed=standing.lapsed - {lever}), terms)


def _first_lapse(known: Known, lever: str) -> Fact[Amendment] | None:
    """Return the first amendment in effect by which a lever lapsed."""
    found = [
        fact
        for facts in known.amendments.values()
        for fact in facts
        if fact.body.lever == lever and fact.body.effective <= known.view.as_of
    ]
    return min(found, key=lambda fact: (fact.body.effective, fact.index), default=None)
