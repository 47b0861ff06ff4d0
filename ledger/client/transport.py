"""Requests to a served ledger: bounded in time and size, asked again where the server is busy, never redirected.

Every request may be made again without harm: a read changes nothing, a statement that was taken before gets the
receipt that it has, and a file is known by its digest. So what is lost on the way is asked for again, with a wait that
grows and that the server may name. Waiting is handed in. Source: RFC 9110 §9.2.2, §10.2.3; design §2.2 (idempotency).
"""

import time
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final
from urllib.parse import urlencode

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from ledger import __version__
from ledger.client.address import read_address, refuse_in_the_clear
from ledger.client.problem import problem_of
from ledger.errors import PledgerError, UnavailableError
from ledger.remote.exchange import Reply
from ledger.remote.exchange import request as ask

ATTEMPTS: Final = 5
"""How often one request is made."""

PATIENCE: Final = 60.0
"""Seconds that one request may take; an upload, and what takes long to reckon, has ``LONG``."""

LONG: Final = 900.0

LONGEST_WAIT: Final = 30.0
"""Seconds that a server may ask to be left alone (Retry-After)."""

LIMIT: Final = 256 << 20
"""The most bytes of an answer that is a document."""

_BUSY: Final = frozenset({408, 425, 429, 502, 503, 504})


class _BusyError(UnavailableError):
    """A failure after which the same may be asked again.

    Attributes:
        error: what it is in the end.
        wait: seconds that the server asks for.
    """

    def __init__(self, error: PledgerError, wait: float | None) -> None:
        super().__init__(error.message, **error.facts)
        self.error = error
        self.wait = wait


class Transport:
    """What asks one server.

    Attributes:
        url: of the ledger, without a slash at its end.

    Args:
        url: as above.
        token: with which a private ledger is read.
        patience: seconds for one request.
        attempts: how often one is made.
        pause: lets time pass.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        patience: float = PATIENCE,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._parts = read_address(url)
        self.url = self._parts.geturl()
        if token is not None:
            refuse_in_the_clear(self._parts)
        self.token = token
        self._patience = patience
        self._retrying = Retrying(
            stop=stop_after_attempt(attempts), wait=_wait, retry=retry_if_exception_type(_BusyError), sleep=pause,
            reraise=True,
        )  # fmt: skip

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = LIMIT,
        patience: float | None = None,
    ) -> Reply:
        """Return the answer to a request that was answered (2xx, 304).

        Args:
            path: below the ledger's address, quoted; ``query`` its parameters, those that are None left out.
            body: of the request; a file is sent from where it stands, each time anew.
            headers: beside those that every request has.
            limit: the most bytes of the answer.
            patience: seconds that it may take.

        Raises:
            PledgerError: the problem that the server answers; UnavailableError where it does not answer.
        """
        named = {name: _spelt(value) for name, value in (query or {}).items() if value is not None}
        target = f"{self._parts.path}{path}" + (f"?{urlencode(named)}" if named else "")
        told = {"User-Agent": f"pledger/{__version__}", "Accept-Encoding": "identity", **(headers or {})}
        if self.token is not None:
            told["Authorization"] = f"Bearer {self.token}"
        begin = body.tell() if body is not None and not isinstance(body, bytes) else 0

        def once() -> Reply:
            if body is not None and not isinstance(body, bytes):
                body.seek(begin)
            return self._once(method, target, body, told, limit, patience or self._patience)

        try:
            return self._retrying(once)
        except _BusyError as busy:
            raise busy.error from busy

    def _once(
        self,
        method: str,
        target: str,
        body: bytes | BinaryIO | None,
        headers: Mapping[str, str],
        limit: int,
        patience: float,
    ) -> Reply:
        try:
            reply = ask(self._parts, method, target, body, headers=headers, of="ledger", limit=limit, patience=patience)
        except UnavailableError as error:
            if "limit" in error.facts:
                raise
            raise _BusyError(error, None) from error
        if 200 <= reply.status < 300 or reply.status == 304:
            return reply
        found = problem_of(reply, url=self.url)
        if reply.status in _BUSY and found.facts.get("outcome") != "unknown":
            raise _BusyError(found, _asked(reply)) from found
        raise found


def _wait(state: RetryCallState) -> float:
    """Return how long to wait: as long as the server asks for, else ever longer."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.wait if isinstance(error, _BusyError) else None
    return asked if asked is not None else wait_random_exponential(multiplier=0.25, max=8.0)(state)


def _asked(reply: Reply) -> float | None:
    given = reply.headers.get("retry-after", "")
    return min(float(given), LONGEST_WAIT) if given.isascii() and given.isdigit() and len(given) < 6 else None


def _spelt(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
