"""A process that records, submits and exports until it is killed, or until what it asks of the system fails.

    python -m tests.simulation.child DIRECTORY SEED FAULT

It opens a ledger as a command does, and says what it was answered, a line each, before it goes on. FAULT says what
befalls it: ``none`` (whoever began it kills it), ``sql`` and ``os`` (a call of SQLite's driver or of the operating
system fails, or the process dies there), ``size`` and ``files`` (the system's own limits on the size of a file and on
how many are open). An error of ours ends it with the code of that error; any other ends it with 70, which is a finding.
"""

import errno
import io
import json
import os
import random
import resource
import signal
import sqlite3
import sqlite3.dbapi2
import sys
import traceback
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from ledger.errors import PledgerError
from ledger.runtime import Ledger, open_ledger
from tests.end_to_end.small import FIGURES, MAPPING, START, position

FAULTS: Final = ("none", "sql", "os", "size", "files")
CALLS: Final = ("fsync", "replace", "open", "mkdir")


class Trap:
    """What befalls one of the calls: an error before or after it took effect, or death there.

    Attributes:
        left: calls until it does.
    """

    def __init__(self, draw: random.Random, *, upto: int) -> None:
        self.left = draw.randint(1, upto)
        self.kind = draw.choice(("fail before", "fail after", "die before", "die after"))

    def spring(self, call: Callable[[], Any], error: Callable[[], Exception]) -> Any:
        """Return what a call gives, unless it is its turn."""
        self.left -= 1
        if self.left:
            return call()
        what, _, when = self.kind.partition(" ")
        if when == "after":
            call()
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        raise error()


def set_sql(trap: Trap, draw: random.Random) -> None:
    """Make a call of the driver fail."""
    code = draw.choice((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY))

    def error() -> Exception:
        made = sqlite3.OperationalError("the call was made to fail")
        made.sqlite_errorcode = code
        return made

    class Failing(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            plain = super().execute
            found: sqlite3.Cursor = trap.spring(lambda: plain(*arguments), error)
            return found

        def commit(self) -> None:
            plain = super().commit
            trap.spring(plain, error)

    connect = sqlite3.dbapi2.connect
    sqlite3.dbapi2.connect = lambda *arguments, **named: connect(*arguments, **{**named, "factory": Failing})


def set_os(trap: Trap, draw: random.Random) -> None:
    """Make a call of the operating system fail."""
    code = draw.choice((errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS))
    for name in CALLS:
        plain = getattr(os, name)

        def failing(*arguments: Any, plain: Callable[..., Any] = plain, **named: Any) -> Any:
            return trap.spring(lambda: plain(*arguments, **named), lambda: OSError(code, os.strerror(code)))

        setattr(os, name, failing)


def set_limit(directory: Path, fault: str, draw: random.Random) -> None:
    """Lower a limit of the system's to a little above what is used."""
    if fault == "size":
        largest = max(path.stat().st_size for path in directory.glob("ledger.db*"))
        limit, soft = resource.RLIMIT_FSIZE, draw.choice((4096, largest // 2, largest + draw.randint(0, 400_000)))
    else:
        limit, soft = resource.RLIMIT_NOFILE, len(list(Path("/proc/self/fd").iterdir())) + draw.randint(0, 6)
    resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))


def work(ledger: Ledger, draw: random.Random, seed: int) -> None:
    """Record, submit and export, without end."""
    number = seed * 100_000
    while True:
        kind = draw.choice(("record", "record", "record", "submit", "export"))
        if kind == "record":
            count = draw.choice((1, 1, 5, 40))
            receipts = ledger.record([draft for one in range(count) for draft in position(number + one)])
            say(kind, number, [receipt.index for receipt in receipts], [receipt.statement for receipt in receipts])
            number += count
        elif kind == "submit":
            figures = FIGURES + b"2020-04,%d\n" % (number % 100_000 + seed)
            found = ledger.submit(
                io.BytesIO(figures), name="g.csv", mapping=MAPPING, mapping_name="m.toml", published=date(2020, 5, 1)
            )
            say(kind, number, [one.index for one in found.receipts], [one.statement for one in found.receipts])
            number += 1
        else:
            exported = ledger.export_log(ledger.directory.with_name("site"))
            say(kind, exported.size, [], [])


def say(kind: str, number: int, indexes: list[int], names: list[Any]) -> None:
    """Say what was answered; once it is written, it is acknowledged."""
    line = json.dumps({"did": kind, "number": number, "indexes": indexes, "names": names})
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


ROOMS: Final = (
    "ingest.document", "ingest.tabular", "runtime.stamping", "service.carried", "service.cosign", "service.export_log",
    "service.interval", "store.cosigned", "store.site", "store.stamped",
)  # fmt: skip
"""Modules that the work enters late: one that cannot be opened would be the interpreter's failure, not the ledger's."""


def main() -> int:
    """Work until something ends it."""
    directory, seed, fault = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    draw = random.Random(seed)  # noqa: S311, faults are drawn, not secrets
    for room in ROOMS:
        import_module(f"ledger.{room}")
    try:
        if fault == "sql":
            set_sql(Trap(draw, upto=draw.choice((20, 200))), draw)
        elif fault == "os":
            set_os(Trap(draw, upto=draw.choice((10, 60))), draw)
        elif fault in {"size", "files"}:
            set_limit(directory, fault, draw)
        with open_ledger(directory, at=lambda: START) as ledger:
            work(ledger, draw, seed)
    except PledgerError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except Exception:  # noqa: BLE001, it is the finding
        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
