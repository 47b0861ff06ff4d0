"""The application: routes, door and problems put together around one open ledger.

Who opens the ledger closes it, once the application has stopped. Pages come as routers of their own (``pages``), and
know of a request what every route knows (``served``).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ledger import __version__
from ledger.errors import PledgerError
from ledger.remote.webhook import parse_networks
from ledger.runtime import Ledger
from ledger.runtime.delivery import Delivered, deliver, sender
from ledger.runtime.hook import Hooks
from ledger.runtime.server import ServerSettings
from ledger.web.api import (
    audit,
    blob,
    commitment,
    docket,
    draft,
    feed,
    health,
    log,
    publication,
    series,
    site,
    statement,
)
from ledger.web.door import Door
from ledger.web.journal import Journal
from ledger.web.open_api import add_pages, describe
from ledger.web.problem import handle_problems, problem
from ledger.web.served import Served

ROUTERS: Final[tuple[APIRouter, ...]] = tuple(
    one.ROUTER for one in (health, blob, log, commitment, docket, series, draft, publication, audit, feed, site)
)

SWEEP: Final = 600.0
"""Seconds from one look for what waited in vain to the next."""

TELL: Final = 1.0
"""Seconds from one look for what hooks are to be told to the next."""

_READABLE: Final = ["ETag", "Location", "Retry-After", "X-Request-Id", "Content-Range", "Accept-Ranges"]


def application(
    ledger: Ledger,
    settings: ServerSettings,
    *,
    journal: Journal | None = None,
    pages: Sequence[APIRouter] = (),
    prepare: Callable[[], None] = lambda: None,
) -> "Application":
    """Return what serves a ledger.

    Args:
        ledger: open; it is not closed here.
        settings: what the server is told.
        journal: where it writes what happens; on standard error, if not given.
        pages: routers beside those of the API.
        prepare: loads what their first answer takes, while others are answered already.
    """
    state = Served(ledger, settings, journal=journal)
    app = Application(
        title="Pledger", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_life,
        redirect_slashes=False,
    )  # fmt: skip
    app.state.served = state
    app.state.prepare = prepare
    handle_problems(app)
    app.add_route(statement.PATH, statement.hand_in, methods=["POST"])
    app.state.hot = Door(_hand_in, served=state)
    for router in (*ROUTERS, *pages):
        app.include_router(router, default_response_class=Response)
    add_pages(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # the framework's way to change it
    if settings.origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.origins), allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "Range"], expose_headers=_READABLE,
        )  # fmt: skip
    app.add_middleware(Door, served=state)
    return app


class Application(FastAPI):
    """The framework, but for the one hot write, which goes straight to its route: what is signed is bytes anyway.

    The framework's layers would cost half as much again as the signature; door and problems are the same.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_hot = scope["type"] == "http" and scope["path"] == statement.PATH and scope["method"] == "POST"
        # Another origin's page is the business of the middleware that knows of origins.
        if is_hot and not self.state.served.settings.origins:
            scope["app"] = self
            await self.state.hot(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _hand_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request to hand in statements, failures included."""
    try:
        answer = await statement.hand_in(Request(scope, receive))
    except PledgerError as error:
        answer = problem(error)
    await answer(scope, receive, send)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Get ready before the first request, and look now and then for what waited in vain."""
    state: Served = app.state.served
    to_thread.current_default_thread_limiter().total_tokens = state.settings.threads
    await to_thread.run_sync(_warm, state)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_sweep_on, state)
        tasks.start_soon(_deliver_on, state)
        tasks.start_soon(_prepare, state, app.state.prepare)
        yield
        tasks.cancel_scope.cancel()
    if state.telemetry is not None:
        await to_thread.run_sync(state.telemetry.close)


def _warm(state: Served) -> None:
    """Read what every request asks for."""
    state.site.warm()
    state.ledger.authority()


async def _prepare(state: Served, prepare: Callable[[], None]) -> None:
    """Load what the first who asks would wait for: what draws figures, templates, pictures; a start waits for none."""
    for work in (state.ledger.engine, prepare):
        try:
            await to_thread.run_sync(work, abandon_on_cancel=True)
        except PledgerError as error:
            state.journal.write("unprepared", says=error.message)
        except Exception as error:  # noqa: BLE001  # a page that needs it says so when it is asked for
            state.journal.write("unprepared", fault=type(error).__name__)


async def _deliver_on(state: Served) -> None:
    """Tell the hooks what is due, over and over; whoever answers slowly keeps nobody from stopping."""
    ledger = state.ledger
    hooks, post = Hooks(ledger.directory, ledger.clock), sender(parse_networks(state.settings.receivers))
    work = partial(deliver, ledger, hooks, post=post)
    while True:
        try:
            done = await to_thread.run_sync(work, abandon_on_cancel=True)
            if done != Delivered():
                state.journal.write("told", sent=done.sent, failed=done.failed, dead=done.dead)
        except PledgerError as error:
            state.journal.write("untold", says=error.message)
        except Exception as error:  # noqa: BLE001  # a disk's bad moment is no reason never to try again
            state.journal.write("untold", fault=type(error).__name__)
        await anyio.sleep(TELL)


async def _sweep_on(state: Served) -> None:
    while True:
        try:
            removed = await to_thread.run_sync(state.intake.sweep, state.site.is_named)
            if removed:
                state.journal.write("swept", files=list(removed))
        except PledgerError as error:
            state.journal.write("unswept", says=error.message)
        except Exception as error:  # noqa: BLE001  # as above
            state.journal.write("unswept", fault=type(error).__name__)
        await anyio.sleep(SWEEP)
