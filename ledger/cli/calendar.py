"""``pledger calendar``: write a calendar of holidays as a file, so that it can be evidence and count days (F1)."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli.file import write_file
from ledger.cli.option import Json
from ledger.cli.output import answer, say
from ledger.errors import UsageError

EXAMPLES: Final = """\
\b
Examples:
  pledger calendar US --years 2020-2030 -o us.csv
  pledger submit us.csv --map us.toml --published 2019-12-31

\b
A docket counts working days by the calendar that a procedure names and that was submitted,
never by what is installed: submit the file that comes with it, then name the calendar in a limit.
"""

ANSWER: Final = {
    "name": "by which procedures name the calendar",
    "title": "of the file, with the years it speaks for",
    "rows": "days on which the place differs from Monday to Friday",
    "files": "the table, and the mapping that reads it",
}


def calendar(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="An ISO 3166 code of two letters, such as US.")],
    years: Annotated[str, typer.Option("--years", metavar="FIRST-LAST", help="Years that it is to speak for.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The table; its mapping goes beside.")],
    subdivision: Annotated[
        str | None,
        typer.Option("--subdivision", metavar="CODE", help="A part of the country, such as NY.", show_default=False),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="Of the calendar; else holidays- and the code.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a calendar of holidays as a table with its mapping, for you to look at and to submit as evidence."""
    from ledger.ingest.holiday import make_calendar

    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{4}))?", years)
    if found is None:
        raise UsageError(f"{years!r} are no years; write FIRST-LAST, such as 2020-2030.")
    made = make_calendar(
        country.upper(), (int(found[1]), int(found[2] or found[1])), subdivision=subdivision, name=name
    )
    mapping = output.with_suffix(".toml")
    if mapping == output:
        raise UsageError(f"{output} is the name of the mapping; name the table .csv.", path=str(output))
    write_file(output, made.table)
    write_file(mapping, made.mapping)
    if json:
        files = [str(output), str(mapping)]
        answer({"name": made.name, "title": made.title, "rows": made.rows, "files": files})
        return
    say(
        f"{made.title}: {made.rows} days, in {output}; the mapping {mapping} reads it.",
        f"Look at it, submit it, and name it in a limit: calendar: {{name: {made.name}}}",
    )
