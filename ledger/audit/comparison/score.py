"""What two audits say otherwise of a score: its ends and bands, each dimension with its reasons, its caps (E2–E7)."""

from collections.abc import Iterator
from typing import Final, Literal

from ledger.assessment.result import DimensionResult, Level, Score, Side
from ledger.audit.comparison.cause import Causes
from ledger.audit.comparison.comparison import Changed
from ledger.audit.comparison.told import each, others, told

_SIDES: Final[tuple[Literal["written", "practised"], ...]] = ("written", "practised")
_ENDS: Final = ("low", "high", "low_band", "high_band", "point", "why_no_point")


def tell_score(causes: Causes, subject: str, before: Score, after: Score) -> Iterator[Changed]:
    """Yield what became another of a commitment's score, the score itself first."""
    home = f"commitments[{subject}].score"
    for side in _SIDES:
        then, now = getattr(before, side), getattr(after, side)
        if named := others(then, now, _ENDS):
            words = f"the score as {side}: {_ends(then)} became {_ends(now)}"
            yield told(
                causes, "score", [f"{home}.{side}.{name}" for name in named], words, parts=(before, after),
                subject=subject, ends=(_ends(then), _ends(now)),
            )  # fmt: skip
    old = {one.dimension: one for one in before.dimensions}
    for dimension in after.dimensions:
        if (was := old.get(dimension.dimension)) is not None and was != dimension:
            yield from _dimension(causes, subject, was, dimension)
    if before.gates != after.gates:
        words = f"{each(before, after, ['gates'])}"
        yield told(causes, "score", [f"{home}.gates"], words, parts=(before, after), subject=subject)


def _dimension(causes: Causes, subject: str, before: DimensionResult, after: DimensionResult) -> Iterator[Changed]:
    for side in _SIDES:
        then, now = getattr(before, side), getattr(after, side)
        if then == now:
            continue
        reasons = "; ".join(one.says.rstrip(".") for one in now.reasons)
        change = f"{_level(then)} became {_level(now)}" if _level(then) != _level(now) else f"still {_level(now)}"
        words = f"{after.name} ({after.dimension}) as {side}: {change} ({reasons})"
        yield told(
            causes, "score", [f"commitments[{subject}].score.dimensions[{after.dimension}].{side}"], words,
            parts=(then, now), subject=subject, ends=(_level(then), _level(now)),
        )  # fmt: skip


def _level(level: Level) -> str:
    return f"{level.low}" if level.low == level.high else f"{level.low} to {level.high}"


def _ends(side: Side) -> str:
    """Return a score as interfaces lead with it: the band, then the points (E7)."""
    bands = side.low_band if side.low_band == side.high_band else f"{side.low_band} to {side.high_band}"
    points = side.low if side.low == side.high else f"{side.low} to {side.high}"
    return f"{bands} ({points})"
