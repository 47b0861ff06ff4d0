"""Driver of pymerkle: its proofs of inclusion, and the root of a tree that it grows itself.

It knows no checkpoints, so the size and root of one are read from its lines; whether it is signed is not judged.
"""

import base64
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import Rejected, absent, check, read_bundle, read_proof, serve

NAME = "pymerkle"

try:
    from pymerkle import InclusionProof, InmemoryTree, verify_inclusion
    from pymerkle.core import _inclusion_path_layout
    from pymerkle.hasher import MerkleHasher
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


def read_head(text: str) -> tuple[int, bytes]:
    """Return size and root of a checkpoint."""
    _, size, root, *_ = text.split("\n")
    if not size.isascii() or not size.isdigit() or str(int(size)) != size:
        raise Rejected("a size in another spelling")
    return int(size), base64.b64decode(root, validate=True)


def judge_proof(words: Sequence[str]) -> None:
    """Judge a proof of an entry."""
    _, path, entry = words
    proof = read_proof(path)
    size, root = read_head(proof.checkpoint)
    check(0 <= proof.index < size, "an index beyond the tree")
    leaf = MerkleHasher("sha256").hash_buff(Path(entry).read_bytes())
    rule, _ = _inclusion_path_layout(proof.index + 1, size)
    found = InclusionProof("sha256", True, size, proof.index + 1, rule, [leaf, *proof.hashes])
    verify_inclusion(leaf, root, found, index=proof.index + 1, size=size, algorithm="sha256")


def judge_log(words: Sequence[str]) -> None:
    """Judge a whole site: the root of the entries, by a tree that grows with them."""
    site = Path(words[1])
    size, root = read_head((site / "checkpoint").read_text(encoding="utf-8"))
    tree = InmemoryTree(algorithm="sha256")
    for number in range(-(-size // 256)):
        digits = str(number).zfill(-(-len(str(number)) // 3) * 3)
        parts = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        width = min(256, size - 256 * number)
        entries = list(
            read_bundle((site / "tile/entries" / f"{path}{f'.p/{width}' if width < 256 else ''}").read_bytes())
        )
        check(len(entries) == width, "a bundle of another width")
        tree.append_entries(entries)
    check(tree.get_root() == root, "another root")


serve(NAME, ["pymerkle"], ["tree"], {"proof": judge_proof, "log": judge_log})
