"""One proof for many leaves of a tree (RFC 6962 §2.1): the leaves at hand, and the hashes of what lies between them.

Proofs of single leaves share most of their way up. Here every hash stands once: of each largest subtree that holds none
of the leaves at hand, from left to right. So the proof of one leaf is its inclusion proof in another order, that of all
leaves is empty, and a whole range of leaves costs no more than its two ends. As in `ledger.tlog.merkle`, a proof is
made in three steps: which nodes are needed, one reading, one combination. Nothing here knows what a leaf means.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from ledger.errors import MalformedError
from ledger.tlog.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    MAX_SIZE,
    Address,
    Edge,
    Hash,
    Nodes,
    edge_indexes,
    node_hash,
    root_from_edge,
)

Gap = tuple[int, int]
"""A subtree by its leaves: from the first up to, but not including, the second."""


def gaps(positions: Sequence[int], size: int) -> tuple[Gap, ...]:
    """Return the largest subtrees that hold none of the positions, from left to right; one hash of the proof each.

    Args:
        positions: of the leaves at hand, ascending, each once.
        size: of the tree.

    Raises:
        MalformedError: a position is not in the tree, or they do not ascend.
    """
    if not are_positions(positions, size):
        message = f"The leaves to be proved are not ascending places in a tree of {size}; give each once, in order."
        raise MalformedError(message, size=size)
    found: list[Gap] = []
    pending = [(0, len(positions), 0, size)] if size else []
    while pending:
        low, high, begin, end = pending.pop()
        if low == high:
            found.append((begin, end))
        elif high - low < end - begin:  # else all leaves of this subtree are at hand
            split = begin + _left_width(end - begin)
            parting = bisect_left(positions, split, low, high)
            pending += [(parting, high, split, end), (low, parting, begin, split)]
    return tuple(found)


def gap_indexes(gap: Gap) -> tuple[Address, ...]:
    """Return where the complete nodes stand that a subtree is folded from, the largest first.

    The first leaf of a subtree is a multiple of a power of two that is no less than its width, so the subtree
    decomposes as a tree of that width does, moved to the right.
    """
    begin, end = gap
    return tuple(Address(level, number + (begin >> level)) for level, number in edge_indexes(end - begin))


def multiproof_indexes(positions: Sequence[int], size: int) -> tuple[Address, ...]:
    """Return where the nodes stand that `prove_many` needs."""
    return tuple(address for gap in gaps(positions, size) for address in gap_indexes(gap))


def prove_many(positions: Sequence[int], size: int, nodes: Nodes) -> tuple[Hash, ...]:
    """Return the proof of the leaves at these positions, from the nodes read at `multiproof_indexes`."""
    return tuple(
        root_from_edge(Edge(end - begin, tuple(nodes[address] for address in gap_indexes((begin, end)))))
        for begin, end in gaps(positions, size)
    )


def root_of_many(leaves: Sequence[tuple[int, Hash]], size: int, proof: Sequence[Hash]) -> Hash | None:
    """Return the root that leaves and proof imply, or None where the proof does not have the hashes that it takes.

    Never raises: positions that are not in the tree, or do not ascend, are a proof that implies no root.

    Args:
        leaves: position and leaf hash of each leaf at hand, ascending.
        size: of the tree.
        proof: as `prove_many` gives it.
    """
    if size == 0:
        return None if leaves or proof else EMPTY_ROOT
    found = subtrees_of_many(leaves, size, proof)
    return None if found is None else found[0, size]


def subtrees_of_many(leaves: Sequence[tuple[int, Hash]], size: int, proof: Sequence[Hash]) -> dict[Gap, Hash] | None:
    """Return the hash of every subtree on the way from leaves and proof up to the root, or None as `root_of_many`.

    Among them are the hashes of the proof of any fewer of these leaves.
    """
    positions = [position for position, _ in leaves]
    hashes = [value for _, value in leaves]
    if not are_positions(positions, size) or any(len(value) != HASH_SIZE for value in (*hashes, *proof)):
        return None
    remaining = iter(proof)
    found: dict[Gap, Hash] = {}

    def climb(low: int, high: int, begin: int, end: int) -> Hash:
        if low == high:
            value = next(remaining)
        elif end - begin == 1:
            value = hashes[low]
        else:
            split = begin + _left_width(end - begin)
            parting = bisect_left(positions, split, low, high)
            left = climb(low, parting, begin, split)
            value = node_hash(left, climb(parting, high, split, end))
        found[begin, end] = value
        return value

    try:
        climb(0, len(positions), 0, size)
    except StopIteration:
        return None
    return found if size and next(remaining, None) is None else None


def are_positions(positions: Sequence[int], size: int) -> bool:
    """Tell whether these are ascending places in a tree of that size, each there once."""
    if not 0 <= size <= MAX_SIZE:
        return False
    return not positions or (
        positions[0] >= 0 and positions[-1] < size and all(one < other for one, other in pairwise(positions))
    )


def _left_width(width: int) -> int:
    """Return how many leaves the left subtree has: the largest power of two below the width (RFC 6962 §2.1)."""
    return 1 << (width - 1).bit_length() - 1
