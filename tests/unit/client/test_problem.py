"""Problems as errors: the class, the sentence, the facts; and what a stranger may write into them."""

import json

import pytest

from ledger.client.problem import problem_of
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


@pytest.mark.parametrize(
    "kind",
    [UsageError, MalformedError, UnitError, RefusedError, NotFoundError, ConflictError, ForkError, UnavailableError],
)
def test_problem_becomes_the_error_that_it_was(kind: type[PledgerError]) -> None:
    """Class, sentence and facts cross the wire whole (style §7)."""
    was = kind("It is wrong; mend it.", index=3, names=["a", "b"])
    found = problem_of(Reply(was.status, {}, json.dumps(was.document()).encode()), url="http://x")
    assert (type(found), found.message, found.facts) == (kind, was.message, was.facts)


BY_STATUS = {
    400: MalformedError, 401: RefusedError, 403: RefusedError, 404: NotFoundError, 405: UsageError, 409: ConflictError,
    413: MalformedError, 429: UnavailableError, 500: UnavailableError, 502: UnavailableError, 599: UnavailableError,
}  # fmt: skip


@pytest.mark.parametrize("status", BY_STATUS)
def test_answer_that_is_no_problem_goes_by_its_status(status: int) -> None:
    """A proxy's page is an error with our sentence, which names the status and the address."""
    found = problem_of(Reply(status, {}, b"<html>no</html>"), url="http://x")
    assert type(found) is BY_STATUS[status]
    assert str(status) in found.message
    assert "http://x" in found.message


STRANGE = {
    "a list": [],
    "no sentence": {"type": "urn:pledger:problem:usage"},
    "a sentence that is none": {"detail": 5},
    "facts that shadow": {"detail": "x", "message": "y", "self": 1, "title": "t", "not a name": 2},
    "a long sentence": {"detail": "x" * 100_000},
    "many facts": {"detail": "x", **{f"f{n}": n for n in range(1000)}},
}


@pytest.mark.parametrize("case", STRANGE)
def test_strange_problem_is_an_error_all_the_same(case: str) -> None:
    """Whatever a stranger answers, an error of ours comes of it, bounded."""
    if case == "facts that shadow":
        STRANGE[case].pop("self", None)  # type: ignore[attr-defined]  # a dict in this case
    found = problem_of(Reply(418, {}, json.dumps(STRANGE[case]).encode()), url="http://x")
    assert isinstance(found, PledgerError)
    assert 0 < len(found.message) <= 2000
    assert len(found.facts) <= 50
