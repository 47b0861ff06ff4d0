"""Driver of joserfc: its reader of JWS in compact serialisation."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import absent, serve

NAME = "joserfc"

try:
    from joserfc import jws
    from joserfc.jwk import ECKey, OKPKey
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


def judge_statement(words: Sequence[str]) -> None:
    """Judge a statement by the key that signed it."""
    jwk = json.loads(Path(words[0]).read_bytes())
    key = ECKey.import_key(jwk) if jwk["kty"] == "EC" else OKPKey.import_key(jwk)
    algorithms = ["ES256"] if jwk["kty"] == "EC" else ["Ed25519", "EdDSA"]
    jws.deserialize_compact(Path(words[1]).read_bytes(), key, algorithms=algorithms)


serve(NAME, ["joserfc"], ["Ed25519", "ES256"], {"statement": judge_statement})
