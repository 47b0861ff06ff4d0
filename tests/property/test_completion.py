"""What is not known leaves an interval that holds whatever it turns out to be (method §4, E2, E6).

A ledger is drawn in which every field is known; some of its fields are then forgotten. Every level and both scores of
the one lie within those of the other. Two rules close a field that is not given, so that nothing is unknown there: a
lag is read as 24 months (R11); a treaty, an executive agreement, a law or a notice of the obligor's binds by its form
(E2).
"""

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.enforceability import score
from ledger.assessment.enforceability.obligation import BINDING_FORMS
from ledger.assessment.result import Level, Score
from ledger.assessment.standing import standing
from ledger.assessment.view import Said, look
from ledger.model.determination import View
from ledger.model.statement import parse_statement
from tests.unit.assessment.enforceability.small_ledger import (
    BEST_INDICATOR,
    INDICATOR,
    LEVER,
    PLACE,
    SUBJECT,
    Draft,
    act,
    attestation,
    changed,
    commitment,
    instrument,
    name_of,
    position,
    quantity,
    scored,
)

OPEN: dict[str, Any] = {"terms": [quantity(period=...)]}
PROCEDURE = {
    "title": "talks",
    "stages": [
        {"id": "answer", "title": "answer", "forum": "office", "trigger": "a complaint", "limit": {"days": 30},
         "last": True}
    ],
}  # fmt: skip
APPEAL = act("appeal", "us", "2020-03-01", stage="answer")
LAPSE = ("amendment", "tariffs", {
    "change": "lever_lapsed", "by": ["us"], "lever": "tariffs", "announced": "2020-01-01", "effective": "2020-01-01",
    "reason": "struck down", "source": commitment()[2]["source"],
})  # fmt: skip
EVENTS: tuple[tuple[Draft, ...], ...] = (
    (),
    (APPEAL,),
    (APPEAL, act("consultation", "cn", "2020-03-10")),
    (act("notice", "us", "2020-03-01", stage="answer"),),
    (act("notice", "us", "2020-03-01", stage="answer"), act("remedy", "us", "2020-03-10")),
    (LAPSE,),
)
"""What may have happened since, which nobody forgets."""


def clause(kind: str, *, tied: bool = False) -> dict[str, Any]:
    """Return a remedy."""
    return {"kind": kind, "tied_to_test": tied, "shown": PLACE}


def forum(kind: str, *, binding: bool, consent: str) -> dict[str, Any]:
    """Return a forum."""
    return {"kind": kind, "deadlines": True, "binding": binding, "consent": consent, "shown": PLACE}


def leave(days: int, cost: str) -> dict[str, Any]:
    """Return an exit rule."""
    return {"unilateral": True, "notice_days": days, "cost": cost, "shown": PLACE}


ESCAPE = [{"title": "a disaster", "terms": "all", "shown": PLACE}]

CONTROL = ("0", "0.49", "0.5", "1")
INDICATORS: tuple[list[dict[str, Any]], ...] = (
    [],
    [INDICATOR],
    [BEST_INDICATOR],
    [{**INDICATOR, "scope_share": "0.5"}],
    [{**INDICATOR, "standing": "claimant"}, {**INDICATOR, "scope_share": "0.79"}],
    [{**INDICATOR, "quality": "proxy"}],
    [{**BEST_INDICATOR, "public": False}],
)
FORUMS = (
    "none",
    *(
        forum(kind, binding=binding, consent=consent)
        for kind in ("consultation", "standing_body", "expert_review", "arbitration")
        for binding in (False, True)
        for consent in ("compulsory", "consent", "blockable")
    ),
)
REMEDIES = ("none", clause("publicity"), clause("self_judged"), clause("fixed"), clause("fixed", tied=True))
EXITS = (
    "none",
    {"unilateral": False, "shown": PLACE},
    *(leave(days, cost) for days in (0, 1, 90, 91, 365, 366) for cost in ("none", "package", "remedy")),
)
DOCUMENT: dict[str, tuple[Any, ...]] = {
    "binding": ("yes", "no", "silent"),
    "escapes": ("none", ESCAPE),
    "forum": FORUMS,
    "remedy": REMEDIES,
    "exit": EXITS,
    "expires": ("none", "2025-12-31"),
}
"""Every value that a field of the document may turn out to have."""

PARTS = ("indicators.scope_share", "forum.consent", "exit.notice_days")
"""Fields inside a clause that is known."""

WHOLE = ("control", "indicators", *DOCUMENT)

VERBS = ("shall", "committing", "hortatory")
ISSUERS = (["cn", "us"], ["cn"], ["us"], ["eu"])
STANCES = ("affirms", "affirms_differently", "silent", "denies")
DAYS = ("2018-12-01", "2019-01-31", "2019-06-01")


def binds_by_form(form: str, issuers: list[str]) -> bool:
    """Whether nobody asks such a text if it binds."""
    return form in BINDING_FORMS or (form == "notice" and issuers == ["cn"])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a ledger in which everything is known."""
    spoken = st.tuples(st.sampled_from(["cn", "us"]), st.sampled_from(STANCES), st.sampled_from(DAYS))
    form = draw(st.sampled_from(["treaty", "communique", "notice"]))
    issuers = draw(st.sampled_from(ISSUERS))
    values = {**DOCUMENT, "binding": ("yes", "silent")} if binds_by_form(form, issuers) else DOCUMENT
    return {
        "control": draw(st.sampled_from(CONTROL)),
        "indicators": draw(st.sampled_from(INDICATORS)),
        "form": form,
        "issuers": issuers,
        "verb": draw(st.sampled_from(VERBS)),
        "obligees": draw(st.sampled_from([["us"], []])),
        "open": draw(st.booleans()),
        "levers": draw(st.sampled_from([[], [LEVER]])),
        "positions": draw(st.lists(spoken, max_size=3)),
        "events": draw(st.sampled_from(EVENTS)),
        **{name: draw(st.sampled_from(several)) for name, several in values.items()},
    }


def forgotten(world: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a world in which a field is not known; the same one where it has no such field."""
    outer, _, inner = name.partition(".")
    value = world[outer]
    if not inner:
        return {**world, outer: None}
    if isinstance(value, list):
        return {**world, outer: [{**one, inner: None} for one in value]}
    return {**world, outer: {**value, inner: None}} if isinstance(value, dict) and inner in value else world


def drafts(world: dict[str, Any], *, document: bool = True) -> tuple[Draft, ...]:
    """Return what a world says, with its document or without."""
    verb = {"words": "as said", "strength": world["verb"], "shown": PLACE}
    control: Any = {"by": "buyers", "control": world["control"]}
    pledge = commitment(
        verb=verb, performance=control, indicators=world["indicators"], levers=world["levers"],
        obligees=world["obligees"], **(OPEN if world["open"] else {}),
    )  # fmt: skip
    text = instrument(
        form=world["form"], issuers=world["issuers"], procedure=PROCEDURE, **{name: world[name] for name in DOCUMENT}
    )
    said = tuple(position(*one) for one in world["positions"])
    return (pledge, *((text,) if document else ()), *said, *world["events"])


def contains(wide: Score, narrow: Score) -> None:
    """Every level, both scores and both their bands lie within (E6)."""
    for one, other in zip(wide.dimensions, narrow.dimensions, strict=True):
        for side in ("written", "practised"):
            outer: Level = getattr(one, side)
            inner: Level = getattr(other, side)
            assert outer.low <= inner.low <= inner.high <= outer.high, (one.dimension, side, outer, inner)
    for outer_side, inner_side in ((wide.written, narrow.written), (wide.practised, narrow.practised)):
        ends = [Fraction(x) for x in (outer_side.low, inner_side.low, inner_side.high, outer_side.high)]
        assert ends == sorted(ends)


@given(worlds(), st.sets(st.sampled_from((*WHOLE, *PARTS))))
def test_interval_holds_whatever_the_unknown_fields_turn_out_to_be(world: dict[str, Any], names: set[str]) -> None:
    """Any number of fields at once; nothing that is unknown makes anything surer (E2, E6)."""
    partial = world
    for name in sorted(names, reverse=True):  # a clause after the fields inside it
        partial = forgotten(partial, name) if partial[name.partition(".")[0]] is not None else partial
    contains(scored(*drafts(partial)), scored(*drafts(world)))


@given(worlds())
def test_unknown_document_holds_whatever_it_turns_out_to_be(world: dict[str, Any]) -> None:
    """A document that the view has not seen may be anybody's, and say anything (E6)."""
    # A document is what makes a remedy, and what seises its forum: without one nothing of it was observed.
    quiet = {**world, "events": ()}
    contains(scored(*drafts(quiet, document=False)), scored(*drafts(quiet)))


@settings(max_examples=20)
@given(worlds(), st.sampled_from([*DOCUMENT, "control", "indicators"]))
def test_every_value_of_a_field_lies_in_the_interval_of_its_absence(world: dict[str, Any], name: str) -> None:
    """One field, every value that it can have (E6)."""
    wide = scored(*drafts({**world, name: None}))
    values: tuple[Any, ...] = {**DOCUMENT, "control": CONTROL, "indicators": INDICATORS}[name]
    for value in values:
        if name == "binding" and value == "no" and binds_by_form(world["form"], world["issuers"]):
            continue
        contains(wide, scored(*drafts({**world, name: value})))


@given(worlds(), st.sampled_from(STANCES), st.sampled_from(DAYS), st.sampled_from(["cn", "us"]))
def test_position_that_is_recorded_later_lies_in_the_interval_of_its_absence(
    world: dict[str, Any], stance: str, day: str, party: str
) -> None:
    """A party that has not spoken is unknown, not silent: whatever it turns out to have said is within (E2, E6)."""
    mute = {**world, "positions": [one for one in world["positions"] if one[0] != party], "events": ()}
    if party in world["issuers"]:
        mute["issuers"] = ["eu"]  # a party's own document speaks for it
    told = {**mute, "positions": [*mute["positions"], (party, stance, day)]}
    # Obligation is read on the words; only a denial takes it away in practice (E3), and that is observed, not unknown.
    wide, narrow = scored(*drafts(mute)), scored(*drafts(told))
    for one, other in zip(wide.dimensions, narrow.dimensions, strict=True):
        assert one.written.low <= other.written.low <= other.written.high <= one.written.high, one.dimension


def payloads(said: tuple[Draft, ...], shuffle: random.Random | None) -> list[bytes]:
    """Return the statements as bytes, the members of every object in some order."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            if shuffle is not None:
                shuffle.shuffle(names)
            return {name: turned(value[name]) for name in names}
        return [turned(one) for one in value] if isinstance(value, list) else value

    whole = (
        {"anchor": None, "body": body, "corrects": None, "genesis": None, "issued": "2019-01-31T00:00:00Z",
         "schema": f"{kind}.v1", "subject": subject}
        for kind, subject, body in said
    )  # fmt: skip
    return [json.dumps(turned(one)).encode() for one in whole]


@given(worlds(), st.integers(min_value=0, max_value=2**32))
def test_score_is_the_same_to_the_byte_however_the_statements_are_spelt(world: dict[str, Any], seed: int) -> None:
    """The order of an object's members is no part of what it says (E4; design §2.1)."""
    answers = []
    for shuffle in (None, random.Random(seed)):  # noqa: S311
        said = [
            Said(index, name_of(index), "author", "2019-01-31T00:00:00Z", parse_statement(payload))
            for index, payload in enumerate(payloads(drafts(world), shuffle))
        ]
        known = look(said, View(size=len(said), as_of="2021-06-30"))
        answers.append(score(known, SUBJECT, standing(known, SUBJECT), ()).model_dump_json())
    assert answers[0] == answers[1]


@given(worlds(), st.data())
def test_order_of_entries_of_one_day_changes_no_number(world: dict[str, Any], data: st.DataObject) -> None:
    """What was logged first of one day's words is no fact of the world; only the entries cited differ (E4)."""
    first = drafts(world)
    looked = attestation("not_published", term="soy", authority="us-census")
    level = attestation("level", dimension="V", of="written", level=1)
    rest = [*first[2:], looked, level]
    turned = data.draw(st.permutations(rest))

    def numbers(result: Score) -> list[Any]:
        levels = [
            (one.written.low, one.written.high, one.practised.low, one.practised.high, one.practised.observed)
            for one in result.dimensions
        ]
        return [levels, result.written, result.practised, result.erosion, result.gates, result.raises]

    assert numbers(scored(*first[:2], *rest)) == numbers(scored(*first[:2], *turned))


@pytest.mark.parametrize("lag", [None, 24])
def test_lag_that_is_not_given_is_read_as_24_months(lag: int | None) -> None:
    """The one field whose absence a rule closes: it is no unknown, as R11 says what it is."""
    drafts_ = commitment(indicators=[changed(INDICATOR, {"lag_months": lag})]), instrument()
    level = scored(*drafts_).dimensions[1].written
    assert (level.low, level.high) == (3, 3)
