"""Admission: whose statements, for which ledger, at which moment, and what they may mend (design §2.2, §2.5)."""

from collections.abc import Callable

import pytest

from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError
from ledger.service.admit import open_statement, open_statements
from ledger.service.compose import seal_charter
from ledger.signing.canonical import decode_base64url, encode_base64url, format_json
from ledger.signing.envelope import STATEMENT, seal
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from tests.unit.service.scenario import KEYS, PARTY, POSITION, START, House, charter_body, grant


def forged(house: House) -> bytes:
    """Return a statement with one bit of its signature flipped."""
    text, _, signature = house.sign("position", "grain", POSITION).rpartition(b".")
    raw = bytearray(decode_base64url(signature, what="the signature"))
    raw[5] ^= 1
    return text + b"." + encode_base64url(bytes(raw)).encode()


def retraction(name: str, **changes: object) -> dict[str, object]:
    """Return the body of a retraction."""
    return {
        "statement": name, "ground": "recorded_in_error", "date": "2020-05-01", "reason": "a slip", **changes
    }  # fmt: skip


def name_of(house: House, index: int) -> str:
    """Return the name of the statement at an index: the commitment is entry 6, the parties 3 and 4."""
    return str(house.said(index).name)


def second_charter(house: House) -> bytes:
    """Return a charter that is sound in itself, by the very operator."""
    charter = seal_charter(charter_body("Another"), issued=START, operator=KEYS["operator"], roots=(KEYS["root"],))
    return charter.raw


Make = Callable[[House], bytes]

REFUSED: dict[str, tuple[Make, type[PledgerError], str]] = {
    "not a compact JWS": (lambda _: b"hello", MalformedError, "not a compact JWS"),
    "an oversized body": (lambda _: b"a" * (1 << 21), MalformedError, "at most 1048576"),
    "a forged signature": (forged, RefusedError, "not by the key"),
    "an unknown key": (
        lambda h: h.sign("position", "grain", POSITION, key="stranger"), RefusedError, "not known to this ledger",
    ),
    "a key without the role": (
        lambda h: h.sign("position", "grain", POSITION, key="operator"), RefusedError, "with the role recorder",
    ),
    "a key grant that the operator did not sign": (
        lambda h: h.sign("key", KEYS["spare"].kid, grant(h.genesis, "spare")), RefusedError, "with the role operator",
    ),
    "a replay from another ledger of the same origin": (
        lambda _: House(title="Another").sign("position", "grain", POSITION), RefusedError, "made for another ledger",
    ),
    "issued in the future": (
        lambda h: h.sign("position", "grain", POSITION, issued="2026-01-02T03:04:06Z"), MalformedError, "and it is",
    ),
    "an anchor beyond the log": (
        lambda h: h.sign("position", "grain", POSITION, anchor=Checkpoint("o", 99, Hash(bytes(32)))),
        ConflictError, "99 entries that this log never had",
    ),
    "an anchor with another root": (
        lambda h: h.sign("position", "grain", POSITION, anchor=Checkpoint("o", 3, Hash(bytes(32)))),
        ConflictError, "3 entries that this log never had",
    ),
    "a second charter": (second_charter, ConflictError, "no second one"),
    "a second party of one name": (
        lambda h: h.sign("party", "aa", {**PARTY, "names": {"en": "Other"}}), ConflictError, "name it in corrects",
    ),
    "a correction of what is not there": (
        lambda h: h.sign("party", "aa", PARTY, corrects="sha256:" + "0" * 64), NotFoundError, "to correct",
    ),
    "a correction of another kind": (
        lambda h: h.sign("position", "grain", POSITION, corrects=name_of(h, 6)), RefusedError, "keeps kind and subject",
    ),
    "a correction on another subject": (
        lambda h: h.sign("party", "cc", PARTY, corrects=name_of(h, 3)), RefusedError, "keeps kind and subject",
    ),
    "a correction by another author": (
        lambda h: h.sign("party", "aa", {**PARTY, "kind": "union"}, key="other", corrects=name_of(h, 3)),
        RefusedError, "or the operator may correct",
    ),
    "a correction of a key": (
        lambda h: h.sign("key", KEYS["desk"].kid, grant(h.genesis, "desk"), key="operator", corrects=name_of(h, 1)),
        RefusedError, "not corrected by corrects",
    ),
    "a retraction of what is not there": (
        lambda h: h.sign("retraction", "grain", retraction("sha256:" + "0" * 64)), NotFoundError, "to retract",
    ),
    "a retraction by another author": (
        lambda h: h.sign("retraction", "grain", retraction(name_of(h, 6)), key="other"),
        RefusedError, "or the operator may retract",
    ),
    "a retraction on another subject": (
        lambda h: h.sign("retraction", "aa", retraction(name_of(h, 6))), MalformedError, "make them equal",
    ),
    "a retraction of the charter": (
        lambda h: h.sign("retraction", "example.org/test", retraction(h.genesis), key="operator"),
        RefusedError, "is not retracted",
    ),
    "a retraction of points of what has none": (
        lambda h: h.sign(
            "retraction", "grain",
            retraction(
                name_of(h, 6),
                points=[{"classification": "HS", "code": "10", "start": "2020-01-01", "end": "2020-01-31"}],
            ),
        ),
        MalformedError, "has no points",
    ),
    "a key for a party that is not there": (
        lambda h: h.sign("key", KEYS["spare"].kid, grant(h.genesis, "spare", party="zz"), key="operator"),
        NotFoundError, "no party zz",
    ),
    "an erasure that is not the operator's": (
        lambda h: h.sign("erasure", "grain", {"digests": [name_of(h, 6)], "ground": "law", "reason": "asked"}),
        RefusedError, "the role operator",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_stand_is_refused_and_changes_nothing(case: str) -> None:
    """Each refusal names its reason, and the log is byte for byte what it was (design §2.2; issue 2, point 9)."""
    house = House().set_up()
    make, error, reason = REFUSED[case]
    raw = make(house)
    before = house.store.state.copy()
    with pytest.raises(error, match=reason):
        house.publish(raw)
    assert house.store.state == before


def test_statement_of_a_batch_is_named_in_its_refusal() -> None:
    """In a batch the sentence says which statement of how many is meant, and none stands (design §2.5)."""
    house = House().set_up()
    batch = (house.sign("position", "grain", POSITION), house.sign("position", "corn", POSITION))
    with pytest.raises(
        NotFoundError, match=r"Statement 2 of 2 \(position corn\): There is no commitment corn"
    ) as caught:
        house.publish(*batch)
    assert caught.value.facts["number"] == 2
    assert house.store.state.head.size == 7


def test_author_mends_its_own_statement_and_the_new_one_stands() -> None:
    """A correction keeps kind, subject and author, and what it mends can be mended once (design §2.2)."""
    house = House().set_up()
    first = name_of(house, 3)
    second = house.say("party", "aa", {**PARTY, "kind": "union"}, corrects=first)
    with pytest.raises(ConflictError, match="no longer stands"):
        house.say("party", "aa", {**PARTY, "kind": "body"}, corrects=first)
    house.say("party", "aa", {**PARTY, "kind": "body"}, corrects=second)
    assert house.store.state.head.size == 9


def test_operator_retracts_what_others_recorded_and_the_name_is_free_again() -> None:
    """The operator may retract anybody's statement, and a retracted name can be recorded anew (design §2.2; R1)."""
    house = House().set_up()
    house.say("retraction", "aa", retraction(name_of(house, 3)), key="operator")
    house.say("party", "aa", {**PARTY, "kind": "company"})
    assert house.said(8).statement.body.kind == "company"


def test_statement_anchored_in_the_last_checkpoint_is_admitted() -> None:
    """An anchor that the log did have proves not before, and is accepted (design §2.2)."""
    house = House().set_up()
    house.publish(house.sign("position", "grain", POSITION, seen=True))
    assert house.said(7).statement.anchor.size == 7


def test_statement_may_use_a_key_that_its_batch_grants() -> None:
    """A later statement of a batch is judged with the keys that the earlier ones brought (design §2.5)."""
    house = House().set_up()
    house.publish(
        house.sign("key", KEYS["spare"].kid, grant(house.genesis, "spare"), key="operator"),
        house.sign("position", "grain", POSITION, key="spare"),
    )
    assert house.said(8).author == KEYS["spare"].kid


def test_revoked_key_is_refused_from_its_index_on() -> None:
    """A key counts no longer from the entry of its revocation on (design §2.2)."""
    house = House().set_up()
    house.say("key", KEYS["desk"].kid, {"event": "revoke", "reason": "left"}, key="operator")
    with pytest.raises(RefusedError, match="counts no longer from entry 7 on"):
        house.say("position", "grain", POSITION)


def test_key_that_a_batch_revokes_counts_before_and_not_after() -> None:
    """Who may speak is asked anew once a key changes, also within a batch (design §2.2, §2.5)."""
    house = House().set_up()
    before = house.sign("position", "grain", {**POSITION, "note": "before"})
    revoked = house.sign("key", KEYS["desk"].kid, {"event": "revoke", "reason": "left"}, key="operator")
    with pytest.raises(RefusedError, match=r"Statement 3 of 3 .* counts no longer from entry 8 on"):
        house.publish(before, revoked, house.sign("position", "grain", {**POSITION, "note": "after"}))
    assert house.store.state.head.size == 7
    house.publish(before, revoked)
    assert house.said(7).author == KEYS["desk"].kid


def test_helpers_give_the_statements_in_order_and_the_first_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening with others' help gives what opening in turn gives, its order and its refusals (design §2.5)."""
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr("ledger.service.pool.AHEAD", 2)
    house = House().set_up()
    raws = [house.sign("position", "grain", {**POSITION, "note": f"number {number}"}) for number in range(300)]
    authority = house.publisher._fold().authority
    in_turn = list(open_statements(iter(raws), authority=authority))
    with ThreadPoolExecutor(2) as executor:
        assert list(open_statements(iter(raws), authority=authority, executor=executor)) == in_turn
        assert [one.envelope.raw for one in in_turn] == raws
        assert {one.signer for one in in_turn} == {KEYS["desk"].kid}
        unknown = list(open_statements(iter(raws), authority=None, executor=executor))
        assert {one.signer for one in unknown} == {None}


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        pytest.param(lambda _: b"nothing", MalformedError, "statement 200", id="no envelope"),
        pytest.param(forged, RefusedError, "signature of statement 200 is not by the key", id="forged"),
        pytest.param(
            lambda _: seal(format_json({"schema": "position.v1"}), KEYS["desk"], typ=STATEMENT).raw, MalformedError,
            "statement 200: .* is missing", id="no statement",
        ),
    ],
)  # fmt: skip
def test_first_fault_is_named_whoever_finds_it(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[House], bytes], error: type[PledgerError], sentence: str
) -> None:
    """A fault that a helper finds is named as it is in turn, with the statement's number (design §2.5)."""
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr("ledger.service.pool.AHEAD", 2)
    house = House().set_up()
    authority = house.publisher._fold().authority
    raws = [house.sign("position", "grain", POSITION)] * 199 + [fault(house), b"another"] + [b"more"] * 200
    with ThreadPoolExecutor(2) as executor:
        for helper in (None, executor):
            with pytest.raises(error, match=sentence):
                list(open_statements(iter(raws), authority=authority, executor=helper))


def test_signature_waits_where_the_key_is_not_known_yet() -> None:
    """Without the key a statement is only opened; whoever admits it verifies it (design §2.5)."""
    house = House().set_up()
    assert open_statement(house.sign("position", "grain", POSITION), authority=None).signer is None
