"""Several processes that serve one ledger from one socket: begun together, ended together.

Each opens the ledger for itself, after it was forked; what is true is in the store and the directory, and none of them
knows the others. Whoever asks the first process to end asks all of them, and each finishes what it is answering. Where
one ends that nobody asked, the others are asked to end as well, and whoever runs the service starts it anew: half a
server is harder to see than none. Where the first is gone, the others end by themselves. Nothing here knows what is
served.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Final

from ledger.errors import UnavailableError

FAULT: Final = 70
"""Exit code of a process that came to grief by a fault of ours (style §7)."""


def serve_together(work: Callable[[Callable[[], None]], int], count: int, *, ready: Callable[[], None]) -> int:
    """Let so many processes work until this one is asked to end; return 0, or the first other exit code.

    Args:
        work: serves in a process of its own, calls what it is given once it answers, and returns its exit code.
        count: of processes.
        ready: called here once all of them answer.
    """
    reading, writing = os.pipe()
    watched, held = os.pipe()
    children: set[int] = set()
    is_asked = False

    def stop(*_: object) -> None:
        nonlocal is_asked
        is_asked = True
        _ask(children)

    # Before any is begun: whoever asks in between is not missed.
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        children |= {_fork(work, (reading, writing), (watched, held)) for _ in range(count)}
        os.close(writing)
        if is_asked:
            _ask(children)
        if _all_ready(reading, count):
            ready()
        code = 0
        while children:
            pid, status = os.wait()
            if pid not in children:
                continue
            children.discard(pid)
            ended = os.waitstatus_to_exitcode(status)
            if not is_asked or ended > 0:
                # Killed, or ended by itself: the others end as well.
                code = code or (ended if ended > 0 else UnavailableError.exit_code)
                is_asked = True
                _ask(children)
        return code
    finally:
        for descriptor in (reading, watched, held):
            os.close(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)


def _fork(work: Callable[[Callable[[], None]], int], telling: tuple[int, int], watching: tuple[int, int]) -> int:
    """Begin a process; it never returns from here.

    Args:
        telling: the pipe by which it says that it answers.
        watching: the pipe that is at its end when the first process is gone.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = FAULT
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(telling[0])
        os.close(watching[1])
        Thread(target=_end_with, args=(watching[0],), daemon=True).start()
        code = work(lambda: _tell(telling[1]))
    except BaseException:  # noqa: BLE001  # whatever it is, it is this process' end and not the other's
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with(watched: int) -> None:
    """Ask this process to end once the first one is gone, however that came about."""
    os.read(watched, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(writing: int) -> None:
    os.write(writing, b".")
    os.close(writing)


def _all_ready(reading: int, count: int) -> bool:
    """Tell whether all said that they are ready; a process that ends before that says nothing, and closes its end."""
    told = b""
    while len(told) < count:
        piece = os.read(reading, count)
        if not piece:
            return False
        told += piece
    return True


def _ask(children: set[int]) -> None:
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
