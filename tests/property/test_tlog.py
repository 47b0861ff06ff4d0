"""Laws of the log: batches, recursion, proofs and their mutations, formats that undo each other (design §2.3, §2.4)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedError, RefusedError
from ledger.signing.canonical import Digest, encode_base64url
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    log_keys,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.tlog.entry import Header, chain_fault, format_header, leaf_hash, parse_header
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    EMPTY_ROOT,
    Edge,
    Hash,
    Nodes,
    consistency_indexes,
    edge_indexes,
    inclusion_indexes,
    prove_consistency,
    prove_inclusion,
    prove_latest,
    read_edge,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.note import Note, Signature, format_note, parse_note
from ledger.tlog.proof import TlogProof, format_proof, parse_proof
from ledger.tlog.recheck import recheck_log, tree_root
from ledger.tlog.tile import TILE_WIDTH, Tile, format_tile_path, new_tiles, parse_tile_path

SIZE = 70
LEAVES = tuple(leaf_hash(b"%d" % number) for number in range(SIZE))
_, _STORED = EMPTY_EDGE.extend(LEAVES)
NODES: Nodes = {(level, number): value for level, number, value in _STORED}
ROOTS = tuple(Hash(tree_root(LEAVES[:size])) for size in range(SIZE + 1))


class Read(dict[tuple[int, int], Hash]):
    """Nodes that were read at some addresses, and no others."""

    def __init__(self, addresses: tuple[tuple[int, int], ...]) -> None:
        super().__init__({address: NODES[address] for address in addresses})


hashes = st.binary(min_size=32, max_size=32).map(Hash)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"], exclude_characters="+"), min_size=1)
instants = st.datetimes().map(lambda moment: moment.strftime("%Y").zfill(4) + moment.strftime("-%m-%dT%H:%M:%SZ"))
thumbprints = hashes.map(encode_base64url)
visible = st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\')
headers = st.builds(
    Header,
    author=thumbprints,
    index=st.integers(0, 2**53 - 1),
    kind=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=32),
    prev=hashes,
    received=instants,
    size=st.integers(1, 2**53 - 1),
    statement=st.binary(max_size=8).map(lambda raw: Digest("sha256:" + hashlib.sha256(raw).hexdigest())),
    subject=st.text(visible, min_size=1, max_size=1024),
)


def _flipped(raw: bytes, bit: int) -> bytes:
    position = bit % (8 * len(raw))
    changed = bytearray(raw)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 40))
def test_batches_do_not_change_edge_nodes_or_root(sizes: list[int], start: int) -> None:
    """However entries are batched, the tree is that of appending one by one, and of the definition (RFC 6962 §2.1)."""
    leaves = [leaf_hash(b"%d" % number) for number in range(start + sum(sizes))]
    batched, nodes = EMPTY_EDGE.extend(leaves[:start])
    stored = set(nodes)
    done = start
    for size in sizes:
        batched, nodes = batched.extend(leaves[done : done + size])
        stored |= set(nodes)
        done += size
    single, singly = EMPTY_EDGE, set()
    for leaf in leaves:
        single, fresh = single.append(leaf)
        singly |= set(fresh)
    assert batched == single
    assert stored == singly
    assert batched.root == tree_root(leaves)


def test_every_size_has_the_root_of_the_definition() -> None:
    """One by one, the edge's root is that of the recursive definition at every size up to 70 (RFC 6962 §2.1)."""
    edge = EMPTY_EDGE
    for size in range(SIZE):
        assert edge.root == ROOTS[size]
        assert read_edge(size, Read(edge_indexes(size))) == edge
        edge, _ = edge.append(LEAVES[size])
    assert edge.root == ROOTS[SIZE]


def test_every_inclusion_proof_up_to_seventy_verifies() -> None:
    """Each leaf of each size is proved from exactly the nodes named, and only at its own index (RFC 6962 §2.1.1)."""
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = prove_inclusion(index, size, Read(inclusion_indexes(index, size)))
            case = {"leaf": LEAVES[index], "size": size, "proof": proof, "root": ROOTS[size]}
            assert verify_inclusion(index=index, **case)  # type: ignore[arg-type]
            assert not verify_inclusion(index=index ^ 1, **case)  # type: ignore[arg-type]


def test_proofs_made_together_are_those_made_one_by_one() -> None:
    """A batch's proofs need only the edge before it and the nodes that it completed, and are the same (design §2.4)."""
    for size in range(1, SIZE + 1):
        for first in range(size):
            before, _ = EMPTY_EDGE.extend(LEAVES[:first])
            nodes: dict[tuple[int, int], Hash] = dict(zip(edge_indexes(first), before.hashes, strict=True))
            nodes.update(((level, number), found) for level, number, found in before.extend(LEAVES[first:size])[1])
            one_by_one = tuple(prove_inclusion(index, size, NODES) for index in range(first, size))
            assert prove_latest(first, size, nodes) == one_by_one


def test_every_consistency_proof_up_to_seventy_verifies() -> None:
    """Each size is proved a prefix of each larger one, from exactly the nodes named (RFC 6962 §2.1.2)."""
    for new in range(SIZE + 1):
        for old in range(new + 1):
            proof = prove_consistency(old, new, Read(consistency_indexes(old, new)))
            assert verify_consistency(old=old, new=new, proof=proof, old_root=ROOTS[old], new_root=ROOTS[new])


def test_proofs_are_those_of_the_definition() -> None:
    """Proofs equal the recursive definitions PATH and PROOF, word for word (RFC 6962 §2.1.1, §2.1.2)."""
    for size in range(1, SIZE + 1):
        for index in range(size):
            assert list(prove_inclusion(index, size, NODES)) == _path(index, LEAVES[:size])
            assert list(prove_consistency(index + 1, size, NODES)) == _subproof(index + 1, LEAVES[:size], whole=True)


def _split(count: int) -> int:
    split = 1
    while split * 2 < count:
        split *= 2
    return split


def _path(index: int, leaves: tuple[Hash, ...]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*_path(index, leaves[:split]), tree_root(leaves[split:])]
    return [*_path(index - split, leaves[split:]), tree_root(leaves[:split])]


def _subproof(old: int, leaves: tuple[Hash, ...], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if old == len(leaves):
        return [] if whole else [tree_root(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_subproof(old, leaves[:split], whole=whole), tree_root(leaves[split:])]
    return [*_subproof(old - split, leaves[split:], whole=False), tree_root(leaves[:split])]


@given(st.data())
def test_no_mutated_inclusion_proof_verifies(data: st.DataObject) -> None:
    """A flipped bit in leaf, root or proof, or another index, never verifies (style §10)."""
    size = data.draw(st.integers(2, SIZE))
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, NODES)
    leaf, root = LEAVES[index], ROOTS[size]
    bit = data.draw(st.integers(0, 32 * 8 - 1))
    at = data.draw(st.integers(0, len(proof) - 1))
    spoilt = (*proof[:at], Hash(_flipped(proof[at], bit)), *proof[at + 1 :])
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    assert not verify_inclusion(leaf=Hash(_flipped(leaf, bit)), index=index, size=size, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=Hash(_flipped(root, bit)))
    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=spoilt, root=root)
    assert not verify_inclusion(leaf=leaf, index=other, size=size, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=proof[:at], root=root)
    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=(*proof, root), root=root)


@given(st.data())
def test_no_mutated_consistency_proof_verifies(data: st.DataObject) -> None:
    """A flipped bit in a root or the proof, or a root of another size, never verifies (style §10)."""
    new = data.draw(st.integers(2, SIZE))
    old = data.draw(st.integers(1, new - 1))
    proof = prove_consistency(old, new, NODES)
    bit = data.draw(st.integers(0, 32 * 8 - 1))
    at = data.draw(st.integers(0, len(proof) - 1))
    spoilt = (*proof[:at], Hash(_flipped(proof[at], bit)), *proof[at + 1 :])
    old_root, new_root = ROOTS[old], ROOTS[new]
    other = data.draw(st.integers(1, SIZE).filter(lambda number: number not in (old, new)))

    def holds(**change: object) -> bool:
        case = {"old": old, "new": new, "proof": proof, "old_root": old_root, "new_root": new_root}
        return verify_consistency(**{**case, **change})  # type: ignore[arg-type]

    assert holds()
    assert not holds(old_root=Hash(_flipped(old_root, bit)))
    assert not holds(new_root=Hash(_flipped(new_root, bit)))
    assert not holds(proof=spoilt)
    assert not holds(proof=proof[:at])
    assert not holds(proof=(*proof, new_root))
    assert not holds(old_root=ROOTS[other])
    assert not holds(new_root=ROOTS[other])


def test_size_is_bound_where_the_path_depends_on_it() -> None:
    """With the size unsigned, a proof may fit two sizes whose paths are alike; with its root it fits one checkpoint.

    A proof for (index, size) that also runs at another size leads to the same root, so that a verifier who takes size
    and root from one signed checkpoint is never misled: no two sizes share a root.
    """
    assert len(set(ROOTS)) == len(ROOTS)
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = prove_inclusion(index, size, NODES)
            for other in range(index + 1, SIZE + 1):
                if other != size:
                    assert not verify_inclusion(
                        leaf=LEAVES[index], index=index, size=other, proof=proof, root=ROOTS[other]
                    )


@given(st.integers(-(2**70), 2**70), st.integers(-(2**70), 2**70), st.lists(st.binary(max_size=40), max_size=70))
def test_hostile_numbers_and_proofs_end_in_no(one: int, two: int, proof: list[bytes]) -> None:
    """Whatever sizes, indexes and hashes are given, verifying answers, and the answer is no."""
    garbage = [Hash(value) for value in proof]
    assert not verify_inclusion(leaf=LEAVES[0], index=one, size=two, proof=garbage, root=ROOTS[5])
    assert not verify_consistency(old=one, new=two, proof=garbage, old_root=ROOTS[3], new_root=ROOTS[5])


def test_one_reading_serves_many_proofs() -> None:
    """Proofs of a batch share their nodes: the union of what they need, read once, is enough (performance)."""
    wanted = range(40, 60)
    read = Read(tuple({address for index in wanted for address in inclusion_indexes(index, SIZE)}))
    assert len(read) < sum(len(inclusion_indexes(index, SIZE)) for index in wanted) / 3
    for index in wanted:
        assert prove_inclusion(index, SIZE, read) == prove_inclusion(index, SIZE, NODES)


@given(headers)
def test_header_formats_undo_each_other(header: Header) -> None:
    """Parsing gives back the header, and the line reads the same to the independent reader (style §10)."""
    raw = format_header(header)
    assert parse_header(raw) == header
    assert not any(finding.code == "entry.form" for finding in recheck_log([raw]).findings)


@given(headers, st.integers(0), st.binary(max_size=3))
def test_header_parser_accepts_only_what_the_formatter_writes(header: Header, bit: int, more: bytes) -> None:
    """Of any changed line, either it is refused, or formatting what was read gives that very line (style §3)."""
    raw = format_header(header)
    for changed in (_flipped(raw, bit), raw + more, raw[: bit % len(raw)]):
        try:
            read = parse_header(changed)
        except MalformedError:
            assert changed != raw
        else:
            assert format_header(read) == changed


@given(headers, st.integers(0))
def test_both_readers_accept_the_same_lines(header: Header, bit: int) -> None:
    """What the parser refuses, the independent recomputation finds, and the other way round (design §2.3)."""
    changed = _flipped(format_header(header), bit)
    found = any(finding.code == "entry.form" for finding in recheck_log([changed]).findings)
    assert found == (_refusal(changed) is not None)


def _refusal(raw: bytes) -> str | None:
    """Return why the parser refuses a line."""
    try:
        parse_header(raw)
    except MalformedError as error:
        return error.message
    return None


@given(st.lists(st.tuples(headers, st.booleans()), max_size=8), st.integers(0), st.integers(0))
def test_no_flipped_bit_in_a_log_goes_unseen(drawn: list[tuple[Header, bool]], which: int, bit: int) -> None:
    """The chain, or the tree where it was the last entry, detects every flipped bit (design §2.3)."""
    raws: list[bytes] = []
    previous: Header | None = None
    moment = "0001-01-01T00:00:00Z"
    for index, (header, _) in enumerate(drawn):
        moment = max(moment, header.received)
        prev = Hash(bytes(32)) if previous is None else leaf_hash(raws[-1])
        current = header._replace(index=index, prev=prev, received=moment)
        assert chain_fault(previous, current) is None
        raws.append(format_header(current))
        previous = current
    edge, _ = EMPTY_EDGE.extend([leaf_hash(raw) for raw in raws])
    heads = {len(raws): edge.root}
    assert recheck_log(raws, heads=heads).findings == ()
    if raws:
        at = which % len(raws)
        spoilt = [*raws[:at], _flipped(raws[at], bit), *raws[at + 1 :]]
        assert recheck_log(spoilt, heads=heads).first is not None


@given(names, st.integers(1, 2**62), hashes, st.lists(names, max_size=3))
def test_checkpoint_formats_undo_each_other(origin: str, size: int, root: Hash, extensions: list[str]) -> None:
    """Parsing gives back the checkpoint (style §10)."""
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


signatures = st.builds(
    Signature, name=names, id=st.binary(min_size=4, max_size=4), value=st.binary(min_size=1, max_size=80)
)
notes = st.builds(
    Note,
    text=st.lists(names | st.just(""), min_size=1, max_size=5).map(
        lambda lines: "".join(f"{line}\n" for line in lines).encode()
    ),
    signatures=st.lists(signatures, min_size=1, max_size=4).map(tuple),
)


@given(notes)
def test_note_formats_undo_each_other(note: Note) -> None:
    """Parsing gives back the note, whatever empty lines its text has (style §10)."""
    assert parse_note(format_note(note)) == note


@given(notes, st.integers(0))
def test_note_parser_accepts_only_what_the_formatter_writes(note: Note, bit: int) -> None:
    """Of a note with a flipped bit, either it is refused, or formatting what was read gives those very bytes."""
    changed = _flipped(format_note(note), bit)
    try:
        read = parse_note(changed)
    except MalformedError:
        return
    assert format_note(read) == changed


@given(st.integers(0, 2**62), st.lists(hashes, max_size=62), st.none() | st.binary(min_size=1, max_size=50))
def test_proof_formats_undo_each_other(index: int, path: list[Hash], extra: bytes | None) -> None:
    """Parsing gives back the proof (style §10)."""
    checkpoint = format_note(
        Note(b"o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", (Signature("o", b"1234", b"5"),))
    )
    proof = TlogProof(index, tuple(path), checkpoint, extra)
    assert parse_proof(format_proof(proof)) == proof


ED25519 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x01")
MLDSA = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x02")
KEYS = log_keys("o.example", ed25519=ED25519.public, mldsa=MLDSA.public)
SIGNED = sign_checkpoint(Checkpoint("o.example", 5, ROOTS[5]), ed25519=ED25519, mldsa=MLDSA, at=1)


@given(st.integers(0, 8 * len(SIGNED) - 1))
def test_no_flipped_bit_in_a_signed_checkpoint_goes_unseen(bit: int) -> None:
    """A flipped bit is malformed, or a bad signature, or the signature of nobody who is known (style §10)."""
    with pytest.raises((MalformedError, RefusedError)):
        open_checkpoint(_flipped(SIGNED, bit), log=KEYS)


@given(st.integers(-1, 63), st.integers(0, 2**54), st.integers(1, TILE_WIDTH))
def test_tile_paths_undo_each_other(level: int, index: int, width: int) -> None:
    """Parsing gives back the tile (style §10)."""
    tile = Tile(level, index, width)
    assert parse_tile_path(format_tile_path(tile)) == tile


@given(st.integers(0, 10**7), st.integers(0, 300), st.integers(0, 300))
def test_growing_in_two_steps_leaves_the_same_full_tiles(start: int, first: int, second: int) -> None:
    """Full tiles written on the way are those written at once (tlog-tiles)."""
    middle, end = start + first, start + first + second

    def full(old: int, new: int) -> set[Tile]:
        return {tile for tile in new_tiles(old, new) if tile.width == TILE_WIDTH}

    assert full(start, middle) | full(middle, end) == full(start, end)


def test_edge_of_nothing_is_empty() -> None:
    """The laws above start from here."""
    assert Edge(0, ()) == EMPTY_EDGE
    assert EMPTY_EDGE.root == EMPTY_ROOT
