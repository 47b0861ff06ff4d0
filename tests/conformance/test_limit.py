"""Every bound of our formats and of those we speak: what is at it is read, and one more is refused (design §2).

Bounds of what an environment gives (files, networks, programs) are tested beside them; here is what anybody may send.
"""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.archive import format_archive, measure, open_archive, part_of
from ledger.audit.check.case import Notes
from ledger.errors import MalformedError
from ledger.model.charter import Charter
from ledger.model.erasure import Erasure
from ledger.model.statement import explain
from ledger.runtime.file import SECRET_LIMIT, read_secret
from ledger.service.site import FILE_LIMIT, Checking, read_headers
from ledger.signing.canonical import format_json, parse_canonical, parse_json
from ledger.signing.envelope import STATEMENT, open_envelope, seal
from ledger.signing.key import PrivateKey
from ledger.store import stamped
from ledger.tlog.cosignature import Head, cosign
from ledger.tlog.entry import HEADER_LIMIT, parse_header
from ledger.tlog.fraud import format_fraud, parse_fraud
from ledger.tlog.merkle import Hash, format_hash
from ledger.tlog.note import (
    NOTE_LIMIT,
    SignatureType,
    VerifierKey,
    format_verifier_key,
    parse_note,
    parse_verifier_key,
)
from ledger.tlog.policy import POLICY_LIMIT, parse_policy
from ledger.tlog.proof import PROOF_LIMIT, TlogProof, format_proof, format_receipt, parse_proof, parse_receipt
from ledger.tlog.tile import ENTRIES, TILE_WIDTH, Tile, format_bundle, format_tile, parse_bundle, parse_tile
from ledger.tlog.timestamp import ROOTS_LIMIT, TIMESTAMP_LIMIT
from ledger.tlog.witness import REQUEST_LIMIT, parse_request
from tests.unit.tlog.small_log import ED25519, MLDSA, signed, small_log
from tests.unit.tlog.test_fraud import FORK, REPLACED
from tests.unit.tlog.test_proof import RECEIPT

NOTE = b"text\n\n"
SIGNATURE = "\N{EM DASH} a MTIzNDU=\n".encode()  # a name, and base64 of an id of four bytes and one of a signature
HASH = format_hash(Hash(bytes(32)))
PLEDGES = PrivateKey.from_seed("Ed25519", bytes(32))


def digests(count: int, *, start: int = 0) -> list[str]:
    """Return so many different digests."""
    return [f"sha256:{number:064x}" for number in range(start, start + count)]


def model(of: type[Any], body: dict[str, Any]) -> object:
    """Return a body read as a statement's is, with our error for what is wrong."""
    from pydantic import ValidationError

    try:
        return of.model_validate_json(json.dumps(body))
    except ValidationError as error:
        raise explain(error, what="the body") from error


def erasure(**members: Any) -> object:
    """Return an erasure."""
    return model(Erasure, {"digests": digests(1), "ground": "a law", "reason": "asked", **members})


def charter(count: int = 1, **members: Any) -> object:
    """Return a charter with so many root keys."""
    roots = [PrivateKey.from_seed("Ed25519", bytes([number]) * 32).public.jwk for number in range(1, count + 1)]
    return model(
        Charter,
        {
            "origin": "example.org/log", "title": "A log", "operator": PLEDGES.public.jwk, "root": roots,
            "threshold": 1, "checkpoint": [ED25519.public.jwk, MLDSA.public.jwk], "methods": ["2026.1"], **members,
        },
    )  # fmt: skip


def fraud(change: Callable[[dict[str, Any]], None], proof: Any = FORK) -> object:
    """Return a fraud proof with a member changed."""
    value = json.loads(format_fraud(proof))
    change(value)
    return parse_fraud(format_json(value))


def fraud_keys(count: int) -> object:
    """Return a fraud proof that names so many keys."""
    keys = [
        format_verifier_key(VerifierKey(f"w{number}", SignatureType.ED25519_COSIGNATURE, ED25519.public))
        for number in range(count)
    ]
    return fraud(lambda value: value.update(keys=keys))


def path_of(value: Any) -> list[Any]:
    """Return the first list of hashes in a fraud proof."""
    pending = [value]
    while pending:
        one = pending.pop(0)
        if isinstance(one, dict):
            for name, member in one.items():
                if name == "inclusion":
                    return member  # type: ignore[no-any-return]
                pending.append(member)
    message = "a fraud proof without hashes"
    raise AssertionError(message)


def fraud_hashes(count: int) -> object:
    """Return a fraud proof with so many hashes in one of its proofs."""

    def lengthen(value: dict[str, Any]) -> None:
        path = path_of(value)
        path[:] = [path[0]] * count

    return fraud(lengthen, REPLACED)


def cosigned(name: str, origin: str) -> object:
    """Return a cosignature by an ML-DSA-44 key, whose names have a length of one byte."""
    return cosign(Head(b"", origin, 1, Hash(bytes(32))), name=name, key=MLDSA, at=1)


def vkey(length: int) -> object:
    """Return a verifier key of so many characters."""
    bare = len(format_verifier_key(VerifierKey("w", SignatureType.MLDSA44_COSIGNATURE, MLDSA.public))) - 1
    key = VerifierKey("w" * (length - bare), SignatureType.MLDSA44_COSIGNATURE, MLDSA.public)
    text = format_verifier_key(key)
    assert len(text) == length
    return parse_verifier_key(text)


def nested(depth: int) -> object:
    """Return arrays in arrays."""
    return parse_json(b"[" * depth + b"]" * depth, what="the text")


def archived(members: dict[str, bytes]) -> object:
    """Return an archive of these members, read again."""
    sink = io.BytesIO()
    format_archive([measure(part_of(name, raw)) for name, raw in members.items()], sink)
    return open_archive(sink)


def with_hashes(count: int) -> bytes:
    """Return a receipt with so many hashes, whatever they prove."""
    value = json.loads(format_receipt(RECEIPT))
    value["inclusion"] = [value["inclusion"][0]] * count
    return format_json(value)


def sealed(size: int) -> object:
    """Return an envelope of so many bytes, opened."""
    # Base64 has no text of one letter more than a multiple of four: another algorithm has another header.
    for key in (PLEDGES, PrivateKey.from_seed("ES256", bytes(31) + b"\x01")):
        bare = len(seal(format_json({"x": ""}), key, typ=STATEMENT).raw)
        for padding in range((size - bare) * 3 // 4 - 2, (size - bare) * 3 // 4 + 3):
            raw = seal(format_json({"x": "x" * padding}), key, typ=STATEMENT, limit=size + 8).raw
            if len(raw) == size:
                return open_envelope(raw, typ=STATEMENT)
    message = f"no envelope of {size} bytes"
    raise AssertionError(message)


EXACT: dict[str, tuple[Callable[[int], object], int, str]] = {
    "bytes of a note": (
        lambda n: parse_note((NOTE + SIGNATURE).rjust(n, b"t")), NOTE_LIMIT, "1048577 bytes long, and 1048576 is",
    ),
    "signatures of a note": (lambda n: parse_note(NOTE + SIGNATURE * n), 100, "101 signatures, and 100 is the most"),
    "characters of a verifier key": (vkey, 4096, "name\\+id\\+key"),
    "hashes of a tlog-proof": (
        lambda n: parse_proof(f"c2sp.org/tlog-proof@v1\nindex 4\n{(HASH + chr(10)) * n}\n".encode() + signed(7)), 62,
        "63 hashes, and 62 is the most",
    ),
    "hashes of a receipt": (
        lambda n: parse_receipt(with_hashes(n)), 62, "63 hashes, and 62 is the most",
    ),
    "lines of a witness's request": (
        lambda n: parse_request(f"old 1\n{(HASH + chr(10)) * n}\n".encode() + signed(2)), 63, "64 lines, and 63 is",
    ),
    "bytes of a policy": (lambda n: parse_policy(b"quorum none\n".rjust(n, b"\n")), POLICY_LIMIT, "is the most"),
    "keys of a fraud proof": (fraud_keys, 100, "1 to 100 verifier keys"),
    "hashes of a fraud proof": (fraud_hashes, 124, "at most 124 hashes"),
    "hashes of a tile": (
        lambda n: parse_tile(format_tile([Hash(bytes(32))] * n), width=min(n, TILE_WIDTH)), 256, "256 hashes|bytes",
    ),
    "entries of a bundle": (
        lambda n: parse_bundle(format_bundle([b"x"] * n), width=min(n, TILE_WIDTH)), 256, "256 entries",
    ),
    "bytes of an entry in a bundle": (lambda n: format_bundle([b"x" * n]), 65_535, "65536 bytes does not go into"),
    "bytes of a witness's name": (lambda n: cosigned("w" * n, "example.org/log"), 255, "at most 255 bytes"),
    "bytes of an origin that is cosigned": (lambda n: cosigned("w", "o" * n), 255, "at most 255 bytes"),
    "characters of a name in an archive": (lambda n: archived({"a" * n: b"x"}), 120, "not of the form"),
    "levels of JSON": (nested, 32, "deeper than 32 levels"),
    "bytes of JSON": (lambda n: parse_canonical(json.dumps("x" * (n - 2)).encode(), what="it"), 1 << 20, "1048576"),
    "a whole number": (lambda n: parse_json(str(n).encode(), what="it"), 2**53 - 1, "9007199254740991|integer|number"),
    "bytes of an envelope": (sealed, 1 << 20, "at most 1048576 are accepted"),
    "digests of an erasure": (lambda n: erasure(digests=digests(n)), 1000, "digests"),
    "statements that an erasure affects": (
        lambda n: erasure(affects=digests(n, start=5000)), 1000, "affects",
    ),
    "root keys of a charter": (charter, 20, "root"),
    "threshold of a charter": (lambda n: charter(20, threshold=n), 20, "threshold"),
    "approvals of a charter": (lambda n: charter(approvals=["x"] * n), 20, "approvals"),
    "characters of an approval": (lambda n: charter(approvals=["x" * n]), 200_000, "approvals"),
    "witnesses of a charter's quorum": (lambda n: charter(quorum=n), 100, "quorum"),
    "methods of a charter": (
        lambda n: charter(methods=[f"{2000 + number}.1" for number in range(n)]), 50, "methods",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EXACT)
def test_limit_is_the_last_that_is_admitted(case: str) -> None:
    """At the number it is read; one beyond, it is refused in a sentence of ours (design §2.1, §2.3, §2.4)."""
    read, limit, reason = EXACT[case]
    assert read(limit) is not None
    with pytest.raises(MalformedError, match=reason):
        read(limit + 1)


SIZED: dict[str, tuple[str, Callable[[], bytes], Callable[[bytes], object]]] = {
    "a tlog-proof": ("ledger.tlog.proof.PROOF_LIMIT", lambda: format_proof(proof_with(b"more")), parse_proof),
    "a receipt": ("ledger.tlog.proof.PROOF_LIMIT", lambda: format_receipt(RECEIPT), parse_receipt),
    "a fraud proof": ("ledger.tlog.fraud.FRAUD_LIMIT", lambda: format_fraud(FORK), parse_fraud),
    "a witness's request": (
        "ledger.tlog.witness.REQUEST_LIMIT", lambda: b"old 0\n\n" + signed(2), parse_request,
    ),
    "a header": ("ledger.tlog.entry.HEADER_LIMIT", lambda: small_log(1)[0][0], parse_header),
}  # fmt: skip


def proof_with(extra: bytes) -> TlogProof:
    """Return a proof with something added to it."""
    return TlogProof(RECEIPT.index, RECEIPT.inclusion, RECEIPT.checkpoint, extra)


@pytest.mark.parametrize("case", SIZED)
def test_size_at_the_limit_is_read_and_a_byte_more_is_not(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than the limit is refused before it is read; the limit itself is not (design §2.3, §2.4)."""
    limit, make, read = SIZED[case]
    raw = make()
    monkeypatch.setattr(limit, len(raw))
    assert read(raw) is not None
    monkeypatch.setattr(limit, len(raw) - 1)
    with pytest.raises(MalformedError, match=rf"{len(raw)} bytes|{len(raw) - 1}"):
        read(raw)


def test_archive_has_as_many_members_as_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The form counts them in two bytes; neither the writer nor the reader goes beyond (design §2.6)."""
    three = dict.fromkeys("abc", b"")
    whole = io.BytesIO()
    format_archive([measure(part_of(name, raw)) for name, raw in three.items()], whole)
    monkeypatch.setattr("ledger.audit.archive.MEMBERS_LIMIT", 3)
    assert archived(three) is not None
    monkeypatch.setattr("ledger.audit.archive.MEMBERS_LIMIT", 2)
    with pytest.raises(MalformedError, match="more than 2 members"):
        archived(three)
    with pytest.raises(MalformedError, match="or one too many, stands"):
        open_archive(whole)


def test_findings_are_listed_up_to_the_limit_and_then_counted() -> None:
    """Whoever fills a report with findings does not hide that there are more (design §2.6)."""
    notes = Notes()
    for number in range(1001):
        assert notes.unlisted == 0
        notes.find(6, "entry.form", f"entry {number}", "It is no header.")
    assert (len(notes.findings), notes.unlisted) == (1000, 1)


def test_limits_are_those_that_are_documented() -> None:
    """The numbers themselves: a change of one is a change of a format (docs/formats.md)."""
    assert (NOTE_LIMIT, POLICY_LIMIT, PROOF_LIMIT, REQUEST_LIMIT, HEADER_LIMIT, SECRET_LIMIT) == (
        1_048_576, 1_048_576, 1_114_112, 1_052_672, 4096, 65_536,
    )  # fmt: skip


@pytest.mark.parametrize(("size", "is_read"), [(SECRET_LIMIT, True), (SECRET_LIMIT + 1, False)])
def test_key_file_is_read_up_to_its_limit(size: int, is_read: bool, tmp_path: Any) -> None:
    """A file of keys or settings is small, and a larger one is another file (docs/keys.md)."""
    path = tmp_path / "key"
    path.write_bytes(b"x" * size)
    path.chmod(0o600)
    if is_read:
        assert len(read_secret(path)) == size
    else:
        with pytest.raises(MalformedError, match="more than 65536 bytes"):
            read_secret(path)


class OneFile:
    """A site that has one file, whatever it is asked for."""

    name = "the site"

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def open(self, _path: str) -> io.BytesIO:
        """Return the file."""
        return io.BytesIO(self.raw)


def test_bundle_of_the_longest_headers_is_read_and_a_byte_more_is_not() -> None:
    """A site's bundle holds at most 256 headers of 4096 bytes, each with its length (C2SP tlog-tiles)."""
    headers = tuple(bytes([number]) * HEADER_LIMIT for number in range(TILE_WIDTH))
    raw = format_bundle(headers)
    tile = Tile(ENTRIES, 0)
    assert read_headers(OneFile(raw), tile) == headers
    with pytest.raises(MalformedError, match="has more than the"):
        read_headers(OneFile(raw + b"\0"), tile)


@pytest.mark.parametrize("size", [1, 1000])
def test_file_of_a_site_is_read_up_to_the_size_that_is_asked_for(size: int) -> None:
    """Where no statement says a size, it is a tebibyte; one byte more than the size is refused (design §2.4)."""
    raw = b"x" * size
    name = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    for limit, is_read in ((size, True), (size - 1, False)):
        stream = Checking(io.BytesIO(raw), name, limit=limit)
        if is_read:
            assert (stream.read(), stream.read()) == (raw, b"")
        else:
            with pytest.raises(MalformedError, match="or more, than its name"):
                stream.read()
    assert FILE_LIMIT == 2**40
    assert (Checking.__init__.__kwdefaults__ or {})["limit"] == FILE_LIMIT


@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_timestamp_is_read_from_disk_as_far_as_any_can_be_long(more: int, tmp_path: Path) -> None:
    """What is longer than any may be is read one byte too far, so that its reader refuses it, and no further (§2.4)."""
    limit = stamped._READ_LIMIT
    assert limit >= max(TIMESTAMP_LIMIT, ROOTS_LIMIT)
    (tmp_path / f"{7:019d}-authority.tsr").write_bytes(bytes(limit + more))
    read = stamped.StampedDirectory(tmp_path).get(7, "authority") or b""
    assert len(read) == min(limit + more, limit + 1)
