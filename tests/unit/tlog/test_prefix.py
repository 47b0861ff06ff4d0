"""The beginning of a tree, proved from its root (RFC 6962 §2.1.2)."""

import pytest

from ledger.tlog.merkle import EMPTY_EDGE, Hash, Nodes, leaf_hash
from ledger.tlog.prefix import prefix_indexes, read_prefix
from ledger.tlog.recheck import tree_root
from tests.unit.tlog.small_log import by_address

LEAVES = [leaf_hash(b"%d" % index) for index in range(13)]
EDGE, ADDED = EMPTY_EDGE.extend(LEAVES)
NODES: Nodes = {(one[0], one[1]): value for one, value in by_address(ADDED).items()}


@pytest.mark.parametrize("size", range(1, 14))
def test_beginning_has_the_root_of_its_leaves(size: int) -> None:
    """Every size up to the whole is proved by the nodes that are named, and by no others."""
    nodes: Nodes = {(one[0], one[1]): NODES[one] for one in prefix_indexes(size, 13)}
    assert read_prefix(size, 13, nodes, root=EDGE.root) == tree_root(LEAVES[:size])


@pytest.mark.parametrize("size", [-1, 0, 14])
def test_size_that_the_tree_has_not_is_no_beginning(size: int) -> None:
    """Nothing is asked for, and nothing is proved."""
    assert prefix_indexes(size, 13) == ()
    assert read_prefix(size, 13, NODES, root=EDGE.root) is None


def test_nodes_that_do_not_lead_to_the_root_prove_nothing() -> None:
    """Each node that is named counts: changed, none of them passes."""
    for address in prefix_indexes(5, 13):
        false = {(address[0], address[1]): Hash(bytes(32))}
        nodes: Nodes = {**{(one[0], one[1]): NODES[one] for one in prefix_indexes(5, 13)}, **false}
        assert read_prefix(5, 13, nodes, root=EDGE.root) is None
    assert read_prefix(5, 13, NODES, root=Hash(bytes(32))) is None
