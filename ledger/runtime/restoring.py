"""A ledger made anew from a backup: everything checked first, nothing overwritten, and nothing left where it fails.

It is made whole beside the place where it is to be, checked from the bytes up, and only then takes its name::

    1. refuse a backup that is behind what is known here to have left: whoever signs on top of it forks the log
    2. copy each file as its list has it, or rebuild the log in PostgreSQL from its site
    3. recompute the log up to the checkpoint of the list, and see that the log's own key signed the list
    4. ask the witnesses whether they have seen more: where all of a machine is old, nobody else knows
    5. rename

Source: design §2.5; decision 9.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import ConflictError, ForkError, MalformedError, NotFoundError, RefusedError, UnavailableError
from ledger.runtime.backup import (
    SITE,
    Backup,
    copy_file,
    file_digest,
    refuse_taken,
    said,
    unwritable,
)
from ledger.runtime.database import discard_store
from ledger.runtime.file import sync_directory, write_file
from ledger.runtime.founding import import_log
from ledger.runtime.keyring import Keyring, Passphrase, copy_keys
from ledger.runtime.opened import Ledger, open_ledger
from ledger.runtime.settings import CONFIG, COSIGNED, KEYS, POLICY, PUBLISHED, read_config
from ledger.signing.envelope import verify_envelope
from ledger.tlog.note import NOTE_LIMIT

if TYPE_CHECKING:  # heavier rooms are imported by the functions that need them; here only their names
    from ledger.service.cosign import Ask


@dataclass(frozen=True, slots=True)
class Restored:
    """A ledger that was made anew.

    Attributes:
        backup: that it was made from.
        witnesses: names of those that were asked and have seen no more.
    """

    backup: Backup
    witnesses: tuple[str, ...]


def restore(  # noqa: PLR0913, so much is for an operator to decide
    backup: Backup,
    directory: Path,
    *,
    replaces: Path | None = None,
    checkpoints: Sequence[bytes] = (),
    keys: Path | None = None,
    passphrase: Passphrase = None,
    store: str | None = None,
    accept_loss: bool = False,
    is_unsigned: bool = False,
    ask: "Ask | None" = None,
    is_unasked: bool = False,
) -> Restored:
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
        is_unsigned: restore it though no key of the log signed its list.
        ask: sends a request to a witness; over HTTP, if not given.
        is_unasked: restore it without asking the witnesses that its configuration names.

    Raises:
        ConflictError: more entries have left than the backup has, or the directory holds something.
        ForkError: another checkpoint of its size has left.
        MalformedError: a file of it is missing or another; or the restored ledger is not sound.
        RefusedError: no key of the log signed its list.
        UnavailableError: a witness does not say what it has seen, or the place cannot be written.
    """
    if backup.signature is None and not is_unsigned:
        raise _unsigned(backup)
    _refuse_behind(backup, _left(replaces, checkpoints), accept_loss=accept_loss)
    refuse_taken(directory)
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
        with open_ledger(beside, store=store) as made:
            _refuse_unsound(backup, made)
            _refuse_unvouched(backup, made)
            asked = () if is_unasked else _refuse_unwitnessed(backup, made, ask=ask, accept_loss=accept_loss)
        # A crash before this leaves a directory with a dot, which the next attempt removes; after it, a ledger.
        beside.rename(directory)
        sync_directory(directory.parent)
    except BaseException as error:
        _discard(beside, backup, store=store)
        if isinstance(error, OSError):
            raise unwritable(directory, error) from error
        raise
    return Restored(backup, asked)


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
            copy_file(backup.directory / path, directory / path)
    # What else the configuration says is not in the site: witnesses, authorities, the server. Where its database is and
    # which mark that carries are as it was made just now.
    told = re.sub(r"(?m)^(# begun as|store =) .*\n", "", (backup.directory / CONFIG).read_text(encoding="utf-8"))
    fresh = (directory / CONFIG).read_text(encoding="utf-8")
    place = "".join(re.findall(r"(?m)^(?:# begun as|store =) .*\n", fresh))
    # Before the first table, as what follows one belongs to it.
    table = re.search(r"(?m)^\[", told)
    at = table.start() if table is not None else len(told)
    write_file(directory / CONFIG, f"{told[:at]}{place}{told[at:]}".encode())


def _discard(directory: Path, backup: Backup, *, store: str | None) -> None:
    """Remove what there is of a ledger that does not come to be, its tables in a database included."""
    if backup.on_postgres:
        # Where it did not get so far as to have a configuration, whoever made the tables has removed them.
        with suppress(OSError):
            found = re.search(r"(?m)^# begun as ([0-9a-f]{32})$", (directory / CONFIG).read_text(encoding="utf-8"))
            if found is not None:
                discard_store(store or read_config(directory).store, begun=found[1])
    shutil.rmtree(directory, ignore_errors=True)


def _copy_verified(backup: Backup, directory: Path) -> None:
    """Copy the files of a backup, each seen to be the one that its list names."""
    for path, size, digest in backup.files:
        target = directory / path
        target.parent.mkdir(mode=0o700 if path.startswith(f"{KEYS}/") else 0o755, parents=True, exist_ok=True)
        try:
            copy_file(backup.directory / path, target)
        except FileNotFoundError as error:
            raise _other_file(backup, path) from error
        if target.stat().st_size != size or file_digest(target) != digest:
            raise _other_file(backup, path)


def _verify_files(backup: Backup) -> None:
    for path, size, digest in backup.files:
        file = backup.directory / path
        if not file.is_file() or file.stat().st_size != size or file_digest(file) != digest:
            raise _other_file(backup, path)


def _other_file(backup: Backup, path: str) -> MalformedError:
    message = f"The file {path} of the backup in {backup.directory} is missing, or another; restore from another copy."
    return MalformedError(message, path=path)


def _refuse_unsound(backup: Backup, made: Ledger) -> None:
    """Raise unless everything in the ledger that was made is recomputed to the backup's checkpoint."""
    checked = made.check()
    root = said(backup.note, what="the checkpoint").root
    if not checked.is_sound or checked.size != backup.size or checked.root != root:
        first = checked.findings[0].sentence if checked.findings else "it has another root than its list says"
        message = f"The ledger of the backup in {backup.directory} is not sound ({first}); restore another backup."
        raise MalformedError(message, findings=len(checked.findings))


def _unsigned(backup: Backup) -> RefusedError:
    message = (
        f"No key of the log signed the list of the backup in {backup.directory}: its log proves itself, but anybody "
        f"may have changed what stands beside it, such as {CONFIG}. Look at that, and restore it with --unsigned."
    )
    return RefusedError(message, directory=str(backup.directory))


def _refuse_unvouched(backup: Backup, made: Ledger) -> None:
    """Raise where the list was signed, and not by a key that ever signed this log's checkpoints."""
    signature = backup.signature
    if signature is None:  # knowingly
        return
    keys = (key.public for tenure in made.authority().tenures for key in tenure.checkpoint)
    if not any(verify_envelope(signature, key) for key in keys):
        message = (
            f"The list of the backup in {backup.directory} is signed by {signature.kid}, and not with a key of its "
            "log: somebody else wrote it. Restore from another copy."
        )
        raise RefusedError(message, kid=signature.kid)


def _refuse_unwitnessed(backup: Backup, made: Ledger, *, ask: "Ask | None", accept_loss: bool) -> tuple[str, ...]:
    """Return the names of the witnesses that have seen no more than this; raise where one has, or does not say."""
    from ledger.remote.witness import add_checkpoint
    from ledger.service.cosign import seen

    asked = seen(backup.note, made.witness_policy(), ask=ask or add_checkpoint, prove=made.prove_consistency)
    for one in asked:
        if one.reply == "ahead" and not accept_loss:
            raise _behind(backup, one.size or 0, who=f"its witness {one.witness.name} has cosigned")
    silent = next((one for one in asked if one.reply in {"refused", "unavailable"}), None)
    if silent is not None:
        message = (
            f"Whether more has left than the backup's {backup.size} entries, its witness {silent.witness.name} does "
            f"not say ({silent.sentence.rstrip('.')}); try again, or restore it with --without-witnesses, not knowing."
        )
        raise UnavailableError(message, witness=silent.witness.name)
    return tuple(one.witness.name for one in asked if one.reply == "cosigned")


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
    mine = said(backup.note, what="the checkpoint of the backup")
    for note in left:
        claim = said(note, what="a checkpoint that left")
        if claim.origin != mine.origin:
            message = (
                f"The checkpoint is one of {claim.origin}, and the backup one of {mine.origin}; give the right one."
            )
            raise MalformedError(message, origin=claim.origin)
        if claim.size == mine.size and claim.root != mine.root:
            message = (
                f"Another checkpoint of {claim.size} entries has left than the backup's; keep both, and restore none."
            )
            raise ForkError(message, held=backup.note.decode(), published=note.decode())
        if claim.size > mine.size and not accept_loss:
            raise _behind(backup, claim.size, who="somebody holds a checkpoint of")


def _behind(backup: Backup, size: int, *, who: str) -> ConflictError:
    message = (
        f"The backup has {backup.size} entries, and {who} {size} of this log: restore a later backup, or rebuild it "
        "from its site or a mirror (pledger log import). With --accept-loss it is restored all the same; what is "
        "missing is lost, and whoever holds later receipts can prove a fork."
    )
    return ConflictError(message, size=backup.size, published=size)
