"""The workbook: read back by others' readers, exact, linked to its evidence, and nothing in it acts."""

import io
import re
import sys
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.audit.result import AuditResult
from ledger.errors import UnavailableError, UsageError
from ledger.report import xlsx
from ledger.report.table.audit import TABLES, digest_of, table_named
from ledger.report.xlsx import is_exact, write_xlsx
from tests.unit.report.example import data, result

calamine = pytest.importorskip("python_calamine", reason="the extra `tables` reads workbooks")
pytest.importorskip("xlsxwriter", reason="the extra `report` writes workbooks")
pytest.importorskip("typst", reason="the extra `report` paints pictures")


def render(audit: AuditResult | None = None, **more: Any) -> bytes:
    """A workbook."""
    sink = io.BytesIO()
    write_xlsx(audit or result(), sink, software="pledger 1, lock none", **more)
    return sink.getvalue()


@pytest.fixture(scope="module")
def raw() -> bytes:
    """The workbook of the example, made once."""
    return render()


def rows(raw: bytes, sheet: str) -> list[list[Any]]:
    """The cells of a sheet, as calamine reads them."""
    book = calamine.load_workbook(io.BytesIO(raw))
    return list(book.get_sheet_by_name(sheet).to_python())


def parts(raw: bytes) -> dict[str, str]:
    """The parts of a workbook that are text."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}


def test_same_result_is_the_same_bytes(raw: bytes) -> None:
    """Nothing in it depends on the clock or the run (design §2.6)."""
    assert render() == raw


def test_date_inside_is_the_view_s(raw: bytes) -> None:
    """The day on which it was made is the day of the view."""
    assert "2026-08-27T00:00:00Z" in parts(raw)["docProps/core.xml"]


def test_first_sheet_says_what_it_is(raw: bytes) -> None:
    """Title, opinion, view, method, and the digest of ``audit.json`` (issue of the audit)."""
    said: dict[str, Any] = {}
    for row in rows(raw, "About"):
        said.setdefault(str(row[0]), row[1])
    assert said["Opinion"] == "A4 Disclaimer of opinion"
    assert said["Cut-off"] == "2026-08-27"
    assert said["Digest of audit.json"] == digest_of(result())
    assert said["Rendered by"] == "pledger 1, lock none"
    assert (said["Outcomes"], said["Rates"]) == (6, 0)


def test_every_table_with_rows_has_a_sheet(raw: bytes) -> None:
    """One sheet for each table; of a table without rows the first sheet says so."""
    names = calamine.load_workbook(io.BytesIO(raw)).sheet_names
    filled = [table for table in TABLES[1:] if next(table.rows(result()), None) is not None]
    assert len(names) == len(filled) + 2
    assert names[0] == "About"


def test_figures_are_numbers_and_exact_texts(raw: bytes) -> None:
    """A figure is a number to reckon with, and its exact decimal stands at the right."""
    head, first, *_ = rows(raw, "Outcomes")
    cells = dict(zip(head, first, strict=True))
    assert cells["Seen, high"] == pytest.approx(27.228)
    assert (cells["Seen, high, exact"], cells["Of the level, exact"]) == ("27.228", "0.813505")
    assert cells["Outcome"] == "not met"
    assert cells["Unit"] == "bn USD"


def test_days_are_days(raw: bytes) -> None:
    """A day can be sorted and filtered as one."""
    head, first, *_ = rows(raw, "Observations")
    assert dict(zip(head, first, strict=True))["From"] == date(2020, 1, 1)


EXACT = {
    "a small figure": ("27.335339028", True),
    "fifteen digits": ("123456789012345", True),
    "sixteen digits": ("1234567890123456", False),
    "zeros at the end are no digits": ("120000000000000000", True),
    "nine decimals of a large one": ("123456789.123456789", False),
    "a negative one": ("-0.000000001", True),
}


@pytest.mark.parametrize("case", EXACT)
def test_number_is_exact_to_fifteen_digits(case: str) -> None:
    """What a cell cannot keep is written as text."""
    text, expected = EXACT[case]
    assert is_exact(text) is expected
    if expected:
        assert Decimal(f"{float(text):.15g}") == Decimal(text)


def test_figure_that_a_cell_cannot_hold_is_text() -> None:
    """All eighteen digits are kept."""
    changed = data()
    changed["commitments"][0]["terms"][0]["readings"][0]["sources"][0]["low"] = "123456789.123456789"
    head, first, *_ = rows(render(result(changed)), "Sources")
    assert dict(zip(head, first, strict=True))["Seen, low"] == "123456789.123456789"


HOSTILE = {
    "a formula": '=HYPERLINK("http://example.com","x")',
    "a sum": "+1+1",
    "a difference": "-2+3",
    "a function of old": "@SUM(1)",
    "a full-width sign": "＝1+1",
    "a tab before a formula": "\t=1+1",
    "a command of old": "=cmd|' /C calc'!A0",
    "a web address": "https://example.com/",
    "a place inside": "internal:'About'!A1",
    "markup": "<f>1+1</f>",
    "a spelled control character": "_x0041_",
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_text_from_outside_stays_the_text_it_is(case: str) -> None:
    """No text is a formula, a link or markup; and it reads back as it was."""
    changed = data()
    changed["commitments"][0]["title"] = HOSTILE[case]
    raw = render(result(changed))
    head, first, *_ = rows(raw, "Commitments")
    assert dict(zip(head, first, strict=True))["Title"] == HOSTILE[case]
    for name, part in parts(raw).items():
        if name.startswith("xl/worksheets/sheet"):
            assert "<f>" not in part
        assert 'TargetMode="External"' not in part


def test_text_that_looks_like_a_formula_is_marked_as_text() -> None:
    """Whoever edits such a cell does not turn it into a formula."""
    changed = data()
    changed["commitments"][0]["title"] = "=1+1"
    assert 'quotePrefix="1"' in parts(render(result(changed)))["xl/styles.xml"]
    assert 'quotePrefix="1"' not in parts(render())["xl/styles.xml"]


def test_control_and_turning_characters_are_written_out() -> None:
    """What acts on the text around it is made visible, as everywhere in a report."""
    changed = data()
    changed["commitments"][0]["title"] = "a\u202eb\x07c"
    head, first, *_ = rows(render(result(changed)), "Commitments")
    assert dict(zip(head, first, strict=True))["Title"] == "a[U+202E]b[U+0007]c"


def test_text_longer_than_a_cell_is_cut_with_a_word() -> None:
    """A cell holds 32,767 characters; what is cut says so."""
    changed = data()
    changed["emphasis"] = ["x" * 40_000]
    _, first, *_ = rows(render(result(changed)), "Emphasis and scope")
    assert len(first[1]) == 32_767
    assert first[1].endswith("… (cut here; audit.json has the whole)")


def test_cells_that_name_a_source_lead_to_its_evidence(raw: bytes) -> None:
    """The source of a row leads to the row of the evidence that its figures come from."""
    inside = parts(raw)
    book = inside["xl/workbook.xml"]
    place = next(
        number for number, name in enumerate(re.findall(r'<sheet name="([^"]+)"', book), start=1) if name == "Outcomes"
    )
    links = re.findall(r'<hyperlink ref="([A-Z]+[0-9]+)" location="([^"]+)"', inside[f"xl/worksheets/sheet{place}.xml"])
    # Column I is the source; the figures of the first row come from entry 20, the first of the evidence.
    assert dict(links)["I2"] in {"'Evidence'!A2", "&apos;Evidence&apos;!A2"}
    assert next(iter(table_named("evidence").rows(result())))[0] == "20"


def test_pictures_stand_with_their_words(raw: bytes) -> None:
    """The same pictures as in the report, each with alternative text and its words beneath (WCAG 1.1.1)."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        images = [name for name in archive.namelist() if name.startswith("xl/media/")]
    (drawing,) = [part for name, part in parts(raw).items() if name.startswith("xl/drawings/drawing")]
    described = re.findall(r'descr="([^"]+)"', drawing)
    assert len(described) == len(images) == 9
    said = [row[0] for row in rows(raw, "Pictures")]
    assert any("By 31 December 2020, 27.23 bn USD had been observed" in str(line) for line in said)


def test_chinese_workbook_says_the_same_in_chinese() -> None:
    """Every word of its own is the language's; figures and codes are the same."""
    head, first, *_ = rows(render(language="zh"), "结果")
    cells = dict(zip(head, first, strict=True))
    assert cells["承诺"] == "phase-one-annex-6-1"
    assert cells["实际（高）（精确值）"] == "27.228"


def test_chinese_pictures_have_no_words_of_another_language() -> None:
    """What the fonts cannot draw is a number in the picture, and in Chinese in the cell beneath."""
    said = [str(row[0]) for row in rows(render(language="zh"), "图表")]
    assert any(line.startswith("(1) ") and "应达 33.47" in line and "十亿美元" in line for line in said)
    assert not any("owed" in line or "billion" in line for line in said)


def test_table_longer_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a sheet holds are no shorter table: a sentence says what to do instead."""
    monkeypatch.setattr(xlsx, "ROWS", 5)
    with pytest.raises(UsageError, match="has more rows than the 4 that a sheet holds; write its CSV"):
        render()


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare package writes no workbooks, and says how to get them (style §2)."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UnavailableError, match=r"pip install '\.\[report\]'"):
        render()


def test_workbook_of_very_many_pictures_says_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of a thousand commitments stays a file that opens: pictures beyond a number are left to the page."""
    monkeypatch.setattr(xlsx, "_BATCH", 2)
    monkeypatch.setattr(xlsx, "_PICTURES", 3)
    raw = render()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("xl/media/")]) == 3
    assert rows(raw, "Pictures")[-1][0] == "A workbook holds the first 3 pictures; the report as a page has them all."
