"""An instrument: the document that gives pledges their force, its clauses, and what is owed under it."""

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ledger.errors import NotFoundError
from ledger.model.statement import plain
from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, reply
from ledger.web.pages.overview import chosen_by_obligor, owed
from ledger.web.pages.party import MOST
from ledger.web.served import served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.model.determination import View

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])


@ROUTER.get("/instruments/{slug}")
def instrument(request: Request, slug: str, look: AskedLook) -> Response:
    """One instrument at a view."""
    state = served(request)
    view = look.view(state)
    key = ("instrument", slug, look, *view_key(state, view))
    found = state.remembered.get(key, lambda: _instrument(request, slug, look, view))
    return reply(request, found.raw, keep=look.keep)


def _instrument(request: Request, slug: str, look: Look, view: "View") -> bytes:
    state = served(request)
    known = state.closures.recorded(view)
    fact = known.instruments.get(slug)
    if fact is None:
        message = f"No instrument {slug[:80]} is known at size {view.size} on {view.as_of}; mend the name, or the view."
        raise NotFoundError(message, subject=slug[:80])
    chosen = tuple(one for one in chosen_by_obligor(known) if known.commitments[one].body.instrument == slug)
    body = plain(fact.body)
    clauses = {name: body[name] for name in body if name not in {"title", "source"}}
    return draw(
        request, "instrument.html", title=fact.body.title, look=look, view=view,
        page=Face(catalogue(), known), slug=slug, entry=fact.index, clauses=clauses,
        source=fact.body.source, owed=owed(state, view, chosen[:MOST]), more=len(chosen) - len(chosen[:MOST]),
    )  # fmt: skip
