"""The score: what seven levels come to, written and practised, its gates, its bands and their robustness (E3–E9).

The arithmetic is *pillar*'s. The score is monotone in every level, so the two ends of an interval suffice (E6).
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from ledger.assessment import METHOD
from ledger.assessment.enforceability import (
    acknowledgement,
    answerability,
    durability,
    obligation,
    precision,
    remedy,
    verifiability,
)  # fmt: skip
from ledger.assessment.enforceability.case import Case, cite
from ledger.assessment.enforceability.gain import raises
from ledger.assessment.enforceability.level import Derived
from ledger.assessment.enforceability.objection import objection
from ledger.assessment.enforceability.pillar import DIMENSIONS, PILLARS, band, caps, gated, pillar, points
from ledger.assessment.enforceability.robustness import robustness
from ledger.assessment.enforceability.written import Levels, ends, lowest_of_terms
from ledger.assessment.enforceability.written import written as derive_written
from ledger.assessment.result import (
    DimensionResult,
    Gate,
    Level,
    Pillars,
    Reason,
    Score,
    Side,
    TermLevels,
    TermResult,
)  # fmt: skip
from ledger.assessment.standing import Standing
from ledger.assessment.view import Known
from ledger.model.attestation import Dimension
from ledger.model.term import Term

_WIDEST = Fraction(4, 10)
"""An interval of B wider than this has no point (E6)."""

_UNKNOWNS = 2
"""With more unknown dimensions than these there is no point (E6)."""

_SideName = Literal["written", "practised"]


def score(known: Known, subject: str, standing: Standing, terms: tuple[TermResult, ...]) -> Score:
    """Return the enforceability of a commitment at a view, by dimension, written and practised.

    Args:
        subject: of a commitment that the view knows.
        standing: its terms as amended, what is suspended, which levers lapsed.
        terms: the reconciled results; whether a term was met is not read (E3).

    Source: E1–E9.
    """
    case = Case(known, subject, standing, {result.id: result for result in terms})
    text = derive_written(case)
    each = {term.id: _practised_of_term(case, term, text.each[term.id]) for term in case.terms}
    seen = {**lowest_of_terms(case, each), **_practised_of_instrument(case, text.levels)}
    levels = {one: (text.levels[one], seen[one]) for one in DIMENSIONS}
    written = {one: pair[0] for one, pair in levels.items()}
    practised = {one: pair[1] for one, pair in levels.items()}
    sides = (_side(written), _side(practised))
    dimensions = tuple(_printed(case, one, levels[one]) for one in DIMENSIONS)
    return Score(
        method=METHOD,
        dimensions=dimensions,
        terms=tuple(_printed_term(case, term, text.each[term.id], each[term.id]) for term in case.terms),
        written=sides[0],
        practised=sides[1],
        erosion=_erosion(written, practised),
        gates=(*_gates(written, "written"), *_gates(practised, "practised")),
        unknown=tuple(dict.fromkeys(one for pair in levels.values() for level in pair for one in level.unknown)),
        raises=raises(case, text),
        objection=objection(dimensions, *sides, halved=_halved(case)),
    )


def _halved(case: Case) -> str | None:
    """Return the elements of the material terms that count one half, in words; null where none does (E1)."""
    counts = [precision.count(case, term) for term in case.terms]
    halves = [
        f"{precision.NAMES[one]} ({counted.notes[one]})"
        for counted in counts
        for one, weight in counted.weights.items()
        if 0 < weight < 1
    ]
    return ", ".join(dict.fromkeys(halves)) or None


# --- the levels, dimension by dimension -------------------------------------------------------------------------------

_Pair = tuple[Derived, Derived]
"""Written, and practised."""


def _practised_of_term(case: Case, term: Term, text: Levels) -> dict[Dimension, Derived]:
    return {
        "P": precision.practised(case, term, as_text=text["P"]),
        "V": verifiability.practised(case, term, as_text=text["V"]),
        "K": acknowledgement.practised(case, term, as_text=text["K"]),
    }


def _practised_of_instrument(case: Case, text: Levels) -> dict[Dimension, Derived]:
    return {
        "O": obligation.practised(case, as_text=text["O"]),
        "A": answerability.practised(case, as_text=text["A"]),
        "R": remedy.practised(case, as_text=text["R"]),
        "X": durability.practised(case, as_text=text["X"]),
    }


def _printed(case: Case, dimension: Dimension, pair: _Pair) -> DimensionResult:
    return DimensionResult(
        dimension=dimension,
        name=DIMENSIONS[dimension],
        written=pair[0].printed(_attested(case, dimension, "written", None)),
        practised=pair[1].printed(_attested(case, dimension, "practised", None)),
    )


def _printed_term(case: Case, term: Term, text: Levels, seen: Levels) -> TermLevels:
    def printed(dimension: Dimension) -> tuple[Level, Level]:
        return (
            text[dimension].printed(_attested(case, dimension, "written", term.id)),
            seen[dimension].printed(_attested(case, dimension, "practised", term.id)),
        )

    return TermLevels(term=term.id, P=printed("P"), V=printed("V"), K=printed("K"))


def _attested(case: Case, dimension: Dimension, of: _SideName, term: str | None) -> tuple[Reason, ...]:
    """Return the levels that assessors attest: they stand beside what is derived and replace nothing (E2)."""
    return tuple(
        Reason(
            rule=f"{dimension}.{fact.body.level}",
            says=f"attested{f' of {fact.body.term}' if fact.body.term and term is None else ''}: {fact.body.reason}",
            cites=(cite(fact, "level"),),
        )
        for fact in case.known.attestations.get(case.subject, ())
        if fact.body.about == "level" and fact.body.dimension == dimension and fact.body.of == of
        and (term is None or fact.body.term in {None, term})
    )  # fmt: skip


# --- from levels to points --------------------------------------------------------------------------------------------


def _side(levels: Mapping[Dimension, Derived]) -> Side:
    """Return the score of one side: both ends gated, banded, and whether it has a point, how robust it is (E4–E8)."""
    low, high = ends(levels)
    least, most = gated(low), gated(high)
    why = _no_point(levels)
    return Side(
        low=points(least),
        high=points(most),
        low_band=band(least),
        high_band=band(most),
        pillars=Pillars(**{name: (_share(pillar(name, low)), _share(pillar(name, high))) for name in PILLARS}),
        point=why is None,
        why_no_point=why,
        robustness=robustness(low, high),
    )


def _no_point(levels: Mapping[Dimension, Derived]) -> str | None:
    """Return why no point is printed: more than two unknown dimensions, or B too wide (E6)."""
    low, high = ends(levels)
    unknown = [one for one in DIMENSIONS if low[one] < high[one]]
    if len(unknown) > _UNKNOWNS:
        return f"{len(unknown)} dimensions are unknown ({', '.join(unknown)}); only the interval is printed"
    width = pillar("B", high) - pillar("B", low)
    if width > _WIDEST:
        return (
            f"what binds the words to facts (B) is known only to within {_share(width)}; only the interval is printed"
        )
    return None


def _gates(levels: Mapping[Dimension, Derived], side: _SideName) -> tuple[Gate, ...]:
    """Return the caps that apply to either end; a gate at both ends is one gate (E5)."""
    low, high = ends(levels)
    at_low, at_high = dict(caps(low)), dict(caps(high))
    gates = []
    for cap in (350, 250, 400):
        if cap not in at_low:  # a gate that holds at the high end holds at the low one
            continue
        end: Literal["low", "both"] = "both" if cap in at_high else "low"
        gates.append(Gate(rule="E5", cap=points(cap), side=side, end=end, says=at_low[cap]))
    return tuple(gates)


def _erosion(written: Mapping[Dimension, Derived], practised: Mapping[Dimension, Derived]) -> tuple[str, str]:
    """Return written less practised, end by end, the smaller first (E4): what is unknown is the same on both sides."""
    both = [gated(before) - gated(after) for before, after in zip(ends(written), ends(practised), strict=True)]
    return points(min(both)), points(max(both))


def _share(value: Fraction) -> str:
    """Return a share between 0 and 1 to 6 places, half-even, in the one spelling of decimals."""
    millionths = round(value * 10**6)  # of a fraction, round() is exact and half-even
    whole, rest = divmod(millionths, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)
