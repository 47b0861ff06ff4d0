"""Closures found by index: what of a log belongs to some commitments, so that looking at one does not read them all.

An audit sorts its closure out of all headers, since it has to show that nothing is left out. Whoever only looks asks
the index by subject for the same entries, and remembers which they were: an entry that is logged later belongs to a
closure or does not, and where it does not, what was reckoned stays what it is. Nothing is decided here; what the method
says comes from the same functions as everywhere. Source: design §2.3 (Completeness), §4 (projections).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import product
from threading import Lock
from typing import TYPE_CHECKING, Final, get_args

from ledger.assessment.authority import Authority, void
from ledger.assessment.erased import find_erased
from ledger.assessment.selection import Engine
from ledger.assessment.view import Known, Said, date_of, look
from ledger.audit.closure import Closure, closure_of, in_closure
from ledger.audit.procedure import conduct
from ledger.model.determination import View
from ledger.model.statement import KINDS, Kind, Statement
from ledger.model.value import Measure
from ledger.service.determine import assess_all
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

_ALL: Final = tuple(KINDS)
_MEASURES: Final = get_args(Measure)
_SEVERAL: Final = "*"
_RECORDED: Final[tuple[Kind, ...]] = ("party", "instrument", "commitment", "retraction")


@dataclass(frozen=True, slots=True)
class Belonging:
    """The entries of a closure.

    Attributes:
        size: of the log when they were looked for.
        said: their statements, in order.
        absent: headers of those that were erased.
    """

    size: int
    closure: Closure
    said: tuple[Said, ...]
    absent: tuple["Header", ...]

    def below(self, size: int) -> tuple[int, ...]:
        """Return the indexes of those below a size: what the method says at that size depends on no others."""
        return tuple(one.index for one in self.said if one.index < size)


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
                found = _gather(reading, subject, size)
            elif found.size < size:
                found = Belonging(size, found.closure, found.said, found.absent)
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
        said = _united(one for part in parts for one in part.said)
        absent = {header.index: header for part in parts for header in part.absent}
        gone = void(said, view.size, self._authority_at(view.size))
        erased = find_erased(said, tuple(absent.values()))
        return look((one for one in said if one.index not in gone), view, erased=erased)

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
        """Return the audit of one commitment, as its bundle would have it.

        Raises:
            NotFoundError: the view does not know it.
        """
        part = self.belonging(subject)
        return conduct(
            part.said,
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
        return part.below(view.size), len(part.absent), erasures

    def days(self, view: View, subject: str) -> tuple[str, ...]:
        """Return the days up to the view's on which something came to be known of a commitment, in order (R1)."""
        said = self.belonging(subject).said
        days = {date_of(one.statement)[:10] for one in said if one.index < view.size}
        return tuple(sorted(day for day in days if day <= view.as_of))


def _united(said: Iterable[Said]) -> list[Said]:
    """Return statements once each, in the order of the log."""
    found = {one.index: one for one in said}
    return [found[index] for index in sorted(found)]


def _still_holds(found: Belonging, reading: Reading, size: int) -> bool:
    """Whether nothing that was logged since belongs to a closure, as far as it can be told quickly."""
    if size - found.size > STRETCH:
        return False
    headers = (parse_header(row.header) for row in reading.rows(found.size, size))
    return not any(in_closure(header, found.closure) for header in headers)


def _gather(reading: Reading, subject: str, size: int) -> Belonging:
    """Return the closure of a commitment with its entries, found by their subjects."""
    rows: dict[str, tuple[Row, ...]] = {}

    def of(name: str) -> tuple[Row, ...]:
        if name not in rows:
            rows[name] = reading.about(name, _ALL)
        return rows[name]

    by_index: dict[int, Row] = {}

    def about(name: str) -> "list[Header]":
        by_index.update({row.index: row for row in of(name)})
        return [parse_header(row.header) for row in of(name)]

    def body_of(header: "Header") -> Statement | None:
        said = read_said(by_index[header.index])
        return None if said is None else said.statement

    closure = closure_of((subject,), about, body_of)
    sides = sorted({*closure.traders, _SEVERAL})
    series = (f"{SERIES}{measure}/{one}/{other}" for measure, one, other in product(_MEASURES, sides, sides))
    named = [row for name in (*closure.subjects, *series) for row in of(name)]
    everywhere = reading.rows(0, size, kinds=tuple(EVERYWHERE))
    whole = {row.index: row for row in (*named, *everywhere) if row.index < size}
    ordered = [whole[index] for index in sorted(whole)]
    said = tuple(one for row in ordered if (one := read_said(row)) is not None)
    absent = tuple(parse_header(row.header) for row in ordered if row.jws is None)
    return Belonging(size, closure, said, absent)
