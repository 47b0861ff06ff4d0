"""How a commitment stands: its terms as amended, its validity, its disposition, on axes of their own (R12)."""

from typing import Any

import pytest

from ledger.assessment.standing import Standing, standing
from tests.unit.assessment.builder import SOURCE, SUBJECT, Book, quantity


def stands(book: Book, as_of: str = "2021-06-01") -> Standing:
    """How the pledge stands on a day."""
    return standing(book.known(as_of), SUBJECT)


def pledged(**more: Any) -> Book:
    """A ledger with one pledge of one term."""
    book = Book()
    book.pledge(quantity("12"), **more)
    return book


def target(book: Book, as_of: str = "2021-06-01") -> str:
    """The target of the term as it stands."""
    return stands(book, as_of).terms[0].target  # type: ignore[union-attr]


def test_both_sides_change_a_term_from_its_effective_day() -> None:
    """An amendment by both is seen when announced and changes the terms when effective (R1, R12)."""
    book = pledged()
    book.amend("modify", ["cn", "us"], effective="2020-06-01", announced="2020-03-01", terms=[quantity("10")])
    assert target(book, "2020-05-31") == "12"
    assert target(book, "2020-06-01") == "10"
    assert stands(book).validity == "modified"


@pytest.mark.parametrize("side", ["cn", "us"])
def test_one_side_alone_changes_nothing(side: str) -> None:
    """An amendment that the other side has not affirmed is a position: it is listed, and the text stands (R12)."""
    book = pledged()
    book.amend("modify", [side], terms=[quantity("10")])
    assert target(book) == "12"
    assert [one.body.by for one in stands(book).unaffirmed] == [(side,)]
    assert stands(book).validity == "acknowledged"


def test_affirming_an_amendment_makes_it_count() -> None:
    """The other side's affirmation, in reply to the amendment, completes it (R12)."""
    book = pledged()
    name = book.amend("modify", ["us"], terms=[quantity("10")])
    book.position("cn", "affirms", date="2020-04-01", replies_to=name)
    assert target(book) == "10"


def test_affirming_it_on_another_commitment_changes_nothing_here() -> None:
    """Only positions on the commitment itself count, as an audit's closure holds no others (R12, design §2.3)."""
    book = pledged()
    book.pledge(quantity(), subject="sibling")
    name = book.amend("modify", ["cn"], terms=[quantity("9")])
    book.say("position", "sibling", {"party": "us", "stance": "affirms", "date": "2020-02-01", "source": SOURCE,
                                     "replies_to": name})  # fmt: skip
    assert stands(book).terms[0].model_dump()["target"] == "12"
    assert len(stands(book).unaffirmed) == 1


def test_either_party_can_leave_a_joint_instrument() -> None:
    """An exit is one side's act, also the obligee's, where the instrument is of both (R12, X)."""
    book = pledged()
    book.amend("withdraw", ["us"], subject="agreement")
    assert stands(book).validity == "withdrawn"


def test_another_stance_does_not_complete_an_amendment() -> None:
    """Affirming differently, or something else, is no consent (R12)."""
    book = pledged()
    name = book.amend("modify", ["us"], terms=[quantity("10")])
    book.position("cn", "affirms_differently", replies_to=name)
    book.position("cn", "affirms")
    assert target(book) == "12"


def test_the_obligor_of_a_unilateral_pledge_changes_it_alone() -> None:
    """Nobody else has to agree where nobody is owed (R12)."""
    book = pledged(obligees=[])
    book.amend("modify", ["cn"], terms=[quantity("10")])
    assert target(book) == "10"


def test_modify_adds_terms_and_replace_changes_the_whole_list() -> None:
    """A term of a new id is added; a replacement leaves nothing of the old list (R12)."""
    book = pledged()
    book.amend("modify", ["cn", "us"], terms=[quantity("7", id="u")])
    assert [term.id for term in stands(book).terms] == ["t", "u"]
    book.amend("replace", ["cn", "us"], effective="2020-04-01", terms=[quantity("9", id="v")])
    assert [term.id for term in stands(book).terms] == ["v"]
    assert stands(book).validity == "replaced"


def test_suspended_terms_are_named_until_resumed() -> None:
    """Suspension is of terms, from its effective day until they are resumed (R12)."""
    book = pledged()
    book.amend("suspend", ["cn", "us"], effective="2020-03-01", applies_to=["t"])
    book.amend("resume", ["cn", "us"], effective="2020-05-01")
    assert stands(book, "2020-04-01").suspended == {"t"}
    assert stands(book, "2020-05-01").suspended == frozenset()


VALIDITIES = [
    ("only others say so", {}, [], "claimed"),
    (
        "the obligor speaks in the quotation",
        {"quotes": [{"text": "We shall", "language": "en", "speaker": "cn"}]},
        [],
        "acknowledged",
    ),
    ("suspended whole", {}, [("suspend", ["cn", "us"])], "suspended"),
    ("left by one side", {}, [("withdraw", ["cn"])], "withdrawn"),
    ("the other side cannot leave for it", {}, [("withdraw", ["us"])], "claimed"),
    ("expired", {}, [("expire", ["us"])], "expired"),
    ("suspended and left", {}, [("suspend", ["cn", "us"]), ("withdraw", ["cn"])], "withdrawn"),
]


@pytest.mark.parametrize(("case", "body", "changes", "validity"), VALIDITIES, ids=[case[0] for case in VALIDITIES])
def test_validity_is_the_strongest_that_applies(
    case: str, body: dict[str, Any], changes: list[tuple[str, list[str]]], validity: str
) -> None:
    """Validity is an axis of its own, told by the amendments in effect and who speaks (R12)."""
    book = Book()
    # The instrument of the builder is issued by both; this one is the other side's record of the day.
    book.say(
        "instrument", "fact-sheet",
        {"title": "Fact sheet", "form": "fact_sheet", "issuers": ["us"], "binding": "silent", "announced": "2020-01-15",
         "exit": "none", "forum": "none", "remedy": "none", "escapes": "none", "source": SOURCE},
    )  # fmt: skip
    book.pledge(quantity(), **{"instrument": "fact-sheet", **body})
    for change, by in changes:
        book.amend(change, by)
    assert stands(book).validity == validity


def test_affirmation_by_the_obligor_acknowledges() -> None:
    """A pledge known from others is acknowledged when the obligor affirms it (R12)."""
    book = Book()
    book.say(
        "instrument", "post",
        {"title": "Post", "form": "post", "issuers": ["us"], "binding": "silent", "announced": "2020-01-15",
         "exit": "none", "forum": "none", "remedy": "none", "escapes": "none", "source": SOURCE},
    )  # fmt: skip
    book.pledge(quantity(), instrument="post")
    book.position("cn", "affirms", date="2020-02-01")
    assert (stands(book, "2020-01-31").validity, stands(book, "2020-02-01").validity) == ("claimed", "acknowledged")


@pytest.mark.parametrize(
    ("act", "disposition"),
    [
        ("waiver", "waived"),
        ("excuse", "excused"),
        ("appeal", "under_appeal"),
        ("remedy", "remedy_applied"),
        ("settlement", "settled"),
        ("notice", "none"),
    ],
)
def test_disposition_is_what_was_last_done(act: str, disposition: str) -> None:
    """Disposition follows logged actions, never the outcome (R12)."""
    book = pledged()
    book.act(act, date="2021-03-01")
    assert stands(book, "2021-02-28").disposition == "none"
    assert stands(book, "2021-03-01").disposition == disposition


@pytest.mark.parametrize("order", [("waiver", "appeal", "remedy"), ("remedy", "waiver", "appeal")])
def test_disposition_of_one_day_goes_by_the_order_of_steps(order: tuple[str, ...]) -> None:
    """An appeal is answered before it is waived: what was logged first says nothing of the world (R12, F2)."""
    book = pledged()
    for act in order:
        book.act(act, date="2021-03-01")
    assert stands(book).disposition == "waived"


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_amendments_of_one_day_the_one_announced_later_stands(turned: bool) -> None:
    """What was announced later is the later word, whatever was logged first; nothing is left open (R1, R12)."""
    book = pledged()
    days = {"10": "2020-02-01", "9": "2020-02-15"}
    for amount in sorted(days, reverse=turned):
        book.amend("modify", ["cn", "us"], announced=days[amount], terms=[quantity(amount)])
    assert target(book) == "9"
    assert stands(book).contrary == ()


CONTRARY: dict[str, tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]], bool]] = {
    "two amounts of one term": (
        ("modify", {"terms": [quantity("10")]}), ("modify", {"terms": [quantity("9")]}), True
    ),
    "a new list and an amount of the old one": (
        ("replace", {"terms": [quantity("10", id="u")]}), ("modify", {"terms": [quantity("9")]}), True
    ),
    "suspended and resumed": (("suspend", {}), ("resume", {}), True),
    "one amount, said twice": (
        ("modify", {"terms": [quantity("10")]}), ("modify", {"terms": [quantity("10")]}), False
    ),
    "an amount and another term": (
        ("modify", {"terms": [quantity("10")]}), ("modify", {"terms": [quantity("9", id="u")]}), False
    ),
    "an amount and a suspension": (("modify", {"terms": [quantity("10")]}), ("suspend", {}), False),
    "one term suspended, another resumed": (
        ("suspend", {"applies_to": ["t"]}), ("resume", {"applies_to": ["u"]}), False
    ),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "contrary"), CONTRARY.values(), ids=CONTRARY)
def test_amendments_of_the_same_days_that_contradict_each_other_are_named(
    first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]], contrary: bool
) -> None:
    """Where only the log's order tells which is the later word, the pair is there to be told; else none is (R12)."""
    book = Book()
    book.pledge(quantity("12"), quantity("3", id="u"))
    for change, more in (first, second):
        book.amend(change, ["cn", "us"], **more)
    pairs = [(one.index, other.index) for one, other in stands(book).contrary]
    assert pairs == ([(len(book.said) - 2, len(book.said) - 1)] if contrary else [])
    if contrary and first[0] == second[0]:
        assert target(book) == "9"


def test_what_only_positions_say_contradicts_nothing() -> None:
    """Two sides that each move the deadline alone change nothing, and their order decides nothing (R12)."""
    book = pledged()
    book.amend("modify", ["cn"], terms=[quantity("10")])
    book.amend("modify", ["us"], terms=[quantity("9")])
    assert (target(book), stands(book).contrary) == ("12", ())


def test_a_lapsed_lever_is_named() -> None:
    """A lever that lapsed is seen by every commitment, from its effective day (F4)."""
    book = pledged()
    book.amend("lever_lapsed", ["us"], effective="2021-02-20", lever="us-tariffs")
    assert stands(book, "2021-02-19").lapsed == frozenset()
    assert stands(book, "2021-02-20").lapsed == {"us-tariffs"}
