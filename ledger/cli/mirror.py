"""``pledger mirror``: a verified copy of somebody's log, kept from its static site (design §2.4)."""

from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.log import chosen_policy
from ledger.cli.option import Json
from ledger.cli.output import Progress, answer, say

EXAMPLES: Final = """\
\b
Examples:
  pledger mirror https://ledger.example/log copy --policy ledger.policy
  pledger mirror https://ledger.example/log copy       again: what is new is fetched and verified
  pledger mirror site copy                             from a directory, as pledger log export writes it

\b
A log that turns back, or that has another past than the copy, is refused with exit code 7: the copy stays as it is, and
both signed checkpoints are kept in its directory fork.
"""

ANSWER: Final = {
    "directory": "where the copy is",
    "origin": "the log's name",
    "genesis": "digest of its charter",
    "trust": "on whose word: `given`, `pinned` or `self-declared`",
    "size": "number of entries that the copy covers",
    "root": "of the tree over them",
    "before": "number of entries that it covered before",
    "statements": "number of statements copied",
    "files": "number of other files copied",
    "absent": "digests that a licence or a logged erasure keeps from being copied",
    "timestamps": "those copied: number `held`, whether `checked` here, and `refused`: what was left out, and why",
    "erased": "what the log's new entries erase, and the copy has no longer: each `digest`, and `by`, the entry",
}


def mirror(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A static site: an http(s) address, or a directory.")],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New, empty, or an earlier copy of the same log.")],
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The log's policy, from its operator.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Keep a verified copy of a log: that it continues what is held is proved before anything is replaced."""
    from ledger.runtime import mirror_log, open_source
    from ledger.signing.canonical import encode_base64

    place = open_source(source)
    trust, trusted = chosen_policy(place, policy)
    with Progress(f"Mirroring {source}") as progress:
        found = mirror_log(place, directory, policy=trusted, progress=progress)
    checkpoint, root = found.front.checkpoint, encode_base64(found.front.checkpoint.root)
    if json:
        answer({
            "directory": str(directory), "origin": checkpoint.origin, "genesis": found.front.authority.genesis,
            "trust": trust, "size": checkpoint.size, "root": root, "before": found.before,
            "statements": found.statements, "files": found.files, "absent": list(found.absent),
            "erased": [{"digest": digest, "by": by} for digest, by in found.erased],
            "timestamps": found.timestamps.document(),
        })  # fmt: skip
        return
    say(
        f"{directory} holds {checkpoint.size} entries of {checkpoint.origin}, verified; it had {found.before}. "
        f"Trust: {trust}.",
        f"  genesis {found.front.authority.genesis}",
        f"  root    {root}",
        f"  copied: {found.statements} statements, {found.files} other files",
        *(f"  not copied, by a licence or an erasure: {digest}" for digest in found.absent),
        *(f"  erased by its operator, by entry {by}: {digest}" for digest, by in found.erased),
        *found.timestamps.lines(),
    )
