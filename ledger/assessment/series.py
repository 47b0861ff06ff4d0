"""A series: the figures that a view knows under one key, given back as they were submitted.

Of every point the newest vintage that the view knows (R2), or all of them; points that were taken back are left out
(R1). Nothing is mapped, converted or added up: that is a term's doing. Tables of codes are evidence, too, but no
figures. Files are read side by side, a code at a time, so memory stays flat. Nothing here opens a file by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import BinaryIO, NamedTuple

from ledger.assessment.observation import BASES, FREQUENCIES, LIMB, STATUSES, Observation, observations_of
from ledger.assessment.view import Fact, Known
from ledger.errors import NotFoundError, UsageError
from ledger.model.evidence import Evidence
from ledger.model.unit import UNITS, measurement
from ledger.tlog.index import SERIES

TABLES = f"{SERIES}table/"
"""How the keys of tables of codes begin."""


class Listed(NamedTuple):
    """What a view knows under one key by one channel of one source.

    Attributes:
        vintages: the days of publication, from the oldest on. ``entries``: of its statements, in order.
        figures: how many the statements hold, every vintage counted.
    """

    series: str
    source: str
    channel: str
    start: str
    end: str
    units: tuple[str, ...]
    vintages: tuple[str, ...]
    entries: tuple[int, ...]
    figures: int


class Figure(NamedTuple):
    """One figure of a series, in the spelling of the file that holds it, with whose it is and which entry says so."""

    series: str
    source: str
    channel: str
    published: str
    entry: int
    classification: str
    code: str
    unit: str
    basis: str
    frequency: str
    start: str
    end: str
    status: str
    value: str


@dataclass(frozen=True, slots=True)
class _Said:
    """A figure as an engine keeps it, with the statement that gives it."""

    fact: Fact[Evidence]
    observation: Observation

    @property
    def code(self) -> tuple[str, str]:
        """The code that it is about; files are sorted by it first of all."""
        return self.observation.classification, self.observation.code


def series_key(said: str) -> str:
    """Return the key of a series of figures, written with ``series:`` before it or without.

    Raises:
        UsageError: it is the key of tables of codes, which hold no figures.
    """
    key = said if said.startswith(SERIES) else f"{SERIES}{said}"
    if key.startswith(TABLES):
        raise UsageError(f"{key} holds tables of codes and no figures; give a key that pledger series lists.")
    return key


def list_series(known: Known) -> tuple[Listed, ...]:
    """Return every series of figures that the view knows, by key, source and channel; tables of codes are none."""
    found = []
    for series, facts in sorted(known.evidence.items()):
        if series.startswith(TABLES):
            continue
        by_channel: dict[tuple[str, str], list[Fact[Evidence]]] = {}
        for fact in facts:
            by_channel.setdefault((fact.body.authority, fact.body.channel), []).append(fact)
        found += [_listed(series, of) for _, of in sorted(by_channel.items())]
    return tuple(found)


def _listed(series: str, facts: list[Fact[Evidence]]) -> Listed:
    bodies = [fact.body for fact in facts]
    return Listed(
        series=series,
        source=bodies[0].authority,
        channel=bodies[0].channel,
        start=min(body.covers.start for body in bodies),
        end=max(body.covers.end or body.covers.start for body in bodies),
        units=tuple(sorted({unit for body in bodies for unit in body.dimensions.units})),
        vintages=tuple(sorted({body.vintage.published for body in bodies})),
        entries=tuple(fact.index for fact in facts),
        figures=sum(body.observations.count for body in bodies),
    )


def figures_of(
    known: Known, series: str, open_observations: Callable[[str], BinaryIO], *, vintages: bool = False
) -> Iterator[Figure]:
    """Return the figures of a series that the view knows, by source, channel, code and day.

    Args:
        series: its key, as ``series_key`` gives it.
        open_observations: opens the canonical file of a digest.
        vintages: those that a newer vintage replaced, too.

    Raises:
        NotFoundError: the view knows no such series.
        MalformedError: while they are read: a file is not canonical.
    """
    if series not in known.evidence:
        view = known.view
        message = (
            f"No series {series!r} is known at size {view.size} on {view.as_of}; pledger series lists those known."
        )
        raise NotFoundError(message, subject=series)
    return _figures(known, series, open_observations, vintages=vintages)


def _figures(
    known: Known, series: str, open_observations: Callable[[str], BinaryIO], *, vintages: bool
) -> Iterator[Figure]:
    facts = sorted(known.evidence[series], key=lambda fact: (fact.body.authority, fact.body.channel, fact.index))
    for _, of_channel in groupby(facts, key=lambda fact: (fact.body.authority, fact.body.channel)):
        with ExitStack() as opened:
            streams = [
                _read(known, fact, opened.enter_context(closing(open_observations(fact.body.observations.digest))))
                for fact in of_channel
            ]
            for _, of_code in groupby(merge(*streams, key=attrgetter("code")), key=attrgetter("code")):
                said = list(of_code)
                figures = sorted(said if vintages else _newest(said), key=_in_order)
                yield from (_figure(series, one) for one in figures)


def _read(known: Known, fact: Fact[Evidence], stream: BinaryIO) -> Iterator[_Said]:
    """Yield what a statement says, without the points that were taken back."""
    withdrawn = {
        (point.classification, point.code, point.start, point.end) for point in known.withdrawn.get(fact.name, ())
    }
    for one in observations_of(fact.body, stream, what=f"the observations of entry {fact.index}"):
        key = (one.classification, one.code, _day(one.day_from), _day(one.day_to)) if withdrawn else ()
        if key not in withdrawn:
            yield _Said(fact, one)


def _newest(said: list[_Said]) -> list[_Said]:
    """Return of each point the newest publication, of one day's the later entry, as the selection does (R2)."""
    found: dict[tuple[object, ...], _Said] = {}
    for one in sorted(said, key=_age):
        of = one.observation
        point = (measurement(of.unit).dimension, of.basis, of.frequency, of.day_from, of.day_to)
        found[point] = one
    return list(found.values())


def _age(one: _Said) -> tuple[str, int, int, int]:
    """Order what is said of a point so that what counts comes last."""
    place = _PLACES.get(one.observation.unit, 0)
    return one.fact.body.vintage.published, one.fact.index, -place, -one.observation.status


def _in_order(one: _Said) -> tuple[object, ...]:
    return *itemgetter(5, 6, 3, 4, 2)(one.observation), one.fact.body.vintage.published, one.fact.index


def _figure(series: str, said: _Said) -> Figure:
    body, one = said.fact.body, said.observation
    return Figure(
        series, body.authority, body.channel, body.vintage.published, said.fact.index, one.classification, one.code,
        one.unit, BASES[one.basis], FREQUENCIES[one.frequency], _day(one.day_from), _day(one.day_to),
        STATUSES[one.status], _value(one),
    )  # fmt: skip


def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def _value(one: Observation) -> str:
    """Return a figure in its one spelling (design §2.1)."""
    whole, nano = one.high * LIMB + one.low, one.nano
    rest = f".{abs(nano):09}".rstrip("0").rstrip(".")
    return f"{'-' if whole < 0 or nano < 0 else ''}{abs(whole)}{rest}"


_PLACES = {unit: number for number, unit in enumerate(UNITS)}
