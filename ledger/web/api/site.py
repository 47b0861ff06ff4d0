"""The C2SP tree under ``/log/``: what ``pledger log export`` writes, answered out of the store (design §2.4).

A client of such logs is pointed at ``/log``; it needs nothing else from here. Full tiles never change.
"""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from ledger.errors import NotFoundError
from ledger.service.site import CHECKPOINT, POLICY
from ledger.web import answer, example
from ledger.web.api import told
from ledger.web.api.statement import ONE
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(tags=["static site"], dependencies=[Depends(needs("read"))])

TEXT: Final = "text/plain; charset=utf-8"
OCTETS: Final = "application/octet-stream"

_FULL: Final = re.compile(r"tile/.*/[0-9]{3}")
_DIGEST: Final = re.compile(r"(?:statement|blob)/([0-9a-f]{64})")


@ROUTER.get(
    "/log/{path:path}",
    summary="A file of the static site",
    responses=told("The file: checkpoint, tile, statement, blob, policy.", example.NOTE, media_type="text/plain"),
)
def site(
    request: Request,
    path: Annotated[str, Path(max_length=200, examples=["checkpoint"])],
) -> Response:
    """The bytes of an export made at this moment (C2SP tlog-tiles)."""
    stream = served(request).site.open(path)
    if stream is None:
        raise NotFoundError(f"The log serves no {path[:100]!r}; docs/formats.md lists what it does.")
    keep: answer.Keep = "immutable" if _FULL.fullmatch(path) else "asked" if path in {CHECKPOINT, POLICY} else "fixed"
    named = _DIGEST.fullmatch(path)
    if named is not None and path.startswith("blob/"):
        return answer.file(request, stream, etag=named[1], media_type=OCTETS, keep=keep)
    with stream:
        raw = stream.read()
    kind = TEXT if path in {CHECKPOINT, POLICY} or path.startswith("timestamp/") else OCTETS
    return answer.reply(request, raw, media_type=ONE if path.startswith("statement/") else kind, keep=keep)
