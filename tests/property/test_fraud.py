"""Laws of fraud proofs: no honest log is ever convicted, and a tampered proof shows nothing (design §2.4)."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.signing.canonical import format_json
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, open_any_checkpoint, sign_checkpoint
from ledger.tlog.fraud import (
    Chain,
    Entry,
    Fork,
    FraudProof,
    Leaf,
    Rewrite,
    Rollback,
    Withheld,
    contradiction,
    format_fraud,
    judge,
    make_rewrite,
    parse_fraud,
)
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    Hash,
    Nodes,
    edge_indexes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_edge,
)

ORIGIN = "example.com/promises"
SIZE = 24
AT = 1_500_000_000
ED25519 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x01")
MLDSA = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x02")
KEYS = log_keys(ORIGIN, ed25519=ED25519.public, mldsa=MLDSA.public)


def headers_of(changed: int | None) -> list[bytes]:
    """Return the headers of a log, of which the entries from one on may be others."""
    made: list[bytes] = []
    prev = bytes(32)
    for index in range(SIZE):
        subject = "other" if changed is not None and index >= changed else "same"
        members = {
            "author": "A" * 42 + "E", "index": index, "kind": "commitment",
            "prev": base64.urlsafe_b64encode(prev).rstrip(b"=").decode(),
            "received": f"2019-02-{index + 1:02d}T00:00:00Z", "size": 1234,
            "statement": f"sha256:{hashlib.sha256(b'%d' % index).hexdigest()}", "subject": subject,
        }  # fmt: skip
        made.append(json.dumps(members, separators=(",", ":")).encode())
        prev = leaf_hash(made[-1])
    return made


def nodes_of(headers: list[bytes]) -> Nodes:
    """Return the nodes of the tree over these entries."""
    _, nodes = EMPTY_EDGE.extend([leaf_hash(header) for header in headers])
    return {(level, number): value for level, number, value in nodes}


def checkpoints_of(headers: list[bytes], *, at: int) -> list[bytes]:
    """Return the checkpoint of every size, each signed a second after the one before."""
    edge, made = EMPTY_EDGE, []
    for size in range(SIZE + 1):
        made.append(sign_checkpoint(Checkpoint(ORIGIN, size, edge.root), ed25519=ED25519, mldsa=MLDSA, at=at + size))
        if size < SIZE:
            edge, _ = edge.append(leaf_hash(headers[size]))
    return made


HEADERS = headers_of(None)
NODES = nodes_of(HEADERS)
HONEST = checkpoints_of(HEADERS, at=AT)
FORGED = 20
"""Where the other log parts from the honest one."""
OTHERS = headers_of(FORGED)
OTHER_NODES = nodes_of(OTHERS)
FORKED = checkpoints_of(OTHERS, at=AT + 100)

sizes = st.integers(0, SIZE)
indexes = st.integers(0, SIZE - 1)
some_hashes = st.one_of(st.sampled_from(sorted(NODES.values())), st.binary(min_size=32, max_size=32).map(Hash))
paths = st.lists(some_hashes, max_size=7).map(tuple)


def true_path(index: int, size: int, nodes: Nodes) -> tuple[Hash, ...]:
    """Return the inclusion proof of an entry, or nothing where there is no such entry."""
    return prove_inclusion(index, size, nodes) if index < size else ()


@st.composite
def accusations(draw: st.DrawFn) -> FraudProof:
    """Give any accusation that can be made of an honest log's checkpoints and entries, true paths included."""
    a, b, index = draw(sizes), draw(sizes), draw(indexes)
    first, second = HONEST[a], HONEST[b]
    inclusion = draw(st.one_of(paths, st.just(true_path(index, a, NODES))))
    entry = Entry(draw(st.sampled_from(HEADERS + OTHERS)), inclusion)
    small, large = min(a, b), max(a, b)
    true_proof = prove_consistency(small, large, NODES)
    match draw(st.sampled_from(["fork", "rewrite", "rollback", "withheld", "chain"])):
        case "fork":
            return Fork(KEYS, first, second)
        case "rollback":
            return Rollback(KEYS, first, second)
        case "rewrite":
            proof = draw(st.one_of(paths, st.just(true_proof)))
            return Rewrite(KEYS, first, second, draw(some_hashes), proof)
        case "withheld":
            leaf = Leaf(draw(some_hashes), draw(st.one_of(paths, st.just(true_path(index, b, NODES)))))
            return Withheld(KEYS, first, second, index, entry, draw(st.sampled_from([leaf, None])))
        case _:
            before = Entry(draw(st.sampled_from(HEADERS)), true_path(index - 1, a, NODES) if index else ())
            return Chain(KEYS, first, index, entry, draw(st.sampled_from([before, None])))


@given(accusations())
def test_honest_log_is_never_convicted(proof: FraudProof) -> None:
    """Whatever is put together of what an honest log signed and of other bytes, it convicts nobody."""
    assert not judge(proof, KEYS).is_shown


@given(sizes, sizes)
def test_honest_checkpoints_never_contradict(one: int, other: int) -> None:
    """No two checkpoints of an honest log are a fork, a rollback or a rewrite, in either order."""
    first, second = open_any_checkpoint(HONEST[one], KEYS), open_any_checkpoint(HONEST[other], KEYS)
    assert contradiction(first, second) is None
    if 0 < one < other:
        assert make_rewrite(first, second, NODES) is None


@given(st.integers(1, SIZE), st.integers(1, SIZE))
def test_rewritten_log_is_convicted_exactly_where_it_contradicts(old: int, new: int) -> None:
    """A log that parts from itself is convicted by any two checkpoints beyond the parting, and by no others."""
    honest, forked = open_any_checkpoint(HONEST[old], KEYS), open_any_checkpoint(FORKED[new], KEYS)
    found = contradiction(honest, forked)
    if old == new:
        assert isinstance(found, Fork) == (old > FORGED)
    elif new < old:
        # The forked log signs a hundred seconds later, so every smaller tree of it is a rollback.
        assert isinstance(found, Rollback)
    else:
        assert (make_rewrite(honest, forked, OTHER_NODES) is not None) == (old > FORGED)


def true_proofs() -> list[FraudProof]:
    """Return one true accusation of each kind."""
    old, new = 22, 24
    nodes = {(one[0], one[1]): OTHER_NODES[one] for one in edge_indexes(old)}
    root = read_edge(old, nodes).root
    entry = Entry(HEADERS[21], prove_inclusion(21, 22, nodes_of(HEADERS[:22])))
    leaf = Leaf(leaf_hash(OTHERS[21]), prove_inclusion(21, 24, OTHER_NODES))
    broken = [*HEADERS[:5], OTHERS[22], *HEADERS[6:]]
    tree = nodes_of(broken)
    signed = sign_checkpoint(
        Checkpoint(ORIGIN, SIZE, EMPTY_EDGE.extend([leaf_hash(one) for one in broken])[0].root),
        ed25519=ED25519, mldsa=MLDSA, at=AT,
    )  # fmt: skip
    return [
        Fork(KEYS, HONEST[22], FORKED[22]),
        Rollback(KEYS, HONEST[22], FORKED[21]),
        Rewrite(KEYS, HONEST[old], FORKED[new], root, prove_consistency(old, new, OTHER_NODES)),
        Withheld(KEYS, HONEST[22], FORKED[24], 21, entry, leaf),
        Withheld(KEYS, HONEST[22], FORKED[21], 21, entry, None),
        Chain(
            KEYS, signed, 5, Entry(broken[5], prove_inclusion(5, SIZE, tree)),
            Entry(broken[4], prove_inclusion(4, SIZE, tree)),
        ),
    ]  # fmt: skip


TRUE = true_proofs()


def test_each_accusation_can_be_true() -> None:
    """The accusations that are mutated below stand before they are."""
    assert all(judge(proof, KEYS).is_shown for proof in TRUE)


@given(st.sampled_from(TRUE), st.sampled_from(["first", "second"]), st.integers(0))
def test_one_honest_checkpoint_in_the_place_of_a_false_one_clears(proof: FraudProof, side: str, pick: int) -> None:
    """With the checkpoints of one honest log on both sides nothing is shown, whatever else the proof holds."""
    honest = HONEST[pick % (SIZE + 1)]
    if isinstance(proof, Chain):
        assert not judge(replace(proof, first=honest), KEYS).is_shown
    else:
        first, second = (honest, HONEST[22]) if side == "first" else (HONEST[22], honest)
        two: Any = proof  # all others have two checkpoints
        assert not judge(replace(two, first=first, second=second), KEYS).is_shown


@given(st.sampled_from(TRUE), st.integers(0))
def test_flipped_bit_is_malformed_or_shows_nothing_else(proof: FraudProof, bit: int) -> None:
    """A changed file is refused, or acquits, or convicts the same keys of the very same (signatures cover the rest)."""
    raw = bytearray(format_fraud(proof))
    position = bit % (8 * len(raw))
    raw[position // 8] ^= 1 << position % 8
    try:
        read = parse_fraud(bytes(raw))
    except MalformedError:
        return
    judged, before = judge(read, KEYS), judge(proof, KEYS)
    assert not judged.is_shown or (judged.sentence, judged.origin) == (before.sentence, before.origin)


def swapped(value: Any, number: int, other: str) -> Any:
    """Return a document with one of its hashes replaced."""
    raw = json.dumps(value)
    found = [name for name in raw.split('"') if len(name) == 44 and name.endswith("=")]
    return json.loads(raw.replace(found[number % len(found)], other)) if found else value


@given(st.sampled_from(TRUE[2:]), st.integers(0), some_hashes)
def test_changed_hash_breaks_the_proof(proof: FraudProof, number: int, other: Hash) -> None:
    """Every hash of a proof is needed: with another in its place nothing is shown, or the same as before."""
    changed = swapped(json.loads(format_fraud(proof)), number, base64.b64encode(other).decode())
    raw = format_json(changed)
    assert raw == format_fraud(proof) or not judge(parse_fraud(raw), KEYS).is_shown


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_of_others(raw: bytes) -> None:
    """Whatever a file holds, it is a fraud proof or refused in a sentence of ours."""
    for given_ in (raw, b'{"accusation":"fork",' + raw):
        try:
            parse_fraud(given_)
        except MalformedError:
            continue
        raise AssertionError(given_)
