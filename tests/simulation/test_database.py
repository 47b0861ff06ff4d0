"""The laws of the simulation on the real store: SQLite's driver fails at drawn calls, before or after they took effect.

What is simulated here are disk, clock, witness and turns; the store is `ledger.store.sql` on a file.
"""

from typing import Any

import pytest

from ledger.store.sql import SqlWriting
from tests.simulation.run import Tally, run_seed, shortened
from tests.simulation.schedule import WEIGHTS
from tests.simulation.world import DRIVER, KINDS

SEEDS = 6
STEPS = 40
GROUPS = 3


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_failing_call_of_the_driver_breaks_a_law(group: int) -> None:
    """Nothing acknowledged is lost, no two checkpoints disagree, keys hold at their index: on SQLite, too."""
    tally = Tally()
    for seed in range(group * SEEDS, (group + 1) * SEEDS):
        failure = run_seed(seed, STEPS, tally, is_real=True)
        if failure is not None:
            pytest.fail(f"seed {seed}: {shortened(failure)}")
    assert set(tally.kinds) == set(WEIGHTS)
    assert {kind for call, kind in tally.hit if call in DRIVER} == set(KINDS)
    assert {call for call, _ in tally.hit} >= set(DRIVER)
    assert tally.answers > tally.steps // 4


def test_seed_gives_the_same_run_on_sqlite_each_time() -> None:
    """Calls of the driver, faults and what is left are the seed's alone, two writers and their turns included."""
    tallies = []
    for _ in range(2):
        tallies.append(Tally())
        assert run_seed(3, STEPS, tallies[-1], is_real=True) is None
    assert tallies[0] == tallies[1]
    assert tallies[0].hit


def test_store_that_says_committed_and_rolls_back_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that is none loses what was acknowledged, and a law sees it."""

    def commit(self: Any) -> None:
        self.connection.rollback()
        self.is_committed = True

    monkeypatch.setattr(SqlWriting, "commit", commit)
    assert any(run_seed(seed, STEPS, is_real=True) is not None for seed in range(3))
