"""The archive: one spelling of a ZIP file, and a reader that accepts nothing else (design §2.6)."""

import io
import struct
import zipfile
import zlib

import pytest

from ledger.audit.archive import (
    Archive,
    Part,
    format_archive,
    measure,
    open_archive,
    part_of,
)
from ledger.errors import MalformedError, UnavailableError

PARTS = {"audit.json": b"{}", "statements/0a": b"one", "statements/0b": b""}

# APPNOTE.TXT 6.3.10 §4.3.7, §4.3.12 and §4.3.16, written out by hand for one member "a" with the content "x".
# The CRC-32 of "x" is 0x8CDC1683; 0x0021 is 1 January 1980; 0x81A4 are the mode bits of a regular file, 0644.
ONE_MEMBER = bytes.fromhex(
    "504b0304 0a00 0000 0000 0000 2100 8316dc8c 01000000 01000000 0100 0000 61 78"
    "504b0102 0a03 0a00 0000 0000 0000 2100 8316dc8c 01000000 01000000 0100 0000 0000 0000 0000 0000a481 00000000 61"
    "504b0506 0000 0000 0100 0100 2f000000 20000000 0000"
)


def written(parts: dict[str, bytes]) -> bytes:
    """Return the archive of these parts."""
    sink = io.BytesIO()
    format_archive([measure(part_of(name, raw)) for name, raw in parts.items()], sink)
    return sink.getvalue()


def read(raw: bytes) -> Archive:
    """Return the archive that the bytes hold."""
    return open_archive(io.BytesIO(raw))


def test_writer_writes_the_bytes_that_the_form_describes() -> None:
    """The bytes are those that a reader of APPNOTE.TXT works out by hand (§4.3)."""
    assert written({"a": b"x"}) == ONE_MEMBER


def test_reader_and_writer_undo_each_other() -> None:
    """What is written is read again, in order, with the digests of the contents."""
    archive = read(written(PARTS))
    assert {member.name: archive.read(member.name) for member in archive.members} == PARTS
    assert [member.name for member in archive.members] == list(PARTS)
    assert archive.members[0].digest == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_other_programs_unpack_it() -> None:
    """The standard library's reader finds the same members, dated on the first day that the form can say."""
    with zipfile.ZipFile(io.BytesIO(written(PARTS))) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == PARTS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}


def test_archive_without_members_is_an_end_record() -> None:
    """Nothing is also something that can be written and read again."""
    assert read(written({})).members == ()


def test_member_is_read_in_pieces() -> None:
    """A stream over a member ends with the member, and closing it leaves the archive usable."""
    archive = read(written({"a": b"first\nsecond", "b": b"next"}))
    with archive.open("a") as stream:
        assert stream.readline() == b"first\n"
        assert archive.read("b") == b"next"
        assert stream.read() == b"second"
    assert archive.read("a", limit=12) == b"first\nsecond"


@pytest.mark.parametrize(
    ("name", "limit", "reason"), [("nobody", 10, "has no member nobody"), ("a", 1, "has 2 bytes where at most 1")]
)
def test_member_that_is_absent_or_too_large_is_refused(name: str, limit: int, reason: str) -> None:
    """Reading a member names it and says what is wrong."""
    with pytest.raises(MalformedError, match=reason):
        read(written({"a": b"xy"})).read(name, limit=limit)


@pytest.mark.parametrize("byte", range(len(ONE_MEMBER)))
def test_no_byte_can_be_changed(byte: int) -> None:
    """Every byte is accounted for: versions, flags, method, dates, sums, sizes, names, content, lengths of comments."""
    for mask in (0x01, 0x80, 0xFF):
        changed = bytearray(ONE_MEMBER)
        changed[byte] ^= mask
        with pytest.raises(MalformedError, match="not a bundle as it was written"):
            read(bytes(changed))


def with_zipfile(
    *,
    name: str = "a",
    method: int = zipfile.ZIP_STORED,
    mode: int = 0o100644,
    extra: bytes = b"",
    comment: bytes = b"",
    size: int = 1,
) -> bytes:
    """Return a one-member archive by the standard library's writer, with one setting changed."""
    sink = io.BytesIO()
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = method
    info.external_attr = mode << 16
    info.extra = extra
    info.create_version = 10
    info.extract_version = 10
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(info, b"x" * size)
        archive.comment = comment
    return sink.getvalue()


FORGERIES = {
    "nothing": b"",
    "thirty bytes of something": b"x" * 30,
    "not an archive": b"%PDF-1.7 something else entirely, but long enough for a header",
    "one byte short": ONE_MEMBER[:-1],
    "ends inside a header": ONE_MEMBER[:20],
    "ends inside the content": ONE_MEMBER[:31],
    "ends before the directory": ONE_MEMBER[:32],
    "a byte before it": b"\0" + ONE_MEMBER,
    "a byte after it": ONE_MEMBER + b"\0",
    "a byte between member and directory": ONE_MEMBER[:32] + b"\0" + ONE_MEMBER[32:],
    "the same twice": ONE_MEMBER * 2,
    "compressed": with_zipfile(method=zipfile.ZIP_DEFLATED, size=100_000),
    "a path up": with_zipfile(name="../a"),
    "an absolute path": with_zipfile(name="/etc/a"),
    "a path with a backslash": with_zipfile(name="a\\b"),
    "a drive": with_zipfile(name="c:a"),
    "a directory": with_zipfile(name="a/", size=0),
    "a hidden file": with_zipfile(name=".a"),
    "an empty step": with_zipfile(name="a//b"),
    "a name in capitals": with_zipfile(name="A"),
    "a name that is not ASCII": with_zipfile(name="ä"),
    "an endless name": with_zipfile(name="a" * 121),
    "a symbolic link": with_zipfile(mode=0o120777),
    "an extra field": with_zipfile(extra=struct.pack("<HH2s", 0xCAFE, 2, b"ab")),
    "a comment": with_zipfile(comment=b"verified by a friend"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_the_writer_would_not_write_is_refused(forgery: str) -> None:
    """One spelling: whatever else unpacks to the same members is malformed, and says where (design §2.6)."""
    with pytest.raises(MalformedError, match=r"not a bundle as it was written.*at byte [0-9]+") as caught:
        read(FORGERIES[forgery])
    assert isinstance(caught.value.facts["byte"], int)


def test_second_member_of_a_name_is_refused() -> None:
    """Two members of one name would let two readers see two bundles; the writer refuses it as well."""
    twin = ONE_MEMBER[:32]
    rows, end = ONE_MEMBER[32:79], bytes.fromhex("504b0506 0000 0000 0200 0200 5e000000 40000000 0000")
    second = rows[:42] + struct.pack("<I", 32) + rows[46:]
    with pytest.raises(MalformedError, match="second member of the same name"):
        read(twin * 2 + rows + second + end)
    with pytest.raises(MalformedError, match="comes twice"):
        format_archive([measure(part_of("a", b"x"))] * 2, io.BytesIO())


def test_size_that_lies_costs_nothing() -> None:
    """A header that promises four gigabytes is found by its missing bytes, not by asking for them."""
    forged = bytearray(ONE_MEMBER)
    forged[18:26] = struct.pack("<II", 0xFFFFFF00, 0xFFFFFF00)
    with pytest.raises(MalformedError, match="cut short"):
        read(bytes(forged))


@pytest.mark.parametrize("name", ["", "a/", "/a", "../a", "a\\b", "A", "a b", "a" * 121, "ä"])
def test_writer_refuses_names_that_no_reader_takes(name: str) -> None:
    """Names are plain lower-case paths, for the writer as for the reader."""
    with pytest.raises(MalformedError, match="member name"):
        written({name: b""})


def test_writer_notices_a_part_that_changes_under_it() -> None:
    """What is written is what was measured, or nothing is said to be written."""
    contents = iter([b"one", b"two"])
    changing = measure(Part("a", lambda: io.BytesIO(next(contents))))
    with pytest.raises(MalformedError, match="changed while it was written"):
        format_archive([changing], io.BytesIO())


def test_archive_that_would_be_too_large_is_refused() -> None:
    """The plain form ends at four gigabytes; the writer says so before it has written them."""
    small = measure(part_of("a", b""))
    large = type(small)(Part("a", io.BytesIO), 2**32 - 80, zlib.crc32(b""), small.digest)
    with pytest.raises(MalformedError, match="put less into it"):
        format_archive([large], io.BytesIO())


def test_file_that_cannot_be_read_is_unavailable() -> None:
    """An error of the disk is no judgement about the bundle."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error", size)

    with pytest.raises(UnavailableError, match="Input/output error"):
        open_archive(Broken())


def test_file_that_goes_away_while_it_is_read_is_unavailable() -> None:
    """A member that can no longer be read is no judgement about the bundle, either."""
    file = io.BytesIO(written(PARTS))
    archive = open_archive(file)

    class Gone(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise OSError(5, "Input/output error", offset, whence)

    archive._file = Gone()
    with pytest.raises(UnavailableError, match="Input/output error"):
        archive.read("audit.json")
    with archive.open("audit.json") as stream, pytest.raises(UnavailableError, match="Input/output error"):
        stream.read()
