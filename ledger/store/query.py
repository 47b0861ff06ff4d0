"""Reading the store: one consistent snapshot, by index, by subject, by digest, by place in the tree.

Plain statements over one connection, in one read transaction, the same text for SQLite and PostgreSQL. Nothing here
writes, and nothing knows what the bytes mean. Whole ranges are read as they are consumed, so memory stays flat. Source:
design §4.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakSet

from ledger.errors import MalformedError
from ledger.tlog.merkle import Hash
from ledger.tlog.stored import Head, Row

if TYPE_CHECKING:  # a process that only reads does without the toolkit
    from sqlalchemy import Connection

CHUNK: Final = 400
"""How many values one statement is given; SQLite takes at least 999."""

_LARGEST: Final = 2**63 - 1
_COLUMNS: Final = (
    'entry."index", header, leaf, entry.statement, kind, subject, author, received, statement.jws, statement.payload'
)
_FROM: Final = 'FROM entry LEFT JOIN statement ON statement.entry = entry."index"'
_ROW: Final = (int, bytes, bytes, bytes, str, str, str, str, bytes, bytes)
_ERASED: Final = (*_ROW[:-2], type(None), type(None))
_CANDIDATE: Final = ((int, str, bytes), (int, str, type(None)))
_HEAD: Final = (int, bytes, str)
_PAIR: Final = (int, bytes)
_NODE: Final = (int, int, bytes)
_LEAF: Final = (int, str, str, bytes)
_TABLES: Final = ("entry", "statement", "erasure", "node", "checkpoint", "mark")


def name_mark(statement: bytes) -> int:
    """Return the mark of a statement's digest: its first 64 bits, as the signed number that the database holds."""
    return int.from_bytes(statement[:8], "big", signed=True)


@lru_cache(maxsize=4096)
def repeat_mark(author: str, payload: bytes) -> int:
    """Return the mark under which a repeat is found: of the key together with the payload's digest (design §2.2).

    A statement is sought when it is admitted and filed when it is published, so that each is asked for twice.
    """
    return int.from_bytes(hashlib.sha256(author.encode() + payload).digest()[:8], "big", signed=True)


class SqlReading:
    """A snapshot of the database, from its first read to the end of its transaction.

    Attributes:
        connection: in a transaction of its own.
    """

    _EACH: ClassVar[str] = "CROSS JOIN"
    """Joins so that what stands on the left is taken first: SQLite's planner keeps the order of a cross join."""

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        # The driver itself: six sevenths of the time of a small statement would go into describing its result.
        self._driver: Any = connection.connection.driver_connection
        self._ranges: WeakSet[Any] = WeakSet()

    def close(self) -> None:
        """Close the cursors of ranges that nobody read to their end.

        One that somebody still holds, such as the traceback of an error met in it, would keep SQLite's snapshot open
        past the transaction, and whoever is given the connection next would read an old state.
        """
        for cursor in tuple(self._ranges):
            cursor.close()

    def head(self) -> Head:
        """Return where the log ends."""
        row = self._one('SELECT size, checkpoint, received FROM head WHERE "only" = 1')
        if row is None:
            raise _damaged("head")
        return Head(*_shaped(row, _HEAD, table="head"))

    def row(self, index: int) -> Row | None:
        """Return the entry at an index, or None."""
        found = self._one(f'SELECT {_COLUMNS} {_FROM} WHERE entry."index" = ?', index)
        return None if found is None else _row(found)

    def rows(self, start: int, stop: int, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Return the entries of a range in order, of these kinds (all if none is named), read as they are consumed."""
        # The plus sign keeps the range from being walked where few entries are of the kinds: the index finds those.
        index = '+entry."index"' if kinds else 'entry."index"'
        of_kind = f"AND kind IN ({_marks(kinds)})" if kinds else ""
        sql = f'SELECT {_COLUMNS} {_FROM} WHERE {index} >= ? AND {index} < ? {of_kind} ORDER BY entry."index"'
        # A short range comes at once; a long one would fill the memory.
        read = self._all if stop - start <= CHUNK else self._stream
        return map(_row, read(sql, start, stop, *kinds))

    def about(self, subject: str, kinds: Sequence[str]) -> tuple[Row, ...]:
        """Return the entries of these kinds about a subject, in order."""
        if not _is_kept(subject):
            return ()
        sql = f'SELECT {_COLUMNS} {_FROM} WHERE subject = ? AND kind IN ({_marks(kinds)}) ORDER BY entry."index"'
        return tuple(map(_row, self._all(sql, subject, *kinds)))

    def about_from(self, start: int, subject: str, kinds: Sequence[str]) -> Iterator[Row]:
        """Return the entries of these kinds about a subject from an index on, in order, read as they are consumed."""
        if not _is_kept(subject):
            return iter(())
        sql = (
            f'SELECT {_COLUMNS} {_FROM} WHERE subject = ? AND kind IN ({_marks(kinds)}) AND entry."index" >= ? '
            'ORDER BY entry."index"'
        )
        return map(_row, self._stream(sql, subject, *kinds, start))

    def named(self, statements: Sequence[bytes]) -> Mapping[bytes, int]:
        """Return the index of each of these statement digests that the log has."""
        wanted = set(statements)
        found: dict[bytes, int] = {}
        # The last first, so that the first entry of each is the one that is kept.
        for chunk in _chunks(sorted(set(self._marked([name_mark(one) for one in wanted])), reverse=True)):
            sql = f'SELECT "index", statement FROM entry WHERE "index" IN ({_marks(chunk)}) ORDER BY "index" DESC'
            for row in self._all(sql, *chunk):
                index, name = _shaped(row, _PAIR, table="entry")
                if name in wanted:
                    found[name] = index
        return found

    def said(self, repeats: Sequence[tuple[str, bytes]]) -> Mapping[tuple[str, bytes], int]:
        """Return the index of each of these pairs of key and payload digest that the log has."""
        wanted = set(repeats)
        found = self._marked([repeat_mark(*one) for one in wanted])
        return {
            (author, payload): index
            for index, author, payload in self._candidates(found)
            if payload is not None and (author, payload) in wanted
        }

    def finds_each(self, rows: Sequence[Row]) -> bool:
        """Tell whether it is certain that each of these entries is found by its name and by what it says, and no other.

        It is where their marks point at them, and at nothing else: then there are no candidates to be compared.
        """
        expected = {(name_mark(row.statement), row.index) for row in rows}
        # Each is asked for once here, so nothing is to be remembered.
        marked = repeat_mark.__wrapped__
        expected.update((marked(row.author, row.payload), row.index) for row in rows if row.payload is not None)
        found: set[tuple[int, int]] = set()
        for chunk in _chunks(sorted({mark for mark, _ in expected})):
            found.update(self._all(f"SELECT mark, entry FROM mark WHERE mark IN ({_marks(chunk)})", *chunk))
        return found == expected

    def nodes(self, addresses: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Hash]:
        """Return the complete nodes of the tree at these addresses (level, index), leaves included."""
        found: dict[tuple[int, int], Hash] = {}
        wanted = set(addresses)
        for chunk in _chunks(sorted(index for level, index in wanted if level == 0)):
            for row in self._all(f'SELECT "index", leaf FROM entry WHERE "index" IN ({_marks(chunk)})', *chunk):
                found[0, row[0]] = _shaped(row, _PAIR, table="entry")[1]
        for pairs in _chunks(sorted(address for address in wanted if address[0] > 0)):
            values = ", ".join("(?, ?)" for _ in pairs)
            flat = [number for pair in pairs for number in pair]
            # A pair IN a list would be sought by reading the whole table; a cross join keeps the order, and seeks each.
            sql = (
                f'WITH wanted (level, number) AS (VALUES {values}) SELECT node.level, node."index", hash FROM wanted '
                f'{self._EACH} node ON node.level = wanted.level AND node."index" = wanted.number'
            )
            for row in self._all(sql, *flat):
                found[row[0], row[1]] = _shaped(row, _NODE, table="node")[2]
        return found

    def checkpoint_over(self, size: int) -> bytes | None:
        """Return the first checkpoint of at least this size, or None."""
        row = self._one("SELECT size, note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1", size)
        return None if row is None else _shaped(row, _PAIR, table="checkpoint")[1]

    def checkpoints(self) -> Iterator[tuple[int, bytes]]:
        """Return every checkpoint with its size, in order, read as they are consumed."""
        return self._pairs("SELECT size, note FROM checkpoint ORDER BY size", table="checkpoint")

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, str, str, Hash]]:
        """Return index, kind, subject and leaf hash of the entries of a range, in order, read as they are consumed."""
        sql = 'SELECT "index", kind, subject, leaf FROM entry WHERE "index" >= ? AND "index" < ? ORDER BY "index"'
        for row in self._stream(sql, start, stop):
            yield _shaped(row, _LEAF, table="entry")

    def level(self, level: int, first: int = 0, last: int | None = None) -> Iterator[tuple[int, Hash]]:
        """Return the stored nodes of a level (0 gives the leaves) with their indexes, in order; all, or of a range."""
        end = _LARGEST if last is None else last
        if level == 0:
            sql = 'SELECT "index", leaf FROM entry WHERE "index" >= ? AND "index" < ? ORDER BY "index"'
            return self._pairs(sql, first, end, table="entry")
        sql = 'SELECT "index", hash FROM node WHERE level = ? AND "index" >= ? AND "index" < ? ORDER BY "index"'
        return self._pairs(sql, level, first, end, table="node")

    def counts(self) -> Mapping[str, int]:
        """Return how many rows each table of the store has."""
        return {table: self._count(table) for table in _TABLES}

    def last(self) -> int:
        """Return the highest index that an entry has, or -1."""
        row = self._one('SELECT max("index") FROM entry')
        return -1 if row is None or row[0] is None else row[0]

    def erased(self, index: int) -> bool:
        """Tell whether a logged erasure removed the statement at an index."""
        return self._one("SELECT 1 FROM erasure WHERE entry = ?", index) is not None

    def _count(self, table: str) -> int:
        row = self._one(f"SELECT count(*) FROM {table}")
        return 0 if row is None else row[0]

    def _marked(self, marks: Sequence[int]) -> list[int]:
        """Return the entries that the marks point at."""
        found: list[int] = []
        for chunk in _chunks(sorted(marks)):
            rows = self._all(f"SELECT entry FROM mark WHERE mark IN ({_marks(chunk)})", *chunk)
            found += (_shaped(row, (int,), table="mark")[0] for row in rows)
        return found

    def _candidates(self, indexes: Sequence[int]) -> Iterator[tuple[int, str, bytes | None]]:
        """Yield index, author and payload digest of entries that marks point at, the last first.

        The last first, so that a mapping made of them keeps the first entry of each.
        """
        for chunk in _chunks(sorted(set(indexes), reverse=True)):
            of_these = f'WHERE entry."index" IN ({_marks(chunk)}) ORDER BY entry."index" DESC'
            for row in self._all(f'SELECT entry."index", author, statement.payload {_FROM} {of_these}', *chunk):
                yield _shaped(row, _CANDIDATE[row[-1] is None], table="entry")

    def _pairs(self, sql: str, *values: object, table: str) -> Iterator[tuple[int, Any]]:
        """Yield rows of a number and bytes."""
        for row in self._stream(sql, *values):
            yield _shaped(row, _PAIR, table=table)

    def _one(self, sql: str, *values: object) -> Any:  # noqa: ANN401, rows are as the columns are
        return self._run(sql, values).fetchone()

    def _run(self, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401, a cursor of the driver
        return self._driver.execute(sql, values)

    def _all(self, sql: str, *values: object) -> Sequence[Any]:
        rows: Sequence[Any] = self._run(sql, values).fetchall()
        return rows

    def _stream(self, sql: str, *values: object) -> Iterator[Any]:
        """Yield the rows of a range, read as they are consumed; one that outlives the snapshot is a fault of ours."""
        with closing(self._run(sql, values)) as cursor:
            self._ranges.add(cursor)
            while chunk := cursor.fetchmany(CHUNK):
                yield from chunk


def _is_kept(text: str) -> bool:
    """Tell whether a text is one that a column can hold; of any other there is nothing to be found.

    PostgreSQL has no zero character in texts, and no UTF-8 has half of a surrogate pair.
    """
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _row(cells: Sequence[Any]) -> Row:
    """Return an entry with its statement, where it has one."""
    return Row._make(_shaped(cells, _ROW if cells[-1] is not None else _ERASED, table="entry"))


def _shaped(cells: Any, shape: tuple[type, ...], *, table: str) -> Any:  # noqa: ANN401, rows are as the columns are
    """Return a row whose cells are of the types that its columns have.

    SQLite's file has no checksums: where a disk has changed it, a row may be read all the same, with other cells.

    Raises:
        MalformedError: they are not.
    """
    if tuple(map(type, cells)) != shape:
        raise _damaged(table)
    return cells


def _damaged(table: str) -> MalformedError:
    message = (
        f"The database is damaged: the table {table} has no row where one must be, or one with other cells than it "
        "can have; restore it from a copy and run pledger log check."
    )
    return MalformedError(message, table=table)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
