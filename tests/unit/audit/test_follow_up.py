"""The follow-up: every earlier conclusion that the view knows, beside what is concluded now."""

import json
from typing import Any

import pytest

from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.determination import View
from ledger.model.statement import plain
from ledger.service.determine import determination
from tests.unit.audit.small_ledger import SOY, SmallLedger, sha256, soy_ledger

EARLY = "2019-06-01T00:00:00Z"
FULL = (450_000,) * 12


def determined(ledger: SmallLedger, as_of: str, issued: str) -> str:
    """Log what a determination of the soybean pledge would have said on a day."""
    view = View(size=len(ledger.headers), as_of=as_of)
    (result,) = ledger.audit(view=view).commitments
    return ledger.say("determination", SOY, plain(determination(result, view)), issued=issued)


def published(opinion: str = "A5", subjects: tuple[str, ...] = (SOY,), **more: Any) -> dict[str, Any]:
    """The body of a published audit."""
    return {
        "title": "An audit", "view": {"size": 7, "as_of": "2019-05-01"}, "method": "2026.1", "subjects": list(subjects),
        "opinion": opinion, "files": {"json": sha256(b"an audit")}, "result": None, "reason": None, **more,
    }  # fmt: skip


def test_outcome_that_changed_is_told_with_what_it_is_now() -> None:
    """What was not due in May was met by the end of the year: both stand side by side (method §6)."""
    ledger = soy_ledger(*FULL)
    determined(ledger, "2019-05-01", "2019-05-02T00:00:00Z")
    (earlier,) = ledger.audit().earlier
    (was,) = [one for one in earlier.became if "then" in one]
    assert (earlier.kind, earlier.issued, earlier.state, earlier.opinion) == (
        "determination",
        "2019-05-02",
        "stands",
        None,
    )
    assert was.startswith(f"{SOY}/")
    assert was.endswith("now.")


def test_outcome_that_stands_is_counted() -> None:
    """What came out as it did then is not repeated term by term."""
    ledger = soy_ledger(*FULL)
    determined(ledger, "2020-12-31", "2020-12-31T00:00:00Z")
    (earlier,) = ledger.audit().earlier
    assert earlier.became == ("As it was then: 1 of 1 outcomes.",)


OPINIONS = {
    "the same commitments": (published(), "The opinion was A5 then, and is A"),
    "another period": (
        published(period={"start": "2019-01-01", "end": "2019-12-31"}),
        "The opinion was A5, over another period",
    ),
    "others too": (published(subjects=(SOY, "another")), "The opinion was A5, over other commitments than here"),
}


@pytest.mark.parametrize(("body", "begins"), OPINIONS.values(), ids=OPINIONS.keys())
def test_opinion_is_set_beside_only_where_it_is_of_the_same(body: dict[str, Any], begins: str) -> None:
    """Two opinions are compared where they are over the same commitments, and not otherwise."""
    ledger = soy_ledger(*FULL)
    ledger.say("audit", SOY, body, issued=EARLY)
    (earlier,) = ledger.audit().earlier
    assert earlier.kind == "audit"
    assert earlier.became[0].startswith(begins)


UNSEEN = {"after the view's day": ("2021-01-01T00:00:00Z", 8), "above the view's size": ("2019-06-01T00:00:00Z", 7)}


@pytest.mark.parametrize(("issued", "size"), UNSEEN.values(), ids=UNSEEN.keys())
def test_what_the_view_does_not_know_is_not_followed_up(issued: str, size: int) -> None:
    """A conclusion of after the view is none of its earlier ones (R1)."""
    ledger = soy_ledger(*FULL)
    ledger.say("audit", SOY, published(), issued=issued)
    assert ledger.audit(view=View(size=size, as_of="2020-12-31")).earlier == ()


def test_withdrawn_conclusion_stays_with_its_reason() -> None:
    """Nobody drops a conclusion by withdrawing it: it is followed up, and said to be withdrawn."""
    ledger = soy_ledger(*FULL)
    name = ledger.say("audit", SOY, published(), issued=EARLY)
    body = {
        "statement": name,
        "ground": "recorded_in_error",
        "reason": "the wrong file",
        "date": "2019-07-01",
        "points": [],
    }
    ledger.say("retraction", SOY, body, issued="2019-07-01T00:00:00Z")
    (earlier,) = ledger.audit().earlier
    assert (earlier.state, earlier.why) == ("withdrawn", "the wrong file")


def test_replaced_conclusion_names_why() -> None:
    """A reissue says its reason, and both are followed up."""
    ledger = soy_ledger(*FULL)
    name = ledger.say("audit", SOY, published(), issued=EARLY)
    ledger.say(
        "audit", SOY, published("A3", reason="a source was missing"), corrects=name, issued="2019-08-01T00:00:00Z"
    )
    first, second = ledger.audit().earlier
    assert (first.state, first.why) == ("replaced", "a source was missing")
    assert (second.state, second.opinion) == ("stands", "A3")


def test_result_without_earlier_conclusions_is_what_it_was_before() -> None:
    """The member is left out where there is nothing in it: old results keep their bytes, and are read (design §2.6)."""
    audit = soy_ledger(*FULL).audit()
    raw = format_result(audit)
    assert "earlier" not in json.loads(raw)
    assert AuditResult.model_validate_json(raw).earlier == ()
