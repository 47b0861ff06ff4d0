"""A zipped file, such as a workbook, looked at before anything unpacks it for good.

What an archive says of itself is not believed: every member is unpacked once into nothing, up to limits, so that an
archive that swells, lies about its sizes, or is cut short is refused before its contents are looked at.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from ledger.ingest.source import Source

MEMBERS: Final = 5_000
"""Files that an archive may hold."""

UNPACKED: Final = 1 << 30
"""Bytes that its members may have together."""

_PIECE: Final = 1 << 20


def open_archive(file: BinaryIO, source: Source) -> zipfile.ZipFile:
    """Return an archive whose every member was found to be whole and as large as it says, and not too large.

    Raises:
        MalformedError: it is not, or it needs a password; the sentence names the member.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise source.refusal("is not a workbook that can be read: the archive is damaged or cut short") from error
    members = archive.infolist()
    if len(members) > MEMBERS:
        raise source.refusal(f"holds {len(members)} files where a workbook has at most {MEMBERS}")
    said = sum(member.file_size for member in members)
    if said > UNPACKED:
        raise source.refusal(f"would unpack to {said} bytes where at most {UNPACKED} are read; split the workbook")
    left = UNPACKED
    for member in members:
        if member.flag_bits & 1:
            raise source.refusal("needs a password; save it without one")
        size = check = 0
        try:
            for piece in _unpacked(file, member, limit=left):
                size += len(piece)
                check = zlib.crc32(piece, check)
            with archive.open(member):  # what the library says against a member, it says now
                pass
            if size == member.file_size and check != member.CRC:
                raise ValueError("has another check sum")
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError) as error:
            raise source.refusal(f"is damaged or cut short in its part {member.filename[:80]!r}") from error
        if size != member.file_size:
            reason = (
                f"unpacks to more or less than it says in its part {member.filename[:80]!r}; it is not to be trusted"
            )
            raise source.refusal(reason)
        left -= size
    return archive


def _unpacked(file: BinaryIO, member: zipfile.ZipInfo, *, limit: int) -> Iterator[bytes]:
    """Yield what a member really unpacks to, one byte beyond the limit at most.

    The library would stop at the size that the archive states; others do not, and it is they that are protected here.
    """
    file.seek(member.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise ValueError("has no local header")
    file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    left = member.compress_size
    if member.compress_type == zipfile.ZIP_STORED:
        if left > limit:
            raise ValueError("is too large")
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError("is packed in a way that workbooks are not")
    inflate = zlib.decompressobj(-15)
    total = 0
    while left > 0 and not inflate.eof:
        raw = file.read(min(left, 1 << 16))
        if not raw:
            raise ValueError("is cut short")
        left -= len(raw)
        while raw:
            piece = inflate.decompress(raw, _PIECE)
            raw = inflate.unconsumed_tail
            total += len(piece)
            if total > min(limit, member.file_size):
                yield b"\0" * (member.file_size + 1)  # more than it says, whatever it is
                return
            yield piece
    if not inflate.eof:
        raise ValueError("is cut short")
