"""That libsodium is asked only where it cannot change an answer (design §2.2)."""

import sys
from collections.abc import Callable
from hashlib import sha512

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.signing import sodium
from ledger.signing.key import PrivateKey, PublicKey
from ledger.signing.sodium import FORGED, GENUINE, MESSAGE, Sample, is_severe

Point = tuple[int, int]

# edwards25519 by its own law (RFC 8032 §5.1): the prime, d, the group's order, the base point, a point of order 8.
PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME
ORDER = 2**252 + 27742317777372353535851937790883648493
NEUTRAL: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points (RFC 8032 §5.1.4, in affine coordinates)."""
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, PRIME) % PRIME
    return x, (y1 * y2 + x1 * x2) * pow(1 - t, -1, PRIME) % PRIME


def times(factor: int, point: Point) -> Point:
    """Return a multiple of a point."""
    total = NEUTRAL
    while factor:
        total = add(total, point) if factor & 1 else total
        point, factor = add(point, point), factor >> 1
    return total


def on_curve(y: int) -> Point:
    """Return the point with this y whose x is even (RFC 8032 §5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if (x * x - square) % PRIME == 0 else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert (x * x - square) % PRIME == 0
    return (PRIME - x if x & 1 else x), y


def encoded(point: Point) -> bytes:
    """Return the encoding of a point (RFC 8032 §5.1.2)."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE = on_curve(4 * pow(5, -1, PRIME) % PRIME)
EIGHT = on_curve(
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
)
SECRET, NONCE = 12345678901234567890, 987654321


def challenge(r: bytes, key: bytes) -> int:
    """Return the hash that a signature answers (RFC 8032 §5.1.6 step 4)."""
    return int.from_bytes(sha512(r + key + MESSAGE).digest(), "little") % ORDER


def made(*, key: Point, r: Point, nonce: int = NONCE, beyond: int = 0) -> Sample:
    """Return a signature whose S answers with the secret, whatever stands in the points (RFC 8032 §5.1.6)."""
    name, first = encoded(key), encoded(r)
    s = (nonce + challenge(first, name) * SECRET) % ORDER + beyond
    return Sample(name, first + s.to_bytes(32, "little"))


KEY, R = times(SECRET, BASE), times(NONCE, BASE)


def test_the_samples_are_what_they_are_called() -> None:
    """Each sample is made again from its secrets by the curve's own law (RFC 8032 §5.1)."""
    assert times(8, EIGHT) == NEUTRAL
    assert times(4, EIGHT) != NEUTRAL
    assert made(key=KEY, r=R) == GENUINE
    assert {
        "R has a part of order 8": made(key=KEY, r=add(R, EIGHT)),
        "the key has a part of order 8": made(key=add(KEY, EIGHT), r=R),
        "S is beyond the group's order": made(key=KEY, r=R, beyond=ORDER),
        "S is zero": Sample(GENUINE.key, encoded(R) + bytes(32)),
    } == FORGED


@pytest.mark.parametrize("name", ["R has a part of order 8", "the key has a part of order 8"])
def test_a_verifier_with_the_cofactor_would_accept_them(name: str) -> None:
    """8·S·B = 8·R + 8·h·A holds for the first two, and without the eights it does not (RFC 8032 §5.1.7)."""
    sample = FORGED[name]
    key = KEY if sample.key == encoded(KEY) else add(KEY, EIGHT)
    r = R if sample.signature[:32] == encoded(R) else add(R, EIGHT)
    left = times(int.from_bytes(sample.signature[32:], "little"), BASE)
    right = add(r, times(challenge(sample.signature[:32], sample.key), key))
    assert left != right
    assert times(8, left) == times(8, right)


@pytest.mark.parametrize("sample", FORGED.values(), ids=FORGED.keys())
def test_openssl_refuses_every_sample(sample: Sample) -> None:
    """What libsodium is tried with is what the verifier it stands in for refuses."""
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(sample.key).verify(sample.signature, MESSAGE)
    Ed25519PublicKey.from_public_bytes(GENUINE.key).verify(GENUINE.signature, MESSAGE)


@pytest.mark.usefixtures("verifier")
@pytest.mark.parametrize("sample", FORGED.values(), ids=FORGED.keys())
def test_a_key_refuses_every_sample_whoever_is_asked(sample: Sample) -> None:
    """No answer depends on what is installed (design §2.2)."""
    key = PublicKey.from_raw("Ed25519", sample.key)
    assert not key.verify(sample.signature, MESSAGE)
    assert PublicKey.from_raw("Ed25519", GENUINE.key).verify(GENUINE.signature, MESSAGE)


@pytest.mark.usefixtures("verifier")
def test_a_signature_that_libsodium_alone_refuses_still_holds() -> None:
    """R of small order passes without the cofactor: OpenSSL has the last word, so both ways it is a yes."""
    sample = made(key=KEY, r=NEUTRAL, nonce=0)
    assert PublicKey.from_raw("Ed25519", sample.key).verify(sample.signature, MESSAGE)


def accepting(*, forged: str) -> Callable[[bytes, bytes], object]:
    """Return a verifier that accepts the genuine signature and one that it should not."""

    def opened(signed: bytes, key: bytes) -> bytes:
        if Sample(key, signed[:64]) not in {GENUINE, FORGED[forged]}:
            raise ValueError("no")
        return signed[64:]

    return opened


@pytest.mark.parametrize("name", FORGED)
def test_a_verifier_that_accepts_too_much_is_not_used(name: str) -> None:
    """One forged sample that passes is enough (RFC 8032 §5.1.7)."""
    assert not is_severe(accepting(forged=name))


def test_a_verifier_that_refuses_everything_is_not_used() -> None:
    """It would only cost time."""

    def opened(_signed: bytes, _key: bytes) -> bytes:
        raise ValueError("no")

    assert not is_severe(opened)


def test_without_libsodium_keys_verify_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyNaCl is an extra: where it is absent, OpenSSL does all of it (style §2)."""
    monkeypatch.setitem(sys.modules, "nacl.bindings", None)
    monkeypatch.setattr(sodium, "_SPARED", iter(()))
    sodium.opener.cache_clear()
    try:
        assert sodium.opener() is None
        key = PrivateKey.from_seed("Ed25519", bytes(range(32)))
        assert key.public.verify(key.sign(MESSAGE), MESSAGE)
        assert not key.public.verify(key.sign(MESSAGE), MESSAGE + b".")
    finally:
        sodium.opener.cache_clear()


def test_where_the_library_itself_is_not_to_be_had_what_pynacl_offers_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its inner module may move from one version to the next; nothing changes by that but the time (style §2)."""
    bindings = pytest.importorskip("nacl.bindings")
    monkeypatch.setitem(sys.modules, "nacl._sodium", None)
    sodium.opener.cache_clear()
    try:
        assert sodium.opener() is bindings.crypto_sign_open
    finally:
        sodium.opener.cache_clear()


@pytest.mark.parametrize(
    ("signed", "key"),
    [
        pytest.param(GENUINE.signature[:63], GENUINE.key, id="shorter than a signature"),
        pytest.param(b"", GENUINE.key, id="nothing"),
        pytest.param(GENUINE.signature + MESSAGE, GENUINE.key[:31], id="short key"),
        pytest.param(GENUINE.signature + MESSAGE, GENUINE.key + b"\0", id="long key"),
        pytest.param(GENUINE.signature + MESSAGE + b".", GENUINE.key, id="other message"),
    ],
)
def test_what_cannot_be_a_signature_is_refused_before_the_library_reads_it(signed: bytes, key: bytes) -> None:
    """The library reads 64 bytes and 32 from where it is pointed, whatever is there (RFC 8032 §5.1.7)."""
    pytest.importorskip("nacl.bindings")
    bare = sodium._bare()
    assert bare is not None
    bare(GENUINE.signature + MESSAGE, GENUINE.key)
    with pytest.raises(ValueError, match="does not hold"):
        bare(signed, key)


def test_the_first_signatures_do_not_load_libsodium(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that verifies a few does not pay for what only many repay."""
    asked: list[int] = []
    monkeypatch.setattr(sodium, "opener", lambda: asked.append(1))
    monkeypatch.setattr(sodium, "_SPARED", iter(range(2)))
    for expected in (0, 0, 1, 2):
        assert not sodium.holds(GENUINE.key, GENUINE.signature, MESSAGE)
        assert len(asked) == expected
