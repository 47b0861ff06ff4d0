"""The server itself: uvicorn on one socket, patient with nobody for ever, stopped without breaking off a commit.

A connection has a while to say what it wants, for each request; uvicorn by itself waits for ever. An end that is asked
for (SIGTERM, an interrupt) takes no more connections, lets what is being answered be answered, and returns.
"""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, cast

import orjson
import uvicorn
from fastapi import FastAPI

from ledger.errors import UnavailableError, UsageError
from ledger.runtime.server import ServerSettings
from ledger.web.door import HEAD
from ledger.web.journal import JournalHandler
from ledger.web.problem import MEDIA_TYPE, PROBLEMS
from ledger.web.served import Served

IDLE: Final = 5
"""Seconds for which a connection may stay open between two requests."""

BACKLOG: Final = 2048

_THRESHOLD: Final = (50_000, 20, 50)


class Corked:
    """A transport that sends what is written in one turn of the loop at once: head and body of an answer together.

    Args:
        transport: that is written to.
        loop: whose turns they are.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Write bytes, by the end of this turn."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def close(self) -> None:
        """End the connection, once what was written has left."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # everything else is the transport's
        return getattr(self._transport, name)

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces:
            self._transport.write(b"".join(pieces))


class Patience:
    """What a connection does beside uvicorn's protocol, whichever parser that has: it ends where a head does not come.

    Attributes:
        patience: seconds for the head of each request.
    """

    patience = 15.0
    cycle: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(cast("asyncio.Transport", Corked(transport, self.loop)))  # type: ignore[misc]  # mixed in
        self._clock: asyncio.TimerHandle | None = None
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes; where they begin a request, wait for the rest of its head only so long, and only for so much."""
        if self._clock is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()
        self._head += len(data)
        super().data_received(data)  # type: ignore[misc]  # mixed in
        if self.cycle is not self._waited_for:
            self._end_wait()
        elif self._clock is not None and self._head > HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def eof_received(self) -> bool | None:
        """Answer a request that came whole, though nothing more will come; end where it did not (RFC 9112 §9.6)."""
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            return None
        self.cycle.keep_alive = False
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._end_wait()
        super().connection_lost(exc)  # type: ignore[misc]  # mixed in

    def on_response_complete(self) -> None:
        """Let the connection idle: its own clock runs until the next byte."""
        self._waited_for = self.cycle
        super().on_response_complete()  # type: ignore[misc]  # mixed in

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request with a problem, like everything else; where an answer is on its way, only end."""
        self._end_wait()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            status = 431 if self._head > HEAD and self._waited_for is self.cycle else 400
            kind, detail = PROBLEMS[431] if status == 431 else ("malformed", f"{msg.removesuffix('.')}; mend it.")
            title = HTTPStatus(status).phrase
            told = {"type": f"urn:pledger:problem:{kind}", "title": title, "status": status, "detail": detail}
            body = orjson.dumps(told)
            head = f"HTTP/1.1 {status} {title}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
            self.transport.write(f"{head}connection: close\r\n\r\n".encode("ascii") + body)
        self.transport.close()

    def _wait(self) -> None:
        self._waited_for, self._head = self.cycle, 0
        self._clock = self.loop.call_later(self.patience, self._give_up)

    def _end_wait(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _give_up(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.close()


def protocol(patience: float) -> type[asyncio.Protocol]:
    """Return what speaks HTTP on a connection: by httptools where that is installed, which is quicker, else by h11."""
    quick = find_spec("httptools") is not None
    module, name = ("httptools_impl", "HttpToolsProtocol") if quick else ("h11_impl", "H11Protocol")
    parser: type[asyncio.Protocol] = getattr(import_module(f"uvicorn.protocols.http.{module}"), name)
    return type("Patient", (Patience, parser), {"patience": patience})


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: the address is none.
        UnavailableError: nothing can listen there.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    except OSError as error:
        raise UsageError(f"{host!r} is no address to listen on ({error.strerror}); give another --host.") from error
    # The protocol has to be said, or asyncio leaves Nagle's algorithm on: 40 ms for every answer in two pieces.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        message = f"Nothing can listen on {host} port {port} ({error.strerror}); name another with --host and --port."
        raise UnavailableError(message, host=host, port=port) from error
    return made


def url_of(bound: socket.socket) -> str:
    """Return where a socket is reached."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: FastAPI, settings: ServerSettings, bound: socket.socket, *, ready: Callable[[], None]) -> bool:
    """Serve until the process is asked to end; tell whether it ends because nothing more may be written.

    Args:
        app: what answers.
        settings: how.
        bound: a socket that listens.
        ready: called once requests are answered.
    """
    state: Served = app.state.served
    config = uvicorn.Config(
        app, http=protocol(settings.patience), ws="none", lifespan="on", log_config=None, access_log=False,
        server_header=False, date_header=True, proxy_headers=True,
        forwarded_allow_ips=list(settings.proxies), timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=max(1, int(settings.grace)), h11_max_incomplete_event_size=HEAD, backlog=BACKLOG,
    )  # fmt: skip
    server = _Server(config, ready)
    has_stopped = False

    def stop() -> None:
        nonlocal has_stopped
        has_stopped, server.should_exit = True, True

    state.stop = stop
    handler = JournalHandler(state.journal)
    logger = logging.getLogger("uvicorn")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        server.run(sockets=[bound])
    finally:
        logger.removeHandler(handler)
        bound.close()
    return has_stopped


class _Server(uvicorn.Server):
    """Uvicorn, that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets=sockets)
        if self.started:
            # What is loaded by now stays: the collector need not look at it (its pauses are the slowest answers).
            gc.collect()
            gc.freeze()
            gc.set_threshold(*_THRESHOLD)
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, once what is being answered is answered."""
        await super().shutdown(sockets=sockets)
        gc.unfreeze()
