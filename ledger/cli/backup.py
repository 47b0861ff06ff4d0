"""``pledger backup`` and ``pledger restore``: a copy of all that a ledger is, and the ledger made anew from one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import Json, LedgerDirectory, StoreAddress
from ledger.cli.output import answer, note, say
from ledger.cli.place import open_here, passphrase

if TYPE_CHECKING:
    from ledger.runtime.backup import Backup

BACKUP_EXAMPLES: Final = """\
\b
Examples:
  pledger backup /backups/2026-08-27 --ledger mine
  pledger backup /backups/2026-08-27 --with-keys      the key files too, where all are under a passphrase

\b
It is taken while the ledger is at work, and holds the log at one size, every file, cosignatures and timestamps. Its
list is signed with the log's key, where that is here and can be opened. Without --with-keys the private keys are not in
it: keep them elsewhere. docs/backup.md has the drill.
"""

RESTORE_EXAMPLES: Final = """\
\b
Examples:
  pledger restore /backups/2026-08-27 --ledger mine --replaces mine.lost --keys /media/keys
  pledger restore /backups/2026-08-27 --ledger mine --checkpoint latest.txt

\b
Everything is checked before the ledger has its name, and nothing is overwritten. --replaces names what is left of the
lost ledger, and --checkpoint a signed checkpoint that somebody else holds (a witness, a monitor, the site). The
witnesses that its configuration names are asked. A backup that is behind what has left is refused.
"""

_MEMBERS: Final = {
    "origin": "the log's name",
    "genesis": "the charter's name",
    "size": "entries",
    "files": "number of files",
    "bytes": "of all files",
    "keys": "whether the private keys are in it",
    "signed": "the key of the log that signed its list; null where none did",
}
BACKUP: Final = {"directory": "where the backup is", **_MEMBERS, "made": "when"}
RESTORED: Final = {
    "directory": "where the ledger is", **_MEMBERS, "made": "when the backup was made",
    "writable": "whether the keys that publish are there",
    "witnesses": "those that were asked and have seen no more, by name",
}  # fmt: skip


def backup(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty directory for the backup.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The private keys too; all have to be under a passphrase.")
    ] = False,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Copy all that a ledger is to a directory, at one size, while it is at work; only its owner may look into it."""
    from ledger.runtime.backup import back_up

    with open_here(ledger, what="a backup") as opened:
        made = back_up(opened, to, with_keys=with_keys)
    if json:
        answer({"directory": str(to), **_members(made)})
        return
    say(f"The backup of {made.origin} is in {to}: {made.size} entries, {len(made.files)} files, {made.bytes} bytes.")
    if made.signature is None:
        note("Its list is not signed, as the log's key is not here or not opened: a restore asks for --unsigned.")
    if not made.has_keys:
        note("The private keys are not in it; keep a copy of them elsewhere.")


def restore(  # noqa: PLR0917, a command's options are its arguments
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="The directory of a backup.")],
    ledger: Annotated[
        Path, typer.Option("--ledger", metavar="NEW", help="Empty or new directory; it becomes the ledger.")
    ] = ...,  # type: ignore[assignment]  # how typer says that an option has to be given
    replaces: Annotated[
        Path | None,
        typer.Option("--replaces", metavar="OLD", help="What is left of the lost ledger.", show_default=False),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", metavar="FILE", help="A checkpoint that others hold.", show_default=False),
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar="DIR", help="Copy these key files.", show_default=False)
    ] = None,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Restore it though more has left: what is missing is lost.")
    ] = False,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Restore it though no key of the log signed its list.")
    ] = False,
    without_witnesses: Annotated[
        bool, typer.Option("--without-witnesses", help="Do not ask the witnesses what they have seen.")
    ] = False,
    store: StoreAddress = None,
    json: Json = False,
) -> None:
    """Make a ledger anew from a backup, everything checked first; refused where more has left than the backup has."""
    from ledger.cli.file import read_file
    from ledger.runtime.backup import read_backup
    from ledger.runtime.keyring import Keyring
    from ledger.runtime.restoring import restore as restored
    from ledger.runtime.settings import KEYS
    from ledger.tlog.note import NOTE_LIMIT

    notes = [read_file(path, limit=NOTE_LIMIT) for path in checkpoint or ()]
    made = restored(
        read_backup(source), ledger, replaces=replaces, checkpoints=notes, keys=keys, passphrase=passphrase(),
        store=store, accept_loss=accept_loss, is_unsigned=unsigned, is_unasked=without_witnesses,
    )  # fmt: skip
    found, asked = made.backup, made.witnesses
    is_writable = bool(Keyring(ledger / KEYS, None).names())
    if json:
        answer({"directory": str(ledger), **_members(found), "writable": is_writable, "witnesses": list(asked)})
        return
    say(f"The ledger {found.origin} is in {ledger}: {found.size} entries, as of {found.made}, all of it checked.")
    if asked:
        say(f"  no more of it was seen by {', '.join(asked)}")
    elif replaces is None and not notes:
        note("Whether more had left was looked up nowhere: compare the size with a witness, a monitor or the site.")
    if not is_writable:
        note("No keys are here, so it can be read only; put the key files into its keys/, or restore with --keys.")


def _members(made: "Backup") -> dict[str, object]:
    return {
        "origin": made.origin, "genesis": made.genesis, "size": made.size, "files": len(made.files),
        "bytes": made.bytes, "keys": made.has_keys, "made": made.made,
        "signed": made.signature.kid if made.signature is not None else None,
    }  # fmt: skip
