"""Driver of jwcrypto: its reader of JWS in compact serialisation, ML-DSA-44 included."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import absent, serve

NAME = "jwcrypto"

try:
    from jwcrypto import jwk, jws
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


def judge_statement(words: Sequence[str]) -> None:
    """Judge a statement by the key that signed it."""
    members = json.loads(Path(words[0]).read_bytes())
    token = jws.JWS()
    token.allowed_algs = {"EC": ["ES256"], "OKP": ["Ed25519", "EdDSA"]}.get(members["kty"], ["ML-DSA-44"])
    token.deserialize(Path(words[1]).read_bytes().decode())
    token.verify(jwk.JWK(**members))


serve(NAME, ["jwcrypto"], ["Ed25519", "ES256", "ML-DSA-44"], {"statement": judge_statement})
