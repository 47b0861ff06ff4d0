"""Composition: the whole result, canonical, derived, and the same for both sides (method §6)."""

import json
import re
from typing import Any

import pytest

from ledger.assessment.link import Together
from ledger.audit import compose
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.determination import View
from ledger.signing.canonical import parse_canonical
from tests.unit.audit.small_ledger import COMMITMENT, ORIGIN, SmallLedger, soy_ledger

FULL = (450_000,) * 12


def several(count: int) -> tuple[SmallLedger, tuple[str, ...]]:
    """Return a ledger with so many pledges, titled A, B, C and so on."""
    ledger = soy_ledger(*FULL)
    names = [f"pledge-{number}" for number in range(count)]
    for number, name in enumerate(names):
        ledger.say("commitment", name, {**COMMITMENT, "title": "ABCDEFGH"[number]})
    return ledger, tuple(names)


@pytest.mark.parametrize(
    ("count", "title"),
    [(1, "Compliance audit: A"), (2, "Compliance audit of 2 commitments"), (6, "Compliance audit of 6 commitments")],
)
def test_title_follows_from_what_is_audited(count: int, title: str) -> None:
    """Nobody chooses a title: it names the pledge, or counts them where they are several."""
    ledger, names = several(count)
    assert ledger.audit(names).title == title


PROGRESS = {
    (1, "audit-result.v2"): "Progress statement: A",
    (3, "audit-result.v2"): "Progress statement on 3 commitments",
    (1, "audit-result.v1"): "Compliance audit: A",
    (3, "audit-result.v1"): "Compliance audit of 3 commitments",
}


@pytest.mark.parametrize(("count", "shape"), PROGRESS)
def test_title_before_a_deadline_is_of_a_progress_statement(count: int, shape: str) -> None:
    """Where no material term is due, nobody reads of a compliance audit (A5); older shapes keep their titles."""
    ledger, names = several(count)
    result = ledger.audit(names, view=View(size=len(ledger.headers), as_of="2019-06-01"), shape=shape)
    assert (result.opinion.code, result.title) == ("A5", PROGRESS[count, shape])


@pytest.mark.parametrize(("shape", "by_member"), [("audit-result.v1", False), ("audit-result.v2", True)])
def test_totals_of_an_older_shape_look_at_no_members(
    monkeypatch: pytest.MonkeyPatch, shape: str, by_member: bool
) -> None:
    """A bundle of before has totals by series alone, and is verified so (R16; design §2.6)."""
    asked: list[bool] = []

    def counted(*_: object, by_member: bool) -> Together:
        asked.append(by_member)
        return Together((), ())

    monkeypatch.setattr(compose, "totals", counted)
    ledger, names = several(2)
    ledger.audit(names, view=View(size=len(ledger.headers), as_of="2019-06-01"), shape=shape)
    assert set(asked) == {by_member}


def test_result_names_log_view_and_method_and_no_software() -> None:
    """Origin, genesis, view, method and level; nothing of the software that made it (design §2.6)."""
    ledger = soy_ledger(*FULL)
    document = json.loads(format_result(ledger.audit()))
    assert (document["origin"], document["genesis"]) == (ORIGIN, ledger.genesis)
    assert document["view"] == {"as_of": "2020-12-31", "size": 7}
    assert document["method"] == "2026.1"
    assert document["level"] == "automated, reproducible"
    assert "software" not in document


def test_result_is_canonical_and_read_back() -> None:
    """``audit.json`` is RFC 8785 JSON, and says again what it was made of."""
    audit = soy_ledger(*FULL).audit()
    raw = format_result(audit)
    parse_canonical(raw, what="audit.json")
    assert AuditResult.model_validate_json(raw) == audit


def test_subjects_stand_in_the_order_given() -> None:
    """Commitments, words and findings follow the order of the subjects asked for."""
    ledger, (first, second) = several(2)
    audit = ledger.audit((second, first))
    assert audit.subjects == (second, first)
    assert [one.subject for one in audit.commitments] == [second, first]
    assert [one.commitment for one in audit.findings] == [second, first]


def renamed(text: str) -> str:
    """Return a text in which the two parties have changed places."""
    pairs = {"China": "United States", "United States": "China", "cn": "us", "us": "cn", "US": "CN", "CN": "US"}
    return re.sub(r"\b(China|United States|cn|us|US|CN)\b", lambda found: pairs[found[0]], text)


def test_parties_are_treated_alike() -> None:
    """The same pledge with the parties exchanged gives the same sentences with the parties exchanged."""

    def swapped(value: Any) -> Any:
        text = json.dumps(value)
        return json.loads(re.sub(r'"(cn|us)"', lambda found: {"cn": '"us"', "us": '"cn"'}[found[1]], text))

    def sentences(*, is_swapped: bool) -> list[str]:
        ledger = soy_ledger()
        body = swapped(COMMITMENT) if is_swapped else COMMITMENT
        ledger.say("commitment", "other", body)
        audit = ledger.audit(("other",))
        return [audit.findings[0].criteria, audit.findings[0].effect, *audit.not_covered]

    assert [renamed(text) for text in sentences(is_swapped=True)] == sentences(is_swapped=False)


def test_sentences_take_no_side() -> None:
    """Nobody wins, cheats, violates or is to blame in what the audit says of itself."""
    audit = soy_ledger(*(300_000,) * 12).audit()
    text = " ".join([*(one.effect for one in audit.findings), *audit.emphasis, *audit.not_covered])
    assert not re.search(r"win|lost|cheat|violat|blame|fault|fail|honou?r|betray|guilt", text, re.IGNORECASE)
