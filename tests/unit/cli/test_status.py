"""Status in words: shares, bands and reasons as people read them (R7, E7; method, Arithmetic)."""

import pytest

from ledger.assessment.result import Pillars, Side
from ledger.cli.status import percent, side_words
from ledger.model.determination import Band

SHARES = {
    "half": ("0.5", "50.0 %"),
    "a tie goes to the even tenth, down": ("0.0005", "0.0 %"),
    "a tie goes to the even tenth, up": ("0.0015", "0.2 %"),
    "above one": ("1.008333", "100.8 %"),
    "below zero": ("-0.25", "-25.0 %"),
    "so little below zero that it is none": ("-0.0001", "0.0 %"),
    "nothing known": (None, "unknown"),
}


@pytest.mark.parametrize(("share", "words"), SHARES.values(), ids=SHARES)
def test_share_is_printed_as_a_percentage_to_one_place(share: str | None, words: str) -> None:
    """A fraction of one is a percentage to one place, rounded half-even (method, Arithmetic)."""
    assert percent(share) == words


SIDES: dict[str, tuple[str, str, Band, Band, str]] = {
    "a point": ("30.8", "30.8", "political", "political", "political (30.8)"),
    "an interval in one band": ("43.1", "44.7", "political", "political", "political (43.1 to 44.7)"),
    "an interval over two": ("21.4", "35", "rhetorical", "political", "rhetorical to political (21.4 to 35)"),
}


@pytest.mark.parametrize(("low", "high", "low_band", "high_band", "words"), SIDES.values(), ids=SIDES)
def test_score_leads_with_its_band(low: str, high: str, low_band: Band, high_band: Band, words: str) -> None:
    """The band stands first and the points in brackets; equal ends are one (E6, E7)."""
    pillars = Pillars(B=("0", "1"), N=("0", "1"), Q=("0", "1"))
    side = Side(
        low=low,
        high=high,
        low_band=low_band,
        high_band=high_band,
        pillars=pillars,
        point=low == high,
        why_no_point=None,
    )
    assert side_words(side) == words
