"""Crashes: a process killed, a call failing, at each step: the old state is found or the new (design §2.5)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import UnavailableError
from ledger.runtime import Ledger, open_ledger
from ledger.service.ports import Store
from ledger.store.sql import SqlWriting
from tests.end_to_end.small import START, drafts, position, small_ledger

STEPS = ("before append", "after append", "before swap", "after swap", "before commit", "after commit")

KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.runtime import open_ledger
from ledger.store.sql import SqlWriting
from tests.end_to_end.small import START, position

when, name = sys.argv[2].split()
plain = getattr(SqlWriting, name)

def dying(self, *arguments):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, *arguments)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(SqlWriting, name, dying)
with open_ledger(Path(sys.argv[1]), at=lambda: START) as ledger:
    ledger.record([draft for number in range(300) for draft in position(number)])
"""

ENDLESS = """
import sys
from pathlib import Path
from ledger.runtime import open_ledger
from tests.end_to_end.small import START, position

with open_ledger(Path(sys.argv[1]), at=lambda: START) as ledger:
    number = ledger.head().size * 1000
    while True:
        batch = [draft for offset in range(20) for draft in position(number + offset)]
        print(ledger.record(batch)[-1].index, flush=True)
        number += 20
"""

INIT = """
import os, signal, sys
from pathlib import Path
import ledger.runtime.founding as founding
from tests.end_to_end.small import small_ledger

plain = getattr(founding, sys.argv[2])

def dying(*arguments, **named):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(founding, sys.argv[2], dying)
small_ledger(Path(sys.argv[1]))
"""


def environment() -> dict[str, str]:
    """Return an environment in which a program finds the checkout."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Give the directory of a ledger with a pledge in it."""
    with small_ledger(tmp_path / "ledger") as made:
        made.record(drafts())
    return tmp_path / "ledger"


def reopened(directory: Path) -> int:
    """Return the size of the ledger, once it was opened and found sound."""
    with open_ledger(directory, at=lambda: START) as ledger:
        assert ledger.check().findings == ()
        return ledger.head().size


@pytest.mark.parametrize("step", STEPS)
def test_process_that_is_killed_in_a_batch_leaves_all_of_it_or_nothing(directory: Path, step: str) -> None:
    """Before the commit is done the old state is found, after it the new; both are sound and go on (design §2.5)."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(directory), step], env=environment(), capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert reopened(directory) == (306 if step == "after commit" else 6)
    with open_ledger(directory, at=lambda: START) as ledger:
        receipts = ledger.record([draft for number in range(300) for draft in position(number)])
        assert [receipt.index for receipt in receipts] == list(range(6, 306))


def test_process_that_is_killed_at_any_moment_loses_nothing_that_it_answered(directory: Path) -> None:
    """Whatever was answered with a receipt is there after the kill (design §2.5)."""
    for answers in (1, 2, 4):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(directory)], env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        last = max(int(process.stdout.readline()) for _ in range(answers))
        process.kill()
        rest = [int(line) for line in process.communicate()[0].split()]
        size = reopened(directory)
        assert size > max([last, *rest])
        assert (size - 6) % 20 == 0


@pytest.mark.parametrize("step", ["checkpoint_signer", "write_config", "_charter", "grant_body", "format_policy"])
def test_init_that_is_killed_is_begun_again(tmp_path: Path, step: str) -> None:
    """What an init that was killed leaves is no ledger, and the next init makes one of it (design §3)."""
    target = tmp_path / "ledger"
    done = subprocess.run(
        [sys.executable, "-c", INIT, str(target), step], env=environment(), capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert (target / ".init").exists()
    small_ledger(target).close()
    assert reopened(target) == 2


class Failing:
    """A store of which one call fails, before or after it has its effect.

    Attributes:
        step: which one; None lets all pass.
    """

    def __init__(self, store: Store, step: str | None) -> None:
        self.store = store
        self.step = step

    def reading(self) -> Any:
        """Return a snapshot of the store."""
        return self.store.reading()

    def elsewhere(self) -> Any:
        """Return how another process reads the store."""
        return self.store.elsewhere()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Return the writer of the store, with its fault."""
        with self.store.writing() as writing:
            yield FailingWriting(writing, self)

    def purge(self, *, is_patient: bool = True) -> bool:
        """Overwrite what was erased."""
        return self.store.purge(is_patient=is_patient)


class FailingWriting:
    """The writer of a store of which one call fails."""

    def __init__(self, writing: Any, store: Failing) -> None:
        self._writing = writing
        self._store = store

    def __getattr__(self, name: str) -> Any:
        """Return a method of the writer, which fails where it is its turn."""
        plain = getattr(self._writing, name)
        if name not in {"append", "swap", "commit"}:
            return plain

        def call(*arguments: Any) -> Any:
            self._fail(f"before {name}")
            answer = plain(*arguments)
            self._fail(f"after {name}")
            return answer

        return call

    def _fail(self, step: str) -> None:
        if step == self._store.step:
            message = "The disk cannot be reached."
            raise OSError(message)


@pytest.mark.parametrize("step", STEPS)
def test_call_of_the_store_that_fails_leaves_the_old_state_or_the_new(directory: Path, step: str) -> None:
    """A failure before the commit takes everything back; one in it stops the writer (design §2.5)."""
    with open_ledger(directory, at=lambda: START) as ledger:
        failing = Failing(ledger._store, step)
        ledger._store = failing
        with pytest.raises(OSError, match="cannot be reached"):
            ledger.record(position(1))
        assert ledger.head().size == (7 if step == "after commit" else 6)
        failing.step = None
        if step.endswith("commit"):
            with pytest.raises(UnavailableError, match="open the ledger again"):
                ledger.record(position(2))
        else:
            assert ledger.record(position(2))[0].index == 6
    reopened(directory)
    with open_ledger(directory, at=lambda: START) as ledger:
        assert ledger.record(position(1))[0].index == {True: 6, False: 7}[step.endswith("commit")]


def test_crash_between_files_and_statement_leaves_files_that_nobody_names(directory: Path) -> None:
    """Files are kept before the statement that names them: alone they harm nobody, and the next try finds them."""
    import io
    from datetime import date

    from tests.end_to_end.small import FIGURES, MAPPING

    def submit(ledger: Ledger) -> int:
        stream = io.BytesIO(FIGURES)
        found = ledger.submit(stream, name="g.csv", mapping=MAPPING, mapping_name="m.toml", published=date(2020, 4, 1))
        return found.receipts[0].index

    with open_ledger(directory, at=lambda: START) as ledger:
        ledger._store = Failing(ledger._store, "before append")
        with pytest.raises(OSError, match="cannot be reached"):
            submit(ledger)
        held = list(ledger.blobs.digests())
    assert len(held) == 3
    assert reopened(directory) == 6
    with open_ledger(directory, at=lambda: START) as ledger:
        assert submit(ledger) == 6
        assert list(ledger.blobs.digests()) == held


def test_writer_has_the_steps_that_are_made_to_fail_here() -> None:
    """The names of the steps are those of the writer: a renamed one would be tested no longer."""
    assert all(callable(getattr(SqlWriting, step.split()[1])) for step in STEPS)
