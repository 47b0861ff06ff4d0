"""ML-DSA-44 as RFC 9964 and Wycheproof have it (design §2.2)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import decode_base64url
from ledger.signing.key import PrivateKey, PublicKey
from tests.conformance.wycheproof import groups

RFC9964: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "signing" / "rfc9964.json").read_text(encoding="utf-8")
)


def test_rfc_9964_key_and_signature() -> None:
    """Seed, key, thumbprint and JWS are those of RFC 9964's example."""
    key = PrivateKey.from_seed("ML-DSA-44", bytes.fromhex(RFC9964["seed"]))
    signing_input, _, signature = RFC9964["jws"].rpartition(".")
    assert key.public == PublicKey.from_jwk(RFC9964["jwk"])
    assert key.kid == RFC9964["thumbprint"]
    assert key.public.verify(decode_base64url(signature, what="the signature"), signing_input.encode())


def test_wycheproof_ml_dsa_44() -> None:
    """Every Wycheproof verdict holds; a signature under a context is none of ours: ours is empty (RFC 9964)."""
    wrong, checked = [], 0
    for group in groups("mldsa_44_verify_test.json"):
        raw = bytes.fromhex(group["publicKey"])
        if len(raw) != 1312:
            with pytest.raises(MalformedError, match="where it takes 1312"):
                PublicKey.from_raw("ML-DSA-44", raw)
            continue
        key = PublicKey.from_raw("ML-DSA-44", raw)
        for test in group["tests"]:
            checked += 1
            verdict = key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if verdict != (test["result"] == "valid" and not test.get("ctx")):
                wrong.append((test["tcId"], test["comment"]))
    assert not wrong
    assert checked >= 170
