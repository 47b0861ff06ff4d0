"""Requests: asked again where that helps, as long as the server says, and never where it does not."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from ledger.client import transport
from ledger.client.transport import Transport
from ledger.errors import NotFoundError, RefusedError, UnavailableError
from ledger.remote.exchange import Reply


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Return what puts answers in the place of a server; what was asked comes back."""

    def answering(*answers: Reply | UnavailableError) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []
        left = list(answers)

        def ask(_parts: object, method: str, path: str, body: Any, *, headers: Any, **_: object) -> Reply:
            sent = body if body is None or isinstance(body, bytes) else body.read()
            asked.append({"method": method, "path": path, "body": sent, "headers": headers})
            given = left.pop(0)
            if isinstance(given, UnavailableError):
                raise given
            return given

        monkeypatch.setattr(transport, "ask", ask)
        return asked

    return answering


def asking(waited: list[float], **options: Any) -> Transport:
    """Return a transport that notes how long it would have waited."""
    return Transport("https://ledger.example/talks/", pause=waited.append, **options)


def test_busy_server_is_asked_again_when_it_says(server: Any) -> None:
    """Retry-After is kept to; a file is sent from its beginning each time (RFC 9110 §10.2.3)."""
    busy = Reply(429, {"retry-after": "3"}, b"{}")
    asked, waited = server(busy, Reply(503, {}, b"{}"), Reply(201, {}, b"done")), list[float]()
    found = asking(waited).ask("PUT", "/v1/blobs/x", body=io.BytesIO(b"file"), query={"a": True, "b": None})
    assert found.body == b"done"
    assert waited[0] == 3.0
    assert 0 <= waited[1] <= 8.0
    assert [one["body"] for one in asked] == [b"file"] * 3
    assert {one["path"] for one in asked} == {"/talks/v1/blobs/x?a=true"}


def test_silence_ends_as_unavailable(server: Any) -> None:
    """After the last attempt the sentence is that of the last failure (style §7)."""
    asked, waited = server(*[UnavailableError("Nobody is there; try again.")] * 5), list[float]()
    with pytest.raises(UnavailableError, match="Nobody is there"):
        asking(waited).ask("GET", "/v1/ledger")
    assert (len(asked), len(waited)) == (5, 4)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_refusal_is_not_asked_again(status: int, server: Any) -> None:
    """What asking again does not mend is raised at once."""
    asked, waited = server(Reply(status, {}, b"{}")), list[float]()
    with pytest.raises(Exception, match=str(status)):
        asking(waited).ask("GET", "/v1/ledger")
    assert (len(asked), waited) == (1, [])


def test_unknown_outcome_is_not_asked_again(server: Any) -> None:
    """Where the outcome of a commit is unknown the server is about to end: asking at once helps nobody (§2.5)."""
    server(Reply(503, {}, b'{"detail":"Unknown.","outcome":"unknown"}'))
    with pytest.raises(UnavailableError, match="Unknown"):
        asking([]).ask("POST", "/v1/statements", body=b"x")


def test_answer_that_is_too_long_is_not_asked_again(server: Any) -> None:
    """A limit is ours, and stands at the second attempt too."""
    asked = server(UnavailableError("Too long.", limit=5))
    with pytest.raises(UnavailableError, match="Too long"):
        asking([]).ask("GET", "/v1/ledger")
    assert len(asked) == 1


def test_token_goes_along(server: Any) -> None:
    """A private ledger is asked with its token, and no other is."""
    asked = server(Reply(200, {}, b""), Reply(200, {}, b""))
    asking([], token="pledger_x").ask("GET", "/v1/ledger")
    asking([]).ask("GET", "/v1/ledger")
    assert [one["headers"].get("Authorization") for one in asked] == ["Bearer pledger_x", None]
    with pytest.raises(RefusedError, match="in the clear"):
        Transport("http://ledger.example", token="pledger_x")


def test_missing_is_the_error_of_the_command_line(server: Any) -> None:
    """A problem document is raised as the class that it names, with its facts."""
    server(Reply(404, {}, b'{"type":"urn:pledger:problem:not-found","detail":"No entry 9; mend it.","index":9}'))
    with pytest.raises(NotFoundError, match="No entry 9") as refused:
        asking([]).ask("GET", "/v1/entries/9")
    assert refused.value.facts == {"index": 9}
