"""Timestamps, beside the log: a file for each checkpoint's size and authority, written once and never again.

What an authority answered stands in ``<size>-<authority>.tsr``, as it came: any RFC 3161 tool reads it. An authority
whose root the configuration does not name, because the ledger was imported, has its root in ``<authority>.pem``. It is
no part of the truth: the log's own rows are never touched for it. Nothing here knows what a timestamp says.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from ledger.errors import UnavailableError
from ledger.store.fresh import fresh_file

_READ_LIMIT: Final = 1 << 18
"""The most bytes of a file that are read: more than a timestamp or a file of roots may have."""

_STAMP: Final = re.compile(r"([0-9]{19})-([a-z0-9]+(?:[.-][a-z0-9]+)*)\.tsr")
_ROOT: Final = re.compile(r"([a-z0-9]+(?:[.-][a-z0-9]+)*)\.pem")


class StampedDirectory:
    """Timestamps in a directory, which is made when the first is kept.

    Attributes:
        directory: where they are.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def held(self) -> tuple[tuple[int, str], ...]:
        """Return size and authority of every timestamp that is kept, in order.

        Raises:
            UnavailableError: the directory cannot be read.
        """
        found = (_STAMP.fullmatch(name) for name in self._names())
        return tuple(sorted((int(match[1]), match[2]) for match in found if match is not None))

    def get(self, size: int, authority: str) -> bytes | None:
        """Return an authority's timestamp over the checkpoint of a size, or None.

        Raises:
            UnavailableError: it cannot be read.
        """
        return self._read(self._stamp_path(size, authority))

    def keep(self, size: int, authority: str, raw: bytes) -> bytes:
        """Keep a timestamp, unless one of that size and authority is kept; return the one that is kept then.

        Raises:
            UnavailableError: it cannot be written.
        """
        return self._write_once(self._stamp_path(size, authority), raw)

    def roots(self) -> tuple[str, ...]:
        """Return the authorities of which a root is kept, in order.

        Raises:
            UnavailableError: the directory cannot be read.
        """
        found = (_ROOT.fullmatch(name) for name in self._names())
        return tuple(sorted(match[1] for match in found if match is not None))

    def root(self, authority: str) -> bytes | None:
        """Return the root certificates of an authority that are kept, in PEM, or None.

        Raises:
            UnavailableError: they cannot be read.
        """
        return self._read(self.directory / f"{authority}.pem")

    def keep_root(self, authority: str, pem: bytes) -> bytes:
        """Keep the root certificates of an authority, unless some are kept; return those that are kept then.

        Raises:
            UnavailableError: they cannot be written.
        """
        return self._write_once(self.directory / f"{authority}.pem", pem)

    def _names(self) -> list[str]:
        try:
            with os.scandir(self.directory) as entries:
                return [entry.name for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            message = f"The directory {self.directory} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(self.directory)) from error

    def _read(self, path: Path) -> bytes | None:
        try:
            with path.open("rb") as file:
                return file.read(_READ_LIMIT + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            message = f"The timestamp's file {path} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(path)) from error

    def _write_once(self, path: Path, raw: bytes) -> bytes:
        """Write a file whole, durably and once: a crash leaves none, or all of it under a name that means nothing."""
        if (before := self._read(path)) is not None:
            return before
        try:
            # A link, unlike a rename, takes the place of nothing: of two writers the first one stays.
            with fresh_file(self.directory, raw) as fresh, suppress(FileExistsError):
                path.hardlink_to(fresh)
            self._sync()
        except OSError as error:
            message = f"The timestamp's file {path} cannot be written: {error.strerror}; mend that and try again."
            raise UnavailableError(message, path=str(path)) from error
        return self._read(path) or raw

    def _sync(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _stamp_path(self, size: int, authority: str) -> Path:
        return self.directory / f"{size:019d}-{authority}.tsr"
