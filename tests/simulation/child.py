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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from ledger.errors import PledgerError
from ledger.runtime import Ledger, open_ledger
from tests.end_to_end.small import FIGURES, MAPPING, START
from tests.simulation.template import position

FAULTS: Final = ("none", "sql", "os", "size", "files")
CALLS: Final = ("fsync", "replace", "open", "mkdir")
_SAYING: Final = Lock()


class Trap:
    """What befalls one of the calls: an error before or after it took effect, or death there.

    Attributes:
        left: calls until it does.
    """

    def __init__(self, draw: random.Random, *, upto: int) -> None:
        self.left = draw.randint(1, upto)
        self.kind = draw.choice(("fail before", "fail after", "die before", "die after"))
        self._counting = Lock()

    def spring(self, call: Callable[[], Any], error: Callable[[], Exception]) -> Any:
        """Return what a call gives, unless it is its turn."""
        with self._counting:
            self.left -= 1
            is_due = self.left == 0
        if not is_due:
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
        limit, soft = resource.RLIMIT_FSIZE, draw.choice((largest // 2, largest + draw.randint(0, 8_000_000)))
    else:
        limit, soft = resource.RLIMIT_NOFILE, len(list(Path("/proc/self/fd").iterdir())) + draw.randint(0, 6)
    resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))


def statement(number: int, genesis: str) -> bytes:
    """Return a position, signed: the same for the same number."""
    return position(f"number {number}", genesis)


@dataclass
class Crew:
    """Several writers in one process.

    Attributes:
        ledger: that they write to.
        first: number of the first statement.
        ended: what the first of them ended by; the others stop then.
    """

    ledger: Ledger
    first: int
    ended: list[Exception] = field(default_factory=list)

    def work(self, draws: Sequence[random.Random]) -> None:
        """Write without end, each with draws of its own; raise what the first of them ends by."""
        threads = [Thread(target=self._write, args=(place, draw)) for place, draw in enumerate(draws)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        raise self.ended[0]

    def _write(self, place: int, draw: random.Random) -> None:
        number = self.first + place * 1_000_000
        try:
            while not self.ended:
                # One of them keeps files and exports; the others only hand statements in, few or many at once.
                kind = draw.choice(("record", "record", "record", "submit", "export")) if place == 0 else "record"
                number = getattr(self, f"_{kind}")(draw, number)
        except Exception as error:  # noqa: BLE001, it is raised again by who began the work
            self.ended.append(error)

    def _record(self, draw: random.Random, number: int) -> int:
        count = draw.choice((1, 5, 40, 200, 600))
        receipts = self.ledger.hand_over([statement(number + one, self.ledger.genesis) for one in range(count)])
        say("record", number, [receipt.index for receipt in receipts], [receipt.statement for receipt in receipts])
        return number + count

    def _submit(self, _draw: random.Random, number: int) -> int:
        figures = FIGURES + b"2020-04,%d\n" % number
        found = self.ledger.submit(
            io.BytesIO(figures), name="g.csv", mapping=MAPPING, mapping_name="m.toml", published=date(2020, 5, 1)
        )
        say("submit", number, [one.index for one in found.receipts], [one.statement for one in found.receipts])
        return number + 1

    def _export(self, _draw: random.Random, number: int) -> int:
        exported = self.ledger.export_log(self.ledger.directory.with_name("site"))
        say("export", exported.size, [], [])
        return number


def say(kind: str, number: int, indexes: list[int], names: list[Any]) -> None:
    """Say what was answered; once it is written, it is acknowledged."""
    line = json.dumps({"did": kind, "number": number, "indexes": indexes, "names": names})
    with _SAYING:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


ROOMS: Final = (
    "ingest.document", "ingest.tabular", "runtime.stamping", "service.carried", "service.cosign", "service.export_log",
    "service.group", "service.interval", "store.cosigned", "store.site", "store.stamped",
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
            set_sql(Trap(draw, upto=draw.choice((20, 200, 2000))), draw)
        elif fault == "os":
            set_os(Trap(draw, upto=draw.choice((10, 60, 600))), draw)
        elif fault in {"size", "files"}:
            set_limit(directory, fault, draw)
        with open_ledger(directory, at=lambda: START) as ledger:
            writers = [random.Random(f"{seed} {place}") for place in range(draw.choice((1, 2, 4)))]  # noqa: S311
            say("begin", len(writers), [], [])
            Crew(ledger, seed * 10_000_000).work(writers)
    except PledgerError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except Exception:  # noqa: BLE001, it is the finding
        traceback.print_exc()
        return 70
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
