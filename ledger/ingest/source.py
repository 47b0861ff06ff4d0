"""A source: the raw bytes of a file as they stream by, digested, counted, and given on as lines of text.

Bytes are read once and in bounded memory; whoever keeps the raw file keeps it under the digest found here. The encoding
is the mapping's to declare and never guessed: what is not text in it is refused whole, with file and line. Formats that
must be read back and forth (workbooks, Parquet) get a temporary copy. Source: design §2.2 (raw file digest).
"""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO, StringIO
from typing import BinaryIO, Literal

from ledger.errors import MalformedError, UnavailableError
from ledger.ingest.spill import room

SIZE_LIMIT = 1 << 40
"""Bytes that a file may have, unless the caller says otherwise: it streams by, so memory does not grow with it."""

LINE_LIMIT = 1 << 20
"""Bytes that one line may have."""

BLOCK = 1 << 18
"""Bytes of whole lines that are looked at together, where each is as it should be."""

OPENING = 1 << 12
"""Bytes of the first lines, which are looked at one by one."""

CHUNK = 1 << 20
"""Bytes that are read at a time where there are no lines."""

Encoding = Literal[
    "utf-8", "windows-1250", "windows-1251", "windows-1252", "iso-8859-1", "iso-8859-2", "iso-8859-15", "gb18030",
    "shift_jis", "euc-kr", "big5",
]  # fmt: skip
"""Encodings that a mapping may declare: those in which no other character holds the byte of a line's end."""

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_PAGES = (b"<!doctype html", b"<html")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Source:
    """A raw file being read, once.

    Attributes:
        name: of the file, for messages.
        size: bytes read so far; all of them when the lines have ended.
    """

    def __init__(self, stream: BinaryIO, *, name: str, limit: int = SIZE_LIMIT) -> None:
        self.name = name
        self.size = 0
        self._stream = stream
        self._limit = limit
        self._hash = sha256()

    @property
    def digest(self) -> str:
        """The digest of the bytes read so far."""
        return "sha256:" + self._hash.hexdigest()

    def lines(self, encoding: Encoding = "utf-8") -> Iterator[str]:
        """Yield the lines of text with their ends; the byte order mark that spreadsheets write is left out.

        Raises:
            MalformedError: the file is empty, too large, not in the encoding, or holds NULs; the sentence names file
                and line.
            UnavailableError: it cannot be read.
        """
        number, is_opening = 0, True
        while raw := self._whole_lines(OPENING if number == 0 else BLOCK):
            text = None if is_opening else self._plain(raw, encoding)
            if text is not None:
                number += raw.count(b"\n")
                yield from StringIO(text, newline="\n")
                continue
            for line in BytesIO(raw):
                number += 1
                yield self._line(line, number, encoding, is_opening=is_opening)
                is_opening = is_opening and not line.strip()
        self._refuse_empty()

    def _plain(self, raw: bytes, encoding: Encoding) -> str | None:
        """Return whole lines as text at once, or nothing where one of them is not as it should be."""
        if len(raw) > LINE_LIMIT or b"\0" in raw:
            return None
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            return None

    def _line(self, raw: bytes, number: int, encoding: Encoding, *, is_opening: bool) -> str:
        """Return one line as text, or refuse the file for what is wrong with it."""
        if len(raw) > LINE_LIMIT:
            raise self.refusal(f"line {number} is longer than {LINE_LIMIT} bytes; is it a table at all?", line=number)
        if number == 1:
            raw = self._opening(raw, encoding)
        if is_opening:
            self._refuse_page(raw, number)
        if b"\0" in raw:
            raise self.refusal(f"line {number} holds a NUL byte; save the table as CSV in UTF-8", line=number)
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            place = f"line {number} is not {encoding.upper()} (byte {error.start + 1} of the line)"
            remedy = "save the table as CSV in UTF-8" if encoding == "utf-8" else "mend the mapping's encoding"
            raise self.refusal(f"{place}; {remedy}", line=number) from error

    def texts(self) -> Iterator[str]:
        """Yield UTF-8 text in pieces, where lines mean nothing (JSON); the byte order mark is left out.

        Raises:
            MalformedError, UnavailableError: as ``lines``; the sentence names the byte.
        """
        decoder = codecs.getincrementaldecoder("utf-8")()
        for raw in self.pieces():
            start = self.size - len(raw)
            whole = raw
            if start == 0:
                whole = self._opening(raw, "utf-8")
                self._refuse_page(whole, 1)
            try:
                text = decoder.decode(whole)
            except UnicodeDecodeError as error:
                raise self.refusal(f"is not UTF-8 near byte {start + error.start + 1}; fetch it again") from error
            if "\0" in text:
                raise self.refusal(f"holds a NUL byte after byte {start}; fetch it again")
            yield text
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise self.refusal("ends in the middle of a character; fetch it again, it was cut short") from error

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes in pieces of at most a mebibyte.

        Raises:
            MalformedError: the file is empty or too large.
            UnavailableError: it cannot be read.
        """
        while raw := self.read(CHUNK):
            yield raw
        self._refuse_empty()

    def peek(self, size: int = 64) -> bytes:
        """Return the first bytes that come next without taking them, as few as one; none at the end."""
        try:
            if hasattr(self._stream, "peek"):
                return bytes(self._stream.peek(size)[:size])
            here = self._stream.tell()
            found = self._stream.read(size)
            self._stream.seek(here)
        except OSError as error:
            raise self._unreadable(error) from error
        return found

    def read(self, size: int = CHUNK) -> bytes:
        """Return at most so many bytes, digested and counted; none at the end."""
        try:
            raw = self._stream.read(size)
        except OSError as error:
            raise self._unreadable(error) from error
        self._count(raw)
        return raw

    @contextmanager
    def copy(self, *, limit: int | None = None) -> Iterator[BinaryIO]:
        """Return a temporary copy of the whole file, for formats that are read back and forth.

        Args:
            limit: bytes that a file of the format can have; what is larger is refused before it is copied whole.
        """
        with room():
            file = tempfile.NamedTemporaryFile(prefix="pledger-")  # noqa: SIM115 (closed below)
        with file:
            for raw in self.pieces():
                if limit is not None and self.size > limit:
                    raise self.refusal(f"has more than the {limit} bytes that are read of such a file; split it")
                with room():
                    file.write(raw)
            with room():
                file.flush()
            file.seek(0)
            yield file  # type: ignore[misc]  # it is one in all but name

    def refusal(self, reason: str, **facts: object) -> MalformedError:
        """Return our error for what is wrong with the file."""
        sentence = f"{self.name}: {reason}".rstrip(". ")  # what is quoted may end with a point of its own
        return MalformedError(f"{sentence}.", file=self.name, **facts)

    def _opening(self, raw: bytes, encoding: Encoding) -> bytes:
        """Return the beginning of a text without its byte order mark, or refuse what is seen to be something else."""
        if raw.startswith(_WIDE):
            raise self.refusal("line 1 is UTF-16; save the table as CSV in UTF-8", line=1)
        if raw.startswith(_BOM):
            if encoding != "utf-8":
                reason = f"line 1 begins with the mark of UTF-8, and the mapping says {encoding}; mend the mapping"
                raise self.refusal(reason, line=1)
            raw = raw.removeprefix(_BOM)
        if raw.startswith((_ZIP, _OLE)):
            reason = "line 1 is no text, but an archive or a workbook; unpack it, or give a mapping for workbooks"
            raise self.refusal(reason, line=1)
        return raw

    def _refuse_page(self, raw: bytes, line: int) -> None:
        """Refuse a web page, as services send for errors, by what a text begins with."""
        if raw.lstrip()[:14].lower().startswith(_PAGES):
            reason = f"line {line} is a web page in place of data, as services send for errors; fetch it again"
            raise self.refusal(reason, line=line)

    def _whole_lines(self, size: int) -> bytes:
        """Return the next lines, of some so many bytes together, or as much of a line as tells that it is too long."""
        try:
            raw = self._stream.read(min(size, self._limit - self.size + 1))
            if raw and not raw.endswith(b"\n"):
                raw += self._stream.readline(LINE_LIMIT + 1)
        except OSError as error:
            raise self._unreadable(error) from error
        self._count(raw)
        return raw

    def _unreadable(self, error: OSError) -> UnavailableError:
        message = f"{self.name} cannot be read: {error.strerror}; mend that and try again."
        return UnavailableError(message, file=self.name)

    def _count(self, raw: bytes) -> None:
        self.size += len(raw)
        if self.size > self._limit:
            raise self.refusal(f"the file is larger than {self._limit} bytes; split it")
        self._hash.update(raw)

    def _refuse_empty(self) -> None:
        if self.size == 0:
            raise self.refusal("the file is empty")
