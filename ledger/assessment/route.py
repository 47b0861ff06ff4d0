"""A route: the tables by which figures of another classification, or in another currency, can be read at a view.

A view knows tables and rates as it knows figures: by their statements, the newest of one authority first (R1, R2). They
are found by their keys alone, and only those that the closure of an audit takes along (design §2.3), so that an audit
comes to what the ledger comes to. Where two authorities say how to get from one place to another, which of them is
meant is not stated, and neither is used. Nothing here reads a table. Source: R3, R5.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.assessment.view import Fact, Known
from ledger.model.evidence import RATES, SEVERAL, Evidence, key_name
from ledger.model.unit import measurement

CROSSINGS: Final = frozenset({"correspondence", "selection"})
"""Kinds of tables that lead from one classification into another."""

MONEY: Final = "money in "
"""How the dimension of a currency begins."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Every way that leads into one classification; all names are as keys write them.

    Attributes:
        ways: the correspondences from a classification to the one that is meant, in the order in which they are gone.
        trees: the nomenclature of each classification that has one.
        derivations: by channel, the table that says how figures of that channel are put together.
        torn: why there is no way from a classification, where tables contradict each other.
    """

    ways: Mapping[str, tuple[Fact[Evidence], ...]] = field(default_factory=dict)
    trees: Mapping[str, Fact[Evidence]] = field(default_factory=dict)
    derivations: Mapping[str, Fact[Evidence]] = field(default_factory=dict)
    torn: Mapping[str, str] = field(default_factory=dict)

    def of(self, classification: str) -> tuple[Fact[Evidence], ...] | None:
        """Return the correspondences that lead from a classification; null where none do."""
        return self.ways.get(key_name(classification))


NO_ROUTES: Final = Routes()
"""What leads into a classification about which no table is known."""


def tables_into(name: str) -> str:
    """Return the key of the tables that lead into a classification, or are about it."""
    return f"series:table/{SEVERAL}/{name}"


def routes_into(known: Known, classification: str) -> Routes:
    """Return every way that leads into a classification at this view, the shortest from each (R3)."""
    target = key_name(classification)
    if tables_into(target) not in known.evidence:
        return NO_ROUTES
    ways: dict[str, tuple[Fact[Evidence], ...]] = {}
    trees: dict[str, Fact[Evidence]] = {}
    torn: dict[str, str] = {}
    reached = [target]
    for into in reached:  # grows while it is read: the nearest classifications come first
        for origin, facts in _by_origin(known, into):
            nomenclatures = [fact for fact in facts if fact.body.dimensions.table == "nomenclature"]
            if (tree := _one(nomenclatures)) is not None:
                trees[into] = tree
            crossings = [fact for fact in facts if fact.body.dimensions.table in CROSSINGS]
            if origin in {target, *ways} or not crossings:
                continue
            table = _one(crossings)
            if table is None:
                torn[origin] = _contradict(crossings, f"tables lead from {origin} to {into}")
                continue
            ways[origin] = (table, *ways.get(into, ()))
            reached.append(origin)
    torn = {origin: why for origin, why in torn.items() if origin not in ways}
    return Routes(ways, trees, dict(_derivations(known, target)), torn)


def _by_origin(known: Known, into: str) -> Iterator[tuple[str, list[Fact[Evidence]]]]:
    """Yield the tables that lead into a classification by the one that they lead from, in the order of its name."""
    found: dict[str, list[Fact[Evidence]]] = {}
    for fact in known.evidence.get(tables_into(into), ()):
        if fact.body.dimensions.table != "derivation":
            found.setdefault(key_name(fact.body.dimensions.classifications[0]), []).append(fact)
    yield from sorted(found.items())


def _derivations(known: Known, target: str) -> Iterator[tuple[str, Fact[Evidence]]]:
    found: dict[str, list[Fact[Evidence]]] = {}
    for fact in known.evidence.get(tables_into(target), ()):
        if fact.body.dimensions.table == "derivation":
            found.setdefault(fact.body.channel, []).append(fact)
    for channel, facts in sorted(found.items()):
        if (table := _one(facts)) is not None:
            yield channel, table


def _one(facts: Iterable[Fact[Evidence]]) -> Fact[Evidence] | None:
    """Return the newest of one authority's statements; null where there is none, or two authorities speak."""
    ordered = sorted(facts, key=lambda fact: (fact.body.vintage.published, fact.index))
    return ordered[-1] if len({fact.body.authority for fact in ordered}) == 1 else None


def _contradict(facts: Iterable[Fact[Evidence]], what: str) -> str:
    authorities = sorted({fact.body.authority for fact in facts})
    return f"two {what} (of {' and '.join(authorities[:2])}), and which is meant is not stated"


def currency_of(unit: str) -> str | None:
    """Return the currency that a unit is money in; null where it is none."""
    dimension = measurement(unit).dimension
    return dimension.removeprefix(MONEY) if dimension.startswith(MONEY) else None


def rates_of(known: Known, currency: str) -> tuple[tuple[str, tuple[Fact[Evidence], ...]], ...]:
    """Return the series of rates that price something in a currency, or it in something, with their statements (R5)."""
    sides = {SEVERAL, currency.lower()}
    found = []
    for series, facts in sorted(known.evidence.items()):
        measure, *ends = series.removeprefix("series:").split("/")
        rates = tuple(fact for fact in facts if RATES in fact.body.dimensions.classifications)
        if measure == "rate" and set(ends) <= sides and rates:
            found.append((series, rates))
    return tuple(found)
