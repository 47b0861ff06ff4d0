"""Output: nothing that a ledger holds acts on the terminal, and nothing ends a command for want of a character."""

import io
import json
import sys

import pytest

from ledger.cli.output import (
    Progress,
    answer,
    csv_table,
    format_document,
    harmless,
    note,
    one_line,
    panel,
    refuse_both,
    say,
    survive_encoding,
    table,
)
from ledger.errors import UsageError

HOSTILE = {
    "an escape sequence": ("\x1b[31mred\x1b[0m", "[U+001B][31mred[U+001B][0m"),
    "a title change": ("\x1b]0;owned\x07", "[U+001B]]0;owned[U+0007]"),
    "a carriage return": ("paid\rnot paid", "paid[U+000D]not paid"),
    "a right-to-left override": ("met\u202etem", "met[U+202E]tem"),
    "a C1 control": ("\x9b2J", "[U+009B]2J"),
    "a lone surrogate": ("\udc80", "[U+DC80]"),
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.values(), ids=HOSTILE)
def test_text_from_outside_is_written_out_and_does_not_act(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Controls and direction marks in a ledger's text are shown, on both streams and in tables."""
    say(text)
    note(text)
    table(("A",), [(text,)])
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == shown
    assert err == f"{shown}\n"
    assert shown in out.splitlines()[-1]


def test_further_lines_of_a_text_are_set_in() -> None:
    """A quotation of several lines cannot pass for a line of ours."""
    assert harmless("one\nsound · trust: given") == "one\n    sound · trust: given"
    assert one_line("one\n two\tthree") == "one two three"


@pytest.mark.parametrize("text", ["[red]x[/red]", ":smile:", "[link=http://a.example]x[/link]", "[bold"])
def test_markup_in_a_text_is_only_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No markup of the terminal library is read out of what a ledger holds."""
    table(("[b]Head[/b]",), [(text,)])
    out = capsys.readouterr().out
    assert text in out
    assert "[b]Head[/b]" in out


def test_document_is_the_same_bytes_in_every_locale(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON answers are ASCII, and give the text back to whoever reads them."""
    document: dict[str, object] = {"words": "“有力度地” \u202e", "value": "0.816921"}
    answer(document)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == document
    assert format_document(document) + "\n" == out


def test_character_that_the_encoding_lacks_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal that knows no Chinese, a quotation is escaped instead of ending the command."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    survive_encoding()
    say("大豆 – “soybeans”")
    table(("Term",), [("大豆",)])
    sys.stdout.flush()
    assert raw.getvalue().startswith(rb"\u5927\u8c46 \u2013 \u201csoybeans\u201d" + b"\n")
    assert raw.getvalue().isascii()


def test_table_ends_without_blanks_and_blank_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A table in a file has no blank lines around it and no blanks at the ends of its lines."""
    table(("Term", "Outcome"), [("soy", "met"), ("corn", "")])
    lines = capsys.readouterr().out.split("\n")
    assert lines[-1] == ""
    assert all(line and line == line.rstrip() for line in lines[:-1])


def test_column_to_be_copied_is_never_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thumbprint stays on one line where other columns are wrapped."""
    monkeypatch.setenv("COLUMNS", "80")
    kid = "k" * 43
    table(("Key", "Roles"), [(kid, "assessor, auditor, enforcer, recorder, submitter")], whole=("Key",))
    assert kid in capsys.readouterr().out


def test_no_progress_is_shown_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not a terminal gets no progress, and telling it how far work has come does no harm."""
    with Progress("Checking") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")


CELLS = {
    "plain": ("grain", "grain"),
    "a comma": ("a, b", '"a, b"'),
    "a quotation mark": ('say "so"', '"say ""so"""'),
    "equals": ("=1+1", "'=1+1"),
    "plus": ("+1", "'+1"),
    "minus": ("-cmd", "'-cmd"),
    "at": ("@SUM(A1)", "'@SUM(A1)"),
    "full-width equals": ("\uff1d1", "'\uff1d1"),
    "blanks before equals": (" \t=1", "'=1"),
    "a line feed before equals": ("\n=1", "'=1"),
    "equals inside": ("a=1", "a=1"),
    "a second line": ("a\n=1", "a =1"),
    "a carriage return": ("\r=1", "[U+000D]=1"),
    "a right-to-left override": ("met\u202etem", "met[U+202E]tem"),
    "nothing": ("", '""'),
}


@pytest.mark.parametrize(("text", "cell"), CELLS.values(), ids=CELLS)
def test_text_in_csv_is_no_formula(text: str, cell: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A text on which a spreadsheet would act gets an apostrophe; nothing in it starts a row of its own."""
    csv_table(("a",), [(text,)])
    assert capsysbinary.readouterr().out == f"a\n{cell}\n".encode()


@pytest.mark.parametrize("figure", ["-1250.5", "-0.25", "7", ""])
def test_figure_in_csv_stays_a_figure(figure: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """A figure below zero is no formula: it keeps its sign and gets no apostrophe."""
    csv_table(("value", "unit"), [(figure, "t")], numbers=("value",))
    assert capsysbinary.readouterr().out == f"value,unit\n{figure},t\n".encode()


def test_csv_is_utf_8_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes come out whatever standard output's encoding is, in order with what was said before."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    say("before")
    csv_table(("title",), [("大豆",)])
    sys.stdout.flush()
    assert raw.getvalue().decode() == "before\ntitle\n大豆\n"


def test_long_csv_is_printed_whole(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Rows are printed in pieces, and none is lost or doubled between two of them."""
    csv_table(("n", "text"), ((str(number), "x" * 100) for number in range(2000)), numbers=("n",))
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines == ["n,text", *(f"{number},{'x' * 100}" for number in range(2000))]


def test_csv_and_json_at_once_are_refused() -> None:
    """An answer has one form (style §7)."""
    with pytest.raises(UsageError, match="either CSV or JSON"):
        refuse_both(csv=True, json=True)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether somebody sits before it."""
        return True


def test_a_panel_is_framed_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a screen of 40 columns no line is wider, what is set in stays so, and nothing in it acts."""
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "40")
    panel("firm", ["What was said", "  P precision: \x1b[31m" + "a long reason " * 5])
    lines = screen.getvalue().splitlines()
    assert lines[0].startswith("╭─ firm ")
    assert all(len(line) == 40 for line in lines)
    assert "\x1b[31m" not in screen.getvalue()
    assert "[U+001B][31m" in screen.getvalue().replace("\n", "")
    assert lines[3].startswith("│   ")


def test_a_panel_is_plain_where_it_is_piped(capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads it gets lines and no frame."""
    panel("firm", ["What was said", "  P precision"])
    assert capsys.readouterr().out == "firm\nWhat was said\n  P precision\n"
