"""The known causes of a gap between figures of one flow, what evidence at hand makes of each, and the rest (R8, R18).

Two sources on one flow, such as exports seen at one end and imports at the other, differ for reasons that are known by
name. Where evidence at hand gives a cause a number, the number stands beside it with what it rests on; where nothing
does, it is named without one. Nothing is averaged, and no cause is made to fit.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent
from ledger.assessment.reconcile.channel import Channel, Point
from ledger.assessment.reconcile.reckoning import Reckoning
from ledger.assessment.reconcile.span import Span, add_months, day_text, days_in, months_of
from ledger.assessment.result import Discrepancy, Gap, KnownCause
from ledger.model.unit import measurement
from ledger.model.value import STOCKS

AGREEMENT = Fraction(1, 10)
"""Two totals of one flow agree within the known causes when they differ by no more than this share of the lower (R18).

R18 says "within the known causes" and gives no number: a tenth is the choice of this version of the method, one margin
for all causes that nothing at hand gives a number to. Where those that have one explain more, the gap may be as large
(decision 18).
"""

CIF_MARGIN = Fraction(1, 10)
"""What freight and insurance may add to the FOB value, at most."""

CIF_SOURCE = "IMF, Direction of Trade Statistics: imports CIF are reckoned as 1.06 of exports FOB, formerly as 1.10"
"""What the margin rests on."""

TRANSIT_MONTHS = 2
"""Months at sea, at most, by which arrivals are taken to lag behind shipments (decision 18)."""

_BY_MONTH = frozenset({"M", "W", "D"})


def is_mirror(one: Reckoning, other: Reckoning) -> bool:
    """Whether two figures are of one flow, seen from its two ends: exports of one party, imports of the other."""
    mine, theirs = one.result, other.result
    return (
        {mine.measure, theirs.measure} == {"export", "import"}
        and mine.reporter == theirs.partner
        and mine.partner == theirs.reporter
    )


def agree(one: Reckoning, other: Reckoning) -> bool:
    """Whether two totals lie within what the known causes can explain; of intervals, the nearest ends (R18)."""
    first, second = _ordered(one, other)
    gap = _gap(first, second)
    if gap is None:
        return False
    if abs(gap) <= AGREEMENT * _lower(first, second, gap):
        return True
    is_whole = first.total.coverage.joint == second.total.coverage.joint
    return is_whole and _unexplained(gap, known_causes(first, second)) == 0


def discrepancies(reckonings: Sequence[Reckoning], *, unit: str) -> tuple[Discrepancy, ...]:
    """Return, for every two sources on one flow, how far apart they are, why as far as is known, and the rest.

    Args:
        reckonings: one for each source, of any reading of one term; those without a figure of the period are passed
            over.
    """
    seen = [one for one in reckonings if one.total.low is not None]
    pairs = [_ordered(one, other) for one, other in combinations(seen, 2) if _is_one_flow(one, other)]
    return tuple(_discrepancy(first, second, unit=unit) for first, second in pairs)


def causes(reckonings: Sequence[Reckoning], *, unit: str) -> tuple[str, ...]:
    """Return, for every two sources whose totals differ, the gap, its known causes and the rest, in sentences."""
    return tuple(sentence for one in discrepancies(reckonings, unit=unit) if one.gap != "0" for sentence in one.words)


def known_causes(first: Reckoning, second: Reckoning) -> tuple[KnownCause, ...]:
    """Return the known causes of what the second has more, or less, than the first (R8).

    Units: signed amounts, as the second less the first.
    """
    return tuple(_known_causes(first, second, unit=first.asked.term.unit))


def _is_one_flow(one: Reckoning, other: Reckoning) -> bool:
    """Whether two figures may be set side by side: an order is not a shipment, and they are of different sources."""
    if one.result.source == other.result.source and one.result.measure == other.result.measure:
        return False
    mine, theirs = one.result, other.result
    return is_mirror(one, other) or (
        mine.measure == theirs.measure and {mine.reporter, mine.partner} == {theirs.reporter, theirs.partner}
    )


def _ordered(one: Reckoning, other: Reckoning) -> tuple[Reckoning, Reckoning]:
    """Return the two with the exports first, else by name."""
    first, second = sorted(
        (one, other), key=lambda each: (each.result.measure != "export", each.result.source, each.result.channel)
    )
    return first, second


def _gap(first: Reckoning, second: Reckoning) -> Fraction | None:
    """Return the second less the first; of intervals the nearest ends, and zero where they meet."""
    ends = first.total.low, first.total.high, second.total.low, second.total.high
    if any(end is None for end in ends):
        return None
    low, high, their_low, their_high = (end or Fraction(0) for end in ends)
    if their_low > high:
        return their_low - high
    return their_high - low if their_high < low else Fraction(0)


def _lower(first: Reckoning, second: Reckoning, gap: Fraction) -> Fraction:
    """Return the size of the lower of the two, at the end of it that is nearest to the other."""
    below = first if gap >= 0 else second
    return abs(below.total.high) if below.total.high is not None else Fraction(0)


def _discrepancy(first: Reckoning, second: Reckoning, *, unit: str) -> Discrepancy:
    gap = _gap(first, second)
    if gap is None:
        raise AssertionError("both have figures of the period")
    lower = _lower(first, second, gap)
    known = known_causes(first, second)
    is_whole = first.total.coverage.joint == second.total.coverage.joint
    rest = _unexplained(gap, known) if is_whole else None
    return Discrepancy(
        first=_name(first),
        second=_name(second),
        is_mirror=is_mirror(first, second),
        gap=exact_or_rounded(gap),
        share=fraction_text(abs(gap) / lower) if lower else None,
        periods=tuple(_by_period(first, second)),
        causes=known,
        rest=exact_or_rounded(rest) if rest is not None else None,
        agrees=is_whole and agree(first, second),
        words=tuple(_in_words(first, second, gap, lower, known, rest, unit)),
    )


def _in_words(
    first: Reckoning, second: Reckoning, gap: Fraction, lower: Fraction, known: Sequence[KnownCause],
    rest: Fraction | None, unit: str,
) -> Iterator[str]:  # fmt: skip
    if gap == 0:
        yield f"{_name(first)} and {_name(second)} are not apart"
        return
    below, above = (first, second) if gap > 0 else (second, first)
    share = f" ({percent(abs(gap) / lower)} of the lower)" if lower else ""
    yield f"{_name(above)} has {in_words(abs(gap), unit)}{share} more than {_name(below)}"
    yield from (cause.words for cause in known)
    if rest is None:
        return
    is_open = rest != 0 and any(cause.low is None for cause in known)
    less = ", less what the causes without a figure explain" if is_open else ""
    yield f"unexplained rest: {in_words(abs(rest), unit)}{less}"


def _unexplained(gap: Fraction, known: Sequence[KnownCause]) -> Fraction:
    """Return what of a gap lies beyond all that the causes with a number can make together."""
    low = sum((Fraction(cause.low) for cause in known if cause.low is not None), Fraction(0))
    high = sum((Fraction(cause.high) for cause in known if cause.high is not None), Fraction(0))
    # Each may also be absent, so that none of them can widen a gap in the other direction.
    low, high = min(low, Fraction(0)), max(high, Fraction(0))
    if gap > high:
        return gap - high
    return gap - low if gap < low else Fraction(0)


def _known_causes(first: Reckoning, second: Reckoning, *, unit: str) -> Iterator[KnownCause]:
    yield from _price_basis(first, second, unit=unit)
    if is_mirror(first, second):
        yield _transit(first, unit=unit)
        yield _cause(
            "re-exports",
            "re-exports: goods that pass through a third place are recorded with different partners at the two ends",
            "nothing at hand tells how much",
        )
    yield from _classification(first, second)
    shares = {one.total.coverage.joint for one in (first, second)}
    if len(shares) > 1:
        covers = ", ".join(f"{_name(each)} {percent(each.total.coverage.joint)}" for each in (first, second))
        yield _cause(
            "coverage",
            f"coverage differs ({covers}), so what is unexplained cannot be told from what is missing",
            "what the channels cover of period and scope",
        )
        return
    yield from _revisions(first, second, unit=unit)


def _price_basis(first: Reckoning, second: Reckoning, *, unit: str) -> Iterator[KnownCause]:
    """Yield the cause that one is valued with freight and insurance and the other without (R8)."""
    bases = first.result.basis, second.result.basis
    if not measurement(unit).dimension.startswith("money"):
        return
    is_cif = tuple(
        basis == "CIF" or (not basis and one.result.measure == "import")
        for basis, one in zip(bases, (first, second), strict=True)
    )
    if is_cif[0] != is_cif[1]:
        sign, fob = (1, first) if is_cif[1] else (-1, second)
        most = CIF_MARGIN * abs(fob.total.high or Fraction(0))
        ends = sorted((Fraction(0), sign * most))
        said = (
            "imports are valued CIF and exports FOB" if is_mirror(first, second)
            else f"price bases differ: {_name(first)} {_basis(first)}, {_name(second)} {_basis(second)}"
        )  # fmt: skip
        words = (
            f"{said}: freight and insurance lie between, up to {in_words(most, unit)} "
            f"({percent(CIF_MARGIN)} of the FOB value; {CIF_SOURCE})"
        )
        if (gap := _gap(first, second)) is not None and gap * sign < 0:
            words += ", which would make the gap the other way round"
        yield _cause("price basis", words, CIF_SOURCE, ends[0], ends[1])
    elif bases[0] != bases[1]:
        yield _cause(
            "price basis",
            f"price bases differ: {_name(first)} {_basis(first)}, {_name(second)} {_basis(second)}",
            "what the channels say of themselves",
        )


def _transit(exports: Reckoning, *, unit: str) -> KnownCause:
    """Return what time at sea can make of a gap: shipments of one and two months earlier, less those of the days.

    It has a number where the exporter's channel is by month, or finer, and reaches so far back.
    """
    said = "transit: what is shipped late in the period arrives after its end"
    found = _shifts(exports.channel, exports.asked.window)
    if found is None:
        return _cause("transit", said, "no figures by month at hand that reach two months back")
    low, high = min((*found, Fraction(0))), max((*found, Fraction(0)))
    run = f"between {in_words(low)} and {in_words(high, unit)}"
    rests = f"{_name(exports)} by month, counted one and two months earlier"
    return _cause("transit", f"{said}: {run} ({rests})", rests, low, high)


def _shifts(channel: Channel, window: Span) -> tuple[Fraction, ...] | None:
    """Return what shipments of the days one and two months earlier come to, less those of the days; null without."""
    if channel.frequency not in _BY_MONTH or months_of(window) is None:
        return None
    now = _whole(channel.points, window)
    found = []
    for months in range(1, TRANSIT_MONTHS + 1):
        earlier = Span(add_months(window.first, -months), add_months(window.last + 1, -months) - 1)
        then = _whole(channel.points, earlier)
        if now is None or then is None:
            return None
        found.append(then - now)
    return tuple(found)


def _whole(points: Sequence[Point], span: Span) -> Fraction | None:
    """Return the sum of the figures that lie in a span, if together they have every day of it and none beyond."""
    here = [point for point in points if point.counts and point.span.meets(span)]
    if not all(point.span.within(span) for point in here):
        return None
    if days_in((point.span for point in here), span) != span.days:
        return None
    return sum((point.value for point in here), Fraction(0))


def _classification(first: Reckoning, second: Reckoning) -> Iterator[KnownCause]:
    theirs = [_classified(one) for one in (first, second)]
    if theirs[0] != theirs[1]:
        yield _cause(
            "classification",
            f"classification: {_name(first)} counts by {theirs[0]}, {_name(second)} by {theirs[1]}",
            "what the channels say of themselves",
        )


def _classified(one: Reckoning) -> str:
    used = {point.entry for point in one.total.points if point.counts}
    names = {name for entry in used for name in one.channel.facts[entry].body.dimensions.classifications}
    return ", ".join(sorted(names)) or "no classification"


def _revisions(first: Reckoning, second: Reckoning, *, unit: str) -> Iterator[KnownCause]:
    """Yield how far each total has moved since its first publication: the other side may not have moved yet (R2)."""
    for sign, one in ((-1, first), (1, second)):
        for revision in one.result.revisions[:1]:
            moved = (one.total.low or Fraction(0)) - Fraction(revision.actual)
            if moved:
                ends = sorted((Fraction(0), sign * moved))
                words = f"revisions: {_name(one)} has moved by {in_words(moved, unit)} since {revision.published}"
                yield _cause("revisions", words, f"entry {revision.entry}", ends[0], ends[1])


def _cause(
    kind: str, words: str, rests_on: str, low: Fraction | None = None, high: Fraction | None = None
) -> KnownCause:
    return KnownCause.model_validate({
        "kind": kind, "low": exact_or_rounded(low) if low is not None else None,
        "high": exact_or_rounded(high) if high is not None else None, "words": words, "rests_on": rests_on,
    })  # fmt: skip


def _by_period(first: Reckoning, second: Reckoning) -> Iterator[Gap]:
    """Yield the gap in every period that the coarser of the two gives and the finer covers whole, in order.

    Levels are set side by side as they are; what a finer level says of a longer period is its last.
    """
    window = first.asked.window
    ours, theirs = (_sums(one.channel.points, window) for one in (first, second))
    spans = ours if len(ours) <= len(theirs) else theirs
    for span in sorted(spans, key=lambda one: (one.last, one.first)):
        if first.result.measure in STOCKS:
            mine, other = ours.get(span), theirs.get(span)
        else:
            mine, other = _whole(first.channel.points, span), _whole(second.channel.points, span)
        if mine is None or other is None:
            continue
        lower = min(mine, other)
        yield Gap(
            start=day_text(span.first), end=day_text(span.last), first=exact_or_rounded(mine),
            second=exact_or_rounded(other), gap=exact_or_rounded(other - mine),
            share=fraction_text(abs(other - mine) / lower) if lower > 0 else None,
        )  # fmt: skip


def _sums(points: Sequence[Point], window: Span) -> dict[Span, Fraction]:
    found: dict[Span, Fraction] = {}
    for point in points:
        if point.counts and point.span.within(window):
            found[point.span] = found.get(point.span, Fraction(0)) + point.value
    return found


def _basis(reckoning: Reckoning) -> str:
    return reckoning.result.basis or "does not state its own"


def _name(reckoning: Reckoning) -> str:
    return f"{reckoning.result.source}/{reckoning.result.channel}"
