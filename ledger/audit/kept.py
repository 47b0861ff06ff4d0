"""Results of commitments that are kept outside memory, and read again, one at a time, whenever they are asked for.

An audit of a thousand commitments goes over their results several times, and holds one of them at a time. They wait as
canonical JSON in a private temporary database, which SQLite keeps in memory until it grows too large, and which goes
away with them. Nothing here is written where anybody could see it. Source: design §4.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar, overload

from ledger.assessment.result import CommitmentResult
from ledger.model.statement import plain
from ledger.signing.canonical import format_json

KEPT_FROM: Final = 50
"""From so many commitments on their results are kept: fewer take less memory than the software does."""

_Item = TypeVar("_Item")


class Kept(Sequence[CommitmentResult]):
    """The results of commitments, in their order, each read when it is asked for."""

    def __init__(self, results: Iterable[CommitmentResult]) -> None:
        # An empty name is a database of this connection's own. A server reads it on whichever thread is free.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("CREATE TABLE kept (place INTEGER PRIMARY KEY, raw BLOB NOT NULL)")
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO kept VALUES (?, ?)",
            ((place, format_json(plain(one))) for place, one in enumerate(results)),
        )
        self._database.execute("COMMIT")
        ((self._count,),) = self._database.execute("SELECT count(*) FROM kept")

    def __len__(self) -> int:
        return int(self._count)

    @overload
    def __getitem__(self, place: int) -> CommitmentResult: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[CommitmentResult, ...]: ...
    def __getitem__(self, place: int | slice) -> "CommitmentResult | tuple[CommitmentResult, ...]":
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        return CommitmentResult.model_validate_json(self._raw(range(len(self))[place]))

    def raws(self) -> Iterator[bytes]:
        """Yield each result as canonical JSON, as it is kept."""
        for place in range(len(self)):
            yield self._raw(place)

    def _raw(self, place: int) -> bytes:
        ((raw,),) = self._database.execute("SELECT raw FROM kept WHERE place = ?", (place,)).fetchall()
        return bytes(raw)

    def __iter__(self) -> Iterator[CommitmentResult]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like any sequence that is compared item by item


class Each(Sequence[_Item]):
    """What is made of each result, made again whenever it is asked for, so that no two need be held at once."""

    def __init__(self, results: Sequence[CommitmentResult], make: Callable[[CommitmentResult], _Item]) -> None:
        self._results = results
        self._make = make

    def __len__(self) -> int:
        return len(self._results)

    @overload
    def __getitem__(self, place: int) -> _Item: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, place: int | slice) -> "_Item | tuple[_Item, ...]":
        if isinstance(place, slice):
            return tuple(map(self._make, self._results[place]))
        return self._make(self._results[place])

    def __iter__(self) -> Iterator[_Item]:
        return map(self._make, self._results)


def kept(results: Iterable[CommitmentResult], count: int) -> Sequence[CommitmentResult]:
    """Return the results, ``count`` of them: as they are, or kept where they are many."""
    return Kept(results) if count >= KEPT_FROM else tuple(results)
