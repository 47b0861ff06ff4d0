"""Robustness: in what share of all the method's choices a band holds, and what turns it first (method §4, E8).

Every run is made; none is drawn. A run has a weight of 1, 2 or 4 for each pillar, one of three aggregators, and the
levels as they are or with one dimension one level down or up; a harder count lets all seven be off at once. Gates and
bands apply in every run as they do to the score (E5, E7). Integers throughout: a band is told from its edge by
comparing powers (E4), and no root is taken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import gcd
from typing import Final, Literal, NamedTuple

from ledger.assessment.enforceability.pillar import BANDS, DIMENSIONS, PILLARS, caps, points
from ledger.assessment.result import Robustness, Turn
from ledger.model.attestation import Dimension
from ledger.model.determination import Band

Aggregator = Literal["geometric", "arithmetic", "harmonic"]

AGGREGATORS: Final[tuple[Aggregator, ...]] = ("geometric", "arithmetic", "harmonic")
"""How pillars become one number; the method's own is the first (E4)."""

WEIGHTS: Final = (1, 2, 4)
"""What a pillar may weigh (E8)."""

LISTED: Final = 12
"""How many of the smallest changes that turn a band are written down; how many there are is always said."""

_WHOLE: Final = 480
"""Every f(x) = 0.05 + 0.95·x of a pillar is a whole number of 480ths: B counts twelfths, N and Q eighths."""

_TOP: Final = 1000

_EDGES: Final = tuple(edge for edge, _ in BANDS)
_NAMES: Final = tuple(name for _, name in BANDS)

_Levels = Mapping[Dimension, int]
_Weights = tuple[int, int, int]
_FACTORS: Final[Mapping[Fraction, str]] = {
    Fraction(2): "twice as much",
    Fraction(4): "four times as much",
    Fraction(1, 2): "half as much",
    Fraction(1, 4): "a quarter as much",
}


class _Sums(NamedTuple):
    """The sums of levels in the three pillars, and the lowest cap in tenths: all that a run asks of seven levels."""

    B: int
    N: int
    Q: int
    cap: int


class _Choice(NamedTuple):
    """The weights and the aggregator of a run; weights have no common factor."""

    weights: _Weights
    aggregator: Aggregator


_OWN: Final = _Choice((1, 1, 1), "geometric")
"""The method's own choice (E4)."""

_ALL: Final[Counter[_Choice]] = Counter(
    _Choice((one // common, two // common, three // common), aggregator)
    for one, two, three in product(WEIGHTS, repeat=3)
    for common in (gcd(one, two, three),)
    for aggregator in AGGREGATORS
)
"""Every choice, with how many of the 81 come to it: weights of 2, 2, 2 say the same as 1, 1, 1."""


def robustness(low: _Levels, high: _Levels) -> Robustness:
    """Return how robust the bands of seven levels, or of seven intervals of levels, are.

    Of an interval both ends are moved together, and the bands hold where both keep theirs.

    Source: E8.
    """
    return _robustness(tuple(low[one] for one in DIMENSIONS), tuple(high[one] for one in DIMENSIONS))


@lru_cache(maxsize=4096)
def _robustness(low: tuple[int, ...], high: tuple[int, ...]) -> Robustness:
    ends = (dict(zip(DIMENSIONS, low, strict=True)), dict(zip(DIMENSIONS, high, strict=True)))
    steps = {one: tuple(_steps(one, ends)) for one in DIMENSIONS}
    alone = Counter([_sums(ends), *(_sums(_moved(ends, {one: by})) for one in DIMENSIONS for by in steps[one])])
    own = _bands(_sums(ends), _OWN)
    runs, holds = _counted(alone, own)
    together, together_holds = _counted(_jointly(ends, steps), own)
    turns = _first(ends, steps, own)
    return Robustness(
        runs=runs, holds=holds, share=_share(holds, runs), together=together, together_holds=together_holds,
        together_share=_share(together_holds, together), turns=len(turns), first=tuple(turns[:LISTED]),
        words=_words(holds, runs, together_holds, together, turns),
    )  # fmt: skip


_Ends = tuple[dict[Dimension, int], dict[Dimension, int]]
"""The low and the high levels."""


def _steps(one: Dimension, ends: _Ends) -> Iterator[int]:
    """Yield the steps, down and up, that move an end of a dimension: below 0 and above 4 there is none."""
    if ends[1][one] > 0:
        yield -1
    if ends[0][one] < 4:
        yield 1


def _moved(ends: _Ends, by: Mapping[Dimension, int]) -> _Ends:
    low, high = ({**end, **{one: min(max(end[one] + step, 0), 4) for one, step in by.items()}} for end in ends)
    return low, high


def _sums(ends: _Ends) -> tuple[_Sums, _Sums]:
    low, high = (_sum(*(_part(end, parts) for parts in PILLARS.values())) for end in ends)
    return low, high


class _Part(NamedTuple):
    """What a run asks of one pillar: the sum of its levels, and those that gates look at, no finer than they do."""

    total: int
    gate: tuple[int, int]


def _part(end: _Levels, parts: tuple[Dimension, ...]) -> _Part:
    """Return one pillar of one end; gates tell P and R from 2 up no more apart, and K and A from 1 up (E5)."""
    one, other = parts[0], parts[-1]
    return _Part(sum(end[part] for part in parts), (min(end[one], 2), min(end[other], 2)))


def _sum(b: _Part, n: _Part, q: _Part) -> _Sums:
    (p, k), (_, a), (r, _) = b.gate, n.gate, q.gate
    return _Sums(b.total, n.total, q.total, _cap(p, k, a, r))


@lru_cache(maxsize=81)
def _cap(p: int, k: int, a: int, r: int) -> int:
    levels: dict[Dimension, int] = {"P": p, "V": 0, "K": k, "O": 0, "A": a, "R": r, "X": 0}
    return min((_TOP, *(cap for cap, _ in caps(levels))))


def _jointly(ends: _Ends, steps: Mapping[Dimension, tuple[int, ...]]) -> Counter[tuple[_Sums, _Sums]]:
    """Return what all levels may come to if each may be off by one; what is alike is counted, not done again."""
    b, n, q = (_shifted(ends, parts, steps) for parts in PILLARS.values())
    found: Counter[tuple[_Sums, _Sums]] = Counter()
    for (one, first), (two, second), (three, third) in product(b.items(), n.items(), q.items()):
        found[_sum(one[0], two[0], three[0]), _sum(one[1], two[1], three[1])] += first * second * third
    return found


def _shifted(
    ends: _Ends, parts: tuple[Dimension, ...], steps: Mapping[Dimension, tuple[int, ...]]
) -> Counter[tuple[_Part, _Part]]:
    found: Counter[tuple[_Part, _Part]] = Counter()
    for shift in product(*((0, *steps[one]) for one in parts)):
        low, high = _moved(ends, dict(zip(parts, shift, strict=True)))
        found[_part(low, parts), _part(high, parts)] += 1
    return found


def _counted(cases: Counter[tuple[_Sums, _Sums]], own: tuple[Band, Band]) -> tuple[int, int]:
    """Return how many runs there are, and in how many both bands hold."""
    each = sum(_ALL.values())
    return each * cases.total(), sum(times * _held(low, high, own) for (low, high), times in cases.items())


@lru_cache(maxsize=1 << 16)
def _held(low: _Sums, high: _Sums, own: tuple[Band, Band]) -> int:
    """Return under how many of the 81 choices both bands hold."""
    least, most = (_position(end.cap) for end in (low, high))
    wanted = tuple(_NAMES.index(name) for name in own)
    rows = zip(_ALL.values(), _row(*low[:3]), _row(*high[:3]), strict=True)
    # A cap lets no band stand above its own: positions count from the strongest down.
    return sum(alike for alike, one, other in rows if (max(one, least), max(other, most)) == wanted)


@lru_cache(maxsize=13 * 9 * 9)
def _row(b: int, n: int, q: int) -> tuple[int, ...]:
    """Return the position of the band under each choice, before caps, from the strongest down."""
    return tuple(
        next(position for position, edge in enumerate(_EDGES) if reaches(edge, (b, n, q), *choice)) for choice in _ALL
    )


def _position(cap: int) -> int:
    """Return the position of the strongest band that a cap in tenths lets stand (E5, E7)."""
    return next(position for position, edge in enumerate(_EDGES) if edge <= cap)


# --- one run ----------------------------------------------------------------------------------------------------------


def _bands(sums: tuple[_Sums, _Sums], choice: _Choice) -> tuple[Band, Band]:
    return _band(sums[0], choice), _band(sums[1], choice)


@lru_cache(maxsize=1 << 17)
def _band(sums: _Sums, choice: _Choice) -> Band:
    """Return the band of a run: the strongest whose edge it reaches and no cap lies under (E5, E7)."""
    return next(name for edge, name in BANDS if edge <= sums.cap and reaches(edge, sums[:3], *choice))


def reaches(tenths: int, sums: tuple[int, int, int], weights: _Weights, aggregator: Aggregator) -> bool:
    """Whether pillars come to so many tenths or more, rounded to the nearest with a half up (E4).

    With g the weighted mean of the three f(x), it asks whether (2s − 1) ≤ 2000·g; both sides are raised to the power of
    the weights' sum where g is geometric.

    Args:
        sums: of the levels in B (0 to 12), N and Q (0 to 8 each).
    """
    if tenths <= 0:
        return True
    b, n, q = 24 + 38 * sums[0], 24 + 57 * sums[1], 24 + 57 * sums[2]
    x, y, z = weights
    whole, twice = x + y + z, 2 * tenths - 1
    match aggregator:
        case "geometric":
            return bool((twice * _WHOLE) ** whole <= 2000**whole * b**x * n**y * q**z)
        case "arithmetic":
            return twice * _WHOLE * whole <= 2000 * (x * b + y * n + z * q)
        case "harmonic":
            return twice * _WHOLE * (x * n * q + y * b * q + z * b * n) <= 2000 * whole * b * n * q


def _tenths(sums: _Sums, choice: _Choice) -> int:
    """Return the score of a run, gates applied. Units: tenths of a point."""
    low, high = 0, _TOP
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if reaches(middle, sums[:3], *choice) else (low, middle - 1)
    return min(low, sums.cap)


# --- what turns it first ----------------------------------------------------------------------------------------------


def _first(ends: _Ends, steps: Mapping[Dimension, tuple[int, ...]], own: tuple[Band, Band]) -> list[Turn]:
    """Return the smallest changes that turn a band: one choice or level if one does, else two, and so on."""
    moves: list[tuple[tuple[str, ...], _Ends]] = [((), ends)]
    moves += [
        ((f"{one} one level {'up' if by > 0 else 'down'}",), _moved(ends, {one: by}))
        for one in DIMENSIONS
        for by in steps[one]
    ]
    found: list[Turn] = []
    fewest = len(DIMENSIONS)
    for choice in _ALL:  # the method's own first, then the other aggregators, then other weights
        said = _choice_words(choice)
        for moved, there in moves:
            changes = (*moved, *said)
            if len(changes) > fewest or not changes or _bands(_sums(there), choice) == own:
                continue
            if len(changes) < fewest:
                found, fewest = [], len(changes)
            found.append(_turn(changes, _sums(there), choice))
    return found


def _turn(changes: tuple[str, ...], sums: tuple[_Sums, _Sums], choice: _Choice) -> Turn:
    bands = _bands(sums, choice)
    low, high = (points(_tenths(end, choice)) for end in sums)
    return Turn(changes=changes, low=low, high=high, low_band=bands[0], high_band=bands[1])


def _choice_words(choice: _Choice) -> tuple[str, ...]:
    """Return in what a choice differs from the method's own, one sentence for each difference."""
    usual = Counter(choice.weights).most_common(1)[0][0] if len(set(choice.weights)) < len(choice.weights) else 2
    weighed = tuple(
        f"{name} weighs {_FACTORS[Fraction(weight, usual)]}"
        for name, weight in zip(PILLARS, choice.weights, strict=True)
        if weight != usual
    )
    mean = () if choice.aggregator == "geometric" else (f"an {choice.aggregator} mean",)
    return (*weighed, *(one.replace("an harmonic", "a harmonic") for one in mean))


def _share(part: int, whole: int) -> str:
    millionths = round(Fraction(part, whole) * 10**6)  # of a fraction, round() is exact and half-even
    return "1" if millionths == 10**6 else f"0.{millionths:06d}".rstrip("0").rstrip(".")


def _words(holds: int, runs: int, together_holds: int, together: int, turns: list[Turn]) -> str:
    said = (
        f"holds in {holds:,} of {runs:,} runs ({_percent(holds, runs)}), and in {_percent(together_holds, together)} "
        f"of those in which every level may be off by one at once"
    )
    if not turns:
        return f"{said}; nothing that was tried turns it"
    named = "; ".join(f"{' and '.join(one.changes)} ({_becomes(one)})" for one in turns[:3])
    more = f"; and {len(turns) - 3} more as small" if len(turns) > 3 else ""
    return f"{said}; first turned by: {named}{more}"


def _becomes(turn: Turn) -> str:
    bands = turn.low_band if turn.low_band == turn.high_band else f"{turn.low_band} to {turn.high_band}"
    return f"{bands}, {turn.low}" + (f" to {turn.high}" if turn.high != turn.low else "")


def _percent(part: int, whole: int) -> str:
    permille = round(Fraction(part, whole) * 1000)
    return f"{permille // 10}.{permille % 10} %"
