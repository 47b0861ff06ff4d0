"""What a witness is asked and what it answers: the request, the checks in order, each status (C2SP tlog-witness).

A witness keeps, for each log that it knows, the largest checkpoint that it has cosigned, and cosigns another only if
that one continues it. Here is the decision alone, on bytes and on what was kept; keeping it atomically is
`ledger.service.witness`'s. The monitor's way to a log's last cosigned checkpoint is here as well. Nothing here listens,
keeps anything or reads a clock.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import Signer
from ledger.tlog.checkpoint import Checkpoint, cosign_checkpoint, parse_checkpoint, parse_decimal
from ledger.tlog.cosignature import Head, verify_cosignature
from ledger.tlog.merkle import EMPTY_ROOT, Hash, format_hash, parse_hash, verify_consistency
from ledger.tlog.note import (
    NOTE_LIMIT,
    Note,
    SignatureType,
    VerifierKey,
    Verify,
    format_note,
    format_signature,
    open_note,
    parse_note,
    verify_text,
)

PROOF_LINES: Final = 63
"""The most lines of a consistency proof that a request may have (tlog-witness)."""

REQUEST_LIMIT: Final = NOTE_LIMIT + 4096
"""The most bytes that a request may have: those of a checkpoint, 63 lines of 45 bytes, and the old size."""

ADD_CHECKPOINT: Final = "/add-checkpoint"
"""What the submission prefix is followed by."""

SIZE_TYPE: Final = "text/x.tlog.size"
"""The media type of an answer that holds nothing but a size."""

TEXT_TYPE: Final = "text/plain; charset=utf-8"

_OLD: Final = "old "
_ORIGIN_PATH: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request for cosignatures.

    Attributes:
        old: size of the checkpoint that the witness is thought to have cosigned last; 0 if none.
        proof: that the new tree begins with the tree of that size (RFC 6962 §2.1.2).
        checkpoint: the signed checkpoint, verbatim.
    """

    old: int
    proof: tuple[Hash, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What a witness keeps of a log: the largest checkpoint that it has cosigned.

    Attributes:
        size: of its tree.
        root: of its tree.
        at: when it was last cosigned, in seconds since 1970.
        note: the checkpoint with the log's signatures that were verified and the witness's own.
    """

    size: int
    root: Hash
    at: int
    note: bytes


@dataclass(frozen=True, slots=True)
class Cosigner:
    """One key of a witness, and the name that it signs in."""

    name: str
    key: Signer

    @property
    def verifier(self) -> VerifierKey:
        """The key that its cosignatures are checked against, of type 0x04 or 0x06."""
        is_mldsa = self.key.algorithm == "ML-DSA-44"
        kind = SignatureType.MLDSA44_COSIGNATURE if is_mldsa else SignatureType.ED25519_COSIGNATURE
        return VerifierKey(self.name, kind, self.key.public)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP: status, media type, body."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not granted.

    Attributes:
        status: 400, 403, 404, 409 or 422, each where tlog-witness says so.
        reason: one sentence; for 409 nothing but the size is answered.
        size: of the checkpoint cosigned last, for 409.
        contradicts: the log signed two roots of one size, the one that is kept and this one.
    """

    status: int
    reason: str
    size: int | None = None
    contradicts: bool = False

    @property
    def answer(self) -> Answer:
        """The refusal as it is sent."""
        if self.size is not None:
            return Answer(self.status, SIZE_TYPE, b"%d\n" % self.size)
        return Answer(self.status, TEXT_TYPE, f"{self.reason}\n".encode())


@dataclass(frozen=True, slots=True)
class Granted:
    """A checkpoint that may be cosigned: it is the log's, and continues what was cosigned before.

    Attributes:
        checkpoint: what it says.
        note: its text, with the signatures of the log that were verified and no others.
    """

    checkpoint: Checkpoint
    note: Note


def format_request(request: AddCheckpoint) -> bytes:
    """Return the body of a request; `parse_request` is the inverse.

    Raises:
        MalformedError: the size, the number of hashes or the checkpoint is not what a request can carry.
    """
    lines = "".join(f"{format_hash(value)}\n" for value in request.proof)
    raw = f"{_OLD}{request.old:d}\n{lines}\n".encode() + request.checkpoint
    if parse_request(raw) != request:
        message = "The checkpoint of the request begins with an empty line; give it as the log signed it."
        raise MalformedError(message)
    return raw


def parse_request(raw: bytes) -> AddCheckpoint:
    """Return what the body of a request says; only what `format_request` writes is accepted.

    That its checkpoint is one is looked at afterwards, as an unknown log comes before a malformed one.

    Raises:
        MalformedError: naming the line that is not of the form.
    Source: C2SP tlog-witness, *add-checkpoint*.
    """
    if len(raw) > REQUEST_LIMIT:
        message = f"The request is {len(raw)} bytes long, and {REQUEST_LIMIT} is the most; send one checkpoint."
        raise MalformedError(message)
    top, blank, checkpoint = raw.partition(b"\n\n")
    if not blank or not top.isascii():
        message = "The request has no empty line, or no plain ASCII lines, before its checkpoint; send it whole."
        raise MalformedError(message)
    first, *lines = top.decode("ascii").split("\n")
    if not first.startswith(_OLD):
        message = "The request does not begin with a line of old and a size; write old 0 where none is known."
        raise MalformedError(message)
    old = parse_decimal(first.removeprefix(_OLD), what="old size of the request")
    if len(lines) > PROOF_LINES:
        message = f"The consistency proof has {len(lines)} lines, and {PROOF_LINES} is the most; send the proof alone."
        raise MalformedError(message)
    proof = tuple(parse_hash(line, what=f"hash {number} of the request") for number, line in enumerate(lines, start=1))
    parse_note(checkpoint)
    return AddCheckpoint(old, proof, checkpoint)


def request_origin(request: AddCheckpoint) -> str:
    """Return the origin of the checkpoint in a request, the first line of its text.

    Raises:
        MalformedError: it is not a checkpoint.
    """
    return _read(parse_note(request.checkpoint).text).origin


def decide(request: AddCheckpoint, *, log: Sequence[VerifierKey], kept: Kept | None) -> Granted | Refusal:
    """Return whether a witness may cosign the checkpoint of a request, and if not, with which status it says so.

    Args:
        request: as parsed.
        log: the keys trusted for its origin; none where the log is unknown.
        kept: what was cosigned last for that origin, read under the lock under which the new one will be kept.

    Source: C2SP tlog-witness, *add-checkpoint*, whose order of checks this is.
    """
    # 1. The checkpoint is one (400), of a log that is known (404), and signed by a key of it; a line that names such a
    #    key and does not verify makes the note malformed, which here is 403 as well.
    try:
        note = parse_note(request.checkpoint)
        checkpoint = _read(note.text)
    except MalformedError as error:
        return Refusal(400, error.message)
    if not log or checkpoint.origin != log[0].name:
        return Refusal(404, f"The log {checkpoint.origin} is not known to this witness; ask one that knows it.")
    try:
        opened = open_note(request.checkpoint, log, verify=_verifier(checkpoint))
    except (MalformedError, RefusedError) as error:
        return Refusal(403, error.message)
    # 2. The old size is not beyond the new one (400), and is that of what was cosigned last (409).
    if request.old > checkpoint.size:
        return Refusal(
            400, f"The old size {request.old} is beyond the checkpoint's {checkpoint.size}; mend the request."
        )
    last = kept.size if kept is not None else 0
    if request.old != last:
        return Refusal(409, f"The checkpoint cosigned last has size {last}; send a proof from there.", size=last)
    # 3. The tree without entries has one root, and what is new begins with what was cosigned (422).
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        return Refusal(422, "The checkpoint has no entries, and its root is not that of the empty tree.")
    old_root = kept.root if kept is not None else EMPTY_ROOT
    if not verify_consistency(
        old=last, new=checkpoint.size, proof=request.proof, old_root=old_root, new_root=checkpoint.root
    ):
        is_fork = kept is not None and kept.size == checkpoint.size and kept.root != checkpoint.root
        return Refusal(422, f"The proof does not lead from size {last} to {checkpoint.size}.", contradicts=is_fork)
    verified = tuple(signature for _, signature in opened.signed)
    return Granted(checkpoint, Note(note.text, verified))


def grant(granted: Granted, *, cosigners: Sequence[Cosigner], at: int) -> tuple[Kept, Answer]:
    """Return what a witness is to keep, and what it answers once that is kept.

    Args:
        granted: what `decide` let pass.
        cosigners: the witness's keys.
        at: when, in seconds since 1970; never 0, and never before the time it signed last.

    Raises:
        MalformedError: the time is none that a cosignature may name.
    """
    if at <= 0:
        message = f"A cosignature of a checkpoint names its time, and {at} is none; set the clock right."
        raise MalformedError(message, at=at)
    raw = format_note(granted.note)
    signatures = tuple(cosign_checkpoint(raw, name=one.name, key=one.key, at=at) for one in cosigners)
    note = format_note(Note(granted.note.text, granted.note.signatures + signatures))
    kept = Kept(granted.checkpoint.size, granted.checkpoint.root, at, note)
    return kept, Answer(200, TEXT_TYPE, "".join(map(format_signature, signatures)).encode())


def origin_path(origin: str) -> str:
    """Return where a witness serves the last checkpoint that it cosigned of a log, below its monitoring prefix."""
    return f"/{sha256(origin.encode()).hexdigest()}/checkpoint"


def parse_origin_path(path: str) -> str | None:
    """Return the hash of the origin that a path below the monitoring prefix names, or None where it is no such path."""
    found = _ORIGIN_PATH.fullmatch(path)
    return found[1] if found is not None else None


def parse_size_answer(answer: Answer) -> int:
    """Return the size that an answer of 409 holds.

    Raises:
        MalformedError: it is of another media type, or holds something else.
    """
    given = answer.media_type.partition(";")[0].strip().lower()
    text = answer.body.decode("ascii", "replace")
    if given != SIZE_TYPE or not text.endswith("\n"):
        message = f"The witness answered 409 with {given or 'no media type'} instead of {SIZE_TYPE}; tell its operator."
        raise MalformedError(message)
    return parse_decimal(text.removesuffix("\n"), what="size that the witness answered")


def _read(text: bytes) -> Checkpoint:
    """Return what a checkpoint says, also where an empty tree has a root that is not its own: that has its own status.

    Raises:
        MalformedError: it is not a checkpoint.
    """
    lines = text.split(b"\n")
    if len(lines) < 4 or lines[1] != b"0":
        return parse_checkpoint(text)
    root = parse_hash(lines[2].decode("utf-8", "replace"), what="root of the checkpoint")
    lines[2] = format_hash(EMPTY_ROOT).encode()
    read = parse_checkpoint(b"\n".join(lines))
    return Checkpoint(read.origin, 0, root, read.extensions)


def _verifier(checkpoint: Checkpoint) -> Verify:
    """Return what verifies a signature of any type under a checkpoint that was read already."""

    def verify(key: VerifierKey, text: bytes, signature: bytes) -> bool:
        if key.type is SignatureType.ED25519:
            return verify_text(key, text, signature)
        head = Head(text, checkpoint.origin, checkpoint.size, checkpoint.root)
        return verify_cosignature(key, head, signature)

    return verify
