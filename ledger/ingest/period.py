"""A period as publishers write it: a year, quarter, month, week or day, read as its first and last day.

Periods are spelt as SDMX and ISO 8601 spell them (``2020``, ``2020-Q1``, ``2020-03``, ``2020-W05``, ``2020-03-31``), or
without hyphens as UN Comtrade does (``202003``). Nothing is guessed from a number alone: the mapping names the form.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from ledger.ingest.cell import UnreadableError, quoted

Form = Literal[
    "year", "quarter", "month", "week", "day", "compact", "iso", "day-month-year", "month-day-year", "month-year",
    "month-name", "moment", "span-year", "serial", "serial-1904",
]  # fmt: skip
"""How periods are spelt; ``compact`` has no hyphens, ``iso`` is any of the first five by its look.

``span-year`` names both years that it spans (``2018/19``), ``moment`` is a day with a time of it that is passed over,
and ``serial`` is a day counted as workbooks do, from 1900 or from 1904.
"""

Frequency = Literal["A", "Q", "M", "W", "D"]
"""SDMX's codes: annual, quarterly, monthly, weekly, daily."""

_SPELLINGS: dict[str, tuple[str, str]] = {
    "year": (r"(\d{4})", "YYYY"),
    "quarter": (r"(\d{4})-?Q([1-4])", "YYYY-Q1"),
    "month": (r"(\d{4})-(\d{2})", "YYYY-MM"),
    "week": (r"(\d{4})-?W(\d{2})", "YYYY-W01"),
    "day": (r"(\d{4})-(\d{2})-(\d{2})", "YYYY-MM-DD"),
}

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_OTHER: dict[str, tuple[str, str]] = {
    "day-month-year": (r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", "DD.MM.YYYY"),
    "month-day-year": (r"(\d{1,2})/(\d{1,2})/(\d{4})", "MM/DD/YYYY"),
    "month-year": (r"(\d{1,2})[./-](\d{4})", "MM/YYYY"),
    "month-name": (r"([A-Za-z]{3,9})\.?[ -](\d{4})", "January 2020 or Jan 2020"),
    "moment": (
        r"(\d{4})-(\d{2})-(\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?",
        "YYYY-MM-DDTHH:MM:SS",
    ),
    "span-year": (r"(?:[MF]Y ?)?(\d{4})[/-](\d{4}|\d{2})", "2018/19 or 2018-2019"),
    "serial": (r"(\d{1,7})", "the number of a day as workbooks count them"),
    "serial-1904": (r"(\d{1,7})", "the number of a day as workbooks count them"),
}

_COMPACT: dict[str, str] = {"year": r"(\d{4})", "month": r"(\d{4})(\d{2})", "day": r"(\d{4})(\d{2})(\d{2})"}


class Span(NamedTuple):
    """The first and the last day of a period, ``YYYY-MM-DD``, both included, and how often such periods come."""

    start: str
    end: str
    frequency: Frequency


@lru_cache(maxsize=4096)
def parse_period(text: str, form: Form, starts: str = "01-01", named: Literal["start", "end"] = "start") -> Span:
    """Return the days that a period covers.

    Args:
        starts: month and day on which years begin, for the forms ``year`` and ``span-year``.
        named: whether such a year is named by the calendar year in which it starts or by that in which it ends.

    Raises:
        UnreadableError: the text is not a period of that form, or not in the calendar.

    Source: ISO 8601 (weeks are numbered by their Thursday), SDMX 3.0 §4.2 (time formats).
    """
    for kind, pattern in _patterns(form):
        if match := re.fullmatch(pattern, text, re.ASCII):
            try:
                if kind in {"year", "span-year"} and (starts != "01-01" or kind == "span-year"):
                    return _year(match.groups(), starts=starts, named=named)
                return _span(kind, _numbers(kind, match.groups()))
            except (ValueError, OverflowError) as error:
                raise UnreadableError(f"{quoted(text)} is not in the calendar") from error
    raise UnreadableError(f"{quoted(text)} is not a period; write {_written(form)}")


def parse_day(text: str, form: Form = "day") -> str:
    """Return a day of the calendar as ``YYYY-MM-DD``.

    Raises:
        UnreadableError: it is not one.
    """
    return parse_period(text, "day" if form == "iso" else form).end


def year_of(day: str, starts: str) -> str:
    """Return the calendar year in which the year that holds a day began, where years begin on ``starts``."""
    year = int(day[:4])
    return f"{year if day[5:] >= starts else year - 1:04}"


def day_after(day: str) -> str:
    """Return the day that follows."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


@lru_cache(maxsize=4096)
def days_up_to(span: Span, days: int) -> Span:
    """Return the stretch of that many days that ends with a span's last day: the week of a week-ending date."""
    start = date.fromisoformat(span.end) - timedelta(days=days - 1)
    return Span(start.isoformat(), span.end, "W" if days == 7 else "D")


def _patterns(form: Form) -> list[tuple[str, str]]:
    """Return the kinds of period that a form allows, each with its pattern."""
    if form == "iso":
        return [(kind, pattern) for kind, (pattern, _) in _SPELLINGS.items()]
    if form == "compact":
        return list(_COMPACT.items())
    if form in _OTHER:
        return [(form, _OTHER[form][0])]
    return [(form, _SPELLINGS[form][0])]


def _written(form: Form) -> str:
    """Return how a form is written, for a message."""
    if form == "iso":
        return ", ".join(written for _, written in _SPELLINGS.values())
    if form in _OTHER:
        return _OTHER[form][1]
    return "YYYY, YYYYMM or YYYYMMDD" if form == "compact" else _SPELLINGS[form][1]


def _numbers(kind: str, parts: tuple[str, ...]) -> list[int]:
    """Return the parts of a period as numbers, year first; the name of a month becomes its number."""
    match kind:
        case "month-name":
            name = parts[0].lower()
            month = next((n for n, whole in enumerate(_MONTHS, 1) if name in {whole, whole[:3]}), 0)
            if name == "sept":
                month = 9
            return [int(parts[1]), month]
        case "day-month-year":
            return [int(part) for part in reversed(parts)]
        case "month-day-year":
            return [int(parts[2]), int(parts[0]), int(parts[1])]
        case "month-year":
            return [int(parts[1]), int(parts[0])]
        case _:
            return [int(part) for part in parts]


def _year(parts: tuple[str, ...], *, starts: str, named: str) -> Span:
    """Return a year that begins on some day of the calendar's, from its name or from the two years that it spans."""
    year = int(parts[0])
    if len(parts) == 2:
        if int(parts[1]) != (year + 1) % (100 if len(parts[1]) == 2 else 10_000):
            raise ValueError("spans more than a year")
    elif named == "end":
        year -= 1
    start, after = (date.fromisoformat(f"{number:04}-{starts}") for number in (year, year + 1))
    return _days(start, after - timedelta(days=1), "A")


def _span(kind: str, parts: list[int]) -> Span:
    """Return the span of a period from its numbers; a ValueError says that the calendar has no such period."""
    year = parts[0]
    match kind:
        case "year":
            return _days(date(year, 1, 1), date(year, 12, 31), "A")
        case "quarter":
            last = 3 * parts[1]
            return _days(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]), "Q")
        case "month" | "month-year" | "month-name":
            first = date(year, parts[1], 1)
            return _days(first, first.replace(day=monthrange(year, parts[1])[1]), "M")
        case "week":
            return _days(date.fromisocalendar(year, parts[1], 1), date.fromisocalendar(year, parts[1], 7), "W")
        case "serial" | "serial-1904":
            # Workbooks hold 1900 for a leap year: from its March on, days count from 30 December 1899.
            if kind == "serial" and year <= 60:
                raise ValueError("lies where workbooks count wrongly")
            day = (date(1904, 1, 1) if kind == "serial-1904" else date(1899, 12, 30)) + timedelta(days=year)
            return _days(day, day, "D")
        case _:
            day = date(year, parts[1], parts[2])
            return _days(day, day, "D")


def _days(start: date, end: date, frequency: Frequency) -> Span:
    return Span(start.isoformat(), end.isoformat(), frequency)
