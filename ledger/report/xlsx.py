"""The audit as a workbook: what it is on the first sheet, one sheet for each table, the pictures, nothing that acts.

Every text is written as text, never as a formula and never as a link to elsewhere. A figure is a number where a cell
can hold all its digits, else text, and stands as exact text in a column of its own at the right. The cells that name a
source lead to the evidence inside the workbook. The same result gives the same bytes: the date in it is the view's.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ledger.audit.result import AuditResult
from ledger.errors import UnavailableError, UsageError
from ledger.report.drawing import numbered, paint
from ledger.report.foreign import FORMULA, visible
from ledger.report.html import Page
from ledger.report.pdf.face import coverage_of
from ledger.report.picture import Drawing
from ledger.report.table.audit import AUDIT, TABLES
from ledger.report.table.column import Cell, Column, Row, Table
from ledger.report.wording import Catalogue, catalogue

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

ROWS: Final = 1_048_576
"""Rows of a sheet, its header included (ECMA-376; the limit of the programs that read it)."""

_TEXT: Final = 32_767
"""Characters of a cell."""
_LINKS: Final = 65_530
"""Links of a sheet."""
_DIGITS: Final = 15
"""Significant digits that a number in a cell keeps."""
_FIRST_YEAR: Final = 1901
"""Before it the days of a sheet are counted in two ways."""

_WIDE: Final = frozenset({"text", "said"})
_EXACT: Final = frozenset({"amount", "share"})
_NARROWEST, _WIDEST, _WRAPPED = 8, 44, 60
_ALTERNATIVE: Final = 255
_LINE: Final = 20
"""Dots of a row of a sheet."""
_BATCH, _PICTURES = 10, 500
"""Pictures that are painted at once, and how many a workbook holds at most."""

_Place = Mapping[str, tuple[str, int]]
"""By entry: the sheet and the row, from 1, in which it is described."""


def write_xlsx(result: AuditResult, sink: BinaryIO, *, software: str, language: str = "en") -> None:
    """Write the result as a workbook.

    Args:
        sink: is written from its beginning, once everything else is done.
        software: one line on what renders it, printed as it is.
        language: of the workbook's own words; quotations keep theirs.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
        NotFoundError: there is no catalogue of that language.
        UsageError: a table has more rows than a sheet.
    """
    with closing(_workbook(sink)) as book:
        _Writer(book, result, catalogue(language)).write(software)


def is_exact(text: str) -> bool:
    """Return whether a number in a cell keeps all digits of a decimal: a double keeps fifteen significant ones."""
    return len(text.replace("-", "").replace(".", "").strip("0")) <= _DIGITS


def _workbook(sink: BinaryIO) -> "Workbook":
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        message = "Workbooks need the extra `report`, which is not there; run pip install '.[report]' in the checkout."
        raise UnavailableError(message, extra="report") from error
    # Rows leave the memory as they are written.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return Workbook(sink, {**options, "strings_to_numbers": False, "nan_inf_to_errors": False})


@dataclass
class _Style:
    """The formats of a workbook, each made once."""

    book: "Workbook"

    def __post_init__(self) -> None:
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> "Format":  # noqa: ANN401  # the properties of a format are of every kind
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({"font_name": "Calibri", "valign": "top", **properties})
        return self._made[key]

    @cached_property
    def head(self) -> "Format":
        return self.get(bold=True, bottom=1, bg_color="#EEF1F4", text_wrap=True)

    @cached_property
    def title(self) -> "Format":
        return self.get(bold=True, font_size=16)


class _Writer:
    """Writes a result into a workbook, sheet by sheet."""

    def __init__(self, book: "Workbook", result: AuditResult, words: Catalogue) -> None:
        self._book, self._result, self._words = book, result, words
        self._page = Page(result, words)
        self._style = _Style(book)
        self._sheets = {table.name: words.say(f"table.{table.name}") for table in TABLES}
        self._places = _places(result, self._sheets)
        self._by_source = _by_source(result)

    def write(self, software: str) -> None:
        """Write everything."""
        view = self._result.view
        day = date.fromisoformat(view.as_of)
        self._book.set_properties(
            {
                "title": visible(self._result.title)[:250],
                "author": self._result.origin,
                "created": datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None),
            }
        )
        about = self._book.add_worksheet(self._words.say("sheet.about"))
        self._pictures()
        filled: list[tuple[Table, int]] = []
        for table in TABLES[1:]:
            rows = table.rows(self._result)
            first = next(rows, None)
            count = 0 if first is None else self._sheet(table, chain((first,), rows))
            filled.append((table, count))
        self._about(about, filled, software)

    def _pictures(self) -> None:
        """Draw every picture of the report, each under its title and over the words that say the same.

        A label that the fonts have not is a number in the picture, and stands in words beneath it.
        """
        drawings, has = self._drawings(), coverage_of(()).has
        sheet = self._book.add_worksheet(self._words.say("sheet.pictures"))
        sheet.set_column(0, 0, 110)
        sheet.hide_gridlines(2)
        line = count = 0
        while batch := list(islice(drawings, min(_BATCH, _PICTURES - count))):
            drawn = [numbered(one.svg(), has=has) for one in batch]
            painted = paint([picture for picture, _ in drawn])
            for one, (_, labels), picture in zip(batch, drawn, painted, strict=True):
                line = self._picture(sheet, line, one, picture, labels)
            count += len(batch)
        if count == _PICTURES and next(drawings, None) is not None:
            more = self._words.say("sheet.more_pictures", n=self._words.amount(str(_PICTURES)))
            sheet.write_string(line, 0, more, self._style.get(text_wrap=True))

    def _drawings(self) -> Iterator[Drawing]:
        for chapter in self._page.chapters:
            yield from self._page.gallery.all_of(chapter, self._result.view.as_of)

    def _picture(self, sheet: "Worksheet", line: int, one: Drawing, picture: bytes, labels: tuple[str, ...]) -> int:
        """Put one picture under its title and over its labels and words, and return the line after it."""
        _, height = _size(picture)
        sheet.write_string(line, 0, visible(one.title)[:_TEXT], self._style.get(bold=True))
        place = {
            "image_data": BytesIO(picture), "x_scale": 0.5, "y_scale": 0.5, "object_position": 2,
            "description": visible(f"{one.title}. {one.words}")[:_ALTERNATIVE],
        }  # fmt: skip
        sheet.insert_image(line + 1, 0, f"{one.name}.png", place)
        line += 2 + -(-height // (2 * _LINE))
        if labels:
            key = "   ".join(f"({number}) {label}" for number, label in enumerate(labels, start=1))
            sheet.write_string(line, 0, visible(key)[:_TEXT], self._style.get(text_wrap=True, font_color="#566170"))
            line += 1
        sheet.write_string(line, 0, visible(one.words)[:_TEXT], self._style.get(text_wrap=True))
        return line + 2

    def _about(self, sheet: "Worksheet", filled: Iterable[tuple[Table, int]], software: str) -> None:
        """Write what the audit is, and what the other sheets hold."""
        words, text = self._words, self._style.get(text_wrap=True)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        sheet.hide_gridlines(2)
        line = 0
        for member, value in AUDIT.rows(self._result):
            shown = self._about_words(member or "", value or "")
            sheet.write_string(line, 0, words.say(f"cell.member.{member}"), self._style.get(bold=True))
            style = self._style.title if member == "title" else text
            sheet.write_string(line, 1, visible(shown)[:_TEXT], style)
            line += 1
        for key in ("sheet.software", "sheet.modelled", "sheet.exact", "sheet.safe"):
            said = software if key == "sheet.software" else words.say(f"{key}_text")
            sheet.write_string(line, 0, words.say(key), self._style.get(bold=True))
            sheet.write_string(line, 1, visible(said), text)
            line += 1
        name = words.say("sheet.pictures")
        sheet.write_url(line, 0, _address(name, 1), self._style.get(font_color="#0A5C96", underline=1), name)
        line += 2
        sheet.write_string(line, 0, words.say("sheet.tables"), self._style.head)
        sheet.write_string(line, 1, words.say("sheet.rows"), self._style.head)
        for table, count in filled:
            line += 1
            name = self._sheets[table.name]
            if count:
                sheet.write_url(line, 0, _address(name, 1), self._style.get(font_color="#0A5C96", underline=1), name)
            else:
                sheet.write_string(line, 0, name, text)
            sheet.write_number(line, 1, count, self._style.get(align="left"))

    def _about_words(self, member: str, value: str) -> str:
        """Return what the first sheet says of the audit, in words."""
        if member == "opinion":
            code = self._result.opinion.code
            return f"{code} {self._words.word('opinion.name', code)}"
        return self._page.plain(value) if member in {"title", "rule", "level"} else value

    def _sheet(self, table: Table, rows: Iterable[Row]) -> int:
        """Write one table as a sheet of its own, and return how many rows it has."""
        sheet = self._book.add_worksheet(self._sheets[table.name])
        exact = [place for place, column in enumerate(table.columns) if column.kind in _EXACT]
        heads = [self._words.say(f"column.{column.name}") for column in table.columns]
        heads += [self._words.say("sheet.exact_column", column=heads[place]) for place in exact]
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, self._style.head)
        widths = [min(len(head), _NARROWEST * 2) for head in heads]
        links = count = 0
        for count, row in enumerate(rows, start=1):
            if count >= ROWS:
                message = (
                    f"The table {table.name} has more rows than the {ROWS - 1:,} that a sheet holds; "
                    "write its CSV, or audit fewer commitments."
                )
                raise UsageError(message, table=table.name)
            target = self._target(table, row) if links < _LINKS - len(row) else None
            for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                if cell is not None:
                    is_link = target is not None and _names_source(column)
                    links += is_link
                    shown = self._cell(sheet, (count, place), column, cell, target if is_link else None)
                    widths[place] = max(widths[place], min(len(shown), _WIDEST))
            for place, source in enumerate(exact, start=len(table.columns)):
                if (cell := row[source]) is not None:
                    sheet.write_string(count, place, cell, self._style.get(font_color="#566170"))
                    widths[place] = max(widths[place], len(cell))
        self._frame(sheet, table, widths, count)
        return count

    def _frame(self, sheet: "Worksheet", table: Table, widths: Iterable[int], count: int) -> None:
        """Give a sheet its widths, its filter, and a header that stays."""
        kinds = [column.kind for column in table.columns]
        for place, width in enumerate(widths):
            wide = place < len(kinds) and kinds[place] in _WIDE and width >= _WIDEST
            sheet.set_column(place, place, _WRAPPED if wide else max(width + 2, _NARROWEST))
        sheet.freeze_panes(1, 2 if kinds[:2] == ["code", "code"] else 0)
        sheet.autofilter(0, 0, count, len(kinds) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)

    def _cell(self, sheet: "Worksheet", at: tuple[int, int], column: Column, cell: str, link: str | None) -> str:
        """Write one cell, and return what is seen in it."""
        look: dict[str, Any] = {"font_color": "#0A5C96", "underline": 1} if link is not None else {}
        if link is not None:
            # Only the link's place is kept: the cell itself is written below, a number as a number.
            sheet.write_url(*at, link, self._style.get(**look), "-")
        match column.kind:
            case "amount" | "share" | "count" | "entry" if is_exact(cell):
                sheet.write_number(*at, float(cell), self._style.get(num_format=_number_format(column, cell), **look))
                return cell
            case "day" if int(cell[:4]) >= _FIRST_YEAR:
                sheet.write_datetime(*at, date.fromisoformat(cell), self._style.get(num_format="yyyy-mm-dd", **look))
                return cell
            case _:
                return self._text(sheet, at, column, cell, look)

    def _text(self, sheet: "Worksheet", at: tuple[int, int], column: Column, cell: str, look: dict[str, Any]) -> str:
        shown = visible(self._said(column, cell))
        if len(shown) > _TEXT:
            end = self._words.say("sheet.cut")
            shown = shown[: _TEXT - len(end)] + end
        # The mark keeps a program from reckoning when somebody edits the cell; it is no part of the text.
        guard: dict[str, Any] = {"quote_prefix": True} if shown.lstrip().startswith(FORMULA) else {}
        wrap: dict[str, Any] = {"text_wrap": True} if column.kind in _WIDE else {}
        sheet.write_string(*at, shown, self._style.get(**look, **guard, **wrap))
        return shown

    def _said(self, column: Column, cell: str) -> str:
        """Return a cell in words."""
        words = self._words
        match column.kind:
            case "word":
                return words.word_or(column.family, cell)
            case "unit":
                return words.word_or("unit", cell)
            case "party":
                return self._page.party(cell)
            case "parties":
                return self._page.parties(cell.split())
            case "said":
                return self._page.plain(cell)
            case _:
                return cell

    def _target(self, table: Table, row: Row) -> str | None:
        """Return the place inside the workbook at which the evidence of a row is described; null where none is."""
        named = {column.name: cell for column, cell in zip(table.columns, row, strict=True)}
        cited = (named.get("entry") or named.get("entries") or "").split()
        if not cited:
            found = self._by_source.get((named.get("commitment"), named.get("term"), named.get("source"),
                                         named.get("channel")))  # fmt: skip
            cited = [found] if found is not None else []
        places = [self._places[entry] for entry in cited if entry in self._places]
        evidence = self._sheets["evidence"]
        best = next((place for place in places if place[0] == evidence), places[0] if places else None)
        if best is None or table.name in {"evidence", "entries"}:
            return None
        return _address(*best)


def _places(result: AuditResult, sheets: Mapping[str, str]) -> _Place:
    """Return where each entry is described: among the evidence, else in the list of entries."""
    found: dict[str, tuple[str, int]] = {}
    for name in ("evidence", "entries"):
        table = next(table for table in TABLES if table.name == name)
        for line, row in enumerate(table.rows(result), start=2):
            found.setdefault(row[0] or "", (sheets[name], line))
    return found


def _by_source(result: AuditResult) -> Mapping[tuple[Cell, ...], str]:
    """Return the first entry that the figures of a channel come from, by commitment, term, source and channel."""
    return {
        (commitment.subject, term.id, source.source, source.channel): str(source.cites[0].entry)
        for commitment in result.commitments
        for term in commitment.terms
        for reading in term.readings
        for source in reading.sources
        if source.cites
    }


def _size(picture: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG in dots.

    Source: PNG (ISO/IEC 15948), 11.2.2.
    """
    width, height = struct.unpack(">II", picture[16:24])
    return int(width), int(height)


def _names_source(column: Column) -> bool:
    """Whether cells of a column lead to the evidence: those that name a source, a series or an entry."""
    return column.kind in {"entry", "entries"} or column.name in {"source", "series"}


def _address(sheet: str, line: int) -> str:
    """Return a place inside the workbook, as a link names it."""
    quoted = sheet.replace("'", "''")
    return f"internal:'{quoted}'!A{line}"


def _number_format(column: Column, text: str) -> str:
    """Return the form in which a number is seen, with all its decimals; a share in percent."""
    if column.kind == "share":
        return "0.0%"
    if column.kind in {"count", "entry"}:
        return "0"
    decimals = len(text.partition(".")[2])
    return "#,##0" + ("." + "0" * decimals if decimals else "")
