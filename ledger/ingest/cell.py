"""A cell: the text that one cell of a table holds, read as an exact decimal figure.

A figure is read from its text and never passes through a binary float. What could be misread (thousands separators,
decimal commas, dashes, scientific notation) is refused with the reason unless the mapping declares it. Source: design
§2.1, style §6.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

from ledger.ingest.layout import SPACES, Cells

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
        "has thousands separators; declare cells.thousands in the mapping, or write the digits without them",
    ),
    (
        re.compile(r"[-+]?[0-9]+(?:\.[0-9]{3})*,[0-9]+"),
        "has a decimal comma; declare cells.decimal in the mapping, or write a decimal point",
    ),
    (
        re.compile(r"[-‐‑‒–—−.]+"),
        "is a dash, which may mean zero or no figure; declare it in the mapping (cells.zero or cells.missing)",
    ),
    (
        re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+"),
        "is in scientific notation, which may have lost digits; write it in full, or declare cells.exponents",
    ),
    (
        re.compile(r"-?0[0-9]+(?:\.[0-9]*)?"),
        "begins with zeros, so it may be a code; check whether columns are shifted",
    ),
    (re.compile(r"\+[0-9.]+"), "has a plus sign; leave it out"),
    (re.compile(r"[−‒–][0-9.]+"), "has a dash for a minus sign; write a hyphen-minus"),
    (re.compile(r"\(.*[0-9].*\)"), "stands in brackets; declare cells.brackets in the mapping, or write a minus sign"),
    (
        re.compile(r"#FORMULA!"),
        "is a formula of which the workbook holds no value; open it, let it compute, and save it",
    ),
    (re.compile(r"#[A-Z0-9/:]+[!?]?"), "is an error of the workbook; mend the formula"),
    (re.compile(r".*%"), "has a per cent sign; name the unit in the mapping instead"),
    (re.compile(r"[$€£¥].*|.*[$€£¥]"), "has a currency sign; name the unit in the mapping instead"),
)
"""What a wrong cell looks like, and what to say about it; the first that fits is said."""


CANONICAL = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,8}[1-9])?", re.ASCII).fullmatch
"""Matches a figure that is in its one spelling and not below zero: it is what we would write (design §2.1)."""


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


class Figure(NamedTuple):
    """What a cell says: the figure, or none; and the status that a letter behind it means, where there is one."""

    value: Decimal | None
    status: str | None = None


def figure_reader(cells: Cells) -> Callable[[str], Figure]:
    """Return what reads figures as a mapping says that they are spelt."""
    if cells == Cells():
        return lambda text: Figure(parse_figure(text))
    zero, missing = frozenset(cells.zero), frozenset(cells.missing)
    flags = sorted(cells.flags, key=len, reverse=True)
    pattern = _pattern(cells)
    step = Decimal(1).scaleb(-cells.round) if cells.round is not None else None

    def read(text: str) -> Figure:
        text = text.strip(SPACES)
        if text in zero:
            return Figure(Decimal(0))
        flag = next((flag for flag in flags if text.endswith(flag) and text not in missing), "")
        text = text.removesuffix(flag).rstrip(SPACES)
        if not text or text in missing:
            return Figure(None)
        value = _decimal(text, cells, pattern)
        if step is not None:
            value = value.quantize(step, rounding=ROUND_HALF_EVEN, context=ARITHMETIC)
        return Figure(value, cells.flags.get(flag))

    return read


def _decimal(text: str, cells: Cells, pattern: re.Pattern[str]) -> Decimal:
    """Return the figure that a text is in the spelling that was declared."""
    plain = f"-{text[1:-1]}" if cells.brackets and text.startswith("(") and text.endswith(")") else text
    if pattern.fullmatch(plain) is None or len(plain) > 60:
        raise UnreadableError(f"{quoted(text)} {_fault(text)}")
    for mark in SPACES if cells.thousands == " " else cells.thousands:
        plain = plain.replace(mark, "")
    value = Decimal(plain.replace(cells.decimal, "."))
    if abs(value.adjusted()) > 60:
        raise UnreadableError(f"{quoted(text)} is not a number that figures come in")
    return value


def _pattern(cells: Cells) -> re.Pattern[str]:
    """Return what a figure looks like; groups between thousands marks have three digits, and all of them do."""
    mark = f"[{SPACES}]" if cells.thousands == " " else re.escape(cells.thousands)
    whole = r"(?:0|[1-9][0-9]*)"
    if cells.thousands:
        whole = rf"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+)"
    exponent = r"(?:[eE][-+]?[0-9]{1,2})?" if cells.exponents else ""
    return re.compile(rf"-?{whole}(?:{re.escape(cells.decimal)}[0-9]+)?{exponent}", re.ASCII)


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
