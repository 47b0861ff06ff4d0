"""The simulated world: processes that take turns, calls that fail where the schedule says, a power cut.

Everything that a process asks of what outlives it (the store, a file, the clock, a witness) passes through
`World.call`, which counts the calls of a step. At the count that a fault names, the call fails before or after it took
effect, or the process dies there, or the power goes. Processes are threads of which one runs at a time; who is next is
drawn from the step's seed at each call. So a schedule gives the same run each time, on any machine. Nothing here knows
what a ledger is.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import Final, TypeVar

T = TypeVar("T")

PARTLY: Final = "partly"
KINDS: Final = ("fail before", "fail after", PARTLY, "die before", "die after", "cut before", "cut after")
"""What can happen at a call: an error, death of the process, a power cut; a part of the effect, as of a torn write."""


ANY: Final = "call"
"""Stands for the name of any call in a fault."""

CALLS: Final = (
    "store read", "store lock", "store append", "store erase", "store swap", "store commit", "store purge", "file open",
    "file create", "file write",
    "file sync", "file rename", "file unlink", "file lock", "directory open", "directory read", "directory create",
    "directory sync",
    "system sync", "clock", "witness ask",
)  # fmt: skip
"""The names of all calls."""

DRIVER: Final = ("sql begin", "sql run", "sql commit")
"""What the driver is asked for, where the store is the real one (`tests.simulation.database`)."""

REAL_CALLS: Final = (*(call for call in CALLS if not call.startswith("store ")), *DRIVER, *DRIVER)
"""The names of all calls there, those of the driver twice, as most calls are its own."""

DIVISIBLE: Final = ("file write", "store commit", "clock", "witness ask", "sql run", "sql commit")
"""Those that can have a part of their effect, or another than was asked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at one call of a step: the ``at``-th of its name, counted from 1."""

    call: str
    at: int
    kind: str

    def __str__(self) -> str:
        return f"{self.call} {self.at}: {self.kind}"


class Death(BaseException):
    """The process is no more. No handler of errors catches this, and what its cleaning up asks for never happens."""


class Process:
    """A process: it dies once, and the next one takes its place.

    Attributes:
        number: its place among those that take turns.
        is_dead: nothing that it asks for happens any more.
        is_late: its clock was set back, and stays so for the step.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_dead = False
        self.behind = 0


class World:
    """What processes share.

    Attributes:
        now: seconds since 1970, as a right clock says.
        current: the process whose turn it is; None while nobody runs and what is left is looked at.
        calls: how many there were in this step; each is counted by its name as well.
        is_cut: the power went in this step.
        hit: how often each kind of fault met each kind of call, over the whole run.
        fired: the faults of this step that met a call.
        random: of this step.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self.current: Process | None = None
        self.calls = 0
        self.is_cut = False
        self.hit: Counter[tuple[str, str]] = Counter()
        self.fired: list[tuple[str, str]] = []
        self.random = random.Random(0)  # noqa: S311, a schedule is drawn, not a secret
        self._unrest = 0.0
        self._faults: dict[tuple[str, int], str] = {}
        self._counts: Counter[str] = Counter()
        self._running: dict[int, Process] = {}
        self._turns: dict[int, Semaphore] = {}
        self._done = Semaphore(0)
        self._raised: list[BaseException] = []

    # --- a step -------------------------------------------------------------------------------------------------------

    def begin(self, seed: int, faults: Sequence[Fault]) -> None:
        """Begin a step: its draws are its own, so that leaving out another step does not change them."""
        self.random = random.Random(seed)  # noqa: S311
        self.calls, self.is_cut, self.fired = 0, False, []
        self._faults = {(one.call, one.at): one.kind for one in faults}
        self._counts = Counter()
        self.now += self.random.choice((0, 1, 1, 2, 60))
        # With few switches one process does much between two calls of another, with many they run side by side.
        self._unrest = self.random.choice((0.03, 0.1, 0.4, 0.9))

    def run(self, bodies: Sequence[tuple[Process, Callable[[], None]]]) -> None:
        """Run the bodies of processes, of which one has the turn at a time, until all have ended."""
        if len(bodies) == 1:
            process, body = bodies[0]
            with self._as(process):
                body()
            return
        self._running = {process.number: process for process, _ in bodies}
        self._turns = {number: Semaphore(0) for number in self._running}
        self._raised = []
        threads = [Thread(target=self._body, args=one) for one in bodies]
        for thread in threads:
            thread.start()
        self._hand(self.random.choice(sorted(self._running)))
        self._done.acquire()
        for thread in threads:
            thread.join()
        self.current = None
        if self._raised:
            raise self._raised[0]

    def _body(self, process: Process, body: Callable[[], None]) -> None:
        self._turns[process.number].acquire()
        try:
            body()
        except BaseException as error:  # noqa: BLE001, it is raised again by who began the step
            self._raised.append(error)
        finally:
            del self._running[process.number]
            if self._running:
                self._hand(min(self._running))
            else:
                self._done.release()

    def _hand(self, number: int) -> None:
        self.current = self._running[number]
        self._turns[number].release()

    def _switch(self, *, must: bool) -> bool:
        """Give the turn to another process, perhaps; tell whether there was one."""
        me = self._me()
        others = [number for number in sorted(self._running) if number != me.number]
        if not others or not (must or self.random.random() < self._unrest):
            return bool(others)
        self._hand(self.random.choice(others))
        self._turns[me.number].acquire()
        return True

    @contextmanager
    def _as(self, process: Process) -> Iterator[None]:
        self._running = {}
        self.current = process
        try:
            yield
        finally:
            self.current = None

    # --- a call -------------------------------------------------------------------------------------------------------

    def call(
        self,
        name: str,
        effect: Callable[[], T],
        *,
        failure: Callable[[], Exception],
        partly: Callable[[], T] | None = None,
    ) -> T:
        """Return what a call gives, unless its fault is due.

        Args:
            name: of the call, for the count of what was hit.
            effect: what it does.
            failure: makes the error with which it fails.
            partly: does a part of it; it may return, as a short write does, or raise.
        """
        self.live()
        self._switch(must=False)
        self.live()
        self.calls += 1
        self._counts[name] += 1
        kind = self._faults.pop((ANY, self.calls), None) or self._faults.pop((name, self._counts[name]), None)
        if kind is None:
            return effect()
        if kind == PARTLY and partly is None:
            kind = "fail before"
        self.hit[name, kind] += 1
        self.fired.append((name, kind))
        if kind == PARTLY and partly is not None:
            return partly()
        what, _, when = kind.partition(" ")
        if when == "after":
            effect()
        if what == "fail":
            raise failure()
        self._end(cut=what == "cut")
        raise Death

    def live(self) -> None:
        """Raise where the process whose turn it is has died."""
        if self._me().is_dead:
            raise Death

    def wait(self, is_free: Callable[[], bool]) -> None:
        """Let others run until something is free."""
        while not is_free():
            if not self._switch(must=True):
                message = "a process waits for what nobody will ever let go"
                raise AssertionError(message)
            self.live()

    def time(self) -> int:
        """Return the moment that the clock of the process whose turn it is shows."""
        me = self._me()

        def set_back() -> int:
            me.behind = self.random.choice((1, 60, 86_400, 40_000_000))
            return self.now - me.behind

        try:
            return self.call("clock", lambda: self.now - me.behind, failure=ClockSetBack, partly=set_back)
        except ClockSetBack:
            return set_back()

    def _end(self, *, cut: bool) -> None:
        self.is_cut |= cut
        for process in (*self._running.values(), self._me()) if cut else (self._me(),):
            process.is_dead = True

    def _me(self) -> Process:
        if self.current is None:
            message = "a call is made, and it is nobody's turn"
            raise AssertionError(message)
        return self.current


class ClockSetBack(Exception):  # noqa: N818, it is an event and no error
    """The clock was set back."""
