"""The demonstration and the commands: wall time and memory of each, in processes of their own.

`pledger demo` is timed whole, then each of its steps again as the command that does it, on the ledger that it left.
The view is the one that the demonstration prints, so that nothing depends on the day. Times are medians, of the wall;
memory is the most that the process had resident.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ledger.demo import load
from scripts.bench.figure import Options, Table, median, options

PLEDGER = (sys.executable, "-c", "from ledger.cli.main import run; run()")


FORMATS = (".json", ".html", ".xlsx", ".zip", ".pdf")


class Ran(NamedTuple):
    """A command that ended: its wall time in seconds, its peak memory in MB, and what it printed."""

    seconds: float
    memory: float
    printed: bytes


def ran(arguments: Sequence[str | Path], *, into: Path) -> Ran:
    """Run a command to its end; it must end well."""
    with (into / "printed").open("w+b") as out:
        begun = time.perf_counter()
        process = subprocess.Popen([*PLEDGER, *map(str, arguments)], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read()
    if process.returncode != 0:
        said = printed.decode(errors="replace")
        raise SystemExit(f"pledger {' '.join(map(str, arguments))} ended with {process.returncode}:\n{said}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Ran(seconds, kilobytes / 1024, printed)


def row(name: str, arguments: Sequence[str | Path], *, into: Path, times: int) -> tuple[str | float, ...]:
    """Return the row of a command that was run several times."""
    runs = [ran(arguments, into=into) for _ in range(times)]
    return (name, median([one.seconds for one in runs]), max(one.memory for one in runs))


def measure(given: Options) -> tuple[tuple[str | float, ...], ...]:
    """Return a row for the demonstration and one for each command."""
    times = 1 if given.is_quick else 5
    story = load()
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        into = Path(folder)
        tellings = []
        for _ in range(1 if given.is_quick else 3):
            shutil.rmtree(into / "ledger", ignore_errors=True)
            tellings.append(ran(["demo", into / "ledger"], into=into))
        at: list[str | Path] = ["--ledger", into / "ledger", "--as-of", story.view]
        first = max(story.audits, key=lambda plan: len(plan.subjects))
        one = next(plan.subjects[0] for plan in story.audits if plan.subjects)
        audit = ["audit", *first.subjects, *at]
        bundle = into / "kept.zip"
        ran([*audit, "-o", bundle], into=into)
        rows: list[tuple[str | float, ...]] = [
            ("pledger demo", median([told.seconds for told in tellings]), max(told.memory for told in tellings)),
            row("pledger --help", ["--help"], into=into, times=2 * times + 1),
            row("pledger status", ["status", *at], into=into, times=times),
            row(f"pledger score {one}", ["score", one, *at], into=into, times=times),
            row("pledger log check", ["log", "check", "--ledger", into / "ledger"], into=into, times=times),
        ]
        for subjects, words in (
            ([one], "one commitment"),
            (list(first.subjects), f"{len(first.subjects)} commitments"),
        ):
            for ending in FORMATS:
                target = into / f"audit{ending}"
                command = ["audit", *subjects, *at, "-o", target]
                rows.append(row(f"pledger audit, {words}, {ending}", command, into=into, times=times))
        every = [part for ending in FORMATS for part in ("-o", into / f"audit{ending}")]
        rows.append(
            row("pledger audit, one commitment, all formats", ["audit", one, *at, *every], into=into, times=times)
        )
        rows.append(row("pledger verify, that bundle", ["verify", into / "audit.zip"], into=into, times=times))
        rows.append(row("pledger verify, the larger bundle", ["verify", bundle], into=into, times=times))
    return tuple(rows)


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    rows = measure(given)
    given.show(Table("The demonstration and the commands", ("command", "s", "peak memory, MB"), rows))
    given.finish()


if __name__ == "__main__":
    main()
