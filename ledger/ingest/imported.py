"""What an import gives: frozen values, one for each series key and vintage, and the rows that could not be read.

Turning these into signed statements is the service's work. Source: design §2.2 (``evidence``).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.ingest.mapping import Mapping
from ledger.ingest.period import Frequency
from ledger.ingest.spill import Spool
from ledger.model.evidence import TableKind
from ledger.model.value import Measure

if TYPE_CHECKING:  # a table of codes is made of these values, and is one of the mappings
    from ledger.ingest.table import TableMapping

REJECTED_KEPT = 1000
"""Rejected rows that are listed; all of them are counted."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not read, or not wholly: its number (the header is 1), the column, and why."""

    row: int
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Observations:
    """Normalised observations: a canonical CSV file, named by its digest.

    Attributes:
        size: in bytes; ``count``: of rows, without the header.
    """

    digest: str
    size: int
    count: int
    _spool: Spool = field(repr=False, compare=False)
    _offset: int = field(repr=False, compare=False)

    def chunks(self) -> Iterator[bytes]:
        """Yield the file in pieces of at most a mebibyte."""
        return self._spool.read(offset=self._offset, size=self.size)

    def read(self) -> bytes:
        """Return the whole file."""
        return b"".join(self.chunks())


@dataclass(frozen=True, slots=True)
class ImportedSeries:
    """The figures of one series key in one vintage: what one evidence statement will say.

    Attributes:
        authority: whose statistics (the source of R8); ``authority_of``: the party whose official figures they are.
        published: the day of the vintage; ``imputed`` says why where the publisher states none (R1).
        start, end: first and last day that the observations cover.
        bases: price bases in the observations; an empty text where a figure has none.
        table: what kind of table of codes it is; null for figures.
    """

    measure: Measure
    reporter: str
    partner: str
    authority: str
    authority_of: str | None
    published: str
    imputed: str | None
    start: str
    end: str
    classifications: tuple[str, ...]
    frequencies: tuple[Frequency, ...]
    units: tuple[str, ...]
    bases: tuple[str, ...]
    observations: Observations
    table: TableKind | None = None

    @property
    def subject(self) -> str:
        """The series key, the subject of the evidence."""
        return f"series:{self.measure}/{self.reporter}/{self.partner}"


@dataclass(frozen=True, slots=True)
class Imported:
    """One raw file, read by one mapping.

    Attributes:
        digest, size, media_type: of the raw file.
        mapping: by which it was read; title, publisher, channel, standing, absent and licence stand there.
        importer, version: what read it; the version changes whenever the same file would give other observations.
        series: sorted by series key, then by day of publication.
        rows: data rows in the file; ``left_out`` of them are none of the mapping's figures (filters, totals).
        rejected_count: all rows rejected; ``rejected``: the first of them, in the order of the file.
    """

    name: str
    digest: str
    size: int
    media_type: str
    mapping: "Mapping | TableMapping"
    importer: str
    version: str
    series: tuple[ImportedSeries, ...]
    rows: int
    left_out: int
    rejected_count: int
    rejected: tuple[RejectedRow, ...]
