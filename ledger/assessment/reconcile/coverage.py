"""Coverage: what share of a period and a scope the admissible figures speak for (R10).

A missing row is missing, unless its mapping says that it means zero. What the source interpolated covers nothing. The
scope is weighed by what the channel itself counted in the baseline's days, where that is known for every code, else
by leaf codes. Of a group of parties each member is weighed likewise, on the days on which it belonged (R3).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from ledger.assessment.reconcile.channel import Channel, Point, days_outside_zeros
from ledger.assessment.reconcile.span import Span, days_in

WeighedBy = Literal["baseline value", "leaf codes"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares between 0 and 1.

    Attributes:
        joint: of days and codes together, the number that a verdict asks for. ``period``: of the days, by any code.
        scope: of the codes, on the days that are covered at all: ``joint`` ÷ ``period``.
    """

    joint: Fraction
    period: Fraction
    scope: Fraction
    weighed_by: WeighedBy

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.joint == 1


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each point counts of the scope: by the baseline's value, or by leaf codes.

    Attributes:
        parts: of a channel that is put together, how each member's own codes weigh, and how it weighs itself.
    """

    whole: Fraction
    held: Fraction
    by: WeighedBy
    parts: tuple[tuple["Weights", Fraction], ...] = ()

    def of(self, point: Point) -> Fraction:
        """Return the share of the scope that a point speaks for."""
        amount = point.weight if self.by == "baseline value" else Fraction(point.leaves)
        return min(Fraction(1), amount / self.whole)


def weights(channel: Channel, baseline: Span | None) -> Weights:
    """Return how a channel's codes weigh.

    By value only where the baseline's figures and all later ones are in one unit of the term's own currency, none is
    negative, none lies astride the scope, and no later code is a part of one that the baseline counts whole.
    """
    if channel.parts:
        return _weights_of_members(channel, baseline)
    if baseline is not None and len(channel.units) == 1:
        then = [point for point in channel.points if point.counts and point.span.within(baseline)]
        whole = sum((point.value for point in then), Fraction(0))
        is_known = not any(
            point.is_finer or point.is_astride or point.is_exchanged or point.weight < 0 for point in channel.points
        )
        if whole > 0 and is_known and all(point.value >= 0 for point in then):
            return Weights(whole=whole, held=Fraction(1), by="baseline value")
    whole = Fraction(max(channel.leaves, 1))
    return Weights(whole=whole, held=channel.held / whole, by="leaf codes")


def _weights_of_members(channel: Channel, baseline: Span | None) -> Weights:
    """Return how members weigh: by the baseline's value where it is known of every one, else all alike (R3)."""
    each = [weights(part.channel, baseline) if part.channel is not None else None for part in channel.parts]
    values = [
        _baseline_value(part.channel, one, baseline) if part.channel is not None and one is not None else None
        for part, one in zip(channel.parts, each, strict=True)
    ]
    known = [value for value in values if value is not None]
    whole = sum(known, Fraction(0))
    if len(known) == len(values) and whole > 0:
        parts = tuple((one, value) for one, value in zip(each, known, strict=True) if one is not None)
        return Weights(whole=whole, held=Fraction(1), by="baseline value", parts=parts)
    nothing = Weights(whole=Fraction(1), held=Fraction(0), by="leaf codes")
    alike = tuple(
        (weights(part.channel, None) if part.channel is not None else nothing, Fraction(1)) for part in channel.parts
    )
    whole = Fraction(max(channel.leaves, 1))
    return Weights(whole=whole, held=channel.held / whole, by="leaf codes", parts=alike)


def _baseline_value(channel: Channel, by: Weights, baseline: Span | None) -> Fraction | None:
    """Return what a member had in the baseline's days; null where it is not known, zero where all of them had none."""
    if by.by == "baseline value":
        return by.whole
    if baseline is None:
        return None
    then = [point for point in channel.points if point.counts and point.span.within(baseline)]
    is_whole = days_in((*channel.zeros, *(point.span for point in then)), baseline) == baseline.days
    return Fraction(0) if is_whole and all(point.value == 0 for point in then) else None


def segments(channel: Channel, by: Weights, window: Span) -> Iterator[tuple[Span, Mapping[int, Fraction]]]:
    """Yield the stretches of a window in which the same members belong to a group, with the share of each (R3).

    Days on which nobody belonged are left out. Members are told by their place in ``channel.parts``.
    """
    spans = [span.common(window) for part in channel.parts for span in part.days if span.meets(window)]
    edges = sorted({edge for span in spans for edge in (span.first, span.last + 1)})
    for first, after in pairwise(edges):
        segment = Span(first, after - 1)
        here = [n for n, part in enumerate(channel.parts) if any(segment.within(span) for span in part.days)]
        whole = sum((by.parts[place][1] for place in here), Fraction(0))
        if here:
            # Where nobody who belonged had anything in the baseline's days, all weigh alike.
            yield segment, {n: by.parts[n][1] / whole if whole else Fraction(1, len(here)) for n in here}


def _cover_members(channel: Channel, points: tuple[Point, ...], window: Span, by: Weights) -> Coverage:
    """Return the coverage of figures that are put together: of each member on its days, by its share (R3, R10)."""
    inside = [point for point in points if point.counts and point.span.meets(window)]
    covered = days_in((*channel.zeros, *(point.span for point in inside)), window)
    if window.days == 0 or covered == 0:
        return Coverage(Fraction(0), Fraction(0), Fraction(0), by.by)
    weighed = Fraction(0)
    for segment, shares in segments(channel, by, window):
        for place, share in shares.items():
            member = channel.parts[place].channel
            if member is not None:
                mine = tuple(point for point in inside if point.entry in member.facts)
                weighed += segment.days * share * cover(member, mine, segment, by.parts[place][0]).joint
    period = Fraction(covered, window.days)
    joint = min(period, weighed / window.days)
    return Coverage(joint=joint, period=period, scope=joint / period, weighed_by=by.by)


def cover(channel: Channel, points: tuple[Point, ...], window: Span, by: Weights) -> Coverage:
    """Return how much of the window and the scope the points cover, with the days on which a missing row means zero.

    Args:
        points: of this channel; those that do not count, or lie outside, are passed over.
    """
    if channel.parts:
        return _cover_members(channel, points, window, by)
    inside = [point for point in points if point.counts and point.span.meets(window)]
    covered = days_in((*channel.zeros, *(point.span for point in inside)), window)
    if window.days == 0 or covered == 0:
        return Coverage(Fraction(0), Fraction(0), Fraction(0), by.by)
    # On a day of zeros every code that the channel ever holds is spoken for, so a point adds nothing there.
    weighed = days_in(channel.zeros, window) * by.held
    weighed += sum(
        (days_outside_zeros(point.span.common(window), channel) * by.of(point) for point in inside), Fraction(0)
    )
    period = Fraction(covered, window.days)
    joint = min(period, weighed / window.days)
    return Coverage(joint=joint, period=period, scope=joint / period, weighed_by=by.by)


def cover_level(last: tuple[Point, ...], window: Span, by: Weights) -> Coverage:
    """Return the coverage of a level read at the window's end: a level stands until the next one is observed (R10).

    Args:
        last: the points of the last observation, which may reach beyond the window.
    """
    if not last or window.days == 0:
        return Coverage(Fraction(0), Fraction(0), Fraction(0), by.by)
    period = Fraction(Span(window.first, min(last[-1].span.last, window.last)).days, window.days)
    scope = min(Fraction(1), sum((by.of(point) for point in last), Fraction(0)))
    return Coverage(joint=period * scope, period=period, scope=scope, weighed_by=by.by)
