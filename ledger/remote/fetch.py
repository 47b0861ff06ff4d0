"""Fetching figures: a publisher's service is asked, patiently and within its bounds; its answers stay as they came.

An answer is looked at only so far as to know that it holds figures, whole ones, and not a page or a message in their
place; what they mean is for the importer. A key goes to the host that the declaration names and nowhere else: it stands
in no address that is recorded and in no sentence, and no redirection takes it to another host. Waiting, the clock and
progress are handed in. Source: RFC 9110 §10.2.3 (Retry-After), §15.4 (redirections).
"""

import email.utils
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import SplitResult, quote, quote_plus, urlencode, urljoin, urlsplit

import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ledger import __version__
from ledger.errors import MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.remote.exchange import Reply, check_url
from ledger.remote.exchange import request as ask
from ledger.remote.publisher import Expected, Publisher
from ledger.remote.request import Request

ATTEMPTS: Final = 5
"""How often one request is made where the service is busy or does not answer."""

LONGEST_WAIT: Final = 120.0
"""Seconds that a service may ask to be left alone (Retry-After); more, and the fetch ends."""

REDIRECTS: Final = 3
"""Redirections that are followed, one after the other."""

_BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_QUOTED: Final = 160
_KEY: Final = re.compile(r"[\x21-\x7e]{1,200}")
_TITLE: Final = re.compile(rb"<(title|h1)[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a publisher, as it came.

    Attributes:
        request: that it answers.
        address: of the request, without a key.
        retrieved: the moment at which it had come, ``YYYY-MM-DDTHH:MM:SSZ``.
        count: of figures' rows in it; 0 where the publisher says that it has none.
        body: its bytes; not always empty where there are no figures.
    """

    request: Request
    address: str
    retrieved: str
    count: int
    body: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of its bytes."""
        return "sha256:" + sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How time passes.

    Attributes:
        now: the present moment, ``YYYY-MM-DDTHH:MM:SSZ``.
        clock: seconds that only go forward.
        pause: waits so many seconds.
    """

    now: Callable[[], str]
    clock: Callable[[], float]
    pause: Callable[[float], None]


def check_key(key: str, publisher: Publisher) -> None:
    """Refuse what no key can be, in a sentence that names its setting and not the key.

    Raises:
        RefusedError: it is empty, or holds blanks or characters that no header can.
    """
    if not key:
        message = (
            f"{publisher.title} asks for a key, and {publisher.variable} is not set; get one at "
            f"{publisher.register_at}, and set it."
        )
        raise RefusedError(message, variable=publisher.variable)
    if _KEY.fullmatch(key) is None:
        message = f"What {publisher.variable} holds is no key: blanks, or characters outside of ASCII; set it anew."
        raise RefusedError(message, variable=publisher.variable)


def fetch(
    requests: Sequence[Request],
    key: str,
    waiting: Waiting,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Page]:
    """Yield the answers to requests of one publisher, in their order; one that is too much is asked for in halves.

    Args:
        requests: as ``plan`` gives them.
        key: of the publisher.
        waiting: how time passes.
        progress: told how many requests are answered, of how many.

    Raises:
        RefusedError: the key is none, or is not accepted.
        MalformedError: an answer is no figures, or is sent from elsewhere; the sentence quotes what it says.
        UnavailableError: the service stays busy, silent or out of reach, or asks to be left alone for long.
    """
    todo, done = deque(requests), 0
    if not todo:
        return
    check_key(key, todo[0].publisher)
    asking = _Asking(todo[0].publisher, key, waiting)
    while todo:
        request = todo.popleft()
        try:
            page = asking.page(request)
        except _TooMuchError as error:
            halves = request.halves()
            if not halves:
                raise MalformedError(
                    f"{error.message} It cannot be asked for in smaller parts.", **error.facts
                ) from error
            todo.extendleft(reversed(halves))
            continue
        done += 1
        if progress is not None:
            progress(done, done + len(todo))
        yield page


class _TooMuchError(PledgerError):
    """An answer holds more than one may. It never leaves this module."""


class _BusyError(UnavailableError):
    """The service may answer if it is asked again, after so many seconds where it says so."""

    def __init__(self, message: str, *, after: float | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        self.after = after


class _Asking:
    """A publisher being asked: one request after the other, no faster than it allows."""

    def __init__(self, publisher: Publisher, key: str, waiting: Waiting) -> None:
        self._publisher = publisher
        self._key = key
        self._waiting = waiting
        self._last: float | None = None

    def page(self, request: Request) -> Page:
        """Return the answer to one request, made again where the service is busy."""
        backoff = wait_exponential_jitter(initial=1, max=60, jitter=1)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome is not None else None
            after = error.after if isinstance(error, _BusyError) else None
            return backoff(state) if after is None else max(after, 0.0)

        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS), wait=wait, retry=retry_if_exception_type(_BusyError),
            sleep=self._waiting.pause, reraise=True,
        )  # fmt: skip
        try:
            return retrying(self._page, request)
        except _BusyError as error:
            raise UnavailableError(error.message, **error.facts, attempts=ATTEMPTS) from error

    def _page(self, request: Request) -> Page:
        reply = self._reply(request)
        retrieved = self._waiting.now()
        count = 0 if reply.status == 204 else self._count(reply, request)
        return Page(request, request.address, retrieved, count, reply.body)

    def _reply(self, request: Request) -> Reply:
        """Return the answer with figures, or with none; every other one is raised as what it is."""
        base, query = request.base, self._with_key(request.query)
        for _ in range(REDIRECTS + 1):
            reply = self._ask(base, query)
            self._refuse_key(reply)
            if reply.status not in _MOVED:
                self._refuse_status(reply)
                return reply
            base, query = self._moved(base, query, reply.headers.get("location", ""))
        raise self._malformed(f"sends on more than {REDIRECTS} times")

    def _ask(self, base: str, query: str) -> Reply:
        """Return one answer, whatever it is, and not before the publisher's interval is over."""
        publisher = self._publisher
        clock, pause = self._waiting.clock, self._waiting.pause
        if self._last is not None and (rest := self._last + publisher.interval - clock()) > 0:
            pause(rest)
        self._last = clock()
        parts = check_url(base, of=f"the service of {publisher.title}")
        headers = {"Accept": ", ".join(publisher.answer.media), "User-Agent": f"pledger/{__version__}"}
        if publisher.key.header is not None:
            headers[publisher.key.header] = self._key
        path = (parts.path or "/") + (f"?{query}" if query else "")
        try:
            return ask(
                parts, "GET", path, None, headers=headers, of=f"service of {publisher.title}", limit=publisher.limit,
                patience=publisher.patience,
            )  # fmt: skip
        except UnavailableError as error:
            message = self._without_key(error.message)
            if "limit" in error.facts:
                raise _TooMuchError(f"{publisher.title} answers with more than {publisher.limit} bytes.") from error
            raise _BusyError(message, url=base) from error

    def _with_key(self, query: str) -> str:
        parameter = self._publisher.key.parameter
        if parameter is None:
            return query
        return "&".join(part for part in (query, urlencode({parameter: self._key})) if part)

    def _moved(self, base: str, query: str, location: str) -> tuple[str, str]:
        """Return where an answer sends on to: the same host over the same kind of connection, or it is refused."""
        try:
            here, there = urlsplit(base), urlsplit(urljoin(f"{base}?{query}", location))
            is_same = _place(here) == _place(there)
        except ValueError as error:
            raise self._malformed("sends on to an address that is none") from error
        if not location or not is_same or "@" in there.netloc:
            host = self._quote((there.hostname or "").encode())
            raise self._malformed(f"sends on to another place ({host}), which is not followed")
        return f"{there.scheme}://{there.netloc}{there.path}", there.query

    def _refuse_key(self, reply: Reply) -> None:
        """Raise where the answer says that the key is not accepted."""
        publisher = self._publisher
        marked = publisher.key.refused_by
        is_marked = marked is not None and marked.lower() in reply.headers
        if not is_marked and reply.status not in {401, 403}:
            return
        said = "" if is_marked and reply.status in _MOVED else self._said(reply)
        message = (
            f"{publisher.title} does not accept the key in {publisher.variable}, or its quota is used up"
            f"{f' ({said})' if said else ''}; see to it at {publisher.register_at}."
        )
        raise RefusedError(message, variable=publisher.variable, status=reply.status)

    def _refuse_status(self, reply: Reply) -> None:
        """Raise unless the answer has a status that figures come with."""
        if reply.status in {200, 204}:
            return
        said = self._said(reply)
        quoted = f" ({said})" if said else ""
        title = self._publisher.title
        if reply.status not in _BUSY:
            raise self._malformed(f"answers {reply.status}{quoted}")
        after = _retry_after(reply.headers)
        if after is not None and after > LONGEST_WAIT:
            message = (
                f"{title} answers {reply.status} and asks to be left alone for {after:.0f} seconds; come back then."
            )
            raise UnavailableError(message, status=reply.status, retry_after=int(after))
        raise _BusyError(f"{title} answers {reply.status}{quoted}; try again later.", after=after, status=reply.status)

    def _count(self, reply: Reply, request: Request) -> int:
        """Return how many rows of figures an answer holds, once it is seen to hold nothing else."""
        expected = self._publisher.answer
        packing = reply.headers.get("content-encoding", "identity")
        if packing.lower() != "identity":
            raise self._malformed(f"answers packed as {self._quote(packing.encode())}, which nobody asked for")
        start = reply.body.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start:
            raise _BusyError(f"{self._publisher.title} answers with nothing at all; try again later.")
        if start.startswith(b"<"):
            raise self._malformed(f"answers with a web page in place of figures ({self._said(reply)})")
        media = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in expected.media:
            said = self._quote(media.encode()) or "nothing"
            raise self._malformed(f"says that its answer is {said}, and not {expected.media[0]}")
        try:
            document = orjson.loads(reply.body)
        except orjson.JSONDecodeError as error:
            message = (
                f"{self._publisher.title} answers with no whole JSON; it was cut short, or is none: try again later."
            )
            raise _BusyError(message, address=request.address) from error
        rows = self._rows(document, expected, reply)
        if expected.cap is not None and len(rows) >= expected.cap:
            raise _TooMuchError(
                f"{self._publisher.title} gives no more than {expected.cap} records, and there are so many."
            )
        return max(len(rows) - 1, 0) if expected.kind == "rows" else len(rows)

    def _rows(self, document: object, expected: Expected, reply: Reply) -> Sequence[object]:
        """Return the rows or records of an answer."""
        rows = document
        if expected.records is not None:
            if not isinstance(document, dict) or expected.records not in document:
                raise self._malformed(f"answers without the member {expected.records} ({self._said(reply)})")
            if expected.error is not None and document.get(expected.error):
                raise self._malformed(f"answers with an error in place of figures ({self._said(reply)})")
            rows = document[expected.records]
        kind: type = list if expected.kind == "rows" else dict
        if not isinstance(rows, list) or not all(isinstance(row, kind) for row in rows):
            raise self._malformed(f"answers with something other than {expected.kind} of figures ({self._said(reply)})")
        if expected.kind == "rows" and len({len(row) for row in rows}) > 1:
            raise self._malformed("answers with rows of unlike length")
        if expected.count is not None and isinstance(document, dict) and document.get(expected.count) != len(rows):
            said = self._quote(str(document.get(expected.count)).encode())
            raise self._malformed(f"says that there are {said} records, and gives {len(rows)}")
        return rows

    def _said(self, reply: Reply) -> str:
        """Return what an answer says where it holds no figures, in a few words and without the key."""
        if (title := _TITLE.search(reply.body[:8192])) is not None:
            return self._quote(title[2])
        try:
            document = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            return self._quote(reply.body)
        message = _message(document)
        return self._quote(reply.body if message is None else message.encode())

    def _quote(self, raw: bytes) -> str:
        """Return bytes as they may stand in a sentence: short, on one line, without a page's marks and the key."""
        # The key goes before anything is cut off, so that no half of it stays.
        text = self._without_key(raw.decode("utf-8", "replace"))[:4000]
        text = re.sub(r"<[^>]*>", " ", text)
        text = " ".join("".join(char if char.isprintable() else " " for char in text).split()).rstrip(".")
        return text if len(text) <= _QUOTED else text[:_QUOTED].rstrip() + "…"

    def _without_key(self, text: str) -> str:
        for spelling in sorted({self._key, quote(self._key, safe=""), quote_plus(self._key)}, key=len, reverse=True):
            text = text.replace(spelling, "…")
        return text

    def _malformed(self, what: str) -> MalformedError:
        message = f"{self._publisher.title} {what}; nothing of it is kept. See what was asked, with --dry-run."
        return MalformedError(message, publisher=self._publisher.name)


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return whom an address means: how, which host, which port."""
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _message(document: object) -> str | None:
    """Return what a JSON document says went wrong, by the names that services use for it."""
    if not isinstance(document, dict):
        return None
    for name in ("message", "error", "detail", "error_description", "title"):
        value = document.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and (inner := _message(value)):
            return inner
    return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a service asks to be left alone, by its own clock; None where it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        until, now = (email.utils.parsedate_to_datetime(one) for one in (text, headers.get("date", "")))
        return max((until - now).total_seconds(), 0.0)
    except (TypeError, ValueError):  # no date, or one of the two without a zone
        return None
