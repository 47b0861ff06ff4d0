"""Carrying a log away and bringing it back: a static site written from a ledger, and a ledger rebuilt from that.

An export writes tiles, entry bundles and a file for each statement, made durable before its checkpoint; an import reads
all of it strictly, and then checks the ledger that it made as `pledger log check` does, signatures and all. Beside each
stands what the disk alone takes: the same files written once more, and read once more, with nothing done to them.
"""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ledger.runtime.site import FETCHERS
from ledger.service.export_log import Exported, export_log
from ledger.service.import_log import Imported, import_log
from ledger.store.blobs import DirectoryBlobs
from ledger.store.site import DirectorySite
from ledger.store.sql import SqlStore
from ledger.tlog.policy import Log, Policy, format_policy
from scripts.bench.figure import Options, Table, options, timed
from scripts.bench.ground import Ledger

MEGA: Final = 1_000_000


def export(ledger: Ledger, folder: Path) -> Exported:
    """Write the site of a ledger."""
    policy = format_policy(Policy(tuple(map(Log, ledger.keys))))
    with ledger.store.reading() as reading:
        return export_log(reading, ledger.blobs, DirectorySite(folder), policy=policy, keys_at=lambda _: ledger.keys)


def bring_back(site: Path, folder: Path) -> Imported:
    """Rebuild a ledger from a site, as ``pledger log import`` does."""
    store = SqlStore.create(folder / "ledger.db")
    with ThreadPoolExecutor(FETCHERS) as executor:
        found = import_log(DirectorySite(site), store, DirectoryBlobs(folder / "blobs"), executor=executor)
    store.close()
    return found


def weigh(folder: Path) -> int:
    """Return how many bytes the files below a directory hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copy(site: Path, folder: Path) -> tuple[float, float]:
    """Return the seconds that the files of a site take to be read, and to be written once more and made durable."""
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    held: list[bytes] = []
    read = timed(lambda: held.extend(path.read_bytes() for path in paths))

    def write() -> None:
        for path, raw in zip(paths, held, strict=True):
            final = folder / path.relative_to(site)
            final.parent.mkdir(parents=True, exist_ok=True)
            final.write_bytes(raw)
        os.sync()

    return read, timed(write)


def measure(given: Options, size: int) -> tuple[tuple[str | float, ...], ...]:
    """Return a row for the export and one for the import of a log of a size."""
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        base = Path(folder)
        for name in ("ledger", "site", "again", "copy"):
            (base / name).mkdir()
        ledger = Ledger(base / "ledger")
        ledger.fill(size)
        out = timed(lambda: export(ledger, base / "site"))
        weight = weigh(base / "site") / MEGA
        read, write = copy(base / "site", base / "copy")
        found: list[Imported] = []
        back = timed(lambda: found.append(bring_back(base / "site", base / "again")))
        with ledger.store.reading() as reading:
            if found[0].front.note != reading.head().checkpoint:
                raise SystemExit("the ledger that was brought back has another checkpoint")
        ledger.close()
    return (
        (f"export of {size:,}", size / out, weight / out, write / out, out),
        (f"import of {size:,}", size / back, weight / back, read / back, back),
    )


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    sizes = (2_000,) if given.is_quick else (20_000, 100_000)
    rows = tuple(row for size in sizes for row in measure(given, size))
    columns = ("what, entries", "entries/s", "MB/s", "of which the disk, share", "s")
    note = "An import ends with the full check of what it made, on all cores."
    given.show(Table("A log as a static site, written and read back", columns, rows, (note,)))
    given.finish()


if __name__ == "__main__":
    main()
