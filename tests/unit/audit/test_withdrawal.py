"""What took conclusions back, at a view (R1)."""

import pytest

from ledger.audit.withdrawal import state_of, taken_back
from ledger.model.determination import View
from tests.unit.audit.small_ledger import SOY, SmallLedger, sha256
from tests.unit.audit.test_publication import LATER, body, published

WITHDRAWAL = {"ground": "withdrawn_by_publisher", "date": "2021-03-01", "reason": "It was misread."}


def states(ledger: SmallLedger, *, as_of: str = "2021-12-31", size: int = 99) -> list[tuple[int, str, str | None]]:
    """The entry of each conclusion that no longer stands, what became of it, and why."""
    said = ledger.said()
    index = {one.name: one.index for one in said}
    found = taken_back(said, View(size=size, as_of=as_of))
    return [(index[name], *state_of(by)) for name, by in found.items()]


def withdrawn(**changes: object) -> SmallLedger:
    """A ledger whose audit of entry 7 is withdrawn by entry 8."""
    ledger = published()
    ledger.say("retraction", SOY, {"statement": sha256(ledger.jws[7]), **WITHDRAWAL, **changes}, issued=LATER)
    return ledger


def test_what_nobody_took_back_stands() -> None:
    """Nothing is found, and what is not found stands."""
    assert states(published()) == []
    assert state_of(None) == ("stands", None)


@pytest.mark.parametrize(
    ("ground", "as_of", "size", "is_gone"),
    [
        ("withdrawn_by_publisher", "2021-03-01", 9, True),
        ("withdrawn_by_publisher", "2021-02-28", 9, False),
        ("recorded_in_error", "2021-02-28", 9, True),
        ("recorded_in_error", "2021-12-31", 8, False),
    ],
)
def test_withdrawal_counts_as_its_ground_says(ground: str, as_of: str, size: int, *, is_gone: bool) -> None:
    """From its own day, or at every day once its entry is below N (R1)."""
    found = states(withdrawn(ground=ground), as_of=as_of, size=size)
    assert found == ([(7, "withdrawn", "It was misread.")] if is_gone else [])


def test_replaced_conclusion_stays_replaced() -> None:
    """The first that took it away says why, whatever became of that."""
    ledger = published()
    ledger.say("audit", SOY, body(ledger, reason="A row was missing."), corrects=sha256(ledger.jws[7]), issued=LATER)
    ledger.say("retraction", SOY, {"statement": sha256(ledger.jws[8]), **WITHDRAWAL}, issued=LATER)
    assert states(ledger) == [(7, "replaced", "A row was missing."), (8, "withdrawn", "It was misread.")]


def test_withdrawal_taken_back_does_nothing() -> None:
    """Whoever takes a withdrawal back lets the conclusion stand again (R1)."""
    ledger = withdrawn()
    ledger.say("retraction", SOY, {"statement": sha256(ledger.jws[8]), **WITHDRAWAL}, issued=LATER)
    assert 7 not in [entry for entry, *_ in states(ledger)]
