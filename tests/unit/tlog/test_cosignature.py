"""Cosignatures: what each kind signs, byte for byte (C2SP tlog-cosignature)."""

from dataclasses import replace

import pytest

from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey
from ledger.tlog.cosignature import Head, cosign, cosigned_at, verify_cosignature
from ledger.tlog.merkle import Hash
from ledger.tlog.note import SignatureType, VerifierKey
from tests.unit.tlog.small_log import WITNESS_1, WITNESS_2, WITNESS_KEYS

ROOT = Hash(bytes(range(32)))
TEXT = b"example.com/log\n259\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
HEAD = Head(TEXT, "example.com/log", 259, ROOT)
AT = 1679315147


def test_ed25519_cosignature_is_over_time_and_text() -> None:
    """A header line, a time line, the whole text (tlog-cosignature, *Ed25519 signed message*)."""
    signature = cosign(HEAD, name="witness.example/1", key=WITNESS_1, at=AT)
    assert signature.id == WITNESS_KEYS[0].id
    assert signature.value == AT.to_bytes(8, "big") + WITNESS_1.sign(b"cosignature/v1\ntime 1679315147\n" + TEXT)


def test_mldsa_cosignature_is_over_the_structure_of_the_specification() -> None:
    """Label, cosigner, time, origin, start, end and hash, with an empty context (*ML-DSA-44 signed message*)."""
    signature = cosign(HEAD, name="witness.example/2", key=WITNESS_2, at=AT)
    message = (
        b"subtree/v1\n\x00"
        b"\x11witness.example/2"
        b"\x00\x00\x00\x00\x64\x18\x50\xcb"
        b"\x0fexample.com/log"
        b"\x00\x00\x00\x00\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x01\x03"
    ) + bytes(range(32))
    assert signature.id == WITNESS_KEYS[1].id
    assert signature.value[:8] == b"\x00\x00\x00\x00\x64\x18\x50\xcb"
    assert WITNESS_2.public.verify(signature.value[8:], message)


@pytest.mark.parametrize("number", [0, 1], ids=["Ed25519", "ML-DSA-44"])
def test_cosignature_verifies_and_names_its_time(number: int) -> None:
    """Signing and verifying undo each other, for both kinds."""
    key, private = WITNESS_KEYS[number], (WITNESS_1, WITNESS_2)[number]
    signature = cosign(HEAD, name=key.name, key=private, at=AT)
    assert verify_cosignature(key, HEAD, signature.value)
    assert cosigned_at(signature.value) == AT


@pytest.mark.parametrize("number", [0, 1], ids=["Ed25519", "ML-DSA-44"])
def test_cosignature_of_something_else_does_not_verify(number: int) -> None:
    """Another tree, another log, another time or another length is another message."""
    key, private = WITNESS_KEYS[number], (WITNESS_1, WITNESS_2)[number]
    value = cosign(HEAD, name=key.name, key=private, at=AT).value
    others = [
        Head(TEXT.replace(b"259", b"260"), HEAD.origin, 260, ROOT),
        Head(TEXT.replace(b"log", b"lug"), "example.com/lug", HEAD.size, ROOT),
        Head(TEXT.replace(b"AAEC", b"AQEC"), HEAD.origin, HEAD.size, Hash(b"\x01" + ROOT[1:])),
    ]
    assert not any(verify_cosignature(key, head, value) for head in others)
    assert not verify_cosignature(key, HEAD, (AT + 1).to_bytes(8, "big") + value[8:])
    assert not verify_cosignature(key, HEAD, (2**63).to_bytes(8, "big") + value[8:])
    assert not any(verify_cosignature(key, HEAD, value[:end]) for end in (0, 7, 8, 9, len(value) - 1))
    assert not verify_cosignature(key, HEAD, value + b"\x00")


def test_mldsa_cosignature_commits_to_the_cosigners_name() -> None:
    """The same key under another name has not signed (tlog-cosignature)."""
    value = cosign(HEAD, name="witness.example/2", key=WITNESS_2, at=AT).value
    other = VerifierKey("witness.example/3", SignatureType.MLDSA44_COSIGNATURE, WITNESS_2.public)
    assert not verify_cosignature(other, HEAD, value)


def test_key_of_a_plain_signature_verifies_no_cosignature() -> None:
    """Type 0x01 signs the text itself, and so no time."""
    value = cosign(HEAD, name="witness.example/1", key=WITNESS_1, at=AT).value
    assert not verify_cosignature(VerifierKey("w", SignatureType.ED25519, WITNESS_1.public), HEAD, value)


@pytest.mark.parametrize(
    ("change", "name", "at"),
    [
        pytest.param({}, "w", -1, id="time before 1970"),
        pytest.param({}, "w", 2**63, id="time beyond 2^63-1"),
        pytest.param({}, "w" * 256, AT, id="name of 256 bytes"),
        pytest.param({"origin": "o" * 256}, "w", AT, id="origin of 256 bytes"),
    ],
)
def test_what_the_structure_cannot_hold_is_refused(change: dict[str, str], name: str, at: int) -> None:
    """Names have at most 255 bytes, times at most 63 bits (tlog-cosignature)."""
    with pytest.raises(MalformedError, match="cannot cosign"):
        cosign(replace(HEAD, **change), name=name, key=WITNESS_2, at=at)  # type: ignore[arg-type]


def test_key_that_cannot_cosign_is_refused() -> None:
    """ECDSA cosignatures are not specified."""
    key = PrivateKey.from_seed("ES256", bytes(31) + b"\x05")
    with pytest.raises(MalformedError, match="Ed25519 or ML-DSA-44, not ES256"):
        cosign(HEAD, name="w", key=key, at=AT)
