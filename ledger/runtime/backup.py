"""Backups of a ledger: a directory that holds all of it at one size, and the ledger that is restored from one.

A backup is taken while the ledger is at work::

    1. copy cosigned/ and stamped/: what is there by now is of no more entries than the database has when it is copied
    2. copy the database at one moment (SQLite's own online copy), or export the log's site where it is in PostgreSQL
    3. copy the files: each was there before the entry that names it
    4. refuse if an erasure was logged meanwhile: files would be missing that the copy still names
    5. write the note of what left, as the copy's own head has it, and last the list with every file's digest

A crash before the last step leaves a directory that is no backup. A restored ledger is made whole beside the place
where it is to be, checked from the bytes up, and only then takes its name: nothing is ever overwritten. A backup that
is behind what has left the ledger is refused, as far as that is known here: whoever signs on top of it forks the log.
Private keys stay behind unless they are asked for, and then only under a passphrase. Source: design §2.5; decision 9.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ledger.errors import ConflictError, ForkError, MalformedError, NotFoundError, RefusedError, UnavailableError
from ledger.runtime.file import sync_directory, write_file
from ledger.runtime.founding import import_log
from ledger.runtime.keyring import Keyring, Passphrase, copy_keys
from ledger.runtime.opened import Ledger, open_ledger
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
from ledger.tlog.checkpoint import Checkpoint, parse_checkpoint
from ledger.tlog.note import NOTE_LIMIT, parse_note

FORM: Final = "pledger-backup.v1"
LIST: Final = "backup.json"
SITE: Final = "site"
"""Where the log of a ledger on PostgreSQL is: as its static site, restricted files included."""

# Without the read tokens: a restore would bring back those that were revoked since.
_BESIDE: Final = (CONFIG, POLICY, WITHHELD)
_LIST_LIMIT: Final = 1 << 30
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
            raise _unwritable(to, error) from error
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
    if _said(found.note, what=f"the checkpoint in {path}").size != found.size:
        raise MalformedError(f"The list {path} contradicts itself about the size; name another backup.", path=str(path))
    return found


def restore(
    backup: Backup,
    directory: Path,
    *,
    replaces: Path | None = None,
    checkpoints: Sequence[bytes] = (),
    keys: Path | None = None,
    passphrase: Passphrase = None,
    store: str | None = None,
    accept_loss: bool = False,
) -> Backup:
    """Make the ledger of a backup anew in an absent or empty directory, checked whole before it has its name.

    Args:
        backup: that is restored.
        directory: where the ledger is to be.
        replaces: the directory of the ledger that was lost, or what is left of it: what left it is looked up there.
        checkpoints: signed checkpoints of the log that others hold.
        keys: a directory of key files, which are copied; else those of the backup, if it has any.
        passphrase: opens the key files.
        store: the address of a database of PostgreSQL, where the log was in one.
        accept_loss: restore it though more has left: what is missing is lost, and writing on forks the log.

    Raises:
        ConflictError: more entries have left than the backup has, or the directory holds something.
        ForkError: another checkpoint of its size has left.
        MalformedError: a file of it is missing or another; or the restored ledger is not sound.
    """
    _refuse_behind(backup, _left(replaces, checkpoints), accept_loss=accept_loss)
    _refuse_taken(directory)
    beside = directory.parent / f".{directory.name}.restoring"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        if backup.on_postgres:
            _rebuild(backup, beside, store=store, passphrase=passphrase)
        else:
            beside.mkdir(mode=0o700, parents=True)
            _copy_verified(backup, beside)
        if keys is not None:
            shutil.rmtree(beside / KEYS, ignore_errors=True)
            copy_keys(Keyring(keys, passphrase), Keyring(beside / KEYS, passphrase))
        _refuse_unsound(backup, beside, store=store)
        # A crash before this leaves a directory with a dot, which the next attempt removes; after it, a ledger.
        beside.rename(directory)
        sync_directory(directory.parent)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritable(directory, error) from error
        raise
    return backup


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
            _copy_file(directory / name, to / name)
    _copy_tree(directory / READS, to / READS)
    if with_keys:
        _copy_tree(directory / KEYS, to / KEYS)
    if opened.erasures() != erasures:  # 4.
        message = f"An erasure was logged while the backup in {to} was made; make it again."
        raise UnavailableError(message, directory=str(to))
    write_file(to / PUBLISHED, note)  # 5.
    size = _said(note, what="the checkpoint").size
    files = tuple((path, (to / path).stat().st_size, _digest(to / path)) for path in _paths(to))
    made = Backup(to, opened.origin, opened.genesis, size, note, opened.clock(), with_keys, on_postgres, files)
    sync_directory(to)
    write_file(to / f".{LIST}", json.dumps(made.document(), indent=1).encode())
    (to / f".{LIST}").rename(to / LIST)
    sync_directory(to)
    return made


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


def _rebuild(backup: Backup, directory: Path, *, store: str | None, passphrase: Passphrase) -> None:
    """Make a ledger on PostgreSQL anew from the site in a backup, and put beside it what the site does not hold."""
    from ledger.store.site import DirectorySite

    _verify_files(backup)
    policy = (backup.directory / POLICY).read_bytes()
    keys = backup.directory / KEYS if backup.has_keys else None
    import_log(
        DirectorySite(backup.directory / SITE), directory, policy=policy, keys=keys, passphrase=passphrase,
        store=store or read_config(backup.directory).store,
    )  # fmt: skip
    for path, _, _ in backup.files:
        if not path.startswith((f"{SITE}/", f"{KEYS}/")) and path != CONFIG:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            _copy_file(backup.directory / path, directory / path)
    # What else the configuration says is not in the site: witnesses, authorities, the server.
    told = (backup.directory / CONFIG).read_text(encoding="utf-8")
    if store is not None:
        from ledger.store.address import without_secrets

        kept = json.dumps(without_secrets(store))
        told = re.sub(r"(?m)^store = .*$", lambda _: f"store = {kept}", told, count=1)
    write_file(directory / CONFIG, told.encode())


def _copy_verified(backup: Backup, directory: Path) -> None:
    """Copy the files of a backup, each seen to be the one that its list names."""
    for path, size, digest in backup.files:
        target = directory / path
        target.parent.mkdir(mode=0o700 if path.startswith(f"{KEYS}/") else 0o755, parents=True, exist_ok=True)
        try:
            _copy_file(backup.directory / path, target)
        except FileNotFoundError as error:
            raise _other_file(backup, path) from error
        if target.stat().st_size != size or _digest(target) != digest:
            raise _other_file(backup, path)


def _verify_files(backup: Backup) -> None:
    for path, size, digest in backup.files:
        file = backup.directory / path
        if not file.is_file() or file.stat().st_size != size or _digest(file) != digest:
            raise _other_file(backup, path)


def _other_file(backup: Backup, path: str) -> MalformedError:
    message = f"The file {path} of the backup in {backup.directory} is missing, or another; restore from another copy."
    return MalformedError(message, path=path)


def _refuse_unsound(backup: Backup, directory: Path, *, store: str | None) -> None:
    """Raise unless the ledger that was made opens, and everything in it is recomputed to the backup's checkpoint."""
    with open_ledger(directory, store=store) as made:
        checked = made.check()
    root = _said(backup.note, what="the checkpoint").root
    if not checked.is_sound or checked.size != backup.size or checked.root != root:
        first = checked.findings[0].sentence if checked.findings else "it has another root than its list says"
        message = f"The ledger of the backup in {backup.directory} is not sound ({first}); restore another backup."
        raise MalformedError(message, findings=len(checked.findings))


def _left(replaces: Path | None, checkpoints: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the checkpoints that are known to have left the ledger."""
    yield from checkpoints
    if replaces is None:
        return
    from ledger.store.cosigned import CosignedDirectory

    try:
        yield (replaces / PUBLISHED).read_bytes()[:NOTE_LIMIT]
    except OSError as error:
        message = (
            f"What left the ledger in {replaces} cannot be read there ({error.strerror}); leave --replaces out, and "
            "give the last checkpoint that a witness, a monitor or the site has (--checkpoint FILE)."
        )
        raise NotFoundError(message, directory=str(replaces)) from error
    kept = CosignedDirectory(replaces / COSIGNED)
    for size in kept.sizes()[-1:]:
        if (note := kept.get(size)) is not None:
            yield note


def _refuse_behind(backup: Backup, left: Iterator[bytes], *, accept_loss: bool) -> None:
    """Raise where more has left than the backup has: to write on from it would contradict what others hold."""
    mine = _said(backup.note, what="the checkpoint of the backup")
    for note in left:
        said = _said(note, what="a checkpoint that left")
        if said.origin != mine.origin:
            message = (
                f"The checkpoint is one of {said.origin}, and the backup one of {mine.origin}; give the right one."
            )
            raise MalformedError(message, origin=said.origin)
        if said.size == mine.size and said.root != mine.root:
            message = (
                f"Another checkpoint of {said.size} entries has left than the backup's; keep both, and restore none."
            )
            raise ForkError(message, held=backup.note.decode(), published=note.decode())
        if said.size > mine.size and not accept_loss:
            message = (
                f"The backup has {mine.size} entries, and a checkpoint of {said.size} has left the ledger: restore a "
                "later backup, or rebuild it from its site or a mirror (pledger log import). With --accept-loss it is "
                "restored all the same; what is missing is lost, and whoever holds later receipts can prove a fork."
            )
            raise ConflictError(message, size=mine.size, published=said.size)


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
    _refuse_taken(to)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        to.chmod(0o700)
    except OSError as error:
        raise _unwritable(to, error) from error
    return was_there


def _refuse_taken(directory: Path) -> None:
    try:
        is_free = not directory.exists() or (directory.is_dir() and not any(directory.iterdir()))
    except OSError as error:
        raise _unwritable(directory, error) from error
    if not is_free:
        message = f"There is something at {directory} already, and nothing is overwritten; name a new directory."
        raise ConflictError(message, directory=str(directory))


def _unwritable(directory: Path, error: OSError) -> UnavailableError:
    message = f"The directory {directory} cannot be written or read ({error.strerror}); mend that and try again."
    return UnavailableError(message, directory=str(directory))


def _said(note: bytes, *, what: str) -> Checkpoint:
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
            _copy_file(path, target / inside)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file with its mode, and make it durable."""
    with source.open("rb") as one, target.open("wb") as other:
        shutil.copyfileobj(one, other, _BLOCK)
        other.flush()
        os.fsync(other.fileno())
    target.chmod(source.stat().st_mode & 0o777)


def _digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return f"sha256:{found.hexdigest()}"
