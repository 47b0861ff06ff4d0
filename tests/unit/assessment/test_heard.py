"""Positions in brief: which of many have to be read for a result to come out as by all (E2, E3, R11, R12)."""

from typing import Any

import pytest

from ledger.assessment.heard import Chorus, Heard, decisive

PLEDGED = "2020-01-15"


def heard(index: int, stance: str, day: str, **changes: Any) -> Heard:
    """Return a position of the obligor on all terms."""
    return Heard(index, bytes(32), "kid", "grain", day, "aa", "pledge", None, stance, states=False)._replace(**changes)


CASES: dict[str, tuple[list[Heard], list[int]]] = {
    "none": ([], []),
    "one": ([heard(1, "affirms", "2020-02-01")], [1]),
    "the first and the last of one day": ([heard(n, "affirms", "2020-02-01") for n in range(1, 9)], [1, 8]),
    "the first day, and the last": (
        [heard(1, "affirms", "2020-02-01"), heard(2, "affirms", "2020-03-01"), heard(3, "affirms", "2020-04-01")],
        [1, 3],
    ),
    "what was said by the day of the pledge": (
        [heard(1, "affirms", "2019-12-01"), heard(2, "denies", "2020-01-10"), heard(3, "affirms", "2020-04-01")],
        [1, 2, 3],
    ),
    "that it ever affirmed, between two denials": (
        [
            heard(1, "denies", "2020-02-01"), heard(2, "denies", "2020-02-02"), heard(3, "affirms", "2020-02-03"),
            heard(4, "affirms", "2020-02-04"), heard(5, "denies", "2020-02-05"),
        ],
        [1, 3, 5],
    ),
    "silence after the last word, the last of it": (
        [heard(1, "affirms", "2020-02-01"), heard(2, "silent", "2020-02-02"), heard(3, "silent", "2020-02-03")],
        [1, 3],
    ),
    "of its fulfilment the last word alone": (
        [heard(n, "denies", f"2020-02-0{n}", about="finding") for n in range(1, 6)],
        [5],
    ),
    "each party by itself": (
        [heard(1, "affirms", "2020-02-01"), heard(2, "denies", "2020-02-01", party="bb")],
        [1, 2],
    ),
    "each term by itself": (
        [heard(1, "affirms", "2020-02-01", terms=("a",)), heard(2, "affirms", "2020-02-01", terms=("b",))],
        [1, 2],
    ),
}  # fmt: skip


@pytest.mark.parametrize("phrase", CASES)
def test_those_are_read_on_which_a_result_rests(phrase: str) -> None:
    """Of each party, subject and terms: the first day, the last word, and what a text may be taken by (E3)."""
    given, wanted = CASES[phrase]
    assert [one.heard.index for one in decisive(given, [PLEDGED])] == wanted


def test_what_is_not_read_stands_beside_what_says_the_same() -> None:
    """A citation is left out of no reason, though nobody has read what it leads to (E3)."""
    first, last = decisive([heard(n, "affirms", "2020-02-01") for n in range(1, 9)], [PLEDGED])
    assert isinstance(first.alike, Chorus)
    assert [cite.entry for cite in first.alike.cites] == [2, 3, 4, 5, 6, 7]
    assert {cite.statement for cite in first.alike.cites} == {"sha256:" + "0" * 64}
    assert last.alike is None
