"""Cells: exact figures from text, and a reason for everything else (design §2.1)."""

from decimal import Decimal

import pytest

from ledger.ingest.cell import UnreadableError, format_figure, parse_figure

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
