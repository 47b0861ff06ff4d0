"""The docket: what is open, due, overdue and permitted next, as data, as a calendar, as a feed (F1 to F4)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.report.atom import format_feed
from ledger.report.calendar import format_calendar
from ledger.report.docket import docket_document
from ledger.runtime.docket import read_docket
from ledger.tlog.entry import parse_header
from ledger.web import answer, example
from ledger.web.api import Asked, AskedView, told, view_key
from ledger.web.api.commitment import Instrument, Party
from ledger.web.api.feed import ATOM
from ledger.web.served import Served, served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View

ROUTER: Final = APIRouter(tags=["docket"], dependencies=[Depends(needs("read"))])

CALENDAR: Final = "text/calendar; charset=utf-8"

Subject = Annotated[str | None, Query(description="Only this commitment.", max_length=200)]
Format = Callable[[Served, "View", "tuple[CommitmentResult, ...]"], bytes]


@ROUTER.get("/v1/docket", summary="What is open, due and permitted next", responses=told("It.", example.DOCKET))
def docket(
    request: Request, asked: AskedView, subject: Subject = None, party: Party = None, instrument: Instrument = None
) -> Response:
    """The ledger entitles; a signed action does."""
    state = served(request)
    view = asked.view(state)

    def make() -> dict[str, object]:
        found = read_docket(state.ledger, view, subject=subject, party=party, instrument=instrument)
        return docket_document(view, found.results, found.timelines)

    key = (subject, party, instrument, *view_key(state, view))
    return answer.document(request, key, make, is_pinned=asked.is_pinned)


@ROUTER.get(
    "/v1/docket.ics",
    summary="The days of the docket, as a calendar",
    responses=told("iCalendar (RFC 5545).", example.CALENDAR, media_type="text/calendar"),
)
def calendar(
    request: Request, asked: AskedView, subject: Subject = None, party: Party = None, instrument: Instrument = None
) -> Response:
    """For whoever keeps appointments."""

    def make(state: Served, view: "View", results: "tuple[CommitmentResult, ...]") -> bytes:
        return format_calendar(state.ledger.origin, view, results)

    return _formatted(request, asked, (subject, party, instrument), make, media_type=CALENDAR)


@ROUTER.get(
    "/v1/docket.atom",
    summary="The docket as a feed",
    responses=told("Atom (RFC 4287).", example.FEED, media_type=ATOM),
)
def feed(
    request: Request, asked: AskedView, subject: Subject = None, party: Party = None, instrument: Instrument = None
) -> Response:
    """For whoever would rather be told than ask."""

    def make(state: Served, view: "View", results: "tuple[CommitmentResult, ...]") -> bytes:
        founded = parse_header(state.ledger.entry(0)).received[:10]
        return format_feed(state.ledger.origin, founded, view, results)

    return _formatted(request, asked, (subject, party, instrument), make, media_type=ATOM)


def _formatted(
    request: Request,
    asked: Asked,
    chosen: tuple[str | None, str | None, str | None],
    make: Format,
    *,
    media_type: str,
) -> Response:
    state = served(request)
    view = asked.view(state)
    subject, party, instrument = chosen

    def whole() -> bytes:
        found = read_docket(state.ledger, view, subject=subject, party=party, instrument=instrument)
        return make(state, view, tuple(found.results))

    found = state.remembered.get((request.url.path, chosen, *view_key(state, view)), whole)
    return answer.reply(request, found, media_type=media_type, keep="fixed" if asked.is_pinned else "asked")
