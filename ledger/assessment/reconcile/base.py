"""The baseline of a channel: a statement of its own, of the same source and channel as what it is compared with (R6).

It gives a number, or is summed over the term's own scope from what the channel counted in the baseline's days.
Figures of those days that are missing, or straddle their edge, leave the channel without a baseline: nothing is
imputed.
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.assessment.reconcile.amount import percent
from ledger.assessment.reconcile.asked import Asked
from ledger.assessment.reconcile.channel import Channel
from ledger.assessment.reconcile.coverage import Weights
from ledger.assessment.reconcile.span import Span, day_number
from ledger.assessment.reconcile.total import total
from ledger.assessment.view import Fact
from ledger.model.baseline import Baseline
from ledger.model.term import QuantityTerm
from ledger.model.unit import convert


@dataclass(frozen=True, slots=True)
class Base:
    """A baseline as it applies to a channel.

    Attributes:
        value: in the term's unit; null with the ``reason`` where the channel does not have it.
        entries: evidence entries that it is summed from.
        restated_by: the entry of a later baseline of the same channel, which then counts.
    """

    fact: Fact[Baseline] | None
    value: Fraction | None
    reason: str | None
    entries: tuple[int, ...] = ()
    restated_by: int | None = None


def bases(asked: Asked, channel: Channel, by: Weights) -> tuple[Base | None, ...]:
    """Return the baselines of a channel, the one that counts first; one null where the term needs none.

    Raises:
        UnitError: a baseline's unit does not lead to the term's (R5).

    Source: R6: a restated baseline makes a new result beside the old.
    """
    term = asked.term
    if not isinstance(term, QuantityTerm) or term.baseline is None:
        return (None,)
    facts = [
        fact
        for fact in asked.known.baselines.get(asked.subject, ())
        if (fact.body.authority, fact.body.channel) == (channel.source, channel.name)
        and (fact.body.terms == "all" or term.id in fact.body.terms)
        and fact.body.period == term.baseline.period
    ]
    facts.sort(key=lambda fact: (fact.body.published, fact.index), reverse=True)
    if not facts:
        return (Base(None, None, "has no baseline of its own"),)
    newest = facts[0].index
    return tuple(
        _base(asked, term, channel, by, fact, restated_by=newest if fact.index != newest else None) for fact in facts
    )


def _base(
    asked: Asked, term: QuantityTerm, channel: Channel, by: Weights, fact: Fact[Baseline], *, restated_by: int | None
) -> Base:
    if fact.body.value is not None:
        value = convert(Fraction(fact.body.value), unit=fact.body.unit, to=term.unit)
        return Base(fact, value, None, restated_by=restated_by)
    end = fact.body.period.end
    if end is None:
        raise AssertionError("a baseline's period has an end, its model says so")
    days = Span(day_number(fact.body.period.start), day_number(end))
    summed = total(channel, channel.points, days, by=by, measure=asked.reading.type, stated=term.aggregate)
    entries = tuple(sorted({point.entry for point in summed.points if point.counts}))
    if summed.coverage.period != 1:
        reason = f"covers {percent(summed.coverage.period)} of the baseline's days, so has no baseline of its own"
        return Base(fact, None, reason, entries, restated_by)
    if not summed.is_exact:
        reason = "straddles the edge of the baseline's days or scope, so has no baseline of its own"
        return Base(fact, None, reason, entries, restated_by)
    return Base(fact, summed.low, None, entries, restated_by)
