"""What is not signed yet: the lint of drafts, and what would be read of a file of figures. Nothing of it is kept."""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from ledger.assessment.enforceability.lint import lint as judge
from ledger.errors import NotFoundError, UsageError
from ledger.ingest.document import LIMIT as DRAFTS_LIMIT
from ledger.ingest.layout import LIMIT as MAPPING_LIMIT
from ledger.ingest.preview import preview, preview_document
from ledger.ingest.shelf import formats_document, shipped
from ledger.ingest.tabular import parse_any_mapping, read_evidence
from ledger.report.document import lint_document, view_document
from ledger.runtime.linting import read_for_lint
from ledger.web import answer, example
from ledger.web.api import AskedView, told
from ledger.web.api.statement import read_body
from ledger.web.problem import HttpError
from ledger.web.served import served
from ledger.web.token import long, needs

if TYPE_CHECKING:
    from ledger.assessment.view import Known

ROUTER: Final = APIRouter(tags=["drafts"])

YAML: Final = "application/yaml"
FORM: Final = "multipart/form-data"

_DRAFT_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {YAML: {"schema": {"type": "string"}, "example": example.DRAFT}, "application/json": {"schema": {}}},
    }
}
_FORM_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "as its publisher wrote it"},
                        "format": {"type": "string", "description": "a mapping that is shipped; see /v1/formats"},
                        "map": {"type": "string", "description": "a mapping of your own, as TOML"},
                        "published": {"type": "string", "description": "the day of its publication, YYYY-MM-DD"},
                    },
                }
            }
        },
    }
}


@ROUTER.post(
    "/v1/drafts/lint",
    summary="What keeps drafts from being more enforceable",
    dependencies=[Depends(needs("audit"))],
    responses=told("What the lint says of each commitment.", example.LINT),
    openapi_extra=_DRAFT_BODY,
)
async def lint(
    request: Request,
    asked: AskedView,
    name: Annotated[str, Query(max_length=100, description="What findings call the file.")] = "draft",
) -> Response:
    """Drafts as of `pledger record`, in YAML or JSON; what they leave to the ledger is read there. Nothing is kept."""
    raw = await read_body(request, DRAFTS_LIMIT)
    return await to_thread.run_sync(partial(_lint, request, raw, name, as_of=asked.as_of, size=asked.size))


def _lint(request: Request, raw: bytes, name: str, *, as_of: str | None, size: int | None) -> Response:
    held = served(request).ledger

    def recorded(day: str, wanted: tuple[str, ...]) -> "Known | None":
        return held.whole_known(held.view(day, size)) if wanted else None

    read = read_for_lint(raw, name=name, as_of=as_of, recorded=recorded)
    lints = [lint_document(judge(read.known, subject), read.place) for subject in read.subjects]
    return answer.fresh(request, {"view": view_document(read.known.view), "lints": lints, "fails": []})


@ROUTER.post(
    "/v1/preview",
    summary="What would be read of a file of figures",
    dependencies=[Depends(needs("audit")), Depends(long)],
    responses=told("Series, first figures, totals, rejected rows.", example.PREVIEW),
    openapi_extra=_FORM_BODY,
)
async def preview_file(request: Request) -> Response:
    """By a mapping that is shipped (`format`) or one of your own (`map`); nothing of it is kept."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        raise HttpError(415, f"Send the file as {FORM}, with the part file.", accepts=[FORM])
    async with (
        served(request).uploads.place(request.state.address),
        request.form(max_files=1, max_fields=3, max_part_size=MAPPING_LIMIT) as form,
    ):
        return await to_thread.run_sync(_preview, request, form)


def _preview(request: Request, form: FormData) -> Response:
    state, upload = served(request), form.get("file")
    if not isinstance(upload, UploadFile):
        raise UsageError("There is no part file in the form; send the file to be read.")
    mapping, name = chosen_mapping(form)
    mapping = state.ledger.with_parties(mapping, name=name)
    with state.working():
        parsed = parse_any_mapping(mapping, name=name)
        imported = read_evidence(
            upload.file, parsed, name=upload.filename or "file", published=chosen_day(form), limit=state.settings.upload
        )
        return answer.fresh(request, preview_document(imported, [preview(one) for one in imported.series]))


def chosen_mapping(form: FormData) -> tuple[bytes, str]:
    """Return the mapping that a form chooses, and what it is called in messages: a shipped one, or one of its own."""
    chosen, own = form.get("format") or None, form.get("map") or None
    if isinstance(chosen, str) and own is None:
        return _shipped(chosen), f"{chosen}.toml"
    if isinstance(own, str) and chosen is None:
        return own.encode(), "map"
    raise UsageError("Say how the file is read: either format, or map with a mapping of yours, as text.")


def chosen_day(form: FormData) -> date | None:
    """Return the day of publication that a form says, if it says one."""
    given = form.get("published")
    if given is None or given == "":
        return None
    try:
        day = date.fromisoformat(str(given))
    except ValueError as error:
        raise UsageError(f"{str(given)[:40]!r} is not a day; write published as YYYY-MM-DD.") from error
    return day


@ROUTER.get(
    "/v1/formats",
    summary="The mappings that are shipped",
    dependencies=[Depends(needs("read"))],
    responses=told("They.", example.FORMATS),
)
def formats(request: Request) -> Response:
    """Of files of figures, of tables of codes, of pledges."""
    return answer.fresh(request, formats_document())


@ROUTER.get(
    "/v1/formats/{name}",
    summary="A mapping that is shipped",
    dependencies=[Depends(needs("read"))],
    responses=told("It, as TOML.", 'name = "us-census-exports"\n…', media_type="application/toml"),
)
def format_(request: Request, name: str) -> Response:
    """As a beginning for one of your own."""
    return answer.reply(request, _shipped(name), media_type="application/toml", keep="fixed")


def _shipped(name: str) -> bytes:
    found = shipped(name)
    if found is None:
        raise NotFoundError(f"There is no format {name[:80]!r}; /v1/formats lists those there are.")
    return found
