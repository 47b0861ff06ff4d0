"""The checkpoint: a log's name, size and root, signed (C2SP tlog-checkpoint; design §2.4).

The ledger signs each one twice: an Ed25519 line (0x01) first, so that every client of such logs can read it, then an
ML-DSA-44 cosignature (0x06) under the log's own name, so that it also stands against a quantum computer. A log must
never sign two that contradict each other; that is for who signs to see to. Nothing here reads a clock or knows a
witness.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import PublicKey, Signer
from ledger.tlog.cosignature import Head, cosign, cosigned_at, verify_cosignature
from ledger.tlog.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, Hash, format_hash, parse_hash
from ledger.tlog.note import (
    Note,
    Signature,
    SignatureType,
    VerifierKey,
    format_note,
    open_note,
    parse_note,
    sign_text,
    verify_text,
)

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_BREAKING: Final = re.compile(r"[\x00-\x1f]")


KeysAt = Callable[[int], "Sequence[VerifierKey]"]
"""Gives the keys that sign a log's checkpoint of a size, as they may change from one size to the next."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at a moment: its name, how many entries it had, and the root over them.

    Attributes:
        origin: the log's name.
        size: number of entries.
        root: root hash of the tree of that size.
        extensions: further lines; ours have none, as the ML-DSA-44 signature does not cover them.
    """

    origin: str
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A verified signature under a checkpoint.

    Attributes:
        key: whose it is.
        at: the time it names, in seconds since 1970; None for the type (0x01) that names none.
    """

    key: VerifierKey
    at: int | None


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint of which every signature by a known key was verified.

    Attributes:
        raw: the signed note, as it came.
        checkpoint: what it says.
        signed: the known keys that signed it.
    """

    raw: bytes
    checkpoint: Checkpoint
    signed: tuple[Cosigned, ...]

    @property
    def signers(self) -> frozenset[VerifierKey]:
        """The known keys that signed it."""
        return frozenset(cosigned.key for cosigned in self.signed)


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the note text of a checkpoint; `parse_checkpoint` is the inverse.

    Raises:
        MalformedError: a line is empty or broken, the size out of range, or the root not 32 bytes.
    """
    if len(checkpoint.root) != HASH_SIZE:
        message = f"The root of the checkpoint has {len(checkpoint.root)} bytes; give the {HASH_SIZE} of a hash."
        raise MalformedError(message)
    lines = (checkpoint.origin, f"{checkpoint.size:d}", format_hash(checkpoint.root), *checkpoint.extensions)
    try:
        text = "".join(f"{line}\n" for line in lines).encode()
    except UnicodeEncodeError as error:
        message = "A line of the checkpoint holds half a surrogate pair; write the whole character."
        raise MalformedError(message) from error
    if parse_checkpoint(text) != checkpoint:
        message = "A line of the checkpoint holds a line break; write it on one line."
        raise MalformedError(message)
    return text


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Return what the note text of a checkpoint says; only what `format_checkpoint` writes is accepted.

    Raises:
        MalformedError: fewer than three lines, an empty line, a size or root not in its one spelling, or a tree without
            entries whose root is not the empty root.
    Source: C2SP tlog-checkpoint, *Note text*; tlog-witness for the empty tree.
    """
    try:
        lines = text.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        message = f"The checkpoint is not UTF-8 at byte {error.start}; give it as it was signed."
        raise MalformedError(message, byte=error.start) from error
    # Splitting leaves one empty piece after the last newline.
    if len(lines) < 4 or lines.pop() or not all(lines) or any(map(_BREAKING.search, lines)):
        message = "The checkpoint is not at least three lines, none of them empty; give it as it was signed."
        raise MalformedError(message)
    origin, size_text, root_text, *extensions = lines
    size = parse_decimal(size_text, what="size of the checkpoint")
    root = parse_hash(root_text, what="root of the checkpoint")
    if size == 0 and root != EMPTY_ROOT:
        message = "The checkpoint has no entries, and its root is not that of the empty tree; do not rely on it."
        raise MalformedError(message)
    return Checkpoint(origin, size, root, tuple(extensions))


def parse_decimal(text: str, *, what: str) -> int:
    """Return a whole number of at most 2^62 in its one spelling: ASCII digits, no sign, no leading zeros.

    Raises:
        MalformedError: it is spelt otherwise or larger.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        message = f"The {what} is not a whole number up to 2^62 without leading zeros: {text[:40]!r}; mend it."
        raise MalformedError(message, what=what)
    return int(text)


def log_keys(origin: str, *, ed25519: PublicKey, mldsa: PublicKey) -> tuple[VerifierKey, VerifierKey]:
    """Return the two verifier keys of a log that signs as ours does, in the order of their lines."""
    return (
        VerifierKey(origin, SignatureType.ED25519, ed25519),
        VerifierKey(origin, SignatureType.MLDSA44_COSIGNATURE, mldsa),
    )


def sign_checkpoint(checkpoint: Checkpoint, *, ed25519: Signer, mldsa: Signer, at: int) -> bytes:
    """Return the signed checkpoint: the Ed25519 line (0x01), then the ML-DSA-44 cosignature (0x06), in the log's name.

    Args:
        checkpoint: that contradicts none signed before; the caller holds the lock under which that is so (design §2.5).
        ed25519: the log's Ed25519 key.
        mldsa: the log's ML-DSA-44 key.
        at: the moment of signing, in seconds since 1970 (POSIX).

    Raises:
        MalformedError: there are extension lines, which the second signature would not cover, or a key is of another
            algorithm.
    """
    if checkpoint.extensions:
        message = "The checkpoint has extension lines, which its ML-DSA-44 signature does not cover; leave them out."
        raise MalformedError(message)
    text = format_checkpoint(checkpoint)
    # Checking the keys first: the wrong one would give a line that verifies as nothing.
    log_keys(checkpoint.origin, ed25519=ed25519.public, mldsa=mldsa.public)
    first = sign_text(text, name=checkpoint.origin, key=ed25519)
    second = cosign(_head(text, checkpoint), name=checkpoint.origin, key=mldsa, at=at)
    return format_note(Note(text, (first, second)))


def cosign_checkpoint(raw: bytes, *, name: str, key: Signer, at: int) -> Signature:
    """Return a witness's cosignature of a signed checkpoint.

    Args:
        raw: the signed checkpoint; that the log signed it and it continues what was seen before is for the caller.
        name: the witness's.
        key: Ed25519 (gives 0x04) or ML-DSA-44 (gives 0x06).
        at: when, in seconds since 1970 (POSIX).
    """
    text = parse_note(raw).text
    return cosign(_head(text, parse_checkpoint(text)), name=name, key=key, at=at)


def add_signatures(raw: bytes, signatures: Iterable[Signature]) -> bytes:
    """Return the signed checkpoint with further signatures under those it has; one that it has already is not added."""
    note = parse_note(raw)
    fresh = tuple(signature for signature in signatures if signature not in note.signatures)
    return format_note(Note(note.text, note.signatures + fresh))


def open_checkpoint(
    raw: bytes, *, log: Sequence[VerifierKey], witnesses: Sequence[VerifierKey] = ()
) -> SignedCheckpoint:
    """Return the checkpoint, verified: signed by every key of the log, and no signature by a known key is bad.

    Args:
        raw: the signed checkpoint.
        log: the log's keys, all of which must have signed, and whose name is the origin. (A policy that is content with
            one of several is `ledger.tlog.policy.open_by_policy`.)
        witnesses: keys whose cosignatures are verified where they stand; none need stand.

    Raises:
        MalformedError: it is not a checkpoint.
        RefusedError: it is another log's, a known key's signature is bad, or a key of the log did not sign.
    """
    signed = open_any_checkpoint(raw, (*log, *witnesses))
    for key in log:
        if key.name != signed.checkpoint.origin:
            message = f"The checkpoint is of {signed.checkpoint.origin}, not of {key.name}; ask the log that is meant."
            raise RefusedError(message, origin=signed.checkpoint.origin, expected=key.name)
        if key not in signed.signers:
            message = f"The checkpoint lacks the signature of {key.name}+{key.id.hex()}; get it whole from the log."
            raise RefusedError(message, name=key.name, id=key.id.hex())
    return signed


def open_checkpoint_at(raw: bytes, keys_at: KeysAt, *, witnesses: Sequence[VerifierKey] = ()) -> SignedCheckpoint:
    """Return the checkpoint, verified as ``open_checkpoint`` does by the keys that its log has at its size.

    Raises:
        MalformedError, RefusedError: as ``open_checkpoint``.
    """
    size = parse_checkpoint(parse_note(raw).text).size
    return open_checkpoint(raw, log=keys_at(size), witnesses=witnesses)


def open_any_checkpoint(raw: bytes, keys: Sequence[VerifierKey]) -> SignedCheckpoint:
    """Return the checkpoint with those of the keys that signed it, at least one; it asks for none in particular.

    Raises:
        MalformedError: it is not a checkpoint.
        RefusedError: a known key's signature is bad, or none of the keys signed.
    """
    opened = open_note(raw, keys, verify=verify_signature)
    return SignedCheckpoint(
        raw,
        parse_checkpoint(opened.note.text),
        tuple(
            Cosigned(key, None if key.type is SignatureType.ED25519 else cosigned_at(signature.value))
            for key, signature in opened.signed
        ),
    )


def verify_signature(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    """Return whether a signature of any of the three types stands under a checkpoint's text.

    Raises:
        MalformedError: the text is not that of a checkpoint.
    """
    if key.type is SignatureType.ED25519:
        return verify_text(key, text, signature)
    return verify_cosignature(key, _head(text, parse_checkpoint(text)), signature)


def _head(text: bytes, checkpoint: Checkpoint) -> Head:
    return Head(text, checkpoint.origin, checkpoint.size, checkpoint.root)
