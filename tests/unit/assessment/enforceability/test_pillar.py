"""The arithmetic of the score: the nearest tenth of a geometric mean, its gates, its bands (method §4, E4, E5, E7).

Scores are worked out by hand from the rule, or are the method's own worked cases.
"""

import pytest

from ledger.assessment.enforceability.pillar import band, gated, points, ungated
from ledger.model.attestation import Dimension


def levels(text: str) -> dict[Dimension, int]:
    """Return seven levels from their line, ``P2 V3 K2 O1 A0 R2 X0``."""
    return {part[0]: int(part[1:]) for part in text.split()}  # type: ignore[misc]  # the first letter is a dimension


# Worked by hand from E4: the cube root of the product, to the nearest tenth of a point.
SCORES = {
    "everything": ("P4 V4 K4 O4 A4 R4 X4", 1000, "hard"),
    "nothing: f is 0.05 in each pillar": ("P0 V0 K0 O0 A0 R0 X0", 50, "rhetorical"),
    "first worked case": ("P2 V3 K2 O1 A0 R2 X0", 308, "political"),
    "second worked case, low": ("P3 V3 K2 O1 A1 R2 X1", 431, "political"),
    "second worked case, high": ("P3 V3 K3 O1 A1 R2 X1", 447, "political"),
    "third worked case": ("P4 V4 K4 O4 A4 R0 X0", 368, "political"),
    # every pillar one half: f is 0.525, and its own cube root of its cube
    "half of everything": ("P2 V2 K2 O2 A2 R2 X2", 525, "soft-monitored"),
    # every pillar three quarters: f is 0.7625; 76.25 rounds to the nearest tenth, a half up: 76.3
    "three quarters of everything": ("P3 V3 K3 O3 A3 R3 X3", 763, "hard"),
    # every pillar one quarter: f is 0.2875; 28.75 rounds up to 28.8
    "one quarter of everything": ("P1 V1 K1 O1 A1 R1 X1", 288, "rhetorical"),
}


@pytest.mark.parametrize(("line", "tenths", "name"), SCORES.values(), ids=SCORES)
def test_score_is_the_nearest_tenth_of_a_geometric_mean(line: str, tenths: int, name: str) -> None:
    """The integer rule gives the tenth, a half rounded up (E4); the band follows from tenths (E7)."""
    assert ungated(levels(line)) == tenths
    assert band(ungated(levels(line))) == name


def test_parts_of_a_pillar_stand_in_for_one_another() -> None:
    """Arithmetic within a pillar (E4)."""
    assert ungated(levels("P4 V2 K3 O2 A2 R2 X2")) == ungated(levels("P3 V3 K3 O4 A0 R0 X4"))


GATES = {
    "P 1 caps at 35": ("P1 V4 K4 O4 A4 R4 X4", 350),
    "P 0 caps at 35": ("P0 V4 K4 O4 A4 R4 X4", 350),
    "P 2 does not": ("P2 V4 K4 O4 A4 R4 X4", None),
    "K 0 caps at 25": ("P4 V4 K0 O4 A4 R4 X4", 250),
    "K 1 does not": ("P4 V4 K1 O4 A4 R4 X4", None),
    "A 0 with R 1 caps at 40": ("P4 V4 K4 O4 A0 R1 X4", 400),
    "A 0 with R 0 caps at 40": ("P4 V4 K4 O4 A0 R0 X4", 400),
    "A 0 with R 2 does not": ("P4 V4 K4 O4 A0 R2 X4", None),
    "A 1 with R 0 does not": ("P4 V4 K4 O4 A1 R0 X4", None),
    "of several the lowest": ("P1 V4 K0 O4 A0 R0 X4", 250),
}


@pytest.mark.parametrize(("line", "cap"), GATES.values(), ids=GATES)
def test_gate_caps_the_commitment(line: str, cap: int | None) -> None:
    """A gate caps; without one the score is what it is (E5)."""
    whole = ungated(levels(line))
    assert gated(levels(line)) == (whole if cap is None else min(whole, cap))


BANDS = {
    0: "rhetorical",
    299: "rhetorical",
    300: "political",
    449: "political",
    450: "soft-monitored",
    599: "soft-monitored",
    600: "firm",
    749: "firm",
    750: "hard",
    1000: "hard",
}


@pytest.mark.parametrize(("tenths", "name"), BANDS.items())
def test_band_includes_its_lower_edge_and_not_its_upper(tenths: int, name: str) -> None:
    """Bands are half-open, on tenths (E7)."""
    assert band(tenths) == name


POINTS = {0: "0", 7: "0.7", 250: "25", 308: "30.8", 1000: "100", -12: "-1.2", -30: "-3"}


@pytest.mark.parametrize(("tenths", "text"), POINTS.items())
def test_points_have_the_one_spelling_of_decimals(tenths: int, text: str) -> None:
    """No trailing zero, no minus zero, no exponent (design §2.1)."""
    assert points(tenths) == text
