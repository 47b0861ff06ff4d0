"""One commitment on the docket: its procedure's course, its days, its levers' lapses, put together (F1–F4)."""

from collections.abc import Iterator, Sequence

from ledger.assessment.attested import answers
from ledger.assessment.docket.course import Course, Sides, Signal, run
from ledger.assessment.docket.due import days_of
from ledger.assessment.docket.lapse import lapses_of
from ledger.assessment.reconcile.span import day_number, day_text
from ledger.assessment.result import Cite, Docket, DocketAct, Score, TermResult
from ledger.assessment.standing import Standing
from ledger.assessment.view import Fact, Known
from ledger.model.action import ORDER, Action
from ledger.model.instrument import Instrument, Procedure
from ledger.model.term import ConditionalTerm, Term

UNKNOWN = "whether its instrument has a procedure is unknown"
NONE = "its instrument has no procedure"


def docket_of(known: Known, subject: str, standing: Standing, terms: tuple[TermResult, ...], scored: Score) -> Docket:
    """Return the docket of a commitment at a view.

    Args:
        known: with the calendars that its procedure names, where they are at hand (``holiday.with_calendars``).
        terms: as reconciled. ``scored``: at this view.
    """
    fact = known.commitments[subject]
    instrument = known.instruments.get(fact.body.instrument)
    procedure = _procedure(instrument)
    actions = known.actions.get(subject, ())
    sides = Sides(tuple(sorted(fact.body.obligors)), tuple(sorted(fact.body.obligees)))
    if procedure is None:
        course = Course((), _acts(actions), (), ())
    else:
        signals = tuple(_signals(known, subject, standing.terms, terms))
        course = run(procedure, actions, signals, sides=sides, calendars=known.calendars, as_of=known.view.as_of)
    cites = (Cite(entry=instrument.index, statement=instrument.name, field="procedure"),) if instrument else ()
    used = dict.fromkeys(one.deadline.calendar for one in course.stages if one.deadline and one.deadline.calendar)
    return Docket(
        procedure=procedure.title if procedure is not None else None,
        why=None if procedure is not None else _why_none(instrument),
        disposition=standing.disposition,
        stages=course.stages,
        acts=course.acts,
        permitted=course.permitted,
        days=days_of(known, subject, standing, terms, course.stages),
        lapses=lapses_of(known, subject, standing, terms, scored),
        notes=(*course.notes, *_ended(standing), *_contrary(standing)),
        cites=(*cites, *used),
    )


def _ended(standing: Standing) -> Iterator[str]:
    """Yield that the pledge is over, where it is: what its procedure still permits then is for the text to say."""
    if standing.ended or standing.validity == "suspended":
        yield f"the pledge is {standing.validity} ({standing.reason}); whether its procedure still runs is for its text"


def _contrary(standing: Standing) -> Iterator[str]:
    """Yield that the log's order decides between two amendments, as nothing that they say does (R12, decision 29)."""
    for one, other in standing.contrary:
        yield (
            f"the amendments of entries {one.index} and {other.index} contradict one another and have the same days "
            f"({one.body.effective}); the later entry stands"
        )


def _procedure(instrument: Fact[Instrument] | None) -> Procedure | None:
    found = instrument.body.procedure if instrument is not None else None
    return found if isinstance(found, Procedure) else None


def _why_none(instrument: Fact[Instrument] | None) -> str:
    return NONE if instrument is not None and instrument.body.procedure == "none" else UNKNOWN


def _acts(actions: Sequence[Fact[Action]]) -> tuple[DocketAct, ...]:
    """Return what was done where no procedure says when it should have been."""
    ordered = sorted(actions, key=lambda one: (one.body.date, ORDER.index(one.body.act), one.body.by, one.index))
    return tuple(
        DocketAct(
            date=fact.body.date, act=fact.body.act, by=fact.body.by, stage=None, round=None, what=fact.body.what,
            timing="untimed", days_late=None, cite=Cite(entry=fact.index, statement=fact.name),
        )
        for fact in ordered
    )  # fmt: skip


def _signals(known: Known, subject: str, terms: Sequence[Term], results: Sequence[TermResult]) -> Iterator[Signal]:
    """Yield what opens a stage without anybody's act: terms that fell due, triggers attested to have held (F3)."""
    fact = known.commitments[subject]
    here = Cite(entry=fact.index, statement=fact.name)
    by_id = {result.id: result for result in results}
    for term in terms:
        if not term.material:
            continue
        if term.due is not None and not isinstance(term, ConditionalTerm):
            # The last day of a term is still in time: what turns on it begins on the next.
            yield Signal(_next(term.due), "due", f"the last day of {term.id}, {term.due}, has passed", (here,))
        result = by_id.get(term.id)
        if result is not None and result.trigger is not None and result.trigger.state == "held":
            said = [one for one in answers(known, subject, "trigger", term.id).latest if one.body.truth == "true"]
            day = max((one.body.date for one in said), default=None)
            if day is not None:
                cites = tuple(Cite(entry=one.index, statement=one.name) for one in said)
                yield Signal(day, "held", f"the trigger of {term.id} is attested to have held on {day}", cites)


def _next(day: str) -> str:
    return day_text(min(day_number("9999-12-31"), day_number(day) + 1))
