"""Running a schedule: step by step, the laws after each; and a campaign of many seeds."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.simulation.house import House, Violation
from tests.simulation.law import hold, hold_whole
from tests.simulation.schedule import Schedule, Step, format_schedule, minimise, plan
from tests.simulation.template import RULES
from tests.simulation.world import CALLS, REAL_CALLS

MEMORY: Final = Path("/dev/shm")  # noqa: S108, files that are to be torn need no disk


@dataclass
class Tally:
    """What a run, or many, went through.

    Attributes:
        schedules, steps, calls, entries, answers, checkpoints: how many.
        kinds: of steps; ``hit``: which fault met which call; ``errors``: which errors came of it.
    """

    schedules: int = 0
    steps: int = 0
    calls: int = 0
    entries: int = 0
    answers: int = 0
    checkpoints: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    hit: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Add what another run went through."""
        for name in ("schedules", "steps", "calls", "entries", "answers", "checkpoints"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.kinds += other.kinds
        self.hit += other.hit
        self.errors += other.errors


@dataclass(frozen=True)
class Failure:
    """A law that was broken, and how to see it again.

    Attributes:
        rules: of the ledger.
        schedule: up to the step that broke it.
        sentence: what is wrong.
        error: as it came.
        is_real: the store was the real one.
    """

    rules: str
    schedule: Schedule
    sentence: str
    error: Exception | None = field(default=None, compare=False)
    is_real: bool = False

    def __str__(self) -> str:
        store = " on SQLite" if self.is_real else ""
        return f"{self.sentence}\n  rules {self.rules}{store}: {format_schedule(self.schedule)}"


def rules_of(seed: int) -> str:
    """Return under which rules the ledger of a seed is."""
    return RULES[seed % len(RULES)]


def run(schedule: Sequence[Step], rules: str, tally: Tally | None = None, *, is_real: bool = False) -> Failure | None:
    """Return how a schedule breaks a law, or None; what it went through is added to the tally.

    Args:
        schedule: what happens.
        rules: of the ledger.
        tally: what is added to.
        is_real: the store is the real one, on SQLite.
    """
    with _directory() as root:
        house = House(root, rules, is_real=is_real)
        mine = Tally(schedules=1)
        try:
            for number, step in enumerate(schedule, start=1):
                try:
                    house.take(step)
                    mine.errors.update(type(error).__name__ for error in house.failed)
                    hold(house)
                    if number == len(schedule):
                        hold_whole(house)
                except Exception as error:  # noqa: BLE001, whatever comes out that should not breaks a law
                    sentence = str(error) if isinstance(error, Violation) else f"a foreign exception: {error!r}"
                    return Failure(rules, tuple(schedule[:number]), sentence, error, is_real=is_real)
                finally:
                    mine.steps, mine.calls = mine.steps + 1, mine.calls + house.world.calls
                    mine.kinds[step.kind] += 1
        finally:
            mine.hit = house.world.hit
            mine.entries, mine.answers = len(house.store.state.rows), len(house.answered)
            mine.checkpoints = len(house.left)
            for slot in house.slots:
                slot.leave()
            house.store.close()
            if tally is not None:
                tally.add(mine)
    return None


def run_seed(seed: int, steps: int, tally: Tally | None = None, *, is_real: bool = False) -> Failure | None:
    """Return how the schedule of a seed breaks a law, or None; ``is_real`` as in ``run``."""
    return run(plan(seed, steps, calls=REAL_CALLS if is_real else CALLS), rules_of(seed), tally, is_real=is_real)


def shortened(failure: Failure) -> Failure:
    """Return the failure with a shorter schedule that fails with the same sentence, but for its numbers."""
    wanted = _shape(failure.sentence)

    def fails(schedule: Schedule) -> bool:
        found = run(schedule, failure.rules, is_real=failure.is_real)
        return found is not None and _shape(found.sentence) == wanted

    return run(minimise(failure.schedule, fails), failure.rules, is_real=failure.is_real) or failure


def _shape(sentence: str) -> str:
    return "".join(one for one in sentence if not one.isdigit())[:60]


@contextmanager
def _directory() -> Iterator[Path]:
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where, prefix="pledger-simulation-") as folder:
        yield Path(folder) / "ledger"
