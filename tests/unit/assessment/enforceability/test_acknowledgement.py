"""Acknowledgement and control: who says so, at the time of the text and since (method §4, K; E2, E3)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import acknowledgement
from tests.unit.assessment.enforceability.small_ledger import (
    PLACE,
    WORDS,
    Draft,
    amendment,
    case,
    commitment,
    conditional,
    instrument,
    position,
    quantity,
    spelt,
)

OBLIGEES_TEXT = instrument(**WORDS, issuers=["us"])
OBLIGORS_TEXT = instrument(**WORDS, issuers=["cn"])
SPEECH = {"quotes": [{"text": "Five million tons.", "language": "en", "speaker": "cn"}], "verb": None}
OTHER_SPEECH = {"quotes": [{"text": "They will buy.", "language": "en", "speaker": "us"}], "verb": None}


def levels(*drafts: Draft, as_of: str = "2021-06-30", **changes: Any) -> tuple[str, str]:
    """Return the written and the practised level of the one term."""
    one = case(commitment(**changes), *drafts, as_of=as_of)
    written = acknowledgement.written(one, one.terms[0])
    practised = acknowledgement.practised(one, one.terms[0], as_text=written)
    return spelt(written.printed()), spelt(practised.printed())


WRITTEN: dict[str, tuple[tuple[Draft, ...], dict[str, Any], str]] = {
    "joint text, obligor controls all": ((instrument(),), {}, "4"),
    "joint text, obligor controls half": (
        (instrument(),),
        {"performance": {"by": "state buyers", "control": "0.5"}},
        "4",
    ),
    "joint text, obligor controls less than half": (
        (instrument(),),
        {"performance": {"by": "firms", "control": "0.499999999"}},
        "3",
    ),
    "joint text, share unknown": ((instrument(),), {"performance": {"by": "firms"}}, "3-4"),
    "joint text, performer unknown": ((instrument(),), {"performance": ...}, "3-4"),
    "joint text holds whatever else was said that day": (
        (instrument(), position("cn", "affirms_differently"), position("us", "silent")),
        {},
        "4",
    ),
    "unilateral: own text of the obligor": ((OBLIGORS_TEXT,), {"obligees": []}, "4"),
    "unilateral: a legal notice of the obligor, though others are owed": (
        (instrument(**{**WORDS, "form": "notice"}, issuers=["cn"]),),
        {},
        "4",
    ),
    "unilateral, but in somebody else's text": ((OBLIGEES_TEXT,), {"obligees": []}, "0-2"),
    "other's text, nobody's position recorded": ((OBLIGEES_TEXT,), {}, "0-3"),
    "other's text, the other side silent besides": ((OBLIGEES_TEXT, position("us", "silent")), {}, "0-2"),
    "obligor silent": ((OBLIGEES_TEXT, position("cn", "silent")), {}, "0"),
    "obligor denies": ((OBLIGEES_TEXT, position("cn", "denies")), {}, "0"),
    "obligor affirms the topic": ((OBLIGEES_TEXT, position("cn", "affirms_differently")), {}, "1"),
    "obligor puts a number differently": (
        (OBLIGEES_TEXT, position("cn", "affirms_differently", states=["number"])),
        {},
        "2",
    ),
    "obligor moves the deadline": (
        (OBLIGEES_TEXT, position("cn", "affirms_differently", moved=[{"term": "soy", "deadline": "2020-02-28"}])),
        {},
        "2",
    ),
    "obligor moves another term's deadline": (
        (OBLIGEES_TEXT, position("cn", "affirms_differently", moved=[{"term": "rice", "deadline": "2020-02-28"}])),
        {},
        "1",
    ),
    "both affirm": ((OBLIGEES_TEXT, position("cn", "affirms")), {}, "3"),
    "both affirm, in two texts of their own": ((OBLIGORS_TEXT, position("us", "affirms")), {}, "3"),
    "own text, other side unknown": ((OBLIGORS_TEXT,), {}, "2-3"),
    "own text, other side silent": ((OBLIGORS_TEXT, position("us", "silent")), {}, "2"),
    "own text, other side differs": ((OBLIGORS_TEXT, position("us", "affirms_differently")), {}, "2"),
    "speech in the other's document, no text of its own known": ((OBLIGEES_TEXT,), SPEECH, "2-3"),
    "speech, and silence in its own text": ((OBLIGEES_TEXT, position("cn", "silent")), SPEECH, "2"),
    "speech of the other side acknowledges nothing": ((OBLIGEES_TEXT,), OTHER_SPEECH, "0-3"),
    "a reply days later is of the time, where the party had not spoken": (
        (OBLIGEES_TEXT, position("cn", "affirms", "2019-02-04")),
        {},
        "3",
    ),
    "what it said later still is not": (
        (OBLIGEES_TEXT, position("cn", "affirms", "2019-02-04"), position("cn", "denies", "2019-09-01")),
        {},
        "3",
    ),
    "a position before the text counts": ((OBLIGEES_TEXT, position("cn", "affirms", "2018-12-01")), {}, "3"),
    "of several before the text the latest": (
        (
            OBLIGEES_TEXT,
            position("cn", "affirms_differently", "2018-12-01"),
            position("cn", "affirms", "2019-01-31"),
        ),
        {},
        "3",
    ),
    "affirmed and denied on one day": (
        (OBLIGEES_TEXT, position("cn", "affirms"), position("cn", "denies")),
        {},
        "0-2",
    ),
    "on one day the most explicit": (
        (OBLIGEES_TEXT, position("cn", "affirms_differently"), position("cn", "denies")),
        {},
        "0",
    ),
    "a stance on fulfilment is none on the pledge": (
        (OBLIGEES_TEXT, position("cn", "denies", about="finding")),
        {},
        "0-3",
    ),
    "a position on another term": ((OBLIGEES_TEXT, position("cn", "denies", terms=["rice"])), {}, "0-3"),
    "a position on this term": ((OBLIGEES_TEXT, position("cn", "denies", terms=["soy"])), {}, "0"),
    "the lowest of those who owe it": (
        (instrument(), position("eu", "silent")),
        {"obligors": ["cn", "eu"], "terms": [quantity(actor=None)]},
        "0",
    ),
    "only its actor owes a term": (
        (instrument(), position("eu", "silent")),
        {"obligors": ["cn", "eu"]},
        "4",
    ),
}


@pytest.mark.parametrize(("drafts", "changes", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written_acknowledgement(drafts: tuple[Draft, ...], changes: dict[str, Any], expected: str) -> None:
    """From the text and the positions at its time; nobody recorded is unknown, not silent (E2, E3)."""
    assert levels(*drafts, **changes)[0] == expected


PRACTISED: dict[str, tuple[tuple[Draft, ...], dict[str, Any], str]] = {
    "as written where no position of the obligor is recorded": ((OBLIGORS_TEXT, position("us", "silent")), {}, "2"),
    "affirmed later": (
        (OBLIGEES_TEXT, position("cn", "silent"), position("cn", "affirms", "2019-06-01")),
        {},
        "3",
    ),
    "denied later": ((instrument(), position("cn", "denies", "2019-06-01")), {}, "0"),
    "put differently later": ((instrument(), position("cn", "affirms_differently", "2019-06-01")), {}, "1"),
    "silent later: what it said before stands": ((instrument(), position("cn", "silent", "2019-06-01")), {}, "4"),
    "silence alone": ((OBLIGEES_TEXT, position("cn", "silent", "2019-06-01")), {}, "0"),
    "affirmed again after a denial": (
        (instrument(), position("cn", "denies", "2019-06-01"), position("cn", "affirms", "2019-07-01")),
        {},
        "4",
    ),
    "on one day the most explicit": (
        (
            OBLIGEES_TEXT,
            position("cn", "affirms_differently", "2019-06-01"),
            position("cn", "affirms_differently", "2019-06-01", states=["date"]),
        ),
        {},
        "2",
    ),
    "the other side's later denial unmatches the texts": (
        (OBLIGORS_TEXT, position("cn", "affirms"), position("us", "affirms"), position("us", "denies", "2019-06-01")),
        {},
        "2",
    ),
    "new terms by the obligor alone are a position": (
        (instrument(), amendment("modify", "cn", terms=[quantity(target="4")])),
        {},
        "2",
    ),
}


@pytest.mark.parametrize(("drafts", "changes", "expected"), PRACTISED.values(), ids=PRACTISED)
def test_practised_acknowledgement(drafts: tuple[Draft, ...], changes: dict[str, Any], expected: str) -> None:
    """From the obligor's latest position other than silence (E3)."""
    assert levels(*drafts, **changes)[1] == expected


def test_conditional_is_owed_by_who_carries_out_its_consequence() -> None:
    """K of a conditional term is read on the consequence (E1)."""
    threat = conditional(trigger={"actor": "cn"})
    changes: dict[str, Any] = {"obligors": ["us", "eu"], "obligees": ["cn"], "terms": [threat]}
    drafts = (instrument(), position("eu", "denies"))
    assert levels(*drafts, **changes)[0] == "4"


def test_speech_about_other_terms_acknowledges_nothing_of_this_one() -> None:
    """A quoted speaker affirms the terms that its words show (E1, E2)."""
    quotes = [
        {"text": "Rice, of course.", "language": "en", "speaker": "cn"},
        {"text": "Soybeans: 5 Mt.", "language": "en"},
    ]
    soy = quantity(shown={"scope": {"quote": 1, "words": "Soybeans"}, "timing": PLACE})
    assert levels(OBLIGEES_TEXT, quotes=quotes, terms=[soy])[0] == "0-3"
    soy["shown"]["quantity"] = {"quote": 0, "words": "Rice"}
    assert levels(OBLIGEES_TEXT, quotes=quotes, terms=[soy])[0] == "2-3"


def test_later_position_is_not_known_to_an_earlier_view() -> None:
    """An older view gives its old answer (R1)."""
    drafts = (instrument(), position("cn", "denies", "2019-06-01"))
    assert levels(*drafts, as_of="2019-05-31") == ("4", "4")
    assert levels(*drafts, as_of="2019-06-01") == ("4", "0")


UNSEEN: dict[str, tuple[tuple[Draft, ...], dict[str, Any], str, str]] = {
    "nothing said": ((), {}, "0-4", "0-4"),
    "nothing said, and little controlled": ((), {"performance": {"by": "firms", "control": "0.3"}}, "0-3", "0-3"),
    "affirmed": ((position("cn", "affirms"),), {}, "2-4", "2-4"),
    "affirmed by both": ((position("cn", "affirms"), position("us", "affirms")), {}, "3-4", "3-4"),
    "denied by the day of the text": ((position("cn", "denies"),), {}, "0-4", "0-4"),
    "silent elsewhere": ((position("cn", "silent"),), {}, "0-4", "0-4"),
    # At the time of the text it had not spoken, or its text had; afterwards it has denied it, whatever the text says.
    "denied since": ((position("cn", "denies", "2019-06-01"),), {}, "0-4", "0"),
}


@pytest.mark.parametrize(("drafts", "changes", "written", "practised"), UNSEEN.values(), ids=UNSEEN)
def test_text_that_the_view_does_not_know_may_be_the_obligors_own(
    drafts: tuple[Draft, ...], changes: dict[str, Any], written: str, practised: str
) -> None:
    """A joint text is row 4 by what the obligor controls, and nobody has seen that it is none (E6)."""
    assert levels(*drafts, **changes) == (written, practised)


def test_latest_position_is_named_as_what_was_read() -> None:
    """Practice cites the position that it was read from, and its day (E2, E3)."""
    one = case(commitment(), instrument(), position("cn", "affirms_differently", "2019-06-01"))
    derived = acknowledgement.practised(one, one.terms[0], as_text=acknowledgement.written(one, one.terms[0]))
    told = derived.reasons[-1]
    assert (told.code, [(cite.entry, cite.field) for cite in told.cites]) == ("E3.K.latest", [(2, "stance")])
    assert "2019-06-01" in told.says


def test_new_terms_of_another_term_are_no_position_on_this_one() -> None:
    """One side alone moved the corn: of the soybeans it has said nothing (R12, E3)."""
    terms = {"terms": [quantity(), quantity(id="corn")]}
    moved = amendment("modify", "cn", terms=[quantity(id="corn", target="4")])
    one = case(commitment(**terms), instrument(), moved)
    soy, corn = (acknowledgement.practised(one, term, as_text=acknowledgement.written(one, term)) for term in one.terms)
    assert (soy.low, soy.observed, corn.low, corn.observed) == (4, False, 2, True)


def test_pause_by_one_side_is_no_position() -> None:
    """It gives no new terms, so that nothing is affirmed otherwise (R12)."""
    one = case(commitment(), instrument(), amendment("suspend", "cn"))
    derived = acknowledgement.practised(one, one.terms[0], as_text=acknowledgement.written(one, one.terms[0]))
    assert (derived.low, derived.observed) == (4, False)


def test_term_whose_actor_owes_nothing_is_owed_by_every_obligor() -> None:
    """Firms may be named as acting; it is the obligors who pledged it (E1, K)."""
    drafts = (instrument(issuers=["us"]), position("cn", "affirms"), position("eu", "silent"))
    both: dict[str, Any] = {"obligors": ["cn", "eu"], "terms": [quantity(actor="firms")]}
    assert levels(*drafts, **both)[0] == "0"
    assert levels(*drafts, **{**both, "terms": [quantity(actor="cn")]})[0] == "3"


@pytest.mark.parametrize("day", ["2018-12-01", "2019-01-31", "2019-06-01"])
def test_denial_of_any_day_is_one_where_the_text_is_somebody_elses(day: str) -> None:
    """The text that the view knows affirms nothing for the obligor, so that its denial stands (E3)."""
    one = case(commitment(), instrument(issuers=["us"]), position("cn", "denies", day))
    assert [cite.entry for cite in acknowledgement.denials(one, one.terms[0])] == [2]
