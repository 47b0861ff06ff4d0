"""Entering a private ledger with a browser: a token is given once and kept in a cookie that no program can read.

The cookie goes only to this server, only with what this site itself asks for, and opens nothing but reads: a write is
authorised by the signature of a statement and by nothing else. Source: design §5.
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ledger.errors import RefusedError
from ledger.web.pages.frame import AskedLook, PageRoute, page
from ledger.web.served import served
from ledger.web.token import COOKIE, is_ours

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

_LIMIT: Final = 4096


@ROUTER.get("/enter")
def enter(request: Request, look: AskedLook) -> Response:
    """The form for a token."""
    return page(request, "enter.html", title="Enter", look=look, view=None)


@ROUTER.post("/enter")
async def take(request: Request) -> Response:
    """Keep a token in the browser that gives it."""
    _refuse_foreign(request)
    async with request.form(max_files=0, max_fields=2, max_part_size=_LIMIT) as form:
        given = form.get("token")
    secret = given.strip() if isinstance(given, str) else ""
    if served(request).tokens.find(secret) is None:
        raise RefusedError("That token is unknown here, or has ended; ask the operator for one.")
    answer = RedirectResponse("/", status_code=303)
    is_safe = request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=is_safe, path="/")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@ROUTER.post("/leave")
async def leave(request: Request) -> Response:
    """Forget the token."""
    _refuse_foreign(request)
    answer = RedirectResponse("/enter", status_code=303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refuse_foreign(request: Request) -> None:
    """Raise where another site made the browser ask: it would have somebody enter as another, or leave."""
    if not is_ours(request):
        raise RefusedError("Another site asked for that; enter or leave on a page of this server.")
