"""Actions and restraints by the attestations of named assessors (method §2, R11, R15, R18)."""

from typing import Any

import pytest

from tests.unit.assessment.builder import SOURCE, Book

ACTION: dict[str, Any] = {
    "kind": "action",
    "id": "t",
    "title": "Publish a list",
    "actor": "cn",
    "act": "publish a list",
}
RESTRAINT: dict[str, Any] = {
    "kind": "restraint",
    "id": "t",
    "title": "No new duties",
    "actor": "cn",
    "act": "no new duties",
}
IN_2020 = {"period": {"start": "2020-01-01", "end": "2020-12-31"}}


def action(**more: Any) -> Book:
    """A ledger with an action due by the end of 2020."""
    book = Book()
    book.pledge({**ACTION, "deadline": "2020-12-31", **more})
    return book


def restraint(**more: Any) -> Book:
    """A ledger with a restraint."""
    book = Book()
    book.pledge({**RESTRAINT, **more})
    return book


ACTIONS = [
    # answers (assessor, degree, day), outcome in mid 2020, outcome in 2021, days late
    ([], "not_due", "not_assessable", None),
    ([("a", "complete", "2020-05-01")], "met", "met", 0),
    ([("a", "limited", "2020-05-01")], "not_due", "partly_met", None),
    ([("a", "substantial", "2020-05-01")], "not_due", "partly_met", None),
    ([("a", "none", "2020-05-01")], "not_due", "not_met", None),
    ([("a", "none", "2020-04-01"), ("a", "complete", "2020-05-01")], "met", "met", 0),
    ([("a", "limited", "2020-05-01"), ("a", "complete", "2021-01-10")], "not_due", "partly_met", 10),
    ([("a", "complete", "2021-01-10")], "not_due", "not_met", 10),
    ([("a", "complete", "2020-05-01"), ("b", "limited", "2020-05-02")], "not_due", "disputed", None),
    ([("a", "none", "2020-05-01"), ("b", "limited", "2020-05-02")], "not_due", "disputed", None),
    ([("a", "limited", "2020-05-01"), ("b", "substantial", "2020-05-02")], "not_due", "partly_met", None),
    ([("a", "complete", "2020-05-01"), ("b", "complete", "2020-05-02")], "met", "met", 0),
]


@pytest.mark.parametrize(("said", "early", "late", "days"), ACTIONS)
def test_an_action_is_judged_by_the_latest_answer_of_each_assessor(
    said: list[tuple[str, str, str]], early: str, late: str, days: int | None
) -> None:
    """Complete in time is met, none is not met, between is partly met; assessors may dispute it (R11, R15)."""
    book = action()
    for author, degree, day in said:
        book.attest("done", author=author, term="t", degree=degree, date=day)
    assert book.term("2020-06-01").outcome == early
    term = book.term("2021-06-01")
    assert (term.outcome, term.days_late) == (late, days)


def test_differing_assessors_give_an_interval_and_their_agreement() -> None:
    """The reason prints the interval and how many agree (R15)."""
    book = action()
    for author, degree in (("a", "complete"), ("b", "limited"), ("c", "complete")):
        book.attest("done", author=author, term="t", degree=degree, date="2020-05-01")
    assert book.term("2021-06-01").reason == (
        "assessors differ, from limited to complete: 2 of 3 assessors say complete"
    )


def test_an_action_without_a_deadline_is_met_when_done_and_never_not_met() -> None:
    """Neither period nor deadline (R11)."""
    book = Book()
    book.pledge(ACTION)
    book.attest("done", term="t", degree="none", date="2020-05-01")
    term = book.term("2020-06-01")
    assert (term.outcome, term.reason, term.is_due) == ("not_assessable", "no deadline; attested none", True)
    book.attest("done", term="t", degree="complete", date="2020-07-01")
    assert (book.term("2020-08-01").outcome, book.term("2020-08-01").reached) == ("met", "2020-07-01")


@pytest.mark.parametrize(
    ("source", "grade", "outcome"),
    [
        ({}, "E3", "met"),
        ({"role": "obligor"}, "E2", "met"),
        ({"certainty": "reported"}, "E1", "not_assessable"),
        ({"certainty": "unknown"}, "E0", "not_assessable"),
        ({"role": "leak"}, "E0", "not_assessable"),
    ],
)
def test_an_answer_that_rests_on_the_press_never_closes_a_term(
    source: dict[str, str], grade: str, outcome: str
) -> None:
    """E0 and E1 are printed and cited, and do not decide (R18)."""
    book = action()
    book.attest("done", term="t", degree="complete", date="2020-05-01", source={**SOURCE, **source})
    term = book.term("2021-06-01")
    assert (term.grade, term.outcome) == (grade, outcome)
    assert len(term.cites) == 2  # the pledge and the answer


MILESTONES = {"milestones": [{"id": "a", "title": "First", "deadline": "2020-06-30"}, {"id": "b", "title": "Second"}]}

STEPS = [
    # (milestone, degree, day), outcome on 2020-08-01, outcome on 2021-06-01
    ([], "not_due", "not_assessable"),
    ([("a", "complete", "2020-06-01"), ("b", "complete", "2020-12-01")], "not_due", "met"),
    ([("a", "complete", "2020-06-01"), ("b", "limited", "2020-12-01")], "not_due", "partly_met"),
    ([("a", "complete", "2020-07-01"), ("b", "complete", "2020-12-01")], "not_due", "partly_met"),  # the first is late
    ([("a", "none", "2020-06-01"), ("b", "none", "2020-12-01")], "not_due", "not_met"),
    ([("a", "complete", "2020-06-01")], "not_due", "partly_met"),
]


@pytest.mark.parametrize(("said", "early", "late"), STEPS)
def test_milestones_are_met_together_and_partly_met_alone(
    said: list[tuple[str, str, str]], early: str, late: str
) -> None:
    """Partly met is for milestones and attested levels only (R11)."""
    book = action(**MILESTONES)
    for step, degree, day in said:
        book.attest("done", term="t", milestone=step, degree=degree, date=day)
    assert (book.term("2020-08-01").outcome, book.term("2021-06-01").outcome) == (early, late)


def test_an_action_whose_steps_all_have_days_is_due_on_the_last() -> None:
    """Its milestones give its deadline where it states none; until then it is not due, whatever is kept (R11)."""
    steps = [{"id": "a", "title": "First", "deadline": "2020-06-30"},
             {"id": "b", "title": "Second", "deadline": "2021-03-31"}]  # fmt: skip
    book = action(milestones=steps, deadline=None)
    book.attest("done", term="t", milestone="a", degree="complete", date="2020-06-01")
    early, late = book.term("2021-03-31"), book.term("2021-04-01")
    assert (early.outcome, early.is_due, early.due) == ("not_due", False, "2021-03-31")
    assert (late.outcome, late.is_due) == ("partly_met", True)


def test_milestones_name_what_is_missing() -> None:
    """The reason lists each milestone where it stands (R11)."""
    book = action(**MILESTONES)
    book.attest("done", term="t", milestone="a", degree="complete", date="2020-07-01")
    term = book.term("2021-06-01")
    assert (term.outcome, term.reason) == ("not_met", "not complete in time: a; not attested: b")


RESTRAINTS = [
    # answers (assessor, truth, day), outcome in mid 2020, outcome in 2021
    ([], "not_due", "not_assessable"),
    ([("a", "true", "2020-05-01")], "on_pace", "not_assessable"),  # nobody answers for the rest of the year
    ([("a", "true", "2020-05-01"), ("a", "true", "2020-12-31")], "on_pace", "met"),
    ([("a", "true", "2020-05-01"), ("a", "true", "2021-02-01")], "on_pace", "met"),
    ([("a", "false", "2020-05-01")], "not_met", "not_met"),
    ([("a", "false", "2020-05-01"), ("a", "true", "2020-12-31")], "not_met", "not_met"),  # once broken stays broken
    ([("a", "true", "2020-12-31"), ("a", "false", "2021-02-01")], "not_due", "met"),  # what came later breaks nothing
    ([("a", "false", "2020-05-01"), ("b", "true", "2020-05-02")], "disputed", "disputed"),
    ([("a", "undeterminable", "2020-05-01")], "not_assessable", "not_assessable"),
]


@pytest.mark.parametrize(("said", "early", "late"), RESTRAINTS)
def test_a_restraint_kept_so_far_is_on_pace_and_broken_once_is_broken(
    said: list[tuple[str, str, str]], early: str, late: str
) -> None:
    """On pace while kept; met only on an answer about its end; not met from the day it was broken (R11)."""
    book = restraint(**IN_2020)
    for author, truth, day in said:
        book.attest("kept", author=author, term="t", truth=truth, date=day)
    assert (book.term("2020-06-01").outcome, book.term("2021-06-01").outcome) == (early, late)


def test_a_restraint_without_end_runs_while_it_is_in_force() -> None:
    """Its period is its force: kept it is on pace for ever, broken it is not met (method §2)."""
    book = restraint()
    book.attest("kept", term="t", truth="true", date="2020-05-01")
    assert book.term("2025-01-01").outcome == "on_pace"
    book.attest("kept", term="t", truth="false", date="2020-08-01")
    assert (book.term("2025-01-01").outcome, book.term("2025-01-01").reached) == ("not_met", "2020-08-01")


def test_a_restraint_without_end_that_nobody_attests_is_not_assessable() -> None:
    """It is due from its date, so it is not "not due": nothing is known of it (R11, A)."""
    term = restraint().term("2021-06-01")
    assert (term.outcome, term.reason, term.is_due) == ("not_assessable", "no deadline; nobody attests it", True)


def test_a_suspended_term_says_so_beside_its_outcome() -> None:
    """Validity is never folded into the outcome: the finding stands beside (R12)."""
    book = restraint()
    book.attest("kept", term="t", truth="true", date="2020-05-01")
    book.amend("suspend", ["cn", "us"], effective="2020-06-01")
    term = book.term("2020-07-01")
    assert (term.outcome, term.findings) == ("on_pace", ("R12.suspended: the term is suspended at the view",))
