"""Whether the server lives, whether it can answer, and figures about it."""

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ledger.errors import UnavailableError
from ledger.web import example
from ledger.web.answer import fresh
from ledger.web.api import told
from ledger.web.metric import MEDIA_TYPE
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(tags=["server"])


@ROUTER.get("/healthz", summary="Whether the server lives", responses=told("It does.", example.HEALTH))
async def healthz(request: Request) -> Response:
    """Answers whatever the state of the ledger: a server that does not answer this is to be started again."""
    return fresh(request, {"status": "ok"})


@ROUTER.get("/readyz", summary="Whether the server can answer", responses=told("It can.", example.READY))
def readyz(request: Request) -> Response:
    """Answers 503 where the store cannot be read, or where the outcome of a commit is unknown."""
    ledger = served(request).ledger
    if ledger.group().is_stopped:
        raise UnavailableError("The outcome of a commit is unknown; the server has to be started again.")
    return fresh(request, {"status": "ready", "size": ledger.head().size})


@ROUTER.get(
    "/metrics",
    summary="Figures about the server, for Prometheus",
    dependencies=[Depends(needs("metrics"))],
    responses=told("The figures, in Prometheus' text format.", example.METRICS, media_type="text/plain"),
)
def metrics(request: Request) -> Response:
    """Asks for a token with the scope metrics, on a public ledger too."""
    state = served(request)
    return Response(state.metrics.text(size=state.ledger.head().size), media_type=MEDIA_TYPE)
