"""``pledger log cosign``: asks the ledger's witnesses to cosign its last checkpoint (C2SP tlog-witness).

It can be asked at any time, and again: what witnesses gave before is kept, and only the others are asked.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import write_file
from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import open_here
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.service.cosign import Cosigned

EXAMPLES: Final = """\
\b
Examples:
  pledger log cosign                         asks every [[witness]] of pledger.toml
  pledger log cosign --policy for-others     and writes the policy that asks for them
  pledger log cosign -o checkpoint           and writes the checkpoint as it is cosigned
"""

ANSWER: Final = {
    "origin": "the log's name",
    "size": "number of entries of the checkpoint",
    "witnessed": "`k` of `n`: how many of the ledger's witnesses have cosigned it",
    "quorum": "how many the charter asks for",
    "reached": "whether that many have",
    "checkpoint": "the checkpoint, as cosigned",
    "asked": "each witness that was asked: `name`, `url`, `reply`, `sentence`",
}


def cosign(
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", show_default=False,
            help="Write the policy with the witnesses there, for whoever verifies.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the cosigned checkpoint there.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Ask the witnesses to cosign the last checkpoint; exit code 0 where the charter's quorum is reached, else 1."""
    from ledger.tlog.policy import format_policy

    with open_here(ledger, what="asking witnesses") as opened:
        if not opened.witnesses:
            message = "The ledger has no witness; add a [[witness]] with url and vkey to its pledger.toml."
            raise UsageError(message, directory=str(opened.directory))
        with Progress("Asking the witnesses"):
            cosigned = opened.cosign()
        size, quorum, origin = opened.head().size, opened.authority().tenure.quorum, opened.origin
        if policy is not None:
            write_file(policy, format_policy(opened.witness_policy()))
    if output is not None:
        write_file(output, cosigned.note)
    if json:
        answer(_document(cosigned, origin=origin, size=size, quorum=quorum))
    else:
        reached = "reached" if cosigned.is_reached else "not reached"
        say(
            f"{origin}: {size} entries, witnessed {cosigned.given} of {cosigned.known}, quorum {quorum} {reached}",
            *(f"  {one.witness.name}: {one.reply}. {one.sentence}" for one in cosigned.asked),
        )
    return 0 if cosigned.is_reached else 1


def _document(cosigned: "Cosigned", *, origin: str, size: int, quorum: int) -> dict[str, object]:
    return {
        "origin": origin, "size": size, "witnessed": {"k": cosigned.given, "n": cosigned.known}, "quorum": quorum,
        "reached": cosigned.is_reached, "checkpoint": cosigned.note.decode("utf-8"),
        "asked": [
            {"name": one.witness.name, "url": one.witness.url, "reply": one.reply, "sentence": one.sentence}
            for one in cosigned.asked
        ],
    }  # fmt: skip
