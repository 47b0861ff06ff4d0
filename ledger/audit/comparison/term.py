"""What two audits say otherwise of one term: what is owed, what became of it, and what each source comes to (R7, R11).

Figures are told as they are printed, a percentage to one place, and the days that were revised stand with them.
Source: R2, R7, R11.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeVar

from ledger.assessment.reconcile.amount import in_words, percent
from ledger.assessment.result import Point, ReadingResult, SourceResult, TermResult
from ledger.audit.comparison.cause import Causes
from ledger.audit.comparison.comparison import Changed
from ledger.audit.comparison.path import as_json, keyed
from ledger.audit.comparison.told import each, others, told
from ledger.audit.phrase import counted, joined, plain_word
from ledger.model.value import QUANTITY, Value

V = TypeVar("V", bound=Value)

OWED: Final = ("title", "kind", "material", "due", "unit", "bound", "target", "target_is", "scope", "period")
"""What a term owes."""

BESIDE: Final = (
    "is_due", "days_late", "reached", "grade", "coverage", "sources_missing", "trigger", "moved", "directions",
    "contested", "imputed",
)  # fmt: skip
"""What stands beside an outcome, and is told by its name."""

_OF_SOURCE: Final = ("outcome", "votes", "why_not", "coverage", "vintage", "grade", "days_late")
_DECIMAL: Final = re.compile(QUANTITY)
_SHOWN_DAYS: Final = 3
"""Revised periods that are named; of more, how many they are."""


class _Place(NamedTuple):
    """Where in the audit a term is, and how it was and is."""

    causes: Causes
    subject: str
    home: str
    before: TermResult
    after: TermResult


def tell_term(causes: Causes, subject: str, before: TermResult | None, after: TermResult | None) -> Iterator[Changed]:
    """Yield what became another of a term between two audits; one of the two may be without it."""
    one = after or before
    if one is None or before == after:
        return
    home = f"commitments[{subject}].terms[{one.id}]"
    if before is None or after is None:
        words = f"the term is {'new' if before is None else 'gone'} ({one.title}: {plain_word(one.outcome)})"
        yield told(causes, "term", [home], words, parts=(before, after), subject=subject, term=one)
        return
    place = _Place(causes, subject, home, before, after)
    if owed := others(before, after, OWED):
        words = f"what is owed is another: {each(before, after, owed)}"
        members = [f"{home}.{name}" for name in owed]
        yield told(causes, "term", members, words, parts=(before, after), subject=subject, term=after)
    yield from _outcome(place)
    yield from _readings(place)
    yield from _inadmissible(place)
    if beside := others(before, after, BESIDE):
        words = each(before, after, beside)
        members = [f"{home}.{name}" for name in beside]
        yield told(causes, "member", members, words, parts=(before, after), subject=subject, term=after)


def _inadmissible(place: _Place) -> Iterator[Changed]:
    """Yield that other evidence was looked at and not counted, by its entries (R4)."""
    old, new = ({one.entry: one.reason for one in term.not_admissible} for term in (place.before, place.after))
    if old == new:
        return
    came, went = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    parts = [
        f"{verb} {joined(map(str, found))}" for verb, found in (("with entries", came), ("without", went)) if found
    ]
    other = counted(len([one for one in old if one in new and old[one] != new[one]]), "other reason", "other reasons")
    now = counted(len(new), "entry is", "entries are")
    words = f"{now} looked at and not counted, {', '.join(parts) or f'for {other}'}"
    members = [f"{place.home}.not_admissible"]
    parts_of = (place.before.not_admissible, place.after.not_admissible)
    yield told(place.causes, "figures", members, words, parts=parts_of, subject=place.subject, term=place.after)


def _outcome(place: _Place) -> Iterator[Changed]:
    causes, subject, home, before, after = place
    members = [f"{home}.{name}" for name in others(before, after, ("outcome", "reason"))]
    if before.outcome != after.outcome:
        reason = f" ({after.reason.rstrip('.')})" if after.reason is not None else ""
        words = f"{plain_word(before.outcome)} became {plain_word(after.outcome)}{reason}"
    elif members:
        words = f"still {plain_word(after.outcome)}; {each(before, after, ['reason'])}"
    else:
        return
    yield told(
        causes, "outcome", members, words, parts=(before, after), subject=subject, term=after,
        ends=(before.outcome, after.outcome),
    )  # fmt: skip


def _readings(place: _Place) -> Iterator[Changed]:
    causes, subject, home, before, after = place
    old, new = _by_name(before.readings, "readings"), _by_name(after.readings, "readings")
    for name in dict.fromkeys((*old, *new)):
        then, now, here = old.get(name), new.get(name), f"{home}.readings[{name}]"
        if then is None or now is None:
            words = f"it is {'now' if then is None else 'no longer'} read as {name}"
            yield told(causes, "figures", [here], words, parts=(then, now), subject=subject, term=after)
            continue
        if then.outcome != now.outcome and len(new) > 1:
            words = f"read as {plain_word(now.measure)}, {plain_word(then.outcome)} became {plain_word(now.outcome)}"
            yield told(
                causes, "outcome", [f"{here}.outcome"], words, parts=(then, now), subject=subject, term=after,
                ends=(then.outcome, now.outcome),
            )  # fmt: skip
        yield from _sources(place, here, then, now)


def _sources(place: _Place, here: str, before: ReadingResult, after: ReadingResult) -> Iterator[Changed]:
    old, new = _by_name(before.sources, "sources"), _by_name(after.sources, "sources")
    for name in dict.fromkeys((*old, *new)):
        then, now = old.get(name), new.get(name)
        if then != now:
            yield told(
                place.causes, "figures", [f"{here}.sources[{name}]"], _source(then, now, place.after.unit),
                parts=(then, now), subject=place.subject, term=place.after, ends=(_share(then), _share(now)),
            )  # fmt: skip


def _source(before: SourceResult | None, after: SourceResult | None, unit: str | None) -> str:
    """Return what a source comes to now, beside what it came to; the share of the target first."""
    one = after or before
    if one is None:
        return ""
    who = f"{plain_word(one.measure)} by {one.source}/{one.channel}"
    if before is None or after is None:
        share = f", {found} of the target" if (found := _share(one)) is not None else ""
        return f"{who} {'came with' if before is None else 'is gone, which had'} {_total(one, unit)}{share}"
    parts = [f"{_share(before) or 'no share'} became {_share(after) or 'no share'} of the target"]
    parts = parts if _share(before) != _share(after) else []
    if others(before, after, ("low", "high")):
        parts.append(f"{_total(before, unit)} became {_total(after, unit)}")
    if levels := others(before, after, ("baseline", "target")):
        parts.append(each(before, after, levels))
    parts += _revised(before.points, after.points)
    if named := others(before, after, _OF_SOURCE):
        parts.append(each(before, after, named))
    if not parts:
        names = others(before, after, type(one).model_fields)
        other = joined("entries behind it" if name == "cites" else plain_word(name) for name in names)
        parts = [f"the same total, with other {other}"]
    return f"{who}: {'; '.join(parts)}"


def _revised(before: tuple[Point, ...], after: tuple[Point, ...]) -> Iterator[str]:
    """Yield which observations are others, by their days; those that came or went are counted."""
    old, new = ({(one.start, one.end): one.value for one in points} for points in (before, after))
    both = [days for days in old if days in new and old[days] != new[days]]
    yield from (f"{_days(*days)} was {old[days]}, now {new[days]}" for days in both[:_SHOWN_DAYS])
    if len(both) > _SHOWN_DAYS:
        yield f"{len(both) - _SHOWN_DAYS} more were revised"
    for verb, days in (("came", new.keys() - old.keys()), ("went", old.keys() - new.keys())):
        if days:
            run = f"{min(start for start, _ in days)} to {max(end for _, end in days)}"
            yield f"{counted(len(days), 'observation', 'observations')} {verb} ({run})"


def _days(start: str, end: str) -> str:
    """Return the days of an observation: a month by itself, anything else by both ends."""
    is_month = start[:7] == end[:7] and start.endswith("-01") and end[8:] >= "28"
    return start[:7] if is_month else f"{start} to {end}"


def _share(source: SourceResult | None) -> str | None:
    """Return the share of the target that a source comes to, as it is printed; null where it has none."""
    gross = next((one for one in source.ratios if one.kind == "gross"), None) if source is not None else None
    if gross is None or gross.value is None:
        return None
    low = percent(Fraction(gross.value))
    return low if gross.high is None else f"{low} to {percent(Fraction(gross.high))}"


def _total(source: SourceResult, unit: str | None) -> str:
    if source.low is None or source.high is None:
        return "no total"
    low, high = _amount(source.low), _amount(source.high)
    if low is None or high is None:
        return f"{source.low!r} to {source.high!r}"  # whoever wrote that, the method did not
    return in_words(low, unit) if low == high else f"{in_words(low)} to {in_words(high, unit)}"


def _amount(text: str) -> Fraction | None:
    """Return an amount; null where a result that somebody gave holds none."""
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def _by_name(parts: Sequence[V], member: str) -> Mapping[str, V]:
    return dict(zip(keyed([as_json(one) for one in parts], member), parts, strict=True))
