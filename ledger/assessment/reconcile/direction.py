"""The direction of a trend: two totals over equal periods, before the pledge and after; never judged (method §2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from ledger.assessment.reconcile.amount import exact_or_rounded, in_words
from ledger.assessment.reconcile.asked import Asked, measured_in_words, window_of
from ledger.assessment.reconcile.assembled import admit_all
from ledger.assessment.reconcile.channel import Channel
from ledger.assessment.reconcile.coverage import Weights, weights
from ledger.assessment.reconcile.span import Span, add_months, day_text, words
from ledger.assessment.reconcile.total import Total, total
from ledger.assessment.result import Cite, Direction, NotAdmissible
from ledger.assessment.selection import Selected, query_of
from ledger.assessment.view import Known
from ledger.model.term import TrendTerm

_MONTHS = {"M": 1, "Q": 3, "A": 12}
"""Months of a period at each frequency that the calendar divides; weeks and days are counted in days."""

_WEEKS_OF_A_YEAR = 52 * 7


@dataclass(frozen=True, slots=True)
class Observed:
    """The directions of a trend, by reading, source and channel, and what could not be counted."""

    directions: tuple[Direction, ...]
    refused: tuple[NotAdmissible, ...]


def observe(known: Known, selected: Selected, subject: str, term: TrendTerm) -> Observed:
    """Return the direction that each channel shows: the 12 months before the pledge's date against the 12 from it.

    Whole observations only. As far as the view's figures reach; both sides have the same length, so a shorter time
    since shortens the time before. A channel with a gap on either side shows none.
    """
    directions: list[Direction] = []
    refused: dict[int, NotAdmissible] = {}
    commitment = known.commitments[subject]
    window = window_of(term, pledged=commitment.body.date, as_of=known.view.as_of)
    for reading in term.measures:
        query = query_of(term, reading)
        if query is None:
            continue
        asked = Asked(known, selected, subject, commitment, term, reading, query, window, due=None)
        # The year before the pledge is compared, too: who belonged then is asked as well.
        days = (Span(add_months(window.first, -12), window.last),)
        admitted = admit_all(known, selected, query, reading, unit=term.unit, days=days)
        refused |= {one.entry: one for one in admitted.refused}
        directions += [found for channel in admitted.channels for found in _direction(asked, channel)]
    return Observed(tuple(directions), tuple(one for _, one in sorted(refused.items())))


def _direction(asked: Asked, channel: Channel) -> Iterator[Direction]:
    sides = _sides(channel, asked.pledged)
    if sides is None:
        return
    by = weights(channel, None)
    before, after = (_over(asked, channel, side, by) for side in sides)
    if before.coverage.period < 1 or after.coverage.period < 1 or before.low is None or after.low is None:
        return
    if not before.is_exact or not after.is_exact:
        return
    unit = asked.term.unit
    observed = _observed(before.low, after.low)
    entries = {point.entry for side in (before, after) for point in side.points if point.counts}
    facts = {index: channel.facts[index] for index in entries}
    facts |= {fact.index: fact for fact in (*channel.tables, *(rate.fact for rate in channel.rates))}
    yield Direction(
        source=channel.source,
        channel=channel.name,
        before=exact_or_rounded(before.low),
        before_period=f"{day_text(sides[0].first)}/{day_text(sides[0].last)}",
        after=exact_or_rounded(after.low),
        after_period=f"{day_text(sides[1].first)}/{day_text(sides[1].last)}",
        observed=observed,
        words=(
            f"{measured_in_words(asked, channel.basis)} by {channel.source}/{channel.name}: "
            f"{in_words(before.low, unit)} in {words(sides[0])}, "
            f"{in_words(after.low, unit)} in {words(sides[1])}: {observed}"
        ),
        cites=tuple(Cite(entry=index, statement=fact.name) for index, fact in sorted(facts.items())),
    )


def _over(asked: Asked, channel: Channel, window: Span, by: Weights) -> Total:
    return total(channel, channel.points, window, by=by, measure=asked.reading.type, stated=asked.term.aggregate)


def _observed(before: Fraction, after: Fraction) -> Literal["increase", "decrease", "unchanged"]:
    if after == before:
        return "unchanged"
    return "increase" if after > before else "decrease"


def _sides(channel: Channel, pledged: int) -> tuple[Span, Span] | None:
    """Return the days before and after the pledge that are compared; null where the figures do not reach both sides."""
    spans = [point.span for point in channel.points if point.counts] + list(channel.zeros)
    if not spans:
        return None
    known = Span(min(span.first for span in spans), max(span.last for span in spans))
    step = _MONTHS.get(channel.frequency)
    if step is None:
        return _sides_in_days(channel, known, pledged)
    after = _first_of_period(pledged, step)
    before = _first_of_period(
        pledged, step, up=False
    )  # the pledge's own period is on neither side, unless it opens with it
    months = 0
    while (
        months + step <= 12
        and add_months(after, months + step) - 1 <= known.last
        and add_months(before, -months - step) >= known.first
    ):
        months += step
    if months == 0:
        return None
    return Span(add_months(before, -months), before - 1), Span(after, add_months(after, months) - 1)


def _first_of_period(day: int, step: int, *, up: bool = True) -> int:
    """Return the first day of the calendar period that begins on or after a day, or (``up`` false) of its own."""
    here = date.fromordinal(day)
    first = date(here.year, (here.month - 1) // step * step + 1, 1).toordinal()
    return first if first == day or not up else add_months(first, step)


def _sides_in_days(channel: Channel, known: Span, pledged: int) -> tuple[Span, Span] | None:
    """Return the sides of a series of weeks or days: whole observations, at most 52 weeks of them."""
    spans = sorted({point.span for point in channel.points if point.counts})
    after = next((span.first for span in spans if span.first >= pledged), None)
    before = max((span.last for span in spans if span.last < pledged), default=None)
    if after is None or before is None:
        return None
    starts, ends = {span.first for span in spans}, {span.last for span in spans}
    length = max(
        (
            days
            for days in range(1, _WEEKS_OF_A_YEAR + 1)
            if after + days - 1 in ends and before - days + 1 in starts and before - days + 1 >= known.first
        ),
        default=0,
    )
    return (Span(before - length + 1, before), Span(after, after + length - 1)) if length else None
