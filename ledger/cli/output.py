"""Output: what a command says, in words or as JSON, harmless on any terminal and in any locale.

Text from a ledger was written by strangers: control and direction characters in it are written out, and no markup in it
is ever read. Answers go to standard output, everything said on the way to standard error, and progress is shown only on
a terminal. Documents are JSON in ASCII, so that they are the same bytes in every locale. Source: design §3; style §7.
"""

import json
import sys
import threading
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

from ledger.errors import UsageError
from ledger.report.foreign import spreadsheet_text, visible

if TYPE_CHECKING:  # rich is imported only where something is shown with it
    from rich.console import Console

PIPE_WIDTH = 120
"""Columns of a table where no terminal says how many there are."""

INTERRUPTED = 130
"""Exit code after an interrupt from the keyboard, as a shell gives it, and after a question answered with no."""

PATIENCE = 1.0
"""Seconds of work before progress is shown (design §3)."""


CHUNK: Final = 1 << 16
"""Characters of CSV that are gathered before they are printed."""


def survive_encoding() -> None:
    """Let characters that the terminal's encoding lacks be written out, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        # A test's or a caller's own stream may not be reconfigurable; it then takes any text.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # TextIO does not promise it


def harmless(text: str) -> str:
    """Return a text from outside as it may be printed: nothing in it acts, and its further lines are set in."""
    return visible(text).replace("\n", "\n    ")


def one_line(text: str) -> str:
    """Return a text from outside on one line."""
    return " ".join(visible(text).split())


def say(*lines: str) -> None:
    """Print lines of an answer to standard output."""
    _write(sys.stdout, lines)


def note(*lines: str) -> None:
    """Print lines that are no part of the answer to standard error."""
    _write(sys.stderr, lines)


def answer(document: dict[str, object]) -> None:
    """Print a document as JSON to standard output: an object, indented, in ASCII."""
    sys.stdout.write(format_document(document) + "\n")


def format_document(document: dict[str, object]) -> str:
    """Return a document as it is printed."""
    return json.dumps(document, indent=2, ensure_ascii=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: Collection[str] = ()) -> None:
    """Print a table to standard output, its cells wrapped to the width at hand.

    Args:
        columns: their headings.
        rows: a cell for each column; a row without cells sets the rows above it apart from those below.
        whole: columns whose cells are never broken, as they are there to be copied.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(Text(column), overflow="fold", no_wrap=column in whole)
    for row in rows:
        if row:
            made.add_row(*(Text(visible(cell)) for cell in row))
        else:
            made.add_section()
    console = _console(sys.stdout)
    with console.capture() as captured:
        console.print(made)
    # A frame without lines leaves blank ones around the table, and blanks at the ends of lines.
    lines = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    sys.stdout.write(lines.strip("\n") + "\n")


PANEL_WIDTH: Final = 100
"""The widest that a panel is drawn: longer lines are hard to read."""


def panel(title: str, lines: Iterable[str]) -> None:
    """Print lines of an answer in a frame with a title on a terminal; where the output is piped, as they are.

    Leading blanks set a line in, and what is wrapped of it too.
    """
    if not sys.stdout.isatty():
        say(title, *lines)
        return
    from rich.console import Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.text import Text

    def framed(line: str) -> Padding:
        text = line.lstrip(" ")
        return Padding(Text(harmless(text)), (0, 0, 0, len(line) - len(text)))

    console = _console(sys.stdout)
    width = min(console.width, PANEL_WIDTH)
    console.print(Panel(Group(*map(framed, lines)), title=Text(one_line(title)), title_align="left", width=width))


def csv_table(columns: Sequence[str], rows: Iterable[Iterable[str]], *, numbers: Collection[str] = ()) -> None:
    """Print a table as CSV to standard output, row by row: in UTF-8 whatever the locale, with line feeds.

    A text on which a spreadsheet would act as on a formula gets an apostrophe before it; a figure never does.

    Args:
        numbers: columns that hold figures.
    """
    import csv
    from io import StringIO

    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    is_number = [column in numbers for column in columns]
    writer.writerow(columns)
    for row in rows:
        writer.writerow(cell if number else spreadsheet_text(cell) for cell, number in zip(row, is_number, strict=True))
        if buffer.tell() > CHUNK:
            _write_utf8(buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()
    _write_utf8(buffer.getvalue())


def refuse_both(*, csv: bool, json: bool) -> None:
    """Raise where an answer is asked for in two forms at once.

    Raises:
        UsageError: it is.
    """
    if csv and json:
        raise UsageError("An answer is either CSV or JSON; leave out --csv or --json.")


def _write_utf8(text: str) -> None:
    """Print a text as UTF-8, whatever standard output's encoding is; a stream that takes only text is given text."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    binary.write(text.encode("utf-8"))


def _console(stream: TextIO) -> "Console":
    from os import environ

    from rich.console import Console

    has_width = stream.isatty() or "COLUMNS" in environ
    width = None if has_width else PIPE_WIDTH
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width)


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    stream.writelines(harmless(line) + "\n" for line in lines)


class Progress:
    """How far long work has come, on standard error, once it has taken a second, and only on a terminal.

    It is called with how much of how much is done, as often as one likes; without a call it only turns.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown: Any = None
        self._task: Any = None
        self._is_over = False

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._timer = threading.Timer(PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __call__(self, done: int, total: int) -> None:
        """Tell how much of how much is done."""
        if self._shown is not None:
            self._shown.update(self._task, completed=done, total=total)

    def turn_to(self, title: str) -> None:
        """Say what is done now."""
        self._title = title
        if self._shown is not None:
            self._shown.update(self._task, description=one_line(title))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._is_over = True
            if self._shown is not None:
                self._shown.stop()

    def _show(self) -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Shown

        with self._lock:
            if self._is_over:
                return
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TimeElapsedColumn(),
            )
            self._shown = Shown(*columns, console=_console(sys.stderr), transient=True)
            self._task = self._shown.add_task(one_line(self._title), total=None)
            self._shown.start()
