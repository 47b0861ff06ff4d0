"""``pledger record``: drafts as people write them, shown to their author, signed and published."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import open_seekable, read_file
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
  pledger record pledges.xlsx --map mine.toml --preview    drafts out of a table of pledges; nothing is signed
  pledger record activities.xml --format iati-commitments  the commitments of IATI activities
"""

ANSWER: Final = {
    "receipts": (
        "for each draft: `entry`, `kind`, `subject`, `statement` (its digest), whether it is `repeated`, its `receipt`"
    ),
}
PREVIEW: Final = {"preview": "for each draft its `kind`, `subject`, `where` it came from, and its `body`"}


def record(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Drafts: YAML (several with --- between) or JSON; or tables, with --map."),
    ],
    *,
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="A mapping of pledges that is shipped.", show_default=False),
    ] = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="A mapping of your table of pledges (TOML).", show_default=False),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the drafts; sign nothing.")] = False,
    key: Signer = None,
    yes: Yes = False,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Sign and publish drafts, all or none, once their author has read the exact words and terms."""
    from ledger.ingest.document import check_draft
    from ledger.runtime import DESK

    drafts = _read(files, format_, map_, json=json)
    if preview:
        for draft in drafts:
            show_words([check_draft(draft)], json=json, is_dated=draft.issued is not None)
        _tell_preview(drafts, json=json)
        return
    with open_chosen(ledger) as opened:
        now = opened.clock()
        show_words([check_draft(draft, issued=now) for draft in drafts], json=json)
        refuse_unagreed(f"Sign and publish {_counted(len(drafts))} in {opened.origin}?", yes=yes)
        before = opened.head().size
        receipts = opened.record(drafts, key=key or DESK)
    tell_receipts(drafts, receipts, before=before, json=json)


def _read(files: list[Path], format_: str | None, map_: Path | None, *, json: bool) -> "list[Draft]":
    """Return the drafts of all files: as they are written, or out of tables by a mapping."""
    if format_ is None and map_ is None:
        from ledger.ingest.document import LIMIT, read_drafts

        return [draft for path in files for draft in read_drafts(read_file(path, limit=LIMIT), name=str(path))]
    from ledger.ingest.layout import LIMIT as MAP_LIMIT
    from ledger.ingest.pledge import find_pledge_map, parse_pledge_map, read_pledges

    if map_ is not None and format_ is not None:
        raise UsageError("Give either --map FILE or --format NAME; a table is read by one mapping.")
    if map_ is not None:
        mapping = parse_pledge_map(read_file(map_, limit=MAP_LIMIT), name=map_.name)
    else:
        mapping = find_pledge_map(format_ or "")
    drafts: list[Draft] = []
    for path in files:
        with open_seekable(path) as stream:
            found = read_pledges(stream, mapping, name=path.name)
        drafts += found.drafts
        (note if json else say)(
            f"{path.name}: {found.rows} rows, {found.left_out} left out by the mapping; {len(found.drafts)} drafts.", ""
        )
    return drafts


def _tell_preview(drafts: "list[Draft]", *, json: bool) -> None:
    if json:
        answer({
            "preview": [
                {"kind": draft.kind, "subject": draft.subject, "where": draft.where, "body": draft.body} for draft in
                drafts
            ]
        })  # fmt: skip
        return
    say("Nothing was signed; leave --preview out to record.")


def show_words(statements: "list[Statement]", *, json: bool, is_dated: bool = True) -> None:
    """Print the exact words and terms of statements; beside the answer where that is a document."""
    from ledger.model.wording import describe

    show = note if json else say
    for statement in statements:
        show(*describe(statement, is_dated=is_dated), "")


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
        from ledger.report.document import receipt_document

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
