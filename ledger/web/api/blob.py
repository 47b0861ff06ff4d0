"""Files by digest: uploaded where a signed statement waits for them, given where a logged one names them (design §3).

A file whose publisher does not let it travel is never given, by whatever address. Ranges are answered, so that a long
download goes on where it broke off. Of a private ledger nobody without a token learns whether it has a file: to bring
one that no statement waits for is refused in the same words, whether it is here or not.
"""

import hashlib
import re
from base64 import b64encode
from typing import IO, Annotated, BinaryIO, Final, cast

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from ledger.errors import NotFoundError, PledgerError, RefusedError
from ledger.runtime.intake import Logged, Outcome
from ledger.web import answer, example
from ledger.web.api import told
from ledger.web.api.statement import format_outcome, status_of
from ledger.web.served import Served, served
from ledger.web.token import may_read, needs
from ledger.web.upload import spooled

ROUTER: Final = APIRouter(tags=["files"])

OCTETS: Final = "application/octet-stream"

_PIECE: Final = 1 << 18

_DIGEST: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")

Digest = Annotated[str, Path(description="sha256: and 64 hexadecimal digits.", examples=[example.DIGEST])]


@ROUTER.get(
    "/v1/blobs/{digest}",
    summary="A file that a logged statement names",
    dependencies=[Depends(needs("read"))],
    responses=told("The file, or the range of it that is asked for.", b"", media_type=OCTETS),
)
def give(request: Request, digest: Digest) -> Response:
    """Raw files, observations, mappings and archived copies, as far as their licence lets them travel."""
    name = digest_of(digest)
    stream = served(request).site.file(name)
    if stream is None:
        message = f"There is no file sha256:{name} here that may be given; its publisher's licence may keep it back."
        raise NotFoundError(message, digest=f"sha256:{name}")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Repr-Digest": _repr_digest(name)}
    return answer.file(request, stream, etag=name, media_type=OCTETS, keep="fixed", headers=headers)


@ROUTER.put(
    "/v1/blobs/{digest}",
    summary="Bring a file for which a signed statement waits",
    status_code=201,
    responses=told("It is kept; what became of each statement that waited for it.", example.BROUGHT, status=201)
    | told("It was here already, and no statement waits for it.", {**example.BROUGHT, "statements": []}),
    openapi_extra={
        "requestBody": {
            "required": True, "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)  # fmt: skip
async def take(request: Request, digest: Digest) -> Response:
    """Taken only up to the size that the statement says, within an hour of it; the last one brings the receipt."""
    state, name = served(request), f"sha256:{digest_of(digest)}"
    may_know = may_read(request)
    async with state.uploads.turn(name):
        held = await to_thread.run_sync(_held, state, name) if may_know else None
        if held is not None:
            return held
        limit = await to_thread.run_sync(state.intake.allowance, name)
        place = state.uploads.place(request.state.address)
        async with place, spooled(request, limit, directory=state.ledger.directory) as file:
            return await to_thread.run_sync(_brought, state, name, file)


def _brought(state: Served, digest: str, file: IO[bytes]) -> Response:
    """Return what became of the statements that waited for a file, which is whole on the disk by now."""
    try:
        outcomes = state.intake.bring(digest, cast("BinaryIO", file))
    except RefusedError:
        # It was awaited when it began to come. Whoever brought the very same since was quicker, and nothing is wrong.
        held = _held(state, digest)
        if held is None or _digest_of(file) != digest:
            raise
        return held
    return _told(state, digest, file.tell(), outcomes)


def _digest_of(file: IO[bytes]) -> str:
    known = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        known.update(piece)
    return f"sha256:{known.hexdigest()}"


def _held(state: Served, digest: str) -> Response | None:
    """Return the answer to whoever brings a file again that is here by a logged statement, as after a lost answer."""
    size = state.ledger.blobs.size(digest)
    if size is None or state.intake.is_awaited(digest) or not state.site.is_named(digest):
        return None
    return Response(orjson.dumps({"digest": digest, "size": size, "statements": []}), media_type="application/json")


def digest_of(text: str) -> str:
    """Return the digits of a digest in a path.

    Raises:
        NotFoundError: it is none, so that nothing has it.
    """
    found = _DIGEST.fullmatch(text)
    if found is None:
        message = f"{text[:80]!r} is not a digest; write sha256: and 64 lower-case hexadecimal digits."
        raise NotFoundError(message)
    return found[1]


def _told(state: Served, digest: str, size: int, outcomes: tuple[tuple[str, Outcome], ...]) -> Response:
    """Return what became of the statements that waited for a file."""
    state.count(tuple(outcome for _, outcome in outcomes))
    statements = []
    for name, outcome in outcomes:
        line: dict[str, object] = {"statement": name, "status": status_of(outcome)}
        if isinstance(outcome, PledgerError):
            line["problem"] = outcome.document()
        else:
            line["receipt" if isinstance(outcome, Logged) else "waits"] = orjson.Fragment(format_outcome(outcome))
        statements.append(line)
    body = orjson.dumps({"digest": digest, "size": size, "statements": statements})
    return Response(body, status_code=201, media_type="application/json")


def _repr_digest(digits: str) -> str:
    """Return the header by which a client checks a file (RFC 9530)."""
    return f"sha-256=:{b64encode(bytes.fromhex(digits)).decode('ascii')}:"
