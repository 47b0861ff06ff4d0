"""Laws of appointments: which keys sign which checkpoint, whatever is appointed when (design §2.2, §2.4)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.succession import follow, replace_keys, rotations
from ledger.errors import RefusedError
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Log, Policy, open_by_policy
from tests.unit.assessment.appointing import appointment, checkpoint_keys
from tests.unit.service.scenario import KEYS, POSITION, House, sign

STEPS = st.lists(st.sampled_from(["entry", "rules", "first", "second", "both"]), max_size=7)
"""What happens: an entry, an appointment of other rules, or of one or both checkpoint keys."""

POOL = {"checkpoint": ("checkpoint", "checkpoint-2", "checkpoint-3"),
        "mldsa": ("checkpoint-mldsa", "checkpoint-mldsa-2", "checkpoint-mldsa-3")}  # fmt: skip


def live(steps: list[str]) -> House:
    """Return a house after these steps; a key that would be a fourth is left out."""
    house, first, second = House().set_up(), 0, 0
    for number, step in enumerate(steps):
        if step == "entry":
            house.say("position", "grain", {**POSITION, "date": f"2020-01-{number + 1:02}"})
            continue
        if step == "rules":
            house.publish(appointment(house, {"quorum": number}))
            continue
        first, second = first + (step != "second"), second + (step != "first")
        if max(first, second) > 2:
            return house
        names = (POOL["checkpoint"][first], POOL["mldsa"][second])
        house.publish(appointment(house, checkpoint_keys(house, *names)))
    return house


def opens(note: bytes, keys: tuple[VerifierKey, ...]) -> bool:
    """Tell whether both keys signed a checkpoint."""
    try:
        open_checkpoint(note, log=keys)
    except RefusedError:
        return False
    return True


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_every_checkpoint_verifies_under_the_keys_of_its_size_and_no_other(steps: list[str]) -> None:
    """Each checkpoint that was ever signed is of the keys in force after what it covers (design §2.4)."""
    house = live(steps)
    found = house.publisher._fold().authority
    assert found is not None
    pairs = {tenure.checkpoint for tenure in found.tenures}
    with house.store.reading() as reading:
        for size, note in reading.checkpoints():
            assert [pair for pair in pairs if opens(note, pair)] == [found.checkpoint_keys_at(size)]


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_whoever_knew_the_log_once_can_follow_it(steps: list[str]) -> None:
    """From the keys of any earlier checkpoint the appointments lead to those in force; and from no others (§2.2)."""
    house = live(steps)
    found = house.publisher._fold().authority
    assert found is not None
    size = house.checkpoint().size

    def root_at(begins: int) -> bytes:
        with house.store.reading() as reading:
            return read_edge(begins, reading.nodes(edge_indexes(begins))).root

    changes = rotations(found, size)
    for number, keys in enumerate((found.tenures[0].checkpoint, *(change.checkpoint for change in changes))):
        policy = Policy(tuple(map(Log, keys)))
        followed = follow(policy, found, size=size, root_at=root_at)
        # Keys that are kept lead further by themselves, so not every appointment is always needed.
        assert followed is not None
        assert followed in [changes[start:] for start in range(number, len(changes) + 1)]
        assert {one.key for one in replace_keys(policy, found, size=size).logs} == set(found.checkpoint_keys_at(size))
    assert follow(Policy(), found, size=size, root_at=root_at) is None


@settings(max_examples=30, deadline=None)
@given(steps=STEPS, forged=st.integers(1, 9))
def test_replaced_keys_sign_nothing_that_counts(steps: list[str], forged: int) -> None:
    """Whoever holds keys that were replaced signs no checkpoint that a policy of the keys in force accepts (§2.4)."""
    house = live([*steps, "both"])
    found = house.publisher._fold().authority
    assert found is not None
    said = parse_checkpoint(parse_note(house.store.state.head.checkpoint).text)
    policy = Policy(tuple(map(Log, found.tenure.checkpoint)))
    held = {key.kid for key in KEYS.values()}
    for tenure in found.tenures:
        if set(tenure.checkpoint) & set(found.tenure.checkpoint) or not {one.kid for one in tenure.checkpoint} <= held:
            continue
        note = sign(Checkpoint(said.origin, said.size + forged, said.root), 1, tenure.checkpoint)
        assert not opens(note, found.checkpoint_keys_at(said.size + forged))
        try:
            open_by_policy(note, policy)
        except RefusedError:
            continue
        raise AssertionError("a replaced key was believed")
