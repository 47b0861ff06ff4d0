"""The pool: processes that open and verify statements beside this one, which alone reads, judges and writes.

Threads would share one interpreter, and whoever verifies would wait for whoever writes. The processes are started when
the first work is given to them, and end with the block, or with this process however it ends. They know nothing of the
ledger and are believed in nothing but what they were given: work whose process was lost is done again here. Source:
design §2.5.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final, Generic, TypeVar, TypeVarTuple

CHUNK: Final = 128
"""Statements that one process is given at a time."""

CHUNK_BYTES: Final = 1 << 20
"""Bytes after which a chunk is full, so that large statements do not fill the memory."""

AHEAD: Final = 16
"""Chunks that are given away before the first is asked for: enough for the time that a group is written in.

Where there are not so many, nobody is asked: to start the processes would take as long.
"""

READERS: Final = ("ledger.service.stretch", "ledger.store.elsewhere")
"""What processes import that read the store by themselves; any other engine is imported as it is asked for."""

T = TypeVar("T")
U = TypeVar("U")
Ts = TypeVarTuple("Ts")


@contextmanager
def pool(*, preload: Sequence[str] = ("ledger.signing.batch",), is_shared: bool = False) -> Iterator[Executor | None]:
    """Return an executor of processes, one for each core that this one may use; None where it has only one.

    Args:
        preload: the modules that hold the work; each is imported once for all of them.
        is_shared: this process does its part of the same work and never waits for a disk, so it has a core for itself.
    """
    executor = _executor(cores() - is_shared, preload) if cores() > 1 else None
    if executor is None:
        yield None
        return
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chunks(values: Iterable[T], size_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield values by the chunk, each of at most ``CHUNK`` of them and hardly more than ``CHUNK_BYTES``."""
    chunk: list[T] = []
    size = 0
    for value in values:
        chunk.append(value)
        size += size_of(value)
        if len(chunk) == CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def work_ahead(
    executor: Executor | None,
    work: Callable[[*Ts], U],
    calls: Iterable[tuple[*Ts]],
    *,
    here: Callable[[*Ts], U] | None = None,
) -> Iterator[tuple[tuple[*Ts], U]]:
    """Yield each call's arguments with what came of it, in order; with an executor, ``AHEAD`` calls are under way.

    Nobody waits who could work: while the first call is not done, the last that no process has begun is done here.

    Args:
        executor: None, or fewer calls than that, and the work is done here.
        work: a function of a module, as it is found by its name in another process.
        calls: asked for as they are given away, so what they hold is what was known by then.
        here: how the same is done in this process, where there is a shorter way.
    """
    mine = work if here is None else here
    remaining = iter(calls)
    first = [] if executor is None else list(islice(remaining, AHEAD))
    if executor is None or len(first) < AHEAD:
        for given in chain(first, remaining):
            yield given, mine(*given)
        return
    desk, waiting = _Desk(executor, work), deque[_Call[*Ts, U]]()
    try:
        for given in chain(first, remaining):
            waiting.append(desk.lay(_Call(given)))
            if len(waiting) == AHEAD:
                yield _answered(desk, waiting, mine)
        while waiting:
            yield _answered(desk, waiting, mine)
    finally:
        desk.clear()


@dataclass(eq=False, slots=True)
class _Call(Generic[*Ts, U]):
    """One call: given to a process, where it has a future, or done here, where it has an answer."""

    given: tuple[*Ts]
    future: Future[U] | None = None
    answers: list[U] = field(default_factory=list)


class _Desk(Generic[*Ts, U]):
    """Where calls lie that nobody has begun: processes are given them from the front, and this one takes from the end.

    Few are given to the executor at a time, since what it has it does not give back: in Python 3.11 a call that was
    cancelled would leave all others without an answer if a process were lost.
    """

    def __init__(self, executor: Executor, work: Callable[[*Ts], U]) -> None:
        self._executor = executor
        self._work = work
        self._lying: deque[_Call[*Ts, U]] = deque()
        self._given = 0
        self._most = cores() + 2
        # Once more in the same thread: a future that is done already calls back at once.
        self._lock = threading.RLock()

    def lay(self, call: _Call[*Ts, U]) -> _Call[*Ts, U]:
        """Lay a call behind the others, and return it."""
        with self._lock:
            self._lying.append(call)
            self._give()
        return call

    def take(self) -> _Call[*Ts, U] | None:
        """Return the last call that no process was given, now the caller's to do; None where there is none."""
        with self._lock:
            return self._lying.pop() if self._lying else None

    def clear(self) -> None:
        """Give nothing more away."""
        with self._lock:
            self._lying.clear()

    def _give(self) -> None:
        while self._lying and self._given < self._most:
            # Where the processes are gone, it stays where it lies, to be done here.
            try:
                future = self._executor.submit(self._work, *self._lying[0].given)
            except (BrokenExecutor, RuntimeError):
                return
            self._lying.popleft().future = future
            self._given += 1
            future.add_done_callback(self._taken_back)

    def _taken_back(self, _future: Future[U]) -> None:
        """Go on with the next; the executor's own thread calls this, whatever this process is at."""
        with self._lock:
            self._given -= 1
            self._give()


def _answered(desk: _Desk[*Ts, U], waiting: deque[_Call[*Ts, U]], here: Callable[[*Ts], U]) -> tuple[tuple[*Ts], U]:
    """Return the first call that is waited for, with what came of it; until that is there, do others here."""
    first = waiting.popleft()
    while not first.answers and (first.future is None or not first.future.done()):
        call = desk.take()
        if call is None:
            break
        call.answers.append(here(*call.given))
    if first.answers:
        return first.given, first.answers[0]
    if first.future is not None:
        # Where the process that had it is gone (killed, or out of memory), it is done here.
        with suppress(BrokenExecutor):
            return first.given, first.future.result()
    return first.given, here(*first.given)


def _executor(count: int, preload: Sequence[str]) -> Executor | None:
    """Return the executor, or None where one process is all that there can be."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A copy of this process would hold its files, its database and its threads; a server that has none of them makes
    # the processes, where the system can, and else each begins anew.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(preload))
    try:
        return ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
    except (ImportError, OSError, RuntimeError):
        # A system without the semaphores that processes share.
        return None


def _begin() -> None:
    """Let a process of the pool end with the one that it works for, and by nothing that is meant for that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    """End where the process that this one works for ends without a word."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
