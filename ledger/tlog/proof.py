"""Proofs that are handed out: the C2SP tlog-proof, and the ledger's own receipt (design §2.4).

Both hold an index, an inclusion proof and a checkpoint. A tlog-proof is text that any client of such logs reads; a
receipt is canonical JSON that also holds the header, so that who has a statement and its receipt can check the one by
the other with nothing but the log's keys. Verifying answers with findings; only what is malformed raises.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedError, RefusedError
from ledger.signing.canonical import Digest, decode_base64, encode_base64, format_json, parse_canonical
from ledger.tlog.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint, parse_decimal
from ledger.tlog.entry import Header, parse_header
from ledger.tlog.finding import Finding
from ledger.tlog.merkle import Hash, format_hash, leaf_hash, parse_hash, verify_inclusion
from ledger.tlog.note import NOTE_LIMIT, VerifierKey, parse_note
from ledger.tlog.policy import Policy, open_by_policy, quorum_reached, witnessed

PROOF_LIMIT: Final = NOTE_LIMIT + (1 << 16)
"""The most bytes that a proof or a receipt may have: those of a checkpoint, and some."""

HASHES_LIMIT: Final = 62
"""The most hashes that an inclusion proof may have, as no tree is larger than 2^62."""

RECEIPT_MEMBERS: Final = ("checkpoint", "header", "inclusion", "index", "statement", "witnessed")
"""The members of a receipt, in order."""

_FIRST: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof that something is in a log, to be checked offline (C2SP tlog-proof).

    Attributes:
        index: of the entry.
        hashes: the inclusion proof, from the leaf's sibling up to the root's child.
        checkpoint: the signed checkpoint, verbatim.
        extra: whatever the application adds; not authenticated. Ours is the header.
    """

    index: int
    hashes: tuple[Hash, ...]
    checkpoint: bytes
    extra: bytes | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The ledger's answer to a statement: where it stands, and the proof of it.

    Attributes:
        header: the entry's line, whose hash is the leaf.
        index: of the entry, as in the header.
        statement: digest of the statement, as in the header.
        inclusion: from the leaf's sibling up to the root's child.
        checkpoint: the signed checkpoint, verbatim.
        witnesses: k and n, how many of the ledger's witnesses had cosigned that checkpoint, and how many it asks.
    """

    header: bytes
    index: int
    statement: Digest
    inclusion: tuple[Hash, ...]
    checkpoint: bytes
    witnesses: tuple[int, int] = (0, 0)


def format_proof(proof: TlogProof) -> bytes:
    """Return the lines of a tlog-proof; `parse_proof` is the inverse.

    Raises:
        MalformedError: the index, a hash, the extra data or the checkpoint is not what a proof can carry.
    """
    extra = "" if proof.extra is None else f"extra {encode_base64(proof.extra)}\n"
    hashes = "".join(f"{format_hash(value)}\n" for value in proof.hashes)
    raw = f"{_FIRST}\n{extra}index {proof.index:d}\n{hashes}\n".encode() + proof.checkpoint
    if parse_proof(raw) != proof:
        message = "The proof has a checkpoint that begins with an empty line; give the checkpoint as the log signed it."
        raise MalformedError(message)
    return raw


def parse_proof(raw: bytes) -> TlogProof:
    """Return what the lines of a tlog-proof say; only what `format_proof` writes is accepted.

    Raises:
        MalformedError: naming the line that is not of the form.
    Source: C2SP tlog-proof, *Format*.
    """
    if len(raw) > PROOF_LIMIT:
        message = f"The proof is {len(raw)} bytes long, and {PROOF_LIMIT} is the most; give the proof alone."
        raise MalformedError(message)
    top, blank, checkpoint = raw.partition(b"\n\n")
    if not blank or not top.isascii():
        message = "The proof has no empty line, or no plain ASCII lines, before its checkpoint; give the whole proof."
        raise MalformedError(message)
    first, *lines = top.decode("ascii").split("\n")
    if first != _FIRST:
        message = f"The proof does not begin with {_FIRST}; give a proof of that version."
        raise MalformedError(message)
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "), what="extra line of the proof")
        if not extra:
            message = "The extra line of the proof is empty; leave the line out."
            raise MalformedError(message)
    if not lines or not lines[0].startswith("index "):
        message = "The proof has no index line; give the whole proof."
        raise MalformedError(message)
    index = parse_decimal(lines.pop(0).removeprefix("index "), what="index of the proof")
    _check_count(len(lines))
    hashes = tuple(parse_hash(line, what=f"hash {number} of the proof") for number, line in enumerate(lines, start=1))
    parse_checkpoint(parse_note(checkpoint).text)
    return TlogProof(index, hashes, checkpoint, extra)


def verify_proof(proof: TlogProof, *, leaf: Hash, policy: Policy) -> tuple[Finding, ...]:
    """Return what is wrong with a tlog-proof of a leaf under a policy; nothing where it holds.

    Args:
        proof: to be checked.
        leaf: hash of the leaf (step 1 of the specification), from what the verifier holds.
        policy: the verifier's own.

    Source: C2SP tlog-proof, *Verifying a tlog proof*.
    """
    # 2. and 3.: signed by a log of the policy, witnessed by its quorum.
    try:
        signed = open_by_policy(proof.checkpoint, policy)
    except (MalformedError, RefusedError) as error:
        return (Finding("checkpoint.refused", "checkpoint", error.message, "C2SP tlog-proof, steps 2 and 3"),)
    # 4.: the leaf is in the tree that was signed.
    return _inclusion_findings(signed, leaf=leaf, index=proof.index, hashes=proof.hashes)


def format_receipt(receipt: Receipt) -> bytes:
    """Return the receipt as canonical JSON (RFC 8785); `parse_receipt` is the inverse.

    Raises:
        MalformedError: a member is not what a receipt can carry.
    """
    raw = format_made_receipt(receipt)
    parse_receipt(raw)
    return raw


def format_made_receipt(receipt: Receipt) -> bytes:
    """Return the bytes of `format_receipt` for a receipt that was just made of logged parts, which is not read back."""
    try:
        header, checkpoint = receipt.header.decode("ascii"), receipt.checkpoint.decode("utf-8")
    except UnicodeDecodeError as error:
        message = "The header or the checkpoint of the receipt is not text; give the bytes that the log signed."
        raise MalformedError(message) from error
    given, asked = receipt.witnesses
    return format_json({
        "checkpoint": checkpoint,
        "header": header,
        "inclusion": [format_hash(value) for value in receipt.inclusion],
        "index": receipt.index,
        "statement": receipt.statement,
        "witnessed": {"k": given, "n": asked},
    })  # fmt: skip


def parse_receipt(raw: bytes) -> Receipt:
    """Return the receipt that canonical JSON holds; only what `format_receipt` writes is accepted.

    Well-formed is all that it then is: that its members agree with one another is for `verify_receipt` to say.

    Raises:
        MalformedError: naming the member that is missing, unknown or not of its form.
    """
    value = parse_canonical(raw, what="the receipt", limit=PROOF_LIMIT)
    if not isinstance(value, dict) or tuple(sorted(value)) != RECEIPT_MEMBERS:
        message = f"A receipt is a JSON object of {', '.join(RECEIPT_MEMBERS)}; give one as the ledger wrote it."
        raise MalformedError(message)
    match value:
        case {
            "checkpoint": str(checkpoint),
            "header": str(header),
            "inclusion": list(inclusion),
            "index": int(index),
            "statement": str(statement),
            "witnessed": {"k": int(given), "n": int(asked), **rest},
        } if not rest and 0 <= given <= asked and not any(isinstance(one, bool) for one in (index, given, asked)):
            pass
        case _:
            message = "A member of the receipt is not of its type, or counts more witnesses than there are; mend it."
            raise MalformedError(message)
    _check_count(len(inclusion))
    hashes = tuple(
        parse_hash(one if isinstance(one, str) else "", what=f"hash {number} of the receipt")
        for number, one in enumerate(inclusion, start=1)
    )
    parse_header(header.encode())
    parse_checkpoint(parse_note(checkpoint.encode()).text)
    parse_decimal(str(index), what="index of the receipt")
    return Receipt(header.encode(), index, Digest(statement), hashes, checkpoint.encode(), (given, asked))


def verify_receipt(
    receipt: Receipt, *, log: Sequence[VerifierKey], policy: Policy | None = None, statement: Digest | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with a receipt; nothing where it holds.

    Args:
        receipt: to be checked.
        log: the log's keys, all of which must have signed the checkpoint.
        policy: the verifier's own, where its quorum is asked for.
        statement: digest of the statement that the receipt should be for, where the verifier holds it.
    """
    # 1. The header is one, and says what the receipt says.
    try:
        header = parse_header(receipt.header)
    except MalformedError as error:
        return (Finding("receipt.header", "receipt", error.message, "design §2.3"),)
    findings = [*_agreement_findings(receipt, header, statement)]
    # 2. The checkpoint is signed by every key of the log, and no known witness's signature is bad.
    witnesses = [] if policy is None else [one.key for one in policy.witnesses]
    try:
        signed = open_checkpoint(receipt.checkpoint, log=log, witnesses=witnesses)
    except (MalformedError, RefusedError) as error:
        return (*findings, Finding("checkpoint.refused", "checkpoint", error.message, "C2SP tlog-checkpoint"))
    # 3. The header is in the tree that was signed.
    leaf = leaf_hash(receipt.header)
    findings += _inclusion_findings(signed, leaf=leaf, index=header.index, hashes=receipt.inclusion)
    # 4. As many witnesses as asked for have cosigned it.
    if policy is not None:
        findings += _witness_findings(receipt, signed, policy)
    return tuple(findings)


def receipt_proof(receipt: Receipt) -> TlogProof:
    """Return the receipt as a tlog-proof, with the header as the extra data from which the leaf is made."""
    return TlogProof(receipt.index, receipt.inclusion, receipt.checkpoint, receipt.header)


def _agreement_findings(receipt: Receipt, header: Header, statement: Digest | None) -> list[Finding]:
    """Return where the receipt, its header and the statement at hand name different things."""
    subject, findings = f"entry {header.index}", []
    if header.index != receipt.index:
        sentence = f"The receipt says index {receipt.index}, and its header {header.index}."
        findings.append(Finding("receipt.index-mismatch", subject, sentence, "design §2.4"))
    if header.statement != receipt.statement:
        sentence = f"The receipt is for {receipt.statement}, and its header names {header.statement}."
        findings.append(Finding("receipt.statement-mismatch", subject, sentence, "design §2.4"))
    if statement is not None and header.statement != statement:
        sentence = f"The statement at hand is {statement}, and the receipt's header names {header.statement}."
        findings.append(Finding("receipt.other-statement", subject, sentence, "design §2.3"))
    return findings


def _inclusion_findings(
    signed: SignedCheckpoint, *, leaf: Hash, index: int, hashes: tuple[Hash, ...]
) -> tuple[Finding, ...]:
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if verify_inclusion(leaf=leaf, index=index, size=size, proof=hashes, root=root):
        return ()
    sentence = f"The inclusion proof does not lead from entry {index} to the root of the checkpoint of size {size}."
    return (Finding("inclusion.root-mismatch", f"entry {index}", sentence, "RFC 6962 §2.1.1"),)


def _witness_findings(receipt: Receipt, signed: SignedCheckpoint, policy: Policy) -> list[Finding]:
    subject, findings = f"checkpoint {signed.checkpoint.size}", []
    given, known = witnessed(policy, signed.signers)
    if not quorum_reached(policy, signed.signers):
        sentence = f"The checkpoint is witnessed by {given} of {known}, short of the quorum {policy.quorum}."
        findings.append(Finding("checkpoint.quorum", subject, sentence, "C2SP tlog-policy"))
    # A policy of another number of witnesses counts others than the ledger does, and is no measure of its count.
    if known == receipt.witnesses[1] and given != receipt.witnesses[0]:
        sentence = f"The receipt says that {receipt.witnesses[0]} of {known} had witnessed, and {given} have."
        findings.append(Finding("receipt.witnessed-mismatch", subject, sentence, "design §2.4"))
    return findings


def _check_count(count: int) -> None:
    if count > HASHES_LIMIT:
        message = f"The inclusion proof has {count} hashes, and {HASHES_LIMIT} is the most; give the proof alone."
        raise MalformedError(message, hashes=count)
