"""The full check of a ledger: everything recomputed from the bytes, and how near that comes to the limit.

The limit is what the hashes, the tree and the signatures alone would take, measured in the same run. The check itself
runs in a process of its own for each figure, so that its memory is its own; at two sizes, as that memory must not
grow.
"""

import json
import subprocess
import sys
import tempfile
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


def measure(given: Options, size: int) -> list[tuple[str | float, ...]]:
    """Return a row for one core and one for two."""
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        ledger = Ledger(Path(folder))
        ledger.fill(size)
        for cores in (1, 2):
            before = limit(ledger, Path(folder))
            one = apart(Path(folder), cores)
            after = limit(ledger, Path(folder))
            rate = one.size / one.seconds / cores
            rows.append((
                f"{one.size:,} on {cores}", rate * cores, rate * (before.check + after.check) / 2,
                rate * (before.check_sodium + after.check_sodium) / 2, one.memory, one.memory - one.before,
            ))  # fmt: skip
        ledger.close()
    return rows


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(run(Path(sys.argv[2]), int(sys.argv[3]))))
        return
    given = options(__doc__)
    sizes = (4_000, 20_000) if given.is_quick else (40_000, 160_000)
    rows = tuple(row for size in sizes for row in measure(given, size))
    columns = (
        "entries, on cores", "entries a second", "share of the limit a core", "with libsodium in it", "peak memory, MB",
        "grew by, MB",
    )  # fmt: skip
    note = (
        "The limit is one core's hashes, tree and Ed25519 verification, by OpenSSL and then by libsodium; form, "
        "meaning and storage come on top."
    )
    given.show(Table("Full check of a ledger", columns, rows, (note,)))
    given.finish()


if __name__ == "__main__":
    main()
