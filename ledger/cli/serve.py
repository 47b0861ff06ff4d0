"""``pledger serve``: the ledger over HTTP, for many people and programs at once, until asked to end (design §3)."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import EngineName, Json, LedgerDirectory
from ledger.cli.output import answer, note, say
from ledger.cli.place import open_here
from ledger.cli.witness import until_stopped
from ledger.errors import PledgerError, UnavailableError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from ledger.runtime import Ledger
    from ledger.runtime.server import ServerSettings

EXAMPLES: Final = """\
\b
Examples:
  pledger serve                                     on http://127.0.0.1:8420; /docs describes the API
  pledger serve --ledger mine --port 0 --json       on any free port; the object says which
  pledger serve --workers 4                         several processes, for a ledger that is kept in PostgreSQL
  pledger serve --host 0.0.0.0 --private            behind a reverse proxy; reads ask for a token (pledger token new)

\b
Settings stand in [serve] of pledger.toml, or in PLEDGER_SERVE_… (docs/http.md lists them); options win. TLS is the
reverse proxy's. SIGINT or SIGTERM ends it, once what is being answered is answered. Several may serve one ledger that
is kept in PostgreSQL.
"""

ANSWER: Final = {
    "url": "where it listens",
    "origin": "the log's name",
    "size": "number of entries",
    "private": "whether reads ask for a token",
}


def serve(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Where to listen.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=0, max=65535, help="On which port; 0 takes any.", show_default=False),
    ] = None,
    private: Annotated[
        bool | None,
        typer.Option("--private/--public", help="Whether reads ask for a token.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, max=64, help="How many processes serve.", show_default=False),
    ] = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Serve the ledger over HTTP: statements, evidence, every reading at any view, audits, the C2SP tree."""
    from ledger.runtime.server import read_server_settings

    _refuse_without_extra()
    with open_here(ledger, what="serving", engine=engine) as opened:
        settings = read_server_settings(opened.directory)
        said = {"host": host, "port": port, "private": private, "workers": workers}
        settings = settings.model_copy(update={name: value for name, value in said.items() if value is not None})
        if settings.workers == 1:
            _serve(opened, settings, json=json)
            return
        told = opened.origin, opened.head().size
    # Closed again: each process opens it for itself.
    _serve_together(ledger, settings, told, engine=engine, json=json)


def _serve(opened: "Ledger", settings: "ServerSettings", *, json: bool) -> None:
    from ledger.web.serve import bind

    bound = bind(settings.host, settings.port)
    told = opened.origin, opened.head().size
    has_stopped = _run(opened, settings, bound, ready=lambda: _tell(told, settings, bound, json=json))
    note("The server has stopped.")
    _refuse_unknown_outcome(has_stopped=has_stopped)


def _serve_together(
    ledger: "Path | None", settings: "ServerSettings", told: tuple[str, int], *, engine: str | None, json: bool
) -> None:
    """Serve in several processes on one socket."""
    from ledger.web.process import serve_together
    from ledger.web.serve import bind

    bound = bind(settings.host, settings.port)

    def work(ready: "Callable[[], None]") -> int:
        try:
            with open_here(ledger, what="serving", engine=engine) as opened:
                return UnavailableError.exit_code if _run(opened, settings, bound, ready=ready) else 0
        except PledgerError as error:
            note(error.message)
            return error.exit_code

    code = serve_together(work, settings.workers, ready=lambda: _tell(told, settings, bound, json=json))
    bound.close()
    note("The server has stopped.")
    if code:
        message = "One of the processes ended by itself, and so the others were asked to end; start the server again."
        raise UnavailableError(message, code=code)


def _run(opened: "Ledger", settings: "ServerSettings", bound: "socket.socket", *, ready: "Callable[[], None]") -> bool:
    """Serve in this process until it is asked to end; tell whether it ends as the outcome of a commit is unknown."""
    from ledger.web.app import application
    from ledger.web.pages import ROUTERS
    from ledger.web.pages.frame import prepare
    from ledger.web.serve import serve as run

    app = application(opened, settings, pages=ROUTERS, prepare=prepare)
    has_stopped = False

    def serving() -> None:
        nonlocal has_stopped
        has_stopped = run(app, settings, bound, ready=ready)

    until_stopped(serving)
    return has_stopped


def _refuse_unknown_outcome(*, has_stopped: bool) -> None:
    if has_stopped:
        message = "The outcome of a commit is unknown, so nothing more was written; start the server again."
        raise UnavailableError(message, outcome="unknown")


def _tell(told: tuple[str, int], settings: "ServerSettings", bound: "socket.socket", *, json: bool) -> None:
    """Say where it listens; whoever reads it from a pipe gets it at once."""
    import sys

    from ledger.web.serve import url_of

    url, (origin, size) = url_of(bound), told
    if json:
        answer({"url": url, "origin": origin, "size": size, "private": settings.private})
    else:
        say(f"Serving {origin}, {size} entries, at {url}")
        say(f"  the API is described at {url}/docs; reads are {'private' if settings.private else 'public'}")
    sys.stdout.flush()


def _refuse_without_extra() -> None:
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("fastapi", "uvicorn", "multipart", "prometheus_client")):
        message = "The server is not installed: pip install '.[server]' in Pledger's checkout adds it."
        raise UnavailableError(message)
