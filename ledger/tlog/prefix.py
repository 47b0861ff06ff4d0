"""The root of a log's first entries, proved from the root of all of them (RFC 6962 §2.1.2).

Whoever serves a tree serves its nodes, and nothing of them is believed: the nodes that give the smaller root also have
to give a consistency proof from it to the root that was signed.
"""

from ledger.tlog.merkle import (
    Address,
    Hash,
    Nodes,
    consistency_indexes,
    edge_indexes,
    prove_consistency,
    read_edge,
    verify_consistency,
)


def prefix_indexes(size: int, whole: int) -> tuple[Address, ...]:
    """Return the nodes of a tree of ``whole`` entries that ``read_prefix`` takes; none where it has no such beginning.

    Args:
        size: of the beginning, at least 1.
        whole: of the tree.
    """
    return (*edge_indexes(size), *consistency_indexes(size, whole)) if 0 < size <= whole else ()


def read_prefix(size: int, whole: int, nodes: Nodes, *, root: Hash) -> Hash | None:
    """Return the root of a tree's first ``size`` entries, where the nodes prove it from ``root``; None where not."""
    if not 0 < size <= whole:
        return None
    begins, proof = read_edge(size, nodes).root, prove_consistency(size, whole, nodes)
    is_shown = verify_consistency(old=size, new=whole, proof=proof, old_root=begins, new_root=root)
    return begins if is_shown else None
