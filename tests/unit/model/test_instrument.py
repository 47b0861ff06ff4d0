"""A procedure as data: loops, stages without an exit and triggers that refer to themselves are refused (F1)."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.errors import MalformedError
from ledger.model.instrument import HolidayCalendar, Instrument, Procedure, Stage
from ledger.model.statement import parse_draft
from ledger.model.wording import describe
from tests.unit.model.drafts import BODIES, payload, read


def stage(name: str, *then: str, **more: Any) -> dict[str, Any]:
    """Return a stage that leads to others; to none, it is the last."""
    return {
        "id": name,
        "title": name,
        "forum": "office",
        "trigger": "words",
        "then": list(then),
        "last": not then,
        **more,
    }


def act(name: str) -> dict[str, Any]:
    """Return an opening by an appeal at a stage."""
    return {"when": "act", "acts": ["appeal"], "stage": name}


def made(*stages: dict[str, Any]) -> Procedure:
    """Return a procedure of these stages."""
    found: Procedure = Procedure.model_validate({"title": "steps", "stages": list(stages)}, strict=False)
    return found


REFUSED: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {
    "two stages of one name": ((stage("a"), stage("a")), "names a stage twice"),
    "a stage that is not there": ((stage("a", "b"),), "stage a leads to b, which the procedure does not have"),
    "a stage without an exit": ((stage("a", last=False),), "stage a has no exit"),
    "a last stage that leads on": ((stage("a", "b", last=True), stage("b")), "the last and to lead to b"),
    "a stage that leads to itself": ((stage("a", "a", "b"), stage("b")), "in a loop through stage a"),
    "a loop of two": ((stage("a", "b"), stage("b", "a", "c"), stage("c")), "in a loop through stage a"),
    "a loop that never ends": (
        (stage("a", "b", may_repeat=True), stage("b", "a", may_repeat=True)),
        "no way leads from stage a to a last one",
    ),
    "a loop of limits that nobody has to act in": (
        (
            stage("a", "b", may_repeat=True, opens=[{"when": "expiry", "stage": "b"}]),
            stage("b", "a", "c", may_repeat=True, opens=[{"when": "expiry", "stage": "a"}]),
            stage("c"),
        ),
        "the limits alone lead from stage a back to it",
    ),
    "a trigger that refers to itself": (
        (stage("a", "b", opens=[act("a")]), stage("b")),
        "the trigger of stage a refers to itself",
    ),
    "a limit that opens its own stage": (
        (stage("a", "b", opens=[{"when": "expiry", "stage": "a"}]), stage("b")),
        "the trigger of stage a refers to itself",
    ),
    "an opening from a stage that does not lead there": (
        (stage("a", "c"), stage("b", "c", opens=[act("a")]), stage("c")),
        "stage b opens from a, which does not lead to it",
    ),
    "an opening from nowhere": ((stage("a", opens=[act("z")]),), "stage a opens from z"),
    "an opening by no act": ((stage("a", opens=[{"when": "act"}]),), "names the acts"),
    "an expiry of nothing": ((stage("a", opens=[{"when": "expiry"}]),), "names the stage whose limit runs out"),
    "an expiry by an act": ((stage("a", opens=[{"when": "expiry", "stage": "b", "acts": ["appeal"]}]),), "mend acts"),
    "a day of a stage": ((stage("a", opens=[{"when": "due", "stage": "b"}]),), "turns on no stage"),
    "an end by what may not be done": (
        (stage("a", acts=["report"], ends_with=["decision"]),),
        "stage a ends with decision, which may not be done there",
    ),
    "a limit counted from nowhere": (
        (stage("a", limit={"days": 3, "counted_from": "z"}),),
        "the limit of stage a is counted from z",
    ),
}


@pytest.mark.parametrize(("stages", "reason"), REFUSED.values(), ids=REFUSED)
def test_contradictory_procedure_is_refused(stages: tuple[dict[str, Any], ...], reason: str) -> None:
    """A procedure that contradicts itself is refused in a sentence that names the stage (F1)."""
    with pytest.raises(ValidationError, match=reason):
        made(*stages)


ACCEPTED: dict[str, tuple[dict[str, Any], ...]] = {
    "a ladder": (stage("a", "b"), stage("b", opens=[act("a")])),
    "a loop through a stage that may repeat": (stage("a", "b", "end", may_repeat=True), stage("b", "a"), stage("end")),
    "two ways from one stage": (stage("a", "b", "c"), stage("b"), stage("c")),
    "a single stage": (stage("a"),),
}


@pytest.mark.parametrize("stages", ACCEPTED.values(), ids=ACCEPTED)
def test_procedure_that_comes_to_an_end_is_accepted(stages: tuple[dict[str, Any], ...]) -> None:
    """Loops are allowed where a stage says that it may repeat, and a way leads to a last stage (F1)."""
    assert made(*stages).stages[0].id == "a"


def test_a_case_begins_with_what_no_stage_leads_to() -> None:
    """Entries are the stages without one before them; the first, where all have one (F1)."""
    assert [one.id for one in made(stage("b"), stage("a", "b")).entries] == ["a"]
    ring = made(stage("a", "b", may_repeat=True), stage("b", "a", "c", may_repeat=True), stage("c"))
    assert [one.id for one in ring.entries] == ["a"]


def test_an_act_is_answered_in_the_stage_that_it_opens() -> None:
    """Else in its own, and nowhere where it names none (F1)."""
    steps = made(stage("a", "b"), stage("b", opens=[act("a")]))
    assert [one and one.id for one in (steps.answering("appeal", "a"), steps.answering("report", "a"))] == ["b", "a"]
    assert steps.answering("appeal", None) is None


def test_refusal_reaches_who_drafts_as_one_sentence() -> None:
    """A draft with a loop is refused by the statement's reader, and says where (F1)."""
    ladder = {"title": "steps", "stages": [stage("a", "b"), stage("b", "a", "c"), stage("c")]}
    with pytest.raises(MalformedError, match=r"procedure runs in a loop through stage a; say may_repeat there"):
        parse_draft(json.dumps(payload("instrument", body__procedure=ladder)).encode(), what="draft")


def test_calendars_are_those_that_limits_name() -> None:
    """An instrument names each calendar once, in the order of stages (F1)."""
    days = {"days": 5, "working": True}
    ladder = {
        "title": "steps",
        "stages": [
            stage("a", "b", limit={**days, "calendar": {"name": "holidays-us"}}),
            stage("b", "c", limit={**days, "calendar": {"name": "holidays-cn"}}),
            stage("c", limit={**days, "calendar": {"name": "holidays-us"}}),
        ],
    }
    body = read(payload("instrument", body__procedure=ladder)).body
    assert isinstance(body, Instrument)
    assert body.calendars == (HolidayCalendar(name="holidays-us"), HolidayCalendar(name="holidays-cn"))
    assert isinstance(body.procedure, Procedure)
    assert isinstance(body.procedure.stage("b"), Stage)
    assert body.procedure.stage(None) is None


DATES = {
    "an end before it was announced": ({"expires": "2019-01-30"}, "before it was announced"),
    "an end before it is in force": ({"in_force": "2019-06-01", "expires": "2019-05-31"}, "before it is in force"),
}


@pytest.mark.parametrize(("members", "reason"), DATES.values(), ids=DATES)
def test_contradictory_dates_are_refused(members: dict[str, str], reason: str) -> None:
    """An instrument does not end before it begins (design §2.2)."""
    with pytest.raises(ValidationError, match=reason):
        Instrument.model_validate({**BODIES["instrument"], **members}, strict=False)


def test_every_word_of_a_procedure_is_shown_before_it_is_signed() -> None:
    """Who signs an instrument reads what opens a stage, who may act, by which calendar, and what is imputed (F1)."""
    ladder = {
        "title": "steps",
        "stages": [
            stage("a", "b", by=["complainant"], acts=["appeal", "report"], ends_with=["report"], may_repeat=True),
            stage("b", "c", opens=[act("a"), {"when": "expiry", "stage": "a"}],
                  limit={"months": 3, "counted_from": "a"}),
            stage("c", opens=[{"when": "due"}, {"when": "held"}],
                  limit={"days": 5, "working": True, "calendar": {"name": "holidays-us"}, "imputed": "as recalled"}),
        ],
    }  # fmt: skip
    text = "\n".join(describe(read(payload("instrument", body__procedure=ladder))))
    for words in (
        "There may act: complainant, by: appeal and report, which it ends with: report.",
        "It may be opened again once it has ended.",
        "It opens by itself by appeal at a.",
        "It opens by itself when the limit of a runs out.",
        "Within 3 months, counted from stage a; then c.",
        "It opens by itself when the last day of a term has passed.",
        "It opens by itself when the trigger of a term is attested to have held.",
        "Within 5 working days; nothing follows.",
        "By the calendar of holidays holidays-us.",
        "The limit is imputed: as recalled.",
    ):
        assert words in text
