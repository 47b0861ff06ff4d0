"""The score: what seven levels come to, written and practised, with intervals, gates and bands (method §4, E3–E7).

Everything is an integer or a fraction; the cube root is never taken: its tenth is found by comparing cubes (E4). The
score is monotone in every level, so the two ends of an interval suffice (E6).
"""

from collections.abc import Callable, Mapping
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
from ledger.assessment.enforceability.level import Derived, lowest
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
from ledger.model.determination import Band
from ledger.model.term import Term

DIMENSIONS: Mapping[Dimension, str] = {
    "P": "precision",
    "V": "verifiability",
    "K": "acknowledgement and control",
    "O": "obligation",
    "A": "answerability",
    "R": "remedy",
    "X": "durability",
}
"""The seven dimensions in the order of the table, with their names."""

PILLARS: Mapping[Literal["B", "N", "Q"], tuple[Dimension, ...]] = {
    "B": ("P", "V", "K"),
    "N": ("O", "A"),
    "Q": ("R", "X"),
}
"""The three pillars and the dimensions in each, which stand in for one another (E4)."""

BANDS: tuple[tuple[int, Band], ...] = (
    (750, "hard"), (600, "firm"), (450, "soft-monitored"), (300, "political"), (0, "rhetorical"),
)  # fmt: skip
"""The lower edge of every band, in tenths, from the top (E7)."""

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

    Source: E1–E7.
    """
    case = Case(known, subject, standing, {result.id: result for result in terms})
    each = {term.id: _of_term(case, term) for term in case.terms}
    levels = {**_lowest_of_terms(case, each), **_of_instrument(case)}
    written = {one: pair[0] for one, pair in levels.items()}
    practised = {one: pair[1] for one, pair in levels.items()}
    sides = (_side(written), _side(practised))
    return Score(
        method=METHOD,
        dimensions=tuple(_printed(case, one, levels[one]) for one in DIMENSIONS),
        terms=tuple(_printed_term(case, term, each[term.id]) for term in case.terms),
        written=sides[0],
        practised=sides[1],
        erosion=_erosion(written, practised),
        gates=(*_gates(written, "written"), *_gates(practised, "practised")),
        unknown=tuple(dict.fromkeys(one for pair in levels.values() for level in pair for one in level.unknown)),
    )


# --- the levels, dimension by dimension -------------------------------------------------------------------------------

_Pair = tuple[Derived, Derived]
"""Written, and practised."""


def _of_term(case: Case, term: Term) -> dict[Dimension, _Pair]:
    p = precision.written(case, term)
    v = verifiability.written(case, term)
    k = acknowledgement.written(case, term)
    return {
        "P": (p, precision.practised(case, term, as_text=p)),
        "V": (v, verifiability.practised(case, term, as_text=v)),
        "K": (k, acknowledgement.practised(case, term, as_text=k)),
    }


def _lowest_of_terms(case: Case, each: Mapping[str, Mapping[Dimension, _Pair]]) -> dict[Dimension, _Pair]:
    """Return P, V and K of the commitment: the lowest of its material terms; the reasons say of which."""
    several = len(case.terms) > 1
    levels: dict[Dimension, _Pair] = {}
    for one in PILLARS["B"]:
        parts = [
            tuple(_named(level, term.id) if several else level for level in each[term.id][one]) for term in case.terms
        ]
        levels[one] = (lowest([part[0] for part in parts]), lowest([part[1] for part in parts]))
    return levels


def _named(level: Derived, term: str) -> Derived:
    reasons = tuple(Reason(rule=one.rule, says=f"{term}: {one.says}", cites=one.cites) for one in level.reasons)
    return Derived(level.low, level.high, reasons, level.unknown, level.observed)


def _of_instrument(case: Case) -> dict[Dimension, _Pair]:
    o, a, r = obligation.written(case), answerability.written(case), remedy.written(case)
    x = durability.written(case, remedy=r)
    return {
        "O": (o, obligation.practised(case, as_text=o)),
        "A": (a, answerability.practised(case, as_text=a)),
        "R": (r, remedy.practised(case, as_text=r)),
        "X": (x, durability.practised(case, as_text=x)),
    }


def _printed(case: Case, dimension: Dimension, pair: _Pair) -> DimensionResult:
    return DimensionResult(
        dimension=dimension,
        name=DIMENSIONS[dimension],
        written=pair[0].printed(_attested(case, dimension, "written", None)),
        practised=pair[1].printed(_attested(case, dimension, "practised", None)),
    )


def _printed_term(case: Case, term: Term, pairs: Mapping[Dimension, _Pair]) -> TermLevels:
    def printed(dimension: Dimension) -> tuple[Level, Level]:
        pair = pairs[dimension]
        return (
            pair[0].printed(_attested(case, dimension, "written", term.id)),
            pair[1].printed(_attested(case, dimension, "practised", term.id)),
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


def pillar(name: Literal["B", "N", "Q"], levels: Mapping[Dimension, int]) -> Fraction:
    """Return a pillar as a fraction of 1: the mean of its levels (E4)."""
    parts = PILLARS[name]
    return Fraction(sum(levels[one] for one in parts), 4 * len(parts))


def ungated(levels: Mapping[Dimension, int]) -> int:
    """Return the score of seven levels before gates. Units: tenths of a point.

    The greatest integer s with (2s−1)³·den ≤ 8·10⁹·num, where num/den = f(B)·f(N)·f(Q) and f(x) = 0.05 + 0.95·x: the
    tenth nearest to 100·(num/den)^(1/3), a half rounded up.

    Source: E4.
    """
    product = Fraction(1)
    for name in PILLARS:
        product *= Fraction(5, 100) + Fraction(95, 100) * pillar(name, levels)
    low, high = 0, 1000  # s = 0 always holds; 1001 never does, as the product is at most 1
    while low < high:
        middle = (low + high + 1) // 2
        if (2 * middle - 1) ** 3 * product.denominator <= 8 * 10**9 * product.numerator:
            low = middle
        else:
            high = middle - 1
    return low


def caps(levels: Mapping[Dimension, int]) -> tuple[tuple[int, str], ...]:
    """Return the gates that seven levels run into, each with its cap in tenths and its sentence (E5)."""
    gates: list[tuple[int, str]] = []
    if levels["P"] <= 1:
        gates.append((350, f"P is {levels['P']}: no more than 35.0, and the outcome of that term is not assessable"))
    if levels["K"] == 0:
        gates.append((250, "K is 0: no more than 25.0"))
    if levels["A"] == 0 and levels["R"] <= 1:
        gates.append((400, f"A is 0 and R is {levels['R']}: no more than 40.0"))
    return tuple(gates)


def gated(levels: Mapping[Dimension, int]) -> int:
    """Return the score of seven levels, gates applied. Units: tenths of a point. Source: E4, E5."""
    return min((ungated(levels), *(cap for cap, _ in caps(levels))))


def band(tenths: int) -> Band:
    """Return the class of a score in tenths (E7)."""
    return next(name for edge, name in BANDS if tenths >= edge)


def _ends(levels: Mapping[Dimension, Derived]) -> tuple[dict[Dimension, int], dict[Dimension, int]]:
    return {one: level.low for one, level in levels.items()}, {one: level.high for one, level in levels.items()}


def _side(levels: Mapping[Dimension, Derived]) -> Side:
    """Return the score of one side: both ends gated, banded, and whether a point may be printed (E4–E7)."""
    low, high = _ends(levels)
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
    )


def _no_point(levels: Mapping[Dimension, Derived]) -> str | None:
    """Return why no point is printed: more than two unknown dimensions, or B too wide (E6)."""
    low, high = _ends(levels)
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
    low, high = _ends(levels)
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
    ends: list[Callable[[Derived], int]] = [lambda level: level.low, lambda level: level.high]
    both = []
    for end in ends:
        before = gated({one: end(level) for one, level in written.items()})
        after = gated({one: end(level) for one, level in practised.items()})
        both.append(before - after)
    return points(min(both)), points(max(both))


def points(tenths: int) -> str:
    """Return tenths as points in the one spelling of decimals (design §2.1): ``30.8``, ``35``, ``-1.2``."""
    whole, rest = divmod(abs(tenths), 10)
    sign = "-" if tenths < 0 else ""
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _share(value: Fraction) -> str:
    """Return a share between 0 and 1 to 6 places, half-even, in the one spelling of decimals."""
    millionths = round(value * 10**6)  # of a fraction, round() is exact and half-even
    whole, rest = divmod(millionths, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)
