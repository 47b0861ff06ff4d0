"""Laws of witnesses: requests have one spelling, and no order of them gets two logs cosigned (C2SP tlog-witness)."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, sign_checkpoint
from ledger.tlog.merkle import EMPTY_EDGE, Hash, leaf_hash, prove_consistency
from ledger.tlog.witness import (
    AddCheckpoint,
    Cosigner,
    Granted,
    Kept,
    decide,
    format_request,
    grant,
    parse_request,
)

ORIGIN = "example.com/promises"
ED25519 = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x01")
MLDSA = PrivateKey.from_seed("ML-DSA-44", bytes(31) + b"\x02")
KEYS = log_keys(ORIGIN, ed25519=ED25519.public, mldsa=MLDSA.public)
COSIGNERS = (Cosigner("witness.example/1", PrivateKey.from_seed("Ed25519", bytes(31) + b"\x03")),)
SIZE = 20
PARTING = 6
"""The two logs share so many entries."""

LEAVES = {
    name: [leaf_hash(b"%d" % index if index < PARTING else f"{name}{index}".encode()) for index in range(SIZE)]
    for name in "ab"
}
NODES = {
    name: {(level, number): value for level, number, value in EMPTY_EDGE.extend(leaves)[1]}
    for name, leaves in LEAVES.items()
}
ROOTS = {
    name: [EMPTY_EDGE.extend(leaves[:size])[0].root for size in range(SIZE + 1)] for name, leaves in LEAVES.items()
}
SIGNED = {
    (name, size): sign_checkpoint(Checkpoint(ORIGIN, size, root), ed25519=ED25519, mldsa=MLDSA, at=1_500_000_000)
    for name, roots in ROOTS.items()
    for size, root in enumerate(roots)
}

sizes = st.integers(0, SIZE)
asked = st.tuples(st.sampled_from("ab"), st.one_of(sizes, st.none()), sizes, st.sampled_from("ab"))
"""Whose checkpoint, from which size (the right one, if none), of which size, and whose proof."""


@given(st.lists(asked, max_size=25))
def test_whatever_is_asked_one_log_alone_is_cosigned(requests: list[tuple[str, int | None, int, str]]) -> None:
    """Everything that was ever granted is the beginning of one log, and only grew."""
    kept: Kept | None = None
    granted: list[tuple[int, Hash]] = []
    for at, (name, old, new, prover) in enumerate(requests, start=1):
        last = kept.size if kept is not None else 0
        start = last if old is None else old
        proof = prove_consistency(start, new, NODES[prover]) if start <= new else ()
        decided = decide(AddCheckpoint(start, proof, SIGNED[name, new]), log=KEYS, kept=kept)
        if isinstance(decided, Granted):
            kept, _ = grant(decided, cosigners=COSIGNERS, at=at)
            granted.append((kept.size, kept.root))
    assert [size for size, _ in granted] == sorted(size for size, _ in granted)
    assert any(all(ROOTS[name][size] == root for size, root in granted) for name in "ab")


@given(sizes, sizes)
def test_honest_log_that_knows_its_witness_is_always_cosigned(old: int, new: int) -> None:
    """From the size cosigned last to any larger one, the right proof is granted."""
    kept = Kept(old, ROOTS["a"][old], 1, SIGNED["a", old])
    proof = prove_consistency(min(old, new), new, NODES["a"])
    decided = decide(AddCheckpoint(old, proof, SIGNED["a", new]), log=KEYS, kept=kept)
    assert isinstance(decided, Granted) == (old <= new)


@given(st.binary(max_size=300), st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_requests_have_one_spelling(noise: bytes, old: int, proof: list[bytes]) -> None:
    """Writing and reading undo each other, and whatever else is sent is refused in a sentence of ours."""
    request = AddCheckpoint(old, tuple(map(Hash, proof)), SIGNED["a", 3])
    raw = format_request(request)
    assert parse_request(raw) == request
    for body in (noise, b"old 0\n" + noise, raw[: len(noise)]):
        try:
            assert format_request(parse_request(body)) == body
        except MalformedError:
            continue
