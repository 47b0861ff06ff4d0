"""A grid: rows of cells as a sheet shows them, of which a table stands somewhere with its headings.

Titles above, headings in several rows, notes below and columns in another order are what a layout declares; anything
else is refused with row and column. A row with another number of cells is a fault of that row alone. Source: design
§2.2.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from ledger.errors import MalformedError
from ledger.ingest.layout import Layout
from ledger.ingest.row import Fault
from ledger.ingest.source import Source

Row = tuple[int, Sequence[str] | Fault]
"""The number of a row as its file counts, and its cells in the order of the layout's header, or what is wrong."""


def read_csv(source: Source, layout: Layout) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of a CSV file with their numbers as a spreadsheet shows them; empty lines are only counted.

    Raises:
        MalformedError: it is not CSV (RFC 4180), or not text in its encoding; the sentence names the line.
    """
    reader = csv.reader(source.lines(layout.encoding), delimiter=layout.delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if not cells:
                continue
            yield number, _without_last(cells) if layout.trailing_comma else cells
    except csv.Error as error:
        line = reader.line_num
        message = f"{source.name}: line {line} is not CSV that can be read ({error}); check its quotation marks."
        raise MalformedError(message, file=source.name, line=line) from error


def table_rows(grid: Iterable[tuple[int, Sequence[str]]], layout: Layout, *, name: str, of: str) -> Iterator[Row]:
    """Yield the rows of the table that stands in a grid, their cells in the order of the layout's header.

    Args:
        name: of the file; ``of``: of the format, for messages.

    Raises:
        MalformedError: its headings are not those that the layout expects; the sentence names row and column.
    """
    rows = iter(grid)
    number, headings = _headings(rows, layout, name=name)
    if layout.is_exact:
        _check_exact(headings, layout, row=number, name=name, of=of)
        places: list[tuple[int, ...]] | None = None
    else:
        places = _places(headings, layout, row=number, name=name)
    until = layout.table.until
    until_index = layout.header.index(until.column) if until is not None else 0
    if places is None and until is None:
        yield from rows
        return
    width = len(headings)
    each = itemgetter(*(where[0] for where in places)) if places is not None and _are_single(places) else None
    for row, cells in rows:
        if places is None:
            taken: Sequence[str] | Fault = cells
        elif each is not None and len(cells) == width:
            taken = each(cells)
        elif len(cells) != width and not _is_ragged_end(cells, width):
            taken = Fault("", f"{len(cells)} cells where {width} are expected")
        else:
            taken = _taken(cells, places, layout)
        if (
            until is not None
            and not isinstance(taken, Fault)
            and len(taken) > until_index
            and until.holds(str(taken[until_index]))
        ):
            _exhaust(rows)
            return
        yield row, taken


def _are_single(places: list[tuple[int, ...]]) -> bool:
    """Whether each of several columns stands in one place, so that all can be taken at once."""
    return len(places) > 1 and all(len(where) == 1 for where in places)


def _exhaust(rows: Iterator[object]) -> None:
    """Read what stands below a table to its end, so that the digest is of the whole file."""
    for _ in rows:
        pass


def _headings(rows: Iterator[tuple[int, Sequence[str]]], layout: Layout, *, name: str) -> tuple[int, Sequence[str]]:
    """Return the number of the last row of the headings, and the headings, joined where they have several rows."""
    wanted = layout.table.header
    if wanted == (1,) and not layout.table.fill:
        return next(rows, (1, ()))
    found: dict[int, Sequence[str]] = {}
    for number, cells in rows:
        if number in wanted:
            found[number] = _filled(cells) if layout.table.fill else cells
        if number >= wanted[-1]:
            break
    if wanted[-1] not in found:
        message = f"{name}: has no row {wanted[-1]}, where the mapping says that headings stand; is it another file?"
        raise MalformedError(message, file=name, row=wanted[-1])
    lines = [found[number] for number in wanted if number in found]
    width = max(map(len, lines))
    joined = [
        " ".join(part for line in lines if place < len(line) and (part := " ".join(line[place].split())))
        for place in range(width)
    ]
    return wanted[-1], joined


def _filled(cells: Sequence[str]) -> list[str]:
    """Return headings with those that stand over several columns written over each."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def _places(headings: Sequence[str], layout: Layout, *, row: int, name: str) -> list[tuple[int, ...]]:
    """Return where each column of the header stands: a repeated one in several places, an absent one in none."""
    places: list[tuple[int, ...]] = []
    for column in layout.header:
        found = tuple(place for place, heading in enumerate(headings) if heading == column)
        if not found and column not in layout.optional:
            listed = ", ".join(repr(heading[:40]) for heading in headings[:12] if heading)
            raise MalformedError(
                f"{name}, row {row}: no column of the header is {column!r}, which the mapping reads; "
                f"it begins with {listed or 'nothing'}.",
                file=name, row=row,
            )  # fmt: skip
        places.append(found)
    return places


def _taken(cells: Sequence[str], places: list[tuple[int, ...]], layout: Layout) -> Sequence[str] | Fault:
    taken: list[str] = []
    for column, where in zip(layout.header, places, strict=True):
        values = {cells[place] if place < len(cells) else "" for place in where}
        if len(values) > 1:
            return Fault(column, f"two columns of this name differ: {' and '.join(map(repr, sorted(values)))}")
        taken.append(values.pop() if values else "")
    return taken


def _is_ragged_end(cells: Sequence[str], width: int) -> bool:
    """Whether a row only has more empty cells at its end than the headings."""
    return len(cells) > width and not any(cells[width:])


def _without_last(cells: list[str]) -> list[str]:
    """Return a row without the empty cell that its trailing comma makes; a row without it keeps its wrong width."""
    return cells[:-1] if cells[-1] == "" else [*cells, ""]


def _check_exact(header: Sequence[str], layout: Layout, *, row: int, name: str, of: str) -> None:
    """Refuse a table whose columns are not exactly those that the mapping expects."""
    expected = layout.header
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
        f"{name}, row {row}: {reason}; columns are shifted, or it is not a table of the format {of}.",
        file=name, row=row, column=number,
    )  # fmt: skip
