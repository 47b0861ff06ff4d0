"""The envelope: a statement as it was signed, byte for byte.

An envelope is a JWS in compact serialisation with a fixed protected header: the RFC 8785 form of ``alg``, ``kid`` and
``typ``, nothing else. It is *opened* (is it one of ours?) apart from being *verified* (did that key sign it?), because
which key it must be is known only to the ledger. What the payload means is not looked at here; which keys may say what
is decided elsewhere. Source: design §2.2; RFC 7515 §3.1, §7.1.
"""

from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ledger.errors import MalformedError
from ledger.signing.canonical import (
    MAX_BYTES,
    CanonicalBytes,
    Digest,
    decode_base64url,
    digest,
    encode_base64url,
    format_json,
    parse_canonical,
)
from ledger.signing.key import SIGNATURE_SIZE, Algorithm, PublicKey, Signer

Typ = Literal["pledger+jws", "pledger-approval+jws", "pledger-key+jws", "pledger-backup+jws"]
"""What an envelope is for (RFC 8725 §3.11), so that one kind is never taken for another."""

STATEMENT: Final = "pledger+jws"
APPROVAL: Final = "pledger-approval+jws"
POSSESSION: Final = "pledger-key+jws"
BACKUP: Final = "pledger-backup+jws"

# ``EdDSA`` is how older libraries spell Ed25519 (RFC 8037 §3.1; RFC 9864 §2.2 deprecates it).
_MEANING: Final[dict[str, Algorithm]] = {
    "Ed25519": "Ed25519",
    "EdDSA": "Ed25519",
    "ES256": "ES256",
    "ML-DSA-44": "ML-DSA-44",
}
_TYPES: Final = (STATEMENT, APPROVAL, POSSESSION, BACKUP)
_HEADER_LIMIT: Final = 256  # bytes of the encoded header; the longest that is admitted takes 155
_THUMBPRINT_SIZE: Final = 32


class Envelope(NamedTuple):
    """Something said and signed, kept exactly as it came.

    Attributes:
        raw: the compact JWS, in ASCII: what is stored, hashed and handed on.
        alg: the algorithm as the header spells it.
        kid: the thumbprint of the key that is said to have signed.
        typ: what it is for.
        payload: the canonical JSON that was signed.
        signature: the signature's own bytes.
        name: the SHA-256 of ``raw``, by which a statement is referred to.
    """

    raw: bytes
    alg: str
    kid: str
    typ: str
    payload: CanonicalBytes
    signature: bytes
    name: Digest

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that ``alg`` means; a key is registered with one of these."""
        return _MEANING[self.alg]

    @property
    def payload_digest(self) -> Digest:
        """The SHA-256 of the payload; with ``kid`` it tells a repeat, whatever its signature bytes."""
        return digest(self.payload)

    @property
    def signing_input(self) -> bytes:
        """The bytes under the signature: the encoded header and payload with their dot (RFC 7515 §5.1)."""
        return self.raw[: self.raw.rindex(b".")]

    def __repr__(self) -> str:
        return f"Envelope(alg={self.alg!r}, kid={self.kid!r}, typ={self.typ!r}, name={self.name!r})"


def seal(payload: CanonicalBytes, key: Signer, *, typ: Typ, limit: int = MAX_BYTES) -> Envelope:
    """Return the payload signed by the key, opened again by the reader that everyone else uses.

    Raises:
        MalformedError: as ``open_envelope``; a payload that is not canonical cannot be sealed.
        UnavailableError, RefusedError: the signer did not give its signature.
    Source: design §2.2; RFC 7515 §5.1.
    """
    header = format_json({"alg": key.algorithm, "kid": key.kid, "typ": typ})
    signing_input = f"{encode_base64url(header)}.{encode_base64url(payload)}".encode("ascii")
    signature = encode_base64url(key.sign(signing_input)).encode("ascii")
    return open_envelope(signing_input + b"." + signature, typ=typ, limit=limit)


def open_envelope(raw: bytes, *, typ: Typ, limit: int = MAX_BYTES, what: str = "the envelope") -> Envelope:
    """Return an envelope whose form is right in every byte; its signature is not checked.

    Args:
        typ: what it has to be for.
        limit: the most bytes of the whole JWS.
        what: the phrase for it in a refusal.

    Raises:
        MalformedError: the size, the three parts, the header, the payload's spelling or the signature's size is wrong.
    Source: design §2.2; RFC 7515 §5.2 steps 1 to 7.
    """
    # 1. Size and parts: nothing is decoded of what is too long, and the JSON serialisations are not read.
    if len(raw) > limit:
        message = f"The size of {what} is {len(raw)} bytes where at most {limit} are accepted; send less."
        raise MalformedError(message, what=what, size=len(raw), limit=limit)
    encoded_header, _, rest = raw.partition(b".")
    encoded_payload, dot, encoded_signature = rest.partition(b".")
    if not dot or b"." in encoded_signature:
        raise MalformedError(f"The text of {what} is not a compact JWS; send three parts with two dots.", what=what)
    # 2. The header: one spelling for each key and purpose, so it is read once and then known by its bytes.
    if len(encoded_header) > _HEADER_LIMIT:
        message = f"The protected header of {what} is longer than {_HEADER_LIMIT} bytes; leave only alg, kid and typ."
        raise MalformedError(message, what=what)
    header = _parse_header(encoded_header)
    if header.typ != typ:
        raise MalformedError(f"The typ of {what} is {header.typ} where {typ} is expected; send that kind.", what=what)
    # 3. The payload: canonical, so that equal content is equal bytes.
    its_payload = f"the payload of {what}"
    payload = decode_base64url(encoded_payload, what=its_payload)
    parse_canonical(payload, what=its_payload, limit=limit)
    # 4. The signature: of the only size that its algorithm has.
    signature = decode_base64url(encoded_signature, what=f"the signature of {what}")
    size = SIGNATURE_SIZE[_MEANING[header.alg]]
    if len(signature) != size:
        message = f"The signature of {what} is {len(signature)} bytes where {header.alg} has {size}; sign it again."
        raise MalformedError(message, what=what)
    return Envelope(raw, header.alg, header.kid, header.typ, CanonicalBytes(payload), signature, digest(raw))


def verify_envelope(envelope: Envelope, key: PublicKey) -> bool:
    """Tell whether this key, under the algorithm it was registered with, signed the envelope.

    Source: design §2.2; RFC 7515 §5.2 step 8; RFC 8725 §3.1 (the key, not the header, decides the algorithm).
    """
    if envelope.kid != key.kid or envelope.algorithm != key.algorithm:
        return False
    return key.verify(envelope.signature, envelope.signing_input)


def named_key(header: bytes) -> str | None:
    """Return the thumbprint that an encoded protected header names; None where it is not one of ours."""
    try:
        return _parse_header(header).kid if len(header) <= _HEADER_LIMIT else None
    except MalformedError:
        return None


class _Header(NamedTuple):
    """A protected header: how it was signed, by which key, and what for."""

    alg: str
    kid: str
    typ: str


@lru_cache(maxsize=4096)
def _parse_header(encoded: bytes) -> _Header:
    """Return the header of its base64url text; only sound ones are remembered, each of at most 256 bytes.

    Raises:
        MalformedError: the bytes are not exactly the RFC 8785 form of the three members, each with a value we know.
    """
    what = "the protected header"
    found = parse_canonical(decode_base64url(encoded, what=what), what=what)
    if not isinstance(found, dict) or set(found) != {"alg", "kid", "typ"}:
        raise MalformedError(f"The members of {what} are not exactly alg, kid and typ; leave all others out.")
    alg, kid, typ = found["alg"], found["kid"], found["typ"]
    if not isinstance(alg, str) or alg not in _MEANING:
        raise MalformedError(f"The alg of {what} is not known; use one of {', '.join(_MEANING)}.")
    if not isinstance(typ, str) or typ not in _TYPES:
        raise MalformedError(f"The typ of {what} is not known; use one of {', '.join(_TYPES)}.")
    if not isinstance(kid, str) or len(decode_base64url(kid, what=f"kid of {what}")) != _THUMBPRINT_SIZE:
        raise MalformedError(f"The kid of {what} is not a SHA-256 thumbprint; take it from the key (RFC 7638).")
    return _Header(alg=alg, kid=kid, typ=typ)
