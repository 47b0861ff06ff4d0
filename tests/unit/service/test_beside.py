"""What lies beside the log is held against it, and what cannot be judged is left alone (design §2.4, §2.5)."""

from collections.abc import Callable

import pytest

from ledger.service.beside import check_beside
from ledger.service.interval import Dating, tree_checkpoint
from ledger.service.stamp import Authority
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.timestamp import imprint
from tests.unit.service.fake import MemoryStamps
from tests.unit.service.scenario import LOG_KEYS, ORIGIN, House
from tests.unit.tlog.stamping import certificate, root, stamp


def test_only_what_is_of_the_log_so_far_is_judged() -> None:
    """A cosigned checkpoint of more entries may be of a later snapshot, and of no entries there is none."""
    house = House().set_up()
    asked: list[int] = []

    def cosigned(size: int) -> bytes | None:
        asked.append(size)
        return None

    with house.store.reading() as reading:
        size = reading.head().size
        dating = Dating(cosigned, sizes=(0, size, size + 1))
        found = list(check_beside(reading, dating, keys_at=lambda _: LOG_KEYS, witnesses=()))
    assert asked == [size]
    assert [(one.code, one.subject) for one in found] == [("cosigned.refused", f"cosigned checkpoint {size}")]


def test_log_without_entries_has_nothing_beside_it() -> None:
    """Before the charter there is no checkpoint to be cosigned."""
    house = House()
    with house.store.reading() as reading:
        assert not list(check_beside(reading, Dating(lambda _: None), keys_at=lambda _: LOG_KEYS, witnesses=()))


def _stamped(head: Checkpoint) -> bytes:
    return stamp(imprint(head), nonce=None, signer=certificate("TSA"))


def _other(head: Checkpoint) -> bytes:
    return _stamped(Checkpoint(head.origin, head.size, Hash(b"\1" * 32)))


STAMPS: dict[str, tuple[str, int, Callable[[Checkpoint], bytes], tuple[Authority, ...], bool]] = {
    "a timestamp over the log's checkpoint": ("tsa", 0, _stamped, (Authority("tsa", (root(),)),), False),
    "one over another tree": ("tsa", 0, _other, (Authority("tsa", (root(),)),), True),
    "one of another size": ("tsa", -1, _stamped, (Authority("tsa", (root(),)),), True),
    "one that another root vouches for": ("tsa", 0, _stamped, (Authority("tsa", (root("Other"),)),), True),
    "no timestamp at all": ("tsa", 0, lambda _: b"once upon a time", (Authority("tsa", (root(),)),), True),
    "an empty file": ("tsa", 0, lambda _: b"", (Authority("tsa", (root(),)),), True),
    "one of an authority that nobody knows": ("other", 0, _other, (Authority("tsa", (root(),)),), False),
    "one beyond the snapshot": ("tsa", 1, _other, (Authority("tsa", (root(),)),), False),
    "one of no entries": ("tsa", -100, _other, (Authority("tsa", (root(),)),), False),
}
"""Whose it is, of how many entries more than the head, what it says, who is known, and whether that is a finding."""


@pytest.mark.parametrize("phrase", STAMPS)
def test_timestamps_that_are_kept_are_held_against_the_log(phrase: str) -> None:
    """A token that does not verify over the tree of its size, by a known root, is a finding (RFC 3161 §2.4.2)."""
    name, more, make, authorities, is_found = STAMPS[phrase]
    house = House().set_up()
    with house.store.reading() as reading:
        size = reading.head().size
        kept = MemoryStamps()
        at = max(0, size + more)
        kept.keep(at, name, make(tree_checkpoint(reading, size, origin=ORIGIN)))
        dating = Dating(lambda _: None, authorities=authorities, stamps=kept)
        found = list(check_beside(reading, dating, keys_at=lambda _: LOG_KEYS, witnesses=()))
    expected = [("stamped.refused", f"timestamp {at} of tsa")] if is_found else []
    assert [(one.code, one.subject) for one in found] == expected
    assert all("ask again with pledger log stamp" in one.sentence for one in found)
