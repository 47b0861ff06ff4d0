"""Answers: documents with their entity tags, files with ranges, and how long each may be kept by whoever gets it.

What can be erased is never called immutable, however fixed its bytes are: a cache that nobody asks again would go on
giving out what the law had removed. Source: RFC 9110 §8.8, §13, §14; RFC 8246; design §2.3.
"""

import re
from collections.abc import AsyncIterator, Callable, Hashable
from typing import BinaryIO, Final, Literal

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ledger.web.problem import HttpError
from ledger.web.remembered import Body, body
from ledger.web.security import PRIVATE
from ledger.web.served import served

Keep = Literal["immutable", "fixed", "asked"]
"""How long an answer may be kept: for ever; an hour, as it may be erased; only if asked for again each time."""

_AGE: Final[dict[Keep, str]] = {
    "immutable": "max-age=31536000, immutable",
    "fixed": "max-age=3600",
    "asked": "no-cache",
}
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_BLOCK: Final = 1 << 18


def reply(
    request: Request, raw: Body | bytes, *, media_type: str, keep: Keep, headers: dict[str, str] | None = None
) -> Response:
    """Return bytes as an answer, or that whoever asks has them already (304).

    Args:
        keep: how long it may be kept.
        headers: further ones.
    """
    found = raw if isinstance(raw, Body) else body(raw)
    told = {"ETag": found.etag, **kept(request, keep), **(headers or {})}
    if _has(request, found.etag):
        return Response(status_code=304, headers=told)
    return Response(found.raw, media_type=media_type, headers=told)


def document(
    request: Request, key: Hashable, make: Callable[[], dict[str, object]], *, is_pinned: bool = False
) -> Response:
    """Return the document of a key, remembered.

    Args:
        key: all that it depends on.
        make: makes it.
        is_pinned: whoever asks named the view whole, so it stays the same but for erasures.
    """
    found = served(request).remembered.get((request.url.path, key), lambda: dump(make()))
    return reply(request, found, media_type="application/json", keep="fixed" if is_pinned else "asked")


def fresh(request: Request, told: dict[str, object], *, keep: Keep = "asked") -> Response:
    """Return a document that is not remembered."""
    return reply(request, dump(told), media_type="application/json", keep=keep)


def dump(told: dict[str, object]) -> bytes:
    """Return a document as bytes: the members in the order of the command line's."""
    return orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS)


def kept(request: Request, keep: Keep) -> dict[str, str]:
    """Return the headers that say how long an answer may be kept, and by whom."""
    if served(request).settings.private:
        return dict(PRIVATE)
    return {"Cache-Control": f"public, {_AGE[keep]}"}


def file(
    request: Request, stream: BinaryIO, *, etag: str, media_type: str, keep: Keep, headers: dict[str, str] | None = None
) -> Response:
    """Return a file as an answer, or the range of it that is asked for (RFC 9110 §14).

    Args:
        stream: seekable; closed once the answer has left.
        etag: its entity tag, without quotation marks.
    """
    quoted = f'"{etag}"'
    told = {"ETag": quoted, "Accept-Ranges": "bytes", **kept(request, keep), **(headers or {})}
    if _has(request, quoted):
        stream.close()
        return Response(status_code=304, headers=told)
    size = stream.seek(0, 2)
    try:
        start, stop, is_part = _part(request, quoted, size)
    except HttpError:
        stream.close()
        raise
    stream.seek(start)
    told["Content-Length"] = str(stop - start)
    if is_part:
        told["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return StreamingResponse(
        _pieces(stream, stop - start), status_code=206 if is_part else 200, headers=told, media_type=media_type
    )


async def _pieces(stream: BinaryIO, left: int) -> AsyncIterator[bytes]:
    with stream:
        while left > 0:
            piece = await to_thread.run_sync(stream.read, min(_BLOCK, left))
            if not piece:
                return
            left -= len(piece)
            yield piece


def _part(request: Request, etag: str, size: int) -> tuple[int, int, bool]:
    """Return from where to where a file is asked for; what is no single range of bytes asks for all of it."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None or request.method not in {"GET", "HEAD"} or found[0] == "bytes=-":
        return 0, size, False
    if request.headers.get("if-range", etag) != etag:
        return 0, size, False
    first, last = found[1], found[2]
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= size or start >= stop:
        raise HttpError(416, headers={"Content-Range": f"bytes */{size}"}, size=size)
    return start, stop, True


def _has(request: Request, etag: str) -> bool:
    """Tell whether whoever asks has an answer of that tag (RFC 9110 §13.1.2: compared weakly)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    return given.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in given.split(",")}
