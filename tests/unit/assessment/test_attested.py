"""Attestations: named assessors, a level or a truth value with a document, and what differing ones come to (R15)."""

import pytest

from tests.unit.assessment.builder import Book

ACTION = {
    "kind": "action", "id": "t", "title": "Publish a list", "actor": "cn", "act": "publish a list",
    "deadline": "2020-06-30",
}  # fmt: skip


def outcome(*levels: str) -> tuple[str, str | None]:
    """What an action comes to when so many assessors each attest one level on its deadline."""
    book = Book()
    book.pledge(ACTION)
    for number, level in enumerate(levels, start=1):
        book.attest("done", author=f"assessor-{number}", term="t", degree=level, date="2020-06-30")
    term = book.term("2021-06-01")
    return term.outcome, term.reason


@pytest.mark.parametrize(
    ("levels", "said"),
    [(("complete",), "met"), (("complete", "complete"), "met"), (("none",), "not_met"),
     (("limited",), "partly_met"), (("limited", "substantial"), "partly_met"), (("none", "complete"), "disputed")],
)  # fmt: skip
def test_levels_of_assessors_give_an_outcome_or_an_interval(levels: tuple[str, ...], said: str) -> None:
    """Complete is met, none is not met, what lies between is partly met, and the two ends are disputed (R15)."""
    assert outcome(*levels)[0] == said


def test_differing_assessors_are_printed_as_an_interval() -> None:
    """Nobody is averaged: both ends stand in the reason (R15)."""
    assert outcome("limited", "substantial")[1] == "attested limited to substantial"


def test_where_nobody_attests_nothing_is_known() -> None:
    """No level is assumed: after the deadline the action cannot be assessed, and says so (R15)."""
    assert outcome() == ("not_assessable", "no admissible evidence in this ledger: nobody attests it")
