"""Pledges: what became of them, how enforceable they are, how verdicts changed, and what a view knows (R1, R11, E4)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ledger.assessment.enforceability.lint import lint as judge
from ledger.assessment.view import Fact, commitment_of
from ledger.model.statement import plain
from ledger.report.document import (
    history_document,
    lint_document,
    score_document,
    status_document,
    together_document,
    view_document,
)
from ledger.service.determine import determination
from ledger.service.scene import read_said
from ledger.web import answer, example
from ledger.web.api import Asked, AskedView, told, view_key
from ledger.web.served import Served, served
from ledger.web.token import needs

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View

ROUTER: Final = APIRouter(tags=["pledges"], dependencies=[Depends(needs("read"))])

Subject = Annotated[str, Path(description="A commitment.", max_length=200, examples=[example.SUBJECT])]
Party = Annotated[str | None, Query(description="All that this party owes, together.", max_length=200)]
Instrument = Annotated[str | None, Query(description="All that it gives force to, together.", max_length=200)]


@ROUTER.get("/v1/status", summary="What became of each pledge", responses=told("The status.", example.STATUS))
def status_of_all(request: Request, asked: AskedView, party: Party = None, instrument: Instrument = None) -> Response:
    """Outcome, validity and disposition of every commitment; of one party or instrument with their totals (R16)."""
    state = served(request)
    view = asked.view(state)

    def make() -> dict[str, object]:
        if party is None and instrument is None:
            return status_document(view, state.ledger.results(view), state.ledger.erased(view))
        results, together = state.ledger.together(view, party=party, instrument=instrument)
        credited = state.ledger.credibility(party, view) if party is not None else None
        return status_document(view, results, state.ledger.erased(view)) | together_document(together, credited)

    return answer.document(request, (party, instrument, *view_key(state, view)), make, is_pinned=asked.is_pinned)


@ROUTER.get("/v1/status/{subject}", summary="What became of a pledge", responses=told("Its status.", example.STATUS))
def status_of_one(request: Request, subject: Subject, asked: AskedView) -> Response:
    """Outcome, validity and disposition of one commitment, its ratios typed and in words."""

    def make(state: Served, view: "View") -> dict[str, object]:
        return status_document(view, (_result(state, view, subject),), state.ledger.erased(view))

    return _at_view(request, asked, make)


@ROUTER.get("/v1/score/{subject}", summary="How enforceable a pledge is", responses=told("Its score.", example.SCORE))
def score(request: Request, subject: Subject, asked: AskedView) -> Response:
    """Seven levels as written and as practised, with their reasons and entries (E1 to E9)."""

    def make(state: Served, view: "View") -> dict[str, object]:
        result = _result(state, view, subject)
        return score_document(view, result, tuple(state.ledger.credibility(party, view) for party in result.obligors))

    return _at_view(request, asked, make)


@ROUTER.get(
    "/v1/history/{subject}", summary="How verdicts changed, and why", responses=told("The history.", example.HISTORY)
)
def history(request: Request, subject: Subject, asked: AskedView) -> Response:
    """By day as the log stands, and by entry as it grew."""
    return _at_view(request, asked, lambda state, view: history_document(state.ledger.history(subject, view)))


@ROUTER.get(
    "/v1/lint/{subject}", summary="What keeps a pledge from being more enforceable", responses=told("It.", example.LINT)
)
def lint(request: Request, subject: Subject, asked: AskedView) -> Response:
    """The words at fault, the rule, the gain, the better text (E9)."""

    def make(state: Served, view: "View") -> dict[str, object]:
        known = state.ledger.known(view)
        commitment_of(known, subject)
        return {
            "view": view_document(view), "lints": [lint_document(judge(known, subject), lambda _: None)], "fails": [],
        }  # fmt: skip

    return _at_view(request, asked, make)


@ROUTER.get("/v1/commitments", summary="The commitments that a view knows", responses=told("They.", example.KNOWN))
def commitments(request: Request, asked: AskedView) -> Response:
    """Each as it was last recorded, with its entry."""
    return _at_view(request, asked, lambda state, view: _facts("commitments", state, view))


@ROUTER.get(
    "/v1/instruments", summary="The instruments that a view knows", responses=told("They.", example.INSTRUMENTS)
)
def instruments(request: Request, asked: AskedView) -> Response:
    """Each as it was last recorded, with its entry."""
    return _at_view(request, asked, lambda state, view: _facts("instruments", state, view))


@ROUTER.get("/v1/parties", summary="The parties that a view knows", responses=told("They.", example.PARTIES))
def parties(request: Request, asked: AskedView) -> Response:
    """Each as it was last recorded, with its entry."""
    return _at_view(request, asked, lambda state, view: _facts("parties", state, view))


@ROUTER.get(
    "/v1/determinations/{subject}",
    summary="What a determination of a pledge would say",
    responses=told("Its body, for an auditor to sign.", example.DETERMINATION),
)
def draft_determination(request: Request, subject: Subject, asked: AskedView) -> Response:
    """Whoever holds the key signs it elsewhere, and hands it in as a statement."""

    def make(state: Served, view: "View") -> dict[str, object]:
        result = _result(state, view, subject)
        return {"view": view_document(view), "subject": subject, "body": plain(determination(result, view))}

    return _at_view(request, asked, make)


@ROUTER.get(
    "/v1/determinations", summary="The determinations that were recorded", responses=told("They.", example.LOGGED)
)
def determinations(
    request: Request,
    asked: AskedView,
    subject: Annotated[str | None, Query(description="Only those of this commitment.", max_length=200)] = None,
) -> Response:
    """In the order of their entries, those issued by the view's day."""

    def make(state: Served, view: "View") -> dict[str, object]:
        rows = state.ledger.rows(0, view.size, kinds=("determination",))
        said = [read_said(row) for row in rows if subject is None or row.subject == subject]
        return {
            "view": view_document(view),
            "determinations": [
                {"subject": one.subject, "entry": one.index, "statement": one.name, "body": plain(one.statement.body)}
                for one in said
                if one is not None and one.statement.issued[:10] <= view.as_of
            ],
        }

    state = served(request)
    view = asked.view(state)
    key = (subject, *view_key(state, view))
    return answer.document(request, key, lambda: make(state, view), is_pinned=asked.is_pinned)


def _result(state: Served, view: "View", subject: str) -> "CommitmentResult":
    """Return what the method says of one commitment, reckoned from what belongs to it alone.

    Raises:
        NotFoundError: the view does not know it.
    """
    commitment_of(state.closures.recorded(view), subject)
    (result,) = state.closures.results(view, (subject,))
    return result


def _at_view(request: Request, asked: Asked, make: Any) -> Response:  # noqa: ANN401  # a function of state and view
    state = served(request)
    view = asked.view(state)
    return answer.document(request, view_key(state, view), lambda: make(state, view), is_pinned=asked.is_pinned)


def _facts(name: str, state: Served, view: "View") -> dict[str, object]:
    facts: Mapping[str, Fact[Any]] = getattr(state.closures.recorded(view), name)
    return {
        "view": view_document(view),
        name: [
            {"subject": subject, "entry": fact.index, "statement": fact.name, "body": plain(fact.body)}
            for subject, fact in sorted(facts.items())
        ],
    }
