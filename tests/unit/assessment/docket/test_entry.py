"""One commitment on the docket: its procedure, or why there is none, put together with its days (F1–F3, R12)."""

import pytest

from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.docket.bargain import docket, treaty

THREAT = {"kind": "conditional", "id": "rise", "title": "a rise", "actor": "us",
          "trigger": {"title": "no deal", "judge": "us", "deadline": "2020-03-01"},
          "consequence": {"title": "duties rise", "actor": "us", "deadline": "2020-03-31"}}  # fmt: skip
ON_SIGNALS = {
    "title": "by itself",
    "stages": [
        {"id": "review", "title": "review", "forum": "board", "trigger": "a day passed", "opens": [{"when": "due"}],
         "by": ["forum"], "acts": ["decision", "waiver"], "ends_with": ["decision"], "last": True, "may_repeat": True},
        {"id": "measure", "title": "measure", "forum": "board", "trigger": "it held", "opens": [{"when": "held"}],
         "by": ["obligee"], "acts": ["remedy"], "ends_with": ["remedy"], "last": True},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("procedure", "why"),
    [("none", "its instrument has no procedure"), (None, "whether its instrument has a procedure is unknown")],
)
def test_docket_says_why_there_is_no_procedure(procedure: str | None, why: str) -> None:
    """That a text has no procedure and that nobody read of one are two things (F1, design §2.2)."""
    book = Book()
    if procedure is not None:
        treaty(book, procedure=procedure)
    book.pledge(quantity(), instrument="treaty" if procedure is not None else "agreement")
    book.act("waiver", date="2020-03-01")
    told = docket(book, "2020-06-30")
    assert (told.procedure, told.why, told.stages, told.permitted) == (None, why, (), ())
    assert [(one.act, one.timing) for one in told.acts] == [("waiver", "untimed")]
    assert told.disposition == "waived"


def test_term_that_fell_due_opens_a_review_each_time() -> None:
    """A review by test dates opens the day after each, once the one before has ended (F1)."""
    book = Book()
    treaty(book, procedure=ON_SIGNALS)
    book.pledge(
        quantity(id="q1", period={"start": "2020-01-01", "end": "2020-03-31"}),
        quantity(id="q2", period={"start": "2020-04-01", "end": "2020-06-30"}),
        instrument="treaty",
    )
    assert docket(book, "2020-03-31").stages == ()
    (first,) = docket(book, "2020-04-01").stages
    assert (first.id, first.opened, first.why) == ("review", "2020-04-01", "the last day of q1, 2020-03-31, has passed")
    book.act("waiver", date="2020-05-01", by="us", stage="review")
    book.act("decision", date="2020-05-02", by="us", stage="review")
    told = docket(book, "2020-07-01")
    assert [(one.round, one.opened, one.state) for one in told.stages] == [
        (1, "2020-04-01", "ended"), (2, "2020-07-01", "open"),
    ]  # fmt: skip
    assert told.disposition == "waived"


def test_trigger_that_held_opens_what_follows_from_the_day_attested() -> None:
    """The trigger's state stands on the docket, and a stage may turn on it (F3)."""
    book = Book()
    treaty(book, procedure=ON_SIGNALS)
    book.pledge(THREAT, instrument="treaty")
    assert docket(book, "2020-03-05").stages == ()
    book.attest("trigger", term="rise", truth="true", date="2020-03-04")
    (told,) = docket(book, "2020-03-05").stages
    assert (told.id, told.opened, told.by) == ("measure", "2020-03-04", ("us",))
    assert docket(book, "2020-03-03").stages == ()


def test_what_is_corrected_or_later_is_not_there_at_an_earlier_view() -> None:
    """A docket of an older view gives its old answer (F2, R1)."""
    book = Book()
    treaty(book)
    book.pledge(quantity(), instrument="treaty")
    book.act("appeal", date="2020-03-01", stage="appeal")
    before = docket(book, "2020-02-29")
    assert before.stages == ()
    assert [one.id for one in docket(book, "2020-03-01").stages] == ["appeal", "answer"]
    assert docket(book, "2020-02-29") == before


def test_a_pledge_that_is_over_is_noted() -> None:
    """The docket of a suspended or withdrawn pledge says so, and judges no right that may remain (R12)."""
    book = Book()
    treaty(book)
    book.pledge(quantity(), instrument="treaty")
    assert docket(book, "2020-02-28").notes == ()
    book.amend("suspend", ["cn", "us"], effective="2020-03-01")
    (note,) = docket(book, "2020-03-01").notes
    assert note.startswith("the pledge is suspended (suspended effective 2020-03-01: so agreed); whether its procedure")


def test_where_only_the_log_orders_two_amendments_the_docket_says_so() -> None:
    """Two amounts of one day contradict one another: both entries are named, and which of them stands (F2, R12)."""
    book = Book()
    treaty(book)
    book.pledge(quantity("12"), instrument="treaty")
    book.amend("modify", ["cn", "us"], terms=[quantity("10")])
    assert docket(book, "2020-03-01").notes == ()
    book.amend("modify", ["cn", "us"], terms=[quantity("9")])
    first, second = len(book.said) - 2, len(book.said) - 1
    (note,) = docket(book, "2020-03-01").notes
    assert note.startswith(f"the amendments of entries {first} and {second} contradict one another")
    assert note.endswith("have the same days (2020-03-01); the later entry stands")
