"""The days of a docket: on which something is or was due, and whether it is there (F2, R11).

Terms, milestones, triggers and consequences with their last days; figures with the usual lag of their source;
attestations that an action waits for; stages whose time runs; levers, the instrument, and amendments still to come. A
day is on the docket whether or not anybody did what it asks for; what became of it stands beside it.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from ledger.assessment.attested import answers
from ledger.assessment.lag import usual_lag
from ledger.assessment.reconcile.span import add_months, day_number, day_text
from ledger.assessment.result import Cite, DayKind, DocketDay, DocketStage, TermResult
from ledger.assessment.standing import Standing
from ledger.assessment.view import Known
from ledger.model.commitment import Commitment
from ledger.model.term import ActionTerm, ConditionalTerm, QuantityTerm, RestraintTerm, Term, TrendTerm

_State = Literal["ahead", "done", "past"]

_WHOLE: Final = "1"
"""Coverage of a period that is there whole."""

_LATEST: Final = "9999-12-31"


def days_of(
    known: Known, subject: str, standing: Standing, results: Sequence[TermResult], stages: Sequence[DocketStage]
) -> tuple[DocketDay, ...]:
    """Return the days of a commitment's docket, in order of day, kind and what they are about."""
    body = known.commitments[subject].body
    by_id = {result.id: result for result in results}
    found: list[DocketDay] = []
    for term in standing.terms:
        result = by_id.get(term.id)
        if result is not None:
            found += _of_term(known, subject, body, term, result)
    found += _of_stages(stages, as_of=known.view.as_of)
    found += _of_levers(known, subject, body)
    found += _of_instrument(known, body)
    found += _of_amendments(known, subject, body)
    return tuple(sorted(found, key=lambda one: (one.day, one.kind, one.about, one.words)))


def _of_term(known: Known, subject: str, body: Commitment, term: Term, result: TermResult) -> Iterator[DocketDay]:
    as_of, here = known.view.as_of, _cite(known, subject)
    who = (term.actor,) if term.actor is not None else body.obligors
    if isinstance(term, ConditionalTerm):
        yield from _of_clauses(known, subject, body, term, result)
    elif term.due is not None:
        kept = result.outcome in {"met", "partly_met"}
        state = "done" if kept else _state(term.due, as_of)
        outcome = result.outcome.replace("_", " ")
        yield _day(term.due, "term", term.id, who, state, f"{term.title}: the last day ({outcome})", here)
    if isinstance(term, ActionTerm):
        yield from _of_milestones(known, subject, who, term)
    if isinstance(term, ActionTerm | RestraintTerm) and term.due is not None and not result.grade:
        words = f"{term.title}: an assessor's answer, which decides it; nobody has given one"
        yield _day(term.due, "attestation", term.id, (), _state(term.due, as_of), words, here)
    if isinstance(term, QuantityTerm | TrendTerm) and term.due is not None:
        yield from _of_figures(body, term, result, as_of, here)


def _of_clauses(
    known: Known, subject: str, body: Commitment, term: ConditionalTerm, result: TermResult
) -> Iterator[DocketDay]:
    """Yield when a trigger is tested and when its consequence is due, with the state of both beside (F3)."""
    as_of, here = known.view.as_of, _cite(known, subject)
    told = result.trigger
    if term.trigger.due is not None:
        tested: tuple[str, ...] = (term.trigger.actor,) if term.trigger.actor is not None else ()
        judge = f", by {term.trigger.judge}" if term.trigger.judge is not None else ""
        is_told = told is not None and told.state in {"held", "failed"}
        says = told.state.replace("_", " ") if told is not None else "not told"
        state: _State = "done" if is_told else _state(term.trigger.due, as_of)
        words = f"{term.trigger.title}: tested on this day{judge} ({says})"
        yield _day(term.trigger.due, "trigger", term.id, tested, state, words, here)
    if term.consequence.due is not None:
        who = (term.consequence.actor,) if term.consequence.actor is not None else body.obligors
        says = told.consequence.replace("_", " ") if told is not None else "not told"
        has_come = told is not None and told.consequence in {"followed", "followed_late"}
        state = "done" if has_come else _state(term.consequence.due, as_of)
        words = f"{term.consequence.title}: follows by this day if {term.trigger.title} ({says})"
        yield _day(term.consequence.due, "consequence", term.id, who, state, words, here)


def _of_milestones(known: Known, subject: str, who: tuple[str, ...], term: ActionTerm) -> Iterator[DocketDay]:
    for step in term.milestones:
        if step.deadline is None:
            continue
        said = answers(known, subject, "done", term.id, milestone=step.id)
        is_done = bool(said.latest) and all(fact.body.degree == "complete" for fact in said.latest)
        state: _State = "done" if is_done else _state(step.deadline, known.view.as_of)
        words = f"{term.title}: {step.title}"
        yield _day(step.deadline, "milestone", f"{term.id}/{step.id}", who, state, words, _cite(known, subject))


def _of_figures(
    body: Commitment, term: QuantityTerm | TrendTerm, result: TermResult, as_of: str, here: Cite
) -> Iterator[DocketDay]:
    """Yield when the figures that decide a term are usually out, by source (R11)."""
    if term.due is None:
        return
    seen = [source for reading in result.readings for source in reading.sources]
    named = [one.authority for one in body.indicators or () if one.terms == "all" or term.id in one.terms]
    ways = [reading.source for reading in term.measures]
    sources = dict.fromkeys(name for name in (*ways, *named, *(one.source for one in seen)) if name is not None)
    for source in sources:
        months = usual_lag(body, term=term.id, source=source)
        day = _months_later(term.due, months)
        is_out = any(one.source == source and one.period_coverage == _WHOLE for one in seen)
        state: _State = "done" if is_out else _state(day, as_of)
        there = "the whole period is covered" if is_out else "the period is not covered whole"
        words = f"{term.title}: figures of {source}, usually out {months} months after the period; {there}"
        yield _day(day, "figure", f"{term.id}/{source}", (source,), state, words, here)


def _of_stages(stages: Sequence[DocketStage], *, as_of: str) -> Iterator[DocketDay]:
    for one in stages:
        if one.deadline is None:
            continue
        day = one.deadline.latest or one.deadline.earliest
        # What ended is done, late or not; what the next stage overtook was let pass.
        state: _State = "done" if one.state == "ended" else _state(day, as_of)
        if one.state == "open" and one.deadline.latest is None:
            state = "ahead"
        about = one.id if one.round == 1 else f"{one.id}/{one.round}"
        yield DocketDay(day=day, kind="stage", about=about, who=one.by, state=state, words=one.words, cites=one.cites)


def _of_levers(known: Known, subject: str, body: Commitment) -> Iterator[DocketDay]:
    for lever in body.levers:
        if lever.until is not None:
            state = _state(lever.until, known.view.as_of)
            words = f"{lever.title}: the last day of the lever"
            yield _day(lever.until, "lever", lever.subject, (), state, words, _cite(known, subject))


def _of_instrument(known: Known, body: Commitment) -> Iterator[DocketDay]:
    fact = known.instruments.get(body.instrument)
    if fact is not None and fact.body.expires not in (None, "none"):
        state = _state(fact.body.expires, known.view.as_of)
        words = f"{fact.body.title}: its last day"
        here = Cite(entry=fact.index, statement=fact.name)
        yield _day(fact.body.expires, "instrument", body.instrument, fact.body.issuers, state, words, here)


def _of_amendments(known: Known, subject: str, body: Commitment) -> Iterator[DocketDay]:
    """Yield amendments that are announced and not yet in effect (R1)."""
    as_of = known.view.as_of
    for about in (body.instrument, subject):
        for fact in known.amendments.get(about, ()):
            if fact.body.effective > as_of:
                words = f"{fact.body.change.replace('_', ' ')}, announced on {fact.body.announced}: {fact.body.reason}"
                here = Cite(entry=fact.index, statement=fact.name)
                yield _day(fact.body.effective, "amendment", about, fact.body.by, "ahead", words, here)


def _day(day: str, kind: DayKind, about: str, who: Sequence[str], state: _State, words: str, cite: Cite) -> DocketDay:
    return DocketDay(day=day, kind=kind, about=about, who=tuple(sorted(who)), state=state, words=words, cites=(cite,))


def _state(day: str, as_of: str) -> _State:
    return "ahead" if day >= as_of else "past"


def _cite(known: Known, subject: str) -> Cite:
    fact = known.commitments[subject]
    return Cite(entry=fact.index, statement=fact.name)


def _months_later(day: str, months: int) -> str:
    """Return the day so many months later; what lies after the last day that can be written is that day."""
    try:
        return day_text(add_months(day_number(day), months))
    except (OverflowError, ValueError):
        return _LATEST
