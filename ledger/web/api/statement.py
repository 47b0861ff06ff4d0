"""Handing in statements: one or many, signed, each answered by its receipt (design §3).

The route reads the body raw and asks neither the framework's reader nor its validation: what is signed is bytes. A
statement alone is answered by what became of it; of many, each line by a line. Nothing else authorises a write than the
signature of the statement and the role of its key.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ledger.errors import MalformedError, PledgerError, UsageError
from ledger.runtime.intake import Handed, Logged, Outcome, Waits
from ledger.service.publish import GROUP
from ledger.signing.canonical import MAX_BYTES
from ledger.tlog.proof import format_made_receipt
from ledger.web.problem import HttpError, problem
from ledger.web.served import Served, served

PATH: Final = "/v1/statements"

ONE: Final = "application/jose"
MANY: Final = "application/x-ndjson"

STATEMENT_LIMIT: Final = 2 * MAX_BYTES
"""The most bytes of a statement as it is sent: its payload in Base64, and some."""

LINES: Final = 5 * GROUP
"""Statements of one request, at most."""


async def hand_in(request: Request) -> Response:
    """Take one statement or many, and answer what became of each."""
    state = served(request)
    request.scope["template"] = PATH
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {ONE, MANY}:
        raise HttpError(415, f"Send one statement as {ONE}, or one a line as {MANY}.", accepts=[ONE, MANY])
    whole, kept = _flag(request, "whole"), _flag(request, "keep")
    raw = await read_body(request, STATEMENT_LIMIT if kind == ONE else state.settings.batch)
    if kind == ONE:
        charge = Charged(request, state)
        return _answer_one(state, await state.mailbox.post(Handed(raw.rstrip(b"\r\n"), charge, kept)))
    return await to_thread.run_sync(partial(_answer_many, request, state, raw, whole=whole, kept=kept))


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        HttpError: it has more bytes than that (413), before or after the first of them; or too many of one address are
            on their way (429).
        UnavailableError: too many are on their way.
    """
    held, address = request.scope["state"], request.state.address
    room = served(request).room
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise HttpError(413, headers={"Connection": "close"}, limit=limit)
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HttpError(413, headers={"Connection": "close"}, limit=limit)
        room.take(address, len(piece))
        held["body"] = size  # the door gives it back, once the request is answered
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _answer_one(state: Served, outcome: Outcome) -> Response:
    state.count((outcome,))
    if isinstance(outcome, PledgerError):
        return problem(outcome)
    status, body = status_of(outcome), format_outcome(outcome)
    headers = {"Location": f"/v1/entries/{outcome.receipt.index}"} if isinstance(outcome, Logged) else {}
    if isinstance(outcome, Waits):
        headers = {"Location": f"/v1/receipts/{outcome.statement}"}
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def _answer_many(request: Request, state: Served, raw: bytes, *, whole: bool, kept: bool) -> Response:
    lines = [line.rstrip(b"\r") for line in raw.removesuffix(b"\n").split(b"\n")]
    if lines == [b""]:
        raise MalformedError("There is no statement in the body; send one a line.")
    if len(lines) > LINES:
        raise HttpError(413, f"There are {len(lines)} statements; send {LINES} at most at a time.", limit=LINES)
    charge, found = Charged(request, state), list[Outcome]()
    if whole and kept:
        raise UsageError("What is published all or none does not wait for files; leave out whole or keep.")
    if whole:
        found += state.intake.hand_in_whole(lines, charge=charge)
    else:
        for start in range(0, len(lines), GROUP):
            found += _group(state, lines[start : start + GROUP], charge, kept=kept)
    state.count(tuple(found))
    return Response(b"".join(map(format_line, found)), media_type=MANY)


def _group(state: Served, lines: Sequence[bytes], charge: "Charged", *, kept: bool) -> tuple[Outcome, ...]:
    """Return what became of the statements of one commit; what failed for all of them is each one's."""
    try:
        return state.intake.hand_in([Handed(line, charge, kept) for line in lines])
    except PledgerError as error:
        return (error,) * len(lines)


class Charged:
    """Charges what is validly signed to its key instead of to the address that it comes from."""

    def __init__(self, request: Request, state: Served) -> None:
        self._address: str | None = request.state.address
        self._state = state

    def __call__(self, kid: str) -> None:
        """Charge a statement to a key.

        Raises:
            HttpError: the key has to wait a while.
        """
        wait = self._state.keys.take(kid)
        if wait:
            retry = int(wait) + 1
            raise HttpError(429, headers={"Retry-After": str(retry)}, retry_after=retry, kid=kid)
        if self._address is not None:
            self._state.addresses.give_back(self._address)
            self._address = None


def status_of(outcome: Outcome) -> int:
    """Return the status by which an outcome is answered: logged now, logged before, waiting, or a problem's own."""
    if isinstance(outcome, Logged):
        return 201 if outcome.is_new else 200
    return 202 if isinstance(outcome, Waits) else outcome.status


def format_outcome(outcome: Logged | Waits) -> bytes:
    """Return an outcome as the body of an answer: a receipt in its one spelling, or what is waited for."""
    return format_made_receipt(outcome.receipt) if isinstance(outcome, Logged) else orjson.dumps(outcome.document())


def format_line(outcome: Outcome) -> bytes:
    """Return an outcome as a line among others."""
    status = status_of(outcome)
    if isinstance(outcome, PledgerError):
        name, body = "problem", orjson.dumps(outcome.document())
    else:
        name, body = ("receipt" if isinstance(outcome, Logged) else "waits"), format_outcome(outcome)
    return b'{"status":%d,"%s":%b}\n' % (status, name.encode("ascii"), body)


def _flag(request: Request, name: str) -> bool:
    if not request.scope["query_string"]:
        return False
    given = request.query_params.get(name, "false")
    if given not in {"true", "false"}:
        raise UsageError(f"The query parameter {name} is either true or false.", parameter=name)
    return given == "true"
