"""Assets: the style and the programs of the pages, files of our own and nobody else's.

The style is the report's with what only pages have; both are read once. A name with the digest of what it names in its
query never changes; without, it is asked for again.
"""

from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ledger.errors import NotFoundError
from ledger.web import answer

ROUTER: Final = APIRouter(include_in_schema=False)

STYLE: Final = "page.css"

PROGRAMS: Final = ("bytes.js", "bundle.js", "holder.js", "hand.js", "submit.js", "draft.js", "key.js", "lookback.js")

_CSS: Final = "text/css; charset=utf-8"
_JS: Final = "text/javascript; charset=utf-8"


@ROUTER.get("/static/{name}")
def asset(request: Request, name: str) -> Response:
    """A file of the pages."""
    if name == STYLE:
        return answer.reply(request, style(), media_type=_CSS, keep="asked")
    if name in PROGRAMS:
        return answer.reply(request, program(name), media_type=_JS, keep="asked")
    raise NotFoundError(f"There is no file {name[:80]!r} of the pages.")


@cache
def style() -> bytes:
    """Return the style of the pages: the report's first."""
    report = resources.files("ledger.report").joinpath("templates", "style.css").read_bytes()
    return report + b"\n" + read(STYLE)


@cache
def program(name: str) -> bytes:
    """Return a program."""
    return read(name)


def read(name: str) -> bytes:
    """Return a file of ours."""
    return resources.files("ledger.web.pages").joinpath("static", name).read_bytes()
