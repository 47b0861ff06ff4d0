"""Where a store is kept, on either engine: made, opened, and spoken to past the product, for the one contract suite.

On PostgreSQL all that the product does goes by a role that may append and nothing else; what is done past it goes by
the owner of the tables, who may do anything that no trigger refuses.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import pytest

from ledger.store.postgres import PostgresStore
from ledger.store.role import roles
from ledger.store.sql import SqlStore
from ledger.tlog.merkle import Hash, Node
from ledger.tlog.stored import Head, Row
from tests.server import Server

BEGUN = "test"
WHEN = "2026-01-02T03:04:05Z"


class Place(Protocol):
    """A place for one store."""

    name: str

    def create(self) -> Any:
        """Return a new store, open."""

    def open(self, *, patience: float = 5.0) -> Any:
        """Return the store that is there, open."""

    def upgrade(self) -> int:
        """Bring the tables up to date."""

    def past(self) -> Any:
        """Return a connection past the product; it has ``execute``, and commits each statement."""


@dataclass
class SqlitePlace:
    """A file."""

    path: Path
    name: str = "sqlite"

    def create(self) -> SqlStore:
        """Return a new store."""
        return SqlStore.create(self.path)

    def open(self, *, patience: float = 5.0) -> SqlStore:
        """Return the store that is there."""
        return SqlStore.open(self.path, patience=patience)

    def upgrade(self) -> int:
        """Bring the tables up to date."""
        return SqlStore.upgrade(self.path)

    @contextmanager
    def past(self) -> Iterator[sqlite3.Connection]:
        """Give a connection past the product."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        # SQLite leaves it to each connection whether it minds foreign keys; all of ours do.
        connection.execute("PRAGMA foreign_keys = ON")
        try:
            yield connection
        finally:
            connection.close()


@dataclass
class PostgresPlace:
    """A database on a server.

    Attributes:
        url: of the owner; ``writer`` is that of a role that may append.
    """

    server: Server
    url: str
    name: str = "postgresql"
    writer: str = ""
    _roles: list[str] = field(default_factory=list)

    def create(self) -> PostgresStore:
        """Return a new store, opened as its writer."""
        PostgresStore.create(self.url, begun=BEGUN).close()
        self.let_in()
        return self.open()

    def let_in(self) -> None:
        """Make the roles, and one that may log in as each."""
        database = self.url.partition("?")[0].rpartition("/")[2]
        for statement in roles(database):
            self.server.run(statement, url=self.url)
        for office in ("writer", "reader"):
            person = f"{database}_{office}"
            self.server.run(f"ALTER ROLE {person} LOGIN PASSWORD 'secret'", url=self.url)
            self._roles.append(person)
        self.writer = self.server.at(database, user=f"{database}_writer:secret")

    def open(self, *, patience: float = 5.0) -> PostgresStore:
        """Return the store that is there, opened as its writer."""
        return PostgresStore.open(self.writer or self.url, patience=patience)

    def upgrade(self) -> int:
        """Bring the tables up to date, as the owner."""
        return PostgresStore.upgrade(self.url)

    @contextmanager
    def past(self) -> Iterator[Any]:
        """Give a connection of the owner's."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True, options="-c search_path=pledger") as connection:
            yield connection

    def drop_roles(self) -> None:
        """Remove the roles, which outlive the database."""
        for role in self._roles:
            self.server.run(f"DROP OWNED BY {role}", url=self.url)
            self.server.run(f"DROP ROLE {role}", url=self.url)


@contextmanager
def postgres_place(server: Server) -> Iterator[PostgresPlace]:
    """Give a place in a database of its own, which is dropped at the end with its roles."""
    with server.database() as url:
        place = PostgresPlace(server, url)
        yield place
        place.drop_roles()


ENGINES = ("sqlite", "postgresql")


@contextmanager
def place_on(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """Give a place for a store on an engine."""
    if engine == "sqlite":
        yield SqlitePlace(folder / "ledger.db")
        return
    with postgres_place(request.getfixturevalue("postgres")) as found:
        yield found


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Give a place for a store, on each engine in turn."""
    with place_on(request.param, request, tmp_path) as found:
        yield found


@pytest.fixture
def store(place: Place) -> Iterator[Any]:
    """Give a new store, on each engine in turn."""
    made = place.create()
    yield made
    made.close()


def row(index: int, *, kind: str = "position", subject: str = "grain", jws: bytes | None = b"jws") -> Row:
    """Return an entry; its digests are told apart by its index."""
    header, payload = b'{"index":%d}' % index, None if jws is None else digest(b"said", index)
    return Row(
        index=index, header=header, leaf=digest(b"leaf", index), statement=digest(b"statement", index), kind=kind,
        subject=subject, author="a" * 43, received=WHEN, jws=jws, payload=payload,
    )  # fmt: skip


def digest(what: bytes, index: int) -> Hash:
    """Return 32 bytes of their own for each index."""
    return Hash(sha256(b"%s %d" % (what, index)).digest())


def filled(
    store: Any, count: int, *, kinds: tuple[str, ...] = ("charter", "erasure"), nodes: tuple[Node, ...] = ()
) -> None:
    """Write that many entries in one commit; the first are of these kinds, all others positions."""
    with store.writing() as writing:
        head = writing.head()
        rows = [
            row(index, kind=kinds[index] if index < len(kinds) else "position")
            for index in range(head.size, head.size + count)
        ]
        writing.append(rows, nodes)
        assert writing.swap(head, after(head, count))
        writing.commit()


def after(head: Head, count: int = 1) -> Head:
    """Return the head that follows, with a checkpoint of its own."""
    return Head(head.size + count, b"checkpoint of %d" % (head.size + count), WHEN)
