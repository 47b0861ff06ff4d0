"""The words of an audit: amounts, days, measures and what a term owes, in one voice (method §6)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from ledger.assessment.view import Said, look
from ledger.audit.phrase import amount, counted, joined, listed, moment, name_of, names_of, owed, plain_word, sentence
from ledger.model.determination import View
from ledger.model.term import Term
from ledger.model.value import Moment
from tests.unit.audit.small_ledger import TERM, SmallLedger, soy_ledger

NAMES = {"cn": "China", "us": "United States"}
TERMS: TypeAdapter[Term] = TypeAdapter(Term)
EXPORT = {"type": "export", "reporter": "us", "partner": "cn"}
ORDER = {"type": "order", "reporter": "us", "partner": "cn", "basis": "FOB"}
IMPORT = {"type": "import", "reporter": "cn", "partner": "us", "source": "cn-customs"}
CONDUCT = {"id": "x", "title": "x", "actor": "cn", "act": "open the market"}
STEPS = [{"id": "a", "title": "a"}, {"id": "b", "title": "b"}]
CLAUSE = {"title": "no deal", "deadline": "2019-03-01"}


def term(changes: dict[str, Any]) -> Term:
    """Return the soybean term with members changed; ``...`` leaves one out."""
    whole = {**TERM, **changes} if "act" not in changes and "trigger" not in changes else changes
    kept = {name: value for name, value in whole.items() if value is not ... and name != "shown"}
    return TERMS.validate_json(json.dumps(kept))


SOLD = "of soybeans, from 2019-01-01 to 2019-12-31; measured as export (United States with China)"
OWED: dict[str, tuple[dict[str, Any], str]] = {
    "a level": ({}, f"at least 5,000,000 tonnes {SOLD}"),
    "a cap": ({"bound": "at_most", "target": "0.5"}, f"at most 0.5 tonnes {SOLD}"),
    "a tolerance": ({"bound": "exactly", "tolerance": "2"}, f"exactly 5,000,000 tonnes (give or take 2) {SOLD}"),
    "an increment": (
        {
            "target_is": "increment", "target": "12.5", "unit": "GUSD",
            "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}},
        },
        f"at least 12.5 billion US dollars over the level from 2017-01-01 to 2017-12-31, {SOLD}",
    ),
    "no scope": ({"scope": ...}, f"at least 5,000,000 tonnes of what is not settled{SOLD.removeprefix('of soybeans')}"),
    "no time": (
        {"period": ...},
        ("at least 5,000,000 tonnes of soybeans, with neither period nor deadline; "
        "measured as export (United States with China)"),
    ),
    "an open period and a deadline": (
        {"period": {"start": "2019-02-01", "end": None}, "deadline": "2019-12-31"},
        ("at least 5,000,000 tonnes of soybeans, from 2019-02-01 on, by 2019-12-31; "
        "measured as export (United States with China)"),
    ),
    "readings": (
        {"measure": ..., "readings": [ORDER, EXPORT]},
        ("at least 5,000,000 tonnes of soybeans, from 2019-01-01 to 2019-12-31; the text does not settle the measure, "
        "so it is read as order (United States with China, FOB) or export (United States with China)"),
    ),
    "named sources": (
        {"measure": ..., "named": [IMPORT, {**EXPORT, "source": "us-census"}]},
        ("at least 5,000,000 tonnes of soybeans, from 2019-01-01 to 2019-12-31; measured by the sources that the text "
        "names: import (China with United States, by cn-customs) and export (United States with China, by us-census)"),
    ),
    "a direction": (
        {"kind": "trend", "direction": "increase", "bound": ..., "target": ...},
        ("an increase of soybeans, by no stated number, from 2019-01-01 to 2019-12-31; "
        "measured as export (United States with China)"),
    ),
    "an act": ({**CONDUCT, "kind": "action"}, "open the market, with neither period nor deadline"),
    "an act in steps": (
        {**CONDUCT, "kind": "action", "deadline": "2019-06-30", "milestones": STEPS},
        "open the market, in 2 milestones, by 2019-06-30",
    ),
    "a restraint": (
        {**CONDUCT, "kind": "restraint", "act": "raise tariffs"},
        "to refrain: raise tariffs, with neither period nor deadline",
    ),
    "a condition": (
        {
            "id": "x", "title": "x", "actor": "us", "kind": "conditional", "trigger": {**CLAUSE, "judge": "us"},
            "consequence": {"title": "a rise", "actor": "us"},
        },
        "if no deal at 2019-03-01 (judged by United States), then United States: a rise",
    ),
}  # fmt: skip


@pytest.mark.parametrize("phrase", OWED)
def test_what_is_owed_is_said_in_words(phrase: str) -> None:
    """The criteria: bound, amount, scope, time and measure, of every kind of term (method §2, §6)."""
    changes, expected = OWED[phrase]
    assert owed(term(changes), names=NAMES) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("5", "Mt", "5 million tonnes"),
        ("1234567.5", "t", "1,234,567.5 tonnes"),
        ("-1234", "t", "-1,234 tonnes"),
        ("-0.5", "t", "-0.5 tonnes"),
        ("7", "1", "7"),
        ("7000", None, "7,000"),
        ("7", "furlongs", "7 furlongs"),
    ],
)
def test_amounts_have_groups_and_units(value: str, unit: str | None, expected: str) -> None:
    """Digits stand in groups, the unit in words; a unit that nobody knows keeps its code."""
    assert amount(value, unit) == expected


def test_parties_are_listed_in_one_order() -> None:
    """Whoever is given first, the order is that of the slugs; one that nobody recorded keeps its slug."""
    assert listed(NAMES, ["us", "cn", "us"]) == listed(NAMES, ["cn", "us"]) == "China and United States"
    assert name_of(NAMES, "eu") == "eu"
    assert listed(NAMES, []) == "nobody"


def test_lists_in_words() -> None:
    """One, two, many."""
    assert joined(["a"]) == "a"
    assert joined(["a", "b"], last="or") == "a or b"
    assert joined(["a", "b", "c"]) == "a, b and c"


def test_counts_agree_with_what_they_count() -> None:
    """One, and any other number."""
    assert counted(1, "file", "files") == "1 file"
    assert counted(0, "file", "files") == "0 files"


def test_names_come_from_the_record() -> None:
    """English where it is recorded, else the first language."""
    ledger = soy_ledger()
    ledger.say("party", "eu", {"kind": "union", "names": {"fr": "Union européenne", "de": "Europäische Union"}})
    known = look(everything(ledger), View(size=99, as_of="2020-12-31"))
    assert names_of(known) == {"cn": "China", "us": "United States", "eu": "Europäische Union"}


def everything(ledger: SmallLedger) -> Iterator[Said]:
    """Return all that a ledger says."""
    for index in range(len(ledger.headers)):
        statement = ledger.statement(index)
        if statement is not None:
            yield Said(index, f"sha256:{index:064d}", "x", "2020-01-01T00:00:00Z", statement)


def test_moments_keep_their_own_clock() -> None:
    """A moment is said as the text says it, with its zone."""
    at = Moment(at="2019-03-02T05:01:00Z", local="2019-03-02T00:01:00-05:00", zone="America/New_York")
    assert moment(at) == "2019-03-02T00:01:00-05:00 (America/New_York)"
    assert moment("2019-03-01") == "2019-03-01"


def test_composed_text_is_composed_anew() -> None:
    """Two texts in NFC may make one that is not; canonical JSON takes it only composed (design §2.1)."""
    assert sentence("=" + "\u0338") == "\u2260"


def test_codes_become_words() -> None:
    """Outcomes and acts are printed without underscores."""
    assert plain_word("not_met") == "not met"
