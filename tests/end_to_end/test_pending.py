"""Statements that wait for their files, on disk: kept whole or not at all, known to every process (design §3)."""

from pathlib import Path

import pytest

from ledger.errors import MalformedError, UnavailableError
from ledger.store.pending import Pending, PendingDirectory
from tests.end_to_end.small import START

NAME = "sha256:" + "a" * 64
FILE = "sha256:" + "b" * 64
WAITS = Pending(NAME, b"a.b.c", "kid", START, {FILE: 7}, (FILE,))


def test_what_is_kept_is_read_by_another_process(tmp_path: Path) -> None:
    """What one keeps, another finds; what one drops is gone for both."""
    one, other = PendingDirectory(tmp_path / "pending"), PendingDirectory(tmp_path / "pending")
    assert other.all() == ()
    one.keep(WAITS)
    one.keep(WAITS)
    assert other.all() == (WAITS,)
    assert other.get(NAME) == WAITS
    assert other.get(FILE) is None
    other.drop(NAME)
    other.drop(NAME)
    assert one.all() == ()


def test_directory_is_its_owner_s_alone(tmp_path: Path) -> None:
    """What is not published yet is nobody else's to read."""
    PendingDirectory(tmp_path / "pending").keep(WAITS)
    assert (tmp_path / "pending").stat().st_mode & 0o077 == 0


def test_marks_say_when_a_file_came(tmp_path: Path) -> None:
    """A mark stands for each file, and is no statement."""
    kept = PendingDirectory(tmp_path / "pending")
    kept.keep(WAITS)
    kept.mark(FILE, START)
    assert list(kept.marks()) == [(FILE, START)]
    assert kept.all() == (WAITS,)
    kept.unmark(FILE)
    assert list(kept.marks()) == []


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"jws": 1}', "\xe9".encode("latin-1")])
def test_file_that_says_something_else_is_refused_by_name(raw: bytes, tmp_path: Path) -> None:
    """A damaged file is never taken for a statement that waits."""
    kept = PendingDirectory(tmp_path / "pending")
    kept.keep(WAITS)
    path = tmp_path / "pending" / f"{NAME[7:]}.json"
    path.write_bytes(raw)
    with pytest.raises(MalformedError, match=path.name):
        PendingDirectory(tmp_path / "pending").all()


def test_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """Where nothing can be kept, nothing was recorded, and the sentence says so."""
    (tmp_path / "pending").write_text("in the way")
    with pytest.raises(UnavailableError, match="nothing was recorded"):
        PendingDirectory(tmp_path / "pending").keep(WAITS)
