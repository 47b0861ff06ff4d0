"""Schedules of failures, drawn from fixed seeds: after each step every law holds (issue of the log, point 7).

`tests.simulation.law` lists the laws, and `tests.simulation.schedule` what a schedule is. A failure prints a short
schedule that shows it again; ``scripts/long/simulation --schedule`` takes it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import pytest

from ledger.assessment.authority import Authority
from ledger.runtime import Ledger, opened
from ledger.runtime.appointment import USUAL
from ledger.runtime.keyring import Keyring
from ledger.service.publish import Publisher
from ledger.service.scene import Scene
from ledger.signing.key import Signer
from ledger.store.blobs import DirectoryBlobs
from ledger.store.published import PublishedFile
from ledger.store.site import DirectorySite
from ledger.tlog.note import VerifierKey
from ledger.tlog.stored import Head
from tests.simulation.run import Failure, Tally, run, run_seed, shortened
from tests.simulation.schedule import WEIGHTS, Schedule, Step, format_schedule, minimise, parse_schedule, plan
from tests.simulation.store import SimulatedStore, SimulatedWriting
from tests.simulation.template import RULES
from tests.simulation.world import ANY, CALLS, KINDS, Fault

SEEDS = 8
STEPS = 40
GROUPS = 4


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_schedule_of_failures_breaks_a_law(group: int) -> None:
    """Nothing acknowledged is lost, no two checkpoints disagree, and all is sound, after each step of each schedule."""
    tally = Tally()
    for seed in range(group * SEEDS, (group + 1) * SEEDS):
        failure = run_seed(seed, STEPS, tally)
        if failure is not None:
            pytest.fail(f"seed {seed}: {shortened(failure)}")
    # What was not met proves nothing: all kinds of steps and faults came up, at nearly all calls; much was answered.
    assert set(tally.kinds) == set(WEIGHTS)
    assert {kind for _, kind in tally.hit} == set(KINDS)
    assert len({call for call, _ in tally.hit} & set(CALLS)) >= len(CALLS) - 3
    assert tally.answers > tally.steps // 3


def test_seed_gives_the_same_run_each_time() -> None:
    """Steps, calls, faults, errors and what is left are the seed's alone, two writers and their turns included."""
    tallies = []
    for _ in range(2):
        tallies.append(Tally())
        assert run_seed(5, STEPS, tallies[-1]) is None
    assert tallies[0] == tallies[1]
    assert tallies[0].hit


# --- the simulation sees what it looks for ----------------------------------------------------------------------------


@contextmanager
def _unlocked(self: SimulatedStore) -> Iterator[SimulatedWriting]:
    """Let two write at once."""
    self.world.call("store lock", lambda: None, failure=RuntimeError)
    yield SimulatedWriting(self, self.state.copy())


def _swap_anyway(self: SimulatedWriting, _old: Head, new: Head) -> bool:
    self.state.head = new
    self.state.notes[new.size] = new.checkpoint
    return True


def _answer_anyway(self: Publisher, writing: Any) -> None:
    """Answer whatever the commit says."""
    with suppress(Exception):
        writing.commit()


def _put_in_place(self: DirectoryBlobs, stream: Any, expected: str | None = None) -> None:
    """Write a file under its name, and do not wait for the disk."""
    path = self._path(expected or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(stream.read())


def _nothing(*_: object, **__: object) -> None:
    return None


def _usual_key(ring: Keyring, key: VerifierKey) -> Signer:
    """Return the first key of a kind, whatever was appointed since."""
    return ring.get(USUAL[key.public.algorithm])


SABOTAGE: dict[str, tuple[Any, str, Callable[..., Any], str]] = {
    "two write at once": (SimulatedStore, "writing", _unlocked, ""),
    "a receipt though the commit failed": (Publisher, "_commit", _answer_anyway, ""),
    "on after an unknown outcome": (Publisher, "_refuse_stopped", _nothing, "went on after a commit of unknown"),
    "a checkpoint leaves unnoted": (PublishedFile, "advance", _nothing, "is noted as the last"),
    "an old copy is not looked for": (PublishedFile, "last", _nothing, ""),
    "a repeat is not looked for": (Scene, "repeats", lambda *_: {}, ""),
    "files that are not synced": (DirectoryBlobs, "put", _put_in_place, "not there whole"),
    "a site that is not settled": (DirectorySite, "settle", _nothing, ""),
    "a body that is logged as erased and kept": (SimulatedWriting, "erase", _nothing, ""),
    "an erasure that a crash broke off, never finished": (Ledger, "finish_erasures", _nothing, "is still there"),
    "a site that keeps what was erased": (DirectorySite, "remove", lambda *_: False, "and it is there"),
    "a key that holds no role signs": (
        Authority,
        "refuse_unless_may",
        _nothing,
        "was no recorder there",
    ),
    "the log signs on with keys that were replaced": (
        opened,
        "find_checkpoint_key",
        _usual_key,
        "by the keys in force",
    ),
}
"""What is broken on purpose: where, by what, and what the law that sees it says."""


@pytest.mark.parametrize("fault", SABOTAGE)
def test_simulation_sees_sabotage(fault: str) -> None:
    """A ledger that breaks a rule on purpose is found out by some seed: what finds nothing might not be looking."""
    owner, name, broken, sentence = SABOTAGE[fault]
    with patch.object(owner, name, broken):
        found = next((failure for seed in range(60) if (failure := run_seed(seed, STEPS))), None)
    assert found is not None
    assert sentence in found.sentence


# --- schedules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_schedule_is_read_as_it_was_written(seed: int) -> None:
    """Parse and format undo each other (style §4)."""
    assert parse_schedule(format_schedule(plan(seed, 50))) == plan(seed, 50)


@pytest.mark.parametrize(
    "text", ["", "say", "say/", "nap/1", "say/1 +", "say/1 +clock: die before", "say/1 +clock 1: sleep", "say/1; say/2"]
)
def test_text_that_is_no_schedule_is_refused(text: str) -> None:
    """Only what the formatter writes is read."""
    with pytest.raises(ValueError, match="is no step"):
        parse_schedule(text)


def test_schedule_of_fewer_steps_is_the_beginning() -> None:
    """A seed that fails at some step fails there with fewer steps, too."""
    assert plan(7, 100)[:30] == plan(7, 30)


def test_schedule_is_made_as_short_as_it_still_fails() -> None:
    """Steps and faults that have no part in a failure are left out."""
    guilty = Step("say", 1, (Fault("clock", 1, "die before"),))
    noise = Step("race", 2, (Fault(ANY, 3, "cut after"),))
    whole = (noise, noise, guilty, noise, Step("open", 3, noise.faults), noise)

    def fails(schedule: Schedule) -> bool:
        return guilty in schedule and any(step.kind == "open" for step in schedule)

    assert minimise(whole, fails) == (guilty, Step("open", 3))


def test_failure_says_what_is_to_be_run_again() -> None:
    """The sentence of a failure is followed by rules and schedule."""
    failure = Failure("alone", (Step("say", 1), Step("power", 2)), "the head is not the log's")
    assert str(failure) == "the head is not the log's\n  rules alone: say/1, power/2"


# --- schedules that found something -----------------------------------------------------------------------------------

FOUND = {
    "a reader gave out a checkpoint before it was noted": (
        "watched",
        "say/294055 +file create 1: fail after, read/192627",
    ),
    "an open refused what another had cosigned meanwhile": (
        "quorum",
        "export/756330, race/720231, swap/579653, race/197374",
    ),
    "an export took zeros of the right size for a file": (
        "alone",
        "evidence/1, export/7 +system sync 1: cut before, export/2",
    ),
    "a file system without locks": ("quorum", "export/246309 +file lock 1: fail after"),
    "a directory of keys that cannot be listed": (
        "alone",
        (
            "evidence/247523, repeat/458076, repeat/72824, key/833846, export/24642 +file lock 2: cut after, "
            "repeat/564824, erase/174147 +call 10: fail after"
        ),
    ),
    "a directory that cannot be read": ("watched", "say/226953 +directory read 1: fail before"),
}


@pytest.mark.parametrize("what", FOUND)
def test_schedule_that_found_a_fault_finds_none_any_more(what: str) -> None:
    """What a campaign has found once stays mended; docs/crash.md tells of each."""
    rules, text = FOUND[what]
    assert rules in RULES
    assert run(parse_schedule(text), rules) is None
