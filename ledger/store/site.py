"""A static site in a directory: files that any web server can serve, and that any client of such logs can read.

Files are written whole under a temporary name and renamed. What is published by a checkpoint is made durable first
(`settle`), and the checkpoint last (`publish`): a crash anywhere leaves the site as its checkpoint says, with perhaps
some files beyond it that no checkpoint covers yet. One process writes at a time. Nothing here knows what a file says.
Source: design §2.4, §2.5.
"""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from ledger.errors import PledgerError, UnavailableError, UsageError
from ledger.store.blobs import Readable

_PATH: Final = re.compile(r"[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9.-]*)*")
_BLOCK: Final = 1 << 20
_NUMBER: Final = count()
_ABSENT: Final = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}


class DirectorySite:
    """A static site below a directory.

    Attributes:
        directory: where ``checkpoint`` is.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def name(self) -> str:
        """The site as a sentence names it."""
        return str(self.directory)

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading from its start, or None where there is none.

        Raises:
            UnavailableError: it is there and cannot be read.
        """
        try:
            return self._path(path).open("rb")
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise self._failure(error, "read") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Take the directory for writing, for the time of a ``with`` block; it is made if it is not there.

        Raises:
            UsageError: it is a file, or its parent is not there.
            UnavailableError: another process writes there, or nothing can be written.
        """
        try:
            self.directory.mkdir(exist_ok=True)
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, FileExistsError, NotADirectoryError) as error:
            message = f"{self.directory} is not a directory and cannot become one; name one whose parent is there."
            raise UsageError(message, directory=str(self.directory)) from error
        except OSError as error:
            raise self._failure(error, "written") from error
        try:
            self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        """Lock the directory, and clear away what those left who died in it."""
        try:
            # The lock is the directory's own, so nothing in it says that there was one, and a crash lets it go.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever left these is dead: nobody else writes here.
            for stray in self.directory.glob(".incoming-*"):
                stray.unlink(missing_ok=True)
        except BlockingIOError as error:
            message = f"Another process writes to {self.directory}; wait until it is done."
            raise UnavailableError(message, directory=str(self.directory)) from error
        except OSError as error:  # a file system without locks, for one
            raise self._failure(error, "locked") from error

    def write(self, path: str, raw: bytes) -> bool:
        """Write a file unless it is there with the same bytes; tell whether it was written."""
        final = self._path(path)
        try:
            if final.stat().st_size == len(raw) and final.read_bytes() == raw:
                return False
        except OSError as error:
            if error.errno not in _ABSENT:
                raise self._failure(error, "read") from error
        with self._incoming(final) as file:
            file.write(raw)
        return True

    def put(self, path: str, stream: Readable) -> None:
        """Write a file from a stream, in blocks; where the stream raises, nothing is written."""
        with self._incoming(self._path(path)) as file:
            while block := stream.read(_BLOCK):
                file.write(block)

    def remove(self, path: str) -> bool:
        """Remove a file; tell whether it was there."""
        try:
            self._path(path).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._failure(error, "written") from error
        return True

    def remove_below(self, path: str) -> None:
        """Remove a directory with all that is in it, where there is one."""
        try:
            shutil.rmtree(self._path(path))
        except OSError as error:
            if error.errno not in _ABSENT:
                raise self._failure(error, "written") from error

    def settle(self) -> None:
        """Make durable whatever was written so far.

        One call to the kernel for all of it: a million small files are not synced one by one.
        """
        os.sync()

    def publish(self, path: str, raw: bytes) -> None:
        """Write a file durably, in one step: readers see the old one or the new one, after a crash too."""
        final = self._path(path)
        with self._incoming(final) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        try:
            descriptor = os.open(final.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._failure(error, "written") from error

    @contextmanager
    def _incoming(self, final: Path) -> Iterator[BinaryIO]:
        """Return a new file that takes its name once the block has ended well."""
        # A dot at the front keeps it from being served by most servers, and from being taken for a file of the site.
        temporary = self.directory / f".incoming-{os.getpid()}-{next(_NUMBER)}"
        try:
            try:
                with temporary.open("xb") as file:
                    yield file
                if not final.parent.is_dir():
                    final.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(final)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except PledgerError:
            raise
        except OSError as error:
            raise self._failure(error, "written") from error

    def _path(self, path: str) -> Path:
        """Return where a file is; paths are made by us, and none leads outside."""
        if _PATH.fullmatch(path) is None:
            message = f"{path!r} is no path of a static site"
            raise AssertionError(message)
        return self.directory / path

    def _failure(self, error: OSError, done: str) -> UnavailableError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            message = f"The disk is full at {self.directory}; make room and try again: what is published stands."
        else:
            message = f"The site {self.directory} cannot be {done}: {error.strerror}; mend that and try again."
        return UnavailableError(message, directory=str(self.directory))
