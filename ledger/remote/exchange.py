"""One request and its answer over HTTP, bounded in time and size; for those whom a configuration names by an address.

Redirections are not followed and no proxy is used: whoever is asked is where the configuration says it is. What is
asked and what an answer means is for who asks.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from urllib.parse import SplitResult, urlsplit

from ledger.errors import MalformedError, UnavailableError
from ledger.tlog.witness import Answer

PATIENCE: Final = 10.0
"""Seconds that one request may take from connecting to the last byte of the answer."""


def check_url(url: str, *, of: str) -> SplitResult:
    """Return the parts of an address.

    Args:
        url: the address.
        of: whose it is, for the sentence of a refusal: ``a witness``.

    Raises:
        MalformedError: it is not an http or https address of a host, without user, query and fragment.
    """
    message = f"{url[:200]!r} is not the address of {of}; write http:// or https://, a host, and a path if any."
    if not url.isascii() or any(mark <= " " or mark == "\x7f" for mark in url):
        raise MalformedError(message, url=url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MalformedError(message, url=url) from error
    has_more = parts.username is not None or parts.query or parts.fragment or port == 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or has_more:
        raise MalformedError(message, url=url)
    return parts


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer over HTTP.

    Attributes:
        headers: by their names in lower case; of one that came twice, the first.
        body: as it came.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def exchange(
    parts: SplitResult,
    method: str,
    path: str,
    body: bytes | None,
    *,
    kind: str,
    of: str,
    limit: int,
    patience: float = PATIENCE,
) -> Answer:
    """Return what is answered to one request, whatever its status.

    Args:
        parts: of the address, as ``check_url`` gives them.
        method: GET or POST.
        path: from the host's root.
        body: of the request, if it has one; ``kind`` its media type.
        of: who is asked, for the sentence of a failure: ``witness``.
        limit: the most bytes of an answer.
        patience: seconds that it may take in all.

    Raises:
        UnavailableError: whoever is asked cannot be reached, is too slow, or answers with too much.
    """
    headers: Mapping[str, str] = {"Content-Type": kind} if body is not None else {}
    reply = request(parts, method, path, body, headers=headers, of=of, limit=limit, patience=patience)
    return Answer(reply.status, reply.headers.get("content-type", ""), reply.body)


def request(  # noqa: PLR0913  # what one request is made of
    parts: SplitResult,
    method: str,
    path: str,
    body: bytes | BinaryIO | None,
    *,
    headers: Mapping[str, str],
    of: str,
    limit: int,
    patience: float = PATIENCE,
    to: str | None = None,
) -> Reply:
    """Return the whole answer to one request, its headers with it.

    Args:
        parts, method, path, body, of, limit, patience: as those of ``exchange``. No sentence repeats the path. A body
            that is a file is sent from where it stands, and ``headers`` says its length.
        headers: of the request, beside those that HTTP asks for.
        to: the address, as a number, that is connected to; whatever the host's name means, if not given.

    Raises:
        UnavailableError: as ``exchange``; one that is too long has the fact ``limit``.
    """
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=patience)
    clock = _Clock(patience)
    facts: dict[str, object] = {"url": parts.geturl()}
    try:
        with clock:
            if to is None:
                connection.connect()
            else:
                connection.sock = _connect(connection, parts, to, patience)
            clock.hold(connection.sock)
            connection.request(method, path, body=body, headers=dict(headers))
            with connection.getresponse() as response:
                raw = response.read(limit + 1)
                if len(raw) > limit:
                    facts["limit"] = limit
                    raise http.client.HTTPException(f"its answer is longer than {limit} bytes")
                clock.check()
                if response.length:
                    raise http.client.HTTPException(f"its answer was cut short, {response.length} bytes are missing")
                return Reply(response.status, _first(response.headers.items()), raw)
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = clock.said if clock.is_over else str(error) or type(error).__name__
        raise UnavailableError(f"The {of} at {facts['url']} cannot be asked ({said}); try again.", **facts) from error
    finally:
        connection.close()


def _connect(connection: http.client.HTTPConnection, parts: SplitResult, to: str, patience: float) -> socket.socket:
    """Return a connection to an address; the certificate still has to be that of the host."""
    made = socket.create_connection((to, connection.port), timeout=patience)
    if parts.scheme != "https":
        return made
    try:
        return ssl.create_default_context().wrap_socket(made, server_hostname=connection.host)
    except BaseException:
        made.close()
        raise


class _Clock:
    """Ends a connection when its time is over: whoever sends a byte now and then is never silent."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._over = threading.Event()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(patience, self._end)
        self._timer.daemon = True

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def said(self) -> str:
        """What happened, in a few words."""
        return f"it takes longer than {self._patience:g} seconds"

    def hold(self, connected: socket.socket) -> None:
        """Keep hold of a socket: the connection lets go of its own once an answer has begun that closes it."""
        self._socket = connected
        self.check()

    def check(self) -> None:
        """Raise where the time is over: what has been read by then may be a part."""
        if self.is_over:
            raise TimeoutError(self.said)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        """End the connection from outside of its thread, whose next read or write then fails."""
        self._over.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _first(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found
