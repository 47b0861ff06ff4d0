"""Drafts, approvals and what is published of them, byte for byte (design §2.2)."""

import json

import pytest

from ledger.assessment.authority import Authority
from ledger.errors import MalformedError
from ledger.model.statement import KeyStatement, parse_statement
from ledger.runtime.appointment import Changes, approve, draft, read_draft, seal_appointment
from ledger.signing.envelope import APPROVAL, STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import Algorithm, PrivateKey
from tests.unit.service.scenario import KEYS, START, House


def authority(house: House) -> Authority:
    """Return who may what at the head."""
    found = house.publisher._fold().authority
    assert found is not None
    return found


@pytest.fixture
def house() -> House:
    """Give a ledger of seven entries."""
    return House().set_up()


def drafted(house: House, changes: Changes) -> bytes:
    """Return a draft on a ledger as it stands."""
    return draft(changes, authority(house), note=house.store.state.head.checkpoint, issued=START)


def test_draft_is_the_payload_that_is_published(house: House) -> None:
    """What is published, its approvals left out, is the draft to the byte; the operator that it appoints signs."""
    pair = (KEYS["checkpoint-2"], KEYS["checkpoint-mldsa-2"])
    raw = drafted(house, Changes(operator=KEYS["operator-2"], checkpoint=pair, reason="A hand-over."))
    approval = approve(raw, KEYS["root"])
    opened = open_envelope(approval.encode(), typ=APPROVAL)
    assert opened.payload == raw
    assert verify_envelope(opened, KEYS["root"].public)
    envelope = seal_appointment(raw, [f"{approval}\n"], KEYS["operator-2"])
    statement = parse_statement(envelope.payload)
    assert isinstance(statement, KeyStatement)
    assert statement.body.approvals == (approval,)
    assert envelope.kid == statement.subject == KEYS["operator-2"].kid
    house.publish(envelope.raw)
    assert authority(house).operator == KEYS["operator-2"].public


def test_approvals_are_sorted_and_one_of_each_key(house: House) -> None:
    """In whatever order they come, they are published by thumbprint (design §2.2)."""
    raw = drafted(house, Changes(roots=(KEYS["root"].public, KEYS["root-2"].public), threshold=2))
    given = [approve(raw, KEYS[name]) for name in ("root", "root-2", "root")]
    statement = parse_statement(
        open_envelope(seal_appointment(raw, given, KEYS["operator"]).raw, typ=STATEMENT).payload
    )
    assert isinstance(statement, KeyStatement)
    kids = [open_envelope(one.encode(), typ=APPROVAL).kid for one in statement.body.approvals]
    assert kids == sorted({KEYS["root"].kid, KEYS["root-2"].kid})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _raw: b"nothing", "the draft"),
        (lambda raw: raw + b"\n", "the draft"),
        (lambda raw: json.dumps(json.loads(raw)).encode(), "the draft"),
        (lambda raw: raw.replace(b'"event":"appoint"', b'"event":"grant"'), "draft"),
        (
            lambda raw: raw.replace(b'"body":{"answer_after":null,', b'"body":{"answer_after":null,"approvals":[],'),
            "no draft of an appointment",
        ),
        (lambda raw: raw.replace(b'"holder":null,', b""), "leaves members out"),
        (lambda raw: raw.replace(b"key.v1", b"party.v1"), "the draft"),
    ],
    ids=["bytes", "a line feed", "another spelling", "a grant", "with approvals", "a member left out", "another kind"],
)
def test_what_is_no_draft_is_not_approved(house: House, change: object, reason: str) -> None:
    """A root key signs the canonical payload of an appointment, whole, or nothing (design §2.1)."""
    assert callable(change)
    raw = change(drafted(house, Changes(quorum=1)))
    with pytest.raises(MalformedError, match=reason):
        approve(raw, KEYS["root"])
    with pytest.raises(MalformedError):
        read_draft(raw)


def test_nothing_to_change_is_no_draft(house: House) -> None:
    """An appointment changes something (design §2.2)."""
    with pytest.raises(MalformedError, match="changes one of"):
        drafted(house, Changes(reason="for its own sake"))


def many_roots(count: int, algorithm: Algorithm = "ML-DSA-44") -> tuple[PrivateKey, ...]:
    """Return fixed root keys that no ledger here has."""
    return tuple(PrivateKey.from_seed(algorithm, bytes([100 + number]) * 32) for number in range(count))


def appointed(house: House, keys: tuple[PrivateKey, ...], threshold: int, by: tuple[PrivateKey, ...]) -> Envelope:
    """Return the appointment of root keys, approved."""
    raw = drafted(house, Changes(roots=tuple(key.public for key in keys), threshold=threshold))
    return seal_appointment(raw, [approve(raw, key) for key in by], KEYS["operator"])


def test_size_of_an_appointment_is_known_before_it_is_approved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is admitted at exactly the size that its envelope will have, and refused one byte below (design §2.2)."""
    keys = many_roots(3)
    envelope = appointed(house, keys, 2, (KEYS["root"], *keys[:2]))
    monkeypatch.setattr("ledger.runtime.appointment.MAX_BYTES", len(envelope.raw))
    appointed(house, keys, 2, (KEYS["root"], *keys[:2]))
    monkeypatch.setattr("ledger.runtime.appointment.MAX_BYTES", len(envelope.raw) - 1)
    with pytest.raises(MalformedError, match=f"needs 3 approvals .* would have {len(envelope.raw)} bytes"):
        drafted(house, Changes(roots=tuple(key.public for key in keys), threshold=2))


@pytest.mark.parametrize(
    ("algorithm", "count", "threshold"),
    [("ML-DSA-44", 16, 16), ("ML-DSA-44", 20, 13), ("Ed25519", 20, 20), ("ES256", 20, 20)],
)
def test_as_many_root_keys_as_the_guide_says_are_appointed(
    house: House, algorithm: Algorithm, count: int, threshold: int
) -> None:
    """The largest appointment of root keys fits an envelope (docs/keys.md)."""
    keys = many_roots(count, algorithm)
    house.publish(appointed(house, keys, threshold, (KEYS["root"], *keys[:threshold])).raw)
    assert authority(house).tenure.roots == tuple(key.public for key in keys)


@pytest.mark.parametrize(("count", "threshold"), [(17, 16), (20, 14), (20, 20)])
def test_root_keys_that_no_envelope_holds_are_refused_when_drafted(house: House, count: int, threshold: int) -> None:
    """Nobody is asked to approve what cannot be published; the sentence gives the bytes (docs/keys.md)."""
    keys = tuple(key.public for key in many_roots(count))
    with pytest.raises(MalformedError, match=f"needs {threshold + 1} approvals of .* at most 1048576 are accepted"):
        drafted(house, Changes(roots=keys, threshold=threshold))


def test_root_keys_are_twenty_at_most(house: House) -> None:
    """Twenty are appointed, and not one more (design §2.2)."""
    keys = tuple(key.public for key in many_roots(21, "Ed25519"))
    drafted(house, Changes(roots=keys[:20]))
    with pytest.raises(MalformedError, match="root"):
        drafted(house, Changes(roots=keys))


def test_one_approval_counts_for_old_and_new_root_keys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A root key that stays approves once, and is counted once."""
    keys = (KEYS["root"], *many_roots(1))
    envelope = appointed(house, keys, 2, keys)
    monkeypatch.setattr("ledger.runtime.appointment.MAX_BYTES", len(envelope.raw) - 1)
    with pytest.raises(MalformedError, match=f"needs 2 approvals .* would have {len(envelope.raw)} bytes"):
        drafted(house, Changes(roots=tuple(key.public for key in keys), threshold=2))
