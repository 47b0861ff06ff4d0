"""Robustness: every weight, every aggregator, every level one off; what turns a band first (method §4, E8)."""

from itertools import product

import pytest

from ledger.assessment.enforceability.pillar import DIMENSIONS, PILLARS, ungated
from ledger.assessment.enforceability.robustness import AGGREGATORS, WEIGHTS, Aggregator, reaches, robustness
from ledger.model.attestation import Dimension


def levels(line: str) -> dict[Dimension, int]:
    """Return seven levels as they are printed: ``P2 V3 K2 O1 A0 R2 X0``."""
    return {one: int(part[1:]) for one, part in zip(DIMENSIONS, line.split(), strict=True)}


RUNS: dict[str, tuple[str, int]] = {
    "nothing at an end: 81 choices for the levels and for 14 steps": ("P2 V2 K2 O2 A2 R2 X2", 1215),
    "all at 4: seven steps down": ("P4 V4 K4 O4 A4 R4 X4", 648),
    "all at 0: seven steps up": ("P0 V0 K0 O0 A0 R0 X0", 648),
    "two at 0: twelve steps": ("P2 V3 K2 O1 A0 R2 X0", 1053),
}


@pytest.mark.parametrize(("line", "runs"), RUNS.values(), ids=RUNS)
def test_every_run_is_counted(line: str, runs: int) -> None:
    """27 weights × 3 aggregators × (as it is, each dimension down, each up); no level leaves 0 to 4 (E8)."""
    one = levels(line)
    found = robustness(one, one)
    assert found.runs == runs
    down_or_up = [1 + (level > 0) + (level < 4) for level in one.values()]
    joint = 81
    for several in down_or_up:
        joint *= several
    assert found.together == joint


@pytest.mark.parametrize("line", ["P4 V4 K4 O4 A4 R4 X4", "P0 V0 K0 O0 A0 R0 X0"])
def test_extremes_hold_in_every_run(line: str) -> None:
    """One level off of all or of nothing turns no band, whatever is weighed (E8)."""
    found = robustness(levels(line), levels(line))
    assert (found.holds, found.share, found.together_share) == (found.runs, "1", "1")
    assert found.turns == 0
    assert found.first == ()
    assert "nothing that was tried turns it" in found.words


def test_gate_turns_a_balanced_score_first() -> None:
    """With all pillars alike no weight and no aggregator does anything; P one down runs into its gate (E5, E8).

    All at 2: f = 0.525 in each pillar, 52.5 by any mean. P at 1 is capped at 35.0. No other single level moves a pillar
    far enough: O up is (0.525² · 0.64375)^(1/3) = 0.562, O down (0.525² · 0.40625)^(1/3) = 0.482.
    """
    found = robustness(levels("P2 V2 K2 O2 A2 R2 X2"), levels("P2 V2 K2 O2 A2 R2 X2"))
    assert found.turns == 1
    (first,) = found.first
    assert (first.changes, first.low, first.high) == (("P one level down",), "35", "35")
    assert (first.low_band, first.high_band) == ("political", "political")


def test_soybeans_of_january_2019_are_turned_by_a_single_level() -> None:
    """30.8 stands 0.8 above the edge of political: a level of P, V or K less, 29.4, is rhetorical (E8).

    B falls from 7/12 to 6/12: (0.525 · 0.16875 · 0.2875)^(1/3) = 0.2942.
    """
    one = levels("P2 V3 K2 O1 A0 R2 X0")
    first = robustness(one, one).first[0]
    assert first.changes == ("P one level down",)
    assert (first.low, first.low_band) == ("29.4", "rhetorical")


def test_aggregator_alone_is_one_change() -> None:
    """B at 1, N at 1/8 and Q at 1/2 (f = 1, 0.16875, 0.525): 44.6 by the method's mean, which is political (E4, E8).

    Arithmetic 1.69375 / 3 = 56.5, soft-monitored; harmonic 3 / (1 + 5.92593 + 1.90476) = 34.0, still political.
    """
    one = levels("P4 V4 K4 O1 A0 R4 X0")
    said = {turn.changes: (turn.low, turn.low_band) for turn in robustness(one, one).first}
    assert said[("an arithmetic mean",)] == ("56.5", "soft-monitored")
    assert ("a harmonic mean",) not in said


def test_interval_is_moved_at_both_ends() -> None:
    """An unknown dimension has a step down if its high end has one, and up if its low end has one (E6, E8)."""
    low, high = levels("P4 V4 K4 O4 A4 R4 X0"), levels("P4 V4 K4 O4 A4 R4 X4")
    # As it is; six dimensions down; X down (4 to 3 at the high end), X up (0 to 1 at the low end).
    assert robustness(low, high).runs == 81 * 9


def test_interval_holds_only_where_both_bands_do() -> None:
    """An end that any weight or mean turns is enough: nothing but a change of the low end is at work here (E7, E8).

    The high end is hard in every run, as one level off of all leaves 90 points or more by any mean; so the interval
    holds just as often as its low end by itself.
    """
    low, high = levels("P2 V2 K2 O2 A2 R2 X2"), levels("P4 V4 K4 O4 A4 R4 X4")
    found = robustness(low, high)
    assert found.first[0].changes == ("P one level down",)
    assert (found.first[0].low_band, found.first[0].high_band) == ("political", "hard")
    assert found.holds == robustness(low, low).holds


def test_edge_is_reached_as_the_score_says() -> None:
    """With the method's own choice the comparison of powers gives the score itself (E4)."""
    one = levels("P3 V3 K2 O2 A1 R2 X3")
    sums = (8, 3, 5)
    assert sums == tuple(sum(one[part] for part in parts) for parts in PILLARS.values())
    tenths = ungated(one)
    assert reaches(tenths, sums, (1, 1, 1), "geometric")
    assert not reaches(tenths + 1, sums, (1, 1, 1), "geometric")


@pytest.mark.parametrize("aggregator", AGGREGATORS)
def test_any_mean_of_equal_pillars_is_that_pillar(aggregator: Aggregator) -> None:
    """f(1/2) = 0.525 in each pillar is 52.5 for all weights (E4, E8)."""
    for x, y, z in product(WEIGHTS, repeat=3):
        assert reaches(525, (6, 4, 4), (x, y, z), aggregator)
        assert not reaches(526, (6, 4, 4), (x, y, z), aggregator)


WEIGHED: dict[str, tuple[Aggregator, tuple[int, int, int], int]] = {
    # f(B) = 1, f(N) = f(Q) = 0.05
    "arithmetic, alike: 1.1 / 3": ("arithmetic", (1, 1, 1), 367),
    "arithmetic, B four times: 4.1 / 6": ("arithmetic", (4, 1, 1), 683),
    "harmonic, alike: 3 / 41": ("harmonic", (1, 1, 1), 73),
    "harmonic, B twice: 4 / 42": ("harmonic", (2, 1, 1), 95),
    "geometric, B twice: 0.05^(2/4)": ("geometric", (2, 1, 1), 224),
}


@pytest.mark.parametrize(("aggregator", "weights", "tenths"), WEIGHED.values(), ids=WEIGHED)
def test_weighted_mean_is_rounded_to_the_nearest_tenth(
    aggregator: Aggregator, weights: tuple[int, int, int], tenths: int
) -> None:
    """Worked by hand: 0.36667, 0.68333, 0.07317, 0.09524, 0.22361 (E4, E8)."""
    assert reaches(tenths, (12, 0, 0), weights, aggregator)
    assert not reaches(tenths + 1, (12, 0, 0), weights, aggregator)


def test_words_say_share_and_what_turns_it() -> None:
    """A face prints one sentence: how many runs, what share, what turns it (E8)."""
    one = levels("P2 V3 K2 O1 A0 R2 X0")
    found = robustness(one, one)
    assert f"{found.holds} of 1,053 runs" in found.words
    assert "first turned by: P one level down (rhetorical, 29.4)" in found.words
