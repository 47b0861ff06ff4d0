"""The checkpoint noted beside the database: a database that was restored from an old copy is known for one."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import ConflictError, ForkError, MalformedError, PledgerError, UnavailableError
from ledger.runtime import check_ledger, open_ledger
from ledger.service.publish import Publisher, refuse_contradiction
from ledger.store.published import PublishedFile
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.note import parse_note
from ledger.tlog.stored import NOTHING_RECORDED
from tests.end_to_end.small import START, drafts, position, small_ledger
from tests.unit.service.scenario import ORIGIN, POSITION, House, fixed_key, sign


def at() -> str:
    """Return the moment."""
    return START


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give the directory of a ledger of 6 entries, and beside it a copy of its database, from before 3 more."""
    with small_ledger(tmp_path / "ledger") as made:
        made.record(drafts())
    shutil.copy(tmp_path / "ledger" / "ledger.db", tmp_path / "old.db")
    with open_ledger(tmp_path / "ledger", at=at) as ledger:
        for number in range(3):
            ledger.record(position(number))
    return tmp_path / "ledger"


def restore(directory: Path) -> None:
    """Put the old copy in the place of the database."""
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (directory / name).unlink(missing_ok=True)
    shutil.copy(directory.with_name("old.db"), directory / "ledger.db")


def noted(directory: Path) -> int:
    """Return the size of the checkpoint that is noted."""
    return parse_checkpoint(parse_note((directory / "published").read_bytes()).text).size


# --- on a disk --------------------------------------------------------------------------------------------------------


def test_each_commit_is_noted_before_it_is_answered(directory: Path) -> None:
    """What was answered is under a checkpoint no larger than the one that is noted (design §2.5)."""
    assert noted(directory) == 9
    with open_ledger(directory, at=at) as ledger:
        receipt = ledger.record(position(3))[0]
        assert (directory / "published").read_bytes() == receipt.checkpoint


def test_old_copy_of_the_database_is_refused_on_start_up(directory: Path) -> None:
    """A checkpoint beyond it has left, so whatever it signed next would be a fork (design §2.5)."""
    restore(directory)
    with pytest.raises(ConflictError, match=r"has 6 entries, and a checkpoint of 9 .* old copy.*pledger log import"):
        open_ledger(directory, at=at)
    assert [finding.code for finding in check_ledger(directory).findings] == ["head.contradicted"]


def test_old_copy_under_an_open_ledger_is_refused_when_it_publishes(directory: Path) -> None:
    """Under the lock the head is held against what has left: nothing is signed on top of an old copy (design §2.5)."""
    restore(directory)
    shutil.move(directory / "published", directory.with_name("published"))
    with open_ledger(directory, at=at) as ledger:
        shutil.move(directory.with_name("published"), directory / "published")
        with pytest.raises(ConflictError, match="old copy"):
            ledger.record(position(7))
        assert ledger.head().size == 6


@pytest.mark.parametrize("left", ["behind", "gone", "with a stray file"])
def test_note_that_a_crash_left_behind_is_brought_forward(directory: Path, left: str) -> None:
    """It follows the commit: whoever died between the two is made up for by the next start (design §2.5)."""
    with open_ledger(directory, at=at) as ledger:
        first = ledger.receipt(5).checkpoint
    (directory / "published").unlink()
    if left == "behind":
        (directory / "published").write_bytes(first)
    if left == "with a stray file":
        (directory / ".published").write_bytes(b"half of a no")
    open_ledger(directory, at=at).close()
    assert noted(directory) == 9
    assert not (directory / ".published").exists()


def test_note_of_another_past_is_a_fork(directory: Path, tmp_path: Path) -> None:
    """Two logs under the same keys that part after a common beginning: neither may go on (design §2.5)."""
    other = tmp_path / "other"
    shutil.copytree(directory, other)
    restore(other)
    other_note = other / "published"
    other_note.unlink()
    with open_ledger(other, at=at) as ledger:
        for number in range(3):
            ledger.record(position(10 + number))
    (directory / "published").write_bytes(other_note.read_bytes())
    with pytest.raises(ForkError, match="Another checkpoint of 9 entries has left") as caught:
        open_ledger(directory, at=at)
    assert caught.value.facts["held"] != caught.value.facts["published"]
    with open_ledger(other, at=at) as ledger:
        ledger.record(position(20))
    (other / "published").write_bytes(_noted_in(directory))
    with pytest.raises(ForkError, match="does not begin with the 9 entries"):
        open_ledger(other, at=at)


def _noted_in(directory: Path) -> bytes:
    """Return the last checkpoint of a ledger whose note was replaced."""
    (directory / "published").unlink()
    with open_ledger(directory, at=at) as ledger:
        return ledger.head().checkpoint


@pytest.mark.parametrize("raw", [b"", b"nothing", bytes(300), b"example.org/small\n9\n"])
def test_note_that_is_none_is_refused(directory: Path, raw: bytes) -> None:
    """It is written whole or not at all, so half of one is somebody's doing."""
    (directory / "published").write_bytes(raw)
    with pytest.raises(ConflictError, match="cannot be read"):
        open_ledger(directory, at=at)
    with pytest.raises(MalformedError, match="is not a checkpoint"):
        PublishedFile(directory / "published").advance(10, b"")


def refuse_with(code: int, patched: pytest.MonkeyPatch) -> None:
    """Let nobody open the directory."""

    def refusing(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    patched.setattr("ledger.store.published.os.open", refusing)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_who_may_only_read_is_let_read(directory: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is noted by one who could not publish either."""
    file = PublishedFile(directory / "published")
    before = file.last()
    with monkeypatch.context() as patched:
        refuse_with(code, patched)
        file.advance(10, b"")
    assert file.last() == before


@pytest.mark.parametrize(("code", "reason"), [(errno.ENOSPC, "the disk is full"), (errno.EIO, "Input/output error")])
def test_note_that_cannot_be_written_says_that_it_is_published(
    directory: Path, code: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves that is not noted; the sentence says what stands, and what to do."""
    file = PublishedFile(directory / "published")
    with monkeypatch.context() as patched:
        refuse_with(code, patched)
        with pytest.raises(UnavailableError, match=f"{reason}.*repeat") as caught:
            file.advance(10, b"")
    assert caught.value.facts["outcome"] == "published"


# --- in memory --------------------------------------------------------------------------------------------------------


@dataclass
class Memory:
    """What is noted, in memory."""

    note: bytes | None = None
    size: int = -1
    steps: list[int] = field(default_factory=list)
    is_full: bool = False

    def last(self) -> bytes | None:
        """Return the checkpoint."""
        return self.note

    def advance(self, size: int, note: bytes) -> None:
        """Keep a checkpoint."""
        if self.is_full:
            message = "The disk is full."
            raise UnavailableError(message, outcome="published")
        self.steps.append(size)
        if size > self.size:
            self.size, self.note = size, note


def noting(house: House, memory: Memory) -> Publisher:
    """Return a writer that notes what leaves."""
    return Publisher(house.store, house.blobs, origin=ORIGIN, sign=sign, clock=lambda: house.now, published=memory)


def said(house: House, note: str) -> bytes:
    """Return a position, signed."""
    return house.sign("position", "grain", {**POSITION, "note": note})


def test_commit_that_cannot_be_noted_is_not_answered_and_its_repeat_is() -> None:
    """It is published, so its repeat gets the place that it has, once that can be noted (design §2.2, §2.5)."""
    house, memory = House().set_up(), Memory(is_full=True)
    publisher = noting(house, memory)
    with pytest.raises(UnavailableError) as caught:
        publisher.publish([said(house, "a")])
    assert caught.value.facts["outcome"] != NOTHING_RECORDED
    assert house.store.state.head.size == 8
    with pytest.raises(UnavailableError):
        publisher.publish([said(house, "a")])
    memory.is_full = False
    (place,) = publisher.publish([said(house, "a")]).places
    assert (place.index, place.repeated, memory.size) == (7, True, 8)


def test_nothing_is_noted_that_is_not_committed() -> None:
    """The note follows the commit: a ledger is never refused for a checkpoint that nobody has seen (design §2.5)."""
    house, memory = House().set_up(), Memory()

    def fail(step: str) -> None:
        if step == "before commit":
            message = "The disk is gone."
            raise UnavailableError(message)

    house.store.fault = fail
    with pytest.raises(UnavailableError):
        noting(house, memory).publish([said(house, "a")])
    assert memory.steps == []


def other_root(house: House) -> bytes:
    """Return a checkpoint of the head's size over other entries."""
    return sign(Checkpoint(ORIGIN, house.checkpoint().size, Hash(b"\x01" * 32)), 1)


def beginning(_: House) -> bytes:
    """Return a checkpoint of a beginning that the log does not have."""
    return sign(Checkpoint(ORIGIN, 5, Hash(b"\x01" * 32)), 1)


def beyond(_: House) -> bytes:
    """Return a checkpoint that is beyond the log."""
    return sign(Checkpoint(ORIGIN, 8, Hash(b"\x01" * 32)), 1)


def forged(_: House) -> bytes:
    """Return a checkpoint that other keys signed."""
    checkpoint = Checkpoint(ORIGIN, 5, Hash(b"\x01" * 32))
    return sign_checkpoint(checkpoint, ed25519=fixed_key(50), mldsa=fixed_key(51, "ML-DSA-44"), at=1)


@pytest.mark.parametrize(
    ("make", "error", "reason", "is_seen_at_once"),
    [
        (beyond, ConflictError, "a checkpoint of 8 has left it", True),
        (other_root, ForkError, "Another checkpoint of 7 entries", True),
        (beginning, ForkError, "does not begin with the 5 entries", False),
        (forged, ConflictError, "is not this log's", False),
        (lambda _: b"no note", ConflictError, "cannot be read", True),
    ],
    ids=["beyond", "another of its size", "another beginning", "by other keys", "no note"],
)
def test_what_left_and_what_is_stored_must_agree(
    make: Callable[[House], bytes], error: type[PledgerError], reason: str, *, is_seen_at_once: bool
) -> None:
    """On start-up all of it is looked at; before each publication what a swapped database would show (design §2.5)."""
    house = House().set_up()
    note = make(house)
    with house.store.reading() as reading, pytest.raises(error, match=reason):
        refuse_contradiction(reading, origin=ORIGIN, genesis=house.genesis, published=note)
    memory: Any = Memory(note, 7)
    if is_seen_at_once:
        with pytest.raises(error, match=reason):
            noting(house, memory).publish([said(house, "a")])
        assert house.store.state.head.size == 7


def test_every_beginning_that_left_is_accepted() -> None:
    """Whichever of its checkpoints is noted, a ledger opens: the note may be behind by any number of commits."""
    house = House().set_up()
    for note in house.store.state.notes.values():
        with house.store.reading() as reading:
            refuse_contradiction(reading, origin=ORIGIN, genesis=house.genesis, published=note)
