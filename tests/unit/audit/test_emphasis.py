"""Emphasis of matter and what is not covered: each derived, each said of whoever it is true of (method §6)."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.model.determination import View
from tests.unit.audit.small_ledger import (
    COMMITMENT,
    EXPORTS,
    OPERATOR,
    SOURCE,
    SOY,
    STRANGER,
    TERM,
    VIEW_DAY,
    WORDS,
    SmallLedger,
    monthly,
    sha256,
    soy_ledger,
)

FULL = (450_000,) * 12
BARE = {name: value for name, value in TERM.items() if name != "measure"}
READINGS = [{"type": "export", "reporter": "us", "partner": "cn"}, {"type": "order", "reporter": "us", "partner": "cn"}]
POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
AMENDMENT = {
    "by": ["us"], "announced": "2019-03-01", "effective": "2019-03-02", "reason": "a ruling", "source": SOURCE,
}  # fmt: skip
VINTAGE = {"published": "2020-02-05", "imputed": "the publisher states no day"}
ORDERS = {
    "measure": "order",
    "reporter": "us",
    "partner": "cn",
    "classifications": ["HS"],
    "frequencies": ["M"],
    "units": ["t"],
}


def corrected(ledger: SmallLedger, **changes: Any) -> None:
    """Put another version in the place of the pledge."""
    ledger.say("commitment", SOY, {**COMMITMENT, **changes}, corrects=sha256(ledger.jws[5]))


def lapse(ledger: SmallLedger) -> None:
    """Rest the pledge on a lever, and let that lapse."""
    corrected(ledger, levers=[{"subject": "a-statute", "title": "a statute"}])
    ledger.say("amendment", SOY, {**AMENDMENT, "change": "lever_lapsed", "lever": "a-statute"})


def differ(ledger: SmallLedger) -> None:
    """Leave the measure open, with exports that suffice and orders that do not."""
    corrected(ledger, terms=[{**BARE, "readings": READINGS}])
    few = monthly(*(1,) * 12)
    ledger.observe(few, subject="series:order/us/cn", dimensions=ORDERS)


def move(ledger: SmallLedger) -> None:
    """Let one side name another deadline."""
    moved = [{"term": "soy", "period": {"start": "2019-01-01", "end": "2019-06-30"}}]
    ledger.say("position", SOY, {**POSITION, "stance": "affirms_differently", "states": ["date"], "moved": moved})


def withdraw(ledger: SmallLedger) -> None:
    """Take one figure back."""
    point = {"classification": "HS", "code": "1201", "start": "2019-01-01", "end": "2019-01-31"}
    body = {"statement": sha256(ledger.jws[6]), "points": [point], "ground": "withdrawn_by_publisher"}
    ledger.say("retraction", EXPORTS, {**body, "date": "2020-03-01", "reason": "counted twice"})


def interpolate(ledger: SmallLedger) -> None:
    """Publish a later vintage in which the source guessed December."""
    csv = monthly(*FULL).replace(b"2019-12-31,A", b"2019-12-31,I")
    ledger.observe(csv, vintage={"published": "2020-02-06"})


def observe_again(**changes: Any) -> Callable[[SmallLedger], object]:
    """Return what publishes a later vintage."""
    return lambda ledger: ledger.observe(monthly(*FULL), vintage={"published": "2020-02-06"}, **changes)


EMPHASIS: dict[str, tuple[Callable[[SmallLedger], object], str]] = {
    "a number that is not in the text": (
        lambda it: corrected(it, terms=[{**TERM, "imputed": [{"element": "timing", "method": "the calendar year"}]}]),
        "cn-soy-2019/soy: a number is imputed, not in the text: timing: the calendar year.",
    ),
    "a measure that is not agreed": (
        differ, "cn-soy-2019/soy: the text does not settle the measure, and its readings come out differently.",
    ),
    "a lever that lapsed": (lapse, "cn-soy-2019: the lever a-statute behind it has lapsed."),
    "a text that one side alone would change": (
        lambda it: it.say("amendment", SOY, {**AMENDMENT, "change": "suspend"}),
        ("cn-soy-2019: United States alone would suspend it from 2019-03-02; no other side has affirmed that, "
        "so the text is read without it."),
    ),
    "a suspension by both": (
        lambda it: it.say("amendment", SOY, {**AMENDMENT, "by": ["cn", "us"], "change": "suspend"}),
        "cn-soy-2019: suspended at this view: soy.",
    ),
    "a party that nobody heard": (
        lambda it: it.say("position", SOY, {**POSITION, "party": "cn"}),
        "cn-soy-2019: no position of United States is recorded; it is unknown, not silent.",
    ),
    "a source that is missing": (
        lambda it: corrected(it, terms=[{**BARE, "named": [
            {"type": "export", "reporter": "us", "partner": "cn", "source": "us-census"},
            {"type": "import", "reporter": "cn", "partner": "us", "source": "cn-customs"},
        ]}]),
        "cn-soy-2019/soy: sources are missing: cn-customs.",
    ),
    "a finding that is contested": (
        lambda it: it.say("position", SOY, {**POSITION, "about": "finding", "stance": "denies"}),
        "cn-soy-2019/soy: a party contests what is found; its reply is printed beside.",
    ),
    "figures that the source guessed": (
        interpolate, "cn-soy-2019: us-census by monthly: figures interpolated by the source are left out.",
    ),
    "a day of publication that is ours": (
        lambda it: it.observe(monthly(*FULL), vintage={**VINTAGE, "published": "2020-02-06"}),
        "The day of publication is imputed for entry 7 (2020-02-06): the publisher states no day.",
    ),
    "rows that could not be read": (
        observe_again(rejected={"count": 2}), "2 rows of the file behind entry 7 could not be read.",
    ),
    "points that were withdrawn": (withdraw, "Entry 6 (US exports): 1 point was withdrawn."),
    "an erasure": (
        lambda it: it.say(
            "erasure", SOY, {"digests": ["sha256:" + "0" * 64], "ground": "a court order", "reason": "a name"},
            key=OPERATOR,
        ),
        (
            "The mapping of entry 6 about series:export/us/cn was erased by entry 7 on the ground of a court order: "
            "a name; its figures stand, and cannot be imported again."
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("phrase", EMPHASIS)
def test_matter_is_emphasised(phrase: str) -> None:
    """What a reader must not overlook is said in a sentence, derived from what is in the ledger."""
    record, expected = EMPHASIS[phrase]
    before = soy_ledger(*FULL)
    assert expected not in before.audit().emphasis or phrase == "a party that nobody heard"
    record(before)
    assert expected in before.audit().emphasis


def test_terms_moved_by_one_side_show_their_outcome_beside() -> None:
    """A deadline that one side names is printed beside, and moves nothing (R12): 6 × 450,000 t are short of 5 Mt."""
    ledger = soy_ledger(*FULL)
    move(ledger)
    audit = ledger.audit()
    assert audit.findings[0].outcome == "met"
    (text,) = (text for text in audit.emphasis if "names other terms" in text)
    assert text.startswith("cn-soy-2019/soy: United States alone names other terms")
    assert text.endswith("on those the outcome would be not met.")


def test_pledge_that_only_others_report_is_emphasised() -> None:
    """A claim is said to be one, whoever makes it."""
    ledger = SmallLedger()
    ledger.charter()
    ledger.grant()
    for slug in ("cn", "us"):
        ledger.say("party", slug, {"kind": "state", "names": {"en": slug}})
    instrument = soy_ledger().statement(4)
    assert instrument is not None
    body = {**instrument.model_dump(mode="json", by_alias=True)["body"], "issuers": ["us"]}
    ledger.say("instrument", "talks", body)
    quote = {"text": WORDS, "language": "en", "speaker": "us"}
    ledger.say("commitment", SOY, {**COMMITMENT, "quotes": [quote]})
    assert f"{SOY}: only others than its obligor say that it was promised." in ledger.audit().emphasis


def test_what_is_said_of_several_terms_is_said_once() -> None:
    """Two terms without figures of one named source share a sentence."""
    ledger = soy_ledger(*FULL)
    named = [{"type": "import", "reporter": "cn", "partner": "us", "source": "cn-customs"}]
    corrected(ledger, terms=[{**BARE, "id": name, "named": named} for name in ("a", "b")])
    assert f"{SOY} (a and b): sources are missing: cn-customs." in ledger.audit().emphasis


def test_nothing_is_emphasised_twice() -> None:
    """The same sentence stands once."""
    ledger = soy_ledger(*FULL)
    differ(ledger)
    emphasis = ledger.audit().emphasis
    assert len(emphasis) == len(set(emphasis))


NOT_COVERED: dict[str, tuple[Callable[[SmallLedger], object], str]] = {
    "what is not due": (
        lambda it: corrected(it, terms=[{**TERM, "period": {"start": "2019-01-01", "end": "2030-12-31"}}]),
        "The opinion leaves out what is not due at this view, and reports its progress: cn-soy-2019/soy.",
    ),
    "a raw file that may not travel": (
        observe_again(redistribute=False),
        (
            "The raw files of 1 evidence statement may not travel in the bundle; they are named by digest, "
            "and their observations are in it."
        ),
    ),
}


def silence(ledger: SmallLedger) -> None:
    """Add a denial, and declare its author's key compromised from before it."""
    ledger.grant(STRANGER, ["recorder"])
    ledger.say("position", SOY, {**POSITION, "stance": "denies"}, key=STRANGER)
    body = {"event": "revoke", "reason": "lost", "compromised": True, "effective_index": 8}
    ledger.say("key", STRANGER.kid, body, key=OPERATOR)


def test_statement_that_was_voided_is_named() -> None:
    """Whoever declares a key compromised cannot silence what it signed unseen (design §2.2, ``key``)."""
    ledger = soy_ledger(*FULL)
    silence(ledger)
    expected = (
        "The position at entry 8 about cn-soy-2019 is not considered, as the key that signed it was declared "
        "compromised from there or earlier."
    )
    assert expected in ledger.audit().not_covered
    assert expected not in ledger.audit(view=View(size=9, as_of=VIEW_DAY)).not_covered


@pytest.mark.parametrize("phrase", NOT_COVERED)
def test_what_is_left_out_is_said(phrase: str) -> None:
    """The audit says what it does not cover."""
    record, expected = NOT_COVERED[phrase]
    ledger = soy_ledger(*FULL)
    assert expected not in ledger.audit().not_covered
    record(ledger)
    assert expected in ledger.audit().not_covered


def test_linked_pledge_that_is_not_audited_is_named() -> None:
    """A link to a pledge outside of the audit is said (R16); inside, it is not."""
    ledger = soy_ledger(*FULL)
    ledger.say("commitment", "another", COMMITMENT)
    corrected(ledger, links=[{"kind": "adds_to", "commitment": "another"}])
    expected = f"{SOY} adds to another, which is not audited here."
    assert expected in ledger.audit().not_covered
    assert expected not in ledger.audit((SOY, "another")).not_covered
