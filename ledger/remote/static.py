"""A static site at an address: read over HTTP with the standard library, with limits on time and on what is followed.

Whoever serves it is not trusted, so a body is handed on in pieces, and whoever reads it says how much is too much. Only
http and https are spoken, and only to where the address leads; a body is unpacked from gzip where a server insists
(tlog-tiles allows it). Nothing here knows what a file says. Source: design §2.4; C2SP tlog-tiles, *APIs*.
"""

import gzip
import http.client
import io
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Self
from urllib.parse import urlsplit

from ledger import __version__
from ledger.errors import MalformedError, UnavailableError, UsageError

TIMEOUT: Final = 20.0
"""Seconds that the other side may be silent."""

PATIENCE: Final = 600.0
"""Seconds that one file may take, however it trickles."""

ATTEMPTS: Final = 3
"""How often a file is asked for where the server is busy or does not answer."""

_GONE: Final = (404, 410)
_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)
_HEADERS: Final = {"User-Agent": f"pledger/{__version__}", "Accept-Encoding": "gzip, identity"}


class HttpSite:
    """A static site below an address.

    Attributes:
        address: of the site, without a slash at its end.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float = TIMEOUT,
        patience: float = PATIENCE,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], None] = time.sleep,
        token: str | None = None,
    ) -> None:
        """Take an address, and the token with which a private one is read: it goes to no other host.

        Raises:
            UsageError: it is not one of http or https, or carries a user, a query or a fragment.
        """
        try:
            parts = urlsplit(address)
            is_plain = parts.hostname and not (parts.username or parts.query or parts.fragment) and parts.port != 0
        except ValueError:
            is_plain = False
        else:
            is_plain = is_plain and parts.scheme in {"http", "https"} and address.isascii() and " " not in address
        if not is_plain:
            message = f"{address[:200]!r} is not the address of a site; write it as https://host/path."
            raise UsageError(message, address=address[:200])
        self.address = address.rstrip("/")
        self._timeout = timeout
        self._patience = patience
        self._attempts = attempts
        self._pause = pause
        self._token = token
        self._opener = urllib.request.build_opener(_Redirect())

    @property
    def name(self) -> str:
        """The site as a sentence names it."""
        return self.address

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading, or None where the site has none.

        Raises:
            UnavailableError: the site does not answer; so may reading from what was opened.
        """
        url = f"{self.address}/{path}"
        for attempt in range(1, self._attempts + 1):
            try:
                response = self._opener.open(self._request(url), timeout=self._timeout)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in _GONE:
                    return None
                if error.code not in _BUSY or attempt == self._attempts:
                    raise self._unavailable(url, f"it answers {error.code}", status=error.code) from error
            except (OSError, http.client.HTTPException) as error:
                if attempt == self._attempts:
                    raise self._unavailable(url, _said(error)) from error
            else:
                return self._body(url, response)
            self._pause(0.5 * attempt)
        message = "a file was asked for no times"
        raise AssertionError(message)

    def _request(self, url: str) -> urllib.request.Request:
        made = urllib.request.Request(url, headers=_HEADERS)  # noqa: S310  # only http and https pass the constructor
        if self._token is not None:
            made.add_unredirected_header("Authorization", f"Bearer {self._token}")
        return made

    def _body(self, url: str, response: Any) -> BinaryIO:  # noqa: ANN401  # urllib says no more of what it returns
        """Return the body, unpacked where it is packed."""
        packing = response.headers.get("Content-Encoding", "identity").lower()
        if packing not in {"identity", "gzip"}:
            response.close()
            raise MalformedError(f"{url} comes packed as {packing[:40]}, which nobody asked for.", address=url)
        body = io.BufferedReader(_Body(response, self, url, until=time.monotonic() + self._patience))
        return _Unpacked(body, url) if packing == "gzip" else body  # type: ignore[return-value]  # read and closed only

    def _unavailable(self, url: str, why: str, **facts: object) -> UnavailableError:
        return UnavailableError(f"{url} cannot be read: {why}; try again later.", address=url, **facts)


class _Redirect(urllib.request.HTTPRedirectHandler):
    """Follows to http and https only, and never from https to http."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: ANN401
        """Return the request that follows, or raise."""
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in {"http", "https"} or (before == "https" and after == "http"):
            raise urllib.error.URLError(f"it sends on to {newurl[:200]}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Body(io.RawIOBase):
    """A response's body; what goes wrong while it is read is a sentence of ours."""

    def __init__(self, response: Any, site: HttpSite, url: str, *, until: float) -> None:  # noqa: ANN401
        super().__init__()
        self._response = response
        self._site = site
        self._url = url
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # what BufferedReader gives
        if time.monotonic() > self._until:
            raise self._site._unavailable(self._url, "it trickles")  # noqa: SLF001  # one noun in two classes
        try:
            piece = self._response.read1(len(buffer))
        except (OSError, http.client.HTTPException) as error:
            raise self._site._unavailable(self._url, _said(error)) from error  # noqa: SLF001
        if not piece and getattr(self._response, "length", None):
            raise self._site._unavailable(self._url, "it was cut short")  # noqa: SLF001
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._response.close()
        super().close()


class _Unpacked:
    """A body that came packed by gzip."""

    def __init__(self, body: BinaryIO, url: str) -> None:
        self._body = body
        self._file = gzip.GzipFile(fileobj=body)
        self._url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._body.close()

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, unpacked."""
        try:
            return self._file.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise MalformedError(f"{self._url} is not packed as it says: {error}.", address=self._url) from error


def _said(error: BaseException) -> str:
    """Return what went wrong, in a few words."""
    reason = getattr(error, "reason", error)
    return str(reason) or type(error).__name__
