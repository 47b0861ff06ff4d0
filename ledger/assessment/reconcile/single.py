"""Single codes of a scope: what each comes to by itself, where a term of the same commitment asks for it alone (R13).

A total over several codes does not say what each of them adds. It is known without drawing any figure anew where the
commitment has a term for the code, as one that counts a sum has beside its parts. Other commitments are not asked: what
an audit says of one does not turn on which others it is about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ledger.assessment.reconcile.assembled import admit_all
from ledger.assessment.reconcile.channel import Channel
from ledger.assessment.reconcile.coverage import weights
from ledger.assessment.reconcile.reckoning import Reckoning
from ledger.assessment.reconcile.span import Span, day_number
from ledger.assessment.reconcile.total import total
from ledger.assessment.selection import Query, measured_terms, query_of


@dataclass(frozen=True, slots=True)
class Single:
    """A code of a scope with what it comes to in the term's days, and in the baseline's where that is summed."""

    code: str
    value: Fraction
    baseline: Fraction


def single_codes(one: Reckoning) -> Iterator[Single]:
    """Yield the codes of a scope whose own figures are known, in order; none of a scope of one code (R13).

    Only codes of which nothing lies astride an edge: what leaving one out takes away is then one number.
    """
    if len(one.asked.query.codes) < 2 or one.asked.is_open_ended:
        return
    alone = _asked_alone(one)
    for code in one.asked.query.codes if alone else ():
        channel = _channel(one, alone[code]) if code in alone else None
        if channel is None:
            continue
        value = _exact(one, channel, one.asked.window)
        baseline = _of_baseline(one, channel)
        if value is not None and baseline is not None:
            yield Single(code, value, baseline)


def _asked_alone(one: Reckoning) -> dict[str, Query]:
    """Return the questions by which terms of the same commitment ask for a code alone, by the code."""
    found: dict[str, Query] = {}
    for term in measured_terms(one.asked.known, one.asked.subject):
        if term.scope is None or len(term.scope.codes) != 1:
            continue
        for reading in term.measures:
            query = query_of(term, reading)
            if query is not None and query[:3] == one.asked.query[:3]:
                found.setdefault(query.codes[0], query)
    return found


def _channel(one: Reckoning, query: Query) -> Channel | None:
    """Return the same channel's figures of one code."""
    asked = one.asked
    days = [asked.window, *([Span(asked.query.weigh_from, asked.query.weigh_to)] if asked.query.weigh_from else [])]
    found = admit_all(asked.known, asked.selected, query, asked.reading, unit=asked.term.unit, days=days)
    return next((channel for channel in found.channels if _key(channel) == _key(one.channel)), None)


def _key(channel: Channel) -> tuple[str, str, str, str, bool]:
    return channel.source, channel.name, channel.frequency, channel.basis, bool(channel.parts)


def _exact(one: Reckoning, channel: Channel, window: Span) -> Fraction | None:
    measure, stated = one.asked.reading.type, one.asked.term.aggregate
    by = weights(channel, None)
    found = total(channel, channel.points, window, by=by, measure=measure, stated=stated)
    if found.low is None:
        return Fraction(0)  # it adds nothing to what was seen
    return found.low if found.is_exact else None


def _of_baseline(one: Reckoning, channel: Channel) -> Fraction | None:
    """Return what a code takes with it of a baseline that is summed over the scope; zero of one that is stated."""
    body = one.base.fact.body if one.base is not None and one.base.fact is not None else None
    if body is None or not body.summed or body.period.end is None:
        return Fraction(0)
    return _exact(one, channel, Span(day_number(body.period.start), day_number(body.period.end)))
