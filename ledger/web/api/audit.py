"""Audits of pledges at a view, as data, as a report, and as a bundle; and the check of anybody's bundle (method §6).

Which were published is told elsewhere (``publication``). Both take long, so that only a few are at work at once, and an
address may ask for so many.
"""

import hashlib
import tempfile
from io import BytesIO
from typing import IO, TYPE_CHECKING, Annotated, BinaryIO, Final, Literal, cast

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ledger.audit.kept import KEPT_FROM
from ledger.audit.scope import due_within, parse_period
from ledger.audit.verify import verify as check
from ledger.errors import UsageError
from ledger.model.value import Days
from ledger.report.html import render
from ledger.runtime.rendering import paper, rendered, workbook, write_bundle
from ledger.service.software import rendering_software
from ledger.web import answer, example
from ledger.web.api import AskedView, told, view_key
from ledger.web.api.commitment import Instrument, Party
from ledger.web.problem import HttpError
from ledger.web.security import PAGE, POLICY
from ledger.web.served import Served, served
from ledger.web.token import long, needs
from ledger.web.upload import spooled

if TYPE_CHECKING:
    from ledger.model.determination import View
    from ledger.service.export import Export

ROUTER: Final = APIRouter(tags=["audits"], dependencies=[Depends(needs("audit")), Depends(long)])

ZIP: Final = "application/zip"
HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_TYPES: Final = {"json": JSON, "html": HTML, "pdf": PDF, "xlsx": XLSX, "zip": ZIP}

SUBJECTS: Final = 200
"""Commitments of one audit, at most, as they are named in an address."""

Form = Annotated[
    Literal["json", "html", "pdf", "xlsx", "zip"],
    Query(alias="format", description="Data, report, print, workbook, or bundle."),
]

_ANSWERS: Final = {
    200: {
        "description": "The audit: the whole result as canonical JSON, the report, the workbook, or the bundle.",
        "content": {
            JSON: {"schema": {"type": "object"}, "example": example.AUDIT},
            "text/html": {"schema": {"type": "string"}},
            PDF: {"schema": {"type": "string", "format": "binary"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            ZIP: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


Period = Annotated[
    str | None,
    Query(description="Only what falls due from one day to the other, FIRST/LAST.", max_length=21),
]


@ROUTER.get("/v1/audit", summary="An audit of all that a party owes", responses=_ANSWERS)  # type: ignore[arg-type]  # its own shape
def audit_of_all(
    request: Request,
    asked: AskedView,
    party: Party = None,
    instrument: Instrument = None,
    period: Period = None,
    form: Form = "json",
) -> Response:
    """Or of all that an instrument gives force to, or that falls due in a period; together they narrow one another."""
    state = served(request)
    view = asked.view(state)
    if party is None and instrument is None and period is None:
        raise UsageError("Nothing says what to audit; name commitments, or give party, instrument or period.")
    found = state.ledger.subjects(view, party=party, instrument=instrument)
    days = parse_period(period) if period is not None else None
    if days is not None:
        found = due_within(state.ledger.known(view), found, days)
    if not found:
        raise UsageError(f"No commitment of these is known on {view.as_of}; /v1/status lists all that are.")
    return _audit(request, view, found, form, asked, days)


@ROUTER.get("/v1/audits/{subjects:path}", summary="An audit of pledges", responses=_ANSWERS)  # type: ignore[arg-type]  # as above
def audit(
    request: Request,
    subjects: Annotated[
        str, Path(description="Commitments, with / between them, in the order of the report.", max_length=20_000)
    ],
    asked: AskedView,
    period: Period = None,
    form: Form = "json",
) -> Response:
    """What is given is what `pledger audit` writes; `pledger verify` checks the bundle, offline."""
    named = tuple(subjects.strip("/").split("/"))
    if len(named) > SUBJECTS:
        raise UsageError(f"{len(named)} commitments are named; name {SUBJECTS} at most, or a party or an instrument.")
    days = parse_period(period) if period is not None else None
    return _audit(request, asked.view(served(request)), named, form, asked, days)


@ROUTER.post(
    "/v1/verify",
    summary="Check a bundle",
    responses=told("Sound or unsound, on whose word, and what was found.", example.VERIFICATION),
    openapi_extra={
        "requestBody": {"required": True, "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def verify(
    request: Request,
    public: Annotated[bool, Query(description="Excuse what a redacted bundle leaves out.")] = False,  # noqa: FBT002
) -> Response:
    """A bundle of this log is held against this server's policy; whoever does not trust it verifies at home."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != ZIP:
        raise HttpError(415, f"Send the bundle as {ZIP}.", accepts=[ZIP])
    state = served(request)
    async with state.uploads.place(request.state.address), spooled(request, state.settings.upload) as file:
        return await to_thread.run_sync(_verify, request, file, public)


def _verify(request: Request, file: IO[bytes], public: bool) -> Response:  # noqa: FBT001  # by position only here
    state = served(request)
    pinned = {state.ledger.origin: state.ledger.policy()}
    with state.working():
        lock = rendering_software().lock
        found = check(cast("BinaryIO", file), policy=None, pinned=pinned, public=public, render=render, lock=lock)
    return answer.fresh(request, {**found.document(), "since": None})


def _audit(
    request: Request, view: "View", subjects: tuple[str, ...], form: str, asked: AskedView, period: Days | None
) -> Response:
    state = served(request)
    name = f"{subjects[0] if len(subjects) == 1 else 'audit'}-{view.as_of}.{form}"
    keep: answer.Keep = "fixed" if asked.is_pinned else "asked"
    headers = {"Content-Disposition": f'inline; filename="{_plain(name)}"'}
    if form == "zip":
        headers["Content-Disposition"] = f'attachment; filename="{_plain(name)}"'
    if form == "html":
        headers[POLICY] = f"{PAGE}; sandbox"
    if form == "zip" or len(subjects) >= KEPT_FROM:
        # What is large goes out from a file as it stands, and is not remembered.
        file, etag = _file(state, view, subjects, form, period)
        return answer.file(request, file, etag=etag, media_type=_TYPES[form], keep=keep, headers=headers)
    key = ("audit", subjects, period, form, *view_key(state, view), state.ledger.head().size)
    found = state.remembered.get(key, lambda: _whole(state, view, subjects, form, period))
    return answer.reply(request, found, media_type=_TYPES[form], keep=keep, headers=headers)


def _whole(state: Served, view: "View", subjects: tuple[str, ...], form: str, period: Days | None) -> bytes:
    with state.working(), state.ledger.export(view, subjects, period=period) as export:
        sink = BytesIO()
        _write(export, form, sink)
        return sink.getvalue()


def _write(export: "Export", form: str, sink: BinaryIO) -> None:
    software = rendering_software()
    if form == "json":
        export.write_audit(sink)
    elif form == "html":
        sink.writelines(rendered(export.result, software, bundle="audit.zip"))
    elif form == "xlsx":
        workbook(export.result, software, sink)
    elif form == "pdf":
        sink.write(paper(export, software))
    else:
        write_bundle(export, sink)


def _file(
    state: Served, view: "View", subjects: tuple[str, ...], form: str, period: Days | None
) -> tuple[BinaryIO, str]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed once the answer has left
    try:
        with state.working(), state.ledger.export(view, subjects, period=period) as export:
            _write(export, form, cast("BinaryIO", file))
        file.seek(0)
        etag = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except BaseException:
        file.close()
        raise
    return cast("BinaryIO", file), etag


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "-" for letter in name)
