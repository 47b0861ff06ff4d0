"""Other people's JWS libraries read our envelopes, and we read theirs (design §2.2)."""

import json
import warnings
from typing import Any

import pytest
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

from ledger.signing.canonical import encode_base64url, format_json
from ledger.signing.envelope import STATEMENT, open_envelope, seal, verify_envelope
from ledger.signing.key import ALGORITHMS, Algorithm, PrivateKey, thumbprint

PAYLOAD = format_json({"schema": "commitment.v1", "subject": "us-china-2019-soybeans", "words": "大豆 – “substantial”"})
SEED = bytes(range(32))


def key(algorithm: Algorithm) -> PrivateKey:
    """A fixed key."""
    return PrivateKey.from_seed(algorithm, SEED)


def private_jwk(algorithm: Algorithm) -> dict[str, str]:
    """The fixed key as the oracles take it, with its secret member."""
    secret = "priv" if algorithm == "ML-DSA-44" else "d"
    return {**key(algorithm).public.jwk, secret: encode_base64url(SEED)}


def header(algorithm: Algorithm, alg: str | None = None) -> dict[str, str]:
    """The strict profile's header, its members in the order that makes it canonical."""
    return {"alg": alg or algorithm, "kid": key(algorithm).kid, "typ": STATEMENT}


def joserfc_key(algorithm: Algorithm, jwk: dict[str, str]) -> Any:
    """The key as joserfc holds it."""
    members: dict[str, str | list[str]] = {**jwk}
    return ECKey.import_key(members) if algorithm == "ES256" else OKPKey.import_key(members)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_joserfc_verifies_ours(algorithm: Algorithm) -> None:
    """The oracle joserfc takes our envelope as a JWS and gives the payload back."""
    raw = seal(PAYLOAD, key(algorithm), typ=STATEMENT).raw
    found = joserfc_jws.deserialize_compact(
        raw, joserfc_key(algorithm, key(algorithm).public.jwk), algorithms=[algorithm]
    )
    assert found.payload == PAYLOAD
    assert found.headers() == header(algorithm)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_we_verify_joserfcs(algorithm: Algorithm) -> None:
    """A JWS that joserfc made with the profile's header is an envelope of ours."""
    text = joserfc_jws.serialize_compact(
        header(algorithm), PAYLOAD, joserfc_key(algorithm, private_jwk(algorithm)), algorithms=[algorithm]
    )
    opened = open_envelope(text.encode(), typ=STATEMENT)
    assert opened.payload == PAYLOAD
    assert verify_envelope(opened, key(algorithm).public)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_jwcrypto_verifies_ours(algorithm: Algorithm) -> None:
    """The oracle jwcrypto takes our envelope as a JWS and gives the payload back, ML-DSA-44 included."""
    token = jwcrypto_jws.JWS()
    token.allowed_algs = [algorithm]
    token.deserialize(seal(PAYLOAD, key(algorithm), typ=STATEMENT).raw.decode())
    token.verify(jwcrypto_jwk.JWK(**key(algorithm).public.jwk))
    assert token.payload == PAYLOAD


@pytest.mark.parametrize(
    ("algorithm", "alg"), [("Ed25519", "Ed25519"), ("Ed25519", "EdDSA"), ("ES256", "ES256"), ("ML-DSA-44", "ML-DSA-44")]
)
def test_we_verify_jwcryptos(algorithm: Algorithm, alg: str) -> None:
    """A JWS that jwcrypto made with the profile's header is an envelope of ours, in the older spelling too."""
    token = jwcrypto_jws.JWS(PAYLOAD)
    token.allowed_algs = [alg]
    protected = json.dumps(header(algorithm, alg), separators=(",", ":"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # jwcrypto warns of the older spelling
        token.add_signature(jwcrypto_jwk.JWK(**private_jwk(algorithm)), alg, protected)
    opened = open_envelope(token.serialize(compact=True).encode(), typ=STATEMENT)
    assert opened.payload == PAYLOAD
    assert verify_envelope(opened, key(algorithm).public)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_jwcrypto_names_a_key_as_we_do(algorithm: Algorithm) -> None:
    """The thumbprint is the oracle's (RFC 7638, RFC 9964)."""
    jwk = key(algorithm).public.jwk
    assert jwcrypto_jwk.JWK(**jwk).thumbprint() == thumbprint(jwk)


def test_joserfc_names_a_key_as_we_do() -> None:
    """The thumbprint is the oracle's (RFC 7638)."""
    for algorithm in ("Ed25519", "ES256"):
        jwk = key(algorithm).public.jwk
        assert joserfc_key(algorithm, jwk).thumbprint() == thumbprint(jwk)
