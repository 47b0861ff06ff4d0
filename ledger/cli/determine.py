"""``pledger determine``: a conclusion about a commitment at a view, signed and published (R11, E4)."""

from typing import Annotated, Final

import typer

from ledger.cli.option import AsOf, EngineName, Json, LedgerDirectory, Signer, Size
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import open_chosen, view_words
from ledger.cli.status import tell_table
from ledger.report.document import commitment_document, receipt_document, view_document

EXAMPLES: Final = """\
\b
Examples:
  pledger determine phase-one-annex-6-1 --as-of 2026-08-27
  pledger determine phase-one-annex-6-1 --as-of 2026-08-27 --key auditor --json
"""

ANSWER: Final = {
    "entry": "index of the determination",
    "statement": "its digest",
    "repeated": "whether it was determined before, in the same words",
    "view": "`size` and `as_of`: what was known (R1)",
    "method": "version of the method",
    "commitment": "as of `pledger status --json`",
    "receipt": "index, header, inclusion proof, checkpoint, and `witnessed` k of n",
}


def determine(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A commitment.")],
    as_of: AsOf = None,
    size: Size = None,
    key: Signer = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Record a determination: outcomes and ratios, axes, score, and the digest of the whole result."""
    from ledger.runtime import DESK

    with open_chosen(ledger, engine=engine) as opened, Progress("Determining"):
        view = opened.view(as_of, size)
        before = opened.head().size
        receipt, result = opened.determine(subject, view, key=key or DESK)
    repeated = receipt.index < before
    if json:
        answer({
            "entry": receipt.index, "statement": receipt.statement, "repeated": repeated, "view": view_document(view),
            "method": result.score.method, "commitment": commitment_document(result),
            "receipt": receipt_document(receipt),
        })  # fmt: skip
        return
    say(view_words(view))
    tell_table([result])
    was = " (determined before, in the same words)" if repeated else ""
    say(f"entry {receipt.index}  determination {subject}  {receipt.statement}{was}")
