"""A party: who it is, what it owes and what is owed to it, and how far it has kept its own word (E10)."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.assessment.beside.credibility import credibility
from ledger.errors import NotFoundError
from ledger.model.statement import plain
from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, reply
from ledger.web.pages.overview import chosen_by_obligor, owed, parties
from ledger.web.served import served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult, TotalResult
    from ledger.model.determination import View

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

MOST: Final = 50
"""Commitments of a party that its page shows; of more it says so."""


@ROUTER.get("/parties/{slug}")
def party(request: Request, slug: str, look: AskedLook, whole: Annotated[str, Query(pattern="^1?$")] = "") -> Response:
    """One party at a view; of one that owes much, ``whole=1`` reckons what its word was worth over all of it."""
    state = served(request)
    view = look.view(state)
    key = ("party", slug, look, whole, *view_key(state, view))
    found = state.remembered.get(key, lambda: _party(request, slug, look, view, is_whole=bool(whole)))
    return reply(request, found.raw, keep=look.keep)


def _party(request: Request, slug: str, look: Look, view: "View", *, is_whole: bool) -> bytes:
    state = served(request)
    known = state.closures.recorded(view)
    if slug not in parties(known):
        message = f"No party {slug[:80]} is known at size {view.size} on {view.as_of}; mend the name, or the view."
        raise NotFoundError(message, subject=slug[:80])
    face, chosen = Face(catalogue(), known), chosen_by_obligor(known)
    by, to = (
        tuple(one for one in chosen if slug in getattr(known.commitments[one].body, side))
        for side in ("obligors", "obligees")
    )
    own = by[:MOST]
    # What its word was worth, and what it owes together, rest on everything that it owes, shown or not (E10, R16).
    reckoned = len(by) <= MOST or is_whole
    results: tuple[CommitmentResult, ...] = ()
    sums: tuple[TotalResult, ...] = ()
    if by and reckoned:
        with state.working() if is_whole else nullcontext():
            results, together = state.ledger.together(view, party=slug)
        sums = together.totals
    fact = known.parties.get(slug)
    return draw(
        request, "party.html", title=face.party(slug), look=look, view=view, page=face,
        slug=slug, body=plain(fact.body) if fact is not None else {}, entry=fact.index if fact is not None else -1,
        owed=owed(state, view, own), due=owed(state, view, to[:MOST]),
        credibility=credibility(state.ledger.known(view), slug, results) if results else "", totals=sums,
        unreckoned=0 if reckoned else len(by),
        more=len(by) + len(to) - len(own) - len(to[:MOST]),
    )  # fmt: skip
