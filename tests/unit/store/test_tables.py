"""The tables: one description, spelt for both engines (design §4)."""

from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from ledger.store.tables import REVISION, VERSION, Table

TABLES = {table.name: table for table in Table.metadata.sorted_tables}


def spelt(table: str, dialect: Any) -> str:
    """Return how an engine is told to make a table."""
    return " ".join(str(CreateTable(TABLES[table]).compile(dialect=dialect)).split())


@pytest.mark.parametrize("table", TABLES)
def test_numbers_have_64_bits_and_texts_are_compared_by_their_bytes(table: str) -> None:
    """PostgreSQL's INTEGER ends at 2³¹, and its texts follow the locale unless they are told not to."""
    columns = spelt(table, postgresql.dialect())  # type: ignore[no-untyped-call]
    assert " INTEGER" not in columns
    assert columns.count(" TEXT ") == columns.count(' TEXT COLLATE "C" ')


def test_number_of_an_entry_is_the_number_of_its_row() -> None:
    """SQLite keeps a table in the order of a column only if that is called INTEGER; appending stays fast by it."""
    assert '"index" INTEGER NOT NULL' in spelt("entry", sqlite.dialect())


def test_revision_is_that_of_the_layout() -> None:
    """One number says which layout the tables have, in SQLite's header and in the table of versions (design §4)."""
    assert int(REVISION) == VERSION
