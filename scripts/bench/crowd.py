"""A crowd of clients in one process: each has a connection, sends a request, reads the answer whole, sends the next.

It speaks the least HTTP/1.1 that a client can: requests are bytes made beforehand, of an answer only the head's end,
the status and the length are looked at. So a server is measured, and not the client beside it on the same machine.
Run as a program it takes what to do from standard input (``Errand``, pickled) and writes what happened to standard
output. Nothing here knows what is sent.
"""

import pickle
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)
_ROOT = Path(__file__).resolve().parents[2]


class Errand(NamedTuple):
    """What a crowd is to do.

    Attributes:
        url: of the server.
        requests: whole requests, head and body; each is sent once, by whichever client is free.
        clients: how many of them are on their way at once.
        keep: bring the bodies of the answers back.
        patience: seconds without any answer after which the crowd gives up: a server that was killed sends none.
    """

    url: str
    requests: Sequence[bytes]
    clients: int
    keep: bool = False
    patience: float = 60.0


class Done(NamedTuple):
    """What happened.

    Attributes:
        seconds: from the first request to the last answer.
        waits: seconds from each request to its answer, in the order of the answers.
        statuses: how many answers had which status.
        bodies: of the answers, by the number of their request, where they are asked for.
        broken: connections that ended before an answer came.
    """

    seconds: float
    waits: tuple[float, ...]
    statuses: dict[int, int]
    bodies: dict[int, bytes]
    broken: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0


def request(method: str, path: str, body: bytes = b"", *, kind: str = "", headers: str = "") -> bytes:
    """Return a request as bytes."""
    head = f"{method} {path} HTTP/1.1\r\nhost: crowd\r\n{headers}"
    if body or method in {"POST", "PUT"}:
        head += f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return f"{head}\r\n".encode("ascii") + body


def sent(errand: Errand) -> Done:
    """Run an errand in a process of its own."""
    return send_off(errand).wait()


class Away:
    """A crowd that is on its way."""

    def __init__(self, process: "subprocess.Popen[bytes]", errand: Errand) -> None:
        self._process = process
        assert process.stdin is not None  # noqa: S101, as it was started
        process.stdin.write(pickle.dumps(errand))
        process.stdin.close()

    def wait(self) -> Done:
        """Return what happened."""
        assert self._process.stdout is not None  # noqa: S101, as it was started
        told = self._process.stdout.read()
        if self._process.wait() != 0:
            raise SystemExit("the crowd came to grief")
        found = pickle.loads(told)  # noqa: S301, our own process
        assert isinstance(found, Done)  # noqa: S101, as it wrote it
        return found


def send_off(errand: Errand) -> Away:
    """Begin an errand in a process of its own."""
    command = [sys.executable, "-m", "scripts.bench.crowd"]
    return Away(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT),
        errand,
    )


def run(errand: Errand) -> Done:
    """Send requests until there are none left, so many at once; return what came back."""
    parts = urlsplit(errand.url)
    where = (parts.hostname or "", parts.port or 80)
    waiting = iter(enumerate(errand.requests))
    crowd = selectors.DefaultSelector()
    clients = []
    for _ in range(min(errand.clients, len(errand.requests))):
        client = _Client(socket.create_connection(where, timeout=errand.patience))
        crowd.register(client.socket, selectors.EVENT_READ, client)
        clients.append(client)
    waits: list[float] = []
    statuses: dict[int, int] = {}
    bodies: dict[int, bytes] = {}
    broken = 0
    begun = last = time.perf_counter()
    busy = sum(client.next(waiting) for client in clients)
    while busy:
        events = crowd.select(errand.patience)
        if not events:
            broken += busy
            break
        for key, _ in events:
            client = key.data
            answer = client.read()
            if answer is None:
                continue
            last = time.perf_counter()
            if answer == b"":
                broken += 1
                busy -= 1
                crowd.unregister(client.socket)
                client.socket.close()
                continue
            waits.append(last - client.begun)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
            if errand.keep:
                bodies[client.number] = answer.partition(b"\r\n\r\n")[2]
            if not client.next(waiting):
                busy -= 1
    for client in clients:
        client.socket.close()
    return Done(last - begun, tuple(waits), statuses, bodies, broken)


class _Client:
    """One of the crowd."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.number = -1
        self._taken = b""
        self._wanted = 0

    def next(self, waiting: "enumerate[bytes]") -> bool:
        """Send the next request; tell whether there was one."""
        number, raw = next(waiting, (-1, b""))
        if number < 0:
            return False
        self.number, self._taken, self._wanted = number, b"", 0
        self.begun = time.perf_counter()
        try:
            self.socket.sendall(raw)
        except OSError:  # the reader sees that the connection has ended
            return True
        return True

    def read(self) -> bytes | None:
        """Return the answer if it is whole by now, and nothing where the connection has ended."""
        try:
            piece = self.socket.recv(1 << 20)
        except OSError:
            return b""
        if not piece:
            return b""
        self._taken += piece
        if not self._wanted:
            head = self._taken.find(b"\r\n\r\n")
            if head < 0:
                return None
            found = _LENGTH.search(self._taken, 0, head + 2)
            self._wanted = head + 4 + (int(found[1]) if found else 0)
        return self._taken if len(self._taken) >= self._wanted else None


if __name__ == "__main__":
    # By its name, so that what is pickled is what the parent knows.
    from scripts.bench import crowd

    sys.stdout.buffer.write(pickle.dumps(crowd.run(pickle.loads(sys.stdin.buffer.read()))))  # noqa: S301, our parent's
