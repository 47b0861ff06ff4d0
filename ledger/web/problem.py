"""Problem documents (RFC 9457): every failure to answer, ours or the framework's, in one shape (style §7).

The errors of ``ledger.errors`` carry their own type, status and facts. Here are those that only HTTP knows.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ledger.errors import PledgerError, UnavailableError, UsageError

MEDIA_TYPE: Final = "application/problem+json"

RETRY: Final = "1"
"""Seconds after which whoever was told to try again may."""

PROBLEMS: Final[Mapping[int, tuple[str, str]]] = {
    401: ("unauthorised", "The token is missing, unknown, or has ended; ask the operator for one."),
    404: ("not-found", "There is nothing at this address; see /docs for what there is."),
    405: ("method", "This address does not take that method; the header Allow says which it takes."),
    408: ("slow", "The request came too slowly; send it again, faster."),
    413: ("too-large", "The body is larger than what is taken here."),
    415: ("media-type", "The body is not of a type that is taken here."),
    416: ("range", "The range lies outside of the file."),
    429: ("too-many", "Too many requests; the header Retry-After says when to come back."),
    431: ("too-large", "The head of the request is larger than what is taken here."),
}
"""By status, the type and the usual sentence of the problems that only HTTP knows."""


class HttpError(PledgerError):
    """A failure that only HTTP knows.

    Args:
        status: of the answer.
        message: one sentence; the usual one of the status, if not given.
        headers: of the answer.
        facts: as of every error.
    """

    def __init__(
        self, status: int, message: str = "", *, headers: Mapping[str, str] | None = None, **facts: object
    ) -> None:
        name, usual = PROBLEMS[status]
        super().__init__(message or usual, **facts)
        self.problem = name  # type: ignore[misc]  # each status is a class of its own to whoever reads the answer
        self.status = status  # type: ignore[misc]  # as above
        self.headers = dict(headers or {})

    def document(self) -> dict[str, object]:
        """Return the problem document; its title is that of the status."""
        return {**super().document(), "title": HTTPStatus(self.status).phrase}


def problem(error: PledgerError) -> Response:
    """Return an error as an answer."""
    headers = dict(error.headers) if isinstance(error, HttpError) else {}
    if isinstance(error, UnavailableError):
        headers.setdefault("Retry-After", RETRY)
    return Response(orjson.dumps(error.document()), status_code=error.status, headers=headers, media_type=MEDIA_TYPE)


def fault() -> Response:
    """Return the answer to whatever is our own fault; what it was is in the log, and nobody else's business."""
    return problem(PledgerError("This is a fault of the server; it was noted, and the ledger is as it was."))


def handle_problems(app: FastAPI) -> None:
    """Let an application answer every failure with a problem document."""
    app.add_exception_handler(PledgerError, _pledger)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _pledger(_: Request, error: Exception) -> Response:
    assert isinstance(error, PledgerError)  # noqa: S101  # as it was registered
    return problem(error)


async def _framework(_: Request, error: Exception) -> Response:
    """Answer what the framework refuses by itself."""
    assert isinstance(error, HTTPException)  # noqa: S101  # as it was registered
    if error.status_code in PROBLEMS:
        return problem(HttpError(error.status_code, headers=error.headers))
    return problem(UsageError(f"The request cannot be read ({error.detail}); mend it."))


async def _invalid(_: Request, error: Exception) -> Response:
    """Answer a parameter that is not what it should be, named by where it stands."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # as it was registered
    first = error.errors()[0]
    place, name = str(first["loc"][0]), ".".join(str(part) for part in first["loc"][1:])
    said = str(first["msg"]).removeprefix("Value error, ")
    return problem(UsageError(f"The {place} parameter {name} cannot be used: {said}.", parameter=name))
