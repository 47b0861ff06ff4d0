"""Series of figures: which there are, and the figures of one of them, given back (R2)."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ledger.assessment.series import Figure, list_series, series_key
from ledger.report.document import figures_document, listed_document
from ledger.report.foreign import spreadsheet_text
from ledger.web import answer, example
from ledger.web.api import AskedView, told, view_key
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(tags=["figures"], dependencies=[Depends(needs("read"))])

_NUMBERS: Final = ("entry", "value")

CSV: Final = "text/csv; charset=utf-8"


@ROUTER.get("/v1/series", summary="The series of figures that a view knows", responses=told("They.", example.SERIES))
def series(request: Request, asked: AskedView) -> Response:
    """By key, source and channel: the days that they cover, their units and vintages."""
    state = served(request)
    view = asked.view(state)
    return answer.document(
        request, view_key(state, view), lambda: listed_document(view, list_series(state.ledger.known(view))),
        is_pinned=asked.is_pinned,
    )  # fmt: skip


@ROUTER.get(
    "/v1/series/{key:path}",
    summary="The figures of a series",
    responses={200: {
        "description": "The figures.",
        "content": {
            "application/json": told("", example.FIGURES)[200]["content"]["application/json"],
            "text/csv": {"schema": {"type": "string"}},
        },
    }},
)  # fmt: skip
def figures(
    request: Request,
    key: Annotated[str, Path(description="MEASURE/REPORTER/PARTNER", max_length=300, examples=["export/us/cn"])],
    asked: AskedView,
    vintages: Annotated[bool, Query(description="Also figures that a newer vintage replaced.")] = False,  # noqa: FBT002
    form: Annotated[str, Query(alias="format", pattern="^(json|csv)$")] = "json",
) -> Response:
    """Of each point the newest figure, or those of all vintages."""
    state = served(request)
    view, chosen = asked.view(state), series_key(key)
    if form == "csv":
        found = state.ledger.figures(chosen, view, vintages=vintages)
        return answer.reply(request, _table(found), media_type=CSV, keep="fixed" if asked.is_pinned else "asked")

    def make() -> dict[str, object]:
        return figures_document(view, state.ledger.figures(chosen, view, vintages=vintages))

    return answer.document(request, (vintages, *view_key(state, view)), make, is_pinned=asked.is_pinned)


def _table(figures: Iterable[Figure]) -> bytes:
    """Return figures as CSV; a text on which a spreadsheet would act gets an apostrophe before it, a figure never."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(Figure._fields)
    for one in figures:
        cells = one._asdict()
        writer.writerow(str(cell) if name in _NUMBERS else spreadsheet_text(str(cell)) for name, cell in cells.items())
    return buffer.getvalue().encode()
