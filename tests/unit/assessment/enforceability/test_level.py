"""The arithmetic of levels: one level, an interval, the lowest and the highest of several (method §4, E2, E6)."""

import pytest

from ledger.assessment.enforceability.level import Derived, as_written, at, between, highest, lowest
from ledger.assessment.result import Cite

CITE = Cite(entry=1, statement="sha256:00", field="terms[0]")


def test_interval_names_what_is_unknown() -> None:
    """An interval says what would narrow it; a single level has nothing to say (E6)."""
    wide = between("V", 2, 3, "the share is unknown", CITE)
    assert (wide.low, wide.high, wide.unknown) == (2, 3, ("V: the share is unknown",))
    assert wide.reasons[0].rule == "V.2-3"
    assert between("V", 3, 3, "known", CITE) == at("V", 3, "known", CITE)


ENDS = {
    "one": ([(2, 2)], (2, 2), (2, 2)),
    "two": ([(2, 2), (3, 3)], (2, 2), (3, 3)),
    "an interval over a level": ([(0, 4), (2, 2)], (0, 2), (2, 4)),
    "two intervals that cross": ([(1, 3), (2, 4)], (1, 3), (2, 4)),
    "an interval below": ([(0, 1), (2, 4)], (0, 1), (2, 4)),
}


@pytest.mark.parametrize(("parts", "low", "high"), ENDS.values(), ids=ENDS)
def test_lowest_and_highest_are_taken_end_by_end(
    parts: list[tuple[int, int]], low: tuple[int, int], high: tuple[int, int]
) -> None:
    """The lowest that several may be runs from the lowest low to the lowest high (method §4, E6)."""
    derived = [between("K", *part, f"part {number}", CITE) for number, part in enumerate(parts)]
    assert (lowest(derived).low, lowest(derived).high) == low
    assert (highest(derived).low, highest(derived).high) == high


def test_lowest_keeps_the_reasons_of_the_parts_that_decide() -> None:
    """The part that decides both ends speaks for all; else each end's part speaks (E2)."""
    low, high = at("K", 1, "low", CITE), at("K", 3, "high", CITE)
    assert [one.says for one in lowest([high, low]).reasons] == ["low"]
    wide = between("K", 0, 4, "unknown", CITE)
    narrowed = lowest([wide, high])
    assert (narrowed.low, narrowed.high) == (0, 3)
    assert [one.says for one in narrowed.reasons] == ["unknown", "high"]
    assert narrowed.unknown == ("K: unknown",)


def test_lowest_that_is_known_leaves_nothing_unknown() -> None:
    """An unknown that cannot matter is not listed (E6)."""
    assert lowest([between("K", 2, 4, "unknown", CITE), at("K", 0, "denied", CITE)]).unknown == ()


def test_as_written_says_so() -> None:
    """A practised level with nothing observed repeats the written one and says so (E3)."""
    written = Derived(1, 1, at("A", 1, "talks", CITE).reasons, observed=True)
    practised = as_written("A", written, "as written: nobody seised it", CITE)
    assert (practised.low, practised.high, practised.observed) == (1, 1, False)
    assert [one.says for one in practised.reasons] == ["talks", "as written: nobody seised it"]
