"""The tree is held to others: Certificate Transparency's reference tree, and digests over thousands of proofs.

Origins: ``tests/vectors/tlog/README.md``.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.tlog.merkle import (
    EMPTY_EDGE,
    Hash,
    consistency_indexes,
    inclusion_indexes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.recheck import tree_root

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "tlog"


def _read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("utf-8"))


TREE = _read("reference_tree.json")
LEAVES = [bytes.fromhex(leaf) for leaf in TREE["leaves"]]
ROOTS = [Hash(bytes.fromhex(root)) for root in TREE["roots"]]
NODES = {
    (level, number): Hash(bytes.fromhex(value))
    for level, row in enumerate(TREE["nodes"])
    for number, value in enumerate(row)
}

# Inclusion proofs of the reference tree, spelt by the nodes that they are made of. ``+`` joins two nodes into one that
# is not complete in a tree of that size. Worked out by hand from the picture in RFC 6962 §2.1.3.
INCLUSION = {
    (1, 0): "",
    (2, 0): "0.1",
    (2, 1): "0.0",
    (3, 0): "0.1 0.2",
    (3, 2): "1.0",
    (5, 0): "0.1 1.1 0.4",
    (5, 4): "2.0",
    (6, 5): "0.4 2.0",
    (7, 0): "0.1 1.1 1.2+0.6",
    (7, 3): "0.2 1.0 1.2+0.6",
    (7, 4): "0.5 0.6 2.0",
    (7, 6): "1.2 2.0",
    (8, 0): "0.1 1.1 2.1",
    (8, 5): "0.4 1.3 2.0",
    (8, 7): "0.6 1.2 2.0",
}
CONSISTENCY = {
    (1, 1): "",
    (1, 2): "0.1",
    (1, 8): "0.1 1.1 2.1",
    (2, 5): "1.1 0.4",
    (3, 7): "0.2 0.3 1.0 1.2+0.6",
    (4, 7): "1.2+0.6",
    (4, 8): "2.1",
    (6, 7): "1.2 0.6 2.0",
    (6, 8): "1.2 1.3 2.0",
    (7, 8): "0.6 0.7 1.2 2.0",
}


def _spelt(text: str) -> tuple[Hash, ...]:
    """Return the hashes that a line of the tables above spells."""
    proof = []
    for word in text.split():
        parts = [
            NODES[int(level), int(number)] for level, _, number in (node.partition(".") for node in word.split("+"))
        ]
        joined = parts[0] if len(parts) == 1 else hashlib.sha256(b"\x01" + parts[0] + parts[1]).digest()
        proof.append(Hash(joined))
    return tuple(proof)


def test_reference_nodes_are_hashes_of_what_is_below_them() -> None:
    """The vectors are consistent with themselves, by hashlib alone (RFC 6962 §2.1)."""
    for number, leaf in enumerate(LEAVES):
        assert NODES[0, number] == hashlib.sha256(b"\x00" + leaf).digest()
    for (level, number), value in NODES.items():
        if level:
            left, right = NODES[level - 1, 2 * number], NODES[level - 1, 2 * number + 1]
            assert value == hashlib.sha256(b"\x01" + left + right).digest()


def test_reference_leaves_hash_as_given() -> None:
    """The leaf hash is that of the reference tree."""
    assert [leaf_hash(leaf) for leaf in LEAVES] == [NODES[0, number] for number in range(8)]


def test_reference_roots_come_out_at_every_size() -> None:
    """One by one and at once, nodes and roots are those of the reference tree."""
    edge = EMPTY_EDGE
    stored: dict[tuple[int, int], Hash] = {}
    for size, leaf in enumerate(LEAVES):
        assert edge.root == ROOTS[size]
        edge, fresh = edge.append(leaf_hash(leaf))
        stored |= {(level, number): value for level, number, value in fresh}
    assert edge.root == ROOTS[8]
    assert stored == NODES
    for size in range(9):
        leaves = [leaf_hash(leaf) for leaf in LEAVES[:size]]
        assert EMPTY_EDGE.extend(leaves)[0].root == tree_root(leaves) == ROOTS[size]


@pytest.mark.parametrize(("size", "index"), INCLUSION)
def test_reference_inclusion_proofs_come_out_and_verify(size: int, index: int) -> None:
    """The proof consists of the nodes that the picture shows (RFC 6962 §2.1.3)."""
    expected = _spelt(INCLUSION[size, index])
    assert prove_inclusion(index, size, NODES) == expected
    assert verify_inclusion(leaf=NODES[0, index], index=index, size=size, proof=expected, root=ROOTS[size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_reference_consistency_proofs_come_out_and_verify(old: int, new: int) -> None:
    """The proof consists of the nodes that the picture shows (RFC 6962 §2.1.3)."""
    expected = _spelt(CONSISTENCY[old, new])
    assert prove_consistency(old, new, NODES) == expected
    assert verify_consistency(old=old, new=new, proof=expected, old_root=ROOTS[old], new_root=ROOTS[new])


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"proof": ()}, "empty proof"),
        ({"index": 4}, "index xor 1"),
        ({"index": 7}, "index plus 2"),
        ({"size": 16}, "size doubled"),
        ({"size": 4}, "size halved"),
        ({"root": ROOTS[0]}, "empty root"),
        ({"leaf": ROOTS[0]}, "wrong leaf"),
        ({"proof": (*_spelt("0.4 1.3 2.0"), ROOTS[8])}, "trailing root"),
        ({"proof": (ROOTS[8], *_spelt("0.4 1.3 2.0"))}, "preceding root"),
        ({"proof": (*_spelt("0.4 1.3 2.0"), Hash(b""))}, "trailing garbage"),
        ({"proof": _spelt("0.4 1.3")}, "removed component"),
        ({"proof": _spelt("0.4 1.3 1.3 2.0")}, "inserted component"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_probes_of_the_reference_verifier_are_refused(change: dict[str, Any], what: str) -> None:
    """The kinds of spoilt proof that the reference implementation probes with are all refused."""
    sound: dict[str, Any] = {
        "leaf": NODES[0, 5],
        "index": 5,
        "size": 8,
        "proof": _spelt("0.4 1.3 2.0"),
        "root": ROOTS[8],
    }
    assert verify_inclusion(**sound)
    assert not verify_inclusion(**{**sound, **change}), what


@pytest.mark.parametrize(("size", "index", "nodes"), _read("node_addresses.json")["inclusion"])
def test_inclusion_reads_the_nodes_that_the_reference_reads(size: int, index: int, nodes: list[list[int]]) -> None:
    """The nodes to be read are those of the reference implementation, in the order of the proof."""
    assert [list(address) for address in inclusion_indexes(index, size)] == nodes


@pytest.mark.parametrize(("old", "new", "nodes"), _read("node_addresses.json")["consistency"])
def test_consistency_reads_the_nodes_that_the_reference_reads(old: int, new: int, nodes: list[list[int]]) -> None:
    """The nodes to be read are those of the reference implementation, in the order of the proof."""
    assert [list(address) for address in consistency_indexes(old, new)] == nodes


def _subtrees(last: int) -> list[tuple[int, int]]:
    """Return all ranges that are subtrees: from 0 on, empty, or on a multiple of the power of two that holds them."""
    return [
        (start, end)
        for end in range(last + 1)
        for start in range(end + 1)
        if start in (0, end) or start % (1 << (end - start - 1).bit_length()) == 0
    ]


DRAFT_LEAVES = [leaf_hash(bytes([number])) for number in range(130)]


def test_roots_of_all_subtrees_have_the_digest_of_the_draft() -> None:
    """The roots of every subtree of up to 130 leaves, in one digest (draft-ietf-plants-merkle-tree-certs, appendix)."""
    rolling = hashlib.sha256()
    for start, end in _subtrees(130):
        root = EMPTY_EDGE.extend(DRAFT_LEAVES[start:end])[0].root
        rolling.update(f"[{start}, {end}) {root.hex()}\n".encode())
    assert rolling.hexdigest() == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"


def test_all_inclusion_proofs_have_the_digest_of_the_draft() -> None:
    """Every inclusion proof in every subtree of up to 130 leaves, in one digest (as above)."""
    rolling = hashlib.sha256()
    count = 0
    for start, end in _subtrees(130):
        _, fresh = EMPTY_EDGE.extend(DRAFT_LEAVES[start:end])
        nodes = {(level, number): value for level, number, value in fresh}
        for index in range(start, end):
            proof = prove_inclusion(index - start, end - start, nodes)
            rolling.update(f"{index} [{start}, {end}){''.join(f' {value.hex()}' for value in proof)}\n".encode())
            count += 1
    assert count > 10_000
    assert rolling.hexdigest() == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"
