"""Work shared among real processes: the same ledger, the same findings, and nothing left behind (design §2.5)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import pytest

from ledger.service import pool
from ledger.service.admit import open_statements
from ledger.service.check import check_log
from ledger.signing.batch import examine
from tests.unit.service.scenario import KEYS, POSITION, House

COUNT = 600


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    """Return a pool of two processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "cores", lambda: 2)
        with pool.pool() as executor:
            if executor is None:
                pytest.skip("this system has no semaphores that processes share")
            yield executor


@pytest.fixture(scope="module")
def house() -> House:
    """Return a ledger of some hundred entries."""
    house = House().set_up()
    house.publish(*statements(house, COUNT))
    return house


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few chunks be enough to be given away."""
    monkeypatch.setattr(pool, "AHEAD", 3)


def statements(house: House, count: int) -> list[bytes]:
    """Return so many positions, each of its own words."""
    return [house.sign("position", "grain", {**POSITION, "note": f"number {number}"}) for number in range(count)]


def test_processes_open_what_is_opened_here(house: House, processes: Executor) -> None:
    """Statements opened by other processes are those that were opened here, signatures included (design §2.5)."""
    authority, raws = house.publisher._fold().authority, statements(house, COUNT)
    opened = list(open_statements(raws, authority=authority, executor=processes))
    assert opened == list(open_statements(raws, authority=authority))
    assert {one.signer for one in opened} == {KEYS["desk"].kid}


def test_processes_find_what_is_found_here(house: House, processes: Executor) -> None:
    """A check shared among processes gives the findings of one that is not (design §2.3)."""
    rows = house.store.state.rows
    kept = list(rows)
    raw = bytearray(kept[400].jws or b"")
    raw[-20] ^= 1
    spoilt = [*kept[:400], kept[400]._replace(jws=bytes(raw)), *kept[401:]]
    for state, is_sound in ((kept, True), (spoilt, False)):
        rows[:] = state
        with house.store.reading() as reading:
            shared = check_log(reading, house.blobs, executor=processes, elsewhere=house.store.elsewhere())
            alone = check_log(reading, house.blobs)
        assert shared == alone
        assert alone.is_sound == is_sound
    rows[:] = kept


def test_lost_process_costs_no_statement(house: House) -> None:
    """Where a process is killed in its work, the work is done here, in its order (design §2.5)."""
    authority, raws = house.publisher._fold().authority, statements(house, COUNT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "cores", lambda: 2)
        with pool.pool() as executor:
            if executor is None:
                pytest.skip("this system has no semaphores that processes share")
            victim = executor.submit(os.getpid).result()
            opened = open_statements(raws, authority=authority, executor=executor)
            first = next(opened)
            os.kill(victim, signal.SIGKILL)
            assert [first.envelope.raw, *(one.envelope.raw for one in opened)] == raws


_PARENT = """
import os, sys, time
from ledger.service import pool
pool.cores = lambda: 2
if __name__ == "__main__":
    with pool.pool() as executor:
        print(executor.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for a process as Linux shows it")
def test_process_ends_with_the_one_that_it_works_for(tmp_path: Path) -> None:
    """Where the ledger's process is killed, nobody goes on waiting for it (design §2.5)."""
    script = tmp_path / "parent.py"
    script.write_text(_PARENT, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    helper = Path("/proc") / parent.stdout.readline().strip()
    assert helper.exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(400):
        if not helper.exists() or "(zombie)" in (helper / "status").read_text(encoding="ascii", errors="replace"):
            return
        time.sleep(0.05)
    pytest.fail("a process outlived the one that it works for")


def test_interruption_is_for_the_one_who_asked(processes: Executor) -> None:
    """An interruption from the terminal reaches all processes at once, and ends none of those that help (style §7)."""
    helper = processes.submit(os.getpid).result()
    os.kill(helper, signal.SIGINT)
    assert processes.submit(examine, [], []).result() == []
