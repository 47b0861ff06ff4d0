"""Timestamps: what an authority answers is held against RFC 3161 before anything of it is believed."""

import builtins
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import MalformedError, PledgerError, RefusedError, UnavailableError
from ledger.signing.der import SEQUENCE, format_der
from ledger.tlog import timestamp
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.timestamp import (
    ACCURACY_LIMIT,
    AUTHORITY_LIMIT,
    ROOTS,
    ROOTS_LIMIT,
    TIMESTAMP_LIMIT,
    check_authority_name,
    format_request,
    format_roots,
    imprint,
    open_timestamp,
    parse_roots,
)
from tests.unit.tlog.stamping import AT, DIGEST, POLICY, SHA512, Answer, certificate, pem, root

pytest.importorskip("rfc3161_client", reason="the extra timestamp is not installed")

STAMPING, SIGNING = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING
MIDDLE = certificate("Middle", is_ca=True, serial=3)


def opened(answer: Answer) -> timestamp.Timestamp:
    """Return an answer to the request that the tests make."""
    return open_timestamp(answer.raw(), digest=DIGEST, roots=[root()], nonce=99, policy=POLICY)


def test_what_is_stamped_is_the_text_of_a_checkpoint() -> None:
    """SHA-256 over origin, size and root, a line each, and nothing that is under them (decision 12)."""
    text = b"example.com/log\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    assert imprint(Checkpoint("example.com/log", 7, Hash(b"\x01" * 32))) == hashlib.sha256(text).digest()


def test_request_is_that_of_the_specification() -> None:
    """Version 1, the imprint by SHA-256, policy, nonce, and that the certificate is wanted (RFC 3161 §2.4.1)."""
    digest = bytes(range(32))
    algorithm = "300d06096086480165030402010500"
    assert format_request(digest, nonce=77).hex() == (
        "303c" + "020101" + "3031" + algorithm + "0420" + digest.hex() + "02014d" + "0101ff"
    )
    assert format_request(digest, nonce=77, policy="1.2.3").hex() == (
        "3040" + "020101" + "3031" + algorithm + "0420" + digest.hex() + "06022a03" + "02014d" + "0101ff"
    )


def test_timestamp_says_when_under_which_policy_and_by_whom() -> None:
    """A verified timestamp has its time, its accuracy, its policy, its number and the subject that signed."""
    found = opened(Answer())
    assert (found.at, found.accuracy) == (AT, timedelta(seconds=1, milliseconds=500))
    assert (found.policy, found.serial, found.authority) == (POLICY, 41, "CN=TSA")
    assert found.raw == Answer().raw()


# Time and accuracy as written, the latest second, the accuracy in words. All by hand.
TIMES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "accuracy is added and rounded up": ({"accuracy": (1, 500, None)}, "2026-03-01T12:00:02Z", "1.5"),
    "accuracy in whole seconds": ({"accuracy": (2, None, None)}, "2026-03-01T12:00:02Z", "2"),
    "accuracy of a microsecond": ({"accuracy": (None, None, 1)}, "2026-03-01T12:00:01Z", "0.000001"),
    "accuracy with no part is zero": ({"accuracy": (None, None, None)}, "2026-03-01T12:00:00Z", "0"),
    "no accuracy is said": ({"accuracy": None}, "2026-03-01T12:00:00Z", None),
    "fraction of a second": ({"accuracy": None, "time": b"20260301120000.5Z"}, "2026-03-01T12:00:01Z", None),
    "fraction and accuracy": (
        {"accuracy": (None, 500, None), "time": b"20260301115959.5Z"}, "2026-03-01T12:00:00Z", "0.5",
    ),
    "fraction finer than we count": (
        {"accuracy": None, "time": b"20260301120000.0000001Z"}, "2026-03-01T12:00:01Z", None,
    ),
    "coarsest accuracy": ({"accuracy": (86_400, None, None)}, "2026-03-02T12:00:00Z", "86400"),
    "last second of a year": ({"accuracy": (1, None, None), "time": b"20260228235959Z"}, "2026-03-01T00:00:00Z", "1"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "latest", "accuracy"), TIMES.values(), ids=TIMES)
def test_latest_moment_takes_accuracy_into_account(changes: dict[str, Any], latest: str, accuracy: str | None) -> None:
    """Not after: the time named, with its fraction, and the accuracy that the authority says (RFC 3161 §2.4.2)."""
    signer = certificate("TSA", start=AT - timedelta(days=9), stop=AT + timedelta(days=9))
    found = opened(Answer(signer=signer).with_(**changes))
    assert (found.not_after, found.accuracy_text) == (latest, accuracy)


ACCEPTED: dict[str, dict[str, Any]] = {
    "the certificate named by SHA-1, as of old": {"named_sha1": True},
    "a certificate that begins at the second of the stamp": {"signer": certificate("TSA", start=AT)},
    "a certificate that ends a second after it": {"signer": certificate("TSA", stop=AT + timedelta(seconds=1))},
    "an intermediate that comes along": {
        "signer": certificate("TSA", "Middle"), "sent": (certificate("TSA", "Middle"), MIDDLE),
    },
    "certificates in the other order": {
        "signer": certificate("TSA", "Middle"), "sent": (MIDDLE, certificate("TSA", "Middle")),
    },
    "the root that comes along": {"sent": (root(), certificate("TSA"))},
}  # fmt: skip


@pytest.mark.parametrize("changes", ACCEPTED.values(), ids=ACCEPTED)
def test_what_authorities_do_is_accepted(changes: dict[str, Any]) -> None:
    """Several certificates in whatever order, and both ways of naming the one that signed, verify."""
    assert opened(Answer().with_(**changes)).at == AT


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another digest": ({"digest": bytes(32)}, "something else"),
    "another hash algorithm": ({"algorithm": SHA512}, "not over a SHA-256"),
    "another hash, whole": ({"algorithm": SHA512, "digest": bytes(64)}, "not over a SHA-256"),
    "an old answer": ({"nonce": 98}, "old answer"),
    "no nonce": ({"nonce": None}, "old answer"),
    "another policy": ({"policy": "1.2.3"}, "under the policy 1.2.3"),
    "a refusal": ({"status": 2, "said": "no such policy"}, r"no timestamp \(no such policy\)"),
    "granted with changes": ({"status": 1}, "no timestamp"),
    "waiting": ({"status": 3}, "no timestamp"),
    "an expired certificate": ({"signer": certificate("TSA", stop=AT - timedelta(seconds=1))}, "has expired"),
    "a certificate that ends that second": ({"signer": certificate("TSA", stop=AT)}, "has expired"),
    "a certificate of later": ({"signer": certificate("TSA", start=AT + timedelta(seconds=1))}, "not yet valid"),
    "no purpose": ({"signer": certificate("TSA", usage=None)}, "purpose"),
    "a purpose that is not critical": ({"signer": certificate("TSA", critical=False)}, "purpose"),
    "another purpose": ({"signer": certificate("TSA", usage=(SIGNING,))}, "purpose"),
    "a second purpose": ({"signer": certificate("TSA", usage=(STAMPING, SIGNING))}, "purpose"),
    "another authority's root": ({"signer": certificate("TSA", "Elsewhere")}, "issuer"),
    "a certificate signed by no authority": (
        {"signer": certificate("TSA", "Clerk"), "sent": (certificate("TSA", "Clerk"), certificate("Clerk", serial=5))},
        "invalid CA",
    ),
    "an intermediate that is missing": ({"signer": certificate("TSA", "Middle")}, "issuer"),
    "a thief's key": ({"key_name": "Thief"}, "does not verify"),
    "a signature over something else": ({"is_broken": True}, "does not verify"),
    "no certificate": ({"sent": ()}, "signer certificate not found"),
    "another certificate": ({"sent": (certificate("Other"),)}, "does not verify"),
    "no signature": ({"signatures": 0}, "signer"),
    "two signatures": ({"signatures": 2}, "one SignerInfo"),
    "a certificate that is not named": ({"is_named": False}, "does not name"),
    "another certificate named": ({"named": certificate("Other")}, "does not name"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_timestamp_that_does_not_verify_is_refused(changes: dict[str, Any], reason: str) -> None:
    """One thing wrong is enough, and the sentence names it (RFC 3161 §2.3, §2.4.2; RFC 5280; RFC 5035)."""
    with pytest.raises(RefusedError, match=reason):
        opened(Answer().with_(**changes))


MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "a month that is none": ({"time": b"20261301120000Z"}, "not a timestamp"),
    "a local time": ({"time": b"20260301120000"}, "not a timestamp"),
    "a fraction that ends in zero": ({"time": b"20260301120000.50Z"}, "not a timestamp"),
    "the year nought": ({"time": b"00000301120000Z"}, "not a timestamp"),
    "the last year": ({"time": b"99991231235959Z"}, "out of range"),
    "before there were clocks": ({"time": b"19691231235959Z"}, "out of range"),
    "an accuracy beyond a day": ({"accuracy": (86_400, 1, None)}, "accuracy is out of range"),
    "an accuracy beyond all": ({"accuracy": (10**30, None, None)}, "not a timestamp"),
    "signed data of another kind": ({"content": "1.2.840.113549.1.7.1"}, "not about a time"),
}


@pytest.mark.parametrize(("changes", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_timestamp_is_malformed(changes: dict[str, Any], reason: str) -> None:
    """What cannot be read as RFC 3161 has it is malformed, and never a foreign exception."""
    with pytest.raises(MalformedError, match=reason):
        opened(Answer().with_(**changes))


BYTES = {
    "nothing": b"",
    "text": b"<html>no</html>",
    "another value": format_der(SEQUENCE),
    "a byte more": Answer().raw() + b"\x00",
    "a byte less": Answer().raw()[:-1],
    "a second answer": Answer().raw() * 2,
    "a token alone": Answer().token(),
    "deep nesting": b"\x30\x80" * 2000,
    "BER": b"\x30\x80" + Answer().raw()[4:] + b"\x00\x00",
}


@pytest.mark.parametrize("raw", BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_answer_are_malformed(raw: bytes) -> None:
    """Nothing may follow, nothing be missing, and no other spelling be used."""
    with pytest.raises(MalformedError):
        open_timestamp(raw, digest=DIGEST, roots=[root()])


@pytest.mark.parametrize(
    ("size", "is_read"), [(TIMESTAMP_LIMIT - 1, True), (TIMESTAMP_LIMIT, True), (TIMESTAMP_LIMIT + 1, False)]
)
def test_size_is_bounded(size: int, is_read: bool) -> None:
    """One byte more than the limit is refused for its size; up to it, for what it is."""
    raw = format_der(SEQUENCE, b"\x04\x82" + (size - 8).to_bytes(2, "big") + bytes(size - 8))
    assert len(raw) == size
    with pytest.raises(MalformedError, match="form of RFC 3161" if is_read else "is the most"):
        open_timestamp(raw, digest=DIGEST, roots=[root()])


def test_every_byte_flipped_is_refused_or_means_the_same() -> None:
    """A changed byte never changes time, digest, accuracy or signer, and never gives a foreign exception.

    CMS leaves a few bytes outside of every signature: a version, the names of algorithms said twice.
    """
    raw = Answer().raw()
    true = open_timestamp(raw, digest=DIGEST, roots=[root()])
    accepted = 0
    for place in range(len(raw)):
        for change in (0x01, 0x80):
            changed = raw[:place] + bytes([raw[place] ^ change]) + raw[place + 1 :]
            try:
                found = open_timestamp(changed, digest=DIGEST, roots=[root()])
            except PledgerError:
                continue
            accepted += 1
            assert (found.at, found.accuracy, found.authority) == (true.at, true.accuracy, true.authority)
    assert accepted < 40


def test_timestamp_without_a_root_is_refused() -> None:
    """Nobody vouches for an authority of which no root is given."""
    with pytest.raises(RefusedError, match="No root"):
        open_timestamp(Answer().raw(), digest=DIGEST, roots=[])


def test_without_the_extra_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What verifies timestamps is an extra; without it the sentence says what to install."""
    import_module = builtins.__import__

    def lacking(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("rfc3161_client"):
            raise ImportError(name)
        return import_module(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "rfc3161_client", raising=False)
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(UnavailableError, match="rfc3161-client is not installed"):
        open_timestamp(Answer().raw(), digest=DIGEST, roots=[root()])


# --- roots and names --------------------------------------------------------------------------------------------------


def test_roots_are_read_as_they_were_written() -> None:
    """A file may hold several certificates, as an authority rolls its root over."""
    both = (root(), certificate("Next", "Next", is_ca=True, serial=2))
    assert parse_roots(pem(*both), what="it") == both
    assert format_roots(both) == pem(*both)
    assert open_timestamp(Answer().raw(), digest=DIGEST, roots=both).at == AT


ROOT_FILES = {
    "nothing": (b"", "does not hold certificates"),
    "text": (b"hello", "does not hold certificates"),
    "a broken one": (pem(root()).replace(b"MII", b"MIJ"), "does not hold certificates"),
    "one too many": (pem(root()) * (ROOTS + 1), "is the most"),
    "a byte too many": (b" " * (ROOTS_LIMIT + 1), "more than"),
}


@pytest.mark.parametrize(("raw", "reason"), ROOT_FILES.values(), ids=ROOT_FILES)
def test_file_without_roots_is_malformed(raw: bytes, reason: str) -> None:
    """A file of roots holds at least one certificate and at most 32, in PEM."""
    with pytest.raises(MalformedError, match=reason):
        parse_roots(raw, what="The file")


def test_most_roots_that_are_read() -> None:
    """As many as the limit are read."""
    assert len(parse_roots(pem(root()) * ROOTS, what="it")) == ROOTS


@pytest.mark.parametrize("name", ["a", "tsa.example", "tsa-2.example", "a" * AUTHORITY_LIMIT])
def test_name_that_files_can_have(name: str) -> None:
    """Names are lower-case words with dots and hyphens between them."""
    assert check_authority_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "A", "a b", ".", "a.", "-a", "a..b", "../a", "a/b", "a:8", "ä", "a" * (AUTHORITY_LIMIT + 1)]
)
def test_name_that_no_file_can_have_is_refused(name: str) -> None:
    """Nothing hidden, no way up, no blank, and no more than 60 characters."""
    with pytest.raises(MalformedError, match="does not name an authority"):
        check_authority_name(name)


def test_accuracy_limit_is_a_day() -> None:
    """An authority that is off by more than a day tells no time."""
    assert timedelta(days=1) == ACCURACY_LIMIT
    assert datetime(2026, 3, 1, 12, tzinfo=UTC) == AT
