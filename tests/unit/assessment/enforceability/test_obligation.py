"""Obligation: how strongly the words bind (method §4, O; E2, E3)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import obligation
from tests.unit.assessment.enforceability.small_ledger import (
    PLACE,
    READING,
    SCOPE,
    SOURCE,
    WORDS,
    Draft,
    action,
    amendment,
    case,
    commitment,
    conditional,
    instrument,
    position,
    quantity,
    spelt,
)

COMMITTING = {"verb": {"words": "will buy", "strength": "committing", "shown": PLACE}}
HORTATORY = {"verb": {"words": "strives to buy", "strength": "hortatory", "shown": PLACE}}
WORDS_OF_THE_DAY = instrument(**WORDS)
MEMORANDUM = {**WORDS, "form": "memorandum"}
TREND: dict[str, Any] = {
    "id": "more",
    "kind": "trend",
    "title": "buy more",
    "actor": "cn",
    "unit": "t",
    "direction": "increase",
    "measure": READING,
    "scope": SCOPE,
    "shown": {"action": PLACE},
}
OBLIGEES_WORD = {"source": {**SOURCE, "role": "obligee"}}


def escape(*terms: str) -> list[dict[str, Any]]:
    """Return a disaster clause for these terms; ``all`` for all of them."""
    return [{"title": "disaster", "terms": "all" if "all" in terms else list(terms), "shown": PLACE}]


WRITTEN: dict[str, tuple[Draft, dict[str, Any], str]] = {
    "binding, shall, no escape": (instrument(), {}, "4"),
    "binding, shall, an escape for every term": (instrument(escapes=escape("all")), {}, "3"),
    "binding, shall, an escape for this term": (instrument(escapes=escape("soy")), {}, "3"),
    "binding, shall, an escape that excuses no whole term": (instrument(escapes=escape()), {}, "4"),
    "binding, shall, escapes unknown": (instrument(escapes=None), {}, "3-4"),
    "binding, committing verb": (instrument(), COMMITTING, "2"),
    "binding, hortatory verb": (instrument(), HORTATORY, "2"),
    "binding, no operative verb": (instrument(), {"verb": None}, "2"),
    "an executive agreement binds by its form": (instrument(form="executive_agreement", binding=None), {}, "4"),
    "domestic law binds by its form": (instrument(form="domestic_law", binding="silent", issuers=["cn"]), {}, "4"),
    "a memorandum that says that it binds": (instrument(form="memorandum", binding="yes"), {}, "4"),
    "a treaty that says that it does not bind": (instrument(binding="no"), {}, "0"),
    "political, committing verb": (WORDS_OF_THE_DAY, COMMITTING, "2"),
    "political, shall": (WORDS_OF_THE_DAY, {}, "2"),
    "political, hortatory verb": (WORDS_OF_THE_DAY, HORTATORY, "1"),
    "political, no operative verb": (WORDS_OF_THE_DAY, {"verb": None}, "1"),
    "political, expressly not binding": (instrument(**{**WORDS, "binding": "no"}), {}, "0"),
    "a memorandum that is silent": (instrument(**MEMORANDUM), COMMITTING, "2"),
    "a memorandum not read whole may bind or say that it does not": (
        instrument(**{**MEMORANDUM, "binding": None}),
        {},
        "0-4",
    ),
    "a transcript has only what its words give": (
        instrument(**{**WORDS, "form": "transcript", "binding": None}),
        COMMITTING,
        "2",
    ),
    "unilateral legal notice": (instrument(**{**WORDS, "form": "notice"}, issuers=["cn"]), {}, "2"),
    "unilateral legal notice, whatever its verb": (
        instrument(**{**WORDS, "form": "notice", "binding": "yes"}, issuers=["cn"]),
        HORTATORY,
        "2",
    ),
    "a notice that says that it does not bind": (
        instrument(**{**WORDS, "form": "notice", "binding": "no"}, issuers=["cn"]),
        {},
        "0",
    ),
    "committing, neither quantity nor date": (WORDS_OF_THE_DAY, {**COMMITTING, "terms": [TREND]}, "1"),
    "committing, a date": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [{**TREND, "deadline": "2019-12-31", "shown": {"timing": PLACE}}]},
        "2",
    ),
    "committing, a date that the text does not show": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [{**TREND, "deadline": "2019-12-31"}]},
        "1",
    ),
    "committing, a quantity": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [quantity(period=None, shown={"quantity": PLACE})]},
        "2",
    ),
    "committing, pass/fail conduct": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [action(deadline=None, shown={"action": PLACE})]},
        "2",
    ),
    "committing, the trigger's date": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [conditional(consequence={"shown": {"actor": PLACE}, "deadline": None})]},
        "2",
    ),
    "shall needs none of them": (instrument(), {"terms": [TREND]}, "4"),
    "the lowest of the material terms": (
        WORDS_OF_THE_DAY,
        {**COMMITTING, "terms": [quantity(), TREND]},
        "1",
    ),
    "only the obligee says so": (instrument(), OBLIGEES_WORD, "0"),
    "only a third party says so": (instrument(), {"source": {**SOURCE, "role": "third_party"}}, "0"),
    "the obligor is quoted speaking in the obligee's document": (
        WORDS_OF_THE_DAY,
        {**OBLIGEES_WORD, **COMMITTING, "quotes": [{"text": "We will buy.", "language": "en", "speaker": "cn"}]},
        "2",
    ),
    "the obligee is quoted speaking": (
        WORDS_OF_THE_DAY,
        {**OBLIGEES_WORD, "quotes": [{"text": "They will buy.", "language": "en", "speaker": "us"}]},
        "0",
    ),
    "one quotation of several has a source of its own": (
        WORDS_OF_THE_DAY,
        {
            **OBLIGEES_WORD,
            "quotes": [
                {"text": "They will.", "language": "en"},
                {"text": "We will.", "language": "en", "source": {**SOURCE, "role": "obligor"}},
            ],
        },
        "2",
    ),
}


@pytest.mark.parametrize(("document", "changes", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written_obligation(document: Draft, changes: dict[str, Any], expected: str) -> None:
    """From form, binding, verb and escapes, rows from 4 down; the lowest over the material terms (E2)."""
    assert spelt(obligation.written(case(commitment(**changes), document)).printed()) == expected


def test_escape_for_one_term_is_the_lowest_of_all() -> None:
    """An escape is said of a term, and the commitment has the lowest (E2)."""
    one = case(commitment(terms=[quantity(), quantity(id="rice")]), instrument(escapes=escape("rice")))
    derived = obligation.written(one)
    assert derived.low == 3
    assert "rice" in derived.reasons[0].says
    assert derived.reasons[0].cites[-1].field == "escapes[0]"


PRACTISED: dict[str, tuple[tuple[Draft, ...], int, bool]] = {
    "nothing happened": ((), 4, False),
    "suspended": ((amendment("suspend", "cn", "us"),), 0, True),
    "suspended by one side alone: nothing changes": ((amendment("suspend", "us"),), 4, False),
    "suspended and resumed": (
        (amendment("suspend", "cn", "us"), amendment("resume", "cn", "us", day="2019-07-01")),
        4,
        False,
    ),
    "its only term suspended": ((amendment("suspend", "cn", "us", applies_to=["soy"]),), 0, True),
    "the obligor withdraws": ((amendment("withdraw", "cn"),), 0, True),
    "the obligor denies it": ((position("cn", "denies", "2019-06-01"),), 0, True),
    "the obligor denies and later affirms it": (
        (position("cn", "denies", "2019-06-01"), position("cn", "affirms", "2019-07-01")),
        4,
        False,
    ),
    "the other side denies it": ((position("us", "denies", "2019-06-01"),), 4, False),
    "the obligor contests a finding": ((position("cn", "denies", "2019-06-01", about="finding"),), 4, False),
    "it expires": ((amendment("expire", "cn", "us"),), 4, False),
}


@pytest.mark.parametrize(("drafts", "expected", "observed"), PRACTISED.values(), ids=PRACTISED)
def test_practised_obligation(drafts: tuple[Draft, ...], expected: int, observed: bool) -> None:
    """As written; 0 while suspended or disowned (E3)."""
    one = case(commitment(), instrument(), *drafts)
    derived = obligation.practised(one, as_text=obligation.written(one))
    assert (derived.low, derived.high, derived.observed) == (expected, expected, observed)


def test_one_suspended_term_of_two_leaves_the_obligation() -> None:
    """The pledge is suspended when all of its material terms are (E3)."""
    one = case(
        commitment(terms=[quantity(), quantity(id="rice")]),
        instrument(),
        amendment("suspend", "cn", "us", applies_to=["rice"]),
    )
    assert obligation.practised(one, as_text=obligation.written(one)).low == 4


def test_denial_is_cited() -> None:
    """The entry in which the obligor denies it is what takes its obligation away (E2, E3)."""
    one = case(commitment(), instrument(), position("cn", "denies", "2019-06-01"))
    derived = obligation.practised(one, as_text=obligation.written(one))
    assert [(cite.entry, cite.field) for cite in derived.reasons[-1].cites] == [(2, "stance")]


def test_notice_of_somebody_else_binds_nobody_by_its_form() -> None:
    """A unilateral legal notice is one of the obligor's own; words of another are read as any text (E2)."""
    for issuer, level in (("cn", "2"), ("us", "1")):
        text = instrument(form="notice", issuers=[issuer], binding="silent")
        verb = {"words": "should", "strength": "hortatory", "shown": PLACE}
        one = case(commitment(obligees=[], verb=verb), text)
        assert spelt(obligation.written(one).printed()) == level
