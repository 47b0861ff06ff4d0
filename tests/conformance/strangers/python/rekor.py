"""Driver of sigstore-python: the checkpoints and the Merkle proofs of its Rekor client."""

import base64
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.conformance.strangers.python.line import absent, read_keys, read_proof, serve

NAME = "sigstore-python"

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from sigstore._internal.merkle import verify_merkle_inclusion
    from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
    from sigstore._internal.trust import Keyring, RekorKeyring
    from sigstore_models.common import v1
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


def opened(keys: str, text: str) -> Any:
    """Return a checkpoint that the log signed."""
    (key,) = read_keys(keys, 1)
    der = Ed25519PublicKey.from_public_bytes(key.raw).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    details = v1.PublicKeyDetails.PKIX_ED25519
    keyring = RekorKeyring(Keyring([v1.PublicKey(raw_bytes=base64.b64encode(der), key_details=details)]))
    signed = SignedCheckpoint.from_text(text)
    inner = SimpleNamespace(
        log_id=SimpleNamespace(key_id=key.id),
        inclusion_proof=SimpleNamespace(
            checkpoint=SimpleNamespace(envelope=text), root_hash=bytes.fromhex(signed.checkpoint.log_hash)
        ),
    )
    verify_checkpoint(keyring, SimpleNamespace(_inner=inner))  # type: ignore[arg-type]
    return signed.checkpoint


def judge_checkpoint(words: Sequence[str]) -> None:
    """Judge a signed checkpoint."""
    keys, path = words
    opened(keys, Path(path).read_bytes().decode())


def judge_proof(words: Sequence[str]) -> None:
    """Judge a proof of an entry."""
    keys, path, entry = words
    proof = read_proof(path)
    checkpoint = opened(keys, proof.checkpoint)
    inner = SimpleNamespace(
        canonicalized_body=Path(entry).read_bytes(),
        inclusion_proof=SimpleNamespace(
            log_index=proof.index,
            tree_size=checkpoint.log_size,
            hashes=proof.hashes,
            root_hash=bytes.fromhex(checkpoint.log_hash),
        ),
    )
    verify_merkle_inclusion(SimpleNamespace(_inner=inner))  # type: ignore[arg-type]


serve(NAME, ["sigstore"], ["1"], {"checkpoint": judge_checkpoint, "proof": judge_proof})
