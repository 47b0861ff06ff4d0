"""Precision: six elements, each shown by the text or not at all (method §4, P; E1)."""

from fractions import Fraction
from typing import Any

import pytest

from ledger.assessment.enforceability import precision
from tests.unit.assessment.enforceability.small_ledger import (
    ALL_SHOWN,
    PLACE,
    READINGS,
    SCOPE,
    action,
    amendment,
    case,
    commitment,
    conditional,
    instrument,
    quantity,
)

QUALIFIED = {"mark": "qualified", "shown": PLACE}
BASELINE = {"target_is": "increment", "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}


def shown(*names: str) -> dict[str, Any]:
    """Return places for these elements only."""
    return {name: ALL_SHOWN[name] for name in names}


def level(term: dict[str, Any], **changes: Any) -> int:
    """Return the written precision of one term."""
    one = case(commitment(terms=[term], **changes), instrument())
    derived = precision.written(one, one.terms[0])
    assert derived.low == derived.high
    return derived.low


SPOKEN = [{"text": "Five million tons.", "language": "en", "speaker": "cn"}]

TERMS: dict[str, tuple[dict[str, Any], int]] = {
    "six elements": (quantity(), 4),
    "no scope in the field, though a place is given": (quantity(scope=None), 3),
    "a scope in the field that the text does not show": (
        quantity(shown=shown("actor", "action", "quantity", "timing", "reference")),
        3,
    ),
    "an absolute target needs no other reference": (
        quantity(shown=shown("actor", "action", "quantity", "timing", "scope")),
        4,
    ),
    "an increment needs its baseline shown": (
        quantity(**BASELINE, shown=shown("actor", "action", "quantity", "timing", "scope")),
        3,
    ),
    "an increment over a baseline that is shown": (quantity(**BASELINE), 4),
    "five without a deadline": (quantity(period=None), 2),
    "four with a quantity": (quantity(period=None, scope=None), 2),
    "three with a quantity": (quantity(period=None, scope=None, actor=None), 2),
    "two: a number and its absolute reference": (quantity(shown=shown("quantity")), 1),
    "a period alone": (quantity(shown=shown("timing")), 0),
    "nothing at all": (quantity(shown={}), 0),
    "three with neither quantity nor deadline": (quantity(shown=shown("actor", "action", "scope")), 1),
    "two with neither": (quantity(shown=shown("actor", "scope")), 1),
    "one with neither": (quantity(shown=shown("actor")), 0),
    "a deadline is as good as a period": (quantity(period=None, deadline="2019-12-31"), 4),
    "unsettled readings count one half": (quantity(measure=..., readings=READINGS), 3),
    "a qualified number counts one half, and as present": (quantity(marks=[{**QUALIFIED, "element": "quantity"}]), 3),
    "two halves are one": (
        quantity(measure=..., readings=READINGS, marks=[{**QUALIFIED, "element": "quantity"}]),
        3,
    ),
    "three halves are one and a half, rounded down": (
        quantity(
            measure=...,
            readings=READINGS,
            marks=[{**QUALIFIED, "element": "quantity"}, {**QUALIFIED, "element": "scope"}],
        ),
        2,
    ),
    "a mark on what has a half already takes nothing more": (
        quantity(measure=..., readings=READINGS, marks=[{**QUALIFIED, "element": "action"}]),
        3,
    ),
    "a number that differs between texts": (
        quantity(marks=[{"mark": "differs", "element": "timing", "shown": PLACE}]),
        3,
    ),
    "a mark on what is not shown makes nothing present": (
        quantity(shown=shown("actor", "action", "scope"), marks=[{**QUALIFIED, "element": "quantity"}]),
        1,
    ),
    "an imputed number is not in the text (R17)": (
        quantity(imputed=[{"element": "timing", "method": "the marketing year"}]),
        2,
    ),
    "conduct: six elements": (action(), 4),
    "conduct: the act is action, pass or fail, and absolute": (action(shown=shown("actor", "action", "timing")), 3),
    "conduct: a dated milestone is a deadline": (
        action(deadline=None, milestones=[{"id": "draft", "title": "a draft", "deadline": "2019-06-30"}]),
        4,
    ),
    "conduct: a milestone without a day is none": (
        action(deadline=None, milestones=[{"id": "draft", "title": "a draft"}]),
        2,
    ),
    "conduct without a date: five": (action(deadline=None), 2),
    "a restraint": (action(kind="restraint", deadline=None, period={"start": "2019-01-01", "end": None}), 4),
    "a trend has no quantity": (
        {
            "id": "more",
            "kind": "trend",
            "title": "buy more",
            "actor": "cn",
            "unit": "t",
            "direction": "increase",
            "measure": READINGS[1],
            "scope": SCOPE,
            "period": {"start": "2019-01-01", "end": "2019-12-31"},
            "shown": ALL_SHOWN,
        },
        2,
    ),
}


@pytest.mark.parametrize(("term", "expected"), TERMS.values(), ids=TERMS)
def test_precision_counts_what_the_text_shows(term: dict[str, Any], expected: int) -> None:
    """Present is what has a field and a place; halves add up and are rounded down (E1)."""
    assert level(term) == expected


def test_speaker_shows_the_actor() -> None:
    """The actor is shown by the attributed speaker, too (E1): four elements become five."""
    term = quantity(shown=shown("action", "quantity", "timing"))
    assert level(term) == 2
    assert level(term, quotes=SPOKEN) == 3


def test_speaker_who_owes_nothing_shows_no_actor() -> None:
    """Words of the other side name nobody as acting (E1)."""
    term = quantity(shown=shown("action", "quantity", "timing"))
    assert level(term, quotes=[{**SPOKEN[0], "speaker": "us"}]) == 2


def test_another_obligor_who_speaks_shows_only_itself() -> None:
    """The attributed speaker shows the actor where it is the actor, not where somebody else owes something too (E1)."""
    term = quantity(shown=shown("action", "quantity", "timing"))
    assert level(term, obligors=["cn", "eu"], quotes=[{**SPOKEN[0], "speaker": "eu"}]) == 2
    assert level(term, obligors=["cn", "eu"], quotes=SPOKEN) == 3


def test_speaker_shows_no_actor_that_the_recorder_left_unknown() -> None:
    """A field that is null is not present, whoever speaks (E1)."""
    term = quantity(actor=None, shown=shown("action", "quantity", "timing"))
    assert level(term, quotes=SPOKEN) == 2


CONDITIONALS: dict[str, tuple[dict[str, Any], int]] = {
    "both whole": ({}, 4),
    "trigger of 3 holds the consequence at 4": ({"trigger": {"scope": None}}, 4),
    "trigger of 2 holds it at 3": ({"trigger": {"deadline": None}}, 3),
    "nobody named to judge: neither action nor conduct, nor what it would show": ({"trigger": {"judge": None}}, 3),
    "nobody named, and only its day is shown": (
        {"trigger": {"judge": None, "actor": None, "scope": None, "shown": {"timing": PLACE, "action": PLACE}}},
        1,
    ),
    "a trigger decided by a number keeps its quantity": (
        {"trigger": {"judge": None, "target": "5", "unit": "Mt", "bound": "at_most"}},
        4,
    ),
    "the consequence's own precision": ({"consequence": {"shown": {"quantity": PLACE, "timing": PLACE}}}, 2),
    "the consequence's act is its quantity where it has no number": (
        {"consequence": {"target": ..., "unit": ..., "bound": ...}},
        4,
    ),
}


@pytest.mark.parametrize(("parts", "expected"), CONDITIONALS.values(), ids=CONDITIONALS)
def test_conditional_is_at_most_one_above_its_trigger(parts: dict[str, Any], expected: int) -> None:
    """P = min(P consequence, P trigger + 1) (E1)."""
    assert level(conditional(**parts), obligors=["us"], obligees=["cn"]) == expected


def test_reasons_say_which_elements_are_shown() -> None:
    """A level is explained by its elements (E2)."""
    one = case(commitment(terms=[quantity(measure=..., readings=READINGS, scope=None)]), instrument())
    (reason,) = precision.written(one, one.terms[0]).reasons
    assert reason.rule == "P.2"
    assert reason.says.startswith("4½ of six elements count, rounded down")
    assert "not shown: scope" in reason.says
    counted = precision.count(one, one.terms[0])
    assert (counted.weights["action"], counted.weights["scope"]) == (Fraction(1, 2), Fraction(0))


def test_practised_precision_is_read_on_the_amended_terms() -> None:
    """Both sides narrowed the term: written and practised are read on it, and it says so (E3)."""
    drafts = (
        commitment(terms=[quantity(scope=None)]),
        instrument(),
        amendment("modify", "cn", "us", terms=[quantity()]),
    )
    one = case(*drafts)
    written = precision.written(one, one.terms[0])
    practised = precision.practised(one, one.terms[0], as_text=written)
    assert (written.low, practised.low, practised.observed) == (4, 4, True)
    assert practised.reasons[-1].cites[0].entry == 2


def test_amendment_by_one_side_changes_no_precision() -> None:
    """What one side alone says is a position (R12)."""
    one = case(commitment(terms=[quantity(scope=None)]), instrument(), amendment("modify", "us", terms=[quantity()]))
    written = precision.written(one, one.terms[0])
    assert (written.low, precision.practised(one, one.terms[0], as_text=written).observed) == (3, False)


def test_imputed_number_is_no_reference_either() -> None:
    """An absolute reference is shown by the quantity's own span, and an imputed one has none in the text (E1, R17).

    Actor, action, timing and scope are left: four, with a deadline.
    """
    places = shown("actor", "action", "quantity", "timing", "scope")
    imputed = [{"element": "quantity", "method": "a report"}]
    assert level(quantity(shown=places)) == 4
    one = case(commitment(terms=[quantity(shown=places, imputed=imputed)]), instrument())
    counted = precision.count(one, one.terms[0])
    assert (counted.total, counted.level) == (4, 2)
    assert not counted.has("reference")


def test_count_is_told_whole_half_and_absent() -> None:
    """Which elements count whole, which one half and why, which not (E1, E2)."""
    marks = [{**QUALIFIED, "element": "quantity"}]
    one = case(commitment(terms=[quantity(scope=None, marks=marks)]), instrument())
    assert precision.count(one, one.terms[0]).words == (
        "shown: actor, action and measure, deadline or period, baseline or absolute reference; "
        "one half: quantity or pass/fail conduct (qualified); not shown: scope"
    )


SAID: dict[str, tuple[dict[str, Any], str]] = {
    "whole": (quantity(shown=shown("quantity", "timing")), "3 of six elements count ("),
    "whole and a half": (
        quantity(shown=shown("quantity"), marks=[{**QUALIFIED, "element": "quantity"}]),
        "1½ of six elements count, rounded down (",
    ),
    "a half alone": (
        quantity(shown=shown("timing"), marks=[{**QUALIFIED, "element": "timing"}]),
        "½ of six elements count, rounded down (",
    ),
    "none": (quantity(shown={}), "0 of six elements count ("),
}


@pytest.mark.parametrize(("term", "says"), SAID.values(), ids=SAID)
def test_sum_is_told_before_it_is_rounded_down(term: dict[str, Any], says: str) -> None:
    """A half is printed as one (E1, E2)."""
    one = case(commitment(terms=[term]), instrument())
    assert precision.written(one, one.terms[0]).reasons[0].says.startswith(says)


def test_consequence_that_is_a_number_alone_lacks_the_action() -> None:
    """It has a quantity, its own reference, and no act: five of six, both among them (E1)."""
    assert level(conditional(consequence={"act": None})) == 3
