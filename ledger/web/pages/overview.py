"""The overview: what became of each pledge and how enforceable it is, by who owes it (R11, R12, E4)."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, reply
from ledger.web.served import Served, served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult
    from ledger.assessment.view import Known
    from ledger.model.determination import View

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

COUNT: Final = 25
"""Commitments on one page: as many as are looked at, and no more are reckoned."""


class Owed(NamedTuple):
    """What one party, or several together, owe on a page."""

    obligors: tuple[str, ...]
    results: "tuple[CommitmentResult, ...]"


@ROUTER.get("/")
def overview(request: Request, look: AskedLook, start: Annotated[int, Query(ge=0, le=10**9)] = 0) -> Response:
    """Every pledge that a view knows, those of one obligor together."""
    state = served(request)
    view = look.view(state)
    key = ("overview", start, look, *view_key(state, view))
    found = state.remembered.get(key, lambda: _overview(request, look, view, start))
    return reply(request, found.raw, keep=look.keep)


def _overview(request: Request, look: Look, view: "View", start: int) -> bytes:
    state = served(request)
    known = state.closures.recorded(view)
    chosen = chosen_by_obligor(known)
    face = Face(catalogue(), known)
    return draw(
        request, "overview.html", title="Overview", look=look, view=view, page=face,
        owed=owed(state, view, chosen[start : start + COUNT]), total=len(chosen), start=start,
        before=str(max(0, start - COUNT)) if start else "",
        after=str(start + COUNT) if start + COUNT < len(chosen) else "", parties=parties(known),
        shown_to=min(start + COUNT, len(chosen)),
    )  # fmt: skip


def chosen_by_obligor(known: "Known") -> tuple[str, ...]:
    """Return the commitments in the order in which they are shown: by obligor, then by title."""
    facts = known.commitments.items()
    ordered = sorted(facts, key=lambda pair: (sorted(pair[1].body.obligors), pair[1].body.title, pair[0]))
    return tuple(subject for subject, _ in ordered)


def owed(state: Served, view: "View", subjects: tuple[str, ...]) -> tuple[Owed, ...]:
    """Return results of commitments, those next to one another of the same obligors together."""
    results = state.closures.results(view, subjects)
    grouped = groupby(results, key=lambda one: tuple(sorted(one.obligors)))
    return tuple(Owed(obligors, tuple(several)) for obligors, several in grouped)


def parties(known: "Known") -> tuple[str, ...]:
    """Return all parties that pledges name or that are recorded, by slug."""
    named = {side for fact in known.commitments.values() for side in (*fact.body.obligors, *fact.body.obligees)}
    return tuple(sorted(named | set(known.parties)))
