"""Columns out of their names, and values as cells."""

import pytest

from ledger.assessment.result import Cite
from ledger.report.table.column import Column, columns, entries, number, together, truth


def test_columns_are_read_off_their_names() -> None:
    """A name alone is a code; a word has the family of its own name, or another's."""
    assert columns("term due:day outcome:word by:word/role") == (
        Column("term", "code"),
        Column("due", "day"),
        Column("outcome", "word", "outcome"),
        Column("by", "word", "role"),
    )


def test_unknown_kind_is_refused() -> None:
    """A kind that no column has is a fault of ours, and is said at once."""
    with pytest.raises(AssertionError, match="which no column has"):
        columns("due:date")


def cite(entry: int) -> Cite:
    """An entry that something rests on."""
    return Cite(entry=entry, statement="sha256:" + "ab" * 32)


CELLS = {
    "a whole number": (number(7), "7"),
    "nothing is no zero": (number(None), None),
    "zero is a number": (number(0), "0"),
    "a truth": (truth(True), "yes"),
    "its contrary": (truth(False), "no"),
    "entries in order, each once": (entries((cite(20), cite(4), cite(20))), "4 20"),
    "no entries": (entries(()), None),
    "sentences together": (together(("a", "b")), "a; b"),
    "no sentences": (together(()), None),
}


@pytest.mark.parametrize("case", CELLS)
def test_value_becomes_a_cell(case: str) -> None:
    """A cell is the text of ``audit.json``, or null."""
    cell, expected = CELLS[case]
    assert cell == expected
