"""Options that several commands share, so that each has one name, one meaning and one sentence of help."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer as a JSON object on standard output.")]

LedgerDirectory = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="DIR",
        help="Directory of the ledger; else PLEDGER_LEDGER, else the current directory.",
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
