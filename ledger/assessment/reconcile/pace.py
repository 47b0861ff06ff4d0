"""Pace: how much of a target would be due by the last observation, by days and by season: never a verdict (R9)."""

from dataclasses import dataclass
from fractions import Fraction

from ledger.assessment.reconcile.channel import Channel, Point
from ledger.assessment.reconcile.coverage import Weights, cover
from ledger.assessment.reconcile.decision import Owed
from ledger.assessment.reconcile.span import Span, add_months, calendar_year, year_of


@dataclass(frozen=True, slots=True)
class Season:
    """What share of a target a reference year would have done by a day; null with the reason where no year can tell."""

    share: Fraction | None
    year: int | None
    reason: str | None


def linear(window: Span, until: int) -> Fraction:
    """Return the share of the window's days that have passed at the end of day ``until``."""
    return Fraction(Span(window.first, min(until, window.last)).days, window.days)


def seasonal(
    channel: Channel,
    points: tuple[Point, ...],
    window: Span,
    until: int,
    *,
    by: Weights,
    reference: Span | None,
    before: int,
) -> Season:
    """Return the share that the reference year had done by the same day, counted over the same part of the year (R9).

    Args:
        reference: the baseline's days; null where the term has none.
        before: the pledge's day; without a baseline, the last calendar year that the channel covers whole before it
            is taken.
    """
    year = _reference_year(channel, points, by=by, reference=reference, before=before)
    if year is None:
        return Season(None, None, "no year before the pledge is covered whole by this channel")
    shape = [point for point in points if point.counts and point.span.meets(calendar_year(year))]
    done, whole = Fraction(0), Fraction(0)
    for there in range(year_of(window.first), year_of(window.last) + 1):
        months = 12 * (there - year)
        for point in shape:
            span = Span(add_months(point.span.first, months), add_months(point.span.last, months))
            per_day = point.value / span.days
            part = span.common(window).common(calendar_year(there))
            whole += per_day * part.days
            done += per_day * part.common(Span(window.first, until)).days
    if whole <= 0:
        return Season(None, year, f"{year} had nothing in the same part of the year")
    return Season(done / whole, year, None)


def _reference_year(
    channel: Channel, points: tuple[Point, ...], *, by: Weights, reference: Span | None, before: int
) -> int | None:
    if reference is not None:
        # A baseline longer than a year has no one season; its last year stands for it.
        year = year_of(reference.last)
        return year if cover(channel, points, calendar_year(year), by).is_complete else None
    first = min((year_of(point.span.first) for point in points if point.counts), default=year_of(before))
    candidates = range(year_of(before) - 1, first - 1, -1)
    return next((year for year in candidates if cover(channel, points, calendar_year(year), by).is_complete), None)


def is_on_pace(owed: Owed, actual: Fraction, share: Fraction) -> bool:
    """Whether a total is where it should be when this share of the target would be due."""
    is_enough = owed.least is None or actual >= owed.least * share
    is_not_too_much = owed.most is None or actual <= owed.most * share
    return is_enough and is_not_too_much
