"""Driver of rfc3161-client: its reader and verifier of RFC 3161 timestamps."""

from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import absent, check, serve

NAME = "rfc3161-client"

try:
    from cryptography.x509 import load_pem_x509_certificate
    from rfc3161_client import VerifierBuilder, decode_timestamp_response
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


def judge_timestamp(words: Sequence[str]) -> None:
    """Judge a timestamp of some bytes by the root of its authority."""
    root, stamp, data = (Path(word).read_bytes() for word in words)
    verifier = VerifierBuilder().add_root_certificate(load_pem_x509_certificate(root)).build()
    check(verifier.verify_message(decode_timestamp_response(stamp), data), "not verified")


serve(NAME, ["rfc3161-client"], [], {"timestamp": judge_timestamp})
