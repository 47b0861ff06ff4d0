"""The archive: a ZIP file that has exactly one spelling.

Members are STORED one after the other, with one fixed date, no flags, no extra fields and no comments, and the central
directory repeats what stands before it. So the same members are the same bytes on every machine, any ZIP program can
unpack them, and nothing expands. The reader accepts only what the writer writes: it goes through the file once, works
out the directory that must follow, and compares it with the bytes that do, so that every byte is accounted for. What
the members are about is not known here, and no file is opened. Source: design §2.6; APPNOTE.TXT 6.3.10, §4.3.
"""

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.errors import MalformedError, UnavailableError
from ledger.signing.canonical import Digest

ARCHIVE_LIMIT: Final = 2**32 - 1
"""The most bytes that an archive may have: beyond that, another form of directory would be needed."""

MEMBERS_LIMIT: Final = 2**16 - 1
"""The most members that an archive may have, for the same reason."""

_NAME_LIMIT: Final = 120
_NAME: Final = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")
_CHUNK: Final = 1 << 20

# §4.3.7: signature, version needed, flags, method, time, date, CRC-32, both sizes, lengths of name and extra field.
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
# §4.3.12: signature, version made by, and as above; then lengths of extra field and comment, disk, attributes, offset.
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
# §4.3.16: signature, two disk numbers, members twice, size and offset of the directory, length of the comment.
_END: Final = struct.Struct("<4sHHHHIIH")
_LOCAL_SIGN: Final = b"PK\x03\x04"
_VERSION: Final = 10  # 1.0: a plain member needs no more (§4.4.3.2)
_MADE_BY: Final = 3 << 8 | _VERSION  # Unix, so that the attributes below are read
_DATE: Final = 1 << 5 | 1  # 1980-01-01, the first day that the form can say
_ATTRIBUTES: Final = 0o100644 << 16  # a regular file, readable by all


@dataclass(frozen=True, slots=True)
class Part:
    """Something to be put into an archive.

    Attributes:
        name: lower-case path inside the archive, parts joined by ``/``.
        open: gives its bytes from the beginning, as often as asked; each stream is closed after use.
    """

    name: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Measured:
    """A part of which size and checksums are known, so that it can be written without going back.

    Attributes:
        crc: CRC-32, which the form asks for.
        digest: SHA-256, which says what it is.
    """

    part: Part
    size: int
    crc: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Member:
    """A member as it stands in an archive that was read; ``offset`` is that of its first byte of content."""

    name: str
    size: int
    crc: int
    digest: Digest
    offset: int


def part_of(name: str, raw: bytes) -> Part:
    """Return a part whose bytes are at hand."""
    return Part(name, lambda: io.BytesIO(raw))


def measure(part: Part) -> Measured:
    """Return the part with its size and checksums, read once in pieces."""
    size, crc, sha = 0, 0, hashlib.sha256()
    with part.open() as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            sha.update(piece)
    return Measured(part, size, crc, Digest("sha256:" + sha.hexdigest()))


def format_archive(parts: Iterable[Measured], sink: BinaryIO) -> None:
    """Write the archive of these parts, in this order; `open_archive` is the inverse.

    Raises:
        MalformedError: a name is not of the form or comes twice, the parts are too many or too large, or a part gives
            other bytes than when it was measured.
    """
    listed: list[tuple[str, int, int]] = []
    names: set[str] = set()
    whole = _END.size
    for one in parts:
        name = one.part.name
        if not _is_name(name) or name in names:
            message = f"The member name {name[:80]!r} is not of the form or comes twice; choose another."
            raise MalformedError(message, name=name[:80])
        names.add(name)
        listed.append((name, one.size, one.crc))
        whole += _LOCAL.size + _CENTRAL.size + 2 * len(name) + one.size
        if len(listed) > MEMBERS_LIMIT or whole > ARCHIVE_LIMIT:
            message = (
                f"The archive would have more than {MEMBERS_LIMIT} members or {ARCHIVE_LIMIT} bytes; put less into it."
            )
            raise MalformedError(message)
        sink.write(_local(name, one.size, one.crc))
        _copy(one, sink)
    sink.write(_directory(listed))


class Archive:
    """An archive that was read to its last byte and found to be as the writer writes it.

    Attributes:
        members: in their order.
    """

    def __init__(self, file: BinaryIO, members: Sequence[Member]) -> None:
        self._file = file
        self.members = tuple(members)
        self._by_name = {member.name: member for member in self.members}

    def find(self, name: str) -> Member | None:
        """Return the member of that name, or null."""
        return self._by_name.get(name)

    def read(self, name: str, *, limit: int = ARCHIVE_LIMIT) -> bytes:
        """Return a member's bytes.

        Raises:
            MalformedError: there is no such member, or it is larger than ``limit``.
            UnavailableError: the file cannot be read.
        """
        member = self._known(name)
        if member.size > limit:
            message = (
                f"The member {name} has {member.size} bytes where at most {limit} are accepted; do not rely on it."
            )
            raise MalformedError(message, name=name, size=member.size, limit=limit)
        return _read_at(self._file, member.offset, member.size)

    def open(self, name: str) -> BinaryIO:
        """Return a stream over a member's bytes; closing it leaves the archive open.

        Raises:
            MalformedError: there is no such member.
        """
        return io.BufferedReader(_Window(self._file, self._known(name)), _CHUNK)

    def _known(self, name: str) -> Member:
        if (member := self.find(name)) is None:
            message = f"The archive has no member {name}; get it whole."
            raise MalformedError(message, name=name)
        return member


def open_archive(file: BinaryIO) -> Archive:
    """Return the archive that a seekable file holds; only what `format_archive` writes is accepted.

    It reads the file once and keeps no content. A member that was changed does not fit its checksum; whatever else was
    changed, before, between or after the members, is a difference from the only spelling.

    Raises:
        MalformedError: with the byte at which the file stops being an archive of ours.
        UnavailableError: the file cannot be read.
    """
    try:
        file.seek(0)
        members: list[Member] = []
        names: set[str] = set()
        offset = 0
        while (head := file.read(_LOCAL.size))[:4] == _LOCAL_SIGN:
            member = _read_member(file, head, offset)
            if member.name in names or len(members) == MEMBERS_LIMIT:
                raise _broken("a second member of the same name, or one too many, stands", offset)
            names.add(member.name)
            members.append(member)
            offset = member.offset + member.size
        expected = _directory([(member.name, member.size, member.crc) for member in members])
        rest = head + file.read(max(0, len(expected) - len(head) + 1))
    except OSError as error:
        raise _unreadable(error) from error
    if rest != expected:
        raise _broken("the directory is not that of the members", offset + _difference(rest, expected))
    return Archive(file, members)


def _read_member(file: BinaryIO, head: bytes, offset: int) -> Member:
    """Return the member whose local header has been read from ``offset``, its content gone through."""
    if len(head) < _LOCAL.size:
        raise _broken("the file ends inside a member's header", offset)
    *_, crc, size, _, length, _ = _LOCAL.unpack(head)
    raw = file.read(min(length, _NAME_LIMIT + 1))
    name = raw.decode("ascii", "replace")
    if not _is_name(name) or offset + size > ARCHIVE_LIMIT:
        raise _broken("a member's name or size is not one that we write", offset)
    expected = _local(name, size, crc)
    if head + raw != expected:
        raise _broken("a member's header is not as we write it", offset + _difference(head + raw, expected))
    begin, left, seen, sha = offset + len(expected), size, 0, hashlib.sha256()
    while left and (piece := file.read(min(left, _CHUNK))):
        left -= len(piece)
        seen = zlib.crc32(piece, seen)
        sha.update(piece)
    if left or seen != crc:
        raise _broken(f"the content of {name} is cut short or does not fit its checksum", begin)
    return Member(name, size, crc, Digest("sha256:" + sha.hexdigest()), begin)


class _Window(io.RawIOBase):
    """The bytes of one member, read from the archive's file."""

    def __init__(self, file: BinaryIO, member: Member) -> None:
        super().__init__()
        self._file = file
        self._at = member.offset
        self._end = member.offset + member.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # what BufferedReader gives
        piece = _read_at(self._file, self._at, min(len(buffer), self._end - self._at))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Return bytes from a place in the file."""
    try:
        file.seek(offset)
        return file.read(size)
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> UnavailableError:
    return UnavailableError(f"The archive cannot be read ({error.strerror}); try again.")


def _is_name(name: str) -> bool:
    """Whether it is a relative path of plain parts: nothing hidden, no step up, no backslash, no drive."""
    return len(name) <= _NAME_LIMIT and _NAME.fullmatch(name) is not None


def _local(name: str, size: int, crc: int) -> bytes:
    """Return the bytes before a member's content."""
    head = _LOCAL.pack(_LOCAL_SIGN, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0)
    return head + name.encode("ascii")


def _directory(listed: Sequence[tuple[str, int, int]]) -> bytes:
    """Return everything that follows the last member: its name, size and CRC-32 again for each, and the end."""
    rows: list[bytes] = []
    offset = 0
    for name, size, crc in listed:
        head = (b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, _ATTRIBUTES)
        rows.append(_CENTRAL.pack(*head, offset) + name.encode("ascii"))
        offset += _LOCAL.size + len(name) + size
    table = b"".join(rows)
    return table + _END.pack(b"PK\x05\x06", 0, 0, len(listed), len(listed), len(table), offset, 0)


def _copy(one: Measured, sink: BinaryIO) -> None:
    """Write a part's content, and make sure that it is what was measured."""
    size, crc = 0, 0
    with one.part.open() as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            sink.write(piece)
    if (size, crc) != (one.size, one.crc):
        message = f"The content of {one.part.name} changed while it was written; write the archive again."
        raise MalformedError(message, name=one.part.name)


def _difference(raw: bytes, expected: bytes) -> int:
    """Return the position, counted from 0, of the first byte that differs."""
    pairs = enumerate(zip(raw, expected, strict=False))
    return next((place for place, (ours, theirs) in pairs if ours != theirs), min(len(raw), len(expected)))


def _broken(problem: str, byte: int) -> MalformedError:
    message = f"This is not a bundle as it was written: {problem} at byte {byte}; get the file again."
    return MalformedError(message, byte=byte)
