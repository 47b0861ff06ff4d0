"""Problems as errors: what a server could not answer is raised here as the error that it would be at home (style §7).

The document is a stranger's: its sentence is bounded, and a type that we do not know goes by the status. Source: RFC
9457; docs/http.md, *Problems that only HTTP knows*.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import orjson

from ledger.errors import (
    ConflictError,
    ForkError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
    UnitError,
    UsageError,
)
from ledger.remote.exchange import Reply

_TYPES: Final[Mapping[str, type[PledgerError]]] = {
    f"urn:pledger:problem:{one.problem}": one
    for one in (
        UsageError, MalformedError, UnitError, RefusedError, NotFoundError, ConflictError, ForkError, UnavailableError,
    )
}  # fmt: skip

_STATUSES: Final[Mapping[int, type[PledgerError]]] = {
    400: MalformedError, 401: RefusedError, 403: RefusedError, 404: NotFoundError, 405: UsageError, 409: ConflictError,
    413: MalformedError, 415: MalformedError, 416: UsageError, 431: MalformedError,
}  # fmt: skip

_KNOWN: Final = frozenset({"type", "title", "status", "detail"})
_SENTENCE: Final = 2_000
_FACTS: Final = 50


def problem_of(reply: Reply, *, url: str) -> PledgerError:
    """Return the error that an answer means which is none.

    Args:
        reply: whose status is not one of success.
        url: of the server, for the sentence where the answer has none.
    """
    try:
        document = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        document = None
    return read_problem(document, status=reply.status, url=url)


def read_problem(document: object, *, status: int, url: str) -> PledgerError:
    """Return the error that a problem document is."""
    told = document if isinstance(document, dict) else {}
    kind = _TYPES.get(str(told.get("type"))) or _STATUSES.get(status, UnavailableError)
    sentence = told.get("detail")
    if not isinstance(sentence, str) or not sentence:
        sentence = f"The server at {url} answers {status} {_phrase(status)}; see whether the address is a ledger's."
    named = [(name, value) for name, value in told.items() if name.isidentifier() and name not in _KNOWN | {"message"}]
    return kind(sentence[:_SENTENCE], **dict(named[:_FACTS]))


def _phrase(status: int) -> str:
    try:
        return f"({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
