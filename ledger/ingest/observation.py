"""An observation: one figure with its dimensions, as it waits to be sorted and as the canonical CSV file holds it.

The file is LF, has the fixed columns of ``OBSERVATION_COLUMNS``, is sorted by all of them but the value, and needs no
quotation marks because no dimension may hold a comma. Source: design §2.6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, cast

from ledger.ingest.imported import ImportedSeries, Observations
from ledger.ingest.period import Frequency
from ledger.ingest.spill import Spool
from ledger.model.evidence import OBSERVATION_COLUMNS
from ledger.model.value import Measure

HEADER = ",".join(OBSERVATION_COLUMNS).encode() + b"\n"
"""The first line of every file of observations."""


class Line(NamedTuple):
    """An observation on its way, in the order of sorting: its statement, its point, then the row that it came from."""

    measure: str
    reporter: str
    partner: str
    authority: str
    authority_of: str
    published: str
    classification: str
    code: str
    unit: str
    basis: str
    frequency: str
    start: str
    end: str
    row: str
    block: str
    group: str
    status: str
    value: str

    @property
    def statement(self) -> tuple[str, ...]:
        """The series key, its authority and its vintage: what one evidence statement is about."""
        return self[:6]

    @property
    def point(self) -> tuple[str, ...]:
        """The key columns of the observation, up to its last day."""
        return self[6:13]

    @property
    def course(self) -> tuple[str, ...]:
        """What one running total is told apart by: statement, block, dimensions and group."""
        return (*self[:6], self.block, *self[6:11], self.group)


BEHIND_POINT: Final = len(Line._fields) - Line._fields.index("row")
"""Parts of a packed line that stand behind its point."""


def packed(*parts: str) -> bytes:
    """Return texts as one line whose bytes sort as the texts do: NUL stands in no cell and sorts before all else."""
    return "\0".join(parts).encode()


def unpacked(line: bytes) -> Line:
    """Return the observation at the end of a packed line; whatever it was sorted by stands before it."""
    return Line._make(line.decode().split("\0")[-len(Line._fields) :])


@dataclass(frozen=True, slots=True)
class Draft:
    """A series that was written, before its day of publication is settled."""

    measure: str
    reporter: str
    partner: str
    authority: str
    authority_of: str
    published: str
    start: str
    end: str
    classifications: tuple[str, ...]
    frequencies: tuple[str, ...]
    units: tuple[str, ...]
    bases: tuple[str, ...]
    observations: Observations

    def dated(self, published: str, *, imputed: str | None) -> ImportedSeries:
        """Return the series with its day of publication, and why that day is ours where it is (R1)."""
        return ImportedSeries(
            measure=cast("Measure", self.measure), reporter=self.reporter, partner=self.partner,
            authority=self.authority, authority_of=self.authority_of or None, published=published, imputed=imputed,
            start=self.start, end=self.end, classifications=self.classifications,
            frequencies=cast("tuple[Frequency, ...]", self.frequencies), units=self.units, bases=self.bases,
            observations=self.observations,
        )  # fmt: skip


Settled = tuple[bytes, bytes, bytes]
"""A figure that stands: its statement and its point, packed; its status; its value."""

_LINES: Final = 4096
"""Lines that are written at a time."""


def write_series(figures: Iterable[Settled], *, spool: Spool) -> Iterator[Draft]:
    """Yield every series of some sorted figures, each written as a canonical CSV file into the spool."""
    statement, begins, file = b"", 0, None
    lines: list[bytes] = []
    seen: set[tuple[bytes, bytes]] = set()
    for head, status, value in figures:
        if file is None or not head.startswith(statement):
            if file is not None:
                yield file.close()
            statement = b"\0".join(head.split(b"\0", _KEYS)[:_KEYS]) + b"\0"
            begins, file = len(statement), _SeriesFile(statement, spool)
            lines, seen = file.lines, file.seen
        point = head[begins:]
        lines.append(b"%b,%b,%b\n" % (point.replace(b"\0", b","), status, value))
        classification, _, rest = point.split(b"\0", 2)
        seen.add((classification, rest))
        if len(lines) >= _LINES:
            file.write()
    if file is not None:
        yield file.close()


_KEYS: Final = 6
"""Parts of a packed line that name its statement."""


class _SeriesFile:
    """One series while it is written.

    Attributes:
        lines: that are not written yet. ``seen``: what is found in them besides codes and values.
    """

    def __init__(self, statement: bytes, spool: Spool) -> None:
        self._key = statement.decode().split("\0")[:_KEYS]
        self._spool, self._offset = spool, spool.size
        self._digest, self._count = sha256(HEADER), 0
        self.lines: list[bytes] = []
        self.seen: set[tuple[bytes, bytes]] = set()
        self._found: tuple[set[str], ...] = (set(), set(), set(), set())
        self._start, self._end = "9999-12-31", "0001-01-01"
        spool.write(HEADER)

    def write(self) -> None:
        """Write the lines that wait."""
        raw = b"".join(self.lines)
        self._spool.write(raw)
        self._digest.update(raw)
        self._count += len(self.lines)
        self.lines.clear()
        for classification, rest in self.seen:
            unit, basis, frequency, start, end = rest.decode().split("\0")
            for found, one in zip(self._found, (classification.decode(), frequency, unit, basis), strict=True):
                found.add(one)
            self._start, self._end = min(self._start, start), max(self._end, end)
        self.seen.clear()

    def close(self) -> Draft:
        """Return the series, the rest of its lines written."""
        self.write()
        observations = Observations(
            digest="sha256:" + self._digest.hexdigest(), size=self._spool.size - self._offset, count=self._count,
            _spool=self._spool, _offset=self._offset,
        )  # fmt: skip
        classifications, frequencies, units, bases = (tuple(sorted(found)) for found in self._found)
        measure, reporter, partner, authority, authority_of, published = self._key
        return Draft(
            measure=measure, reporter=reporter, partner=partner, authority=authority, authority_of=authority_of,
            published=published, start=self._start, end=self._end, classifications=classifications,
            frequencies=frequencies, units=units, bases=bases, observations=observations,
        )  # fmt: skip
