"""Several files of a directory put in the place of those that are there: all or none, whenever it is broken off.

Each new file is first written whole beside the old one. An empty marker then says that all are there: that is the
moment at which the new ones count. Only then they take their names, and whoever finds the marker goes on with that. A
crash before the marker leaves the old files, a crash after it the new ones. Source: docs/keys.md.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ledger.runtime.file import sync_directory

MARKER: Final = ".replacing"
FRESH: Final = ".new"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep others from changing a directory's files, for the time of a ``with`` block.

    Raises:
        OSError: it is not there, or cannot be opened.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_private(path: Path, raw: bytes) -> None:
    """Write a new file that only its owner may read, durably; the directory's names are for the caller to sync.

    Raises:
        FileExistsError: there is one of that name.
        OSError: it cannot be written; then there is none.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace_all(directory: Path, files: Mapping[str, bytes]) -> None:
    """Put new files, private ones, in the place of those of their names; the caller holds the directory's lock.

    Raises:
        OSError: they cannot be written. Without the marker the old ones stand; with it, ``settle`` goes on.
    """
    _settle(directory)
    try:
        for name, raw in files.items():
            write_private(directory / f"{name}{FRESH}", raw)
        sync_directory(directory)
        write_private(directory / MARKER, b"")
    except BaseException:
        _discard(directory)
        raise
    sync_directory(directory)
    _settle(directory)


def settle(directory: Path) -> None:
    """Bring to its end what was broken off: with the marker the new files take their names, without it they go.

    Raises:
        OSError: the directory cannot be written.
    """
    if _is_unsettled(directory):
        # Whoever is at work holds the lock; what is left once it is free was broken off.
        with locked(directory):
            _settle(directory)


def _settle(directory: Path) -> None:
    if (directory / MARKER).exists():
        for path in directory.glob(f"*{FRESH}"):
            path.replace(path.with_name(path.name.removesuffix(FRESH)))
        # The names before the marker's end: without it, nothing would finish them.
        sync_directory(directory)
        (directory / MARKER).unlink()
        sync_directory(directory)
    elif _is_unsettled(directory):
        _discard(directory)


def _is_unsettled(directory: Path) -> bool:
    return (directory / MARKER).exists() or any(directory.glob(f"*{FRESH}"))


def _discard(directory: Path) -> None:
    (directory / MARKER).unlink(missing_ok=True)
    for path in directory.glob(f"*{FRESH}"):
        path.unlink(missing_ok=True)
    sync_directory(directory)
