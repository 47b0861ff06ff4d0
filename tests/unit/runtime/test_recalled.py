"""What was read is kept: each entry is parsed once, and what was erased since is there for no view (R1)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from ledger.runtime.recalled import Recalled, Told
from ledger.service.scene import read_said
from ledger.tlog.stored import Row
from tests.unit.service.fake import MemoryReading
from tests.unit.service.scenario import POSITION, House

FIRST = 7
"""The index of the first position: the charter, two grants, two parties, instrument and commitment come before."""


class Counted:
    """A store that notes which entries were read from it, and that may give an older snapshot."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.read: list[int] = []
        self.snapshot: MemoryReading | None = None

    @contextmanager
    def reading(self) -> Iterator[MemoryReading]:
        """Give a snapshot: that of the moment, or the one that was set."""
        found = self.snapshot or MemoryReading(self.house.store.state.copy())
        yield _Noting(found, self.read)


class _Noting(MemoryReading):
    def __init__(self, reading: MemoryReading, read: list[int]) -> None:
        super().__init__(reading.state)
        self._read = read

    def rows(self, start: int, stop: int, *, kinds: Sequence[str] = ()) -> Iterator[Row]:
        """Return a range, and note what was taken of it."""
        for row in super().rows(start, stop, kinds=kinds):
            if not kinds:
                self._read.append(row.index)
            yield row


def house(positions: int = 3) -> House:
    """Return a ledger with a pledge, and so many positions on it."""
    made = House().set_up()
    for number in range(positions):
        say(made, number)
    return made


def say(made: House, number: int) -> str:
    """Say a further position, of its own day."""
    return made.say("position", "grain", {**POSITION, "date": f"2020-02-{number + 1:02d}"})


def erase(made: House, *names: str) -> None:
    """Erase statements on the pledge."""
    body = {"digests": list(names), "affects": [], "ground": "a court order", "reason": "it named a person"}
    made.say("erasure", "grain", body, key="operator")


def name_of(made: House, index: int) -> str:
    """Return the name of an entry's statement."""
    return f"sha256:{made.store.state.rows[index].statement.hex()}"


def told_names(told: Told) -> list[str]:
    """Return the names of what is told, whole or in brief, in entry order."""
    named = [(one.index, one.name) for one in told.said] + [(one.index, one.name) for one in told.heard]
    return [name for _, name in sorted(named)]


def names(made: House, size: int) -> list[str]:
    """Return the names of what is there of the first entries, read anew."""
    return [one.name for row in made.store.state.rows[:size] if (one := read_said(row)) is not None]


def test_each_entry_is_parsed_once_and_only_new_ones_afterwards() -> None:
    """A commit costs the next reader what it added, and not the whole log."""
    made = house()
    counted = Counted(made)
    recalled = Recalled(counted.reading)
    recalled.upto(FIRST + 3)
    assert counted.read == list(range(FIRST + 3))
    say(made, 3)
    told = recalled.upto(FIRST + 4)
    assert counted.read == list(range(FIRST + 4))
    assert told_names(told) == names(made, FIRST + 4)


@pytest.mark.parametrize("size", [0, 1, FIRST, FIRST + 2, FIRST + 3])
def test_earlier_view_sees_the_first_entries_alone(size: int) -> None:
    """Whatever is kept beyond a view is not there for it (R1)."""
    made = house()
    recalled = Recalled(Counted(made).reading)
    recalled.upto(FIRST + 3)
    assert told_names(recalled.upto(size)) == names(made, size)


@pytest.mark.parametrize("size", [FIRST + 1, FIRST + 3, FIRST + 4])
def test_what_is_erased_later_is_gone_from_what_is_kept(size: int) -> None:
    """An erasure counts at every view, for what was parsed before it too; the header says what is missing (R1)."""
    made = house()
    recalled = Recalled(Counted(made).reading)
    recalled.upto(FIRST + 3)
    erased = name_of(made, FIRST)
    erase(made, erased)
    told = recalled.upto(size)
    assert erased not in told_names(told)
    assert [(one.index, one.statement) for one in told.absent] == [(FIRST, erased)]
    assert [one.index for one in told.later] == ([] if size == FIRST + 4 else [FIRST + 3])


def test_older_snapshot_brings_nothing_back() -> None:
    """Who reads in a snapshot from before an erasure that another has seen keeps nothing of what it removed."""
    made = house()
    counted = Counted(made)
    recalled = Recalled(counted.reading)
    before = MemoryReading(made.store.state.copy())
    erased = name_of(made, FIRST + 1)
    erase(made, erased)
    recalled.upto(FIRST)
    counted.snapshot = before
    assert erased not in told_names(recalled.upto(FIRST + 3))
    counted.snapshot = None
    assert erased not in told_names(recalled.upto(FIRST + 4))


@pytest.mark.parametrize("limit", [0, 1, 1500, 6000])
def test_beyond_the_bound_answers_are_the_same(limit: int) -> None:
    """What does not fit is read again, and never left out; erased there, it is gone as well."""
    made = house(6)
    counted = Counted(made)
    recalled = Recalled(counted.reading, limit=limit)
    size = FIRST + 6
    assert told_names(recalled.upto(size)) == names(made, size)
    once = len(counted.read)
    recalled.upto(size)
    again = len(counted.read) - once
    assert 0 < again <= size
    erased = name_of(made, size - 1)
    erase(made, erased)
    told = recalled.upto(size)
    assert told_names(told) == names(made, size)
    assert [one.index for one in told.absent] == [size - 1]


def test_corrected_statements_stay_beside_what_mends_them() -> None:
    """A correction is an entry of its own: both are told, and the view says which stands (R1)."""
    made = house(1)
    recalled = Recalled(Counted(made).reading)
    recalled.upto(FIRST + 1)
    first = name_of(made, FIRST)
    made.say("position", "grain", {**POSITION, "stance": "denies"}, corrects=first)
    told = recalled.upto(FIRST + 2)
    assert [one.statement.corrects for one in told.said[-2:]] == [None, first]
