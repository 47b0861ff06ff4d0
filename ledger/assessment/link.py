"""Links between commitments, and totals over several commitments in which one flow is counted once (R16).

Whether two terms count one flow is read from their series, their scopes and their days, never from their titles; the
flow with a member of a group is a part of that with the group, on the days on which it belongs. What was seen of a
shared flow is counted once whatever the texts say; whether two amounts owed of it add up is for the links to say. Where
neither tells, the total is an interval, and says why. Nothing here changes an outcome.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from ledger.assessment.flow import Item, Near, by_member, common, common_flow, named_in
from ledger.assessment.group import sides_of
from ledger.assessment.reconcile.amount import exact_or_rounded, in_words
from ledger.assessment.reconcile.asked import window_of
from ledger.assessment.reconcile.span import Span, day_number
from ledger.assessment.result import (
    ChannelTotal,
    Cite,
    CommitmentResult,
    LinkResult,
    SourceResult,
    TermResult,
    TotalResult,
)  # fmt: skip
from ledger.assessment.standing import standing
from ledger.assessment.view import Known
from ledger.model.commitment import LinkKind
from ledger.model.term import QuantityTerm
from ledger.model.unit import convert, measurement
from ledger.model.value import STOCKS

IN_A_LINE: frozenset[LinkKind] = frozenset({"part_of", "replaces"})
"""Links that lead from one commitment to another and must not lead back."""

ENDED = frozenset({"replaced", "withdrawn", "expired"})
"""Validities with which a commitment is in no total."""

_SAID: dict[LinkKind, str] = {
    "adds_to": "adds to",
    "restates": "restates",
    "overlaps": "overlaps with",
    "replaces": "replaces",
    "part_of": "is part of",
}

_Key = tuple[str, str, str, str]
"""What terms of one total have in common: series, dimension of unit, bound, and kind of target."""

_Links = Callable[[str], Iterable[tuple[LinkKind, str]]]


@dataclass(frozen=True, slots=True)
class Together:
    """Totals over several commitments, and which of their terms are in none, each with the reason."""

    totals: tuple[TotalResult, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one term adds to a channel's total, without and with what cannot be told apart."""

    item: Item
    low: Fraction
    high: Fraction


def links_of(known: Known, subject: str) -> tuple[LinkResult, ...]:
    """Return the links that a commitment states, in its order (R16).

    What others say of it is told with them: an audit of it need not hold every commitment that names it.
    """
    fact = known.commitments[subject]
    return tuple(
        LinkResult(
            kind=link.kind,
            commitment=link.commitment,
            fault=fault_of(known, subject, link.kind, link.commitment),
            words=f"{subject} {_SAID[link.kind]} {link.commitment}{f': {link.note}' if link.note else ''}",
            cite=Cite(entry=fact.index, statement=fact.name, field=f"links[{place}]"),
        )
        for place, link in enumerate(fact.body.links)
    )


def fault_of(known: Known, subject: str, kind: LinkKind, other: str) -> str | None:
    """Return why a link cannot be followed at this view; null when it can (R16)."""
    if other not in known.commitments:
        return f"{other} is not known at this view"

    def links(one: str) -> Iterator[tuple[LinkKind, str]]:
        fact = known.commitments.get(one)
        yield from ((link.kind, link.commitment) for link in (fact.body.links if fact is not None else ()))

    way = circle_of(subject, kind, other, links)
    return f"runs in a circle: {' '.join((way[0], *(f'{_SAID[kind]} {step}' for step in way[1:])))}" if way else None


def circle_of(subject: str, kind: LinkKind, other: str, links: _Links) -> tuple[str, ...] | None:
    """Return the way by which a link leads back to where it starts; null for kinds that may, and where none does.

    Args:
        links: the kind and the commitment of every link that a commitment states.
    """
    if other == subject:
        return subject, other
    if kind not in IN_A_LINE:
        return None
    ways: list[tuple[str, ...]] = [(subject, other)]
    seen = {other}
    while ways:
        way = ways.pop(0)
        for its_kind, further in links(way[-1]):
            if its_kind != kind:
                continue
            if further == subject:
                return (*way, further)
            if further not in seen:
                seen.add(further)
                ways.append((*way, further))
    return None


def subjects_of(known: Known, *, party: str | None = None, instrument: str | None = None) -> tuple[str, ...]:
    """Return the commitments that a party owes, or that an instrument gives force to, by name; all, where neither."""
    return tuple(
        subject
        for subject, fact in sorted(known.commitments.items())
        if (party is None or party in fact.body.obligors) and instrument in {None, fact.body.instrument}
    )


def totals(known: Known, results: Sequence[CommitmentResult], *, by_member: bool = True) -> Together:
    """Return several commitments together, one flow counted once (R16).

    Terms are taken together where they are of one series, one dimension of unit, one bound and one kind of target; what
    is exported is never added to what is imported. So are those of a group and of its members, where they share a flow.
    An interval says that it cannot be told how much is one flow.

    Args:
        results: of the commitments, at the view of ``known``.
        by_member: whether a group and its members are looked at together; results of an older shape did not.

    Raises:
        UnitError: a unit that no stated factor is known for (R5).
    """
    left_out: list[str] = []
    groups: dict[_Key, dict[str, Item]] = {}
    replaced = _replaced(known, [result.subject for result in results])
    for result in results:
        if (why := _why_out(result, replaced)) is not None:
            left_out.append(f"{result.subject}: {why}")
            continue
        for item in _items(known, result, left_out):
            term = item.term
            key = (item.reading.series, measurement(term.unit).dimension, term.bound, term.target_is)
            group = groups.setdefault(key, {})
            # Several sources named for one series are readings of one term, which is owed once.
            before = group.get(item.name)
            group[item.name] = item if before is None else replace(before, sources=(*before.sources, *item.sources))
    joined = _joined(groups) if by_member else [tuple(items.values()) for _, items in sorted(groups.items())]
    several = [items for items in joined if len(items) > 1]
    return Together(tuple(_total(known, items) for items in several), tuple(left_out))


def _joined(groups: Mapping[_Key, Mapping[str, Item]]) -> list[tuple[Item, ...]]:
    """Return the terms of each total: those of one series, with those of others that share a flow with one of them.

    Of several series that of the most parties comes first: its name is that of the total.
    """
    joined = {key: {key} for key in groups}
    for one, other in _meeting(groups):
        if joined[one] is joined[other]:
            continue
        if any(common(mine, its) != "none" for mine in groups[one].values() for its in groups[other].values()):
            joined[one] |= joined[other]
            joined |= dict.fromkeys(joined[other], joined[one])
    found = []
    for key, keys in sorted(joined.items()):
        if key == min(keys):
            wide = sorted(keys, key=lambda one: (-max(len(item.sides) for item in groups[one].values()), one))
            found.append(tuple(item for one in wide for item in groups[one].values()))
    return found


def _meeting(groups: Mapping[_Key, Mapping[str, Item]]) -> Iterator[tuple[_Key, _Key]]:
    """Yield every two series, of one measure and kind of target, that are between the same two parties among others."""
    by_pair: dict[tuple[object, ...], list[_Key]] = {}
    for key, items in sorted(groups.items()):
        for pair in next(iter(items.values())).sides:
            measure = key[0].partition("/")[0]
            by_pair.setdefault((measure, *key[1:], pair), []).append(key)
    yield from sorted({two for keys in by_pair.values() for two in combinations(keys, 2)})


def _replaced(known: Known, subjects: Iterable[str]) -> dict[str, str]:
    """Return which commitment replaces which of these, among them: the first by name."""
    found: dict[str, str] = {}
    for other in sorted(subjects):
        for link in known.commitments[other].body.links:
            if (
                link.kind == "replaces"
                and link.commitment != other
                and (fault_of(known, other, link.kind, link.commitment) is None)
            ):
                found.setdefault(link.commitment, other)
    return found


def _why_out(result: CommitmentResult, replaced: Mapping[str, str]) -> str | None:
    """Return why a commitment is in no total: it has ended, or one that is here replaces it."""
    if result.validity in ENDED:
        return f"it is {result.validity}"
    other = replaced.get(result.subject)
    return None if other is None else f"{other} replaces it"


def _items(known: Known, result: CommitmentResult, left_out: list[str]) -> Iterator[Item]:
    """Yield the terms that can be added up, reading by reading; what cannot is left out with the reason."""
    pledged = known.commitments[result.subject].body.date
    by_id = {term.id: term for term in result.terms}
    for term in standing(known, result.subject).terms:
        if not isinstance(term, QuantityTerm):
            continue
        name = f"{result.subject}/{term.id}"
        if term.scope is None:
            left_out.append(f"{name}: it names no scope to count by")
        elif term.due is None:
            left_out.append(f"{name}: it has no last day")
        elif term.aggregate != "sum" or any(reading.type in STOCKS for reading in term.measures):
            left_out.append(f"{name}: a level, a mean or a maximum does not add up")
        else:
            named = named_in(term.scope)
            window = window_of(term, pledged=pledged, as_of=known.view.as_of)
            for reading, sources in zip(term.measures, _sources(by_id[term.id]), strict=True):
                yield Item(result.subject, term, named, reading, sides_of(known, reading), window, sources)


def _sources(term: TermResult) -> Iterator[tuple[SourceResult, ...]]:
    """Yield the channels of each reading, each once: by the baseline that counts, not by those that it restated."""
    for reading in term.readings:
        first: dict[tuple[str, str, str, str], SourceResult] = {}
        for one in sorted(reading.sources, key=lambda one: "restated" in (one.why_not or "")):
            first.setdefault(_channel(one), one)
        yield tuple(first.values())


def _channel(one: SourceResult) -> tuple[str, str, str, str]:
    return one.source, one.channel, one.frequency, one.basis


def _total(known: Known, items: Sequence[Item]) -> TotalResult:
    term, reading = items[0].term, items[0].reading
    low, high, said = _owed(known, items, unit=term.unit)
    channels = tuple(_seen(items, unit=term.unit))
    seen = "; ".join(f"{one.source}/{one.channel} has seen {_run(one.low, one.high, term.unit)}" for one in channels)
    owed = _run(exact_or_rounded(low), exact_or_rounded(high), term.unit)
    more = " over the baselines" if term.target_is == "increment" else ""
    return TotalResult(
        series=reading.series,
        unit=term.unit,
        bound=term.bound,
        target_is=term.target_is,
        owed_low=exact_or_rounded(low),
        owed_high=exact_or_rounded(high),
        terms=tuple(item.name for item in items),
        channels=channels,
        once=tuple(said),
        words=f"{term.bound.replace('_', ' ')} {owed}{more} by {len(items)} terms; {seen or 'no channel has figures'}",
    )


def _run(low: str, high: str, unit: str) -> str:
    if low == high:
        return in_words(Fraction(low), unit)
    return f"between {in_words(Fraction(low))} and {in_words(Fraction(high), unit)}"


def _owed(known: Known, items: Sequence[Item], *, unit: str) -> tuple[Fraction, Fraction, list[str]]:
    """Return what is owed in all, at least and at most, and how every shared flow was counted."""
    amounts = {item.name: convert(Fraction(item.term.target), unit=item.term.unit, to=unit) for item in items}
    covered: set[str] = set()
    may_be_one: dict[str, set[str]] = {}
    said: list[str] = []
    near = Near(items)
    for place, one in enumerate(items):
        for other in (items[further] for further in near.of(one) if further > place):
            shared = common(one, other)
            if shared == "none":
                continue
            how, gone = _how_owed(known, one, other, amounts)
            covered |= {gone} if gone is not None else set()
            if how is None:
                may_be_one.setdefault(one.name, set()).add(other.name)
                may_be_one.setdefault(other.name, set()).add(one.name)
                how = "nothing says whether the two amounts add up, so that the total is an interval"
            flow = "may share a flow" if shared == "unknown" else "share a flow"
            said.append(f"{one.name} and {other.name} {flow}{by_member(one, other)}: what was seen counts once; {how}")
    left = [item for item in items if item.name not in covered]
    parts = [_Part(item, amounts[item.name], amounts[item.name]) for item in left]
    low, high = _bounds(parts, lambda item: may_be_one.get(item.name, set()))
    return low, high, said


def _how_owed(known: Known, one: Item, other: Item, amounts: dict[str, Fraction]) -> tuple[str | None, str | None]:
    """Return how two amounts owed of one flow go together, and which of them is within the other; null: unknown."""
    for mine, theirs in ((one, other), (other, one)):
        for link in known.commitments[mine.commitment].body.links:
            if link.commitment != theirs.commitment or fault_of(known, mine.commitment, link.kind, link.commitment):
                continue
            words = f"{mine.commitment} {_SAID[link.kind]} {theirs.commitment}"
            match link.kind:
                case "adds_to":
                    return f"{words}, so that both are owed", None
                case "part_of":
                    return f"{words}, so that its amount is within the other", mine.name
                case "restates":
                    less = min((mine, theirs), key=lambda item: (amounts[item.name], item.name))
                    return f"{words}, so that the larger amount is owed once", less.name
                case _:
                    continue
    return None, None


def _seen(items: Sequence[Item], *, unit: str) -> Iterator[ChannelTotal]:
    """Yield what every channel comes to over the terms that it has figures of, each flow once."""
    channels = sorted({_channel(source) for item in items for source in item.sources if source.low is not None})
    for channel in channels:
        having = [
            item for item in items if any(_channel(one) == channel and one.low is not None for one in item.sources)
        ]
        near, names = Near(having), {item.name for item in having}
        parts = list(_parts(having, near, channel, unit=unit))
        low, high = _bounds(parts, near.may_be_one)
        source, name, frequency, basis = channel
        yield ChannelTotal(
            source=source,
            channel=name,
            frequency=frequency,
            basis=basis,
            low=exact_or_rounded(low),
            high=exact_or_rounded(high),
            terms=tuple(item.name for item in having),
            without=tuple(item.name for item in items if item.name not in names),
        )


def _parts(items: Sequence[Item], near: Near, channel: tuple[str, str, str, str], *, unit: str) -> Iterator[_Part]:
    """Yield what each term adds: of its figures those on whose days no wider scope, or the same, was counted before."""
    counted: set[str] = set()
    beside = {item.name: [items[place] for place in near.of(item)] for item in items}
    held = {item.name: sum(common_flow(item, one) in {"holds", "same"} for one in beside[item.name]) for item in items}
    for item in sorted(items, key=lambda item: (-held[item.name], -item.window.days, item.name)):
        wider = [
            one.window
            for one in beside[item.name]
            if one.name in counted and common_flow(item, one) in {"same", "within"}
        ]
        source = next(one for one in item.sources if _channel(one) == channel)
        low = high = Fraction(0)
        for point in source.points:
            span = Span(day_number(point.start), day_number(point.end))
            if point.status == "I" or any(span.within(window) for window in wider):
                continue
            value = convert(Fraction(point.value), unit=item.term.unit, to=unit)
            is_sure = span.within(item.window) and not any(span.meets(window) for window in wider)
            low += value if is_sure else min(value, Fraction(0))
            high += value if is_sure else max(value, Fraction(0))
        counted.add(item.name)
        yield _Part(item, low, high)


def _bounds(parts: Sequence[_Part], may_be_one: Callable[[Item], Collection[str]]) -> tuple[Fraction, Fraction]:
    """Return the least and the most that parts come to, where some pairs may be one flow in part or in whole.

    At most they add up; at least they come to any set of them of which no two may be one flow, the larger first.

    Args:
        may_be_one: gives the names of the terms whose flow may be that of a term.
    """
    high = sum((part.high for part in parts), Fraction(0))
    low = Fraction(0)
    chosen: set[str] = set()
    for part in sorted(parts, key=lambda one: (-one.low, one.item.name)):
        if part.low < 0 or chosen.isdisjoint(may_be_one(part.item)):
            chosen.add(part.item.name)
            low += part.low
    return low, high
