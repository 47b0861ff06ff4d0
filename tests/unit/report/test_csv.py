"""A table as CSV: others read it back cell by cell, figures exactly, and nothing in it is reckoned (RFC 4180)."""

import csv
import io

import pytest

from ledger.audit.result import AuditResult
from ledger.report.csv import format_csv
from ledger.report.table.audit import TABLES, table_named
from ledger.report.table.column import NUMBERS
from tests.unit.report.example import data, result


def written(name: str, audit: AuditResult | None = None) -> bytes:
    """One table, whole."""
    return b"".join(format_csv(table_named(name), audit or result()))


def read(raw: bytes) -> list[list[str]]:
    """The cells, as the standard library reads them."""
    return list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="")))


def test_every_table_reads_back_row_by_row() -> None:
    """The header names the columns; figures are the very texts of the result."""
    audit = result()
    for table in TABLES:
        head, *rows = read(written(table.name, audit))
        assert head == [column.name for column in table.columns]
        for row, cells in zip(rows, table.rows(audit), strict=True):
            for column, text, cell in zip(table.columns, row, cells, strict=True):
                if column.kind in NUMBERS | {"day", "word"}:
                    assert text == (cell or ""), (table.name, column.name)


def test_lines_end_with_a_line_feed_and_text_is_utf_8() -> None:
    """One row is one line, whatever a text holds."""
    raw = written("words")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert "中方将有力度地扩大".encode() in raw


TEXTS = {
    "a formula": ("=1+1", "'=1+1"),
    "a formula after a space": (" =1+1", "'=1+1"),
    "a sum": ("+1", "'+1"),
    "a difference": ("-1+2", "'-1+2"),
    "a function of old": ("@SUM(A1)", "'@SUM(A1)"),
    "a full-width sign": ("＝1+1", "'＝1+1"),
    "a tab before a formula": ("\t=1+1", "'=1+1"),
    "a carriage return before one": ("\r=1+1", "[U+000D]=1+1"),
    "a line break": ("one\ntwo", "one two"),
    "a text that turns the line": ("a\u202eb", "a[U+202E]b"),
    "quotation marks and commas": ('he said "no, never"', 'he said "no, never"'),
    "plain words": ("soybeans", "soybeans"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_text_from_outside_is_never_a_formula(case: str) -> None:
    """A text that a spreadsheet would reckon with gets an apostrophe before it, and stays on its line."""
    text, expected = TEXTS[case]
    changed = data()
    changed["commitments"][0]["title"] = text
    _, first, *_ = read(written("commitments", result(changed)))
    assert first[1] == expected


def test_negative_figure_stays_a_figure() -> None:
    """An apostrophe before a number would make it a text: figures are never touched."""
    changed = data()
    changed["commitments"][0]["terms"][0]["readings"][0]["sources"][0]["shortfall"] = "-6.242"
    head, first, *_ = read(written("sources", result(changed)))
    assert first[head.index("shortfall")] == "-6.242"


def test_table_without_rows_is_its_header() -> None:
    """A table of which there is nothing says which columns it would have."""
    assert written("rates").decode().split(",")[0] == "commitment"
    assert written("rates").count(b"\n") == 1
