"""``pledger token``: who may read a private ledger over HTTP; made, listed, revoked (design §3, §5)."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, note, say, table
from ledger.cli.place import open_here
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.runtime import Ledger
    from ledger.runtime.token import Tokens

_MEMBERS: Final = "`id`, `name`, `scopes`, `created`, `expires`, `revoked`, `state` (active, expired or revoked)"

ANSWERS: Final = {
    "new NAME": {"token": "the token, which is kept nowhere and shown once", "kept": _MEMBERS},
    "list": {"tokens": f"each {_MEMBERS}"},
    "revoke ID": {"kept": _MEMBERS},
}

NEW: Final = """\
\b
Examples:
  pledger token new newsroom --scope read --scope audit --expires 2027-06-30
  pledger token new prometheus --scope metrics --days 365

\b
Scopes: read (every reading), audit (audits, verification, lint and previews), metrics (figures about the server).
Give it to whoever is to read, who sends it as Authorization: Bearer TOKEN. Writing needs none: a statement's signature
is what authorises it.
"""
LIST: Final = """\
\b
Examples:
  pledger token list
  pledger token list --json
"""
REVOKE: Final = """\
\b
Examples:
  pledger token revoke 1f2e3d4c     it is good for nothing from now on, in every running server
"""

DAYS: Final = 90
"""Days for which a token is good, where nobody says how long."""


def commands() -> typer.Typer:
    """Return the commands of ``pledger token``."""
    made = typer.Typer(name="token", help="Tokens by which a private ledger is read over HTTP.", no_args_is_help=True)
    made.command("new", epilog=NEW, short_help="Make a token.")(new)
    made.command("list", epilog=LIST, short_help="List the tokens.")(list_)
    made.command("revoke", epilog=REVOKE, short_help="End a token.")(revoke)
    return made


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it: who is to have it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="read, audit or metrics; may be repeated.", show_default=False),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="DAY", help="The day on which it ends (YYYY-MM-DD).", show_default=False),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, max=3660, help="Or days from today.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Make a token: 256 random bits, of which only the digest is kept; read for 90 days, unless said otherwise."""
    if expires is not None and days is not None:
        raise UsageError("Say when the token ends by --expires or by --days, not both.")
    with open_here(ledger, what="keeping tokens") as opened:
        end = expires or (date.fromisoformat(opened.clock()[:10]) + timedelta(days=days or DAYS)).isoformat()
        secret, token = _tokens(opened).new(name, scope or ("read",), expires=end)
        if json:
            answer({"token": secret, "kept": token.document(opened.clock())})
            return
    say(secret)
    note(f"Token {token.id} ({', '.join(token.scopes)}) for {token.name}, until {token.expires[:10]}: shown once.")


def list_(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """List the tokens, those that have ended included; what they are is kept nowhere."""
    with open_here(ledger, what="keeping tokens") as opened:
        now = opened.clock()
        tokens = [token.document(now) for token in _tokens(opened).all()]
    if json:
        answer({"tokens": tokens})
        return
    if not tokens:
        say("There is no token; pledger token new makes one.")
        return
    table(
        ("Id", "Name", "Scopes", "Until", "State"),
        [
            (str(one["id"]), str(one["name"]), ", ".join(token.scopes), token.expires[:10], str(one["state"]))
            for one, token in zip(tokens, _tokens(opened).all(), strict=True)
        ],
        whole=("Id",),
    )


def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Of the token, as pledger token list has it.")],
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """End a token now; running servers take notice by themselves."""
    with open_here(ledger, what="keeping tokens") as opened:
        token = _tokens(opened).revoke(id_)
        now = opened.clock()
    if json:
        answer({"kept": token.document(now)})
        return
    say(f"Token {token.id} for {token.name} is {token.state(now)}.")


def _tokens(opened: "Ledger") -> "Tokens":
    from ledger.runtime.token import Tokens

    return Tokens(opened.directory, opened.clock)
