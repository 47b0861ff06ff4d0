"""A span of days, both ends included, and the arithmetic of overlaps, months and years that reconciliation needs.

Days are whole numbers counted from 0001-01-01, which is day 1; nothing here knows a clock or a zone.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """The days from ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """How many days it has; a span that ends before it starts has none."""
        return max(0, self.last - self.first + 1)

    def within(self, other: "Span") -> bool:
        """Whether all of it lies in the other."""
        return other.first <= self.first and self.last <= other.last

    def common(self, other: "Span") -> "Span":
        """Return the days that both have; none when they do not meet."""
        return Span(max(self.first, other.first), min(self.last, other.last))

    def meets(self, other: "Span") -> bool:
        """Whether the two have a day in common."""
        return self.common(other).days > 0


def day_number(day: str) -> int:
    """Return the number of a day written ``YYYY-MM-DD``."""
    return date.fromisoformat(day).toordinal()


def day_text(number: int) -> str:
    """Return a day as it is written, ``YYYY-MM-DD``."""
    return date.fromordinal(number).isoformat()


def words(span: Span) -> str:
    """Return a span in words: ``2020``, ``2020-03``, or its first and last day."""
    first, last = date.fromordinal(span.first), date.fromordinal(span.last)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first:%Y}" if first.year == last.year else f"{first:%Y} to {last:%Y}"
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and last.day == _length(last):
        return f"{first:%Y-%m}"
    return f"{first.isoformat()} to {last.isoformat()}"


def late_in_words(days: int) -> str:
    """Return a lateness in words: ``1 day late``, ``59 days late``."""
    return f"{days} day late" if days == 1 else f"{days} days late"


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same days as spans that neither meet nor touch, in order."""
    joined: list[Span] = []
    for span in sorted(span for span in spans if span.days):
        if joined and span.first <= joined[-1].last + 1:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return tuple(joined)


def outside(span: Span, others: tuple[Span, ...]) -> int:
    """Return how many days of a span none of the others has; they neither meet nor touch (``union``)."""
    return span.days - sum(span.common(other).days for other in others)


def days_in(spans: Iterable[Span], window: Span) -> int:
    """Return how many days of the window the spans cover together, each day once."""
    return sum(span.common(window).days for span in union(spans))


def add_months(number: int, months: int) -> int:
    """Return the day so many months later (earlier, when negative); a day that the month lacks becomes its last."""
    day = date.fromordinal(number)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])).toordinal()


def months_of(span: Span) -> int | None:
    """Return how many whole calendar months a span is; null when it is not made of whole months."""
    first, last = date.fromordinal(span.first), date.fromordinal(span.last)
    if first.day != 1 or last.day != _length(last):
        return None
    return (last.year - first.year) * 12 + last.month - first.month + 1


def calendar_year(year: int) -> Span:
    """Return the days of a calendar year."""
    return Span(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())


def year_of(number: int) -> int:
    """Return the calendar year of a day."""
    return date.fromordinal(number).year


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]
