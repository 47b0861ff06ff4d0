"""Fraud proofs: what convicts, what does not, and the one spelling of each (design §2.4; issue of the log, part 1)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import format_json
from ledger.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    add_signatures,
    cosign_checkpoint,
    open_any_checkpoint,
    sign_checkpoint,
)
from ledger.tlog.fraud import (
    FRAUD_LIMIT,
    FRAUD_START,
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
    rewrite_indexes,
)
from ledger.tlog.merkle import (
    EMPTY_EDGE,
    Hash,
    Nodes,
    edge_indexes,
    inclusion_indexes,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_edge,
)
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_2,
    WITNESS_KEYS,
    base64url,
    by_address,
    line,
    small_log,
)

KEYS = (*LOG_KEYS, *WITNESS_KEYS)
HEADERS = small_log(13)[0]


def rewritten(start: int) -> list[bytes]:
    """Return the small log with other entries from one on, chained as they should be."""
    headers, prev = HEADERS[:start], b""
    prev = leaf_hash(headers[-1]) if headers else bytes(32)
    for index in range(start, len(HEADERS)):
        headers.append(line(index, base64url(prev), subject="another"))
        prev = leaf_hash(headers[-1])
    return headers


def tree(headers: list[bytes]) -> Nodes:
    """Return all nodes of the tree over these entries."""
    return by_address(EMPTY_EDGE.extend([leaf_hash(header) for header in headers])[1])


def checkpoint(headers: list[bytes], size: int, *, at: int = AT, witnessed: bool = False) -> bytes:
    """Return the checkpoint that the log signs over the first entries; both witnesses cosign a minute later."""
    edge = EMPTY_EDGE.extend([leaf_hash(header) for header in headers[:size]])[0]
    raw = sign_checkpoint(Checkpoint(ORIGIN, size, edge.root), ed25519=ED25519, mldsa=MLDSA, at=at)
    if not witnessed:
        return raw
    return add_signatures(
        raw,
        [
            cosign_checkpoint(raw, name="witness.example/1", key=WITNESS_1, at=at + 60),
            cosign_checkpoint(raw, name="witness.example/2", key=WITNESS_2, at=at + 60),
        ],
    )


def entry(headers: list[bytes], index: int, size: int) -> Entry:
    """Return an entry with the proof that it is in the tree of that size."""
    whole = tree(headers[:size])
    nodes: Nodes = {(level, number): whole[level, number] for level, number in inclusion_indexes(index, size)}
    return Entry(headers[index], prove_inclusion(index, size, nodes))


def leaf(headers: list[bytes], index: int, size: int) -> Leaf:
    """Return the hash of an entry with the proof that it is in the tree of that size."""
    return Leaf(leaf_hash(headers[index]), entry(headers, index, size).inclusion)


def rewrite(old: int, new: int, start: int) -> Rewrite:
    """Return the proof that a log rewritten from an entry on does not begin with the small one."""
    nodes = tree(rewritten(start)[:new])
    begins = read_edge(old, {one: nodes[one] for one in edge_indexes(old)}).root
    first, second = checkpoint(HEADERS, old), checkpoint(rewritten(start), new)
    return Rewrite(LOG_KEYS, first, second, begins, prove_consistency(old, new, nodes))


def out_of_order() -> list[bytes]:
    """Return the small log with a sixth entry that names no entry before it."""
    return [*HEADERS[:5], line(5, base64url(bytes(32))), *HEADERS[6:]]


FIRST = checkpoint(HEADERS, 9, witnessed=True)
FORK = Fork(KEYS, FIRST, checkpoint(rewritten(8), 9, witnessed=True))
ROLLBACK = Rollback(KEYS, FIRST, checkpoint(HEADERS, 7, at=AT + 1, witnessed=True))
REPLACED = Withheld(
    LOG_KEYS,
    FIRST,
    checkpoint(rewritten(8), 12),
    8,
    entry(HEADERS, 8, 9),
    leaf(rewritten(8), 8, 12),
)
CUT = Withheld(LOG_KEYS, FIRST, checkpoint(HEADERS, 8, at=AT + 1), 8, entry(HEADERS, 8, 9), None)
CHAIN = Chain(
    LOG_KEYS, checkpoint(out_of_order(), 9), 5, entry(out_of_order(), 5, 9), entry(out_of_order(), 4, 9)
)  # fmt: skip
MISNUMBERED = [line(1, base64url(bytes(32)))]
BEGINNING = Chain(LOG_KEYS, checkpoint(MISNUMBERED, 1), 0, entry(MISNUMBERED, 0, 1), None)

TRUE: dict[str, tuple[FraudProof, set[Any]]] = {
    "two roots of one size": (FORK, set(KEYS)),
    "a rewritten tail": (rewrite(9, 12, 8), set(LOG_KEYS)),
    "a rewritten tail, from a power of two": (rewrite(8, 13, 7), set(LOG_KEYS)),
    "a rewritten beginning": (rewrite(5, 6, 0), set(LOG_KEYS)),
    "a smaller tree at a later time": (ROLLBACK, {LOG_KEYS[1], *WITNESS_KEYS}),
    "another entry in the place of a promised one": (REPLACED, set(LOG_KEYS)),
    "a log that ends before a promised entry": (CUT, {LOG_KEYS[1]}),
    "a broken chain": (CHAIN, set(LOG_KEYS)),
    "a first entry that is numbered 1": (BEGINNING, set(LOG_KEYS)),
}


@pytest.mark.parametrize(("proof", "convicted"), TRUE.values(), ids=TRUE)
def test_true_accusation_convicts_those_who_signed(proof: FraudProof, convicted: set[Any]) -> None:
    """Whoever signed what contradicts itself is convicted; times convict only keys that name one (tlog-cosignature)."""
    judged = judge(proof, KEYS)
    assert judged.is_shown, judged.sentence
    assert set(judged.convicted) == convicted
    assert judged.origin == ORIGIN
    assert judged.findings == ()


@pytest.mark.parametrize(("proof", "convicted"), TRUE.values(), ids=TRUE)
def test_fraud_proof_has_one_spelling(proof: FraudProof, convicted: set[Any]) -> None:
    """Writing and reading undo each other, every file begins alike, and what it needs is in it (style §3)."""
    raw = format_fraud(proof)
    assert raw.startswith(FRAUD_START)
    assert parse_fraud(raw) == proof
    assert judge(parse_fraud(raw), proof.keys).is_shown
    for spoiled in (b" " + raw, raw + b"\n", raw.replace(b'","', b'", "', 1)):
        with pytest.raises(MalformedError):
            parse_fraud(spoiled)


LATER = checkpoint(HEADERS, 12, at=AT + 5, witnessed=True)
OTHER = Hash(bytes(32))
UNKNOWN = sign_checkpoint(Checkpoint("example.com/other", 9, OTHER), ed25519=ED25519, mldsa=MLDSA, at=AT + 9)
ALIEN = add_signatures(UNKNOWN, [cosign_checkpoint(UNKNOWN, name="witness.example/1", key=WITNESS_1, at=AT + 60)])
SAME_TIME = checkpoint(HEADERS, 7)
FALSE: dict[str, tuple[FraudProof, str]] = {
    "one checkpoint twice": (Fork(KEYS, FIRST, FIRST), "fraud.fork"),
    "one root, signed twice": (Fork(KEYS, FIRST, checkpoint(HEADERS, 9, at=AT + 9)), "fraud.fork"),
    "two sizes as a fork": (Fork(KEYS, FIRST, LATER), "fraud.fork"),
    "two logs with one witness": (Fork(KEYS, FIRST, ALIEN), "fraud.origin"),
    "a log that is not known": (Fork(LOG_KEYS, FIRST, UNKNOWN), "fraud.checkpoint"),
    "a changed checkpoint": (replace(FORK, second=FORK.second.replace(b"\n9\n", b"\n8\n")), "fraud.checkpoint"),
    "a growing log as a rollback": (Rollback(KEYS, FIRST, LATER), "fraud.rollback"),
    "an old checkpoint shown again": (Rollback(KEYS, LATER, FIRST), "fraud.signers"),
    "a smaller one of the same second": (Rollback(LOG_KEYS, checkpoint(HEADERS, 9), SAME_TIME), "fraud.signers"),
    "an honest consistency proof": (
        Rewrite(KEYS, FIRST, LATER, EMPTY_EDGE.extend([leaf_hash(one) for one in HEADERS[:9]])[0].root,
                prove_consistency(9, 12, tree(HEADERS[:12]))), "fraud.rewrite",
    ),
    "a broken consistency proof": (
        Rewrite(KEYS, FIRST, LATER, OTHER, prove_consistency(9, 12, tree(HEADERS[:12]))), "fraud.proof",
    ),
    "no consistency proof": (Rewrite(KEYS, FIRST, LATER, OTHER, ()), "fraud.proof"),
    "sizes in the wrong order": (Rewrite(KEYS, LATER, FIRST, OTHER, ()), "fraud.rewrite"),
    "from no entries at all": (Rewrite(KEYS, checkpoint(HEADERS, 0), LATER, OTHER, ()), "fraud.rewrite"),
    "an entry that is there still": (
        replace(REPLACED, second=LATER, other=leaf(HEADERS, 8, 12)), "fraud.withheld",
    ),
    "an entry that never was there": (
        replace(REPLACED, entry=Entry(rewritten(8)[8], REPLACED.entry.inclusion)), "fraud.proof",
    ),
    "another leaf that is not there": (
        replace(REPLACED, other=Leaf(OTHER, leaf(HEADERS, 8, 12).inclusion)), "fraud.proof",
    ),
    "an entry of another place": (replace(REPLACED, index=7), "fraud.proof"),
    "an entry within a log said to end before it": (replace(CUT, second=LATER), "fraud.withheld"),
    "an entry not yet there": (
        Withheld(KEYS, LATER, FIRST, 10, entry(HEADERS, 10, 12), None), "fraud.signers",
    ),
    "a whole chain": (
        Chain(KEYS, FIRST, 5, entry(HEADERS, 5, 9), entry(HEADERS, 4, 9)), "fraud.chain",
    ),
    "a beginning that is one": (Chain(KEYS, FIRST, 0, entry(HEADERS, 0, 9), None), "fraud.chain"),
    "a chain with a gap of the accuser's": (
        Chain(KEYS, FIRST, 5, entry(HEADERS, 5, 9), entry(HEADERS, 3, 9)), "fraud.proof",
    ),
    "an entry without the one before it": (Chain(KEYS, FIRST, 5, entry(HEADERS, 5, 9), None), "fraud.chain"),
    "a first entry after another": (
        Chain(KEYS, FIRST, 0, entry(HEADERS, 0, 9), entry(HEADERS, 0, 9)), "fraud.chain",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("proof", "code"), FALSE.values(), ids=FALSE)
def test_false_accusation_convicts_nobody(proof: FraudProof, code: str) -> None:
    """What an honest log signs never convicts it, whatever an accuser puts around it."""
    judged = judge(proof, KEYS)
    assert not judged.is_shown
    assert judged.convicted == ()
    assert [finding.code for finding in judged.findings] == [code]


def test_strangers_keys_convict_nobody_whom_the_judge_knows() -> None:
    """An accuser who signs two checkpoints himself shows nothing of the log (trust is the judge's own)."""
    assert not judge(FORK, ()).is_shown
    assert not judge(Fork(WITNESS_KEYS, FORK.first, FORK.second), LOG_KEYS[:0]).is_shown


def test_witness_is_not_convicted_by_a_chain() -> None:
    """Whether entries follow one another is no witness's to check; the log alone answers for it."""
    signed = checkpoint(out_of_order(), 9, witnessed=True)
    judged = judge(replace(CHAIN, first=signed, keys=KEYS), KEYS)
    assert set(judged.convicted) == set(LOG_KEYS)


def opened(raw: bytes) -> SignedCheckpoint:
    """Return a checkpoint with those who signed it."""
    return open_any_checkpoint(raw, KEYS)


def test_contradiction_is_found_in_either_order() -> None:
    """Forks and rollbacks need nothing but the two checkpoints; what does not contradict gives none."""
    for one, other in ((FORK.first, FORK.second), (FORK.second, FORK.first)):
        assert isinstance(contradiction(opened(one), opened(other)), Fork)
    for one, other in ((ROLLBACK.first, ROLLBACK.second), (ROLLBACK.second, ROLLBACK.first)):
        found = contradiction(opened(one), opened(other))
        assert isinstance(found, Rollback)
        assert found.first == ROLLBACK.first
    assert contradiction(opened(FIRST), opened(LATER)) is None
    assert contradiction(opened(FIRST), opened(FIRST)) is None
    assert contradiction(opened(FIRST), opened(ALIEN)) is None


def test_rewrite_is_made_from_the_larger_tree() -> None:
    """The nodes of the larger tree show with what it begins; those of an honest tree give no accusation."""
    nodes = tree(rewritten(8)[:12])
    read: Nodes = {(level, number): nodes[level, number] for level, number in rewrite_indexes(9, 12)}
    made = make_rewrite(opened(FIRST), opened(checkpoint(rewritten(8), 12)), read)
    assert made is not None
    assert judge(made, KEYS).is_shown
    assert make_rewrite(opened(FIRST), opened(LATER), tree(HEADERS[:12])) is None


def members(proof: FraudProof) -> dict[str, Any]:
    """Return a fraud proof as plain data."""
    return dict(json.loads(format_fraud(proof)))


def changed(proof: FraudProof, **changes: object) -> bytes:
    """Return a fraud proof with some members changed, or taken out where they are changed to ellipsis."""
    whole = {**members(proof), **changes}
    return format_json({name: value for name, value in whole.items() if value is not ...})


MALFORMED = {
    "no JSON": b"{",
    "a list": b"[]",
    "another schema": changed(FORK, schema="fraud.v2"),
    "an unknown accusation": changed(FORK, accusation="theft"),
    "a member too many": changed(FORK, more=1),
    "a member too few": changed(FORK, second=...),
    "the members of another accusation": changed(CHAIN, accusation="fork"),
    "no keys": changed(FORK, keys=[]),
    "a key twice": changed(FORK, keys=members(FORK)["keys"][:1] * 2),
    "too many keys": changed(FORK, keys=members(FORK)["keys"][:1] * 101),
    "a key that is none": changed(FORK, keys=["me"]),
    "keys of another type": changed(FORK, keys=[1]),
    "keys that are no list": changed(FORK, keys="me"),
    "a checkpoint that is none": changed(FORK, first="hello"),
    "a checkpoint without signatures": changed(FORK, first="a\n0\nb\n"),
    "a checkpoint of another type": changed(FORK, first=None),
    "a root that is no hash": changed(rewrite(9, 12, 8), root="AAAA"),
    "a root of another type": changed(rewrite(9, 12, 8), root=9),
    "a proof that is no list": changed(rewrite(9, 12, 8), consistency="AAAA"),
    "a proof that is too long": changed(rewrite(9, 12, 8), consistency=["A" * 43 + "="] * 125),
    "an index that is text": changed(CHAIN, index="5"),
    "an index that is negative": changed(CHAIN, index=-1),
    "an index that is true": changed(CHAIN, index=True),
    "an entry that is none": changed(CHAIN, entry={"header": "{}", "inclusion": []}),
    "an entry with more": changed(CHAIN, entry={**members(CHAIN)["entry"], "more": 1}),
    "an entry that is null": changed(CHAIN, entry=None),
    "a leaf that is none": changed(REPLACED, other={"leaf": "AAAA", "inclusion": []}),
    "a leaf of another form": changed(REPLACED, other=[]),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_file_of_another_form_is_malformed(raw: bytes) -> None:
    """Only what the formatter writes is a fraud proof, and what is not is refused in a sentence of ours."""
    with pytest.raises(MalformedError):
        parse_fraud(raw)


def test_size_of_a_fraud_proof_is_bounded() -> None:
    """A file beyond the limit is refused before it is read."""
    with pytest.raises(MalformedError, match=str(FRAUD_LIMIT)):
        parse_fraud(b"x" * (FRAUD_LIMIT + 1))


@pytest.mark.parametrize(
    "proof",
    [replace(FORK, first=b"\xff"), replace(FORK, keys=()), replace(CHAIN, index=-1)],
    ids=["no text", "no keys", "no index"],
)
def test_proof_that_could_not_be_read_back_is_not_written(proof: FraudProof) -> None:
    """The formatter writes only what the parser accepts (style §3)."""
    with pytest.raises(MalformedError):
        format_fraud(proof)
