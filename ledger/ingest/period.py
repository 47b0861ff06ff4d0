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

Form = Literal["year", "quarter", "month", "week", "day", "compact", "iso"]
"""How periods are spelt; ``compact`` has no hyphens, ``iso`` is any of the first five by its look."""

Frequency = Literal["A", "Q", "M", "W", "D"]
"""SDMX's codes: annual, quarterly, monthly, weekly, daily."""

_SPELLINGS: dict[str, tuple[str, str]] = {
    "year": (r"(\d{4})", "YYYY"),
    "quarter": (r"(\d{4})-?Q([1-4])", "YYYY-Q1"),
    "month": (r"(\d{4})-(\d{2})", "YYYY-MM"),
    "week": (r"(\d{4})-?W(\d{2})", "YYYY-W01"),
    "day": (r"(\d{4})-(\d{2})-(\d{2})", "YYYY-MM-DD"),
}

_COMPACT: dict[str, str] = {"year": r"(\d{4})", "month": r"(\d{4})(\d{2})", "day": r"(\d{4})(\d{2})(\d{2})"}


class Span(NamedTuple):
    """The first and the last day of a period, ``YYYY-MM-DD``, both included, and how often such periods come."""

    start: str
    end: str
    frequency: Frequency


@lru_cache(maxsize=4096)
def parse_period(text: str, form: Form) -> Span:
    """Return the days that a period covers.

    Raises:
        UnreadableError: the text is not a period of that form, or not in the calendar.

    Source: ISO 8601 (weeks are numbered by their Thursday), SDMX 3.0 §4.2 (time formats).
    """
    for kind, pattern in _patterns(form):
        if match := re.fullmatch(pattern, text, re.ASCII):
            try:
                return _span(kind, [int(part) for part in match.groups()])
            except ValueError as error:
                raise UnreadableError(f"{quoted(text)} is not in the calendar") from error
    raise UnreadableError(f"{quoted(text)} is not a period; write {_written(form)}")


def parse_day(text: str) -> str:
    """Return a day of the calendar as it is written, ``YYYY-MM-DD``.

    Raises:
        UnreadableError: it is not one.
    """
    return parse_period(text, "day").end


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
    return [(form, _SPELLINGS[form][0])]


def _written(form: Form) -> str:
    """Return how a form is written, for a message."""
    if form == "iso":
        return ", ".join(written for _, written in _SPELLINGS.values())
    return "YYYY, YYYYMM or YYYYMMDD" if form == "compact" else _SPELLINGS[form][1]


def _span(kind: str, parts: list[int]) -> Span:
    """Return the span of a period from its numbers; a ValueError says that the calendar has no such period."""
    year = parts[0]
    match kind:
        case "year":
            return _days(date(year, 1, 1), date(year, 12, 31), "A")
        case "quarter":
            last = 3 * parts[1]
            return _days(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]), "Q")
        case "month":
            first = date(year, parts[1], 1)
            return _days(first, first.replace(day=monthrange(year, parts[1])[1]), "M")
        case "week":
            return _days(date.fromisocalendar(year, parts[1], 1), date.fromisocalendar(year, parts[1], 7), "W")
        case _:
            day = date(year, parts[1], parts[2])
            return _days(day, day, "D")


def _days(start: date, end: date, frequency: Frequency) -> Span:
    return Span(start.isoformat(), end.isoformat(), frequency)
