"""Small files written durably, secret ones read once their modes are seen to be tight, and what is said otherwise."""

import errno
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.errors import (
    MalformedError,
    PledgerError,
    RefusedError,
    UnavailableError,
)

SECRET_LIMIT: Final = 1 << 16
"""The most bytes that a key file, or the file of a passphrase, may have."""


class Chunks:
    """Pieces of bytes as a stream that is read to its end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next piece, or nothing."""
        return next(self._chunks, b"")


def write_file(path: Path, raw: bytes) -> None:
    """Write a file and make it durable."""
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Make a directory's names durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_secret(path: Path, *, is_run: bool = False) -> bytes:
    """Return the bytes of a file that nobody but its owner may read or write; a pipe has no modes to be looked at.

    Args:
        path: of the file.
        is_run: it names a program that is going to be run, so it has to be ours, or the system's.

    Raises:
        RefusedError: its group or others may read or write it, or it is somebody else's; the sentence says how to mend
            it.
        MalformedError: it is longer than any that is made here.
        OSError: it is not there, or cannot be read.
    """
    with path.open("rb") as file:
        # Of the file that is open, not of whatever has its name by then.
        told = os.fstat(file.fileno())
        if stat.S_ISREG(told.st_mode):
            _refuse_wide(path, told, right=0o600)
            if is_run and told.st_uid not in {0, os.geteuid()}:
                message = f"The file {path} is another user's, and names a program that would be run; make it your own."
                raise RefusedError(message, path=str(path))
        raw = file.read(SECRET_LIMIT + 1)
    if len(raw) > SECRET_LIMIT:
        message = f"The file {path} has more than {SECRET_LIMIT} bytes; give the right file."
        raise MalformedError(message, path=str(path))
    return raw


def refuse_wide_directory(directory: Path) -> None:
    """Raise where the group of a directory or others may look into it or change it.

    Raises:
        RefusedError: the sentence says how to mend it.
        OSError: it is not there.
    """
    _refuse_wide(directory, directory.stat(), right=0o700)


def _refuse_wide(path: Path, told: os.stat_result, *, right: int) -> None:
    """Raise where anybody but the owner may do anything, as OpenSSH does, whoever is asking."""
    mode = stat.S_IMODE(told.st_mode)
    if mode & 0o077:
        mend = f"chmod {right:o} {shlex.quote(str(path))}"
        message = f"Not only its owner may use {path} (mode {mode:04o}), and it is to be kept secret; run {mend}."
        raise RefusedError(message, path=str(path), mode=f"{mode:04o}")


def unwritable(directory: Path, error: OSError) -> PledgerError:
    """Return our error for a directory that cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return UnavailableError(f"The disk is full at {directory}; nothing was recorded. Make room and try again.")
    message = f"The directory {directory} cannot be written: {error.strerror}; mend that, or choose another."
    return UnavailableError(message, directory=str(directory))
