"""``pledger history``: on which days and with which entries the outcomes of a pledge became others, and why (R1)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import AsOf, EngineName, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import open_chosen, view_words
from ledger.report.document import history_document

if TYPE_CHECKING:
    from ledger.assessment.history import Step

EXAMPLES: Final = """\
\b
Examples:
  pledger history phase-one-annex-6-1 --as-of 2026-08-27
  pledger history cn-soy-5mt-2019 --as-of 2021-12-31 --json
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "subject": "the commitment",
    "by_day": (
        "the log as it stands, asked day by day: each `view` at which something became another, with `turned` "
        "(`term`, `before`, `after`, `reason`, `seen_before` and `seen_after` by channel, `words`) and `because` "
        "(`kind`, `says`, `cite`; a day that passed has no entry)"
    ),
    "by_entry": "one day, asked of the log as it grew: likewise, with the entry that made the difference",
}


def history(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A commitment.")],
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Show how each verdict changed and why: figures published, deadlines passed, late evidence, retractions."""
    with open_chosen(ledger, engine=engine) as opened, Progress("Reckoning every view"):
        view = opened.view(as_of, size)
        told = opened.history(subject, view)
    if json:
        answer(history_document(told))
        return
    say(view_words(view))
    say("By day, as the log stands:", *_lines(told.by_day, of_day=True))
    say(f"By entry, asked of {view.as_of}:", *_lines(told.by_entry, of_day=False))


def _lines(steps: "tuple[Step, ...]", *, of_day: bool) -> Iterator[str]:
    if not steps:
        yield "  nothing became another"
    for step in steps:
        yield f"  {step.view.as_of if of_day else f'entry {step.view.size - 1}'}"
        for one in step.turned:
            yield f"    {one.term}: {one.words}{f' ({one.reason})' if one.reason and one.before != one.after else ''}"
        for why in step.because:
            entry = f" (entry {why.cite.entry})" if why.cite is not None and of_day else ""
            yield f"    because {why.says}{entry}"
