"""A file that is written before it has its name: a crash leaves none of it, or all, and never a part under the name."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh_file(directory: Path, raw: bytes) -> Iterator[Path]:
    """Return a file of these bytes, durable, under a name that means nothing; it goes with the block unless renamed.

    Args:
        directory: where it is made; it is made itself where it is missing.

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
            temporary.chmod(0o644)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
