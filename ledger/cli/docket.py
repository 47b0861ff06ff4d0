"""``pledger docket``: what the agreed procedure permits next, what is due, what is overdue, who let it pass (F1–F4)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import write_file
from ledger.cli.option import AsOf, Csv, EngineName, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, csv_table, note, refuse_both, say, table
from ledger.cli.place import open_chosen, view_words
from ledger.cli.status import erased_lines
from ledger.report.docket import COLUMNS, docket_document, docket_rows

if TYPE_CHECKING:
    from ledger.assessment.docket.timeline import Reciprocal
    from ledger.assessment.result import CommitmentResult, Docket, TriggerResult

EXAMPLES: Final = """\
\b
Examples:
  pledger docket --as-of 2021-06-30                                   everything that is open or due
  pledger docket phase-one-annex-6-1 --as-of 2026-08-27               one pledge, its procedure and its days
  pledger docket --instrument phase-one-2020 --as-of 2026-08-27 --ics phase-one.ics --atom phase-one.xml
  pledger docket --lapsed --as-of 2026-08-27                          scores that rested on a lever that is gone

\b
The ledger entitles; a signed action does. Record one with: pledger record action.yaml
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "commitments": (
        "each `subject`, `title`, `instrument`, `obligors`, `obligees`, `validity`, its `docket`, its `triggers` (F3) "
        "and what was `erased`. A docket has the `procedure`, or `why` there is none, the `disposition` (R12), "
        "`stages` that were opened (`opened`, `deadline`, `state`, `ended`, `let_pass`, `days_over`), `acts` "
        "(`timing`, `days_late`), `permitted` (`stage`, `acts`, `to`, `since`), `days` (`day`, `kind`, `about`, "
        "`who`, `state`), `lapses` of levers with the score `before` and `after` (F4), `notes`, and `cites`"
    ),
    "timelines": (
        "what the sides of one bargain owe each other: `instruments`, `commitments`, `lines` in the order of days, "
        "`first` to move, `words`"
    ),
}

_SHOWN: Final = 12
"""Days of one commitment that are shown where all are asked for; --csv and --json give every one."""


def docket(  # noqa: PLR0917, a command's options are its arguments
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="A commitment; else all.", show_default=False)
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="PARTY", help="What this party owes.", show_default=False)
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", metavar="INSTRUMENT", help="What it gives force to.", show_default=False),
    ] = None,
    lapsed: Annotated[bool, typer.Option("--lapsed", help="Only pledges that rested on a lever that is gone.")] = False,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Write the days as iCalendar, too.", show_default=False),
    ] = None,
    atom: Annotated[
        Path | None, typer.Option("--atom", metavar="FILE", help="Write it as an Atom feed, too.", show_default=False)
    ] = None,
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    csv: Csv = False,
    json: Json = False,
) -> None:
    """Show what is open, due, overdue and permitted next under the agreed procedures, and which levers are gone."""
    from ledger.runtime.docket import read_docket
    from ledger.tlog.entry import parse_header

    refuse_both(csv=csv, json=json)
    with open_chosen(ledger, engine=engine) as opened, Progress("Going through procedures"):
        view = opened.view(as_of, size)
        found = read_docket(opened, view, subject=subject, party=party, instrument=instrument)
        origin, founded = opened.origin, parse_header(opened.entry(0)).received[:10]
    results = [one for one in found.results if not lapsed or (one.docket is not None and one.docket.lapses)]
    if ics is not None:
        from ledger.report.calendar import format_calendar

        write_file(ics, format_calendar(origin, view, results))
        note(f"The days are in {ics}.")
    if atom is not None:
        from ledger.report.atom import format_feed

        write_file(atom, format_feed(origin, founded, view, results))
        note(f"The feed is in {atom}.")
    if json:
        answer(docket_document(view, results, () if lapsed else found.timelines))
        return
    if csv:
        csv_table(COLUMNS, docket_rows(results))
        return
    say(view_words(view))
    is_one = subject is not None
    idle = [] if is_one or lapsed else [one for one in results if _is_idle(one)]
    for result in results:
        if result.docket is not None and result not in idle:
            _say_one(result, result.docket, is_whole=is_one, lapsed=lapsed)
    if idle:
        say("", f"Nothing is open or due of {len(idle)} more: {', '.join(one.subject for one in idle)}.")
    if not results:
        say("No lever has lapsed." if lapsed else "No pledge is known at this view.")
    if not lapsed:
        say(*_timelines(found.timelines, is_whole=is_one))


def _is_idle(result: "CommitmentResult") -> bool:
    """Whether the docket of a commitment has nothing but that it has nothing."""
    found = result.docket
    if found is None:
        return False
    told = (found.stages, found.acts, found.permitted, found.lapses, found.notes, result.erased)
    has_trigger = any(term.trigger is not None for term in result.terms)
    return not (
        any(told) or has_trigger or found.disposition != "none" or any(one.state != "done" for one in found.days)
    )


def _say_one(result: "CommitmentResult", docket: "Docket", *, is_whole: bool, lapsed: bool) -> None:
    say("", f"{result.title} ({result.subject})", *(f"  {line}" for line in erased_lines(result.erased)))
    say(*(f"  Lapsed: {one.words}" for one in docket.lapses))
    if lapsed:
        return
    say(*_procedure(docket))
    say(*(f"  Trigger of {term.id}: {_trigger(term.trigger)}" for term in result.terms if term.trigger is not None))
    days = [one for one in docket.days if is_whole or one.state != "done"]
    shown = days if is_whole else days[:_SHOWN]
    if shown:
        table(
            ("Day", "What", "On", "State", ""),
            [(one.day, f"{one.kind} {one.about}", ", ".join(one.who), one.state, one.words) for one in shown],
            whole=("Day",),
        )
    if len(shown) < len(days):
        say(f"  and {len(days) - len(shown)} more; pledger docket {result.subject} shows all.")


def _procedure(docket: "Docket") -> Iterator[str]:
    yield f"  Procedure: {docket.procedure or f'none: {docket.why}'}"
    if docket.disposition != "none":
        yield f"  Disposition: {docket.disposition.replace('_', ' ')}"
    yield from (f"  {one.state.capitalize()}: {one.words}" for one in docket.stages)
    for act in docket.acts:
        late = f", {act.days_late} days late" if act.days_late else ""
        timing = "" if act.timing == "untimed" else f" ({act.timing.replace('_', ' ')}{late})"
        where = f" at {act.stage}" if act.stage is not None else ""
        yield f"  Done: {act.date} {act.act}{where} by {', '.join(act.by)}{timing}: {act.what} [entry {act.cite.entry}]"
    yield from (f"  Permitted: {one.words}" for one in docket.permitted)
    yield from (f"  Note: {one}" for one in docket.notes)


def _trigger(told: "TriggerResult") -> str:
    consequence = told.consequence.replace("_", " ")
    happened = f"; what happened: {'; '.join(told.happened)}" if told.happened else ""
    return f"{told.state.replace('_', ' ')} ({told.reason}); the consequence: {consequence}{happened}"


def _timelines(timelines: "Iterable[Reciprocal]", *, is_whole: bool) -> Iterator[str]:
    for one in timelines:
        yield ""
        yield f"Who had to move first, under {', '.join(one.instruments)}: {one.words}"
        for line in one.lines if is_whole else ():
            who = f" {', '.join(line.who)}" if line.who else ""
            yield f"  {line.day}{who}: {line.kind} {line.commitment}/{line.about} ({line.state}): {line.words}"
