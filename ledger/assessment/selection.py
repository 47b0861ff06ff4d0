"""Selection: which figures a term is read from, and the one SQL text by which engines draw them (R2–R4, design §4).

``plan`` says which evidence statements may answer which queries and lays out the engine's tables; an ``Engine`` loads
the observations and runs ``selection.sql``; ``Selected`` holds the rows by query. Nothing here reads a file of figures.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import BinaryIO, Final, NamedTuple, Protocol

from ledger.assessment.classification import family_of, is_below
from ledger.assessment.group import readings_of
from ledger.assessment.route import NO_ROUTES, Routes, currency_of, rates_of, routes_into
from ledger.assessment.view import Fact, Known, commitment_of
from ledger.errors import MalformedError
from ledger.model.evidence import RATES, Evidence
from ledger.model.term import QuantityTerm, Reading, Term, TrendTerm
from ledger.model.unit import UNITS, measurement
from ledger.model.value import Scope, as_date

CURRENT = -1
"""The line of the newest figure of every point; other lines are single entries by themselves."""

LISTED: Final = -2
"""The line of what is listed and not counted: codes that no table has, or that lie astride, and what all come to."""


class Query(NamedTuple):
    """One question to the figures: a series, a scope, and the baseline's days where coverage is weighed by value (R10).

    Units: days are counted from 0001-01-01, which is day 1; both are 0 where there is no baseline.
    """

    series: str
    family: str
    edition: str
    codes: tuple[str, ...]
    weigh_from: int
    weigh_to: int


class Load(NamedTuple):
    """A file of observations to load: the entry that says so, the file's digest, and how many rows it has."""

    entry: int
    digest: str
    rows: int


class Row(NamedTuple):
    """One row of the answer, in the order of ``selection.sql``: whole numbers, and two names for what is listed.

    Attributes:
        astride: 1 for codes that lie partly in the scope (R3).
        listed: a number for what a listed row is about; -1 in all others. ``kind``: what is listed of it, 0 for the sum
            of all codes of a classification. ``classification`` and ``code``: its names.
    """

    query: int
    channel: int
    line: int
    entry: int
    unit: int
    basis: int
    frequency: int
    day_from: int
    day_to: int
    status: int
    astride: int
    listed: int
    high: int
    low: int
    nano: int
    codes: int
    leaves: int
    weight_high: int
    weight_low: int
    weight_nano: int
    finer: int
    held_leaves: int
    all_leaves: int
    kind: int
    classification: str
    code: str


TABLES: Mapping[str, tuple[str, ...]] = {
    "observation": (
        "entry BIGINT", "classification VARCHAR", "code VARCHAR", "unit VARCHAR", "basis BIGINT", "frequency BIGINT",
        "day_from BIGINT", "day_to BIGINT", "status BIGINT", "high BIGINT", "low BIGINT", "nano BIGINT",
    ),
    "asked": ("query BIGINT", "class BIGINT", "branch BIGINT", "weighed BIGINT"),
    "evidence": ("class BIGINT", "entry BIGINT", "channel BIGINT", "place BIGINT", "several BIGINT"),
    "unit": ("unit VARCHAR", "number BIGINT", "dimension BIGINT"),
    "withdrawn": ("entry BIGINT", "classification VARCHAR", "code VARCHAR", "day_from BIGINT", "day_to BIGINT"),
    "scope": (
        "class BIGINT", "classification VARCHAR", "code VARCHAR", "edition BIGINT", "node BIGINT", "astride BIGINT",
    ),
    "tree": ("class BIGINT", "branch BIGINT", "node BIGINT", "above BIGINT", "own BIGINT"),
    "named": ("branch BIGINT", "node BIGINT"),
    "weighed": ("branch BIGINT", "day_from BIGINT", "day_to BIGINT"),
    "derived": (
        "class BIGINT", "channel BIGINT", "classification VARCHAR", "code VARCHAR", "node BIGINT", "part BIGINT",
        "sign BIGINT", "parts BIGINT",
    ),
    "listed": (
        "class BIGINT", "classification VARCHAR", "code VARCHAR", "node BIGINT", "family BIGINT", "kind BIGINT",
    ),
    "beneath": ("class BIGINT", "node BIGINT", "above BIGINT"),
}  # fmt: skip
"""The tables that ``selection.sql`` reads, with their columns, in types that every engine has."""

Tuples = tuple[tuple[int | str, ...], ...]


class Route(NamedTuple):
    """By which tables the figures of one query may be read; tables are named by their entries.

    Attributes:
        ways: the correspondences from each classification, in the order in which they are gone.
        trees: the nomenclature of each classification that has one.
        derivations: the number of a channel, and the table that says how its figures are put together.
    """

    ways: tuple[tuple[str, tuple[int, ...]], ...] = ()
    trees: tuple[tuple[str, int], ...] = ()
    derivations: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to load and what to ask.

    Attributes:
        queries: sorted; a row's ``query`` is a position here. ``channels``: authority and channel, likewise.
        loads: in entry order. ``tables``: rows of the tables that do not depend on the figures; those of ``evidence``
            begin with the query here, and are laid out by classes when scopes are expanded.
        lookups: the tables of codes to read, in entry order; ``selections``: the entries of those that only pick codes.
        routes: one for each query, or none at all.
    """

    queries: tuple[Query, ...]
    channels: tuple[tuple[str, str], ...]
    loads: tuple[Load, ...]
    tables: Mapping[str, Tuples]
    lookups: tuple[Load, ...] = ()
    selections: tuple[int, ...] = ()
    routes: tuple[Route, ...] = ()


class Engine(Protocol):
    """What runs ``selection.sql``: sqlite3 everywhere, a column engine where there is one. All give the same rows."""

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> Sequence[Row]:
        """Return the rows that answer the plan, in the order of ``selection.sql``: those of one query come together.

        Args:
            open_observations: opens the canonical file of that digest; the engine closes it.

        Raises:
            MalformedError: a file is not canonical, or does not have the rows that its statement says.
        """


@dataclass(frozen=True, slots=True)
class Selected:
    """The answer: the rows of each query, with the names that their numbers stand for."""

    plan: Plan
    rows: "ByQuery"

    def of(self, query: Query) -> tuple[Row, ...]:
        """Return the rows of one query; a query that was not planned is a fault of ours."""
        if query not in self.rows:
            raise AssertionError(
                f"the query {query} was not planned: assess with the plan of the same view and subjects"
            )
        return self.rows[query]


class ByQuery(Mapping[Query, tuple[Row, ...]]):
    """Rows by query, each made when it is asked for.

    Args:
        rows: of all queries, in their order.
    """

    def __init__(self, queries: Sequence[Query], rows: Sequence[Row]) -> None:
        self._numbers = {query: number for number, query in enumerate(queries)}
        self._rows = rows

    def __getitem__(self, query: Query) -> tuple[Row, ...]:
        """Return the rows of a query, of which there may be none."""
        number = self._numbers[query]
        first = bisect_left(self._rows, number, key=_query_of_row)
        return tuple(self._rows[first : bisect_right(self._rows, number, lo=first, key=_query_of_row)])

    def __iter__(self) -> Iterator[Query]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


_query_of_row = attrgetter("query")


def selected(plan: Plan, rows: Sequence[Row]) -> Selected:
    """Return the rows by query."""
    return Selected(plan, ByQuery(plan.queries, rows))


@cache
def selection_sql() -> str:
    """Return the text of ``selection.sql``, which is part of this package and travels in every bundle."""
    return resources.files("ledger.assessment").joinpath("selection.sql").read_text(encoding="utf-8")


_OPENS: Final = re.compile(r"(?:WITH )?([a-z_]+) AS \(")


class Part(NamedTuple):
    """A named part of ``selection.sql``: what it says, word for word, and whether its name stands in others twice."""

    name: str
    sql: str
    is_used_again: bool


@cache
def named_parts(text: str) -> tuple[tuple[Part, ...], str]:
    """Return the named parts of ``selection.sql`` in their order, and what comes last.

    Engines that write a part out anew wherever its name stands are asked for one part after another, each kept under
    its name: of parts of parts they would make a plan too large to look at. Not a word of the text is changed.
    """
    parts: list[tuple[str, list[str]]] = []
    last: list[str] = []
    is_inside = False
    for line in text.splitlines():
        if (opens := _OPENS.fullmatch(line)) is not None:
            parts.append((opens[1], []))
            is_inside = True
        elif line in {")", "),"}:
            is_inside = False
        elif is_inside:
            parts[-1][1].append(line)
        elif line and not line.startswith("--"):
            last.append(line)
    uses = Counter(re.findall(r"(?:FROM|JOIN) ([a-z_]+)", text))
    return tuple(Part(name, "\n".join(lines), uses[name] > 1) for name, lines in parts), "\n".join(last)


def query_of(term: QuantityTerm | TrendTerm, reading: Reading) -> Query | None:
    """Return the question that a term puts to the figures in one reading; null where it has no scope (R3)."""
    if term.scope is None:
        return None
    family, edition = scope_of(term.scope)
    baseline = term.baseline.period if isinstance(term, QuantityTerm) and term.baseline is not None else None
    days = (0, 0)
    if baseline is not None and baseline.end is not None:
        days = (as_date(baseline.start).toordinal(), as_date(baseline.end).toordinal())
    return Query(reading.series, family, edition, named_codes(family, term.scope.codes), *days)


def scope_of(scope: Scope) -> tuple[str, str]:
    """Return the family and the edition that a scope names, in its name or as a revision beside it."""
    family, edition = family_of(scope.classification)
    return family, scope.revision or edition


def named_codes(family: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the codes sorted, without those that stand below another of them and so are named twice (R3)."""
    all_codes = sorted(set(codes))
    return tuple(code for code in all_codes if not any(is_below(family, code, other) for other in all_codes))


def routes_of(known: Known, query: Query) -> Routes:
    """Return the tables by which other classifications can be read in a query's (R3)."""
    return routes_into(known, query.family + query.edition)


def why_not_admissible(fact: Fact[Evidence], query: Query, routes: Routes) -> str | None:
    """Return why a statement of evidence may not answer a query; null when it may (R4).

    Args:
        routes: of the query's classification, as ``routes_of`` gives them.
    """
    if fact.subject != query.series:
        return _another_series(fact.subject, query.series)
    names = fact.body.dimensions.classifications
    theirs = [family_of(name) for name in names]
    same = [edition for family, edition in theirs if family == query.family]
    if any(routes.of(name) is not None for name in names):
        return None
    words = f"classified by {', '.join(names)}, the term by {query.family}{query.edition}"
    torn = [routes.torn[name.lower()] for name in names if name.lower() in routes.torn]
    if torn and not any(same_edition(edition, query.edition) for edition in same):
        return f"{words}; {torn[0]}"
    if not same:
        return f"{words}; no table leads across"
    if not any(same_edition(edition, query.edition) for edition in same):
        return f"{words}; no correspondence table"
    return None


def same_edition(theirs: str, ours: str) -> bool:
    """Whether codes of two editions may be taken for the same: equal, or one of the two names none."""
    return theirs == ours or not theirs or not ours


def _another_series(theirs: str, ours: str) -> str:
    """Return in what a series differs from the one that is asked for."""
    their, our = (key.removeprefix("series:").split("/") for key in (theirs, ours))
    if their[0] != our[0]:
        return f"measures {their[0].replace('_', ' ')}, not {our[0].replace('_', ' ')}"
    if their[1] != our[1]:
        return f"reported by {_somebody(their[1])}, not by {our[1]}"
    return f"with {_somebody(their[2])} as partner, not {our[2]}"


def _somebody(party: str) -> str:
    return "several parties" if party == "*" else party


def measured_terms(known: Known, subject: str) -> Iterator[QuantityTerm | TrendTerm]:
    """Yield every version of every measured term of a commitment that this view knows: as made, amended, or moved."""
    fact = commitment_of(known, subject)
    bodies: list[tuple[Term, ...]] = [fact.body.terms]
    for about in (fact.body.instrument, subject):
        bodies += [amendment.body.terms for amendment in known.amendments.get(about, ())]
    for terms in bodies:
        yield from (term for term in terms if isinstance(term, (QuantityTerm, TrendTerm)))


def plan(known: Known, subjects: Iterable[str]) -> Plan:
    """Return what to load and ask so that the commitments can be reconciled at this view.

    Raises:
        NotFoundError: the view does not know one of the commitments.
        UnitError: evidence that would be used is in a unit that no factor is stated for (R5).
    """
    asked = sorted({
        (query, currency_of(term.unit) or "")
        for subject in subjects
        for term in measured_terms(known, subject)
        for reading in term.measures
        for way in readings_of(known, reading)
        if (way == reading or way.series in known.evidence) and (query := query_of(term, way)) is not None
    })  # fmt: skip
    routes = {query: routes_of(known, query) for query, _ in asked}
    rates = {rate for query, money in asked if money for rate in _rate_queries(known, query, routes[query], money)}
    routes |= dict.fromkeys(rates, NO_ROUTES)
    queries = sorted(routes)
    usable = [
        (number, fact)
        for number, query in enumerate(queries)
        for fact in known.evidence.get(query.series, ())
        if why_not_admissible(fact, query, routes[query]) is None
    ]
    facts = {fact.index: fact for _, fact in usable}
    for fact in facts.values():
        for unit in fact.body.dimensions.units:
            measurement(unit)
    channels = sorted({(fact.body.authority, fact.body.channel) for fact in facts.values()})
    ways = tuple(_route(routes[query], channels) for query in queries)
    tables = [fact for _, fact in sorted(_tables(routes.values()).items())]
    return Plan(
        queries=tuple(queries),
        channels=tuple(channels),
        loads=tuple(_load(fact) for _, fact in sorted(facts.items())),
        tables={
            "evidence": _evidence(usable, channels),
            "unit": unit_rows(),
            "withdrawn": _withdrawn(known, facts),
        },
        lookups=tuple(_load(fact) for fact in tables),
        selections=tuple(fact.index for fact in tables if fact.body.dimensions.table == "selection"),
        routes=ways if any(way != Route() for way in ways) else (),
    )


def _load(fact: Fact[Evidence]) -> Load:
    return Load(fact.index, fact.body.observations.digest, fact.body.observations.count)


def _tables(routes: Iterable[Routes]) -> dict[int, Fact[Evidence]]:
    """Return every table that a route goes by, by its entry."""
    found: dict[int, Fact[Evidence]] = {}
    for one in routes:
        ways = [fact for way in one.ways.values() for fact in way]
        found |= {fact.index: fact for fact in (*ways, *one.trees.values(), *one.derivations.values())}
    return found


def _route(routes: Routes, channels: list[tuple[str, str]]) -> Route:
    return Route(
        ways=tuple((name, tuple(fact.index for fact in way)) for name, way in sorted(routes.ways.items())),
        trees=tuple((name, fact.index) for name, fact in sorted(routes.trees.items())),
        derivations=tuple(
            (number, routes.derivations[channel].index)
            for number, (_, channel) in enumerate(channels)
            if channel in routes.derivations
        ),
    )


def rate_query(series: str, currency: str) -> Query:
    """Return the question what a currency is priced at in a series of rates (R5)."""
    return Query(series, RATES, "", (currency,), 0, 0)


def _rate_queries(known: Known, query: Query, routes: Routes, currency: str) -> Iterator[Query]:
    """Yield the questions to the series of rates that figures in other currencies than the term's need."""
    facts = [fact for fact in known.evidence.get(query.series, ()) if why_not_admissible(fact, query, routes) is None]
    theirs = {currency_of(unit) or currency for fact in facts for unit in fact.body.dimensions.units} - {currency}
    for series, _ in rates_of(known, currency) if theirs else ():
        yield from (rate_query(series, one) for one in (*theirs, currency))


def _evidence(usable: list[tuple[int, Fact[Evidence]]], channels: list[tuple[str, str]]) -> Tuples:
    places = {channel: number for number, channel in enumerate(channels)}
    rows = [
        (
            query,
            fact.index,
            places[fact.body.authority, fact.body.channel],
            as_date(fact.body.vintage.published).toordinal(),
        )
        for query, fact in usable
    ]
    together = Counter((query, channel) for query, _, channel, _ in rows)
    repeats = {fact.index: _may_repeat(fact.body) for _, fact in usable}
    return tuple((*row, 2 if repeats[row[1]] else int(together[row[0], row[2]] > 1)) for row in rows)


def _may_repeat(evidence: Evidence) -> bool:
    """Whether one file may give a point twice: in two editions of a classification, or two units of one dimension."""
    families = [family_of(name)[0] for name in evidence.dimensions.classifications]
    measured = [measurement(unit).dimension for unit in evidence.dimensions.units]
    return len(set(families)) < len(families) or len(set(measured)) < len(measured)


def unit_rows() -> Tuples:
    """Return the table ``unit``: every unit that is known, numbered, with the number of its dimension."""
    dimensions = sorted({measurement(unit).dimension for unit in UNITS})
    return tuple((unit, number, dimensions.index(measurement(unit).dimension)) for number, unit in enumerate(UNITS))


def _withdrawn(known: Known, facts: Mapping[int, Fact[Evidence]]) -> Tuples:
    rows = {
        (fact.index, point.classification, point.code, as_date(point.start).toordinal(), as_date(point.end).toordinal())
        for fact in facts.values()
        for point in known.withdrawn.get(fact.name, ())
    }
    return tuple(sorted(rows))


def check_count(load: Load, found: int) -> None:
    """Raise unless a file had as many observations as its statement says."""
    if found != load.rows:
        message = (
            f"The observations {load.digest} of entry {load.entry} are {found} rows "
            f"where the statement says {load.rows}; the file is not the one that was recorded, restore it."
        )
        raise MalformedError(message, entry=load.entry, digest=load.digest)
