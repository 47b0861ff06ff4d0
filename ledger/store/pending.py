"""Statements that wait for their files: a directory with a file for each, none of them logged, an hour at most.

A pending statement is a promise of nothing: it has no index, no receipt, and is gone when its hour is over. It is kept
on disk, so that every process of the ledger knows it and a restart does not lose it. Beside them stands a mark for each
file that came by such a statement, so that it can be removed again if none is ever logged. Source: design §3.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.errors import MalformedError, UnavailableError
from ledger.store.fresh import replace_file
from ledger.tlog.stored import NOTHING_RECORDED

_STATEMENT: Final = re.compile(r"([0-9a-f]{64})\.json")
_MARK: Final = re.compile(r"([0-9a-f]{64})\.brought")


@dataclass(frozen=True, slots=True)
class Pending:
    """A statement that waits.

    Attributes:
        name: its digest.
        jws: as it was signed.
        kid: by which key, which was verified.
        received: when it came.
        files: what it names and waits for, or may bring: by digest, the most bytes of each.
        needed: those of them without which it is not logged.
    """

    name: str
    jws: bytes
    kid: str
    received: str
    files: Mapping[str, int]
    needed: tuple[str, ...] = field(default=())


class PendingDirectory:
    """A directory of pending statements.

    Attributes:
        directory: made when the first of them comes.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._read: dict[str, Pending] = {}

    def keep(self, pending: Pending) -> None:
        """Keep a statement durably.

        Raises:
            UnavailableError: the disk is full or cannot be written.
        """
        members = {
            "files": dict(pending.files), "jws": pending.jws.decode("ascii"), "kid": pending.kid,
            "needed": list(pending.needed), "received": pending.received,
        }  # fmt: skip
        self._write(f"{pending.name[7:]}.json", json.dumps(members).encode())

    def all(self) -> tuple[Pending, ...]:
        """Return every statement that is kept, by name."""
        found = {}
        for path in self._paths(_STATEMENT):
            known = self._read.get(path.name) or self._parse(path)
            if known is not None:
                found[path.name] = known
        self._read = found
        return tuple(found[name] for name in sorted(found))

    def get(self, name: str) -> Pending | None:
        """Return a statement by its digest, or None."""
        return next((one for one in self.all() if one.name == name), None)

    def drop(self, name: str) -> None:
        """Forget a statement: it was logged, was refused, or its hour is over."""
        (self.directory / f"{name[7:]}.json").unlink(missing_ok=True)

    def mark(self, digest: str, at: str) -> None:
        """Note that a file came by a pending statement, and when."""
        self._write(f"{digest[7:]}.brought", at.encode("ascii"))

    def marks(self) -> Iterator[tuple[str, str]]:
        """Yield every file that came so, and when."""
        for path in self._paths(_MARK):
            try:
                yield f"sha256:{path.name[:64]}", path.read_text(encoding="ascii")
            except (OSError, ValueError):
                continue

    def unmark(self, digest: str) -> None:
        """Forget how a file came."""
        (self.directory / f"{digest[7:]}.brought").unlink(missing_ok=True)

    @contextmanager
    def held(self, *, alone: bool = False) -> Iterator[None]:
        """Keep files that wait from being removed, for the time of a ``with`` block; or remove them, alone."""
        self._make()
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def _paths(self, pattern: re.Pattern[str]) -> list[Path]:
        try:
            return sorted(path for path in self.directory.iterdir() if pattern.fullmatch(path.name))
        except FileNotFoundError:
            return []

    def _parse(self, path: Path) -> Pending | None:
        """Return what a file says; None where it is gone, or was never written whole."""
        try:
            members = json.loads(path.read_text(encoding="ascii"))
            return Pending(
                f"sha256:{path.name[:64]}", members["jws"].encode("ascii"), members["kid"], members["received"],
                members["files"], tuple(members["needed"]),
            )  # fmt: skip
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"The file {path} is no pending statement; remove it."
            raise MalformedError(message, path=str(path)) from error

    def _make(self) -> None:
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, name: str, raw: bytes) -> None:
        self._make()
        try:
            replace_file(self.directory / name, raw)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> UnavailableError:
        message = f"Nothing can be kept in {self.directory}: {error.strerror}; nothing was recorded, try again later."
        return UnavailableError(message, outcome=NOTHING_RECORDED)
