"""Many envelopes at once: the same answers as one by one, in a form that travels (design §2.2)."""

import pickle
from collections.abc import Callable

import pytest

from ledger.signing.batch import examine, keys_of
from ledger.signing.canonical import format_json
from ledger.signing.envelope import APPROVAL, STATEMENT, named_key, open_envelope, seal
from ledger.signing.key import PrivateKey

KEY = PrivateKey.from_seed("Ed25519", b"\x01" * 32)
OTHER = PrivateKey.from_seed("Ed25519", b"\x02" * 32)
SAID = [seal(format_json({"number": number}), KEY, typ=STATEMENT).raw for number in range(3)]


def flipped(raw: bytes) -> bytes:
    """Return a statement with one character of its signature changed, in its one spelling still."""
    changed = b"B" if raw[-10:-9] != b"B" else b"C"
    return raw[:-10] + changed + raw[-9:]


def test_examining_gives_what_opening_gives() -> None:
    """Every member of an envelope comes back, with its payload's digest and whether the key signed it (design §2.2)."""
    for raw, one in zip(SAID, examine(SAID, [KEY.public]), strict=True):
        assert one is not None
        envelope = open_envelope(raw, typ=STATEMENT)
        assert one.envelope(raw) == envelope
        assert f"sha256:{one.said.hex()}" == envelope.payload_digest
        assert one.is_signed


NOT_SIGNED: dict[str, tuple[bytes, tuple[PrivateKey, ...]]] = {
    "a bit of the signature was changed": (flipped(SAID[0]), (KEY,)),
    "the key is not at hand": (SAID[0], ()),
    "another key is at hand": (SAID[0], (OTHER,)),
    "another's signature": (SAID[0].rpartition(b".")[0] + b"." + SAID[1].rpartition(b".")[2], (KEY,)),
}


@pytest.mark.parametrize("case", NOT_SIGNED)
def test_what_no_key_at_hand_signed_is_not_said_to_be_signed(case: str) -> None:
    """Only a key that was given and that made the signature counts; deciding is the caller's (design §2.2)."""
    raw, keys = NOT_SIGNED[case]
    (one,) = examine([raw], [key.public for key in keys])
    assert one is not None
    assert not one.is_signed


FAULTY: dict[str, bytes] = {
    "nothing": b"",
    "no envelope": b"nothing",
    "another purpose": seal(format_json({"number": 1}), KEY, typ=APPROVAL).raw,
    "four parts": SAID[0] + b".AAAA",
    "not ASCII": b"\xff" + SAID[0],
}


@pytest.mark.parametrize("case", FAULTY)
def test_faulty_envelope_is_left_to_the_one_who_asked(case: str) -> None:
    """What cannot be opened is no error here, and costs its neighbours nothing (design §2.2)."""
    before, fault, after = examine([SAID[0], FAULTY[case], SAID[1]], [KEY.public])
    assert fault is None
    assert before is not None
    assert after is not None


@pytest.mark.parametrize("header", [b"", b"e30", b"A" * 300, b"\xff\xfe"], ids=["none", "{}", "long", "not ASCII"])
def test_header_that_is_not_ours_names_no_key(header: bytes) -> None:
    """A thumbprint is read only from a protected header in its one spelling (RFC 7515 §4.1.4)."""
    assert named_key(header) is None


def test_keys_that_are_sent_are_those_that_are_named_and_known() -> None:
    """Each key goes once, however many statements name it, and none that nobody names (design §2.2)."""
    find: Callable[[str], object] = {KEY.kid: KEY.public, "unnamed": OTHER.public}.get
    stranger = seal(format_json({}), OTHER, typ=STATEMENT).raw
    assert keys_of([*SAID, stranger, b"nothing"], find) == (KEY.public,)  # type: ignore[arg-type]


def test_what_travels_arrives_as_it_was() -> None:
    """Answers and keys survive the way between processes (design §2.2)."""
    sent = (examine([*SAID, b"nothing"], [KEY.public]), (KEY.public,))
    assert pickle.loads(pickle.dumps(sent)) == sent  # noqa: S301, our own bytes
