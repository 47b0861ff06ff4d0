"""Answerability: before whom a party can be made to answer, and whether it was (method §4, A; E2, E3)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import answerability
from tests.unit.assessment.enforceability.small_ledger import PLACE, Draft, act, case, commitment, instrument, spelt


def forum(kind: str, *, deadlines: bool = False, binding: bool = False, consent: str | None = None) -> dict[str, Any]:
    """Return a forum."""
    return {"kind": kind, "deadlines": deadlines, "binding": binding, "consent": consent, "shown": PLACE}


WRITTEN: dict[str, tuple[Any, str]] = {
    "not known": (None, "0-4"),
    "none": ("none", "0"),
    "consultation": (forum("consultation"), "1"),
    "consultation with deadlines": (forum("consultation", deadlines=True), "1"),
    "peer review": (forum("peer_review"), "1"),
    "publicity": (forum("publicity"), "1"),
    "standing body without deadlines": (forum("standing_body"), "1"),
    "standing body with deadlines": (forum("standing_body", deadlines=True), "2"),
    "expert review": (forum("expert_review"), "2"),
    "standing body whose finding binds, blockable": (forum("standing_body", binding=True, consent="blockable"), "3"),
    "standing body whose finding binds, compulsory": (forum("standing_body", binding=True, consent="compulsory"), "4"),
    "compliance body, no binding finding": (forum("compliance_body"), "3"),
    "arbitration by consent": (forum("arbitration", binding=True, consent="consent"), "3"),
    "arbitration, blockable": (forum("arbitration", binding=True, consent="blockable"), "3"),
    "arbitration, binding, consent unknown": (forum("arbitration", binding=True), "3-4"),
    "arbitration, compulsory, not binding": (forum("arbitration", consent="compulsory"), "3"),
    "arbitration, compulsory, binding": (forum("arbitration", binding=True, consent="compulsory"), "4"),
    "court, compulsory, binding": (forum("court", binding=True, consent="compulsory"), "4"),
    "consultation that calls itself binding": (forum("consultation", binding=True, consent="compulsory"), "1"),
}


@pytest.mark.parametrize(("named", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written_answerability(named: Any, expected: str) -> None:
    """From the forum, rows from 4 down (E2)."""
    assert spelt(answerability.written(case(commitment(), instrument(forum=named))).printed()) == expected


PROCEDURE = {
    "title": "chapter 7",
    "stages": [
        {
            "id": "appeal",
            "title": "appeal",
            "forum": "office",
            "trigger": "a complaint",
            "limit": {"days": 90},
            "last": True,
        },
        {"id": "talks", "title": "talks", "forum": "ministers", "trigger": "no answer", "last": True},
        {
            "id": "quick",
            "title": "assessment",
            "forum": "office",
            "trigger": "an appeal",
            "limit": {"days": 10, "working": True},
            "last": True,
        },
    ],
}
BODY = forum("standing_body", deadlines=True)
APPEAL = act("appeal", "us", "2020-03-01", stage="appeal")

# 1 March and 90 days is 30 May 2020; ten working days from Sunday 1 March is Friday 13 March.
PRACTISED: dict[str, tuple[tuple[Draft, ...], str, int, bool]] = {
    "nobody seised it": ((), "2021-06-30", 2, False),
    "seised, its time running": ((APPEAL,), "2020-05-30", 2, False),
    "seised, its time passed": ((APPEAL,), "2020-05-31", 1, True),
    "answered on the last day": ((APPEAL, act("consultation", "cn", "2020-05-30")), "2021-06-30", 3, True),
    "answered a day late": ((APPEAL, act("consultation", "cn", "2020-05-31")), "2021-06-30", 1, True),
    "settled in time": ((APPEAL, act("settlement", "us", "2020-04-01")), "2021-06-30", 3, True),
    "the seising side speaks again: no answer": (
        (APPEAL, act("escalation", "us", "2020-04-01")),
        "2021-06-30",
        1,
        True,
    ),
    "the other side leaves: no answer": ((APPEAL, act("termination", "cn", "2020-04-01")), "2021-06-30", 1, True),
    "seised again and answered": (
        (APPEAL, act("appeal", "us", "2020-09-01", stage="appeal"), act("excuse", "us", "2020-09-10")),
        "2021-06-30",
        3,
        True,
    ),
    "a stage without a known limit": ((act("appeal", "us", "2020-03-01", stage="talks"),), "2021-06-30", 2, False),
    "no stage named": ((act("consultation", "us", "2020-03-01"),), "2021-06-30", 2, False),
    "a notice outside the procedure seises nothing": ((act("notice", "us", "2020-03-01"),), "2021-06-30", 2, False),
    "a notice that opens a stage": ((act("notice", "us", "2020-03-01", stage="appeal"),), "2021-06-30", 1, True),
    "working days: answered in time whatever the holidays": (
        (act("appeal", "us", "2020-03-01", stage="quick"), act("consultation", "cn", "2020-03-13")),
        "2021-06-30",
        3,
        True,
    ),
    "working days: later may be in time": (
        (act("appeal", "us", "2020-03-01", stage="quick"), act("consultation", "cn", "2020-03-16")),
        "2021-06-30",
        2,
        False,
    ),
    "working days: cannot be said to have passed": (
        (act("appeal", "us", "2020-03-01", stage="quick"),),
        "2021-06-30",
        2,
        False,
    ),
}


@pytest.mark.parametrize(("drafts", "as_of", "expected", "observed"), PRACTISED.values(), ids=PRACTISED)
def test_practised_answerability(drafts: tuple[Draft, ...], as_of: str, expected: int, observed: bool) -> None:
    """Seised and answered in time, one up; seised and its time passed, at most 1 (E3)."""
    one = case(commitment(), instrument(forum=BODY, procedure=PROCEDURE), *drafts, as_of=as_of)
    derived = answerability.practised(one, as_text=answerability.written(one))
    assert (derived.low, derived.high, derived.observed) == (expected, expected, observed)


@pytest.mark.parametrize(
    ("named", "expected"), [(forum("court", binding=True, consent="compulsory"), "4"), (None, "1-4"), ("none", "0")]
)
def test_forum_that_answers_is_one_up_and_at_most_4(named: Any, expected: str) -> None:
    """An interval moves at both ends; where the text has no forum, none was seised (E3)."""
    answered = (APPEAL, act("consultation", "cn", "2020-03-20"))
    one = case(commitment(), instrument(forum=named, procedure=PROCEDURE), *answered)
    derived = answerability.practised(one, as_text=answerability.written(one))
    assert spelt(derived.printed()) == expected
