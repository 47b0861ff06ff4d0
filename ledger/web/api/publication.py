"""The index of published audits: which there are at a view, and what became of each, as data and as a feed (R1).

Nothing is audited here, and no file is given out: the log holds the digests of the files, by which whoever has one
finds its entry. Source: design §2.2, §3.
"""

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.model.statement import plain
from ledger.report.atom import format_audits
from ledger.report.document import view_document
from ledger.runtime.publishing import audits as published
from ledger.tlog.entry import parse_header
from ledger.web import answer, example
from ledger.web.api import AskedView, told, view_key
from ledger.web.api.feed import ATOM
from ledger.web.served import Served, served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.audit.publication import Publication
    from ledger.model.determination import View

ROUTER: Final = APIRouter(tags=["audits"], dependencies=[Depends(needs("read"))])

PAGE: Final = 1000
"""Audits of one answer, at most."""

SHOWN: Final = 50
"""Audits of the feed: those that became another last."""

Subject = Annotated[str | None, Query(description="Only audits that cover this commitment.", max_length=200)]


@ROUTER.get("/v1/audits", summary="The audits that were published", responses=told("They.", example.AUDITS))
def audits(
    request: Request,
    asked: AskedView,
    subject: Subject = None,
    start: Annotated[int, Query(ge=0, le=2**53 - 1, description="The first entry to be looked at.")] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE, description="How many at most.")] = 100,
) -> Response:
    """In entry order, with what became of each; ``next`` is the entry to go on from, and null at the end."""
    state = served(request)
    view = asked.view(state)

    def make() -> dict[str, object]:
        found = [one for one in published_at(state, view, subject) if one.cite.entry >= start]
        going_on = found[limit].cite.entry if len(found) > limit else None
        return {"view": view_document(view), "audits": [plain(one) for one in found[:limit]], "next": going_on}

    return answer.document(request, (subject, start, limit, *view_key(state, view)), make, is_pinned=asked.is_pinned)


@ROUTER.get(
    "/v1/audits.atom",
    summary="The published audits as a feed",
    responses=told("Atom (RFC 4287).", example.FEED, media_type=ATOM),
)
def feed(request: Request, asked: AskedView, subject: Subject = None) -> Response:
    """An audit that is withdrawn or replaced comes up again, under the id that it had."""
    state = served(request)
    view = asked.view(state)

    def make() -> bytes:
        found = sorted(published_at(state, view, subject), key=lambda one: (one.since, one.cite.entry))
        founded = parse_header(state.ledger.entry(0)).received[:10]
        return format_audits(state.ledger.origin, founded, found[-SHOWN:])

    found = state.remembered.get((request.url.path, subject, *view_key(state, view)), make)
    return answer.reply(request, found, media_type=ATOM, keep="fixed" if asked.is_pinned else "asked")


def published_at(state: Served, view: "View", subject: str | None) -> "list[Publication]":
    """Return the audits that a view knows to be published, in entry order; of one subject, where it is named."""
    found = published(state.ledger, view)
    return [one for one in found if subject is None or subject in {one.subject, *one.audit.subjects}]
