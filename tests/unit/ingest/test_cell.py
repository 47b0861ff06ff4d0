"""Cells: exact figures from text, and a reason for everything else (design §2.1)."""

from decimal import Decimal
from typing import cast

import pytest

from ledger.ingest.cell import CANONICAL, Figure, UnreadableError, figure_reader, format_figure, parse_figure
from ledger.ingest.layout import Cells

SPELT = {
    "0": "0",
    "-0": "0",
    "0.0": "0",
    "27335339028": "27335339028",
    "116071708830.0": "116071708830",
    "160998.460": "160998.46",
    "-0.5": "-0.5",
    " 12.50 ": "12.5",
    "0.000000001": "0.000000001",
    "999999999999999999": "999999999999999999",
    "9007199254740993": "9007199254740993",
}


@pytest.mark.parametrize("text", SPELT)
def test_figure_keeps_every_digit_and_has_one_spelling(text: str) -> None:
    """A figure is read from its text, never through a binary float, and written canonically (design §2.1)."""
    figure = parse_figure(text)
    assert figure is not None
    assert format_figure(figure) == SPELT[text]


@pytest.mark.parametrize("text", ["", " ", "   "])
def test_empty_cell_is_no_figure(text: str) -> None:
    """An empty cell is no observation, not a zero (R10)."""
    assert parse_figure(text) is None


REFUSED = {
    "thousands separators": ("1,234", "thousands separators"),
    "several of them": ("22,638,687.00", "thousands separators"),
    "a space between thousands": ("1 234 567", "thousands separators"),
    "a hard space between thousands": ("1\u00a0234", "thousands separators"),
    "an apostrophe between thousands": ("1'234", "thousands separators"),
    "a decimal comma": ("12,4", "decimal comma"),
    "points between thousands and a decimal comma": ("1.234,5", "decimal comma"),
    "a dash for zero": ("-", "is a dash"),
    "a long dash": ("–", "is a dash"),
    "two dashes": ("--", "is a dash"),
    "a dot for zero": (".", "is a dash"),
    "scientific notation": ("1.16E+11", "scientific notation"),
    "a code with a leading zero": ("0101", "may be a code"),
    "a plus sign": ("+5", "plus sign"),
    "a typographic minus": ("−5", "minus sign"),
    "accountants' brackets": ("(5)", "brackets"),
    "a per cent sign": ("5%", "per cent"),
    "a currency sign": ("$5", "currency sign"),
    "text": ("n/a", "is not a number"),
    "not a number": ("NaN", "is not a number"),
    "infinity": ("Infinity", "is not a number"),
    "no digit before the point": (".5", "is not a number"),
    "no digit after the point": ("5.", "is not a number"),
    "digits of another script": ("١٢", "is not a number"),
    "an underscore": ("1_000", "is not a number"),
    "a formula": ("=1+1", "is not a number"),
    "more digits than anything has": ("9" * 61, "is not a number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_be_misread_is_refused_with_the_reason(case: str) -> None:
    """Nothing is guessed from a cell; the reason says what to write instead (style §7)."""
    text, reason = REFUSED[case]
    with pytest.raises(UnreadableError, match=reason):
        parse_figure(text)


@pytest.mark.parametrize(
    ("figure", "reason"),
    [("1" + "0" * 18, "18 digits before"), ("0.0000000001", "9 digits after"), ("-0.1234567891", "9 digits after")],
)
def test_figure_with_too_many_digits_is_refused_not_rounded(figure: str, reason: str) -> None:
    """At most 18 integer and 9 fraction digits; nothing is rounded away (design §2.1)."""
    with pytest.raises(UnreadableError, match=reason):
        format_figure(Decimal(figure))


def test_long_cell_is_shortened_in_the_reason() -> None:
    """A reason stays one readable sentence whatever the cell holds."""
    with pytest.raises(UnreadableError) as caught:
        parse_figure("x" * 10_000)
    assert len(str(caught.value)) < 100


DECLARED = {
    "a decimal comma": (Cells(decimal=","), "1234,5", "1234.5"),
    "a decimal comma and points between thousands": (Cells(decimal=",", thousands="."), "1.234.567,80", "1234567.8"),
    "commas between thousands": (Cells(thousands=","), "-22,638,687.00", "-22638687"),
    "thousands without their mark": (Cells(thousands=","), "22638687", "22638687"),
    "spaces between thousands, unbroken ones": (Cells(thousands=" "), "1\u00a0234\u202f567", "1234567"),
    "apostrophes between thousands": (Cells(thousands="'"), "1'234", "1234"),
    "a dash that is declared to be zero": (Cells(zero=("-",)), "-", "0"),
    "a figure in brackets": (Cells(brackets=True, thousands=","), "(2,432)", "-2432"),
    "an exponent": (Cells(exponents=True), "1.5E+6", "1500000"),
    "an exponent below zero": (Cells(exponents=True), "25e-1", "2.5"),
    "digits beyond those that are kept": (Cells(round=2), "0.125", "0.12"),
    "digits beyond those that are kept, upwards": (Cells(round=2), "0.375", "0.38"),
    "a flag behind the figure": (Cells(flags={"p": "P"}), "12.5 p", "12.5"),
}


@pytest.mark.parametrize("case", DECLARED)
def test_figure_is_read_as_its_spelling_is_declared(case: str) -> None:
    """What could be read in two ways is read in the one that the mapping declares, exactly (style §6)."""
    cells, text, figure = DECLARED[case]
    value = figure_reader(cells)(text).value
    assert value is not None
    assert format_figure(value) == figure


MISDECLARED = {
    "a decimal comma that is not declared": (Cells(), "1,5"),
    "a decimal point where commas are declared": (Cells(decimal=","), "1.5"),
    "groups of two digits": (Cells(thousands=","), "12,34"),
    "a group that is too short": (Cells(thousands=","), "1,234,5"),
    "groups that begin with nothing": (Cells(thousands=","), ",234"),
    "some groups with a mark and some without": (Cells(thousands=","), "1234,567"),
    "a dash that is not declared": (Cells(missing=("..",)), "-"),
    "brackets that are not declared": (Cells(thousands=","), "(2,432)"),
    "a minus sign inside brackets": (Cells(brackets=True), "(-5)"),
    "an exponent that is not declared": (Cells(thousands=","), "1e6"),
    "an exponent without end": (Cells(exponents=True), "1e999999999"),
    "a flag that is not declared": (Cells(flags={"p": "P"}), "12 e"),
    "a flag without a figure": (Cells(flags={"p": "P"}, thousands=","), "pp"),
    "a formula without its value": (Cells(), "#FORMULA!"),
    "an error of a workbook": (Cells(thousands=","), "#DIV/0!"),
}


@pytest.mark.parametrize("case", MISDECLARED)
def test_figure_in_another_spelling_is_never_guessed(case: str) -> None:
    """A cell that is not spelt as declared is a fault with its reason (style §6)."""
    cells, text = MISDECLARED[case]
    with pytest.raises(UnreadableError):
        figure_reader(cells)(text)


@pytest.mark.parametrize("text", ["", "  ", "..", "n/a"])
def test_missing_is_declared_and_is_no_zero(text: str) -> None:
    """A text that says that there is no figure gives none; a zero is another thing (R10)."""
    assert figure_reader(Cells(missing=("..", "n/a"), zero=("-",)))(text) == Figure(None)


def test_flag_says_what_a_figure_is_worth() -> None:
    """A letter behind the figure is its status; a lonely flag of missing data is no figure."""
    read = figure_reader(Cells(flags={"p": "P", "e": "E"}, missing=(":",)))
    assert (read("7p").status, read("7").status, read(": e").value) == ("P", None, None)


@pytest.mark.parametrize("text", ["0", "5", "1200", "0.5", "999999999999999999.999999999", "10.01"])
def test_what_is_canonical_would_be_written_as_it_stands(text: str) -> None:
    """A figure in its one spelling need not be reckoned with to be written (design §2.1)."""
    assert CANONICAL(text) is not None
    assert format_figure(cast("Decimal", parse_figure(text))) == text


@pytest.mark.parametrize(
    "text", ["", " 5", "-5", "+5", "05", "5.0", "5.", ".5", "1e3", "1,000", "٥", "5\n", "1" * 19, "0.1234567891"]
)
def test_what_is_not_canonical_is_reckoned_with(text: str) -> None:
    """Signs, spaces, zeros at the end and whatever is no figure go the long way (design §2.1)."""
    assert CANONICAL(text) is None
