"""What statements refer to: it has to be there, in the unit, at the moment that they take it for (design §2.2)."""

from collections.abc import Mapping
from typing import Any

import pytest

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, UnitError
from tests.unit.service.scenario import (
    ACTION,
    AMENDMENT,
    ATTESTATION,
    BASELINE,
    COMMITMENT,
    INSTRUMENT,
    PARTY,
    POSITION,
    SERIES,
    TERM,
    House,
)  # fmt: skip

NOBODY = "sha256:" + "0" * 64
LATE = {"at": "2020-03-02T05:01:00Z", "local": "2020-03-02T01:01:00-04:00", "zone": "America/New_York"}
MIDNIGHT = {"at": "2020-03-02T05:01:00Z", "local": "2020-03-02T00:01:00-05:00", "zone": "America/New_York"}


def commitment(**changes: object) -> dict[str, Any]:
    """Return the commitment with members changed."""
    return {**COMMITMENT, **changes}


def term(**changes: object) -> dict[str, Any]:
    """Return the commitment with its quantity term changed."""
    return commitment(terms=[{**TERM, **changes}])


def conditional(**clause: object) -> dict[str, Any]:
    """Return a commitment with one conditional term, its trigger changed."""
    trigger = {"title": "No deal", "act": "no deal is made", **clause}
    both = {"trigger": trigger, "consequence": {"title": "A tariff", "act": "raise it"}}
    return commitment(terms=[{"kind": "conditional", "id": "threat", "title": "A threat", "actor": "bb", **both}])


AUDIT: dict[str, Any] = {
    "title": "An audit", "view": {"size": 7, "as_of": "2021-01-01"}, "method": "2026.1", "subjects": ["grain"],
    "opinion": "A5", "files": {"json": NOBODY},
}  # fmt: skip
RANGE = {"low": "10", "high": "10", "low_band": "rhetorical", "high_band": "rhetorical"}
DETERMINATION: dict[str, Any] = {
    "view": {"size": 7, "as_of": "2021-01-01"}, "method": "2026.1", "validity": "claimed", "disposition": "none",
    "terms": [{"id": "grain", "outcome": "awaiting"}], "written": RANGE, "practised": RANGE, "result": NOBODY,
}  # fmt: skip

REFUSED: dict[str, tuple[str, str, Mapping[str, object], type[PledgerError], str]] = {
    "an issuer that is not there": ("instrument", "b", {**INSTRUMENT, "issuers": ["zz"]}, NotFoundError, "no party zz"),
    "an instrument that is not there": (
        "commitment", "b", commitment(instrument="zz"), NotFoundError, "no instrument zz",
    ),
    "an obligor that is not there": ("commitment", "b", commitment(obligors=["zz"]), NotFoundError, r"zz \(obligors\)"),
    "an obligee that is not there": ("commitment", "b", commitment(obligees=["zz"]), NotFoundError, r"zz \(obligees\)"),
    "a speaker that is not there": (
        "commitment", "b", commitment(quotes=[{"text": "we will", "language": "en", "speaker": "zz"}]),
        NotFoundError, r"zz \(quotes\)",
    ),
    "a link to what is not there": (
        "commitment", "b", commitment(links=[{"kind": "adds_to", "commitment": "zz"}]), NotFoundError, "commitment zz",
    ),
    "a second commitment of one name": (
        "commitment", "grain", commitment(title="Again"), ConflictError, "an amendment if the world",
    ),
    "a second instrument of one name": (
        "instrument", "deal", {**INSTRUMENT, "title": "Again"}, ConflictError, "name it in corrects",
    ),
    "an actor that is not there": ("commitment", "b", term(actor="zz"), NotFoundError, r"zz \(term grain\)"),
    "a reporter that is not there": (
        "commitment", "b", term(measure={**SERIES, "reporter": "zz"}), NotFoundError, r"zz \(term grain\)",
    ),
    "an unknown unit": ("commitment", "b", term(unit="stones"), UnitError, "'stones' is not known"),
    "a judge that is not there": ("commitment", "b", conditional(judge="zz"), NotFoundError, r"zz \(term threat\)"),
    "an unknown unit of a trigger": (
        "commitment", "b", conditional(target="1", unit="stones", bound="at_least"), UnitError, "'stones'",
    ),
    "an offset that the zone did not have": (
        "commitment", "b", conditional(deadline=LATE), MalformedError, "showed 2020-03-02T00:01:00-05:00",
    ),
    "a zone that is not there": (
        "commitment", "b", term(deadline={**MIDNIGHT, "zone": "America/Nowhere"}), MalformedError,
        "zone America/Nowhere",
    ),
    "a party that is its own member": (
        "party", "cc", {**PARTY, "members": [{"party": "cc"}]}, MalformedError, "a member of itself",
    ),
    "a position on what is not there": ("position", "zz", POSITION, NotFoundError, "no commitment zz"),
    "a position of nobody": ("position", "grain", {**POSITION, "party": "zz"}, NotFoundError, r"zz \(party\)"),
    "a position on a term that is not there": (
        "position", "grain", {**POSITION, "terms": ["corn"]}, NotFoundError, "no term corn",
    ),
    "a position that moves a term that is not there": (
        "position", "grain", {**POSITION, "moved": [{"term": "corn", "deadline": "2021-01-01"}]},
        NotFoundError, "no term corn",
    ),
    "a position that moves a target in an unknown unit": (
        "position", "grain", {**POSITION, "moved": [{"term": "grain", "target": "9", "unit": "stones"}]},
        UnitError, "'stones'",
    ),
    "a reply to nothing": ("position", "grain", {**POSITION, "replies_to": NOBODY}, NotFoundError, "to reply to"),
    "a position in the words of nobody": (
        "position", "grain", {**POSITION, "quote": {"text": "yes", "language": "en", "speaker": "zz"}},
        NotFoundError, r"zz \(quote\)",
    ),
    "a baseline of a term that is not there": (
        "baseline", "grain", {**BASELINE, "terms": ["corn"]}, NotFoundError, "no term corn",
    ),
    "a baseline in an unknown unit": ("baseline", "grain", {**BASELINE, "unit": "stones"}, UnitError, "'stones'"),
    "a baseline in money of a term in tonnes": (
        "baseline", "grain", {**BASELINE, "unit": "USD"}, UnitError, r"'USD' .* to 't'",
    ),
    "a baseline that restates nothing": (
        "baseline", "grain", {**BASELINE, "restates": NOBODY}, NotFoundError, "to restate",
    ),
    "an attestation of a term that is not there": (
        "attestation", "grain", {**ATTESTATION, "term": "corn"}, NotFoundError, "no term corn",
    ),
    "an attestation of a step that is not there": (
        "attestation", "grain", {**ATTESTATION, "milestone": "second"}, NotFoundError, "no milestone second",
    ),
    "an amendment of what is not there": ("amendment", "zz", AMENDMENT, NotFoundError, "zz to amend"),
    "an amendment by nobody": ("amendment", "grain", {**AMENDMENT, "by": ["zz"]}, NotFoundError, r"zz \(by\)"),
    "an amendment of a term that is not there": (
        "amendment", "grain", {**AMENDMENT, "applies_to": ["corn"]}, NotFoundError, "no term corn",
    ),
    "an amendment to an unknown unit": (
        "amendment", "grain", {**AMENDMENT, "change": "modify", "terms": [{**TERM, "unit": "stones"}]},
        UnitError, "'stones'",
    ),
    "an action by nobody": ("action", "grain", {**ACTION, "by": ["zz"]}, NotFoundError, r"zz \(by\)"),
    "an action on a term that is not there": (
        "action", "grain", {**ACTION, "terms": ["corn"]}, NotFoundError, "no term corn",
    ),
    "a determination of a later view": (
        "determination", "grain", {**DETERMINATION, "view": {"size": 8, "as_of": "2021-01-01"}},
        MalformedError, "the log has 7",
    ),
    "a determination of a term that is not there": (
        "determination", "grain", {**DETERMINATION, "terms": [{"id": "corn", "outcome": "met"}]},
        NotFoundError, "no term corn",
    ),
    "an audit of what is not there": ("audit", "grain", {**AUDIT, "subjects": ["zz"]}, NotFoundError, "or party zz"),
    "an audit of a later view": (
        "audit", "grain", {**AUDIT, "view": {"size": 8, "as_of": "2021-01-01"}}, MalformedError, "the log has 7",
    ),
}  # fmt: skip

ADMITTED: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "an instrument of two issuers": ("instrument", "b", INSTRUMENT),
    "a linked commitment": ("commitment", "b", commitment(links=[{"kind": "adds_to", "commitment": "grain"}])),
    "a moment that the zone showed": ("commitment", "b", conditional(deadline=MIDNIGHT)),
    "a lever that nobody recorded": (
        "commitment", "b", commitment(levers=[{"subject": "a-statute", "title": "A statute"}]),
    ),
    "a union before its members": ("party", "cc", {**PARTY, "kind": "union", "members": [{"party": "dd"}]}),
    "a position": ("position", "grain", {**POSITION, "moved": [{"term": "grain", "target": "9", "unit": "kt"}]}),
    "a baseline in another unit of mass": ("baseline", "grain", BASELINE),
    "an attestation of a step": ("attestation", "grain", ATTESTATION),
    "an amendment of an instrument": ("amendment", "deal", AMENDMENT),
    "an amendment that brings a term": (
        "amendment", "grain",
        {**AMENDMENT, "change": "modify", "applies_to": ["corn"], "terms": [{**TERM, "id": "corn"}]},
    ),
    "an action": ("action", "grain", {**ACTION, "terms": ["grain"]}),
    "a determination": ("determination", "grain", DETERMINATION),
    "an audit of a party": ("audit", "aa", AUDIT),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_reference_that_leads_nowhere_is_refused(case: str) -> None:
    """The sentence names what is missing or wrong, and nothing is recorded (design §2.2; issue 2, point 9)."""
    kind, subject, body, error, reason = REFUSED[case]
    house = House().set_up()
    before = house.store.state.copy()
    with pytest.raises(error, match=reason):
        house.say(kind, subject, body)
    assert house.store.state == before


@pytest.mark.parametrize("case", ADMITTED)
def test_statement_whose_references_are_there_is_recorded(case: str) -> None:
    """One sound statement of every kind stands as the next entry (design §2.2)."""
    kind, subject, body = ADMITTED[case]
    house = House().set_up()
    house.say(kind, subject, body)
    assert (house.store.state.rows[7].kind, house.store.state.rows[7].subject) == (kind, subject)


def test_term_that_an_amendment_brought_can_be_spoken_of() -> None:
    """A position may be about a term that came by an amendment (R12)."""
    house = House().set_up()
    house.say("amendment", "grain", {**AMENDMENT, "change": "modify", "terms": [{**TERM, "id": "corn"}]})
    house.say("position", "grain", {**POSITION, "terms": ["corn"]})
    assert house.store.state.head.size == 9


def test_reply_finds_what_it_replies_to_in_the_same_batch() -> None:
    """A statement may name one before it in its batch (design §2.5)."""
    house = House().set_up()
    first = house.sign("position", "grain", POSITION)
    from ledger.signing.canonical import digest

    reply = house.sign("position", "grain", {**POSITION, "party": "bb", "replies_to": digest(first)})
    house.publish(first, reply)
    assert house.store.state.head.size == 9


def test_baseline_may_restate_an_earlier_one() -> None:
    """A restated baseline names the one it restates (R6)."""
    house = House().set_up()
    first = house.say("baseline", "grain", BASELINE)
    house.say("baseline", "grain", {**BASELINE, "value": "2", "restates": first})
    assert house.store.state.head.size == 9


CIRCLES: dict[str, tuple[str, str, str]] = {
    "a part of its own part": ("part_of", "corn", r"part_of runs in a circle \(grain, corn, grain\)"),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_link_that_leads_back_is_refused_when_a_correction_makes_it(case: str) -> None:
    """A commitment links to what is there already, so that only a correction can close a circle; none may (R16)."""
    kind, other, reason = CIRCLES[case]
    house = House().set_up()
    house.say("commitment", "corn", commitment(links=[{"kind": "part_of", "commitment": "grain"}]))
    first = house.said(6).name
    with pytest.raises(ConflictError, match=reason):
        house.say("commitment", "grain", commitment(links=[{"kind": kind, "commitment": other}]), corrects=first)
    assert house.store.state.head.size == 8


def test_links_of_other_kinds_may_lead_both_ways() -> None:
    """Two commitments may each say that they overlap (R16)."""
    house = House().set_up()
    house.say("commitment", "corn", commitment(links=[{"kind": "overlaps", "commitment": "grain"}]))
    linked = commitment(links=[{"kind": "overlaps", "commitment": "corn"}])
    house.say("commitment", "grain", linked, corrects=house.said(6).name)
    assert house.store.state.head.size == 9
