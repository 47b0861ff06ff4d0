"""Conditional terms: the state of the trigger and what followed (F3, R11)."""

from typing import Any

import pytest

from tests.unit.assessment.builder import Book


def threat(*, judge: str | None = "us", tested: str | None = "2020-03-02", follows: str | None = "2020-04-01") -> Book:
    """A ledger with: if no agreement by 2 March 2020, duties rise by 1 April."""
    trigger: dict[str, Any] = {
        "title": "No agreement",
        "act": "no satisfactory agreement",
        "judge": judge,
        "deadline": tested,
    }
    consequence: dict[str, Any] = {"title": "Duties rise", "act": "duties rise", "deadline": follows}
    book = Book()
    book.pledge(
        {
            "kind": "conditional",
            "id": "t",
            "title": "Threat",
            "actor": "us",
            "trigger": trigger,
            "consequence": consequence,
        }
    )
    return book


# attested of the trigger, of the consequence, the action that carried it out; the view; state, consequence, outcome
CASES = [
    ("before the test", [], None, None, "2020-02-01", "not_yet", "not_due", "not_due"),
    ("held, not due yet", [("a", "true")], None, None, "2020-03-15", "held", "not_due", "not_due"),
    ("held and followed in time", [("a", "true")], None, "2020-03-20", "2020-06-01", "held", "followed", "met"),
    ("held and followed on the last day", [("a", "true")], None, "2020-04-01", "2020-06-01", "held", "followed", "met"),
    ("held and followed late", [("a", "true")], None, "2020-04-11", "2020-06-01", "held", "followed_late", "not_met"),
    (
        "held and attested not to have followed",
        [("a", "true")],
        "false",
        None,
        "2020-06-01",
        "held",
        "not_followed",
        "not_met",
    ),
    (
        "held and attested to have followed",
        [("a", "true")],
        "true",
        None,
        "2020-06-01",
        "held",
        "followed_late",
        "not_met",
    ),
    ("held, nobody says what followed", [("a", "true")], None, None, "2020-06-01", "held", "unknown", "not_assessable"),
    ("failed", [("a", "false")], None, None, "2020-06-01", "failed", "not_due", "not_due"),
    (
        "failed, and it came all the same",
        [("a", "false")],
        None,
        "2020-03-20",
        "2020-06-01",
        "failed",
        "followed",
        "not_due",
    ),
    (
        "attested undeterminable",
        [("a", "undeterminable")],
        None,
        None,
        "2020-06-01",
        "undeterminable",
        "not_due",
        "not_assessable",
    ),
    (
        "assessors differ",
        [("a", "true"), ("b", "false")],
        None,
        None,
        "2020-06-01",
        "undeterminable",
        "not_due",
        "not_assessable",
    ),
    ("nobody attests", [], None, "2020-05-10", "2020-06-01", "undeterminable", "followed_late", "not_assessable"),
]


@pytest.mark.parametrize(
    ("case", "trigger", "told", "carried_out", "as_of", "state", "followed", "outcome"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_outcome_is_by_the_trigger_and_what_followed(
    case: str,
    trigger: list[tuple[str, str]],
    told: str | None,
    carried_out: str | None,
    as_of: str,
    state: str,
    followed: str,
    outcome: str,
) -> None:
    """Held and followed in time is met; held and not followed is not; undeterminable, not assessable (R11, F3)."""
    book = threat()
    for author, truth in trigger:
        book.attest("trigger", author=author, term="t", truth=truth, date="2020-03-02")
    if told is not None:
        book.attest("consequence", term="t", truth=told, date="2020-05-01")
    if carried_out is not None:
        book.act("escalation", date=carried_out, consequence=True)
    term = book.term(as_of)
    assert term.trigger is not None
    assert (term.trigger.state, term.trigger.consequence, term.outcome) == (state, followed, outcome)


def test_a_consequence_without_its_trigger_is_a_finding() -> None:
    """Not yet or failed, and a consequence all the same: ``F.untriggered`` (R11)."""
    book = threat()
    book.act("escalation", date="2020-02-10", consequence=True)
    term = book.term("2020-02-15")
    assert term.outcome == "not_due"
    assert term.findings == ("F.untriggered: the consequence came on 2020-02-10, though the trigger has not held yet",)


def test_a_trigger_that_nobody_is_named_to_judge_is_undeterminable_and_says_what_happened() -> None:
    """Undeterminable is not assessable, with what happened and when (R11, F3)."""
    book = threat(judge=None)
    book.act("escalation", date="2020-05-10", consequence=True)
    term = book.term("2020-06-01")
    assert term.outcome == "not_assessable"
    assert term.reason == (
        "trigger undeterminable: nobody is named to judge whether it held, and nobody attests it; "
        "what happened: 2020-05-10: escalation done"
    )


@pytest.mark.parametrize(("truth", "due"), [("false", False), ("true", True)])
def test_a_threat_whose_trigger_failed_is_not_due(truth: str, *, due: bool) -> None:
    """It owes nothing, so it has no part in the opinion, though its day has passed (R11, A)."""
    book = threat()
    book.attest("trigger", term="t", truth=truth, date="2020-03-02")
    assert book.term("2020-06-01").is_due is due


def test_a_trigger_without_a_day_waits_for_its_judge() -> None:
    """With a judge and no day it is not yet; with neither, nobody can ever tell (F3)."""
    for judge, state in (("us", "not_yet"), (None, "undeterminable")):
        term = threat(judge=judge, tested=None).term("2020-06-01")
        assert term.trigger is not None
        assert term.trigger.state == state


def test_an_action_that_is_not_the_consequence_does_not_count() -> None:
    """Only a logged action that says it carries the consequence out does (F2, F3)."""
    book = threat()
    book.attest("trigger", term="t", truth="true", date="2020-03-02")
    book.act("notice", date="2020-03-20")
    term = book.term("2020-06-01")
    assert term.trigger is not None
    assert (term.trigger.consequence, term.trigger.happened) == ("unknown", ())


def test_days_late_count_from_the_consequences_deadline() -> None:
    """Ten days after 1 April (R11)."""
    book = threat()
    book.attest("trigger", term="t", truth="true", date="2020-03-02")
    book.act("escalation", date="2020-04-11", consequence=True)
    term = book.term("2020-06-01")
    assert (term.days_late, term.reached) == (10, "2020-04-11")
