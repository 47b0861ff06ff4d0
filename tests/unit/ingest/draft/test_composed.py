"""Proposals as drafts: what the words give, null wherever they do not (design §2.2; E1, R17)."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.ingest.document import Draft, check_draft
from ledger.ingest.draft.composed import Composed, Frame, compose_commitment, compose_instrument, weighable
from ledger.ingest.draft.proposal import propose
from ledger.ingest.draft.text import read_document
from ledger.ingest.draft.vocabulary import shipped

WORDS = shipped()
FRAME = Frame(
    "deal", day="2026-03-10", title="Deal", form="statement", issuers=("cn", "us"), publisher="Office", role="joint"
)


def composed(text: str, frame: Frame = FRAME) -> Composed:
    """Return the draft of the one proposal of a text."""
    document = read_document(text.encode(), name="x.txt")
    (one,) = propose(document, WORDS, issuers=frame.issuers, day=frame.day)
    return compose_commitment(one, document, WORDS, frame)


def terms(text: str) -> list[dict[str, Any]]:
    """Return the terms of that draft."""
    return list(composed(text).body["terms"])


def checked(draft: Composed) -> None:
    """Read a draft as the recorder would."""
    check_draft(Draft(draft.kind, draft.subject, None, None, draft.body, "here"))  # type: ignore[arg-type]


WHOLE = [
    "China will buy at least 5 million tonnes of soybeans from the United States in 2026.",
    "China shall import no more than $5 billion of US goods by 1 May 2027.",
    "The United States shall not impose duties on Chinese goods.",
    "Both sides agreed to meet once a year within 90 days.",
    "If China lifts the ban by 1 May 2026, the United States will cut its duty on Chinese goods to 5 percent.",
    "China will increase its imports of US wheat by an additional 200,000 tonnes over the 2024 level in 2026.",
    "China shall buy at least 25 MMT of U.S. soybeans in each of 2026, 2027, and 2028.",
    "China will, as appropriate, open its ports to the United States.",
]


@pytest.mark.parametrize("text", WHOLE)
def test_draft_that_the_text_settles_is_whole(text: str) -> None:
    """Nothing is open, and the recorder's reader takes it as it is."""
    draft = composed(text)
    assert draft.open == ()
    checked(draft)


def test_quantity_says_what_the_words_say() -> None:
    """Target, bound, unit, period, readings and places, each from the words (method §2)."""
    (one,) = terms(WHOLE[0])
    assert {name: one[name] for name in ("kind", "bound", "target", "unit", "period", "actor")} == {
        "kind": "quantity", "bound": "at_least", "target": "5000000", "unit": "t", "actor": "cn",
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
    }  # fmt: skip
    assert [(each["type"], each["reporter"], each["partner"]) for each in one["readings"]] == [
        ("order", "us", "cn"), ("export", "us", "cn"), ("import", "cn", "us"),
    ]  # fmt: skip
    assert {name: each["words"] for name, each in one["shown"].items()} == {
        "actor": "China", "action": "buy", "quantity": "5 million tonnes", "scope": "soybeans", "timing": "in 2026",
    }  # fmt: skip
    assert one["scope"] == {"title": "soybeans", "classification": "HS", "codes": ["1201"]}


def test_each_year_is_a_term() -> None:
    """An amount in each of three years is owed three times."""
    assert [(one["target"], one["period"]["start"]) for one in terms(WHOLE[6])] == [
        ("25", "2026-01-01"), ("25", "2027-01-01"), ("25", "2028-01-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "periods"),
    [
        ("a year from 2026 to 2027", [("2026-01-01", "2026-12-31"), ("2027-01-01", "2027-12-31")]),
        ("annually over the next two years", [("2026-03-10", "2027-03-09"), ("2027-03-10", "2028-03-09")]),
    ],
)
def test_yearly_amount_is_a_term_for_each_year(when: str, periods: list[tuple[str, str]]) -> None:
    """An amount a year over whole years is owed in each of them, and never once in all of them."""
    found = terms(f"China will import 5 tonnes of US rice {when}.")
    assert [(one["period"]["start"], one["period"]["end"]) for one in found] == periods
    assert {one["target"] for one in found} == {"5"}


@pytest.mark.parametrize(
    "when", ["a year", "a month in 2026", "annually from 1 May 2026 to 1 June 2027", "per year by 2030"]
)
def test_repeated_amount_without_whole_years_is_open(when: str) -> None:
    """How often it is owed is not said, so that its target is open: an amount a year is not an amount."""
    draft = composed(f"China will import 5 tonnes of US rice {when}.")
    assert draft.open == ("terms[0].target",)
    assert "owes 5 each time" in draft.notes["terms[0].target"]


def test_each_amount_is_a_term_with_its_own_time() -> None:
    """Two amounts of one verb are two terms."""
    found = terms("China will buy 5 tonnes of US rice in 2026 and 7 tonnes in 2027.")
    assert [(one["target"], one["period"]["end"]) for one in found] == [("5", "2026-12-31"), ("7", "2027-12-31")]


def test_each_actor_has_a_term() -> None:
    """What two parties promise, each of them owes, to the other."""
    draft = composed(WHOLE[3])
    assert [(one["id"], one["actor"]) for one in draft.body["terms"]] == [("t1-cn", "cn"), ("t2-us", "us")]
    assert (draft.body["obligors"], draft.body["obligees"]) == (["cn", "us"], ["cn", "us"])


def test_increment_has_its_baseline() -> None:
    """An amount over a level of a year is an increment (R6)."""
    (one,) = terms(WHOLE[5])
    assert (one["target_is"], one["baseline"]) == (
        "increment", {"period": {"start": "2024-01-01", "end": "2024-12-31"}},
    )  # fmt: skip
    assert one["shown"]["reference"]["words"] == "over the 2024 level"


def test_condition_is_a_trigger_that_nobody_judges() -> None:
    """The judge is unknown until somebody says who it is (E1)."""
    (one,) = terms(WHOLE[4])
    assert one["trigger"]["act"] == "If China lifts the ban by 1 May 2026"
    assert one["trigger"]["judge"] is None
    assert one["consequence"]["act"] == "cut its duty on Chinese goods to 5 percent"


def test_hedge_is_a_hedge_and_a_mark() -> None:
    """A softened act counts one half (E1), and so does a softened amount."""
    draft = composed(WHOLE[7])
    assert [one["words"] for one in draft.body["hedges"]] == ["as appropriate"]
    assert draft.body["terms"][0]["marks"][0]["element"] == "action"
    (one,) = terms("China will buy up to 5 tonnes of US rice.")
    assert [(each["element"], each["shown"]["words"]) for each in one["marks"]] == [("quantity", "up to")]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("China will expand imports of US goods.", "terms[0].unit"),
        ("China will invest $5 billion in the United States.", "terms[0].measure"),
        ("China will buy an additional 5 tonnes of US rice.", "terms[0].baseline"),
        ("The Secretariat shall write a report.", "obligors"),
    ],
)
def test_what_the_text_does_not_settle_is_null(text: str, path: str) -> None:
    """A member that a statement needs and the words do not give is open, with a note, and never guessed."""
    draft = composed(text)
    assert path in draft.open
    assert draft.notes[path].startswith("open: ")
    value: Any = draft.body
    for step in path.replace("[0]", "").split("."):
        value = value[step][0] if step == "terms" else value[step]
    assert value is None


def test_nothing_said_of_the_document_is_open() -> None:
    """Without options its form, issuers, day, publisher and role are null and open."""
    document = read_document(b"China will open its ports.", name="x.txt")
    draft = compose_instrument(document, Frame("x"))
    assert draft.open == ("form", "issuers", "announced", "source.publisher", "source.role")
    whole = compose_instrument(document, FRAME)
    assert whole.open == ()
    checked(whole)


def test_words_of_the_day_have_no_clauses_of_their_own() -> None:
    """A statement has only what its words give; a treaty's clauses are unknown until somebody read it (design §2.2)."""
    document = read_document(b"x", name="x.txt")
    assert compose_instrument(document, FRAME).body["forum"] == "none"
    assert compose_instrument(document, replace(FRAME, form="treaty")).body["forum"] is None


def test_partner_that_nobody_names_is_open() -> None:
    """With three issuers, or none, the other side of a figure is not known."""
    draft = composed("China will import 5 tonnes of rice.", replace(FRAME, issuers=()))
    assert "terms[0].measure.partner" in draft.open
    assert "obligees" in draft.open


def test_speaker_is_written_into_the_quotation() -> None:
    """Whose word it is stands beside the words (E2)."""
    draft = composed("The White House said that China would buy 5 tonnes of US rice.")
    assert (draft.body["quotes"][0]["speaker"], draft.body["quotes"][0]["spoken_by"]) == ("us", "The White House")


def test_item_of_a_list_is_quoted_with_its_stem() -> None:
    """Who and how strongly are shown in the first quotation, what and when in the second."""
    draft = composed("China shall:\n(a) open its ports to the United States by 1 May 2026.")
    assert [one["text"] for one in draft.body["quotes"]] == [
        "China shall:", "open its ports to the United States by 1 May 2026.",
    ]  # fmt: skip
    assert draft.body["verb"]["shown"] == {"quote": 0, "words": "shall"}
    assert draft.body["terms"][0]["shown"]["actor"] == {"quote": 0, "words": "China"}
    assert draft.body["terms"][0]["shown"]["timing"] == {"quote": 1, "words": "by 1 May 2026"}
    assert draft.open == ()
    checked(draft)


def test_score_is_read_where_no_rule_reads_what_is_open() -> None:
    """The unit of a trend changes no level; who owes it does (E1, E2)."""
    trend = composed("China will expand imports of US goods.")
    filled = weighable(trend)
    assert filled is not None
    assert filled["terms"][0]["unit"] == "1"
    assert trend.body["terms"][0]["unit"] is None
    assert weighable(composed("The Secretariat shall write a report.")) is None
