"""A scope expanded: every code that is present in the figures, and where it stands to the codes that a term names (R3).

All that a query may count becomes nodes of one tree, whatever classification the figures come in; the engine joins by
equality and never adds a node to one above it. A code of another classification is

- the *same* as a code of the term's where each leads to the other alone: one node;
- *inside* where all that it leads to lies in the scope: counted whole, a node of its own;
- *astride* where some of it lies in the scope and some outside, or nobody can tell that none does: it gives an interval
  (without it, with it);
- *outside* where none does;
- *unmapped* where no table has it: listed with its share of the channel's figures.

Nothing here reads a file: what tables say is handed in. docs/decisions/0017 argues the choices.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from ledger.assessment.classification import Crossing, Link, Meaning, Tree, family_of, is_below, read_links
from ledger.assessment.selection import Plan, Query, Route, Tuples, check_count, same_edition
from ledger.model.evidence import key_name

Links = Mapping[int, tuple[Link, ...]]
"""What tables say, by the entry that submitted them."""

Cells = tuple[int | str, ...]
"""A row of a table of the engine's."""

Key = tuple[str, str]
"""A node by its classification, empty for the term's own, and its code."""

MAPPED: Final = 0
UNMAPPED: Final = 1
ASTRIDE: Final = 2
"""What is listed of a code: nothing but its part in the whole; that no table has it; that it is partly of the scope."""


def read_tables(plan: Plan, open_observations: Callable[[str], BinaryIO]) -> Links:
    """Return what the tables of a plan say, each read strictly.

    Raises:
        MalformedError: a file is not canonical, or does not have the rows that its statement says.
    """
    found: dict[int, tuple[Link, ...]] = {}
    for load in plan.lookups:
        what = f"table {load.digest} of entry {load.entry}"
        with open_observations(load.digest) as stream:
            found[load.entry] = tuple(read_links(stream, what=what))
        check_count(load, len(found[load.entry]))
    return found


def expand(plan: Plan, present: Iterable[tuple[str, str]], links: Links) -> Mapping[str, Tuples]:
    """Return the tables of the engine that say who asks for what: every scope expanded to the codes there are (R3).

    What queries ask alike is laid out once, by classes and branches; ``selection.sql`` says what they are.

    Args:
        present: classification and code of every observation that was loaded, each pair once.
        links: as ``read_tables`` gives them.
    """
    codes: dict[str, list[str]] = {}
    for classification, code in sorted(present):
        codes.setdefault(classification, []).append(code)
    shelf = _Shelf(links, plan.selections)
    filled = _Filled()
    by_family, alone = _by_family(codes), dict[str, _Alone]()
    places = _places(plan)
    for number, one in enumerate(_classes(plan)):
        filled.evidence += [(number, entry, channel, places[entry], many) for entry, channel, _, many in one.evidence]
        branches = _branches(one, filled, number)
        if one.route == Route():
            if one.family not in alone:
                alone[one.family] = _Alone(one.family, by_family.get(one.family, {}))
            _expand_alone(filled, number, one.edition, branches, alone[one.family])
        else:
            _Expansion(number, plan.queries[one.first], one.route, codes, shelf).fill(filled, branches.values())
    filled.asked.sort()
    return {name: tuple(rows) for name, rows in filled.rows().items()}


@dataclass
class _Filled:
    """The rows so far."""

    asked: list[Cells] = field(default_factory=list)
    evidence: list[Cells] = field(default_factory=list)
    weighed: list[Cells] = field(default_factory=list)
    scope: list[Cells] = field(default_factory=list)
    tree: list[Cells] = field(default_factory=list)
    named: list[Cells] = field(default_factory=list)
    derived: list[Cells] = field(default_factory=list)
    listed: list[Cells] = field(default_factory=list)
    beneath: list[Cells] = field(default_factory=list)

    branches: int = 0

    def rows(self) -> dict[str, list[Cells]]:
        return {name: rows for name, rows in vars(self).items() if name != "branches"}


def _places(plan: Plan) -> Mapping[int | str, int]:
    """Return the place of every statement among all: the newest publication is the highest, of one day's the later."""
    days = {entry: day for _, entry, _, day, _ in plan.tables["evidence"]}
    return {entry: place for place, entry in enumerate(sorted(days, key=lambda entry: (days[entry], entry)))}


# --- classes and branches --------------------------------------------------------------------------------------------

Part = tuple[tuple[str, ...], tuple[int, int]]
"""A branch in its class: the codes it is of, and the baseline's days by which its figures are weighed."""


@dataclass(frozen=True)
class _Class:
    """Queries that may use the same figures in the same way: drawn together.

    Attributes:
        evidence: which statements, without the query. ``first``: the first of the queries.
        parts: each query with each part that it is put together of, and whether it has a baseline.
    """

    family: str
    edition: str
    route: Route
    evidence: tuple[Cells, ...]
    first: int
    parts: list[tuple[int, Part, int]]


def _classes(plan: Plan) -> list[_Class]:
    """Return the classes in the order of their queries, with the parts that each query is put together of."""
    evidence: dict[int, list[Cells]] = {}
    for asking, *cells in plan.tables["evidence"]:
        evidence.setdefault(int(asking), []).append(tuple(cells))
    found: dict[tuple[object, ...], _Class] = {}
    for number, query in enumerate(plan.queries):
        route = plan.routes[number] if plan.routes else Route()
        usable = tuple(evidence.get(number, ()))
        # Where tables lead across, what a code is depends on the whole scope: none of it is shared with other scopes.
        whole = query.codes if route != Route() else ()
        key = (query.series, query.family, query.edition, whole, route, usable)
        one = found.setdefault(key, _Class(query.family, query.edition, route, usable, number, []))
        days = (query.weigh_from, query.weigh_to)
        pieces = (whole,) if whole else tuple((code,) for code in query.codes)
        one.parts.extend((number, (codes, days), int(days[0] > 0)) for codes in pieces)
    return list(found.values())


def _branches(one: _Class, filled: _Filled, number: int) -> Mapping[Part, int]:
    """Return the branches of a class with their numbers, and add who asks for them.

    What is asked without a baseline is had from a branch that has one, where there is one: its weight is left out.
    """
    weighed = {part[0]: part for _, part, is_weighed in one.parts if is_weighed}
    found: dict[Part, int] = {}
    for query, part, is_weighed in one.parts:
        chosen = part if is_weighed else weighed.get(part[0], part)
        if chosen not in found:
            found[chosen] = filled.branches
            filled.branches += 1
        filled.asked.append((query, number, found[chosen], is_weighed))
    filled.weighed += [(branch, *days) for (_, days), branch in found.items() if days[0]]
    return found


# --- a scope in its own classification, without tables ----------------------------------------------------------------


def _by_family(codes: Mapping[str, Sequence[str]]) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Return classification and edition of every code, by family and code."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for classification, ours in codes.items():
        family, edition = family_of(classification)
        for code in ours:
            found.setdefault(family, {}).setdefault(code, []).append((classification, edition))
    return found


class _Alone:
    """The codes of a family that are there, and where they stand, worked out once however many classes ask.

    Args:
        there: classification and edition of every code that is there.
    """

    def __init__(self, family: str, there: Mapping[str, list[tuple[str, str]]]) -> None:
        self.there = there
        self._family, self._tree, self._sorted = family, Tree(family), sorted(there)
        self._below: dict[str, list[str]] = {}
        self._above: dict[str, list[str]] = {}

    def below(self, named: str) -> list[str]:
        """Return a code that is named and all that are there below it, sorted."""
        if named not in self._below:
            codes = [named]
            for code in self._sorted[bisect_left(self._sorted, named) :]:
                if not code.startswith(named):
                    break
                if is_below(self._family, code, named):
                    codes.append(code)
            self._below[named] = codes
        return self._below[named]

    def above(self, code: str) -> list[str]:
        """Return all codes above one, the nearest first."""
        if code not in self._above:
            self._above[code] = list(self._tree.line_up(code)[1:])
        return self._above[code]


def _expand_alone(
    filled: _Filled, number: int, edition: str, branches: Mapping[Part, int], codes_there: _Alone
) -> None:
    """Add the rows of a class in which every branch is one code that is named, with all below it."""
    there = codes_there.there
    below = {codes: codes_there.below(codes[0]) for codes, _ in branches}
    nodes = {code: node for node, code in enumerate(sorted({code for codes in below.values() for code in codes}))}
    filled.scope += [
        (number, classification, code, int(theirs or 0), node, 0)
        for code, node in nodes.items()
        for classification, theirs in there.get(code, ())
        if same_edition(theirs, edition)
    ]
    for (codes, _), branch in branches.items():
        inside = set(below[codes])
        for code in below[codes]:
            node = nodes[code]
            filled.tree.append((number, branch, node, node, 1))
            for above in codes_there.above(code):
                if above in inside:
                    filled.tree.append((number, branch, node, nodes[above], 0 if above in there else 2))
        filled.named.append((branch, nodes[codes[0]]))


# --- with tables ------------------------------------------------------------------------------------------------------


class _Shelf:
    """Trees and crossings, made once from the tables however many queries use them."""

    def __init__(self, links: Links, selections: Iterable[int]) -> None:
        self.links = links
        self._selections = frozenset(selections)
        self._trees: dict[tuple[str, int | None], Tree] = {}
        self._crossings: dict[tuple[int, ...], Crossing] = {}

    def tree(self, family: str, entry: int | None) -> Tree:
        """Return the tree of a classification by its nomenclature, if it has one."""
        if (family, entry) not in self._trees:
            links = self.links[entry] if entry is not None else ()
            self._trees[family, entry] = Tree(family, {link.code: link.target or None for link in links})
        return self._trees[family, entry]

    def crossing(self, entries: tuple[int, ...], trees: Mapping[str, int]) -> Crossing:
        """Return the way through these correspondences, in their order."""
        if entries not in self._crossings:
            first = self._single(entries[0], trees)
            self._crossings[entries] = first if len(entries) == 1 else first.then(self.crossing(entries[1:], trees))
        return self._crossings[entries]

    def _single(self, entry: int, trees: Mapping[str, int]) -> Crossing:
        found: dict[str, set[str]] = {}
        for link in self.links[entry]:
            found.setdefault(link.code, set()).add(link.target)
        origin = self.links[entry][0].classification if self.links[entry] else ""
        tree = self.tree(family_of(origin)[0], trees.get(key_name(origin)))
        links = {code: frozenset(targets) for code, targets in found.items()}
        return Crossing(tree, links, is_selection=entry in self._selections)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a figure that is put together, of a channel."""

    channel: int
    link: Link
    place: int
    parts: int

    def row(self, query: int, node: int) -> Cells:
        sign = 1 if self.link.relation == "plus" else -1
        return query, self.channel, self.link.classification, self.link.code, node, self.place, sign, self.parts


class _Expansion:
    """One query's scope, with what tables say."""

    def __init__(
        self, number: int, query: Query, route: Route, codes: Mapping[str, Sequence[str]], shelf: _Shelf
    ) -> None:
        self._number, self._query, self._route, self._codes, self._shelf = number, query, route, codes, shelf
        self._trees = dict(route.trees)
        self._own = shelf.tree(query.family, self._trees.get(key_name(query.family + query.edition)))
        self._named = frozenset(query.codes)
        self._nodes: set[Key] = {("", code) for code in query.codes}
        # What a node is part of, and so are its parts; and what it shares something with, which says nothing of them.
        self._above: dict[Key, set[Key]] = {}
        self._touched: dict[Key, set[Key]] = {}
        self._counted: list[tuple[str, str, Key, int]] = []
        self._listed: list[tuple[str, str, Tree, int]] = []
        self._parts = {
            (link.classification, link.code): link.relation
            for _, entry in route.derivations
            for link in shelf.links[entry]
        }

    def fill(self, filled: _Filled, branches: Iterable[int]) -> None:
        """Add the rows of this scope, whose whole is a branch, or several where it is weighed in several ways."""
        for classification, codes in self._codes.items():
            family, edition = family_of(classification)
            if family == self._query.family and same_edition(edition, self._query.edition):
                self._take_own(classification, codes)
            elif (entries := dict(self._route.ways).get(key_name(classification))) is not None:
                self._take_other(classification, codes, self._shelf.crossing(entries, self._trees))
        derived = tuple(self._derive())
        for name, code in self._nodes:
            if not name:
                self._above.setdefault((name, code), set()).update(("", one) for one in self._own.line_up(code)[1:])
        nodes = {key: node for node, key in enumerate(sorted(self._nodes))}
        number = self._number
        filled.scope += [
            (number, classification, code, int(family_of(classification)[1] or 0), nodes[key], astride)
            for classification, code, key, astride in self._counted
        ]
        pairs = [
            (node, nodes[above], int(above == key))
            for key, node in nodes.items()
            for above in self._all_above(key, nodes)
        ]
        for branch in branches:
            filled.tree += [(number, branch, *pair) for pair in pairs]
            filled.named += [(branch, nodes["", code]) for code in self._query.codes]
        filled.derived += [part.row(number, nodes["", part.link.target]) for part in derived]
        self._fill_listed(filled)

    def _take_own(self, classification: str, codes: Sequence[str]) -> None:
        """Take codes of the term's own classification."""
        for code in codes:
            if self._is_inside(code):
                self._nodes.add(("", code))
                self._counted.append((classification, code, ("", code), 0))
            if self._own.parents:
                kind = MAPPED if self._own.has(code) else UNMAPPED
                self._list(classification, code, self._own, kind)

    def _take_other(self, classification: str, codes: Sequence[str], crossing: Crossing) -> None:
        """Take codes of another classification, by what they are in the term's own."""
        for code in codes:
            meaning = crossing.of(code)
            inside = frozenset(target for target in meaning.targets if self._is_inside(target))
            kind = MAPPED if meaning.targets or crossing.is_selection else UNMAPPED
            if inside and inside == meaning.targets and meaning.is_whole:
                self._counted.append((classification, code, self._place(classification, code, crossing, meaning), 0))
            elif inside:
                kind = ASTRIDE
                key = (classification, code)
                self._put(key, crossing.tree, above=(), touched=self._lines_up(inside))
                self._counted.append((classification, code, key, 1))
            self._list(classification, code, crossing.tree, kind)

    def _place(self, classification: str, code: str, crossing: Crossing, meaning: Meaning) -> Key:
        """Return the node of a code that lies in the scope with all that it leads to."""
        targets, origins = meaning.targets, meaning.origins
        is_single = len(targets) == 1
        if is_single and origins == {code} and crossing.sources[next(iter(targets))] == {code} and not meaning.is_finer:
            key = ("", next(iter(targets)))
            self._nodes.add(key)
            return key
        key = (classification, code)
        lines = [frozenset(self._own.line_up(target)) for target in targets]
        above = frozenset.intersection(*lines)
        touched = frozenset.union(*lines)
        if not is_single and not meaning.is_finer:
            parts = {target for target in targets if crossing.sources[target] <= origins}
            for target in parts:
                self._above.setdefault(("", target), set()).add(key)
            touched -= parts
        self._put(key, crossing.tree, above=above, touched=touched)
        return key

    def _put(self, key: Key, tree: Tree, *, above: Iterable[str], touched: Iterable[str]) -> None:
        """Put a node of another classification below codes of its own, and of the term's, if only by a part of it."""
        self._nodes.add(key)
        found = self._above.setdefault(key, set())
        found.update(("", code) for code in above)
        found.update((key[0], code) for code in tree.line_up(key[1])[1:])
        self._touched.setdefault(key, set()).update(("", code) for code in touched)

    def _lines_up(self, codes: Iterable[str]) -> set[str]:
        return {above for code in codes for above in self._own.line_up(code)}

    def _is_inside(self, code: str) -> bool:
        return any(above in self._named for above in self._own.line_up(code))

    def _derive(self) -> Iterator[_Part]:
        """Yield the parts of every code in the scope that a channel's figures are put together for."""
        for channel, entry in self._route.derivations:
            by_target: dict[str, list[Link]] = {}
            for link in self._shelf.links[entry]:
                by_target.setdefault(link.target, []).append(link)
            for target, parts in sorted(by_target.items()):
                if self._is_inside(target):
                    self._nodes.add(("", target))
                    for place, link in enumerate(parts):
                        yield _Part(channel, link, place, len(parts))

    def _all_above(self, key: Key, nodes: Mapping[Key, int]) -> list[Key]:
        """Return a node and all that stand above it, sorted; what it touches hides it, too, lest that counts twice."""
        found, pending = {key, *(one for one in self._touched.get(key, ()) if one in nodes)}, [key]
        while pending:
            for above in self._above.get(pending.pop(), ()):
                if above in nodes and above not in found:
                    found.add(above)
                    pending.append(above)
        return sorted(found)

    def _list(self, classification: str, code: str, tree: Tree, kind: int) -> None:
        if tree.family == "HS" and not tree.parents and not code.isdigit():
            return  # a total of the publisher's, which is no code and would count everything again
        is_part = (classification, code) in self._parts
        self._listed.append((classification, code, tree, MAPPED if is_part and kind == UNMAPPED else kind))

    def _fill_listed(self, filled: _Filled) -> None:
        nodes = {(classification, code): node for node, (classification, code, _, _) in enumerate(self._listed)}
        families = {classification: place for place, classification in enumerate(sorted({name for name, _ in nodes}))}
        for (classification, code), node in nodes.items():
            _, _, tree, kind = self._listed[node]
            filled.listed.append((self._number, classification, code, node, families[classification], kind))
            if self._parts.get((classification, code)) == "plus":
                continue  # what is reckoned from is more than its place in the tree says
            filled.beneath += [
                (self._number, node, nodes[classification, above])
                for above in tree.line_up(code)[1:]
                if (classification, above) in nodes
            ]
