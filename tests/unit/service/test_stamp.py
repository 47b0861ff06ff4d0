"""Asking authorities for the time: each for itself, and nothing is kept that does not verify (RFC 3161)."""

import pytest

from ledger.errors import UnavailableError
from ledger.service import stamp as asking
from ledger.service.stamp import Authority, held_timestamp, stamp
from ledger.signing.der import parse_der
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.timestamp import imprint
from tests.unit.service.fake import MemoryStamps
from tests.unit.tlog.stamping import POLICY, Answer, root

pytest.importorskip("rfc3161_client", reason="the extra timestamp is not installed")

CHECKPOINT = Checkpoint("example.com/log", 7, Hash(bytes(range(32))))
CLOCK = Authority("clock", (root(),), "http://clock.example")


def answer(**changes: object) -> bytes:
    """Return what the authority answers to the request of the number 99."""
    return Answer(digest=imprint(CHECKPOINT)).with_(**changes).raw()


def ask(url: str, request: bytes) -> bytes:
    """Answer as the authority at an address does."""
    if url == "http://down.example":
        raise UnavailableError("It is down.")
    return answer(nonce=None) if url == "http://stale.example" else answer()


def test_what_is_given_is_verified_and_kept_as_it_came() -> None:
    """The request carries digest and number; the answer is kept whole, by size and authority."""
    stamps, seen = MemoryStamps(), []

    def listen(url: str, request: bytes) -> bytes:
        seen.append((url, request))
        return answer()

    (asked,) = stamp(CHECKPOINT, [CLOCK], stamps, ask=listen, nonce=lambda: 99)
    assert (asked.reply, asked.sentence) == ("stamped", "Stamped 7 entries not after 2026-03-01T12:00:02Z.")
    assert stamps.held() == ((7, "clock"),)
    assert asked.timestamp is not None
    assert stamps.get(7, "clock") == asked.timestamp.raw == answer()
    ((url, request),) = seen
    assert url == "http://clock.example"
    assert parse_der(request, what="request").parts[1].parts[1].content == imprint(CHECKPOINT)
    assert parse_der(request, what="request").parts[2].content == b"\x63"


def test_each_authority_is_asked_for_itself() -> None:
    """One that is down and one that lies take nothing from a third; one without an address is not asked."""
    authorities = [
        Authority("down", (root(),), "http://down.example"), Authority("stale", (root(),), "http://stale.example"),
        Authority("heirloom", (root(),)), CLOCK,
    ]  # fmt: skip
    stamps = MemoryStamps()
    asked = stamp(CHECKPOINT, authorities, stamps, ask=ask, nonce=lambda: 99)
    assert [(one.authority.name, one.reply) for one in asked] == [
        ("down", "unavailable"), ("stale", "refused"), ("clock", "stamped"),
    ]  # fmt: skip
    assert stamps.held() == ((7, "clock"),)


def test_what_is_kept_is_not_asked_for_again() -> None:
    """An authority that has stamped a size is left alone; a kept file that does not verify is named, not replaced."""
    stamps = MemoryStamps()
    stamp(CHECKPOINT, [CLOCK], stamps, ask=ask, nonce=lambda: 99)
    (asked,) = stamp(CHECKPOINT, [CLOCK], stamps, ask=_never, nonce=lambda: 99)
    assert (asked.reply, asked.timestamp is not None) == ("kept", True)
    broken = MemoryStamps()
    broken.keep(7, "clock", b"broken")
    (asked,) = stamp(CHECKPOINT, [CLOCK], broken, ask=_never, nonce=lambda: 99)
    assert (asked.reply, asked.timestamp) == ("refused", None)
    assert "move that file away" in asked.sentence
    assert broken.get(7, "clock") == b"broken"


def test_policy_of_the_configuration_has_to_be_given() -> None:
    """A timestamp under another policy than was asked for is refused."""
    for policy, reply in ((POLICY, "stamped"), ("1.2.3", "refused")):
        (asked,) = stamp(
            CHECKPOINT, [Authority("clock", (root(),), "http://clock.example", policy)], MemoryStamps(), ask=ask,
            nonce=lambda: 99,
        )  # fmt: skip
        assert asked.reply == reply


def test_kept_timestamp_counts_by_the_root_of_its_authority() -> None:
    """Over another checkpoint, by another root, or where none is kept, there is none."""
    stamps = MemoryStamps()
    stamps.keep(7, "clock", answer())
    assert held_timestamp(stamps, CLOCK, CHECKPOINT) is not None
    assert held_timestamp(stamps, Authority("clock", (root("Other"),)), CHECKPOINT) is None
    assert held_timestamp(stamps, CLOCK, Checkpoint("example.com/other", 7, CHECKPOINT.root)) is None
    assert held_timestamp(stamps, CLOCK, Checkpoint("example.com/log", 8, CHECKPOINT.root)) is None


def test_without_the_extra_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be verified is not asked for; the sentence says what to install."""
    monkeypatch.setattr(asking, "is_installed", lambda: False)
    with pytest.raises(UnavailableError, match="rfc3161-client is not installed"):
        stamp(CHECKPOINT, [CLOCK], MemoryStamps(), ask=_never, nonce=lambda: 99)


def _never(_url: str, _request: bytes) -> bytes:
    message = "nobody is to be asked"
    raise AssertionError(message)
