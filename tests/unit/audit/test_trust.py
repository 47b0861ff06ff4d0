"""Bundles of logs that have replaced their own keys, held by those who know them by others (design §2.2, §2.6)."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ledger.audit.verification import Rotation, Verification
from ledger.audit.verify import verify
from ledger.signing.envelope import APPROVAL, POSSESSION
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, parse_checkpoint, sign_checkpoint
from ledger.tlog.merkle import Address, Hash, prove_consistency
from ledger.tlog.note import parse_note
from ledger.tlog.policy import Group, Log, Policy, Witness, format_policy
from ledger.tlog.recheck import tree_root
from tests.end_to_end.standalone import program
from tests.unit.audit.indexed import indexed_members, say_index, sha
from tests.unit.audit.small_ledger import (
    LOG_KEY,
    LOG_KEY_2,
    OPERATOR,
    ORIGIN,
    ROOT,
    STRANGER,
    SmallLedger,
    _signed,
    base64url,
    bundled,
    key_of,
    monthly,
    soy_ledger,
    unbundled,
)
from tests.unit.tlog.small_log import WITNESS_KEYS

FULL = (450_000,) * 12
SECOND = (key_of(31), key_of(32, "ML-DSA-44"))
THIRD = (key_of(33), key_of(34, "ML-DSA-44"))
FIRST = (LOG_KEY, LOG_KEY_2)
AT = 1_583_020_800

Pair = tuple[PrivateKey, PrivateKey]


def policy(*pairs: Pair) -> bytes:
    """Return a policy that names these pairs of keys for the log."""
    keys = [key for first, second in pairs for key in log_keys(ORIGIN, ed25519=first.public, mldsa=second.public)]
    return format_policy(Policy(tuple(map(Log, keys))))


def note(ledger: SmallLedger, size: int, pair: Pair) -> bytes:
    """Return the checkpoint of a ledger's first entries, by a pair of keys."""
    head = Checkpoint(ORIGIN, size, Hash(tree_root(ledger.leaves[:size])))
    return sign_checkpoint(head, ed25519=pair[0], mldsa=pair[1], at=AT)


def appoint(
    ledger: SmallLedger,
    pair: Pair,
    *,
    before: Pair = FIRST,
    follows: str | None = None,
    by: Sequence[PrivateKey] = (ROOT,),
    last: bytes | None = None,
    operator: PrivateKey = OPERATOR,
) -> str:
    """Log the appointment of checkpoint keys at the end of a ledger, and return its name."""
    size = len(ledger.headers)
    proofs = [
        _signed({"genesis": ledger.genesis, "roles": ["checkpoint"], "thumbprint": key.kid}, key, POSSESSION)
        for key in pair
    ]
    body: dict[str, Any] = {
        "event": "appoint", "jwk": None, "party": None, "holder": None, "roles": [], "possession": None,
        "replaces": None, "compromised": False, "effective_index": None, "reason": None, "root": None,
        "threshold": None, "checkpoint": [key.public.jwk for key in pair], "checkpoint_possession": proofs,
        "quorum": None, "answer_after": None, "follows": follows or ledger.genesis,
        "last_checkpoint": (last or note(ledger, size, before)).decode(),
    }  # fmt: skip
    seen = parse_checkpoint(parse_note(body["last_checkpoint"].encode()).text)
    members: dict[str, Any] = {
        "anchor": {"root": base64url(seen.root), "size": seen.size}, "corrects": None,
        "genesis": ledger.genesis, "issued": "2019-02-01T00:00:00Z", "schema": "key.v1", "subject": operator.kid,
    }  # fmt: skip
    approvals = [_signed({**members, "body": body}, key, APPROVAL) for key in sorted(by, key=lambda one: one.kid)]
    body["approvals"] = approvals
    return ledger.say("key", operator.kid, body, key=operator, anchor=members["anchor"])


def sealed(ledger: SmallLedger, pair: Pair) -> bytes:
    """Return the bundle of a ledger whose checkpoint is signed by a pair of keys."""
    members = ledger.members()
    return bundled({**members, "checkpoint": note(ledger, len(ledger.headers), pair), "policy": policy(pair)})


def checked(raw: bytes, **options: Any) -> Verification:
    """Return the verification of a bundle."""
    return verify(io.BytesIO(raw), **options)


def codes(raw: bytes, **options: Any) -> set[str]:
    """Return the codes of all findings."""
    return {one.code for one in checked(raw, **options).findings}


@pytest.fixture(scope="module")
def rotated() -> SmallLedger:
    """A ledger that has replaced its keys at entry 7."""
    ledger = soy_ledger(*FULL)
    appoint(ledger, SECOND)
    return ledger


@pytest.mark.parametrize(
    ("known", "is_followed"),
    [((FIRST,), True), ((SECOND,), False), ((FIRST, SECOND), False), ((SECOND, THIRD), False)],
    ids=["the keys before", "the keys in force", "both", "those in force and others"],
)
def test_rotated_log_is_sound_for_whoever_knew_it(
    rotated: SmallLedger, known: tuple[Pair, ...], is_followed: bool
) -> None:
    """A policy of the keys before follows the appointment; one that names those in force need not (design §2.2)."""
    answer = checked(sealed(rotated, SECOND), policy=policy(*known))
    assert answer.findings == ()
    assert answer.rotations == (Rotation(7, 1, 1, is_followed=is_followed),)
    assert answer.trust == "given"


def test_rotated_log_is_sound_by_a_pinned_policy_of_the_keys_before(rotated: SmallLedger) -> None:
    """Who pinned the log before its keys changed need not be told (design §2.6)."""
    answer = checked(sealed(rotated, SECOND), pinned={ORIGIN: policy(FIRST)})
    assert (answer.sound, answer.trust) == (True, "pinned")
    assert checked(sealed(rotated, SECOND)).sound


def test_two_rotations_are_followed_from_any_of_them() -> None:
    """Each appointment carries what the keys before it signed, so that every older policy leads on (design §2.2)."""
    ledger = soy_ledger(*FULL)
    first = appoint(ledger, SECOND)
    ledger.say("party", "xx", {"kind": "state", "names": {"en": "X"}})
    appoint(ledger, THIRD, before=SECOND, follows=first)
    raw = sealed(ledger, THIRD)
    told = {
        name: [one.is_followed for one in checked(raw, policy=policy(pair)).rotations]
        for name, pair in (("first", FIRST), ("second", SECOND), ("third", THIRD))
    }
    assert told == {"first": [True, True], "second": [False, True], "third": [False, False]}
    assert all(checked(raw, policy=policy(pair)).sound for pair in (FIRST, SECOND, THIRD))


def test_replaced_keys_sign_no_larger_checkpoint(rotated: SmallLedger) -> None:
    """A thief of the replaced keys signs a checkpoint that covers the appointment, and is found (design §2.4)."""
    assert codes(sealed(rotated, FIRST), policy=policy(FIRST)) == {"checkpoint.unsigned"}
    assert "checkpoint.unsigned" in codes(sealed(rotated, FIRST))


def test_old_bundle_stays_sound_by_the_policy_of_its_time() -> None:
    """What was signed before an appointment verifies by the keys of then, and not by later ones alone (design §2.4)."""
    old = soy_ledger(*FULL).bundle()
    assert checked(old, policy=policy(FIRST)).sound
    assert checked(old, policy=policy(FIRST, SECOND)).sound
    assert codes(old, policy=policy(SECOND)) == {"policy.other-log", "checkpoint.untrusted"}


def test_operator_who_appoints_without_the_root_keys_is_found() -> None:
    """Keys that no root key approves sign nothing: neither the appointment nor the checkpoint counts (design §2.2)."""
    for by in ((), (STRANGER,), (OPERATOR,)):
        ledger = soy_ledger(*FULL)
        appoint(ledger, SECOND, by=by)
        found = codes(sealed(ledger, SECOND), policy=policy(FIRST))
        assert found == {"checkpoint.unsigned", "statement.authority"}


def test_charter_of_somebody_else_leads_nobody_on() -> None:
    """A forger names the log's real keys in a charter of his own and appoints his: no key of the policy signed that.

    He can carry a real checkpoint of the real log, or one of his own tree by his own keys; neither shows that those who
    sign for the log have ever stood behind his charter (design §2.2).
    """
    genuine = note(soy_ledger(*FULL), 7, FIRST)
    borrowed = forgery()
    appoint(borrowed, THIRD, last=genuine)
    assert codes(sealed(borrowed, THIRD), policy=policy(FIRST)) == {
        "policy.other-log", "checkpoint.untrusted", "statement.anchor",
    }  # fmt: skip
    made_up = forgery()
    appoint(made_up, THIRD, last=note(made_up, 7, THIRD))
    assert codes(sealed(made_up, THIRD), policy=policy(FIRST)) == {"checkpoint.unsigned", "statement.authority"}


def test_quorum_of_the_verifier_is_asked_after_a_rotation(rotated: SmallLedger) -> None:
    """Following replaces the log's keys in a policy, and never its witnesses (C2SP tlog-policy)."""
    first, second = log_keys(ORIGIN, ed25519=LOG_KEY.public, mldsa=LOG_KEY_2.public)
    strict = Policy(
        (Log(first), Log(second)), (Witness("w", WITNESS_KEYS[0]),), (Group("all", 1, ("w",)),), "all"
    )  # fmt: skip
    assert codes(sealed(rotated, SECOND), policy=format_policy(strict)) == {"checkpoint.untrusted"}


def forgery() -> SmallLedger:
    """Return a ledger that says the same, by another charter that names the real log's keys."""
    ledger, genuine = SmallLedger(), soy_ledger(*FULL)
    ledger.charter(title="A forgery")
    ledger.grant()
    for index in range(2, 6):
        statement = genuine.statement(index)
        assert statement is not None
        kind = statement.schema_.partition(".")[0]
        ledger.say(kind, statement.subject, statement.model_dump(mode="json", by_alias=True)["body"])
    ledger.observe(monthly(*FULL))
    return ledger


# --- with an index instead of all headers -----------------------------------------------------------------------------


def indexed(**changes: bytes | None) -> bytes:
    """Return the bundle of a log that has replaced its keys twice, with an index, and members changed or left out."""
    made = soy_ledger(*FULL)
    first = appoint(made, SECOND)
    made.say("party", "xx", {"kind": "state", "names": {"en": "X"}})
    appoint(made, THIRD, before=SECOND, follows=first)
    say_index(made)
    size = len(made.headers)
    leaves = [Hash(leaf) for leaf in made.leaves]
    nodes: dict[tuple[int, int], Hash] = {Address(0, number): leaf for number, leaf in enumerate(leaves)}
    for level in range(1, size.bit_length()):
        for number in range(size >> level):
            children = (nodes[Address(level - 1, 2 * number)], nodes[Address(level - 1, 2 * number + 1)])
            nodes[Address(level, number)] = Hash(sha(b"\1" + b"".join(children)))
    proofs = b""
    for old in (7, 9):
        proof = prove_consistency(old, size, nodes)
        proofs += bytes([len(proof)]) + b"".join(proof)
    members = indexed_members(made, entry=size - 1)
    members.update(checkpoint=note(made, size, THIRD), policy=policy(THIRD), consistency=proofs)
    return bundled({name: raw for name, raw in {**members, **changes}.items() if raw is not None})


@pytest.mark.parametrize("known", [FIRST, SECOND, THIRD], ids=["the first keys", "the second", "those in force"])
def test_bundle_with_an_index_is_followed_from_replaced_keys(known: Pair) -> None:
    """A proof of consistency stands for the headers that are not here: whoever knew the log is led on (design §2.2)."""
    answer = checked(indexed(), policy=policy(known))
    assert answer.findings == ()
    assert [one.is_followed for one in answer.rotations] == {7: [True, True], 9: [False, True]}.get(
        {FIRST: 7, SECOND: 9}.get(known, 0), [False, False]
    )
    told = program().verify(indexed(), policy(known)).findings  # which reads no such proof, and cannot be led on by it
    assert [step for step, _ in told] == ([] if known == THIRD else [5])


SPOILT: dict[str, tuple[Callable[[bytes], bytes | None], set[str]]] = {
    "no proof, as in bundles of before": (lambda _: None, {"checkpoint.untrusted", "policy.other-log"}),
    "one proof for two": (
        lambda raw: raw[: 1 + 32 * raw[0]], {"consistency.mismatch", "checkpoint.untrusted", "policy.other-log"},
    ),
    "another hash": (
        lambda raw: raw[:5] + bytes([raw[5] ^ 1]) + raw[6:],
        {"consistency.mismatch", "checkpoint.untrusted", "policy.other-log"},
    ),
    "a proof that is cut off": (
        lambda raw: raw[:-1], {"consistency.malformed", "checkpoint.untrusted", "policy.other-log"},
    ),
    "nothing in it": (lambda _: b"", {"consistency.mismatch", "checkpoint.untrusted", "policy.other-log"}),
}  # fmt: skip


@pytest.mark.parametrize("phrase", SPOILT)
def test_who_knows_replaced_keys_is_not_led_on_without_the_proof(phrase: str) -> None:
    """What cannot be shown is not believed: the policy then names another log, to both verifiers (step 5)."""
    spoil, expected = SPOILT[phrase]
    whole = unbundled(indexed())["consistency"]
    raw = indexed(consistency=spoil(whole))
    assert codes(raw, policy=policy(FIRST)) == expected
    assert program().verify(raw, policy(FIRST)).findings
