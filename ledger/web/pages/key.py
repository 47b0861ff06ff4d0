"""Keys: one that stays in this browser and signs there, and those that the ledger knows."""

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ledger.web.pages.frame import AskedLook, PageRoute, page
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(needs("read"))])

ROLES: Final = ("recorder", "submitter", "assessor", "auditor", "enforcer")
"""What a browser's key may be granted; an operator is appointed by root keys."""


@ROUTER.get("/keys")
def keys(request: Request, look: AskedLook) -> Response:
    """The key of this browser, and all that the ledger knows."""
    state = served(request)
    held = state.ledger.keys()
    known = tuple(key for key in held if key.since is not None)
    return page(
        request, "keys.html", title="Keys", look=look, view=None, keys=known, roles=ROLES, genesis=state.ledger.genesis,
    )  # fmt: skip
