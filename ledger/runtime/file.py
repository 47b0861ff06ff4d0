"""Small files written durably, and what is said where one cannot be."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from ledger.errors import (
    PledgerError,
    UnavailableError,
)


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


def unwritable(directory: Path, error: OSError) -> PledgerError:
    """Return our error for a directory that cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return UnavailableError(f"The disk is full at {directory}; nothing was recorded. Make room and try again.")
    message = f"The directory {directory} cannot be written: {error.strerror}; mend that, or choose another."
    return UnavailableError(message, directory=str(directory))
