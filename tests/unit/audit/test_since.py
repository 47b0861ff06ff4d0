"""A bundle keeps its answer after an erasure, and whoever has the log is told what was erased of it (R1)."""

import io

import pytest

from ledger.assessment.view import Said
from ledger.audit.since import checkpoint_of, erased_since
from ledger.audit.verify import verify
from ledger.errors import MalformedError
from tests.unit.audit.small_ledger import (
    EXPORTS,
    OPERATOR,
    RAW,
    SOY,
    SmallLedger,
    monthly,
    sha256,
    soy_ledger,
    unbundled,
)

FULL = (450_000,) * 12


def erase(ledger: SmallLedger, subject: str, *digests: str) -> Said:
    """Log an erasure, and return it."""
    body = {"digests": list(digests), "ground": "a court order", "reason": "a name"}
    name = ledger.say("erasure", subject, body, key=OPERATOR)
    index = len(ledger.headers) - 1
    statement = ledger.statement(index)
    assert statement is not None
    return Said(index, name, OPERATOR.kid, "2020-03-01T00:00:00Z", statement)


def test_what_the_bundle_holds_and_was_erased_since_is_told() -> None:
    """Statements and files alike, each with the entry, the ground and the reason; the bundle stays sound (R1)."""
    ledger = soy_ledger(*FULL)
    bundle = io.BytesIO(ledger.bundle())
    evidence = sha256(ledger.jws[6])
    later = [erase(ledger, EXPORTS, sha256(RAW), sha256(monthly(*FULL))), erase(ledger, EXPORTS, evidence)]
    told = erased_since(bundle, later)
    assert [(one.entry, one.what, one.by) for one in told] == [
        (6, "observations", 7), (6, "raw", 7), (6, "statement", 8),
    ]  # fmt: skip
    assert {(one.ground, one.reason) for one in told} == {("a court order", "a name")}
    bundle.seek(0)
    assert verify(bundle).sound


def test_erasure_of_something_else_is_not_told() -> None:
    """An audit that did not rest on what was erased has nothing said of it (design §2.3)."""
    ledger = soy_ledger(*FULL)
    bundle = io.BytesIO(ledger.bundle())
    assert erased_since(bundle, [erase(ledger, SOY, "sha256:" + "f" * 64)]) == ()
    assert erased_since(bundle, []) == ()


def test_checkpoint_is_the_bundles_own() -> None:
    """The log at hand is held against what the bundle's checkpoint signs (design §2.4)."""
    raw = soy_ledger(*FULL).bundle()
    assert checkpoint_of(io.BytesIO(raw)) == unbundled(raw)["checkpoint"]


def test_file_that_is_no_bundle_is_refused() -> None:
    """What is no bundle holds nothing that could be erased (style §7)."""
    with pytest.raises(MalformedError):
        erased_since(io.BytesIO(b"PK"), [])
