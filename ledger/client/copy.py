"""The copy of a served ledger: its log, followed from the server and verified, in a directory of this user.

::

    ledger/    as every ledger's directory, without keys: what was followed and checked, and can be fetched again
    keys/      key files of this user for that ledger; nobody else ever sees them
    seen       the last checkpoint that was followed: no later log may contradict it, even where all is fetched anew
    checked    that checkpoint, and the digest of the copy as it was when it had been checked whole

The first time everything is read as ``pledger log import`` reads it, and from then on what is new: the served log has
to begin with what is held, signed by the keys of the charter that was met first, or by those that its root keys
appointed. A log that turns back, or has another past, is refused, and the copy stays as it is. What is new is checked,
on the tree's edge that the checkpoint signs; until that is done the copy is marked, so that nothing is computed from
what was not. Where the copy is not, to the byte, what was checked, or somebody asks for it, the whole is checked anew,
and what is not sound is fetched again. Source: design §2.4.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import SplitResult

import orjson

from ledger.client.address import copy_name, read_address
from ledger.client.transport import LONG, Transport
from ledger.errors import (
    ForkError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
    UsageError,
)
from ledger.remote.static import HttpSite
from ledger.runtime.database import open_store
from ledger.runtime.file import unwritable, write_file
from ledger.runtime.founding import import_log
from ledger.runtime.opened import check_ledger
from ledger.runtime.settings import BLOBS, CONFIG, DATABASE, POLICY, WITHHELD, read_config, read_withheld
from ledger.service.import_log import SEVERAL, Imported, follow_log
from ledger.service.pool import READERS, pool
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
CHECKED: Final = "checked"

PAGE: Final = 1_000
"""Statements that are asked for at a time; a server gives fewer where they are long."""

FETCHERS: Final = 8
"""Threads that fetch statements; most of the time of each is waiting."""

ATTEMPTS: Final = 4
"""How often a file is asked for: a server lets an address ask only so often a second."""


class _Log(HttpSite):
    """The log of a served ledger: its static site, which may be closed to whoever has no token, and its statements."""

    def __init__(self, parts: SplitResult, *, token: str | None) -> None:
        super().__init__(f"{parts.geturl()}/log", token=token, attempts=ATTEMPTS)
        self._url = parts.geturl()
        self._sent_token = token
        self._transport: Transport | None = None

    def statements(self, start: int, stop: int) -> Mapping[int, bytes]:
        """Return statements of these entries by index; none where the server gives them one by one only.

        They are as the server says, and nothing is believed of them before their digests are seen.
        """
        found: dict[int, bytes] = {}
        if self._transport is None:
            self._transport = Transport(self._url, token=self._sent_token)
        while start < stop:
            query = {"start": start, "limit": min(PAGE, stop - start)}
            try:
                reply = self._transport.ask("GET", "/v1/statements", query=query, patience=LONG)
            except (NotFoundError, UsageError):
                return {}
            lines = [_line(line, start + at, self._url) for at, line in enumerate(reply.body.splitlines())]
            if not lines:
                return found
            found |= {start + at: raw for at, raw in enumerate(lines) if raw is not None}
            start += len(lines)
        return found

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
        self.site = _Log(parts, token=token)

    @property
    def is_new(self) -> bool:
        """Whether nothing of the ledger is held yet."""
        return not (self.directory / CONFIG).is_file()

    def follow(self, *, trusted: bytes | None = None, recheck: bool = False, progress: Progress | None = None) -> None:
        """Bring the copy up to what the server serves, verified.

        Args:
            trusted: a policy that the caller holds, which then has to accept the log.
            recheck: check all that is held, and not only what is new.
            progress: told how many of how many steps are done.

        Raises:
            ForkError: the log contradicts the copy; it carries both checkpoints.
            PledgerError: the site is not sound, not signed as it should be, or cannot be read.
        """
        with self._alone():
            if (self._place / UNCHECKED).exists():
                self._drop()
            if not self.is_new and (recheck or not self._is_as_checked()) and not self._is_sound(progress):
                shutil.rmtree(self.directory)
            if self.is_new:
                import_log(self.site, self.directory, policy=trusted, progress=progress)
                self._refuse_forgotten()
            else:
                self._go_on(trusted, progress)
            self._see()
            self._note_checked()

    def _is_sound(self, progress: Progress | None) -> bool:
        """Tell whether all that is held is sound, checked whole; what is not can be fetched again."""
        try:
            several = pool(preload=READERS, is_shared=True) if self._size() >= SEVERAL else nullcontext(None)
            with several as processes:
                return check_ledger(self.directory, progress=progress, executor=processes).is_sound
        except PledgerError:
            return False

    def _is_as_checked(self) -> bool:
        """Tell whether the copy is, to the byte, what was checked before."""
        try:
            return (self._place / CHECKED).read_bytes() == self._said_checked()
        except OSError:
            return False

    def _note_checked(self) -> None:
        """Note what was checked, if that is not noted already."""
        said, path = self._said_checked(), self._place / CHECKED
        if not path.exists() or path.read_bytes() != said:
            fresh = self._place / f".{CHECKED}"
            write_file(fresh, said)
            fresh.replace(path)

    def _said_checked(self) -> bytes:
        """Return the last checkpoint that was followed, and the digest of the copy.

        It is over the database, and over names and sizes of the files, each of which is held against its digest when it
        is read.
        """
        known = hashlib.sha256()
        for name in (DATABASE, f"{DATABASE}-wal", POLICY, WITHHELD):
            path = self.directory / name
            if path.is_file():
                with path.open("rb") as file:
                    known.update(b"%b %d\n" % (name.encode(), path.stat().st_size))
                    known.update(hashlib.file_digest(file, "sha256").digest())
        blobs = DirectoryBlobs(self.directory / BLOBS)
        for digest in sorted(blobs.digests()):
            known.update(b"%b %d\n" % (digest.encode(), blobs.size(digest) or 0))
        note = (self._place / SEEN).read_text(encoding="utf-8")
        return orjson.dumps({"checkpoint": note, "copy": f"sha256:{known.hexdigest()}"})

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


def _line(line: bytes, index: int, url: str) -> bytes | None:
    """Return the statement of a line, which has to be that of an entry; None where it was erased."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        told = None
    match told:
        case {"index": int(given), "statement": str() | None as raw} if given == index:
            return None if raw is None else raw.encode("utf-8")
        case _:
            message = f"What {url} gives as the statement of entry {index} cannot be read; see whether it is a ledger."
            raise UnavailableError(message, url=url)
