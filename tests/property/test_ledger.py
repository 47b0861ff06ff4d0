"""The laws of the ledger: batches do not change the log, and every changed bit is found (design §2.3, §2.5)."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.service.check import check_log
from ledger.service.publish import make_receipt
from ledger.tlog.proof import format_receipt, verify_receipt
from ledger.tlog.stored import Row
from tests.unit.service.scenario import LOG_KEYS, POSITION, House

NOTES = tuple({**POSITION, "note": f"number {number}"} for number in range(12))
HOUSE = House().set_up()
RAWS = tuple(HOUSE.sign("position", "grain", note) for note in NOTES)
HOUSE.publish(*RAWS)
ROWS = tuple(HOUSE.store.state.rows)


@given(cuts=st.sets(st.integers(1, len(RAWS) - 1)))
def test_batches_do_not_change_the_log(cuts: set[int]) -> None:
    """However the same statements are cut into batches, the headers and the root are the same (RFC 6962 §2.1)."""
    house = House().set_up()
    edges = [0, *sorted(cuts), len(RAWS)]
    for start, stop in pairwise(edges):
        house.publish(*RAWS[start:stop])
    assert house.store.state.rows == list(ROWS)
    assert house.checkpoint() == HOUSE.checkpoint()
    with house.store.reading() as reading:
        receipts = [make_receipt(reading, row) for row in house.store.state.rows]
    assert [verify_receipt(receipt, log=LOG_KEYS) for receipt in receipts] == [()] * len(receipts)


@given(order=st.permutations(range(4)), again=st.lists(st.integers(0, 3), max_size=6))
def test_repeats_never_grow_the_log(order: list[int], again: list[int]) -> None:
    """Whatever is repeated, in whichever batch, each statement stands once, where it was first (design §2.2)."""
    house = House().set_up()
    house.publish(*(RAWS[number] for number in order))
    places = house.publish(*(RAWS[number] for number in again)).places
    assert [place.index for place in places] == [7 + order.index(number) for number in again]
    assert house.store.state.head.size == 11


def flipped(row: Row, member: str, bit: int) -> Row:
    """Return the row with one bit of one of its byte columns flipped."""
    raw = bytearray(getattr(row, member))
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    changed: dict[str, Any] = {member: bytes(raw)}
    return row._replace(**changed)


@given(
    index=st.integers(0, len(ROWS) - 1),
    member=st.sampled_from(["header", "leaf", "statement", "jws", "payload"]),
    bit=st.integers(0, 8 * 4000),
)
def test_flipped_bit_of_an_entry_is_found_at_that_entry(index: int, member: str, bit: int) -> None:
    """The first finding names the entry of which one bit was changed, in whichever column (issue 2, point 3)."""
    state = HOUSE.store.state.copy()
    house = House().set_up()
    house.store.state = state
    state.rows[index] = flipped(ROWS[index], member, bit)
    with house.store.reading() as reading:
        first = check_log(reading, house.blobs, genesis=house.genesis).findings[0]
    assert first.subject == f"entry {index}"


@given(data=st.data())
def test_receipt_with_a_flipped_bit_never_holds(data: st.DataObject) -> None:
    """A receipt is for one entry at one place, and for nothing else (design §2.4)."""
    index = data.draw(st.integers(0, len(ROWS) - 1))
    with HOUSE.store.reading() as reading:
        receipt = make_receipt(reading, ROWS[index])
    assert format_receipt(receipt)
    number = data.draw(st.integers(0, len(receipt.inclusion) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(receipt.inclusion[number])
    changed[bit // 8] ^= 1 << bit % 8
    proof = list(receipt.inclusion)
    proof[number] = bytes(changed)  # type: ignore[call-overload]
    wrong = replace(receipt, inclusion=tuple(proof))
    assert [one.code for one in verify_receipt(wrong, log=LOG_KEYS)] == ["inclusion.root-mismatch"]
