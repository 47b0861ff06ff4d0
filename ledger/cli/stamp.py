"""``pledger log stamp``: asks the ledger's time-stamping authorities to stamp its last checkpoint (RFC 3161).

It can be asked at any time, and again: what an authority gave before is kept, and only the others are asked.
"""

from typing import TYPE_CHECKING, Final

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import open_here
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.service.stamp import Asked

EXAMPLES: Final = """\
\b
Examples:
  pledger log stamp           asks every [[timestamp]] of pledger.toml
  pledger log stamp --json    and answers with what each of them said

\b
Each [[timestamp]] gives url and root, the file with the authority's root certificate; docs/timestamps.md says more.
"""

ANSWER: Final = {
    "origin": "the log's name",
    "size": "number of entries of the checkpoint",
    "stamped": "`k` of `n`: how many of the ledger's authorities have stamped it",
    "asked": "each authority: `name`, `url`, `reply`, `sentence`, `at`, `accuracy` in seconds, `not_after`",
}


def stamp(ledger: LedgerDirectory = None, json: Json = False) -> int:
    """Ask the time-stamping authorities to stamp the last checkpoint; exit code 0 where all of them have, else 1."""
    with open_here(ledger, what="asking for timestamps") as opened:
        if not opened.timestamps:
            message = (
                "The ledger has no time-stamping authority; add a [[timestamp]] with url and root to pledger.toml."
            )
            raise UsageError(message, directory=str(opened.directory))
        with Progress("Asking the time-stamping authorities"):
            asked = opened.stamp()
        size, origin = opened.head().size, opened.origin
    given = sum(one.timestamp is not None for one in asked)
    if json:
        answer({
            "origin": origin, "size": size, "stamped": {"k": given, "n": len(asked)},
            "asked": [_document(one) for one in asked],
        })  # fmt: skip
    else:
        say(
            f"{origin}: {size} entries, stamped by {given} of {len(asked)}",
            *(f"  {one.authority.name}: {one.reply}. {one.sentence}" for one in asked),
        )
    return 0 if given == len(asked) else 1


def _document(one: "Asked") -> dict[str, object]:
    given = one.timestamp
    return {
        "name": one.authority.name, "url": one.authority.url, "reply": one.reply, "sentence": one.sentence,
        "at": given.at.strftime("%Y-%m-%dT%H:%M:%SZ") if given is not None else None,
        "accuracy": given.accuracy_text if given is not None else None,
        "not_after": given.not_after if given is not None else None,
    }  # fmt: skip
