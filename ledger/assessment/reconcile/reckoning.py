"""A reckoning: one channel against one term by itself, before sources are weighed together (R5–R7, R9–R11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, percent
from ledger.assessment.reconcile.asked import Asked
from ledger.assessment.reconcile.assembled import members_in, members_in_words
from ledger.assessment.reconcile.base import Base, bases
from ledger.assessment.reconcile.channel import Channel, Point
from ledger.assessment.reconcile.coverage import Coverage, Weights, weights
from ledger.assessment.reconcile.decision import Owed, decide
from ledger.assessment.reconcile.listed import MOST, listed_codes, listed_in_words
from ledger.assessment.reconcile.pace import is_on_pace, linear, seasonal
from ledger.assessment.reconcile.projection import project
from ledger.assessment.reconcile.ratio import Measured
from ledger.assessment.reconcile.span import Span, day_number, day_text, late_in_words
from ledger.assessment.reconcile.total import (
    Threshold,
    Total,
    aggregate_of,
    cannot_fall,
    day_reached,
    highest,
    runs_on,
    total,
)  # fmt: skip
from ledger.assessment.result import Cite, ListedCode, Projection, RateUsed, Revision, SourceResult
from ledger.assessment.result import Point as CountedPoint
from ledger.model.determination import Outcome
from ledger.model.ratio import Ratio
from ledger.model.term import QuantityTerm, Reading

LEAST_SCOPE = Fraction(60, 100)
"""A source that covers less of the scope does not vote (R8)."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One channel's answer, and what deciding between channels needs to know of it.

    Attributes:
        bar: why it may not vote, whatever it says; null when it may.
        too_weak: as ``bar``, where the grade alone is the reason: then no more of it is awaited, either.
        reached: as in the result, a day's number. ``is_fixed``: what is totalled cannot fall.
        owed: the level owed on the channel; null without a baseline of its own. ``base``: what it is counted from.
        peak: for a term without a last day the highest that its total ever was; null for others, and without figures.
    """

    asked: Asked
    owed: Owed | None
    base: Base | None
    result: SourceResult
    channel: Channel
    total: Total
    bar: str | None
    too_weak: str | None
    reached: int | None
    is_fixed: bool
    peak: Fraction | None

    @property
    def is_decided(self) -> bool:
        """Whether its figures fall on one side of the bound."""
        return self.result.outcome in {"met", "not_met"}

    @property
    def rank(self) -> tuple[Fraction, str, int, str, str, bool]:
        """What the channels of a source are chosen by: coverage, publication, entry (R8); the rest makes it total."""
        # The entry of figures: that of a baseline says nothing about how new they are.
        entry = max((cite.entry for cite in self.result.cites if cite.field is None), default=-1)
        coverage, vintage, channel = self.total.coverage.joint, self.result.vintage or "", self.channel
        return coverage, vintage, entry, channel.frequency, channel.basis, not channel.parts

    def outcome_if(self, *, actual: Fraction = Fraction(0), baseline: Fraction = Fraction(0)) -> Outcome:
        """Return the outcome if what was seen, or what is counted from, were another by so much (R13).

        Only verdicts are told apart: before the deadline no pace is asked for.
        """
        low, high = self.total.low, self.total.high
        if self.owed is None or low is None or high is None:
            return self.result.outcome
        owed = replace(self.owed, level=self.owed.level + baseline)
        if self.asked.is_open_ended:
            is_reached = owed.bound == "at_least" and self.peak is not None and self.peak + actual >= owed.level
            return "met" if is_reached else "not_assessable"
        verdict = decide(
            owed, low + actual, high + actual, is_closed=self.asked.is_closed,
            is_whole=self.total.coverage.is_complete, is_fixed=self.is_fixed,
        )  # fmt: skip
        if verdict is not None:
            return verdict
        return _undecided(self.asked, self.channel, self.total.coverage)[0] if self.asked.is_closed else "not_due"

    def turned(self, outcome: Outcome) -> Self:
        """Return the same answer with another outcome, for asking what the sources would then say together."""
        return replace(self, result=self.result.model_copy(update={"outcome": outcome, "reason": None}))


def reckon(asked: Asked, channel: Channel) -> Iterator[Reckoning]:
    """Yield a channel's answer by the baseline that counts, then by each that it restated (R6)."""
    term = asked.term
    if not isinstance(term, QuantityTerm):
        raise AssertionError("only a quantity is reckoned against a bound")
    reference = Span(asked.query.weigh_from, asked.query.weigh_to) if asked.query.weigh_from else None
    by = weights(channel, reference)
    for base in bases(asked, channel, by):
        yield _reckon(asked, term, channel, by, reference, base)


def _reckon(
    asked: Asked, term: QuantityTerm, channel: Channel, by: Weights, reference: Span | None, base: Base | None
) -> Reckoning:
    window = asked.window
    measure, stated = asked.reading.type, term.aggregate
    owed = _owed(term, base)
    observed = total(channel, channel.points, window, by=by, measure=measure, stated=stated)
    reached = _reached(asked, term, channel, owed, base)
    if asked.is_open_ended and reached is not None:
        # R10: an open period runs to the day on which the bound was reached.
        window = Span(window.first, reached)
        observed = total(channel, channel.points, window, by=by, measure=measure, stated=stated)
    outcome, reason = _outcome(asked, term, channel, owed, observed, reached=reached)
    if outcome == "not_met" and _is_lost(asked, owed, reached):
        # It was reached in time and fell again: what counts now is the day on which it came back, if it did (R11).
        reached = _reached(asked, term, channel, owed, base, after=asked.due or 0)
        outcome, reason = _outcome(asked, term, channel, owed, observed, reached=reached)
    vintage = _vintage(channel, observed)
    ratios: tuple[Ratio, ...] = ()
    if owed is not None and observed.low is not None and observed.high is not None and vintage is not None:
        measured = Measured(
            asked, channel, owed, window, vintage, observed.coverage.joint, actual=observed.low, high=observed.high
        )
        ratios, pace = _ratios(measured, by, reference, base)
        if outcome == "not_due" and pace is not None:
            outcome = pace
    listed = listed_codes(channel.listed, window, unit=term.unit)
    members = members_in(channel, by, window)
    result = SourceResult(
        source=channel.source,
        channel=channel.name,
        frequency=channel.frequency,
        measure=measure,
        reporter=asked.reading.reporter,
        partner=asked.reading.partner,
        basis=channel.basis,
        votes=False,
        why_not=None,
        outcome=outcome,
        reason=reason,
        low=_text(observed.low),
        high=_text(observed.high),
        baseline=_text(base.value) if base is not None else None,
        target=_text(owed.level) if owed is not None else None,
        shortfall=_shortfall(owed, observed),
        coverage=fraction_text(observed.coverage.joint),
        period_coverage=fraction_text(observed.coverage.period),
        scope_coverage=fraction_text(observed.coverage.scope),
        coverage_weighed_by=observed.coverage.weighed_by,
        vintage=vintage,
        reached=day_text(reached) if reached is not None else None,
        days_late=max(0, reached - asked.due) if reached is not None and asked.due is not None and owed is not None
        and owed.bound == "at_least" else None,
        grade=channel.grade,
        flags=(
            *members_in_words(channel.group, members, window),
            *_flags(channel, observed, base, window, listed),
        ),
        points=_counted(observed.points),
        revisions=tuple(_revisions(asked, term, channel, by, observed, window)),
        ratios=ratios,
        cites=tuple(_cites(channel, observed, base)),
        tables=tuple(Cite(entry=fact.index, statement=fact.name) for fact in channel.tables),
        rates=tuple(_rates(channel)),
        listed=listed[:MOST],
        members=members,
        projection=_projection(asked, channel, by, observed, owed),
    )  # fmt: skip
    return Reckoning(
        asked=asked,
        owed=owed,
        base=base,
        result=result,
        channel=channel,
        total=observed,
        bar=_bar(asked, channel, observed, base),
        too_weak=_too_weak(asked, channel),
        reached=reached,
        is_fixed=cannot_fall(measure, stated),
        peak=highest(channel.points, asked.window, measure=measure, stated=stated) if asked.is_open_ended else None,
    )


def _reached(
    asked: Asked, term: QuantityTerm, channel: Channel, owed: Owed | None, base: Base | None, *, after: int = 0
) -> int | None:
    """Return the day on which the bound was reached, of a ceiling passed; null for what is to be exact (R11)."""
    if owed is None or owed.bound == "exactly" or asked.window.days == 0:
        return None
    usual = base.value if base is not None and base.value is not None else Fraction(0)
    threshold = Threshold(level=owed.level, usual=usual, is_passed=owed.bound == "at_most")
    return day_reached(
        channel.points, asked.window, threshold, measure=asked.reading.type, stated=term.aggregate, after=after
    )


def _is_lost(asked: Asked, owed: Owed | None, reached: int | None) -> bool:
    """Whether a floor was reached up to the deadline, and so must have been lost again where it is not met."""
    return (
        owed is not None
        and owed.bound == "at_least"
        and reached is not None
        and asked.due is not None
        and reached <= asked.due
    )


def _owed(term: QuantityTerm, base: Base | None) -> Owed | None:
    """Return the level owed on a channel: an increment is counted from the channel's own baseline (R6)."""
    target, tolerance = Fraction(term.target), Fraction(term.tolerance)
    if base is None:
        return Owed(term.bound, target, tolerance)
    return None if base.value is None else Owed(term.bound, base.value + target, tolerance)


def _outcome(
    asked: Asked, term: QuantityTerm, channel: Channel, owed: Owed | None, observed: Total, *, reached: int | None
) -> tuple[Outcome, str | None]:
    """Return what a channel says by itself (R11); before the deadline without the pace, which is added beside."""
    if owed is None:
        return (
            ("not_assessable", "no baseline of its own") if asked.is_closed else ("not_due", "no baseline of its own")
        )
    if observed.low is not None and observed.high is not None:
        is_fixed = cannot_fall(asked.reading.type, term.aggregate)
        verdict = decide(
            owed, observed.low, observed.high,
            is_closed=asked.is_closed, is_whole=observed.coverage.is_complete, is_fixed=is_fixed,
        )  # fmt: skip
        if asked.is_open_ended:
            # Without period and deadline it can be met on the day the bound is reached, and never not met.
            is_reached = owed.bound == "at_least" and reached is not None
            return ("met", None) if is_reached else ("not_assessable", "no deadline")
        if verdict is not None:
            return verdict, when_reached(term, asked.reading, verdict, reached)
    if asked.is_open_ended:
        return "not_assessable", "no deadline"
    if not asked.is_closed:
        return "not_due", None
    return _undecided(asked, channel, observed.coverage)


def when_reached(term: QuantityTerm, reading: Reading, verdict: str, reached: int | None) -> str | None:
    """Return the day that matters beside a verdict, in words (R11); a figure tells only the end of its own days."""
    if reached is None or term.bound == "exactly":
        return None
    if term.due is None:
        return f"reached by {day_text(reached)}" if verdict == "met" else None
    if term.bound == "at_most":
        return f"passed by {day_text(reached)}" if verdict == "not_met" else None
    late = reached - day_number(term.due)
    if verdict == "met" or late <= 0:
        return f"reached by {day_text(reached)}" if verdict == "met" else None
    # What was owed later may be in a total that runs on: the words say so.
    how = "counting on past the period, " if runs_on(reading.type, term.aggregate) else ""
    return f"{how}reached by {day_text(reached)}, at most {late_in_words(late)}"


def _undecided(asked: Asked, channel: Channel, coverage: Coverage) -> tuple[Outcome, str]:
    """Return why nothing is decided after the deadline: not reported, awaited, not covered, or astride (R10, R11)."""
    if not coverage.is_complete and (looked := asked.looked_in_vain(channel.source)) is not None:
        return "not_reported", f"an assessor looked on {looked.body.date} and the owed figure was not published"
    covers = f"figures cover {percent(coverage.joint)} of period and scope"
    if not coverage.is_complete and asked.as_of <= (until := asked.awaited_until(channel.source)):
        return "awaiting", f"{covers}; more may come until {day_text(until)}"
    if not coverage.is_complete:
        return "not_assessable", f"coverage: {covers}"
    astride = "an observation straddles the period's edge, or a code the scope's"
    if channel.parts:
        astride += ", or an observation a member's first or last day"
    return "not_assessable", f"{astride}, and the bound lies between without it and with it"


def _ratios(
    measured: Measured, by: Weights, reference: Span | None, base: Base | None
) -> tuple[tuple[Ratio, ...], Outcome | None]:
    """Return the ratios of a channel, and its pace where both prorations say the same (R7, R9)."""
    ratios = [measured.gross()]
    if base is not None and base.value is not None:
        ratios.append(measured.incremental(base.value))
    asked, channel, term = measured.asked, measured.channel, measured.asked.term
    until = _last_day(channel, measured.window)
    if until is None or asked.is_open_ended or aggregate_of(asked.reading.type, term.aggregate) != "sum":
        return tuple(ratios), None
    share = linear(measured.window, until)
    ratios.append(measured.pace_linear(until, share))
    if share == 1:
        return tuple(ratios), None  # nothing is left of the period: by season as by days, all of it is due
    season = seasonal(channel, channel.points, measured.window, until, by=by, reference=reference, before=asked.pledged)
    ratios.append(measured.pace_seasonal(until, season))
    if season.share is None:
        return tuple(ratios), None
    said = {
        is_on_pace(measured.owed, actual, part)
        for actual in (measured.actual, measured.high)
        for part in (share, season.share)
    }
    if len(said) > 1:
        return tuple(ratios), None
    return tuple(ratios), "on_pace" if said == {True} else "off_pace"


def _projection(asked: Asked, channel: Channel, by: Weights, observed: Total, owed: Owed | None) -> Projection | None:
    """Return what the total may come to, before the deadline and of what adds up; null else (R14)."""
    runs = aggregate_of(asked.reading.type, asked.term.aggregate) == "sum"
    if asked.is_closed or asked.is_open_ended or not runs or asked.window.days == 0:
        return None
    until = _last_day(channel, asked.window)
    if until == asked.window.last:
        return None  # nothing is left of the period to project
    level = owed.level if owed is not None else None
    return project(asked, channel, observed, until, by=by, owed=level)


def _last_day(channel: Channel, window: Span) -> int | None:
    """Return the end of the last admissible observation inside the window; days of zeros are observed, too."""
    days = [point.span.last for point in channel.points if point.counts and point.span.within(window)]
    days += [span.common(window).last for span in channel.zeros if span.meets(window)]
    return max(days, default=None)


def _vintage(channel: Channel, observed: Total) -> str | None:
    entries = {point.entry for point in observed.points if point.counts}
    if not entries and observed.low is not None:
        entries = {index for index, fact in channel.facts.items() if fact.body.absent == "zero"}
    return channel.published(entries)


def _shortfall(owed: Owed | None, observed: Total) -> str | None:
    """Return target less actual, where a floor is missed by what was observed without the edges."""
    if owed is None or owed.least is None or observed.low is None:
        return None
    return exact_or_rounded(max(Fraction(0), owed.least - observed.low))


def _flags(
    channel: Channel, observed: Total, base: Base | None, window: Span, listed: Sequence[ListedCode]
) -> Iterator[str]:
    statuses = {point.status for point in observed.points}
    if "P" in statuses:
        yield "provisional figures"
    if "E" in statuses:
        yield "figures estimated by the publisher"
    if "I" in statuses:
        yield "figures interpolated by the source are left out"
    if observed.low != observed.high and any(point.is_astride for point in observed.points):
        yield _astride_in_words(channel)
    if any(point.counts and not point.span.within(window) for point in observed.points):
        yield "an observation straddles the period's edge"
    yield from listed_in_words(listed)
    if channel.rates:
        names = sorted({rate.priced if rate.factor == rate.value else rate.priced_in for rate in channel.rates})
        yield f"converted from {', '.join(names)} by rates of the same days"
    yield from (f"left out: {note}" for note in channel.notes)
    if any(span.days for span in channel.zeros):
        yield "a missing row means zero"
    if imputed := _imputed_days(channel, observed):
        yield imputed
    if base is not None and base.fact is not None and base.fact.body.summed and base.value is not None:
        yield "baseline summed from the channel's own figures"


def _astride_in_words(channel: Channel) -> str:
    """Return what may count whole or not at all: a code, or what a member had while it joined or left (R3)."""
    if channel.parts:
        return "codes lie partly in the scope, or an observation reaches over a member's first or last day"
    return "codes lie partly in the scope"


def _imputed_days(channel: Channel, observed: Total) -> str | None:
    """Return in one sentence which entries have a publication day that is ours, and why (R1, R17)."""
    whys: dict[str, list[int]] = {}
    for index in sorted({point.entry for point in observed.points if point.counts}):
        if (why := channel.facts[index].body.vintage.imputed) is not None:
            whys.setdefault(why.rstrip("."), []).append(index)
    if not whys:
        return None
    parts = (
        f"{'entries' if len(found) > 1 else 'entry'} {', '.join(str(one) for one in found)} ({why})"
        for why, found in whys.items()
    )
    return f"publication day imputed: {'; '.join(parts)}"


def _revisions(
    asked: Asked, term: QuantityTerm, channel: Channel, by: Weights, observed: Total, window: Span
) -> Iterator[Revision]:
    """Yield what earlier publications said of the same days, those that alone cover as much as all do together (R2)."""
    used = {point.entry for point in observed.points if point.counts}
    found = []
    for entry, points in channel.alone.items():
        said = total(channel, points, window, by=by, measure=asked.reading.type, stated=term.aggregate)
        if used != {entry} and said.low is not None and said.coverage.joint >= observed.coverage.joint:
            published = channel.facts[entry].body.vintage.published
            found.append(Revision(published=published, actual=exact_or_rounded(said.low), entry=entry))
    yield from sorted(found, key=lambda one: (one.published, one.entry))


def _cites(channel: Channel, observed: Total, base: Base | None) -> Iterator[Cite]:
    entries = {point.entry for point in observed.points}
    if observed.low is not None and channel.zeros:
        entries |= {index for index, fact in channel.facts.items() if fact.body.absent == "zero"}
    if base is not None:
        entries |= set(base.entries)
    yield from (Cite(entry=index, statement=channel.facts[index].name) for index in sorted(entries))
    if base is not None and base.fact is not None:
        yield Cite(
            entry=base.fact.index, statement=base.fact.name, field="summed" if base.fact.body.summed else "value"
        )


def _bar(asked: Asked, channel: Channel, observed: Total, base: Base | None) -> str | None:
    """Return why a channel may not vote, whatever its figures say (R6, R8, R18)."""
    if (too_weak := _too_weak(asked, channel)) is not None:
        return too_weak
    if base is not None and base.value is None:
        return base.reason
    if base is not None and base.restated_by is not None:
        return f"its baseline is restated by entry {base.restated_by}"
    if observed.low is None:
        return "has no figure of the period"
    if observed.coverage.scope < LEAST_SCOPE:
        return f"covers {percent(observed.coverage.scope)} of the scope, under 60 %"
    return None


def _too_weak(asked: Asked, channel: Channel) -> str | None:
    """Return why a channel's figures are worth too little to decide, or to be waited for (R8, R18)."""
    if channel.grade in {"E0", "E1"}:
        return f"grade {channel.grade} never closes a term"
    if asked.reading.source is None and channel.grade == "E2":
        return "grade E2, and the text names no source, so that E3 is needed"
    return None


def _rates(channel: Channel) -> Iterator[RateUsed]:
    """Yield the rates by which figures were converted; those of other days may be of a baseline (R5)."""
    for rate in channel.rates:
        yield RateUsed(
            start=day_text(rate.span.first),
            end=day_text(rate.span.last),
            priced=rate.priced,
            priced_in=rate.priced_in,
            value=exact_or_rounded(rate.value),
            cite=Cite(entry=rate.fact.index, statement=rate.fact.name),
        )


def _counted(points: Iterable[Point]) -> tuple[CountedPoint, ...]:
    """Return the observations as counted, one for each period and status, from whichever vintages they came."""
    sums: dict[tuple[Span, str], Fraction] = {}
    for point in points:
        key = point.span, point.status
        sums[key] = sums.get(key, Fraction(0)) + point.value
    return tuple(
        CountedPoint(start=day_text(span.first), end=day_text(span.last), value=exact_or_rounded(value), status=status)
        for (span, status), value in sorted(sums.items(), key=lambda item: (item[0][0].last, item[0]))
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else exact_or_rounded(value)
