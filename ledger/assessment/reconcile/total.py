"""A total: what a channel's points come to over a period, as an interval where one straddles an edge (R3, R10).

A point straddles the period's edge by its days, or the scope's by its codes; either may be in or out.

Flows are summed, levels read at the end, and a mean or a maximum is taken where the text says so (method §2). What
the source interpolated never counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ledger.assessment.reconcile.channel import Channel, Point
from ledger.assessment.reconcile.coverage import Coverage, Weights, cover, cover_level
from ledger.assessment.reconcile.span import Span, months_of
from ledger.model.value import CAN_FALL, STOCKS, Measure

Aggregate = Literal["sum", "last", "mean", "max"]

_YEAR = 365
"""Days of a year, for the mean of a period that is not made of whole months."""


@dataclass(frozen=True, slots=True)
class Total:
    """What was observed of a period.

    Attributes:
        low: without, and ``high`` with, what straddles an edge; null when nothing was observed.
        points: all that have a day in the period, in order; also those that do not count.
        coverage: what share of the period and the scope they speak for.
    """

    low: Fraction | None
    high: Fraction | None
    points: tuple[Point, ...]
    coverage: Coverage

    @property
    def is_exact(self) -> bool:
        """Whether the two ends are one number."""
        return self.low is not None and self.low == self.high


def aggregate_of(measure: Measure, stated: Aggregate) -> Aggregate:
    """Return how a measure is taken together: a level has no sum, it is read at the end (method §2)."""
    return "last" if measure in STOCKS and stated == "sum" else stated


def cannot_fall(measure: Measure, aggregate: Aggregate) -> bool:
    """Whether a total, once it has passed a bound, stays beyond it (R11).

    The mean of a flow is its sum over a fixed number of years. Net orders can be cancelled, and levels go down.
    """
    return aggregate == "max" or (aggregate in {"sum", "mean"} and measure not in CAN_FALL)


def total(
    channel: Channel, points: tuple[Point, ...], window: Span, *, by: Weights, measure: Measure, stated: Aggregate
) -> Total:
    """Return what the points come to over the window.

    Args:
        stated: the aggregate that the term states.
    """
    here = tuple(point for point in points if point.span.meets(window))
    counting = tuple(point for point in here if point.counts)
    aggregate = aggregate_of(measure, stated)
    coverage = cover(channel, counting, window, by)
    if aggregate == "last":
        coverage = cover_level(_last(counting), window, by)
    if coverage.period == 0:
        return Total(None, None, here, coverage)
    inside = tuple(point for point in counting if point.span.within(window) and not point.is_astride)
    astride = tuple(point for point in counting if not point.span.within(window) or point.is_astride)
    low, high = _ends(inside, astride, window, aggregate=aggregate, is_level=measure in STOCKS)
    if aggregate != "sum" and not inside and any(point.is_astride for point in astride):
        low, high = min(low or Fraction(0), Fraction(0)), max(high or Fraction(0), Fraction(0))  # perhaps none of it
    return Total(low, high, here, coverage)


def _ends(
    inside: tuple[Point, ...], astride: tuple[Point, ...], window: Span, *, aggregate: Aggregate, is_level: bool
) -> tuple[Fraction | None, Fraction | None]:
    """Return the two ends of the interval: each point astride an edge may be in or out (R3, R10)."""
    match aggregate:
        case "last":
            whole = tuple(sorted((*inside, *(one for one in astride if one.span.within(window))), key=_by_days))
            beyond = tuple(one for one in astride if not one.span.within(window))
            ends = [_sum(group) for group in (_last(inside), _last(whole), _last(beyond)) if group]
        case "max":
            ends = [max(_by_period(group).values()) for group in (inside, (*inside, *astride)) if group]
        case "mean" if is_level:
            ends = [_mean_level(group) for group in (inside, (*inside, *astride)) if group]
        case _:
            year = years_of(window) if aggregate == "mean" else Fraction(1)
            base = _sum(inside)
            ends = [
                (base + sum((point.value for point in astride if point.value < 0), Fraction(0))) / year,
                (base + sum((point.value for point in astride if point.value > 0), Fraction(0))) / year,
            ]
    return (min(ends), max(ends)) if ends else (None, None)


def years_of(window: Span) -> Fraction:
    """Return how many years a period is, for "on average … a year": its whole months ÷ 12, else its days ÷ 365."""
    months = months_of(window)
    return Fraction(months, 12) if months is not None else Fraction(window.days, _YEAR)


def _sum(points: Iterable[Point]) -> Fraction:
    return sum((point.value for point in points), Fraction(0))


def _last(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points of the latest period (several where the codes differ in entry or status)."""
    return tuple(point for point in points if point.span == points[-1].span) if points else ()


def _by_days(point: Point) -> tuple[int, int]:
    return point.span.last, point.span.first


def _by_period(points: Iterable[Point]) -> dict[Span, Fraction]:
    found: dict[Span, Fraction] = {}
    for point in points:
        found[point.span] = found.get(point.span, Fraction(0)) + point.value
    return found


def _mean_level(points: tuple[Point, ...]) -> Fraction:
    """Return the mean of levels, each for the days of its own period."""
    levels = _by_period(points)
    return sum((value * span.days for span, value in levels.items()), Fraction(0)) / sum(span.days for span in levels)


def highest(points: Iterable[Point], window: Span, *, measure: Measure, stated: Aggregate) -> Fraction | None:
    """Return the highest that a total ever was in the window, as ``day_reached`` runs it; null without figures."""
    runs = runs_on(measure, stated)
    years = years_of(window) if runs and stated == "mean" else Fraction(1)
    periods = _by_period(point for point in points if point.is_certain and window.first <= point.span.first)
    running, peak = Fraction(0), None
    for span in sorted(periods, key=lambda one: (one.last, one.first)):
        running = running + periods[span] if runs else periods[span]
        peak = max(peak, running / years) if peak is not None else running / years
    return peak


def runs_on(measure: Measure, stated: Aggregate) -> bool:
    """Whether a total adds up from day to day; levels and maxima do not."""
    return aggregate_of(measure, stated) in {"sum", "mean"} and measure not in STOCKS


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a total has to come to.

    Attributes:
        level: in the term's unit. ``usual``: how much of it is the baseline, which goes on after the period, too.
        is_passed: the level has to be passed (``at_most``), not only reached.
    """

    level: Fraction
    usual: Fraction
    is_passed: bool

    def at(self, days: int, *, of: int) -> Fraction:
        """Return the level so many days after a period of ``of`` days: the baseline of those days is owed to nobody."""
        return self.level + self.usual * Fraction(max(0, days), of)


def day_reached(
    points: tuple[Point, ...],
    window: Span,
    threshold: Threshold,
    *,
    measure: Measure,
    stated: Aggregate,
    after: int = 0,
) -> int | None:
    """Return the last day of the observation with which the total first comes to a level; null if it never does.

    The total runs on from the window's start to the last figure that the view knows, so that lateness can be told
    (R11); what an increment is counted from runs on with it. A ceiling is a ceiling of its own days only. An
    observation that straddles the start is left out: how much of it fell after the start is not known.

    Args:
        after: only days after this one; a level that was reached and lost again is looked for anew.
    """
    runs = runs_on(measure, stated)
    years = years_of(window) if runs and stated == "mean" else Fraction(1)
    periods = _by_period(point for point in points if point.is_certain and point.span.first >= window.first)
    running = Fraction(0)
    for span in sorted(periods, key=lambda one: (one.last, one.first)):
        if threshold.is_passed and span.last > window.last:
            return None
        running = running + periods[span] if runs else periods[span]
        level = threshold.at(span.last - window.last, of=window.days) if runs else threshold.level
        if span.last > after and (running / years > level or (running / years == level and not threshold.is_passed)):
            return span.last
    return None
