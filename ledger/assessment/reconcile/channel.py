"""A channel: one copy of one source's figures at one frequency and price basis, as points in the term's unit (R5, R8).

It is made of the engine's rows; every number is an exact fraction. Figures in another dimension or on another price
basis than the term asks for are listed with the reason, never counted (R4).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

from ledger.assessment.classification import family_of, is_below
from ledger.assessment.observation import BASES, FREQUENCIES, INTERPOLATED, LIMB, STATUSES
from ledger.assessment.reconcile.exchange import Exchange, Rate
from ledger.assessment.reconcile.span import Span, day_number, outside, union, words
from ledger.assessment.result import Grade, NotAdmissible
from ledger.assessment.route import Routes, currency_of
from ledger.assessment.selection import (
    CURRENT,
    LISTED,
    Query,
    Row,
    Selected,
    routes_of,
    same_edition,
    why_not_admissible,
)  # fmt: skip
from ledger.assessment.view import Fact, Known
from ledger.model.evidence import Evidence, Standing, key_name
from ledger.model.term import Reading
from ledger.model.unit import UNITS, base_unit, convert, measurement

GRADES: Mapping[Standing, Grade] = {
    "official": "E3",
    "independent": "E3",
    "statement": "E2",
    "media": "E1",
    "claim": "E0",
}
"""What one publisher's figures are worth by themselves (R18); E4 takes two."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure for some days, summed over the codes of the scope.

    Attributes:
        value: in the term's unit. ``weight``: what the baseline counted of the same codes, in the same unit.
        leaves: how many leaf codes of the scope it speaks for.
        is_finer: whether some of its codes lie below one that the baseline counts whole.
        is_astride: its codes lie partly in the scope: it may count whole or not at all (R3).
        is_exchanged: it was in another currency, in which ``weight`` has no one rate (R5).
    """

    span: Span
    value: Fraction
    status: str
    entry: int
    leaves: int
    weight: Fraction
    is_finer: bool
    is_astride: bool = False
    is_exchanged: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether it counts, and with all of its codes (R3)."""
        return self.counts and not self.is_astride

    @property
    def counts(self) -> bool:
        """Whether it may count in a verdict: what the source interpolated may not (R10)."""
        return self.status != STATUSES[INTERPOLATED]


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a group whose figures are put together: the days on which it belonged, and its figures, if any (R3).

    Attributes:
        channel: null where the channel has nothing of this member.
    """

    name: str
    days: tuple[Span, ...]
    channel: "Channel | None"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of one source.

    Attributes:
        points: the newest figure for every period, in order of their last day. ``alone``: what each entry says by
            itself.
        facts: the statements it is made of, by entry. ``zeros``: the days on which a missing row means zero (R10).
        held: leaf codes that it ever counts, of ``leaves`` in the scope.
        units: the units that its figures came in.
        tables: by which codes of other classifications were read. ``rates``: by which other currencies were.
        listed: rows of codes that are listed and not counted. ``notes``: what was left out of it, and why.
        group: the group of parties that it speaks for; empty where there is none. ``parts``: the members whose figures
            it is put together from; none where they are the group's own (R3).
        owner_of_parts: the group, where every member's figures are its own official ones.
    """

    source: str
    name: str
    frequency: str
    basis: str
    points: tuple[Point, ...]
    alone: Mapping[int, tuple[Point, ...]]
    facts: Mapping[int, Fact[Evidence]]
    zeros: tuple[Span, ...]
    held: int
    leaves: int
    units: frozenset[str]
    tables: tuple[Fact[Evidence], ...] = ()
    rates: tuple[Rate, ...] = ()
    listed: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    group: str = ""
    parts: tuple[Part, ...] = ()
    owner_of_parts: str | None = None

    @property
    def standing(self) -> Standing:
        """What the publisher's figures are worth; the least of them where its statements differ."""
        return min((fact.body.standing for fact in self.facts.values()), key=lambda standing: GRADES[standing])

    @property
    def grade(self) -> Grade:
        """The grade that its figures have by themselves (R18)."""
        return GRADES[self.standing]

    @property
    def owner(self) -> str | None:
        """The party whose official figures these are."""
        if self.parts:
            return self.owner_of_parts
        owners = {fact.body.authority_of for fact in self.facts.values()}
        return owners.pop() if len(owners) == 1 else None

    def published(self, entries: Iterable[int]) -> str | None:
        """Return the newest day of publication among some of its entries."""
        return max((self.facts[entry].body.vintage.published for entry in entries), default=None)


_Group = tuple[str, str, str, str]
"""Source, channel, frequency and basis."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The channels that a reading may use, and what was looked at and not counted."""

    channels: tuple[Channel, ...]
    refused: tuple[NotAdmissible, ...]


NOBODY: Mapping[str, str] = {}
"""No other term is counted in another currency."""


def admit(
    known: Known, selected: Selected, query: Query, reading: Reading, *, unit: str, taken: Mapping[str, str] = NOBODY
) -> Admitted:
    """Return the channels that answer a reading in the term's unit, and the statements of its series that do not.

    Args:
        taken: by currency, the other term of the commitment that counts the same flow in it: what is in it is that
            term's and not converted, lest it be counted by both (R3).

    Raises:
        UnitError: the term's unit is not known (R5).

    Source: R4, R5.
    """
    measurement(unit)
    routes, exchange = routes_of(known, query), Exchange(known, selected, unit=unit)
    facts = {fact.index: fact for fact in known.evidence.get(query.series, ())}
    reasons: dict[int, str] = {}
    for index, fact in facts.items():
        if (reason := why_not_admissible(fact, query, routes)) is not None:
            reasons[index] = reason
        elif reading.source is not None and fact.body.authority != reading.source:
            reasons[index] = f"statistics of {fact.body.authority}; the text names {reading.source}"
    gathered = _gather(selected, query, reading, exchange, unit=unit, barred=frozenset(reasons), taken=taken)
    reasons |= {entry: reason for entry, reason in gathered.reasons.items() if entry not in reasons}
    groups = gathered.groups
    for key, rows in list(groups.items()):
        left, whys = _in_one_currency(rows, facts, unit=unit, taken=taken)
        if whys:
            groups[key] = left
            counted = {row.entry for row in left}
            reasons |= {entry: why for entry, why in whys.items() if entry not in counted}
            gathered.notes.setdefault(key, []).extend(whys.values())
    groups = {key: rows for key, rows in groups.items() if rows}
    for key, twice in [(key, _days_twice(rows)) for key, rows in groups.items()]:
        if twice is not None:
            reasons |= {row.entry: f"{twice}; which of them to count is not stated" for row in groups.pop(key)}
    used = {row.entry for rows in groups.values() for row in rows}
    for index in facts:
        if index not in used:
            reasons.setdefault(
                index, f"holds no code of the scope ({query.family}{query.edition} {', '.join(query.codes[:5])})"
            )
        elif index in reasons:
            del reasons[index]  # part of it is counted; that the file also holds something else is no fault of it
    return Admitted(
        channels=tuple(
            _channel(
                known, query, key, rows, facts, exchange, unit=unit, routes=routes,
                lacking=tuple(gathered.lacking.get(key, ())),
                listed=tuple(gathered.listed.get(key, ())), notes=tuple(dict.fromkeys(gathered.notes.get(key, ()))),
            )
            for key, rows in sorted(groups.items())
        ),
        refused=tuple(refusal(facts[index], reason) for index, reason in sorted(reasons.items())),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The rows of a query by channel, frequency and basis: what may count, what is listed, why the rest does not.

    Attributes:
        lacking: days of figures in a currency that no rate leads from: there is something, and how much is not known.
    """

    groups: dict[_Group, list[Row]]
    listed: dict[_Group, list[Row]]
    notes: dict[_Group, list[str]]
    reasons: dict[int, str]
    lacking: dict[_Group, list[Span]]


def _gather(
    selected: Selected,
    query: Query,
    reading: Reading,
    exchange: Exchange,
    *,
    unit: str,
    barred: frozenset[int],
    taken: Mapping[str, str],
) -> _Gathered:
    """Return the rows of a query, those of barred entries left out."""
    found = _Gathered({}, {}, {}, {}, {})
    for row in selected.of(query):
        authority, name = selected.plan.channels[row.channel]
        key = (authority, name, FREQUENCIES[row.frequency], BASES[row.basis])
        if row.line == LISTED:
            found.listed.setdefault(key, []).append(row)
        elif row.entry not in barred:
            reason = _why_not_counted(row, reading, exchange, unit=unit)
            if reason is None:
                found.groups.setdefault(key, []).append(row)
                continue
            found.reasons.setdefault(row.entry, reason)
            if row.line == CURRENT and (currency := currency_of(UNITS[row.unit])) is not None:
                found.notes.setdefault(key, []).append(reason)
                if currency != currency_of(unit) and currency not in taken:
                    found.lacking.setdefault(key, []).append(Span(row.day_from, row.day_to))
    return found


def _in_one_currency(
    rows: list[Row], facts: Mapping[int, Fact[Evidence]], *, unit: str, taken: Mapping[str, str]
) -> tuple[list[Row], dict[int, str]]:
    """Return the rows whose currencies may be counted together, and by entry why others may not (R3, R5).

    Where each flow is in one currency, as transactions are, those in others come on top. Else a flow that is given in
    two is counted once, in the term's own before others; which of two others to convert is not stated: then none is.
    """
    ours = currency_of(unit)
    if ours is None:
        return rows, {}
    left, whys = [], {}
    for row in rows:
        theirs = currency_of(UNITS[row.unit])
        if theirs is not None and theirs != ours and theirs in taken:
            whys[row.entry] = f"in {theirs}: counted by the term {taken[theirs]}, which is owed in it"
        else:
            left.append(row)
    theirs_left = {currency_of(UNITS[row.unit]) for row in left}
    if len(theirs_left) < 2 or all(facts[row.entry].body.currencies == "apart" for row in left):
        return left, whys
    if ours in theirs_left:
        counted = [row for row in left if currency_of(UNITS[row.unit]) == ours]
        why = f"the same in {ours} is counted"
    else:
        names = " and ".join(sorted(str(one) for one in theirs_left))
        counted, why = [], f"given in {names}; which of them to convert is not stated"
    kept = {id(row) for row in counted}
    return counted, whys | {row.entry: why for row in left if id(row) not in kept}


def _why_not_counted(row: Row, reading: Reading, exchange: Exchange, *, unit: str) -> str | None:
    """Return why a figure of the scope is not counted: another dimension, no rate, or another price basis (R4, R5)."""
    dimension, theirs, basis = measurement(unit).dimension, measurement(UNITS[row.unit]), BASES[row.basis]
    rate = exchange.find(theirs.code, Span(row.day_from, row.day_to))
    if isinstance(rate, str):
        return rate
    if rate is None and theirs.dimension != dimension:
        return f"in {theirs.title} ({theirs.code}); no stated factor leads to {unit}"
    if reading.basis is not None and basis != reading.basis and (basis or dimension.startswith("money")):
        return f"{f'valued {basis}' if basis else 'of no stated price basis'}; the term is read {reading.basis}"
    return None


def _days_twice(rows: Iterable[Row]) -> str | None:
    """Return which two periods of one channel have days in common, such as a year to date beside its months (R3).

    Adding them up would count those days twice; to choose between them would be a guess.
    """
    spans = sorted({
        Span(row.day_from, row.day_to) for row in rows if row.line == CURRENT and row.status != INTERPOLATED
    })  # fmt: skip
    for one, other in pairwise(spans):
        if one.meets(other):
            return f"counts days twice, in {words(one)} and in {words(other)}"
    return None


def refusal(fact: Fact[Evidence], reason: str) -> NotAdmissible:
    """Return a statement of evidence as not admissible, with the reason (R4)."""
    return NotAdmissible(entry=fact.index, statement=fact.name, series=fact.subject, reason=reason)


def _channel(  # noqa: PLR0913  # what a channel is made of
    known: Known,
    query: Query,
    key: _Group,
    rows: list[Row],
    facts: Mapping[int, Fact[Evidence]],
    exchange: Exchange,
    *,
    unit: str,
    routes: Routes,
    lacking: tuple[Span, ...],
    listed: tuple[Row, ...],
    notes: tuple[str, ...],
) -> Channel:
    source, name, frequency, basis = key
    # Only files that hold a figure of the scope: what another file of the channel leaves out is not zero of this scope.
    here = {index: facts[index] for index in sorted({row.entry for row in rows})}
    lines: dict[int, list[Point]] = {}
    for row in rows:
        lines.setdefault(row.line, []).append(_point(row, exchange, unit=unit))
    ordered = {line: tuple(sorted(points, key=_order)) for line, points in lines.items()}
    current = ordered.pop(CURRENT, ())
    return Channel(
        source=source,
        name=name,
        frequency=frequency,
        basis=basis,
        points=current,
        alone=ordered,
        facts=here,
        zeros=_zeros(known, query, here, current, lacking),
        held=max((row.held_leaves for row in rows), default=0),
        leaves=max(row.all_leaves for row in rows),
        units=frozenset(UNITS[row.unit] for row in rows if row.line == CURRENT),
        tables=tuple(_tables(here.values(), routes, query, channel=name)),
        rates=tuple(_rates(rows, exchange)),
        listed=listed,
        notes=notes,
    )


def _tables(facts: Iterable[Fact[Evidence]], routes: Routes, query: Query, *, channel: str) -> Iterator[Fact[Evidence]]:
    """Yield the tables by which a channel's figures are read, in entry order (R3)."""
    found: dict[int, Fact[Evidence]] = {}
    names = {name for fact in facts for name in fact.body.dimensions.classifications}
    own = key_name(query.family + query.edition)
    for name in names:
        way = routes.of(name) or ()
        trees = [routes.trees[key] for key in (key_name(name), own) if key in routes.trees and (way or key == own)]
        found |= {fact.index: fact for fact in (*way, *trees)}
    if channel in routes.derivations:
        found[routes.derivations[channel].index] = routes.derivations[channel]
    yield from (fact for _, fact in sorted(found.items()))


def _rates(rows: Iterable[Row], exchange: Exchange) -> Iterator[Rate]:
    """Yield the rates by which a channel's newest figures were converted, in order of their days."""
    newest = (row for row in rows if row.line == CURRENT)
    rates = [exchange.find(UNITS[row.unit], Span(row.day_from, row.day_to)) for row in newest]
    found = {rate.span: rate for rate in rates if isinstance(rate, Rate)}
    yield from (rate for _, rate in sorted(found.items()))


def _point(row: Row, exchange: Exchange, *, unit: str) -> Point:
    span, theirs = Span(row.day_from, row.day_to), UNITS[row.unit]
    rate = exchange.find(theirs, span)
    factor = _factor(rate, theirs, unit) if isinstance(rate, Rate) else _stated_factor(theirs, unit)
    return Point(
        span=span,
        value=_joined(row.high, row.low, row.nano, factor),
        status=STATUSES[row.status],
        entry=row.entry,
        leaves=row.leaves,
        weight=_joined(row.weight_high, row.weight_low, row.weight_nano, factor),
        is_finer=row.finer > 0,
        is_astride=row.astride > 0,
        is_exchanged=isinstance(rate, Rate),
    )


def _factor(rate: Rate, unit: str, to: str) -> Fraction:
    """Return what one of a unit of money is in a unit of another currency."""
    here = convert(Fraction(1), unit=unit, to=base_unit(unit))
    return here * rate.factor * convert(Fraction(1), unit=base_unit(to), to=to)


@cache
def _stated_factor(unit: str, to: str) -> Fraction:
    """Return what one of a unit is in another of its dimension (R5); most figures of a channel have one unit."""
    return convert(Fraction(1), unit=unit, to=to)


def _joined(high: int, low: int, nano: int, factor: Fraction) -> Fraction:
    """Return a sum put together and converted; exact, with as few fractions on the way as it needs."""
    whole = high * LIMB + low
    joined = Fraction(whole * LIMB + nano, LIMB) if nano else Fraction(whole)
    return joined if factor == 1 else joined * factor


def _order(point: Point) -> tuple[int, int, str, int]:
    return point.span.last, point.span.first, point.status, point.entry


def _zeros(
    known: Known,
    query: Query,
    facts: Mapping[int, Fact[Evidence]],
    points: tuple[Point, ...],
    lacking: tuple[Span, ...],
) -> tuple[Span, ...]:
    """Return the days on which a missing row means zero (R10).

    Where a point was withdrawn and no other vintage gives it, the source interpolated, or no rate leads from its
    currency, the row is not missing: there is no figure for those days.
    """
    covered = [
        Span(day_number(fact.body.covers.start), day_number(fact.body.covers.end or fact.body.covers.start))
        for fact in facts.values()
        if fact.body.absent == "zero"
    ]
    given = {point.span for point in points if point.counts}
    holes = [*lacking, *(point.span for point in points if not point.counts and point.span not in given)]
    for fact in facts.values():
        holes += [span for one in known.withdrawn.get(fact.name, ()) if _in_scope(query, one.classification, one.code)
                  and (span := Span(day_number(one.start), day_number(one.end))) not in given]  # fmt: skip
    return _without(union(covered), union(holes))


def _in_scope(query: Query, classification: str, code: str) -> bool:
    """Whether a point that was withdrawn may be one of the scope; of another classification each may."""
    family, edition = family_of(classification)
    if not (family == query.family and same_edition(edition, query.edition)):
        return True
    return any(code == one or is_below(family, code, one) for one in query.codes)


def _without(spans: tuple[Span, ...], holes: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the days of the spans that no hole has; both are unions."""
    left: list[Span] = []
    for span in spans:
        start = span.first
        for hole in holes:
            if hole.meets(Span(start, span.last)):
                left.append(Span(start, hole.first - 1))
                start = hole.last + 1
        left.append(Span(start, span.last))
    return union(left)


def days_outside_zeros(span: Span, channel: Channel) -> int:
    """Return how many days of a span are not among those on which a missing row means zero."""
    return outside(span, channel.zeros)
