"""A view: what was known at log size N on as-of date D, chosen from all that was ever said (R1).

Corrections of the record apply at every date once their entry is below N; withdrawals by a publisher from their own
date. The same statements and the same view always give the same answer. Nothing here reads figures.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar, cast

from ledger.assessment.calendar import Calendar
from ledger.assessment.heard import Chorus
from ledger.assessment.result import Erased
from ledger.errors import NotFoundError
from ledger.model.action import Action
from ledger.model.amendment import Amendment
from ledger.model.attestation import Attestation
from ledger.model.baseline import Baseline
from ledger.model.commitment import Commitment
from ledger.model.determination import View
from ledger.model.evidence import Evidence
from ledger.model.instrument import Instrument
from ledger.model.party import Party
from ledger.model.position import Position
from ledger.model.retraction import Point, Retraction
from ledger.model.statement import Kind, Statement, kind_of

T = TypeVar("T")

NAMED: Final[frozenset[str]] = frozenset({"party", "instrument", "commitment"})
"""Kinds whose subject is a name that one statement holds until another corrects it."""


class Said(NamedTuple):
    """A statement in its place in the log.

    Attributes:
        index: the entry's index, from 0. ``name``: the digest of its JWS. ``author``: the ``kid`` that signed it.
        alike: of a position, others that were not read, as they say the same on the same day.
    """

    index: int  # type: ignore[assignment]  # a tuple has a method of that name, which nobody needs here
    name: str
    author: str
    received: str
    statement: Statement
    alike: Chorus | None = None

    @property
    def kind(self) -> Kind:
        """The statement's kind."""
        return kind_of(self.statement)

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.statement.subject


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A body that the view knows, with the entry that says so; of a position, those beside it that say the same."""

    index: int
    name: str
    author: str
    subject: str
    body: T
    alike: Chorus | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a view sees, by subject; lists are in entry order.

    Attributes:
        withdrawn: points taken back, by the name of the evidence statement; an empty tuple withdraws all of it.
        corrected: names of statements that a later one mends or retracts, each with the name of what replaces it.
        erased: what the view would know, had no logged erasure removed it; evidence without its figures is not known.
        calendars: of holidays, once their tables were read (``docket.holiday``); ``look`` alone reads none.
    """

    view: View
    parties: Mapping[str, Fact[Party]] = field(default_factory=dict)
    instruments: Mapping[str, Fact[Instrument]] = field(default_factory=dict)
    commitments: Mapping[str, Fact[Commitment]] = field(default_factory=dict)
    baselines: Mapping[str, tuple[Fact[Baseline], ...]] = field(default_factory=dict)
    positions: Mapping[str, tuple[Fact[Position], ...]] = field(default_factory=dict)
    evidence: Mapping[str, tuple[Fact[Evidence], ...]] = field(default_factory=dict)
    attestations: Mapping[str, tuple[Fact[Attestation], ...]] = field(default_factory=dict)
    amendments: Mapping[str, tuple[Fact[Amendment], ...]] = field(default_factory=dict)
    actions: Mapping[str, tuple[Fact[Action], ...]] = field(default_factory=dict)
    withdrawn: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    corrected: Mapping[str, str] = field(default_factory=dict)
    erased: tuple[Erased, ...] = ()
    calendars: tuple[Calendar, ...] = ()


def date_of(statement: Statement) -> str:
    """Return the day on which a statement becomes visible, ``YYYY-MM-DD`` (R1)."""
    match statement.body:
        case Commitment(date=day) | Position(date=day) | Action(date=day) | Attestation(date=day):
            return day
        case Evidence(vintage=vintage):
            return vintage.published
        case Baseline(published=day):
            return day
        case Instrument(announced=day) | Amendment(announced=day):
            return day
        case Retraction(ground="withdrawn_by_publisher", date=day):
            return day
        case _:
            return statement.issued[:10]


def look(said: Iterable[Said], view: View, *, erased: Iterable[Erased] = ()) -> Known:
    """Return what the view knows of all that was said.

    Args:
        said: statements in entry order; entries at or above ``view.size`` are not seen.
        erased: what logged erasures removed (``erased.find_erased``), those at or above ``view.size`` included.

    Source: R1.
    """
    below = [one for one in said if one.index < view.size]
    corrected = _corrections(below, view)
    lost = tuple(one for one in erased if one.entry < view.size)
    bare = {one.entry for one in lost if one.what == "observations"}
    seen = [one for one in below if one.name not in corrected and one.index not in bare and _is_visible(one, view)]
    of: defaultdict[str, list[Said]] = defaultdict(list)
    for one in seen:
        of[one.kind].append(one)
    return Known(
        view=view,
        parties=_latest(of["party"]),
        instruments=_latest(of["instrument"]),
        commitments=_latest(of["commitment"]),
        baselines=_listed(of["baseline"]),
        positions=_listed(of["position"]),
        evidence=_listed(of["evidence"]),
        attestations=_listed(of["attestation"]),
        amendments=_listed(of["amendment"]),
        actions=_listed(of["action"]),
        withdrawn=_withdrawn(of["retraction"]),
        corrected=corrected,
        erased=lost,
    )


def _is_visible(one: Said, view: View) -> bool:
    """Whether the as-of date has come; a retraction of an error counts at every date."""
    body = one.statement.body
    if isinstance(body, Retraction) and body.ground == "recorded_in_error":
        return True
    return date_of(one.statement) <= view.as_of


def _corrections(below: list[Said], view: View) -> dict[str, str]:
    """Return the names of statements that are mended or wholly retracted in this view, with what does so.

    A remover comes after what it removes, so the log is read backwards: whether one still acts is known when it is met.
    """
    gone: dict[str, str] = {}
    mended: set[str] = set()
    for one in reversed(below):
        # A retraction that is itself taken back does nothing; a correction that was mended once more still removes.
        acts = one.name not in gone or one.name in mended
        if one.statement.corrects is not None and acts:
            gone.setdefault(one.statement.corrects, one.name)
            mended.add(one.statement.corrects)
        body = one.statement.body
        if isinstance(body, Retraction) and not body.points and _is_visible(one, view) and one.name not in gone:
            gone.setdefault(body.statement, one.name)
    return gone


def _fact(one: Said) -> Fact[T]:
    return Fact(one.index, one.name, one.author, one.subject, cast("T", one.statement.body), one.alike)


def _latest(seen: list[Said]) -> dict[str, Fact[T]]:
    return {one.subject: _fact(one) for one in seen}


def _listed(seen: list[Said]) -> dict[str, tuple[Fact[T], ...]]:
    found: dict[str, list[Fact[T]]] = {}
    for one in seen:
        found.setdefault(one.subject, []).append(_fact(one))
    return {subject: tuple(facts) for subject, facts in found.items()}


def _withdrawn(seen: list[Said]) -> dict[str, tuple[Point, ...]]:
    found: dict[str, tuple[Point, ...]] = {}
    for one in seen:
        if isinstance(one.statement.body, Retraction) and one.statement.body.points:
            body = one.statement.body
            found[body.statement] = (*found.get(body.statement, ()), *body.points)
    return found


def commitment_of(known: Known, subject: str) -> Fact[Commitment]:
    """Return a commitment that the view knows.

    Raises:
        NotFoundError: it does not know one of that name.
    """
    if subject not in known.commitments:
        view = known.view
        message = f"No commitment {subject!r} is known at size {view.size} on {view.as_of}; check its name or the view."
        raise NotFoundError(message, subject=subject)
    return known.commitments[subject]


def facts_until(facts: Iterable[Fact[T]], day: str, *, date: Callable[[T], str]) -> tuple[Fact[T], ...]:
    """Return the facts dated on or before ``day``, in order of date, then of entry."""
    return tuple(
        sorted((fact for fact in facts if date(fact.body) <= day), key=lambda fact: (date(fact.body), fact.index))
    )
