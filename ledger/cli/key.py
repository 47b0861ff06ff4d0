"""``pledger key``: making keys, and what the ledger lets each of them sign (design §5)."""

import shlex
import shutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli import appoint
from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, say, table
from ledger.cli.place import ask_twice, open_chosen
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.runtime import KnownKey
    from ledger.signing.key import Signer
    from ledger.tlog.proof import Receipt

_CHANGE: Final = {"entry": "index of the key statement", "statement": "its digest"}
ANSWERS: Final = {
    "new": {
        "name": "of its file",
        "kid": "its thumbprint",
        "algorithm": "how it signs",
        "file": "where it is",
        "held": "`file`, or `signer` where a program holds it",
    },
    "list": {
        "keys": "each `kid`, `file` (null: not here), `held` (`file`, or `signer`: by the program that it names), "
        "`algorithm`, `office` (`operator`, `root` or `checkpoint`, or null), `roles`, `party`, `since`, `until`, "
        "`compromised`",
    },
    "protect": {"keys": "names of the key files, written anew", "protected": "whether they are under a passphrase"},
    "grant": _CHANGE,
    "rotate": _CHANGE,
    "revoke": _CHANGE,
    **appoint.ANSWERS,
}

NEW: Final = """\
\b
Examples:
  pledger key new statistics
  pledger key new archive --algorithm ML-DSA-44
  pledger key new ministry --signer "/usr/local/bin/sign-with-hsm ministry" --public ministry.pem
"""
PROTECT: Final = """\
\b
Examples:
  pledger key protect                               asks for the new passphrase, twice
  pledger key protect --new-passphrase-file NEW
  PLEDGER_PASSPHRASE=… pledger key protect --remove

\b
What opens them now is told before the command: pledger --passphrase-file OLD key protect …
"""
LIST: Final = """\
\b
Example:
  pledger key list --json
"""
GRANT: Final = """\
\b
Examples:
  pledger key grant statistics --role submitter
  pledger key grant embassy --role recorder --role assessor --party cn --holder "Trade section"
"""
ROTATE: Final = """\
\b
Example:
  pledger key new statistics-2 && pledger key rotate statistics statistics-2
"""
REVOKE: Final = """\
\b
Examples:
  pledger key revoke statistics --reason "The holder left."
  pledger key revoke statistics --reason "The laptop was stolen." --compromised --from-entry 41
"""


class Algorithm(StrEnum):
    """How a key signs."""

    ED25519 = "Ed25519"
    ES256 = "ES256"
    ML_DSA_44 = "ML-DSA-44"


class GrantedRole(StrEnum):
    """What a key may be granted to sign; operators are appointed by root keys."""

    RECORDER = "recorder"
    SUBMITTER = "submitter"
    ASSESSOR = "assessor"
    AUDITOR = "auditor"
    ENFORCER = "enforcer"


Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the key's file in the ledger's keys, without .pem.")]


def commands() -> typer.Typer:
    """Return the commands of ``pledger key``."""
    made = typer.Typer(name="key", help="Make keys, and say what each may sign.")
    made.command("new", epilog=NEW)(new)
    made.command("list", epilog=LIST)(list_keys)
    made.command("protect", epilog=PROTECT)(protect)
    made.command("grant", epilog=GRANT)(grant)
    made.command("rotate", epilog=ROTATE)(rotate)
    made.command("revoke", epilog=REVOKE)(revoke)
    made.command("appoint", epilog=appoint.APPOINT)(appoint.appoint)
    made.command("approve", epilog=appoint.APPROVE)(appoint.approve)
    made.command("public", epilog=appoint.PUBLIC)(appoint.public)
    return made


def new(
    name: Name,
    algorithm: Annotated[
        Algorithm | None, typer.Option("--algorithm", help="How it signs; else Ed25519.", show_default=False)
    ] = None,
    signer: Annotated[
        str | None,
        typer.Option(
            "--signer", metavar="COMMAND", show_default=False,
            help="A program that holds the key: it signs what it reads. Run without a shell; see docs/keys.md.",
        ),
    ] = None,
    public: Annotated[
        Path | None,
        typer.Option(
            "--public", metavar="FILE", help="The public key that it holds: a JWK, or PEM.", show_default=False
        ),
    ] = None,
    timeout: Annotated[
        int, typer.Option("--timeout", metavar="SECONDS", min=1, max=300, help="That it is given for a signature.")
    ] = 10,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Make a key, or name the program that holds one; it may sign nothing until it is granted a role."""
    if (signer is None) != (public is None) or (signer is not None and algorithm is not None):
        raise UsageError("A key that a program holds is given by --signer and --public, and has its own algorithm.")
    with open_chosen(ledger) as opened:
        made: Signer
        if signer is None or public is None:
            made = opened.new_key(name, (algorithm or Algorithm.ED25519).value)
        else:
            made = opened.keyring.register(name, _command(signer), appoint.read_public(public), timeout=timeout)
        held = opened.keyring.held(name)
        path = opened.keyring.directory / f"{name}.{'pem' if held == 'file' else 'signer'}"
    if json:
        answer({"name": name, "kid": made.kid, "algorithm": made.algorithm, "file": str(path), "held": held})
        return
    say(f"The key {name} is {made.kid}, in {path}.", f"Next: pledger key grant {name} --role submitter")


def list_keys(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """List every key that the ledger knows or that lies in its keys: roles, party, since when, whether it is here."""
    with open_chosen(ledger) as opened:
        keys = opened.keys()
        held = {name: opened.keyring.held(name) for name in opened.keyring.names()}
    if json:
        answer({"keys": [_document(key, held) for key in keys]})
        return
    table(
        ("Key", "Thumbprint", "Signs", "Roles", "Party", "Entries"),
        [
            (
                _where(key, held),
                key.kid,
                key.algorithm,
                _roles(key),
                key.party or "",
                _span(key),
            )
            for key in keys
        ],
        whole=("Thumbprint",),
    )


def protect(
    new_passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--new-passphrase-file", metavar="FILE", show_default=False,
            help="One line, the new passphrase; else it is asked for.",
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Keep the files under no passphrase.")] = False,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Put all key files of the ledger under a new passphrase: all or none, whatever happens meanwhile."""
    from ledger.runtime import chosen_passphrase

    if remove and new_passphrase_file is not None:
        raise UsageError("--remove takes no new passphrase; leave one of the two out.")
    with open_chosen(ledger) as opened:
        fresh = None
        if not remove:
            fresh = chosen_passphrase(new_passphrase_file) if new_passphrase_file is not None else ask_twice()
        names = opened.keyring.protect(fresh)
    if json:
        answer({"keys": list(names), "protected": fresh is not None})
        return
    say(
        f"{', '.join(names)}: {'under the new passphrase' if fresh is not None else 'under no passphrase'}. "
        "Copies made before are as they were; destroy those."
    )


def grant(
    name: Name,
    role: Annotated[list[GrantedRole], typer.Option("--role", help="What it may sign; may be given several times.")],
    party: Annotated[
        str | None, typer.Option("--party", metavar="PARTY", help="The party that it speaks for.", show_default=False)
    ] = None,
    holder: Annotated[
        str | None, typer.Option("--holder", metavar="TEXT", help="The office that holds it.", show_default=False)
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Grant a key its roles; the operator's key signs, and the new key proves that it is here."""
    with open_chosen(ledger) as opened:
        receipt = opened.grant(name, [one.value for one in dict.fromkeys(role)], party=party, holder=holder)
    _tell(receipt, f"The key {name} may now sign as {', '.join(one.value for one in role)}", json=json)


def rotate(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="Name of the key that is replaced; it signs for the last time.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Name of the key that takes its place, made with key new.")],
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Put a new key in the place of an old one, with the same roles."""
    with open_chosen(ledger) as opened:
        receipt = opened.rotate(old, new)
    _tell(receipt, f"The key {new} signs in the place of {old} from now on", json=json)


def revoke(
    key: Annotated[str, typer.Argument(metavar="NAME|THUMBPRINT", help="The key that ends.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is published.")],
    compromised: Annotated[bool, typer.Option("--compromised", help="Others may hold it.")] = False,
    from_entry: Annotated[
        int | None,
        typer.Option(
            "--from-entry", metavar="N", min=0, show_default=False,
            help="The first entry at which a compromised key no longer counts; else this revocation's own.",
        ),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """End a key; the operator's key signs. What it signed before stands, unless it is ended at an earlier entry."""
    with open_chosen(ledger) as opened:
        receipt = opened.revoke(key, reason=reason, compromised=compromised, effective_index=from_entry)
    _tell(receipt, f"The key {key} is ended", json=json)


def _tell(receipt: "Receipt", sentence: str, *, json: bool) -> None:
    if json:
        answer({"entry": receipt.index, "statement": receipt.statement})
        return
    say(f"{sentence} (entry {receipt.index}, {receipt.statement}).")


def _span(key: "KnownKey") -> str:
    """Return at which entries a key counts, in words."""
    if key.since is None:
        return "none"
    if key.until is None:
        return f"from {key.since}"
    return f"from {key.since} until {key.until}{', compromised' if key.compromised else ''}"


def _roles(key: "KnownKey") -> str:
    """Return what a key may sign, or which office it has or had."""
    if key.office is not None:
        return key.office if key.until is None else f"{key.office}, ended"
    return ", ".join(key.roles) or "none"


def _where(key: "KnownKey", held: Mapping[str, str]) -> str:
    if key.file is None:
        return "(elsewhere)"
    return key.file if held[key.file] == "file" else f"{key.file} (signer)"


def _command(text: str) -> list[str]:
    """Return the argument vector of a command as it would be typed, its program by its absolute path."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("A quotation mark of --signer lacks its other; write it as on a command line.") from error
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise UsageError("The program of --signer is not there, or cannot be run; give its path.")
    return [str(Path(program).absolute()), *words[1:]]


def _document(key: "KnownKey", held: Mapping[str, str]) -> dict[str, object]:
    return {
        "kid": key.kid, "file": key.file, "held": held.get(key.file or ""), "algorithm": key.algorithm,
        "office": key.office, "roles": list(key.roles), "party": key.party,
        "since": key.since, "until": key.until, "compromised": key.compromised,
    }  # fmt: skip
