"""The copy of a served ledger: its log, followed from the server and verified, in a directory of this user.

::

    ledger/    as every ledger's directory, without keys: what was followed and checked, and can be fetched again
    keys/      key files of this user for that ledger; nobody else ever sees them
    seen       the last checkpoint that was followed: no later log may contradict it, even where all is fetched anew

The first time everything is read as ``pledger log import`` reads it, and from then on what is new: the served log has
to begin with what is held, signed by the keys of the charter that was met first, or by those that its root keys
appointed. A log that turns back, or has another past, is refused, and the copy stays as it is. Then the whole is
checked anew; until that is done the copy is marked, so that nothing is computed from what was not. Source: design §2.4.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from ledger.client.address import copy_name, read_address
from ledger.errors import ForkError, MalformedError, RefusedError, UnavailableError
from ledger.remote.static import HttpSite
from ledger.runtime.database import open_store
from ledger.runtime.file import unwritable, write_file
from ledger.runtime.founding import import_log
from ledger.runtime.settings import BLOBS, CONFIG, POLICY, WITHHELD, read_config, read_withheld
from ledger.service.import_log import Imported, follow_log
from ledger.service.ports import Progress
from ledger.service.scene import Folded, fold_authority
from ledger.service.site import Front
from ledger.store.blobs import DirectoryBlobs
from ledger.tlog.checkpoint import parse_checkpoint
from ledger.tlog.merkle import edge_indexes, read_edge
from ledger.tlog.note import parse_note

LEDGER: Final = "ledger"
KEYS: Final = "keys"
UNCHECKED: Final = "unchecked"
SEEN: Final = "seen"

FETCHERS: Final = 8
"""Threads that fetch statements; most of the time of each is waiting."""

ATTEMPTS: Final = 4
"""How often a file is asked for: a server lets an address ask only so often a second."""


class _Log(HttpSite):
    """The static site of a served ledger, which may be closed to whoever has no token."""

    def open(self, path: str) -> BinaryIO | None:
        """Return a file for reading, or None where there is none.

        Raises:
            RefusedError: it is given to nobody without a token that may read it.
            UnavailableError: the server does not answer.
        """
        try:
            return super().open(path)
        except UnavailableError as error:
            if error.facts.get("status") in {401, 403}:
                message = f"{self.address} is closed to us; set PLEDGER_TOKEN to a token that may read this ledger."
                raise RefusedError(message, address=self.address) from error
            raise


class Copy:
    """The copy of one served ledger.

    Attributes:
        directory: of the ledger that it is; ``keys`` that of this user's keys.
        site: the static site that it follows.

    Args:
        home: where copies are kept.
        url: of the served ledger.
        token: with which it is read, where it is private.
    """

    def __init__(self, home: Path, url: str, *, token: str | None = None) -> None:
        parts = read_address(url)
        self._place = home / copy_name(parts)
        self.directory = self._place / LEDGER
        self.keys = self._place / KEYS
        self.site = _Log(f"{parts.geturl()}/log", token=token, attempts=ATTEMPTS)

    @property
    def is_new(self) -> bool:
        """Whether nothing of the ledger is held yet."""
        return not (self.directory / CONFIG).is_file()

    def follow(self, *, trusted: bytes | None = None, progress: Progress | None = None) -> None:
        """Bring the copy up to what the server serves, verified.

        Args:
            trusted: a policy that the caller holds, which then has to accept the log.
            progress: told how many of how many steps are done.

        Raises:
            ForkError: the log contradicts the copy; it carries both checkpoints.
            PledgerError: the site is not sound, not signed as it should be, or cannot be read.
        """
        with self._alone():
            if (self._place / UNCHECKED).exists():
                self._drop()
            if self.is_new:
                import_log(self.site, self.directory, policy=trusted, progress=progress)
                self._refuse_forgotten()
            else:
                self._go_on(trusted, progress)
            self._see()

    def _refuse_forgotten(self) -> None:
        """Raise where what was fetched anew is not the log that was followed before.

        Raises:
            ForkError: it carries both checkpoints; what was fetched is removed.
        """
        seen = self._place / SEEN
        if not seen.exists():
            return
        raw = seen.read_bytes()
        before = parse_checkpoint(parse_note(raw).text)
        store = open_store(self.directory, read_config(self.directory))
        try:
            with store.reading() as reading:
                note = reading.head().checkpoint
                has_it = before.size <= reading.head().size
                root = read_edge(before.size, reading.nodes(edge_indexes(before.size))).root if has_it else None
        finally:
            store.close()
        if root != before.root:
            shutil.rmtree(self.directory)
            message = (
                f"{self.site.name} is not the log that was followed here before: it does not begin with the "
                f"{before.size} entries that were seen. Keep both checkpoints, and do not rely on it."
            )
            raise ForkError(message, held=raw.decode(), served=note.decode())

    def _see(self) -> None:
        """Remember the checkpoint that was followed."""
        store = open_store(self.directory, read_config(self.directory))
        try:
            with store.reading() as reading:
                note = reading.head().checkpoint
        finally:
            store.close()
        seen = self._place / SEEN
        if not seen.exists() or seen.read_bytes() != note:
            fresh = self._place / f".{SEEN}"
            write_file(fresh, note)
            fresh.replace(seen)

    def _go_on(self, trusted: bytes | None, progress: Progress | None) -> None:
        store = open_store(self.directory, read_config(self.directory))
        try:
            with store.reading() as reading:
                note = reading.head().checkpoint
                authority = fold_authority(reading, Folded()).authority
            if authority is None:
                message = f"The copy in {self.directory} has no charter; remove that directory, and it is fetched anew."
                raise MalformedError(message, directory=str(self.directory))
            said = parse_checkpoint(parse_note(note).text)
            policy = (self.directory / POLICY).read_bytes()
            held = Front(said, note, policy, authority, authority.checkpoint_keys_at(said.size))
            excused = read_withheld(self.directory)
            # Before the first change: what a crash leaves of it is fetched anew, and nothing is computed from it.
            with ThreadPoolExecutor(FETCHERS) as executor, self._unchecked():
                found = follow_log(
                    self.site, store, DirectoryBlobs(self.directory / BLOBS), held=held, trusted=trusted,
                    excused=excused, executor=executor, progress=progress,
                )  # fmt: skip
                if found is not None:
                    self._note(found)
        finally:
            store.close()

    def _note(self, found: Imported) -> None:
        """Note what the site said beside its entries."""
        for name, raw in (
            (POLICY, found.front.policy), (WITHHELD, "".join(f"{digest}\n" for digest in found.withheld).encode()),
        ):  # fmt: skip
            fresh = self.directory / f".{name}"
            write_file(fresh, raw)
            fresh.replace(self.directory / name)

    @contextmanager
    def _unchecked(self) -> Iterator[None]:
        """Mark the copy while it changes; the mark goes where it is whole and checked, or as it was before."""
        before = self._size()
        mark = self._place / UNCHECKED
        write_file(mark, b"")
        try:
            yield
        except BaseException:
            if self._size() == before:
                mark.unlink()
            raise
        mark.unlink()

    def _size(self) -> int:
        store = open_store(self.directory, read_config(self.directory))
        try:
            with store.reading() as reading:
                return reading.head().size
        finally:
            store.close()

    def _drop(self) -> None:
        """Remove what was not checked to its end; keys stay."""
        shutil.rmtree(self.directory, ignore_errors=True)
        (self._place / UNCHECKED).unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold off whoever else follows the same ledger into the same copy."""
        try:
            self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._place, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise unwritable(self._place, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        except OSError as error:
            message = f"The copy in {self._place} cannot be kept: {error.strerror or error}; see to the disk."
            raise UnavailableError(message, directory=str(self._place)) from error
        finally:
            os.close(descriptor)
