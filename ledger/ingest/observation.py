"""An observation: one figure with its dimensions, as it waits to be sorted and as the canonical CSV file holds it.

The file is LF, has the fixed columns of ``OBSERVATION_COLUMNS``, is sorted by all of them but the value, and needs no
quotation marks because no dimension may hold a comma. Source: design §2.6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple, cast

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


def write_series(key: tuple[str, ...], lines: Iterable[Line], *, spool: Spool) -> Draft:
    """Write one series as a canonical CSV file into the spool."""
    offset, digest, count = spool.size, sha256(HEADER), 0
    spool.write(HEADER)
    seen: dict[Literal["classification", "frequency", "unit", "basis"], set[str]] = {
        "classification": set(), "frequency": set(), "unit": set(), "basis": set(),
    }  # fmt: skip
    start, end = "9999-12-31", "0001-01-01"
    for line in lines:
        raw = ",".join((*line.point, line.status, line.value)).encode() + b"\n"
        spool.write(raw)
        digest.update(raw)
        count += 1
        start, end = min(start, line.start), max(end, line.end)
        for name, values in seen.items():
            values.add(getattr(line, name))
    observations = Observations(
        digest="sha256:" + digest.hexdigest(), size=spool.size - offset, count=count, _spool=spool, _offset=offset
    )
    sets = {name: tuple(sorted(values)) for name, values in seen.items()}
    measure, reporter, partner, authority, authority_of, published = key
    return Draft(
        measure=measure, reporter=reporter, partner=partner, authority=authority, authority_of=authority_of,
        published=published, start=start, end=end, classifications=sets["classification"],
        frequencies=sets["frequency"], units=sets["unit"], bases=sets["basis"], observations=observations,
    )  # fmt: skip
