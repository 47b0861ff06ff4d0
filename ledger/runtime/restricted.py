"""Files that their licence keeps back: kept, and digested, as 32 random bytes followed by the file (design §2.3).

The digest of such a file stands in the log for all to see. Without the random bytes, whoever has a copy of the file, or
can guess it, could show that this ledger holds it, and go on showing it once it was erased. They go with the file.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final

from ledger.assessment.view import Said
from ledger.errors import NotFoundError
from ledger.model.evidence import SALT_BYTES, Evidence

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.ingest.imported import Imported

_BLOCK: Final = 1 << 20


class Salted:
    """A stream of some bytes and then a file, read to its end."""

    def __init__(self, salt: bytes, stream: BinaryIO) -> None:
        self._salt = salt
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        salt, self._salt = self._salt, b""
        return salt or self._stream.read(size)


def salt_imported(imported: "Imported", stream: BinaryIO, salt: bytes) -> "Imported":
    """Return what was imported with digest and size of the raw file as it is kept: behind its salt.

    Args:
        stream: the raw file, seekable; it is left at its start.
    """
    return replace(imported, digest=_digest(salt, stream), size=len(salt) + imported.size)


def find_salt(
    said: Iterable[Said], imported: "Imported", stream: BinaryIO, open_file: Callable[[str], BinaryIO]
) -> bytes | None:
    """Return the salt by which the very same file is kept already, so that to submit it again says nothing new.

    Args:
        said: earlier evidence on the series of what was imported.
        stream: the raw file, seekable; it is left at its start.
        open_file: opens a file that is held, by its digest.
    """
    figures = {series.observations.digest for series in imported.series}
    for one in said:
        body = one.statement.body
        if not isinstance(body, Evidence) or not body.raw.salted or body.raw.size != SALT_BYTES + imported.size:
            continue
        if body.observations.digest in figures:
            try:
                with open_file(body.raw.digest) as kept:
                    salt = kept.read(SALT_BYTES)
            except NotFoundError:
                continue
            if _digest(salt, stream) == body.raw.digest:
                return salt
    return None


def _digest(salt: bytes, stream: BinaryIO) -> str:
    stream.seek(0)
    hashed = hashlib.sha256(salt)
    while block := stream.read(_BLOCK):
        hashed.update(block)
    stream.seek(0)
    return f"sha256:{hashed.hexdigest()}"
