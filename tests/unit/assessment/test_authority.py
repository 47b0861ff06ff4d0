"""Authority: which key may say what at which entry, folded out of the log (design §2.2, §5)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.assessment.authority import found, void
from ledger.assessment.tenure import possession_payload
from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError
from ledger.model.statement import CharterStatement, parse_statement
from ledger.service.compose import seal_charter
from ledger.signing.canonical import format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, STATEMENT, open_envelope, seal
from tests.unit.service.scenario import KEYS, POSITION, START, House, charter_body, grant

SPARE, DESK, OPERATOR = KEYS["spare"].kid, KEYS["desk"].kid, KEYS["operator"].kid


def rotation(house: House, **changes: object) -> dict[str, Any]:
    """Return the body of a rotation from ``desk`` to ``spare``."""
    return grant(house.genesis, "spare", **{"event": "rotate", "replaces": DESK, **changes})  # type: ignore[arg-type]


def revocation(**changes: object) -> dict[str, Any]:
    """Return the body of a revocation."""
    return {"event": "revoke", "reason": "left", **changes}


def foreign_proof(house: House) -> dict[str, Any]:
    """Return a grant whose proof of possession another key made."""
    payload = possession_payload(genesis=house.genesis, thumbprint=SPARE, roles=("recorder",))
    proof = seal(payload, KEYS["stranger"], typ=POSSESSION).raw.decode()
    return grant(house.genesis, "spare", roles=("recorder",), possession=proof)


Make = Callable[[House], bytes]

REFUSED: dict[str, tuple[Make, type[PledgerError], str]] = {
    "a subject that is not the key's thumbprint": (
        lambda h: h.sign("key", KEYS["stranger"].kid, grant(h.genesis, "spare"), key="operator"),
        MalformedError, "is not the thumbprint",
    ),
    "the operator's role": (
        lambda h: h.sign("key", SPARE, grant(h.genesis, "spare", roles=("operator",)), key="operator"),
        RefusedError, "Only approvals of the root keys",
    ),
    "a role for a root key": (
        lambda h: h.sign("key", KEYS["root"].kid, grant(h.genesis, "root"), key="operator"),
        RefusedError, "one of those that run the log",
    ),
    "a role for the operator's key": (
        lambda h: h.sign("key", OPERATOR, grant(h.genesis, "operator"), key="operator"),
        RefusedError, "one of those that run the log",
    ),
    "a proof of possession by another key": (
        lambda h: h.sign("key", SPARE, foreign_proof(h), key="operator"), RefusedError, "proof of possession",
    ),
    "a proof of possession for another ledger": (
        lambda h: h.sign("key", SPARE, grant("sha256:" + "0" * 64, "spare"), key="operator"),
        RefusedError, "proof of possession",
    ),
    "a proof of possession for other roles": (
        lambda h: h.sign("key", SPARE, {**grant(h.genesis, "spare"), "roles": ["recorder"]}, key="operator"),
        RefusedError, "proof of possession",
    ),
    "a rotation that the operator signs": (
        lambda h: h.sign("key", SPARE, rotation(h), key="operator"), RefusedError, "signed by the key that it replaces",
    ),
    "a rotation that a third key signs": (
        lambda h: h.sign("key", SPARE, rotation(h), key="other"), RefusedError, "signed by the key that it replaces",
    ),
    "a rotation of the operator's key": (
        lambda h: h.sign("key", SPARE, rotation(h, replaces=OPERATOR), key="operator"),
        RefusedError, "Only approvals of the root keys change",
    ),
    "a rotation to a known key": (
        lambda h: h.sign("key", KEYS["other"].kid, grant(h.genesis, "other", event="rotate", replaces=DESK)),
        ConflictError, "known already",
    ),
    "a revocation by another than the operator": (
        lambda h: h.sign("key", KEYS["other"].kid, revocation()), RefusedError, "with the role operator",
    ),
    "a revocation of the operator's key": (
        lambda h: h.sign("key", OPERATOR, revocation(), key="operator"), RefusedError, "Only approvals",
    ),
    "a revocation of an unknown key": (
        lambda h: h.sign("key", SPARE, revocation(), key="operator"), NotFoundError, "not known to this ledger",
    ),
    "a revocation that waits": (
        lambda h: h.sign("key", DESK, revocation(compromised=True, effective_index=8), key="operator"),
        MalformedError, "takes effect at entry 7 or earlier",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_change_of_keys_that_nobody_may_make_is_refused(case: str) -> None:
    """Each refusal names its reason, and nothing is recorded (design §2.2, §5)."""
    make, error, reason = REFUSED[case]
    house = House().set_up()
    with pytest.raises(error, match=reason):
        house.publish(make(house))
    assert house.store.state.head.size == 7


def test_rotation_hands_the_roles_on_and_ends_the_old_key() -> None:
    """The old key signs its last entry, the new one holds the same roles from there on (design §2.2)."""
    house = House().set_up()
    house.say("key", SPARE, rotation(house))
    authority = house.publisher._fold().authority
    assert authority is not None
    assert authority.roles_at(DESK, 7)
    assert not authority.roles_at(DESK, 8)
    assert authority.roles_at(SPARE, 8) == authority.roles_at(DESK, 6)
    house.say("position", "grain", POSITION, key="spare")


def test_rotation_cannot_hand_on_a_role_that_the_old_key_has_not() -> None:
    """A key that replaces another gets no more than that had (design §5)."""
    house = House().set_up()
    house.say("key", SPARE, grant(house.genesis, "spare", roles=("recorder",)), key="operator")
    body = grant(house.genesis, "stranger", event="rotate", replaces=SPARE)
    with pytest.raises(RefusedError, match="does not hold the role"):
        house.say("key", KEYS["stranger"].kid, body, key="spare")


def test_ended_key_is_neither_granted_nor_revoked_again() -> None:
    """A key that was ended stays ended; a new one is made (design §2.2)."""
    house = House().set_up()
    house.say("key", DESK, revocation(), key="operator")
    with pytest.raises(ConflictError, match="make a new key"):
        house.say("key", DESK, {**grant(house.genesis, "desk"), "holder": "again"}, key="operator")
    with pytest.raises(ConflictError, match="nothing is left to revoke"):
        house.say("key", DESK, revocation(reason="again"), key="operator")


def test_second_grant_changes_the_roles_from_its_index_on() -> None:
    """Roles are those of the last grant at each index (design §2.2)."""
    house = House().set_up()
    house.say("key", DESK, grant(house.genesis, "desk", roles=("auditor",)), key="operator")
    authority = house.publisher._fold().authority
    assert authority is not None
    assert (len(authority.roles_at(DESK, 6)), list(authority.roles_at(DESK, 7))) == (5, ["auditor"])


def test_compromised_key_counts_no_longer_from_the_index_named_in_views_above_its_revocation() -> None:
    """Only a compromised key ends in the past, and only for views that know it (design §2.2)."""
    house = House().set_up()
    house.say("position", "grain", POSITION)
    house.say("position", "grain", {**POSITION, "note": "more"}, key="other")
    before = house.publisher._fold().authority
    house.say("key", DESK, revocation(compromised=True, effective_index=6), key="operator")
    after = house.publisher._fold().authority
    said = [house.said(index) for index in range(10)]
    assert before is not None
    assert after is not None
    assert void(said, 9, before) == frozenset()
    assert void(said, 10, after) == {6, 7}


def test_compromised_key_that_had_changed_its_roles_keeps_what_it_said_before_the_index_named() -> None:
    """A second grant ends the first, and no statement; only the revocation says from where on none counts (§2.2)."""
    house = House().set_up()
    house.say("key", DESK, grant(house.genesis, "desk", roles=("recorder", "auditor")), key="operator")
    for number in ("one", "two"):
        house.say("position", "grain", {**POSITION, "note": number})
    house.say("key", DESK, revocation(compromised=True, effective_index=9), key="operator")
    authority = house.publisher._fold().authority
    assert authority is not None
    assert void([house.said(index) for index in range(11)], 11, authority) == {9}


def test_charter_that_its_roots_did_not_approve_founds_nothing() -> None:
    """The threshold of the root keys has to approve, each once, over this very charter (design §2.2)."""

    def founded(**how: Any) -> None:
        envelope = seal_charter(charter_body("A test"), issued=START, operator=KEYS["operator"], **how)
        statement = parse_statement(envelope.payload)
        assert isinstance(statement, CharterStatement)
        found(envelope, statement)

    founded(roots=(KEYS["root"],))
    with pytest.raises(RefusedError, match="0 approvals of the 1"):
        founded(roots=())
    with pytest.raises(RefusedError, match="not one of its root keys"):
        founded(roots=(KEYS["stranger"],))
    with pytest.raises(MalformedError, match="not sorted by kid"):
        founded(roots=(KEYS["root"], KEYS["root"]))


def test_charter_that_another_key_signed_founds_nothing() -> None:
    """The charter is signed by the operator key that it names (design §2.2)."""
    envelope = seal_charter(charter_body("A test"), issued=START, operator=KEYS["stranger"], roots=(KEYS["root"],))
    statement = parse_statement(envelope.payload)
    assert isinstance(statement, CharterStatement)
    with pytest.raises(RefusedError, match="not signed by the operator key"):
        found(envelope, statement)


def test_approval_of_another_charter_counts_for_nothing() -> None:
    """An approval is over the payload without approvals, to the byte (design §2.2)."""
    import json

    from ledger.signing.canonical import format_json

    ours = seal_charter(charter_body("A test"), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],))
    theirs = seal_charter(charter_body("B test"), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],))
    payload = json.loads(ours.payload)
    payload["body"]["approvals"] = json.loads(theirs.payload)["body"]["approvals"]
    envelope = seal(format_json(payload), KEYS["operator"], typ=STATEMENT)
    statement = parse_statement(envelope.payload)
    assert isinstance(statement, CharterStatement)
    with pytest.raises(RefusedError, match="not over this charter"):
        found(envelope, statement)
    open_envelope(statement.body.approvals[0].encode(), typ=APPROVAL)


def bare_charter(*, without: str, approved_with: bool) -> bytes:
    """Return a charter that leaves a default member out; its approval is over it as it stands, or with the member."""
    whole = json.loads(
        open_envelope(
            seal_charter(charter_body("A test"), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],)).raw,
            typ=STATEMENT,
        ).payload
    )
    del whole["body"]["approvals"]
    bare = {**whole, "body": {name: value for name, value in whole["body"].items() if name != without}}
    approval = seal(format_json(whole if approved_with else bare), KEYS["root"], typ=APPROVAL).raw.decode()
    bare["body"]["approvals"] = [approval]
    return seal(format_json(bare), KEYS["operator"], typ=STATEMENT).raw


@pytest.mark.parametrize("member", ["quorum", "answer_after"])
def test_charter_is_approved_as_it_stands(member: str) -> None:
    """Approvals are over the payload without them, and nothing that it leaves out is filled in (design §2.2)."""
    envelope = open_envelope(bare_charter(without=member, approved_with=False), typ=STATEMENT)
    statement = parse_statement(envelope.payload)
    assert isinstance(statement, CharterStatement)
    assert found(envelope, statement).genesis == envelope.name
    other = open_envelope(bare_charter(without=member, approved_with=True), typ=STATEMENT)
    statement = parse_statement(other.payload)
    assert isinstance(statement, CharterStatement)
    with pytest.raises(RefusedError, match="approval 1 of the charter is not over this charter"):
        found(other, statement)
