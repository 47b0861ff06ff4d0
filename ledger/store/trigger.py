"""What the database itself refuses, whoever writes: rows of the log are never changed and never deleted.

The same rules are spelt for SQLite and for PostgreSQL, where a role without the right stands before them as well
(``ledger.store.role``). The migrations make them; a test holds those to what stands here. Source: design §2.3, §2.5.
"""

from typing import Final, Literal

from ledger.model.erasure import LASTING

Dialect = Literal["sqlite", "postgresql"]

SCHEMA: Final = "pledger"
"""Where the tables are in a database of PostgreSQL."""

APPEND_ONLY: Final = ("entry", "erasure", "node", "checkpoint")
"""Tables of which no row is ever changed or deleted; of ``statement`` none is changed, and deleted only by the door."""

_KEYS: Final = {
    "entry": '"index" = NEW."index"',
    "statement": "entry = NEW.entry",
    "erasure": "entry = NEW.entry",
    "checkpoint": "size = NEW.size",
}
"""Where ``INSERT OR REPLACE`` would delete a row without any trigger on deletion being asked."""

_LASTING: Final = ", ".join(f"'{kind}'" for kind in sorted(LASTING))
_UNLOGGED: Final = "an erasure is logged, and never of a charter, key, erasure or index"


def triggers(dialect: Dialect = "sqlite") -> tuple[str, ...]:
    """Return the statements that make the database itself refuse what the log must never suffer (design §2.5)."""
    return _sqlite_triggers() if dialect == "sqlite" else _postgresql_triggers()


def _sqlite_triggers() -> tuple[str, ...]:
    made = [
        _refusal(f"{table}_unchanged", "UPDATE", table, f"a row of {table} is never changed")
        for table in (*APPEND_ONLY, "statement")
    ]
    made += [_refusal(f"{table}_kept", "DELETE", table, f"a row of {table} is never deleted") for table in APPEND_ONLY]
    made += [
        _refusal(
            f"{table}_once", "INSERT", table, f"a row of {table} is never replaced",
            f"EXISTS (SELECT 1 FROM {table} WHERE {key})",
        )
        for table, key in _KEYS.items()
    ]  # fmt: skip
    made += [
        _refusal(
            "entry_follows", "INSERT", "entry", "entries are counted without a gap",
            'NEW."index" <> (SELECT coalesce(max("index") + 1, 0) FROM entry)',
        ),
        _refusal(
            "statement_kept", "DELETE", "statement", "a statement is deleted only by a logged erasure",
            "NOT EXISTS (SELECT 1 FROM erasure WHERE entry = OLD.entry)",
        ),
        _refusal(
            "erasure_logged", "INSERT", "erasure", _UNLOGGED,
            f"""NOT EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."by" AND kind = 'erasure') """
            f"""OR EXISTS (SELECT 1 FROM entry WHERE "index" = NEW.entry AND kind IN ({_LASTING}))""",
        ),
        _refusal("head_only", "DELETE", "head", "the head is never deleted"),
        _refusal("head_forward", "UPDATE", "head", "the head only moves forward", "NEW.size <= OLD.size"),
    ]  # fmt: skip
    return tuple(made)


def _refusal(name: str, event: str, table: str, reason: str, when: str = "") -> str:
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{reason}'); END"


def _postgresql_triggers() -> tuple[str, ...]:
    """Return the functions and triggers of PostgreSQL; a statement that touches many rows is judged once, if it can be.

    They are enabled ALWAYS, so that ``session_replication_role`` does not switch them off.
    """
    made = list(_FUNCTIONS)
    for table in (*APPEND_ONLY, "statement"):
        made += _always(f"{table}_unchanged", "BEFORE UPDATE", table, f"a row of {table} is never changed")
        made += _always(f"{table}_whole", "BEFORE TRUNCATE", table, f"a row of {table} is never deleted")
    for table in APPEND_ONLY:
        made += _always(f"{table}_kept", "BEFORE DELETE", table, f"a row of {table} is never deleted")
    made += _always("head_only", "BEFORE DELETE OR TRUNCATE", "head", "the head is never deleted")
    made += _always(
        "head_forward", "BEFORE UPDATE", "head", "the head only moves forward",
        scope="FOR EACH ROW WHEN (NEW.size <= OLD.size)",
    )  # fmt: skip
    made += _always(
        "entry_follows", "AFTER INSERT", "entry", function="entry_follows()",
        scope="REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    )  # fmt: skip
    made += _always("statement_kept", "BEFORE DELETE", "statement", function="statement_kept()", scope="FOR EACH ROW")
    made += _always("erasure_logged", "BEFORE INSERT", "erasure", function="erasure_logged()", scope="FOR EACH ROW")
    return tuple(made)


def _always(
    name: str, event: str, table: str, reason: str = "", *, function: str = "", scope: str = "FOR EACH STATEMENT"
) -> tuple[str, str]:
    call = function or f"refuse('{reason}')"
    return (
        f"CREATE TRIGGER {name} {event} ON {table} {scope} EXECUTE FUNCTION {call}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    )


def _function(name: str, body: str) -> str:
    # The path is fixed, so that nobody can put a table of their own before ours.
    return (
        f"CREATE FUNCTION {name} RETURNS trigger LANGUAGE plpgsql SET search_path = {SCHEMA}, pg_temp "
        f"AS $$ BEGIN {body} END $$"
    )


def _unless(condition: str, reason: str) -> str:
    return (
        f"IF NOT ({condition}) THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', "
        f"MESSAGE = '{reason}'; END IF;"
    )


_FUNCTIONS: Final = (
    _function(
        "refuse()",
        "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0];",
    ),
    _function(
        "entry_follows()",
        _unless(
            """(SELECT count(*) = 0 OR count(*) = max("index") - min("index") + 1 AND min("index") = (SELECT """
            """coalesce(max(e."index") + 1, 0) FROM entry e WHERE e."index" < (SELECT min("index") FROM fresh)) """
            "FROM fresh)",
            "entries are counted without a gap",
        ) + " RETURN NULL;",
    ),
    _function(
        "statement_kept()",
        _unless(
            "EXISTS (SELECT 1 FROM erasure WHERE entry = OLD.entry)", "a statement is deleted only by a logged erasure"
        ) + " RETURN OLD;",
    ),
    _function(
        "erasure_logged()",
        _unless(
            """EXISTS (SELECT 1 FROM entry WHERE "index" = NEW."by" AND kind = 'erasure') AND NOT EXISTS """
            f"""(SELECT 1 FROM entry WHERE "index" = NEW.entry AND kind IN ({_LASTING}))""",
            _UNLOGGED,
        ) + " RETURN NEW;",
    ),
    # The door for a role that may not delete: what goes by it is judged by the trigger above. The mark that was made of
    # the payload goes with the statement.
    (
        "CREATE FUNCTION erase_statement(bigint, bigint) RETURNS void LANGUAGE sql SECURITY DEFINER "
        f"SET search_path = {SCHEMA}, pg_temp AS $$ DELETE FROM mark WHERE entry = $1 AND mark = $2 AND EXISTS "
        "(SELECT 1 FROM erasure WHERE entry = $1); DELETE FROM statement WHERE entry = $1 $$"
    ),
    "REVOKE ALL ON FUNCTION erase_statement(bigint, bigint) FROM PUBLIC",
)  # fmt: skip
