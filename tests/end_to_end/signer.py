"""A program that signs what it reads, with the key of a file, by the cryptography package alone; for the tests.

Usage: signer.py KEY.pem [LOG]. With a second argument it notes there, a line each, how many bytes it was given to sign.
"""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def sign(pem: bytes, message: bytes) -> bytes:
    """Return the signature as the protocol wants it: bare, r and s of 32 bytes each for ECDSA."""
    key = load_pem_private_key(pem, None)
    if isinstance(key, EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if isinstance(key, (Ed25519PrivateKey, MLDSA44PrivateKey)):
        return key.sign(message)
    raise SystemExit("This key is of a kind that does not sign here.")


def main() -> None:
    """Sign standard input onto standard output."""
    message = sys.stdin.buffer.read()
    if len(sys.argv) > 2:
        with Path(sys.argv[2]).open("a", encoding="ascii") as log:
            log.write(f"{len(message)}\n")
    sys.stdout.buffer.write(sign(Path(sys.argv[1]).read_bytes(), message))


if __name__ == "__main__":
    main()
