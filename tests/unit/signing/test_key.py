"""How keys are read, named, kept and used (design §2.2)."""

import copy
import pickle
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ledger.errors import MalformedError, RefusedError
from ledger.signing.canonical import decode_base64url, encode_base64url
from ledger.signing.key import ALGORITHMS, SIGNATURE_SIZE, Algorithm, PrivateKey, PublicKey, thumbprint

SEED = bytes(range(1, 33))
MESSAGE = b"five million tonnes"

# The order of the group that Ed25519 and P-256 compute in: RFC 8032 §5.1, FIPS 186-5 (SP 800-186 §3.2.1.3).
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 2**255 - 19

every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def key(algorithm: Algorithm = "Ed25519") -> PrivateKey:
    """A fixed key."""
    return PrivateKey.from_seed(algorithm, SEED)


@pytest.mark.usefixtures("verifier")
@every_algorithm
def test_a_signature_verifies_for_its_message_and_key_alone(algorithm: Algorithm) -> None:
    """A signature is good for one message and one key (design §2.2)."""
    signature = key(algorithm).sign(MESSAGE)
    public = key(algorithm).public
    other = PrivateKey.from_seed(algorithm, bytes(31) + b"\x07").public
    assert len(signature) == SIGNATURE_SIZE[algorithm]
    assert public.verify(signature, MESSAGE)
    assert not public.verify(signature, MESSAGE + b".")
    assert not other.verify(signature, MESSAGE)


@pytest.mark.usefixtures("verifier")
@every_algorithm
def test_a_broken_signature_is_a_no_and_never_an_error(algorithm: Algorithm) -> None:
    """``verify`` answers whatever it is given (style §4: verify answers, parse raises)."""
    public = key(algorithm).public
    good = key(algorithm).sign(MESSAGE)
    size = SIGNATURE_SIZE[algorithm]
    for bad in (b"", b"\x00", good[:-1], good + b"\x00", bytes(size), b"\xff" * size, good[::-1]):
        assert not public.verify(bad, MESSAGE)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_the_same_message_gets_the_same_signature(algorithm: Algorithm) -> None:
    """Ed25519 and ES256 sign without randomness (RFC 8032 §5.1.6, RFC 6979)."""
    assert key(algorithm).sign(MESSAGE) == key(algorithm).sign(MESSAGE)


def test_es256_signs_as_rfc_6979_says() -> None:
    """The signature of "sample" is the one of RFC 6979 appendix A.2.5 (P-256, SHA-256)."""
    secret = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    assert PrivateKey.from_seed("ES256", secret).sign(b"sample") == bytes.fromhex(r + s)


def test_ed25519_has_no_second_spelling_of_a_signature() -> None:
    """S plus the group's order is the same number to a lax verifier, and is refused (RFC 8032 §5.1.7)."""
    signature = key().sign(MESSAGE)
    s = int.from_bytes(signature[32:], "little")
    assert s < ED25519_ORDER
    for multiple in range(1, 15):
        lax = s + multiple * ED25519_ORDER
        assert not key().public.verify(signature[:32] + lax.to_bytes(32, "little"), MESSAGE)


def test_es256_takes_the_negated_s_as_its_standard_does() -> None:
    """RFC 7518 §3.4 does not ask for a low S, so a repeat is told by its payload and not by its signature (§2.2)."""
    signature = key("ES256").sign(MESSAGE)
    s = int.from_bytes(signature[32:], "big")
    assert key("ES256").public.verify(signature[:32] + (P256_ORDER - s).to_bytes(32, "big"), MESSAGE)


def test_es256_signature_in_der_is_refused() -> None:
    """JOSE writes r and s bare, 32 bytes each (RFC 7518 §3.4)."""
    secret = ec.derive_private_key(int.from_bytes(SEED, "big"), ec.SECP256R1())
    from cryptography.hazmat.primitives.hashes import SHA256

    assert not key("ES256").public.verify(secret.sign(MESSAGE, ec.ECDSA(SHA256())), MESSAGE)


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (0, 0), (P256_ORDER, 1), (1, P256_ORDER), (2**256 - 1, 1)])
def test_es256_numbers_outside_the_group_are_refused(r: int, s: int) -> None:
    """Both numbers lie between 1 and the group's order (FIPS 186-5 §6.4.2)."""
    assert not key("ES256").public.verify(r.to_bytes(32, "big") + s.to_bytes(32, "big"), MESSAGE)


@every_algorithm
def test_a_jwk_and_its_key_are_each_others_inverse(algorithm: Algorithm) -> None:
    """A public key is written as the required members of its JWK and read back equal (RFC 7517)."""
    public = key(algorithm).public
    again = PublicKey.from_jwk(public.jwk)
    assert again == public
    assert hash(again) == hash(public)
    assert again.kid == thumbprint(public.jwk) == public.kid
    assert PublicKey.from_raw(algorithm, public.raw) == public
    assert again.verify(key(algorithm).sign(MESSAGE), MESSAGE)


def jwk(algorithm: Algorithm = "Ed25519", **changes: Any) -> dict[str, Any]:
    """A good JWK with some members changed; a member changed to None is taken out."""
    changed: dict[str, Any] = {**key(algorithm).public.jwk, **changes}
    return {name: value for name, value in changed.items() if value is not None}


X = jwk()["x"]
EC_X, EC_Y = jwk("ES256")["x"], jwk("ES256")["y"]

BAD_JWKS: dict[str, tuple[Any, str]] = {
    "text": ("OKP", "The JWK of the new key is not an object"),
    "an array": ([], "not an object"),
    "nothing in it": ({}, "kind of the new key is not known"),
    "no key type": (jwk(kty=None), "kind of the new key is not known"),
    "a key type that is not text": (jwk(kty=1), "kind of the new key is not known"),
    "a key type in small letters": (jwk(kty="okp"), "kind of the new key is not known"),
    "a private member": (jwk(d=X), "not exactly crv, kty, x"),
    "a private member of ML-DSA": (jwk("ML-DSA-44", priv=X), "not exactly alg, kty, pub"),
    "a key identifier": (jwk(kid="mine"), "not exactly"),
    "an algorithm beside OKP": (jwk(alg="Ed25519"), "not exactly"),
    "a missing x": (jwk(x=None), "not exactly"),
    "an x that is a number": (jwk(x=5), "not text"),
    "X25519": (jwk(crv="X25519"), "kind of the new key is not known"),
    "Ed448": (jwk(crv="Ed448"), "kind of the new key is not known"),
    "P-384": (jwk("ES256", crv="P-384"), "kind of the new key is not known"),
    "secp256k1": (jwk("ES256", crv="secp256k1"), "kind of the new key is not known"),
    "ML-DSA-65": (jwk("ML-DSA-44", alg="ML-DSA-65"), "kind of the new key is not known"),
    "RSA": ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "kind of the new key is not known"),
    "a shared secret": ({"kty": "oct", "k": "AQAB"}, "kind of the new key is not known"),
    "padding": (jwk(x=X + "="), "base64url text of x of the new key"),
    "stray bits": (jwk(x=X[:-1] + "B"), "base64url text of x of the new key"),
    "31 bytes": (jwk(x=encode_base64url(bytes(31))), "is 31 bytes where it takes 32"),
    "33 bytes": (jwk(x=encode_base64url(bytes(33))), "is 33 bytes where it takes 32"),
    "a coordinate without its leading zero": (jwk("ES256", x=encode_base64url(bytes(31))), "keep leading zeros"),
    "a coordinate that is too long": (jwk("ES256", y=encode_base64url(bytes(33))), "y of the new key is 33 bytes"),
    "coordinates exchanged": (jwk("ES256", x=EC_Y, y=EC_X), "not a point of its curve"),
    "the origin": (jwk("ES256", x=encode_base64url(bytes(32)), y=encode_base64url(bytes(32))), "not a point"),
    "a coordinate beyond the prime": (jwk("ES256", x=encode_base64url(b"\xff" * 32)), "not a point"),
    "an ML-DSA-65 key as ML-DSA-44": (jwk("ML-DSA-44", pub=encode_base64url(bytes(1952))), "is 1952 bytes"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_JWKS.values(), ids=BAD_JWKS.keys())
def test_a_key_is_read_strictly(bad: Any, reason: str) -> None:
    """Exactly the required members, each in its one spelling and of its one size (design §2.2)."""
    with pytest.raises(MalformedError) as caught:
        PublicKey.from_jwk(bad, what="the new key")
    assert reason in caught.value.message


def point(y: int, sign: int = 0) -> bytes:
    """The encoding of a y-coordinate and the sign of x (RFC 8032 §5.1.2)."""
    return (y | sign << 255).to_bytes(32, "little")


# Every encoding of a point whose order divides 8, canonical or not, from libsodium's list of them.
Y8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
WEAK: dict[str, tuple[bytes, str]] = {
    "the neutral element": (point(1), "small order"),
    "the neutral element with a sign": (point(1, 1), "small order"),
    "order 2": (point(PRIME - 1), "small order"),
    "order 2 with a sign": (point(PRIME - 1, 1), "small order"),
    "order 4": (point(0), "small order"),
    "order 4, the other": (point(0, 1), "small order"),
    "order 8": (point(Y8), "small order"),
    "order 8, the second": (point(Y8, 1), "small order"),
    "order 8, the third": (point(PRIME - Y8), "small order"),
    "order 8, the fourth": (point(PRIME - Y8, 1), "small order"),
    "zero plus the prime": (point(PRIME), "canonical"),
    "zero plus the prime with a sign": (point(PRIME, 1), "canonical"),
    "one plus the prime": (point(PRIME + 1), "canonical"),
    "one plus the prime with a sign": (point(PRIME + 1, 1), "canonical"),
    "the largest encoding": (b"\xff" * 32, "canonical"),
    "a y that is on no point": (point(2), "not a point of the curve"),
    "a y that is on no point, with a sign": (point(2, 1), "not a point of the curve"),
}


@pytest.mark.parametrize(("raw", "reason"), WEAK.values(), ids=WEAK.keys())
def test_weak_ed25519_keys_are_refused(raw: bytes, reason: str) -> None:
    """Small-order and non-canonical Ed25519 keys are refused at registration (design §2.2)."""
    with pytest.raises(MalformedError, match=reason):
        PublicKey.from_raw("Ed25519", raw)


def times_eight(y: int) -> tuple[int, int, int]:
    """Eight times a point of edwards25519 with this y, in projective coordinates (x : y : z); RFC 8032 §5.1.4."""
    d = -121665 * pow(121666, -1, PRIME)
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if (x * x - square) % PRIME == 0 else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert (x * x - square) % PRIME == 0
    z = 1
    for _ in range(3):
        # (x1y2 + x2y1) / (1 + dx1x2y1y2), (y1y2 + x1x2) / (1 - dx1x2y1y2): the curve's own law, a point with itself.
        x, y = x * pow(z, -1, PRIME), y * pow(z, -1, PRIME)
        t = d * x * x * y * y % PRIME
        x, y, z = 2 * x * y * (1 - t) % PRIME, (y * y + x * x) * (1 + t) % PRIME, (1 + t) * (1 - t) % PRIME
    return x, y, z


@pytest.mark.parametrize("y", [0, 1, PRIME - 1, Y8, PRIME - Y8])
def test_the_listed_points_have_small_order(y: int) -> None:
    """Each listed y, times eight, is the neutral element (0, 1): computed here from the curve's own law."""
    x, y_out, z = times_eight(y)
    assert x == 0
    assert y_out == z


def test_a_good_key_is_not_of_small_order() -> None:
    """The check of the list above would notice a point of large order."""
    raw = key().public.raw
    x, _, _ = times_eight(int.from_bytes(raw, "little") & (2**255 - 1))
    assert x != 0


def test_thumbprint_takes_the_required_members_only() -> None:
    """Other members do not change a key's name (RFC 7638 §3.2)."""
    assert thumbprint({**jwk(), "use": "sig", "kid": "x", "alg": "Ed25519"}) == key().kid
    assert len(decode_base64url(key().kid, what="kid")) == 32


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({}, "member kty"),
        ({"kty": "XYZ"}, "member kty"),
        ({"kty": ["OKP"]}, "member kty"),
        ({"kty": "OKP", "crv": "Ed25519"}, "member x of the key is missing"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": 1}, "member y of the key is missing or not text"),
        ({"kty": "AKP", "pub": "AA"}, "member alg"),
    ],
)
def test_thumbprint_needs_every_required_member(bad: dict[str, Any], reason: str) -> None:
    """A JWK without a required member has no name (RFC 7638 §3.2)."""
    with pytest.raises(MalformedError, match=reason):
        thumbprint(bad)


@every_algorithm
def test_a_private_key_survives_its_pem(algorithm: Algorithm) -> None:
    """PKCS#8 PEM goes out and comes in, with a passphrase and without (RFC 5958)."""
    plain = key(algorithm).to_pem()
    sealed = key(algorithm).to_pem(passphrase=b"open sesame")
    assert plain.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert sealed.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    for again in (PrivateKey.from_pem(plain), PrivateKey.from_pem(sealed, passphrase=b"open sesame")):
        assert again.kid == key(algorithm).kid
        assert again.algorithm == algorithm
        assert key(algorithm).public.verify(again.sign(MESSAGE), MESSAGE)


def foreign_pem(secret: Any) -> bytes:
    """The PKCS#8 PEM of a key of another kind."""
    made: bytes = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


PLAIN = key().to_pem()
SEALED = key().to_pem(passphrase=b"right")
SEC1 = ec.derive_private_key(7, ec.SECP256R1()).private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
)

BAD_PEMS: dict[str, tuple[bytes, bytes | None, type[Exception], str]] = {
    "nothing": (b"", None, MalformedError, "not a PKCS#8 private key"),
    "a JWK": (b'{"kty":"OKP"}', None, MalformedError, "not a PKCS#8 private key"),
    "a public key": (b"-----BEGIN PUBLIC KEY-----\n", None, MalformedError, "not a PKCS#8 private key"),
    "the older form of an EC key": (SEC1, None, MalformedError, "not a PKCS#8 private key"),
    "a text cut short": (PLAIN[:60], None, MalformedError, "content of operator.pem cannot be read"),
    "rubbish inside": (PLAIN.replace(b"MC4C", b"AAAA"), None, MalformedError, "cannot be read"),
    "P-384": (foreign_pem(ec.derive_private_key(7, ec.SECP384R1())), None, MalformedError, "of another kind"),
    "a wrong passphrase": (SEALED, b"wrong", RefusedError, "passphrase does not open operator.pem"),
    "an empty passphrase": (SEALED, b"", RefusedError, "passphrase does not open"),
    "a missing passphrase": (SEALED, None, RefusedError, "A passphrase protects operator.pem; give it"),
    "a passphrase too many": (PLAIN, b"right", RefusedError, "No passphrase protects operator.pem; leave it out"),
}


@pytest.mark.parametrize(("raw", "passphrase", "error", "reason"), BAD_PEMS.values(), ids=BAD_PEMS.keys())
def test_a_key_file_is_refused_with_its_reason(
    raw: bytes, passphrase: bytes | None, error: type[Exception], reason: str
) -> None:
    """What cannot be opened says why, and no foreign exception comes out (style §7)."""
    with pytest.raises(error, match=reason):
        PrivateKey.from_pem(raw, passphrase=passphrase, what="operator.pem")


def public_pem(public: Any) -> bytes:
    """The PEM of a public key as others export it."""
    made: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


@every_algorithm
def test_a_public_key_in_pem_is_the_key(algorithm: Algorithm) -> None:
    """What OpenSSL and security modules export names the same key as its JWK (RFC 5280 §4.1.2.7)."""
    exported = public_pem(load_pem_private_key(key(algorithm).to_pem(), None).public_key())
    assert PublicKey.from_pem(exported) == key(algorithm).public


BAD_PUBLIC_PEMS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a public key in PEM"),
    "a JWK": (b'{"kty":"OKP"}', "not a public key in PEM"),
    "a private key": (PLAIN, "not a public key in PEM"),
    "a text cut short": (b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n", "not a public key in PEM"),
    "rubbish inside": (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "not a public key in PEM"),
    "P-384": (public_pem(ec.derive_private_key(7, ec.SECP384R1()).public_key()), "kind of the new key is not known"),
    "X25519": (public_pem(x25519.X25519PrivateKey.from_private_bytes(SEED).public_key()), "kind of the new key"),
    "RSA": (public_pem(rsa.generate_private_key(65537, 2048).public_key()), "kind of the new key is not known"),
}


@pytest.mark.parametrize(("raw", "reason"), BAD_PUBLIC_PEMS.values(), ids=BAD_PUBLIC_PEMS.keys())
def test_another_public_key_in_pem_is_refused(raw: bytes, reason: str) -> None:
    """Only the three algorithms of design §2.2, and no foreign exception (style §7)."""
    with pytest.raises(MalformedError, match=reason):
        PublicKey.from_pem(raw, what="the new key")


def test_an_rsa_key_is_of_another_kind() -> None:
    """Only the three algorithms of design §2.2 sign."""
    prime_p, prime_q = 2**521 - 1, 2**607 - 1
    modulus, phi = prime_p * prime_q, (prime_p - 1) * (prime_q - 1)
    exponent = pow(65537, -1, phi)
    numbers = rsa.RSAPrivateNumbers(
        prime_p,
        prime_q,
        exponent,
        rsa.rsa_crt_dmp1(exponent, prime_p),
        rsa.rsa_crt_dmq1(exponent, prime_q),
        rsa.rsa_crt_iqmp(prime_p, prime_q),
        rsa.RSAPublicNumbers(65537, modulus),
    )
    with pytest.raises(MalformedError, match="of another kind than Ed25519, ES256, ML-DSA-44"):
        PrivateKey.from_pem(foreign_pem(numbers.private_key()))


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1024])
def test_a_passphrase_that_openssl_cannot_use_is_refused(passphrase: bytes) -> None:
    """An empty passphrase would look like protection and be none."""
    with pytest.raises(RefusedError, match="empty or longer than 1023 bytes"):
        key().to_pem(passphrase=passphrase)


@every_algorithm
def test_a_private_key_prints_its_name_only(algorithm: Algorithm) -> None:
    """No representation of a private key shows a secret (design §2.2)."""
    shown = f"{key(algorithm)!r} {key(algorithm)} {[key(algorithm)]}"
    assert shown.count(key(algorithm).kid) == 3
    assert SEED.hex() not in shown
    assert encode_base64url(SEED) not in shown
    assert "object at" not in shown


def test_a_private_key_is_not_copied_by_accident() -> None:
    """Pickling would write a secret where nobody looks for one."""
    with pytest.raises(TypeError, match="write it with to_pem"):
        pickle.dumps(key())
    with pytest.raises(TypeError, match="write it with to_pem"):
        copy.deepcopy(key())


@every_algorithm
def test_a_public_key_travels_between_processes(algorithm: Algorithm) -> None:
    """Signatures are checked in several processes (performance), so a public key can be pickled."""
    public = key(algorithm).public
    again = pickle.loads(pickle.dumps(public))  # noqa: S301 — our own bytes
    assert again == public
    assert again.verify(key(algorithm).sign(MESSAGE), MESSAGE)


@every_algorithm
def test_generated_keys_differ(algorithm: Algorithm) -> None:
    """A new key is new each time, and of the kind asked for."""
    one, two = PrivateKey.generate(algorithm), PrivateKey.generate(algorithm)
    assert one.kid != two.kid
    assert one.algorithm == algorithm
    assert one.public.verify(one.sign(MESSAGE), MESSAGE)


BAD_SEEDS: dict[str, tuple[Algorithm, bytes, str]] = {
    "short for Ed25519": ("Ed25519", bytes(31), "31 bytes where it takes 32"),
    "long for ML-DSA-44": ("ML-DSA-44", bytes(33), "33 bytes where it takes 32"),
    "empty for ES256": ("ES256", b"", "0 bytes where it takes 32"),
    "zero for ES256": ("ES256", bytes(32), "not a scalar"),
    "the group's order for ES256": ("ES256", P256_ORDER.to_bytes(32, "big"), "not a scalar"),
}


@pytest.mark.parametrize(("algorithm", "seed", "reason"), BAD_SEEDS.values(), ids=BAD_SEEDS.keys())
def test_a_seed_is_32_bytes_within_the_group(algorithm: Algorithm, seed: bytes, reason: str) -> None:
    """A seed that determines no key is malformed (SEC 1 §3.2.1)."""
    with pytest.raises(MalformedError, match=reason):
        PrivateKey.from_seed(algorithm, seed)


def test_the_library_agrees_on_the_public_key() -> None:
    """The public key of a seed is the one that the library derives (RFC 8032 §5.1.5)."""
    theirs = ed25519.Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    assert key().public.raw == theirs
