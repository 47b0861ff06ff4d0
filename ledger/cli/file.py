"""Files that a command is given or asked to write: the one place here that touches them, and says what is wrong.

A file is read up to a limit, and written whole or not at all: to a temporary name beside it, then renamed.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from ledger.errors import MalformedError, PledgerError, UnavailableError, UsageError


def read_file(path: Path, *, limit: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        UsageError: it is not there, or not a file.
        MalformedError: it has more bytes than the limit.
        UnavailableError: it cannot be read.
    """
    with open_file(path) as file:
        try:
            raw = file.read(limit + 1)
        except OSError as error:
            raise _unreadable(path, error) from error
    if len(raw) > limit:
        raise MalformedError(f"{path} has more than the {limit} bytes that are read; give the right file, or split it.")
    return raw


def open_file(path: Path) -> BufferedReader:
    """Return a file for reading.

    Raises:
        UsageError: it is not there, or not a file.
        UnavailableError: it cannot be read.
    """
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"There is no file {path}; give the path of one.", path=str(path)) from error
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a directory; give the path of a file.", path=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def open_seekable(path: Path) -> BufferedReader:
    """Return a file that is read more than once, as a pipe cannot be.

    Raises:
        UsageError: it is not there, or no file that can be read again.
        UnavailableError: it cannot be read.
    """
    file = open_file(path)
    if not file.seekable():
        file.close()
        message = f"{path} is a pipe or a device, and is read more than once; save it as a file, and give that."
        raise UsageError(message, path=str(path))
    return file


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Return a file to be written, which takes its name once the block has ended well.

    Raises:
        UsageError: its directory is not there, or it is itself a directory.
        UnavailableError: the disk is full, or nothing may be written there.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a directory; name the file that is to be written.", path=str(path))
    if not path.parent.is_dir():
        raise UsageError(f"There is no directory {path.parent}; make it, or write elsewhere.", path=str(path))
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            temporary = Path(file.name)
            try:
                yield cast("BinaryIO", file)  # it is one in all but name
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(0o644 & ~_umask())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
    except PledgerError:
        raise
    except OSError as error:
        raise unwritable(path, error) from error


def write_file(path: Path, raw: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        UsageError, UnavailableError: as ``writing``.
    """
    with writing(path) as file:
        file.write(raw)


def unwritable(path: Path, error: OSError) -> UnavailableError:
    """Return our error for a file that cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return UnavailableError(f"The disk is full at {path}; make room and try again.", path=str(path))
    return UnavailableError(f"{path} cannot be written: {error.strerror}; mend that and try again.", path=str(path))


def _unreadable(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(f"{path} cannot be read: {error.strerror}; mend that and try again.", path=str(path))


def _umask() -> int:
    """Return the mask of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
