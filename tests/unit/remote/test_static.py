"""A static site at an address: what is asked, what is followed, and what is said when it fails (design §2.4)."""

import gzip
import http.client
import io
import urllib.error
from collections.abc import Callable
from email.message import Message
from typing import Any

import pytest

from ledger.errors import MalformedError, PledgerError, UnavailableError, UsageError
from ledger.remote.static import HttpSite

ADDRESS = "https://ledger.example/log"


class Answer(io.BytesIO):
    """A response in memory; it says how many bytes are still to come, as the library's does."""

    def __init__(self, raw: bytes, *, length: int | None = None, **headers: str) -> None:
        super().__init__(raw)
        self.length = len(raw) if length is None else length
        self.headers = Message()
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value

    def read1(self, size: int | None = -1, /) -> bytes:
        """Return what is there."""
        piece = super().read1(size)
        self.length -= len(piece)
        return piece


def refusal(code: int) -> urllib.error.HTTPError:
    """Return the library's exception for an answer that is none."""
    return urllib.error.HTTPError(ADDRESS, code, "no", Message(), None)


def site(*answers: Any, **options: Any) -> tuple[HttpSite, list[str], list[float]]:
    """Return a site that gives these answers in turn, with the addresses asked for and the pauses made."""
    asked: list[str] = []
    pauses: list[float] = []
    coming = iter(answers)

    def answer(request: Any, timeout: float) -> Any:
        asked.append(f"{request.full_url} {timeout:g}")
        one = next(coming)
        if isinstance(one, Exception):
            raise one
        return one

    made = HttpSite(ADDRESS + "/", pause=pauses.append, **options)
    made._opener.open = answer  # type: ignore[method-assign,assignment]  # no network in unit tests
    return made, asked, pauses


def read(made: HttpSite, path: str = "checkpoint") -> bytes | None:
    """Return a file's bytes."""
    stream = made.open(path)
    if stream is None:
        return None
    with stream:
        return stream.read(1_000_000)


def test_file_is_asked_for_below_the_address() -> None:
    """One request a file, below the address, with a limit on silence."""
    made, asked, pauses = site(Answer(b"hello"), timeout=7)
    assert read(made) == b"hello"
    assert asked == ["https://ledger.example/log/checkpoint 7"]
    assert pauses == []


@pytest.mark.parametrize("code", [404, 410])
def test_file_that_is_not_there_is_none(code: int) -> None:
    """Absence is an answer."""
    made, asked, _ = site(refusal(code))
    assert read(made) is None
    assert len(asked) == 1


@pytest.mark.parametrize(
    "trouble", [refusal(503), refusal(429), TimeoutError("timed out"), ConnectionResetError("reset"),
                http.client.RemoteDisconnected("gone"), urllib.error.URLError("no route")]
)  # fmt: skip
def test_busy_site_is_asked_again_a_few_times(trouble: Exception) -> None:
    """Three times in all, with growing pauses; then the sentence says why."""
    made, asked, pauses = site(trouble, trouble, Answer(b"hello"))
    assert read(made) == b"hello"
    assert len(asked) == 3
    assert pauses == [0.5, 1.0]
    made, asked, _ = site(trouble, trouble, trouble)
    with pytest.raises(UnavailableError, match=r"cannot be read: .+; try again later"):
        read(made)
    assert len(asked) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 418])
def test_refusal_is_final(code: int) -> None:
    """Asking again would not help."""
    made, asked, _ = site(refusal(code))
    with pytest.raises(UnavailableError, match=f"it answers {code}"):
        read(made)
    assert len(asked) == 1


def test_body_that_is_cut_short_is_no_file() -> None:
    """A connection that ends early gives no half of a file."""
    made, _, _ = site(Answer(b"hel", length=5))
    with pytest.raises(UnavailableError, match="cut short"):
        read(made)


def test_body_that_breaks_while_it_is_read_is_a_sentence_of_ours() -> None:
    """No foreign exception comes out of a stream."""
    answer = Answer(b"hello")
    answer.read1 = _raising(TimeoutError("timed out"))  # type: ignore[method-assign]
    made, _, _ = site(answer)
    with pytest.raises(UnavailableError, match="timed out"):
        read(made)


def _raising(error: Exception) -> Callable[..., bytes]:
    def read1(_size: int | None = -1, /) -> bytes:
        raise error

    return read1


def test_file_that_trickles_is_given_up() -> None:
    """A file may take a while, and no longer."""
    made, _, _ = site(Answer(b"hello"), patience=-1)
    with pytest.raises(UnavailableError, match="trickles"):
        read(made)


def test_body_packed_by_gzip_is_unpacked() -> None:
    """Logs may pack without being asked (tlog-tiles, *Log entries*)."""
    made, _, _ = site(Answer(gzip.compress(b"hello", mtime=0), Content_Encoding="gzip"))
    assert read(made) == b"hello"


@pytest.mark.parametrize(
    ("raw", "packing", "error"),
    [
        (b"hello", "gzip", MalformedError),
        (gzip.compress(b"hello", mtime=0)[:-4], "gzip", MalformedError),
        (b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 20, "gzip", MalformedError),
        (b"hello", "br", MalformedError),
    ],
)
def test_body_packed_otherwise_is_refused(raw: bytes, packing: str, error: type[PledgerError]) -> None:
    """What is not packed as it says, or in another way than asked for, is malformed."""
    made, _, _ = site(Answer(raw, Content_Encoding=packing))
    with pytest.raises(error, match="packed"):
        read(made)


def test_packed_body_is_not_unpacked_beyond_what_is_read() -> None:
    """A small body that unpacks to much is no danger: whoever reads says how much is too much."""
    made, _, _ = site(Answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"))
    stream = made.open("checkpoint")
    assert stream is not None
    with stream:
        assert len(stream.read(1000)) == 1000


@pytest.mark.parametrize(
    "address",
    ["", "ledger.example", "ftp://ledger.example", "file:///etc/passwd", "https://", "https://a:b@ledger.example",
     "https://ledger.example/?a=b", "https://ledger.example/#a", "https://ledger.example/a b", "https://[::1",
     "https://ledger.example:0", "https://ledger.example:99999", "https://lédger.example"],
)  # fmt: skip
def test_address_that_is_none_is_refused(address: str) -> None:
    """A scheme of http or https, a host, nothing secret in it."""
    with pytest.raises(UsageError, match="not the address of a site"):
        HttpSite(address)


@pytest.mark.parametrize("target", ["ftp://ledger.example/x", "file:///etc/passwd", "http://ledger.example/x"])
def test_redirection_elsewhere_is_not_followed(target: str) -> None:
    """To other schemes never, and from https to http never."""
    from ledger.remote.static import _Redirect

    request = HttpSite(ADDRESS)._request(ADDRESS)
    with pytest.raises(urllib.error.URLError, match="not followed"):
        _Redirect().redirect_request(request, None, 302, "found", Message(), target)
    kept = _Redirect().redirect_request(request, None, 302, "found", Message(), "https://other.example/x")
    assert kept.full_url == "https://other.example/x"
