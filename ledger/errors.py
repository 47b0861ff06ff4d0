"""Every failure to answer, in one tree.

An *error* is a failure to answer; a *finding* (something seen while answering) is a value and never raised. Each class
carries its problem type (RFC 9457), its HTTP status and its exit code, so that every face says the same thing::

    PledgerError                     about:blank   500   70
    ├── UsageError                   usage         400    2   fix the command
    ├── MalformedError               malformed     400    3   fix the input
    │   └── UnitError                unit          400    3   name a unit that is known
    ├── RefusedError                 refused       403    4   sign with the right key
    ├── NotFoundError                not-found     404    5   register it first
    ├── ConflictError                conflict      409    6   read again, decide again
    │   └── ForkError                fork          409    7   keep it: it carries both checkpoints
    └── UnavailableError             unavailable   503    8   try again

The message is one sentence that says what was wrong, where, and what to do. Facts are keyword arguments: they become
members of the problem document and keys of ``--json``. Source: style §7.
"""

from typing import ClassVar


class PledgerError(Exception):
    """A failure to answer, with its facts.

    Args:
        message: one sentence, ready to print.
        facts: named values that a program can act on (a path, a line, an index, a key).
    """

    problem: ClassVar[str] = "about:blank"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return self.message

    def document(self) -> dict[str, object]:
        """Return the problem document (RFC 9457) as a plain mapping: type, title, status, detail, and the facts."""
        name = self.problem if self.problem == "about:blank" else f"urn:pledger:problem:{self.problem}"
        known = {"type": name, "title": type(self).__name__, "status": self.status, "detail": self.message}
        return {**{key: _plain(value) for key, value in self.facts.items()}, **known}


class UsageError(PledgerError):
    """The command itself was wrong: an option, an argument, a path that is not there."""

    problem = "usage"
    status = 400
    exit_code = 2


class MalformedError(PledgerError):
    """The input is not what it should be: fix the input."""

    problem = "malformed"
    status = 400
    exit_code = 3


class UnitError(MalformedError):
    """A unit is unknown, or no stated factor leads from one unit to the other (R5)."""

    problem = "unit"


class RefusedError(PledgerError):
    """The signature, the key or its role does not allow this: sign with the right key."""

    problem = "refused"
    status = 403
    exit_code = 4


class NotFoundError(PledgerError):
    """Something referred to is not there: register it first."""

    problem = "not-found"
    status = 404
    exit_code = 5


class ConflictError(PledgerError):
    """The ledger has moved on, or holds something that contradicts this: read again, decide again."""

    problem = "conflict"
    status = 409
    exit_code = 6


class ForkError(ConflictError):
    """Two signed checkpoints of one log disagree: keep both, they are the proof of misbehaviour."""

    problem = "fork"
    exit_code = 7


class UnavailableError(PledgerError):
    """Something needed is busy, full or out of reach at the moment: try again."""

    problem = "unavailable"
    status = 503
    exit_code = 8


def _plain(value: object) -> object:
    """Return a fact as a value that JSON can hold."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)
