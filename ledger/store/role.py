"""Who may do what in a database of PostgreSQL: the owner makes and upgrades, a writer appends, a reader reads.

The triggers bind the owner as well, but an owner can switch them off; a writer cannot, and has no right to change or
delete a row of the log in the first place. Of ``head`` it may change the columns that a publication swaps; a statement
that was erased it deletes by the door, a function of the owner's that the triggers judge (design §2.3, §2.5). Nothing
here connects.
"""

import re
from typing import Final

from ledger.errors import UsageError
from ledger.store.trigger import SCHEMA

_WRITTEN: Final = "entry, statement, erasure, node, checkpoint, mark"


def roles(name: str) -> tuple[str, ...]:
    """Return the statements that make the roles ``NAME_writer`` and ``NAME_reader`` and give them what they need.

    They cannot log in: grant them to those who can. Their owner runs them, once for each database; roles that are there
    already are kept.

    Raises:
        UsageError: the name is not one that needs no quotes.
    """
    if re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name) is None:
        message = f"{name[:80]!r} is no name for roles; use small letters, digits and underscores."
        raise UsageError(message)
    writer, reader = f"{name}_writer", f"{name}_reader"
    return (
        *(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} NOLOGIN; END IF; END $$"
            for role in (writer, reader)
        ),
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {writer}, {reader}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {writer}, {reader}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {writer}, {reader}",
        f"GRANT INSERT ON {', '.join(f'{SCHEMA}.{table}' for table in _WRITTEN.split(', '))} TO {writer}",
        f"GRANT UPDATE (size, checkpoint, received) ON {SCHEMA}.head TO {writer}",
        f"GRANT EXECUTE ON FUNCTION {SCHEMA}.erase_statement(bigint, bigint) TO {writer}",
    )
