"""A table as CSV: RFC 4180 in UTF-8 with line feeds, a header of column names, the same in every language.

Figures, days and codes stand exactly as in ``audit.json``. A text stands on one line, and one that a spreadsheet would
reckon with gets an apostrophe before it, as everywhere in this house; whoever needs it to the letter takes
``audit.json`` (decision 25).
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from ledger.audit.result import AuditResult
from ledger.report.foreign import spreadsheet_text
from ledger.report.table.column import NUMBERS, Table

_CHUNK: Final = 1 << 16


def format_csv(table: Table, result: AuditResult) -> Iterator[bytes]:
    """Yield one table of a result as CSV, piece by piece.

    Source: RFC 4180, with line feeds in place of its line ends.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    is_number = [column.kind in NUMBERS for column in table.columns]
    writer.writerow(column.name for column in table.columns)
    for row in table.rows(result):
        writer.writerow(
            "" if cell is None else cell if number else spreadsheet_text(cell)
            for cell, number in zip(row, is_number, strict=True)
        )
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
