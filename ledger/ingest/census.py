"""Rows in JSON: an array of arrays, the first of which is the header, as the US Census Bureau's API answers.

It is read as it streams into the rows that the mapping of a table expects, so that a mapping says the rest.
Source: International Trade Data API user guide (``timeseries/intltrade/exports/hs``).
"""

from collections.abc import Iterator, Sequence

from ledger.ingest.json_text import JsonText
from ledger.ingest.source import Source


def read_json_rows(source: Source) -> Iterator[Sequence[str]]:
    """Yield the rows of an answer, header first; null is an empty cell, and numbers keep their spelling.

    Raises:
        MalformedError: the answer is not JSON, or not an array of rows of simple cells; the sentence names the row.
    """
    number = 0
    for number, row in enumerate(JsonText(source).elements(()), start=1):
        if not isinstance(row, list):
            raise source.refusal(f"the answer has a row {number} that is not an array", row=number)
        yield [_cell(cell, source, row=number, column=place) for place, cell in enumerate(row, start=1)]
    if number == 0:
        raise source.refusal("the answer is not a JSON array of rows, but an empty one; was anything asked for?")


def _cell(cell: object, source: Source, *, row: int, column: int) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str) or "\0" in cell:
        reason = f"the answer has something other than text or a number in row {row}, column {column}"
        raise source.refusal(reason, row=row)
    return cell
