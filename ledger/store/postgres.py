"""The store on PostgreSQL: opening the database, snapshots, and the one writer among any number of processes.

The tables are those of SQLite, in a schema of their own; what is read and written is the same text. A writer locks the
head's row (``SELECT … FOR UPDATE``, READ COMMITTED: whoever waited for the lock sees the head as it is then), a reader
has one snapshot (REPEATABLE READ, READ ONLY). ``synchronous_commit`` is insisted on, and so is a server that syncs.
Whatever the database says is turned into a sentence here, where its bytes are first touched, and no password gets into
one. Nothing here decides what may be written. Source: design §2.5, §4.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger.errors import (
    ConflictError,
    MalformedError,
    NotFoundError,
    PledgerError,
    RefusedError,
    UnavailableError,
)
from ledger.store.address import check_address, without_secrets
from ledger.store.elsewhere import PATIENCE
from ledger.store.migration import migrate
from ledger.store.query import SqlReading
from ledger.store.sql import SqlWriting, busy, own_connections, refuse_layout
from ledger.store.tables import VERSION
from ledger.store.trigger import SCHEMA
from ledger.tlog.merkle import Node
from ledger.tlog.stored import EMPTY_HEAD, NOTHING_RECORDED, Row

if TYPE_CHECKING:  # the driver is an extra
    import psycopg

MISSING: Final = "A ledger on PostgreSQL needs the extra `postgres`; run pip install '.[postgres]' in the checkout."
CONNECTIONS: Final = 16
"""How many one process has at most; a server takes a hundred unless it is told otherwise."""

_IDLE: Final = 600
"""Seconds after which the server takes the head's lock from a writer that has fallen asleep."""

_CONNECT: Final = 10
"""Seconds within which a server has to answer, unless the address says otherwise."""

_SETTINGS: Final = (
    f"SET search_path TO {SCHEMA}, pg_temp", "SET client_encoding TO 'UTF8'", "SET statement_timeout TO '120s'",
    "SET DateStyle TO 'ISO'", "SET bytea_output TO 'hex'", "SET standard_conforming_strings TO on",
)  # fmt: skip
_BEGIN: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
    f"SET LOCAL idle_in_transaction_session_timeout TO '{_IDLE}s'; "
    'SELECT size FROM head WHERE "only" = 1 FOR UPDATE'
)
_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_DURABLE: Final = frozenset({"on", "remote_apply"})
_COLUMNS: Final = {
    "entry": ("bigint", "bytea", "bytea", "bytea", "text", "text", "text", "text"),
    "statement": ("bigint", "bytea", "bytea"),
    "node": ("bigint", "bigint", "bytea"),
    "mark": ("bigint", "bigint"),
    "erasure": ("bigint", "bigint"),
}
_FETCH: Final = 2000
"""Rows of one message where a range is read as it is consumed."""

_NAMES: Final = count()


@lru_cache(maxsize=1024)
def _spelt(sql: str) -> str:
    """Return a statement with its values marked as the driver wants it; none of ours has either sign in another use."""
    return sql.replace("?", "%s")


class PostgresReading(SqlReading):
    """A snapshot of the database, from its first read to the end of its transaction."""

    _EACH: ClassVar[str] = "JOIN"

    def _run(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401, a cursor of the driver
        return self._driver.execute(_spelt(sql), values, binary=True)

    def _stream(self, sql: str, *values: object) -> Iterator[Any]:
        # A cursor of the server's: an ordinary one would bring the whole range at once.
        with self._driver.cursor(f"range_{next(_NAMES)}", binary=True) as cursor:
            self._ranges.add(cursor)
            cursor.execute(_spelt(sql), values)
            while chunk := cursor.fetchmany(_FETCH):
                yield from chunk


class PostgresWriting(PostgresReading, SqlWriting):
    """The database while its head is locked by us; what is not committed never was."""

    def __init__(self, connection: Connection, name: str) -> None:
        PostgresReading.__init__(self, connection)
        self._name = name
        self.is_committed = False

    def append(self, rows: Sequence[Row], nodes: Sequence[Node]) -> None:
        """Write new entries with the nodes that they complete; the statements go out together, and are answered so."""
        with self._driver.pipeline():
            super().append(rows, nodes)

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]], *, twice: str = "") -> None:
        """Write rows as one array for each column: one statement and one message, however many they are."""
        if not rows:
            return
        # Binary: as text, every byte of an array is looked at for what has to be escaped.
        arrays = ", ".join(f"%b::{column}[]" for column in _COLUMNS[table])
        sql = f"INSERT INTO {table} SELECT * FROM unnest({arrays}) {twice}"
        self._driver.execute(sql, [list(column) for column in zip(*rows, strict=True)])

    def _delete(self, entry: int, *, mark: int) -> None:
        # By the door: a role that writes need not be one that may delete.
        self._run("SELECT erase_statement(?::bigint, ?::bigint)", (entry, mark))

    def commit(self) -> None:
        """Make it all durable.

        Raises:
            UnavailableError: with the fact ``outcome`` where it is certain that nothing was recorded. After any other
                exception the outcome is unknown.
        """
        import psycopg

        warned: list[str] = []

        def hear(said: "psycopg.errors.Diagnostic") -> None:
            warned.append(said.message_primary or "")

        self._driver.add_notice_handler(hear)
        try:
            done = self._driver.execute("COMMIT", prepare=False)
        except psycopg.Error as error:
            with suppress(psycopg.Error):
                self._driver.rollback()
            # What the server refuses while it commits, it takes back. Where it says nothing, or that it is going, the
            # record that commits may have been written before.
            if (error.sqlstate or "")[:2] in {"23", "40"}:
                raise _taken_back(self._name, error) from error
            raise _unknown(self._name) from error
        finally:
            self._driver.remove_notice_handler(hear)
        if done.statusmessage != "COMMIT":
            # The transaction had failed before, and the server ends such a one by taking it back.
            raise _taken_back(self._name, done.statusmessage)
        if warned:
            # Committed here, and not on the standby that it waited for: if that one takes over, it never happened.
            raise _unknown(self._name)
        self.is_committed = True


class PostgresStore:
    """A ledger's tables in a database of PostgreSQL.

    Attributes:
        name: of the database, as sentences have it: its address without a password.
        engine: one connection for each thread that is at work.
    """

    def __init__(self, url: str, engine: Engine) -> None:
        self._url = url
        self.name = without_secrets(url)
        self.engine = engine

    @classmethod
    def create(cls, url: str, *, begun: str, patience: float = PATIENCE) -> "PostgresStore":
        """Return a new, empty store in a database.

        Args:
            url: of the database.
            begun: a text by which a store that was broken off is known: one that was begun with the same is begun anew.
            patience: seconds to wait for a lock.

        Raises:
            ConflictError: the database holds a ledger already.
            UnavailableError: it cannot be reached, or does not make durable what it commits.
        """
        store = cls(url, _engine(url, patience))
        with store._closing(), store.speaking(), store.engine.connect() as connection:
            run = connection.exec_driver_sql
            run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            # Of two who begin here, one waits.
            run(f"SELECT pg_advisory_xact_lock(hashtext('{SCHEMA}'))")
            found = run(f"SELECT obj_description(oid) FROM pg_namespace WHERE nspname = '{SCHEMA}'").one_or_none()
            if found is not None:
                if found[0] != _comment(begun):
                    raise _taken(store.name)
                run(f"DROP SCHEMA {SCHEMA} CASCADE")
            run(f"CREATE SCHEMA {SCHEMA}")
            run(f"COMMENT ON SCHEMA {SCHEMA} IS '{_comment(begun)}'")
            migrate(connection)
            run(
                "INSERT INTO head VALUES (1, %s, %s, %s)",
                (EMPTY_HEAD.size, EMPTY_HEAD.checkpoint, EMPTY_HEAD.received),
            )
            run("COMMIT")
        return store

    @classmethod
    def open(cls, url: str, *, patience: float = PATIENCE) -> "PostgresStore":
        """Return the store in a database.

        Raises:
            NotFoundError: there is no ledger in it.
            MalformedError: its tables were written by a later version, or are damaged.
            ConflictError: they have an earlier layout.
            UnavailableError: the database cannot be reached, or does not make durable what it commits.
        """
        store = cls(url, _engine(url, patience))
        with store._closing(), store.speaking(), store.engine.connect() as connection:
            refuse_layout(store._layout(connection), f"The database {store.name}")
        return store

    @classmethod
    def upgrade(cls, url: str, *, patience: float = PATIENCE) -> int:
        """Bring the tables in a database to the layout that this program knows; return the layout that they had.

        What a crash breaks off has not begun. No row of the log is touched. It takes the role that owns the tables.

        Raises:
            PledgerError: as ``open``.
        """
        store = cls(url, _engine(url, patience))
        try:
            with store.speaking(), store.engine.connect() as connection:
                run = connection.exec_driver_sql
                run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
                standing = store._layout(connection)
                if standing >= VERSION:
                    refuse_layout(standing, f"The database {store.name}")
                    return standing
                run('SELECT size FROM head WHERE "only" = 1 FOR UPDATE')
                migrate(connection)
                run("COMMIT")
                return standing
        finally:
            store.close()

    @classmethod
    def discard(cls, url: str, *, begun: str) -> None:
        """Remove a store that was begun with this text and never became a ledger's; where there is none, do nothing."""
        store = cls(url, _engine(url, PATIENCE))
        try:
            with store.speaking(), store.engine.connect() as connection:
                run = connection.exec_driver_sql
                found = run(f"SELECT obj_description(oid) FROM pg_namespace WHERE nspname = '{SCHEMA}'").one_or_none()
                if found is not None and found[0] == _comment(begun):
                    run(f"DROP SCHEMA {SCHEMA} CASCADE")
        finally:
            store.close()

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    def elsewhere(self) -> "PostgresElsewhere":
        """Return how another process reads the same store."""
        return PostgresElsewhere(self._url)

    @contextmanager
    def reading(self) -> Iterator[PostgresReading]:
        """Return a snapshot, for the time of a ``with`` block."""
        with self.speaking(), self._begun(_SNAPSHOT) as connection, closing(PostgresReading(connection)) as reading:
            yield reading

    @contextmanager
    def writing(self) -> Iterator[PostgresWriting]:
        """Lock the head, for the time of a ``with`` block; leaving it without ``commit`` takes everything back.

        Raises:
            UnavailableError: another process holds the lock for longer than our patience, the database is a replica, or
                it cannot be reached.
        """
        # What is not committed when the connection goes back is taken back; where it is lost, the server does that.
        told = self.speaking(outcome=NOTHING_RECORDED)
        with told, self._begun(_BEGIN) as connection, closing(PostgresWriting(connection, self.name)) as writing:
            yield writing

    def purge(self, *, is_patient: bool = True) -> bool:
        """Let the server reuse the space of deleted rows; tell whether it was done.

        The server keeps old pages where this program does not reach: in its write-ahead log, on replicas, in backups.
        ``docs/postgres.md`` says what its keeper has to do about an erasure. Only the owner of the tables may do this.

        Args:
            is_patient: wait a while for those who read.
        """
        with self.speaking(), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            owner = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'statement'::regclass"
            if not is_patient or not driver.execute(owner).fetchone()[0]:
                return False
            driver.execute("VACUUM statement, mark", prepare=False)
        return True

    @contextmanager
    def speaking(self, *, outcome: str | None = None) -> Iterator[None]:
        """Turn what the database says into a sentence, for the time of a ``with`` block.

        Args:
            outcome: what is certain of the transaction where it is ended by an error of the database's.
        """
        import psycopg

        try:
            yield
        except (DBAPIError, psycopg.Error) as error:
            raise _sentence(self.name, error, outcome) from error
        except PoolTimeoutError as error:
            raise busy(f"The database {self.name}") from error

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Connection]:
        """Give a connection on which a transaction has begun; what is not ended with the block is taken back."""
        connection = self._begin(begin)
        with connection:
            try:
                yield connection
            finally:
                driver: Any = connection.connection.driver_connection
                if driver is not None:
                    # Only now is it seen that the server has ended the session, where it did so in between.
                    _take_back(driver)
                if driver is None or driver.closed:
                    connection.invalidate()

    def _begin(self, begin: str) -> Connection:
        """Return a connection with a transaction begun: a new one, where the one in the pool was lost meanwhile."""
        import psycopg

        for is_last in (False, True):
            connection = self.engine.connect()
            driver: Any = connection.connection.driver_connection
            try:
                driver.execute(begin, prepare=False)
            except BaseException as error:
                if driver.closed:
                    connection.invalidate()
                connection.close()
                if is_last or not driver.closed or not isinstance(error, psycopg.OperationalError):
                    raise
                # The server was started anew, for one: the others that lie idle are lost as well.
                self.engine.dispose()
            else:
                return connection
        message = "neither a connection nor an error"
        raise AssertionError(message)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        """Let the connections go where opening fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def _layout(self, connection: Connection) -> int:
        """Return the layout of the tables; raise where there are none."""
        table = f"{SCHEMA}.alembic_version"
        if connection.exec_driver_sql(f"SELECT to_regclass('{table}')").scalar() is None:
            message = (
                f"There is no ledger in the database {self.name}, or its role {_role(connection)} may not see it; make "
                "one with pledger init --store, or let the role in as pledger store roles says."
            )
            raise NotFoundError(message, store=self.name)
        return int(connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalar_one())


@dataclass(frozen=True, slots=True)
class PostgresElsewhere:
    """How another process reads the same database: by a connection of its own, with a snapshot for each call."""

    url: str = field(repr=False)  # there may be a password in it

    def __call__(self) -> AbstractContextManager[PostgresReading]:
        """Return a snapshot, for the time of a ``with`` block."""
        return _opened(self.url).reading()


@lru_cache(maxsize=1)
def _opened(url: str) -> PostgresStore:
    """Return the store that a process which helps has open."""
    return PostgresStore.open(url)


def _engine(url: str, patience: float) -> Engine:
    """Return an engine whose connections are set up as design §2.5 asks, and begin no transaction by themselves."""
    try:
        import psycopg
    except ImportError as error:
        raise UnavailableError(MISSING) from error
    from psycopg.conninfo import make_conninfo

    _hush_driver()
    name = without_secrets(check_address(url))
    try:
        conninfo = make_conninfo(url) if "connect_timeout" in url else make_conninfo(url, connect_timeout=_CONNECT)
    except psycopg.Error as error:
        raise _sentence(name, error, None) from error

    def connect() -> "psycopg.Connection[Any]":
        made = psycopg.connect(conninfo, autocommit=True)
        try:
            settings = (*_SETTINGS, f"SET lock_timeout TO '{round(patience * 1000)}ms'")
            made.execute("; ".join(settings).encode(), prepare=False)
            _insist(made, name)
        except BaseException:
            made.close()
            raise
        return made

    engine = create_engine(
        "postgresql+psycopg://", creator=connect, pool_size=CONNECTIONS // 2, max_overflow=CONNECTIONS // 2,
        pool_timeout=max(patience, 0.1) * 4, pool_reset_on_return=None,
    )  # fmt: skip
    own_connections(engine)

    @event.listens_for(engine, "reset")
    def _reset(connection: Any, _record: object, _state: object) -> None:  # noqa: ANN401, a connection of the driver
        # Our own: the pool would print the traceback of a session that the server has ended.
        _take_back(connection)

    return engine


def _hush_driver() -> None:
    """Leave what the driver logs to whoever listens: without a handler, Python prints it on standard error.

    What it says there of a connection that is lost is said by our own errors, in a sentence.
    """
    logger = logging.getLogger("psycopg")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def _take_back(connection: Any) -> None:  # noqa: ANN401, a connection of the driver
    """End whatever transaction is open; where the connection is lost, the server does that."""
    import psycopg

    with suppress(psycopg.Error):
        connection.rollback()


def _insist(connection: Any, name: str) -> None:  # noqa: ANN401, a connection of the driver
    """Raise unless the server makes durable what it commits, and keeps texts as they are."""
    found = connection.execute(
        "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), "
        "current_setting('synchronous_commit')"
    ).fetchone()
    fsync, pages, encoding, commit = found
    if (fsync, pages) != ("on", "on"):
        message = (
            f"The server of {name} does not make durable what it commits (fsync {fsync}, full_page_writes {pages}); "
            "switch both on."
        )
        raise UnavailableError(message, store=name)
    if encoding != "UTF8":
        message = f"The database {name} keeps texts as {encoding}; make one with ENCODING 'UTF8'."
        raise UnavailableError(message, store=name)
    if commit not in _DURABLE:
        connection.execute("SET synchronous_commit TO on")


def _comment(begun: str) -> str:
    return f"The log of a Pledger ledger, begun as {begun}"


def _role(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT current_user").scalar_one())


def _said(error: object) -> str:
    """Return what the database said, on one line."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    told = getattr(getattr(origin, "diag", None), "message_primary", None) or str(origin)
    return " ".join(told.split())[:300].rstrip(".")


def _sentence(name: str, error: Exception, outcome: str | None) -> PledgerError | AssertionError:
    """Return our error for the database's."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    state, said = getattr(origin, "sqlstate", None) or "", _said(error)
    facts = {"store": name, **({} if outcome is None else {"outcome": outcome})}
    match state:
        case "55P03" | "40P01" | "40001" | "57014":
            message = (
                f"The database {name} is locked by another process ({said}); nothing was recorded, try again when it "
                "is done."
            )
            return UnavailableError(message, store=name, outcome=NOTHING_RECORDED)
        case "53100":
            message = f"The disk of the server is full at {name}; nothing was recorded. Make room and try again."
            return UnavailableError(message, store=name, outcome=NOTHING_RECORDED)
        case "25006" | "0A000":
            message = (
                f"The database {name} is a read replica or takes no writes ({said}); nothing was recorded, write to "
                "the primary."
            )
            return UnavailableError(message, store=name, outcome=NOTHING_RECORDED)
        case "42501":
            message = f"The role may not do this in {name} ({said}); let it in as pledger store roles says."
            return RefusedError(message, store=name)
        case "XX001" | "XX002" | "42P01" | "42703" | "3F000":
            message = f"The database {name} is damaged ({said}); restore it from a copy and run pledger log check."
            return MalformedError(message, store=name)
        case _ if state.startswith("23"):
            return AssertionError(f"the store refused to break its own rule: {said}")
        case _:
            message = f"The database {name} cannot be used ({said}); see to the server, and try again."
            return UnavailableError(message, **facts)


def _taken(name: str) -> ConflictError:
    message = (
        f"The database {name} holds a ledger already; choose another database. If it is one whose init was broken off "
        f"and whose directory is gone, drop it there: DROP SCHEMA {SCHEMA} CASCADE."
    )
    return ConflictError(message, store=name)


def _taken_back(name: str, said: object) -> UnavailableError:
    message = f"The database {name} took the entries back ({_said(said)}); nothing was recorded, try again."
    return UnavailableError(message, store=name, outcome=NOTHING_RECORDED)


def _unknown(name: str) -> UnavailableError:
    message = (
        f"Whether the last entries reached {name} is not known; open the ledger again and look before you repeat them."
    )
    return UnavailableError(message, store=name, outcome="unknown")
