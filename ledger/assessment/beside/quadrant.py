"""The quadrant: enforceability × performance, one of four stories (E10).

Enforceability is read as it was written: what practice takes from it may itself be the breach, which would then be told
twice. It is hard from the band *firm* up, soft below, and unknown where the two ends of the score fall on either side.
"""

from typing import Final, Literal

from ledger.assessment.enforceability.pillar import BANDS, points
from ledger.assessment.result import Kept, Quadrant, Side
from ledger.model.determination import Band

HARD: Final[frozenset[Band]] = frozenset({"hard", "firm"})
"""The bands that make a pledge hard; those below make it soft."""

EDGE: Final = min(edge for edge, name in BANDS if name in HARD)
"""The lower edge of the lowest of them, in tenths of a point."""

Story = Literal["hard and kept", "hard and broken", "soft and kept", "soft and broken"]

STORIES: Final[dict[tuple[str, Kept], Story]] = {
    ("hard", "kept"): "hard and kept",
    ("hard", "broken"): "hard and broken",
    ("soft", "kept"): "soft and kept",
    ("soft", "broken"): "soft and broken",
}


def quadrant(written: Side, performed: Kept) -> Quadrant:
    """Return which of four stories a commitment tells, or what of it cannot be told.

    Args:
        written: its score as written; ``performed`` is what was kept of it.

    Source: E10.
    """
    sides: dict[bool, Literal["hard", "soft"]] = {True: "hard", False: "soft"}
    ends = {sides[band in HARD] for band in (written.low_band, written.high_band)}
    enforceability: Literal["hard", "soft", "unknown"] = ends.pop() if len(ends) == 1 else "unknown"
    story = STORIES.get((enforceability, performed))
    return Quadrant(
        enforceability=enforceability,
        performance=performed,
        story=story,
        words=f"{story or _untold(enforceability, performed)} (hard: {points(EDGE)} or more as written, {_named()})",
    )


def _untold(enforceability: str, performed: Kept) -> str:
    """Return what is known where the story cannot be told."""
    first = "hard or soft, its score as written allows both" if enforceability == "unknown" else enforceability
    return {
        "open": f"{first}, and still open",
        "unknown": f"{first}, and whether it was kept is unknown",
    }.get(performed, f"{first}, and {performed}")


def _named() -> str:
    return "the bands " + " and ".join(name for _, name in reversed(BANDS) if name in HARD)
