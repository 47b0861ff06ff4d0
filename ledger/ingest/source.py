"""A source: the raw bytes of a file as they stream by, digested, counted, and given on as lines of text.

Bytes are read once and in bounded memory; whoever keeps the raw file keeps it under the digest found here. What is no
UTF-8 text is refused whole, with file and line. Source: design §2.2 (raw file digest).
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from ledger.errors import MalformedError, UnavailableError

SIZE_LIMIT = 1 << 30
"""Bytes that a file may have, unless the caller says otherwise."""

LINE_LIMIT = 1 << 20
"""Bytes that one line may have."""

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")


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

    def lines(self) -> Iterator[str]:
        """Yield the lines of text with their ends; the byte order mark that spreadsheets write is left out.

        Raises:
            MalformedError: the file is empty, too large, not UTF-8, or holds NULs; the sentence names file and line.
            UnavailableError: it cannot be read.
        """
        number = 0
        while raw := self._readline():
            number += 1
            self._count(raw)
            if len(raw) > LINE_LIMIT:
                raise self._refuse(
                    f"line {number} is longer than {LINE_LIMIT} bytes; is it a table at all?", line=number
                )
            if number == 1:
                if raw.startswith(_WIDE):
                    raise self._refuse("line 1 is UTF-16; save the table as CSV in UTF-8", line=1)
                raw = raw.removeprefix(_BOM)
            if b"\0" in raw:
                raise self._refuse(f"line {number} holds a NUL byte; save the table as CSV in UTF-8", line=number)
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                place = f"line {number} is not UTF-8 (byte {error.start + 1} of the line)"
                raise self._refuse(f"{place}; save the table as CSV in UTF-8", line=number) from error
            yield text
        if self.size == 0:
            raise self._refuse("the file is empty")

    def _readline(self) -> bytes:
        """Return the next line, or as much of it as tells that it is too long."""
        try:
            return self._stream.readline(LINE_LIMIT + 1)
        except OSError as error:
            message = f"{self.name} cannot be read: {error.strerror}; mend that and try again."
            raise UnavailableError(message, file=self.name) from error

    def _count(self, raw: bytes) -> None:
        self.size += len(raw)
        if self.size > self._limit:
            raise self._refuse(f"the file is larger than {self._limit} bytes; split it")
        self._hash.update(raw)

    def _refuse(self, reason: str, **facts: object) -> MalformedError:
        return MalformedError(f"{self.name}: {reason}.", file=self.name, **facts)
