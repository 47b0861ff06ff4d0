"""Conduct: what became of an action or a restraint, by the attestations of named assessors (method §2, R11, R15)."""

from dataclasses import dataclass

from ledger.assessment.attested import Answers, agreement, answers, degrees
from ledger.assessment.reconcile.span import day_number, late_in_words
from ledger.assessment.result import Cite, Grade
from ledger.assessment.view import Fact, Known
from ledger.model.attestation import Attestation
from ledger.model.determination import Outcome
from ledger.model.term import ActionTerm, RestraintTerm


@dataclass(frozen=True, slots=True)
class Conduct:
    """What assessors' answers come to.

    Attributes:
        reached: the day on which it was done, or (a restraint) first broken.
    """

    outcome: Outcome
    reason: str | None
    reached: str | None
    days_late: int | None
    grade: Grade | None
    cites: tuple[Cite, ...]


def judge_action(known: Known, subject: str, term: ActionTerm) -> Conduct:
    """Return what became of an action: whole, or by its milestones where it has them."""
    as_of, due = known.view.as_of, term.due
    if term.milestones:
        return _by_milestones(known, subject, term)
    said = answers(known, subject, "done", term.id)
    is_closed = due is not None and as_of > due
    held = answers(known, subject, "done", term.id, until=due) if is_closed else said
    level = degrees(held.latest)
    done = day_done(said)
    if level is None and not said.latest:
        return _unattested(said, is_closed=is_closed, is_undated=due is None)
    if level == ("complete", "complete"):
        return Conduct("met", None, done, 0 if due is not None else None, said.grade, said.cites)
    if due is None:
        return Conduct("not_assessable", f"no deadline; {_how_far(said)}", None, None, said.grade, said.cites)
    if not is_closed:
        return Conduct("not_due", _how_far(said), None, None, said.grade, said.cites)
    return _after_deadline(said, held, due, done)


def _after_deadline(said: Answers, held: Answers, due: str, done: str | None) -> Conduct:
    """Return the outcome of an action not wholly done on its deadline, as far as assessors answer for that day."""
    level = degrees(held.latest)
    late = day_number(done) - day_number(due) if done is not None and done > due else None
    beside = f"; complete on {done}, {late_in_words(late)}" if late is not None else ""
    if level is None:
        # Nobody answers for a day up to the deadline; the first answer after it tells what was missing then.
        level = degrees(said.latest)
        if late is not None:
            return Conduct("not_met", f"not attested by {due}{beside}", done, late, said.grade, said.cites)
    if level is None:
        raise AssertionError("somebody answered, else this had been decided before")
    answered = held if held.latest else said
    low, high = level
    if low != high and (low == "none" or high == "complete"):
        # One end would be decided otherwise than the other: the assessors fall on different sides (R15).
        return Conduct("disputed", f"assessors differ, from {low} to {high}: {agreement(answered.latest)}{beside}",
                       done, late, said.grade, said.cites)  # fmt: skip
    if high == "none":
        return Conduct("not_met", f"nothing was done{beside}", done, late, said.grade, said.cites)
    if low == "complete":
        return Conduct("not_met", f"not attested by {due}{beside}", done, late, said.grade, said.cites)
    return Conduct("partly_met", f"{_interval(low, high)}{beside}", done, late, said.grade, said.cites)


def _interval(low: str, high: str) -> str:
    return f"attested {low}" if low == high else f"attested {low} to {high}"


def _how_far(said: Answers) -> str:
    level = degrees(said.latest)
    return _interval(*level) if level is not None else "nothing attested"


def day_done(said: Answers) -> str | None:
    """Return the first day on which every assessor who answers says complete; null while one does not."""
    authors = {fact.author for fact in said.all}
    state: dict[str, str | None] = {}
    for fact in said.all:
        state[fact.author] = fact.body.degree
        if set(state) == authors and set(state.values()) == {"complete"}:
            return fact.body.date
    return None


def _unattested(said: Answers, *, is_closed: bool, is_undated: bool) -> Conduct:
    why = "nobody attests it"
    if said.unclosing:
        why = f"only answers of grade {said.grade}, which never close a term"
    if is_undated:
        return Conduct("not_assessable", f"no deadline; {why}", None, None, said.grade, said.cites)
    if is_closed:
        return Conduct(
            "not_assessable", f"no admissible evidence in this ledger: {why}", None, None, said.grade, said.cites
        )
    return Conduct("not_due", None, None, None, said.grade, said.cites)


def _by_milestones(known: Known, subject: str, term: ActionTerm) -> Conduct:
    """Return the outcome of an action in milestones: met when all are complete in time, partly when some are (R11)."""
    as_of = known.view.as_of
    kept: list[str] = []
    broken: list[str] = []
    open_ones: list[str] = []
    unknown: list[str] = []
    days: list[tuple[str, int]] = []
    said = [answers(known, subject, "done", term.id, milestone=step.id) for step in term.milestones]
    for step, answer in zip(term.milestones, said, strict=True):
        due = step.deadline or term.due  # of an action whose milestones all have days, the last of these
        done = day_done(answer)
        if done is not None:
            days.append((done, max(0, day_number(done) - day_number(due)) if due is not None else 0))
        if done is not None and (due is None or done <= due):
            kept.append(step.id)
        elif due is None or as_of <= due:
            open_ones.append(step.id)
        elif answer.latest:
            broken.append(step.id)
        else:
            unknown.append(step.id)
    cites = tuple(cite for answer in said for cite in answer.cites)
    grade = max((answer.grade for answer in said if answer.grade is not None), default=None)
    parts = (("complete", kept), ("not complete in time", broken), ("not attested", unknown), ("open", open_ones))
    counts = "; ".join(f"{word}: {', '.join(steps)}" for word, steps in parts if steps)
    last = max(days, default=None)
    reached = last[0] if last is not None and len(days) == len(term.milestones) else None
    late = max((late for _, late in days), default=None) if reached is not None else None
    if len(kept) == len(term.milestones):
        return Conduct("met", None, reached, late, grade, cites)
    if term.due is None and not broken and not unknown:
        return Conduct("not_assessable", f"no deadline; {counts}", reached, late, grade, cites)
    if open_ones and (term.due is None or as_of <= term.due):
        return Conduct("not_due", counts, reached, late, grade, cites)
    if kept:
        return Conduct("partly_met", counts, reached, late, grade, cites)
    if broken:
        return Conduct("not_met", counts, reached, late, grade, cites)
    return Conduct("not_assessable", f"no admissible evidence in this ledger: {counts}", reached, late, grade, cites)


def judge_restraint(known: Known, subject: str, term: RestraintTerm) -> Conduct:
    """Return what became of a restraint: kept so far is ``on_pace``; broken once is broken (R11).

    A restraint without a period of its own runs while it is in force (method §2), so it can be broken, but is never
    finally kept.
    """
    as_of, due = known.view.as_of, term.due
    is_closed = due is not None and as_of > due
    said = answers(known, subject, "kept", term.id)
    in_time = [fact for fact in said.all if _is_in_time(fact, term)]
    broken = _first(in_time, "false")
    held = {fact.author for fact in in_time if fact.body.truth == "true"}
    breakers = {fact.author for fact in in_time if fact.body.truth == "false"}
    if breakers and held - breakers:
        latest = tuple({fact.author: fact for fact in in_time}.values())
        return Conduct("disputed", f"assessors differ: {agreement(latest)}", broken, None, said.grade, said.cites)
    if breakers:
        return Conduct("not_met", f"broken on {broken}", broken, None, said.grade, said.cites)
    if not held:
        if in_time:
            return Conduct("not_assessable", "assessors cannot tell", None, None, said.grade, said.cites)
        return _unattested(said, is_closed=is_closed, is_undated=due is None)
    if not is_closed:
        return Conduct("on_pace", None, None, None, said.grade, said.cites)
    # Kept to the end takes an answer about the end, or one given after it.
    whole = any(fact.body.truth == "true" and due is not None and fact.body.date >= due for fact in said.all)
    if whole:
        return Conduct("met", None, None, None, said.grade, said.cites)
    last = max(fact.body.date for fact in in_time if fact.body.truth == "true")
    return Conduct("not_assessable", f"coverage: attested as kept until {last}", None, None, said.grade, said.cites)


def _is_in_time(fact: Fact[Attestation], term: RestraintTerm) -> bool:
    """Whether an answer is about the restraint's own days; one given later that it was kept speaks for them too."""
    day, due = fact.body.date, term.due
    starts = term.period.start if term.period is not None else day
    return day >= starts and (due is None or day <= due or fact.body.truth == "true")


def _first(facts: list[Fact[Attestation]], truth: str) -> str | None:
    return min((fact.body.date for fact in facts if fact.body.truth == truth), default=None)
