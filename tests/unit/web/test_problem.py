"""Problem documents: every failure in one shape, with its facts, its status and its headers (RFC 9457, style §7)."""

import json

import pytest

from ledger.errors import ConflictError, PledgerError, RefusedError, UnavailableError
from ledger.web.problem import MEDIA_TYPE, PROBLEMS, HttpError, fault, problem


def test_facts_of_an_error_become_members_and_never_hide_its_own() -> None:
    """A fact named like a member of the document does not take its place."""
    answer = problem(ConflictError("It moved on; read again.", size=7, status="said so"))
    assert (answer.status_code, answer.media_type) == (409, MEDIA_TYPE)
    assert json.loads(bytes(answer.body)) == {
        "type": "urn:pledger:problem:conflict", "title": "ConflictError", "status": 409,
        "detail": "It moved on; read again.", "size": 7,
    }  # fmt: skip


def test_whoever_may_try_again_is_told_when() -> None:
    """503 and 429 carry Retry-After."""
    assert problem(UnavailableError("Busy; try again.")).headers["retry-after"] == "1"
    assert problem(HttpError(429, headers={"Retry-After": "9"})).headers["retry-after"] == "9"
    assert "retry-after" not in problem(RefusedError("No.")).headers


@pytest.mark.parametrize("status", PROBLEMS)
def test_each_status_that_only_http_knows_has_a_sentence(status: int) -> None:
    """Type, title, status and a sentence that ends."""
    told = json.loads(bytes(problem(HttpError(status)).body))
    assert (told["status"], told["type"]) == (status, f"urn:pledger:problem:{PROBLEMS[status][0]}")
    assert told["detail"].endswith(".")


def test_one_error_s_status_is_not_another_s() -> None:
    """An instance has its own status; the class of all errors keeps its own."""
    assert (HttpError(401).status, HttpError(416).status, PledgerError.status) == (401, 416, 500)


def test_fault_says_nothing_of_what_happened() -> None:
    """500 is about:blank (RFC 9457 §4.2.1)."""
    told = json.loads(bytes(fault().body))
    assert (told["type"], told["status"]) == ("about:blank", 500)
