"""Gain: what one level more of each dimension is worth to the written score, and what earns it (method §4, E9).

Exact: the score of the levels after, less the score of the levels before, gates applied (E5). An interval gains at each
of its ends. What is not known is to be settled before it is raised, and is named as such.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from ledger.assessment.enforceability import precision
from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.level import Derived
from ledger.assessment.enforceability.pillar import DIMENSIONS, gated, points
from ledger.assessment.enforceability.rule import ROWS
from ledger.assessment.enforceability.written import Written, ends
from ledger.assessment.result import Raise
from ledger.model.attestation import Dimension
from ledger.model.term import ELEMENTS, ConditionalTerm, Element


def raises(case: Case, text: Written) -> tuple[Raise, ...]:
    """Return what would raise the written score, for each dimension that is not at 4, in the table's order (E9)."""
    return tuple(_raise(case, text, one) for one in DIMENSIONS if text.levels[one].low < 4)


def _raise(case: Case, text: Written, one: Dimension) -> Raise:
    level = text.levels[one]
    up = (min(level.low + 1, 4), min(level.high + 1, 4))
    before = ends(text.levels)
    gains = tuple(gated({**end, one: to}) - gated(end) for end, to in zip(before, up, strict=True))
    return Raise(
        dimension=one,
        level=(level.low, level.high),
        next=up,
        is_known=level.low == level.high,
        gain=(points(gains[0]), points(gains[1])),
        earns=_earns(case, text.each, one, level),
        codes=tuple(dict.fromkeys(why.code for why in level.reasons if why.code is not None)),
    )


def _earns(case: Case, each: Mapping[str, Mapping[Dimension, Derived]], one: Dimension, level: Derived) -> str:
    if level.low < level.high:
        return f"to be settled first: {'; '.join(level.unknown)}"
    row = ROWS[one][level.low]
    if one != "P":
        return row
    several = len(case.terms) > 1
    wanted = [
        f"{term.id + ': ' if several else ''}show {_listed(wanting(case, term_id=term.id, level=level.low + 1))}"
        for term in case.terms
        if each[term.id]["P"].low == level.low
    ]
    return f"{row}: {'; '.join(wanted)}"


def wanting(case: Case, *, term_id: str, level: int) -> tuple[str, ...]:
    """Return the fewest elements which, shown in full, would bring a term to a level of precision, in words (E1).

    A conditional term wants what its consequence and what its trigger wants.
    """
    term = next(one for one in case.terms if one.id == term_id)
    counted = precision.count(case, term)
    if not isinstance(term, ConditionalTerm):
        return tuple(precision.NAMES[one] for one in _fewest(counted, level))
    trigger = precision.trigger_count(case, term.trigger)
    return (
        *(f"{precision.NAMES[one]} of the consequence" for one in _fewest(counted, level)),
        *(f"{precision.NAMES[one]} of the trigger" for one in _fewest(trigger, level - 1)),
    )


def _fewest(counted: precision.Count, level: int) -> tuple[Element, ...]:
    lacking = [one for one in ELEMENTS if counted.weights[one] < 1]
    for number in range(len(lacking) + 1):
        for chosen in combinations(lacking, number):
            if precision.Count({**counted.weights, **dict.fromkeys(chosen, Fraction(1))}, {}).level >= level:
                return chosen
    return ()


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
