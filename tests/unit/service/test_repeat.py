"""Repeats: what an author has said already is found, whatever it was anchored in (design §2.2)."""

import json
from typing import Any

from ledger.model.statement import Statement, parse_draft
from ledger.service.repeat import Spoken
from tests.unit.service.scenario import KEYS, PARTY, POSITION, START, House, evidence


def draft(kind: str, subject: str, body: object, **changes: object) -> Statement:
    """Return a statement as it was drafted."""
    whole = {
        "schema": f"{kind}.v1", "subject": subject, "body": body, "anchor": None, "corrects": None, "genesis": None,
        "issued": START, **changes,
    }  # fmt: skip
    return parse_draft(json.dumps(whole).encode(), what=kind)


def place(house: House, statement: Statement, *, key: str = "desk", **how: Any) -> int | None:
    """Return where it was said."""
    with house.store.reading() as reading:
        return Spoken(reading, author=KEYS[key].kid).find(statement, **how)


def test_draft_that_was_recorded_is_found_under_another_anchor() -> None:
    """The anchor makes the payload new, and the words are the same (design §2.2)."""
    house = House().set_up()
    house.say("position", "grain", POSITION, seen=True)
    assert place(house, draft("position", "grain", POSITION)) == 7


def test_other_words_author_or_moment_are_no_repeat() -> None:
    """Body, author and moment of issue are compared; the moment not where the draft left it open."""
    house = House().set_up()
    house.say("position", "grain", POSITION)
    assert place(house, draft("position", "grain", {**POSITION, "note": "more"})) is None
    assert place(house, draft("position", "grain", POSITION), key="other") is None
    later = draft("position", "grain", POSITION, issued="2026-01-03T00:00:00Z")
    assert place(house, later) is None
    assert place(house, later, is_open=True) == 7


def test_what_was_retracted_or_corrected_can_be_said_again() -> None:
    """Only what stands counts as said (R1)."""
    house = House().set_up()
    first = str(house.said(3).name)
    house.say("party", "aa", {**PARTY, "kind": "union"}, corrects=first)
    assert place(house, draft("party", "aa", PARTY)) is None


def test_same_file_fetched_twice_is_one_submission() -> None:
    """Evidence is compared without its source, which says when its bytes were fetched (R2)."""
    house = House().set_up()
    house.say("evidence", "series:export/bb/aa", evidence())
    again = evidence()
    again["source"] = {**again["source"], "retrieved": "2026-01-01T00:00:00Z"}
    assert place(house, draft("evidence", "series:export/bb/aa", again)) == 7
    revised = {**again, "vintage": {"published": "2020-05-01"}}
    assert place(house, draft("evidence", "series:export/bb/aa", revised)) is None
