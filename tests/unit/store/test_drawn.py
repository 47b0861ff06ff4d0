"""Drawn rows: an answer in columns gives the rows that it is made of, whichever of them are asked for (design §4)."""

import pytest

from ledger.assessment.selection import Row
from ledger.store.drawn import DrawnRows

numpy = pytest.importorskip("numpy", reason="the extra columns is not installed")

ROWS = tuple(Row._make((number // 3, *([number] * 12), *([7] * 11), "HS", f"{number:02}")) for number in range(10))


def drawn(*sizes: int) -> DrawnRows:
    """Ten rows, in batches of these sizes."""
    batches, first = [], 0
    for size in sizes:
        cells = zip(*ROWS[first : first + size], strict=True) if size else [() for _ in Row._fields]
        batches.append(dict(zip(Row._fields, map(numpy.array, cells), strict=True)))
        first += size
    return DrawnRows(batches)


SIZES = pytest.mark.parametrize("sizes", [(10,), (3, 7), (1, 2, 3, 4), (4, 0, 6), (0, 10, 0)])


@SIZES
def test_rows_are_those_of_the_batches_in_their_order(sizes: tuple[int, ...]) -> None:
    """However an answer was drawn, its rows are the same, and so is each by its place (design §4)."""
    rows = drawn(*sizes)
    assert tuple(rows) == ROWS
    assert len(rows) == len(ROWS)
    assert [rows[place] for place in range(-10, 10)] == [*ROWS, *ROWS]


@SIZES
@pytest.mark.parametrize("part", [slice(2, 5), slice(0, 0), slice(5, 2), slice(None), slice(1, 9, 3), slice(8, 1, -2)])
def test_a_part_of_the_rows_may_lie_in_several_batches(sizes: tuple[int, ...], part: slice) -> None:
    """Between two places are the rows that a tuple of all would have there."""
    assert drawn(*sizes)[part] == ROWS[part]


def test_cells_are_numbers_of_python() -> None:
    """What a rule reckons with is an int of any size, never a number that could overflow (method, arithmetic)."""
    assert {type(cell) for row in drawn(3, 7) for cell in row[:-2]} == {int}
    assert {type(cell) for row in drawn(3, 7) for cell in row[-2:]} == {str}


def test_there_is_no_row_beyond_the_last() -> None:
    """A place that is not there is an error, and an empty answer has none."""
    for rows, place in ((drawn(10), 10), (drawn(10), -11), (DrawnRows(()), 0)):
        with pytest.raises(IndexError, match=str(place)):
            rows[place]
    assert tuple(DrawnRows(())) == ()
