"""``pledger series``: which series of figures a view knows, and the figures of one of them, given back (R2)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.option import AsOf, Csv, EngineName, Json, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, csv_table, note, refuse_both, say, table
from ledger.cli.place import open_chosen, view_words
from ledger.report.document import figures_document, listed_document

if TYPE_CHECKING:
    from ledger.assessment.series import Figure, Listed

EXAMPLES: Final = """\
\b
Examples:
  pledger series --as-of 2021-12-31                                  which series there are
  pledger series export/us/cn --as-of 2021-12-31                     the newest figures of one
  pledger series export/us/cn --as-of 2021-12-31 --vintages --csv    every vintage, for a spreadsheet
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1)",
    "series": (
        "each key by `source` and `channel`: `start` and `end` of the days covered, `units`, `vintages` (days of "
        "publication), `entries`, `figures` (how many, every vintage counted); tables of codes are no figures"
    ),
}
NAMED: Final = {
    "view": ANSWER["view"],
    "figures": (
        "each `series`, `source`, `channel`, `published`, `entry` and what the observation says: `classification`, "
        "`code`, `unit`, `basis`, `frequency`, `start`, `end`, `status`, `value`; with --csv the same as columns"
    ),
}
SHOWN: Final = 40
"""Figures that are shown in words; --csv and --json give all."""

NUMBERS: Final = ("entry", "value", "figures")
"""Columns of figures."""


def series(
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="A series: MEASURE/REPORTER/PARTNER; else all.", show_default=False),
    ] = None,
    vintages: Annotated[bool, typer.Option("--vintages", help="Also figures that a newer vintage replaced.")] = False,
    as_of: AsOf = None,
    size: Size = None,
    engine: EngineName = None,
    ledger: LedgerDirectory = None,
    csv: Csv = False,
    json: Json = False,
) -> None:
    """List the series of figures that a view knows, or give back the figures of one: of each point the newest."""
    from ledger.assessment.series import Figure, Listed, list_series, series_key

    refuse_both(csv=csv, json=json)
    chosen = None if key is None else series_key(key)
    with open_chosen(ledger, engine=engine) as opened, Progress("Reading the figures"):
        view = opened.view(as_of, size)
        if csv:
            note(view_words(view))
        if chosen is None:
            listed = list_series(opened.known(view))
            if csv:
                csv_table(Listed._fields, map(_cells, listed), numbers=NUMBERS)
            elif json:
                answer(listed_document(view, listed))
            else:
                say(view_words(view))
                _tell(listed)
            return
        figures = opened.figures(chosen, view, vintages=vintages)
        if csv:
            csv_table(Figure._fields, (map(str, one) for one in figures), numbers=NUMBERS)
        elif json:
            answer(figures_document(view, figures))
        else:
            say(view_words(view), f"{chosen}:")
            _tell_figures(figures)


def _cells(one: "Listed") -> Iterator[str]:
    """Yield what the list says of a series, as cells; several units, vintages or entries with spaces between."""
    for part in one:
        yield " ".join(map(str, part)) if isinstance(part, tuple) else str(part)


def _tell(listed: "Iterable[Listed]") -> None:
    rows = [
        (
            one.series, f"{one.source}\n{one.channel}", f"{one.start} to {one.end}", ", ".join(one.units),
            str(len(one.vintages)), str(one.figures),
        )
        for one in listed
    ]  # fmt: skip
    if not rows:
        say("No series of figures is known at this view; submit one with pledger submit FILE.")
        return
    table(("Series", "Source, channel", "Days covered", "Units", "Vintages", "Figures"), rows, whole=("Series",))


def _tell_figures(figures: "Iterator[Figure]") -> None:
    shown = list(islice(figures, SHOWN))
    rows = [
        (
            f"{one.start} to {one.end}", f"{one.classification} {one.code}", one.value,
            f"{one.unit} {one.basis}".strip(), one.status, f"{one.source}, {one.channel}",
            f"{one.published} (entry {one.entry})",
        )
        for one in shown
    ]  # fmt: skip
    table(("Days", "Code", "Figure", "Unit", "Status", "Source, channel", "Published"), rows, whole=("Days", "Figure"))
    more = sum(1 for _ in figures)
    if more:
        say(f"and {more} more figures; --csv gives all of them.")
