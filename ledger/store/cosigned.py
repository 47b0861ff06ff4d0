"""Cosigned checkpoints, beside the log: a file for each size, the checkpoint with what witnesses put under it.

The log's own rows are never touched for a witness's sake: a checkpoint is what the log signed, and this directory holds
the same text with more signatures. It is no part of the truth: whoever loses it asks the witnesses again.
"""

import os
from pathlib import Path
from typing import Final

from ledger.errors import ConflictError, UnavailableError
from ledger.store.fresh import fresh_file
from ledger.tlog.note import NOTE_LIMIT, Note, format_note, parse_note

_WIDTH: Final = 19
"""Digits of a file's name: no size has more, so that names sort as sizes do."""


class CosignedDirectory:
    """Cosigned checkpoints in a directory, which is made when the first is kept.

    Attributes:
        directory: where they are.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, size: int) -> bytes | None:
        """Return the cosigned checkpoint of a size, or None.

        Raises:
            UnavailableError: it cannot be read.
        """
        path = self._path(size)
        try:
            with path.open("rb") as file:
                return file.read(NOTE_LIMIT + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            message = f"The cosigned checkpoint {path} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(path)) from error

    def sizes(self) -> tuple[int, ...]:
        """Return the sizes of which there is a cosigned checkpoint, in order.

        Raises:
            UnavailableError: the directory cannot be read.
        """
        try:
            with os.scandir(self.directory) as entries:
                names = [entry.name for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            message = f"The directory {self.directory} cannot be read: {error.strerror}; mend that."
            raise UnavailableError(message, path=str(self.directory)) from error
        return tuple(sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) == _WIDTH))

    def keep(self, size: int, note: bytes) -> bytes:
        """Keep a cosigned checkpoint, and return it with the signatures of the one that was kept before as well.

        Raises:
            ConflictError: another text is kept for that size.
            UnavailableError: it cannot be written.
        """
        before = self.get(size)
        whole = note if before is None else _joined(before, note, size=size)
        if whole != before:
            self._write(self._path(size), whole)
        return whole

    def _write(self, path: Path, raw: bytes) -> None:
        """Write a file whole or not at all: a crash leaves the old one, and a name that no size has."""
        try:
            with fresh_file(self.directory, raw) as fresh:
                fresh.replace(path)
        except OSError as error:
            message = f"The cosigned checkpoint {path} cannot be written: {error.strerror}; mend that and try again."
            raise UnavailableError(message, path=str(path)) from error

    def _path(self, size: int) -> Path:
        return self.directory / str(size).zfill(_WIDTH)


def _joined(before: bytes, after: bytes, *, size: int) -> bytes:
    """Return the note with the signatures of both, those of the later one in the place of the same key's earlier."""
    old, new = parse_note(before), parse_note(after)
    if old.text != new.text:
        message = f"Another checkpoint of {size} entries is kept as cosigned; keep both, and run pledger log check."
        raise ConflictError(message, size=size)
    fresh = {(one.name, one.id): one for one in new.signatures}
    kept = [fresh.pop((one.name, one.id), one) for one in old.signatures]
    return format_note(Note(old.text, (*kept, *fresh.values())))
