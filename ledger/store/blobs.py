"""Files kept by digest: written once, whole or not at all, checked whenever they are read, removed by an erasure only.

A file goes to a temporary name in the same directory, is synced, renamed to its digest, and the directory is synced: a
crash anywhere leaves a stray ``incoming-…`` file or a complete one, never half of one under its digest. A file that no
statement names yet does no harm. Nothing here knows what is in a file. Source: design §2.3, §4.
"""

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from ledger.errors import MalformedError, NotFoundError, UnavailableError
from ledger.tlog.stored import NOTHING_RECORDED

_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")
_BLOCK: Final = 1 << 20
_NUMBER: Final = count()


class Readable(Protocol):
    """What a file is read from: an open file, a socket, pieces of bytes."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, or a piece of any size; nothing at the end."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept: its digest, and its size in bytes."""

    digest: str
    size: int


class DirectoryBlobs:
    """A directory of files named by their digests.

    Args:
        forget: removes what was made from a file, given its digest, before the file itself goes; it may find nothing.

    Attributes:
        directory: which holds one directory for each first byte of a digest.
    """

    def __init__(self, directory: Path, *, forget: Callable[[str], None] | None = None) -> None:
        self.directory = directory
        self._forget = forget

    def put(self, stream: Readable, *, expected: str | None = None) -> Kept:
        """Return the digest and size of a stream's bytes, once they are kept.

        Args:
            stream: read to its end, in blocks.
            expected: the digest that the bytes must have.

        Raises:
            MalformedError: the bytes have another digest; nothing is kept.
            UnavailableError: the disk is full or cannot be written; nothing is kept.
        """
        if expected is not None:
            self._path(expected)
        try:
            return self._put(stream, expected)
        except OSError as error:
            raise _unwritable(self.directory, error) from error

    def size(self, digest: str) -> int | None:
        """Return the size of a file that is held, or None."""
        try:
            return self._path(digest).stat().st_size
        except OSError:
            return None

    def open(self, digest: str) -> BinaryIO:
        """Return a file that is held, its digest checked, for reading from its start.

        Raises:
            NotFoundError: it is not held.
            MalformedError: its bytes are not those that it is named after.
            UnavailableError: it is there, and cannot be read.
        """
        path = self._path(digest)
        try:
            file = path.open("rb")
        except (FileNotFoundError, NotADirectoryError) as error:
            message = f"The file {digest} is not held; put it there, or restore it from a copy."
            raise NotFoundError(message, digest=digest) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            file.close()
            raise _unreadable(path, error) from error
        if f"sha256:{found}" != digest:
            file.close()
            message = f"The file {path} was changed: its digest is sha256:{found}; restore it from a copy."
            raise MalformedError(message, digest=digest, found=f"sha256:{found}")
        file.seek(0)
        return file

    def read(self, digest: str) -> bytes:
        """Return the bytes of a file that is held, their digest checked; for files that fit in memory."""
        with self.open(digest) as file:
            return file.read()

    def remove(self, digest: str) -> bool:
        """Remove a file that an erasure names, and tell whether it was there; its name is gone once this returns.

        Raises:
            UnavailableError: it cannot be removed; it is still there.
        """
        path = self._path(digest)
        if self._forget is not None:
            self._forget(digest)
        try:
            path.unlink()
            _sync(path.parent)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            message = (
                f"The file {path}, which a logged erasure names, cannot be removed: {error.strerror}; mend that, and "
                "run any command on the ledger to finish the erasure."
            )
            raise UnavailableError(message, path=str(path), digest=digest) from error
        return True

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file that is held, sorted."""
        for path in sorted(self.directory.glob("[0-9a-f][0-9a-f]/*")):
            if _DIGEST.fullmatch(f"sha256:{path.name}"):
                yield f"sha256:{path.name}"

    def _path(self, digest: str) -> Path:
        """Return where a file is; only a digest in its one spelling leads anywhere, so no name leads outside."""
        found = _DIGEST.fullmatch(digest)
        if found is None:
            message = f"{digest[:80]!r} is not a digest; write sha256: and 64 lower-case hexadecimal digits."
            raise MalformedError(message)
        return self.directory / found[1][:2] / found[1]

    def _put(self, stream: Readable, expected: str | None) -> Kept:
        self.directory.mkdir(parents=True, exist_ok=True)
        temporary, file = self._incoming()
        try:
            kept = _copy(stream, file)
            if expected is not None and kept.digest != expected:
                message = (
                    f"The file has digest {kept.digest} where {expected} is expected; send the file that was named."
                )
                raise MalformedError(message, digest=kept.digest, expected=expected)
            final = self._path(kept.digest)
            if not final.parent.is_dir():
                final.parent.mkdir(exist_ok=True)
                _sync(self.directory)
            # Over a file that is there already too: it is the same bytes, or a damaged copy of them.
            temporary.replace(final)
            _sync(final.parent)
        finally:
            file.close()
            temporary.unlink(missing_ok=True)
        return kept

    def _incoming(self) -> tuple[Path, BinaryIO]:
        """Return a new file under a name that nobody else uses."""
        while True:
            path = self.directory / f"incoming-{os.getpid()}-{next(_NUMBER)}"
            try:
                return path, path.open("xb")
            except FileExistsError:
                continue


def _copy(stream: Readable, file: BinaryIO) -> Kept:
    """Return digest and size of what was copied, once it is on the disk."""
    hashed, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        hashed.update(block)
        size += len(block)
        file.write(block)
    file.flush()
    os.fsync(file.fileno())
    return Kept(f"sha256:{hashed.hexdigest()}", size)


def _sync(directory: Path) -> None:
    """Make a directory's names durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    """Return the error for a file that is held and cannot be read: nothing is known of its bytes."""
    message = f"The file {path} cannot be read: {error.strerror}; see to the disk and its permissions, and try again."
    return UnavailableError(message, path=str(path))


def _unwritable(directory: Path, error: OSError) -> UnavailableError:
    is_full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if is_full:
        message = f"The disk is full at {directory}; nothing was recorded. Make room and try again."
    else:
        message = (
            f"A file cannot be kept in {directory}: {error.strerror}; nothing was recorded. Mend that and try again."
        )
    return UnavailableError(message, path=str(directory), outcome=NOTHING_RECORDED)
