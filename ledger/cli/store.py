"""``pledger store``: the database that a ledger keeps its entries in: its layout, and who may do what in it."""

from typing import Annotated, Final

import typer

from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, say
from ledger.cli.place import here

UPGRADE_EXAMPLES: Final = """\
\b
Examples:
  pledger store upgrade --ledger mine
"""

ROLES_EXAMPLES: Final = """\
\b
Examples:
  pledger store roles ledger | psql postgresql://owner@host/database
"""

ANSWERS: Final = {
    "upgrade": {"before": "the layout that its tables had", "layout": "the layout that they have"},
    "roles": {"statements": "SQL that makes the roles, in order"},
}


def commands() -> typer.Typer:
    """Return the commands of the group."""
    made = typer.Typer(name="store", help="The database that a ledger keeps its entries in.", no_args_is_help=True)
    made.command("upgrade", epilog=UPGRADE_EXAMPLES, short_help="Bring the tables to this program's layout.")(upgrade)
    made.command("roles", epilog=ROLES_EXAMPLES, short_help="Print the SQL of roles for PostgreSQL.")(roles)
    return made


def upgrade(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """Bring the tables of a ledger to the layout that this program knows; no row of the log is touched.

    An earlier layout is refused by all other commands. Make a copy of the database first, and stop what writes to it.
    """
    from ledger.runtime import upgrade_store

    before, layout = upgrade_store(here(ledger, what="upgrading"))
    if json:
        answer({"before": before, "layout": layout})
    elif before == layout:
        say(f"The tables have layout {layout} already.")
    else:
        say(f"The tables had layout {before}, and have layout {layout} now.")


def roles(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the roles NAME_writer and NAME_reader begin with.")],
    json: Json = False,
) -> None:
    """Print the SQL that makes a role that appends and a role that reads, for the owner of the tables to run.

    A role that appends may not change or delete a row of the log; docs/postgres.md says how they are used.
    """
    from ledger.store.role import roles as statements

    made = statements(name)
    if json:
        answer({"statements": list(made)})
        return
    for statement in made:
        say(f"{statement};")
