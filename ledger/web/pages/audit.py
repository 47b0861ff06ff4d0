"""Audits: choosing what is audited, at which view, in which form; which were published, and what became of them."""

from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from ledger.errors import UsageError
from ledger.report.wording import catalogue
from ledger.web.api.audit import SUBJECTS
from ledger.web.api.publication import published_at
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, PageRoute, page
from ledger.web.pages.overview import chosen_by_obligor, parties
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

FORMS: Final = (
    ("html", "A report to read"),
    ("pdf", "The report on paper, with its bundle attached"),
    ("xlsx", "A workbook of every table"),
    ("zip", "A bundle to verify, with everything it takes"),
    ("json", "The whole result as data"),
)

SHOWN: Final = 200
"""Commitments that can be ticked; of more, a party or an instrument is chosen."""

PUBLISHED: Final = 50
"""Published audits of one page, the newest first."""


@ROUTER.get("/audits", dependencies=[Depends(needs("read"))])
def audits(
    request: Request,
    look: AskedLook,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    before: Annotated[int | None, Query(ge=1, le=2**53 - 1)] = None,
) -> Response:
    """The form, the audits that were published, and the determinations that were recorded.

    Args:
        before: published audits of entries before this one; else the newest.
    """
    state = served(request)
    view = look.view(state)
    known = state.closures.recorded(view)
    rows = tuple(state.ledger.rows(0, view.size, kinds=("determination",)))[-PUBLISHED:]
    every = [one for one in published_at(state, view, None) if before is None or one.cite.entry < before]
    shown = tuple(reversed(every[-PUBLISHED:]))
    chosen = chosen_by_obligor(known)
    return page(
        request, "audits.html", title="Audits", look=look, view=view, forms=FORMS, chosen=subject or "",
        page=Face(catalogue(), known), parties=parties(known),
        commitments=tuple((one, known.commitments[one].body.title) for one in chosen[:SHOWN]),
        instruments=tuple((one, fact.body.title) for one, fact in sorted(known.instruments.items())),
        recorded=tuple((row.index, row.subject, row.received) for row in reversed(rows)),
        published=shown, older=shown[-1].cite.entry if len(every) > len(shown) else None,
        more=len(chosen) - len(chosen[:SHOWN]), as_of=view.as_of, size=str(view.size),
    )  # fmt: skip


@ROUTER.get("/audits/made", dependencies=[Depends(needs("audit"))])
def made(
    request: Request,
    look: AskedLook,
    form: Annotated[str, Query(alias="format", pattern="^(json|html|pdf|xlsx|zip)$")] = "html",
    subject: Annotated[list[str] | None, Query(max_length=SUBJECTS)] = None,
    party: Annotated[str | None, Query(max_length=200)] = None,
    instrument: Annotated[str | None, Query(max_length=200)] = None,
    due_from: Annotated[str | None, Query(max_length=10)] = None,
    due_to: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """The audit that a form asks for: sent on to where it is given."""
    view = look.view(served(request))
    query = {"as_of": view.as_of, "size": str(view.size), "format": form}
    if due_from or due_to:
        query["period"] = f"{due_from or ''}/{due_to or ''}"
    if subject:
        path = "/v1/audits/" + "/".join(quote(one, safe="") for one in subject)
    elif party or instrument or "period" in query:
        path = "/v1/audit"
        query |= {name: one for name, one in (("party", party), ("instrument", instrument)) if one}
    else:
        raise UsageError("Nothing is chosen; tick commitments, or choose a party, an instrument or days.")
    return RedirectResponse(f"{path}?{urlencode(query)}", status_code=303, headers={"Cache-Control": "no-cache"})
