"""Options that several commands share, so that each has one name, one meaning and one sentence of help."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer as a JSON object on standard output.")]

Csv = Annotated[bool, typer.Option("--csv", help="Answer as a table of comma-separated values, in UTF-8.")]

LedgerDirectory = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="DIR|URL",
        help="Directory or address of the ledger; else PLEDGER_LEDGER, else the current directory.",
        show_default=False,
    ),
]

StoreAddress = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="A PostgreSQL for its entries, postgresql://USER@HOST/DATABASE; else a file in the directory.",
        show_default=False,
    ),
]

EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="What draws the figures: sqlite, duckdb, spark, spark://HOST:PORT; else PLEDGER_ENGINE, else the best.",
        show_default=False,
    ),
]

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DAY",
        help="Only what was known on this day (YYYY-MM-DD); else today's, in UTC.",
        show_default=False,
    ),
]

Size = Annotated[
    int | None,
    typer.Option(
        "--size", metavar="N", min=1, help="Only the log's first N entries; else all of them.", show_default=False
    ),
]

Signer = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="NAME", help="Key of the ledger to sign with; else the working key.", show_default=False
    ),
]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed where nobody is at a terminal.")]

Party = Annotated[
    str | None,
    typer.Option("--party", metavar="PARTY", help="All that this party owes, together.", show_default=False),
]

Instrument = Annotated[
    str | None,
    typer.Option(
        "--instrument", metavar="INSTRUMENT", help="All that it gives force to, together.", show_default=False
    ),
]

Fonts = Annotated[
    list[Path] | None,
    typer.Option(
        "--font", metavar="FILE", show_default=False,
        help="A font beside those that come along, for other scripts in a PDF (.ttf, .otf, .ttc); may be repeated.",
    ),
]  # fmt: skip
