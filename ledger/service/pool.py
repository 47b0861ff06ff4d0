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
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from itertools import chain, islice
from typing import Final, TypeVar, TypeVarTuple

CHUNK: Final = 128
"""Statements that one process is given at a time."""

CHUNK_BYTES: Final = 1 << 20
"""Bytes after which a chunk is full, so that large statements do not fill the memory."""

AHEAD: Final = 16
"""Chunks that are given away before the first is asked for: enough for the time that a group is written in.

Where there are not so many, nobody is asked: to start the processes would take as long.
"""

T = TypeVar("T")
U = TypeVar("U")
Ts = TypeVarTuple("Ts")


@contextmanager
def pool(*, preload: str = "ledger.signing.batch") -> Iterator[Executor | None]:
    """Return an executor of processes, one for each core that this one may use; None where it has only one.

    Args:
        preload: the module that holds the work; it is imported once for all of them.
    """
    executor = _executor(cores(), preload)
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
    executor: Executor | None, work: Callable[[*Ts], U], calls: Iterable[tuple[*Ts]]
) -> Iterator[tuple[tuple[*Ts], U]]:
    """Yield each call's arguments with what came of it, in order; with an executor, ``AHEAD`` calls are under way.

    Args:
        executor: None, or fewer calls than that, and the work is done here.
        work: a function of a module, as it is found by its name in another process.
        calls: asked for as they are given away, so what they hold is what was known by then.
    """
    remaining = iter(calls)
    first = [] if executor is None else list(islice(remaining, AHEAD))
    if executor is None or len(first) < AHEAD:
        for given in chain(first, remaining):
            yield given, work(*given)
        return
    remaining = chain(first, remaining)
    waiting: deque[tuple[tuple[*Ts], Future[U] | None]] = deque()
    try:
        while True:
            waiting += ((given, _submit(executor, work, given)) for given in islice(remaining, AHEAD - len(waiting)))
            if not waiting:
                return
            given, future = waiting.popleft()
            yield given, _result(future, work, given)
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _submit(executor: Executor, work: Callable[[*Ts], U], given: tuple[*Ts]) -> "Future[U] | None":
    try:
        return executor.submit(work, *given)
    except BrokenExecutor:
        return None


def _result(future: "Future[U] | None", work: Callable[[*Ts], U], given: tuple[*Ts]) -> U:
    """Return what came of a call; where the process that had it is gone (killed, or out of memory), make it here."""
    try:
        return work(*given) if future is None else future.result()
    except BrokenExecutor:
        return work(*given)


def _executor(count: int, preload: str) -> Executor | None:
    """Return the executor, or None where one process is all that there can be."""
    if count < 2:
        return None
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A copy of this process would hold its files, its database and its threads; a server that has none of them makes
    # the processes, where the system can, and else each begins anew.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([preload])
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
