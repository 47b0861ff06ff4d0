"""The timeline: what two sides owe each other, in one order, and who had to move first (F3).

Commitments under one instrument, and those that link to each other, stand together; nobody comes first but by the day.
What is known of each day is what the docket says of it: the ledger shows that one side's day came before the other's,
and draws no conclusion about who may wait for whom.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ledger.assessment.result import Cite, CommitmentResult
from ledger.assessment.view import Known
from ledger.model.value import Value

_MOVES: Final = frozenset({"term", "milestone", "trigger", "consequence"})
"""Kinds of days on which a party has to act; a trigger that is nobody's act names nobody."""

_TWO_SIDES: Final = 2


class Line(Value):
    """One day of the timeline.

    Attributes:
        who: the parties that it is on. ``kind``: as the docket has it, or ``act`` for what was done.
        state: ``ahead``, ``done`` or ``past``; ``done`` for what was done.
    """

    day: str
    kind: str
    commitment: str
    about: str
    who: tuple[str, ...]
    state: str
    words: str
    cites: tuple[Cite, ...]


class Reciprocal(Value):
    """What the sides of one bargain owe each other, in the order of days.

    Attributes:
        instruments: and ``commitments``, in the order of their names.
        first: the party or parties whose first day comes before everybody else's.
        words: who had to move first, and when.
    """

    instruments: tuple[str, ...]
    commitments: tuple[str, ...]
    lines: tuple[Line, ...]
    first: tuple[str, ...]
    words: str


def related(known: Known, subjects: Iterable[str]) -> tuple[str, ...]:
    """Return these commitments and all that stand with them: under one instrument, or linked, by however many steps."""
    groups = _groups({subject: _ties(known, subject) for subject in known.commitments})
    wanted = set(subjects)
    return tuple(sorted({one for group in groups if wanted & set(group) for one in group}))


def reciprocals(results: Iterable[CommitmentResult]) -> tuple[Reciprocal, ...]:
    """Return a timeline for each group of commitments in which more than one side has a day by which to act."""
    by_name = {result.subject: result for result in results}
    ties = {
        name: {f"instrument {result.instrument}", *(link.commitment for link in result.links)}
        for name, result in by_name.items()
    }
    made = (_reciprocal([by_name[name] for name in group]) for group in _groups(ties))
    return tuple(one for one in made if one is not None)


def _ties(known: Known, subject: str) -> set[str]:
    body = known.commitments[subject].body
    return {f"instrument {body.instrument}", *(link.commitment for link in body.links)}


def _groups(ties: Mapping[str, set[str]]) -> tuple[tuple[str, ...], ...]:
    """Return the names that hang together by what they are tied to, each group and all groups in order."""
    beside: dict[str, set[str]] = {}
    for name, others in ties.items():
        for other in others:
            beside.setdefault(name, set()).add(other)
            beside.setdefault(other, set()).add(name)
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for name in sorted(ties):
        if name in seen:
            continue
        group: set[str] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if one not in group:
                group.add(one)
                pending += sorted(beside.get(one, ()))
        seen |= group
        found.append(tuple(sorted(group & ties.keys())))
    return tuple(found)


def _reciprocal(group: Sequence[CommitmentResult]) -> Reciprocal | None:
    lines = sorted(
        (line for result in group for line in _lines(result)),
        key=lambda one: (one.day, one.kind, one.commitment, one.about, one.words),
    )
    days: dict[str, str] = {}
    for line in lines:
        for party in line.who if line.kind in _MOVES else ():
            days.setdefault(party, line.day)
    if len(days) < _TWO_SIDES:
        return None
    first, words = _first(days)
    return Reciprocal(
        instruments=tuple(sorted({result.instrument for result in group})),
        commitments=tuple(result.subject for result in group),
        lines=tuple(lines),
        first=first,
        words=words,
    )


def _lines(result: CommitmentResult) -> Iterator[Line]:
    if result.docket is None:
        return
    for one in result.docket.days:
        yield Line(
            day=one.day, kind=one.kind, commitment=result.subject, about=one.about, who=one.who, state=one.state,
            words=one.words, cites=one.cites,
        )  # fmt: skip
    for act in result.docket.acts:
        yield Line(
            day=act.date, kind="act", commitment=result.subject, about=act.act, who=act.by, state="done",
            words=act.what, cites=(act.cite,),
        )  # fmt: skip


def _first(days: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Return who had to move first, and that in words.

    Args:
        days: the first day by which each party has to act.
    """
    earliest = min(days.values())
    first = tuple(sorted(party for party, day in days.items() if day == earliest))
    others = ", ".join(f"{party} by {day}" for party, day in sorted(days.items()) if day != earliest)
    if not others:
        return first, f"all by the same day, {earliest}: {', '.join(first)}"
    return first, f"{', '.join(first)} by {earliest}, before {others}"
