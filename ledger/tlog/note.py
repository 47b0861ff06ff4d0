"""Signed notes: a text, a blank line, and a line for each signature (C2SP signed-note).

A verifier key, or *vkey*, says whose signature is meant: a name, a signature type, and a public key; the first four
bytes of their hash are the key's id. A signature by a key that is not known is ignored, one by a known key must verify.
What a signature of each type is made over is not decided here: a note's text for `SignatureType.ED25519`, and other
messages for cosignatures (`ledger.tlog.cosignature`). Nothing here knows what a note says.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from typing import Final

from ledger.errors import MalformedError, RefusedError
from ledger.signing.canonical import decode_base64, encode_base64
from ledger.signing.key import Algorithm, PublicKey, Signer

NOTE_LIMIT: Final = 1 << 20
"""The most bytes that a note may have."""

SIGNATURES_LIMIT: Final = 100
"""The most signatures that a note may carry (as in Go's note; the specification asks for at least 16)."""

ID_SIZE: Final = 4

_PREFIX: Final = "— "
_VKEY: Final = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_VKEY_LIMIT: Final = 4096


class SignatureType(IntEnum):
    """The signature types that are spoken here, by their identifier byte (signed-note, *Signature types*)."""

    ED25519 = 0x01
    """Ed25519 over the note's text."""
    ED25519_COSIGNATURE = 0x04
    """Timestamped Ed25519 cosignature of a checkpoint."""
    MLDSA44_COSIGNATURE = 0x06
    """Timestamped ML-DSA-44 cosignature of a checkpoint."""

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that keys of this type are for, by its JOSE name."""
        return "ML-DSA-44" if self is SignatureType.MLDSA44_COSIGNATURE else "Ed25519"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that signs notes, under a name and for one type of signature.

    The same public key under another name or for another type is another verifier key, with another id.

    Attributes:
        name: usually an address without a scheme, such as ``example.com/ledger``; no spaces, no plus sign.
        type: of the signatures it verifies.
        public: the public key.

    Raises:
        MalformedError: the name is not a key name, or the key is of another algorithm than the type.
    """

    name: str
    type: SignatureType
    public: PublicKey

    def __post_init__(self) -> None:
        """Refuse a name that no note could carry and a key that the type is not for."""
        check_name(self.name)
        if self.public.algorithm != self.type.algorithm:
            message = (
                f"The key of {self.name} is for {self.public.algorithm}, and signature type {self.type:#04x} "
                f"takes {self.type.algorithm}; give the other key."
            )
            raise MalformedError(message, name=self.name)

    @property
    def id(self) -> bytes:
        """The key id: the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)."""
        return _key_id(self.name, bytes([self.type]) + self.public.raw)

    @property
    def kid(self) -> str:
        """The thumbprint of the public key, whatever the name and type."""
        return self.public.kid


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note.

    Attributes:
        name: of the key that is said to have signed.
        id: of that key, four bytes.
        value: the signature proper; what it holds depends on the key's type.
    """

    name: str
    id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures said to be under it; nothing in it is verified.

    Attributes:
        text: the bytes that are signed, their last newline included.
        signatures: in the order of their lines.
    """

    text: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note of which every signature by a known key has been verified, and at least one was there.

    Attributes:
        note: the whole of it, signatures by unknown keys included.
        signed: each known key that signed, with its signature, in the order of the lines.
    """

    note: Note
    signed: tuple[tuple[VerifierKey, Signature], ...]


Verify = Callable[[VerifierKey, bytes, bytes], bool]
"""Says whether a key's signature (third) stands under a text (second)."""


def format_verifier_key(key: VerifierKey) -> str:
    """Return the vkey: name, id in hexadecimal, and base64(type ‖ public key), joined by plus signs."""
    encoded = encode_base64(bytes([key.type]) + key.public.raw)
    return f"{key.name}+{key.id.hex()}+{encoded}"


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key that a vkey spells.

    Raises:
        MalformedError: it is not of the form, its id does not fit, or its type is not spoken here.
    Source: C2SP signed-note, *Verifier keys*.
    """
    found = _VKEY.fullmatch(text) if len(text) <= _VKEY_LIMIT else None
    if found is None:
        message = "A verifier key is name+id+key, with an id of eight hexadecimal digits; copy the key again."
        raise MalformedError(message)
    name, identifier, encoded = found.groups()
    check_name(name)
    material = decode_base64(encoded, what=f"verifier key {name}")
    if _key_id(name, material).hex() != identifier:
        message = f"The id {identifier} of verifier key {name} is not that of its name and key; copy the key again."
        raise MalformedError(message, name=name)
    try:
        kind = SignatureType(material[0])
    except ValueError as error:
        message = (
            f"Signature type {material[0]:#04x} of verifier key {name} is not known; give a key of type 1, 4 or 6."
        )
        raise MalformedError(message, name=name) from error
    return VerifierKey(name, kind, PublicKey.from_raw(kind.algorithm, material[1:], what=name))


def format_note(note: Note) -> bytes:
    """Return the note's bytes; `parse_note` is the inverse.

    Raises:
        MalformedError: there is something in it that a note cannot carry.
    """
    lines = "".join(format_signature(signature) for signature in note.signatures)
    raw = note.text + b"\n" + lines.encode()
    if parse_note(raw) != note:
        message = "The text of a note ends in a newline and has a signature under it; add what is missing."
        raise MalformedError(message)
    return raw


@lru_cache(maxsize=8)
def parse_note(raw: bytes) -> Note:
    """Return the note that the bytes hold, its signatures unverified; only what `format_note` writes is accepted.

    Raises:
        MalformedError: it is too long, not UTF-8, holds a control character, or a signature line is broken.
    Source: C2SP signed-note, *Format*.
    """
    if len(raw) > NOTE_LIMIT:
        message = f"The note is {len(raw)} bytes long, and {NOTE_LIMIT} is the most; give the note alone."
        raise MalformedError(message)
    _check_text(raw)
    # The last empty line separates; the text may have others.
    split = raw.rfind(b"\n\n")
    if split < 0:
        message = "The note has no blank line between text and signatures; give the whole note."
        raise MalformedError(message)
    return Note(raw[: split + 1], parse_signatures(raw[split + 2 :]))


def format_signature(signature: Signature) -> str:
    """Return the line of one signature, its newline included."""
    check_name(signature.name)
    if len(signature.id) != ID_SIZE or not signature.value:
        message = f"The signature of {signature.name} has no key id of four bytes and value; sign again."
        raise MalformedError(message, name=signature.name)
    return f"{_PREFIX}{signature.name} {encode_base64(signature.id + signature.value)}\n"


def parse_signatures(raw: bytes) -> tuple[Signature, ...]:
    """Return the signatures that a block of lines holds, as stands under a note or as a witness answers with.

    Raises:
        MalformedError: there is none, there are more than a hundred, or a line is not of the form.
    """
    _check_text(raw)
    lines = raw.decode().split("\n")
    if len(lines) < 2 or lines.pop():  # the last line ends in a newline, so there are always two
        message = "The note does not end in a signature line and a newline; give the whole note."
        raise MalformedError(message)
    if len(lines) > SIGNATURES_LIMIT:
        message = f"The note carries {len(lines)} signatures, and {SIGNATURES_LIMIT} is the most; leave some out."
        raise MalformedError(message, signatures=len(lines))
    return tuple(_parse_signature(line, number=number) for number, line in enumerate(lines, start=1))


def sign_text(text: bytes, *, name: str, key: Signer) -> Signature:
    """Return the Ed25519 signature (type 0x01) over a note's text."""
    verifier = VerifierKey(name, SignatureType.ED25519, key.public)
    return Signature(name, verifier.id, key.sign(text))


def verify_text(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature (type 0x01) stands under a text; no other type signs the text itself."""
    return key.type is SignatureType.ED25519 and key.public.verify(signature, text)


def open_note(raw: bytes, keys: Iterable[VerifierKey], *, verify: Verify = verify_text) -> OpenedNote:
    """Return the note with those of the known keys that signed it.

    Args:
        raw: the signed note.
        keys: those known. Signatures by others are ignored.
        verify: how a signature is checked; what reads checkpoints gives one that knows cosignatures.

    Raises:
        MalformedError: it is not a note.
        RefusedError: a signature by a known key does not verify, or no known key signed.
    Source: C2SP signed-note, *Signatures*.
    """
    note = parse_note(raw)
    known = _by_name_and_id(keys)
    signed: dict[VerifierKey, Signature] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is None:
            continue
        if not verify(key, note.text, signature.value):
            message = f"The signature of {key.name}+{key.id.hex()} is not valid for this note; do not rely on it."
            raise RefusedError(message, name=key.name, id=key.id.hex())
        signed.setdefault(key, signature)
    if not signed:
        message = "No key that is known here signed this note; give the key of its signer, or the right note."
        raise RefusedError(message, signers=[signature.name for signature in note.signatures])
    return OpenedNote(note, tuple(signed.items()))


def check_name(name: str) -> None:
    """Refuse a text that is not a key name: empty, or with a Unicode space, a plus sign or a control character.

    Raises:
        MalformedError: with the name.
    """
    if not _is_name(name):
        message = f"{name!r} is not a key name; write one without spaces and plus signs, such as example.com/ledger."
        raise MalformedError(message, name=name)


@lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    """Tell whether a text is a key name; there are few, and each is looked at with every note."""
    return bool(name) and not any(
        mark == "+" or mark.isspace() or mark < " " or "\ud800" <= mark <= "\udfff" for mark in name
    )


def _parse_signature(line: str, *, number: int) -> Signature:
    name, space, encoded = line.removeprefix(_PREFIX).partition(" ")
    if not line.startswith(_PREFIX) or not space:
        message = f"Signature line {number} of the note is not — name base64; give the whole note."
        raise MalformedError(message, line=number)
    check_name(name)
    value = decode_base64(encoded, what=f"signature line {number}")
    if len(value) <= ID_SIZE:
        message = f"Signature line {number} of the note holds no signature; give the whole note."
        raise MalformedError(message, line=number)
    return Signature(name, value[:ID_SIZE], value[ID_SIZE:])


def _check_text(raw: bytes) -> None:
    """Refuse what is not UTF-8 or holds an ASCII control character other than the newline."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"The note is not UTF-8 at byte {error.start}; give it as it was signed."
        raise MalformedError(message, byte=error.start) from error
    found = _CONTROL.search(raw)
    if found is not None:
        message = f"The note holds a control character at byte {found.start()}; give it as it was signed."
        raise MalformedError(message, byte=found.start())


def _by_name_and_id(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    """Return the known keys by what a signature line says; two that a line could not tell apart are refused."""
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            message = f"Two known keys are both {key.name}+{key.id.hex()}; take the wrong one out."
            raise RefusedError(message, name=key.name, id=key.id.hex())
    return known


_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")


def _key_id(name: str, material: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + material).digest()[:ID_SIZE]
