"""Closures found by index: what of a log belongs to some commitments, so that looking at one does not read them all.

An audit sorts its closure out of all headers, since it has to show that nothing is left out. Whoever only looks asks
the index by subject for the same entries, and remembers which they were: an entry that is logged later belongs to a
closure or does not, and where it does not, what was reckoned stays what it is. Positions, of which a commitment may
have a hundred thousand, are heard in brief, each once, and only those read on which a result rests (``hearing``).
Nothing is decided here; what the method says comes from the same functions as everywhere. Source: design §2.3
(Completeness), §4 (projections).
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from heapq import merge
from itertools import product
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar, get_args

from ledger.assessment.authority import Authority, void
from ledger.assessment.erased import find_erased
from ledger.assessment.heard import Heard
from ledger.assessment.selection import Engine
from ledger.assessment.view import Known, Said, date_of, look
from ledger.audit.closure import Closure, closure_of, in_closure
from ledger.audit.procedure import conduct
from ledger.model.determination import View
from ledger.model.erasure import Erasure
from ledger.model.position import Position
from ledger.model.statement import KINDS, Kind, Statement
from ledger.model.value import Measure
from ledger.service.determine import assess_all
from ledger.service.hearing import hear, read_decisive
from ledger.service.ports import Blobs, Reading
from ledger.service.scene import read_said
from ledger.tlog.entry import parse_header
from ledger.tlog.index import EVERYWHERE, SERIES
from ledger.tlog.stored import Row

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult
    from ledger.audit.result import AuditResult
    from ledger.tlog.entry import Header

KEPT: Final = 500
"""Commitments whose closures and results are remembered, those asked for last."""

VIEWS: Final = 32
"""Views whose lists are remembered."""

STRETCH: Final = 2000
"""Entries that are looked through, one by one, for such as belong to a closure; after more it is found anew."""

HEARD: Final = 1 << 18
"""Positions that are remembered in brief, of all commitments together; beyond that they are heard anew."""

_POSITION: Final = "position"
_OTHERS: Final = tuple(kind for kind in KINDS if kind != _POSITION)
_MEASURES: Final = get_args(Measure)
_SEVERAL: Final = "*"
_RECORDED: Final[tuple[Kind, ...]] = ("party", "instrument", "commitment", "retraction")


Placed = TypeVar("Placed", Said, Heard)

_index: Final = attrgetter("index")


@dataclass(frozen=True, slots=True)
class Belonging:
    """The entries of a closure.

    Attributes:
        size: of the log when they were looked for.
        said: their statements, in order, but for ``heard``: positions in brief, in order.
        absent: headers of those that were erased.
        indexes: of all that are there, in order.
    """

    size: int
    closure: Closure
    said: tuple[Said, ...]
    heard: tuple[Heard, ...]
    absent: tuple["Header", ...]
    indexes: tuple[int, ...]

    def below(self, size: int) -> tuple[Closure, int]:
        """Return what says which of them are below a size: what the method says at that size depends on no others."""
        return self.closure, bisect_left(self.indexes, size)


class _Positions:
    """The positions on one commitment, as far as they were read: those in brief, and those with more to them."""

    def __init__(self) -> None:
        self.size = 0
        self.heard: list[Heard] = []
        self.said: list[Said] = []
        self.absent: list[Header] = []

    def read_on(self, reading: Reading, subject: str, size: int, erased: frozenset[str]) -> None:
        """Hear what was logged since."""
        for row in reading.about_from(self.size, subject, (_POSITION,)):
            one = hear(row, erased=erased)
            if one is None:
                self.absent.append(parse_header(row.header))
            else:
                (self.heard if isinstance(one, Heard) else self.said).append(one)  # type: ignore[arg-type]
        self.size = size

    def copy(self) -> "_Positions":
        """Return what was heard so far, to which nothing is added any more."""
        found = _Positions()
        found.size, found.heard, found.said, found.absent = self.size, self.heard[:], self.said[:], self.absent[:]
        return found


class Closures:
    """The commitments of a ledger, each with what belongs to it.

    Args:
        reading: gives a snapshot.
        blobs: holds the observations.
        authority_at: gives keys and roles at a size.
        engine: gives what draws the figures.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Reading]],
        blobs: Blobs,
        *,
        authority_at: Callable[[int], Authority],
        engine: Callable[[], Engine],
    ) -> None:
        self._reading = reading
        self._blobs = blobs
        self._authority_at = authority_at
        self._engine = engine
        self._lock = Lock()
        self._belonging: OrderedDict[str, Belonging] = OrderedDict()
        self._positions: OrderedDict[str, _Positions] = OrderedDict()
        self._hearing = Lock()
        self._erased_to = 0
        self._results: OrderedDict[tuple[object, ...], CommitmentResult] = OrderedDict()
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()
        self._recorded: list[Said] = []
        self._recorded_to = 0

    def recorded(self, view: View) -> Known:
        """Return which parties, instruments and commitments a view knows, and nothing else that it knows of them."""
        key = (view.size, view.as_of)
        with self._lock:
            self._read_on()
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            said = tuple(one for one in self._recorded if one.index < view.size)
        gone = void(said, view.size, self._authority_at(view.size))
        known = look((one for one in said if one.index not in gone), view)
        with self._lock:
            self._known[key] = known
            while len(self._known) > VIEWS:
                self._known.popitem(last=False)
        return known

    def _read_on(self) -> None:
        """Read what was recorded since it was last asked for; after an erasure, everything anew, without what it took.

        What was erased is there for no view, and is forgotten here with the views that had it (R1).
        """
        with self._reading() as reading:
            size = reading.head().size
            if self._recorded_to >= size:
                return
            if self._recorded_to and any(True for _ in reading.rows(self._recorded_to, size, kinds=("erasure",))):
                self._recorded, self._recorded_to = [], 0
                self._known.clear()
            rows = reading.rows(self._recorded_to, size, kinds=_RECORDED)
            self._recorded += [said for row in rows if (said := read_said(row)) is not None]
            self._recorded_to = size

    def belonging(self, subject: str) -> Belonging:
        """Return the entries that belong to a commitment now; none where the log says nothing of it."""
        with self._reading() as reading:
            size = reading.head().size
            with self._lock:
                found = self._belonging.get(subject)
                if found is not None:
                    self._belonging.move_to_end(subject)
            if found is None or not _still_holds(found, reading, size):
                found = self._gather(reading, subject, size)
            elif found.size < size:
                found = replace(found, size=size)
            else:
                return found
        with self._lock:
            self._belonging[subject] = found
            while len(self._belonging) > KEPT:
                self._belonging.popitem(last=False)
        return found

    def known(self, view: View, subjects: Sequence[str]) -> Known:
        """Return what a view knows of these commitments and all that belongs to them."""
        parts = [self.belonging(subject) for subject in subjects]
        said = self._decisive(parts, view)
        absent = {header.index: header for part in parts for header in part.absent}
        gone = void(said, view.size, self._authority_at(view.size))
        erased = find_erased(said, tuple(absent.values()))
        return look((one for one in said if one.index not in gone), view, erased=erased)

    def _decisive(self, parts: Sequence[Belonging], view: View) -> list[Said]:
        """Return the statements of closures by which a view's results come out as by all of them, in order."""
        said = _united(one for part in parts for one in part.said)
        heard = parts[0].heard if len(parts) == 1 else _united(one for part in parts for one in part.heard)
        if not heard:
            return said
        gone = void(heard, view.size, self._authority_at(view.size))
        with self._reading() as reading:
            return _united((*said, *read_decisive(reading, heard, said, view, gone)))

    def latest(self, view: View, subject: str, *, start: int, count: int) -> tuple[int, tuple[Said, ...]]:
        """Return how many positions on a commitment a view sees, and some of them, the latest first.

        Args:
            start: how many of the latest are left out.
        """
        part = self.belonging(subject)
        gone = void((*part.said, *part.heard), view.size, self._authority_at(view.size))
        corrected = look((one for one in part.said if one.index not in gone), view).corrected
        on_it: list[tuple[str, int, str]] = [
            (date_of(one.statement), one.index, one.name)
            for one in part.said
            if (one.kind, one.subject) == (_POSITION, subject)
        ]
        on_it += ((one.date, one.index, one.name) for one in part.heard if one.subject == subject)
        seen = sorted(
            (day, index)
            for day, index, name in on_it
            if index < view.size and day <= view.as_of and index not in gone and name not in corrected
        )
        wanted = [index for _, index in seen[::-1][start : start + count]]
        with self._reading() as reading:
            rows = [reading.row(index) for index in wanted]
        read = (read_said(row) for row in rows if row is not None)
        return len(seen), tuple(one for one in read if one is not None)

    def results(self, view: View, subjects: Sequence[str]) -> "tuple[CommitmentResult, ...]":
        """Return what the method says of these commitments; of those that the view does not know, nothing."""
        keys = {subject: (subject, view.as_of, *self.stamp(view, subject)) for subject in subjects}
        with self._lock:
            found = {subject: self._results[key] for subject, key in keys.items() if key in self._results}
        if missing := [subject for subject in subjects if subject not in found]:
            known = self.known(view, missing)
            wanted = [subject for subject in missing if subject in known.commitments]
            made = (
                assess_all(known, wanted, engine=self._engine(), open_observations=self._blobs.open) if wanted else ()
            )
            found |= {one.subject: one for one in made}
            with self._lock:
                self._results |= {keys[one.subject]: one for one in made}
                while len(self._results) > KEPT:
                    self._results.popitem(last=False)
        return tuple(found[subject] for subject in subjects if subject in found)

    def audit(self, view: View, subject: str) -> "AuditResult":
        """Return the audit of one commitment, as its bundle would have it, but for its replies: those read are told.

        Raises:
            NotFoundError: the view does not know it.
        """
        part = self.belonging(subject)
        return conduct(
            self._decisive((part,), view),
            view=view,
            subjects=(subject,),
            authority=self._authority_at(view.size),
            engine=self._engine(),
            open_observations=self._blobs.open,
            absent=part.absent,
        )

    def stamp(self, view: View, subject: str) -> tuple[object, ...]:
        """Return all that a result depends on beside its day: it stays what it is as long as this does."""
        part = self.belonging(subject)
        erasures = sum(1 for one in part.said if one.statement.schema_ == "erasure.v1")
        return *part.below(view.size), len(part.absent), erasures

    def days(self, view: View, subject: str) -> tuple[str, ...]:
        """Return the days up to the view's on which something came to be known of a commitment, in order (R1)."""
        part = self.belonging(subject)
        days = {date_of(one.statement)[:10] for one in part.said if one.index < view.size}
        days |= {one.date for one in part.heard if one.index < view.size}
        return tuple(sorted(day for day in days if day <= view.as_of))

    def _gather(self, reading: Reading, subject: str, size: int) -> Belonging:
        """Return the closure of a commitment with its entries, found by their subjects."""
        rows: dict[str, tuple[Row, ...]] = {}

        def of(name: str) -> tuple[Row, ...]:
            if name not in rows:
                rows[name] = reading.about(name, _OTHERS)
            return rows[name]

        by_index: dict[int, Row] = {}

        def about(name: str) -> "list[Header]":
            by_index.update({row.index: row for row in of(name)})
            return [parse_header(row.header) for row in of(name)]

        def body_of(header: "Header") -> Statement | None:
            said = read_said(by_index[header.index])
            return None if said is None else said.statement

        everywhere = [row for row in reading.rows(0, size, kinds=tuple(EVERYWHERE)) if row.index < size]
        erased = frozenset(_erased(everywhere))
        heard: dict[str, _Positions] = {}

        def speakers(name: str) -> Iterable[str]:
            # No party, instrument or lever has positions of its own; asking costs nothing.
            heard[name] = self._positions_on(reading, name, size, erased)
            return {one.party for one in heard[name].heard} | _speakers(heard[name].said)

        closure = closure_of((subject,), about, body_of, speakers=speakers)
        sides = sorted({*closure.traders, _SEVERAL})
        series = (f"{SERIES}{measure}/{one}/{other}" for measure, one, other in product(_MEASURES, sides, sides))
        named = [row for name in (*closure.subjects, *series) for row in of(name)]
        whole = {row.index: row for row in (*named, *everywhere) if row.index < size}
        ordered = [whole[index] for index in sorted(whole)]
        positions = [heard[name] for name in closure.subjects if name in heard]
        read = [one for row in ordered if (one := read_said(row)) is not None]
        said = _united((*read, *(one for each in positions for one in each.said)))
        brief = tuple(merge(*(each.heard for each in positions), key=_index))
        absent = [parse_header(row.header) for row in ordered if row.jws is None]
        absent += (header for each in positions for header in each.absent)
        indexes = tuple(merge((one.index for one in said), (one.index for one in brief)))
        return Belonging(size, closure, tuple(said), brief, tuple(sorted(absent, key=_index)), indexes)

    def _positions_on(self, reading: Reading, subject: str, size: int, erased: frozenset[str]) -> _Positions:
        """Return the positions on a commitment: those heard before and those since; after an erasure all anew."""
        with self._hearing:
            if size < self._erased_to:
                # An older snapshot may have what an erasure has removed since: nothing of it is kept.
                found = _Positions()
                found.read_on(reading, subject, size, erased)
                return found
            if self._erased_to < size:
                if any(True for _ in reading.rows(self._erased_to, size, kinds=("erasure",))):
                    self._positions.clear()
                self._erased_to = size
            found = self._positions.pop(subject) if subject in self._positions else _Positions()
            found.read_on(reading, subject, size, erased)
            self._positions[subject] = found
            while sum(len(one.heard) for one in self._positions.values()) > HEARD and len(self._positions) > 1:
                self._positions.popitem(last=False)
            return found.copy()


def _united(said: Iterable[Placed]) -> list[Placed]:
    """Return statements once each, in the order of the log."""
    found = {one.index: one for one in said}
    return [found[index] for index in sorted(found)]


def _still_holds(found: Belonging, reading: Reading, size: int) -> bool:
    """Whether nothing that was logged since belongs to a closure, as far as it can be told quickly."""
    if size - found.size > STRETCH:
        return False
    headers = (parse_header(row.header) for row in reading.rows(found.size, size))
    return not any(in_closure(header, found.closure) for header in headers)


def _erased(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what erasures among entries name."""
    for row in rows:
        said = read_said(row) if row.kind == "erasure" else None
        if said is not None and isinstance(said.statement.body, Erasure):
            yield from said.statement.body.digests


def _speakers(said: Iterable[Said]) -> set[str]:
    """Return who took a position."""
    return {one.statement.body.party for one in said if isinstance(one.statement.body, Position)}
