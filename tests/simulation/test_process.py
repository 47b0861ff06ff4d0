"""A real process on a real disk, killed and failed: a few rounds; ``scripts/long/crash`` does many."""

import shutil
from pathlib import Path

import pytest

from ledger.errors import PledgerError
from ledger.runtime import open_ledger
from tests.end_to_end.small import START, drafts, position, small_ledger
from tests.simulation.process import begin, one_round


@pytest.mark.parametrize("seed", [0, 100])
def test_process_that_is_killed_or_failed_loses_nothing(tmp_path: Path, seed: int) -> None:
    """After each round the check finds nothing, every answer stands, and the site leads to the root (design §2.5)."""
    rounds = begin(tmp_path / "ledger")
    for number in range(3):
        one_round(tmp_path / "ledger", seed + number, rounds)
    # How far each round came before it was killed is a matter of speed, and no round may lose what was there before.
    assert rounds.count == sum(rounds.ends.values()) == 3
    assert rounds.entries >= 6


def test_write_ahead_log_that_is_cut_off_anywhere_leaves_whole_commits(tmp_path: Path) -> None:
    """Wherever a crash has torn what was not synced yet, the commits before it are there, and no half of one."""
    directory = tmp_path / "ledger"
    sizes = []
    with small_ledger(directory) as ledger:
        for number in range(4):
            ledger.record(drafts() if number == 0 else [one for n in (0, 1) for one in position(10 * number + n)])
            sizes.append(ledger.head().size)
        shutil.copytree(directory, tmp_path / "copy")
    whole = (tmp_path / "copy" / "ledger.db-wal").read_bytes()
    (tmp_path / "copy" / "ledger.db-shm").unlink()
    (tmp_path / "copy" / "published").unlink()
    found = set()
    for cut in range(0, len(whole) + 1, 4120 * 2 + 7):
        target = tmp_path / f"cut-{cut}"
        shutil.copytree(tmp_path / "copy", target)
        (target / "ledger.db-wal").write_bytes(whole[:cut])
        try:
            with open_ledger(target, at=lambda: START) as ledger:
                assert ledger.check().findings == ()
                found.add(ledger.head().size)
        except PledgerError as error:
            # Of what init was still at work on, nothing can be opened.
            if found:
                pytest.fail(f"{cut} bytes of it are left: {error.message}")
    assert found <= {0, 2, *sizes}
    assert sizes[-2] in found
