"""Durability: how long it lasts, and what leaving costs (method §4, X; E2, E3)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import durability, remedy
from tests.unit.assessment.enforceability.small_ledger import (
    PLACE,
    WORDS,
    Draft,
    amendment,
    case,
    commitment,
    conditional,
    instrument,
    quantity,
    spelt,
)

UNDATED = {"terms": [quantity(period=None)]}
FIXED = {"kind": "fixed", "tied_to_test": True, "shown": PLACE}


def leave(days: int | None, *, cost: str = "none", unilateral: bool = True) -> dict[str, Any]:
    """Return an exit rule."""
    return {"unilateral": unilateral, "notice_days": days, "cost": cost, "shown": PLACE}


WRITTEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no unilateral exit": ({"exit": leave(None, unilateral=False)}, {}, "4"),
    "exit unknown": ({"exit": None}, {}, "0-4"),
    "no exit rule, terms with periods": ({"exit": "none"}, {}, "1"),
    "no exit rule, no period, no expiry": ({"exit": "none"}, UNDATED, "0"),
    "no exit rule, no period, an expiry": ({"exit": "none", "expires": "2025-12-31"}, UNDATED, "1"),
    "no exit rule, no period, expiry unknown": ({"exit": "none", "expires": None}, UNDATED, "0-1"),
    "words of the day have no expiry that they do not give": ({**WORDS, "expires": None}, UNDATED, "0"),
    "a period without an end is no term": (
        {"exit": "none"},
        {"terms": [quantity(period={"start": "2019-01-01", "end": None})]},
        "0",
    ),
    "one dated term of two is a term": ({"exit": "none"}, {"terms": [quantity(), quantity(id="x", period=None)]}, "1"),
    "a trigger's day is a term": (
        {"exit": "none"},
        {"terms": [conditional(consequence={"deadline": None})]},
        "1",
    ),
    "at will": ({"exit": leave(0)}, {}, "0"),
    "1 day": ({"exit": leave(1)}, {}, "1"),
    "60 days": ({"exit": leave(60)}, {}, "1"),
    "90 days": ({"exit": leave(90)}, {}, "1"),
    "90 days, and no term": ({"exit": leave(90)}, UNDATED, "0"),
    "91 days": ({"exit": leave(91)}, {}, "2"),
    "91 days, and no term": ({"exit": leave(91)}, UNDATED, "2"),
    "365 days": ({"exit": leave(365)}, {}, "2"),
    "366 days": ({"exit": leave(366)}, {}, "3"),
    "notice of unknown length": ({"exit": leave(None)}, {}, "0-3"),
    "60 days, at the cost of a package": ({"exit": leave(60, cost="package")}, {}, "3"),
    "366 days, at the cost of a package": ({"exit": leave(366, cost="package")}, {}, "3"),
    "notice unknown, at the cost of a package": ({"exit": leave(None, cost="package")}, {}, "3"),
    "60 days, and it triggers a remedy fixed in advance": (
        {"exit": leave(60, cost="remedy"), "remedy": FIXED},
        {},
        "2",
    ),
    "366 days, and it triggers a remedy": ({"exit": leave(366, cost="remedy"), "remedy": FIXED}, {}, "3"),
    "60 days, and it triggers nothing of weight": (
        {"exit": leave(60, cost="remedy"), "remedy": {**FIXED, "kind": "publicity"}},
        {},
        "1",
    ),
    "60 days, and it triggers a remedy that is unknown": (
        {"exit": leave(60, cost="remedy"), "remedy": None},
        {},
        "1-2",
    ),
}


@pytest.mark.parametrize(("document", "changes", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written_durability(document: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    """From exit, expiry and periods, rows from 4 down (E2)."""
    one = case(commitment(**changes), instrument(**document))
    assert spelt(durability.written(one, remedy=remedy.written(one)).printed()) == expected


PRACTISED: dict[str, tuple[dict[str, Any], tuple[Draft, ...], int, bool]] = {
    "nothing happened": ({}, (), 4, False),
    "the terms' own period ended": ({}, (), 4, False),
    "suspended": ({}, (amendment("suspend", "cn", "us"),), 0, True),
    "suspended and resumed": (
        {},
        (amendment("suspend", "cn", "us"), amendment("resume", "cn", "us", day="2019-07-01")),
        4,
        False,
    ),
    "left by the obligor": ({}, (amendment("withdraw", "cn", subject="text"),), 0, True),
    "lapsed by its own expiry": ({"expires": "2021-06-29"}, (), 0, True),
    "on its last day it still stands": ({"expires": "2021-06-30"}, (), 4, False),
    "lapsed by a recorded expiry": ({}, (amendment("expire", "cn", "us", subject="text"),), 0, True),
    "replaced by agreement: neither suspension, exit nor lapse": (
        {},
        (amendment("replace", "cn", "us", terms=[quantity(target="6")]),),
        4,
        False,
    ),
}


@pytest.mark.parametrize(("document", "drafts", "expected", "observed"), PRACTISED.values(), ids=PRACTISED)
def test_practised_durability(
    document: dict[str, Any], drafts: tuple[Draft, ...], expected: int, observed: bool
) -> None:
    """0 from suspension, exit or lapse of the instrument, and from nothing else (E3)."""
    one = case(commitment(), instrument(**document), *drafts)
    derived = durability.practised(one, as_text=durability.written(one, remedy=remedy.written(one)))
    assert (derived.low, derived.high, derived.observed) == (expected, expected, observed)


REPLACED = amendment("replace", "cn", "us", terms=[quantity(target="6")])
GONE: dict[str, tuple[dict[str, Any], tuple[Draft, ...], str]] = {
    "replaced, then run out": ({"expires": "2021-06-29"}, (REPLACED,), "E3.X.lapsed"),
    "replaced, then suspended": ({}, (REPLACED, amendment("suspend", "cn", "us", day="2019-07-01")), "E3.X.suspended"),
    "suspended by naming all of its terms": (
        {}, (amendment("suspend", "cn", "us", applies_to=["soy"]),), "E3.X.suspended",
    ),
    "left": ({}, (amendment("withdraw", "us", subject="text"),), "E3.X.left"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "drafts", "code"), GONE.values(), ids=GONE)
def test_new_terms_do_not_hide_that_it_is_gone(document: dict[str, Any], drafts: tuple[Draft, ...], code: str) -> None:
    """Suspension, exit and lapse are read for themselves; validity names one thing only (E3, R12)."""
    one = case(commitment(), instrument(**document), *drafts)
    derived = durability.practised(one, as_text=durability.written(one, remedy=remedy.written(one)))
    assert (derived.low, derived.high, derived.reasons[-1].code) == (0, 0, code)
    # The last thing that happened is what it is gone by; a day in the document is the document's.
    last = (1, "expires") if "expires" in document else (1 + len(drafts), "change")
    assert [(cite.entry, cite.field) for cite in derived.reasons[-1].cites] == [last]


@pytest.mark.parametrize(("kind", "expected"), [("publicity", 1), ("self_judged", 2), ("fixed", 2)])
def test_exit_costs_something_where_it_triggers_a_remedy_of_row_3(kind: str, expected: int) -> None:
    """An R of exactly 3 is enough, less is not (X, row 2)."""
    clause = {"kind": kind, "tied_to_test": False, "shown": PLACE}
    one = case(commitment(), instrument(exit=leave(60, cost="remedy"), remedy=clause))
    derived = durability.written(one, remedy=remedy.written(one))
    assert (derived.low, derived.high) == (expected, expected)
