"""What of a report in another language is still English of its own: runs of words that no record holds.

Words of the record (quotations, titles, reasons that somebody wrote, names of files) stay in the language they are in;
whatever else is told in several English words was composed and not translated, or is a word without its counterpart.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook

from ledger.audit.archive import Archive
from ledger.audit.held import said_in
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.statement import plain
from tests.unit.report.composed import composed

_RUN = re.compile(r"(?<![\w./:@-])[A-Za-z][a-z’]+(?:[-,]? [A-Za-z(][A-Za-z’)]*)*(?![\w./:@-])")
"""Words that follow one another; names of files, series and keys are none."""

_SILENT = frozenset({"style", "script", "code", "pre", "kbd"})
"""Elements whose words are commands, digests and names."""

OURS = frozenset({"pledger", "lock"})
"""Words of the line that names the software."""


class _Reader(HTMLParser):
    """Gathers what a page says, and what it says of its pictures, but for codes and what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = dict(attrs)
        self.said += [value for name in ("alt", "aria-label", "title", "data-label") if (value := members.get(name))]
        if tag not in {"meta", "br", "link", "img", "input", "hr"}:
            self.open.append((tag, tag in _SILENT or (members.get("lang") or "zh")[:2] != "zh"))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_silent for _, is_silent in self.open):
            self.said.append(data)


def page_texts(page: bytes) -> list[str]:
    """Return every text of a page."""
    reader = _Reader()
    reader.feed(page.decode())
    return reader.said


def book_texts(book: bytes) -> list[str]:
    """Return every text of a workbook, the names of its sheets among them."""
    read = CalamineWorkbook.from_filelike(BytesIO(book))
    cells = [
        cell
        for name in read.sheet_names
        for row in read.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str)
    ]
    return [*read.sheet_names, *cells]


def english(texts: list[str], result: AuditResult, bundle: Archive) -> list[str]:
    """Return the runs of English words that are the report's own, in their order.

    Args:
        bundle: of the audit: what its statements say is the record's, wherever it is told.
    """
    record = _plain(" \n ".join((*_recorded(result), *_stated(bundle))))
    pieces = (piece for text in dict.fromkeys(texts) for piece in re.split("[;:]", " ".join(text.split())))
    found = (run[0] for piece in pieces for run in _RUN.finditer(piece))
    return [run for run in dict.fromkeys(found) if not _is_recorded(run, record) and run not in OURS]


def _is_recorded(run: str, record: str) -> bool:
    """Whether a run stands in the record, whole, or in two pieces that follow one another."""
    words = _plain(run).split()
    return any(
        " ".join(words[:place]) in record and " ".join(words[place:]) in record for place in range(1, len(words) + 1)
    )


def _recorded(result: AuditResult) -> Iterator[str]:
    """Yield every text of a result that the method did not compose."""
    ours = set(composed(result))
    yield from (text for text in _texts(json.loads(format_result(result))) if text not in ours)


def _stated(bundle: Archive) -> Iterator[str]:
    """Yield every text of the statements in a bundle."""
    for one in said_in(bundle):
        yield from _texts(plain(one.statement.body))


def _texts(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            pending += one.values()
        elif isinstance(one, list):
            pending += one
        elif isinstance(one, str):
            yield one


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", text.lower()).split())
