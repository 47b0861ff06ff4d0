"""``pledger formats``: the mappings that are shipped, of figures and of pledges, and what each of them reads."""

from typing import Annotated, Any, Final

import typer

from ledger.cli.option import Json
from ledger.cli.output import answer, say, table
from ledger.errors import UsageError

EXAMPLES: Final = """\
\b
Examples:
  pledger formats                           what there is
  pledger formats un-comtrade-api           one of them, as TOML: a beginning for your own
"""

ANSWER: Final = {
    "formats": (
        "for each mapping of figures: `name`, `title`, `publisher`, `container`, `measures`, whether its files may be "
        "given on (`redistribute`)"
    ),
    "tables": "for each mapping of tables of codes: `name`, `title`, `publisher`, `container`, `kinds`, `redistribute`",
    "pledges": "for each mapping of pledges: `name`, `title`, `container`",
}
NAMED: Final = {"map": "that mapping, as TOML"}


def formats(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Print this mapping.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List the formats that `submit --format` and `record --format` know, or print one."""
    from ledger.ingest.shelf import formats_document, shipped

    if name is not None:
        found = shipped(name)
        if found is None:
            raise UsageError(f"There is no format {name!r}; pledger formats lists those there are.")
        text = found.decode()
        if json:
            answer({"map": text})
            return
        say(*text.splitlines())
        return
    told: dict[str, Any] = formats_document()
    if json:
        answer(told)
        return
    for title, name_of in (
        ("Figures, for pledger submit --format NAME:", "formats"),
        ("Tables of codes, for pledger submit --format NAME --published DAY:", "tables"),
        ("Pledges, for pledger record --format NAME:", "pledges"),
    ):
        say(title)
        rows = [(one["name"], one["container"], one["title"]) for one in told[name_of]]
        table(("Name", "File", "What it reads"), rows, whole=("Name",))
    say("A mapping of your own: pledger submit FILE --new-map")
