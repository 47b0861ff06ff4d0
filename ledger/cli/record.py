"""``pledger record``: drafts as people write them, shown to their author, signed and published."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import read_file
from ledger.cli.option import Json, LedgerDirectory, Signer, Yes
from ledger.cli.output import INTERRUPTED, answer, note, say
from ledger.cli.place import open_chosen
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.ingest.document import Draft
    from ledger.model.statement import Statement
    from ledger.tlog.proof import Receipt

EXAMPLES: Final = """\
\b
Examples:
  pledger record pledge.yaml                      shows the words and terms, asks, signs, publishes
  pledger record parties.yaml pledge.yaml --yes   several at once, all or none, without asking
  pledger record pledge.yaml < /dev/null          shows what would be signed, and refuses
"""

ANSWER: Final = {
    "receipts": (
        "for each draft: `entry`, `kind`, `subject`, `statement` (its digest), whether it is `repeated`, its `receipt`"
    ),
}


def record(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Drafts: YAML (several with --- between) or JSON.")
    ],
    key: Signer = None,
    yes: Yes = False,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Sign and publish drafts, all or none, once their author has read the exact words and terms."""
    from ledger.ingest.document import LIMIT, check_draft, read_drafts
    from ledger.runtime import DESK

    drafts = [draft for path in files for draft in read_drafts(read_file(path, limit=LIMIT), name=str(path))]
    with open_chosen(ledger) as opened:
        now = opened.clock()
        show_words([check_draft(draft, issued=now) for draft in drafts], json=json)
        refuse_unagreed(f"Sign and publish {_counted(len(drafts))} in {opened.origin}?", yes=yes)
        before = opened.head().size
        receipts = opened.record(drafts, key=key or DESK)
    tell_receipts(drafts, receipts, before=before, json=json)


def show_words(statements: "list[Statement]", *, json: bool) -> None:
    """Print the exact words and terms of statements; beside the answer where that is a document."""
    from ledger.model.wording import describe

    show = note if json else say
    for statement in statements:
        show(*describe(statement), "")


def refuse_unagreed(question: str, *, yes: bool) -> None:
    """Ask whoever is at the terminal; return only where they agree, or agreed beforehand.

    Raises:
        UsageError: nobody is there to be asked.
        Exit: they do not agree.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("Nobody is at a terminal to agree to these words; read them, and add --yes to sign them.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        note("Nothing was signed.")
        raise typer.Exit(INTERRUPTED)


def tell_receipts(drafts: "list[Draft]", receipts: "tuple[Receipt, ...]", *, before: int, json: bool) -> None:
    """Print the receipts of drafts, in their order."""
    pairs = list(zip(drafts, receipts, strict=True))
    if json:
        from ledger.cli.receipt import receipt_document

        answer({
            "receipts": [
                {
                    "entry": receipt.index, "kind": draft.kind, "subject": draft.subject,
                    "statement": receipt.statement, "repeated": receipt.index < before,
                    "receipt": receipt_document(receipt),
                }
                for draft, receipt in pairs
            ]
        })  # fmt: skip
        return
    for draft, receipt in pairs:
        repeated = " (said before; this is its first receipt)" if receipt.index < before else ""
        say(f"entry {receipt.index}  {draft.kind} {draft.subject}  {receipt.statement}{repeated}")


def _counted(number: int) -> str:
    return "this statement" if number == 1 else f"these {number} statements"
