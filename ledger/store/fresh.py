"""A file that is written before it has its name: a crash leaves none of it, or all, and never a part under the name."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_file(directory: Path, raw: bytes, *, mode: int = 0o644) -> Iterator[Path]:
    """Return a file of these bytes, durable, under a name that means nothing; it goes with the block unless renamed.

    Args:
        directory: where it is made; it is made itself where it is missing.
        mode: who may do what with the file; until it has its name nobody but its owner may anything.

    Raises:
        OSError: as the system says; the caller knows what the file was to be, and says so.
    """
    directory.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".new-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(mode)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def replace_file(path: Path, raw: bytes, *, mode: int = 0o644) -> None:
    """Put a file of these bytes in the place of the one of that name, if there is one, in one step and durably.

    Raises:
        OSError: as ``fresh_file``; the old file is there as it was, unless the last sync alone failed.
    """
    with fresh_file(path.parent, raw, mode=mode) as fresh:
        fresh.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
