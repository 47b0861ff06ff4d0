"""Recording: a pledge as one types it with the lint beside it, and the statements it becomes, for a browser to sign.

The text is that of ``pledger record``: YAML or JSON, one draft or several. It is read here by the same reader and
nothing of it is kept; what is signed is composed and shown in the browser. Whoever knows no YAML fills in fields, which
write the draft (``ledger.web.pages.fields``).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from ledger.assessment.enforceability.lint import Lint, LintFinding
from ledger.assessment.enforceability.lint import lint as judge
from ledger.assessment.view import Known
from ledger.errors import PledgerError, UsageError
from ledger.ingest.document import LIMIT, check_draft, read_drafts
from ledger.model.statement import plain
from ledger.report.html import told
from ledger.report.wording import catalogue
from ledger.runtime.linting import ReadDrafts, read_for_lint
from ledger.web.api.statement import read_body
from ledger.web.pages.face import Face
from ledger.web.pages.fields import FIELDS, GROUPS, LONGEST, filled, written
from ledger.web.pages.frame import AskedLook, Look, PageRoute, draw, render, reply
from ledger.web.pages.overview import parties
from ledger.web.served import Served, served
from ledger.web.token import needs

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False)

BEGINNING: Final = """\
# A pledge takes its document first; leave the instrument out where the ledger has it already.
kind: instrument
subject: joint-statement-2026
body:
  title: Joint statement on trade
  form: statement
  issuers: [aa, bb]
  binding: silent
  announced: 2026-01-15
  exit: none
  forum: none
  remedy: none
  escapes: none
  source:
    title: Joint statement on trade
    publisher: Office of the spokesperson
    role: joint
    via: {copy_read: the page of the spokesperson, how: excerpt}
---
kind: commitment
subject: grain-2026
body:
  title: Buy grain
  instrument: joint-statement-2026
  date: 2026-01-15
  obligors: [aa]
  obligees: [bb]
  quotes: [{text: will substantially increase its purchases of grain, language: en}]
  verb: {words: will, strength: committing, shown: {quote: 0, words: will}}
  terms:
    - kind: trend
      id: grain
      title: More grain
      actor: aa
      direction: increase
      unit: t
      measure: {type: export, reporter: bb, partner: aa}
      period: {start: 2026-01-01, end: 2026-12-31}
      scope: {title: grain, classification: HS, codes: ["1001"]}
      shown: {actor: {locator: paragraph 1}, action: {locator: paragraph 1}, scope: {quote: 0, words: grain}}
  source:
    title: Joint statement on trade
    publisher: Office of the spokesperson
    role: joint
    via: {copy_read: the page of the spokesperson, how: excerpt}
"""
"""What stands in the form before anything is typed: a vague pledge, so that the lint has something to say."""


_MOST: Final = len(FIELDS) + 1
"""Fields of the form, at most: its own, and the text."""

_LISTED: Final = 500
"""Names that a field proposes, at most."""

Judged = tuple[tuple[Lint, tuple[tuple[LintFinding, int], ...]], ...]
"""What the lint says of each commitment of a text, each finding with its line."""


@ROUTER.get("/record", dependencies=[Depends(needs("read"))])
def record(request: Request, look: AskedLook) -> Response:
    """The form."""
    return reply(request, _drawn(request, look, BEGINNING, beside="", given={}))


@ROUTER.post("/record", dependencies=[Depends(needs("audit"))])
async def look_at(request: Request, look: AskedLook) -> Response:
    """What the lint says of a text; with ``Accept: application/json``, that and the statements that it becomes."""
    if _wants_data(request):
        raw = await read_body(request, LIMIT)
        return await to_thread.run_sync(_told, request, raw)
    async with request.form(max_files=0, max_fields=_MOST, max_part_size=LIMIT) as form:
        text, given = form.get("text"), _filled(form)
    if not isinstance(text, str):
        raise UsageError("There is no text in the form; write a draft.")
    return await to_thread.run_sync(partial(_page, request, look, text.replace("\r\n", "\n"), given))


@ROUTER.post("/record/draft", dependencies=[Depends(needs("audit"))])
async def write(request: Request, look: AskedLook) -> Response:
    """The draft that the fields of the form say, in the form; with ``Accept: application/json``, that text alone."""
    async with request.form(max_files=0, max_fields=_MOST, max_part_size=LIMIT) as form:
        given = _filled(form)
    text = written(given)
    if _wants_data(request):
        return Response(orjson.dumps({"text": text}), media_type="application/json")
    return await to_thread.run_sync(partial(_page, request, look, text, given))


def _wants_data(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _filled(form: FormData) -> dict[str, str]:
    """Return what the fields hold, each line ended as ours are."""
    for one in FIELDS:
        value = form.get(one.name)
        if isinstance(value, str) and len(value) > LONGEST:
            raise UsageError(f"{one.label} has more than {LONGEST} characters; shorten it.", field=one.name)
    return {name: value.replace("\r\n", "\n") for name, value in filled(form).items()}


def _page(request: Request, look: Look, text: str, given: Mapping[str, str]) -> Response:
    beside, _ = _beside(request, text.encode())
    return reply(request, _drawn(request, look, text, beside=beside, given=given))


def _drawn(request: Request, look: Look, text: str, *, beside: str, given: Mapping[str, str]) -> bytes:
    """Return the page: the fields with what was filled in, the draft, and what stands beside it."""
    state = served(request)
    known = state.closures.recorded(state.ledger.view(None))
    listed = {
        "parties": [(slug, known.parties[slug].body.names.get("en", "")) if slug in known.parties else (slug, "")
                    for slug in parties(known)[:_LISTED]],
        "instruments": [(slug, fact.body.title) for slug, fact in sorted(known.instruments.items())[:_LISTED]],
    }  # fmt: skip
    return draw(
        request, "record.html", title="Record a pledge", look=look, view=None, text=text, beside=beside, groups=GROUPS,
        given=given, listed=listed, is_begun="yes" if given else "",
    )  # fmt: skip


def _told(request: Request, raw: bytes) -> Response:
    beside, statements = _beside(request, raw)
    return Response(orjson.dumps({"html": beside, "statements": statements}), media_type="application/json")


def _beside(request: Request, raw: bytes) -> tuple[str, list[dict[str, Any]]]:
    """Return what stands beside a text, and the statements that it becomes; none where it cannot be read."""
    state = served(request)
    fault = ""
    lints: Judged = ()
    statements: list[dict[str, Any]] = []
    try:
        now = state.ledger.clock()
        drafts = read_drafts(raw, name="draft")
        statements = [plain(check_draft(draft, issued=now)) for draft in drafts]
        if any(draft.kind == "commitment" for draft in drafts):
            lints = _lints(state, raw)
    except PledgerError as error:
        fault, statements = error.message, []
    shown = render("lint.html", told(Face(catalogue())) | {"fault": fault, "lints": lints, "count": len(statements)})
    return shown.decode(), statements


def _lints(state: Served, raw: bytes) -> Judged:
    """Return what the lint says of each commitment of a text, each finding with its line (0 where it has none)."""

    def recorded(day: str, wanted: tuple[str, ...]) -> Known | None:
        return state.closures.recorded(state.ledger.view(day)) if wanted else None

    read = read_for_lint(raw, name="draft", as_of=None, recorded=recorded)
    judged = (judge(read.known, subject) for subject in read.subjects)
    return tuple((found, tuple((one, _line(read, one)) for one in found.findings)) for found in judged)


def _line(read: ReadDrafts, one: LintFinding) -> int:
    place = read.place(one)
    return place[1] if place is not None else 0
