"""Grids: a table among titles and notes, columns in any order, and the places of what is wrong (design §2.2)."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.grid import read_csv, table_rows
from ledger.ingest.layout import Layout, Place, Rule
from ledger.ingest.row import Fault
from ledger.ingest.source import Encoding, Source


def rows(text: str | bytes, layout: Layout) -> list[tuple[int, list[str] | Fault]]:
    """Return the rows of a table in CSV."""
    source = Source(io.BytesIO(text.encode() if isinstance(text, str) else text), name="t.csv")
    found = table_rows(read_csv(source, layout), layout, name="t.csv", of="own")
    return [(number, cells if isinstance(cells, Fault) else list(cells)) for number, cells in found]


NAMED = Layout(header=("month", "value", "note"), columns="named", optional=("note",))


def test_named_columns_are_found_in_any_order() -> None:
    """Services give variables in the order in which they were asked for; others among them are passed over."""
    assert rows("value,x,month\n7,9,2019-01\n", NAMED) == [(2, ["2019-01", "7", ""])]


def test_column_that_is_given_twice_must_agree_with_itself() -> None:
    """A variable that was asked for twice comes twice; copies that differ are a fault of the row."""
    text = "month,value,month\n2019-01,7,2019-01\n2019-02,8,2019-03\n"
    first, second = rows(text, NAMED)
    assert first == (2, ["2019-01", "7", ""])
    assert second == (3, Fault("month", "two columns of this name differ: '2019-02' and '2019-03'"))


def test_row_with_another_number_of_cells_is_a_fault_of_that_row() -> None:
    """Cells that are missing or too many shift what stands behind them; empty ones at the end do not."""
    found = rows("month,value\n2019-01\n2019-02,1,234\n2019-03,5,,\n", NAMED)
    assert [cells.reason for _, cells in found if isinstance(cells, Fault)] == [
        "1 cells where 2 are expected", "3 cells where 2 are expected",
    ]  # fmt: skip
    assert found[-1] == (4, ["2019-03", "5", ""])


PLACED = Layout(
    header=("Product", "January Qty", "February Qty"),
    columns="named",
    table=Place(header=(3, 4), until=Rule(column="Product", equals=("",))),
)
SHEET = """Made on Sunday,,
,,
,January,February
Product,Qty,Qty
Seed,1,2
Oil,3,4
,,
Notes: mixed units,,
"""


def test_headings_of_several_rows_are_joined_and_notes_are_left_out() -> None:
    """Titles above the headings and notes below the table are no rows of it."""
    assert rows(SHEET, PLACED) == [(5, ["Seed", "1", "2"]), (6, ["Oil", "3", "4"])]


def test_heading_over_several_columns_is_filled_where_the_mapping_says_so() -> None:
    """A heading that stands over the first of its columns alone belongs to the others too."""
    layout = Layout(header=("code", "2020 t", "2020 USD"), columns="named", table=Place(header=(1, 2), fill=True))
    assert rows(",2020,\ncode,t,USD\n1201,5,6\n", layout) == [(3, ["1201", "5", "6"])]


REFUSED: dict[str, tuple[str, Layout, str]] = {
    "a column that is not there": ("month,amount\n", NAMED, r"t\.csv, row 1: no column of the header is 'value'"),
    "a file that ends above its headings": ("Made on Sunday\n", PLACED, r"t\.csv: has no row 4"),
    "other headings in the same place": (SHEET.replace("Qty", "Value"), PLACED, r"row 4: no column .* 'January Qty'"),
    "a quotation mark that never ends": ('month,value\n"2019,7\n', NAMED, "is not CSV that can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_table_that_is_not_as_declared_is_refused_with_its_place(case: str) -> None:
    """What is not found is named, with the row in which it was looked for (style §7)."""
    text, layout, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        rows(text, layout)


ENCODED: dict[str, tuple[Encoding, str]] = {
    "Western Europe": ("windows-1252", "Grösse €"),
    "Central Europe": ("iso-8859-2", "Wielkość"),
    "Russia": ("windows-1251", "Вес"),
    "China": ("gb18030", "数量"),
    "Japan": ("shift_jis", "数量"),
}


@pytest.mark.parametrize("case", ENCODED)
def test_table_is_read_in_the_encoding_that_is_declared(case: str) -> None:
    """An encoding is declared and never guessed."""
    encoding, name = ENCODED[case]
    layout = Layout(header=("month", name), encoding=encoding)
    assert rows(f"month,{name}\n2019-01,7\n".encode(encoding), layout) == [(2, ["2019-01", "7"])]


MIXED: dict[str, tuple[bytes, Encoding, str]] = {
    "one line in another encoding": ("a,b\n1,é\n".encode("latin-1"), "utf-8", r"line 2 is not UTF-8 \(byte 3 of the"),
    "UTF-8 where another was declared": (b"\xef\xbb\xbfa,b\n", "windows-1252", "begins with the mark of UTF-8"),
    "a byte that the encoding does not have": (b"a,b\n1,\x81\n", "windows-1252", "line 2 is not WINDOWS-1252"),
    "wide characters": ("a,b\n".encode("utf-16"), "utf-8", "line 1 is UTF-16; save the table as CSV in UTF-8"),
    "a workbook": (b"PK\x03\x04\0\0", "utf-8", "line 1 is no text, but an archive or a workbook"),
    "an error page": (b"\n <!DOCTYPE HTML>\n", "utf-8", "web page in place of data"),
}


@pytest.mark.parametrize("case", MIXED)
def test_text_in_another_encoding_is_refused_with_its_line(case: str) -> None:
    """A file in two encodings is refused whole: nobody knows which of its letters are right (style §7)."""
    raw, encoding, reason = MIXED[case]
    with pytest.raises(MalformedError, match=reason):
        rows(raw, Layout(header=("a", "b"), encoding=encoding))
