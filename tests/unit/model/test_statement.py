"""The closed union of statements: every kind reads, and what does not belong is refused with its place (§2.2)."""

import json
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.model.statement import KINDS, kind_of, parse_draft, parse_statement, plain
from tests.unit.model.drafts import BODIES, QUANTITY, READING, payload, read


def test_every_kind_has_a_valid_example() -> None:
    """No kind of design §2.2 is left out of these tests."""
    assert set(BODIES) == set(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_statement_reads_back_from_what_it_prints(kind: str) -> None:
    """Printing and reading are each other's inverse for every kind."""
    statement = read(payload(kind))
    assert kind_of(statement) == kind
    assert parse_statement(json.dumps(plain(statement)).encode()) == statement


def test_the_table_of_roles_is_the_design_s() -> None:
    """Who signs which kind is design §2.2's table."""
    roles = {kind: rule.role for kind, rule in KINDS.items()}
    assert roles == {
        "charter": "operator",
        "key": "operator",
        "party": "recorder",
        "instrument": "recorder",
        "commitment": "recorder",
        "baseline": "recorder",
        "position": "recorder",
        "evidence": "submitter",
        "attestation": "assessor",
        "retraction": None,
        "amendment": "recorder",
        "determination": "auditor",
        "action": "enforcer",
        "audit": "auditor",
        "erasure": "operator",
        "index": "operator",
    }


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown member": (payload("party", body__nickname="x"), "body.nickname is not a member"),
    "unknown kind": (payload("party", schema="promise.v1"), "of a kind that does not exist"),
    "later version": (payload("party", schema="party.v2"), "of a kind that does not exist"),
    "missing member": (payload("commitment", body__obligors=...), "body.obligors is missing"),
    "float for a quantity": (payload("commitment", body__terms__0__target=5.5), "numbers are text in quotation marks"),
    "integer for a quantity": (payload("commitment", body__terms__0__target=5), "numbers are text in quotation marks"),
    "trailing zero": (payload("commitment", body__terms__0__target="5.0"), "write a plain number as text"),
    "plus sign": (payload("commitment", body__terms__0__target="+5"), "write a plain number as text"),
    "minus zero": (payload("commitment", body__terms__0__target="-0"), "write a plain number as text"),
    "exponent": (payload("commitment", body__terms__0__target="5e6"), "write a plain number as text"),
    "ten fraction digits": (
        payload("commitment", body__terms__0__target="0.0000000001"),
        "write a plain number as text",
    ),
    "nineteen integer digits": (payload("commitment", body__terms__0__target="1" * 19), "write a plain number as text"),
    "thousands separator": (payload("commitment", body__terms__0__target="5,000"), "write a plain number as text"),
    "target without a unit": (payload("commitment", body__terms__0__unit=...), "unit is missing"),
    "no measure at all": (payload("commitment", body__terms__0__measure=...), "exactly one of measure, readings"),
    "measure and readings": (
        payload("commitment", body__terms__0__readings=[READING, {**READING, "type": "order"}]),
        "exactly one of measure",
    ),
    "named measure without its source": (
        payload(
            "commitment", body__terms__0={**{k: v for k, v in QUANTITY.items() if k != "measure"}, "named": [READING]}
        ),
        "gives the source",
    ),
    "increment without baseline": (payload("commitment", body__terms__0__target_is="increment"), "needs the baseline"),
    "tolerance on at_least": (payload("commitment", body__terms__0__tolerance="1"), "only an exact target has one"),
    "period that ends before it starts": (
        payload("commitment", body__terms__0__period={"start": "2019-12-31", "end": "2019-01-01"}),
        "before it starts",
    ),
    "deadline before the period": (
        payload("commitment", body__terms__0__deadline="2019-01-01"),
        "before the period starts",
    ),
    "day that is not in the calendar": (payload("commitment", body__date="2019-02-30"), "not a day of the calendar"),
    "words that are not in the quote": (
        payload("commitment", body__terms__0__shown__quantity__words="six million"),
        "are not in quote 0",
    ),
    "quote that is not there": (
        payload("commitment", body__terms__0__shown__quantity__quote=1),
        "there are 1, counted from 0",
    ),
    "place that shows nothing": (
        payload("commitment", body__terms__0__shown__quantity={}),
        "either quote and words, or a locator",
    ),
    "two terms of one id": (payload("commitment", body__terms=[QUANTITY, QUANTITY]), "names a term twice"),
    "a party that owes itself": (payload("commitment", body__obligees=["cn"]), "would owe itself"),
    "transcript with an unknown forum": (payload("instrument", body__forum=None), 'write "none", or the clause'),
    "instrument that expires before it is announced": (
        payload("instrument", body__expires="2018-01-01"),
        "mend the dates",
    ),
    "baseline both given and summed": (payload("baseline", body__summed=True), "one of the two"),
    "open baseline": (payload("baseline", body__period__end=None), "period has an end"),
    "silent party that names a number": (
        payload("position", body__stance="silent", body__states=["number"]),
        "a silent party states and moves nothing",
    ),
    "moved term without a change": (payload("position", body__moved=[{"term": "soy"}]), "moves nothing"),
    "attestation without its answer": (payload("attestation", body__truth=None), "gives truth"),
    "attestation without a document": (payload("attestation", body__source=None), "document or a source"),
    "attested level without its dimension": (
        payload("attestation", body__about="level", body__truth=None, body__level=3),
        "gives dimension",
    ),
    "modification without terms": (payload("amendment", body__change="modify"), "give the new terms"),
    "lever lapse without a lever": (payload("amendment", body__change="lever_lapsed"), "names the lever"),
    "rotation without the old key": (payload("key", body__event="rotate"), "names the key it replaces"),
    "early revocation of a sound key": (
        payload("key", body__event="revoke", body__reason="left", body__effective_index=1),
        "only the revocation of a compromised",
    ),
    "threshold above the root keys": (payload("charter", body__threshold=2), "more than the 1 root keys"),
    "score whose ends are swapped": (payload("determination", body__written__low="31"), "the low end comes first"),
    "natural-looking subject with spaces": (
        payload("party", subject="Liu He"),
        "subject is 'Liu He'; write small letters and digits",
    ),
    "series key of another shape": (
        payload("evidence", subject="export-us-cn"),
        "subject is 'export-us-cn'; write it in the form that its schema gives",
    ),
    "day as people write it elsewhere": (
        payload("commitment", body__date="13.06.2021"),
        "body.date is '13.06.2021'; write a day, YYYY-MM-DD",
    ),
    "control character in a title": (payload("commitment", body__title="a\u202eb"), "control or format character"),
    "moment on the wrong clock": (
        payload(
            "commitment",
            body__terms__0__deadline={
                "at": "2019-03-02T05:01:00Z",
                "local": "2019-03-02T00:02:00-05:00",
                "zone": "America/New_York",
            },
        ),
        "not the same moment",
    ),
}


@pytest.mark.parametrize(("whole", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_belong_is_refused_with_its_place(whole: dict[str, Any], reason: str) -> None:
    """A statement that is not as design §2 says is refused in one sentence that says where and why."""
    with pytest.raises(MalformedError) as caught:
        read(whole)
    assert reason in caught.value.message
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


def test_one_sentence_names_every_place_to_be_mended() -> None:
    """Whoever left out three members hears of three, and of no echo that a list is empty for want of a good item."""
    whole = payload("commitment")
    del whole["body"]["date"], whole["body"]["terms"][0]["unit"], whole["body"]["source"]["via"]
    with pytest.raises(MalformedError) as caught:
        read(whole)
    told: Any = caught.value.facts["places"]
    places = sorted(place["path"] for place in told)
    assert places == ["body.date", "body.source.via", "body.terms[0].unit"]
    assert all(path in caught.value.message for path in places)
    assert "also to be mended" in caught.value.message


def test_a_draft_may_leave_the_quotation_marks_off_a_whole_number() -> None:
    """People write target: 5; what is signed is the text "5" (design §2.1)."""
    statement = parse_draft(json.dumps(payload("commitment", body__terms__0__target=5)).encode(), what="draft")
    assert plain(statement)["body"]["terms"][0]["target"] == "5"  # type: ignore[index]  # plain JSON data


def test_a_draft_with_a_float_is_refused_all_the_same() -> None:
    """A fraction without quotation marks has no one spelling, so a draft may not hold it either."""
    with pytest.raises(MalformedError, match="quotation marks"):
        parse_draft(json.dumps(payload("commitment", body__terms__0__target=5.5)).encode(), what="draft")


def test_values_never_change_once_handed_on() -> None:
    """Every value is frozen (style §5)."""
    statement = read(payload("party"))
    with pytest.raises(ValueError, match="frozen"):
        statement.subject = "other"  # type: ignore[misc]  # the point of the test
