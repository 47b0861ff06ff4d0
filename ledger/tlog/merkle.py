"""The Merkle tree of the log, over leaf hashes (RFC 6962 §2.1).

Only *complete* nodes are ever stored: node ``(level, number)`` is the root of the 2^level leaves from leaf
``number * 2^level`` on. They never change, so the tree is append-only down to its storage. The right-hand fringe of a
tree, which is not complete, is folded out of complete nodes when it is asked for; what an append needs of them is the
`Edge`.

Sizes count leaves, indexes start at 0, ranges are half-open. A proof is made in three steps: `inclusion_indexes` says
which nodes are needed, the caller reads them in one go, `prove_inclusion` combines them. Nothing here reads anything,
and nothing here knows what a leaf means.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, repeat
from typing import Final, NamedTuple, NewType

from ledger.errors import MalformedError
from ledger.signing.canonical import decode_base64, encode_base64

Hash = NewType("Hash", bytes)
"""A SHA-256 hash of this tree, 32 bytes."""

HASH_SIZE: Final = 32
MAX_SIZE: Final = 2**62
"""The largest tree that is spoken of: beyond it, sizes are taken for an attack rather than for a log."""

EMPTY_ROOT: Final = Hash(sha256(b"").digest())
"""The root of the tree without leaves: the hash of the empty string (RFC 6962 §2.1)."""


class Address(NamedTuple):
    """Where a complete node stands: the root of 2^level leaves, from leaf ``number * 2^level`` on."""

    level: int
    number: int


Node = tuple[int, int, Hash]
"""A complete node to be stored: level, number, hash. It is ready to be a row."""

Nodes = Mapping[tuple[int, int], Hash]
"""Nodes that were read, by (level, number)."""


def leaf_hash(raw: bytes) -> Hash:
    """Return the hash of one leaf, SHA-256(0x00 ‖ leaf).

    Source: RFC 6962 §2.1. The first byte keeps a leaf from ever being taken for a node.
    """
    return Hash(sha256(b"\x00" + raw).digest())


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of an inner node, SHA-256(0x01 ‖ left ‖ right).

    Source: RFC 6962 §2.1. Callers have checked that both are 32 bytes: a longer left and a shorter
    right would hash alike.
    """
    return Hash(sha256(b"\x01" + left + right).digest())


def format_hash(value: Hash) -> str:
    """Return a hash as checkpoints and proofs spell it: standard base64, 44 characters."""
    return encode_base64(value)


def parse_hash(text: str, *, what: str) -> Hash:
    """Return the hash that a line of a checkpoint or proof spells.

    Raises:
        MalformedError: it is not base64 in its one spelling, or not of 32 bytes.
    """
    raw = decode_base64(text, what=what)
    if len(raw) != HASH_SIZE:
        message = f"The {what} is {len(raw)} bytes long, and a SHA-256 hash has {HASH_SIZE}; copy the line again."
        raise MalformedError(message, what=what)
    return Hash(raw)


@dataclass(frozen=True, slots=True)
class Edge:
    """The right-hand edge of a tree: the roots of the complete subtrees that its size decomposes into.

    A tree of 13 = 8 + 4 + 1 leaves has three. They are all that is needed of a tree to append to it and to know its
    root. Read one back with `read_edge`, start with `EMPTY_EDGE`.

    Attributes:
        size: the number of leaves.
        hashes: one per 1 bit of ``size``, the largest subtree first.
    """

    size: int
    hashes: tuple[Hash, ...]

    @property
    def root(self) -> Hash:
        """The root hash of the whole tree."""
        return root_from_edge(self)

    def append(self, leaf: Hash) -> tuple["Edge", tuple[Node, ...]]:
        """Return the edge after one more leaf, and the nodes that it completed, the leaf first.

        Each trailing 1 bit of the size is a subtree that the leaf completes: at most 1 + log₂ size nodes.
        """
        _check_leaves((leaf,))
        merged = (~self.size & (self.size + 1)).bit_length() - 1
        kept, left_hashes = self.hashes[: len(self.hashes) - merged], self.hashes[len(self.hashes) - merged :]
        joined = leaf
        fresh: list[Node] = [(0, self.size, leaf)]
        for level, left in enumerate(reversed(left_hashes), start=1):
            joined = node_hash(left, joined)
            fresh.append((level, self.size >> level, joined))
        return Edge(self.size + 1, (*kept, joined)), tuple(fresh)

    def extend(self, leaves: Sequence[Hash]) -> tuple["Edge", tuple[Node, ...]]:
        """Return the edge after many more leaves, and the nodes they completed, level by level from the leaves up.

        The result is that of appending one by one (only the order of the nodes differs), at about half the cost.
        """
        _check_leaves(leaves)
        size = self.size + len(leaves)
        standing = dict(zip(edge_indexes(self.size), self.hashes, strict=True))
        fresh: list[Node] = []
        level, first, row = 0, self.size, list(leaves)
        while row:
            fresh.extend(zip(repeat(level), range(first, first + len(row)), row, strict=False))
            if first & 1:
                # The left brother of the first new node has been standing on the edge until now.
                first -= 1
                row.insert(0, standing.pop(Address(level, first)))
            if len(row) & 1:
                standing[Address(level, first + len(row) - 1)] = row[-1]
            # zip drops the odd node at the end: it waits on the edge for its brother.
            row = [Hash(sha256(b"\x01" + a + b).digest()) for a, b in zip(row[::2], row[1::2], strict=False)]
            level, first = level + 1, first >> 1
        return Edge(size, tuple(standing[address] for address in edge_indexes(size))), tuple(fresh)


EMPTY_EDGE: Final = Edge(0, ())
"""The edge of the tree without leaves."""


def edge_indexes(size: int) -> tuple[Address, ...]:
    """Return where the nodes of the edge of a tree of this size stand, the largest first; at most 62."""
    _check_size(size)
    return _cover(0, size)


def read_edge(size: int, nodes: Nodes) -> Edge:
    """Return the edge of a tree of this size from the nodes read at `edge_indexes`."""
    return Edge(size, tuple(_node(nodes, address) for address in edge_indexes(size)))


def root_from_edge(edge: Edge) -> Hash:
    """Return the root of the tree whose edge this is."""
    return _fold(edge.hashes) if edge.hashes else EMPTY_ROOT


def inclusion_indexes(index: int, size: int) -> tuple[Address, ...]:
    """Return where the nodes stand that prove leaf ``index`` in the tree of ``size`` leaves; at most 2 · 62 of them.

    Raises:
        MalformedError: there is no such leaf in a tree of that size.
    """
    _check_leaf(index=index, size=size)
    return tuple(chain.from_iterable(_path(Address(0, index), size)))


def prove_inclusion(index: int, size: int, nodes: Nodes) -> tuple[Hash, ...]:
    """Return the inclusion proof of leaf ``index`` in the tree of ``size`` leaves.

    Args:
        index: of the leaf.
        size: of the tree, which may be smaller than what is stored.
        nodes: at least those at `inclusion_indexes`; many proofs can share one reading.

    Returns:
        Hashes from the leaf's sibling up to the root's child (RFC 6962 §2.1.1).
    """
    _check_leaf(index=index, size=size)
    return _combine(_path(Address(0, index), size), nodes)


def prove_latest(first: int, size: int, nodes: Nodes) -> tuple[tuple[Hash, ...], ...]:
    """Return the inclusion proof of every leaf from ``first`` to the last, in order; each as `prove_inclusion` has it.

    They are made from the root down. Leaves share their way from where their paths part, so that one more proof costs
    two steps and not log₂ size of them.

    Args:
        first: index of the first leaf that is to be proved.
        size: of the tree.
        nodes: at least the edge of the tree of ``first`` leaves, and what the leaves since then completed.
    """
    _check_leaf(index=first, size=size)
    paths: list[tuple[Hash, ...]] = [()]
    for level in range((size - 1).bit_length() - 1, -1, -1):
        low, high, start = first >> level, (size - 1) >> level, first >> (level + 1)
        below: list[tuple[Hash, ...]] = []
        for parent, above in enumerate(paths, start=start):
            left, right = 2 * parent, 2 * parent + 1
            if left >= low:
                # Without a right brother, the left one stands for their parent, and nothing is added to the way.
                below.append(above if right > high else (_right(level, right, size, nodes), *above))
            if right <= high:
                below.append((_node(nodes, Address(level, left)), *above))
        paths = below
    return tuple(paths)


def consistency_indexes(old: int, new: int) -> tuple[Address, ...]:
    """Return where the nodes stand that prove the tree of ``old`` leaves a prefix of that of ``new``; at most 2 · 62.

    Raises:
        MalformedError: the old tree is not the smaller one.
    """
    _check_sizes(old=old, new=new)
    return tuple(chain.from_iterable(_consistency_groups(old, new)))


def prove_consistency(old: int, new: int, nodes: Nodes) -> tuple[Hash, ...]:
    """Return the consistency proof between two sizes of one tree, from the nodes read at `consistency_indexes`.

    Returns:
        Hashes in the order of RFC 6962 §2.1.2; none where ``old`` is 0 or equal to ``new``: nothing needs proof then.
    """
    _check_sizes(old=old, new=new)
    return _combine(_consistency_groups(old, new), nodes)


def verify_inclusion(*, leaf: Hash, index: int, size: int, proof: Sequence[Hash], root: Hash) -> bool:
    """Return whether ``proof`` shows ``leaf`` to be the leaf at ``index`` of the tree of that size and root.

    Never raises: sizes, indexes and lengths out of range are a proof that does not verify.
    Source: RFC 9162 §2.1.3.2, of which this is the closed form.
    """
    if not (0 <= index < size <= MAX_SIZE and _are_hashes((leaf, root, *proof))):
        return False
    # Below the level at which the paths to this leaf and to the last leaf part, siblings stand on either side; above it
    # the leaf is on the right-hand edge, where levels without a left sibling are passed over.
    parting = (index ^ (size - 1)).bit_length()
    if len(proof) != parting + (index >> parting).bit_count():
        return False
    return _climb(leaf, index, proof[:parting], proof[parting:]) == root


def verify_consistency(*, old: int, new: int, proof: Sequence[Hash], old_root: Hash, new_root: Hash) -> bool:
    """Return whether ``proof`` shows that the tree of ``new`` leaves begins with the tree of ``old`` leaves.

    Never raises. Every tree begins with the empty one, so ``old`` = 0 needs no proof and takes none (tlog-witness); its
    root is then held to be the empty root.
    Source: RFC 9162 §2.1.4.2, of which this is the closed form.
    """
    if not (0 <= old <= new <= MAX_SIZE and _are_hashes((old_root, new_root, *proof))):
        return False
    if not _is_possible(old, old_root) or not _is_possible(new, new_root):
        return False
    if old in (0, new) or not proof:
        # Nothing is to be proved, or nothing was.
        return not proof and (old == 0 or (old == new and old_root == new_root))
    level = _trailing_zeros(old)
    index, last = (old >> level) - 1, (new - 1) >> level
    # Where the old tree is one complete node, its root is the first hash, and the prover does not send it.
    start, *rest = proof if index else (old_root, *proof)
    parting = (index ^ last).bit_length()
    if len(rest) != parting + (index >> parting).bit_count():
        return False
    inner, edge = rest[:parting], rest[parting:]
    # Left siblings alone lead to the old root, all of them to the new one.
    lefts = [sibling for step, sibling in enumerate(inner) if index >> step & 1]
    old_path = _fold((*reversed(edge), *reversed(lefts), start))
    return old_path == old_root and _climb(start, index, inner, edge) == new_root


def _climb(start: Hash, index: int, inner: Iterable[Hash], edge: Iterable[Hash]) -> Hash:
    """Return the root that a path implies: inner siblings on the side that ``index`` says, then left siblings only."""
    climbed = start
    for step, sibling in enumerate(inner):
        climbed = node_hash(sibling, climbed) if index >> step & 1 else node_hash(climbed, sibling)
    for sibling in edge:
        climbed = node_hash(sibling, climbed)
    return climbed


def _consistency_groups(old: int, new: int) -> tuple[tuple[Address, ...], ...]:
    """Return, for each hash of the consistency proof, the complete nodes that it is folded from."""
    if old in (0, new):
        return ()
    level = _trailing_zeros(old)
    start = Address(level, (old >> level) - 1)
    return (*(((start,),) if start.number else ()), *_path(start, new))


def _path(start: Address, size: int) -> tuple[tuple[Address, ...], ...]:
    """Return, for each sibling on the way from a node up to the root, the nodes it is folded from, in order."""
    level, index = start
    parting = (index ^ ((size - 1) >> level)).bit_length()
    groups: list[tuple[Address, ...]] = [(Address(level + step, index >> step ^ 1),) for step in range(parting - 1)]
    if parting:
        # Where the paths part, the sibling holds the last leaf: the one subtree on the way that may be incomplete.
        groups.append(_cover((index >> (parting - 1) ^ 1) << (parting - 1 + level), size))
    groups += (
        (Address(level + step, (index >> step) - 1),)
        for step in range(parting, index.bit_length())
        if index >> step & 1
    )
    return tuple(groups)


def _cover(begin: int, end: int) -> tuple[Address, ...]:
    """Return the complete nodes that cover leaves ``begin`` to ``end``, the largest first.

    ``begin`` is a multiple of a power of two that is at least ``end - begin``, so each 1 bit of the length is one node.
    """
    addresses: list[Address] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        addresses.append(Address(level, begin >> level))
        begin += 1 << level
    return tuple(addresses)


def _right(level: int, number: int, size: int, nodes: Nodes) -> Hash:
    """Return the hash of a right brother, which is incomplete where it holds the last leaf."""
    if (number + 1) << level <= size:
        return _node(nodes, Address(level, number))
    return _fold([_node(nodes, address) for address in _cover(number << level, size)])


def _combine(groups: Iterable[tuple[Address, ...]], nodes: Nodes) -> tuple[Hash, ...]:
    """Return one hash per group, folded from its complete nodes."""
    return tuple(_fold([_node(nodes, address) for address in group]) for group in groups)


def _fold(hashes: Sequence[Hash]) -> Hash:
    """Return the root over complete subtrees of falling size, left to right."""
    folded = hashes[-1]
    for left in hashes[-2::-1]:
        folded = node_hash(left, folded)
    return folded


def _node(nodes: Nodes, address: Address) -> Hash:
    """Return the node read at an address; that it was read is the caller's duty."""
    found = nodes.get(address)
    if found is None or len(found) != HASH_SIZE:
        message = f"Node {tuple(address)} of the tree was needed and not read; run the log check."
        raise AssertionError(message)
    return found


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


def _is_possible(size: int, root: Hash) -> bool:
    return size != 0 or root == EMPTY_ROOT


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _check_leaves(leaves: Sequence[Hash]) -> None:
    if not _are_hashes(leaves):
        message = f"A leaf hash has {HASH_SIZE} bytes; give the hashes of the headers, not the headers."
        raise AssertionError(message)


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        message = f"{size} is no size of a log; give a number from 0 to 2^62."
        raise MalformedError(message, size=size)


def _check_sizes(*, old: int, new: int) -> None:
    _check_size(new)
    if not 0 <= old <= new:
        message = f"A tree of {new} entries cannot begin with one of {old}; give the smaller size first."
        raise MalformedError(message, old=old, new=new)


def _check_leaf(*, index: int, size: int) -> None:
    _check_size(size)
    if not 0 <= index < size:
        message = f"There is no entry {index} in a log of {size}; give an index from 0 to size less one."
        raise MalformedError(message, index=index, size=size)
