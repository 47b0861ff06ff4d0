"""The course of a procedure: stages open, run out, end and are let pass as the records have it (F1, F2)."""

from typing import Any

import pytest

from ledger.assessment.calendar import calendar_of
from ledger.assessment.docket.course import Course, Sides, Signal, run
from ledger.assessment.result import Cite, DocketStage
from ledger.assessment.view import Fact
from ledger.model.action import Action
from ledger.model.instrument import Procedure

SOURCE = {"title": "A letter", "publisher": "An office", "role": "joint",
          "via": {"copy_read": "the letter", "how": "excerpt"}}  # fmt: skip
SIDES = Sides(obligors=("cn",), obligees=("us",))

APPEAL = {"id": "appeal", "title": "appeal", "forum": "office", "trigger": "a complaint", "by": ["complainant"],
          "acts": ["appeal"], "then": ["answer"], "may_repeat": True}  # fmt: skip
ANSWER = {"id": "answer", "title": "answer", "forum": "office", "trigger": "an appeal", "by": ["respondent"],
          "opens": [{"when": "act", "acts": ["appeal"], "stage": "appeal"}], "acts": ["assessment", "settlement"],
          "ends_with": ["assessment", "settlement"], "limit": {"days": 30}, "then": ["talks"],
          "may_repeat": True}  # fmt: skip
TALKS = {"id": "talks", "title": "talks", "forum": "ministers", "trigger": "no answer", "by": ["either"],
         "opens": [{"when": "expiry", "stage": "answer"}, {"when": "act", "acts": ["assessment"], "stage": "answer"}],
         "acts": ["consultation", "settlement"], "ends_with": ["settlement"],
         "limit": {"days": 45, "counted_from": "appeal"}, "then": ["measure"], "may_repeat": True}  # fmt: skip
MEASURE = {"id": "measure", "title": "measure", "forum": "the complaining party", "trigger": "no agreement",
           "by": ["complainant"], "acts": ["suspension"], "ends_with": ["suspension"], "last": True}  # fmt: skip
LADDER = [APPEAL, ANSWER, TALKS, MEASURE]


def stage(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a stage with members replaced."""
    return {**one, **changes}


def procedure(*stages: dict[str, Any]) -> Procedure:
    """Return a procedure of these stages."""
    made: Procedure = Procedure.model_validate({"title": "the steps", "stages": list(stages or LADDER)}, strict=False)
    return made


def act(kind: str, by: str, date: str, stage_: str | None = None, *, entry: int = 9) -> Fact[Action]:
    """Return a logged action."""
    body = Action.model_validate(
        {"act": kind, "by": [by], "date": date, "stage": stage_, "what": f"{kind} done", "source": SOURCE}, strict=False
    )
    return Fact(entry, f"sha256:{entry:064x}", "enforcer", "pledge", body)


def went(
    *actions: Fact[Action], as_of: str, steps: Procedure | None = None, signals: tuple[Signal, ...] = ()
) -> Course:
    """Return the course by a day."""
    return run(steps or procedure(), actions, signals, sides=SIDES, calendars=(), as_of=as_of)


def brief(course: Course) -> list[tuple[str, str, str | None, str, tuple[str, ...]]]:
    """Return each stage's id, opening, last day, state, and who let it pass."""
    return [(one.id, one.opened, _last(one), one.state, one.let_pass) for one in course.stages]


def _last(one: DocketStage) -> str | None:
    return one.deadline.latest if one.deadline is not None else None


FILED = act("appeal", "us", "2020-03-01", "appeal")

# 1 March and 30 days is 31 March; 45 days from the appeal is 15 April.
COURSES: dict[str, tuple[tuple[Fact[Action], ...], str, list[tuple[str, str, str | None, str, tuple[str, ...]]]]] = {
    "nothing was done": ((), "2020-06-30", []),
    "an action after the view is not seen": ((FILED,), "2020-02-29", []),
    "the appeal opens the answer": (
        (FILED,), "2020-03-31",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "open", ())],
    ),
    "the answer's time runs out, and the talks open": (
        (FILED,), "2020-04-01",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "passed", ("cn",)),
         ("talks", "2020-04-01", "2020-04-15", "open", ())],
    ),
    "nobody settles: the talks are overdue on both": (
        (FILED,), "2020-04-20",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "passed", ("cn",)),
         ("talks", "2020-04-01", "2020-04-15", "overdue", ("cn", "us"))],
    ),
    "an answer in time opens the talks that day": (
        (FILED, act("assessment", "cn", "2020-03-20", "answer")), "2020-04-01",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "ended", ()),
         ("talks", "2020-03-20", "2020-04-15", "open", ())],
    ),
    "a settlement that names no stage ends all": (
        (FILED, act("settlement", "cn", "2020-03-20")), "2020-06-30",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "ended", ())],
    ),
    "the measure follows the talks": (
        (FILED, act("suspension", "us", "2020-04-20", "measure")), "2020-06-30",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "passed", ("cn",)),
         ("talks", "2020-04-01", "2020-04-15", "passed", ("cn", "us")), ("measure", "2020-04-20", None, "ended", ())],
    ),
    "the obligor complains, and the other side has to answer": (
        (act("appeal", "cn", "2020-03-01", "appeal"),), "2020-04-01",
        [("appeal", "2020-03-01", None, "ended", ()), ("answer", "2020-03-01", "2020-03-31", "passed", ("us",)),
         ("talks", "2020-04-01", "2020-04-15", "open", ())],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("actions", "as_of", "expected"), COURSES.values(), ids=COURSES)
def test_course(
    actions: tuple[Fact[Action], ...], as_of: str, expected: list[tuple[str, str, str | None, str, tuple[str, ...]]]
) -> None:
    """Each stage opens, ends or is let pass on its day, by those who could have acted (F1, F2)."""
    assert brief(went(*actions, as_of=as_of)) == expected


def test_an_overdue_stage_says_by_how_much_and_who_let_it_pass() -> None:
    """What is overdue is counted in days from its last day, with the parties named alike (F2)."""
    talks = went(FILED, as_of="2020-04-20").stages[-1]
    assert talks.days_over == 5
    assert talks.words == (
        "talks: open since 2020-04-01 (the limit of answer ran out on 2020-03-31); overdue by 5 days: its time ran "
        "until 2020-04-15, and cn, us let it pass"
    )


ACTS = {
    "in time on the last day": ("2020-03-31", "in_time", None),
    "a day late": ("2020-04-01", "late", 1),
    "a month late": ("2020-04-30", "late", 30),
}


@pytest.mark.parametrize(("day", "timing", "late"), ACTS.values(), ids=ACTS)
def test_what_was_done_is_in_time_or_late(day: str, timing: str, late: int | None) -> None:
    """An act at a stage is held against the last day of that stage (F2)."""
    told = went(FILED, act("assessment", "cn", day, "answer"), as_of="2020-12-31").acts
    assert [(one.act, one.timing, one.days_late) for one in told] == [
        ("appeal", "untimed", None), ("assessment", timing, late),
    ]  # fmt: skip


def test_working_days_without_a_calendar_are_neither_overdue_nor_late() -> None:
    """Holidays lengthen a limit: without them it has no last day, and nobody is said to have let it pass (F1)."""
    steps = procedure(APPEAL, stage(ANSWER, limit={"days": 10, "working": True}), TALKS, MEASURE)
    course = went(FILED, act("assessment", "cn", "2020-03-16", "answer"), as_of="2020-12-31", steps=steps)
    answer = course.stages[1]
    assert answer.deadline is not None
    assert (answer.deadline.earliest, answer.deadline.latest) == ("2020-03-13", None)
    assert course.acts[1].timing == "unknown"
    early = went(FILED, act("assessment", "cn", "2020-03-13", "answer"), as_of="2020-12-31", steps=steps)
    assert early.acts[1].timing == "in_time"


def test_working_days_by_a_calendar_move_the_last_day() -> None:
    """A holiday in the calendar moves the day on which the next stage opens (F1)."""
    limit = {"days": 10, "working": True, "calendar": {"name": "holidays-cn"}}
    steps = procedure(APPEAL, stage(ANSWER, limit=limit), TALKS, MEASURE)
    cite = Cite(entry=5, statement="sha256:" + "5" * 64)
    days = calendar_of("holidays-cn", "sha256:" + "6" * 64, cite, [("2020-03-11", "closed")])
    course = run(steps, (FILED,), (), sides=SIDES, calendars=(days,), as_of="2020-12-31")
    answer = course.stages[1]
    assert answer.deadline is not None
    assert (answer.deadline.latest, answer.deadline.calendar) == ("2020-03-16", cite)
    assert course.stages[2].opened == "2020-03-17"


def test_imputed_limit_is_marked_wherever_it_is_printed() -> None:
    """A number that is not in the text is said to be imputed (F1, R17)."""
    steps = procedure(APPEAL, stage(ANSWER, limit={"days": 30, "imputed": "as recalled"}), TALKS, MEASURE)
    answer = went(FILED, as_of="2020-03-02", steps=steps).stages[1]
    assert answer.deadline is not None
    assert answer.deadline.is_imputed
    assert answer.deadline.limit == "30 days (imputed: as recalled)"
    assert answer.words.endswith("its time runs until 2020-03-31, imputed")


PERMITTED: dict[str, tuple[tuple[Fact[Action], ...], str, list[tuple[str, tuple[str, ...], str | None]]]] = {
    "before anything": ((), "2020-02-01", [("appeal", ("cn", "us"), None)]),
    "while the answer is owed": (
        (FILED,), "2020-03-10", [("answer", ("cn",), "2020-03-01"), ("appeal", ("cn", "us"), None)],
    ),
    "during the talks": (
        (FILED,), "2020-04-02",
        [("talks", ("cn", "us"), "2020-04-01"), ("measure", ("us",), "2020-04-01"), ("appeal", ("cn", "us"), None)],
    ),
    "after a settlement, a new case alone": (
        (FILED, act("settlement", "cn", "2020-03-20", "answer")), "2020-06-30", [("appeal", ("cn", "us"), None)],
    ),
    "after the last stage": (
        (FILED, act("suspension", "us", "2020-04-20", "measure")), "2020-06-30", [("appeal", ("cn", "us"), None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("actions", "as_of", "expected"), PERMITTED.values(), ids=PERMITTED)
def test_what_is_permitted_next_and_to_whom(
    actions: tuple[Fact[Action], ...], as_of: str, expected: list[tuple[str, tuple[str, ...], str | None]]
) -> None:
    """The docket says what the procedure permits, to whom and since when, and does none of it (F2)."""
    told = went(*actions, as_of=as_of).permitted
    assert [(one.stage, one.to, one.since) for one in told] == expected


def test_a_second_case_is_a_second_round() -> None:
    """A stage that may repeat opens again once it has ended, and its limits begin anew (F1)."""
    again = act("appeal", "us", "2020-06-01", "appeal", entry=20)
    settled = act("settlement", "cn", "2020-03-20", "answer")
    rounds = went(FILED, settled, again, as_of="2020-06-10").stages
    assert [(one.id, one.round, one.state) for one in rounds] == [
        ("appeal", 1, "ended"), ("answer", 1, "ended"), ("appeal", 2, "ended"), ("answer", 2, "open"),
    ]  # fmt: skip


def test_a_stage_that_may_not_repeat_takes_later_acts_without_opening_again() -> None:
    """What is done at a stage that has ended belongs to the round that there was (F1)."""
    steps = procedure(*(stage(one, may_repeat=False) for one in LADDER))
    late = act("assessment", "cn", "2020-05-01", "answer")
    course = went(FILED, late, as_of="2020-06-30", steps=steps)
    assert [one.round for one in course.stages if one.id == "answer"] == [1]
    assert (course.acts[1].stage, course.acts[1].timing, course.acts[1].days_late) == ("answer", "late", 31)


def test_an_act_at_a_stage_that_is_not_there_is_noted() -> None:
    """An action that names no stage of the procedure opens nothing, and the docket says so (F2)."""
    course = went(act("consultation", "us", "2020-03-01", "summit"), as_of="2020-06-30")
    assert course.stages == ()
    assert course.notes == ("the consultation of 2020-03-01 names the stage summit, which the procedure does not have",)


def test_a_term_that_fell_due_and_a_trigger_that_held_open_their_stages() -> None:
    """What nobody does can open a stage, too: a day that passed, an attestation that a trigger held (F1, F3)."""
    due = stage(MEASURE, id="review", opens=[{"when": "due"}], last=False, then=["measure"])
    held = stage(MEASURE, opens=[{"when": "held"}])
    signals = (
        Signal("2020-01-05", "held", "the trigger of rise is attested to have held", ()),
        Signal("2020-01-01", "due", "the last day of t has passed", ()),
        Signal("2030-01-01", "due", "a later day", ()),
    )
    told = went(as_of="2020-06-30", steps=procedure(due, held), signals=signals).stages
    assert [(one.id, one.opened, one.why) for one in told] == [
        ("review", "2020-01-01", "the last day of t has passed"),
        ("measure", "2020-01-05", "the trigger of rise is attested to have held"),
    ]


def test_order_of_entries_changes_nothing() -> None:
    """Entry order is no fact of the world: on one day steps follow one another as they usually do (F2)."""
    appeal = act("appeal", "us", "2020-03-01", "appeal", entry=30)
    answer = act("assessment", "cn", "2020-03-01", "answer", entry=29)
    assert brief(went(appeal, answer, as_of="2020-03-02")) == brief(went(answer, appeal, as_of="2020-03-02"))
    assert [one.act for one in went(answer, appeal, as_of="2020-03-02").acts] == ["appeal", "assessment"]


def test_a_settlement_at_one_stage_ends_what_runs_beside_it() -> None:
    """Two stages that run at once are both over once the case is settled at one of them (F2, R12)."""
    opening = [{"when": "act", "acts": ["appeal"], "stage": "appeal"}]
    beside = stage(ANSWER, id="reply", opens=opening, ends_with=["assessment"], then=["measure"])
    steps = procedure(stage(APPEAL, then=["answer", "reply"]), ANSWER, beside, TALKS, MEASURE)
    told = went(FILED, act("settlement", "cn", "2020-03-10", "answer"), as_of="2020-12-31", steps=steps).stages
    assert [(one.id, one.state, one.ended) for one in told] == [
        ("appeal", "ended", "2020-03-01"), ("answer", "ended", "2020-03-10"), ("reply", "ended", "2020-03-10"),
    ]  # fmt: skip
