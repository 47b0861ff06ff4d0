"""``pledger formats``: the mappings that are shipped, of figures and of pledges, and what each of them reads."""

from typing import Annotated, Final

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
    from ledger.ingest.mapping import find_format, format_bytes, format_names
    from ledger.ingest.pledge import find_pledge_map, pledge_map_bytes, pledge_map_names
    from ledger.ingest.table import parse_table_mapping, table_bytes, table_names

    if name is not None:
        shelves = ((format_names, format_bytes), (table_names, table_bytes), (pledge_map_names, pledge_map_bytes))
        read = next((read for names, read in shelves if name in names()), None)
        if read is None:
            raise UsageError(f"There is no format {name!r}; pledger formats lists those there are.")
        text = read(name).decode()
        if json:
            answer({"map": text})
            return
        say(*text.splitlines())
        return
    figures = [find_format(one) for one in format_names()]
    tables = [parse_table_mapping(table_bytes(one), name=f"{one}.toml") for one in table_names()]
    pledges = [find_pledge_map(one) for one in pledge_map_names()]
    if json:
        answer({
            "formats": [
                {
                    "name": one.name, "title": one.title, "publisher": one.publisher, "container": one.container,
                    "measures": sorted({part.measure for part in one.series}), "redistribute": one.redistribute,
                }
                for one in figures
            ],
            "tables": [
                {
                    "name": one.name, "title": one.title, "publisher": one.publisher, "container": one.container,
                    "kinds": sorted({codes.kind for codes in one.codes}), "redistribute": one.redistribute,
                }
                for one in tables
            ],
            "pledges": [{"name": one.name, "title": one.title, "container": one.container} for one in pledges],
        })  # fmt: skip
        return
    say("Figures, for pledger submit --format NAME:")
    table(("Name", "File", "What it reads"), [(one.name, one.container, one.title) for one in figures], whole=("Name",))
    say("Tables of codes, for pledger submit --format NAME --published DAY:")
    table(("Name", "File", "What it reads"), [(one.name, one.container, one.title) for one in tables], whole=("Name",))
    say("Pledges, for pledger record --format NAME:")
    table(("Name", "File", "What it reads"), [(one.name, one.container, one.title) for one in pledges], whole=("Name",))
    say("A mapping of your own: pledger submit FILE --new-map")
