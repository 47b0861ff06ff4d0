"""The words of an audit: parties by their names, amounts in their units, days and measures, all in one voice.

The sentences that ``audit.json`` holds are put together from these. They take no side: parties are named in one order,
what is unknown is said to be unknown, and nothing is called a success or a failure. Source: method §6.
"""

from collections.abc import Iterable, Mapping
from unicodedata import normalize

from ledger.assessment.view import Fact, Known
from ledger.model.party import Party
from ledger.model.term import (
    ActionTerm,
    Clause,
    ConditionalTerm,
    QuantityTerm,
    Reading,
    RestraintTerm,
    Term,
    TrendTerm,
)
from ledger.model.unit import UNITS, measurement
from ledger.model.value import Moment, Period

Names = Mapping[str, str]
"""Parties by slug, each with the name that is printed."""

_BOUNDS: Mapping[str, str] = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
_DIRECTIONS: Mapping[str, str] = {"increase": "an increase", "decrease": "a decrease", "no_less": "no less"}


def names_of(known: Known) -> Names:
    """Return the names of the parties that the view knows: the English one, else that of the first language."""
    return {slug: _name(fact) for slug, fact in known.parties.items()}


def name_of(names: Names, party: str) -> str:
    """Return a party's name; one that nobody recorded keeps its slug."""
    return names.get(party, party)


def listed(names: Names, parties: Iterable[str]) -> str:
    """Return several parties as a list in words, in the order of their slugs, so that no side comes first."""
    return joined(name_of(names, party) for party in sorted(set(parties)))


def joined(items: Iterable[str], *, last: str = "and") -> str:
    """Return items as a list in words: ``a, b and c``."""
    *first, end = [*items] or ["nobody"]
    return f"{', '.join(first)} {last} {end}" if first else end


def counted(number: int, one: str, many: str) -> str:
    """Return a number with what it counts: ``1 file``, ``2 files``."""
    return f"{number} {one if number == 1 else many}"


def sentence(text: str) -> str:
    """Return text as it may be written into canonical JSON: what was put together of several texts is composed anew."""
    return normalize("NFC", text)


def plain_word(code: str) -> str:
    """Return a code of the method in plain words: ``not_met`` is "not met"."""
    return code.replace("_", " ")


def amount(value: str, unit: str | None) -> str:
    """Return a quantity with its digits in groups and its unit in words; a unit that is not known keeps its code."""
    whole, point, rest = value.partition(".")
    number = f"{int(whole):,}{point}{rest}" if whole not in {"", "-0"} else value
    if unit is None or unit == "1":
        return number
    return f"{number} {measurement(unit).title if unit in UNITS else unit}"


def days(period: Period) -> str:
    """Return a period in words, both days included."""
    return f"from {period.start} on" if period.end is None else f"from {period.start} to {period.end}"


def moment(deadline: str | Moment) -> str:
    """Return a deadline in words: a day, or a moment on its own clock."""
    return deadline if isinstance(deadline, str) else f"{deadline.local} ({deadline.zone})"


def owed(term: Term, *, names: Names) -> str:
    """Return what a term owes, in a sentence without its obligor: the criteria against which it is held (method §6)."""
    match term:
        case QuantityTerm():
            level = f"{_BOUNDS[term.bound]} {amount(term.target, term.unit)}{_over(term)}"
            return f"{level}{_of(term)}{_when(term)}; {_read(term, names)}"
        case TrendTerm():
            return f"{_DIRECTIONS[term.direction]}{_of(term)}, by no stated number{_when(term)}; {_read(term, names)}"
        case ActionTerm():
            steps = f", in {len(term.milestones)} milestones" if term.milestones else ""
            return f"{term.act}{steps}{_when(term)}"
        case RestraintTerm():
            return f"to refrain: {term.act}{_when(term)}"
        case ConditionalTerm():
            return f"if {_clause(term.trigger, names)}, then {_clause(term.consequence, names)}"


def measured(reading: Reading, names: Names) -> str:
    """Return a measure in words: what kind of figure, whose, with whom."""
    basis = f", {reading.basis}" if reading.basis is not None else ""
    source = f", by {reading.source}" if reading.source is not None else ""
    reporter, partner = name_of(names, reading.reporter), name_of(names, reading.partner)
    return f"{plain_word(reading.type)} ({reporter} with {partner}{basis}{source})"


def _name(fact: Fact[Party]) -> str:
    names = fact.body.names
    return names.get("en") or names[min(names)]


def _of(term: Term) -> str:
    return f" of {term.scope.title}" if term.scope is not None else " of what is not settled"


def _over(term: QuantityTerm) -> str:
    if term.target_is != "increment" or term.baseline is None:
        return f" (give or take {term.tolerance})" if term.tolerance != "0" else ""
    return f" over the level {days(term.baseline.period)},"


def _when(term: Term) -> str:
    """Return the time in which a term can be kept."""
    parts = [days(term.period)] if term.period is not None else []
    if term.deadline is not None:
        parts.append(f"by {moment(term.deadline)}")
    return f", {', '.join(parts)}" if parts else ", with neither period nor deadline"


def _read(term: QuantityTerm | TrendTerm, names: Names) -> str:
    """Return how a term is measured."""
    ways = joined((measured(reading, names) for reading in term.measures), last="and" if term.named else "or")
    if term.readings is not None:
        return f"the text does not settle the measure, so it is read as {ways}"
    return f"measured by the sources that the text names: {ways}" if term.named is not None else f"measured as {ways}"


def _clause(clause: Clause, names: Names) -> str:
    """Return a trigger or consequence in words, with who is to judge it."""
    actor = f"{name_of(names, clause.actor)}: " if clause.actor is not None else ""
    when = f" at {moment(clause.deadline)}" if clause.deadline is not None else ""
    judge = f" (judged by {name_of(names, clause.judge)})" if clause.judge is not None else ""
    return f"{actor}{clause.title}{when}{judge}"
