"""Schedules: what happens in which order, and which call fails, all drawn from one seed.

A schedule is data, written as text: whoever reads of a violation can run it again, and a step or a fault can be left
out without changing the others, which is how a long one is made short.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.simulation.world import ANY, CALLS, DIVISIBLE, KINDS, PARTLY, Fault

WEIGHTS: Final = {
    "say": 8, "evidence": 5, "repeat": 5, "groups": 3, "refused": 2, "race": 8, "read": 3, "check": 1, "open": 2,
    "export": 4, "cosign": 3, "backup": 2, "restore": 3, "swap": 1, "power": 1, "erase": 2, "key": 5,
}  # fmt: skip
"""How often each kind of step is drawn."""

_STEP: Final = re.compile(r"([a-z]+)/(\d+)((?: \+[a-z ]+ \d+: [a-z ]+)*)")
_FAULT: Final = re.compile(r" \+([a-z ]+) (\d+): ([a-z]+(?: (?:before|after))?)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, the seed of all its draws, and which of its calls meets which fault."""

    kind: str
    seed: int
    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}/{self.seed}" + "".join(f" +{one}" for one in self.faults)


Schedule = tuple[Step, ...]


def plan(seed: int, steps: int, *, calls: Sequence[str] = CALLS) -> Schedule:
    """Return the schedule of a seed; that of fewer steps is its beginning.

    Args:
        seed: of all draws.
        steps: how many.
        calls: the names of those that there are.
    """
    draw = random.Random(seed)  # noqa: S311, a schedule is drawn, not a secret
    return tuple(_step(draw, calls) for _ in range(steps))


def _step(draw: random.Random, calls: Sequence[str]) -> Step:
    (kind,) = draw.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))
    count = draw.choice((0, 0, 1, 1, 1, 2))
    return Step(kind, draw.randrange(10**6), tuple(_fault(draw, calls) for _ in range(count)))


def _fault(draw: random.Random, calls: Sequence[str]) -> Fault:
    """Return a fault: of some call of the step, most often an early one, or of the first few calls of one name."""
    kind = draw.choice(KINDS)
    if kind == PARTLY:
        return Fault(draw.choice([one for one in DIVISIBLE if one in calls]), draw.choice((1, 1, 1, 2, 3)), kind)
    if draw.random() < 0.5:
        return Fault(ANY, 1 + int(draw.expovariate(1 / 20)), kind)
    return Fault(draw.choice(calls), draw.choice((1, 1, 1, 2, 2, 3, 4, 6)), kind)


def format_schedule(schedule: Sequence[Step]) -> str:
    """Return a schedule as a line of text; `parse_schedule` is the inverse."""
    return ", ".join(map(str, schedule))


def parse_schedule(text: str) -> Schedule:
    """Return the schedule that a line of text writes.

    Raises:
        ValueError: naming the step that is none.
    """
    return tuple(_parse(one.strip()) for one in text.split(","))


def _parse(text: str) -> Step:
    found = _STEP.fullmatch(text)
    faults = tuple(Fault(call, int(at), kind) for call, at, kind in _FAULT.findall(found[3])) if found else ()
    if found is None or found[1] not in WEIGHTS or any(one.kind not in KINDS for one in faults):
        message = f"{text!r} is no step"
        raise ValueError(message)
    return Step(found[1], int(found[2]), faults)


def minimise(schedule: Schedule, fails: Callable[[Schedule], bool], *, runs: int = 400) -> Schedule:
    """Return a shorter schedule that fails in the same way: steps are left out, then faults, until nothing can be.

    Args:
        schedule: that fails.
        fails: runs one, and tells.
        runs: at most so many.
    """
    left = runs
    size = max(1, len(schedule) // 2)
    while size:
        start = 0
        while start < len(schedule) and left:
            shorter = schedule[:start] + schedule[start + size :]
            left -= 1
            if shorter and fails(shorter):
                schedule = shorter
            else:
                start += size
        size //= 2
    changed = True
    while changed and left:
        changed = False
        for fewer in _fewer_faults(schedule):
            left -= 1
            if left and fails(fewer):
                schedule, changed = fewer, True
                break
    return schedule


def _fewer_faults(schedule: Schedule) -> Iterator[Schedule]:
    """Yield the schedules with one fault less."""
    for number, step in enumerate(schedule):
        for place in range(len(step.faults)):
            less = Step(step.kind, step.seed, step.faults[:place] + step.faults[place + 1 :])
            yield (*schedule[:number], less, *schedule[number + 1 :])
