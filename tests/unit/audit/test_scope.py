"""The scope of an audit by period: what falls due in it, and what lies outside (method §6; decision 31)."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.assessment.view import look
from ledger.audit.scope import Scope, due_within, parse_period
from ledger.audit.verify import verify
from ledger.errors import UsageError
from ledger.model.determination import View
from ledger.model.value import Days
from ledger.signing.canonical import format_json
from tests.unit.audit.small_ledger import COMMITMENT, SOY, TERM, SmallLedger, bundled, monthly, soy_ledger

BAD = [
    "", "2020", "2020-01-01", "2020-01-01/", "2020-01-01..2020-12-31", "2020-12-31/2020-01-01", "2020-02-30/2020-03-01",
    "2020-01-01/2020-12-31/2021-12-31", "0000-00-00/9999-99-99", "2020-01-01/now",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_period_that_is_none_is_refused_with_an_example(text: str) -> None:
    """Two days of the calendar, the first before the last, and nothing else."""
    with pytest.raises(UsageError, match="write 2020-01-01/2020-12-31"):
        parse_period(text)


def test_period_is_read() -> None:
    """Both days are included, and may be one."""
    assert parse_period("2020-01-01/2020-12-31") == Days(start="2020-01-01", end="2020-12-31")
    assert parse_period("2020-01-01/2020-01-01") == Days(start="2020-01-01", end="2020-01-01")


CHOSEN = {
    "its last day is the first": ("2019-12-31/2020-12-31", True),
    "its last day is the last": ("2019-01-01/2019-12-31", True),
    "it runs through, and is due later": ("2019-01-01/2019-12-30", False),
    "it was due before": ("2020-01-01/2020-12-31", False),
}


@pytest.mark.parametrize(("text", "is_in"), CHOSEN.values(), ids=CHOSEN.keys())
def test_commitment_is_chosen_by_the_last_day_of_a_term(text: str, is_in: bool) -> None:
    """A term counts where it falls due, its last day included (method §6)."""
    ledger = soy_ledger()
    known = look(ledger.said(), View(size=len(ledger.headers), as_of="2020-12-31"))
    assert due_within(known, (SOY,), parse_period(text)) == ((SOY,) if is_in else ())


TWO = (
    {**TERM, "id": "first", "period": {"start": "2019-01-01", "end": "2019-06-30"}},
    {**TERM, "id": "second", "period": {"start": "2019-07-01", "end": "2019-12-31"}},
    {**TERM, "id": "open", "period": None, "deadline": None},
)
"""A pledge in three terms: due in June, due in December, and due from the day of the pledge."""


def two_terms() -> SmallLedger:
    """Return a ledger of that pledge, of which nothing was kept from July on."""
    ledger = soy_ledger()
    ledger.say("commitment", "stages", {**COMMITMENT, "terms": list(TWO)})
    ledger.observe(monthly(*(900_000,) * 6, *(0,) * 6))
    return ledger


PERIODS = {
    "the first half": ("2019-04-01/2019-06-30", ["first"], ["second", "open"]),
    "the second half": ("2019-07-01/2019-12-31", ["second"], ["first", "open"]),
    "the day of the pledge": (f"{COMMITMENT['date']}/{COMMITMENT['date']}", ["open"], ["first", "second"]),
    "all": ("2019-01-01/2019-12-31", ["first", "second", "open"], []),
    "none": ("2021-01-01/2021-12-31", [], ["first", "second", "open"]),
}


@pytest.mark.parametrize("phrase", PERIODS)
def test_audit_of_a_period_is_of_what_falls_due_in_it_alone(phrase: str) -> None:
    """Terms, findings and opinion are of the period, which stands in the scope with all that lies outside it."""
    text, inside, outside = PERIODS[phrase]
    result = two_terms().audit(("stages",), period=parse_period(text))
    (one,) = result.commitments
    assert [term.id for term in one.terms] == [finding.term for finding in result.findings] == inside
    assert [
        *(due.term for due in result.opinion.considered),
        *(running.term for running in result.opinion.running),
    ] == inside
    assert result.scope == Scope(period=parse_period(text), outside=tuple(f"stages/{name}" for name in outside))
    first, last = text.split("/")
    assert result.title.endswith(f"(due from {first} to {last})")
    told = [one for one in result.not_covered if first in one]
    assert told[0].startswith(f"Asked is what falls due from {first} to {last}: ")
    assert [name for name in outside if any(f"stages/{name}" in one for one in told[1:])] == outside


def test_opinion_on_a_period_leaves_the_other_breach_out() -> None:
    """What was kept in June is unmodified in June, whatever became of December (A1, A2)."""
    ledger = two_terms()
    codes = {
        text: ledger.audit(("stages",), period=parse_period(text)).opinion.code
        for text in ("2019-04-01/2019-06-30", "2019-07-01/2019-12-31", "2030-01-01/2030-12-31")
    }
    assert list(codes.values()) == ["A1", "A2", "A5"]


def test_score_is_of_the_whole_commitment() -> None:
    """How enforceable a pledge is does not depend on the days that are asked about (E4)."""
    ledger = two_terms()
    (whole,), (part,) = (
        ledger.audit(("stages",), period=period).commitments for period in (None, parse_period("2019-04-01/2019-06-30"))
    )
    assert part.score == whole.score


CLAIMS: dict[str, Callable[[dict[str, Any]], object]] = {
    "without its period": lambda said: said["scope"].update(period=None),
    "with other days": lambda said: said["scope"]["period"].update(start="2019-05-01"),
    "with less outside": lambda said: said["scope"]["outside"].pop(),
    "without its scope": lambda said: said.pop("scope"),
    "in the shape before": lambda said: (said.pop("scope"), said.update(schema="audit-result.v1")),
}


@pytest.mark.parametrize("phrase", CLAIMS)
def test_verifier_works_the_scope_out_again(phrase: str) -> None:
    """Nobody can pass the audit of a period off as one of the whole, or of other days (design §2.6)."""
    made = two_terms().members(("stages",), period=parse_period("2019-04-01/2019-06-30"))
    assert verify(io.BytesIO(bundled(made))).sound
    said = json.loads(made["audit.json"])
    CLAIMS[phrase](said)
    made["audit.json"] = bytes(format_json(said))
    assert [one.code for one in verify(io.BytesIO(bundled(made))).findings] == ["audit.differs"]


def test_bundle_of_the_shape_before_is_verified_in_it() -> None:
    """A bundle of the first shape has no scope, and is sound as it was (decision 27)."""
    made = two_terms().members(("stages",), shape="audit-result.v1")
    assert "scope" not in json.loads(made["audit.json"])
    assert verify(io.BytesIO(bundled(made))).sound
