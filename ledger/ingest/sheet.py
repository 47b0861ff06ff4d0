"""What the reader of workbooks does not tell of a sheet: how large it would grow, and which empty cells are not empty.

Two lonely cells at the far corners of a sheet make a table of billions; errors (``#REF!``) and formulas without a value
would come as empty cells, so as figures that are missing. Both are found in the sheet's own file. Source: ECMA-376 part
1 §18.3.1 (sheet data), [MS-XLSB] 2.4, OpenDocument 1.3 part 3 §9 (tables).
"""

import posixpath
import re
import zipfile
from typing import Final
from xml.sax.saxutils import unescape

from ledger.ingest.markup import forget, local, read_elements
from ledger.ingest.source import Source
from ledger.ingest.zipped import UNPACKED

CELLS: Final = 20_000_000
"""Cells that the smallest rectangle around all that is in a sheet may have."""

FORMULA: Final = "#FORMULA!"
"""Stands for a formula whose value the workbook does not hold."""

Marks = dict[tuple[int, int], str]
"""What stands in cells that would come as empty ones, by row and column from 0."""

_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class _Box:
    """The rectangle around the cells seen so far."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._rows = self._columns = 0

    def take(self, row: int, column: int) -> None:
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        if self._rows * self._columns > CELLS:
            reason = f"has cells in row {row + 1} and up to column {self._columns}, more than the {CELLS} that are read"
            raise self._source.refusal(f"{reason}; remove what stands far from the table", row=row + 1)


def mark_xlsx(archive: zipfile.ZipFile, name: str, source: Source) -> Marks:
    """Return the errors and valueless formulas of a sheet of an xlsx workbook."""
    part = _part_of(archive, name, source)
    box, marks = _Box(source), Marks()
    row = column = -1
    for event, element in read_elements(_member(archive, part, source)):
        tag = local(element.tag)
        if event == "start":
            if tag == "row":
                row, column = _number(element.get("r"), row), -1
            elif tag == "c":
                row, column = _place(element.get("r"), row, column)
            continue
        if tag == "c":
            box.take(row, column)
            children = {local(child.tag): child for child in element}
            value = (children["v"].text or "") if "v" in children else ""
            if element.get("t") == "e":
                marks[row, column] = value if value.startswith("#") else "#ERROR!"
            elif "f" in children and not value and "is" not in children and element.get("t") != "str":
                marks[row, column] = FORMULA
        elif tag == "row":
            forget(element)
    return marks


def mark_ods(archive: zipfile.ZipFile, source: Source) -> dict[str, Marks]:
    """Return the errors and valueless formulas of an OpenDocument workbook, by sheet; every sheet is measured."""
    found: dict[str, Marks] = {}
    box, marks, row, column, repeated = _Box(source), Marks(), -1, -1, 1
    for event, element in read_elements(_member(archive, "content.xml", source)):
        tag = local(element.tag)
        if event == "start":
            if tag == "table":
                box, marks, row = _Box(source), Marks(), -1
                found[_attribute(element, "name")] = marks
            elif tag == "table-row":
                repeated = _count(element, "number-rows-repeated", source)
                row, column = row + 1, -1
            continue
        if tag in {"table-cell", "covered-table-cell"}:
            span = _count(element, "number-columns-repeated", source)
            text = "".join(element.itertext()).strip()
            kind = _attribute(element, "value-type")
            if text or kind:
                box.take(row + repeated - 1, column + span)
            if mark := _ods_mark(element, text, kind):
                box.take(row + repeated - 1, column + span)
                marks.update({(row + n, column + 1 + m): mark for n in range(repeated) for m in range(span)})
            column += span
        elif tag == "table-row":
            row += repeated - 1
            forget(element)
    return found


def measure_xlsb(archive: zipfile.ZipFile, source: Source) -> None:
    """Measure every sheet of an xlsb workbook, whose formulas always have a value."""
    for part in archive.namelist():
        if not re.fullmatch(r"xl/worksheets/[^/]+\.bin", part):
            continue
        box, row = _Box(source), 0
        raw = archive.read(part)
        at = 0
        while at < len(raw):
            kind, at = _varint(raw, at, 2)
            size, at = _varint(raw, at, 4)
            place = int.from_bytes(raw[at : at + 4], "little")
            at += size
            if kind == 0:  # BrtRowHdr begins with the row
                row = place
            elif 1 <= kind <= 11:  # BrtCellBlank to BrtFmlaError begin with the column
                box.take(row, place)


def _ods_mark(element: object, text: str, kind: str) -> str:
    """Return the mark of an OpenDocument cell; none where it has a value."""
    if text.startswith(("#", "Err:")):
        return text if text.startswith("#") else f"#{text.upper()}!"
    if not _attribute(element, "formula"):
        return ""
    has_value = any(_attribute(element, name) for name in ("value", "date-value", "time-value", "boolean-value"))
    return "" if has_value or text or kind == "string" else FORMULA


def _part_of(archive: zipfile.ZipFile, name: str, source: Source) -> str:
    """Return the file of a sheet inside an xlsx workbook."""
    reference = None
    for event, element in read_elements(_member(archive, "xl/workbook.xml", source)):
        if event == "end" and local(element.tag) == "sheet" and element.get("name") == name:
            reference = next((value for key, value in element.attrib.items() if local(key) == "id"), None)
    target = None
    for event, element in read_elements(_member(archive, "xl/_rels/workbook.xml.rels", source)):
        if event == "end" and element.get("Id") == reference:
            target = element.get("Target")
    if target is None:
        raise source.refusal(f"does not say where its sheet {name!r} is; save it anew")
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target))


def _member(archive: zipfile.ZipFile, part: str, source: Source) -> Source:
    """Return a file inside an archive as a source of its own."""
    try:
        stream = archive.open(part)
    except (KeyError, zipfile.BadZipFile, RuntimeError) as error:
        raise source.refusal(f"lacks its part {part[:80]!r}; save it anew") from error
    return Source(stream, name=f"{source.name}, part {part}", limit=UNPACKED)  # type: ignore[arg-type]  # it reads


def _place(text: str | None, row: int, column: int) -> tuple[int, int]:
    """Return the place that a cell states, or the next one."""
    match = _PLACE.fullmatch(text or "")
    if match is None:
        return row, column + 1
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, number - 1


def _number(text: str | None, row: int) -> int:
    return int(text) - 1 if text is not None and re.fullmatch(r"[1-9][0-9]{0,6}", text) else row + 1


def _attribute(element: object, name: str) -> str:
    attributes: dict[str, str] = getattr(element, "attrib", {})
    return next((unescape(value) for key, value in attributes.items() if local(key) == name), "")


def _count(element: object, name: str, source: Source) -> int:
    text = _attribute(element, name) or "1"
    if re.fullmatch(r"[1-9][0-9]{0,7}", text) is None:
        raise source.refusal(f"repeats a cell {text[:20]!r} times; save it anew")
    return int(text)


def _varint(raw: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where the next one begins."""
    number = 0
    for place in range(most):
        if at >= len(raw):
            break
        byte = raw[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at
