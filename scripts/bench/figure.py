"""What every measurement shares: its options, its clock, and the table that it prints.

A figure is a number that somebody will compare with another, so it stands in a table with its unit, beside the floor
that was measured in the same run. Tables are printed for people, as Markdown for docs/performance.md, or as JSON.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGES: Final = ("cryptography", "orjson", "pydantic", "pynacl", "sqlalchemy")

_MODULES: Final = {"pynacl": "nacl"}

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows.

    Attributes:
        title: what was measured, in one line.
        columns: their names, with units.
        rows: as many cells each as there are columns.
        notes: sentences beneath it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def plain(self) -> dict[str, object]:
        """Return the table as JSON data: one object a row."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}


@dataclass(slots=True)
class Options:
    """What every measurement is asked.

    Attributes:
        is_quick: smaller numbers, for a look; the figures of a document are made without it.
        is_long: larger numbers too, where a measurement has any; it then takes the better part of an hour.
        directory: where ledgers are made and measured; on the disk that counts.
    """

    is_quick: bool
    directory: Path
    form: str
    is_long: bool = False
    tables: list[Table] = field(default_factory=list)

    def show(self, table: Table) -> None:
        """Print a table, or keep it for the end where the form is JSON."""
        self.tables.append(table)
        if self.form == "text":
            print(_text(table), flush=True)
        elif self.form == "markdown":
            print(_markdown(table), flush=True)

    def finish(self) -> None:
        """Print what was kept, with the machine that it was measured on."""
        if self.form == "json":
            document = {"machine": machine(), "tables": [table.plain() for table in self.tables]}
            print(json.dumps(document, indent=2))


def options(about: str, arguments: Sequence[str] | None = None) -> Options:
    """Return the options of a measurement, read from its command line."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, for a look")
    parser.add_argument("--long", action="store_true", help="larger numbers too, where there are any: most of an hour")
    parser.add_argument(
        "--dir", type=Path, default=Path.cwd(), help="make ledgers under this directory (default: here)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_const", const="json", dest="form", help="print one JSON document")
    form.add_argument(
        "--markdown", action="store_const", const="markdown", dest="form", help="print tables as Markdown"
    )
    given = parser.parse_args(arguments)
    if not given.dir.is_dir():
        parser.error(f"there is no directory {given.dir}")
    return Options(is_quick=given.quick, directory=given.dir, form=given.form or "text", is_long=given.long)


def machine() -> dict[str, str]:
    """Return what the figures depend on besides the code."""
    import sqlite3  # noqa: PLC0415, only its version is asked

    known = {name: version(name) for name in PACKAGES if find_spec(_MODULES.get(name, name)) is not None}
    return {
        "processor": _processor(), "cores": str(os.cpu_count()), "system": platform.platform(terse=True),
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **known,
        "load": f"{os.getloadavg()[0]:.2f}",
    }  # fmt: skip


def timed(run: Callable[[], object]) -> float:
    """Return the seconds that a call takes by the wall's clock."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def median(values: Sequence[float]) -> float:
    """Return the middle of some figures."""
    return statistics.median(values)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the figure that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def peak_memory() -> float:
    """Return the most memory that this process has had resident so far, in MB."""
    # Linux hands the other count down from the process that began this one.
    if (status := Path("/proc/self/status")).exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Keep this process on so many cores for the time of a block, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-count:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _shown(cell: Cell) -> str:
    if cell is None:
        return "–"
    if not isinstance(cell, float):
        return f"{cell:,}" if isinstance(cell, int) else cell
    if cell >= 1000:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if cell >= 20 else f"{cell:.2f}"


def _text(table: Table) -> str:
    rows = [table.columns, *(tuple(map(_shown, row)) for row in table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    lines = ["", table.title]
    for row in rows:
        first, *others = (cell.ljust(width) if not place else cell.rjust(width)
                          for place, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        lines.append("  ".join((first, *others)))
    return "\n".join((*lines, *table.notes))


def _markdown(table: Table) -> str:
    rows = [table.columns, ("---", *("--:" for _ in table.columns[1:])), *(tuple(map(_shown, r)) for r in table.rows)]
    lines = [f"**{table.title}**", "", *(f"| {' | '.join(row)} |" for row in rows), ""]
    return "\n".join((*lines, *(f"{note}\n" for note in table.notes)))
