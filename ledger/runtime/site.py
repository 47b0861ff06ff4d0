"""Static sites: somebody's that is read, and one of our own that is written (design §2.4)."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.errors import (
    ConflictError,
    UsageError,
)
from ledger.service.ports import Progress

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.service.mirror import Mirrored
    from ledger.service.site import Source
    from ledger.store.site import DirectorySite


_SITE: Final = frozenset({"blob", "policy", "statement", "tile", "timestamp"})


FETCHERS: Final = 8
"""Threads that fetch small files from somebody's site: most of the time of each is waiting."""


def open_source(place: str) -> "Source":
    """Return the static site that a text names: an address of http or https, or a directory.

    Raises:
        UsageError: there is no such directory, or the address is none.
    """
    if re.match(r"https?://", place, re.IGNORECASE):
        from ledger.remote.static import HttpSite

        return HttpSite(place)
    if not Path(place).is_dir():
        raise UsageError(f"There is no directory {place}; name a static site by its directory or its address.")
    from ledger.store.site import DirectorySite

    return DirectorySite(Path(place))


def mirror_log(
    source: "Source", directory: Path, *, policy: bytes | None = None, progress: Progress | None = None
) -> "Mirrored":
    """Bring the verified copy of a static site in a directory up to date; ``ledger.service.mirror`` says how."""
    from ledger.service.mirror import mirror

    with ThreadPoolExecutor(FETCHERS) as executor:
        return mirror(source, own_site(directory), trusted=policy, executor=executor, progress=progress)


def own_site(directory: Path) -> "DirectorySite":
    """Return the site in a directory that we may write.

    Raises:
        ConflictError: it holds something else.
    """
    from ledger.store.site import DirectorySite

    inside = {path.name for path in directory.iterdir()} if directory.is_dir() else set()
    strangers = {name for name in inside - _SITE if not name.startswith(".incoming-")}
    if strangers and "checkpoint" not in inside:
        message = f"The directory {directory} holds something else ({min(strangers)}); choose an empty or a new one."
        raise ConflictError(message, directory=str(directory))
    return DirectorySite(directory)
