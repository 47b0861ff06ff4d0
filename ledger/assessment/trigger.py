"""A trigger: whether the condition of a conditional term held, and what followed (F3, method §2)."""

from typing import Literal

from ledger.assessment.attested import Answers, agreement, answers, closes, source_grade
from ledger.assessment.reconcile.span import day_number, late_in_words
from ledger.assessment.result import Cite, Grade, TriggerResult
from ledger.assessment.view import Fact, Known
from ledger.model.action import Action
from ledger.model.determination import Outcome
from ledger.model.term import ConditionalTerm
from ledger.model.value import Value

State = Literal["not_yet", "held", "failed", "undeterminable"]
Consequence = Literal["followed", "followed_late", "not_followed", "not_due", "unknown"]

UNTRIGGERED = "F.untriggered"
"""The finding that a consequence came although its trigger had not held (R11)."""


class Conditional(Value):
    """What became of a conditional term: the trigger, what followed, and the outcome of the two together.

    Attributes:
        reached: the day on which the consequence followed.
        findings: sentences that begin with a stable code.
    """

    trigger: TriggerResult
    outcome: Outcome
    reason: str | None
    reached: str | None
    days_late: int | None
    grade: Grade | None
    findings: tuple[str, ...]


def judge_conditional(known: Known, subject: str, term: ConditionalTerm) -> Conditional:
    """Return what became of a conditional term at this view.

    Source: R11: held and followed in time, ``met``; held and not followed, ``not_met``; undeterminable,
    ``not_assessable``; not yet or failed, ``not_due``, and a consequence all the same is a finding.
    """
    said = answers(known, subject, "trigger", term.id)
    told = answers(known, subject, "consequence", term.id)
    done = _carried_out(known, subject, term)
    state, reason = _state(said, term, as_of=known.view.as_of)
    day = _day_followed(done, told)
    consequence = _consequence(term, day, told, as_of=known.view.as_of, is_held=state == "held")
    happened = tuple(f"{fact.body.date}: {fact.body.what}" for fact in done)
    trigger = TriggerResult(
        state=state,
        reason=reason,
        consequence=consequence,
        happened=happened,
        cites=(*said.cites, *told.cites, *(Cite(entry=fact.index, statement=fact.name) for fact in done)),
    )
    due = term.consequence.due
    late = max(0, day_number(day) - day_number(due)) if day is not None and due is not None else None
    outcome, why = _outcome(trigger, day, late)
    findings: tuple[str, ...] = ()
    if state in {"not_yet", "failed"} and day is not None:
        findings = (f"{UNTRIGGERED}: the consequence came on {day}, though {_not_held(state)}",)
    grades = [
        grade for grade in (said.grade, told.grade, *(source_grade(fact.body) for fact in done)) if grade is not None
    ]
    return Conditional(
        trigger=trigger, outcome=outcome, reason=why, reached=day, days_late=late if state == "held" else None,
        grade=max(grades, default=None), findings=findings,
    )  # fmt: skip


def _state(said: Answers, term: ConditionalTerm, *, as_of: str) -> tuple[State, str]:
    """Return the trigger's state and the reason (F3)."""
    truths = {fact.body.truth for fact in said.latest}
    due = term.trigger.due
    has_come = due is None or as_of >= due
    if truths == {"true"}:
        return "held", _reasons(said)
    if truths == {"false"}:
        return ("failed" if has_come else "not_yet"), _reasons(said)
    if truths == {"undeterminable"}:
        return "undeterminable", _reasons(said)
    if truths:
        return "undeterminable", f"assessors differ: {agreement(said.latest)}"
    if not has_come:
        return "not_yet", f"it is tested on {due}"
    unclosing = f"; only answers of grade {said.grade}, which never close a term" if said.unclosing else ""
    if term.trigger.judge is None:
        return "undeterminable", f"nobody is named to judge whether it held, and nobody attests it{unclosing}"
    if due is None:
        return "not_yet", f"it has no day, and nobody attests that it held{unclosing}"
    return "undeterminable", f"nobody attests whether it held{unclosing}"


def _reasons(said: Answers) -> str:
    return "; ".join(dict.fromkeys(fact.body.reason for fact in said.latest))


def _carried_out(known: Known, subject: str, term: ConditionalTerm) -> tuple[Fact[Action], ...]:
    """Return the logged actions that carried the consequence out, in order of date and entry."""
    found = [
        fact
        for fact in known.actions.get(subject, ())
        if fact.body.consequence and (fact.body.terms == "all" or term.id in fact.body.terms)
    ]
    return tuple(sorted(found, key=lambda fact: (fact.body.date, fact.index)))


def _day_followed(done: tuple[Fact[Action], ...], told: Answers) -> str | None:
    days = [fact.body.date for fact in done if closes(source_grade(fact.body))]
    days += [fact.body.date for fact in told.latest if fact.body.truth == "true"]
    return min(days, default=None)


def _consequence(term: ConditionalTerm, day: str | None, told: Answers, *, as_of: str, is_held: bool) -> Consequence:
    """Return what followed: that nobody recorded it does not show that it did not follow."""
    due = term.consequence.due
    if day is not None:
        return "followed" if due is None or day <= due else "followed_late"
    if any(fact.body.truth == "false" and (due is None or fact.body.date >= due) for fact in told.latest):
        return "not_followed"
    if not is_held or due is None or as_of <= due:
        return "not_due"
    return "unknown"


def _not_held(state: State) -> str:
    return "the trigger failed" if state == "failed" else "the trigger has not held yet"


def _outcome(trigger: TriggerResult, day: str | None, late: int | None) -> tuple[Outcome, str | None]:
    happened = f"; what happened: {'; '.join(trigger.happened)}" if trigger.happened else ""
    match trigger.state:
        case "undeterminable":
            return "not_assessable", f"trigger undeterminable: {trigger.reason}{happened}"
        case "not_yet" | "failed":
            return "not_due", f"{_not_held(trigger.state)}: {trigger.reason}"
        case "held":
            match trigger.consequence:
                case "followed":
                    return "met", f"the trigger held and the consequence followed on {day}"
                case "followed_late":
                    return (
                        "not_met",
                        f"the trigger held and the consequence followed on {day}, {late_in_words(late or 0)}",
                    )
                case "not_followed":
                    return "not_met", "the trigger held and the consequence did not follow"
                case "not_due":
                    return "not_due", "the trigger held; the consequence is not due yet"
                case "unknown":
                    return (
                        "not_assessable",
                        "the trigger held; no admissible evidence of what followed is in this ledger",
                    )
