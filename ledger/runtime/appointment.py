"""Appointing who runs the log: drafted here, approved by the holders of the root keys, published by the new operator.

The root keys are offline. So an appointment is made in three steps that may be on three machines: a *draft* is the
exact payload that they sign, an *approval* is a compact JWS over it, and what is *published* is the payload with its
approvals, signed by the operator that it appoints. Source: design §2.2 (``key``), §5; docs/keys.md.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from ledger.assessment.authority import Authority
from ledger.assessment.tenure import CHECKPOINT, OPERATOR, Tenure, approval_payload, open_approval, possession_payload
from ledger.errors import MalformedError, NotFoundError, RefusedError
from ledger.model.statement import KeyStatement, parse_statement, plain
from ledger.runtime.keyring import Keyring
from ledger.runtime.said import make_statement
from ledger.service.compose import compose
from ledger.signing.canonical import MAX_BYTES, CanonicalBytes, format_json, parse_canonical
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, Envelope, open_envelope, seal
from ledger.signing.key import SIGNATURE_SIZE, PublicKey, Signer
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import Note, VerifierKey, format_note, parse_note

USUAL: Final = {"Ed25519": "checkpoint-ed25519", "ML-DSA-44": "checkpoint-mldsa"}
"""The names under which ``init`` keeps the two checkpoint keys, by how they sign."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an appointment is to change; what is None stays as it is.

    Attributes:
        operator: the new operator's key.
        roots: all root keys from then on; ``threshold``: how many of them approve what follows.
        checkpoint: the keys that sign checkpoints from then on: Ed25519, then ML-DSA-44.
        quorum: how many witnesses must cosign; ``answer_after``: when a receipt is given.
        holder: the office that is appointed, and ``reason`` why; both are published.
    """

    operator: Signer | None = None
    roots: tuple[PublicKey, ...] | None = None
    threshold: int | None = None
    checkpoint: tuple[Signer, Signer] | None = None
    quorum: int | None = None
    answer_after: Literal["commit", "quorum"] | None = None
    holder: str | None = None
    reason: str | None = None


def draft(changes: Changes, authority: Authority, *, note: bytes, issued: str) -> CanonicalBytes:
    """Return the payload of an appointment, exactly as the root keys are to sign it.

    Args:
        changes: what it changes.
        authority: as the log's head has it.
        note: the last signed checkpoint.
        issued: when.

    Raises:
        MalformedError: nothing would change, a member is not what it may be, or no envelope is large enough for it
            with the approvals that it needs.
    """
    tenure, genesis = authority.tenure, authority.genesis
    body: dict[str, object] = {
        "event": "appoint", "follows": tenure.name, "threshold": changes.threshold, "quorum": changes.quorum,
        "answer_after": changes.answer_after, "holder": changes.holder, "reason": changes.reason,
    }  # fmt: skip
    if changes.operator is not None:
        body["jwk"] = changes.operator.public.jwk
        body["possession"] = _possession(changes.operator, OPERATOR, genesis=genesis)
    if changes.roots is not None:
        body["root"] = [key.jwk for key in changes.roots]
    if changes.checkpoint is not None:
        body["checkpoint"] = [key.public.jwk for key in changes.checkpoint]
        body["checkpoint_possession"] = [_possession(key, CHECKPOINT, genesis=genesis) for key in changes.checkpoint]
        body["last_checkpoint"] = _signed_by(note, tenure.checkpoint).decode()
    operator = tenure.operator.kid if changes.operator is None else changes.operator.kid
    statement = make_statement("key", operator, body, issued=issued)
    anchor = parse_checkpoint(parse_note(note).text)
    composed = parse_statement(compose(statement, genesis=genesis, anchor=anchor), what="the appointment")
    payload = approval_payload(plain(composed))
    _refuse_oversized(payload, changes, tenure)
    return payload


def read_draft(raw: bytes) -> KeyStatement:
    """Return the appointment that a draft is; only what ``draft`` writes is accepted.

    Raises:
        MalformedError: it is not the canonical payload of an appointment without approvals.
    """
    payload = parse_canonical(raw, what="the draft")
    body = payload.get("body") if isinstance(payload, dict) else None
    statement = parse_statement(raw, what="the draft") if isinstance(body, dict) and "approvals" not in body else None
    if not isinstance(statement, KeyStatement) or statement.body.event != "appoint":
        message = "This is no draft of an appointment; give the file as pledger key appoint --draft wrote it."
        raise MalformedError(message)
    if approval_payload(plain(statement)) != raw:
        message = "The draft leaves members out that are signed; give the file as pledger key appoint --draft wrote it."
        raise MalformedError(message)
    return statement


def approve(raw: bytes, key: Signer) -> str:
    """Return the approval of a draft by a root key, a compact JWS; whether that key may is for the ledger to say.

    Raises:
        MalformedError: it is no draft.
    """
    statement = read_draft(raw)
    return seal(approval_payload(plain(statement)), key, typ=APPROVAL).raw.decode("ascii")


def seal_appointment(raw: bytes, approvals: Sequence[str], operator: Signer) -> Envelope:
    """Return an appointment with its approvals, signed by the operator that it appoints.

    Raises:
        MalformedError: it is no draft, or an approval cannot be read.
    """
    statement = read_draft(raw)
    opened = [open_envelope(text.strip().encode("ascii", "replace"), typ=APPROVAL) for text in approvals]
    by = {one.kid: one.raw.decode("ascii") for one in opened}
    body = statement.body.model_copy(update={"approvals": tuple(by[kid] for kid in sorted(by))})
    return seal(format_json(plain(statement.model_copy(update={"body": body}))), operator, typ=STATEMENT)


def refuse_wrong_approvals(raw: bytes, approvals: Sequence[str], authority: Authority) -> None:
    """Raise where one of the approvals is not of a root key over this draft: none is passed over or replaced.

    A draft that follows another appointment than the last is left to admission, which says so.

    Raises:
        RefusedError: naming the approval, by its number and its key.
        MalformedError: it is no draft, or an approval cannot be read.
    """
    body = read_draft(raw).body
    if body.follows != authority.tenure.name:
        return
    named = [PublicKey.from_jwk(plain(jwk)) for jwk in body.root or ()]
    known = {key.kid: key for key in (*authority.tenure.roots, *named)}
    for number, text in enumerate(approvals, start=1):
        open_approval(text.strip(), raw, known, what="appointment", number=number)


def approving_keys(ring: Keyring, authority: Authority, statement: KeyStatement) -> tuple[Signer, ...]:
    """Return the root keys that lie here, of those in force and of those that an appointment names."""
    named = [PublicKey.from_jwk(plain(jwk)) for jwk in statement.body.root or ()]
    names = ring.kids()
    wanted = dict.fromkeys(key.kid for key in (*authority.tenure.roots, *named))
    return tuple(ring.get(names[kid]) for kid in wanted if kid in names)


def find_key(ring: Keyring, kid: str, *, usual: str) -> Signer:
    """Return the key of a thumbprint from those that lie here; under its usual name it is looked for first.

    Raises:
        NotFoundError: there is none, and none of the usual name.
        RefusedError: there is none, and that of the usual name is another.
    """
    with suppress(NotFoundError):
        key = ring.get(usual)
        if key.kid == kid:
            return key
    name = ring.kids().get(kid)
    if name is not None:
        return ring.get(name)
    ring.get(usual)
    message = f"The key {usual} in {ring.directory} is not the one in force, {kid}; bring the right file."
    raise RefusedError(message, kid=kid, directory=str(ring.directory))


def find_checkpoint_key(ring: Keyring, key: VerifierKey) -> Signer:
    """Return what signs checkpoints for a key of the log.

    Raises:
        NotFoundError, RefusedError: as ``find_key``.
    """
    return find_key(ring, key.kid, usual=USUAL[key.public.algorithm])


def _refuse_oversized(payload: bytes, changes: Changes, before: Tenure) -> None:
    """Raise where the appointment, with the fewest approvals that suffice, is larger than a statement may be.

    Each approval carries the whole payload, so that with many large root keys it grows as the square of their number.
    """
    signers = _fewest_approvals(changes, before)
    operator = before.operator if changes.operator is None else changes.operator.public
    approvals = [_jws_size(len(payload), key, typ=APPROVAL) for key in signers]
    # The member and its place between others: quotation marks and commas around the approvals.
    whole = len(payload) + len('"approvals":[]') + sum(size + len('"",') for size in approvals)
    size = _jws_size(whole, operator, typ=STATEMENT)
    if size > MAX_BYTES:
        message = (
            f"The appointment needs {len(approvals)} approvals of {max(approvals)} bytes, and would have {size} bytes "
            f"where at most {MAX_BYTES} are accepted; name fewer root keys, smaller ones (Ed25519), or a lower "
            "threshold."
        )
        raise MalformedError(message, approvals=len(approvals), size=size, limit=MAX_BYTES)


def _fewest_approvals(changes: Changes, before: Tenure) -> list[PublicKey]:
    """Return root keys that suffice: of those in force, and of the new ones where these approve as well."""

    def smallest(keys: Iterable[PublicKey], count: int) -> list[PublicKey]:
        return sorted(keys, key=lambda key: SIGNATURE_SIZE[key.algorithm])[: max(count, 0)]

    old = before.roots
    if changes.roots is None and changes.threshold is None:
        return smallest(old, before.threshold)
    new = old if changes.roots is None else changes.roots
    needed = min(before.threshold if changes.threshold is None else changes.threshold, len(new))
    # One approval counts on both sides.
    both = smallest((key for key in old if key in new), min(before.threshold, needed))
    return [
        *both,
        *smallest((key for key in old if key not in both), before.threshold - len(both)),
        *smallest((key for key in new if key not in both), needed - len(both)),
    ]


def _jws_size(payload: int, key: PublicKey, *, typ: str) -> int:
    """Return the bytes of a compact JWS over a payload of so many bytes."""
    header = len(format_json({"alg": key.algorithm, "kid": key.kid, "typ": typ}))
    return sum(-(-size * 4 // 3) for size in (header, payload, SIGNATURE_SIZE[key.algorithm])) + 2


def _possession(key: Signer, office: str, *, genesis: str) -> str:
    payload = possession_payload(genesis=genesis, thumbprint=key.kid, roles=(office,))
    return seal(payload, key, typ=POSSESSION).raw.decode("ascii")


def _signed_by(note: bytes, keys: Sequence[VerifierKey]) -> bytes:
    """Return a signed checkpoint with the signatures of these keys alone."""
    parsed, known = parse_note(note), {(key.name, key.id) for key in keys}
    return format_note(Note(parsed.text, tuple(one for one in parsed.signatures if (one.name, one.id) in known)))
