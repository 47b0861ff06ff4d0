"""A commitment: its words, terms, positions, pictures, levels and docket at a view, and the way to every other view.

What is drawn is the chapter that the report has, from the same templates. It is remembered by the entries that it rests
on, so that what others say elsewhere in the log costs it nothing.
"""

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.errors import NotFoundError
from ledger.report.html import told
from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Chaptered, Face
from ledger.web.pages.frame import AskedLook, PageRoute, draw, render, reply
from ledger.web.served import served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.model.determination import View

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

Part = Annotated[str | None, Query(pattern="^chapter$")]


@ROUTER.get("/commitments/{subject}")
def commitment(request: Request, subject: str, look: AskedLook, part: Part = None) -> Response:
    """One commitment at a view; ``part=chapter`` gives what changes with the view alone."""
    state = served(request)
    view = look.view(state)
    days = _days(request, subject, view)
    chapter = _chapter(request, subject, view)
    if part is not None:
        return reply(request, chapter, keep=look.keep)
    known = state.closures.recorded(view)
    fact = known.commitments[subject]
    face = Face(catalogue(), known)
    return reply(request, draw(
        request, "pledge.html", title=fact.body.title, look=look, view=view, page=face, subject=subject,
        chapter=chapter.decode(),
        days=days, entry=fact.index, obligors=tuple(fact.body.obligors),
        obligees=tuple(fact.body.obligees), instrument=fact.body.instrument, size=state.ledger.head().size,
    ), keep=look.keep)  # fmt: skip


@ROUTER.get("/commitments/{subject}/history")
def history(request: Request, subject: str, look: AskedLook) -> Response:
    """How the verdicts of a commitment turned, by day and by entry (R1)."""
    state = served(request)
    view = look.view(state)
    key = ("history", subject, look, *view_key(state, view))

    def make() -> bytes:
        with state.working():
            told = state.ledger.history(subject, view)
        return draw(
            request, "history.html", title=f"How it turned: {subject}", look=look, view=view, subject=subject,
            by_day=told.by_day, by_entry=told.by_entry,
        )  # fmt: skip

    return reply(request, state.remembered.get(key, make).raw, keep=look.keep)


def _days(request: Request, subject: str, view: "View") -> tuple[str, ...]:
    """Return the days at which the time machine stops, whatever the view: those that today's log knows."""
    state = served(request)
    whole = state.ledger.view()
    return state.closures.days(whole if whole.as_of >= view.as_of else view, subject)


def _chapter(request: Request, subject: str, view: "View") -> bytes:
    """Return the chapter of a commitment, remembered by what it rests on.

    Raises:
        NotFoundError: the view does not know it.
    """
    state = served(request)
    if subject not in state.closures.recorded(view).commitments:
        message = f"No commitment {subject[:80]} is known at size {view.size} on {view.as_of}; look later."
        raise NotFoundError(message, subject=subject[:80])
    key = ("chapter", subject, view.as_of, state.closures.stamp(view, subject))

    def make() -> bytes:
        face = Chaptered(state.closures.audit(view, subject), catalogue())
        return render("chapter.html", told(face) | {"chapter": face.chapters[0]})

    return state.remembered.get(key, make).raw
