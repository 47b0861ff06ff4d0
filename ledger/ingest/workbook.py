"""A workbook: the cells of one sheet, in the formats of Excel (xlsx, xlsb, xls) and of OpenDocument (ods).

python-calamine reads a temporary copy in a process of its own (``sandbox``), after the file was looked at: an archive
that swells, a sheet with more cells than are read, and errors and formulas without a value, which would otherwise look
like empty cells, are found out. A number is what a workbook holds of it, at most 15 significant digits; a day is a day,
however it is shown. Source: ECMA-376 part 1, OpenDocument 1.3 part 3; needs the extra ``tables``.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any, BinaryIO, Final, cast

from ledger.ingest import sandbox
from ledger.ingest.layout import Layout
from ledger.ingest.markup import library
from ledger.ingest.sheet import Marks, mark_ods, mark_xlsx, measure_xlsb
from ledger.ingest.source import Source
from ledger.ingest.zipped import UNPACKED, open_archive

MEDIA_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""By format, as it was found out from the bytes and not from the file's name."""

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged area, each by row and column from 0."""


def open_workbook(source: Source, layout: Layout) -> tuple[str, Iterator[tuple[int, Sequence[str]]]]:
    """Return the media type of a workbook, and the rows of the sheet that is meant, numbered as it shows them.

    Raises:
        MalformedError: here or while the rows are read, it is no workbook, too large, or has no such sheet; or cells of
            several rows are merged where the layout does not say that they repeat.
        UnavailableError: a package that is needed is not installed, or there is no room for the copy.
    """
    library("python_calamine", extra="tables", reads="workbooks")
    with ExitStack() as stack:
        file = stack.enter_context(source.copy(limit=UNPACKED))
        kind, archive = _look(file, source)
        # These two are laid out in memory as soon as they are opened, so they are measured before.
        found = mark_ods(archive, source) if kind == "ods" and archive is not None else {}
        if kind == "xlsb" and archive is not None:
            measure_xlsb(archive, source)
        child = _Child(file.name, layout, source)
        stack.callback(child.close)
        lines = child.lines()
        name = str(next(lines, {"name": ""})["name"])
        marks = mark_xlsx(archive, name, source) if kind == "xlsx" and archive is not None else found.get(name, {})
        rows = _rows(stack.pop_all(), lines, marks, layout, source)
    return MEDIA_TYPES[kind], rows


def _look(file: BinaryIO, source: Source) -> tuple[str, zipfile.ZipFile | None]:
    """Return what kind of workbook a file is, and its archive where it is one."""
    head = file.read(8)
    if head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls", None
    if not head.startswith(b"PK"):
        what = "text, perhaps CSV under another name" if head.isascii() else "something else"
        raise source.refusal(f"is no workbook, but {what}; give a mapping for what it is")
    archive = open_archive(file, source)
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx", archive
    if "xl/workbook.bin" in names:
        return "xlsb", archive
    if {"content.xml", "mimetype"} <= names and archive.read("mimetype")[:80].strip() == MEDIA_TYPES["ods"].encode():
        return "ods", archive
    raise source.refusal("is an archive, but no workbook; unpack it, and give what is in it")


class _Child:
    """The process that reads a workbook; what it dies of is said of the file."""

    def __init__(self, path: str, layout: Layout, source: Source) -> None:
        self._source = source
        # Our own program, in isolation; its arguments are a path of ours and a name that it compares.
        command = [sys.executable, "-I", sandbox.__file__, path, layout.table.sheet or ""]
        self._process = subprocess.Popen(  # noqa: S603  (see above)
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def lines(self) -> Iterator[Any]:
        """Yield what the process writes; a refusal that it writes is raised."""
        output = cast("IO[bytes]", self._process.stdout)
        for line in output:
            value = json.loads(line)
            if isinstance(value, dict) and "refusal" in value:
                raise self._source.refusal(value["refusal"])
            yield value
        if self._process.wait() != 0:
            reason = "is not a workbook that can be read: it is damaged, or takes too much memory or time; save it anew"
            raise self._source.refusal(reason)

    def close(self) -> None:
        """End the process, if it has not ended."""
        self._process.kill()
        self._process.wait()
        cast("IO[bytes]", self._process.stdout).close()


def _rows(
    stack: ExitStack, lines: Iterator[Any], marks: Marks, layout: Layout, source: Source
) -> Iterator[tuple[int, Sequence[str]]]:
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), mark in marks.items():
        by_row.setdefault(row, []).append((column, mark))
    with stack:
        areas = [((top, left), (bottom, right)) for (top, left), (bottom, right) in next(lines)["merged"]]
        merged = _Merged(areas, layout, source)
        for row, texts in enumerate(lines):
            cells: list[str] = texts
            for column, mark in by_row.get(row, ()):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = mark
            merged.fill(cells, row)
            if row + 1 not in layout.table.header and not any(map(str.strip, cells)):
                continue
            yield row + 1, cells


class _Merged:
    """Merged areas: a heading belongs to every column under it; a value of several rows is refused, or repeated."""

    def __init__(self, ranges: Sequence[Range], layout: Layout, source: Source) -> None:
        self._by_row: dict[int, list[Range]] = {}
        for area in ranges:
            for row in range(area[0][0], min(area[1][0], area[0][0] + 100_000) + 1):
                self._by_row.setdefault(row, []).append(area)
        self._values: dict[Range, str] = {}
        self._table = layout.table
        self._source = source

    def fill(self, cells: list[str], row: int) -> None:
        """Write the value of merged areas into the cells of a row."""
        for area in self._by_row.get(row, ()):
            (top, left), (bottom, right) = area
            if row == top:
                self._values[area] = cells[left] if left < len(cells) else ""
            is_heading = row + 1 in self._table.header
            if row + 1 > self._table.header[-1] and bottom > top and self._table.merged == "refuse":
                raise self._source.refusal(
                    f"row {row + 1}, column {column_letters(left)}: the cell is merged over rows {top + 1} to "
                    f'{bottom + 1}; write its value in each of them, or declare table.merged = "repeat"',
                    row=row + 1, column=column_letters(left),
                )  # fmt: skip
            if is_heading or bottom > top:
                cells += [""] * (min(right, left + 16_384) + 1 - len(cells))
                cells[left : right + 1] = [self._values[area]] * (right + 1 - left)


def column_letters(column: int) -> str:
    """Return the letters that a spreadsheet shows above a column, which counts from 0 here."""
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
