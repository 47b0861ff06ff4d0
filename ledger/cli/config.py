"""``pledger config``: the settings of a ledger, all of them looked at, before they are relied on."""

from typing import Final

import typer

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, say, table
from ledger.cli.place import here

CHECK: Final = """\
\b
Examples:
  pledger config check --ledger mine
  PLEDGER_SERVE_PORT=80 pledger config check --ledger mine --json

\b
It reads pledger.toml and the environment, refuses a name that nothing reads (and says which was perhaps meant) and a
value that cannot be used, and lists what holds. Secrets are shown as (set). docs/running.md lists every setting.
"""

ANSWERS: Final = {
    "check": {"settings": "each `name`, `value` (a secret's is `(set)`), `from` (default, file or environment)"},
}


def commands() -> typer.Typer:
    """Return the commands of the group."""
    made = typer.Typer(
        name="config", help="The settings of a ledger, and whether they are sound.", no_args_is_help=True
    )
    made.command("check", epilog=CHECK, short_help="Check all settings, and list them.")(check)
    return made


def check(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """Check every setting of the file and the environment, and list them with where each came from."""
    from ledger.runtime.configuration import check_configuration

    found = check_configuration(here(ledger, what="checking the configuration"))
    if json:
        answer({"settings": [one.document() for one in found]})
        return
    table(("setting", "value", "from"), [(one.name, one.value, one.source) for one in found], whole=("value",))
    say(f"{len(found)} settings, all sound.")
