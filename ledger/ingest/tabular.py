"""A table: a CSV file (or rows in JSON) read by its mapping, strictly, in one pass.

The header must be exactly the mapping's; a row with another number of cells is rejected by itself; a file of which
nothing could be read is refused whole. Nothing is written anywhere: the caller keeps the raw file and turns the
series into signed
statements. Source: RFC 4180; design §2.2.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from ledger.errors import MalformedError
from ledger.ingest.census import read_json_rows
from ledger.ingest.imported import Imported
from ledger.ingest.mapping import Mapping
from ledger.ingest.normalise import Normaliser
from ledger.ingest.source import SIZE_LIMIT, Source

IMPORTER = "pledger.tabular"
"""The importer's name in evidence statements."""

VERSION = "1"
"""Changes whenever the same file and mapping would give other observations."""

MEDIA_TYPES = {"csv": "text/csv", "json-rows": "application/json"}


def read_evidence(
    stream: BinaryIO, mapping: Mapping, *, name: str, published: date | None = None, limit: int = SIZE_LIMIT
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
        UnavailableError: there is no room for temporary files.
    """
    source = Source(stream, name=name, limit=limit)
    day = published.isoformat() if published is not None else None
    normaliser = Normaliser(mapping, name=name, published=day)
    rows = _rows(source, mapping) if mapping.container == "csv" else enumerate(read_json_rows(source), start=1)
    _, header = next(rows, (1, ()))
    _check_header(header, mapping, name=name)
    for number, cells in rows:
        normaliser.add(cells, row=number)
    found = normaliser.finish()
    return Imported(
        name=name, digest=source.digest, size=source.size, media_type=MEDIA_TYPES[mapping.container], mapping=mapping,
        importer=IMPORTER, version=VERSION, series=found.series, rows=found.rows, left_out=found.left_out,
        rejected_count=found.rejected_count, rejected=found.rejected,
    )  # fmt: skip


def _rows(source: Source, mapping: Mapping) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of a CSV file with their numbers as a spreadsheet shows them; empty lines are only counted."""
    reader = csv.reader(source.lines(), delimiter=mapping.delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if not cells:
                continue
            yield number, _without_last(cells) if mapping.trailing_comma else cells
    except csv.Error as error:
        line = reader.line_num
        message = f"{source.name}: line {line} is not CSV that can be read ({error}); check its quotation marks."
        raise MalformedError(message, file=source.name, line=line) from error


def _without_last(cells: list[str]) -> list[str]:
    """Return a row without the empty cell that its trailing comma makes; a row without it keeps its wrong width."""
    return cells[:-1] if cells[-1] == "" else [*cells, ""]


def _check_header(header: Sequence[str], mapping: Mapping, *, name: str) -> None:
    """Refuse a table whose columns are not exactly those that the mapping expects."""
    expected = mapping.header
    if tuple(header) == expected:
        return
    for number, (found, wanted) in enumerate(zip(header, expected, strict=False), start=1):
        if found != wanted:
            reason = f"column {number} of the header is {found[:80]!r} where {wanted!r} is expected"
            break
    else:
        number = min(len(header), len(expected)) + 1
        reason = f"the header has {len(header)} columns where {len(expected)} are expected"
        if len(header) < len(expected):
            reason += f" (the first that is missing is {expected[len(header)]!r})"
    raise MalformedError(
        f"{name}, row 1: {reason}; columns are shifted, or it is not a table of the format {mapping.name}.",
        file=name, row=1, column=number,
    )  # fmt: skip
