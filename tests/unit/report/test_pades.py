"""Signatures on a printed report: whose key opens, what is refused, and what a stranger is told."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.report.pades import open_certificate, sign_printed, signatures_on
from tests.unit.report.pdf.test_typeset import raw as report

KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER = ec.derive_private_key(8, ec.SECP256R1())
PHRASE = BestAvailableEncryption(b"phrase")


@cache
def certificate(key: ec.EllipticCurvePrivateKey = KEY) -> x509.Certificate:
    """A certificate of a key, signed by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Auditor of the example")])
    return (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip


def p12(protection: KeySerializationEncryption = NoEncryption()) -> bytes:  # noqa: B008  # it has no state
    """The certificate with its key, as PKCS #12."""
    return pkcs12.serialize_key_and_certificates(b"auditor", KEY, certificate(), None, protection)


def pem(key: ec.EllipticCurvePrivateKey = KEY, protection: KeySerializationEncryption = NoEncryption()) -> bytes:  # noqa: B008  # as above
    """A key and the certificate of the first one, as PEM."""
    return certificate().public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


OPENED: dict[str, tuple[Callable[[], bytes], bytes | None]] = {
    "PKCS #12": (p12, None),
    "PKCS #12 under a passphrase": (lambda: p12(PHRASE), b"phrase"),
    "PEM": (pem, None),
    "PEM under a passphrase": (lambda: pem(protection=PHRASE), b"phrase"),
    "PEM that needs no passphrase, and one is set": (pem, b"phrase"),
}


@pytest.mark.parametrize("what", OPENED)
def test_certificate_and_key_are_opened(what: str) -> None:
    """Either form, protected or not."""
    raw, passphrase = OPENED[what]
    opened = open_certificate(raw(), passphrase=passphrase, what="It")
    assert opened.certificate == certificate()
    assert opened.others == ()


REFUSED: dict[str, tuple[Callable[[], bytes], bytes | None, type[Exception], str]] = {
    "PKCS #12, wrong passphrase": (lambda: p12(PHRASE), b"other", RefusedError, "does not open It"),
    "PEM, wrong passphrase": (lambda: pem(protection=PHRASE), b"other", RefusedError, "does not open It"),
    "PEM, no passphrase": (lambda: pem(protection=PHRASE), None, RefusedError, "protected by a passphrase"),
    "nothing": (lambda: b"", None, MalformedError, "no certificate"),
    "a text": (lambda: b"not a certificate", None, MalformedError, "no certificate"),
    "PEM without a key": (lambda: certificate().public_bytes(Encoding.PEM), None, MalformedError, "no certificate"),
    "PEM without a certificate": (
        lambda: KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        None, MalformedError, "no certificate",
    ),
    "PEM with another key": (lambda: pem(OTHER), None, MalformedError, "no certificate of its private key"),
}  # fmt: skip


def test_wrong_passphrase_is_told_even_where_its_end_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong passphrase in 256 ends in a padding that fits: what is then no key is still one that was not opened."""

    def opened_to_noise(*_: object, **__: object) -> None:
        raise ValueError("Could not deserialize key data. Details: ASN.1 parsing error")

    raw = pem(protection=PHRASE)
    monkeypatch.setattr("ledger.report.pades.serialization.load_pem_private_key", opened_to_noise)
    with pytest.raises(RefusedError, match="does not open It"):
        open_certificate(raw, passphrase=b"other", what="It")
    with pytest.raises(MalformedError, match="no certificate"):
        open_certificate(pem(), passphrase=b"other", what="It")


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_sign_is_refused(what: str) -> None:
    """The sentence names the file and what to do (style §7)."""
    raw, passphrase, error, reason = REFUSED[what]
    with pytest.raises(error, match=reason):
        open_certificate(raw(), passphrase=passphrase, what="It")


def test_signature_is_seen_whole_and_intact() -> None:
    """Whoever looks is told whose it is, by which certificate, and what it covers."""
    raw = sign_printed(report(), open_certificate(p12(), passphrase=None, what="It"))
    (seen,) = signatures_on(raw)
    assert seen.by == "Common Name: Auditor of the example"
    assert seen.certificate == f"sha256:{certificate().fingerprint(hashes.SHA256()).hex()}"
    assert (seen.is_intact, seen.is_whole) == (True, True)


def test_second_signature_leaves_the_first_intact() -> None:
    """A file may be signed by several; each covers what was there when it signed."""
    once = sign_printed(report(), open_certificate(p12(), passphrase=None, what="It"))
    with pytest.raises(RefusedError, match="cannot sign"):
        # The field of the auditor is filled.
        sign_printed(once, open_certificate(p12(), passphrase=None, what="It"))


def test_report_without_signature_has_none() -> None:
    """Nothing is seen where nothing is."""
    assert signatures_on(report()) == ()


def test_damaged_signature_is_refused_in_a_sentence() -> None:
    """No damage reaches the caller as anything else."""
    raw = sign_printed(report(), open_certificate(p12(), passphrase=None, what="It"))
    place = raw.index(b"/Contents <", len(report())) + len(b"/Contents <")
    with pytest.raises(MalformedError, match="cannot be read"):
        signatures_on(raw[:place] + b"ff" * 40 + raw[place + 80 :])


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.from_private_bytes(b"7" * 32)]
)
def test_other_kinds_of_key_sign_too(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> None:
    """RSA and Ed25519 as well as ECDSA."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another")])
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None)
    )  # fmt: skip
    held = pkcs12.serialize_key_and_certificates(b"a", key, built, None, NoEncryption())
    (seen,) = signatures_on(sign_printed(report(), open_certificate(held, passphrase=None, what="It")))
    assert seen.is_intact


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither signing nor looking works without it, and both say so."""
    for name in [name for name in sys.modules if name.startswith("pyhanko")]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("pyhanko.pdf_utils.reader", "pyhanko.pdf_utils.incremental_writer"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UnavailableError, match="the extra `pades`"):
        signatures_on(report())
    with pytest.raises(UnavailableError, match="the extra `pades`"):
        sign_printed(report(), open_certificate(p12(), passphrase=None, what="It"))
