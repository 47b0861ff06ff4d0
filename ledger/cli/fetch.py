"""``pledger fetch``: figures from a publisher's own service, kept as they came, and submitted where that is asked."""

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.fetched import Kept, keep_page, make_directory
from ledger.cli.file import read_file
from ledger.cli.option import Json, LedgerDirectory, Signer
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import open_chosen
from ledger.cli.submit import PublisherRole, say_files, submit_files
from ledger.errors import NotFoundError, PledgerError, UsageError

if TYPE_CHECKING:  # imported by the functions that need them; here only their names
    from ledger.remote.publisher import Publisher
    from ledger.remote.request import Month, Request

EXAMPLES: Final = """\
\b
Examples:
  pledger fetch census --partner cn --codes 1201 --from 2017-01 --to 2020-12 -o fetched
  pledger fetch census --partner cn --codes 1201 --from 2017 --to 2020 -o fetched --submit
  pledger fetch comtrade --reporter us --partner cn --codes 1201,1005 --from 2017 --to 2021 \\
      --frequency year -o fetched
  pledger fetch usda --partner cn --codes 1201 --from 2019-09 --to 2020-08 --dry-run

\b
Each publisher asks for a key of yours: PLEDGER_CENSUS_KEY, PLEDGER_COMTRADE_KEY, PLEDGER_USDA_KEY.
It is kept nowhere; docs/fetching.md says where to get one, and how to ask another service.
"""

ANSWER: Final = {
    "publisher": "who was asked",
    "format": "the mapping that reads what came",
    "pages": (
        "each answer: `file`, `digest`, `size`, `rows` of figures in it, `address` (without the key), `retrieved`; "
        "`file` and `digest` are null where the publisher says that it has no figures"
    ),
    "submitted": "null, or with `--submit` as `pledger submit` answers",
}
DRY: Final = {
    "publisher": "who would be asked",
    "format": "the mapping that would read what comes",
    "requests": "each request: its `address`, without the key",
}


class Flow(StrEnum):
    """Which way the goods go, for the reporter."""

    EXPORT = "export"
    IMPORT = "import"


class Frequency(StrEnum):
    """Of the figures."""

    MONTH = "month"
    YEAR = "year"
    MARKETING_YEAR = "marketing-year"


def fetch(
    publisher: Annotated[
        str | None, typer.Argument(metavar="PUBLISHER", help="census, comtrade or usda.", show_default=False)
    ] = None,
    *,
    partner: Annotated[str, typer.Option("--partner", metavar="PARTY", help="The other side of the trade.")],
    codes: Annotated[str, typer.Option("--codes", metavar="CODES", help="Product codes (HS), with commas between.")],
    first: Annotated[str, typer.Option("--from", metavar="MONTH", help="The first month, YYYY-MM, or a year.")],
    last: Annotated[str, typer.Option("--to", metavar="MONTH", help="The last month, YYYY-MM, or a year.")],
    reporter: Annotated[
        str | None,
        typer.Option(
            "--reporter", metavar="PARTY", help="Whose figures, where the publisher has several's.", show_default=False
        ),
    ] = None,
    flow: Annotated[Flow, typer.Option("--flow", help="Which way the goods go, for the reporter.")] = Flow.EXPORT,
    frequency: Annotated[
        Frequency | None,
        typer.Option("--frequency", help="Of the figures, where the publisher has several.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Directory for what comes.", show_default=False),
    ] = None,
    declaration: Annotated[
        Path | None,
        typer.Option("--publisher", metavar="FILE", help="A publisher of your own (TOML).", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the requests; ask nobody.")] = False,
    submit: Annotated[bool, typer.Option("--submit", help="Publish what comes as evidence, too.")] = False,
    role: Annotated[
        PublisherRole, typer.Option("--role", help="With --submit: what the publisher is towards the pledges.")
    ] = PublisherRole.THIRD_PARTY,
    key: Signer = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Fetch official figures from the service of their publisher, each answer a file as it came."""
    from ledger.remote.request import Wanted, plan
    from ledger.runtime import format_mapping

    declared = _publisher(publisher, declaration)
    months = _month(first, of_year=1), _month(last, of_year=12)
    listed = tuple(code.strip() for code in codes.split(",") if code.strip())
    wanted = Wanted(flow.value, reporter, partner, listed, *months)
    requests = plan(declared, wanted if frequency is None else replace(wanted, frequency=frequency.value))
    if dry_run:
        _tell_plan(requests, json=json)
        return
    if output is None:
        raise UsageError("Say where the answers go, with -o DIR; or only look at the requests, with --dry-run.")
    format_ = requests[0].route.format
    mapping = b""
    if submit:
        # Whoever has no ledger to submit to, or no mapping, learns it before anybody is asked.
        mapping = format_mapping(format_)
        open_chosen(ledger).close()
    made = _fetch(requests, output)
    if not json:
        _say(made, declared)
    if not submit:
        if json:
            answer(_document(declared, format_, made, None))
        else:
            say(f"Next: pledger submit {output}/*.json --format {format_}")
        return
    files = [kept.path for kept in made if kept.path is not None]
    told, imported = submit_files(files, mapping, f"{format_}.toml", role=role, key=key, ledger=ledger)
    if json:
        answer(_document(declared, format_, made, told))
    else:
        say_files(told, imported)


def _publisher(name: str | None, declaration: Path | None) -> "Publisher":
    """Return the publisher that is meant."""
    from ledger.remote.publisher import LIMIT, find_publisher, parse_publisher, publisher_names

    if declaration is not None and name is None:
        return parse_publisher(read_file(declaration, limit=LIMIT), name=declaration.name)
    if name is None or declaration is not None:
        known = ", ".join(publisher_names())
        raise UsageError(f"Say who is asked: one of {known}, or --publisher FILE with a declaration of yours.")
    return find_publisher(name)


def _month(text: str, *, of_year: int) -> "Month":
    """Return a month as the command line spells it; a year alone means one of its months."""
    from ledger.remote.request import Month

    found = re.fullmatch(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?", text)
    if found is None:
        raise UsageError(f"{text!r} is not a month; write it as YYYY-MM, or a whole year as YYYY.")
    return Month(int(found[1]), int(found[2] or of_year))


def _fetch(requests: "tuple[Request, ...]", directory: Path) -> list[Kept]:
    """Fetch and keep what is asked for; what had come before a failure stays where it is.

    Raises:
        NotFoundError: the publisher has no figures for any of it.
    """
    from ledger.runtime import fetch_figures

    make_directory(directory)
    made: list[Kept] = []
    title = requests[0].publisher.title
    try:
        with Progress(f"Asking {title}") as progress:
            made.extend(keep_page(page, directory) for page in fetch_figures(requests, progress=progress))
    except PledgerError as error:
        kept = sum(one.path is not None for one in made)
        if not kept:
            raise
        error.message += f" The {kept} answers that had come before are kept in {directory}."
        raise
    if all(one.path is None for one in made):
        message = f"{title} has no figures for this; ask for other codes, another time, or the other flow."
        raise NotFoundError(message, addresses=[one.address for one in made])
    return made


def _document(
    publisher: "Publisher", format_: str, made: list[Kept], told: list[dict[str, object]] | None
) -> dict[str, object]:
    """Return what ``ANSWER`` says."""
    pages = [
        {
            "file": str(kept.path) if kept.path is not None else None, "digest": kept.digest, "size": kept.size,
            "rows": kept.rows, "address": kept.address, "retrieved": kept.retrieved,
        }
        for kept in made
    ]  # fmt: skip
    return {"publisher": publisher.name, "format": format_, "pages": pages, "submitted": told}


def _say(made: list[Kept], publisher: "Publisher") -> None:
    for kept in made:
        if kept.path is None:
            say(f"No figures, says {publisher.title}: {kept.address}")
        else:
            say(f"{kept.path}: {kept.rows} rows, {kept.size} bytes", f"  {kept.digest}", f"  from {kept.address}")


def _tell_plan(requests: "tuple[Request, ...]", *, json: bool) -> None:
    """Tell what would be asked, of whom, and with the key of which setting."""
    publisher, format_ = requests[0].publisher, requests[0].route.format
    if json:
        listed = [{"address": request.address} for request in requests]
        answer({"publisher": publisher.name, "format": format_, "requests": listed})
        return
    counted = "1 request" if len(requests) == 1 else f"{len(requests)} requests"
    say(
        *(f"GET {request.address}" for request in requests),
        f"{counted} of {publisher.title}, with the key in {publisher.variable} (from "
        f"{publisher.register_at}); {format_} reads the answers. Nobody was asked.",
    )
