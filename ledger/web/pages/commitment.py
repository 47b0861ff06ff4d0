"""A commitment: its words, terms, positions, pictures, levels and docket at a view, and the way to every other view.

What is drawn is the chapter that the report has, from the same templates. It is remembered by the entries that it rests
on, so that what others say elsewhere in the log costs it nothing. Of what the parties said, and of how the verdicts
turned, a page has as much as is read at once, and the way to the rest: a pledge may have a hundred thousand positions.
"""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.assessment.history import Marks, Window
from ledger.assessment.view import Fact, Known, Said
from ledger.audit.annex import reply_line
from ledger.errors import NotFoundError
from ledger.report.html import told
from ledger.report.wording import catalogue
from ledger.web.api import view_key
from ledger.web.pages.face import Chaptered, Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, render, reply
from ledger.web.served import served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.audit.result import Reply
    from ledger.model.determination import View
    from ledger.model.position import Position

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

COUNT: Final = 50
"""Positions on one page."""

MARKS: Final = 25
"""Days, and entries, at which the page of the history reckons a verdict; each takes an assessment."""

Start = Annotated[int, Query(ge=0, le=10**9)]
From = Annotated[int | None, Query(ge=0, le=10**9)]
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


@ROUTER.get("/commitments/{subject}/positions")
def positions(request: Request, subject: str, look: AskedLook, start: Start = 0) -> Response:
    """All that the parties said of a commitment, the latest first."""
    state = served(request)
    view = look.view(state)
    key = ("positions", subject, start, look, *view_key(state, view))

    def make() -> bytes:
        known = state.closures.recorded(view)
        _refuse_unknown(known, subject)
        total, replies = _replies(request, subject, view, start)
        return draw(
            request, "positions.html", title=f"Positions on {subject}", look=look, view=view, subject=subject,
            page=Face(catalogue(), known), replies=replies, total=total, start=start,
            before=look.to(request.url.path, start=str(max(0, start - COUNT))) if start else "",
            after=look.to(request.url.path, start=str(start + COUNT)) if start + COUNT < total else "",
        )  # fmt: skip

    return reply(request, state.remembered.get(key, make).raw, keep=look.keep)


@ROUTER.get("/commitments/{subject}/history")
def history(request: Request, subject: str, look: AskedLook, day: From = None, entry: From = None) -> Response:
    """How the verdicts of a commitment turned, by day and by entry (R1): the latest of them, or those from a mark on.

    Args:
        day: the number of the first day that is looked at; ``entry`` that of the first entry.
    """
    state = served(request)
    view = look.view(state)
    key = ("history", subject, day, entry, look, *view_key(state, view))

    around = partial(_around, look, request.url.path)

    def make() -> bytes:
        _refuse_unknown(state.closures.recorded(view), subject)
        with state.working():
            told = state.ledger.history_within(subject, view, window=Window(day=day, entry=entry, most=MARKS))
        return draw(
            request, "history.html", title=f"How it turned: {subject}", look=look, view=view, subject=subject,
            parts=(
                (told.by_day, "day", told.days, *around("day", told.days, entry=entry)),
                (told.by_entry, "entry", told.entries, *around("entry", told.entries, day=day)),
            ),
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
    _refuse_unknown(state.closures.recorded(view), subject)
    key = ("chapter", subject, view.as_of, state.closures.stamp(view, subject))

    def make() -> bytes:
        total, replies = _replies(request, subject, view, 0)
        result = state.closures.audit(view, subject).model_copy(update={"replies": replies[::-1]})
        face = Chaptered(result, catalogue())
        return render("chapter.html", told(face) | {"chapter": face.chapters[0], "total": total})

    return state.remembered.get(key, make).raw


def _refuse_unknown(known: Known, subject: str) -> None:
    """Raise where a view does not know a commitment.

    Raises:
        NotFoundError: the sentence names the view.
    """
    if subject not in known.commitments:
        view = known.view
        message = f"No commitment {subject[:80]} is known at size {view.size} on {view.as_of}; look later."
        raise NotFoundError(message, subject=subject[:80])


def _replies(request: Request, subject: str, view: "View", start: int) -> "tuple[int, tuple[Reply, ...]]":
    """Return how many positions a view knows, and those of one page, the latest first."""
    total, said = served(request).closures.latest(view, subject, start=start, count=COUNT)
    facts = (_fact(one) for one in said)
    return total, tuple(reply_line(fact, ()) for fact in facts)


def _around(look: Look, path: str, name: str, marks: Marks, **other: int | None) -> tuple[str, str]:
    """Return the addresses of the marks before and after those looked at; empty where there are none."""
    kept = {key: str(value) for key, value in other.items() if value is not None}
    before = look.to(path, **{name: str(max(0, marks.start - MARKS))}, **kept) if marks.start else ""
    after = look.to(path, **{name: str(marks.stop)}, **kept) if marks.stop < marks.total else ""
    return before, after


def _fact(said: Said) -> "Fact[Position]":
    return Fact(said.index, said.name, said.author, said.subject, cast("Position", said.statement.body))
