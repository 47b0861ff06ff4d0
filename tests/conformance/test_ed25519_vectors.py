"""Ed25519 as RFC 8032, RFC 8037 and Wycheproof have it; and thumbprints as RFC 7638 has them (design §2.2)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import decode_base64url
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.signing.key import PrivateKey, PublicKey, thumbprint
from tests.conformance.wycheproof import groups

VECTORS = Path(__file__).parent.parent / "vectors" / "signing"
RFC8032: list[dict[str, str]] = json.loads((VECTORS / "rfc8032.json").read_text(encoding="utf-8"))
JOSE: dict[str, Any] = json.loads((VECTORS / "jose.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("verifier")
@pytest.mark.parametrize("case", RFC8032, ids=lambda case: str(case["name"]))
def test_rfc_8032(case: dict[str, str]) -> None:
    """Seed, public key and signature are those of RFC 8032 §7.1."""
    key = PrivateKey.from_seed("Ed25519", bytes.fromhex(case["seed"]))
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    assert key.public.raw.hex() == case["public"]
    assert key.sign(message) == signature
    assert key.public.verify(signature, message)
    assert not key.public.verify(signature, message + b"\x00")


def test_rfc_7638_thumbprint() -> None:
    """The RSA key of RFC 7638 §3.1 has the thumbprint that is printed there."""
    assert thumbprint(JOSE["rfc7638"]["jwk"]) == JOSE["rfc7638"]["thumbprint"]


@pytest.mark.usefixtures("verifier")
def test_rfc_8037_key_and_signature() -> None:
    """Key, thumbprint and JWS are those of RFC 8037 appendix A.1 to A.5."""
    case = JOSE["rfc8037"]
    key = PrivateKey.from_seed("Ed25519", decode_base64url(case["d"], what="d"))
    signing_input, _, signature = case["jws"].rpartition(".")
    assert key.public == PublicKey.from_jwk(case["jwk"])
    assert key.kid == case["thumbprint"]
    assert key.sign(signing_input.encode()) == decode_base64url(signature, what="the signature")
    assert key.public.verify(decode_base64url(signature, what="the signature"), signing_input.encode())


def test_rfc_8037_jws_is_outside_the_strict_profile() -> None:
    """A good JWS with another header is still none of ours (design §2.2)."""
    with pytest.raises(MalformedError, match="not exactly alg, kid and typ"):
        open_envelope(JOSE["rfc8037"]["jws"].encode(), typ=STATEMENT)


@pytest.mark.usefixtures("verifier")
def test_wycheproof_ed25519() -> None:
    """Every Wycheproof verdict holds; keys of small order, which it calls acceptable, are refused (design §2.2)."""
    wrong, small, checked = [], 0, 0
    for group in groups("ed25519_test.json"):
        raw = bytes.fromhex(group["publicKey"]["pk"])
        if all("SmallOrderPublicKey" in test["flags"] for test in group["tests"]):
            with pytest.raises(MalformedError, match="small order"):
                PublicKey.from_raw("Ed25519", raw)
            small += 1
            continue
        key = PublicKey.from_raw("Ed25519", raw)
        for test in group["tests"]:
            checked += 1
            verdict = key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            # "acceptable" is about keys with a part of small order: either answer is right, by the cofactor.
            if test["result"] != "acceptable" and verdict != (test["result"] == "valid"):
                wrong.append((test["tcId"], test["comment"]))
    assert not wrong
    assert small >= 8
    assert checked >= 180
