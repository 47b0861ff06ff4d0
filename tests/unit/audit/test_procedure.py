"""The procedure: the same statements give the same result, whoever runs them, in whatever order (method §6; R1)."""

import io
from typing import Any

import pytest

from ledger.assessment.view import Said
from ledger.audit.engine import SqliteEngine
from ledger.audit.procedure import conduct, format_result
from ledger.audit.result import AuditResult
from ledger.errors import MalformedError, NotFoundError
from ledger.model.determination import View
from tests.unit.audit.small_ledger import EXPORTS, OPERATOR, SOURCE, SOY, SmallLedger, monthly, sha256, soy_ledger

FULL = (450_000,) * 12


def conducted(ledger: SmallLedger, said: list[Said], **changes: Any) -> AuditResult:
    """Return the result of these statements."""
    view = View(size=len(ledger.headers), as_of="2020-12-31")
    options: dict[str, Any] = {
        "view": view,
        "subjects": (SOY,),
        "authority": ledger.authority(view.size),
        "engine": SqliteEngine(),
        "open_observations": lambda digest: io.BytesIO(ledger.files[digest]),
    }
    return conduct(said, **{**options, **changes})


def test_order_of_statements_does_not_matter() -> None:
    """The log's order is in the statements' indexes, not in the order in which they are handed over."""
    ledger = soy_ledger(*FULL)
    said = ledger.said()
    assert format_result(conducted(ledger, said[::-1])) == format_result(conducted(ledger, said))


def test_subject_that_the_view_does_not_know_is_not_found() -> None:
    """Nothing is audited that is not recorded, or not yet."""
    ledger = soy_ledger(*FULL)
    with pytest.raises(NotFoundError, match="No commitment another is known at 2020-12-31"):
        conducted(ledger, ledger.said(), subjects=("another",))
    with pytest.raises(NotFoundError, match=SOY):
        conducted(ledger, ledger.said(), view=View(size=7, as_of="2019-01-30"))


def test_figures_that_are_not_what_was_signed_are_refused() -> None:
    """The engine reads canonical files with the number of rows that their statement says."""
    ledger = soy_ledger(*FULL)
    with pytest.raises(MalformedError, match="canonical"):
        conducted(ledger, ledger.said(), open_observations=lambda _: io.BytesIO(b"month,tons\n"))


def test_what_a_compromised_key_said_does_not_count() -> None:
    """A revocation may name an earlier index; views above it do without what was said from there on (design §2.2)."""
    ledger = soy_ledger(*FULL)
    ledger.say(
        "key",
        key_of_desk(ledger),
        {"event": "revoke", "reason": "lost", "compromised": True, "effective_index": 6},
        key=OPERATOR,
    )
    assert ledger.audit(view=View(size=7, as_of="2020-12-31")).findings[0].outcome == "met"
    audit = ledger.audit()
    assert audit.findings[0].outcome == "not_assessable"
    assert audit.evidence == ()


def key_of_desk(ledger: SmallLedger) -> str:
    """Return the thumbprint that entry 1 grants."""
    statement = ledger.statement(1)
    assert statement is not None
    return str(statement.subject)


def test_erased_figures_are_not_asked_for() -> None:
    """What was erased cannot be opened; the result does without it and says so (R1)."""
    ledger = soy_ledger(*FULL)
    digest = sha256(monthly(*FULL))
    ledger.say("erasure", EXPORTS, {"digests": [digest], "ground": "a court order", "reason": "a name"}, key=OPERATOR)
    del ledger.files[digest]
    audit = ledger.audit()
    assert audit.findings[0].outcome == "not_assessable"
    assert any("court order" in text for text in audit.emphasis)
    assert [(one.entry, one.what, one.by) for one in audit.erased] == [(6, "observations", 7)]


def erased_source(*tonnes: int, erase: str) -> AuditResult:
    """Return the audit of a pledge with two official sources that say otherwise, once one of the two is erased."""
    ledger = soy_ledger(*FULL)
    other = monthly(*tonnes)
    ledger.observe(other, authority="cn-customs", authority_of="cn")
    digest = {"first": sha256(monthly(*FULL)), "second": sha256(other)}[erase]
    ledger.say("erasure", EXPORTS, {"digests": [digest], "ground": "a court order", "reason": "a name"}, key=OPERATOR)
    return ledger.audit()


LOW = (300_000,) * 12
VERDICTS = {
    "the source that says met goes": ("first", "not_met", "A2"),
    "the source that says not met goes": ("second", "met", "A3"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_erasure_that_turns_a_verdict_is_in_the_opinion_and_makes_nobody_look_better(case: str) -> None:
    """What is left decides; beside it no opinion is unmodified, and none fails to be adverse (R1, A1 to A3)."""
    erase, outcome, code = VERDICTS[case]
    audit = erased_source(*LOW, erase=erase)
    gone = 6 if erase == "first" else 7
    assert (audit.findings[0].outcome, audit.opinion.code) == (outcome, code)
    assert f"{SOY}/soy: the evidence at entry {gone} is missing, as entry 8 erased it" in audit.opinion.because
    assert f"What entry {gone} said could bear on {SOY}/soy, whose outcome is reckoned without it." in audit.emphasis
    assert [one.entry for one in audit.commitments[0].terms[0].erased] == [gone]


def test_unrelated_erasure_is_in_no_audit() -> None:
    """An audit that does not rest on what was erased says nothing of it (design §2.3)."""
    ledger = soy_ledger(*FULL)
    before = ledger.audit()
    digests = {"digests": ["sha256:" + "f" * 64], "ground": "a court order", "reason": "a name"}
    ledger.say("erasure", "somewhere-else", digests, key=OPERATOR)
    after = ledger.audit(view=before.view)
    assert format_result(after) == format_result(before)


def test_older_view_gives_its_old_answer() -> None:
    """What is said later changes no view below it (R1)."""
    ledger = soy_ledger(*FULL)
    view = View(size=7, as_of="2020-12-31")
    before = format_result(ledger.audit(view=view))
    ledger.observe(monthly(*FULL[:11]), vintage={"published": "2020-03-05"})
    position = {"party": "us", "stance": "denies", "about": "finding", "date": "2020-03-01", "source": SOURCE}
    ledger.say("position", SOY, position)
    assert format_result(ledger.audit(view=view)) == before
