"""A time-stamping authority made by hand, which lies in whatever way it is told to (RFC 3161, RFC 5652).

Its answers are written out value by value, so that each can be wrong in one place; a real authority, OpenSSL's, is in
tests/end_to_end/test_timestamp.py.
"""

import functools
import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ledger.signing.der import (
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SET,
    format_der,
    format_integer,
    format_oid,
    parse_der,
)

AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
DIGEST = hashlib.sha256(b"a checkpoint's text").digest()
POLICY = "1.3.6.1.4.1.99999.1"
SHA256 = "2.16.840.1.101.3.4.2.1"
SHA512 = "2.16.840.1.101.3.4.2.3"
TST_INFO = "1.2.840.113549.1.9.16.1.4"

_SHA256 = format_der(SEQUENCE, format_oid(SHA256))
_ECDSA = format_der(SEQUENCE, format_oid("1.2.840.10045.4.3.2"))


@functools.cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of that name, the same each time; keys are numbers here, so that nothing is random."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") >> 8
    return ec.derive_private_key(number, ec.SECP256R1())


def named(name: str) -> x509.Name:
    """Return a certificate's name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@functools.cache
def certificate(
    name: str,
    issuer: str = "Root",
    *,
    usage: tuple[x509.ObjectIdentifier, ...] | None = (ExtendedKeyUsageOID.TIME_STAMPING,),
    critical: bool = True,
    is_ca: bool = False,
    start: datetime = AT - timedelta(days=1),
    stop: datetime = AT + timedelta(days=1),
    serial: int = 7,
) -> x509.Certificate:
    """Return a certificate, signed by the key of its issuer's name."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key(name).public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(stop)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if usage is not None and not is_ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return builder.sign(key(issuer), hashes.SHA256(), ecdsa_deterministic=True)


def root(name: str = "Root") -> x509.Certificate:
    """Return a root certificate."""
    return certificate(
        name, name, is_ca=True, start=AT - timedelta(days=4000), stop=AT + timedelta(days=4000), serial=1
    )


def pem(*certificates: x509.Certificate) -> bytes:
    """Return certificates in PEM."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


@dataclass(frozen=True)
class Answer:
    """What an authority answers, each part of it as it would be right.

    Attributes:
        signer: whose key signs; ``sent`` the certificates that come along.
        time: genTime, as it is written.
        accuracy: seconds, milliseconds and microseconds, each where it is not None; None leaves it out.
        named: the certificate that the signed attributes name; None for none.
    """

    digest: bytes = DIGEST
    algorithm: str = SHA256
    nonce: int | None = 99
    policy: str = POLICY
    time: bytes = b"20260301120000Z"
    accuracy: tuple[int | None, int | None, int | None] | None = (1, 500, None)
    status: int = 0
    said: str = ""
    content: str = TST_INFO
    signer: x509.Certificate = field(default_factory=lambda: certificate("TSA"))
    key_name: str = "TSA"
    sent: tuple[x509.Certificate, ...] | None = None
    named: x509.Certificate | None = None
    is_named: bool = True
    named_sha1: bool = False
    signatures: int = 1
    is_broken: bool = False

    def with_(self, **changes: object) -> "Answer":
        """Return the answer with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # a table of cases holds anything

    def raw(self) -> bytes:
        """Return the answer's bytes (TimeStampResp)."""
        said = format_der(SEQUENCE, format_der(0x0C, self.said.encode())) if self.said else b""
        status = format_der(SEQUENCE, format_der(INTEGER, bytes([self.status])), said)
        return format_der(SEQUENCE, status, self.token() if self.status in {0, 1} else b"")

    def token(self) -> bytes:
        """Return the token: signed data over the time."""
        info = self.info()
        encapsulated = format_der(SEQUENCE, format_oid(self.content), format_der(0xA0, format_der(OCTETS, info)))
        sent = (self.signer,) if self.sent is None else self.sent
        certificates = b"".join(one.public_bytes(Encoding.DER) for one in sent)
        signers = sorted(self._signed(info, number) for number in range(self.signatures))
        signed = format_der(
            SEQUENCE,
            format_integer(3),
            format_der(SET, _SHA256),
            encapsulated,
            format_der(0xA0, certificates) if sent else b"",
            format_der(SET, *signers),
        )
        return format_der(SEQUENCE, format_oid("1.2.840.113549.1.7.2"), format_der(0xA0, signed))

    def info(self) -> bytes:
        """Return what is signed (TSTInfo)."""
        algorithm = format_der(SEQUENCE, format_oid(self.algorithm), format_der(NULL))
        seconds, millis, micros = self.accuracy or (None, None, None)
        accuracy = format_der(
            SEQUENCE,
            b"" if seconds is None else format_integer(seconds),
            b"" if millis is None else format_der(0x80, parse_der(format_integer(millis), what="number").content),
            b"" if micros is None else format_der(0x81, parse_der(format_integer(micros), what="number").content),
        )
        return format_der(
            SEQUENCE,
            format_integer(1),
            format_oid(self.policy),
            format_der(SEQUENCE, algorithm, format_der(OCTETS, self.digest)),
            format_integer(41),
            format_der(0x18, self.time),
            b"" if self.accuracy is None else accuracy,
            b"" if self.nonce is None else format_integer(self.nonce),
        )

    def _signed(self, info: bytes, number: int) -> bytes:
        attributes = [
            _attribute("1.2.840.113549.1.9.3", format_oid(self.content)),
            _attribute("1.2.840.113549.1.9.4", format_der(OCTETS, hashlib.sha256(info).digest())),
        ]
        if self.is_named:
            attributes.append(self._naming())
        content = b"".join(sorted(attributes))
        signature = key(self.key_name).sign(
            format_der(SET, content), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        )
        if self.is_broken:
            signature = key(self.key_name).sign(
                b"something else", ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
            )
        issuer = format_der(SEQUENCE, self.signer.issuer.public_bytes(), format_integer(self.signer.serial_number))
        return format_der(
            SEQUENCE, format_integer(1 + 2 * number), issuer, _SHA256, format_der(0xA0, content), _ECDSA,
            format_der(OCTETS, signature),
        )  # fmt: skip

    def _naming(self) -> bytes:
        raw = (self.named or self.signer).public_bytes(Encoding.DER)
        if self.named_sha1:
            one = format_der(SEQUENCE, format_der(OCTETS, hashlib.sha1(raw, usedforsecurity=False).digest()))
            return _attribute("1.2.840.113549.1.9.16.2.12", format_der(SEQUENCE, format_der(SEQUENCE, one)))
        one = format_der(SEQUENCE, format_der(OCTETS, hashlib.sha256(raw).digest()))
        return _attribute("1.2.840.113549.1.9.16.2.47", format_der(SEQUENCE, format_der(SEQUENCE, one)))


def _attribute(kind: str, value: bytes) -> bytes:
    return format_der(SEQUENCE, format_oid(kind), format_der(SET, value))


def stamp(digest: bytes, **changes: object) -> bytes:
    """Return a timestamp over a digest."""
    return Answer(digest=digest).with_(**changes).raw()
