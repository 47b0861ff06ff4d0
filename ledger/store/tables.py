"""The tables of the store; what the database refuses to do to them is in ``ledger.store.trigger``.

Tables hold bytes and the columns they are found by; nothing here knows what the bytes mean. The classes describe;
rows are written and read by plain statements (``ledger.store.sql``, ``ledger.store.query``), never as objects, and the
tables are made by the migrations (``ledger.store.migration``), which a test holds to what stands here. One description
serves SQLite and PostgreSQL. Source: design §2.5, §4; style §6.

What is true is in ``entry``, ``statement``, ``checkpoint`` and ``erasure``. ``node`` can be computed from the entries
and ``mark`` from entries and statements; ``head`` is the last checkpoint once more, in the one row that a publication
compares and swaps.
"""

from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Text
from sqlmodel import Field, SQLModel

APPLICATION_ID: Final = 0x506C6467
"""``Pldg``, in the header of the database file: what tells a ledger's database from any other."""

VERSION: Final = 2
"""The layout of the tables; one that is later is refused, one that is earlier is asked to be upgraded."""

REVISION: Final = f"{VERSION:04d}"
"""The migration that leads to the layout; it stands in the table ``alembic_version``."""

NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; SQLite takes only a column that is called INTEGER for the number of its row."""

TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte on both engines, whatever the locale of the server is."""


class Table(SQLModel):
    """What every table shares: metadata of our own, so that no other user of the library meets our names."""

    metadata: ClassVar[MetaData] = MetaData()


def _number(*, key: bool = False) -> Any:  # noqa: ANN401, SQLModel's Field is typed so
    return Field(sa_column=Column(NUMBER, primary_key=key, autoincrement=False, nullable=False))


def _bytes() -> Any:  # noqa: ANN401
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _text() -> Any:  # noqa: ANN401
    return Field(sa_column=Column(TEXT, nullable=False))


class EntryTable(Table, table=True):
    """The log: one row an entry, in order."""

    __tablename__: ClassVar[Any] = "entry"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("length(leaf) = 32 AND length(statement) = 32 AND length(header) BETWEEN 2 AND 4096"),
        Index("entry_about", "kind", "subject"),
    )

    index: int = _number(key=True)
    header: bytes = _bytes()
    leaf: bytes = _bytes()
    statement: bytes = _bytes()
    kind: str = _text()
    subject: str = _text()
    author: str = _text()
    received: str = _text()


class StatementTable(Table, table=True):
    """Statements as they were signed, apart from the log so that one can be erased while every proof still holds."""

    __tablename__: ClassVar[Any] = "statement"
    __table_args__: ClassVar[Any] = (CheckConstraint("length(payload) = 32"),)

    entry: int = Field(
        sa_column=Column(NUMBER, ForeignKey("entry.index"), primary_key=True, autoincrement=False, nullable=False)
    )
    jws: bytes = _bytes()
    payload: bytes = _bytes()


class ErasureTable(Table, table=True):
    """The door to a statement's deletion: which entry, and the logged ``erasure`` that allows it (design §2.3)."""

    __tablename__: ClassVar[Any] = "erasure"

    entry: int = Field(
        sa_column=Column(NUMBER, ForeignKey("entry.index"), primary_key=True, autoincrement=False, nullable=False)
    )
    by: int = Field(sa_column=Column(NUMBER, ForeignKey("entry.index"), nullable=False))


class NodeTable(Table, table=True):
    """Complete nodes of the tree above the leaves, by level and index; the leaves are in ``entry``."""

    __tablename__: ClassVar[Any] = "node"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("level > 0 AND length(hash) = 32"),
        {"sqlite_with_rowid": False},
    )

    level: int = _number(key=True)
    index: int = _number(key=True)
    hash: bytes = _bytes()


class CheckpointTable(Table, table=True):
    """Every checkpoint that was signed, by its size."""

    __tablename__: ClassVar[Any] = "checkpoint"

    size: int = _number(key=True)
    note: bytes = _bytes()


class HeadTable(Table, table=True):
    """Where the log ends: one row, compared and swapped by every publication (design §2.5)."""

    __tablename__: ClassVar[Any] = "head"
    __table_args__: ClassVar[Any] = (CheckConstraint('"only" = 1'),)

    only: int = _number(key=True)
    size: int = _number()
    checkpoint: bytes = _bytes()
    received: str = _text()


class MarkTable(Table, table=True):
    """Where to look for a digest: its first 64 bits, and an entry that may be meant.

    A UNIQUE index over whole random digests is what makes appending slow in a large log. These rows are a quarter of
    its size. Two digests may share a mark (whoever wants to can make such a pair), so a mark only points: the row it
    points at is read and compared.
    """

    __tablename__: ClassVar[Any] = "mark"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)

    mark: int = _number(key=True)
    entry: int = _number(key=True)
