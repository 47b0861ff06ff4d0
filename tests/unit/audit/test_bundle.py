"""The bundle: which members it has, in which order, and the manifest that lists them (design §2.6)."""

import io
from itertools import permutations

import pytest

from ledger.audit.archive import Part, format_archive, measure, part_of
from ledger.audit.bundle import (
    Listed,
    Manifest,
    Software,
    format_bundle,
    format_manifest,
    mapping_member,
    observations_member,
    open_bundle,
    parse_manifest,
    raw_member,
    statement_member,
)
from ledger.errors import MalformedError

SOFTWARE = Software(name="pledger", version="0.1.0", lock=None)
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PLAIN = ("audit.json", "checkpoint", "policy", "headers", "selection.sql")
DIGESTED = (statement_member(A), statement_member(B), observations_member(A), raw_member(B), mapping_member(A))
ORDERED = (
    "manifest.json", "audit.json", "report.html", "checkpoint", "policy", "headers",
    "statements/" + "a" * 64, "statements/" + "b" * 64, "observations/" + "a" * 64 + ".csv", "raw/" + "b" * 64,
    "mappings/" + "a" * 64 + ".toml", "selection.sql",
)  # fmt: skip
"""The order of design §2.6, by hand."""


def parts(*names: str) -> list[Part]:
    """Return a part for each name, with its own name as content."""
    return [part_of(name, name.encode()) for name in names]


def written(given: list[Part], software: Software = SOFTWARE) -> bytes:
    """Return the bundle of these parts."""
    sink = io.BytesIO()
    format_bundle(given, sink, software=software)
    return sink.getvalue()


def archived(*names: str) -> io.BytesIO:
    """Return an archive of just these members, in just this order, no bundle's rules applied."""
    sink = io.BytesIO()
    format_archive([measure(part_of(name, b"")) for name in names], sink)
    return sink


def test_members_stand_in_one_order_whatever_order_they_come_in() -> None:
    """The same members are the same bytes."""
    names = [*PLAIN, "report.html", *DIGESTED]
    first = written(parts(*names))
    assert tuple(member.name for member in open_bundle(io.BytesIO(first)).members) == ORDERED
    for order in permutations(DIGESTED):
        assert written(parts(*order, "report.html", *reversed(PLAIN))) == first


def test_manifest_lists_digest_and_size_of_every_other_member() -> None:
    """What the manifest says of a member can be checked with a plain SHA-256 tool (that of ``policy`` by sha256sum)."""
    archive = open_bundle(io.BytesIO(written(parts(*PLAIN, *DIGESTED))))
    manifest = parse_manifest(archive.read("manifest.json"))
    assert [one.name for one in manifest.members] == [member.name for member in archive.members[1:]]
    policy = next(one for one in manifest.members if one.name == "policy")
    assert policy.size == 6
    assert policy.digest == "sha256:823412d1eacb67956220e532959f0104603057c88704863ca38e7cd188fda812"
    assert manifest.software == SOFTWARE


def test_manifest_is_canonical_and_read_back() -> None:
    """Parse and format undo each other."""
    manifest = Manifest(
        schema_="bundle.v1",
        software=Software(name="pledger", version="1.2.3", lock=A),
        members=(Listed(name="policy", digest=B, size=3),),
    )
    assert format_manifest(manifest) == (
        b'{"members":[{"digest":"' + B.encode() + b'","name":"policy","size":3}],"schema":"bundle.v1",'
        b'"software":{"lock":"' + A.encode() + b'","name":"pledger","version":"1.2.3"}}'
    )
    assert parse_manifest(format_manifest(manifest)) == manifest


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "manifest"),
        (b'{"schema":"bundle.v1"}', "is missing"),
        (b'{"members":[],"more":1,"schema":"bundle.v1","software":{"lock":null,"name":"a","version":"1"}}', "more"),
        (b'{"members":[],"schema":"bundle.v2","software":{"lock":null,"name":"a","version":"1"}}', "schema"),
        (b'{"members":[], "schema":"bundle.v1","software":{"lock":null,"name":"a","version":"1"}}', "RFC 8785"),
        (b'{"members":{},"schema":"bundle.v1","software":{"lock":null,"name":"a","version":"1"}}', "members"),
        (b'{"members":[],"schema":"bundle.v1","software":{"lock":"1","name":"a","version":"1"}}', "lock"),
    ],
)
def test_manifest_of_another_form_is_malformed(raw: bytes, reason: str) -> None:
    """What is not a manifest is refused, with the place."""
    with pytest.raises(MalformedError, match=reason):
        parse_manifest(raw)


BROKEN = {
    "no member at all": ((), "has no member manifest.json"),
    "no manifest": (ORDERED[1:], "has no member manifest.json"),
    "no checkpoint": (ORDERED[:3] + ORDERED[4:], "has no member checkpoint"),
    "no selection": (ORDERED[:-1], "has no member selection.sql"),
    "manifest not first": ((*ORDERED[1:], "manifest.json"), "out of order"),
    "statements swapped": ((*ORDERED[:6], ORDERED[7], ORDERED[6], *ORDERED[8:]), "out of order"),
    "a file of somebody else": ((*ORDERED, "readme.txt"), "no member named"),
    "a statement that is named freely": ((*ORDERED[:6], "statements/mine", *ORDERED[6:]), "no member named"),
    "observations without their suffix": ((*ORDERED[:8], "observations/" + "c" * 64, *ORDERED[8:]), "no member named"),
    "a digest that is none": ((*ORDERED[:6], "statements/" + "0" * 63 + "g", *ORDERED[6:]), "no member named"),
}


@pytest.mark.parametrize("phrase", BROKEN)
def test_archive_that_is_no_bundle_is_malformed(phrase: str) -> None:
    """Unknown, missing, disordered members end the check at its first step (design §2.6)."""
    names, reason = BROKEN[phrase]
    with pytest.raises(MalformedError, match=reason):
        open_bundle(archived(*names))


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (PLAIN[1:], "no member audit.json"),
        ((*PLAIN, "readme.txt"), "no member named"),
        ((*PLAIN, "policy"), "comes twice"),
        ((*PLAIN, "manifest.json"), "comes twice"),
    ],
)
def test_writer_refuses_what_the_reader_would(names: tuple[str, ...], reason: str) -> None:
    """Nothing is written that could not be read again."""
    sink = io.BytesIO()
    with pytest.raises(MalformedError, match=reason):
        format_bundle(parts(*names), sink, software=SOFTWARE)
    assert sink.getvalue() == b""
