"""The proof of many leaves at once, against the recursion of RFC 6962 §2.1 and against what is no proof."""

import hashlib

import pytest

from ledger.errors import MalformedError
from ledger.tlog.merkle import EMPTY_EDGE, EMPTY_ROOT, Hash, inclusion_indexes, prove_inclusion
from ledger.tlog.multiproof import gap_indexes, gaps, multiproof_indexes, prove_many, root_of_many, subtrees_of_many
from tests.unit.tlog.small_log import by_address

LEAVES = [Hash(hashlib.sha256(b"leaf %d" % number).digest()) for number in range(70)]


def root(leaves: list[Hash]) -> Hash:
    """Return the root by the definition of RFC 6962 §2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return Hash(hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest())


def proved(positions: list[int], size: int) -> tuple[Hash, ...]:
    """Return the proof of these positions."""
    return prove_many(positions, size, by_address(EMPTY_EDGE.extend(LEAVES[:size])[1]))


GAPS = {
    "nothing at hand": ([], 5, ((0, 5),)),
    "everything at hand": ([0, 1, 2], 3, ()),
    "one of one": ([0], 1, ()),
    "the first of seven": ([0], 7, ((1, 2), (2, 4), (4, 7))),
    "one inside seven": ([2], 7, ((0, 2), (3, 4), (4, 7))),
    "the last of seven": ([6], 7, ((0, 4), (4, 6))),
    "a run across the middle": ([3, 4], 8, ((0, 2), (2, 3), (5, 6), (6, 8))),
    "a tree without leaves": ([], 0, ()),
}


@pytest.mark.parametrize("phrase", GAPS)
def test_gaps_are_the_largest_subtrees_between(phrase: str) -> None:
    """The hashes of a proof are those of the largest subtrees without a leaf at hand, from left to right."""
    positions, size, expected = GAPS[phrase]
    assert gaps(positions, size) == expected


def test_gap_at_the_right_hand_edge_is_folded_from_complete_nodes() -> None:
    """Leaves 4, 5 and 6 of seven are one complete node of two and one leaf."""
    assert gap_indexes((4, 7)) == ((1, 2), (0, 6))
    assert multiproof_indexes([2], 7) == ((1, 0), (0, 3), (1, 2), (0, 6))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 64, 70])
def test_proof_of_any_leaves_leads_to_the_root(size: int) -> None:
    """Each third leaf, with the proof, gives the root of the definition."""
    positions = list(range(0, size, 3))
    leaves = [(position, LEAVES[position]) for position in positions]
    assert root_of_many(leaves, size, proved(positions, size)) == root(LEAVES[:size])


def test_proof_of_one_leaf_has_the_hashes_of_its_inclusion_proof() -> None:
    """One leaf's proof is its inclusion proof, ordered from left to right and not from below (RFC 6962 §2.1.1)."""
    nodes = by_address(EMPTY_EDGE.extend(LEAVES)[1])
    single = prove_inclusion(41, 70, {address: nodes[address] for address in inclusion_indexes(41, 70)})
    assert sorted(proved([41], 70)) == sorted(single)


def test_tree_without_leaves_has_the_empty_root() -> None:
    """The empty tree takes no proof, and nothing else stands for it."""
    assert root_of_many([], 0, ()) == EMPTY_ROOT
    assert root_of_many([], 0, (LEAVES[0],)) is None
    assert root_of_many([(0, LEAVES[0])], 0, ()) is None
    assert subtrees_of_many([], 0, ()) is None


BROKEN = {
    "a hash too few": ([(2, LEAVES[2])], 7, proved([2], 7)[:-1]),
    "a hash too many": ([(2, LEAVES[2])], 7, (*proved([2], 7), LEAVES[0])),
    "a position beyond the tree": ([(7, LEAVES[7])], 7, proved([2], 7)),
    "a position before it": ([(-1, LEAVES[0])], 7, proved([2], 7)),
    "positions that do not ascend": ([(3, LEAVES[3]), (2, LEAVES[2])], 7, proved([2, 3], 7)),
    "a position twice": ([(2, LEAVES[2]), (2, LEAVES[2])], 7, proved([2], 7)),
    "a leaf of another length": ([(2, Hash(b"short"))], 7, proved([2], 7)),
    "a hash of another length": ([(2, LEAVES[2])], 7, (Hash(b"long" * 9), *proved([2], 7)[1:])),
    "a size below nothing": ([], -1, ()),
    "a size beyond all logs": ([], 2**62 + 1, (LEAVES[0],)),
}


@pytest.mark.parametrize("phrase", BROKEN)
def test_what_is_no_proof_implies_no_root(phrase: str) -> None:
    """A proof that does not fit its leaves is answered with no root, and never raises."""
    leaves, size, proof = BROKEN[phrase]
    assert root_of_many(leaves, size, proof) is None


WRONG = {
    "another leaf": ([(2, LEAVES[3])], proved([2], 7)),
    "another place": ([(3, LEAVES[2])], proved([2], 7)),
    "hashes in another order": ([(2, LEAVES[2])], proved([2], 7)[::-1]),
}


@pytest.mark.parametrize("phrase", WRONG)
def test_wrong_proof_leads_elsewhere(phrase: str) -> None:
    """A proof of the right length for something else implies another root."""
    leaves, proof = WRONG[phrase]
    assert root_of_many(leaves, 7, proof) not in {None, root(LEAVES[:7])}


def test_prover_refuses_what_is_not_in_the_tree() -> None:
    """The prover raises for places that are not ascending ones of the tree."""
    for positions in ([7], [-1], [2, 2], [3, 2]):
        with pytest.raises(MalformedError, match="ascending places"):
            gaps(positions, 7)


def test_subtrees_hold_the_proof_of_fewer_leaves() -> None:
    """Out of a proof of several leaves comes the proof of each of them."""
    positions = [5, 6, 40]
    found = subtrees_of_many([(one, LEAVES[one]) for one in positions], 70, proved(positions, 70))
    assert found is not None
    for one in positions:
        assert tuple(found[gap] for gap in gaps([one], 70)) == proved([one], 70)
