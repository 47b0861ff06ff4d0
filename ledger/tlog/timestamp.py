"""The timestamp: the signed word of an authority that bytes of a digest existed at a time (RFC 3161).

What is stamped here is SHA-256 over the *text* of a checkpoint (origin, size, root: the bytes that its signatures are
over), so that a timestamp holds whatever signatures stand under it. What an authority answers is a stranger's: its size
and its shape are looked at first, then `rfc3161-client` checks its signature and the chain of its certificates at the
time it names, and what that library leaves out is checked here: the algorithm of the imprint, that the certificate is
for timestamps alone (§2.3), and that the signature names this certificate (§2.4.2, RFC 5035). The library is an extra
and is imported where it is used. Nothing here asks an authority, makes a random number or reads a clock.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.signing.der import (
    BOOLEAN,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SET,
    Element,
    format_der,
    format_integer,
    format_oid,
    parse_der,
)
from ledger.tlog.checkpoint import Checkpoint, format_checkpoint

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

TIMESTAMP_LIMIT: Final = 1 << 16
"""The most bytes that a timestamp may have; one with its certificates has two to seven thousand."""

ROOTS_LIMIT: Final = 1 << 18
"""The most bytes that a file of root certificates may have."""

ROOTS: Final = 32
"""The most certificates in such a file."""

MISSING: Final = "rfc3161-client is not installed: pip install '.[timestamp]' in Pledger's checkout adds it"
"""Why timestamps cannot be read here, where they cannot, and what to do."""

ACCURACY_LIMIT: Final = timedelta(days=1)
"""The coarsest accuracy that is taken for one; authorities name seconds."""

AUTHORITY: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""The name of an authority, which files are named after."""

AUTHORITY_LIMIT: Final = 60
"""The most characters of such a name."""

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_HASHES: Final = {
    format_oid("1.3.14.3.2.26"): "sha1",
    format_oid(_SHA256): "sha256",
    format_oid("2.16.840.1.101.3.4.2.2"): "sha384",
    format_oid("2.16.840.1.101.3.4.2.3"): "sha512",
}
_TST_INFO: Final = format_oid("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA: Final = format_oid("1.2.840.113549.1.7.2")
_SIGNING_CERTIFICATE: Final = format_oid("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2: Final = format_oid("1.2.840.113549.1.9.16.2.47")
_GENERALIZED_TIME: Final = 0x18
_CERTIFICATES: Final = 0xA0
_SIGNED_ATTRIBUTES: Final = 0xA0
_GRANTED: Final = 0
_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,18}[1-9]))?Z")
_VERIFY_ERROR: Final = re.compile(r'data: "Verify error: ([^"]{1,200})"')
_REASON: Final = re.compile(r'reason: "([^"]{1,200})"')


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp that was verified.

    Attributes:
        raw: the authority's answer, as it came.
        at: the time that it names (genTime), in UTC.
        accuracy: how far the true time may be from that, on either side; None where the authority does not say.
        authority: the subject of the certificate that signed (RFC 4514).
        policy: under which it was given, as an object identifier.
        serial: the number that the authority gave it.
    """

    raw: bytes
    at: datetime
    accuracy: timedelta | None
    authority: str
    policy: str
    serial: int

    @property
    def not_after(self) -> str:
        """The latest second at which the digest can first have existed, ``YYYY-MM-DDTHH:MM:SSZ``, rounded up.

        Where no accuracy is said, none can be taken into account: it is the time named.
        """
        latest = self.at + (self.accuracy or timedelta())
        return (latest + timedelta(seconds=1, microseconds=-1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def accuracy_text(self) -> str | None:
        """The accuracy in seconds as a decimal, such as ``1.5``."""
        if self.accuracy is None:
            return None
        seconds, rest = divmod(self.accuracy // timedelta(microseconds=1), 10**6)
        return f"{seconds}.{rest:06d}".rstrip("0").rstrip(".")


def is_installed() -> bool:
    """Tell whether timestamps can be verified here."""
    return find_spec("rfc3161_client") is not None


def imprint(checkpoint: Checkpoint) -> bytes:
    """Return what is stamped of a checkpoint: SHA-256 over its text."""
    return hashlib.sha256(format_checkpoint(checkpoint)).digest()


def check_authority_name(name: str) -> str:
    """Return the name of an authority.

    Raises:
        MalformedError: it is not one that a file can be named after.
    """
    if len(name) > AUTHORITY_LIMIT or AUTHORITY.fullmatch(name) is None:
        message = f"{name[:80]!r} does not name an authority; write lower-case letters, digits, dots and hyphens."
        raise MalformedError(message, name=name[:80])
    return name


def parse_roots(pem: bytes, *, what: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM file: one or more, as an authority rolls its root over.

    Raises:
        MalformedError: there is none, it is too large, or one of them cannot be read.
    """
    if len(pem) > ROOTS_LIMIT:
        raise MalformedError(f"{what} has more than {ROOTS_LIMIT} bytes; give the root certificates alone.")
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        message = f"{what} does not hold certificates in PEM; give the root that the time-stamping authority publishes."
        raise MalformedError(message) from error
    if len(found) > ROOTS:
        raise MalformedError(f"{what} holds {len(found)} certificates; {ROOTS} is the most.")
    return found


def format_roots(roots: Sequence[x509.Certificate]) -> bytes:
    """Return certificates as a PEM file in its plain spelling; `parse_roots` is the inverse."""
    return b"".join(root.public_bytes(Encoding.PEM) for root in roots)


def format_request(digest: bytes, *, nonce: int, policy: str | None = None) -> bytes:
    """Return what an authority is asked (RFC 3161 §2.4.1): a timestamp over a SHA-256 digest, with its certificate.

    Args:
        digest: 32 bytes.
        nonce: not negative; the answer has to carry it.
        policy: under which it is to be given, as an object identifier; the authority's choice, if not given.
    """
    algorithm = format_der(SEQUENCE, format_oid(_SHA256), format_der(NULL))
    wanted = format_oid(policy) if policy is not None else b""
    return format_der(
        SEQUENCE,
        format_integer(1),
        format_der(SEQUENCE, algorithm, format_der(OCTETS, digest)),
        wanted,
        format_integer(nonce),
        format_der(BOOLEAN, b"\xff"),
    )


def open_timestamp(
    raw: bytes,
    *,
    digest: bytes,
    roots: Sequence[x509.Certificate],
    nonce: int | None = None,
    policy: str | None = None,
) -> Timestamp:
    """Return a timestamp over a SHA-256 digest, verified by the roots of its authority.

     1. It is DER of bounded size and depth, and nothing follows.
     2. The authority granted it (§2.4.2).
     3. Its imprint is this digest, by SHA-256; nonce and policy are those asked for, where they were.
     4. One signature, by a certificate that a root vouches for at the time named (RFC 5652, RFC 5280).
     5. That certificate is for timestamps and nothing else, critically (§2.3), and the signature names it (RFC 5035).

    Args:
        raw: an authority's answer (TimeStampResp).
        digest: what it has to be over, 32 bytes.
        roots: certificates, one of which has to vouch for the authority's.
        nonce: that the request carried.
        policy: that the request asked for.

    Raises:
        MalformedError: it is not a timestamp.
        RefusedError: it is one, and does not verify.
        UnavailableError: the library that verifies it is not installed.
    """
    # 1.
    if len(raw) > TIMESTAMP_LIMIT:
        message = f"The timestamp has {len(raw)} bytes, and {TIMESTAMP_LIMIT} is the most; do not rely on it."
        raise MalformedError(message, size=len(raw), limit=TIMESTAMP_LIMIT)
    shape = parse_der(raw, what="timestamp")
    # 2.
    signed = _signed_data(shape)
    response = _decode(_ordered(raw, signed))
    # 3.
    info = _read_info(response, signed)
    _check_content(info, digest=digest, nonce=nonce, policy=policy)
    # 4.
    _verify(response, digest=digest, roots=roots)
    # 5.
    signer = _signer(response, signed)
    _check_purpose(signer)
    _check_names_signer(signed, signer)
    return Timestamp(
        raw,
        at=info.at,
        accuracy=info.accuracy,
        authority=signer.subject.rfc4514_string(),
        policy=info.policy,
        serial=info.serial,
    )


@dataclass(frozen=True, slots=True)
class _Info:
    """What an authority signs (TSTInfo, §2.4.2), as far as it is looked at."""

    algorithm: str
    digest: bytes
    nonce: int | None
    policy: str
    serial: int
    at: datetime
    accuracy: timedelta | None


def _signed_data(response: Element) -> Element:
    """Return the SignedData of an answer, once the authority is seen to have granted it.

    Raises:
        MalformedError: it is not of the form of an answer.
        RefusedError: the authority refused, or granted something else than was asked for.
    """
    status = _tagged(response.parts[0], SEQUENCE).parts if response.tag == SEQUENCE and response.parts else ()
    if not status or status[0].tag != INTEGER:
        raise _unlike("it is no answer of a time-stamping authority")
    if len(response.parts) != 2 or int.from_bytes(status[0].content, "big", signed=True) != _GRANTED:
        said = " ".join(_texts(status[1:]))
        message = f"The authority gave no timestamp{f' ({said})' if said else ''}; ask again, or another authority."
        raise RefusedError(message)
    token = _tagged(response.parts[1], SEQUENCE)
    if len(token.parts) != 2 or token.parts[0].raw != _SIGNED_DATA or len(token.parts[1].parts) != 1:
        raise _unlike("its token is not signed data")
    signed = _tagged(token.parts[1].parts[0], SEQUENCE)
    content = signed.parts[2].parts if len(signed.parts) >= 4 else ()
    if not content or content[0].raw != _TST_INFO:
        raise _unlike("what is signed is not about a time")
    return signed


def _texts(elements: Sequence[Element]) -> list[str]:
    """Return what an authority says of a refusal, for people (PKIFreeText); a few words of it."""
    texts = [part.content for element in elements if element.tag == SEQUENCE for part in element.parts]
    return [text[:200].decode("utf-8", "replace").replace("\n", " ") for text in texts[:3]]


def _ordered(raw: bytes, signed: Element) -> bytes:
    """Return the answer with its certificates in the order that DER has for a set.

    OpenSSL writes them as they come, and the library refuses that. No signature is over the set, and each certificate
    stays as it is.
    """
    found = next((part for part in signed.parts if part.tag == _CERTIFICATES), None)
    if found is None:
        return raw
    content = b"".join(sorted(part.raw for part in found.parts))
    start = found.start + len(found.raw) - len(found.content)
    return raw[:start] + content + raw[start + len(content) :]


def _decode(raw: bytes) -> "TimeStampResponse":
    """Return what the library makes of an answer."""
    try:
        from rfc3161_client import decode_timestamp_response  # noqa: PLC0415  # an extra, which may not be there
    except ImportError as error:
        raise UnavailableError(f"The timestamp cannot be read: {MISSING}.") from error
    try:
        return decode_timestamp_response(raw)
    except Exception as error:
        raise _unlike(_said(error)) from error


def _read_info(response: "TimeStampResponse", signed: Element) -> _Info:
    """Return what is signed, as the library reads it; but for the time, of which it drops fractions of a second."""
    try:
        said: Any = response.tst_info
        info = _Info(
            said.message_imprint.hash_algorithm.dotted_string, said.message_imprint.message, said.nonce,
            said.policy.dotted_string, said.serial_number, _read_time(signed), _read_accuracy(said.accuracy),
        )  # fmt: skip
        is_same = said.gen_time.astimezone(UTC) == info.at.replace(microsecond=0)
    except MalformedError:
        raise
    except Exception as error:
        raise _unlike(_said(error)) from error
    if not is_same:
        raise _unlike("the time that it names can be read in two ways")
    return info


def _read_time(signed: Element) -> datetime:
    """Return genTime, to the microsecond and no earlier: what is finer is rounded up (§2.4.2, X.690 §11.7)."""
    octets = _tagged(signed.parts[2].parts[1].parts[0], OCTETS)
    info = parse_der(octets.content, what="timestamp")
    found = _TIME.fullmatch(next((part.content for part in info.parts if part.tag == _GENERALIZED_TIME), b""))
    if found is None:
        raise _unlike("it does not name a time in UTC")
    whole, fraction = found[1].decode("ascii"), (found[2] or b"").decode("ascii")
    micros = -(-int(fraction or "0") * 10**6 // 10 ** len(fraction))
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if not 1970 <= at.year < 9999:
        raise _unlike("the time that it names is out of range")
    return at + timedelta(microseconds=micros)


def _read_accuracy(said: Any) -> timedelta | None:  # noqa: ANN401  # the library's Accuracy, or None
    """Return the accuracy, where the authority says it; a part that is missing is zero (§2.4.2)."""
    if said is None:
        return None
    found = timedelta(seconds=said.seconds or 0, milliseconds=said.millis or 0, microseconds=said.micros or 0)
    if not timedelta() <= found <= ACCURACY_LIMIT:
        raise _unlike("its accuracy is out of range")
    return found


def _check_content(info: _Info, *, digest: bytes, nonce: int | None, policy: str | None) -> None:
    """Raise unless what is signed is what was asked for."""
    if info.algorithm != _SHA256:
        raise RefusedError("The timestamp is not over a SHA-256 digest; ask for one that is.", algorithm=info.algorithm)
    if info.digest != digest:
        raise RefusedError("The timestamp is over something else than this checkpoint's text; do not rely on it.")
    if nonce is not None and info.nonce != nonce:
        raise RefusedError("The timestamp does not carry the number that was sent: it is an old answer; ask again.")
    if policy is not None and info.policy != policy:
        raise RefusedError(f"The timestamp is under the policy {info.policy}, and {policy} was asked for; ask again.")


def _verify(response: "TimeStampResponse", *, digest: bytes, roots: Sequence[x509.Certificate]) -> None:
    """Raise unless one certificate signed it that a root vouches for at the time named."""
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415  # as above
    from rfc3161_client.errors import VerificationError  # noqa: PLC0415  # as above

    if not roots:
        raise RefusedError("No root certificate is given for the timestamp; give that of its authority.")
    try:
        VerifierBuilder(roots=list(roots)).build().verify(response, digest)
    except VerificationError as error:
        message = f"The timestamp does not verify by the root of its authority: {_said(error)}; do not rely on it."
        raise RefusedError(message) from error
    except Exception as error:
        raise _unlike(_said(error)) from error


def _signer(response: "TimeStampResponse", signed: Element) -> x509.Certificate:
    """Return the certificate that signed; it came with the answer."""
    if len(_tagged(signed.parts[-1], SET).parts) != 1:
        raise RefusedError("The timestamp has not exactly one signature; do not rely on it.")
    try:
        (info,) = response.signed_data.signer_infos
        for raw in response.signed_data.certificates:
            found = x509.load_der_x509_certificate(raw)
            if (found.issuer, found.serial_number) == (info.issuer, info.serial_number):
                return found
    except Exception as error:
        raise _unlike(_said(error)) from error
    raise RefusedError("The timestamp does not bring the certificate that signed it; ask for it with the certificate.")


def _check_purpose(signer: x509.Certificate) -> None:
    """Raise unless a certificate is for timestamps and for nothing else, and says so critically (RFC 3161 §2.3)."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        is_right = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except Exception as error:
        raise RefusedError(f"The certificate that signed the timestamp cannot be read ({_said(error)}).") from error
    if not is_right:
        message = "The certificate that signed the timestamp is not for timestamps alone; do not rely on it."
        raise RefusedError(message)


def _check_names_signer(signed: Element, signer: x509.Certificate) -> None:
    """Raise unless the signed attributes name the certificate that signed (RFC 3161 §2.4.2; RFC 5035)."""
    (info,) = signed.parts[-1].parts
    attributes = next((part.parts for part in info.parts[3:] if part.tag == _SIGNED_ATTRIBUTES), ())
    raw = signer.public_bytes(Encoding.DER)
    named = [hashlib.new(name, raw, usedforsecurity=False).digest() == value for name, value in _named(attributes)]
    if not named or not all(named):
        message = "The timestamp does not name the certificate that signed it; another may have been put in its place."
        raise RefusedError(message)


def _named(attributes: Sequence[Element]) -> list[tuple[str, bytes]]:
    """Return hash and digest of the certificate that each signing-certificate attribute names first."""
    found: list[tuple[str, bytes]] = []
    for attribute in attributes:
        kind = attribute.parts[0].raw if attribute.parts else b""
        if kind not in {_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2}:
            continue
        try:
            _, values = attribute.parts
            first = _tagged(values, SET).parts[0].parts[0].parts[0].parts
            has_hash = first[0].tag == SEQUENCE
            # SHA-256 is the default of the second kind, and left out then (RFC 5035 §4); the first kind is SHA-1.
            default = "sha1" if kind == _SIGNING_CERTIFICATE else "sha256"
            name = _HASHES[first[0].parts[0].raw] if has_hash else default
            found.append((name, _tagged(first[int(has_hash)], OCTETS).content))
        except (IndexError, KeyError, ValueError) as error:
            raise _unlike("it does not say by which certificate it was signed") from error
    return found


def _tagged(element: Element, tag: int) -> Element:
    """Return the element, which has to have that tag."""
    if element.tag != tag:
        raise _unlike("it is not of the form of RFC 3161")
    return element


def _unlike(why: str) -> MalformedError:
    return MalformedError(f"This is not a timestamp: {why}; get it again.")


def _said(error: BaseException) -> str:
    """Return what the library says, on one line; of what OpenSSL says through it, the reason alone."""
    told = " ".join(str(error).split())
    for pattern in (_VERIFY_ERROR, _REASON):
        if (found := pattern.search(told)) is not None:
            return found[1]
    return told[:300].rstrip(".") or type(error).__name__
