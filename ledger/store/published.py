"""The last checkpoint that left, beside the database: what a database restored from an old copy does not know of.

One file with one signed checkpoint. It is written after the commit and before anybody is answered, under a lock, to
another name that is synced and renamed; so it is never ahead of the database that wrote it, and only moves forward. A
database that is behind it was restored from a copy, and whoever signs on top of that forks the log. It is no part of
the truth: where it is lost, or behind, the next start writes it anew. Nothing here decides. Source: design §2.5.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ledger.errors import MalformedError, UnavailableError
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.note import NOTE_LIMIT, parse_note

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


class PublishedFile:
    """The last checkpoint that left a ledger, in a file of its directory.

    Attributes:
        path: of the file; while it is written there is another beside it, with a dot before its name.

    The size that is durably kept is remembered, so that asking again costs nothing: nobody makes it smaller.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._durable = -1

    def last(self) -> bytes | None:
        """Return the checkpoint, or None where none was ever kept.

        Raises:
            UnavailableError: it is there and cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return file.read(NOTE_LIMIT + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"The file {self.path} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(self.path)) from error

    def advance(self, size: int, note: bytes) -> None:
        """Keep a checkpoint durably, unless one of that size or a larger one is kept already.

        Where this user may not write, nothing is kept: such a one cannot publish either.

        Raises:
            UnavailableError: it cannot be written, by a full disk for one; the old one stands.
            MalformedError: what is kept is not a checkpoint.
        """
        if self._durable >= size:
            return
        try:
            with self._locked():
                # Another process may have been here, and further: but perhaps it died before its name was synced.
                found = self._size()
                if found < size:
                    self._write(note)
        except OSError as error:
            if error.errno in _CLOSED:
                return
            what = "the disk is full" if error.errno in _FULL else error.strerror
            message = (
                f"The checkpoint of {size} entries is committed, and cannot be noted in {self.path}: {what}; "
                "mend that and repeat what was said: it gets the receipts that it has."
            )
            raise UnavailableError(message, path=str(self.path), size=size, outcome="published") from error
        self._durable = max(found, size)

    def _size(self) -> int:
        note = self.last()
        if note is None:
            return -1
        try:
            return parse_checkpoint(parse_note(note).text).size
        except MalformedError as error:
            message = f"The file {self.path} is not a checkpoint ({error.message}) Restore it from a copy."
            raise MalformedError(message, path=str(self.path)) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the directory, which leaves nothing behind, and which a process that dies lets go."""
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, note: bytes) -> None:
        # A crash before the rename leaves the old file, and one with a dot that the next writer overwrites.
        temporary = self.path.with_name(f".{self.path.name}")
        try:
            with temporary.open("wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
