"""Depth: how much of a target would not have come anyhow, by three counterfactuals; never in the score (E10).

(target − counterfactual) ÷ target, on each channel by itself: against the stated baseline; against the last period of
the same days of the year that was over before the pledge; against the straight line through all such periods, carried
on to the term's own (least squares, in fractions). What a channel does not cover whole is no counterfactual. The
figures are the newest that the view knows, also of the days before the pledge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent
from ledger.assessment.reconcile.coverage import Weights, weights
from ledger.assessment.reconcile.projection import years_before
from ledger.assessment.reconcile.reckoning import Reckoning
from ledger.assessment.reconcile.span import Span, day_number, months_of, words
from ledger.assessment.reconcile.total import total
from ledger.assessment.result import Depth

Counterfactual = Literal["baseline", "last_year", "trend"]

LEAST: Final = 3
"""Earlier periods that a trend takes: two would be joined by their line whatever they are (E10)."""

_AGAINST: Final[dict[Counterfactual, str]] = {
    "baseline": "the baseline",
    "last_year": "the last year before the pledge",
    "trend": "the trend before the pledge",
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A counterfactual: what would have come, and the days that it is taken from; or why nobody can tell."""

    amount: Fraction | None
    period: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier period of the same days of the year: how many steps before the term's own, and what it came to.

    Attributes:
        amount: null where the channel does not cover it whole, or not to one number.
    """

    steps: int
    span: Span
    amount: Fraction | None


def depths(one: Reckoning) -> tuple[Depth, ...]:
    """Return how deep a target is on a channel, by each of the three counterfactuals, in their order.

    Source: E10.
    """
    past = tuple(before(one)) if not one.asked.is_open_ended else ()
    found: dict[Counterfactual, _Found] = {
        "baseline": _baseline(one),
        "last_year": _last_year(one, past),
        "trend": _trend(one, past),
    }
    return tuple(_depth(one, name, what) for name, what in found.items())


def before(one: Reckoning) -> Iterator[Past]:
    """Yield the periods of the same days of the year that were over before the pledge, the latest first.

    A term longer than a year steps back by its whole length, so that no day stands in two periods.
    """
    asked, channel = one.asked, one.channel
    window = asked.window
    first = min((point.span.first for point in channel.points if point.counts), default=window.first)
    reference = Span(asked.query.weigh_from, asked.query.weigh_to) if asked.query.weigh_from else None
    by = weights(channel, reference)
    years = -(-(months_of(window) or -(-window.days // 31)) // 12)
    steps = 1
    while (then := Span(years_before(window.first, steps * years), years_before(window.last, steps * years))).last > 0:
        if then.first < first:
            return
        if then.last < asked.pledged:
            yield Past(steps, then, _amount(one, then, by))
        steps += 1


def _amount(one: Reckoning, then: Span, by: Weights) -> Fraction | None:
    stated = one.asked.term.aggregate
    seen = total(one.channel, one.channel.points, then, by=by, measure=one.asked.reading.type, stated=stated)
    return seen.low if seen.coverage.is_complete and seen.is_exact else None


def line(points: Sequence[tuple[int, Fraction]], *, at: int) -> Fraction:
    """Return the straight line of least squares through some points, at a place; at least two places differ.

    Source: E10.
    """
    number = len(points)
    middle = Fraction(sum(place for place, _ in points), number)
    mean = sum((amount for _, amount in points), Fraction(0)) / number
    across = sum(((place - middle) * (amount - mean) for place, amount in points), Fraction(0))
    along = sum(((place - middle) ** 2 for place, _ in points), Fraction(0))
    return mean + across / along * (at - middle)


def _baseline(one: Reckoning) -> _Found:
    if one.base is None:
        return _Found(None, None, "the text states no baseline")
    if one.base.value is None or one.base.fact is None:
        return _Found(None, None, f"this channel {one.base.reason}")
    period = one.base.fact.body.period
    days = Span(day_number(period.start), day_number(period.end or period.start))
    return _Found(one.base.value, words(days), None)


def _last_year(one: Reckoning, past: Sequence[Past]) -> _Found:
    if one.asked.is_open_ended:
        return _Found(None, None, "the term has no last day, so that no earlier period is of its length")
    if not past:
        return _Found(None, None, "this channel has no figures of an earlier period")
    latest = past[0]
    if latest.amount is None:
        return _Found(None, words(latest.span), f"this channel does not cover {words(latest.span)} whole")
    return _Found(latest.amount, words(latest.span), None)


def _trend(one: Reckoning, past: Sequence[Past]) -> _Found:
    if one.asked.is_open_ended:
        return _Found(None, None, "the term has no last day, so that no earlier period is of its length")
    whole = [(-each.steps, each.amount) for each in past if each.amount is not None]
    spans = [each.span for each in past if each.amount is not None]
    if len(whole) < LEAST:
        return _Found(None, None, f"{len(whole)} earlier periods are covered whole, and {LEAST} are needed")
    run = f"{words(spans[-1])} to {words(spans[0])}, {len(whole)} periods"
    return _Found(line(whole, at=0), run, None)


def _depth(one: Reckoning, name: Counterfactual, found: _Found) -> Depth:
    result, owed = one.result, one.owed
    reason = found.reason
    if reason is None and owed is None:
        reason = "the level owed on this channel is unknown"
    if reason is None and owed is not None and owed.level == 0:
        reason = "the target is zero, and nothing is a share of it"
    value = (owed.level - found.amount) / owed.level if reason is None and owed and found.amount is not None else None
    return Depth(
        source=result.source,
        channel=result.channel,
        counterfactual=name,
        period=found.period,
        amount=exact_or_rounded(found.amount) if found.amount is not None else None,
        target=exact_or_rounded(owed.level) if owed is not None else None,
        value=fraction_text(value) if value is not None else None,
        reason=reason,
        words=_in_words(one, name, found, value, reason),
    )


def _in_words(one: Reckoning, name: Counterfactual, found: _Found, value: Fraction | None, reason: str | None) -> str:
    where = f"{one.result.source}/{one.result.channel}"
    if value is None or found.amount is None or one.owed is None:
        return f"against {_AGAINST[name]}, by {where}: not known: {reason}"
    unit = one.asked.term.unit
    owed = f"the target of {in_words(one.owed.level, unit)}"
    said = f"{percent(abs(value))} of {owed} lies {'above' if value > 0 else 'below'} it" if value else f"{owed} is it"
    return f"against {_AGAINST[name]} ({in_words(found.amount, unit)}, {found.period}), by {where}: {said}"
