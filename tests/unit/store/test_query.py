"""Reading the store: marks only point (performance: no index over whole random digests), nothing is read in vain."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from ledger.errors import MalformedError
from ledger.store.query import SqlReading, name_mark, repeat_mark
from ledger.store.tables import Table

Asked = list[str]


@pytest.fixture
def reading() -> Iterator[SqlReading]:
    """Return a snapshot of an empty store in memory."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Table.metadata.create_all(connection)
        yield SqlReading(connection)
    engine.dispose()


def plans(connection: Connection, asked: Asked) -> list[str]:
    """Return how the database goes about each statement that it was asked, step by step."""
    driver: Any = connection.connection.driver_connection
    return [row[3] for sql in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]


def test_mark_of_a_name_is_its_first_64_bits_signed() -> None:
    """The database holds signed numbers, so a first byte from 80 on is negative."""
    assert name_mark(bytes.fromhex("0000000000000001") + bytes(24)) == 1
    assert name_mark(bytes.fromhex("ffffffffffffffff") + bytes(24)) == -1
    assert name_mark(bytes.fromhex("8000000000000000") + bytes(24)) == -(2**63)


def test_mark_of_a_repeat_depends_on_key_and_payload() -> None:
    """It is the first 64 bits of SHA-256 over the key's thumbprint and the payload's digest (design §2.2)."""
    expected = int.from_bytes(sha256(b"a" * 43 + bytes(32)).digest()[:8], "big", signed=True)
    assert repeat_mark("a" * 43, bytes(32)) == expected
    assert repeat_mark("b" * 43, bytes(32)) != expected
    assert repeat_mark("a" * 43, bytes(31) + b"\x01") != expected


CASES: dict[str, Callable[[SqlReading], object]] = {
    "nodes of the tree": lambda reading: reading.nodes([(0, 7), (1, 2), (5, 0)]),
    "names": lambda reading: reading.named([bytes(32)]),
    "repeats": lambda reading: reading.said([("a" * 43, bytes(32))]),
    "what was said about a subject": lambda reading: reading.about("soy", ["commitment", "retraction"]),
    "an entry": lambda reading: reading.row(7),
    "entries of few kinds": lambda reading: list(reading.rows(0, 100, kinds=["charter", "key"])),
    "the checkpoint over a size": lambda reading: reading.checkpoint_over(7),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_sought_is_found_by_an_index(reading: SqlReading, case: str) -> None:
    """No table of the log is read whole for one answer: a proof costs as much in a long log as in a short one (§4)."""
    driver: Any = reading.connection.connection.driver_connection
    asked: Asked = []
    driver.set_trace_callback(asked.append)
    CASES[case](reading)
    driver.set_trace_callback(None)
    steps = plans(reading.connection, asked)
    tables = ("entry", "statement", "node", "mark", "checkpoint")
    assert any(step.startswith("SEARCH") for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and step.split()[1] in tables]


GOOD_ENTRY = (0, b"{}", bytes(32), bytes(32), "party", "aa", "a" * 43, "2026-01-01T00:00:00Z")
DAMAGED: dict[str, tuple[str, tuple[object, ...], Callable[[SqlReading], object]]] = {
    "no head": ("entry", GOOD_ENTRY, lambda reading: reading.head()),
    "a head whose checkpoint is text": ("head", (1, 0, "note", ""), lambda reading: reading.head()),
    "a header that is text": ("entry", (*GOOD_ENTRY[:1], "{}", *GOOD_ENTRY[2:]), lambda reading: reading.row(0)),
    "a subject that is bytes": (
        "entry", (*GOOD_ENTRY[:5], b"aa", *GOOD_ENTRY[6:]), lambda reading: list(reading.rows(0, 1)),
    ),
    "a leaf that is text": (
        "entry", (*GOOD_ENTRY[:2], "x" * 32, *GOOD_ENTRY[3:]), lambda reading: reading.nodes([(0, 0)]),
    ),
    "a leaf of the index that is text": (
        "entry", (*GOOD_ENTRY[:2], "x" * 32, *GOOD_ENTRY[3:]), lambda reading: list(reading.leaves(0, 1)),
    ),
    "a level of text": (
        "entry", (*GOOD_ENTRY[:2], "x" * 32, *GOOD_ENTRY[3:]), lambda reading: list(reading.level(0)),
    ),
    "a node that is text": ("node", (1, 0, "x" * 32), lambda reading: reading.nodes([(1, 0)])),
    "a checkpoint that is a number": ("checkpoint", (1, 7), lambda reading: reading.checkpoint_over(1)),
    "one of all checkpoints that is text": ("checkpoint", (1, "note"), lambda reading: list(reading.checkpoints())),
    "a mark of nowhere": ("mark", (0, b"\xff"), lambda reading: reading.named([bytes(32)])),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_row_with_cells_that_it_cannot_have_is_damage(reading: SqlReading, case: str) -> None:
    """SQLite keeps no checksums: what a disk has changed is told by its types, and is no fault of ours (style §7)."""
    table, cells, read = DAMAGED[case]
    driver: Any = reading.connection.connection.driver_connection
    marks = ", ".join("?" * len(cells))
    driver.execute(f"INSERT INTO {table} VALUES ({marks})", cells)  # noqa: S608, our own table names
    with pytest.raises(MalformedError, match=r"The database is damaged: .* restore it from a copy"):
        read(reading)
