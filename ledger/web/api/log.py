"""The log: where it ends, its entries, statements, receipts and proofs, and the keys that it knows (design §2.3, §2.4).

Lists go by the entry's index: ``start`` is the first to be looked at, and ``next`` where to go on.
"""

import re
from itertools import islice
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ledger.assessment import METHOD
from ledger.errors import MalformedError, NotFoundError, UsageError
from ledger.model.erasure import LASTING
from ledger.model.statement import KINDS
from ledger.report.document import consistency_document, entry_document, hash_text, header_document, proof_document
from ledger.runtime import Ledger
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import parse_note
from ledger.tlog.proof import format_proof, format_receipt
from ledger.tlog.stored import Row
from ledger.web import answer, example
from ledger.web.api import told
from ledger.web.api.statement import MANY, ONE
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(tags=["log"], dependencies=[Depends(needs("read"))])

PAGE: Final = 1000
"""Entries of one list, at most."""

BYTES: Final = 4 << 20
"""Bytes of statements in one list after which it ends, though there be more; one statement is always given."""

LOOKED_AT: Final = 50_000
"""Entries that are looked at for one list, at most."""

TEXT: Final = "text/plain"

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")

Entry = Annotated[
    str, Path(description="The index of an entry, or the digest of its statement.", openapi_examples={
        "index": {"value": "40"}, "digest": {"value": example.DIGEST},
    }),
]  # fmt: skip
Count = Annotated[int, Query(ge=0, le=2**53 - 1)]


@ROUTER.get("/v1/ledger", summary="Which ledger this is, and where its log ends", responses=told("It.", example.LEDGER))
def ledger(request: Request) -> Response:
    """Origin, genesis, size, root, the last checkpoint and the policy by which it is verified."""
    state = served(request)
    head = state.ledger.head()
    checkpoint = parse_checkpoint(parse_note(head.checkpoint).text)
    return answer.fresh(request, {
        "origin": state.ledger.origin, "genesis": state.ledger.genesis, "size": checkpoint.size,
        "root": hash_text(checkpoint.root), "checkpoint": head.checkpoint.decode("utf-8"), "received": head.received,
        "policy": state.ledger.policy(checkpoint.size).decode("utf-8"), "method": METHOD,
        "private": state.settings.private,
    })  # fmt: skip


@ROUTER.get("/v1/keys", summary="The keys that the ledger knows", responses=told("They.", example.KEYS))
def keys(request: Request) -> Response:
    """Thumbprints, roles and since when; whether a key is held here is nobody else's business."""
    known = served(request).ledger.keys()
    return answer.fresh(request, {
        "keys": [
            {
                "kid": key.kid, "algorithm": key.algorithm, "office": key.office, "roles": list(key.roles),
                "party": key.party, "since": key.since, "until": key.until, "compromised": key.compromised,
            }
            for key in known
            if key.since is not None
        ]
    })  # fmt: skip


@ROUTER.get("/v1/entries", summary="Entries, by index", responses=told("Their headers.", example.ENTRIES))
def entries(
    request: Request,
    start: Annotated[Count, Query(description="The first entry to be looked at.")] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE, description="How many at most.")] = 100,
    size: Annotated[Count | None, Query(description="Only the log's first entries; else all of them.")] = None,
    kind: Annotated[str | None, Query(description="Only entries of this kind.", examples=["commitment"])] = None,
    subject: Annotated[str | None, Query(description="Only entries about this subject.", max_length=200)] = None,
) -> Response:
    """``next`` is the index to go on from, and null at the end."""
    held = served(request).ledger
    if kind is not None and kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r} of statement; the kinds are {', '.join(KINDS)}.", kind=kind)
    upto = held.view("9999-12-31", size).size
    found, going_on = _page(held, start, min(upto, start + LOOKED_AT), limit=limit, kind=kind, subject=subject)
    listed = [header_document(row.header) for row in found]
    told_ = {"size": upto, "start": start, "entries": listed, "next": going_on if going_on < upto else None}
    return answer.fresh(request, told_, keep="immutable" if size is not None and len(found) == limit else "asked")


@ROUTER.get("/v1/entries/{entry}", summary="An entry with its statement", responses=told("It.", example.ENTRY))
def entry(request: Request, entry: Entry) -> Response:
    """Header, statement, between which moments it came to be, and what was erased of it or under it."""
    held = served(request).ledger
    index = index_of(held, entry)
    row = row_of(held, index)
    erased, since = held.erased_of(index), held.erased_since(index)
    return answer.fresh(request, entry_document(row, held.interval(index), erased=erased, since=since))


@ROUTER.get(
    "/v1/statements",
    summary="Statements as they were signed, by index",
    responses=told("A line for each entry.", example.STATEMENTS, media_type=MANY),
)
def statements(
    request: Request,
    start: Annotated[Count, Query(description="The first entry.")] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE, description="How many at most.")] = 100,
) -> Response:
    """``index`` and the compact JWS, null where it was erased. What is long ends early: go on after its last index."""
    lines: list[bytes] = []
    left = BYTES
    for row in served(request).ledger.rows(start, start + limit):
        lines.append(orjson.dumps({"index": row.index, "statement": row.jws and row.jws.decode("ascii")}))
        left -= len(lines[-1])
        if left <= 0:
            break
    return answer.reply(request, b"".join(line + b"\n" for line in lines), media_type=MANY, keep="asked")


@ROUTER.get(
    "/v1/statements/{entry}",
    summary="A statement as it was signed",
    responses=told("The compact JWS.", example.JWS, media_type=ONE),
)
def statement(request: Request, entry: Entry) -> Response:
    """The exact bytes; gone where a logged erasure took them."""
    held = served(request).ledger
    index = index_of(held, entry)
    row = row_of(held, index)
    if row.jws is None:
        message = f"The statement of entry {index} was erased; its header and its proofs stand."
        raise NotFoundError(message, index=index)
    keep: answer.Keep = "immutable" if row.kind in LASTING else "fixed"
    return answer.reply(request, row.jws, media_type=ONE, keep=keep)


@ROUTER.get(
    "/v1/receipts/{entry}",
    summary="The receipt of a statement",
    responses=told("The receipt.", example.RECEIPT)
    | told("It waits for files, and is not logged.", example.WAITS, status=202),
)
def receipt(request: Request, entry: Entry) -> Response:
    """The one that was given first; of a statement that waits for its files, what it waits for."""
    state = served(request)
    waits = state.intake.waits(entry) if _DIGEST.fullmatch(entry) and state.ledger.index_of(entry) is None else None
    if waits is not None:
        return Response(orjson.dumps(waits.document()), status_code=202, media_type="application/json")
    found = state.ledger.receipt(index_of(state.ledger, entry))
    return answer.reply(request, format_receipt(found), media_type="application/json", keep="asked")


@ROUTER.get("/v1/proofs/{entry}", summary="The proof that an entry is in the log", responses=told("It.", example.PROOF))
def proof(
    request: Request,
    entry: Entry,
    size: Annotated[Count | None, Query(description="Under the checkpoint of this size; else the last one.")] = None,
    form: Annotated[str, Query(alias="format", pattern="^(json|text)$", description="text: C2SP tlog-proof.")] = "json",
) -> Response:
    """The inclusion proof, and the checkpoint to which it leads (C2SP tlog-proof)."""
    held = served(request).ledger
    index = index_of(held, entry)
    found = held.prove(index, size=size)
    keep: answer.Keep = "asked" if size is None else "immutable"
    if form == "text":
        return answer.reply(request, format_proof(found), media_type=TEXT, keep=keep)
    return answer.fresh(request, proof_document(found, held.entry(index)), keep=keep)


@ROUTER.get(
    "/v1/consistency",
    summary="The proof that the log only grew",
    responses=told("It (RFC 6962 §2.1.2).", example.CONSISTENCY),
)
def consistency(
    request: Request,
    old: Annotated[int, Query(ge=1, le=2**53 - 1, description="Entries before.")],
    new: Annotated[Count | None, Query(description="Entries then; else all there are.")] = None,
) -> Response:
    """That the log of so many entries begins with the log of fewer."""
    held = served(request).ledger
    upto = held.head().size if new is None else new
    if old > upto:
        raise UsageError(f"The log of {upto} entries cannot begin with one of {old}; name a smaller one.")
    found = consistency_document(old, upto, held.prove_consistency(old, upto))
    return answer.fresh(request, found, keep="asked" if new is None else "immutable")


def index_of(held: Ledger, entry: str) -> int:
    """Return the index that a path means: a number, or the digest of a statement.

    Raises:
        NotFoundError: there is no such statement.
        MalformedError: it is neither.
    """
    if _INDEX.fullmatch(entry):
        return int(entry)
    if _DIGEST.fullmatch(entry) is None:
        raise MalformedError(f"{entry[:80]!r} is neither the index of an entry nor the digest of a statement.")
    index = held.index_of(entry)
    if index is None:
        raise NotFoundError(f"There is no statement {entry} in this ledger; mend the digest.", statement=entry)
    return index


def row_of(held: Ledger, index: int) -> Row:
    """Return an entry.

    Raises:
        NotFoundError: there is none.
    """
    row = next(iter(held.rows(index, index + 1)), None)
    if row is None:
        size = held.head().size
        raise NotFoundError(f"There is no entry {index}; the log has {size}, from 0 to {size - 1}.", index=index)
    return row


def _page(
    held: Ledger, start: int, stop: int, *, limit: int, kind: str | None, subject: str | None
) -> tuple[list[Row], int]:
    """Return the entries of a list, and from where to go on."""
    rows = held.rows(start, stop, kinds=() if kind is None else (kind,))
    found = list(islice((row for row in rows if subject is None or row.subject == subject), limit))
    return found, found[-1].index + 1 if len(found) == limit else stop
