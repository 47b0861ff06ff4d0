"""From the keys that a policy names to the keys in force (design §2.2; C2SP tlog-policy)."""

import pytest

from ledger.assessment.authority import Authority
from ledger.assessment.succession import follow, open_by_succession, replace_keys, rotations
from ledger.errors import RefusedError
from ledger.tlog.checkpoint import log_keys
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import VerifierKey
from ledger.tlog.policy import Group, Log, Policy, Witness
from tests.unit.assessment.appointing import appointment, checkpoint_keys
from tests.unit.service.scenario import KEYS, LOG_KEYS, ORIGIN, House, sign
from tests.unit.tlog.small_log import WITNESS_KEYS

NEW = log_keys(ORIGIN, ed25519=KEYS["checkpoint-2"].public, mldsa=KEYS["checkpoint-mldsa-2"].public)
OTHERS = log_keys("example.org/others", ed25519=KEYS["spare"].public, mldsa=KEYS["checkpoint-mldsa-3"].public)

MIXED = log_keys(ORIGIN, ed25519=KEYS["spare"].public, mldsa=KEYS["checkpoint-mldsa-3"].public)[1]
"""A key that a verifier holds for this log, and that this charter never named."""


@pytest.fixture
def house() -> House:
    """Give a ledger that has replaced its keys at entry 7."""
    made = House().set_up()
    made.publish(appointment(made, checkpoint_keys(made, "checkpoint-2", "checkpoint-mldsa-2")))
    return made


def authority(house: House) -> Authority:
    """Return who may what at the head."""
    found = house.publisher._fold().authority
    assert found is not None
    return found


def root_at(house: House, size: int) -> bytes:
    """Return the root of a house's first entries."""
    with house.store.reading() as reading:
        return read_edge(size, reading.nodes(edge_indexes(size))).root


def policy(*keys: VerifierKey) -> Policy:
    """Return a policy that names these log keys."""
    return Policy(tuple(map(Log, keys)))


@pytest.mark.parametrize(
    ("given", "since"),
    [(LOG_KEYS, (7,)), (LOG_KEYS[:1], (7,)), (LOG_KEYS[1:], (7,)), (NEW, ()), (NEW[:1], ()), ((*LOG_KEYS, *NEW), ())],
    ids=["the old", "the old Ed25519", "the old ML-DSA-44", "the new", "the new Ed25519", "both"],
)
def test_checkpoint_is_opened_by_whoever_knows_a_key(
    house: House, given: tuple[VerifierKey, ...], since: tuple[int, ...]
) -> None:
    """One key of each algorithm that a policy names is enough, now or before; what was followed is in the answer."""
    note = house.store.state.head.checkpoint
    found = open_by_succession(note, policy(*given), authority(house), root_at=lambda size: root_at(house, size))
    assert tuple(one.since for one in found.since) == since
    assert found.signed.signers >= set(NEW)


REFUSED = {
    "one key of ours, and another log's of the other algorithm": (policy(NEW[0], MIXED), None),
    "one key of before, and another log's of the other algorithm": (policy(LOG_KEYS[0], MIXED), None),
    "no key at all": (policy(), None),
    "another log's keys": (policy(*OTHERS), None),
    "keys that lead from another tree": (policy(*LOG_KEYS), bytes(32)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_policy_that_leads_nowhere_is_refused(house: House, case: str) -> None:
    """Without a key that signed this log's beginning, its charter's root keys are nobody's (design §2.2)."""
    given, root = REFUSED[case]
    note = house.store.state.head.checkpoint
    with pytest.raises(RefusedError, match="No log of the policy signed"):
        open_by_succession(
            note, given, authority(house), root_at=lambda size: root_at(house, size) if root is None else root
        )
    assert follow(policy(*LOG_KEYS), authority(house), size=8, root_at=lambda _size: None) is None


def test_keys_in_force_have_to_sign(house: House) -> None:
    """The keys before sign no checkpoint that covers the appointment, whatever the policy says (design §2.4)."""
    note = sign(house.checkpoint(), 1, LOG_KEYS)
    with pytest.raises(RefusedError):
        open_by_succession(note, policy(*LOG_KEYS), authority(house), root_at=lambda size: root_at(house, size))


def test_quorum_is_the_verifiers(house: House) -> None:
    """Following replaces log keys, and no witness (C2SP tlog-policy)."""
    strict = Policy(tuple(map(Log, LOG_KEYS)), (Witness("w", WITNESS_KEYS[0]),), (Group("g", 1, ("w",)),), "g")
    note = house.store.state.head.checkpoint
    with pytest.raises(RefusedError, match="witnessed by 0 of 1"):
        open_by_succession(note, strict, authority(house), root_at=lambda size: root_at(house, size))


def test_policy_is_brought_up_to_date_and_kept_otherwise(house: House) -> None:
    """The keys in force take the place and the address of those before; other logs, witnesses and quorum stay."""
    given = Policy(
        (Log(OTHERS[0]), Log(LOG_KEYS[0], "https://log.example"), Log(LOG_KEYS[1])),
        (Witness("w", WITNESS_KEYS[0]),), (Group("g", 1, ("w",)),), "g",
    )  # fmt: skip
    fresh = replace_keys(given, authority(house), size=8)
    assert fresh.logs == (Log(OTHERS[0]), Log(NEW[0], "https://log.example"), Log(NEW[1]))
    assert (fresh.witnesses, fresh.groups, fresh.quorum) == (given.witnesses, given.groups, "g")
    assert replace_keys(fresh, authority(house), size=7) == given
    assert [one.since for one in rotations(authority(house), 8)] == [7]
    assert rotations(authority(house), 7) == ()
