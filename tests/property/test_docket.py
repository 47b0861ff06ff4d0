"""Laws of the docket: entry order changes nothing, an older view keeps its answer, nobody is late before the day."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.docket.course import Course, Sides, Signal, run
from ledger.assessment.limit import ends_on
from ledger.assessment.view import Fact
from ledger.model.action import Action
from ledger.model.instrument import Limit, Procedure

SOURCE = {"title": "A letter", "publisher": "An office", "role": "joint",
          "via": {"copy_read": "the letter", "how": "excerpt"}}  # fmt: skip
SIDES = Sides(obligors=("cn",), obligees=("us",))
STEPS: Procedure = Procedure.model_validate(
    {
        "title": "the steps",
        "stages": [
            {"id": "appeal", "title": "appeal", "forum": "office", "trigger": "a complaint", "by": ["complainant"],
             "then": ["answer"], "may_repeat": True},
            {"id": "answer", "title": "answer", "forum": "office", "trigger": "an appeal", "by": ["respondent"],
             "opens": [{"when": "act", "acts": ["appeal"], "stage": "appeal"}], "ends_with": ["assessment"],
             "limit": {"days": 20}, "then": ["talks"], "may_repeat": True},
            {"id": "talks", "title": "talks", "forum": "ministers", "trigger": "no answer", "by": ["either"],
             "opens": [{"when": "expiry", "stage": "answer"}, {"when": "held"}], "ends_with": ["settlement"],
             "limit": {"months": 1, "counted_from": "appeal"}, "then": ["measure", "appeal"], "may_repeat": True},
            {"id": "measure", "title": "measure", "forum": "either", "trigger": "no agreement", "last": True},
        ],
    },
    strict=False,
)  # fmt: skip

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2020, 6, 30)).map(str)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["appeal", "assessment", "consultation", "settlement", "waiver", "suspension"]),
        st.sampled_from(["cn", "us"]),
        DAYS,
        st.sampled_from([None, "appeal", "answer", "talks", "measure"]),
    ),
    max_size=8,
    unique=True,
)


def facts(actions: list[tuple[str, str, str, str | None]]) -> list[Fact[Action]]:
    """Return logged actions, each under an entry of its own."""
    made = []
    for entry, (kind, by, day, stage) in enumerate(actions):
        body: dict[str, Any] = {"act": kind, "by": [by], "date": day, "stage": stage, "what": "x", "source": SOURCE}
        made.append(Fact(entry, f"{entry:064x}", "k", "p", Action.model_validate(body, strict=False)))
    return made


def course(actions: list[Fact[Action]], held: list[str], as_of: str) -> Course:
    """Return the course by a day, triggers attested to have held on some."""
    signals = [Signal(day, "held", "it held", ()) for day in held]
    return run(STEPS, actions, signals, sides=SIDES, calendars=(), as_of=as_of)


def seen(told: Course) -> list[tuple[object, ...]]:
    """Return what does not depend on entry numbers."""
    return [(one.id, one.round, one.opened, one.state, one.ended, one.let_pass) for one in told.stages]


@settings(max_examples=60)
@given(actions=ACTIONS, held=st.lists(DAYS, max_size=2), as_of=DAYS, order=st.randoms(use_true_random=False))
def test_order_of_entries_changes_no_docket(
    actions: list[tuple[str, str, str, str | None]], held: list[str], as_of: str, order: Any
) -> None:
    """Permuting what was recorded changes nothing (F2, E4)."""
    shuffled = list(actions)
    order.shuffle(shuffled)
    assert seen(course(facts(actions), held, as_of)) == seen(course(facts(shuffled), held, as_of))


@settings(max_examples=60)
@given(actions=ACTIONS, held=st.lists(DAYS, max_size=2), days=st.tuples(DAYS, DAYS))
def test_what_had_opened_by_a_day_had_opened_whatever_came_later(
    actions: list[tuple[str, str, str, str | None]], held: list[str], days: tuple[str, str]
) -> None:
    """An older view gives its old openings, and no stage is told before its day (R1)."""
    early, late = sorted(days)
    before, after = (
        [(one.id, one.round, one.opened) for one in course(facts(actions), held, day).stages if one.opened <= early]
        for day in (early, late)
    )
    assert before == after


@settings(max_examples=60)
@given(actions=ACTIONS, as_of=DAYS)
def test_nobody_lets_a_time_pass_before_its_last_day(
    actions: list[tuple[str, str, str, str | None]], as_of: str
) -> None:
    """Overdue and let pass are said only after the last day, and then of somebody or of the forum (F2)."""
    for one in course(facts(actions), [], as_of).stages:
        if one.state in {"overdue", "passed"}:
            assert one.deadline is not None
            assert one.deadline.latest is not None
            assert one.deadline.latest < as_of or one.opened > one.deadline.latest
        else:
            assert one.let_pass == ()


@given(day=DAYS, fewer=st.integers(0, 60), more=st.integers(0, 60), working=st.booleans())
def test_longer_limit_never_ends_sooner(day: str, fewer: int, more: int, working: bool) -> None:
    """More days never end before fewer, and working days never before as many calendar days (F1)."""
    low, high = sorted((fewer, more))
    assert (
        ends_on(day, Limit(days=low, working=working), ()).earliest
        <= ends_on(day, Limit(days=high, working=working), ()).earliest
    )
    assert ends_on(day, Limit(days=low), ()).earliest <= ends_on(day, Limit(days=low, working=True), ()).earliest
