"""A commitment whose fields contradict one another is refused in a sentence that names them (design §2.2, E1, R16)."""

from typing import Any

import pytest

from ledger.errors import MalformedError
from tests.unit.model.drafts import QUANTITY, READING, payload, read

PLACE = {"locator": "article 1"}
INDICATOR = {"publisher": "An office", "standing": "official", "public": True}
LEVER = {"subject": "tariffs", "title": "the tariff threat"}
LINK = {"kind": "adds_to", "commitment": "another"}
ACTION = {
    "id": "law",
    "kind": "action",
    "title": "publish the law",
    "actor": "cn",
    "act": "publish the law",
    "deadline": "2019-12-31",
}
TREND = {
    "id": "more",
    "kind": "trend",
    "title": "more imports",
    "actor": "cn",
    "unit": "USD",
    "direction": "increase",
    "measure": READING,
}


def threat(trigger: str | None, consequence: str | None) -> dict[str, Any]:
    """Return a threat whose trigger is tested on one day and whose consequence follows by another."""
    return {
        "id": "rise",
        "kind": "conditional",
        "title": "duties rise",
        "actor": "cn",
        "trigger": {"title": "the talks fail", "act": "the talks fail", "deadline": trigger},
        "consequence": {"title": "duties rise", "act": "raise duties", "deadline": consequence},
    }


def milestone(name: str, day: str | None) -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": name, "deadline": day}


def with_terms(*terms: dict[str, Any]) -> dict[str, Any]:
    """Return a commitment with these terms."""
    return payload("commitment", body__terms=list(terms))


def imputing(element: str, term: dict[str, Any], times: int = 1) -> dict[str, Any]:
    """Return a commitment one of whose numbers is not in its text."""
    return with_terms({**term, "imputed": [{"element": element, "method": "a report"}] * times})


def without(term: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a term without some of its members."""
    return {name: value for name, value in term.items() if name not in names}


CONTRADICTORY: dict[str, tuple[dict[str, Any], str]] = {
    # --- who
    "obligor and obligee are one": (payload("commitment", body__obligees=["cn"]), "body cn would owe itself"),
    "one of two obligors has nobody else to owe it to": (
        payload("commitment", body__obligors=["cn", "us"], body__obligees=["us"]),
        "body us would owe itself",
    ),
    "an obligor named twice": (payload("commitment", body__obligors=["cn", "cn"]), "names cn twice among its obligors"),
    "an obligee named twice": (payload("commitment", body__obligees=["us", "us"]), "names us twice among its obligees"),
    # --- when
    "a period that ends before it starts": (
        payload("commitment", body__terms__0__period={"start": "2019-12-31", "end": "2019-02-01"}),
        "body.terms[0].period period ends on 2019-02-01, before it starts on 2019-12-31",
    ),
    "a deadline before its period": (
        payload("commitment", body__terms__0__deadline="2019-01-31"),
        "deadline 2019-01-31 lies before the period starts on 2019-02-01",
    ),
    "a milestone after the deadline": (
        with_terms({**ACTION, "milestones": [milestone("draft", "2020-01-01")]}),
        "milestone draft is due on 2020-01-01, after its term on 2019-12-31",
    ),
    "a milestone after the period": (
        with_terms({
            **without(ACTION, "deadline"), "period": {"start": "2019-02-01", "end": "2019-12-31"},
            "milestones": [milestone("draft", "2020-01-01")],
        }),
        "after its term on 2019-12-31",
    ),
    "a milestone named twice": (
        with_terms({**ACTION, "milestones": [milestone("draft", None), milestone("draft", None)]}),
        "names milestone draft twice",
    ),
    "a consequence before its trigger": (
        with_terms(threat("2019-03-02", "2019-03-01")),
        "the consequence is due on 2019-03-01, before the trigger is tested on 2019-03-02",
    ),
    "a trigger that is its own consequence": (
        with_terms({
            "kind": "conditional", "id": "rise", "title": "a rise", "actor": "us",
            "trigger": {"title": "duties rise", "actor": "us", "act": "raise duties"},
            "consequence": {"title": "a rise", "actor": "us", "act": "raise duties"},
        }),
        "the trigger of term rise refers to itself",
    ),
    "a lever that ends before it begins": (
        payload("commitment", body__levers=[{**LEVER, "since": "2019-02-01", "until": "2019-01-31"}]),
        "lever tariffs ends on 2019-01-31, before it begins on 2019-02-01",
    ),
    # --- how much, and by which figures
    "an absolute target over a baseline": (
        payload("commitment", body__terms__0__baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}}),
        "an absolute target has none",
    ),
    "an increment over nothing": (payload("commitment", body__terms__0__target_is="increment"), "needs the baseline"),
    "a tolerance of a bound": (payload("commitment", body__terms__0__tolerance="1"), "only an exact target has one"),
    "readings, and sources that the text names": (
        with_terms({
            **without(QUANTITY, "measure"), "readings": [READING, {**READING, "type": "order"}],
            "named": [{**READING, "source": "us-census"}],
        }),
        "exactly one of measure, readings",
    ),
    "a named source without a name": (
        with_terms({**without(QUANTITY, "measure"), "named": [READING]}), "gives the source that the text names",
    ),
    "the same reading twice": (
        with_terms({**without(QUANTITY, "measure"), "readings": [READING, READING]}), "lists the same measure twice",
    ),
    "a rate of exchange as what is owed": (
        payload("commitment", body__terms__0__measure={**READING, "type": "rate"}),
        "a rate is evidence of other things and measures no term",
    ),
    "a number in a clause without its unit": (
        with_terms({**threat(None, None), "trigger": {"title": "enough is bought", "target": "5"}}),
        "a target needs its unit and its bound",
    ),
    "a share above one": (
        payload("commitment", body__performance={"by": "buyers", "control": "1.5"}),
        "body.performance.control is '1.5'; write a share between 0 and 1",
    ),
    "more than the whole scope": (
        payload("commitment", body__indicators=[{**INDICATOR, "scope_share": "2"}]),
        "body.indicators[0].scope_share is '2'; write a share between 0 and 1",
    ),
    "a lag before the period": (
        payload("commitment", body__indicators=[{**INDICATOR, "lag_months": -1}]), "body.indicators[0].lag_months",
    ),
    # --- what is not in the text
    "a number that is imputed and absent": (imputing("quantity", TREND), "imputes a quantity, but has no number"),
    "a day that is imputed and absent": (
        imputing("timing", without(QUANTITY, "period")), "imputes its timing, but has neither deadline nor period",
    ),
    "a scope that is imputed and absent": (imputing("scope", QUANTITY), "imputes its scope, but has none"),
    "a number imputed by two methods": (imputing("quantity", QUANTITY, times=2), "imputes its quantity twice"),
    "words that are in no quotation": (
        payload("commitment", body__terms__0__shown__quantity__words="six million"), "are not in quote 0",
    ),
    # --- what belongs to it
    "an indicator of a term that there is not": (
        payload("commitment", body__indicators=[{**INDICATOR, "terms": ["rice"]}]),
        "an indicator is about term rice, which the commitment does not have",
    ),
    "a method named by a text that names no source": (
        payload("commitment", body__indicators=[{**INDICATOR, "method_named": True}]),
        "body.indicators[0] method_named without named",
    ),
    "a term named twice": (with_terms(QUANTITY, QUANTITY), "names a term twice"),
    "a link to itself": (
        payload("commitment", body__links=[{**LINK, "commitment": "a-subject"}]), "a-subject links to itself",
    ),
    "two links to one commitment": (
        payload("commitment", body__links=[LINK, {**LINK, "kind": "restates"}]), "links to another twice",
    ),
    "a lever that is the commitment itself": (
        payload("commitment", body__levers=[{**LEVER, "subject": "a-subject"}]), "a-subject is named as its own lever",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("whole", "reason"), CONTRADICTORY.values(), ids=CONTRADICTORY)
def test_contradictory_fields_are_refused_in_a_sentence(whole: dict[str, Any], reason: str) -> None:
    """One sentence that names the field and says what to do; nothing of it is read (style §7)."""
    with pytest.raises(MalformedError) as caught:
        read(whole)
    assert reason in caught.value.message
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


AGREEING: dict[str, dict[str, Any]] = {
    "two parties that promise one another": payload(
        "commitment", body__obligors=["cn", "us"], body__obligees=["cn", "us"]
    ),
    "a unilateral pledge": payload("commitment", body__obligees=[]),
    "a deadline on the first day of its period": payload("commitment", body__terms__0__deadline="2019-02-01"),
    "a milestone on the last day": with_terms({**ACTION, "milestones": [milestone("draft", "2019-12-31")]}),
    "milestones of a term without an end": with_terms(
        {**without(ACTION, "deadline"), "milestones": [milestone("draft", "2019-06-30"), milestone("law", None)]}
    ),
    "a consequence on the day of its trigger": with_terms(threat("2019-03-02", "2019-03-02")),
    "a consequence without a day": with_terms(threat("2019-03-02", None)),
    "a lever of one day": payload("commitment", body__levers=[{**LEVER, "since": "2019-02-01", "until": "2019-02-01"}]),
    "an imputed day of a milestone": imputing(
        "timing",
        {**without(ACTION, "deadline"), "milestones": [milestone("draft", "2019-06-30"), milestone("law", None)]},
    ),
    "an imputed number of a consequence": imputing(
        "quantity",
        {
            **threat(None, None),
            "consequence": {"title": "25 percent", "target": "25", "unit": "percent", "bound": "exactly"},
        },
    ),
    "links to two commitments": payload("commitment", body__links=[LINK, {**LINK, "commitment": "a-third"}]),
    "a source named without its method": payload("commitment", body__indicators=[{**INDICATOR, "named": True}]),
}


@pytest.mark.parametrize("whole", AGREEING.values(), ids=AGREEING)
def test_what_only_looks_contradictory_is_read(whole: dict[str, Any]) -> None:
    """The last case on the right side of each rule (design §2.2)."""
    assert read(whole).schema_ == "commitment.v1"
