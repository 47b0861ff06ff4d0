"""The history of a verdict: on which days, and with which entries, it became another, and why (R1).

A view has two ends, so a verdict has two histories. By day, the log as it stands is asked what it would have said on
each day: figures are published, deadlines pass, a publisher withdraws. By entry, one day is asked of the log as it
grew: late evidence is submitted, and the record is corrected, which changes every day before it. Nothing is remembered;
every step is reckoned again from what was said. Source: R1, R2, R11; design §3 (the time machine by view).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from ledger.assessment.heard import Heard
from ledger.assessment.lag import LONGEST_LAG
from ledger.assessment.reconcile.amount import in_words
from ledger.assessment.reconcile.span import add_months, day_number, day_text
from ledger.assessment.result import Cite, CommitmentResult, TermResult
from ledger.assessment.view import Said, date_of
from ledger.model.amendment import Amendment
from ledger.model.commitment import Commitment
from ledger.model.determination import Outcome, View
from ledger.model.evidence import Evidence
from ledger.model.key import Key
from ledger.model.party import Party
from ledger.model.retraction import Retraction
from ledger.model.term import QuantityTerm, Reading, Term, TrendTerm
from ledger.model.value import Measure, Value
from ledger.tlog.index import SERIES

ResultAt = Callable[[View], CommitmentResult | None]
"""The result of one commitment at a view; null where the view does not know it."""

_ELSEWHERE = frozenset({"charter", "index", "audit", "determination"})
"""Kinds by which no outcome of a term turns; a party turns one only as a group whose members have figures (R3)."""

_TABLES = ("series:rate/", "series:table/")
"""Series that any term may be reckoned by."""


class Seen(Value):
    """What one channel that is looked at had seen; its vote may be another matter."""

    measure: Measure
    source: str
    channel: str
    frequency: str
    low: str | None
    high: str | None


class Turned(Value):
    """One term that became another: its outcome, or only the figures behind it."""

    term: str
    before: Outcome | None
    after: Outcome | None
    reason: str | None
    seen_before: tuple[Seen, ...]
    seen_after: tuple[Seen, ...]
    words: str


class Because(Value):
    """Why: an entry that became visible, or that corrects; or a day that passed, which has no entry."""

    kind: str
    says: str
    cite: Cite | None


class Step(Value):
    """A view at which something became another than at the view before."""

    view: View
    turned: tuple[Turned, ...]
    because: tuple[Because, ...]


class History(Value):
    """How the terms of one commitment came to their outcomes.

    Attributes:
        by_day: at the view's size, each day on which something became another, in order.
        by_entry: on the view's day, each entry with which something became another, in order.
    """

    subject: str
    view: View
    by_day: tuple[Step, ...]
    by_entry: tuple[Step, ...]


class Window(NamedTuple):
    """A stretch of the views at which a verdict could have turned: from which of them on, and how many at most.

    Attributes:
        day, entry: the number of the first, from 0; null for the last ``most`` of them.
    """

    day: int | None
    entry: int | None
    most: int


class Marks(NamedTuple):
    """Which of the views at which a verdict could have turned were looked at: from ``start`` to before ``stop``."""

    start: int
    stop: int
    total: int


class Stretch(NamedTuple):
    """How the terms of a commitment turned within a window.

    Attributes:
        days, entries: which days and entries were looked at.
    """

    by_day: tuple[Step, ...]
    by_entry: tuple[Step, ...]
    days: Marks
    entries: Marks


def history(
    said: Sequence[Said], subject: str, view: View, result_at: ResultAt, *, heard: Sequence[Heard] = ()
) -> History:
    """Return how the terms of a commitment came to be what they are at a view.

    Args:
        said: the statements below the view's size, in entry order, but for ``heard``.
        result_at: reckons one view; it is asked once for each day and for each entry that could matter.
        heard: positions that answer, move and mend nothing: no outcome turns by one, so that none is looked at for
            itself (R11, R12); each is told of where something turned on its day.
    """
    whole = Window(day=0, entry=0, most=2**53)
    found = history_within(said, subject, view, result_at, window=whole, heard=heard)
    return History(subject=subject, view=view, by_day=found.by_day, by_entry=found.by_entry)


def history_within(
    said: Sequence[Said], subject: str, view: View, result_at: ResultAt, *, window: Window, heard: Sequence[Heard] = ()
) -> Stretch:
    """Return how the terms of a commitment turned at some of the views at which they could have; as ``history``."""
    bearing = bearing_on([one for one in said if one.index < view.size], subject)
    spoken = [one for one in heard if one.subject == subject and one.index < view.size]
    passing = dict(passing_days(bearing, subject))
    days = sorted(
        {day for one in bearing for day in _days(one)} | {one.date for one in spoken} | {*passing, view.as_of}
    )
    by_day = [View(size=view.size, as_of=day) for day in days if day <= view.as_of]
    by_entry = [View(size=one.index + 1, as_of=view.as_of) for one in bearing]
    of_days, of_entries = (
        _marks(first, window.most, len(views)) for first, views in ((window.day, by_day), (window.entry, by_entry))
    )
    return Stretch(
        tuple(_steps(by_day, result_at, lambda at: _on_day(bearing, at.as_of, passing, spoken), of_days)),
        tuple(_steps(by_entry, result_at, lambda at: [_because(bearing, at.size - 1)], of_entries)),
        of_days,
        of_entries,
    )


def _marks(first: int | None, most: int, total: int) -> Marks:
    start = max(0, total - most) if first is None else min(first, total)
    return Marks(start, min(total, start + most), total)


def bearing_on(said: Sequence[Said], subject: str) -> tuple[Said, ...]:
    """Return the statements by which an outcome of a commitment could turn, whatever the view; in entry order."""
    subjects = _subjects(subject, said)
    return tuple(one for one in said if _bears(one, subjects))


def _steps(
    views: Sequence[View], result_at: ResultAt, why: Callable[[View], Sequence[Because]], marks: Marks
) -> Iterator[Step]:
    # What a term was before the first that is looked at, is what it was at the one before.
    before = _terms(result_at(views[marks.start - 1])) if 0 < marks.start < marks.stop else {}
    for view in views[marks.start : marks.stop]:
        after = _terms(result_at(view))
        names = dict.fromkeys((*before, *after))
        turned = tuple(one for name in names if (one := _turned(name, before.get(name), after.get(name))) is not None)
        if turned:
            yield Step(view=view, turned=turned, because=tuple(why(view)))
        before = after


def _terms(result: CommitmentResult | None) -> dict[str, TermResult]:
    return {term.id: term for term in (result.terms if result is not None else ())}


def _turned(name: str, before: TermResult | None, after: TermResult | None) -> Turned | None:
    """Return how a term became another; null where neither its outcome nor a figure behind it did."""
    then, now = _seen(before), _seen(after)
    was, became = (one.outcome if one is not None else None for one in (before, after))
    if (was, then) == (became, now):
        return None
    return Turned(
        term=name,
        before=was,
        after=became,
        reason=after.reason if after is not None else None,
        seen_before=then,
        seen_after=now,
        words=f"{_said(was)}: {_figures(then, now, _unit(after))}" if was == became
        else f"{_said(was)} became {_said(became)}",
    )  # fmt: skip


def _seen(term: TermResult | None) -> tuple[Seen, ...]:
    readings = term.readings if term is not None else ()
    found = (
        Seen(
            measure=one.measure, source=one.source, channel=one.channel, frequency=one.frequency, low=one.low,
            high=one.high,
        )
        for reading in readings
        for one in reading.sources
        if one.low is not None
    )  # fmt: skip
    # By several baselines a channel stands several times, with the same figures.
    return tuple(sorted(dict.fromkeys(found), key=_key))


def _key(one: Seen) -> tuple[str, str, str, str]:
    return one.measure, one.source, one.channel, one.frequency


def _figures(then: Sequence[Seen], now: Sequence[Seen], unit: str | None) -> str:
    """Return which figures changed, in words."""
    old, new = {_key(one): one for one in then}, {_key(one): one for one in now}
    parts = []
    for key in dict.fromkeys((*old, *new)):
        was, one = old.get(key), new.get(key)
        if was == one:
            continue
        name = f"{key[0].replace('_', ' ')} by {key[1]}/{key[2]}"
        if one is None:
            parts.append(f"{name} is gone")
        elif was is None:
            parts.append(f"{name} came with {_run(one, unit)}")
        else:
            parts.append(f"{name} was {_run(was, None)}, now {_run(one, unit)}")
    return ", ".join(parts)


def _run(one: Seen, unit: str | None) -> str:
    low, high = (Fraction(end) if end is not None else Fraction(0) for end in (one.low, one.high))
    return in_words(low, unit) if low == high else f"{in_words(low)} to {in_words(high, unit)}"


def _unit(term: TermResult | None) -> str | None:
    return term.unit if term is not None else None


def _said(outcome: Outcome | None) -> str:
    return outcome.replace("_", " ") if outcome is not None else "not known"


def _bears(one: Said, subjects: frozenset[str]) -> bool:
    """Whether a statement could turn an outcome; a key turns one only where what it signed counts no more."""
    body = one.statement.body
    if isinstance(body, Key):
        return bool(body.compromised)
    if one.kind in _ELSEWHERE:
        return False
    return one.subject in subjects or one.subject.startswith(_TABLES)


def _subjects(subject: str, said: Sequence[Said]) -> frozenset[str]:
    """Return what an outcome of a commitment is read from: itself, its instrument, every series of its terms."""
    found = {subject}
    for one in said:
        body = one.statement.body
        if isinstance(body, Commitment) and one.subject == subject:
            found.add(body.instrument)
    ways = [
        way
        for one in said
        if isinstance(body := one.statement.body, Commitment | Amendment) and one.subject in found
        for term in body.terms
        for way in _ways(term)
    ]
    members = _members({side for way in ways for side in (way.reporter, way.partner)}, said)
    for way in ways:
        reporters, partners = (members.get(side, {side}) | {side} for side in (way.reporter, way.partner))
        found |= {f"{SERIES}{way.type}/{reporter}/{partner}" for reporter in reporters for partner in partners}
    return frozenset((*found, *(group for group, inside in members.items() if inside)))


def _members(groups: Iterable[str], said: Sequence[Said]) -> dict[str, set[str]]:
    """Return who ever belonged to each of these groups, by any statement, directly or by way of another group (R3)."""
    direct: dict[str, set[str]] = {}
    for one in said:
        if isinstance(body := one.statement.body, Party) and body.members:
            direct.setdefault(one.subject, set()).update(member.party for member in body.members)
    found: dict[str, set[str]] = {}
    for group in groups:
        pending, inside = [group], set[str]()
        while pending:
            fresh = direct.get(pending.pop(), set()) - inside
            inside |= fresh
            pending += sorted(fresh)
        found[group] = inside
    return found


def _ways(term: Term) -> tuple[Reading, ...]:
    return tuple(term.measures) if isinstance(term, QuantityTerm | TrendTerm) else ()


def _days(one: Said) -> Iterator[str]:
    """Yield the days from which a statement is seen, or has its effect (R1)."""
    body = one.statement.body
    yield date_of(one.statement)
    if isinstance(body, Amendment):
        yield body.effective


def passing_days(bearing: Iterable[Said], subject: str) -> Iterator[tuple[str, str]]:
    """Yield days on which an outcome can turn though nobody says anything: after a deadline, after the usual lag."""
    for one in bearing:
        body = one.statement.body
        if not isinstance(body, Commitment | Amendment):
            continue
        lags = {LONGEST_LAG}
        if isinstance(body, Commitment) and one.subject == subject:
            lags |= {each.lag_months for each in body.indicators or () if each.lag_months is not None}
        for term in body.terms:
            if term.due is None:
                continue
            due = day_number(term.due)
            for lag in sorted(min(lag, LONGEST_LAG) for lag in lags):
                until = day_text(add_months(due, lag) + 1)
                yield until, f"the usual lag of {lag} months after {term.due} has passed"
            yield day_text(due + 1), f"the deadline {term.due} has passed"
            if term.period is not None:
                yield term.period.start, f"the period starts on {term.period.start}"


def _on_day(bearing: Sequence[Said], day: str, passing: dict[str, str], heard: Sequence[Heard]) -> list[Because]:
    on_it: list[tuple[int, Because]] = [(one.index, because_of(one)) for one in bearing if day in set(_days(one))]
    on_it += ((one.index, _spoken(one)) for one in heard if one.date == day)
    found = [because for _, because in sorted(on_it, key=lambda pair: pair[0])]
    if day in passing:
        found.append(Because(kind="time", says=passing[day], cite=None))
    return found


def _spoken(one: Heard) -> Because:
    """Return what a position did that answers, moves and mends nothing, as ``because_of`` would."""
    return Because(kind="position", says=f"position {one.subject}", cite=Cite(entry=one.index, statement=one.name))


def _because(bearing: Sequence[Said], index: int) -> Because:
    return because_of(next(one for one in bearing if one.index == index))


def because_of(one: Said) -> Because:
    """Return what a statement did, as the cause of what became another."""
    return Because(kind=one.kind, says=_says(one), cite=Cite(entry=one.index, statement=one.name))


def _says(one: Said) -> str:
    """Return what a statement did, in a few words: its vintage, its ground, what it corrects."""
    body = one.statement.body
    mends = f", correcting {one.statement.corrects[:19]}…" if one.statement.corrects is not None else ""
    match body:
        case Evidence():
            vintage = body.vintage.published
            said = f"{body.authority}/{body.channel} published on {vintage}" + (
                ", a day imputed" if body.vintage.imputed else ""
            )
        case Retraction():
            what = f"{len(body.points)} points of it" if body.points else "all of it"
            said = f"{one.subject} retracted ({what}), {body.ground.replace('_', ' ')}: {body.reason}"
        case Amendment():
            said = f"{body.change} announced on {body.announced}, effective {body.effective}"
        case Key():
            since = f" from entry {body.effective_index}" if body.effective_index is not None else ""
            said = f"a key is declared compromised{since}: {body.reason}"
        case _:
            title = getattr(body, "title", None)
            said = f"{one.kind} {one.subject}" + (f": {title}" if title else "")
    return said + mends
