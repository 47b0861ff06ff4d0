"""The door: what every request passes on its way in and every answer on its way out.

On the way in: places are bounded, addresses are counted, a body has a largest size, and whoever sends or takes too
slowly is sent away. On the way out: the headers of ``security``, one line in the journal, one figure. A fault of ours
becomes a problem like any other, and its class goes to the journal. HEAD is answered as GET without its body.
"""

import asyncio
import secrets
import traceback
from itertools import count
from time import monotonic, time_ns
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.errors import UnavailableError
from ledger.web.limit import name_of
from ledger.web.problem import HttpError, fault, problem
from ledger.web.security import add_headers
from ledger.web.served import Served

LONGEST: Final = 3600.0
"""Seconds after which a body has come or does not come any more: as long as a statement waits for its files."""

HEAD: Final = 16 << 10
"""The most bytes of the head of a request."""

UNMATCHED: Final = "unmatched"

_PROCESS: Final = secrets.token_hex(6)
_NUMBER: Final = count(1)


class Door:
    """The middleware that stands around all routes.

    Args:
        app: what is inside.
        served: what it serves.
    """

    def __init__(self, app: ASGIApp, *, served: Served) -> None:
        self._app = app
        self._served = served
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, receive, send, self._served)
        self._inside += 1
        self._served.metrics.inside(self._inside)
        try:
            refusal = self._refusal(scope, visit)
            if refusal is not None:
                await problem(refusal)(scope, visit.receive, visit.send)
            else:
                await self._app(visit.scope, visit.receive, visit.send)
        except ClientDisconnect:
            visit.fault = "gone"
        except HttpError as error:
            await visit.give_up(error)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with us, who asked gets an answer
            visit.fault = type(error).__name__
            self._tell_fault(error)
            await visit.give_up(None)
        finally:
            self._inside -= 1
            self._served.metrics.inside(self._inside)
            visit.end()

    def _refusal(self, scope: Scope, visit: "_Visit") -> UnavailableError | HttpError | None:
        """Return why a request is turned away before it is looked at, if it is."""
        if self._inside > self._served.settings.requests:
            return UnavailableError("Too many are being served at the moment; try again in a second.")
        told = len(scope["raw_path"] or b"") + len(scope["query_string"])
        if told + sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD:
            return HttpError(431, headers={"Connection": "close"}, limit=HEAD)
        if any(name == b"content-encoding" and value != b"identity" for name, value in scope["headers"]):
            return HttpError(415, "Send the body as it is, without a Content-Encoding: what is signed is bytes.")
        if scope["path"] in _UNCOUNTED:
            return None
        wait = self._served.addresses.take(visit.address)
        if wait:
            return HttpError(429, headers={"Retry-After": str(int(wait) + 1)}, retry_after=int(wait) + 1)
        return None

    def _tell_fault(self, error: Exception) -> None:
        """Note a fault with where it happened; its words may hold what was sent, and stay out."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        self._served.journal.write("fault", fault=type(error).__name__, file=last.filename, line=last.lineno)


_UNCOUNTED: Final = frozenset({"/healthz", "/readyz"})
"""Whoever watches over the server asks often, from one address."""


class _Visit:
    """One request on its way in, and its answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, served: Served) -> None:
        self.fault: str | None = None
        self._receive = receive
        self._send = send
        self._served = served
        self._begun = monotonic()
        self._asked: float | None = None
        self._taken = 0
        self._limit = max(served.settings.upload, served.settings.batch) + (1 << 20)
        self._status = 0
        self._is_head = scope["method"] == "HEAD"
        self.scope: Scope = {**scope, "method": "GET"} if self._is_head else scope
        self.id = f"{_PROCESS}-{next(_NUMBER)}"
        client = scope.get("client")
        self.address = name_of(client[0] if client is not None else "unknown")
        self.scope.setdefault("state", {})["address"] = self.address

    async def receive(self) -> Message:
        """Return the next piece of the body.

        Raises:
            HttpError: it comes too slowly, or there is more than anything here takes.
        """
        patience, now = self._served.settings.patience, monotonic()
        # From when the body is asked for: whoever waits for a place, or for another, is not slow.
        self._asked = self._asked or now
        left = self._asked + min(patience + self._taken / self._served.settings.slowest, LONGEST) - now
        try:
            async with asyncio.timeout(max(0.001, min(patience, left))):
                message = await self._receive()
        except TimeoutError as error:
            raise HttpError(408, headers={"Connection": "close"}) from error
        self._taken += len(message.get("body", b""))
        if self._taken > self._limit:
            raise HttpError(413, headers={"Connection": "close"}, limit=self._limit)
        return message

    async def send(self, message: Message) -> None:
        """Give a piece of the answer, with what every answer carries."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = add_headers(
                list(message.get("headers", ())),
                is_open=bool(self._served.settings.origins),
                is_private=self._served.settings.private,
            )
            message = {**message, "headers": [*headers, (b"x-request-id", self.id.encode("ascii"))]}
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        if not message.get("more_body", False):
            await self._send(message)
            return
        # Whoever does not take a long answer is let go: its pieces wait in memory until then.
        try:
            async with asyncio.timeout(self._served.settings.patience * 4):
                await self._send(message)
        except TimeoutError as error:
            raise ClientDisconnect from error

    async def give_up(self, error: HttpError | None) -> None:
        """Answer in the place of a route that could not; where half an answer is out already, the connection ends."""
        if self._status:
            raise ConnectionAbortedError
        answer = fault() if error is None else problem(error)
        await answer(self.scope, self.receive, self.send)

    def end(self) -> None:
        """Give back the room of its body, and note what became of it."""
        held = self.scope["state"].get("body", 0)
        if held:
            self._served.room.give_back(self.address, held)
        route = template_of(self.scope)
        seconds = monotonic() - self._begun
        method = "HEAD" if self._is_head else str(self.scope["method"])
        self._served.metrics.answered(method=method, route=route, status=self._status, seconds=seconds)
        is_first = self._served.journal.gather(
            "request", id=self.id, method=method if method.isalpha() and len(method) < 20 else "other", route=route,
            status=self._status, milliseconds=round(seconds * 1000, 1), bytes=self._taken, address=self.address,
            token=self.scope["state"].get("token"), fault=self.fault,
        )  # fmt: skip
        telemetry = self._served.telemetry
        if telemetry is not None:
            ended = time_ns()
            telemetry.answered(
                method=method, route=route, status=self._status, begun=ended - int(seconds * 1e9), ended=ended,
                request=self.id, headers=self.scope["headers"],
            )  # fmt: skip
        if is_first:
            # By the end of this turn of the loop: those that one commit answered are one write.
            asyncio.get_running_loop().call_soon(self._served.journal.flush)


def template_of(scope: Scope) -> str:
    """Return the template of the route that a request met: one of a closed set, whatever was asked for."""
    route = scope.get("route")
    path = getattr(route, "path", None) or scope.get("template")
    return path if isinstance(path, str) else UNMATCHED
