"""The known causes of a gap between figures of one flow, as far as they are known, and the unexplained rest (R8)."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from ledger.assessment.reconcile.amount import in_words, percent
from ledger.assessment.reconcile.reckoning import Reckoning
from ledger.model.unit import measurement

AGREEMENT = Fraction(1, 10)
"""Two totals of one flow agree within the known causes when they differ by no more than this share of the lower (R18).

R18 says "within the known causes" and gives no number: a tenth is the choice of this version of the method, one margin
for all causes together (price basis, transit, re-exports, revisions). What lies beyond it counts as unexplained.
"""


def is_mirror(one: Reckoning, other: Reckoning) -> bool:
    """Whether two figures are of one flow, seen from its two ends: exports of one party, imports of the other."""
    mine, theirs = one.result, other.result
    return (
        {mine.measure, theirs.measure} == {"export", "import"}
        and mine.reporter == theirs.partner
        and mine.partner == theirs.reporter
    )


def agree(one: Reckoning, other: Reckoning) -> bool:
    """Whether two totals differ by no more than known causes can explain; of intervals, the nearest ends."""
    low, high = sorted(
        (one.total, other.total), key=lambda total: (total.low or Fraction(0), total.high or Fraction(0))
    )
    if low.low is None or low.high is None or high.low is None:
        return False
    return high.low - low.high <= AGREEMENT * abs(low.high)


def causes(reckonings: Sequence[Reckoning], *, unit: str) -> tuple[str, ...]:
    """Return, for every two sources whose totals differ, the causes that are known and the rest that is not explained.

    Args:
        reckonings: one for each source, of any reading of one term; those without a figure of the period are passed
            over.
    """
    return tuple(
        sentence
        for one, other in combinations([one for one in reckonings if one.total.low is not None], 2)
        if is_mirror(one, other) or one.result.measure == other.result.measure  # an order is not a shipment
        for sentence in _between(one, other, unit=unit)
    )


def _between(one: Reckoning, other: Reckoning, *, unit: str) -> Iterator[str]:
    below, above = sorted((one, other), key=lambda reckoning: reckoning.total.low or Fraction(0))
    low, high = below.total.high, above.total.low
    if low is None or high is None or high <= low:
        return  # equal, or intervals that meet: there is no gap to explain
    share = f" ({percent((high - low) / low)} of the lower)" if low > 0 else ""
    yield f"{_name(above)} has {in_words(high - low, unit)}{share} more than {_name(below)}"
    if is_mirror(one, other):
        if measurement(unit).dimension.startswith("money"):
            yield "imports are valued CIF and exports FOB: freight and insurance lie between"
        yield "transit: what is shipped late in the period arrives after its end"
        yield "re-exports: goods that pass through a third place are recorded with different partners at the two ends"
    elif one.result.basis != other.result.basis:
        yield f"price bases differ: {_name(above)} {_basis(above)}, {_name(below)} {_basis(below)}"
    shares = {reckoning.total.coverage.joint for reckoning in (one, other)}
    if len(shares) > 1:
        covers = ", ".join(f"{_name(each)} {percent(each.total.coverage.joint)}" for each in (above, below))
        yield f"coverage differs ({covers}), so what is unexplained cannot be told from what is missing"
        return
    explained = Fraction(0)
    for reckoning in (above, below):
        for revision in reckoning.result.revisions[:1]:
            moved = (reckoning.total.low or Fraction(0)) - Fraction(revision.actual)
            if moved:
                explained += abs(moved)
                yield f"revisions: {_name(reckoning)} has moved by {in_words(moved, unit)} since {revision.published}"
    rest = in_words(max(Fraction(0), high - low - explained), unit)
    yield f"unexplained rest: {rest}, less what the causes without a figure explain"


def _basis(reckoning: Reckoning) -> str:
    return reckoning.result.basis or "does not state its own"


def _name(reckoning: Reckoning) -> str:
    return f"{reckoning.result.source}/{reckoning.result.channel}"
