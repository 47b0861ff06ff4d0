"""The frame of every page: its head, the way around, the view it is asked at, and how its failures are told.

A page is bytes that depend on the view and on what was logged, so it has an entity tag like every other answer, and is
remembered like one. Its policy lets nothing run that is not a file of this server. Source: design §3 (Pages).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ledger.errors import PledgerError, UsageError
from ledger.model.determination import View
from ledger.report import drawing
from ledger.report.html import environment, told
from ledger.report.wording import catalogue
from ledger.web import answer
from ledger.web.pages.face import Face
from ledger.web.problem import HttpError
from ledger.web.security import POLICY
from ledger.web.served import Served, served

HTML: Final = "text/html; charset=utf-8"

PACKAGE: Final = "ledger.web.pages"

STRICT: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""The policy of the pages: no script and no style but the files of this server, not even in an element."""

NAVIGATION: Final = (
    ("/", "Overview"), ("/docket", "Docket"), ("/evidence", "Evidence"), ("/record", "Record"), ("/audits", "Audits"),
    ("/entries", "Log"), ("/verify.html", "Verify"), ("/keys", "Keys"),
)  # fmt: skip

_LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class Look:
    """The view that a page is asked at, as a form gives it: what is left empty is today, and all entries.

    Attributes:
        as_of: the day, or nothing.
        size: the log's first entries, or nothing.
    """

    as_of: str | None
    size: int | None

    def view(self, state: Served) -> View:
        """Return the view.

        Raises:
            UsageError: the day is none, or the log is not of that size.
        """
        return state.ledger.view(self.as_of, self.size)

    @property
    def keep(self) -> answer.Keep:
        """How long what is seen may be kept by whoever asks."""
        return "fixed" if self.as_of is not None and self.size is not None else "asked"

    def to(self, path: str, **more: str) -> str:
        """Return an address of ours at the same view."""
        asked = {"as_of": self.as_of, "size": None if self.size is None else str(self.size), **more}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{query}" if query else path


async def _look(
    as_of: Annotated[str | None, Query(max_length=_LONGEST)] = None,
    size: Annotated[str | None, Query(max_length=_LONGEST)] = None,
) -> Look:
    if size and not (size.isascii() and size.isdigit()):
        raise UsageError(f"{size!r} is no number of entries; write digits, or leave it empty.", parameter="size")
    return Look(as_of or None, int(size) if size else None)


AskedLook = Annotated[Look, Depends(_look)]
"""The view that a page is asked at: ``?as_of=&size=``, either of them empty or absent."""


def draw(request: Request, template: str, *, title: str, look: Look, view: View | None, **facts: object) -> bytes:
    """Return a page as bytes.

    Args:
        title: of the page, without the ledger's name.
        look: as it was asked.
        view: as it was found; None on a page that has none.
        facts: what the template tells.
    """
    state = served(request)
    common: dict[str, object] = {
        **told(Face(catalogue())),
        "title": title, "origin": state.ledger.origin, "navigation": NAVIGATION, "here": request.url.path,
        "look": look, "to": look.to, "view": view, "is_private": "yes" if state.settings.private else "",
    }  # fmt: skip
    if "page" in facts:
        common |= told(cast("Face", facts["page"]))
    return render(template, common | facts)


def prepare() -> None:
    """Read every template, and let what draws charts begin: the first page would wait half a second for it.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    made = environment(PACKAGE)
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)
    drawing.draw({"data": {"values": []}, "mark": "point"}, name="nothing", title="Nothing", description="Nothing.")


def render(template: str, facts: Mapping[str, object]) -> bytes:
    """Return a template filled in."""
    return environment(PACKAGE).get_template(template).render(facts).encode()


def reply(request: Request, raw: bytes, *, keep: answer.Keep = "asked") -> Response:
    """Return a page as an answer."""
    return answer.reply(request, raw, media_type=HTML, keep=keep, headers={POLICY: STRICT})


def page(request: Request, template: str, *, title: str, look: Look, view: View | None, **facts: object) -> Response:
    """Return a page that is drawn each time it is asked for."""
    return reply(request, draw(request, template, title=title, look=look, view=view, **facts), keep=look.keep)


class PageRoute(APIRoute):
    """A route whose failures are pages too: the same status and sentence as the problem, for whoever reads it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # it is awaited only
        """Return what answers a request."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except PledgerError as error:
                return failure(request, error)
            except RequestValidationError as error:
                first = error.errors()[0]
                name = ".".join(str(part) for part in first["loc"][1:])
                return failure(request, UsageError(f"The parameter {name} cannot be used; mend the address."))
            except HTTPException as error:
                return failure(request, HttpError(error.status_code, headers=error.headers))

        return handle


def failure(request: Request, error: PledgerError) -> Response:
    """Return a failure as a page."""
    document: dict[str, Any] = error.document()
    raw = draw(
        request, "failure.html", title=str(document["title"]), look=Look(None, None), view=None,
        message=error.message, status=error.status,
    )  # fmt: skip
    headers = {POLICY: STRICT, "Cache-Control": "no-store"}
    headers |= dict(error.headers) if isinstance(error, HttpError) else {}
    return Response(raw, status_code=error.status, headers=headers, media_type=HTML)
