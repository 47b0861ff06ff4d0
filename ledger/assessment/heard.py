"""Positions in brief: what a result could rest on of a hundred thousand of them, and which of them have to be read.

A party may say the same a hundred thousand times, and what counts is what it said last, what it said first, what it had
said by the day of the pledge, and that it spoke at all (E2, E3, R11, R12). Here a position is a few words, and of many
those are chosen by which the method says what it would say by all of them. What was said in the same sense on the same
day stands by its first: the others are named beside it, so that every citation stays. A position that moves a term,
answers a statement, mends another or was mended has more to it than these words, and is read whole by whoever reads.
Nothing here reads anything. Source: R1, R11, R12, E2, E3.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from ledger.assessment.result import Cite

_SILENT: Final = "silent"

Key = tuple[str, str, tuple[str, ...] | None]
"""Who speaks, about the pledge or its fulfilment, and of which terms (of all: null)."""


class Heard(NamedTuple):
    """A position, as far as it decides which positions count.

    Attributes:
        index: of its entry. ``digest``: the 32 bytes of its statement's. ``author``: the ``kid`` that signed it.
        subject: the commitment.
        terms: that it covers; null for all.
        states: it gives a number, date or product.
    """

    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody needs here
    digest: bytes
    author: str
    subject: str
    date: str
    party: str
    about: str
    terms: tuple[str, ...] | None
    stance: str
    states: bool

    @property
    def name(self) -> str:
        """Its statement's name."""
        return f"sha256:{self.digest.hex()}"

    @property
    def key(self) -> Key:
        """What it is compared with."""
        return self.party, self.about, self.terms


class Chorus:
    """Positions that say what another one says, on the same day, and that nobody has read.

    Args:
        heard: in entry order.
    """

    def __init__(self, heard: Sequence[Heard]) -> None:
        self.heard = tuple(heard)

    @cached_property
    def cites(self) -> tuple[Cite, ...]:
        """Where they took their stance, in entry order; made once, as several levels may rest on them."""
        return tuple(_cite(one.index, one.digest) for one in self.heard)


@lru_cache(maxsize=1 << 17)
def _cite(index: int, digest: bytes) -> Cite:
    """Return where a stance was taken; remembered, as the next view asks for all but one of the same."""
    return Cite(entry=index, statement=f"sha256:{digest.hex()}", field="stance")


class Chosen(NamedTuple):
    """A position that has to be read, and those that say the same on the same day and need not be."""

    heard: Heard
    alike: Chorus | None


def decisive(heard: Iterable[Heard], dates: Iterable[str]) -> tuple[Chosen, ...]:
    """Return the positions by which a result comes out as by all of them, in entry order.

    Whatever other positions are read beside these: of each key the first day, the last word, what was spoken last, and
    the same by each day that a text may have, are among them.

    Args:
        heard: what a view sees of the positions on one commitment, in entry order.
        dates: the days that the commitment has, in any of its versions.
    """
    of: defaultdict[Key, list[Heard]] = defaultdict(list)
    for one in heard:
        of[one.party, one.about, one.terms].append(one)
    firsts: defaultdict[str, set[str]] = defaultdict(set)
    for (party, _, _), said in of.items():
        firsts[party].add(min(one.date for one in said))
    given = set(dates)
    found = [one for key, said in of.items() for one in _of_key(said, sorted(given | firsts[key[0]]))]
    return tuple(sorted(found, key=lambda one: one.heard.index))


def _of_key(said: Sequence[Heard], days: Sequence[str]) -> Iterator[Chosen]:
    """Yield what counts of positions with the same key.

    Args:
        days: at which a text may be taken: what is said by then is its time's (E3).
    """
    if said[0].about == "finding":
        # What is said of its fulfilment is told, and decides nothing: the last word is what stands (R11).
        yield Chosen(max(said, key=_place), None)
        return
    spoken = [one for one in said if one.stance != _SILENT]
    silent = [one for one in said if one.stance == _SILENT]
    first, begun = min(one.date for one in said), min((one.date for one in spoken), default=None)
    wanted = {first}
    single = [max(said, key=_place)]
    for day in (*days, None):
        wanted.add(max((one.date for one in spoken if day is None or one.date <= day), default=first))
        single += _last([one for one in silent if day is None or one.date <= day])
    # One that affirms acknowledges, whenever it was (R12).
    single += [one for one in said if one.stance == "affirms"][:1]
    groups: defaultdict[tuple[object, ...], list[Heard]] = defaultdict(list)
    for one in said:
        if one.date in wanted:
            groups[one.date, one.stance, one.states].append(one)
        elif one.stance == _SILENT and (begun is None or one.date < begun):
            # Nothing but silence by then: all of it is cited. Between two days of a text, one day is like another.
            groups[_SILENT, sum(day < one.date for day in days)].append(one)
    read = {one.index for one in single} | {group[0].index for group in groups.values()}
    beside = {group[0].index: [one for one in group if one.index not in read] for group in groups.values()}
    for one in said:
        if one.index in read:
            others = beside.get(one.index)
            yield Chosen(one, Chorus(others) if others else None)


def _last(said: Sequence[Heard]) -> list[Heard]:
    return [max(said, key=_place)] if said else []


def _place(one: Heard) -> tuple[str, int]:
    return one.date, one.index
