"""What was read of a log, kept from one question to the next: entries never change, so only new ones are parsed.

Of what is kept, whatever an erasure has named since is dropped before anything is answered, also for an earlier view
(R1). Nothing else can change: a correction or a retraction is an entry of its own, and what it does is for the view to
say. Positions, of which there may be a great many, are kept in brief (``hearing``). Memory is bounded: the first
entries are kept, as far as there is room, and those beyond are read again each time. Nothing here decides what a view
knows. Source: R1; design §2.3.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from operator import attrgetter
from threading import Lock
from typing import Final, NamedTuple

from ledger.assessment.heard import Heard
from ledger.assessment.view import Said
from ledger.model.erasure import Erasure
from ledger.service.hearing import hear
from ledger.service.ports import Reading
from ledger.service.scene import read_said
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.stored import Row

LIMIT: Final = 256 << 20
"""The most bytes of memory, about, for what is kept."""

_PARSED: Final = 4
"""Times the bytes of a statement as it is signed, about, that it takes parsed."""

_BRIEF: Final = 400
"""Bytes of memory, about, of a position in brief."""


class Told(NamedTuple):
    """What the first entries of a log say.

    Attributes:
        said: statements that are there, in entry order, but for ``heard``: positions in brief, in entry order.
        absent: headers of those that are not: they were erased, by these entries or by later ones.
        later: the erasures that come after.
    """

    said: tuple[Said, ...]
    heard: tuple[Heard, ...]
    absent: tuple[Header, ...]
    later: tuple[Said, ...]


class Recalled:
    """The statements of a log, each parsed once; for any number of threads.

    Args:
        reading: gives a snapshot of the store.
        limit: bytes of memory for what is kept.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[Reading]], *, limit: int = LIMIT) -> None:
        self._reading = reading
        self._limit = limit
        self._lock = Lock()
        self._kept: list[Said | Heard | Header] = []
        self._left = limit
        self._erasures: list[Said] = []
        self._seen = 0
        self._erased: set[str] = set()

    def upto(self, size: int) -> Told:
        """Return what the first ``size`` entries say, or all of them where there are fewer."""
        with self._reading() as reading:
            # One at a time: what one reads, the next who waits has at hand.
            with self._lock:
                self._see_erasures(reading)
                beyond = self._read_on(reading, size)
                found = self._kept[:size]
                erasures = tuple(one for one in self._erasures if one.index >= size)
            # What is not kept is read by whoever asks, and by nobody else's leave.
            found += (self._read(row) for row in reading.rows(beyond, size)) if beyond < size else ()
        return Told(
            tuple(one for one in found if isinstance(one, Said)),
            tuple(one for one in found if isinstance(one, Heard)),
            tuple(one for one in found if isinstance(one, Header)),
            erasures,
        )

    def whole(self, size: int) -> Told:
        """Return what the first ``size`` entries say, with every position read whole; nothing more of it is kept."""
        told = self.upto(size)
        wanted = {one.index for one in told.heard}
        with self._reading() as reading:
            rows = reading.rows(0, size, kinds=("position",)) if wanted else ()
            read = [one for row in rows if row.index in wanted and (one := read_said(row)) is not None]
        return told._replace(said=tuple(sorted((*told.said, *read), key=attrgetter("index"))), heard=())

    def _see_erasures(self, reading: Reading) -> None:
        """Drop what was erased since this was last asked."""
        head = reading.head().size
        if head <= self._seen:
            return
        fresh = [one for row in reading.rows(self._seen, head, kinds=("erasure",)) if (one := read_said(row))]
        self._seen = head
        self._erasures += fresh
        named = {
            digest for one in fresh if isinstance(one.statement.body, Erasure) for digest in one.statement.body.digests
        }
        if not named:
            return
        self._erased |= named
        for index, kept in enumerate(self._kept):
            if isinstance(kept, Said) and kept.name in named:
                row = reading.row(index)
                if row is not None:
                    self._kept[index] = parse_header(row.header)
        # A position may be what was erased, or name it; then it is kept whole, to be told of.
        for row in reading.rows(0, len(self._kept), kinds=("position",)):
            if isinstance(self._kept[row.index], Heard):
                self._kept[row.index] = self._read(row)

    def _read_on(self, reading: Reading, size: int) -> int:
        """Keep what was not read yet of the first entries; return the index from which on nothing is kept."""
        if self._left > 0 and len(self._kept) < size:
            for row in reading.rows(len(self._kept), size):
                if self._left <= 0:
                    break
                found = self._read(row)
                self._kept.append(found)
                self._left -= _BRIEF if isinstance(found, Heard) else _PARSED * len(row.jws or row.header)
        return len(self._kept)

    def _read(self, row: Row) -> Said | Heard | Header:
        """Return what an entry says, or its header where that was erased, by whatever snapshot is the later."""
        if row.jws is None or f"sha256:{row.statement.hex()}" in self._erased:
            return parse_header(row.header)
        found = hear(row, erased=self._erased) if row.kind == "position" else read_said(row)
        return parse_header(row.header) if found is None else found
