"""Answers of publishers on disk: each a file as it came, and beside it a note of where and when it was fetched.

The note has the name of its file and ``.fetched`` behind it. ``pledger submit`` reads it, so that the evidence says
where its file comes from, however it came to be submitted. No note holds a key.
"""

import json
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.cli.file import open_file, read_file, unwritable, write_file
from ledger.errors import MalformedError, UsageError

if TYPE_CHECKING:  # imported by the command that fetches
    from ledger.remote.fetch import Page

SUFFIX: Final = ".fetched"
"""What the name of a note has behind that of its file."""

LIMIT: Final = 64 * 1024
"""Bytes that a note may have."""

_MEMBERS: Final = {"address", "digest", "format", "retrieved"}


def make_directory(directory: Path) -> None:
    """Make sure that there is a directory for answers.

    Raises:
        UsageError: it is something else.
        UnavailableError: it cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"{directory} is not a directory; name one for the answers."
        raise UsageError(message, path=str(directory)) from error
    except OSError as error:
        raise unwritable(directory, error) from error


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was kept.

    Attributes:
        address: that was asked, without a key.
        retrieved: the moment at which it had come.
        rows: of figures in it.
        size: in bytes.
        path: of its file, ``digest`` of its bytes; None where the publisher says that it has no figures.
    """

    address: str
    retrieved: str
    rows: int
    size: int
    path: Path | None
    digest: str | None


def keep_page(page: "Page", directory: Path) -> Kept:
    """Write an answer with figures and its note, each whole or not at all.

    Its name says what was asked, and ends with the beginning of its digest: an answer that has changed since lies
    beside the older one and does not replace it.

    Raises:
        UsageError, UnavailableError: as ``ledger.cli.file.write_file``.
    """
    if not page.count:
        return Kept(page.address, page.retrieved, 0, len(page.body), None, None)
    digest = page.digest
    path = directory / f"{page.request.label}.{digest.removeprefix('sha256:')[:12]}.json"
    told = {
        "address": page.address, "retrieved": page.retrieved, "digest": digest, "format": page.request.route.format,
    }  # fmt: skip
    # The note first: a crash between the two leaves a note of nothing, never a file of which nobody knows the source.
    write_file(_note(path), (json.dumps(told, indent=2, ensure_ascii=True) + "\n").encode())
    write_file(path, page.body)
    return Kept(page.address, page.retrieved, page.count, len(page.body), path, digest)


def read_note(path: Path) -> dict[str, object]:
    """Return where and when a file was fetched, as members of a ``source``; nothing where no note lies beside it.

    Raises:
        MalformedError: the note is none, or is about other bytes than the file's.
        UsageError, UnavailableError: the file cannot be read.
    """
    beside = _note(path)
    if not beside.is_file():
        return {}
    try:
        note = json.loads(read_file(beside, limit=LIMIT))
    except (ValueError, RecursionError):
        note = None
    if (
        not isinstance(note, dict)
        or set(note) != _MEMBERS
        or not all(isinstance(value, str) for value in note.values())
    ):
        raise MalformedError(f"{beside} is not the note of a fetch; remove it, or fetch again.", path=str(beside))
    with open_file(path) as file:
        digest = "sha256:" + file_digest(file, "sha256").hexdigest()
    if note["digest"] != digest:
        message = (
            f"{path} is not what {beside} says was fetched: its digest is {digest}; remove the note, or fetch again."
        )
        raise MalformedError(message, path=str(path), digest=digest)
    return {"address": note["address"], "retrieved": note["retrieved"]}


def _note(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)
