"""Several processes: begun together and ended together, with the first exit code that is not 0."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from ledger.web.process import FAULT, serve_together


def waiting(ready: Callable[[], None]) -> int:
    """Answer, and wait to be asked to end."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ready()
    time.sleep(60)
    return 1


def test_all_end_when_the_first_is_asked() -> None:
    """SIGTERM to the first asks each, and the code is 0."""
    assert serve_together(waiting, 3, ready=lambda: os.kill(os.getpid(), signal.SIGTERM)) == 0


def fails(code: int | None) -> Callable[[Callable[[], None]], int]:
    """Return what answers at once and ends by itself; by a fault, where no code is given."""

    def work(ready: Callable[[], None]) -> int:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        ready()
        if code is None:
            os.close(2)
            raise AssertionError
        return code

    return work


@pytest.mark.parametrize(("code", "expected"), [(0, 8), (5, 5), (8, 8), (None, FAULT)])
def test_one_that_ends_by_itself_ends_all(code: int | None, expected: int) -> None:
    """Half a server is harder to see than none: an end that nobody asked for is a failure, whatever its code."""
    turns = iter([fails(code), waiting])
    chosen = [next(turns), next(turns)]
    # Which of the two a process is, is known by the pipe that it reads from.
    reading, writing = os.pipe()
    os.write(writing, b"\0\1")

    def work(ready: Callable[[], None]) -> int:
        return chosen[os.read(reading, 1)[0]](ready)

    told = []
    assert serve_together(work, 2, ready=lambda: told.append(True)) == expected
    os.close(reading)
    os.close(writing)


def test_one_that_never_answers_is_not_called_ready() -> None:
    """Where one ends before it answers, nobody is told that all do."""
    told = []

    def work(_ready: Callable[[], None]) -> int:
        return 3

    assert serve_together(work, 2, ready=lambda: told.append(True)) == 3
    assert not told
