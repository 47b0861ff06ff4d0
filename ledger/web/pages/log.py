"""The log as pages: its entries in order, and each with what it says, when it came to be, and its proof drawn."""

import json
from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from ledger.errors import UsageError
from ledger.model.statement import KINDS
from ledger.report.document import hash_text, header_document, payload_document
from ledger.signing.canonical import encode_base64
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.entry import parse_header
from ledger.tlog.note import parse_note
from ledger.web.api.log import LOOKED_AT, index_of, row_of
from ledger.web.pages.frame import AskedLook, PageRoute, page
from ledger.web.pages.path import draw_path, inclusion_path
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

COUNT: Final = 50
"""Entries on one page."""

Index = Annotated[str | None, Query(max_length=20, pattern="^[0-9]*$")]
Text = Annotated[str | None, Query(max_length=200)]


@ROUTER.get("/entries")
def entries(
    request: Request, look: AskedLook, start: Index = None, kind: Text = None, subject: Text = None
) -> Response:
    """A stretch of the log: the last entries, unless it is said where to begin."""
    state = served(request)
    held = state.ledger
    view = look.view(state)
    if kind and kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r} of statement; the kinds are {', '.join(KINDS)}.", kind=kind)
    is_chosen = bool(kind or subject)
    first = int(start) if start else 0 if is_chosen else max(0, view.size - COUNT)
    stop = min(view.size, first + (LOOKED_AT if is_chosen else COUNT))
    rows = held.rows(first, stop, kinds=(kind,) if kind else ())
    found = list(islice((row for row in rows if not subject or row.subject == subject), COUNT))
    going_on = found[-1].index + 1 if len(found) == COUNT else stop
    checkpoint = parse_checkpoint(parse_note(held.head().checkpoint).text)
    asked = {"kind": kind or "", "subject": subject or ""}
    return page(
        request, "entries.html", title="The log", look=look, view=view, kinds=tuple(KINDS),
        entries=tuple(parse_header(row.header) for row in found), kind=kind or "", subject=subject or "",
        first=str(first), size=checkpoint.size, root=hash_text(checkpoint.root), genesis=held.genesis,
        checkpoint=held.head().checkpoint.decode("utf-8"), received=held.head().received,
        after=look.to("/entries", start=str(going_on), **asked) if going_on < view.size else "",
        before=look.to("/entries", start=str(max(0, first - COUNT)), **asked) if first and not is_chosen else "",
    )  # fmt: skip


@ROUTER.get("/entries/{entry}")
def entry(request: Request, entry: str, look: AskedLook) -> Response:
    """One entry: what it says, between which moments it came to be, and the way from its leaf up to the root."""
    state = served(request)
    held = state.ledger
    index = index_of(held, entry)
    row = row_of(held, index)
    proof = held.prove(index)
    size = parse_checkpoint(parse_note(proof.checkpoint).text).size
    path = inclusion_path(row.leaf, index=index, size=size, hashes=proof.hashes)
    payload = payload_document(row.jws)
    interval = held.interval(index).document()
    erased = (*held.erased_of(index), *held.erased_since(index))
    return page(
        request, "entry.html", title=f"Entry {index}", look=look, view=None, index=index, size=size,
        header=header_document(row.header), header_text=row.header.decode("ascii"), payload=payload or {},
        jws=row.jws.decode("ascii") if row.jws is not None else "", interval=interval,
        path=path, drawing=draw_path(path, size=size),
        root=hash_text(path[-1].value), leaf=hash_text(row.leaf), erased=erased,
        is_last="yes" if index + 1 >= size else "",
        hashes=json.dumps([encode_base64(one) for one in proof.hashes]),
        checkpoint=proof.checkpoint.decode("utf-8"), name=str(header_document(row.header)["statement"]),
    )  # fmt: skip
