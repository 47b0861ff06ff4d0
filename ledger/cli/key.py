"""``pledger key``: making keys, and what the ledger lets each of them sign (design §5)."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, say, table
from ledger.cli.place import open_chosen

if TYPE_CHECKING:
    from ledger.runtime import KnownKey
    from ledger.tlog.proof import Receipt

_CHANGE: Final = {"entry": "index of the key statement", "statement": "its digest"}
ANSWERS: Final = {
    "new": {"name": "of its file", "kid": "its thumbprint", "algorithm": "how it signs", "file": "where it is"},
    "list": {
        "keys": "each `kid`, `file` (null: not here), `algorithm`, `roles`, `party`, `since`, `until`, `compromised`",
    },
    "grant": _CHANGE,
    "rotate": _CHANGE,
    "revoke": _CHANGE,
}

NEW: Final = """\
\b
Examples:
  pledger key new statistics
  pledger key new archive --algorithm ML-DSA-44
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
    made.command("grant", epilog=GRANT)(grant)
    made.command("rotate", epilog=ROTATE)(rotate)
    made.command("revoke", epilog=REVOKE)(revoke)
    return made


def new(
    name: Name,
    algorithm: Annotated[Algorithm, typer.Option("--algorithm", help="How it signs.")] = Algorithm.ED25519,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Make a key and keep it in the ledger's keys; it may sign nothing until it is granted a role."""
    with open_chosen(ledger) as opened:
        made = opened.new_key(name, algorithm.value)
        path = opened.keyring.directory / f"{name}.pem"
    if json:
        answer({"name": name, "kid": made.kid, "algorithm": made.algorithm, "file": str(path)})
        return
    say(f"The key {name} is {made.kid}, in {path}.", f"Next: pledger key grant {name} --role submitter")


def list_keys(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """List every key that the ledger knows or that lies in its keys: roles, party, since when, whether it is here."""
    with open_chosen(ledger) as opened:
        keys = opened.keys()
    if json:
        answer({"keys": [_document(key) for key in keys]})
        return
    table(
        ("Key", "Thumbprint", "Signs", "Roles", "Party", "Entries"),
        [
            (
                key.file or "(elsewhere)",
                key.kid,
                key.algorithm,
                ", ".join(key.roles) or "none",
                key.party or "",
                _span(key),
            )
            for key in keys
        ],
        whole=("Thumbprint",),
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
        return "all (charter)" if "operator" in key.roles else "none"
    if key.until is None:
        return f"from {key.since}"
    return f"from {key.since} until {key.until}{', compromised' if key.compromised else ''}"


def _document(key: "KnownKey") -> dict[str, object]:
    return {
        "kid": key.kid, "file": key.file, "algorithm": key.algorithm, "roles": list(key.roles), "party": key.party,
        "since": key.since, "until": key.until, "compromised": key.compromised,
    }  # fmt: skip
