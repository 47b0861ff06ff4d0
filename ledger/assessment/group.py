"""A group of parties: who belonged to a union or a body on which days, and whose figures stand for the group's (R3).

A flow with a group is recorded in one of two ways: by figures of the group itself, or by those of its members, each for
the days on which it belonged. Neither is ever added to the other. A member that is a group itself stands for its own
members. What a view knows of a party is all that is asked; nothing here reads a figure. Source: R3, R16; design §2.2.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.assessment.view import Known
from ledger.model.term import Reading
from ledger.model.value import as_date

Days = tuple[int, int]
"""The first and the last of some days, counted from 0001-01-01, which is day 1."""

ALWAYS: Final[Days] = (1, date.max.toordinal())
"""Every day: of a member whose beginning and end are not stated."""


Shared = Literal["same", "within", "holds", "part", "none", "unknown"]
"""What one thing has of another: all of it, is all in it, holds all of it, some, nothing, or nobody can tell."""

Sides = Mapping[tuple[str, str], tuple[Days, ...]]
"""Between which single parties a flow is, as reporter and partner, and on which days."""


class Pair(NamedTuple):
    """Two sides of a flow between single parties, and the days on which it is a part of the flow with a group.

    Attributes:
        member: the side that belongs to the group; both, where both sides are groups.
    """

    reporter: str
    partner: str
    member: str
    days: tuple[Days, ...]

    def read(self, reading: Reading) -> Reading:
        """Return a reading of this part of the flow."""
        return reading.model_copy(update={"reporter": self.reporter, "partner": self.partner})


def members_of(known: Known, group: str) -> Mapping[str, tuple[Days, ...]]:
    """Return the single parties that belong to a group, by name, with their days; empty for a party that is no group.

    Members of a member belong on the days on which both do. A group that leads back to itself is not gone round again.
    """
    found: dict[str, list[Days]] = {}
    for party, days in _within(known, group, ALWAYS, {(group, ALWAYS)}):
        found.setdefault(party, []).append(days)
    return {party: _joined(days) for party, days in sorted(found.items())}


def _within(known: Known, group: str, days: Days, seen: set[tuple[str, Days]]) -> Iterator[tuple[str, Days]]:
    # What was gone through for the same days adds nothing: so circles end, and so do ladders of groups.
    fact = known.parties.get(group)
    for member in fact.body.members if fact is not None else ():
        since = as_date(member.since).toordinal() if member.since is not None else ALWAYS[0]
        until = as_date(member.until).toordinal() if member.until is not None else ALWAYS[1]
        both = max(since, days[0]), min(until, days[1])
        if both[0] > both[1] or (member.party, both) in seen:
            continue
        seen.add((member.party, both))
        if _is_group(known, member.party):
            yield from _within(known, member.party, both, seen)
        else:
            yield member.party, both


def _is_group(known: Known, party: str) -> bool:
    fact = known.parties.get(party)
    return fact is not None and bool(fact.body.members)


def pairs_of(known: Known, reading: Reading) -> tuple[Pair, ...]:
    """Return the parts of a flow in which a side is a group, by the names of its sides; none where no side is one.

    What members trade with one another is no part of a flow between the two sides.
    """
    reporters, partners = (members_of(known, side) for side in (reading.reporter, reading.partner))
    if not reporters and not partners:
        return ()
    return tuple(
        Pair(reporter, partner, _member(reporter, partner, bool(reporters), bool(partners)), days)
        for reporter, here in (reporters or {reading.reporter: (ALWAYS,)}).items()
        for partner, there in (partners or {reading.partner: (ALWAYS,)}).items()
        if reporter != partner and (days := _common(here, there))
    )


def readings_of(known: Known, reading: Reading) -> tuple[Reading, ...]:
    """Return every reading whose figures may stand for one: itself, then those of the members of its groups."""
    return (reading, *(pair.read(reading) for pair in pairs_of(known, reading)))


def sides_of(known: Known, reading: Reading) -> Sides:
    """Return between which single parties the flow of a reading is: its own two, or those that its groups stand for."""
    pairs = pairs_of(known, reading)
    return {(pair.reporter, pair.partner): pair.days for pair in pairs} or {
        (reading.reporter, reading.partner): (ALWAYS,)
    }


def share_of_sides(one: Sides, other: Sides, days: Days) -> Shared:
    """Return what a flow has of another by its parties, on some days: a member's is within its group's (R16)."""
    is_within, holds = _is_within(one, other, days), _is_within(other, one, days)
    if is_within or holds:
        return "same" if is_within and holds else "within" if is_within else "holds"
    return (
        "part"
        if any(_common(_common(theirs, one[pair]), (days,)) for pair, theirs in other.items() if pair in one)
        else "none"
    )


def _is_within(one: Sides, other: Sides, days: Days) -> bool:
    """Whether, on some days, all that one flow is between belongs to another."""
    mine = {pair: there for pair, its in one.items() if (there := _common(its, (days,)))}
    return bool(mine) and all(_common(its, other.get(pair, ())) == its for pair, its in mine.items())


def _member(reporter: str, partner: str, of_reporters: bool, of_partners: bool) -> str:  # noqa: FBT001  # two sides
    if of_reporters and of_partners:
        return f"{reporter} with {partner}"
    return reporter if of_reporters else partner


def _joined(days: Iterable[Days]) -> tuple[Days, ...]:
    """Return the same days as spans that neither meet nor touch, in order."""
    found: list[Days] = []
    for first, last in sorted(days):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def _common(here: Iterable[Days], there: Iterable[Days]) -> tuple[Days, ...]:
    theirs = tuple(there)
    both = ((max(one[0], other[0]), min(one[1], other[1])) for one in here for other in theirs)
    return tuple(sorted(days for days in both if days[0] <= days[1]))
