"""A sketch: the first mapping of a file, written from its header for a person to finish.

What the file shows is written down (its container, mark between cells, columns, how its figures are spelt); what only a
person can know is left blank and marked, so that the sketch cannot be used before somebody has thought. Guesses are
comments, never values.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.errors import MalformedError
from ledger.ingest.iati import MEMBERS
from ledger.ingest.layout import SPACES, Container, Layout, Place
from ledger.ingest.parquet import columns_of
from ledger.ingest.sdmx import FIRST as SDMX_FIRST
from ledger.ingest.source import Source
from ledger.ingest.workbook import open_workbook

BLANK: Final = "FILL IN"
"""Stands in a sketch where a person has to write; no value of a mapping may be so."""

SAMPLE: Final = 200
"""Rows below the header that are looked at."""

OPENING: Final = 1 << 20
"""Bytes of a text that are looked at."""

_PERIODS: Final[tuple[tuple[str, str], ...]] = (
    ("day", r"\d{4}-\d{2}-\d{2}"),
    ("moment", r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*"),
    ("month", r"\d{4}-\d{2}"),
    ("quarter", r"\d{4}-?Q[1-4]"),
    ("week", r"\d{4}-?W\d{2}"),
    ("span-year", r"(?:[MF]Y ?)?\d{4}[/-](?:\d{2}|\d{4})"),
    ("month-year", r"\d{1,2}/\d{4}"),
    ("day-month-year", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("month-name", r"[A-Z][a-z]{2,8}\.?[ -]\d{4}"),
    ("compact", r"(?:19|20)\d{4}(?:\d{2})?"),
    ("year", r"(?:19|20)\d{2}"),
)
_FIGURE: Final = re.compile(rf"\(?-?[0-9][0-9.,'’{SPACES}]*\)?")
_DASHES: Final = frozenset({"-", "–", "—", "..", "...", ":", "n/a", "N/A", "na", "NA", "x"})


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file shows: how its rows are found, its columns, and their first cells."""

    container: Container
    lines: tuple[str, ...]
    columns: dict[str, list[str]]


def sketch(stream: BinaryIO, *, name: str) -> str:
    """Return a first mapping of a file as commented TOML, with ``BLANK`` where a person has to write.

    Args:
        stream: the file, seekable.
        name: of the file, for comments and messages.

    Raises:
        MalformedError: nothing in it looks like a table with a header.
    """
    looked = _look(stream, name)
    columns = looked.columns
    if not columns:
        raise MalformedError(f"{name}: has no header from which a mapping could be begun.", file=name)
    period = next(((column, form) for column, cells in columns.items() if (form := _form(cells))), None)
    wide = [column for column in columns if _form([column])] if period is None else []
    figures = [column for column, cells in columns.items() if _are_figures(cells) and column not in (period or ())]
    lines = [*_opening(name), *looked.lines, "header = [", *_listed(columns, figures, period), "]"]
    lines += [
        'absent = "missing"   # what a row that is not there means: missing, or zero where the publisher says so',
        "",
    ]
    lines += [*_cells(columns, figures), *_period(period, wide), *_series(columns, figures, wide)]
    return "\n".join(lines) + "\n"


def _opening(name: str) -> list[str]:
    return [
        f"# A first mapping of {_comment(name)}. Write what is marked {BLANK!r}, then look at what it says:",
        "#   pledger submit FILE --map THIS --preview",
        f'name = "{BLANK}"           # a short name of this mapping: small letters, digits, hyphens',
        f'title = "{BLANK}"          # what the table says, in one line',
        f'publisher = "{BLANK}"      # who released it',
        f'authority = "{BLANK}"      # whose statistics these are, as a short name: copies of one authority vote once',
        f'channel = "{BLANK}"        # by which copy or service they came',
        f'standing = "{BLANK}"       # official, independent, statement, media or claim',
        f'licence = "{BLANK}"        # under which terms it may be used',
        "redistribute = false      # whether the file itself may travel in an audit's bundle",
        '# authority_of = "us"     # the party whose official figures these are; left out for an independent body',
    ]


def _listed(columns: dict[str, list[str]], figures: Sequence[str], period: tuple[str, str] | None) -> list[str]:
    lines = []
    for column, cells in columns.items():
        seen = next((cell for cell in cells if cell.strip()), "")
        what = "a figure? " if column in figures else "a period? " if period and column == period[0] else ""
        lines.append(f"  {_text(column)},   # {what}for example {_comment(seen) or 'nothing'}")
    return lines


def _cells(columns: dict[str, list[str]], figures: Sequence[str]) -> list[str]:
    """Return how figures may be spelt here, as comments: a comma means one thing here and another there."""
    cells = [cell.strip() for column in figures for cell in columns[column]]
    notes = []
    if any("," in cell for cell in cells):
        notes.append(
            '# decimal = ","     # or thousands = ",": there are commas in figures, and only one of the two is right'
        )
    if any(mark in cell for cell in cells for mark in SPACES + "'’"):
        notes.append('# thousands = " "   # there are spaces or apostrophes in figures')
    if any(cell.startswith("(") for cell in cells):
        notes.append("# brackets = true   # there are figures in brackets; are they negative?")
    if dashes := sorted({cell for cell in cells if cell in _DASHES}):
        listed = ", ".join(map(_text, dashes))
        notes.append(f"# zero = [{listed}]   # or missing = […]: what do these say?")
    return ["# [cells]", *notes, ""] if notes else []


def _period(period: tuple[str, str] | None, wide: Sequence[str]) -> list[str]:
    if period is None and wide:
        listed = ", ".join(map(_text, wide))
        return [
            "# Columns that look like periods. Leave out those that are running totals, or totals of others.",
            "[period]",
            f"wide = [{listed}]", f'form = "{_form([wide[0]])}"', "",
        ]  # fmt: skip
    column, form = period or (BLANK, BLANK)
    return [
        "# The column that says which days a row is about, and how it spells them: year, quarter, month, week, day,",
        "# compact, day-month-year, month-day-year, month-year, month-name, moment, span-year, serial, serial-1904.",
        "[period]", f"column = {_text(column)}", f'form = "{form}"', "",
    ]  # fmt: skip


def _series(columns: dict[str, list[str]], figures: Sequence[str], wide: Sequence[str]) -> list[str]:
    text = [column for column in columns if column not in figures]
    lines = [
        "# One [[series]] for each kind of figure in the table. What is the same in every row is a text; what a column",
        '# says is { column = "…" }, with words = { "theirs" = "ours" } where it needs translating.',
        "# Columns that may say it: " + (", ".join(_comment(column) for column in text[:12]) or "none"),
        '# Rows that are totals of others:  [[skip]]  column = …  equals = ["TOTAL"]', "[[series]]",
        f'measure = "{BLANK}"        # export, import, order, outstanding_sale, payment, disbursement, delivery, …',
        f'reporter = "{BLANK}"       # the party whose figures record it',
        f'partner = "{BLANK}"        # the other side of the flow; "*" for several parties',
        f'classification = "{BLANK}" # HS, HS2017, annex-6.1, or a name of your own',
        f'code = "{BLANK}"           # often {{ column = "…", lengths = [2, 4, 6] }}',
        f'unit = "{BLANK}"           # t, kg, USD, bu:1201, …; or {{ column = "…", words = {{ … }} }}',
        '# scale = "1000"          # how many of the unit one published unit is: "1000" for thousands',
        '# basis = "FOB"           # FOB, CIF or FAS, for values of trade',
    ]  # fmt: skip
    if not wide:
        lines.append(f"value = {_text(figures[0] if len(figures) == 1 else BLANK)}   # the column of the figure")
    return lines


def _look(stream: BinaryIO, name: str) -> Looked:
    """Return what a file shows, by its first bytes."""
    head = stream.read(OPENING)
    stream.seek(0)
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _workbook(stream, name)
    if head.startswith(b"PAR1"):
        return _parquet(stream, name)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if b"iati-activities" in head:
            return Looked("iati", ('container = "iati"',), _named(MEMBERS, ()))
        return Looked("sdmx", _SDMX, _named(("TIME_PERIOD", "OBS_VALUE"), ()))
    if start.startswith((b"{", b"[")):
        return _json(head, name)
    return _csv(head, name)


_SDMX: Final = (
    'container = "sdmx"   # add the concepts that the message has, and list its attributes as optional',
    'optional = ["OBS_VALUE"]',
)


def _csv(head: bytes, name: str) -> Looked:
    encoding = "utf-8"
    try:
        text = head.decode("utf-8-sig", errors="strict" if len(head) < OPENING else "ignore")
    except UnicodeDecodeError:
        encoding, text = "windows-1252", head.decode("windows-1252", errors="replace")
    if "\0" in text:
        raise MalformedError(f"{name}: is no text; save the table as CSV in UTF-8, or as a workbook.", file=name)
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise MalformedError(f"{name}: is not CSV that can be read ({error}).", file=name) from error
    rows = rows[:-1] if len(head) == OPENING else rows
    if not rows:
        raise MalformedError(f"{name}: is empty.", file=name)
    if rows[0][0].partition("[")[0] in SDMX_FIRST:
        names = tuple(cell.partition(": ")[0].partition("[")[0] for cell in rows[0])
        dress = (
            'container = "sdmx"   # list attributes, which may be missing, as optional',
            f"delimiter = {_text(delimiter)}",
        )
        return Looked("sdmx", dress, _named(names, rows[1:SAMPLE]))
    at = _header_row(rows)
    lines = ['container = "csv"', f"delimiter = {_text(delimiter)}"]
    if encoding != "utf-8":
        lines.append(f'encoding = "{encoding}"   # it is not UTF-8; is it this one?')
    header = list(rows[at])
    if header and not header[-1] and at == 0 and all(header[:-1]):
        lines.append("trailing_comma = true")
        header = header[:-1]
    return Looked("csv", (*lines, *_placed(at, header)), _named(header, rows[at + 1 : at + SAMPLE]))


def _placed(at: int, header: Sequence[str], sheet: str | None = None) -> list[str]:
    """Return how the table stands on its sheet, where it does not begin in the first row."""
    lines = []
    inner = ([f"sheet = {_text(sheet)}"] if sheet is not None else []) + ([f"header = [{at + 1}]"] if at else [])
    if at or "" in header or len(set(header)) < len(header):
        lines.append('columns = "named"   # other columns, and rows above the headings, are passed over')
    if inner:
        lines.append(f"table = {{ {', '.join(inner)} }}   # add the rows of headings that have several")
    return lines


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the first of the opening rows that has the most different cells of words or periods."""
    filled = [len({cell for cell in row if _is_heading(cell.strip())}) for row in rows[:30]]
    return filled.index(max(filled))


def _is_heading(cell: str) -> bool:
    return bool(cell) and (_FIGURE.fullmatch(cell) is None or _form([cell]) in {"year", "month"})


def _named(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Return the columns that have a name, each once, with their cells."""
    columns: dict[str, list[str]] = {}
    for place, name in enumerate(header):
        if name.strip() and name.isprintable() and len(name) <= 200 and name not in columns:
            columns[name] = [row[place] for row in rows if place < len(row)]
    return columns


def _workbook(stream: BinaryIO, name: str) -> Looked:
    layout = Layout(container="workbook", header=("?",), table=Place(merged="repeat"))
    _, rows = open_workbook(Source(stream, name=name), layout)
    found = [tuple(cells) for (_, cells), _ in zip(rows, range(SAMPLE), strict=False)]
    if not any(any(cell for cell in row) for row in found):
        raise MalformedError(f"{name}: its sheet is empty.", file=name)
    at = _header_row(found)
    lines = ('container = "workbook"', *_placed(at, found[at]))
    return Looked("workbook", lines, _named(found[at], found[at + 1 :]))


def _parquet(stream: BinaryIO, name: str) -> Looked:
    names = columns_of(Source(stream, name=name))
    return Looked("parquet", ('container = "parquet"',), _named(names, ()))


def _json(head: bytes, name: str) -> Looked:
    """Return what a JSON text shows by its beginning alone, so that its size does not matter."""
    text = head.decode("utf-8-sig", errors="ignore")
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    if match := re.match(r"\s*\[\s*(?=\[)", text):
        rows = [row for row in _elements(decoder, text, match.end()) if isinstance(row, list)]
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        if not texts:
            raise MalformedError(f"{name}: has no row that could be read.", file=name)
        rules = ('container = "json-rows"', 'columns = "named"')
        return Looked("json-rows", rules, _named(texts[0], texts[1:]))
    for match in re.finditer(r'(?:"((?:[^"\\]|\\.)*)"\s*:\s*)?\[\s*(?=\{)', text):
        records = [one for one in _elements(decoder, text, match.end()) if isinstance(one, dict)]
        if not records:
            continue
        simple = [key for key, value in records[0].items() if not isinstance(value, (dict, list))]
        path = _path_to(text[: match.start()], match[1])
        lines = ['container = "json"']
        if path:
            lines.append(f"records = [{', '.join(map(_text, path))}]   # the names that lead to the array of records")
        told = [["" if one.get(key) is None else str(one.get(key)) for key in simple] for one in records]
        return Looked("json", tuple(lines), _named(simple, told))
    raise MalformedError(f"{name}: has no array of records near its beginning.", file=name)


def _path_to(before: str, name: str | None) -> list[str]:
    """Return the names of the objects that are open where an array begins, its own name last."""
    if name is None:
        return []
    open_: list[str] = []
    last = ""
    for mark in re.finditer(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]', before):
        if mark[0] == "{":
            open_.append(last)
        elif mark[0] == "}":
            open_ = open_[:-1]
        elif mark[2]:
            last = mark[1]
    return [*open_[1:], name]


def _elements(decoder: json.JSONDecoder, text: str, at: int) -> list[object]:
    found: list[object] = []
    while len(found) < SAMPLE:
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
        match = re.compile(r"\s*,\s*").match(text, at)
        if match is None:
            break
        at = match.end()
    return found


def _form(cells: Sequence[str]) -> str:
    """Return the one form in which all of some cells are periods, or nothing."""
    said = [cell.strip() for cell in cells if cell.strip()]
    return next((form for form, pattern in _PERIODS if said and all(re.fullmatch(pattern, one) for one in said)), "")


def _are_figures(cells: Sequence[str]) -> bool:
    said = [cell.strip() for cell in cells if cell.strip() and cell.strip() not in _DASHES]
    return bool(said) and all(_FIGURE.fullmatch(cell) for cell in said)


def _text(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Return a foreign text for a comment, on one line and without what a terminal would act on."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= 40 else shown[:38] + "…"
