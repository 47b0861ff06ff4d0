"""A small HTTP server for the bare package: requests of bounded size, from clients that cannot hold it up.

It takes whole requests off the wire and gives them to one function; what they mean is that function's to say. A body
is read up to a limit that is checked before the first byte, a connection ends after a fixed time whatever it does, and
only so many are served at once; the next is told to come back. Keep-alive is honoured within those bounds (C2SP
tlog-witness).
"""

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from ledger.errors import UnavailableError
from ledger.tlog.witness import TEXT_TYPE, Answer

Handle = Callable[[str, str, bytes], Answer]
"""Answers a request: its method, path and body."""

PATIENCE: Final = 30.0
"""Seconds after which a connection ends, whatever it does."""

SILENCE: Final = 10.0
"""Seconds for which a connection may say nothing."""

CONNECTIONS: Final = 64
"""Connections that are served at once."""

_BUSY: Final = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
_DIGITS: Final = 18


class Server(ThreadingHTTPServer):
    """A server that answers by a function.

    Attributes:
        handle: what answers.
        limit: the most bytes that a body may have.
        patience: seconds after which a connection ends.
        silence: seconds for which it may say nothing.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        handle: Handle,
        *,
        limit: int,
        patience: float = PATIENCE,
        silence: float = SILENCE,
        connections: int = CONNECTIONS,
    ) -> None:
        self.handle = handle
        self.limit = limit
        self.patience = patience
        self.silence = silence
        self._free = threading.BoundedSemaphore(connections)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        try:
            super().__init__(address, _Handler)
        except (OSError, OverflowError) as error:
            message = f"Nothing can listen on {address[0]} port {address[1]} ({error}); name another address."
            raise UnavailableError(message, host=address[0], port=address[1]) from error

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        shown = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # as the library has it
        """Serve a connection in a thread of its own, or turn it away where there are too many."""
        if not self._free.acquire(blocking=False):
            request.settimeout(1.0)
            try:
                request.sendall(_BUSY)
            except OSError:
                pass
            finally:
                self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread can be started
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # as above
        """Serve a connection until it ends, at the latest when its time is over."""
        clock = threading.Timer(self.patience, _end, (request,))
        clock.daemon = True
        clock.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            clock.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # as above
        """Say nothing of a connection that broke: strangers can make as many of those as they like."""


class _Handler(BaseHTTPRequestHandler):
    """One connection: requests one after the other."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "pledger"
    sys_version = ""

    def setup(self) -> None:
        """Bound the silence of the connection before anything is read."""
        self.request.settimeout(self.server.silence)
        super().setup()

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self._send(self._answer(b""))

    def do_POST(self) -> None:
        """Answer a request with a body of a stated, bounded length."""
        lengths = self.headers.get_all("Content-Length", [])
        length = lengths[0] if len(lengths) == 1 else ""
        if self.headers.get("Transfer-Encoding") is not None or not length:
            self._refuse(411, "State the length of the body, once.")
        elif not (length.isascii() and length.isdigit() and len(length) <= _DIGITS):
            self._refuse(400, "The length of the body is not a number.")
        elif int(length) > self.server.limit:
            self._refuse(413, f"The body may have {self.server.limit} bytes.")
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._send(self._answer(body))
            else:
                self.close_connection = True

    def _answer(self, body: bytes) -> Answer:
        try:
            return self.server.handle(self.command, self.path, body)
        except Exception:  # noqa: BLE001  # whatever is wrong with us, who asked gets an answer and the server stays
            return Answer(500, TEXT_TYPE, b"This is a fault of the server; ask again later.\n")

    def _refuse(self, status: int, reason: str) -> None:
        # What follows on the connection is a body that was not read, so nothing after it can be.
        self.close_connection = True
        self._send(Answer(status, TEXT_TYPE, f"{reason}\n".encode()))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  # as the library names it
        """Keep no record of who asked."""


def _end(connection: socket.socket) -> None:
    """End a connection from outside of its thread, whose next read or write then fails."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
