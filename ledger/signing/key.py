"""Keys: what signs, what is checked against, and how a key is named.

A key is Ed25519, ES256 (ECDSA on P-256) or ML-DSA-44, written as a JWK and named by its RFC 7638 thumbprint. Whoever
signs takes a ``Signer``: a private key, or something that asks for signatures elsewhere. Bytes come in and bytes go
out: nothing here opens a file, and nothing ever prints a private key. The one function that needs
randomness is ``PrivateKey.generate``, called from ``runtime`` only; ML-DSA-44 signatures are hedged by the library.
Source: design §2.2; RFC 7517, 7518 §6.2, 7638, 8032, 8037, 9864, 9964; FIPS 204.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, assert_never, get_args

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.signing import sodium
from ledger.signing.canonical import decode_base64url, encode_base64url, format_json
from ledger.signing.encryption import encrypt_pkcs8

Algorithm = Literal["Ed25519", "ES256", "ML-DSA-44"]
"""How a key signs, by its JOSE name (RFC 9864, RFC 7518, RFC 9964)."""

ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)

SIGNATURE_SIZE: Final[Mapping[Algorithm, int]] = {"Ed25519": 64, "ES256": 64, "ML-DSA-44": 2420}
"""Bytes of a signature: RFC 8032 §5.1.6, RFC 7518 §3.4 (r and s, 32 bytes each), FIPS 204 table 2."""

_PUBLIC_SIZE: Final[Mapping[Algorithm, int]] = {"Ed25519": 32, "ES256": 65, "ML-DSA-44": 1312}
_SEED_SIZE: Final = 32

# The members that a thumbprint is taken over, by key type: RFC 7638 §3.2, RFC 8037 §2, RFC 9964 §6.
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "AKP": ("alg", "kty", "pub"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
}

# edwards25519 (RFC 8032 §5.1): the field's prime and the curve's d.
_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _PRIME) % _PRIME

# The y-coordinates, as encoded with the sign bit cleared, of the eight points whose order divides 8: all signatures by
# such a key can be forged. Source: libsodium's blacklist in ge25519_has_small_order, less its encodings beyond the
# prime, which are refused as not canonical; Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs" (2020), table 1.
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(encoding)
    for encoding in (
        "0000000000000000000000000000000000000000000000000000000000000000",  # order 4, both signs
        "0100000000000000000000000000000000000000000000000000000000000000",  # order 1: the neutral element
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8, both signs
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  # order 8, both signs
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # order 2
    )
)

_PublicHandle = Ed25519PublicKey | EllipticCurvePublicKey | MLDSA44PublicKey
_PrivateHandle = Ed25519PrivateKey | EllipticCurvePrivateKey | MLDSA44PrivateKey
_ECDSA: Final = ECDSA(SHA256())


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Return the RFC 7638 thumbprint of a JWK: base64url of the SHA-256 of its required members.

    Raises:
        MalformedError: the key type is unknown, or a required member is missing or not text.
    Source: RFC 7638 §3; for AKP, RFC 9964 §6.
    """
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in _REQUIRED:
        known = ", ".join(sorted(_REQUIRED))
        raise MalformedError(f"The member kty of the key is not one of {known}; name the key's type.")
    members = {name: jwk.get(name) for name in _REQUIRED[kind]}
    for name, value in members.items():
        if not isinstance(value, str):
            raise MalformedError(f"The member {name} of the key is missing or not text; a key of type {kind} needs it.")
    return encode_base64url(hashlib.sha256(format_json(members)).digest())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked against.

    Attributes:
        algorithm: the one algorithm that it was registered with.
        kid: its RFC 7638 thumbprint.
        raw: its bytes: 32 of Ed25519, 65 of P-256 (an uncompressed point, SEC 1 §2.3.3), 1312 of ML-DSA-44.
    """

    algorithm: Algorithm
    kid: str
    raw: bytes = field(repr=False)
    _handle: _PublicHandle = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, algorithm: Algorithm, raw: bytes, *, what: str = "the key") -> "PublicKey":
        """Return the key of these bytes.

        Raises:
            MalformedError: the size is wrong, the point is not on the curve, or the Ed25519 encoding is not canonical
                or of small order.
        Source: design §2.2; RFC 8032 §5.1.3; SEC 1 §3.2.2.1.
        """
        size = _PUBLIC_SIZE[algorithm]
        if len(raw) != size:
            message = f"The {algorithm} key of {what} is {len(raw)} bytes where it takes {size}; send the whole key."
            raise MalformedError(message, what=what)
        if algorithm == "Ed25519":
            _refuse_weak_ed25519(raw, what)
        return cls(algorithm, thumbprint(_jwk(algorithm, raw)), bytes(raw), _public_handle(algorithm, raw, what))

    @classmethod
    def from_jwk(cls, jwk: object, *, what: str = "the key") -> "PublicKey":
        """Return the key of a JWK that has its required members and no others.

        Raises:
            MalformedError: a member is missing, foreign (a private one above all) or misspelt; or as ``from_raw``.
        Source: RFC 8037 §2; RFC 7518 §6.2.1; RFC 9964 §3.
        """
        members = _members(jwk, what)
        match members:
            case {"kty": "OKP", "crv": "Ed25519", "x": x}:
                return cls.from_raw("Ed25519", decode_base64url(x, what=f"x of {what}"), what=what)
            case {"kty": "EC", "crv": "P-256", "x": x, "y": y}:
                point = b"\x04" + _coordinate(x, f"x of {what}") + _coordinate(y, f"y of {what}")
                return cls.from_raw("ES256", point, what=what)
            case {"kty": "AKP", "alg": "ML-DSA-44", "pub": pub}:
                return cls.from_raw("ML-DSA-44", decode_base64url(pub, what=f"pub of {what}"), what=what)
        raise _unknown_kind(what)

    @classmethod
    def from_pem(cls, raw: bytes, *, what: str = "the key") -> "PublicKey":
        """Return the key of a ``SubjectPublicKeyInfo`` in PEM, as OpenSSL and security modules write public keys.

        Raises:
            MalformedError: it is not one, or is of a kind that nothing here checks with; or as ``from_raw``.
        Source: RFC 5280 §4.1.2.7; RFC 7468 §13; RFC 8410; RFC 9881.
        """
        try:
            handle = load_pem_public_key(raw)
        except (ValueError, UnsupportedAlgorithm) as error:
            message = f"The text of {what} is not a public key in PEM; give the file that was exported, or a JWK."
            raise MalformedError(message, what=what) from error
        if isinstance(handle, Ed25519PublicKey):
            return cls.from_raw("Ed25519", handle.public_bytes_raw(), what=what)
        if isinstance(handle, MLDSA44PublicKey):
            return cls.from_raw("ML-DSA-44", handle.public_bytes_raw(), what=what)
        if isinstance(handle, EllipticCurvePublicKey) and isinstance(handle.curve, SECP256R1):
            return cls.from_raw("ES256", handle.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), what=what)
        raise _unknown_kind(what)

    @property
    def jwk(self) -> dict[str, str]:
        """The key as a JWK: its required members, in the order of their names."""
        return _jwk(self.algorithm, self.raw)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key made the signature over exactly this message; a broken signature is only a "no".

        Ed25519 is checked without the cofactor and with S below the group's order (RFC 8032 §5.1.7), so a signature has
        no second spelling; libsodium may be quicker to say yes, and only OpenSSL says no. ES256 takes r and s of 32
        bytes each (RFC 7518 §3.4), and the negated s as well. ML-DSA-44 takes an empty context (RFC 9964 §5).
        """
        if len(signature) != SIGNATURE_SIZE[self.algorithm]:
            return False
        if self.algorithm == "Ed25519" and sodium.holds(self.raw, signature, message):
            return True
        handle = self._handle
        try:
            if isinstance(handle, EllipticCurvePublicKey):
                handle.verify(_to_der(signature), message, _ECDSA)
            else:
                handle.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __reduce__(self) -> tuple[object, tuple[str, bytes]]:
        # Checking is shared among processes, and the library's own objects do not travel.
        return (PublicKey.from_raw, (self.algorithm, self.raw))


class Signer(Protocol):
    """What signs, wherever its private key is: here, or in the keeping of a program that is asked."""

    @property
    def public(self) -> PublicKey:
        """The key that its signatures are checked against."""

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""

    @property
    def kid(self) -> str:
        """The thumbprint of its public key."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature over exactly this message, of the one size that the algorithm has.

        Raises:
            UnavailableError: whoever is asked does not answer.
            RefusedError: what was answered is not this key's signature.
        """


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PrivateKey:
    """A key that signs; it prints as its name and nothing else.

    Attributes:
        public: the key that its signatures are checked against.
    """

    public: PublicKey
    _handle: _PrivateHandle

    @classmethod
    def generate(cls, algorithm: Algorithm) -> "PrivateKey":
        """Return a new key from the system's randomness; for ``runtime`` alone."""
        try:
            match algorithm:
                case "Ed25519":
                    return cls._wrap(Ed25519PrivateKey.generate())
                case "ES256":
                    return cls._wrap(generate_private_key(SECP256R1()))
                case "ML-DSA-44":
                    return cls._wrap(MLDSA44PrivateKey.generate())
        except UnsupportedAlgorithm as error:
            raise _unsupported(algorithm) from error
        assert_never(algorithm)

    @classmethod
    def from_seed(cls, algorithm: Algorithm, seed: bytes) -> "PrivateKey":
        """Return the key that 32 secret bytes determine.

        Args:
            seed: the secret of RFC 8032 §5.1.5, the scalar of P-256 (big-endian), or ξ of FIPS 204 algorithm 1.

        Raises:
            MalformedError: not 32 bytes, or a scalar outside the group.
        """
        if len(seed) != _SEED_SIZE:
            message = f"The seed of an {algorithm} key is {len(seed)} bytes where it takes 32; use exactly 32."
            raise MalformedError(message)
        try:
            match algorithm:
                case "Ed25519":
                    return cls._wrap(Ed25519PrivateKey.from_private_bytes(seed))
                case "ES256":
                    return cls._wrap(derive_private_key(int.from_bytes(seed, "big"), SECP256R1()))
                case "ML-DSA-44":
                    return cls._wrap(MLDSA44PrivateKey.from_seed_bytes(seed))
        except ValueError as error:
            message = f"The seed is not a scalar of the {algorithm} group; use another."
            raise MalformedError(message) from error
        except UnsupportedAlgorithm as error:
            raise _unsupported(algorithm) from error
        assert_never(algorithm)

    @classmethod
    def from_pem(cls, raw: bytes, *, passphrase: bytes | None = None, what: str = "the key file") -> "PrivateKey":
        """Return the key of a PKCS#8 PEM text.

        Raises:
            MalformedError: it is not PKCS#8, or the key is of a kind that nothing here signs with.
            RefusedError: the passphrase is wrong, missing, or not needed.
        Source: RFC 5958, RFC 7468 §10, §11.
        """
        encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in raw
        if not encrypted and b"-----BEGIN PRIVATE KEY-----" not in raw:
            raise MalformedError(f"The text of {what} is not a PKCS#8 private key in PEM; give the file that was made.")
        if encrypted and passphrase is None:
            raise RefusedError(f"A passphrase protects {what}; give it.", what=what)
        if not encrypted and passphrase is not None:
            raise RefusedError(f"No passphrase protects {what}; leave it out.", what=what)
        try:
            handle = load_pem_private_key(raw, passphrase)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _unreadable(what, encrypted=encrypted) from error
        if isinstance(handle, (Ed25519PrivateKey, MLDSA44PrivateKey)):
            return cls._wrap(handle)
        if isinstance(handle, EllipticCurvePrivateKey) and isinstance(handle.curve, SECP256R1):
            return cls._wrap(handle)
        known = ", ".join(ALGORITHMS)
        raise MalformedError(f"The key in {what} is of another kind than {known}; make one of these.", what=what)

    def to_pem(self, *, passphrase: bytes | None = None) -> bytes:
        """Return the key as PKCS#8 PEM, encrypted when there is a passphrase.

        Raises:
            RefusedError: the passphrase is empty, or longer than the 1023 bytes that OpenSSL takes.
        Source: RFC 5958; RFC 9881 §6 for ML-DSA (the seed alone); ``ledger.signing.encryption``.
        """
        if passphrase is None:
            return self._handle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if not 0 < len(passphrase) < 1024:
            raise RefusedError("The passphrase is empty or longer than 1023 bytes; choose another.")
        return encrypt_pkcs8(self._handle.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""
        return self.public.algorithm

    @property
    def kid(self) -> str:
        """The thumbprint of its public key."""
        return self.public.kid

    def sign(self, message: bytes) -> bytes:
        """Return a signature; for Ed25519 and ES256 (RFC 6979) always the same one for the same message."""
        handle = self._handle
        if not isinstance(handle, EllipticCurvePrivateKey):
            return handle.sign(message)
        try:
            return _from_der(handle.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        except UnsupportedAlgorithm as error:
            raise _unsupported("deterministic ES256") from error

    def __repr__(self) -> str:
        return f"PrivateKey(kid={self.kid!r})"

    def __reduce__(self) -> str:
        raise TypeError("A private key is not copied into other processes or files; write it with to_pem.")

    @classmethod
    def _wrap(cls, handle: _PrivateHandle) -> "PrivateKey":
        """Return the key around one of the library's."""
        public = handle.public_key()
        if isinstance(public, EllipticCurvePublicKey):
            point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return cls(PublicKey.from_raw("ES256", point), handle)
        algorithm: Algorithm = "Ed25519" if isinstance(public, Ed25519PublicKey) else "ML-DSA-44"
        return cls(PublicKey.from_raw(algorithm, public.public_bytes_raw()), handle)


def _jwk(algorithm: Algorithm, raw: bytes) -> dict[str, str]:
    """Return the required members of a public key's JWK."""
    match algorithm:
        case "Ed25519":
            return {"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(raw)}
        case "ES256":
            return {"crv": "P-256", "kty": "EC", "x": encode_base64url(raw[1:33]), "y": encode_base64url(raw[33:])}
        case "ML-DSA-44":
            return {"alg": "ML-DSA-44", "kty": "AKP", "pub": encode_base64url(raw)}
    assert_never(algorithm)


def _members(jwk: object, what: str) -> dict[str, str]:
    """Return a JWK's members when they are exactly the required ones of its type, all text."""
    if not isinstance(jwk, dict):
        raise MalformedError(f"The JWK of {what} is not an object; write it as one.", what=what)
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in _REQUIRED:
        raise _unknown_kind(what)
    if set(jwk) != set(_REQUIRED[kind]):
        names = ", ".join(_REQUIRED[kind])
        raise MalformedError(f"The members of {what} are not exactly {names}; leave all others out.", what=what)
    if not all(isinstance(value, str) for value in jwk.values()):
        raise MalformedError(f"A member of {what} is not text; write every member as a string.", what=what)
    return jwk


def _unknown_kind(what: str) -> MalformedError:
    """Return the refusal of a JWK whose type or curve nothing here checks with."""
    message = f"The kind of {what} is not known; use Ed25519 (OKP), P-256 (EC) or ML-DSA-44 (AKP)."
    return MalformedError(message, what=what)


def _coordinate(text: str, what: str) -> bytes:
    """Return a P-256 coordinate: exactly 32 bytes (RFC 7518 §6.2.1.2)."""
    raw = decode_base64url(text, what=what)
    if len(raw) != 32:
        raise MalformedError(
            f"The size of {what} is {len(raw)} bytes where it takes 32; keep leading zeros.", what=what
        )
    return raw


def _public_handle(algorithm: Algorithm, raw: bytes, what: str) -> _PublicHandle:
    """Return the library's key, which refuses a point that is not on P-256."""
    try:
        match algorithm:
            case "Ed25519":
                return Ed25519PublicKey.from_public_bytes(raw)
            case "ES256":
                return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
            case "ML-DSA-44":
                return MLDSA44PublicKey.from_public_bytes(raw)
    except ValueError as error:
        message = f"The {algorithm} key of {what} is not a point of its curve; send the key as it was made."
        raise MalformedError(message, what=what) from error
    except UnsupportedAlgorithm as error:
        raise _unsupported(algorithm) from error
    assert_never(algorithm)


def _refuse_weak_ed25519(raw: bytes, what: str) -> None:
    """Raise for an Ed25519 key that is not canonical, not on the curve, or of small order (RFC 8032 §5.1.3)."""
    unsigned = raw[:31] + bytes([raw[31] & 0x7F])
    y = int.from_bytes(unsigned, "little")
    if y >= _PRIME:
        fault = "is not in its canonical encoding"
    elif unsigned in _SMALL_ORDER:
        fault = "is a point of small order, for which anyone can make signatures"
    elif pow((y * y - 1) * pow(_D * y * y + 1, -1, _PRIME), (_PRIME - 1) // 2, _PRIME) != 1:
        fault = "is not a point of the curve"  # x² would not be a square: Euler's criterion
    else:
        return
    raise MalformedError(f"The Ed25519 key of {what} {fault}; make a new key.", what=what)


def _to_der(signature: bytes) -> bytes:
    """Return r and s, 32 bytes each, as the DER that the library takes."""
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def _from_der(signature: bytes) -> bytes:
    """Return the library's DER as r and s, 32 bytes each (RFC 7518 §3.4)."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _unreadable(what: str, *, encrypted: bool) -> MalformedError | RefusedError:
    """Return the refusal of a PEM text that the library would not load."""
    if encrypted:
        return RefusedError(f"The passphrase does not open {what} (or it is damaged); give the right one.", what=what)
    return MalformedError(f"The PKCS#8 content of {what} cannot be read; restore it from a copy.", what=what)


def _unsupported(algorithm: str) -> UnavailableError:
    """Return the error for a cryptography build whose OpenSSL lacks an algorithm."""
    message = f"The installed cryptography package cannot do {algorithm}; install its published wheel, 48 or newer."
    return UnavailableError(message, algorithm=algorithm)
