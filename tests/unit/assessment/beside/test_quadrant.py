"""The quadrant: enforceability × performance is one of four stories, or it is said which is not known (E10)."""

import pytest

from ledger.assessment.beside.quadrant import quadrant
from ledger.assessment.result import Kept, Pillars, Side
from ledger.model.determination import Band


def side(low: Band, high: Band) -> Side:
    """A score between two bands."""
    pillars = Pillars(B=("0", "1"), N=("0", "1"), Q=("0", "1"))
    return Side(low="0", high="100", low_band=low, high_band=high, pillars=pillars, point=False, why_no_point=None)


STORIES: dict[str, tuple[tuple[Band, Band], Kept, str, str | None]] = {
    "firm is hard": (("firm", "hard"), "kept", "hard", "hard and kept"),
    "hard and broken": (("hard", "hard"), "broken", "hard", "hard and broken"),
    "soft-monitored is soft": (("rhetorical", "soft-monitored"), "kept", "soft", "soft and kept"),
    "soft and broken": (("political", "political"), "broken", "soft", "soft and broken"),
    "either side of the edge": (("soft-monitored", "firm"), "broken", "unknown", None),
    "not yet due": (("hard", "hard"), "open", "hard", None),
    "not known whether kept": (("rhetorical", "rhetorical"), "unknown", "soft", None),
    "neither known": (("rhetorical", "hard"), "unknown", "unknown", None),
}


@pytest.mark.parametrize(("bands", "kept", "enforceability", "story"), STORIES.values(), ids=STORIES)
def test_the_story_follows_from_both(
    bands: tuple[Band, Band], kept: Kept, enforceability: str, story: str | None
) -> None:
    """Hard from the band firm up; unknown where the two ends fall on either side, or performance is not told (E10)."""
    found = quadrant(side(*bands), kept)
    assert (found.enforceability, found.performance, found.story) == (enforceability, kept, story)
    assert found.words.endswith("(hard: 60 or more as written, the bands firm and hard)")
