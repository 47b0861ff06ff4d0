"""Appointments: the root keys say who runs the log, once for each approval and in their order (design §2.2, §5)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.assessment.authority import Authority
from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError
from ledger.signing.canonical import encode_base64url, format_json
from ledger.signing.envelope import APPROVAL, STATEMENT, open_envelope, seal
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint, open_checkpoint_at
from ledger.tlog.merkle import Hash
from tests.unit.assessment.appointing import appointment, checkpoint_keys, last, operator, possession, roots
from tests.unit.service.scenario import KEYS, LOG_KEYS, ORIGIN, House, grant, sign

NEW = ("checkpoint-2", "checkpoint-mldsa-2")
SMALL_ORDER = {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(bytes.fromhex("01" + "00" * 31))}
ZEROS = "sha256:" + "0" * 64

Make = Callable[[House], bytes]


def three_roots(house: House) -> House:
    """Appoint three root keys, of whom two approve."""
    body = {"root": roots("root", "root-2", "root-3"), "threshold": 2}
    house.publish(appointment(house, body, by=("root", "root-2")))
    return house


def authority(house: House) -> Authority:
    """Return who may what at the head."""
    found = house.publisher._fold().authority
    assert found is not None
    return found


def other_note() -> bytes:
    """Return a checkpoint of the house's size that the house never had, by its keys."""
    return sign(Checkpoint(ORIGIN, 7, Hash(bytes(32))), 1)


def foreign_approval(house: House) -> bytes:
    """Return an appointment with an approval of something else."""
    other = seal(format_json({"quorum": 9}), KEYS["root"], typ=APPROVAL).raw.decode()
    return appointment(house, {"quorum": 1}, approvals=(other,))


REFUSED: dict[str, tuple[Make, type[PledgerError], str]] = {
    "no approval at all": (
        lambda h: appointment(h, {"quorum": 1}, by=()), RefusedError, "0 approvals of the 1 that it needs",
    ),
    "an approval by a key that is no root key": (
        lambda h: appointment(h, {"quorum": 1}, by=("stranger",)), RefusedError, "not one of its root keys",
    ),
    "an approval by the operator": (
        lambda h: appointment(h, {"quorum": 1}, by=("operator",)), RefusedError, "not one of its root keys",
    ),
    "an approval by a root key that it only names": (
        lambda h: appointment(h, {"root": roots("root-2")}, by=("root-2",)), RefusedError,
        "0 approvals of the 1 that it needs of the root keys in force",
    ),
    "new root keys that nobody shows to exist": (
        lambda h: appointment(h, {"root": roots("root-2")}), RefusedError,
        "0 approvals of the 1 that it needs of the root keys that it names",
    ),
    "a threshold that the approvals do not reach": (
        lambda h: appointment(h, {"root": roots("root", "root-2"), "threshold": 2}), RefusedError,
        "1 approvals of the 2 that it needs of the root keys that it names",
    ),
    "a threshold above the root keys": (
        lambda h: appointment(h, {"threshold": 2}), MalformedError, "threshold 2 is more than the 1 root keys",
    ),
    "an approval of something else": (foreign_approval, RefusedError, "is not over this appointment"),
    "approvals that are there twice": (
        lambda h: appointment(h, {"quorum": 1}, by=("root", "root")), MalformedError, "not sorted by kid, or one is",
    ),
    "another predecessor than the last": (
        lambda h: appointment(h, {"quorum": 1}, follows=ZEROS), ConflictError, "have the root keys approve that",
    ),
    "another ledger": (
        lambda h: appointment(h, {"quorum": 1}, genesis=ZEROS), RefusedError, "made for another ledger",
    ),
    "a signature by another key than the operator's": (
        lambda h: appointment(h, {"quorum": 1}, key="desk", subject=KEYS["operator"].kid), RefusedError,
        "signed by the operator that it appoints",
    ),
    "a holder of roles who appoints himself without approvals": (
        lambda h: appointment(h, operator(h.genesis, "desk"), key="desk", by=()), ConflictError, "served this ledger",
    ),
    "a stranger who appoints himself without approvals": (
        lambda h: appointment(h, operator(h.genesis, "operator-2"), key="operator-2", by=()), RefusedError,
        "0 approvals of the 1",
    ),
    "another subject than the operator": (
        lambda h: appointment(h, {"quorum": 1}, subject=KEYS["spare"].kid), MalformedError, "is not the operator",
    ),
    "the operator's own key as a new one": (
        lambda h: appointment(h, operator(h.genesis, "operator")), MalformedError, "leave jwk and possession out",
    ),
    "a proof of possession by another key": (
        lambda h: appointment(
            h, {"jwk": KEYS["operator-2"].public.jwk, "possession": possession(h.genesis, KEYS["spare"], "operator")},
            key="operator-2",
        ), RefusedError, "proof of possession",
    ),
    "a proof of possession for a role": (
        lambda h: appointment(
            h,
            {"jwk": KEYS["operator-2"].public.jwk,
             "possession": possession(h.genesis, KEYS["operator-2"], "recorder")},
            key="operator-2",
        ), RefusedError, "proof of possession",
    ),
    "a checkpoint key that nobody shows to have": (
        lambda h: appointment(
            h, {**checkpoint_keys(h, *NEW), "checkpoint_possession": [
                possession(h.genesis, KEYS[NEW[0]], "checkpoint"), possession(h.genesis, KEYS[NEW[0]], "checkpoint"),
            ]},
        ), RefusedError, "proof of possession",
    ),
    "checkpoint keys as they were": (
        lambda h: appointment(h, checkpoint_keys(h, "checkpoint", "checkpoint-mldsa")), MalformedError,
        "leave checkpoint out",
    ),
    "a last checkpoint by the new keys": (
        lambda h: appointment(h, checkpoint_keys(
            h, *NEW, note=sign(h.checkpoint(), 1, [*LOG_KEYS[:1], *named(h, *NEW)[1:]]))), RefusedError,
        "is not of the keys before it",
    ),
    "a last checkpoint of another tree": (
        lambda h: appointment(h, checkpoint_keys(h, *NEW, note=other_note())), ConflictError, "is not its anchor",
    ),
    "a last checkpoint without an anchor": (
        lambda h: appointment(h, checkpoint_keys(h, *NEW), anchor=None), ConflictError, "is not its anchor",
    ),
    "one key for two offices": (
        lambda h: appointment(
            h, {**operator(h.genesis, "operator-2"), "root": roots("root", "operator-2")}, key="operator-2",
        ), RefusedError, "would hold two offices",
    ),
    "the operator's key as a root key": (
        lambda h: appointment(h, {"root": roots("root", "operator")}), RefusedError, "would hold two offices",
    ),
    "a granted key as a root key": (
        lambda h: appointment(h, {"root": roots("root", "other")}), ConflictError, "has served this ledger already",
    ),
    "a root key that is there twice": (
        lambda h: appointment(h, {"root": roots("root", "root")}), MalformedError, "names a root key twice",
    ),
    "a root key of small order": (
        lambda h: appointment(h, {"root": [*roots("root"), SMALL_ORDER]}), MalformedError, "root key",
    ),
    "a checkpoint key of small order": (
        lambda h: appointment(
            h, {**checkpoint_keys(h, *NEW), "checkpoint": [SMALL_ORDER, KEYS[NEW[1]].public.jwk]},
        ), MalformedError, "a checkpoint key",
    ),
}  # fmt: skip


def named(house: House, *names: str) -> tuple[Any, ...]:
    """Return verifier keys of the log, of these fixed keys."""
    from ledger.tlog.checkpoint import log_keys

    assert house.genesis
    return log_keys(ORIGIN, ed25519=KEYS[names[0]].public, mldsa=KEYS[names[1]].public)


@pytest.mark.parametrize("case", REFUSED)
def test_appointment_that_may_not_stand_is_refused(case: str) -> None:
    """Each refusal names its reason, and nothing is recorded (design §2.2, §5)."""
    make, error, reason = REFUSED[case]
    house = House().set_up()
    with pytest.raises(error, match=reason):
        house.publish(make(house))
    assert house.store.state.head.size == 7


def test_new_keys_sign_the_checkpoint_that_covers_their_appointment() -> None:
    """A checkpoint of n entries is signed by the keys in force after entries below n (design §2.4)."""
    house = House().set_up()
    old = house.store.state.head.checkpoint
    house.publish(appointment(house, checkpoint_keys(house, *NEW)))
    new, keys = house.store.state.head.checkpoint, authority(house).checkpoint_keys_at
    assert keys(7) == LOG_KEYS
    assert keys(8) == named(house, *NEW)
    assert open_checkpoint(old, log=keys(7)).checkpoint.size == 7
    assert open_checkpoint_at(new, keys).checkpoint.size == 8
    with pytest.raises(RefusedError):
        open_checkpoint(new, log=LOG_KEYS)


def test_old_operator_holds_its_role_only_before_the_appointment() -> None:
    """The new operator signs the appointment itself; the old one grants and revokes nothing from there on (§5)."""
    house = House().set_up()
    house.publish(appointment(house, operator(house.genesis, "operator-2"), key="operator-2"))
    found = authority(house)
    old, new = KEYS["operator"].kid, KEYS["operator-2"].kid
    assert (found.roles_at(old, 6), found.roles_at(new, 6)) == (frozenset({"operator"}), frozenset())
    assert (found.roles_at(old, 7), found.roles_at(new, 7)) == (frozenset(), frozenset({"operator"}))
    with pytest.raises(RefusedError, match="counts no longer from entry 7 on"):
        house.say("key", KEYS["spare"].kid, grant(house.genesis, "spare"), key="operator")
    house.say("key", KEYS["spare"].kid, grant(house.genesis, "spare"), key="operator-2")


def test_lost_operator_is_not_asked() -> None:
    """Neither the old operator nor the old checkpoint keys sign anything of the hand-over (design §2.4)."""
    house = House().set_up()
    body = {**operator(house.genesis, "operator-2"), **checkpoint_keys(house, *NEW)}
    house.publish(appointment(house, body, key="operator-2"))
    assert house.said(7).author == KEYS["operator-2"].kid


def test_approval_counts_once() -> None:
    """What was approved after one appointment is not approved after another, whoever signs it anew (design §2.2)."""
    house = House().set_up()
    first = appointment(house, {"quorum": 1})
    second = appointment(house, {"quorum": 2})
    house.publish(first)
    house.publish(appointment(house, {"quorum": 0}))
    assert house.publish(first).places[0].repeated
    with pytest.raises(ConflictError, match="the last one in this ledger is"):
        house.publish(second)
    assert authority(house).tenure.quorum == 0


def test_root_keys_are_replaced_by_the_old_and_shown_by_the_new() -> None:
    """Two of three approve from then on; an ended root key approves nothing (design §2.2)."""
    house = three_roots(House().set_up())
    with pytest.raises(RefusedError, match="1 approvals of the 2 that it needs of the root keys in force"):
        house.publish(appointment(house, {"quorum": 1}, by=("root",)))
    body = {"root": roots("root-2", "root-3")}
    house.publish(appointment(house, body, by=("root-2", "root-3")))
    with pytest.raises(RefusedError, match="not one of its root keys"):
        house.publish(appointment(house, {"quorum": 1}, by=("root", "root-2")))
    assert [one.kid for one in authority(house).roots_at(7)] == [KEYS[n].kid for n in ("root", "root-2", "root-3")]
    assert authority(house).tenure.approved == (2, 3)


@pytest.mark.parametrize("name", ["operator", "root", "checkpoint"])
def test_ended_key_stays_reserved(name: str) -> None:
    """What once ran the log is granted no role, and not appointed again (design §2.2)."""
    house = House().set_up()
    body = {
        **operator(house.genesis, "operator-2"), **checkpoint_keys(house, *NEW), "root": roots("root-2"),
    }  # fmt: skip
    house.publish(appointment(house, body, key="operator-2", by=("root", "root-2")))
    with pytest.raises(RefusedError, match="one of those that run the log"):
        house.say("key", KEYS[name].kid, grant(house.genesis, name), key="operator-2")
    with pytest.raises(ConflictError, match="has served this ledger already"):
        house.publish(appointment(house, {"root": roots("root-2", name)}, key="operator-2", by=("root-2",)))
    with pytest.raises(RefusedError, match="Only approvals of the root keys change"):
        house.say("key", KEYS[name].kid, {"event": "revoke", "reason": "left"}, key="operator-2")


def test_operator_is_not_rotated_by_its_own_signature() -> None:
    """Only the root keys change the operator, also after they have once (design §2.2)."""
    house = House().set_up()
    house.publish(appointment(house, operator(house.genesis, "operator-2"), key="operator-2"))
    body = grant(house.genesis, "spare", event="rotate", replaces=KEYS["operator-2"].kid)
    with pytest.raises(RefusedError, match="Only approvals of the root keys change"):
        house.say("key", KEYS["spare"].kid, body, key="operator-2")


def test_appointment_without_a_name_that_it_follows_is_malformed() -> None:
    """Form is looked at before anything else (design §2.2)."""
    house = House().set_up()
    with pytest.raises(MalformedError, match="names what it follows"):
        appointment(house, {"quorum": None})
    with pytest.raises(MalformedError, match="only an appointment has quorum"):
        house.say("key", KEYS["spare"].kid, grant(house.genesis, "spare", quorum=1), key="operator")
    with pytest.raises(NotFoundError, match="no party"):
        house.say("key", KEYS["spare"].kid, grant(house.genesis, "spare", party="nobody"), key="operator")


def test_rules_change_with_the_appointment() -> None:
    """Quorum and answer are those of the last appointment, and the rest stays (design §2.2)."""
    house = House().set_up()
    house.publish(appointment(house, {"quorum": 2, "answer_after": "quorum"}))
    found = authority(house)
    assert (found.tenure_at(6).quorum, found.tenure.quorum, found.tenure.answer_after) == (0, 2, "quorum")
    assert found.tenure.checkpoint == LOG_KEYS
    assert found.tenure.name == last(house)


def bare_appointment(house: House, *, approved_with: bool) -> bytes:
    """Return an appointment that leaves ``holder`` out; its approval is over it as it stands, or with the member."""
    whole = json.loads(open_envelope(appointment(house, {"quorum": 1}, by=()), typ=STATEMENT).payload)
    del whole["body"]["approvals"]
    bare = {**whole, "body": {name: value for name, value in whole["body"].items() if name != "holder"}}
    approval = seal(format_json(whole if approved_with else bare), KEYS["root"], typ=APPROVAL).raw.decode()
    bare["body"]["approvals"] = [approval]
    return seal(format_json(bare), KEYS["operator"], typ=STATEMENT).raw


def test_appointment_is_approved_as_it_stands() -> None:
    """A default member that the payload leaves out is left out under the approvals too (design §2.2)."""
    house = House().set_up()
    with pytest.raises(RefusedError, match="not over this appointment"):
        house.publish(bare_appointment(house, approved_with=True))
    house.publish(bare_appointment(house, approved_with=False))
    assert authority(house).tenure.quorum == 1
