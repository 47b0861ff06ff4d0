"""The author is shown the exact words and terms before signing (issue of the first story, point 2)."""

from collections.abc import Iterator

import pytest

from ledger.model.statement import plain
from ledger.model.wording import describe
from tests.unit.model.drafts import BODIES, payload, read

OTHERWISE = {"absolute": "owes", "0": "owes", "all": "every term", "silent": "does not say"}
"""Codes that are said in other words; a target that is no increment, with no tolerance, is plainly what is owed."""


def leaves(value: object) -> Iterator[str]:
    """Yield every text and number in plain data."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("kind", BODIES)
def test_every_word_that_is_signed_is_shown(kind: str) -> None:
    """Nothing in the body of a statement goes unsaid, whatever its kind (design §2.2)."""
    statement = read(payload(kind))
    text = "\n".join(describe(statement))
    body = plain(statement)["body"]
    spelt = {leaf: {leaf, leaf.replace("_", " "), OTHERWISE.get(leaf, leaf)} for leaf in leaves(body)}
    assert [leaf for leaf, words in spelt.items() if not any(word in text for word in words)] == []


def test_quantity_is_a_sentence_with_target_unit_period_and_measure() -> None:
    """A term says who owes how much of what by when, and by which figures (method §2)."""
    lines = describe(read(payload("commitment")))
    assert "  cn owes at least 5 million tonnes (Mt) (the sum over the period), from 2019-02-01 to 2019-12-31." in lines
    assert "  Measured by exports (export) as us reports them, with cn, FAS." in lines
    assert "  Shown in the text: quantity by “five million tons” in quotation 0." in lines
    assert "  Not shown in the text: actor, action, timing, reference and scope." in lines


def test_quotation_is_shown_to_the_letter() -> None:
    """Words are quoted as they will be signed, with language, speaker and translation (design §2.2)."""
    quote = {
        "text": "有力度地扩大",
        "language": "zh",
        "speaker": "cn",
        "translation": {"text": "expand with force", "language": "en", "translator": "the recorder"},
    }
    draft = payload("commitment", body__quotes=[quote], body__verb=None, body__terms__0__shown={})
    lines = describe(read(draft))
    assert "Quotation 0 (zh; spoken by cn): “有力度地扩大”" in lines
    assert "  In en, translated by the recorder: “expand with force”" in lines
    assert "No operative verb." in lines


def test_unknown_and_none_are_two_things() -> None:
    """A null is said to be unknown, and "none" to be absent (design §2.2)."""
    lines = describe(read(payload("instrument")))
    assert "It has none of these: exit, forum, remedy and escapes." in lines
    assert "Unknown: languages, signed, in force, expires and procedure." in lines
    assert "It does not say whether it binds." in lines


TERMS: dict[str, tuple[dict[str, object], str]] = {
    "an increment": (
        {
            "target_is": "increment",
            "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}},
            "target": "12.5",
            "unit": "GUSD",
        },
        (
            "  cn owes at least 12.5 billion US dollars (GUSD) more than in the baseline from 2017-01-01 to 2017-12-31 "
            "(the sum over the period), from 2019-02-01 to 2019-12-31."
        ),
    ),
    "no day": (
        {"period": None},
        "  cn owes at least 5 million tonnes (Mt) (the sum over the period); unknown by when.",
    ),
    "a ceiling on the mean": (
        {"bound": "at_most", "aggregate": "mean"},
        "  cn owes at most 5 million tonnes (Mt) (the mean over the period), from 2019-02-01 to 2019-12-31.",
    ),
    "an actor who is not named": (
        {"actor": None},
        "  Unknown who owes at least 5 million tonnes (Mt) (the sum over the period), from 2019-02-01 to 2019-12-31.",
    ),
    "a scope": (
        {"scope": {"title": "soybeans", "classification": "HS", "revision": "2017", "codes": ["1201", "1202"]}},
        (
            "  cn owes at least 5 million tonnes (Mt) (the sum over the period) of soybeans (HS 2017: 1201 and 1202), "
            "from 2019-02-01 to 2019-12-31."
        ),
    ),
    "two readings": (
        {
            "measure": None,
            "readings": [
                {"type": "order", "reporter": "us", "partner": "cn"},
                {"type": "import", "reporter": "cn", "partner": "us", "basis": "CIF"},
            ],
        },
        "    imports (import) as cn reports them, with us, CIF",
    ),
    "a mark": (
        {"marks": [{"mark": "qualified", "element": "quantity", "shown": {"quote": 0, "words": "five million"}}]},
        "  The quantity is hedged (qualified): by “five million” in quotation 0.",
    ),
    "an imputed number": (
        {"imputed": [{"element": "quantity", "method": "half of the sum of two years"}]},
        "  Not in the text, imputed: quantity, by this method: half of the sum of two years.",
    ),
}


@pytest.mark.parametrize("case", TERMS)
def test_terms_in_words(case: str) -> None:
    """What a term says, and what it leaves open, stands in one line (method §2, E1, R17)."""
    changes, expected = TERMS[case]
    term = BODIES["commitment"]["terms"][0] | changes
    assert expected in describe(read(payload("commitment", body__terms=[term])))


def test_threat_says_who_judges_it() -> None:
    """A trigger that nobody is named to judge is said to be one (E1)."""
    moment = {"at": "2019-03-02T05:01:00Z", "local": "2019-03-02T00:01:00-05:00", "zone": "America/New_York"}
    term = {
        "id": "rise",
        "kind": "conditional",
        "title": "a rise",
        "actor": "us",
        "trigger": {"title": "no outcome", "act": "there is no satisfactory outcome", "deadline": moment},
        "consequence": {"title": "25", "actor": "us", "target": "25", "unit": "percent", "bound": "exactly"},
    }
    lines = describe(read(payload("commitment", body__terms=[term])))
    trigger = (
        "  Trigger, “no outcome”: there is no satisfactory outcome, at 2019-03-02T00:01:00-05:00 in America/New_York "
        "(2019-03-02T05:01:00Z)."
    )
    assert lines[lines.index(trigger) + 1] == "    Nobody is named who is to judge it."
    assert "  Consequence, “25”: us: no conduct is given, exactly 25 per cent (percent); unknown when." in lines


def test_moved_deadline_is_said_to_stand_beside_the_verdict() -> None:
    """A deadline that one side moves is a position (R12)."""
    moved = [{"term": "soy", "deadline": "2026-02-28"}]
    lines = describe(read(payload("position", body__stance="affirms_differently", body__moved=moved)))
    assert "On 2019-01-31 us affirms differently the pledge, for every term." in lines
    assert "For soy it names the deadline 2026-02-28: printed beside the verdict, never in it." in lines
