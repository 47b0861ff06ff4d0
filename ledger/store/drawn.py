"""Drawn rows: an answer of the column engine's, kept in columns until somebody asks for a row (design §4).

Hundreds of thousands of rows of two dozen cells are millions of objects; a commitment asks for a few of its own. So an
answer is held as the engine gives it, batch after batch, and a row is made when it is looked at. Nothing here draws.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, overload

from ledger.assessment.selection import Row

if TYPE_CHECKING:  # it comes with the extra; types only
    import numpy as np

    Column = np.ndarray[Any, np.dtype[Any]]

_AT_ONCE: Final = 4096
"""Rows that are made at a time where all are asked for, one after another."""


class DrawnRows(Sequence[Row]):
    """Rows by their place, in the order of ``selection.sql``.

    Args:
        batches: by name, the columns of each batch, in the order of the batches.
    """

    def __init__(self, batches: Iterable[Mapping[str, "Column"]]) -> None:
        self._batches = [tuple(_lean(batch[name]) for name in Row._fields) for batch in batches]
        self._ends = list(accumulate(len(batch[0]) for batch in self._batches))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...

    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        """Return a row, or the rows between two places."""
        if isinstance(place, slice):
            first, last, step = place.indices(len(self))
            return tuple(self._between(first, max(first, last)))[::step] if step > 0 else tuple(self)[place]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        return next(self._between(place, place + 1))

    def __iter__(self) -> Iterator[Row]:
        for first in range(0, len(self), _AT_ONCE):
            yield from self._between(first, min(first + _AT_ONCE, len(self)))

    def _between(self, first: int, last: int) -> Iterator[Row]:
        """Yield the rows from one place up to another, through as many batches as it takes."""
        number = bisect_right(self._ends, first)
        while first < last:
            start = self._ends[number] - len(self._batches[number][0])
            end = min(last, self._ends[number])
            cells = (column[first - start : end - start].tolist() for column in self._batches[number])
            yield from map(Row._make, zip(*cells, strict=True))
            first, number = end, number + 1


def _lean(column: "Column") -> "Column":
    """Return a column in which all cells are alike as a view of one: many say nothing of most figures."""
    import numpy as np

    if len(column) > 1 and bool((column == column[0]).all()):
        return np.broadcast_to(column[:1].copy(), column.shape)
    return column
