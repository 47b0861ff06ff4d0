"""``pledger init``: a ledger of one's own, with its keys and its charter."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.option import Json, StoreAddress
from ledger.cli.output import answer, say
from ledger.cli.place import said_passphrase

EXAMPLES: Final = """\
\b
Examples:
  pledger init mine --origin ledger.example/mine
  pledger init mine --origin ledger.example/mine --store postgresql://owner@db.example/ledger
  pledger init --origin ledger.example/mine --title "Pledges of the ministry"
  PLEDGER_PASSPHRASE=… pledger init mine --origin ledger.example/mine   (protects the key files)
"""

ANSWER: Final = {
    "directory": "where it is",
    "origin": "the log's name",
    "genesis": "digest of its charter",
    "size": "number of entries",
    "policy": "path of the policy by which it is verified",
    "keys": "thumbprints of its keys, by name",
}


class AnswerAfter(StrEnum):
    """When a receipt is given: once its entry is committed, or once the quorum has cosigned (design §2.2)."""

    COMMIT = "commit"
    QUORUM = "quorum"


def init(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="Empty or new; else PLEDGER_LEDGER, else the current directory.", show_default=False
        ),
    ] = None,
    origin: Annotated[
        str, typer.Option("--origin", metavar="NAME", help="The log's name, like a host with a path; it never changes.")
    ] = ...,  # type: ignore[assignment]  # how typer says that an option has to be given
    title: Annotated[
        str | None,
        typer.Option(
            "--title", metavar="TEXT", help="What people call the ledger; else its origin.", show_default=False
        ),
    ] = None,
    quorum: Annotated[
        int, typer.Option("--quorum", metavar="K", min=0, max=100, help="How many witnesses must cosign; 0 asks none.")
    ] = 0,
    answer_after: Annotated[
        AnswerAfter, typer.Option("--answer-after", help="When a receipt is given.")
    ] = AnswerAfter.COMMIT,
    store: StoreAddress = None,
    json: Json = False,
) -> None:
    """Make a new ledger: its keys, its charter as entry 0, and a working key for all but key changes."""
    import os

    from ledger.runtime import LEDGER
    from ledger.runtime import init as make

    place = directory or Path(os.environ.get(LEDGER) or ".")
    with make(
        place, origin=origin, title=title, quorum=quorum, answer_after=answer_after.value,
        passphrase=said_passphrase(), store=store,
    ) as ledger:  # fmt: skip
        keys = {name: ledger.keyring.get(name).kid for name in ledger.keyring.names()}
        size = ledger.head().size
        if json:
            answer({
                "directory": str(place), "origin": ledger.origin, "genesis": ledger.genesis, "size": size,
                "policy": str(place / "policy"), "keys": keys,
            })  # fmt: skip
            return
        say(
            f"The ledger {ledger.origin} is in {place}: {size} entries, its charter and the grant of its working key.",
            f"  genesis {ledger.genesis}",
            f"  policy  {place / 'policy'} (for whoever verifies it)",
            *(f"  key     {name} {kid}" for name, kid in keys.items()),
            "Take keys/root.pem offline now: it alone can replace the operator, and nothing here needs it again.",
            f"Next: pledger record FILE --ledger {shlex.quote(str(place))}",
        )
