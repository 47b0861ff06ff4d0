"""A load of many writers and readers on a served ledger, and what has to hold of it afterwards."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger.runtime import open_ledger
from ledger.tlog.proof import parse_receipt, verify_receipt

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from ledger.cli.main import run; run()", "serve", "--port", "0", "--json")
READS = ("/v1/ledger", "/v1/status", "/v1/entries?limit=20", "/readyz", "/v1/commitments")


@contextmanager
def running(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a ledger in a process of its own, or in several; give the first and the address. Its journal is a file."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLEDGER_")}
    environment |= {"PLEDGER_SERVE_RATE": "0", "PLEDGER_SERVE_KEY_RATE": "0"}
    with (
        (directory.parent / "journal").open("a", encoding="utf-8") as journal,
        subprocess.Popen(
            [*COMMAND, "--ledger", str(directory), *options], cwd=ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=journal,
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        told = ""
        while not told.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, (directory.parent / "journal").read_text(encoding="utf-8")
            told += line
        try:
            yield process, json.loads(told)["url"]
        finally:
            # Its workers end with it, as their parent is gone: they are asked, and nobody waits for a killed one.
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass
class Load:
    """Writers and readers at work.

    Attributes:
        given: receipts that were answered.
        refused: statuses of other answers.
        reads: answers to reads, by status.
    """

    given: list[bytes] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, url: str, raws: Sequence[bytes], *, writers: int, readers: int, until: int) -> Callable[[], None]:
        """Begin; what comes back waits for the end. ``enough`` is set once so many receipts are there."""
        left = list(reversed(raws))
        threads = [threading.Thread(target=self._write, args=(url, left, until)) for _ in range(writers)]
        threads += [threading.Thread(target=self._read, args=(url, number)) for number in range(readers)]
        for thread in threads:
            thread.start()

        def join() -> None:
            for thread in threads[:writers]:
                thread.join(120)
            self.over.set()
            for thread in threads[writers:]:
                thread.join(120)

        return join

    def _write(self, url: str, left: list[bytes], until: int) -> None:
        while not self.over.is_set():
            try:
                raw = left.pop()
            except IndexError:
                return
            try:
                status, body = ask(url, "/v1/statements", raw)
            except OSError:
                return
            if status in {200, 201}:
                self.given.append(body)
            else:
                self.refused.append(status)
            if len(self.given) >= until:
                self.enough.set()

    def _read(self, url: str, number: int) -> None:
        while not self.over.is_set():
            try:
                self.reads.append(ask(url, READS[number % len(READS)])[0])
            except OSError:
                return
            number += 1


def ask(url: str, path: str, statement: bytes | None = None) -> tuple[int, bytes]:
    """Return status and body of an answer."""
    headers = {"content-type": "application/jose"} if statement is not None else {}
    request = urllib.request.Request(f"{url}{path}", data=statement, headers=headers)  # noqa: S310  # our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # as above
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def stands(directory: Path, given: Sequence[bytes], *, store: str | None = None) -> int:
    """Assert that every receipt that was given is one of the ledger as it is now; return its number of entries."""
    with open_ledger(directory, store=store) as opened:
        keys = opened.log_keys()
        for raw in given:
            receipt = parse_receipt(raw)
            assert verify_receipt(receipt, log=keys) == ()
            assert opened.entry(receipt.index) == receipt.header
        assert opened.check().is_sound
        return opened.head().size


def children(pid: int) -> list[int]:
    """Return the processes that a process began, where the system tells."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in path.read_text(encoding="ascii").split()] if path.exists() else []


def kill(pids: Sequence[int]) -> None:
    """Kill processes that we began, in the middle of whatever they do."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
