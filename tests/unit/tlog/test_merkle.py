"""The tree: appending, node addresses, proofs, and what hostile numbers do (RFC 6962 §2.1)."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    EMPTY_ROOT,
    MAX_SIZE,
    Address,
    Edge,
    Hash,
    Node,
    consistency_indexes,
    edge_indexes,
    format_hash,
    inclusion_indexes,
    leaf_hash,
    node_hash,
    parse_hash,
    prove_consistency,
    prove_inclusion,
    prove_latest,
    read_edge,
    root_from_edge,
    verify_consistency,
    verify_inclusion,
)
from tests.unit.tlog.small_log import by_address

LEAVES = tuple(leaf_hash(b"%d" % number) for number in range(13))


def test_hashes_are_domain_separated() -> None:
    """A leaf is prefixed by 0x00 and a node by 0x01 (RFC 6962 §2.1)."""
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert node_hash(LEAVES[0], LEAVES[1]) == hashlib.sha256(b"\x01" + LEAVES[0] + LEAVES[1]).digest()


def test_empty_tree_has_the_hash_of_nothing_as_root() -> None:
    """The root of no leaves is SHA-256 of the empty string (RFC 6962 §2.1)."""
    assert EMPTY_EDGE.root == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_append_names_the_nodes_that_it_completes() -> None:
    """The eighth leaf completes a pair, a quartet and the whole (one node per trailing 1 bit of 7)."""
    edge, _ = EMPTY_EDGE.extend(LEAVES[:7])
    grown, nodes = edge.append(LEAVES[7])
    assert [(level, number) for level, number, _ in nodes] == [(0, 7), (1, 3), (2, 1), (3, 0)]
    assert nodes[0][2] == LEAVES[7]
    assert grown == Edge(8, (nodes[-1][2],))


def test_append_to_an_even_size_completes_the_leaf_alone() -> None:
    """A leaf without a brother to its left completes nothing else."""
    edge, _ = EMPTY_EDGE.extend(LEAVES[:4])
    grown, nodes = edge.append(LEAVES[4])
    assert nodes == ((0, 4, LEAVES[4]),)
    assert grown == Edge(5, (*edge.hashes, LEAVES[4]))


def test_batch_completes_the_same_nodes_as_one_by_one() -> None:
    """Batches change neither the edge nor the nodes, whatever sizes they join (style §10)."""
    for start in range(9):
        for count in range(5):
            edge, _ = EMPTY_EDGE.extend(LEAVES[:start])
            batched, batch_nodes = edge.extend(LEAVES[start : start + count])
            single = edge
            single_nodes: list[Node] = []
            for leaf in LEAVES[start : start + count]:
                single, fresh = single.append(leaf)
                single_nodes += fresh
            assert batched == single
            assert sorted(batch_nodes) == sorted(single_nodes)


def test_edge_is_read_back_from_stored_nodes() -> None:
    """13 = 8 + 4 + 1 leaves stand in three complete subtrees."""
    edge, nodes = EMPTY_EDGE.extend(LEAVES)
    assert edge_indexes(13) == (Address(3, 0), Address(2, 2), Address(0, 12))
    assert read_edge(13, by_address(nodes)) == edge


def test_root_folds_the_edge_from_the_right() -> None:
    """The root over subtrees a, b, c of falling size is H(a, H(b, c)) (RFC 6962 §2.1)."""
    edge, _ = EMPTY_EDGE.extend(LEAVES)
    largest, middle, smallest = edge.hashes
    assert root_from_edge(edge) == node_hash(largest, node_hash(middle, smallest))


@pytest.mark.parametrize("size", [-1, MAX_SIZE + 1, 2**64], ids=["negative", "beyond 2^62", "2^64"])
def test_size_out_of_range_is_refused(size: int) -> None:
    """Hostile sizes are malformed, and no proof is worked out for them."""
    with pytest.raises(MalformedError, match="no size of a log"):
        edge_indexes(size)
    with pytest.raises(MalformedError, match=r"no size of a log|cannot begin"):
        consistency_indexes(0, size)


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (5, 5), (6, 5), (-1, 5)], ids=["empty log", "index of the size", "beyond", "negative"]
)
def test_entry_that_is_not_there_is_refused(index: int, size: int) -> None:
    """There is no proof of an entry beyond the log."""
    with pytest.raises(MalformedError, match="There is no entry"):
        inclusion_indexes(index, size)
    with pytest.raises(MalformedError, match="There is no entry"):
        prove_inclusion(index, size, {})
    with pytest.raises(MalformedError, match="There is no entry"):
        prove_latest(index, size, {})


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)], ids=["shrinking", "negative"])
def test_consistency_of_a_shrinking_log_is_refused(old: int, new: int) -> None:
    """A log only grows."""
    with pytest.raises(MalformedError, match="cannot begin with"):
        consistency_indexes(old, new)
    with pytest.raises(MalformedError, match="cannot begin with"):
        prove_consistency(old, new, {})


def test_proof_in_the_largest_tree_needs_few_reads() -> None:
    """At most 2 · 62 nodes are read for one proof, even in a tree of 2^62 less one."""
    size = MAX_SIZE - 1
    for index in (0, 1, size // 2, size - 1):
        assert len(inclusion_indexes(index, size)) <= 124
    for old in (1, 2**61, 2**61 - 1, size - 1):
        assert len(consistency_indexes(old, size)) <= 124


def test_node_that_was_not_read_is_a_broken_promise_of_the_caller() -> None:
    """A missing node is a fault of the store, not of the input (style §7)."""
    with pytest.raises(AssertionError, match=r"Node \(0, 1\) of the tree was needed"):
        prove_inclusion(0, 2, {})


def test_leaf_that_is_not_a_hash_is_a_broken_promise_of_the_caller() -> None:
    """Appending takes hashes of 32 bytes: others would shift what a node is made of."""
    with pytest.raises(AssertionError, match="leaf hash has 32 bytes"):
        EMPTY_EDGE.append(Hash(b"header"))
    with pytest.raises(AssertionError, match="leaf hash has 32 bytes"):
        EMPTY_EDGE.extend((LEAVES[0], Hash(b"")))


def test_nothing_is_needed_to_prove_what_is_evident() -> None:
    """From the empty tree, or from a tree to itself, the proof is empty (tlog-witness, RFC 6962 §2.1.2)."""
    assert consistency_indexes(0, 13) == consistency_indexes(13, 13) == ()
    assert prove_consistency(0, 13, {}) == prove_consistency(13, 13, {}) == ()
    root = EMPTY_EDGE.extend(LEAVES)[0].root
    assert verify_consistency(old=0, new=13, proof=(), old_root=EMPTY_ROOT, new_root=root)
    assert verify_consistency(old=13, new=13, proof=(), old_root=root, new_root=root)
    assert verify_consistency(old=0, new=0, proof=(), old_root=EMPTY_ROOT, new_root=EMPTY_ROOT)


def _inclusion() -> dict[str, Any]:
    edge, nodes = EMPTY_EDGE.extend(LEAVES)
    proof = prove_inclusion(5, 13, by_address(nodes))
    return {"leaf": LEAVES[5], "index": 5, "size": 13, "proof": proof, "root": edge.root}


def _consistency() -> dict[str, Any]:
    edge, nodes = EMPTY_EDGE.extend(LEAVES)
    proof = prove_consistency(6, 13, by_address(nodes))
    old_root = EMPTY_EDGE.extend(LEAVES[:6])[0].root
    return {"old": 6, "new": 13, "proof": proof, "old_root": old_root, "new_root": edge.root}


def test_proofs_of_the_tables_below_hold() -> None:
    """What the tables then spoil is sound to begin with."""
    assert verify_inclusion(**_inclusion())
    assert verify_consistency(**_consistency())


Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: {"index": 4}, id="brother's index"),
        pytest.param(lambda _: {"index": 13}, id="index of the size"),
        pytest.param(lambda _: {"index": -1}, id="negative index"),
        pytest.param(lambda _: {"size": 0}, id="size zero"),
        pytest.param(lambda _: {"size": 2**70}, id="hostile size"),
        pytest.param(lambda case: {"size": 26, "index": case["index"]}, id="double size"),
        pytest.param(lambda case: {"root": case["leaf"]}, id="leaf for the root"),
        pytest.param(lambda _: {"root": b""}, id="no root"),
        pytest.param(lambda case: {"root": case["root"] + b"\x00"}, id="long root"),
        pytest.param(lambda case: {"leaf": case["root"]}, id="root for the leaf"),
        pytest.param(lambda _: {"leaf": b""}, id="no leaf"),
        pytest.param(lambda _: {"proof": ()}, id="no proof"),
        pytest.param(lambda case: {"proof": case["proof"][:-1]}, id="last hash left out"),
        pytest.param(lambda case: {"proof": case["proof"][1:]}, id="first hash left out"),
        pytest.param(lambda case: {"proof": (*case["proof"], case["root"])}, id="root added"),
        pytest.param(lambda case: {"proof": (case["leaf"], *case["proof"])}, id="leaf added in front"),
        pytest.param(lambda case: {"proof": case["proof"][::-1]}, id="turned round"),
        pytest.param(lambda case: {"proof": (*case["proof"][:-1], b"")}, id="hash of no bytes"),
        pytest.param(lambda case: {"proof": case["proof"] * 1000}, id="thousands of hashes"),
    ],
)
def test_spoilt_inclusion_proof_does_not_verify(change: Change) -> None:
    """Verifying answers no, and never raises (RFC 9162 §2.1.3.2)."""
    case = _inclusion()
    assert not verify_inclusion(**{**case, **change(case)})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _: {"old": 5}, id="other old size"),
        pytest.param(lambda _: {"old": 14}, id="old size the larger"),
        pytest.param(lambda _: {"old": -6}, id="negative size"),
        pytest.param(lambda _: {"new": 6}, id="sizes equal"),
        pytest.param(lambda _: {"new": 2**70}, id="hostile size"),
        pytest.param(lambda case: {"old": 0, "old_root": case["old_root"]}, id="from an empty tree with a root"),
        pytest.param(lambda _: {"old": 0, "old_root": EMPTY_ROOT}, id="proof where none is due"),
        pytest.param(lambda case: {"old_root": case["new_root"], "new_root": case["old_root"]}, id="roots swapped"),
        pytest.param(lambda case: {"old_root": case["new_root"]}, id="new root twice"),
        pytest.param(lambda _: {"old_root": b""}, id="no old root"),
        pytest.param(lambda _: {"proof": ()}, id="no proof"),
        pytest.param(lambda case: {"proof": case["proof"][:-1]}, id="last hash left out"),
        pytest.param(lambda case: {"proof": case["proof"][1:]}, id="first hash left out"),
        pytest.param(lambda case: {"proof": (case["old_root"], *case["proof"])}, id="old root added in front"),
        pytest.param(lambda case: {"proof": (*case["proof"], case["new_root"])}, id="new root added"),
        pytest.param(lambda case: {"proof": case["proof"][::-1]}, id="turned round"),
        pytest.param(lambda case: {"proof": (*case["proof"][:-1], case["proof"][-1] + b"\x00")}, id="hash of 33 bytes"),
    ],
)
def test_spoilt_consistency_proof_does_not_verify(change: Change) -> None:
    """Verifying answers no, and never raises (RFC 9162 §2.1.4.2)."""
    case = _consistency()
    assert not verify_consistency(**{**case, **change(case)})


def test_equal_sizes_need_equal_roots() -> None:
    """Two trees of one size are one tree, or a fork."""
    one, two = EMPTY_EDGE.extend(LEAVES)[0].root, EMPTY_EDGE.extend(LEAVES[::-1])[0].root
    assert not verify_consistency(old=13, new=13, proof=(), old_root=one, new_root=two)
    assert not verify_consistency(old=0, new=0, proof=(), old_root=one, new_root=one)


def test_hash_is_spelt_in_base64() -> None:
    """Checkpoints and proofs spell hashes in standard base64 (C2SP tlog-checkpoint)."""
    text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert format_hash(EMPTY_ROOT) == text
    assert parse_hash(text, what="root") == EMPTY_ROOT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "0 bytes", id="empty"),
        pytest.param("AAAA", "3 bytes", id="short"),
        pytest.param("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "one spelling", id="no padding"),
        pytest.param("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=", "one spelling", id="stray bits"),
        pytest.param("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=", "one spelling", id="base64url"),
        pytest.param("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "one spelling", id="newline"),
        pytest.param("A" * 88, "66 bytes", id="long"),
    ],
)
def test_hash_in_another_spelling_is_refused(text: str, reason: str) -> None:
    """Base64 is accepted only as the formatter writes it (design §2.1)."""
    with pytest.raises(MalformedError, match=reason):
        parse_hash(text, what="root")
