"""Backups of a ledger: a directory that holds all of it at one size, with a list that the log's own key signed.

A backup is taken while the ledger is at work::

    1. copy cosigned/ and stamped/: what is there by now is of no more entries than the database has when it is copied
    2. copy the database at one moment (SQLite's own online copy), or export the log's site where it is in PostgreSQL
    3. copy the files: each was there before the entry that names it
    4. refuse if an erasure was logged meanwhile: files would be missing that the copy still names
    5. write the note of what left, as the copy's own head has it
    6. sign the digest of the list of every file's digest with the log's own key, and write the list last

A crash before the last step leaves a directory that is no backup. The log proves itself, by its checkpoint; the
signature is for what stands beside it: configuration, policy, files that no statement can do without and no check
misses. Private keys stay behind unless they are asked for, and then only under a passphrase. How a ledger comes out of
it is in ``ledger.runtime.restoring``. Source: design §2.5; decision 9.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError, UnavailableError, UsageError
from ledger.runtime.appointment import find_checkpoint_key
from ledger.runtime.file import sync_directory, write_file
from ledger.runtime.opened import Ledger
from ledger.runtime.settings import (
    BLOBS,
    CONFIG,
    COSIGNED,
    DATABASE,
    KEYS,
    POLICY,
    PUBLISHED,
    READS,
    STAMPED,
    WITHHELD,
    read_config,
)
from ledger.signing.canonical import CanonicalBytes, digest, format_json
from ledger.signing.envelope import BACKUP, Envelope, open_envelope, seal
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint
from ledger.tlog.note import parse_note

FORM: Final = "pledger-backup.v1"
LIST: Final = "backup.json"
SIGNATURE: Final = "backup.jws"
"""Where the list's digest is, signed; there is none where the keys of the log were not at hand."""

SITE: Final = "site"
"""Where the log of a ledger on PostgreSQL is: as its static site, restricted files included."""

# Without the read tokens: a restore would bring back those that were revoked since.
_BESIDE: Final = (CONFIG, POLICY, WITHHELD)
_BLOCK: Final = 1 << 20
_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup.

    Attributes:
        directory: where it is.
        origin: the log's name; ``genesis`` the charter's.
        size: entries; ``note`` the signed checkpoint over them.
        made: when.
        has_keys: whether the private keys are in it.
        on_postgres: whether the log was in PostgreSQL, and so is kept as its site.
        files: each by its path, with size and digest.
        signature: over the digest of its list, by a key of the log; None where it was not at hand.
    """

    directory: Path
    origin: str
    genesis: str
    size: int
    note: bytes
    made: str
    has_keys: bool
    on_postgres: bool
    files: tuple[tuple[str, int, str], ...]
    signature: Envelope | None = None

    @property
    def bytes(self) -> int:
        """How many bytes its files have."""
        return sum(size for _, size, _ in self.files)

    def document(self) -> dict[str, object]:
        """Return its list, as it is written down."""
        return {
            "form": FORM, "origin": self.origin, "genesis": self.genesis, "size": self.size,
            "checkpoint": self.note.decode(), "made": self.made, "keys": self.has_keys, "postgres": self.on_postgres,
            "files": [{"path": path, "size": size, "digest": digest} for path, size, digest in self.files],
        }  # fmt: skip


def back_up(opened: Ledger, to: Path, *, with_keys: bool = False) -> Backup:
    """Make a backup of an open ledger in a new or empty directory; the ledger may be written to meanwhile.

    Args:
        to: where it is to be; only its owner may look into it.
        with_keys: the private keys too, all of which have to be under a passphrase.

    Raises:
        ConflictError: the directory holds something.
        RefusedError: a key file is not protected; nothing was made.
        UnavailableError: an erasure was logged meanwhile, or it cannot be written; what there is of it is no backup.
    """
    if with_keys:
        _refuse_bare_keys(opened.directory / KEYS)
    was_there = _begin(to)
    try:
        return _fill(opened, to, with_keys=with_keys)
    except BaseException as error:
        shutil.rmtree(to, ignore_errors=True)
        if was_there:
            to.mkdir(mode=0o700, exist_ok=True)
        if isinstance(error, OSError):
            raise unwritable(to, error) from error
        raise


def read_backup(directory: Path) -> Backup:
    """Return what a backup says of itself; its files are looked at when it is restored.

    Raises:
        NotFoundError: the directory holds no backup, or one that was broken off.
        MalformedError: its list is none.
    """
    path = directory / LIST
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"There is no backup in {directory}: {LIST} is missing, which is written last; name another."
        raise NotFoundError(message, directory=str(directory)) from error
    try:
        told: dict[str, Any] = json.loads(raw)
        if told["form"] != FORM:
            raise ValueError(told["form"])
        files = tuple((_inside(one["path"]), int(one["size"]), str(one["digest"])) for one in told["files"])
        found = Backup(
            directory, str(told["origin"]), str(told["genesis"]), int(told["size"]), str(told["checkpoint"]).encode(),
            str(told["made"]), bool(told["keys"]), bool(told["postgres"]), files,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"The list {path} is not that of a backup ({FORM}); restore it from a copy, or name another."
        raise MalformedError(message, path=str(path)) from error
    if said(found.note, what=f"the checkpoint in {path}").size != found.size:
        raise MalformedError(f"The list {path} contradicts itself about the size; name another backup.", path=str(path))
    return replace(found, signature=_read_signature(directory, raw))


def _read_signature(directory: Path, listed: bytes) -> Envelope | None:
    """Return the signature over a list; whose it is, only the restored log can tell."""
    path = directory / SIGNATURE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unwritable(directory, error) from error
    signature = open_envelope(raw, typ=BACKUP, what=f"the signature {path}")
    if signature.payload != _vouched(listed):
        message = f"The list of the backup in {directory} was changed after it was signed; restore from another copy."
        raise MalformedError(message, path=str(path))
    return signature


def _vouched(listed: bytes) -> CanonicalBytes:
    """Return what is signed: which list it is, by its digest."""
    return format_json({"form": FORM, "list": digest(listed)})


def _sign(opened: Ledger, listed: bytes) -> Envelope | None:
    """Return the signature of the log's own key over a list; None where that key is not here, or cannot be opened."""
    with suppress(NotFoundError, RefusedError, UnavailableError, UsageError):
        key = find_checkpoint_key(opened.keyring, opened.authority().tenure.checkpoint[0])
        return seal(_vouched(listed), key, typ=BACKUP)
    return None


def _fill(opened: Ledger, to: Path, *, with_keys: bool) -> Backup:
    """Copy everything in the order that the head of this file gives."""
    directory, config = opened.directory, read_config(opened.directory)
    erasures = opened.erasures()
    for name in (COSIGNED, STAMPED):  # 1.
        _copy_tree(directory / name, to / name)
    on_postgres = config.store is not None
    if on_postgres:  # 2.
        opened.export_log(to / SITE, restricted=True)
        note = (to / SITE / "checkpoint").read_bytes()
    else:
        _copy_database(directory / DATABASE, to / DATABASE)
        note = _head_of(to / DATABASE)
        _copy_tree(directory / BLOBS, to / BLOBS)  # 3.
    roots = (one.root.relative_to(directory).as_posix() for one in config.timestamps if _is_in(one.root, directory))
    for name in {*_BESIDE, *roots}:
        if (directory / name).is_file() and not (to / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            copy_file(directory / name, to / name)
    _copy_tree(directory / READS, to / READS)
    if with_keys:
        _copy_tree(directory / KEYS, to / KEYS)
    if opened.erasures() != erasures:  # 4.
        message = f"An erasure was logged while the backup in {to} was made; make it again."
        raise UnavailableError(message, directory=str(to))
    write_file(to / PUBLISHED, note)  # 5.
    size = said(note, what="the checkpoint").size
    files = tuple((path, (to / path).stat().st_size, file_digest(to / path)) for path in _paths(to))
    made = Backup(to, opened.origin, opened.genesis, size, note, opened.clock(), with_keys, on_postgres, files)
    sync_directory(to)
    listed = json.dumps(made.document(), indent=1).encode()  # 6.
    signature = _sign(opened, listed)
    if signature is not None:
        write_file(to / SIGNATURE, signature.raw)
    write_file(to / f".{LIST}", listed)
    (to / f".{LIST}").rename(to / LIST)
    sync_directory(to)
    return replace(made, signature=signature)


def _copy_database(database: Path, to: Path) -> None:
    """Copy a database as it is at one moment."""
    from ledger.store.sql import SqlStore

    store = SqlStore.open(database)
    try:
        store.copy(to)
    finally:
        store.close()


def _head_of(database: Path) -> bytes:
    """Return the last checkpoint of a copied database."""
    from ledger.store.sql import SqlStore

    store = SqlStore.open(database)
    try:
        with store.reading() as reading:
            note = reading.head().checkpoint
        # Nothing is left beside it: what was made to read it is of no use to anybody.
        store.purge()
    finally:
        store.close()
    for beside in ("-wal", "-shm"):
        database.with_name(f"{database.name}{beside}").unlink(missing_ok=True)
    return note


def _refuse_bare_keys(directory: Path) -> None:
    for path in sorted(directory.glob("*.pem")):
        if _ENCRYPTED not in path.read_bytes():
            message = (
                f"The key file {path} is not protected by a passphrase, and no backup is to hold it so; run pledger "
                "key protect first, or keep the keys elsewhere."
            )
            raise RefusedError(message, path=str(path))


def _begin(to: Path) -> bool:
    """Make the directory of a backup; tell whether it was there."""
    was_there = to.exists()
    refuse_taken(to)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        to.chmod(0o700)
    except OSError as error:
        raise unwritable(to, error) from error
    return was_there


def refuse_taken(directory: Path) -> None:
    """Raise where there is something at a place already (ConflictError), or it cannot be looked at."""
    try:
        is_free = not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))
    except OSError as error:
        raise unwritable(directory, error) from error
    if not is_free:
        message = f"There is something at {directory} already, and nothing is overwritten; name a new directory."
        raise ConflictError(message, directory=str(directory))


def unwritable(directory: Path, error: OSError) -> UnavailableError:
    """Return our error for a directory that cannot be written or read."""
    message = f"The directory {directory} cannot be written or read ({error.strerror}); mend that and try again."
    return UnavailableError(message, directory=str(directory))


def said(note: bytes, *, what: str) -> Checkpoint:
    """Return what a signed checkpoint says; MalformedError where it is none, with the phrase for it."""
    try:
        return parse_checkpoint(parse_note(note).text)
    except MalformedError as error:
        raise MalformedError(f"{what[:1].upper()}{what[1:]} cannot be read: {error.message}") from error


def _is_in(path: Path, directory: Path) -> bool:
    """Tell whether a path leads into a directory by its parts alone."""
    return path.is_relative_to(directory) and ".." not in path.parts


def _inside(path: str) -> str:
    """Return a path of a list that leads into its directory, and nowhere else."""
    parts = path.split("/")
    if not path or any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts) or path == LIST:
        raise ValueError(path)
    return path


def _paths(directory: Path) -> Iterator[str]:
    """Yield the paths of all files in a directory, in order."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield path.relative_to(directory).as_posix()


def _copy_tree(source: Path, target: Path) -> None:
    """Copy the files of a directory, where there is one, but for those that are being written, by their names."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        inside = path.relative_to(source)
        if path.is_file() and not any(part.startswith((".", "incoming-")) for part in inside.parts):
            (target / inside).parent.mkdir(mode=source.stat().st_mode & 0o777, parents=True, exist_ok=True)
            copy_file(path, target / inside)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with its mode, and make it durable."""
    with source.open("rb") as one, target.open("wb") as other:
        shutil.copyfileobj(one, other, _BLOCK)
        other.flush()
        os.fsync(other.fileno())
    target.chmod(source.stat().st_mode & 0o777)


def file_digest(path: Path) -> str:
    """Return the digest of a file."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return f"sha256:{found.hexdigest()}"
