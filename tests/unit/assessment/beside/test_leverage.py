"""Leverage: what stands behind a commitment, dated, and by which entry it lapsed (E10, F4)."""

from typing import Any

import pytest

from ledger.assessment.beside.leverage import leverage
from tests.unit.assessment.builder import SUBJECT, Book, quantity

TARIFF = {"subject": "tariff", "title": "The tariff"}

STATES: dict[str, tuple[dict[str, Any], str, str]] = {
    "without days": ({}, "in_force", "The tariff, since a day not stated: in force"),
    "begun": ({"since": "2019-01-01"}, "in_force", "since 2019-01-01: in force"),
    "on its first day": ({"since": "2020-12-31"}, "in_force", "in force"),
    "not begun": ({"since": "2021-01-01"}, "not_yet", "not yet in force"),
    "on its last day": ({"until": "2020-12-31"}, "in_force", "until 2020-12-31: in force"),
    "over": ({"until": "2020-12-30"}, "ended", "its time ended on 2020-12-30"),
}


@pytest.mark.parametrize(("days", "state", "words"), STATES.values(), ids=STATES)
def test_a_lever_stands_by_its_own_days(days: dict[str, Any], state: str, words: str) -> None:
    """Both its first and its last day are its own (E10)."""
    book = Book()
    book.pledge(quantity(), levers=[{**TARIFF, **days}])
    (found,) = leverage(book.known("2020-12-31"), SUBJECT)
    assert found.state == state
    assert words in found.words


def test_a_lapse_names_its_day_and_entry() -> None:
    """A ruling ends the tariff: the entry that says so is cited beside the pledge (F4)."""
    book = Book()
    book.pledge(quantity(), levers=[TARIFF])
    book.amend("lever_lapsed", ["us"], subject="agreement", lever="tariff", effective="2020-06-01")
    (found,) = leverage(book.known("2020-12-31"), SUBJECT)
    assert (found.state, found.lapsed) == ("lapsed", "2020-06-01")
    assert [cite.entry for cite in found.cites] == [3, 4]
    assert "lapsed on 2020-06-01 (entry 4): so agreed" in found.words


def test_a_lapse_to_come_is_not_yet_one() -> None:
    """Before its effective day the lever still stands (F4, R1)."""
    book = Book()
    book.pledge(quantity(), levers=[TARIFF])
    book.amend("lever_lapsed", ["us"], subject="agreement", lever="tariff", effective="2020-06-01",
               announced="2020-05-01")  # fmt: skip
    assert leverage(book.known("2020-05-31"), SUBJECT)[0].state == "in_force"


def test_the_lapse_of_another_lever_leaves_this_one() -> None:
    """Each lever lapses by itself (F4)."""
    book = Book()
    book.pledge(quantity(), levers=[TARIFF, {"subject": "loan", "title": "The loan"}])
    book.amend("lever_lapsed", ["us"], lever="loan", effective="2020-06-01")
    assert [one.state for one in leverage(book.known("2020-12-31"), SUBJECT)] == ["in_force", "lapsed"]


def test_no_lever_is_no_leverage() -> None:
    """A pledge that names none has none (E10)."""
    book = Book()
    book.pledge(quantity())
    assert leverage(book.known("2020-12-31"), SUBJECT) == ()
