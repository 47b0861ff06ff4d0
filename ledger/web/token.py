"""Who may read: everybody where the ledger is public, and on a private one whoever has a token with the right scope.

A write needs none of this: it is authorised by the statement's own signature and the role of its key. Figures about the
server always ask for a token. Source: design §3, §5.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request

from ledger.runtime.token import Scope, Token, refuse_without
from ledger.web.limit import name_of
from ledger.web.problem import HttpError
from ledger.web.served import Served, served

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="pledger"'}

COOKIE: Final = "pledger"
"""The cookie in which a browser keeps a token; only our own pages make it send it (SameSite), no program reads it."""

ALWAYS: Final[frozenset[Scope]] = frozenset({"metrics"})
"""Scopes that are asked for on a public ledger, too."""


def allow(request: Request, scope: Scope) -> None:
    """Let a request pass that may ask for something of a scope; note it where reads leave a trail.

    Raises:
        HttpError: there is no token where one is needed, or it is not good any more (401).
        RefusedError: it is good for other things.
    """
    state = served(request)
    token = _token(request, state)
    if state.settings.private or scope in ALWAYS:
        if token is None:
            raise HttpError(401, headers=CHALLENGE)
        refuse_without(token, scope)
    if state.trail is not None:
        state.trail.note(
            token=None if token is None else token.id, address=address_of(request), method=request.method,
            path=request.url.path, query=request.url.query,
        )  # fmt: skip


def may_read(request: Request) -> bool:
    """Tell whether a request may know what the ledger holds, where it asks for something that needs no token."""
    state = served(request)
    if not state.settings.private:
        return True
    token = _token(request, state)
    return token is not None and "read" in token.scopes


def needs(scope: Scope) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that lets those pass who may ask for something of a scope."""

    async def check(request: Request) -> None:
        allow(request, scope)

    check.scope = scope  # type: ignore[attr-defined]  # for the table of routes and scopes
    return check


async def long(request: Request) -> None:
    """Let a request pass that takes long to answer, if its address has not asked for too many."""
    wait = served(request).heavy.take(name_of(address_of(request)))
    if wait:
        raise HttpError(429, headers={"Retry-After": str(int(wait) + 1)}, retry_after=int(wait) + 1)


def address_of(request: Request) -> str:
    """Return the address that a request comes from, as the server sees it."""
    return request.client.host if request.client is not None else "unknown"


def is_ours(request: Request) -> bool:
    """Tell whether a browser was not made to ask by another site; what is no browser does not say, and is believed."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _token(request: Request, state: Served) -> Token | None:
    """Return the token that a request carries; None where it carries none."""
    given = request.headers.get("authorization")
    if given is None:
        return _kept(request, state)
    scheme, _, secret = given.partition(" ")
    found = state.tokens.find(secret.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise HttpError(401, headers={"WWW-Authenticate": f'{CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'})
    request.state.token = found.id
    return found


def _kept(request: Request, state: Served) -> Token | None:
    """Return the token that a browser keeps; one that is not good any more is as none, so that it can ask for another.

    What another site makes a browser ask for does not count, whether or not that browser knows of SameSite.
    """
    secret = request.cookies.get(COOKIE)
    if secret is None or not is_ours(request):
        return None
    found = state.tokens.find(secret)
    if found is not None:
        request.state.token = found.id
    return found
