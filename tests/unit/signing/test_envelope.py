"""What an envelope is made of, and every way in which it is not one (design §2.2)."""

import json
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import CanonicalBytes, digest, encode_base64url, format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, Typ, open_envelope, seal, verify_envelope
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey

PAYLOAD = format_json({"body": {"target": "5000000"}, "schema": "commitment.v1", "subject": "us-china-2019-soybeans"})

every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def key(algorithm: Algorithm = "Ed25519", seed: int = 1) -> PrivateKey:
    """A fixed key."""
    return PrivateKey.from_seed(algorithm, seed.to_bytes(32, "big"))


def header(**changes: Any) -> bytes:
    """The header of a good envelope, with some members changed; a member changed to None is taken out."""
    members = {"alg": "Ed25519", "kid": key().kid, "typ": STATEMENT, **changes}
    kept = {name: value for name, value in members.items() if value is not None}
    return json.dumps(kept, separators=(",", ":"), sort_keys=True).encode()


def compact(head: bytes | None = None, payload: bytes = PAYLOAD, signature: bytes | None = None) -> bytes:
    """A compact JWS by hand (RFC 7515 §7.1), signed by the fixed Ed25519 key unless a signature is given."""
    text = f"{encode_base64url(header() if head is None else head)}.{encode_base64url(payload)}".encode()
    return text + b"." + encode_base64url(key().sign(text) if signature is None else signature).encode()


@every_algorithm
def test_what_is_sealed_opens_and_verifies(algorithm: Algorithm) -> None:
    """Sealing and opening are each other's inverse, and the key's own signature verifies (design §2.2)."""
    sealed = seal(PAYLOAD, key(algorithm), typ=STATEMENT)
    opened = open_envelope(sealed.raw, typ=STATEMENT)
    assert opened == sealed
    assert opened.payload == PAYLOAD
    assert (opened.alg, opened.kid, opened.typ) == (algorithm, key(algorithm).kid, STATEMENT)
    assert verify_envelope(opened, key(algorithm).public)


def test_an_envelope_is_the_compact_jws_of_rfc_7515() -> None:
    """Header, payload and signature in base64url, joined by dots; the name is the digest of that text."""
    sealed = seal(PAYLOAD, key(), typ=STATEMENT)
    assert sealed.raw == compact()
    assert sealed.name == digest(compact())
    assert sealed.payload_digest == digest(PAYLOAD)
    assert sealed.signing_input + b"." + encode_base64url(sealed.signature).encode() == sealed.raw


def test_eddsa_is_another_spelling_for_ed25519_keys() -> None:
    """``EdDSA`` is accepted where the key was registered as Ed25519 (RFC 8037 §3.1, RFC 9864)."""
    opened = open_envelope(compact(header(alg="EdDSA")), typ=STATEMENT)
    assert opened.alg == "EdDSA"
    assert opened.algorithm == "Ed25519"
    assert verify_envelope(opened, key().public)


@pytest.mark.parametrize("typ", [STATEMENT, APPROVAL, POSSESSION])
def test_each_purpose_has_its_typ(typ: Typ) -> None:
    """An envelope for one purpose is never taken for another (RFC 8725 §3.11)."""
    sealed = seal(PAYLOAD, key(), typ=typ)
    for other in {STATEMENT, APPROVAL, POSSESSION} - {typ}:
        with pytest.raises(
            MalformedError, match=rf"typ of the envelope is {typ} where {other} is expected".replace("+", r"\+")
        ):
            open_envelope(sealed.raw, typ=other)  # type: ignore[arg-type]  # the three constants


def test_another_key_does_not_verify() -> None:
    """The key has to be the one that the header names (design §2.2)."""
    assert not verify_envelope(seal(PAYLOAD, key(), typ=STATEMENT), key(seed=2).public)


def test_a_header_that_names_another_key_does_not_verify() -> None:
    """A good signature under a false ``kid`` is not good (design §2.2)."""
    opened = open_envelope(compact(header(kid=key(seed=2).kid)), typ=STATEMENT)
    assert not verify_envelope(opened, key().public)
    assert not verify_envelope(opened, key(seed=2).public)


def test_the_key_and_not_the_header_decides_the_algorithm() -> None:
    """An algorithm other than the registered one does not verify (RFC 8725 §3.1)."""
    opened = open_envelope(compact(header(alg="ES256")), typ=STATEMENT)
    assert not verify_envelope(opened, key().public)


def test_a_second_es256_signature_is_another_name_for_the_same_payload() -> None:
    """A repeat is told by ``kid`` and payload digest, whatever its signature bytes (design §2.2)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    first = seal(PAYLOAD, key("ES256"), typ=STATEMENT)
    s = order - int.from_bytes(first.signature[32:], "big")
    negated = encode_base64url(first.signature[:32] + s.to_bytes(32, "big")).encode()
    second = open_envelope(first.signing_input + b"." + negated, typ=STATEMENT)
    assert verify_envelope(second, key("ES256").public)
    assert second.name != first.name
    assert (second.kid, second.payload_digest) == (first.kid, first.payload_digest)


GOOD = compact()
HEAD, BODY, SIGNATURE = GOOD.split(b".")
KID = key().kid

BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a compact JWS"),
    "one part": (HEAD, "not a compact JWS"),
    "two parts": (HEAD + b"." + BODY, "not a compact JWS"),
    "four parts": (GOOD + b"." + SIGNATURE, "not a compact JWS"),
    "five parts, as encrypted": (GOOD + b"..", "not a compact JWS"),
    "the JSON serialisation": (b'{"payload":"","signatures":[]}', "not a compact JWS"),
    "a closing line feed": (GOOD + b"\n", "base64url text of the signature of the envelope"),
    "an opening space": (b" " + GOOD, "base64url text of the protected header"),
    "a padded header": (HEAD + b"=." + BODY + b"." + SIGNATURE, "base64url text of the protected header"),
    "a padded payload": (HEAD + b"." + BODY + b"=." + SIGNATURE, "base64url text of the payload of the envelope"),
    "a padded signature": (GOOD + b"==", "base64url text of the signature"),
    "stray bits in the signature": (GOOD[:-1] + bytes([GOOD[-1] + 1]), "base64url text of the signature"),
    "bytes that are not ASCII": (HEAD + b"." + BODY + b"\xc3\xa9." + SIGNATURE, "base64url text of the payload"),
    "an empty header": (b"." + BODY + b"." + SIGNATURE, "breaks off"),
    "an empty payload": (compact(payload=b""), "breaks off at line 1, column 1 of the payload of the envelope"),
    "an empty signature": (compact(signature=b""), "signature of the envelope is 0 bytes where Ed25519 has 64"),
    "a short signature": (compact(signature=bytes(63)), "is 63 bytes"),
    "a long signature": (compact(signature=bytes(65)), "is 65 bytes"),
    "a signature of ML-DSA's size": (compact(signature=bytes(2420)), "is 2420 bytes"),
    "no algorithm": (compact(header(alg=None)), "members of the protected header are not exactly alg, kid and typ"),
    "no key": (compact(header(kid=None)), "not exactly alg, kid and typ"),
    "no typ": (compact(header(typ=None)), "not exactly alg, kid and typ"),
    "a critical extension": (compact(header(crit=["b64"], b64=False)), "not exactly alg, kid and typ"),
    "a key in the header": (compact(header(jwk=1)), "not exactly alg, kid and typ"),
    "an address in the header": (compact(header(jku="x")), "not exactly alg, kid and typ"),
    "a header that is an array": (compact(b'["alg","kid","typ"]'), "not exactly alg, kid and typ"),
    "a header that is not JSON": (compact(b"alg"), "The word 'alg' is not JSON"),
    "a header of 300 bytes": (compact(header(x="y" * 150)), "longer than 256 bytes"),
    "a header with a space": (compact(header().replace(b":", b": ", 1)), "spelling leaves RFC 8785"),
    "a header out of order": (
        compact(f'{{"typ":"{STATEMENT}","alg":"Ed25519","kid":"{KID}"}}'.encode()),
        "spelling leaves RFC 8785",
    ),
    "a header with an escape": (compact(header().replace(b"alg", rb"\u0061lg")), "spelling leaves RFC 8785"),
    "a header with a name twice": (compact(header().replace(b"{", b'{"alg":"none",')), "The name 'alg' occurs twice"),
    "no signature wanted": (compact(header(alg="none")), "alg of the protected header is not known"),
    "an algorithm in small letters": (compact(header(alg="ed25519")), "alg of the protected header is not known"),
    "an algorithm with a shared secret": (compact(header(alg="HS256")), "alg of the protected header is not known"),
    "an algorithm that is a number": (compact(header(alg=8)), "alg of the protected header is not known"),
    "Ed448": (compact(header(alg="Ed448")), "alg of the protected header is not known"),
    "ML-DSA-65": (compact(header(alg="ML-DSA-65")), "alg of the protected header is not known"),
    "an unknown typ": (compact(header(typ="JWT")), "typ of the protected header is not known"),
    "a typ in capitals": (compact(header(typ="PLEDGER+JWS")), "typ of the protected header is not known"),
    "a typ that is a list": (compact(header(typ=[STATEMENT])), "typ of the protected header is not known"),
    "a key that is no thumbprint": (compact(header(kid="operator")), "kid of the protected header is not a SHA-256"),
    "a key of 31 bytes": (compact(header(kid=encode_base64url(bytes(31)))), "kid of the protected header is not"),
    "a padded key": (compact(header(kid=KID + "=")), "base64url text of kid of the protected header"),
    "a key that is a number": (compact(header(kid=1)), "kid of the protected header is not"),
    "a payload that is not JSON": (compact(payload=b"hello"), "The word 'hello' is not JSON"),
    "a payload with a space": (compact(payload=b'{"a": 1}'), "spelling leaves RFC 8785"),
    "a payload with a float": (compact(payload=b'{"a":1.0}'), "The number 1.0"),
    "a payload with a name twice": (compact(payload=b'{"a":1,"a":1}'), "occurs twice at $ of the payload"),
    "a payload that nests": (compact(payload=b"[" * 5000), "nest deeper than 32 levels"),
    "a compressed payload": (compact(payload=b"x\x9cK\xcb\xcf\x07\x00"), "not UTF-8"),
}


@pytest.mark.parametrize(("raw", "reason"), BAD.values(), ids=BAD.keys())
def test_anything_but_the_strict_profile_is_refused(raw: bytes, reason: str) -> None:
    """An envelope is right in every byte, or malformed with its reason (design §2.2)."""
    with pytest.raises(MalformedError) as caught:
        open_envelope(raw, typ=STATEMENT)
    assert reason in caught.value.message


def test_a_refusal_names_the_document_it_was_told() -> None:
    """Of many statements, the sentence says which (style §7)."""
    with pytest.raises(MalformedError, match="typ of line 7 is pledger"):
        open_envelope(GOOD, typ=APPROVAL, what="line 7")


def test_a_bad_header_is_refused_each_time() -> None:
    """What is remembered of headers is only what was sound."""
    for _ in range(3):
        with pytest.raises(MalformedError, match="alg of the protected header is not known"):
            open_envelope(compact(header(alg="none")), typ=STATEMENT)


def test_size_limit_is_of_the_whole_text() -> None:
    """One byte over the limit is refused before anything is decoded (design §2.1)."""
    assert open_envelope(GOOD, typ=STATEMENT, limit=len(GOOD)).raw == GOOD
    with pytest.raises(MalformedError, match="where at most") as caught:
        open_envelope(GOOD, typ=STATEMENT, limit=len(GOOD) - 1)
    assert caught.value.facts["size"] == len(GOOD)
    with pytest.raises(MalformedError, match="at most 1048576 are accepted"):
        open_envelope(b"A" * (2**20 + 1), typ=STATEMENT)


def test_only_canonical_bytes_are_sealed() -> None:
    """A payload that was not made by the writer cannot be signed by mistake (style §9)."""
    with pytest.raises(MalformedError, match="spelling leaves RFC 8785"):
        seal(CanonicalBytes(b'{"b":1,"a":2}'), key(), typ=STATEMENT)


def test_an_envelope_cannot_be_changed() -> None:
    """Values are frozen (style §5)."""
    sealed = seal(PAYLOAD, key(), typ=STATEMENT)
    with pytest.raises(AttributeError):
        sealed.payload = CanonicalBytes(b"{}")  # type: ignore[misc]  # that it is refused is the point
