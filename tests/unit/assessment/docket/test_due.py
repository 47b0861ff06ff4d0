"""The days of a docket: on which something is or was due, and whether it is there (F2, R11)."""

from typing import Any

import pytest

from tests.unit.assessment.builder import SUBJECT, Book, quantity
from tests.unit.assessment.docket.bargain import docket, treaty

ACTION = {"kind": "action", "id": "law", "title": "the law", "actor": "cn", "act": "publish it",
          "deadline": "2020-06-30", "milestones": [{"id": "draft", "title": "a draft", "deadline": "2020-03-31"},
                                                    {"id": "vote", "title": "a vote"}]}  # fmt: skip
SHOWN = {name: {"locator": "article 1"} for name in ("actor", "action", "quantity", "timing", "reference", "scope")}
THREAT = {"kind": "conditional", "id": "rise", "title": "a rise", "actor": "us",
          "trigger": {"title": "no deal", "actor": "cn", "judge": "us", "deadline": "2020-03-01"},
          "consequence": {"title": "duties rise", "actor": "us", "deadline": "2020-03-02"}}  # fmt: skip
INDICATOR = {"publisher": "Census", "authority": "us-census", "standing": "official", "public": True, "lag_months": 2}


def days(book: Book, as_of: str) -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """Return the docket's days, without their words."""
    return [(one.day, one.kind, one.about, one.who, one.state) for one in docket(book, as_of).days]


def made(*terms: dict[str, Any], **more: Any) -> Book:
    """Return a ledger with a pledge of these terms."""
    book = Book()
    book.pledge(*terms, **more)
    return book


def test_quantity_has_its_last_day_and_the_day_of_its_figures() -> None:
    """Figures are expected by the usual lag of the source that the pledge names (R11)."""
    book = made(quantity(), indicators=[INDICATOR])
    expected = [
        ("2020-12-31", "term", "t", ("cn",), "ahead"),
        ("2021-02-28", "figure", "t/us-census", ("us-census",), "ahead"),
    ]
    assert days(book, "2020-06-30") == expected
    assert [one[4] for one in days(book, "2021-03-01")] == ["past", "past"]


def test_figures_that_are_there_are_done_and_a_kept_term_too() -> None:
    """A day whose figures cover the whole period is done; so is a term that is met (F2)."""
    book = made(quantity("12", shown=SHOWN), indicators=[INDICATOR])
    book.figures(*(f"2020-{month:02} 1201 1" for month in range(1, 13)), published="2021-02-05")
    assert [one[4] for one in days(book, "2021-02-28")] == ["done", "done"]


def test_last_day_itself_is_still_ahead() -> None:
    """What is due on a day can be done on that day (R11)."""
    book = made(quantity())
    assert [one[4] for one in days(book, "2020-12-31") if one[1] == "term"] == ["ahead"]
    assert [one[4] for one in days(book, "2021-01-01") if one[1] == "term"] == ["past"]


def test_action_has_its_milestones_and_the_answer_that_decides_it() -> None:
    """Milestones with a day stand on it; what only an assessor decides waits for an answer (F2)."""
    book = made(ACTION)
    assert days(book, "2020-04-01") == [
        ("2020-03-31", "milestone", "law/draft", ("cn",), "past"),
        ("2020-06-30", "attestation", "law", (), "ahead"),
        ("2020-06-30", "term", "law", ("cn",), "ahead"),
    ]
    book.attest("done", term="law", milestone="draft", degree="complete", date="2020-03-30")
    assert days(book, "2020-04-01")[0] == ("2020-03-31", "milestone", "law/draft", ("cn",), "done")


TRIGGERS = {
    "nobody attests": (None, "past", "past"),
    "it held, and what followed is not told": ("true", "done", "past"),
    "it failed": ("false", "done", "past"),
}


@pytest.mark.parametrize(("truth", "trigger", "consequence"), TRIGGERS.values(), ids=TRIGGERS)
def test_trigger_and_consequence_stand_on_their_days(truth: str | None, trigger: str, consequence: str) -> None:
    """A trigger is on the docket with its state, what follows beside it (F3)."""
    book = made(THREAT)
    if truth is not None:
        book.attest("trigger", term="rise", truth=truth, date="2020-03-01")
    told = {one[1]: one for one in days(book, "2020-03-10")}
    assert told["trigger"] == ("2020-03-01", "trigger", "rise", ("cn",), trigger)
    assert told["consequence"] == ("2020-03-02", "consequence", "rise", ("us",), consequence)


def test_consequence_that_followed_is_done() -> None:
    """An action that carries the consequence out stands as done, late or not (F3)."""
    book = made(THREAT)
    book.attest("trigger", term="rise", truth="true", date="2020-03-01")
    book.act("suspension", date="2020-03-05", consequence=True, terms=["rise"])
    told = {one[1]: one for one in days(book, "2020-03-10")}
    assert told["consequence"][4] == "done"


def test_levers_the_instrument_and_coming_amendments_have_their_days() -> None:
    """What ends or changes later is on the docket from its announcement (R1, F4)."""
    book = Book()
    treaty(book, expires="2022-01-14")
    lever = {"subject": "tariffs", "title": "the tariffs", "until": "2020-11-10"}
    book.pledge(quantity(), instrument="treaty", levers=[lever])
    book.amend("suspend", ["cn", "us"], announced="2020-02-01", effective="2020-08-01")
    told = {(one[0], one[1]): one[4] for one in days(book, "2020-06-30")}
    assert told["2022-01-14", "instrument"] == "ahead"
    assert told["2020-11-10", "lever"] == "ahead"
    assert told["2020-08-01", "amendment"] == "ahead"
    assert ("2020-08-01", "amendment") not in {(one[0], one[1]) for one in days(book, "2020-08-01")}


def test_days_stand_in_order_and_cite_their_entries() -> None:
    """Days come in order whatever the order of terms, and each names the entry it rests on (F2)."""
    book = made(quantity(), ACTION)
    told = docket(book, "2020-04-01").days
    assert [one.day for one in told] == sorted(one.day for one in told)
    entry = book.known("2020-04-01").commitments[SUBJECT].index
    assert {cite.entry for one in told for cite in one.cites} == {entry}
