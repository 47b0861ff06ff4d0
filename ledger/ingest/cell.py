"""A cell: the text that one cell of a table holds, read as an exact decimal figure.

A figure is read from its text and never passes through a binary float. What could be misread (thousands separators,
decimal commas, dashes, scientific notation) is refused with the reason rather than guessed at. Source: design §2.1,
style §6.
"""

import re
from decimal import Context, Decimal

INTEGER_DIGITS = 18
"""Digits before the point that a canonical decimal may have (design §2.1)."""

FRACTION_DIGITS = 9
"""Digits after the point that a canonical decimal may have (design §2.1)."""

ARITHMETIC = Context(prec=120)
"""Wide enough that sums, differences and products of figures are exact."""

_FIGURE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)

_FAULTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"[-+]?[0-9]{1,3}(?:[,'’ \u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]*)?"),
        "has thousands separators; write the digits without them",
    ),
    (re.compile(r"[-+]?[0-9]+(?:\.[0-9]{3})*,[0-9]+"), "has a decimal comma; write a decimal point"),
    (re.compile(r"[-‐‑‒–—−.]+"), "is a dash; write 0 for zero, or leave the cell empty where there is no figure"),
    (re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+"), "is in scientific notation, which loses digits; write it in full"),
    (
        re.compile(r"-?0[0-9]+(?:\.[0-9]*)?"),
        "begins with zeros, so it may be a code; check whether columns are shifted",
    ),
    (re.compile(r"\+[0-9.]+"), "has a plus sign; leave it out"),
    (re.compile(r"[−‒–][0-9.]+"), "has a dash for a minus sign; write a hyphen-minus"),
    (re.compile(r"\(.*[0-9].*\)"), "stands in brackets; write a minus sign for a negative figure"),
    (re.compile(r".*%"), "has a per cent sign; name the unit in the mapping instead"),
    (re.compile(r"[$€£¥].*|.*[$€£¥]"), "has a currency sign; name the unit in the mapping instead"),
)
"""What a wrong cell looks like, and what to say about it; the first that fits is said."""


class UnreadableError(ValueError):
    """A cell cannot be read: the reason becomes that of a rejected row. It never leaves this room."""


def quoted(text: str) -> str:
    """Return a cell's text for a message, shortened and with control characters shown."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def parse_figure(text: str) -> Decimal | None:
    """Return the exact figure that a cell holds, or None where it is empty: no figure, not a zero.

    Spaces around the figure are ignored. Trailing zeros after the point are accepted (``116071708830.0``).

    Raises:
        UnreadableError: the text is not a plain decimal number.
    """
    text = text.strip(" ")
    if not text:
        return None
    if _FIGURE.fullmatch(text) is None or len(text) > 60:
        raise UnreadableError(f"{quoted(text)} {_fault(text)}")
    return Decimal(text)


def format_figure(figure: Decimal) -> str:
    """Return a figure in its one spelling: no exponent, no trailing zeros, no minus zero.

    Raises:
        UnreadableError: it has more than 18 digits before the point or 9 after it.

    Source: design §2.1.
    """
    text = format(figure, "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    if text == "-0":
        return "0"
    whole, _, part = text.removeprefix("-").partition(".")
    if len(whole) > INTEGER_DIGITS:
        raise UnreadableError(f"{quoted(text)} has more than {INTEGER_DIGITS} digits before the point")
    if len(part) > FRACTION_DIGITS:
        raise UnreadableError(f"{quoted(text)} has more than {FRACTION_DIGITS} digits after the point")
    return text


def _fault(text: str) -> str:
    """Return what is wrong with a text that is not a figure."""
    for pattern, reason in _FAULTS:
        if pattern.fullmatch(text):
            return reason
    return "is not a number"
