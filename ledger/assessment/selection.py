"""Selection: which figures a term is read from, and the one SQL text by which engines draw them (R2–R4, design §4).

``plan`` says which evidence statements may answer which queries and lays out the engine's tables; an ``Engine`` loads
the observations and runs ``selection.sql``; ``Selected`` holds the rows by query. Nothing here reads a file of figures.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import BinaryIO, NamedTuple, Protocol

from ledger.assessment.view import Fact, Known, commitment_of
from ledger.errors import MalformedError
from ledger.model.evidence import Evidence
from ledger.model.term import QuantityTerm, Reading, Term, TrendTerm
from ledger.model.unit import UNITS, measurement
from ledger.model.value import Scope, as_date

CURRENT = -1
"""The line of the newest figure of every point; other lines are single entries by themselves."""

_EDITION = re.compile(r"(?P<family>[A-Za-z][A-Za-z-]*)(?P<edition>[0-9]{4})")


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
    """One row of the answer; whole numbers only, in the order of ``selection.sql``."""

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


TABLES: Mapping[str, tuple[str, ...]] = {
    "observation": (
        "entry BIGINT", "classification VARCHAR", "code VARCHAR", "unit VARCHAR", "basis BIGINT", "frequency BIGINT",
        "day_from BIGINT", "day_to BIGINT", "status BIGINT", "high BIGINT", "low BIGINT", "nano BIGINT",
    ),
    "evidence": ("query BIGINT", "entry BIGINT", "channel BIGINT", "published BIGINT", "several BIGINT"),
    "unit": ("unit VARCHAR", "number BIGINT", "dimension BIGINT"),
    "withdrawn": ("entry BIGINT", "classification VARCHAR", "code VARCHAR", "day_from BIGINT", "day_to BIGINT"),
    "scope": ("query BIGINT", "classification VARCHAR", "code VARCHAR", "edition BIGINT", "node BIGINT"),
    "tree": ("query BIGINT", "node BIGINT", "above BIGINT", "own BIGINT"),
    "named": ("query BIGINT", "node BIGINT"),
    "weighed": ("query BIGINT", "day_from BIGINT", "day_to BIGINT"),
}  # fmt: skip
"""The tables that ``selection.sql`` reads, with their columns, in types that every engine has."""

Tuples = tuple[tuple[int | str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to load and what to ask.

    Attributes:
        queries: sorted; a row's ``query`` is a position here. ``channels``: authority and channel, likewise.
        loads: in entry order. ``tables``: rows of the tables that do not depend on the figures.
    """

    queries: tuple[Query, ...]
    channels: tuple[tuple[str, str], ...]
    loads: tuple[Load, ...]
    tables: Mapping[str, Tuples]


class Engine(Protocol):
    """What runs ``selection.sql``: sqlite3 everywhere, a column engine where there is one. All give the same rows."""

    def select(self, plan: Plan, open_observations: Callable[[str], BinaryIO]) -> tuple[Row, ...]:
        """Return the rows that answer the plan.

        Args:
            open_observations: opens the canonical file of that digest; the engine closes it.

        Raises:
            MalformedError: a file is not canonical, or does not have the rows that its statement says.
        """


@dataclass(frozen=True, slots=True)
class Selected:
    """The answer: the rows of each query, with the names that their numbers stand for."""

    plan: Plan
    rows: Mapping[Query, tuple[Row, ...]]

    def of(self, query: Query) -> tuple[Row, ...]:
        """Return the rows of one query; a query that was not planned is a fault of ours."""
        if query not in self.rows:
            raise AssertionError(
                f"the query {query} was not planned: assess with the plan of the same view and subjects"
            )
        return self.rows[query]


def selected(plan: Plan, rows: Iterable[Row]) -> Selected:
    """Return the rows by query."""
    found: dict[Query, list[Row]] = {query: [] for query in plan.queries}
    for row in rows:
        found[plan.queries[row.query]].append(row)
    return Selected(plan, {query: tuple(of) for query, of in found.items()})


@cache
def selection_sql() -> str:
    """Return the text of ``selection.sql``, which is part of this package and travels in every bundle."""
    return resources.files("ledger.assessment").joinpath("selection.sql").read_text(encoding="utf-8")


def family_of(classification: str) -> tuple[str, str]:
    """Return a classification's family and edition, which may be empty: ``HS2017`` is HS of 2017."""
    found = _EDITION.fullmatch(classification)
    return (found["family"], found["edition"]) if found else (classification, "")


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


def is_below(family: str, code: str, above: str) -> bool:
    """Whether a code stands below another in its classification's tree (R3).

    In the Harmonized System a code is the beginning of every code below it; elsewhere a full stop separates the levels.
    """
    if family == "HS":
        return code != above and code.isdigit() and above.isdigit() and code.startswith(above)
    return code.startswith(above + ".")


def why_not_admissible(fact: Fact[Evidence], query: Query) -> str | None:
    """Return why a statement of evidence may not answer a query; null when it may (R4)."""
    if fact.subject != query.series:
        return _another_series(fact.subject, query.series)
    theirs = [family_of(name) for name in fact.body.dimensions.classifications]
    same = [edition for family, edition in theirs if family == query.family]
    words = (
        f"classified by {', '.join(fact.body.dimensions.classifications)}, the term by {query.family}{query.edition}"
    )
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
    queries = sorted({
        query
        for subject in subjects
        for term in measured_terms(known, subject)
        for reading in term.measures
        if (query := query_of(term, reading)) is not None
    })  # fmt: skip
    usable = [
        (number, fact)
        for number, query in enumerate(queries)
        for fact in known.evidence.get(query.series, ())
        if why_not_admissible(fact, query) is None
    ]
    facts = {fact.index: fact for _, fact in usable}
    for fact in facts.values():
        for unit in fact.body.dimensions.units:
            measurement(unit)
    channels = sorted({(fact.body.authority, fact.body.channel) for fact in facts.values()})
    return Plan(
        queries=tuple(queries),
        channels=tuple(channels),
        loads=tuple(
            Load(index, fact.body.observations.digest, fact.body.observations.count)
            for index, fact in sorted(facts.items())
        ),
        tables={
            "evidence": _evidence(usable, channels),
            "unit": unit_rows(),
            "withdrawn": _withdrawn(known, facts),
            "weighed": tuple(
                (number, query.weigh_from, query.weigh_to) for number, query in enumerate(queries) if query.weigh_from
            ),
        },
    )


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
    return tuple((*row, int(together[row[0], row[2]] > 1 or repeats[row[1]])) for row in rows)


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


def expand(plan: Plan, present: Iterable[tuple[str, str]]) -> Mapping[str, Tuples]:
    """Return the tables ``scope``, ``tree`` and ``named``: every scope expanded to the codes that are present (R3).

    Args:
        present: classification and code of every observation that was loaded, each pair once.
    """
    by_family: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for classification, code in sorted(present):
        family, edition = family_of(classification)
        by_family.setdefault(family, {}).setdefault(code, []).append((classification, edition))
    scope: list[tuple[int | str, ...]] = []
    tree: list[tuple[int | str, ...]] = []
    named: list[tuple[int | str, ...]] = []
    for number, query in enumerate(plan.queries):
        there = by_family.get(query.family, {})
        codes = _below_named(query, sorted(there))
        nodes = {code: node for node, code in enumerate(codes)}
        scope += [
            (number, classification, code, int(edition or 0), nodes[code])
            for code in codes
            for classification, edition in there.get(code, ())
            if same_edition(edition, query.edition)
        ]
        tree += [
            (number, nodes[code], nodes[above], int(code == above))
            for code in codes
            for above in _line_up(query.family, code)
            if above in nodes
        ]
        named += [(number, nodes[code]) for code in query.codes]
    return {"scope": tuple(scope), "tree": tuple(tree), "named": tuple(named)}


def _below_named(query: Query, there: list[str]) -> list[str]:
    """Return the codes that a query names and all that are present below them, sorted; ``there`` is sorted."""
    codes = set(query.codes)
    for named in query.codes:
        for code in there[bisect_left(there, named) :]:
            if not code.startswith(named):
                break
            if is_below(query.family, code, named):
                codes.add(code)
    return sorted(codes)


def _line_up(family: str, code: str) -> Iterator[str]:
    """Yield a code and every code that could stand above it."""
    yield code
    if family == "HS":
        if code.isdigit():
            yield from (code[:length] for length in range(1, len(code)))
    else:
        parts = code.split(".")
        yield from (".".join(parts[:length]) for length in range(1, len(parts)))


def check_count(load: Load, found: int) -> None:
    """Raise unless a file had as many observations as its statement says."""
    if found != load.rows:
        message = (
            f"The observations {load.digest} of entry {load.entry} are {found} rows "
            f"where the statement says {load.rows}; the file is not the one that was recorded, restore it."
        )
        raise MalformedError(message, entry=load.entry, digest=load.digest)
