"""The docket of the whole ledger: what is open, overdue, permitted next, ahead and past, pledge by pledge (F1–F4).

The dockets are those that each pledge's own page has, put together by day; nothing is reckoned here. The same as data,
as a calendar and as a feed stands under ``/v1/docket`` (``ledger.web.api.docket``).
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.assessment.docket.timeline import reciprocals, related
from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, reply
from ledger.web.served import served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.assessment.docket.timeline import Reciprocal
    from ledger.assessment.result import CommitmentResult, DocketDay, DocketStage, Lapse, Permitted
    from ledger.assessment.view import Known
    from ledger.model.determination import View

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

COUNT: Final = 100
"""Pledges whose dockets are put together on one page."""


class Open(NamedTuple):
    """A stage that is open, or was let pass and not ended since, of a pledge."""

    pledge: "CommitmentResult"
    stage: "DocketStage"


class Step(NamedTuple):
    """What a procedure permits next, of a pledge."""

    pledge: "CommitmentResult"
    permitted: "Permitted"


class Day(NamedTuple):
    """A day of a pledge on which something is or was due."""

    pledge: "CommitmentResult"
    line: "DocketDay"


class Gone(NamedTuple):
    """A lever that lapsed, and what that did to the score of a pledge."""

    pledge: "CommitmentResult"
    lapse: "Lapse"


@ROUTER.get("/docket")
def docket(request: Request, look: AskedLook, start: Annotated[int, Query(ge=0, le=10**9)] = 0) -> Response:
    """Everything that is open or due at a view, by day."""
    state = served(request)
    view = look.view(state)
    key = ("docket page", start, look, *view_key(state, view))
    found = state.remembered.get(key, lambda: _docket(request, look, view, start))
    return reply(request, found.raw, keep=look.keep)


def _docket(request: Request, look: Look, view: "View", start: int) -> bytes:
    state = served(request)
    known = state.closures.recorded(view)
    every = sorted(known.commitments)
    chosen = tuple(every[start : start + COUNT])
    results = state.closures.results(view, chosen) if chosen else ()
    days = tuple(_days(results))
    return draw(
        request, "dockets.html", title="Docket", look=look, view=view, page=Face(catalogue(), known),
        stages=tuple(_stages(results)), steps=tuple(_steps(results)), lapses=tuple(_lapses(results)),
        ahead=tuple(one for one in days if one.line.state == "ahead"),
        past=tuple(reversed([one for one in days if one.line.state == "past"])),
        bargains=_bargains(known, results), total=len(every), start=start, shown_to=min(start + COUNT, len(every)),
        before=str(max(0, start - COUNT)) if start else "",
        after=str(start + COUNT) if start + COUNT < len(every) else "",
    )  # fmt: skip


def _stages(results: "Iterable[CommitmentResult]") -> Iterator[Open]:
    """Yield the stages that have not ended, those that were let pass first, then by the day on which they opened."""
    found = [
        Open(one, stage)
        for one in results
        for stage in (one.docket.stages if one.docket is not None else ())
        if stage.state in {"open", "overdue"}
    ]
    yield from sorted(found, key=lambda one: (one.stage.state != "overdue", one.stage.opened, one.pledge.subject))


def _steps(results: "Iterable[CommitmentResult]") -> Iterator[Step]:
    for one in results:
        if one.docket is not None:
            yield from (Step(one, permitted) for permitted in one.docket.permitted)


def _lapses(results: "Iterable[CommitmentResult]") -> Iterator[Gone]:
    for one in results:
        if one.docket is not None:
            yield from (Gone(one, lapse) for lapse in one.docket.lapses)


def _days(results: "Iterable[CommitmentResult]") -> Iterator[Day]:
    """Yield the days on which something is or was due and is not there, the first of them first."""
    found = [
        Day(one, line)
        for one in results
        for line in (one.docket.days if one.docket is not None else ())
        if line.state != "done"
    ]
    yield from sorted(found, key=lambda one: (one.line.day, one.pledge.subject))


def _bargains(known: "Known", results: "tuple[CommitmentResult, ...]") -> "tuple[Reciprocal, ...]":
    """Return who had to move first in each bargain that is on the page whole: half of one would name the wrong side."""
    shown = {one.subject for one in results}
    return tuple(one for one in reciprocals(results) if shown >= set(related(known, one.commitments)))
