"""The full check of a ledger: everything recomputed from the bytes, and how near that comes to the limit.

The limit is what the hashes, the tree and the signatures alone would take, measured in the same run: on one core while
nothing else runs, and on as many at once as the check is given, since cores that share a cache and a memory each slow
the other down. The check itself runs in a process of its own for each figure, so that its memory is its own; at several
sizes, as that memory must not grow, and as the start of the processes weighs on a short check.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

from ledger.service.check import Checked, check_log
from ledger.service.pool import READERS, pool
from ledger.store.blobs import DirectoryBlobs
from ledger.store.sql import SqlStore
from scripts.bench import floor
from scripts.bench.figure import Options, Table, on_cores, options, peak_memory, timed
from scripts.bench.floor import Floors
from scripts.bench.ground import RECORDER, Ledger

ROOT: Final = Path(__file__).resolve().parents[2]


class Run(NamedTuple):
    """One check.

    Attributes:
        size: entries that were checked.
        seconds: that it took.
        memory: the most that was resident, in MB.
        before: what was resident before it began, in MB.
    """

    size: int
    seconds: float
    memory: float
    before: float


def run(directory: Path, cores: int) -> Run:
    """Check the ledger in a directory, on so many cores, in this process."""
    store = SqlStore.open(directory / "ledger.db")
    found: list[Checked] = []
    with on_cores(cores), store.reading() as reading:
        before = peak_memory()
        with pool(preload=READERS, is_shared=True) as executor:
            blobs = DirectoryBlobs(directory / "blobs")
            elsewhere = store.elsewhere()
            seconds = timed(lambda: found.append(check_log(reading, blobs, executor=executor, elsewhere=elsewhere)))
    store.close()
    (checked,) = found
    if not checked.is_sound:
        raise SystemExit(f"the ledger is not sound: {checked.findings[0]}")
    return Run(checked.size, seconds, peak_memory(), before)


def apart(directory: Path, cores: int) -> Run:
    """Check the ledger in a directory in a process of its own."""
    command = [sys.executable, "-m", "scripts.bench.check", "--run", str(directory), str(cores)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return Run(*json.loads(done.stdout))


def limit(ledger: Ledger, directory: Path) -> Floors:
    """Return the floors of an entry on one core: its hashes, its place in the tree and its signature."""
    with on_cores(1):
        sample = list(ledger.statements(2000))
        return floor.measure(sample, RECORDER.public.raw, batch=1000, directory=directory)


def limit_at_once(ledger: Ledger, directory: Path, cores: int) -> float:
    """Return the seconds of an entry's floors, by OpenSSL, where so many cores do nothing else at the same time."""
    sample = list(ledger.statements(4000))
    with on_cores(cores), ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as processes:
        given = [(sample, RECORDER.public.raw, str(directory))] * cores
        list(processes.map(_floor, given))  # the first time they are started
        return sum(processes.map(_floor, given)) / cores


def _floor(given: tuple[list[bytes], bytes, str]) -> float:
    raws, public, directory = given
    return floor.measure(raws, public, batch=1000, directory=Path(directory)).check


def measure(given: Options, sizes: Sequence[int]) -> list[tuple[str | float, ...]]:
    """Return a row for one core and one for two, at each size that one ledger grows to."""
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        ledger = Ledger(Path(folder))
        for size in sizes:
            ledger.fill(size)
            rows += [_row(ledger, Path(folder), cores) for cores in (1, 2)]
        ledger.close()
    return rows


def _row(ledger: Ledger, directory: Path, cores: int) -> tuple[str | float, ...]:
    """Return what a check on so many cores gives, beside the limits as they are before and after it."""
    before, together = limit(ledger, directory), limit_at_once(ledger, directory, cores)
    one = apart(directory, cores)
    after, again = limit(ledger, directory), limit_at_once(ledger, directory, cores)
    rate = one.size / one.seconds / cores
    return (
        f"{one.size:,} on {cores}", rate * cores, rate * (before.check + after.check) / 2,
        rate * (together + again) / 2, rate * (before.check_sodium + after.check_sodium) / 2,
        one.memory, one.memory - one.before,
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(run(Path(sys.argv[2]), int(sys.argv[3]))))
        return
    given = options(__doc__)
    sizes = (4_000, 20_000) if given.is_quick else (40_000, 160_000, 320_000)
    rows = tuple(measure(given, sizes))
    columns = (
        "entries, on cores", "entries a second", "share of the limit a core", "of the limit of all at once",
        "with libsodium in it", "peak memory, MB", "grew by, MB",
    )  # fmt: skip
    note = (
        "The limit is one core's hashes, tree and Ed25519 verification, by OpenSSL and then by libsodium; form, "
        "meaning and storage come on top. The limit of all at once is the same by OpenSSL, on as many cores at a time."
    )
    given.show(Table("Full check of a ledger", columns, rows, (note,)))
    given.finish()


if __name__ == "__main__":
    main()
