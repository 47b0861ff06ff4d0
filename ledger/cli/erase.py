"""``pledger erase``: a body or a file removed on lawful demand, by a logged statement, proofs intact (design §2.3)."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.log import entry_index
from ledger.cli.option import Json, LedgerDirectory, Signer, Yes
from ledger.cli.output import answer, note, say
from ledger.cli.place import open_here
from ledger.cli.record import refuse_unagreed

if TYPE_CHECKING:
    from ledger.runtime import Ledger
    from ledger.service.erase import Removed

EXAMPLES: Final = """\
\b
Examples:
  pledger erase 12 --ground "Art. 17 GDPR" --reason "It named a private person."
  pledger erase 7 --file sha256:… --ground "Court order 4/26" --reason "The publisher withdrew its licence."
  pledger erase 7 --body --file sha256:… --affects 8 --ground "…" --reason "…" --yes

\b
Without --file the statement itself goes; with it only the files named, unless --body says both. What is gone cannot be
brought back. Ground and reason stay in the log for ever: name no person in them. Copies that others hold are theirs:
docs/erasure.md says what to do about them.
"""

ANSWER: Final = {
    "entry": "index of the erasure",
    "statement": "its digest",
    "subject": "what it is about",
    "digests": "what was removed: of statements, of files",
    "affects": "digests of the statements that stand without a file that they name",
    "left": "digests of files that the statement names and that are still held",
    "purged": "whether the bytes are out of the database's files; else the next command that opens the ledger does it",
    "receipt": "index, header, inclusion proof, checkpoint, and `witnessed` k of n",
}


def erase(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="An index, or a statement's digest.")],
    ground: Annotated[str, typer.Option("--ground", metavar="TEXT", help="The law or order that demands it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")],
    *,
    files: Annotated[
        list[str] | None,
        typer.Option("--file", metavar="DIGEST", help="A file that it names; may be repeated.", show_default=False),
    ] = None,
    body: Annotated[bool, typer.Option("--body", help="The statement itself too, where files are named.")] = False,
    affects: Annotated[
        list[str] | None,
        typer.Option(
            "--affects", metavar="ENTRY", show_default=False,
            help="Another entry that names the file, and stands without it; may be repeated.",
        ),
    ] = None,
    yes: Yes = False,
    key: Signer = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Remove a statement's body, or files that it names, by the operator's signed and logged decision."""
    named = tuple(files or ())
    is_body = body or not named
    with open_here(ledger, what="erasing") as opened:
        index = entry_index(opened, entry)
        others = [entry_index(opened, one) for one in affects or ()]
        _ask(opened, index, named, is_body=is_body, is_sure=yes)
        removed = opened.erase(
            index, ground=ground, reason=reason, is_body=is_body, files=named, affects=others, key=key or "operator"
        )
    if json:
        answer(_document(removed))
        return
    _tell(index, removed, is_body=is_body)


def _ask(opened: "Ledger", index: int, files: tuple[str, ...], *, is_body: bool, is_sure: bool) -> None:
    """Let whoever is at the terminal say yes to what cannot be undone.

    Raises:
        NotFoundError: there is no such entry.
        UsageError: nobody is there to be asked.
    """
    from ledger.tlog.entry import parse_header

    if is_sure:
        return
    header = parse_header(opened.entry(index))
    parts = (*(("its body",) if is_body else ()), *files)
    note(
        f"Entry {index}, the {header.kind} about {header.subject}, will lose for good: {', '.join(parts)}.",
        "Its header and all proofs stay, and so do ground and reason.",
    )
    refuse_unagreed("Sign this erasure, and carry it out?", yes=False)


def _document(removed: "Removed") -> dict[str, object]:
    from ledger.report.document import receipt_document

    body = removed.planned.body
    return {
        "entry": removed.receipt.index, "statement": removed.receipt.statement, "subject": removed.planned.subject,
        "digests": body["digests"], "affects": body["affects"], "left": list(removed.planned.left),
        "purged": removed.is_purged, "receipt": receipt_document(removed.receipt),
    }  # fmt: skip


def _tell(index: int, removed: "Removed", *, is_body: bool) -> None:
    body = removed.planned.body
    digests = body["digests"]
    assert isinstance(digests, list)  # noqa: S101  # made by the plan
    say(f"entry {removed.receipt.index}  erasure {removed.planned.subject}  {removed.receipt.statement}")
    say(*(f"  removed: {digest}" for digest in digests))
    if not is_body:
        say(f"  The statement of entry {index} stands; --body would erase it too.")
    say(*(f"  still held, as entry {index} names it: {digest} (--file erases it)" for digest in removed.planned.left))
    if not removed.is_purged:
        say(
            "  Another process still reads an older state, so that the write-ahead log keeps the bytes; run any "
            "command on the ledger once it is done."
        )
    say("Copies: export the site again; mirrors follow it. Backups and whoever holds a bundle are for you to tell.")
