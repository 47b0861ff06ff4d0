"""The collector of cycles is away during a batch and back after it, however the batch ends."""

import gc
from collections.abc import Iterator

import pytest

from ledger.service.collector import collect_young, uncollected


@pytest.fixture(autouse=True)
def _collecting() -> Iterator[None]:
    """Begin and end with the collector on."""
    gc.enable()
    yield
    gc.enable()


def test_collector_is_off_inside_and_on_again_after() -> None:
    """Only the block itself goes without it (performance: the collector's work is kept out of the batch)."""
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collector_is_on_again_after_a_failure() -> None:
    """A batch that is refused leaves the process as it was."""
    with pytest.raises(ValueError, match="refused"), uncollected():
        raise ValueError("refused")
    assert gc.isenabled()


def test_collector_that_was_off_stays_off() -> None:
    """Whoever switched it off for reasons of their own finds it off, and blocks may lie in one another."""
    gc.disable()
    with uncollected(), uncollected():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_cycles_of_a_batch_are_found_when_it_is_done_with() -> None:
    """A long check stays flat in memory although the collector never runs by itself."""
    with uncollected():
        collect_young()
        cycle: list[object] = []
        cycle.append(cycle)
        del cycle
        before = gc.get_stats()[1]["collected"]
        collect_young()
        assert gc.get_stats()[1]["collected"] > before
