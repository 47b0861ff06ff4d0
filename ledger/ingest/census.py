"""The US Census Bureau's API: a JSON array of rows, the first of which is the header, every cell a text or null.

It is read into the rows that the mapping of a table expects, so that ``formats/us-census-api.toml`` says the rest.
Source: International Trade Data API user guide (``timeseries/intltrade/exports/hs``).
"""

import json
from collections.abc import Iterator, Sequence

from ledger.errors import MalformedError
from ledger.ingest.source import Source


def read_json_rows(source: Source) -> Iterator[Sequence[str]]:
    """Yield the rows of an answer, header first; null is an empty cell, and numbers keep their spelling.

    Raises:
        MalformedError: the answer is not JSON, or not an array of rows of simple cells; the sentence names the row.
    """
    text = "".join(source.lines())
    try:
        answer = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _malformed(source, f"is not JSON that can be read ({error})") from error
    if not isinstance(answer, list) or not answer:
        raise _malformed(source, "is not a JSON array of rows; it may be an error message of the service")
    for number, row in enumerate(answer, start=1):
        if not isinstance(row, list):
            raise _malformed(source, f"has a row {number} that is not an array", row=number)
        yield [_cell(cell, source, row=number, column=place) for place, cell in enumerate(row, start=1)]


def _cell(cell: object, source: Source, *, row: int, column: int) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str) or "\0" in cell:
        raise _malformed(source, f"has something other than text or a number in row {row}, column {column}", row=row)
    return cell


def _refuse_constant(name: str) -> str:
    raise ValueError(f"{name} is no number")


def _malformed(source: Source, reason: str, **facts: object) -> MalformedError:
    return MalformedError(f"{source.name}: the answer {reason}.", file=source.name, **facts)
