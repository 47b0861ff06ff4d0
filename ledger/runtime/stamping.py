"""The time-stamping authorities of a ledger: those that its configuration names, and those it was imported with."""

from collections.abc import Sequence
from pathlib import Path

from ledger.errors import MalformedError, NotFoundError, UnavailableError
from ledger.runtime.settings import STAMPED, Stamping
from ledger.service.stamp import Authority
from ledger.store.stamped import StampedDirectory
from ledger.tlog.timestamp import ROOTS_LIMIT, parse_roots


def stamped(directory: Path) -> StampedDirectory:
    """Return where the ledger in a directory keeps timestamps."""
    return StampedDirectory(directory / STAMPED)


def known_authorities(directory: Path, stampings: Sequence[Stamping]) -> tuple[Authority, ...]:
    """Return the authorities whose timestamps count: those configured, in their order, then those imported, by name.

    Raises:
        NotFoundError: the file of a root is not there.
        MalformedError: it holds no certificates.
        UnavailableError: it cannot be read.
    """
    configured = [
        Authority(one.name, parse_roots(read_root(one.root), what=f"The file {one.root}"), one.url, one.policy)
        for one in stampings
    ]
    names = {one.name for one in stampings}
    kept = stamped(directory)
    imported = [
        Authority(name, parse_roots(kept.root(name) or b"", what=f"The root of {name} in {kept.directory}"))
        for name in kept.roots()
        if name not in names
    ]
    return (*configured, *imported)


def read_root(path: Path) -> bytes:
    """Return the file of an authority's root certificates.

    Raises:
        NotFoundError: there is none.
        MalformedError: it is too large to be one.
        UnavailableError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(ROOTS_LIMIT + 1)
    except FileNotFoundError as error:
        message = f"There is no file {path}, which a [[timestamp]] names as its root; put the authority's root there."
        raise NotFoundError(message, path=str(path)) from error
    except OSError as error:
        message = f"The file {path} cannot be read: {error.strerror}; mend that."
        raise UnavailableError(message, path=str(path)) from error
    if len(raw) > ROOTS_LIMIT:
        raise MalformedError(f"The file {path} is larger than {ROOTS_LIMIT} bytes; give the root alone.")
    return raw
