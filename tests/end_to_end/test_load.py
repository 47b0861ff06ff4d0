"""Many write and read at once, and the server is asked to end, or killed: every receipt that was given stands."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.tlog.proof import parse_receipt
from tests.end_to_end.load import Load, ask, children, kill, running, stands
from tests.end_to_end.served import House, served


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger in a file, and statements signed for it."""
    with served(tmp_path_factory.mktemp("load")) as one:
        yield one


def statements(house: House, first: int, count: int) -> list[bytes]:
    """Return so many statements, each of its own words."""
    return [house.signed(number).raw for number in range(first, first + count)]


def test_none_is_lost_when_the_process_is_killed_under_load(house: House) -> None:
    """A kill with writers and readers at work: what was answered stands, the rest can be said again (design §2.5)."""
    raws, load = statements(house, 3000, 240), Load()
    with running(house.ledger.directory) as (process, url):
        join = load.run(url, raws, writers=12, readers=4, until=60)
        assert load.enough.wait(60)
        kill([process.pid])
        join()
    assert len(load.given) < len(raws)
    assert not load.refused
    assert set(load.reads) == {200}
    stands(house.ledger.directory, load.given)
    with running(house.ledger.directory) as (_, url):
        again = [ask(url, "/v1/statements", raw) for raw in raws]
    assert {status for status, _ in again} <= {200, 201}
    assert set(load.given) <= {body for status, body in again if status == 200}


def test_end_that_is_asked_for_under_load_finishes_the_batch(house: House) -> None:
    """SIGTERM in the middle of writes: every receipt that left stands, and the process ends with 0."""
    raws, load = statements(house, 4000, 600), Load()
    with running(house.ledger.directory) as (process, url):
        join = load.run(url, raws, writers=8, readers=2, until=40)
        assert load.enough.wait(60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        join()
    assert 40 <= len(load.given) < len(raws)
    stands(house.ledger.directory, load.given)


def test_several_processes_serve_one_ledger_on_postgresql(tmp_path: Path, database: str) -> None:
    """``--workers``: no index is given twice, whichever of them answers; asked to end, all end (design §4)."""
    with served(tmp_path, with_figures=False, store=database) as house:
        raws, load = statements(house, 0, 120), Load()
        directory = house.ledger.directory
    with running(directory, "--workers", "3") as (process, url):
        workers = children(process.pid)
        load.run(url, raws, writers=9, readers=3, until=len(raws))()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert len(workers) in {0, 3}  # 0: this system does not tell
    assert sorted({parse_receipt(raw).index for raw in load.given}) == list(range(6, 6 + len(raws)))
    assert set(load.reads) == {200}
    assert stands(directory, load.given, store=database) == 6 + len(raws)


def test_worker_that_is_killed_under_load_loses_nothing(tmp_path: Path, database: str) -> None:
    """The others end with it, with 8: whoever runs the service starts all anew, and what was answered stands."""
    with served(tmp_path, with_figures=False, store=database) as house:
        raws, load = statements(house, 0, 400), Load()
        directory = house.ledger.directory
    with running(directory, "--workers", "2") as (process, url):
        workers = children(process.pid)
        if not workers:
            pytest.skip("this system does not tell which processes a process began")
        join = load.run(url, raws, writers=8, readers=2, until=60)
        assert load.enough.wait(60)
        kill(workers[:1])
        assert process.wait(60) == 8
        join()
    assert 60 <= len(load.given) < len(raws)
    stands(directory, load.given, store=database)


def test_workers_end_when_the_first_process_is_killed(house: House) -> None:
    """None goes on serving that nobody can ask to end any more."""
    with running(house.ledger.directory, "--workers", "2") as (process, url):
        assert ask(url, "/healthz")[0] == 200
        kill([process.pid])
        for _ in range(200):
            try:
                ask(url, "/healthz")
            except OSError:
                return
            time.sleep(0.1)
    pytest.fail("the workers went on without the first process")
