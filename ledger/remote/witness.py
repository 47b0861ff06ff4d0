"""A witness, asked over HTTP: one request, one answer, bounded in time and size (C2SP tlog-witness).

What is asked and what an answer means is `ledger.tlog.witness`'s; how often to ask, and whom, is its caller's.
Redirections are not followed and no proxy is used: a witness is where its configuration says it is.
"""

import http.client
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ledger.errors import MalformedError, UnavailableError
from ledger.tlog.note import NOTE_LIMIT
from ledger.tlog.witness import ADD_CHECKPOINT, TEXT_TYPE, Answer, origin_path

ANSWER_LIMIT: Final = NOTE_LIMIT
"""The most bytes that are read of an answer; more is no answer of a witness."""

PATIENCE: Final = 10.0
"""Seconds that one request may take from connecting to the last byte of the answer."""


def add_checkpoint(url: str, body: bytes, *, patience: float = PATIENCE) -> Answer:
    """Return what a witness answers to a request for cosignatures, whatever its status.

    Args:
        url: the witness's submission prefix.
        body: as `ledger.tlog.witness.format_request` writes it.
        patience: seconds that it may take in all.

    Raises:
        MalformedError: the address is none.
        UnavailableError: the witness cannot be reached, is too slow, or answers with too much.
    """
    return _ask(url, "POST", ADD_CHECKPOINT, body, patience=patience)


def last_checkpoint(url: str, origin: str, *, patience: float = PATIENCE) -> Answer:
    """Return what a witness answers where it is asked for the checkpoint that it cosigned last of a log.

    Raises:
        MalformedError, UnavailableError: as ``add_checkpoint``.
    """
    return _ask(url, "GET", origin_path(origin), None, patience=patience)


def check_url(url: str) -> SplitResult:
    """Return the parts of a witness's address.

    Raises:
        MalformedError: it is not an http or https address of a host, without user, query and fragment.
    """
    message = f"{url[:200]!r} is not the address of a witness; write http:// or https://, a host, and a path if any."
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


def _ask(url: str, method: str, path: str, body: bytes | None, *, patience: float) -> Answer:
    parts = check_url(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=patience)
    headers: Mapping[str, str] = {"Content-Type": TEXT_TYPE} if body is not None else {}
    # A witness that sends a byte now and then is never silent: what ends its answer is a clock of its own.
    clock = threading.Timer(patience, _end, (connection,))
    clock.daemon = True
    clock.start()
    try:
        connection.request(method, parts.path.rstrip("/") + path, body=body, headers=headers)
        response = connection.getresponse()
        raw = response.read(ANSWER_LIMIT + 1)
        if len(raw) > ANSWER_LIMIT:
            message = f"its answer is longer than {ANSWER_LIMIT} bytes"
            raise http.client.HTTPException(message)
        return Answer(response.status, response.headers.get("Content-Type", ""), raw)
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = str(error) or type(error).__name__
        raise UnavailableError(f"The witness at {url} cannot be asked ({said}); try again.", url=url) from error
    finally:
        clock.cancel()
        connection.close()


def _end(connection: http.client.HTTPConnection) -> None:
    """End a connection from outside of its thread, whose next read or write then fails."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
