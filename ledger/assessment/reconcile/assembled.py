"""Figures for a group of parties: those of the group itself, and those of its members put together (R3).

The two are channels beside each other and never added. A member counts on the days on which it belonged: an observation
that reaches over its first or last day may count whole or not at all, as one that straddles a period's edge does (R10).
A member without figures lowers the coverage by its share, and is named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ledger.assessment.group import Pair, pairs_of
from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, percent
from ledger.assessment.reconcile.channel import NOBODY, Admitted, Channel, Part, Point, admit
from ledger.assessment.reconcile.coverage import Weights, cover, segments
from ledger.assessment.reconcile.exchange import Rate
from ledger.assessment.reconcile.span import Span, day_text, union
from ledger.assessment.result import MemberFigures, NotAdmissible
from ledger.assessment.selection import Query, Selected
from ledger.assessment.view import Known
from ledger.model.term import Reading

_Key = tuple[str, str, str, str]
"""Source, channel, frequency and basis."""


def admit_all(
    known: Known,
    selected: Selected,
    query: Query,
    reading: Reading,
    *,
    unit: str,
    days: Sequence[Span],
    taken: Mapping[str, str] = NOBODY,
) -> Admitted:
    """Return the channels that answer a reading; where a side of it is a group, those of its members together, too.

    Args:
        days: about which figures are asked for; who belonged on none of them is not asked.
        taken: as of ``channel.admit``.

    Raises:
        UnitError: as ``channel.admit``.
    """
    own = admit(known, selected, query, reading, unit=unit, taken=taken)
    pairs = [pair for pair in pairs_of(known, reading) if any(_meets(pair, span) for span in days)]
    if not pairs:
        return own
    found: dict[_Key, dict[Pair, Channel]] = {}
    refused: dict[int, NotAdmissible] = {one.entry: one for one in own.refused}
    for pair in pairs:
        member = pair.read(reading)
        if member.series not in known.evidence:
            continue
        admitted = admit(known, selected, query._replace(series=member.series), member, unit=unit, taken=taken)
        refused |= {one.entry: one for one in admitted.refused}
        for channel in admitted.channels:
            found.setdefault(_key(reading, pair, channel), {})[pair] = channel
    whole = (replace(channel, group=_group(reading, pairs)) for channel in own.channels)
    together = (_together(reading, key, pairs, channels) for key, channels in sorted(found.items()))
    return Admitted((*whole, *together), tuple(one for _, one in sorted(refused.items())))


def _meets(pair: Pair, span: Span) -> bool:
    return any(Span(*days).meets(span) for days in pair.days)


def _key(reading: Reading, pair: Pair, channel: Channel) -> _Key:
    """Return what figures of members have in common so that they are one channel.

    Where the group is who reports, each member has an authority of its own: they stand as one source, the members'.
    """
    is_of_member = pair.reporter != reading.reporter and channel.owner == pair.reporter and reading.source is None
    source = f"{reading.reporter}-members" if is_of_member else channel.source
    return source, channel.name, channel.frequency, channel.basis


def _group(reading: Reading, pairs: Sequence[Pair]) -> str:
    """Return which side of a reading is a group, or that both are."""
    sides = [
        side
        for side, singles in (
            (reading.reporter, {pair.reporter for pair in pairs}),
            (reading.partner, {pair.partner for pair in pairs}),
        )
        if side not in singles
    ]
    return " and ".join(sides)


def _together(reading: Reading, key: _Key, pairs: Sequence[Pair], channels: Mapping[Pair, Channel]) -> Channel:
    """Return the figures of members as one channel: of each only those of its days."""
    source, name, frequency, basis = key
    parts = tuple(Part(pair.member, tuple(Span(*days) for days in pair.days), channels.get(pair)) for pair in pairs)
    those = [(part, part.channel) for part in parts if part.channel is not None]
    alone: dict[int, tuple[Point, ...]] = {}
    for part, channel in those:
        alone |= {entry: tuple(_of_days(points, part.days)) for entry, points in channel.alone.items()}
    points = [point for part, channel in those for point in _of_days(channel.points, part.days)]
    owners = {channel.owner for _, channel in those}
    is_theirs = owners <= {pair.reporter for pair in pairs} and reading.reporter not in owners
    return Channel(
        source=source,
        name=name,
        frequency=frequency,
        basis=basis,
        points=tuple(sorted(points, key=lambda one: (one.span.last, one.span.first, one.status, one.entry))),
        alone=alone,
        facts=dict(sorted((index, fact) for _, channel in those for index, fact in channel.facts.items())),
        zeros=union(zero.common(days) for part, channel in those for zero in channel.zeros for days in part.days),
        held=sum(channel.held for _, channel in those),
        leaves=max(channel.leaves for _, channel in those) * len(parts),
        units=frozenset(unit for _, channel in those for unit in channel.units),
        tables=tuple(fact for _, fact in sorted({t.index: t for _, one in those for t in one.tables}.items())),
        rates=tuple(_rates(channel for _, channel in those)),
        listed=tuple(row for _, channel in those for row in channel.listed),
        notes=tuple(dict.fromkeys(f"{part.name}: {note}" for part, channel in those for note in channel.notes)),
        group=_group(reading, pairs),
        parts=parts,
        owner_of_parts=reading.reporter if is_theirs else None,
    )


def _of_days(points: Iterable[Point], days: Sequence[Span]) -> Iterator[Point]:
    """Yield the points of some days; one that only reaches into them may count or not."""
    for point in points:
        if any(point.span.within(span) for span in days):
            yield point
        elif any(point.span.meets(span) for span in days):
            yield replace(point, is_astride=True)


def _rates(channels: Iterable[Channel]) -> Iterator[Rate]:
    found = {(rate.span, rate.priced, rate.priced_in): rate for channel in channels for rate in channel.rates}
    yield from (rate for _, rate in sorted(found.items(), key=lambda item: item[0]))


def members_in(channel: Channel, by: Weights, window: Span) -> tuple[MemberFigures, ...]:
    """Return what each member adds to a channel that is put together: its days, its share, how much is covered (R3)."""
    found = []
    for place, part in enumerate(channel.parts):
        days = tuple(common for span in part.days if (common := span.common(window)).days)
        if not days:
            continue
        share = covered = Fraction(0)
        for segment, weighed in segments(channel, by, window):
            if place in weighed:
                share += segment.days * weighed[place]
                covered += segment.days * _covered(part, by, place, segment)
        inside = [
            point
            for point in (part.channel.points if part.channel is not None else ())
            if point.is_certain and any(point.span.within(span) for span in days)
        ]
        found.append(
            MemberFigures(
                member=part.name,
                days=tuple(f"{day_text(span.first)}/{day_text(span.last)}" for span in days),
                share=fraction_text(share / window.days),
                coverage=fraction_text(covered / sum(span.days for span in days)),
                value=exact_or_rounded(sum((point.value for point in inside), Fraction(0))) if inside else None,
            )
        )
    return tuple(found)


def _covered(part: Part, by: Weights, place: int, segment: Span) -> Fraction:
    if part.channel is None:
        return Fraction(0)
    return cover(part.channel, part.channel.points, segment, by.parts[place][0]).joint


def members_in_words(group: str, members: Sequence[MemberFigures], window: Span) -> Iterator[str]:
    """Yield how the figures of a group came about, in sentences: whose they are, and who has none (R3)."""
    if not group:
        return
    if not members:
        yield f"figures of {group} as a whole: those of its members are not added"
        return
    having = [_named(one, window) for one in members if one.coverage != "0"]
    yield f"put together from the figures of members of {group}: {', '.join(having)}; those of {group} itself not added"
    if without := [one for one in members if one.coverage == "0"]:
        share = sum((Fraction(one.share) for one in without), Fraction(0))
        names = ", ".join(_named(one, window) for one in without)
        yield f"members of {group} without figures: {names} ({percent(share)} of the scope)"


def _named(one: MemberFigures, window: Span) -> str:
    """Return a member with the days on which it belonged, where these are not all that are asked about."""
    if one.days == (f"{day_text(window.first)}/{day_text(window.last)}",):
        return one.member
    return f"{one.member} ({', '.join(days.replace('/', ' to ') for days in one.days)})"
