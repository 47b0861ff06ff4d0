"""Sheets: what the reader of workbooks does not tell, found in the sheet's own file."""

import io
import zipfile

import pytest

from ledger.errors import MalformedError
from ledger.ingest import sheet
from ledger.ingest.sheet import FORMULA, mark_ods, mark_xlsx, measure_xlsb
from ledger.ingest.source import Source
from tests.unit.ingest.book import ods, ods_row, packed, sheet_xml, xlsx

SOURCE = Source(io.BytesIO(), name="x")


def archive(raw: bytes) -> zipfile.ZipFile:
    """Return an archive."""
    return zipfile.ZipFile(io.BytesIO(raw))


def test_errors_and_valueless_formulas_are_marked_by_their_place() -> None:
    """Places count from 0; a formula with a value, or whose value is an empty text, is none of them."""
    row = '<c r="E2" t="str"><f>""</f><v></v></c>'
    raw = xlsx(
        {
            "A": sheet_xml({1: ["x"]}),
            "B": sheet_xml({2: [1, ("formula", ""), ("error", "#N/A"), ("formula", "7"), ("raw", row)]}),
        }
    )
    assert mark_xlsx(archive(raw), "B", SOURCE) == {(1, 1): FORMULA, (1, 2): "#N/A"}
    assert mark_xlsx(archive(raw), "A", SOURCE) == {}


def test_cells_without_a_place_follow_each_other() -> None:
    """A writer may leave out places; rows and cells then count on."""
    xml = sheet_xml({}).replace("<sheetData>", "<sheetData><row><c/></row><row><c><v>1</v></c><c><f>A1</f></c></row>")
    assert mark_xlsx(archive(xlsx({"A": xml})), "A", SOURCE) == {(1, 1): FORMULA}


def test_repeated_cells_of_open_document_keep_their_places() -> None:
    """Rows and columns that are repeated are counted as often as they are."""
    cell = '<table:table-cell table:number-columns-repeated="2"/><table:table-cell table:formula="of:=1"/>'
    raw = ods(ods_row("a", repeated=3) + f"<table:table-row>{cell}</table:table-row>")
    assert mark_ods(archive(raw), SOURCE) == {"Data": {(3, 2): FORMULA}}


def record(kind: int, body: bytes) -> bytes:
    """Return a record of a binary sheet."""
    return bytes([kind, len(body)]) + body


@pytest.mark.parametrize(("row", "column", "is_read"), [(10, 3, True), (1048575, 16383, False)])
def test_binary_sheet_is_measured_before_it_is_laid_out(row: int, column: int, is_read: bool) -> None:
    """Two lonely cells at the corners of a sheet make a table of billions."""
    body = record(0, (0).to_bytes(4, "little")) + record(2, (0).to_bytes(8, "little"))
    body += record(0, row.to_bytes(4, "little")) + record(2, column.to_bytes(8, "little"))
    raw = archive(packed({"xl/worksheets/sheet1.bin": body}))
    if is_read:
        measure_xlsb(raw, SOURCE)
        return
    with pytest.raises(MalformedError, match="cells in row 1048576 and up to column 16384"):
        measure_xlsb(raw, SOURCE)


def test_sheet_of_too_many_cells_is_refused_where_it_becomes_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is of the rectangle around all cells."""
    monkeypatch.setattr(sheet, "CELLS", 5)
    raw = archive(xlsx({"A": sheet_xml({1: [1, 2], 2: [1, 2], 3: [1, 2]})}))
    with pytest.raises(MalformedError, match="cells in row 3 and up to column 2, more than the 5 that are read"):
        mark_xlsx(raw, "A", SOURCE)


def test_workbook_that_lacks_its_sheet_is_refused() -> None:
    """A workbook that does not say where a sheet is cannot be looked at."""
    with pytest.raises(MalformedError, match="does not say where its sheet 'Z' is"):
        mark_xlsx(archive(xlsx({"A": sheet_xml({})})), "Z", SOURCE)
    with pytest.raises(MalformedError, match=r"lacks its part 'content\.xml'"):
        mark_ods(archive(packed({"x": "y"})), SOURCE)
