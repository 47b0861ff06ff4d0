"""An exchange: figures in one currency read in another, by a rate of the very days that they are about (R5).

A rate is evidence: a publisher's average of a period, of one currency in another. It is used only for a figure of the
same days; it is never put together from other days or by way of a third currency, and never guessed. Where two
authorities give rates, which of them is meant is not stated, and neither is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ledger.assessment.observation import INTERPOLATED, LIMB
from ledger.assessment.reconcile.span import Span, words
from ledger.assessment.route import currency_of, rates_of
from ledger.assessment.selection import CURRENT, Row, Selected, rate_query
from ledger.assessment.view import Fact, Known
from ledger.model.evidence import Evidence
from ledger.model.unit import UNITS, convert


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency was worth in another, on average over some days, as published.

    Attributes:
        factor: by which figures are multiplied: ``value``, or one divided by it where it prices the other currency.
    """

    span: Span
    priced: str
    priced_in: str
    value: Fraction
    factor: Fraction
    fact: Fact[Evidence]


class Exchange:
    """The rates that a view knows for figures of a term that is counted in one currency.

    Args:
        unit: of the term; where it is no money, there is nothing to exchange.
    """

    def __init__(self, known: Known, selected: Selected, *, unit: str) -> None:
        self._selected = selected
        self._currency = currency_of(unit)
        self._series = rates_of(known, self._currency) if self._currency is not None else ()
        self._facts = {fact.index: fact for _, facts in self._series for fact in facts}
        self._found: dict[tuple[str, Span], Rate | str] = {}

    def find(self, unit: str, span: Span) -> Rate | str | None:
        """Return the rate for figures in a unit and of these days, or why there is none; null where none is needed."""
        theirs = currency_of(unit)
        if self._currency is None or theirs is None or theirs == self._currency:
            return None
        if (theirs, span) not in self._found:
            self._found[theirs, span] = self._one(theirs, self._currency, span)
        return self._found[theirs, span]

    def _one(self, theirs: str, ours: str, span: Span) -> Rate | str:
        straight = list(self._rates(theirs, ours, span))
        turned = list(self._rates(ours, theirs, span))
        rates = [*straight, *turned]
        what = f"{theirs} to {ours} for {words(span)}"
        authorities = sorted({rate.fact.body.authority for rate in rates})
        if not rates:
            return f"in {theirs}; no rate of {what} is in this ledger"
        if len(authorities) > 1:
            return f"in {theirs}; {' and '.join(authorities)} give rates of {what}, and which is meant is not stated"
        # Of one authority the newest counts (R2), and what it prices directly before what has to be turned round.
        return max(straight or turned, key=lambda rate: (rate.fact.body.vintage.published, rate.fact.index))

    def _rates(self, priced: str, priced_in: str, span: Span) -> Iterator[Rate]:
        """Yield what is published of a currency's price in another over just these days."""
        for series, _ in self._series:
            for row in self._selected.rows.get(rate_query(series, priced), ()):
                here = Span(row.day_from, row.day_to)
                if row.line != CURRENT or row.status == INTERPOLATED or here != span:
                    continue
                if currency_of(UNITS[row.unit]) != priced_in:
                    continue
                value = _value(row)
                if value > 0:
                    factor = value if priced_in == self._currency else 1 / value
                    yield Rate(here, priced, priced_in, value, factor, self._facts[row.entry])


def _value(row: Row) -> Fraction:
    joined = Fraction(row.high * LIMB + row.low) + Fraction(row.nano, LIMB)
    return joined * convert(Fraction(1), unit=UNITS[row.unit], to=currency_of(UNITS[row.unit]) or UNITS[row.unit])
