"""``pledger audits``: which audits were published, which of them stand, and the withdrawal of one (design §2.2)."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.log import entry_index
from ledger.cli.option import AsOf, Json, LedgerDirectory, Signer, Size
from ledger.cli.output import answer, say
from ledger.cli.place import open_chosen, view_words
from ledger.errors import UsageError
from ledger.report.document import receipt_document, view_document

if TYPE_CHECKING:
    from ledger.audit.publication import Publication
    from ledger.runtime import Ledger

EXAMPLES: Final = """\
\b
Examples:
  pledger audits
  pledger audits phase-one-annex-6-1 --as-of 2026-08-27 --json
  pledger audits --withdraw 41 --reason "A source was read by the wrong mapping."

\b
An audit is published with its report: pledger audit SUBJECT -o FILE.zip --publish
It is replaced by another:             pledger audit SUBJECT -o FILE.zip --publish --replaces 41 --reason "…"
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "audits": (
        "each published audit in entry order: `subject` that it is filed under, `audit` (`title`, `view`, `method`, "
        "`subjects`, `opinion`, `files` by format, `result` (digest of its audit.json), `reason`), `issued`, `author` "
        "(the key), `state` (`stands`, `withdrawn` or `replaced`) with `by`, `why` and `since`, `replaces`, `cite`"
    ),
}
WITHDRAWN: Final = {
    "entry": "index of the retraction",
    "statement": "its digest",
    "withdrawn": "index of the audit",
    "receipt": "index, header, inclusion proof, checkpoint, and `witnessed` k of n",
}


def audits(
    subjects: Annotated[
        list[str] | None,
        typer.Argument(metavar="SUBJECT…", help="Only audits that cover one of these.", show_default=False),
    ] = None,
    as_of: AsOf = None,
    size: Size = None,
    *,
    withdraw: Annotated[
        str | None,
        typer.Option("--withdraw", metavar="ENTRY", help="Withdraw this published audit.", show_default=False),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.", show_default=False)
    ] = None,
    key: Signer = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """List the audits that were published, with what became of each; or withdraw one, with the reason."""
    if (withdraw is None) != (reason is None):
        raise UsageError("A withdrawal names the audit and the reason: give --withdraw ENTRY and --reason TEXT.")
    with open_chosen(ledger) as opened:
        if withdraw is not None and reason is not None:
            if subjects or as_of is not None or size is not None:
                raise UsageError("A withdrawal is of one entry; leave out subjects, --as-of and --size.")
            _withdraw(opened, withdraw, reason=reason, key=key, json=json)
            return
        from ledger.runtime.publishing import audits as published

        view = opened.view(as_of, size)
        wanted = set(subjects or ())
        found = [one for one in published(opened, view) if not wanted or wanted & {one.subject, *one.audit.subjects}]
    if json:
        from ledger.model.statement import plain

        answer({"view": view_document(view), "audits": [plain(one) for one in found]})
        return
    say(view_words(view), *(line for one in found for line in _lines(one)))
    if not found:
        say("No audit of these was published.")


def _withdraw(opened: "Ledger", entry: str, *, reason: str, key: str | None, json: bool) -> None:
    from ledger.runtime import DESK
    from ledger.runtime.publishing import withdraw_audit

    index = entry_index(opened, entry)
    receipt = withdraw_audit(opened, index, reason=reason, key=key or DESK)
    if json:
        answer({
            "entry": receipt.index, "statement": receipt.statement, "withdrawn": index,
            "receipt": receipt_document(receipt),
        })  # fmt: skip
        return
    say(f"entry {receipt.index}  retraction of the audit of entry {index}  {receipt.statement}")


def _lines(one: "Publication") -> list[str]:
    """Return a published audit in words: what it is, what became of it, and the digests of its files."""
    audit = one.audit
    state: str = one.state
    if one.by is not None:
        state += f" by entry {one.by.entry}" + (f": {one.why.rstrip('.')}" if one.why else "")
    lines = [f"entry {one.cite.entry}  {audit.opinion}  {state}", f"  {audit.title}"]
    lines.append(
        f"  as of {audit.view.as_of}, by {audit.view.size} entries, filed under {one.subject}; issued {one.issued}"
    )
    if one.replaces is not None:
        lines.append(f"  in the place of entry {one.replaces.entry}: {(audit.reason or 'no reason given').rstrip('.')}")
    return [*lines, *(f"  {name}  {digest}" for name, digest in audit.files.items())]
