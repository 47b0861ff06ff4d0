"""A spill: what does not fit into memory while a file is read, in temporary files that vanish by themselves.

A sorter takes lines in any order and gives them back sorted, whatever their number; a spool takes the normalised
observations of all series one after another. A full disk is an answer that the caller can act on, never half a result.
"""

import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO

from ledger.errors import UnavailableError

RUN = 100_000
"""Lines that are sorted in memory before they are written out as one run."""

MERGED = 64
"""Runs that are merged at a time: each is an open file, and a process may have about a thousand."""

PIECE = 1000
"""Lines of each run that are merged at a time."""

IN_MEMORY = 4 << 20
"""Bytes of observations that are kept in memory before a file is used."""


class Sorter:
    """Lines sorted by their bytes; holds at most ``run`` of them in memory, and ``merged`` files open at each level."""

    def __init__(self, *, run: int = RUN, merged: int = MERGED) -> None:
        self._run = run
        self._merged = merged
        self._lines: list[bytes] = []
        # Files by level: as soon as a level is full, its files are merged into one of the next.
        self._levels: list[list[IO[bytes]]] = []

    def add(self, line: bytes) -> None:
        """Take one line, without its end."""
        self._lines.append(line)
        if len(self._lines) >= self._run:
            self._write_out()

    def sorted(self) -> Iterator[bytes]:
        """Yield every line in order, once."""
        self._lines.sort()
        yield from _merge([*(map(_without_end, file) for level in self._levels for file in level), iter(self._lines)])
        self.close()

    def close(self) -> None:
        """Forget every line."""
        for level in self._levels:
            for file in level:
                file.close()
        self._levels, self._lines = [], []

    def _write_out(self) -> None:
        self._lines.sort()
        self._put(0, self._lines)
        self._lines = []

    def _put(self, place: int, lines: Iterable[bytes]) -> None:
        """Keep one run of sorted lines at a level, and merge the level into the next once it is full."""
        if place == len(self._levels):
            self._levels.append([])
        with room():
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (kept open until the lines are merged)
            self._levels[place].append(file)
            waiting = iter(lines)
            while piece := list(islice(waiting, PIECE)):
                file.write(b"\n".join(piece) + b"\n")
            file.seek(0)
        if len(self._levels[place]) >= self._merged:
            full, self._levels[place] = self._levels[place], []
            self._put(place + 1, _merge([map(_without_end, file) for file in full]))
            for file in full:
                file.close()

    def __del__(self) -> None:
        self.close()


class Marked:
    """Numbers of rows, each counted once, in an eighth of a byte for each row of the file."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._count = 0

    def add(self, number: int) -> None:
        """Mark a number that is not negative."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), len(self._bits))))
        if not self._bits[place] & bit:
            self._bits[place] |= bit
            self._count += 1

    def __len__(self) -> int:
        return self._count


class Spool:
    """Bytes written one after another and read back by their place; in memory while they are few."""

    def __init__(self, *, in_memory: int = IN_MEMORY) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 (lives as long as its readers)
        self.size = 0

    def write(self, raw: bytes) -> None:
        """Add bytes at the end."""
        with room():
            self._file.write(raw)
        self.size += len(raw)

    def read(self, *, offset: int, size: int, chunk: int = 1 << 20) -> Iterator[bytes]:
        """Yield the bytes from one place on, in pieces."""
        end = offset + size
        while offset < end:
            self._file.seek(offset)
            piece = self._file.read(min(chunk, end - offset))
            offset += len(piece)
            yield piece

    def __del__(self) -> None:
        self._file.close()


def _merge(runs: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    """Yield the lines of sorted runs in order: a piece of each is in memory, and pieces are sorted together.

    No run has a line to come that is below the last of its piece, so all up to the least of these last lines can go.
    Sorting finds the runs in what it is given, and merges them many times quicker than line by line.
    """
    pieces = [(piece, run) for run in runs if (piece := list(islice(run, PIECE)))]
    while len(pieces) > 1:
        until = min(piece[-1] for piece, _ in pieces)
        ready: list[bytes] = []
        left: list[tuple[list[bytes], Iterator[bytes]]] = []
        for piece, run in pieces:
            cut = bisect_right(piece, until)
            ready += piece[:cut]
            if rest := piece[cut:] or list(islice(run, PIECE)):
                left.append((rest, run))
        ready.sort()
        yield from ready
        pieces = left
    for piece, run in pieces:
        yield from piece
        yield from run


def _without_end(line: bytes) -> bytes:
    return line[:-1]


@contextmanager
def room() -> Iterator[None]:
    """Turn a full disk into an error that says so."""
    try:
        yield
    except OSError as error:
        where = tempfile.gettempdir()
        message = (
            f"There is no room for temporary files in {where} ({error.strerror}); make room, or set TMPDIR elsewhere."
        )
        raise UnavailableError(message, folder=where) from error
