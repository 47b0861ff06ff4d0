"""A small log for tests: fixed keys, and entries on successive days, each line written out by hand."""

import base64
import hashlib

from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, sign_checkpoint
from ledger.tlog.merkle import EMPTY_EDGE, Edge, Hash, Node
from ledger.tlog.note import SignatureType, VerifierKey

ORIGIN = "example.com/promises"
AUTHOR = "A" * 42 + "E"
AT = 1548979200
"""1 February 2019, 00:00:00 UTC."""

ED25519 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x01")
MLDSA = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x02")
WITNESS_1 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x03")
WITNESS_2 = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x04")

LOG_KEYS = log_keys(ORIGIN, ed25519=ED25519.public, mldsa=MLDSA.public)
WITNESS_KEYS = (
    VerifierKey("witness.example/1", SignatureType.ED25519_COSIGNATURE, WITNESS_1.public),
    VerifierKey("witness.example/2", SignatureType.MLDSA44_COSIGNATURE, WITNESS_2.public),
)


def line(index: int, prev: str, *, received: str | None = None, subject: str = "us-china-2019-soybeans") -> bytes:
    """Return the header of an entry, in the members and the order of design §2.3."""
    moment = received or f"2019-02-{index + 1:02d}T00:00:00Z"
    statement = hashlib.sha256(b"statement %d" % index).hexdigest()
    return (
        f'{{"author":"{AUTHOR}","index":{index},"kind":"commitment","prev":"{prev}","received":"{moment}",'
        f'"size":1234,"statement":"sha256:{statement}","subject":"{subject}"}}'
    ).encode()


def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def small_log(size: int) -> tuple[list[bytes], list[bytes]]:
    """Return headers and leaf hashes of a log of so many entries, chained with nothing but hashlib."""
    headers: list[bytes] = []
    leaves: list[bytes] = []
    prev = bytes(32)
    for index in range(size):
        headers.append(line(index, base64url(prev)))
        prev = hashlib.sha256(b"\x00" + headers[-1]).digest()
        leaves.append(prev)
    return headers, leaves


def grown(size: int) -> tuple[Edge, dict[tuple[int, int], Hash]]:
    """Return the edge and all nodes of the tree over that log."""
    leaves = [Hash(leaf) for leaf in small_log(size)[1]]
    edge, nodes = EMPTY_EDGE.extend(leaves)
    return edge, by_address(nodes)


def by_address(nodes: tuple[Node, ...]) -> dict[tuple[int, int], Hash]:
    """Return nodes as they are read: by level and number."""
    return {(level, number): value for level, number, value in nodes}


def signed(size: int, *, at: int = AT) -> bytes:
    """Return the signed checkpoint of that log."""
    return sign_checkpoint(Checkpoint(ORIGIN, size, grown(size)[0].root), ed25519=ED25519, mldsa=MLDSA, at=at)
