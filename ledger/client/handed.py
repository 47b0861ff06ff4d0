"""What became of statements that were handed in: a receipt, a wait for files, or the error that the server gives.

Answers are a stranger's bytes: they are read strictly here, and receipts are held against the log's keys by who asked.
Source: docs/http.md, *Handing in*.
"""

from dataclasses import dataclass

import orjson

from ledger.client.problem import read_problem
from ledger.errors import PledgerError, UnavailableError
from ledger.remote.exchange import Reply
from ledger.signing.canonical import format_json
from ledger.tlog.proof import Receipt, parse_receipt


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement that waits for its files, unlogged.

    Attributes:
        statement: its digest.
        missing: digests of the files without which it is not logged, each with its size.
        welcome: digests of those that it names besides, to be brought before the last of the others.
        until: the moment at which the server forgets it.
    """

    statement: str
    missing: tuple[tuple[str, int], ...]
    welcome: tuple[str, ...]
    until: str


Outcome = Receipt | Waiting | PledgerError
"""What became of a statement."""


def read_one(reply: Reply, *, url: str) -> Receipt | Waiting:
    """Return what the answer to one statement says.

    Raises:
        UnavailableError: it says nothing of the kind.
    """
    told = _object(reply.body, url)
    return _waiting(told, url) if reply.status == 202 else _receipt(told, url)


def read_lines(body: bytes, *, count: int, url: str) -> tuple[Outcome, ...]:
    """Return what the answer to so many statements says of each.

    Raises:
        UnavailableError: it has another number of lines, or one says nothing of the kind.
    """
    lines = body.removesuffix(b"\n").split(b"\n")
    if len(lines) != count:
        raise _unread(url, f"it has {len(lines)} lines for {count} statements")
    return tuple(_outcome(_object(line, url), url) for line in lines)


def read_brought(body: bytes, *, url: str) -> dict[str, Outcome]:
    """Return what the answer to a file says of the statements that waited for it, by their digests."""
    statements = _object(body, url).get("statements")
    if not isinstance(statements, list):
        raise _unread(url, "it names no statements")
    found: dict[str, Outcome] = {}
    for one in statements:
        if not isinstance(one, dict) or not isinstance(one.get("statement"), str):
            raise _unread(url, "a statement in it has no name")
        found[one["statement"]] = _outcome(one, url)
    return found


def _outcome(told: dict[str, object], url: str) -> Outcome:
    status = told.get("status")
    match told:
        case {"receipt": dict(receipt)}:
            return _receipt(receipt, url)
        case {"waits": dict(waits)}:
            return _waiting(waits, url)
        case {"problem": dict(problem)} if isinstance(status, int):
            return read_problem(problem, status=status, url=url)
        case _:
            raise _unread(url, "a line of it holds neither receipt nor problem")


def _receipt(told: dict[str, object], url: str) -> Receipt:
    try:
        return parse_receipt(format_json(told))
    except (PledgerError, TypeError, ValueError) as error:
        raise _unread(url, "it holds no receipt") from error


def _waiting(told: dict[str, object], url: str) -> Waiting:
    match told:
        case {"statement": str(statement), "missing": list(missing), "welcome": list(welcome), "until": str(until)}:
            sizes = tuple(
                (one["digest"], one["size"])
                for one in missing
                if isinstance(one, dict) and isinstance(one.get("digest"), str) and isinstance(one.get("size"), int)
            )
            return Waiting(statement, sizes, tuple(one for one in welcome if isinstance(one, str)), until)
        case _:
            raise _unread(url, "it does not say what a statement waits for")


def _object(raw: bytes, url: str) -> dict[str, object]:
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unread(url, "it is no JSON") from error
    if not isinstance(told, dict):
        raise _unread(url, "it is no object")
    return told


def _unread(url: str, why: str) -> UnavailableError:
    message = f"The answer of {url} cannot be read ({why}); see whether the address is that of a ledger's server."
    return UnavailableError(message, url=url)
