"""ES256 as RFC 7515 and Wycheproof have it (design §2.2)."""

import json
from pathlib import Path
from typing import Any

from ledger.signing.canonical import decode_base64url
from ledger.signing.key import PrivateKey, PublicKey
from tests.conformance.wycheproof import groups

JOSE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "signing" / "jose.json").read_text(encoding="utf-8")
)


def test_rfc_7515_es256() -> None:
    """The key of RFC 7515 appendix A.3 verifies the JWS printed there, and its secret gives that key."""
    case = JOSE["rfc7515"]
    signing_input, _, signature = case["jws"].rpartition(".")
    key = PublicKey.from_jwk(case["jwk"])
    assert PrivateKey.from_seed("ES256", decode_base64url(case["d"], what="d")).public == key
    assert key.verify(decode_base64url(signature, what="the signature"), signing_input.encode())
    assert not key.verify(decode_base64url(signature, what="the signature"), signing_input.encode() + b"A")


def test_wycheproof_p256() -> None:
    """Every Wycheproof verdict on P-256 with SHA-256 and bare r and s holds (IEEE P1363 form)."""
    wrong, checked = [], 0
    for group in groups("ecdsa_secp256r1_sha256_p1363_test.json"):
        key = PublicKey.from_raw("ES256", bytes.fromhex(group["publicKey"]["uncompressed"]))
        for test in group["tests"]:
            checked += 1
            verdict = key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if verdict != (test["result"] == "valid"):
                wrong.append((test["tcId"], test["comment"]))
    assert not wrong
    assert checked >= 250
