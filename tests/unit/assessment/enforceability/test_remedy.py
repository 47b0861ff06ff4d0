"""Remedy: what a breach would cost, and whether it did (method §4, R; E2, E3, F3, F4)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import remedy
from ledger.assessment.result import TermResult
from tests.unit.assessment.enforceability.small_ledger import (
    LEVER,
    PLACE,
    REMEDY,
    Draft,
    act,
    amendment,
    case,
    commitment,
    conditional,
    instrument,
    spelt,
    triggered,
)


def clause(kind: str, *, tied: bool = False) -> dict[str, Any]:
    """Return a remedy."""
    return {"kind": kind, "tied_to_test": tied, "shown": PLACE}


WRITTEN: dict[str, tuple[Any, list[dict[str, Any]], str]] = {
    "unknown": (None, [], "0-4"),
    "unknown, with a lever behind it": (None, [LEVER], "2-4"),
    "none": ("none", [], "0"),
    "publicity": (clause("publicity"), [], "1"),
    "none, but a lever": ("none", [LEVER], "2"),
    "publicity, and a lever": (clause("publicity"), [LEVER], "2"),
    "self-judged": (clause("self_judged"), [], "3"),
    "needing leave": (clause("with_leave"), [LEVER], "3"),
    "fixed, not tied to the test": (clause("fixed"), [], "3"),
    "fixed and tied to the test": (clause("fixed", tied=True), [], "4"),
    "a lever that began later": ("none", [{**LEVER, "since": "2019-02-01"}], "0"),
    "a lever that began that day": ("none", [{**LEVER, "since": "2019-01-31"}], "2"),
    "a lever that had ended": ("none", [{**LEVER, "until": "2019-01-30"}], "0"),
    "a lever that ended that day": ("none", [{**LEVER, "until": "2019-01-31"}], "2"),
}


@pytest.mark.parametrize(("text", "levers", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written_remedy(text: Any, levers: list[dict[str, Any]], expected: str) -> None:
    """From the remedy and the levers of that day, rows from 4 down (E2)."""
    one = case(commitment(levers=levers), instrument(remedy=text))
    assert spelt(remedy.written(one).printed()) == expected


def practised(
    *drafts: Draft,
    text: Any = "none",
    levers: tuple[dict[str, Any], ...] = (LEVER,),
    results: tuple[TermResult, ...] = (),
    as_of: str = "2021-06-30",
    **changes: Any,
) -> tuple[str, bool]:
    """Return the practised level and whether something was observed."""
    procedure = {
        "title": "chapter 7",
        "stages": [
            {
                "id": "answer",
                "title": "answer",
                "forum": "office",
                "trigger": "notice",
                "limit": {"days": 60},
                "last": True,
            },
            {
                "id": "quick",
                "title": "answer",
                "forum": "office",
                "trigger": "notice",
                "limit": {"days": 5, "working": True},
                "last": True,
            },
        ],
    }
    one = case(
        commitment(levers=list(levers), **changes),
        instrument(remedy=text, procedure=procedure),
        *drafts,
        results=results,
        as_of=as_of,
    )
    derived = remedy.practised(one, as_text=remedy.written(one))
    return spelt(derived.printed()), derived.observed


NOTICE = act("notice", "us", "2020-03-02", stage="answer")

# 2 March 2020 and 60 days is 1 May.
AFTER_NOTICE: dict[str, tuple[tuple[Draft, ...], str, str, bool]] = {
    "nothing happened": ((), "2021-06-30", "2", False),
    "notified, its time running": ((NOTICE,), "2020-05-01", "2", False),
    "notified, and nothing followed in its time": ((NOTICE,), "2020-05-02", "1", True),
    "notified, and the remedy followed": ((NOTICE, act("remedy", "us", "2020-05-01")), "2021-06-30", "3", True),
    "notified, and an obligation was suspended": (
        (NOTICE, act("suspension", "us", "2020-04-01")),
        "2021-06-30",
        "3",
        True,
    ),
    "notified, and the announced consequence followed": (
        (NOTICE, act("escalation", "us", "2020-04-01", consequence=True)),
        "2021-06-30",
        "3",
        True,
    ),
    "notified, and the remedy followed too late": (
        (NOTICE, act("remedy", "us", "2020-05-02")),
        "2021-06-30",
        "1",
        True,
    ),
    "notified, and settled": ((NOTICE, act("settlement", "us", "2020-04-01")), "2021-06-30", "2", False),
    "notified, and waived": ((NOTICE, act("waiver", "us", "2020-04-01")), "2021-06-30", "2", False),
    "notified, with no time limit known": ((act("notice", "us", "2020-03-02"),), "2021-06-30", "2", False),
    "notified without limit, and the remedy followed": (
        (act("notice", "us", "2020-03-02"), act("remedy", "us", "2021-03-02")),
        "2021-06-30",
        "3",
        True,
    ),
    "notified, and working days cannot be said to have passed": (
        (act("notice", "us", "2020-03-02", stage="quick"),),
        "2021-06-30",
        "2",
        False,
    ),
    "a remedy without notice is no breach notified": ((act("remedy", "us", "2020-03-02"),), "2021-06-30", "2", False),
    "one of two notices had no consequence: the lowest": (
        (NOTICE, act("remedy", "us", "2020-04-01"), act("notice", "us", "2020-09-01", stage="answer")),
        "2021-06-30",
        "1",
        True,
    ),
}


@pytest.mark.parametrize(("drafts", "as_of", "expected", "observed"), AFTER_NOTICE.values(), ids=AFTER_NOTICE)
def test_notified_breach_shows_what_the_remedy_is_worth(
    drafts: tuple[Draft, ...], as_of: str, expected: str, observed: bool
) -> None:
    """The consequence followed: at least 3; not followed in its time: at most 1 (E3)."""
    assert practised(*drafts, as_of=as_of) == (expected, observed)


TRIGGERS: dict[str, tuple[str, str, str, bool]] = {
    "held, and the consequence followed": ("held", "followed", "3", True),
    "held, and it followed late": ("held", "followed_late", "1", True),
    "held, and it did not follow": ("held", "not_followed", "1", True),
    "held, and it is not due": ("held", "not_due", "2", False),
    "held, and nobody says": ("held", "unknown", "2", False),
    "undeterminable, though it was carried out": ("undeterminable", "followed", "2", False),
    "failed": ("failed", "not_due", "2", False),
    "not yet": ("not_yet", "not_due", "2", False),
}


@pytest.mark.parametrize(("state", "consequence", "expected", "observed"), TRIGGERS.values(), ids=TRIGGERS)
def test_trigger_that_held_shows_what_the_threat_is_worth(
    state: str, consequence: str, expected: str, observed: bool
) -> None:
    """Only a trigger that held counts (E3, F3)."""
    results = (triggered(state, consequence),)
    assert practised(results=results, terms=[conditional()]) == (expected, observed)


def test_consequence_that_followed_takes_nothing_from_a_better_text() -> None:
    """At least 3, at most 1: bounds, not values (E3)."""
    followed, failed = (NOTICE, act("remedy", "us", "2020-04-01")), (NOTICE,)
    assert practised(*followed, text=clause("fixed", tied=True))[0] == "4"
    assert practised(*failed, text="none", levers=())[0] == "0"
    assert practised(*followed, text=None)[0] == "3-4"
    assert practised(*failed, text=None, levers=())[0] == "0-1"


def test_lapsed_lever_is_left_out() -> None:
    """R is derived again without the lever (E3, F4); the text's own remedy stays."""
    lapse = amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs")
    assert practised(lapse) == ("0", True)
    assert practised(lapse, levers=(LEVER, {"subject": "quotas", "title": "quotas"})) == ("2", True)
    assert practised(lapse, text=REMEDY) == ("3", True)
    assert practised(lapse, as_of="2019-05-31") == ("2", False)
    assert practised(amendment("lever_lapsed", "us", subject="quotas", lever="quotas")) == ("2", False)


def test_lever_that_began_or_ended_since_the_text_is_read_at_the_view() -> None:
    """The levers of the view, not of the text's day, stand behind it now (E3)."""
    assert practised(levers=({**LEVER, "since": "2020-01-01"},)) == ("2", True)
    assert practised(levers=({**LEVER, "until": "2020-01-01"},)) == ("0", True)


def test_lapse_is_cited() -> None:
    """The entry by which the lever lapsed is named (E2)."""
    lapse = amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs")
    one = case(commitment(levers=[LEVER]), instrument(remedy="none"), lapse)
    derived = remedy.practised(one, as_text=remedy.written(one))
    assert [cite.entry for cite in derived.reasons[-1].cites] == [0, 2]


def test_lever_that_had_lapsed_by_the_day_of_the_text_never_stood_behind_it() -> None:
    """Written are the levers behind the pledge at its time; one that fell on that very day is none of them (E3, F4)."""
    for day, level in (("2019-01-30", "0"), ("2019-01-31", "0"), ("2019-02-01", "2")):
        lapse = amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs", day=day)
        one = case(commitment(levers=[LEVER]), instrument(remedy="none"), lapse)
        assert spelt(remedy.written(one).printed()) == level, day


def test_lapse_is_told_beside_what_followed_a_breach() -> None:
    """Both were observed, and both are reasons (E2, E3)."""
    lapse = amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs")
    stages = [{"id": "answer", "title": "answer", "forum": "office", "trigger": "notice", "last": True}]
    procedure = {"title": "chapter 7", "stages": stages}
    drafts = (lapse, NOTICE, act("remedy", "us", "2020-04-01"))
    one = case(commitment(levers=[LEVER]), instrument(remedy="none", procedure=procedure), *drafts)
    derived = remedy.practised(one, as_text=remedy.written(one))
    assert [why.code for why in derived.reasons][-2:] == ["E3.R.levers", "E3.R.breach-followed"]
    assert derived.low == 3
