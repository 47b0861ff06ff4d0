"""Projection: what a total may come to by the end of its period, judged by its own past seasons; never a verdict (R14).

Each earlier period of the same days of the year, where this channel covers it whole, had reached some share of its own
total by the same day. The total to date, divided by the least and by the greatest of these shares, gives the interval.
Beside it stands the back-test: the same reckoning at the same day of each past season, from the seasons before it
alone, and what then came. Rational throughout; no trend, no model, nothing that has to be believed.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent
from ledger.assessment.reconcile.asked import Asked
from ledger.assessment.reconcile.channel import Channel
from ledger.assessment.reconcile.coverage import Weights, cover
from ledger.assessment.reconcile.span import Span, day_text, months_of, words
from ledger.assessment.reconcile.total import Total
from ledger.assessment.result import BackTest, Projection
from ledger.model.value import CAN_FALL

LEAST_SEASONS = 3
"""With fewer past seasons nothing is projected: one more would fall between two of them in a third of cases only."""

LEAST_BEFORE = 2
"""Seasons that must lie before one that is tested, so that there is an interval to fall into."""


@dataclass(frozen=True, slots=True)
class Season:
    """A past period that the channel covers whole: what it came to, and what of it was there by the same day."""

    span: Span
    done: Fraction
    whole: Fraction

    @property
    def share(self) -> Fraction:
        """The share of its own total that it had reached."""
        return self.done / self.whole


def project(
    asked: Asked, channel: Channel, observed: Total, until: int | None, *, by: Weights, owed: Fraction | None
) -> Projection:
    """Return what the channel's total may come to, or why nobody can tell from its own past.

    Args:
        observed: what was seen of the period so far.
        until: the last day that the figures to date cover; null where there are none.
        owed: the level owed on this channel, to be printed beside; null where it has none.
    """
    unit = asked.term.unit
    if asked.reading.type in CAN_FALL:
        return _unknown(until, (), "a total that can fall has no season")
    if until is None or observed.low is None or observed.high is None:
        return _unknown(None, (), "no figure of the period yet")
    if not cover(channel, channel.points, Span(asked.window.first, until), by).is_complete:
        return _unknown(until, (), "the figures to date have gaps")
    past = tuple(seasons(channel, asked.window, until, by=by))
    if len(past) < LEAST_SEASONS:
        return _unknown(until, past, f"{_count(past)} where {LEAST_SEASONS} are needed")
    low, high = interval(observed.low, observed.high, past)
    tests = tuple(back_tests(past))
    return Projection(
        until=day_text(until),
        seasons=tuple(words(one.span) for one in past),
        low=exact_or_rounded(low),
        high=exact_or_rounded(high) if high is not None else None,
        expected=fraction_text(expected(len(past))),
        reason=None,
        tests=tests,
        words=_in_words(asked, past, until, (low, high), tests, owed, unit),
    )


def seasons(channel: Channel, window: Span, until: int, *, by: Weights) -> Iterator[Season]:
    """Yield the past periods that are complete and came to something, oldest first.

    A period longer than a year steps back by whole periods, so that no day stands in two seasons.
    """
    first = min((point.span.first for point in channel.points if point.counts), default=window.first)
    step = -(-(months_of(window) or -(-window.days // 31)) // 12)
    found = []
    years = step
    while (then := Span(years_before(window.first, years), years_before(window.last, years))).first >= first:
        if cover(channel, channel.points, then, by).is_complete:
            day = years_before(until, years)
            done, whole = _reached(channel, then, day), _reached(channel, then, then.last)
            if whole > 0 and 0 <= done <= whole:
                found.append(Season(then, done, whole))
        years += step
    yield from reversed(found)


def interval(low: Fraction, high: Fraction, past: Sequence[Season]) -> tuple[Fraction, Fraction | None]:
    """Return what a total to date may come to, by the greatest and by the least share of past seasons.

    The high end is null where a season had nothing by that day: of nothing no share tells the rest.
    """
    shares = [one.share for one in past]
    most, least = max(shares), min(shares)
    return (low / most if most else low), (high / least if least else None)


def expected(seasons: int) -> Fraction:
    """Return how often one more season like those before falls between their extremes: (n − 1) ÷ (n + 1)."""
    return Fraction(seasons - 1, seasons + 1)


def back_tests(past: Sequence[Season]) -> Iterator[BackTest]:
    """Yield, for each season with enough before it, what would have been projected then, and what came."""
    for place, one in enumerate(past):
        if place < LEAST_BEFORE:
            continue
        low, high = interval(one.done, one.done, past[:place])
        yield BackTest(
            period=words(one.span),
            low=exact_or_rounded(low),
            high=exact_or_rounded(high) if high is not None else None,
            came=exact_or_rounded(one.whole),
            inside=low <= one.whole and (high is None or one.whole <= high),
        )


def years_before(number: int, years: int) -> int:
    """Return the same day of an earlier year; the last day of a month stays the last, also of a February."""
    day = date.fromordinal(number)
    year = day.year - years
    if year < 1:
        return 0
    last = monthrange(year, day.month)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, day.month, last if is_last else min(day.day, last)).toordinal()


def _reached(channel: Channel, span: Span, until: int) -> Fraction:
    """Return what had come by a day; of an observation that runs on past it, the share of its days (as R9 does)."""
    part = Span(span.first, until)
    return sum(
        (
            point.value * Fraction(point.span.common(part).days, point.span.days)
            for point in channel.points
            if point.counts and point.span.meets(part)
        ),
        Fraction(0),
    )


def _unknown(until: int | None, past: Sequence[Season], reason: str) -> Projection:
    return Projection(
        until=day_text(until) if until is not None else None, seasons=tuple(words(one.span) for one in past), low=None,
        high=None, expected=None, reason=reason, tests=(), words=f"nothing is projected: {reason}",
    )  # fmt: skip


def _count(past: Sequence[Season]) -> str:
    return "one complete past season" if len(past) == 1 else f"{len(past) or 'no'} complete past seasons"


def _in_words(
    asked: Asked,
    past: Sequence[Season],
    until: int,
    ends: tuple[Fraction, Fraction | None],
    tests: Sequence[BackTest],
    owed: Fraction | None,
    unit: str,
) -> str:
    low, high = ends
    run = f"{in_words(low)} to {in_words(high, unit)}" if high is not None else f"{in_words(low, unit)} or more"
    level = f", where {in_words(owed, unit)} is owed" if owed is not None else ""
    shares = sorted(one.share for one in past)
    by_then = percent(shares[0]) if shares[0] == shares[-1] else f"{percent(shares[0])} to {percent(shares[-1])}"
    inside = sum(one.inside for one in tests)
    tested = (
        f"projected so at the same day, {inside} of {len(tests)} past seasons came inside"
        if tests
        else "no past season has two before it to be tested by"
    )
    return (
        f"projected {run} by {day_text(asked.window.last)}{level}: the {len(past)} past seasons "
        f"({words(past[0].span)} to {words(past[-1].span)}) had {by_then} of their total by the same day as "
        f"{day_text(until)}; one more like them falls inside in {percent(expected(len(past)))} of cases; {tested}; "
        "no verdict rests on this"
    )
