"""Signatures on a printed report: the auditor's, appended to the file as PAdES has it, and looked at again.

A signature here is PAdES B-B over the whole file, an incremental update with an invisible field: the report before it
stays as it was made, byte for byte. Looking at one says whether what it covers is what was signed and what its
certificate calls itself; whom to trust is the reader's to decide, and nobody is asked about revocation. Needs the extra
``pades``. Source: ETSI EN 319 142-1, §6.3 (B-B); ISO 32000-1, §12.8.
"""

import hashlib
import io
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate, load_pem_x509_certificates

from ledger.audit.printed import Signed
from ledger.errors import MalformedError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from pyhanko.sign import SimpleSigner

CERTIFICATE_LIMIT: Final = 1 << 20
"""The most bytes of a file with certificate and key."""

FIELD: Final = "Auditor"
"""The name of the signature's field."""

_SIGNATURES_LIMIT: Final = 20
_DER: Final = serialization.Encoding.DER


class SigningCertificate:
    """A certificate with its private key and the certificates above it."""

    def __init__(self, key: Any, certificate: Certificate, others: tuple[Certificate, ...]) -> None:  # noqa: ANN401
        self.key = key
        self.certificate = certificate
        self.others = others


def open_certificate(raw: bytes, *, passphrase: bytes | None, what: str) -> SigningCertificate:
    """Return the certificate and key of a PKCS #12 file, or of a PEM file that holds both.

    Args:
        what: names the file, for the error.

    Raises:
        RefusedError: the passphrase does not open it.
        MalformedError: it does not hold one private key and a certificate of it.
    """
    is_pem, is_locked = b"-----BEGIN" in raw, False
    try:
        if is_pem:
            held = load_pem_x509_certificates(raw)
            is_locked = b"ENCRYPTED" in raw
            key: Any = serialization.load_pem_private_key(raw, passphrase if is_locked else None)
        else:
            key, first, more = pkcs12.load_key_and_certificates(raw, passphrase)
            held = [one for one in (first, *more) if one is not None]
    except TypeError as error:
        raise RefusedError(f"{what} is protected by a passphrase; set PLEDGER_PASSPHRASE to it.") from error
    except ValueError as error:
        # One wrong passphrase in some 256 gives an end that fits, and then what was opened is no key.
        if is_locked or "assword" in str(error) or "decrypt" in str(error).lower():
            raise RefusedError(
                f"The passphrase does not open {what}; set PLEDGER_PASSPHRASE to the right one."
            ) from error
        message = f"{what} holds no certificate with its key; give a PKCS #12 file (.p12), or PEM with both."
        raise MalformedError(message) from error
    mine = [one for one in held if key is not None and _public(one.public_key()) == _public(key.public_key())]
    if len(mine) != 1:
        message = f"{what} holds no certificate of its private key; give a PKCS #12 file (.p12), or PEM with both."
        raise MalformedError(message)
    return SigningCertificate(key, mine[0], tuple(one for one in held if one is not mine[0]))


def sign_printed(raw: bytes, certificate: SigningCertificate) -> bytes:
    """Return a printed report with a signature appended to it; the moment in it is that of this machine's clock.

    Raises:
        UnavailableError: the extra ``pades`` is not installed.
        RefusedError: the certificate cannot sign documents.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import PdfSignatureMetadata, PdfSigner
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.general import SigningError
    except ImportError as error:
        raise _missing() from error
    # Ed25519 brings its own digest (RFC 8419, §2.3).
    algorithm = "sha512" if isinstance(certificate.key, ed25519.Ed25519PrivateKey) else "sha256"
    meta = PdfSignatureMetadata(field_name=FIELD, md_algorithm=algorithm, subfilter=SigSeedSubFilter.PADES)
    try:
        signed = PdfSigner(meta, signer=_signer(certificate)).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(raw)))
    except (SigningError, ValueError, RuntimeError) as error:
        message = f"This certificate cannot sign a report ({' '.join(str(error).split())[:120]}); use another."
        raise RefusedError(message) from error
    written: bytes = signed.getvalue()
    return written


def signatures_on(raw: bytes) -> tuple[Signed, ...]:
    """Return the signatures on a printed report, in the order in which they were made.

    Raises:
        UnavailableError: the extra ``pades`` is not installed.
        MalformedError: a signature cannot be read.
    """
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader
    except ImportError as error:
        raise _missing() from error
    try:
        found = PdfFileReader(io.BytesIO(raw)).embedded_signatures
        if len(found) > _SIGNATURES_LIMIT:
            message = f"The report has more than {_SIGNATURES_LIMIT} signatures; get the file again."
            raise MalformedError(message)
        return tuple(_looked_at(one) for one in found)
    except MalformedError:
        raise
    except Exception as error:  # a damaged signature makes its reader fail in any way there is
        raise MalformedError("A signature on the report cannot be read; get the file again.") from error


def _looked_at(one: Any) -> Signed:  # noqa: ANN401  # pyhanko's embedded signature
    from pyhanko.sign.validation import SignatureCoverageLevel
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    certificate, at = one.signer_cert, one.self_reported_timestamp
    coverage = one.evaluate_signature_coverage()
    try:
        digest_fits, is_valid = validate_sig_integrity(one.signer_info, certificate, "data", one.compute_digest())
    except SignatureValidationError:
        digest_fits = is_valid = False
    return Signed(
        by=str(certificate.subject.human_friendly)[:300],
        certificate="sha256:" + hashlib.sha256(certificate.dump()).hexdigest(),
        at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None,
        is_intact=bool(digest_fits and is_valid),
        is_whole=coverage == SignatureCoverageLevel.ENTIRE_FILE,
    )


def _signer(certificate: SigningCertificate) -> "SimpleSigner":
    """Return who signs, as the library knows it."""
    from asn1crypto import keys, x509  # type: ignore[import-untyped]  # it comes without types
    from pyhanko.sign import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # as above
    store.register_multiple([x509.Certificate.load(one.public_bytes(_DER)) for one in certificate.others])
    private = certificate.key.private_bytes(_DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.certificate.public_bytes(_DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
    )


def _public(key: Any) -> bytes:  # noqa: ANN401  # any kind of public key
    raw: bytes = key.public_bytes(_DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return raw


def _missing() -> UnavailableError:
    message = (
        "Signatures on a PDF need the extra `pades`, which is not there; run pip install '.[pades]' in the checkout."
    )
    return UnavailableError(message, extra="pades")
