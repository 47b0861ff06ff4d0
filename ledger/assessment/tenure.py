"""Who runs the log, from one appointment to the next: its operator, its root keys, its checkpoint keys and its rules.

The charter begins the first tenure; each ``key`` statement with the event ``appoint`` begins another, on the word of
the root keys before it. Here is what such a statement has to show before it counts. Which entries there are, and which
keys hold roles beside these, is for ``ledger.assessment.authority``. Source: design §2.2 (``charter``, ``key``), §5.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ledger.errors import ConflictError, MalformedError, PledgerError, RefusedError
from ledger.model.charter import Charter
from ledger.model.key import Key
from ledger.model.statement import KeyStatement, plain
from ledger.model.value import Value
from ledger.signing.canonical import CanonicalBytes, decode_base64url, format_json, parse_canonical
from ledger.signing.envelope import APPROVAL, POSSESSION, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import log_keys, open_checkpoint
from ledger.tlog.note import VerifierKey

OPERATOR: Final = "operator"
CHECKPOINT: Final = "checkpoint"
"""The office that a proof of possession by a checkpoint key names; no key is ever granted it as a role."""


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who runs the log from one entry on, until the next appointment.

    Attributes:
        name: of the statement that begins it: the charter's or the appointment's.
        since: the index of its entry.
        operator: the key that grants and revokes, from that entry on.
        roots: the keys that approve the next appointment, ``threshold`` of them.
        checkpoint: the keys that sign the checkpoints of more than ``since`` entries, in the order of their lines.
        quorum: how many witnesses must cosign those; ``answer_after``: when a receipt is given.
        approved: how many root keys of the tenure before approved it, and how many there were.
        last_checkpoint: the last checkpoint that the keys before have signed, where these are others.
    """

    name: str
    since: int
    operator: PublicKey
    roots: tuple[PublicKey, ...]
    threshold: int
    checkpoint: tuple[VerifierKey, VerifierKey]
    quorum: int
    answer_after: Literal["commit", "quorum"]
    approved: tuple[int, int]
    last_checkpoint: bytes | None = None

    @property
    def kids(self) -> frozenset[str]:
        """The thumbprints of all its keys."""
        return frozenset((self.operator.kid, *(one.kid for one in self.roots), *(one.kid for one in self.checkpoint)))


def first_tenure(name: str, charter: Charter) -> Tenure:
    """Return the tenure that a charter begins; that it is signed and approved is seen to elsewhere.

    Raises:
        MalformedError: a key cannot be read or is weak, or a root key is there twice.
    """
    return Tenure(
        name=name, since=0,
        operator=PublicKey.from_jwk(plain(charter.operator), what="the charter's operator"),
        roots=_roots(charter.root, what="The charter"), threshold=charter.threshold,
        checkpoint=_checkpoint(charter.origin, charter.checkpoint), quorum=charter.quorum,
        answer_after=charter.answer_after, approved=(len(charter.approvals), len(charter.root)),
    )  # fmt: skip


def next_tenure(before: Tenure, statement: KeyStatement, *, name: str, index: int) -> Tenure:
    """Return the tenure that an appointment begins; what it leaves out stays as it was.

    Raises:
        MalformedError: a key cannot be read or is weak, or a root key is there twice.
    """
    body = statement.body
    by = {_kid_of(text) for text in body.approvals}
    note = body.last_checkpoint
    return Tenure(
        name=name, since=index,
        operator=before.operator if body.jwk is None else _key(body.jwk, "the operator that is appointed"),
        roots=before.roots if body.root is None else _roots(body.root, what="The appointment"),
        threshold=before.threshold if body.threshold is None else body.threshold,
        checkpoint=before.checkpoint if body.checkpoint is None else _checkpoint(_origin(before), body.checkpoint),
        quorum=before.quorum if body.quorum is None else body.quorum,
        answer_after=body.answer_after or before.answer_after,
        approved=(sum(key.kid in by for key in before.roots), len(before.roots)),
        last_checkpoint=None if note is None else note.encode(),
    )  # fmt: skip


def approved_payload(payload: bytes) -> CanonicalBytes:
    """Return what root keys sign of a charter or an appointment, given its payload as it stands.

    A member that the payload leaves out is left out under the approvals too: nothing is filled in.

    Raises:
        MalformedError: the payload is not canonical, or has no body.
    Source: design §2.2.
    """
    statement = parse_canonical(payload, what="the payload that root keys approve")
    if not isinstance(statement, dict):
        raise MalformedError("The payload that root keys approve is no statement; give the whole statement.")
    return approval_payload({**statement})


def approval_payload(statement: dict[str, object]) -> CanonicalBytes:
    """Return what root keys sign: a charter or an appointment with ``approvals`` removed from its body, canonical.

    Args:
        statement: the whole of it as plain JSON data.
    Source: design §2.2.
    """
    body = statement["body"]
    if not isinstance(body, dict):
        raise MalformedError("The statement has no body; give the whole statement.")
    return format_json({**statement, "body": {name: value for name, value in body.items() if name != "approvals"}})


def possession_payload(*, genesis: str, thumbprint: str, roles: Iterable[str]) -> CanonicalBytes:
    """Return what a new key signs to show that its holder has it: the ledger, the key and the roles it is to hold.

    Source: design §2.2 (``key``).
    """
    return format_json({"genesis": genesis, "roles": sorted(roles), "thumbprint": thumbprint})


def refuse_wrong_appointment(
    statement: KeyStatement,
    before: Tenure,
    *,
    envelope: Envelope,
    index: int,
    genesis: str,
    reserved: Collection[str],
    granted: Collection[str],
) -> None:
    """Raise unless an appointment may stand at an index.

    It is bound to the ledger by its genesis, and to its place by the name of what it ``follows``, both under the
    approvals: what the root keys approved once counts once, and not after something else.

    Args:
        statement: the appointment.
        before: the tenure that it ends.
        envelope: it as it was signed; its ``kid`` is who says it, and its payload what root keys approve.
        index: of its entry.
        genesis: of the ledger.
        reserved: thumbprints of all keys of this and all earlier tenures.
        granted: thumbprints of all keys that were ever granted a role.

    Raises:
        ConflictError: it follows another appointment than the last, or a key of it has been something else.
        RefusedError: too few root keys approve, the wrong key signs, or a proof does not hold.
        MalformedError: a key or a proof cannot be read, or it asks for more approvals than there are root keys.
    Source: design §2.2 (``key``), §5.
    """
    body = statement.body
    # 1. Its place: one approval, one use.
    if body.follows != before.name:
        message = (
            f"The appointment follows {body.follows}, and the last one in this ledger is {before.name}; "
            "draft it anew and have the root keys approve that."
        )
        raise ConflictError(message, follows=body.follows, last=before.name)
    # 2. Whose it is.
    after = next_tenure(before, statement, name="", index=index)
    if statement.subject != after.operator.kid:
        message = (
            f"The subject {statement.subject} is not the operator that is appointed, {after.operator.kid}; "
            "make them equal."
        )
        raise MalformedError(message, subject=statement.subject, operator=after.operator.kid)
    author = envelope.kid
    if author != after.operator.kid:
        message = (
            f"An appointment is signed by the operator that it appoints, {after.operator.kid}, and not by {author}; "
            "sign it with that key."
        )
        raise RefusedError(message, kid=author, operator=after.operator.kid)
    # 3. Its keys.
    _refuse_used_keys(body, before, after, reserved=reserved, granted=granted)
    if after.threshold > len(after.roots):
        message = (
            f"The threshold {after.threshold} is more than the {len(after.roots)} root keys; lower it or add keys."
        )
        raise MalformedError(message, threshold=after.threshold, root=len(after.roots))
    _refuse_unproven_keys(body, after, genesis=genesis)
    if body.last_checkpoint is not None:
        _refuse_other_checkpoint(statement, before, index=index)
    # 4. Who approves: enough of the root keys before; and of the new ones, so that nobody is locked out.
    known = {key.kid: key for key in (*before.roots, *after.roots)}
    seen = open_approvals(body.approvals, approved_payload(envelope.payload), known, what="appointment")
    _refuse_few(seen, before.roots, before.threshold, whose="the root keys in force")
    if body.root is not None or body.threshold is not None:
        _refuse_few(seen, after.roots, after.threshold, whose="the root keys that it names")


def open_approvals(
    approvals: Sequence[str], payload: bytes, known: Mapping[str, PublicKey], *, what: str
) -> tuple[str, ...]:
    """Return the thumbprints of the keys that approve a payload, each once, in their order.

    Args:
        approvals: compact JWSs.
        payload: what they have to be over.
        known: the keys that may approve, by thumbprint.
        what: charter or appointment, for messages.

    Raises:
        RefusedError: another key approves, or a signature is not over this payload.
        MalformedError: an approval cannot be read, or they are not sorted.
    """
    seen = [
        open_approval(text, payload, known, what=what, number=number) for number, text in enumerate(approvals, start=1)
    ]
    if seen != sorted(set(seen)):
        raise MalformedError(f"The approvals of the {what} are not sorted by kid, or one is there twice; sort them.")
    return tuple(seen)


def open_approval(text: str, payload: bytes, known: Mapping[str, PublicKey], *, what: str, number: int) -> str:
    """Return the thumbprint of the key by which one approval is; ``number`` is its place among them, from 1.

    Raises:
        RefusedError, MalformedError: as ``open_approvals``.
    """
    place = f"approval {number} of the {what}"
    approval = open_envelope(text.encode("ascii", "replace"), typ=APPROVAL, what=place)
    key = known.get(approval.kid)
    if key is None:
        message = f"The key of {place} is not one of its root keys, and is {approval.kid}; have a root key sign it."
        raise RefusedError(message, kid=approval.kid)
    if approval.payload != payload or not verify_envelope(approval, key):
        message = f"The signature of {place} is not over this {what}, by {approval.kid}; have it signed again."
        raise RefusedError(message, kid=approval.kid)
    return approval.kid


def refuse_unproven(possession: str | None, key: PublicKey, *, genesis: str, roles: Iterable[str]) -> None:
    """Raise unless a new key itself signed this ledger, its own thumbprint and its roles.

    Raises:
        RefusedError: the signature is another key's, or over something else.
        MalformedError: the proof cannot be read.
    Source: design §2.2 (``key``).
    """
    what = f"the proof of possession of {key.kid}"
    proof = open_envelope((possession or "").encode("ascii", "replace"), typ=POSSESSION, what=what)
    wanted = possession_payload(genesis=genesis, thumbprint=key.kid, roles=roles)
    if proof.payload != wanted or not verify_envelope(proof, key):
        message = (
            f"The signature of {what} is not by that key over this ledger and these roles; have its holder sign again."
        )
        raise RefusedError(message, kid=key.kid)


def _refuse_used_keys(
    body: Key, before: Tenure, after: Tenure, *, reserved: Collection[str], granted: Collection[str]
) -> None:
    """Raise where an appointed key is not new to its office, or has, or had, another one."""
    if body.jwk is not None and after.operator == before.operator:
        raise MalformedError("The operator's key stays the same; leave jwk and possession out.")
    if body.checkpoint is not None and after.checkpoint == before.checkpoint:
        raise MalformedError("The checkpoint keys stay the same; leave checkpoint out.")
    offices = [
        (after.operator.kid, after.operator == before.operator),
        *((key.kid, key in before.roots) for key in after.roots),
        *((key.kid, key in before.checkpoint) for key in after.checkpoint),
    ]
    for kid, is_kept in offices:
        if is_kept:
            continue
        if sum(kid == other for other, _ in offices) > 1:
            raise RefusedError(f"The key {kid} would hold two offices; make a key for each.", kid=kid)
        if kid in reserved or kid in granted:
            message = f"The key {kid} has served this ledger already, as something else or before; make a new key."
            raise ConflictError(message, kid=kid)


def _refuse_unproven_keys(body: Key, after: Tenure, *, genesis: str) -> None:
    """Raise unless the holders of a new operator's key, and of new checkpoint keys, have them."""
    if body.jwk is not None:
        refuse_unproven(body.possession, after.operator, genesis=genesis, roles=(OPERATOR,))
    for key, possession in zip(after.checkpoint, body.checkpoint_possession or (), strict=False):
        refuse_unproven(possession, key.public, genesis=genesis, roles=(CHECKPOINT,))


def _refuse_other_checkpoint(statement: KeyStatement, before: Tenure, *, index: int) -> None:
    """Raise unless ``last_checkpoint`` is the anchor as the keys before signed it.

    That the anchor is of this log is seen to with every statement's. So the keys before have signed a tree that begins
    with this charter, and who knows only them learns from it whose approvals count.
    """
    note, anchor = statement.body.last_checkpoint or "", statement.anchor
    try:
        said = open_checkpoint(note.encode(), log=before.checkpoint).checkpoint
    except PledgerError as error:
        message = f"The last checkpoint that the appointment carries is not of the keys before it. {error.message}"
        raise RefusedError(message) from error
    if (
        anchor is None
        or (anchor.size, decode_base64url(anchor.root, what="the anchor's root")) != (said.size, said.root)
        or not before.since < said.size <= index
    ):
        message = (
            f"The last checkpoint that the appointment carries has {said.size} entries, and is not its anchor, "
            f"one of more than {before.since} and at most {index}; draft it anew on the ledger as it stands."
        )
        raise ConflictError(message, size=said.size)


def _refuse_few(seen: Sequence[str], roots: Sequence[PublicKey], threshold: int, *, whose: str) -> None:
    count = sum(key.kid in seen for key in roots)
    if count < threshold:
        message = f"The appointment has {count} approvals of the {threshold} that it needs of {whose}; add the others."
        raise RefusedError(message, approvals=count, threshold=threshold)


def _key(jwk: Value, what: str) -> PublicKey:
    return PublicKey.from_jwk(plain(jwk), what=what)


def _roots(jwks: Sequence[Value], *, what: str) -> tuple[PublicKey, ...]:
    roots = tuple(_key(jwk, "a root key") for jwk in jwks)
    if len({key.kid for key in roots}) != len(roots):
        raise MalformedError(f"{what} names a root key twice; name each once.")
    return roots


def _checkpoint(origin: str, jwks: tuple[Value, Value]) -> tuple[VerifierKey, VerifierKey]:
    first, second = (_key(jwk, "a checkpoint key") for jwk in jwks)
    return log_keys(origin, ed25519=first, mldsa=second)


def _origin(tenure: Tenure) -> str:
    return tenure.checkpoint[0].name


def _kid_of(approval: str) -> str:
    """Return the key that an approval names."""
    return open_envelope(approval.encode("ascii", "replace"), typ=APPROVAL, what="an approval").kid
