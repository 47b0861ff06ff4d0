"""Cosignatures: the word of a witness that a checkpoint continues all that it saw before (C2SP tlog-cosignature).

There are two kinds, and they sign different things. The Ed25519 kind (0x04) signs the time and the checkpoint's whole
text. The ML-DSA-44 kind (0x06) signs a structure with the signer's name, the time, the log's origin, the size and the
root, and no extension lines; its context string is empty. Both are carried as a time and a signature. The time is an
argument; nothing here reads a clock.
"""

from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedError
from ledger.signing.key import Signer
from ledger.tlog.merkle import Hash
from ledger.tlog.note import Signature, SignatureType, VerifierKey

_LABEL: Final = b"subtree/v1\n\x00"
_TIME_SIZE: Final = 8
_LAST_TIME: Final = 2**63 - 1
_NAME_LIMIT: Final = 255


@dataclass(frozen=True, slots=True)
class Head:
    """What a cosignature is about: a checkpoint's text, and what its first three lines say.

    Attributes:
        text: of the checkpoint, without signatures.
        origin: of the log.
        size: of its tree.
        root: of its tree.
    """

    text: bytes
    origin: str
    size: int
    root: Hash


def cosign(head: Head, *, name: str, key: Signer, at: int) -> Signature:
    """Return the cosignature of a checkpoint, of the kind that the key is for.

    Args:
        head: of the checkpoint. That it continues what the signer saw before is the caller's to check.
        name: the signer's.
        key: Ed25519 (gives 0x04) or ML-DSA-44 (gives 0x06).
        at: when, in seconds since 1970 (POSIX).

    Raises:
        MalformedError: the key is of another algorithm, a name too long, or the time out of range.
    """
    kinds = {kind.algorithm: kind for kind in (SignatureType.ED25519_COSIGNATURE, SignatureType.MLDSA44_COSIGNATURE)}
    kind = kinds.get(key.public.algorithm)
    if kind is None:
        message = f"A cosignature is made with Ed25519 or ML-DSA-44, not {key.public.algorithm}; give another key."
        raise MalformedError(message, algorithm=key.public.algorithm)
    verifier = VerifierKey(name, kind, key.public)
    message_bytes = _message(verifier, head, at)
    if message_bytes is None:
        message = (
            f"{name} cannot cosign {head.origin} at {at}; names have at most 255 bytes, times are seconds since 1970."
        )
        raise MalformedError(message, name=name, at=at)
    return Signature(name, verifier.id, at.to_bytes(_TIME_SIZE, "big") + key.sign(message_bytes))


def verify_cosignature(key: VerifierKey, head: Head, signature: bytes) -> bool:
    """Return whether a timestamped signature by a key of type 0x04 or 0x06 stands under a checkpoint; never raises."""
    at = cosigned_at(signature)
    if at is None:
        return False
    message = _message(key, head, at)
    return message is not None and key.public.verify(signature[_TIME_SIZE:], message)


def cosigned_at(signature: bytes) -> int | None:
    """Return the time that a cosignature names, in seconds since 1970, or None where it is too short to name one."""
    return int.from_bytes(signature[:_TIME_SIZE], "big") if len(signature) > _TIME_SIZE else None


def _message(key: VerifierKey, head: Head, at: int) -> bytes | None:
    """Return what is signed, or None where the kind of key, the names or the time allow no message."""
    if not 0 <= at <= _LAST_TIME:
        return None
    if key.type is SignatureType.ED25519_COSIGNATURE:
        return b"cosignature/v1\ntime %d\n" % at + head.text
    name, origin = key.name.encode(), head.origin.encode()
    if key.type is not SignatureType.MLDSA44_COSIGNATURE or max(len(name), len(origin)) > _NAME_LIMIT:
        return None
    # cosigned_message of tlog-cosignature; start is 0 for a checkpoint, and then end is the size.
    return b"".join((
        _LABEL,
        bytes([len(name)]),
        name,
        at.to_bytes(8, "big"),
        bytes([len(origin)]),
        origin,
        (0).to_bytes(8, "big"),
        head.size.to_bytes(8, "big"),
        head.root,
    ))  # fmt: skip
