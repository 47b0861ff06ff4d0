"""Every bound of our formats and of those we speak: what is at it is read, and one more is refused (design §2).

Bounds of what an environment gives (files, networks, programs) are tested beside them; here is what anybody may send.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.audit import bundle
from ledger.audit.archive import format_archive, measure, open_archive, part_of
from ledger.audit.bundle import open_bundle
from ledger.audit.check.case import Notes
from ledger.audit.check.completeness import AUDIT_LIMIT, AUDIT_PARTS
from ledger.audit.comparison.given import open_given
from ledger.audit.verify import verify
from ledger.errors import MalformedError
from ledger.model.charter import Charter
from ledger.model.erasure import Erasure
from ledger.model.statement import explain
from ledger.remote import publisher
from ledger.remote.publisher import parse_publisher
from ledger.runtime.file import SECRET_LIMIT, read_secret
from ledger.service.site import FILE_LIMIT, Checking, read_headers
from ledger.signing import piece
from ledger.signing.canonical import format_json, parse_canonical, parse_json
from ledger.signing.envelope import STATEMENT, open_envelope, seal
from ledger.signing.key import PrivateKey
from ledger.store import stamped
from ledger.tlog.checkpoint import parse_checkpoint
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
from ledger.tlog.tile import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    format_bundle,
    format_tile,
    format_tile_path,
    parse_bundle,
    parse_tile,
    parse_tile_path,
)
from ledger.tlog.timestamp import ROOTS_LIMIT, TIMESTAMP_LIMIT
from ledger.tlog.witness import REQUEST_LIMIT, parse_request
from tests.unit.audit.small_ledger import bundled, monthly, sha256, soy_ledger, unbundled
from tests.unit.audit.test_trust import FIRST, indexed, policy
from tests.unit.audit.test_verify import FULL
from tests.unit.tlog.small_log import ED25519, MLDSA, signed, small_log
from tests.unit.tlog.test_fraud import FORK, REPLACED
from tests.unit.tlog.test_proof import RECEIPT

ROOT = Path(__file__).parents[2]
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


def cosigned_at_time(at: int) -> object:
    """Return a cosignature that names a time."""
    return cosign(Head(b"text\n", "example.org/log", 1, Hash(bytes(32))), name="w", key=MLDSA, at=at)


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
    "entries of a tree": (lambda n: parse_checkpoint(f"log\n{n}\n{HASH}\n".encode()), 2**62, "size|number|entries"),
    "seconds of a cosignature's time": (cosigned_at_time, 2**63 - 1, "0 to 9223372036854775807|time|seconds"),
    "level of a tile": (lambda n: parse_tile_path(f"tile/{n}/000"), 63, "not the path of a tile"),
    "level of a tile that is written": (lambda n: format_tile_path(Tile(n, 0)), 63, "There is no tile"),
    "index of a tile": (lambda n: format_tile_path(Tile(0, n)), 2**54, "There is no tile"),
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


PUBLISHER = (ROOT / "ledger" / "remote" / "publishers").glob("*.toml")


def test_publisher_is_declared_within_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of a publisher, and the answer that it says may come, are bounded (docs/fetching.md)."""
    raw = min(PUBLISHER).read_bytes()
    assert parse_publisher(raw.ljust(publisher.LIMIT, b"\n"), name="it") is not None
    with pytest.raises(MalformedError, match="at most 65536 are read"):
        parse_publisher(raw.ljust(publisher.LIMIT + 1, b"\n"), name="it")
    text, count = re.subn(rb"(?m)^limit = [0-9_]+", b"limit = %d", raw, count=1)
    assert count == 1
    assert parse_publisher(text % publisher.BODY_LIMIT, name="it") is not None
    with pytest.raises(MalformedError, match="limit"):
        parse_publisher(text % (publisher.BODY_LIMIT + 1), name="it")


def test_protected_header_has_at_most_256_bytes() -> None:
    """A header of another length is told from one that is too long before it is decoded (design §2.2)."""
    for size, reason in ((256, "header"), (257, "longer than 256 bytes")):
        with pytest.raises(MalformedError, match=reason) as caught:
            open_envelope(b"A" * size + b".AAAA.AAAA", typ=STATEMENT)
        assert ("longer than" in caught.value.message) == (size > 256)


# --- what a bundle's members may have ---------------------------------------------------------------------------------


def test_manifest_of_a_bundle_has_at_most_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte more is a finding, before it is read whole (design §2.6)."""
    raw = soy_ledger(*FULL).bundle()
    size = len(open_bundle(io.BytesIO(raw)).read("manifest.json"))
    codes = []
    for limit in (size, size - 1):
        monkeypatch.setattr("ledger.audit.check.manifest.MANIFEST_LIMIT", limit)
        codes.append({one.code for one in verify(io.BytesIO(raw)).findings})
    assert codes[0] == set()
    assert "manifest.malformed" in codes[1]


def test_result_that_is_read_whole_has_at_most_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself and out of a bundle; verification reads it in pieces instead (design §2.6)."""
    raw = soy_ledger(*FULL).bundle()
    audit = unbundled(raw)["audit.json"]
    monkeypatch.setattr("ledger.audit.comparison.given.AUDIT_LIMIT", len(audit))
    assert {open_given(io.BytesIO(one)).raw for one in (raw, audit)} == {audit}
    monkeypatch.setattr("ledger.audit.comparison.given.AUDIT_LIMIT", len(audit) - 1)
    for one in (raw, audit):
        with pytest.raises(MalformedError, match=f"{len(audit)} bytes|{len(audit) - 1}"):
            open_given(io.BytesIO(one))


PARTS: dict[str, tuple[Callable[[bytes], object], int]] = {
    "a statement": (lambda raw: parse_canonical(raw, what="it"), 200_000),
    "a piece of a long result": (
        lambda raw: parse_canonical(raw, what="it", limit=1 << 26, parts=piece.PIECE_PARTS), 1_000_000,
    ),
    "a result": (lambda raw: parse_canonical(raw, what="it", limit=AUDIT_LIMIT, parts=AUDIT_PARTS), 2_000_000),
    "a manifest": (
        lambda raw: parse_canonical(raw, what="it", limit=bundle.MANIFEST_LIMIT, parts=bundle._MANIFEST_PARTS), 524_288,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_json_has_as_many_parts_as_its_limit(case: str) -> None:
    """Commas, brackets, braces and escapes are counted before a value is made of any (design §2.1)."""
    read, limit = PARTS[case]
    assert read(b"[" + b"0," * (limit - 1) + b"0]") is not None
    with pytest.raises(MalformedError, match=f"more than {limit} commas"):
        read(b"[" + b"0," * limit + b"0]")


def in_order(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return members as a bundle has them: the selection after the files."""
    selection = members.pop("selection.sql")
    files = {name: members.pop(name) for name in sorted(members) if "/" in name}
    order = ("statements/", "observations/", "raw/", "mappings/")
    ranked = sorted(files, key=lambda name: (order.index(f"{name.partition('/')[0]}/"), name))
    return {**members, **{name: files[name] for name in ranked}, "selection.sql": selection}


def test_mapping_of_a_bundle_has_at_most_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mapping that travels is a small file; one more byte is a finding (design §2.6)."""
    mapping = b"name = 'census'"
    body = {"name": "tabular", "version": "1", "mapping": sha256(mapping), "mapping_name": "census"}
    made = soy_ledger()
    made.observe(monthly(*FULL), importer=body)
    name = f"mappings/{sha256(mapping)[7:]}.toml"
    raw = bundled(in_order({**made.members(), name: mapping}))
    codes = []
    for limit in (len(mapping), len(mapping) - 1):
        monkeypatch.setattr("ledger.audit.check.figure.MAPPING_LIMIT", limit)
        codes.append({one.code for one in verify(io.BytesIO(raw)).findings})
    assert codes == [set(), {"file.size"}]


def test_consistency_proofs_are_read_up_to_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """At its limit the member leads on whoever knows replaced keys, and a byte more is malformed (RFC 6962 §2.1.2)."""
    raw = indexed()
    size = len(unbundled(raw)["consistency"])
    codes = []
    for limit in (size, size - 1):
        monkeypatch.setattr("ledger.audit.check.index.CONSISTENCY_LIMIT", limit)
        codes.append({one.code for one in verify(io.BytesIO(raw), policy=policy(FIRST)).findings})
    assert codes[0] == set()
    assert "consistency.malformed" in codes[1]


# --- every limit has its test -----------------------------------------------------------------------------------------

ROOMS = ("tlog", "signing", "service", "remote", "store", "audit", "audit/check")
NAME = re.compile(r"_?([A-Z]+_)*(LIMIT|PARTS|LINES)|_?(MAX|LAST)_[A-Z]+")

HERE = "tests/conformance/test_limit.py::"
LAST, SIZED_HERE = f"{HERE}test_limit_is_the_last_that_is_admitted", f"{HERE}test_size_at_the_limit"
WHERE: dict[str, str] = {
    "audit.archive.ARCHIVE_LIMIT": "tests/unit/audit/test_archive.py::test_archive_that_would_be_too_large_is_refused",
    "audit.archive.MEMBERS_LIMIT": f"{HERE}test_archive_has_as_many_members_as_its_limit",
    "audit.archive._NAME_LIMIT": LAST,
    "audit.bundle.HEADERS_LIMIT": "tests/end_to_end/test_completeness.py::test_long_log_asks_for_an_index",
    "audit.bundle.LINES_LIMIT": "tests/unit/audit/test_index_form.py::test_headers_have_a_limit",
    "audit.bundle.MANIFEST_LIMIT": f"{HERE}test_manifest_of_a_bundle_has_at_most_its_limit",
    "audit.bundle.MAPPING_LIMIT": f"{HERE}test_mapping_of_a_bundle_has_at_most_its_limit",
    "audit.bundle.TAIL_LIMIT": "tests/unit/audit/test_index_form.py::test_tail_has_a_limit",
    "audit.bundle.TIMESTAMPS_LIMIT": "tests/end_to_end/test_timestamp.py::test_number_of_timestamps_is_bounded",
    "audit.bundle._MANIFEST_PARTS": f"{HERE}test_json_has_as_many_parts_as_its_limit",
    "audit.check.case.FINDINGS_LIMIT": f"{HERE}test_findings_are_listed_up_to_the_limit",
    "audit.check.completeness.AUDIT_LIMIT": f"{HERE}test_result_that_is_read_whole_has_at_most_its_limit",
    "audit.check.completeness.AUDIT_PARTS": f"{HERE}test_json_has_as_many_parts_as_its_limit",
    "audit.check.index.CONSISTENCY_LIMIT": f"{HERE}test_consistency_proofs_are_read_up_to_their_limit",
    "audit.check.index.INCLUSION_LIMIT": "tests/unit/audit/test_index_form.py::test_inclusion_proof_has_a_limit",
    "remote.publisher.BODY_LIMIT": f"{HERE}test_publisher_is_declared_within_its_limits",
    "remote.publisher.LIMIT": f"{HERE}test_publisher_is_declared_within_its_limits",
    "remote.witness.ANSWER_LIMIT": "tests/end_to_end/test_witness.py::test_answer_of_a_witness_is_read_up_to_its_limit",
    "service.carried.LIST_LIMIT": "tests/unit/service/test_carried.py::test_list_is_read_up_to_its_limit",
    "service.check.LIMIT": "tests/unit/tlog/test_recheck.py::test_findings_are_counted_beyond_the_limit",
    "service.site.FILE_LIMIT": f"{HERE}test_file_of_a_site_is_read_up_to",
    "service.site._BUNDLE_LIMIT": f"{HERE}test_bundle_of_the_longest_headers_is_read",
    "signing.canonical.MAX_BYTES": LAST,
    "signing.canonical.MAX_DEPTH": LAST,
    "signing.canonical.MAX_INTEGER": LAST,
    "signing.canonical.MAX_PARTS": f"{HERE}test_json_has_as_many_parts_as_its_limit",
    "signing.der.DEPTH_LIMIT": "tests/unit/signing/test_der.py::",
    "signing.envelope._HEADER_LIMIT": f"{HERE}test_protected_header_has_at_most_256_bytes",
    "signing.piece.PIECES_LIMIT": "tests/unit/signing/test_piece.py::test_bound_is_the_last_that_is_read",
    "signing.piece.PIECE_LIMIT": "tests/unit/signing/test_piece.py::test_bound_is_the_last_that_is_read",
    "signing.piece.PIECE_PARTS": f"{HERE}test_json_has_as_many_parts_as_its_limit",
    "store.stamped._READ_LIMIT": f"{HERE}test_timestamp_is_read_from_disk",
    "tlog.cosignature._LAST_TIME": LAST,
    "tlog.cosignature._NAME_LIMIT": LAST,
    "tlog.entry.HEADER_LIMIT": SIZED_HERE,
    "tlog.fraud.FRAUD_LIMIT": SIZED_HERE,
    "tlog.fraud.HASHES_LIMIT": LAST,
    "tlog.fraud.KEYS_LIMIT": LAST,
    "tlog.index.INDEX_LIMIT": "tests/unit/tlog/test_index.py::test_proof_has_at_most_64_kilobytes",
    "tlog.merkle.MAX_SIZE": LAST,
    "tlog.note.NOTE_LIMIT": LAST,
    "tlog.note.SIGNATURES_LIMIT": LAST,
    "tlog.note._VKEY_LIMIT": LAST,
    "tlog.policy.POLICY_LIMIT": LAST,
    "tlog.proof.HASHES_LIMIT": LAST,
    "tlog.proof.PROOF_LIMIT": SIZED_HERE,
    "tlog.recheck.FINDINGS_LIMIT": "tests/unit/tlog/test_recheck.py::test_findings_are_counted_beyond_the_limit",
    "tlog.tile._ENTRY_LIMIT": LAST,
    "tlog.tile._LAST_INDEX": LAST,
    "tlog.tile._LAST_LEVEL": LAST,
    "tlog.timestamp.ACCURACY_LIMIT": "tests/unit/tlog/test_timestamp.py::test_accuracy_limit_is_a_day",
    "tlog.timestamp.AUTHORITY_LIMIT": "tests/unit/tlog/test_timestamp.py::",
    "tlog.timestamp.ROOTS_LIMIT": "tests/unit/tlog/test_timestamp.py::test_most_roots_that_are_read",
    "tlog.timestamp.TIMESTAMP_LIMIT": "tests/end_to_end/test_timestamp.py::test_answer_is_read_up_to_its_limit",
    "tlog.witness.PROOF_LINES": LAST,
    "tlog.witness.REQUEST_LIMIT": SIZED_HERE,
}
"""Each constant that bounds what others may send, and the test at it and one beyond it, or the file where that is."""

NO_LIMITS = {
    "audit.bundle.AUTHORITY_TIMESTAMPS_LIMIT",  # what we put into a bundle, far below what is read
    "remote.webhook.LIMIT",  # of an answer that nobody reads, by the code of a witness's
    "remote.request.LAST_YEAR",  # what may be asked of a publisher
    "signing.piece._NAME_LIMIT",  # how far is read ahead for a name
    "service.determine.RATIOS_LIMIT",  # how much of a result is written into a statement
}
"""Bounds on what we ourselves write."""

NOT_OF_THE_LOG = "audit.printed."
"""The bounds on PDF files, which `tests/unit/audit/test_printed.py` is about."""


def limits() -> set[str]:
    """Return every constant that is named as a bound."""
    found: set[str] = set()
    for room in ROOMS:
        for module in sorted((ROOT / "ledger" / room).glob("*.py")):
            dotted = f"{room.replace('/', '.')}.{module.stem}"
            for line in module.read_text(encoding="utf-8").splitlines():
                name = re.match(r"(\w+)(?:: Final(?:\[[^=]*\])?)? = ", line)
                if name is not None and NAME.fullmatch(name[1]):
                    found.add(f"{dotted}.{name[1]}")
    return found


def test_every_limit_is_tested_at_it_and_beyond() -> None:
    """Whoever writes a bound down writes its test down here (issue of the log, *Bad input*)."""
    named = {limit for limit in limits() if not limit.startswith(NOT_OF_THE_LOG)}
    assert named - NO_LIMITS == set(WHERE)
    for limit, place in WHERE.items():
        path, _, name = place.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}" in text if name else limit.rpartition(".")[2] in text, limit
