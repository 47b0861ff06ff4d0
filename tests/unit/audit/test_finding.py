"""The findings: criteria, condition, cause and effect of every term (method §6).

Ledgers are those of ``small_ledger``: 5,000,000 t of soybeans in 2019, exports by month. Sentences are written by hand.
"""

from typing import Any

import pytest

from ledger.audit.result import Finding
from tests.unit.audit.small_ledger import COMMITMENT, SOURCE, SOY, TERM, SmallLedger, monthly, soy_ledger

FULL = (450_000,) * 12
SHORT = (300_000,) * 12
ACTION = {"by": ["us"], "date": "2020-01-15", "what": "a flood closed the port", "source": SOURCE}
CONDITIONAL = {
    "id": "rise",
    "kind": "conditional",
    "title": "tariffs rise",
    "actor": "cn",
    "trigger": {"title": "no agreement", "deadline": "2019-03-01", "judge": "us"},
    "consequence": {"title": "tariffs rise to 25 percent", "actor": "cn", "deadline": "2019-03-02"},
}


def finding(ledger: SmallLedger, term: str = "soy") -> Finding:
    """Return the finding of a term."""
    return next(one for one in ledger.audit().findings if one.term == term)


def pledged(*terms: dict[str, Any], **changes: Any) -> SmallLedger:
    """Return a ledger with a pledge of other terms."""
    ledger = SmallLedger()
    ledger.charter()
    ledger.grant()
    for slug, name in (("cn", "China"), ("us", "United States")):
        ledger.say("party", slug, {"kind": "state", "names": {"en": name}})
    original = soy_ledger()
    instrument = original.statement(4)
    assert instrument is not None
    ledger.say("instrument", "talks", instrument.model_dump(mode="json", by_alias=True)["body"])
    ledger.say("commitment", SOY, {**COMMITMENT, "terms": list(terms), **changes})
    return ledger


def test_kept_term_says_what_was_owed_and_seen() -> None:
    """12 × 450,000 = 5,400,000 of 5,000,000 t, 108.0 %."""
    found = finding(soy_ledger(*FULL))
    assert (found.commitment, found.term, found.outcome, found.grade) == (SOY, "soy", "met", "E3")
    assert found.criteria == (
        "Owed by China to United States: at least 5,000,000 tonnes of soybeans, from 2019-01-01 to 2019-12-31; "
        "measured as export (United States with China)."
    )
    assert "5,400,000 of 5,000,000 t owed = 108.0 %" in found.condition
    assert "does not vote" not in found.condition
    assert found.cause is None
    assert found.effect == "The outcome is met; the commitment is acknowledged; nothing is logged as done about it."
    assert [one.entry for one in found.cites] == [5, 6]


def test_broken_term_says_how_far_it_is_short() -> None:
    """12 × 300,000 = 3,600,000 of 5,000,000 t: 72.0 %, short by 1,400,000 t."""
    found = finding(soy_ledger(*SHORT))
    assert found.outcome == "not_met"
    assert "3,600,000 of 5,000,000 t owed = 72.0 %" in found.condition
    assert found.effect.startswith("The outcome is not met; short by 1,400,000 t by us-census; ")


def test_term_without_figures_says_so() -> None:
    """Nothing is guessed where nothing is in the ledger (R10)."""
    found = finding(soy_ledger())
    assert found.outcome == "not_assessable"
    assert "no admissible evidence in this ledger" in found.condition
    assert found.grade is None


@pytest.mark.parametrize(
    ("act", "terms", "expected"),
    [
        ("excuse", "all", "Excuse by United States on 2020-01-15: a flood closed the port."),
        ("waiver", ["soy"], "Waiver by United States on 2020-01-15: a flood closed the port."),
        ("consultation", "all", None),
    ],
)
def test_cause_is_what_somebody_logged(act: str, terms: object, expected: str | None) -> None:
    """A cause is printed only where a logged action says why (method §6: "cause where evidenced")."""
    ledger = soy_ledger(*SHORT)
    ledger.say("action", SOY, {**ACTION, "act": act, "terms": terms})
    assert finding(ledger).cause == expected


def test_kept_term_needs_no_cause() -> None:
    """Nothing is to be explained where nothing is short."""
    ledger = soy_ledger(*FULL)
    ledger.say("action", SOY, {**ACTION, "act": "excuse"})
    assert finding(ledger).cause is None


def test_suspension_in_effect_is_a_cause() -> None:
    """An amendment that both sides made, and that suspends the term, says why (R12)."""
    ledger = soy_ledger(*SHORT)
    body = {
        "change": "suspend",
        "by": ["us", "cn"],
        "announced": "2019-06-01",
        "effective": "2019-06-02",
        "reason": "a pause was agreed",
        "source": SOURCE,
    }
    ledger.say("amendment", SOY, body)
    assert finding(ledger).cause == "Suspended by China and United States, effective 2019-06-02: a pause was agreed."
    assert "the commitment is suspended" in finding(ledger).effect


def test_readings_are_told_apart() -> None:
    """Each reading has its outcome, and one that does not vote says so (method §2)."""
    readings = [
        {"type": "export", "reporter": "us", "partner": "cn"},
        {"type": "import", "reporter": "cn", "partner": "us"},
    ]
    term = {name: value for name, value in TERM.items() if name != "measure"}
    ledger = pledged({**term, "readings": readings})
    ledger.observe(monthly(*SHORT))
    found = finding(ledger)
    assert "Read as export: not met" in found.condition
    assert "Read as import: not assessable" in found.condition
    assert "this reading does not vote" in found.condition
    assert "short by 1,400,000 t by us-census (export)" in found.effect


def test_condition_and_consequence_are_both_told() -> None:
    """A conditional term tells the state of its trigger and what followed (F3)."""
    ledger = pledged({**CONDITIONAL}, verb=None)
    found = finding(ledger, "rise")
    assert found.criteria == (
        "Owed by China to United States: if no agreement at 2019-03-01 (judged by United States), "
        "then China: tariffs rise to 25 percent at 2019-03-02."
    )
    assert found.condition.startswith("The trigger is ")


def test_mutual_pledge_is_owed_to_each_other() -> None:
    """Where both owe both, neither comes first."""
    act = {"id": "ip", "kind": "action", "title": "cooperation", "actor": None, "act": "cooperate"}
    ledger = pledged(act, obligors=["us", "cn"], obligees=["cn", "us"], verb=None)
    assert finding(ledger, "ip").criteria.startswith("Owed by China and United States to each other: cooperate")


def test_minor_term_is_marked() -> None:
    """A term that is not material says so, as the opinion leaves it out."""
    assert "(not material)" in finding(soy_ledger(*FULL, material=False)).criteria
