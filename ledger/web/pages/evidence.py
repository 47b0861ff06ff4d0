"""Evidence: the series that the ledger has, and a file of figures looked at before anybody signs for it.

A file is read and shown with what was understood and which rows were rejected; nothing of it is kept here. A browser
that holds a key gets the statements that such a file would make, composes and signs them itself, and hands them in by
the API as everybody does (design §2.2, §3).
"""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from ledger.assessment.series import list_series
from ledger.errors import UsageError
from ledger.ingest.layout import LIMIT as MAPPING_LIMIT
from ledger.ingest.preview import Preview, preview, preview_document
from ledger.ingest.shelf import formats_document
from ledger.ingest.tabular import parse_any_mapping, read_evidence
from ledger.model.statement import plain
from ledger.report.html import told
from ledger.report.wording import catalogue
from ledger.runtime.said import evidence_body, make_statement
from ledger.web.api import view_key
from ledger.web.api.draft import chosen_day, chosen_mapping
from ledger.web.pages.face import Face
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, render, reply
from ledger.web.problem import HttpError
from ledger.web.served import Served, served
from ledger.web.token import long, needs

if TYPE_CHECKING:
    from ledger.ingest.imported import Imported

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

IN_PAGE: Final = 16 << 20
"""Bytes of figures that are given to a browser to be handed in; of more, the command line is the way."""

SERIES: Final = 50
"""Series on one page."""

_FORM: Final = "multipart/form-data"


@ROUTER.get("/evidence", dependencies=[Depends(needs("read"))])
def evidence(request: Request, look: AskedLook, start: Annotated[int, Query(ge=0, le=10**9)] = 0) -> Response:
    """The series that pledges are measured by, and the form for a file of figures."""
    state = served(request)
    view = look.view(state)
    key = ("evidence", start, look, *view_key(state, view))

    def make() -> bytes:
        listed = list_series(state.ledger.known(view))
        return draw(
            request, "evidence.html", title="Evidence", look=look, view=view, **_common(), read="", notice="",
            page=Face(catalogue(), state.closures.recorded(view)), series=listed[start : start + SERIES],
            total=len(listed), start=start,
            before=look.to("/evidence", start=str(max(0, start - SERIES))) if start else "",
            after=look.to("/evidence", start=str(start + SERIES)) if start + SERIES < len(listed) else "",
        )  # fmt: skip

    return reply(request, state.remembered.get(key, make).raw, keep=look.keep)


@ROUTER.post("/evidence", dependencies=[Depends(needs("audit")), Depends(long)])
async def look_at(request: Request, look: AskedLook) -> Response:
    """What would be read of a file; nothing of it is kept."""
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        raise HttpError(415, f"Send the file as {_FORM}, with the part file.", accepts=[_FORM])
    async with (
        served(request).uploads.place(request.state.address),
        request.form(max_files=1, max_fields=4, max_part_size=MAPPING_LIMIT) as form,
    ):
        return await to_thread.run_sync(partial(_look_at, request, look, form))


def _common() -> dict[str, object]:
    found: list[dict[str, Any]] = [
        *cast("list[dict[str, Any]]", formats_document()["formats"]),
        *cast("list[dict[str, Any]]", formats_document()["tables"]),
    ]
    return {"formats": tuple((one["name"], f"{one['title']} ({one['publisher']})") for one in found)}


def _look_at(request: Request, look: Look, form: FormData) -> Response:
    state, upload = served(request), form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise UsageError("There is no file in the form; choose the file to be read.")
    mapping, name = chosen_mapping(form)
    mapping = state.ledger.with_parties(mapping, name=name)
    with state.working():
        parsed = parse_any_mapping(mapping, name=name)
        imported = read_evidence(
            upload.file, parsed, name=upload.filename, published=chosen_day(form), limit=state.settings.upload
        )
        previews = [preview(one) for one in imported.series]
        facts = _facts(imported, previews)
        if "application/json" in request.headers.get("accept", ""):
            given = _statements(state, imported, mapping)
            fragment = render("preview.html", told(Face(catalogue())) | {"read": facts, "notice": given["too_large"]})
            return Response(orjson.dumps({**given, "html": fragment.decode()}), media_type="application/json")
    return reply(request, draw(
        request, "evidence.html", title="Evidence", look=look, view=None, **_common(), read=facts, notice="",
    ))  # fmt: skip


def _facts(imported: "Imported", previews: "list[Preview]") -> dict[str, Any]:
    """Return what the template tells of a file."""
    return {**preview_document(imported, previews), "licence": imported.mapping.licence or ""}


def _statements(state: Served, imported: "Imported", mapping: bytes) -> dict[str, Any]:
    """Return the statements that a file would make, for its holder to sign, with the figures as they would be kept."""
    now = state.ledger.clock()
    size = sum(one.observations.size for one in imported.series)
    too_large = (
        f"These figures have {size} bytes, and {IN_PAGE} is the most that a page hands in; use pledger submit."
        if size > IN_PAGE
        else ""
    )
    made = []
    for series in imported.series if not too_large else ():
        body = evidence_body(imported, series, now=now, extra={})
        statement = make_statement("evidence", series.subject, body, issued=now)
        made.append({"statement": plain(statement), "observations": series.observations.read().decode("utf-8")})
    return {
        "statements": made, "mapping": mapping.decode("utf-8"), "too_large": too_large,
        "salted": not imported.mapping.redistribute,
    }  # fmt: skip
