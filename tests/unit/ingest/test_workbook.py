"""Workbooks: a sheet becomes rows, and what a workbook hides or swells to is found out (R10, design §2.2)."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.layout import Layout, Place
from ledger.ingest.source import Source
from ledger.ingest.workbook import column_letters, open_workbook
from tests.unit.ingest.book import Cell, book, ods, ods_row, packed, sheet_xml, xlsx

LAYOUT = Layout(container="workbook", header=("a",))


def rows(raw: bytes, layout: Layout = LAYOUT) -> list[tuple[int, list[str]]]:
    """Return the rows of a workbook."""
    return [(number, list(cells)) for number, cells in open_workbook(Source(io.BytesIO(raw), name="x.xlsx"), layout)[1]]


def test_cells_become_text_and_rows_keep_their_numbers() -> None:
    """Texts keep their zeros, numbers their digits, days are days; empty rows are only counted."""
    raw = book({2: ["code", "value", "day"], 4: ["0101", 0.1, ("day", "43831")], 5: ["x", 12, ("day", "43831.5")]})
    assert rows(raw) == [
        (1, ["", "", ""]),
        (2, ["code", "value", "day"]),
        (4, ["0101", "0.1", "2020-01-01"]),
        (5, ["x", "12", "2020-01-01T12:00:00"]),
    ]


def test_columns_left_of_the_table_are_counted() -> None:
    """A table that does not begin in the first column keeps its place."""
    assert rows(book({1: [None, None, "a"], 2: [None, None, 5]})) == [(1, ["", "", "a"]), (2, ["", "", "5"])]


NUMBERS = {
    "a sum with the noise of binary numbers": ("0.30000000000000004", "0.3"),
    "a whole number": ("12345678901234", "12345678901234"),
    "the last whole number that is exact": ("9007199254740991", "9007199254740991"),
    "a whole number that has lost digits": ("9007199254740993", "9.007199e+15"),
    "a small number": ("1E-7", "0.0000001"),
    "a negative number": ("-2.5", "-2.5"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_number_has_the_digits_that_a_workbook_holds(case: str) -> None:
    """Beyond 15 significant digits an exponent remains, which no figure is read from (style §6)."""
    written, read = NUMBERS[case]
    assert rows(book({1: [("raw", f'<c r="A1"><v>{written}</v></c>')]}))[0] == (1, [read])


def test_formula_without_its_value_and_error_are_no_empty_cells() -> None:
    """A formula whose value the workbook does not hold would look like a figure that is missing (R10)."""
    raw = book({1: ["a", "b", "c"], 2: [("formula", ""), ("error", "#REF!"), ("formula", "7")]})
    assert rows(raw)[1] == (2, ["#FORMULA!", "#REF!", "7"])


def test_open_document_is_read_alike() -> None:
    """An OpenDocument sheet gives rows, its errors and valueless formulas too."""
    odd = (
        '<table:table-row><table:table-cell table:formula="of:=[.A1]"/>'
        '<table:table-cell office:value-type="string"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
    )
    raw = ods(ods_row("code", "value") + ods_row("0101", 2.5) + odd + ods_row(None, repeated=1048573))
    kind, found = open_workbook(Source(io.BytesIO(raw), name="x.ods"), LAYOUT)
    assert kind == "application/vnd.oasis.opendocument.spreadsheet"
    assert list(found) == [(1, ["code", "value"]), (2, ["0101", "2.5"]), (3, ["#FORMULA!", "#REF!"])]


def test_heading_merged_over_columns_belongs_to_each() -> None:
    """A heading over several columns is the heading of all of them."""
    raw = book({1: ["", "2020", None, "2021"], 2: ["code", "t", "USD", "t"]}, merged=("B1:C1",))
    layout = Layout(container="workbook", header=("code",), columns="named", table=Place(header=(1, 2)))
    assert rows(raw, layout)[0] == (1, ["", "2020", "2020", "2021"])


MERGED: dict[int, list[Cell]] = {1: ["code", "value"], 2: ["0101", 1], 3: [None, 2]}


def test_cell_merged_over_rows_is_refused_with_its_place() -> None:
    """A value that stands once for several rows is no value of the others, unless the mapping says so."""
    with pytest.raises(MalformedError, match=r"row 2, column A: the cell is merged over rows 2 to 3"):
        rows(book(MERGED, merged=("A2:A3",)))


def test_cell_merged_over_rows_is_repeated_where_the_mapping_says_so() -> None:
    """Declared, the value holds for each row."""
    layout = Layout(container="workbook", header=("code", "value"), table=Place(merged="repeat"))
    assert rows(book(MERGED, merged=("A2:A3",)), layout)[1:] == [(2, ["0101", "1"]), (3, ["0101", "2"])]


def test_only_visible_sheet_is_meant_and_several_need_a_name() -> None:
    """Which sheet is meant is not guessed."""
    sheets = {"Data": sheet_xml({1: ["a"]}), "Notes": sheet_xml({1: ["b"]})}
    assert rows(xlsx(sheets, hidden=("Notes",))) == [(1, ["a"])]
    with pytest.raises(MalformedError, match=r"has 2 sheets \('Data', 'Notes'\); name the one that is meant"):
        rows(xlsx(sheets))
    named = Layout(container="workbook", header=("a",), table=Place(sheet="Notes"))
    assert rows(xlsx(sheets), named) == [(1, ["b"])]
    with pytest.raises(MalformedError, match="has no sheet 'Figures'; its sheets are 'Data', 'Notes'"):
        rows(xlsx(sheets), Layout(container="workbook", header=("a",), table=Place(sheet="Figures")))


GOOD = book({1: ["a"], 2: [1]})

REFUSED = {
    "nothing": (b"", "the file is empty"),
    "a table of another kind": (b"a,b\n1,2\n", "is no workbook, but text"),
    "bytes of no kind": (b"\xff\x00\x01\x02" * 9, "is no workbook, but something else"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "damaged or cut short"),
    "another archive": (packed({"letter.txt": "Dear"}), "is an archive, but no workbook"),
    "an old workbook cut short": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not a workbook that can be read"),
    "two cells far apart": (
        book({1: ["a"], 1048576: [("raw", '<c r="XFD1048576"><v>1</v></c>')]}),
        "cells in row 1048576 and up to column 16384",
    ),
    "a cell repeated without end": (
        ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" '
            'office:value="1" table:number-columns-repeated="1000"><text:p>1</text:p></table:table-cell>'
            "</table:table-row>"
        ),
        "more than the 20000000 that are read",
    ),
    "a sheet with entities": (
        xlsx({"Data": f'<!DOCTYPE a [<!ENTITY b "bb">]>{sheet_xml({1: ["a"]})}'}),
        "declares a document type",
    ),
    "a sheet that is no XML": (xlsx({"Data": "<worksheet><sheetData>"}), "is not XML that can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_workbook_to_be_read_is_refused_with_its_name(case: str) -> None:
    """Files of another format, cut short, or made to swell end in a sentence before they are read (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason) as caught:
        rows(raw)
    assert str(caught.value).startswith("x.xlsx")


def test_file_larger_than_a_workbook_can_be_is_not_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is packed is smaller than what it unpacks to: a larger file is given up as it is read (style §7)."""
    monkeypatch.setattr("ledger.ingest.workbook.UNPACKED", 100)
    with pytest.raises(MalformedError, match=r"x\.xlsx: has more than the 100 bytes that are read of such a file"):
        rows(GOOD)


@pytest.mark.parametrize(("column", "shown"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_spreadsheets_name_them(column: int, shown: str) -> None:
    """A place in a sentence is the place on the screen."""
    assert column_letters(column) == shown


def test_reader_that_dies_of_a_file_is_said_of_the_file() -> None:
    """Workbooks are read in a process of its own, so that a file that kills its reader ends in a sentence."""
    chain = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"\xff" * 2048)
    chain[26:34] = b"\x03\0\xfe\xff\x09\0\x06\0"
    with pytest.raises(MalformedError, match=r"x\.xlsx: is not a workbook that can be read"):
        rows(bytes(chain))
