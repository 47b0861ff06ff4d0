"""Spills: more lines than memory holds, sorted all the same."""

import errno
import tempfile
from typing import IO

import pytest

from ledger.errors import UnavailableError
from ledger.ingest.spill import PIECE, Marked, Sorter, Spool


def test_lines_come_back_sorted_whatever_the_length_of_the_runs() -> None:
    """The order of the rows and the size of the runs change nothing."""
    lines = [f"{n * 7919 % 1000:04}".encode() for n in range(1000)]
    for run in (1, 3, 999, 1000, 5000):
        sorter = Sorter(run=run)
        for line in lines:
            sorter.add(line)
        assert list(sorter.sorted()) == sorted(lines)


def test_runs_longer_than_a_piece_are_merged_whole() -> None:
    """Runs of which only a piece is in memory come out in order, however unevenly they lie, and so do equal lines."""
    lines = [b"%06d" % (n * 7919 % 5000) for n in range(3 * PIECE)] + [b"%06d" % n for n in range(4 * PIECE)]
    sorter = Sorter(run=2 * PIECE + 1, merged=2)
    for line in lines:
        sorter.add(line)
    assert list(sorter.sorted()) == sorted(lines)


def test_few_files_are_open_however_many_runs_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Full levels are merged into one run: a hundred million rows do not exhaust what a process may open."""
    opened: list[IO[bytes]] = []
    real = tempfile.TemporaryFile

    def counted() -> IO[bytes]:
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", counted)
    lines = [f"{n * 37 % 251}\0{n % 7}".encode() for n in range(500)]
    sorter, most = Sorter(run=1, merged=4), 0
    for line in lines:
        sorter.add(line)
        most = max(most, sum(not file.closed for file in opened))
    # 500 runs of one line are at most five levels (4⁵ > 500) of three files, and four more while one is merged.
    assert most <= 5 * 3 + 4
    assert list(sorter.sorted()) == sorted(lines)
    assert all(file.closed for file in opened)


def test_rows_are_counted_once_however_often_they_are_marked() -> None:
    """A row with three faults is one rejected row, in whatever order faults are found."""
    marked = Marked()
    for number in (9, 2, 9, 100_000, 2, 0, 7, 8):
        marked.add(number)
    assert len(marked) == 6


def test_spool_reads_back_what_stands_at_a_place() -> None:
    """Several files of observations share one spool, on disk or in memory."""
    for in_memory in (1, 1 << 20):
        spool = Spool(in_memory=in_memory)
        spool.write(b"first")
        spool.write(b"second")
        assert spool.size == 11
        assert b"".join(spool.read(offset=5, size=6, chunk=4)) == b"second"
        assert b"".join(spool.read(offset=0, size=5)) == b"first"
        assert b"".join(spool.read(offset=0, size=0)) == b""


def test_full_disk_is_an_answer_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """No room for temporary files is unavailable, not a traceback (style §7)."""

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    sorter = Sorter(run=2)
    sorter.add(b"a")
    with pytest.raises(UnavailableError, match="No space left on device"):
        sorter.add(b"b")
