"""The pool: work that others do beside this process, in its order, and done here where they are lost (design §2.5)."""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

import pytest

from ledger.service import pool
from ledger.service.pool import chunks, work_ahead


class Helper(Executor):
    """An executor that works when it is asked, and is lost after some calls, or with the answer to one.

    Attributes:
        lost_after: calls that it takes before submitting fails.
        lost_with: the call whose answer never comes.
        given: what it was asked, in order.
    """

    def __init__(self, *, lost_after: int = 1000, lost_with: int = -1) -> None:
        self.lost_after = lost_after
        self.lost_with = lost_with
        self.given: list[object] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Answer at once, or be lost."""
        if len(self.given) >= self.lost_after:
            raise BrokenExecutor
        self.given.append(args)
        future: Future[Any] = Future()
        if len(self.given) - 1 == self.lost_with:
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(fn(*args))
        return future


def double(number: int) -> int:
    """Return twice the number: the work of these tests."""
    return 2 * number


def calls(count: int) -> Iterator[tuple[int]]:
    """Yield the numbers below ``count``, each as the arguments of a call."""
    return ((number,) for number in range(count))


EXPECTED = [((number,), 2 * number) for number in range(40)]

HELPERS: dict[str, Callable[[], Executor | None]] = {
    "nobody helps": lambda: None,
    "somebody helps": Helper,
    "the helper is lost at once": lambda: Helper(lost_after=0),
    "the helper is lost in between": lambda: Helper(lost_after=20),
    "the helper is lost with an answer": lambda: Helper(lost_with=7),
}


@pytest.mark.parametrize("case", HELPERS)
def test_answers_come_in_order_whatever_becomes_of_the_helper(case: str) -> None:
    """Who works, and whether it lives, changes no answer and no order (design §2.5)."""
    assert list(work_ahead(HELPERS[case](), double, calls(40))) == EXPECTED


@pytest.mark.parametrize("count", [0, 1, pool.AHEAD - 1])
def test_little_work_is_not_given_away(count: int) -> None:
    """Where starting the helpers would take as long as the work, nobody is asked (performance)."""
    helper = Helper()
    assert list(work_ahead(helper, double, calls(count))) == EXPECTED[:count]
    assert helper.given == []


def test_no_more_is_given_away_than_is_said() -> None:
    """Work is asked for as it is consumed, so that a long run fills no memory (performance)."""
    helper = Helper()
    answers = work_ahead(helper, double, calls(1000))
    next(answers)
    assert len(helper.given) == pool.AHEAD
    next(answers)
    assert len(helper.given) == pool.AHEAD + 1


def test_error_of_the_work_itself_is_the_callers() -> None:
    """Only the loss of a helper is made good; what the work raises is raised at its place (style §7)."""

    def work(number: int) -> int:
        if number == 18:
            message = "eighteen"
            raise ValueError(message)
        return number

    answers = work_ahead(None, work, calls(40))
    assert [next(answers)[1] for _ in range(18)] == list(range(18))
    with pytest.raises(ValueError, match="eighteen"):
        next(answers)


CHUNKS: dict[str, tuple[list[int], list[int]]] = {
    "none": ([], []),
    "one": ([10], [1]),
    "as many as a chunk holds": ([1] * pool.CHUNK, [pool.CHUNK]),
    "one more": ([1] * (pool.CHUNK + 1), [pool.CHUNK, 1]),
    "a large one alone": ([pool.CHUNK_BYTES, 1], [1, 1]),
    "two that are too large together": ([pool.CHUNK_BYTES - 1, pool.CHUNK_BYTES - 1, 1], [2, 1]),
}


@pytest.mark.parametrize("case", CHUNKS)
def test_chunk_is_full_by_number_or_by_bytes(case: str) -> None:
    """A chunk holds so many statements, or so many bytes and one statement more (performance)."""
    sizes, lengths = CHUNKS[case]
    found = list(chunks(sizes, lambda size: size))
    assert [len(chunk) for chunk in found] == lengths
    assert [size for chunk in found for size in chunk] == sizes


def test_one_core_has_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this process has one core, there is nobody to give work to (performance)."""
    monkeypatch.setattr(pool, "cores", lambda: 1)
    with pool.pool() as executor:
        assert executor is None


def test_system_without_shared_semaphores_has_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes cannot be made, the work is done here, and nothing fails (style §7)."""

    def none(*_: object, **__: object) -> Executor:
        raise OSError(38, "no such function")

    monkeypatch.setattr(pool, "cores", lambda: 2)
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", none)
    with pool.pool() as executor:
        assert executor is None
