"""Association of two orders, and how far a prediction was off, with intervals drawn by a fixed seed; nothing else.

Goodman and Kruskal's gamma counts pairs that both put in the same order against pairs that they put in opposite
orders; pairs that either ties count for nothing. Spearman's rho is the correlation of ranks, ties at the middle of
their places. A 90 % interval is that of the percentiles of resampled sets (bootstrap), in which cases are drawn with
replacement.
"""

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Final, TypeVar

SEED: Final = 20190201
RESAMPLES: Final = 2000
TAILS: Final = (0.05, 0.95)

Case = TypeVar("Case")

Pair = tuple[float, float]


def gamma(pairs: Sequence[Pair], strata: Sequence[Hashable] | None = None) -> float | None:
    """Return (concordant − discordant) ÷ (concordant + discordant) pairs; null where every pair is tied.

    Args:
        strata: of each pair, a group; only pairs of one group are then set beside each other.

    Source: Goodman and Kruskal, Measures of association for cross classifications (1954).
    """
    groups: dict[Hashable, list[Pair]] = {}
    for place, pair in enumerate(pairs):
        groups.setdefault(strata[place] if strata is not None else None, []).append(pair)
    alike = unlike = 0
    for group in groups.values():
        same, other = _orders(Counter(group))
        alike, unlike = alike + same, unlike + other
    return (alike - unlike) / (alike + unlike) if alike + unlike else None


def _orders(cells: Counter[Pair]) -> tuple[int, int]:
    """Return how many pairs of cases are in the same order by both, and in opposite orders."""
    alike = unlike = 0
    counted = list(cells.items())
    for place, ((x, y), number) in enumerate(counted):
        for (other_x, other_y), other in counted[place + 1 :]:
            sign = (x - other_x) * (y - other_y)
            alike += number * other if sign > 0 else 0
            unlike += number * other if sign < 0 else 0
    return alike, unlike


def spearman(pairs: Sequence[Pair]) -> float | None:
    """Return the correlation of ranks; null where one of the two never varies.

    Source: Spearman, The proof and measurement of association between two things (1904).
    """
    if not pairs:
        return None
    first, second = (ranks([pair[place] for pair in pairs]) for place in (0, 1))
    middle = (len(pairs) + 1) / 2
    across = sum((x - middle) * (y - middle) for x, y in zip(first, second, strict=True))
    spread = sum((x - middle) ** 2 for x in first) * sum((y - middle) ** 2 for y in second)
    return float(across / spread**0.5) if spread else None


def ranks(values: Sequence[float]) -> list[float]:
    """Return the place of each value from 1, the mean of their places for those that are tied."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            found[place] = (start + end) / 2 + 1
        start = end + 1
    return found


def brier(told: Sequence[Pair]) -> float | None:
    """Return the mean square of what was predicted less what came; null of nothing."""
    return sum((predicted - came) ** 2 for predicted, came in told) / len(told) if told else None


def interval(
    cases: Sequence[Case], statistic: Callable[[Sequence[Case]], float | None], *, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """Return the 90 % bootstrap interval of a statistic; null where fewer than half of the resamples have one."""
    draw = random.Random(SEED)  # noqa: S311, no secret: the same draw every time
    found = []
    for _ in range(resamples):
        value = statistic(draw.choices(cases, k=len(cases)))
        if value is not None:
            found.append(value)
    if len(found) * 2 < resamples:
        return None
    found.sort()
    low, high = (found[min(len(found) - 1, int(tail * len(found)))] for tail in TAILS)
    return low, high
