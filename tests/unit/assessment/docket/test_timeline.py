"""The timeline: what two sides owe each other in one order, and who had to move first (F3)."""

from typing import Any

from ledger.assessment.assess import assess
from ledger.assessment.docket.timeline import Reciprocal, reciprocals, related
from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.docket.bargain import treaty


def owes(party: str, day: str, name: str = "t") -> dict[str, Any]:
    """Return a term that a party does something by a day."""
    return {"kind": "action", "id": name, "title": f"{party} acts", "actor": party, "act": "act", "deadline": day}


def pledged(book: Book, party: str, day: str, subject: str, **more: Any) -> None:
    """Record that one side pledges something to the other."""
    other = {"cn": "us", "us": "cn"}[party]
    book.pledge(owes(party, day), subject=subject, **{"obligors": [party], "obligees": [other], **more})


def told(book: Book, as_of: str) -> tuple[Reciprocal, ...]:
    """Return the timelines of all pledges at a view."""
    known = book.known(as_of)
    return reciprocals(assess(known, name, book.drawn(known, name)) for name in sorted(known.commitments))


def test_who_had_to_move_first_is_said_with_both_days() -> None:
    """The side whose first day comes first is named first, whatever the order of entries (F3)."""
    book = Book()
    pledged(book, "cn", "2020-06-30", "a-purchases")
    pledged(book, "us", "2020-03-31", "b-tariffs")
    (one,) = told(book, "2020-12-31")
    assert one.first == ("us",)
    assert one.words == "us by 2020-03-31, before cn by 2020-06-30"
    assert [(line.day, line.who) for line in one.lines if line.kind == "term"] == [
        ("2020-03-31", ("us",)), ("2020-06-30", ("cn",)),
    ]  # fmt: skip


def test_both_by_one_day_is_said_of_both() -> None:
    """Neither side comes first where both have the same day (F3)."""
    book = Book()
    pledged(book, "cn", "2020-06-30", "a")
    pledged(book, "us", "2020-06-30", "b")
    (one,) = told(book, "2020-12-31")
    assert one.first == ("cn", "us")
    assert one.words == "all by the same day, 2020-06-30: cn, us"


def test_one_side_alone_makes_no_timeline() -> None:
    """What only one side owes has no order between two (F3)."""
    book = Book()
    book.pledge(quantity())
    assert told(book, "2020-12-31") == ()


def test_promise_for_promise_names_the_actor_of_the_trigger() -> None:
    """If one acts the other does: the trigger's actor has to move first (F3)."""
    book = Book()
    book.pledge({
        "kind": "conditional", "id": "swap", "title": "a swap", "actor": "cn",
        "trigger": {"title": "tariffs fall", "actor": "us", "act": "lower them", "deadline": "2020-02-14"},
        "consequence": {"title": "purchases", "actor": "cn", "act": "buy", "deadline": "2020-12-31"},
    })  # fmt: skip
    (one,) = told(book, "2020-12-31")
    assert one.words == "us by 2020-02-14, before cn by 2020-12-31"


def test_links_bring_together_what_stands_under_two_instruments() -> None:
    """Commitments that link to each other are one bargain, and what was done stands in it (F3, R16)."""
    book = Book()
    treaty(book, procedure="none")
    pledged(book, "cn", "2020-06-30", "pledge")
    link = {"kind": "overlaps", "commitment": "pledge"}
    pledged(book, "us", "2020-03-31", "tariffs", instrument="treaty", links=[link])
    pledged(book, "us", "2019-03-31", "alone", instrument="other", date="2019-01-01")
    book.act("consultation", date="2020-05-01")
    (one,) = told(book, "2020-12-31")
    assert one.instruments == ("agreement", "treaty")
    assert one.commitments == ("pledge", "tariffs")
    assert ("2020-05-01", "act", "consultation", "done") in {
        (line.day, line.kind, line.about, line.state) for line in one.lines
    }
    known = book.known("2020-12-31")
    assert related(known, ["pledge"]) == ("pledge", "tariffs")
    assert related(known, ["alone"]) == ("alone",)
    assert related(known, ["not there"]) == ()
