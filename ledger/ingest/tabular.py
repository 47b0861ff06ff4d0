"""A table: a file read by its mapping, strictly, in one pass, whatever it comes in.

Each container has a reader of its own that gives numbered rows in the order of the mapping's header; from there on all
are alike. A row that cannot be read is rejected by itself; a file of which nothing could be read is refused whole.
Nothing is written anywhere: the caller keeps the raw file and turns the series into signed statements. Source: design
§2.2.
"""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from ledger.ingest.census import read_json_rows
from ledger.ingest.grid import Row, read_csv, table_rows
from ledger.ingest.iati import read_iati
from ledger.ingest.imported import Imported
from ledger.ingest.layout import Layout
from ledger.ingest.mapping import Mapping, parse_mapping
from ledger.ingest.normalise import Normaliser
from ledger.ingest.parquet import read_parquet
from ledger.ingest.record import read_json_records, record_rows
from ledger.ingest.row import Fault
from ledger.ingest.sdmx import open_sdmx
from ledger.ingest.source import SIZE_LIMIT, Source
from ledger.ingest.table import CodeReader, TableMapping, is_table_mapping, parse_table_mapping
from ledger.ingest.workbook import open_workbook

IMPORTER = "pledger.tabular"
"""The importer's name in evidence statements."""

VERSION = "1"
"""Changes whenever the same file and mapping would give other observations."""

MEDIA_TYPES = {
    "csv": "text/csv", "json-rows": "application/json", "json": "application/json",
    "parquet": "application/vnd.apache.parquet", "iati": "application/xml",
}  # fmt: skip
"""What a file of a container is; workbooks and SDMX come in several dresses and are looked at."""


def read_evidence(
    stream: BinaryIO,
    mapping: Mapping | TableMapping,
    *,
    name: str,
    published: date | None = None,
    limit: int = SIZE_LIMIT,
) -> Imported:
    """Return everything that a file says, by its mapping.

    Args:
        stream: the raw bytes, read once from where it stands; its digest and size come back.
        name: of the file, for messages.
        published: the day on which the publisher released the file, where it is known and not in the file.
        limit: bytes that the file may have.

    Raises:
        MalformedError: the file is not what the mapping says, or nothing in it could be read; the sentence names
            file, row and column.
        UsageError: ``published`` cannot be right.
        UnavailableError: there is no room for temporary files, or what reads such files is not installed.
    """
    source = Source(stream, name=name, limit=limit)
    day = published.isoformat() if published is not None else None
    if isinstance(mapping, TableMapping):
        return _read_codes(source, mapping, day)
    normaliser = Normaliser(mapping, name=name, published=day)
    media_type, rows = open_rows(source, mapping, of=mapping.name)
    for number, cells in rows:
        if isinstance(cells, Fault):
            normaliser.reject(cells, row=number)
        else:
            normaliser.add(cells, row=number)
    found = normaliser.finish()
    return Imported(
        name=name, digest=source.digest, size=source.size, media_type=media_type, mapping=mapping,
        importer=IMPORTER, version=VERSION, series=found.series, rows=found.rows, left_out=found.left_out,
        rejected_count=found.rejected_count, rejected=found.rejected,
    )  # fmt: skip


def _read_codes(source: Source, mapping: TableMapping, day: str | None) -> Imported:
    """Return the tables of codes in a file."""
    reader = CodeReader(mapping, name=source.name, published=day)
    media_type, rows = open_rows(source, mapping, of=mapping.name)
    for number, cells in rows:
        if isinstance(cells, Fault):
            reader.reject(cells, row=number)
        else:
            reader.add(cells, row=number)
    return Imported(
        name=source.name, digest=source.digest, size=source.size, media_type=media_type, mapping=mapping,
        importer=IMPORTER, version=VERSION, series=reader.finish(), rows=reader.rows, left_out=reader.left_out,
        rejected_count=reader.rejected_count, rejected=reader.rejected,
    )  # fmt: skip


def parse_any_mapping(raw: bytes, *, name: str) -> Mapping | TableMapping:
    """Return what a TOML file declares: how figures are read, or tables of codes.

    Raises:
        MalformedError: it is neither; the sentence names the key.
        UnitError: it names a unit that is not known.
    """
    if is_table_mapping(raw, name=name):
        return parse_table_mapping(raw, name=name)
    return parse_mapping(raw, name=name)


def open_rows(source: Source, layout: Layout, *, of: str) -> tuple[str, Iterator[Row]]:
    """Return the media type of a file, and its rows as a layout finds them.

    Args:
        of: the name of the format, for messages.

    Raises:
        MalformedError, UnavailableError: as ``read_evidence``, here or while the rows are read.
    """
    match layout.container:
        case "csv":
            rows = table_rows(read_csv(source, layout), layout, name=source.name, of=of)
        case "json-rows":
            grid = enumerate(read_json_rows(source), start=1)
            rows = table_rows(grid, layout, name=source.name, of=of)
        case "json":
            rows = read_json_records(source, layout)
        case "workbook":
            kind, cells = open_workbook(source, layout)
            return kind, table_rows(cells, layout, name=source.name, of=of)
        case "parquet":
            rows = read_parquet(source, layout)
        case "sdmx":
            return open_sdmx(source, layout)
        case _:
            rows = record_rows(read_iati(source), layout)
    return MEDIA_TYPES[layout.container], rows
