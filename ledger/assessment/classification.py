"""A classification: codes, what stands below what, and what a code of one is in another (R3).

The links between codes come from tables that are evidence themselves: a *nomenclature* says which code stands directly
below which, a *correspondence* what the codes of one classification are in another, a *selection* which of them another
one picks (what it does not name lies outside of it), a *derivation* how one channel's figure for a code is put together
from others. Each is a canonical file kept by digest, with the columns of
``TABLE_COLUMNS``, read as strictly as figures are. Nothing here knows a code by heart: without a table the Harmonized
System is a tree by its digits, any other classification one by its full stops, and nothing leads across.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import takewhile
from typing import BinaryIO, Final, NamedTuple, NoReturn

from ledger.errors import MalformedError
from ledger.model.evidence import TABLE_COLUMNS, Evidence, TableKind

HEADER: Final = ",".join(TABLE_COLUMNS).encode() + b"\n"
"""The first line of every file of a table."""

LONGEST_LINE: Final = 256
"""Bytes that a line may have; the longest that can be written canonically is shorter."""

RELATIONS: Final[Mapping[TableKind, frozenset[str]]] = {
    "nomenclature": frozenset({"below"}),
    "correspondence": frozenset({"into"}),
    "selection": frozenset({"into"}),
    "derivation": frozenset({"plus", "minus"}),
    "calendar": frozenset({"is"}),
}
"""The words that link two codes, by the kind of table that uses them."""

DAYS_ARE: Final = frozenset({"closed", "open"})
"""What a calendar says of a day."""

NAME: Final = "[A-Za-z0-9][A-Za-z0-9.-]{0,29}"
CODE: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,39}"

_LINE = re.compile(f"({NAME}),({CODE}),(below|into|plus|minus|is),({NAME}),((?:{CODE})?)\n".encode())
_EDITION = re.compile(r"(?P<family>[A-Za-z][A-Za-z-]*)(?P<edition>[0-9]{4})")


class Link(NamedTuple):
    """One line of a table: a code, and what it has to do with another; a code at the top stands below nothing."""

    classification: str
    code: str
    relation: str
    into: str
    target: str


def family_of(classification: str) -> tuple[str, str]:
    """Return a classification's family and edition, which may be empty: ``HS2017`` is HS of 2017."""
    found = _EDITION.fullmatch(classification)
    return (found["family"], found["edition"]) if found else (classification, "")


def is_below(family: str, code: str, above: str) -> bool:
    """Whether a code stands below another in its classification's tree, as far as the codes themselves show it (R3).

    In the Harmonized System a code is the beginning of every code below it; elsewhere a full stop separates the levels.
    """
    if family == "HS":
        return code != above and code.isdigit() and above.isdigit() and code.startswith(above)
    return code.startswith(above + ".")


def line_up(family: str, code: str) -> Iterator[str]:
    """Yield a code and every code that could stand above it, from the nearest up."""
    yield code
    if family == "HS":
        if code.isdigit():
            yield from (code[:length] for length in range(len(code) - 1, 0, -1))
    else:
        parts = code.split(".")
        yield from (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))


# --- the file ---------------------------------------------------------------------------------------------------------


def read_links(stream: BinaryIO, *, what: str) -> Iterator[Link]:
    """Yield the lines of a table's canonical file, in its order, reading one at a time.

    Args:
        what: how errors name the file.

    Raises:
        MalformedError: a line is not what the writer would write; the sentence names its number (the header is 1).
    """
    if stream.readline(LONGEST_LINE) != HEADER:
        _refuse(what, 1, f"is not the header {HEADER.decode().strip()}")
    before: tuple[bytes, ...] = ()
    number = 1
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        found = _LINE.fullmatch(raw)
        if found is None:
            _refuse(what, number, "is not a line of a table in its one spelling")
        cells = found.groups()
        if cells <= before:
            _refuse(what, number, "repeats the line above" if cells == before else "is out of order")
        before = cells
        link = Link(*(str(cell, "ascii") for cell in cells))
        if not link.target and link.relation != "below":
            _refuse(what, number, f"leads {link.relation} nothing")
        yield link


def links_of(evidence: Evidence, stream: BinaryIO, *, what: str) -> Iterator[Link]:
    """Yield the lines of an evidence statement's table, each of the classifications and the kind that it names.

    Raises:
        MalformedError: as ``read_links``; or a line is of something that the statement does not name.
    Source: design §2.2 (``evidence``).
    """
    kind = evidence.dimensions.table
    if kind is None:
        raise AssertionError("a table has a kind, its model says so")
    ours = (evidence.dimensions.classifications[0], evidence.dimensions.classifications[-1])
    for number, link in enumerate(read_links(stream, what=what), start=2):
        fault = None
        if (link.classification, link.into) != ours:
            fault = f"leads from {link.classification} to {link.into}, and the statement is of {' to '.join(ours)}"
        elif link.relation not in RELATIONS[kind]:
            fault = f"says {link.relation}, which no {kind} does"
        elif kind == "calendar" and not _is_day(link):
            fault = f"says that {link.code} is {link.target}; a calendar says of a day that it is closed or open"
        if fault is not None:
            message = f"{what}: line {number} {fault}; mend the statement, or import the raw file again."
            raise MalformedError(message, line=number, digest=evidence.observations.digest)
        yield link


def _is_day(link: Link) -> bool:
    """Whether a line of a calendar names a day and says what it is (F1)."""
    try:
        return date.fromisoformat(link.code).isoformat() == link.code and link.target in DAYS_ARE
    except ValueError:
        return False


def format_links(links: Iterable[Link]) -> Iterator[bytes]:
    """Yield the lines of a table's canonical file, the header first; ``read_links`` is the inverse."""
    yield HEADER
    for link in sorted(set(links)):
        yield ",".join(link).encode("ascii") + b"\n"


def _refuse(what: str, number: int, fault: str) -> NoReturn:
    message = f"{what}: line {number} {fault}; the table is not canonical, make the file again from its source."
    raise MalformedError(message, what=what, line=number)


# --- trees ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tree:
    """One classification: which code stands directly below which; null tells that nothing stands above a code.

    Attributes:
        family: of the classification, whose rule holds for every code that ``parents`` does not have.
    """

    family: str
    parents: Mapping[str, str | None] = field(default_factory=dict)
    # Asked for again by every scope that the figures are read for: worked out once.
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def line_up(self, code: str) -> tuple[str, ...]:
        """Return a code and all that stand above it, from the nearest up.

        A code finer than the nomenclature goes (a tariff line below a subheading) hangs on by the family's rule.
        """
        if code not in self._lines:
            self._lines[code] = self._line_up(code)
        return self._lines[code]

    def _line_up(self, code: str) -> tuple[str, ...]:
        found: list[str] = []
        for one in line_up(self.family, code):
            if one in self.parents:
                here: str | None = one
                while here is not None and here not in found:
                    found.append(here)
                    here = self.parents.get(here)
                return tuple(found)
            found.append(one)
        return tuple(found)

    def has(self, code: str) -> bool:
        """Whether the nomenclature has a code, or one that it stands below; without a nomenclature every code."""
        return not self.parents or any(one in self.parents for one in line_up(self.family, code))

    @cached_property
    def leaves(self) -> Mapping[str, tuple[str, ...]]:
        """The codes of the nomenclature that have none below them, by every code that they stand below."""
        inner = {above for above in self.parents.values() if above is not None}
        found: dict[str, list[str]] = {}
        for leaf in sorted(self.parents.keys() - inner):
            for above in self.line_up(leaf)[1:]:
                found.setdefault(above, []).append(leaf)
        return {above: tuple(leaves) for above, leaves in found.items()}


OUTSIDE: Final = ""
"""What a code leads to that a selection does not name: no code."""


class Meaning(NamedTuple):
    """What a code is in another classification.

    Attributes:
        targets: the codes it leads to; none where no table has it.
        origins: the codes of its own classification by which it was found: itself, those below it, or one above it.
        is_finer: it stands below a code that the table has, and was found by that one.
        is_whole: nothing of it leads elsewhere: of a code found by those below it, only a nomenclature can tell.
    """

    targets: frozenset[str]
    origins: frozenset[str]
    is_finer: bool = False
    is_whole: bool = True


NOTHING: Final = Meaning(frozenset(), frozenset())
"""What a code is that no table has."""


@dataclass(frozen=True)
class Crossing:
    """What the codes of one classification are in another, by one table or by several in a row.

    Attributes:
        tree: of the classification that it starts from. ``links``: codes that the first table has, and where they lead.
        is_selection: what the first table does not name lies outside, where else nothing is known of it.
    """

    tree: Tree
    links: Mapping[str, frozenset[str]]
    is_selection: bool = False
    _meanings: dict[str, "Meaning"] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def sources(self) -> Mapping[str, frozenset[str]]:
        """The codes that lead to each target."""
        found: dict[str, set[str]] = {}
        for code, targets in self.links.items():
            for target in targets:
                found.setdefault(target, set()).add(code)
        return {target: frozenset(codes) for target, codes in found.items()}

    @cached_property
    def _under(self) -> Mapping[str, frozenset[str]]:
        """The codes of the table below each code above them."""
        found: dict[str, set[str]] = {}
        for code in self.links:
            for above in self.tree.line_up(code)[1:]:
                found.setdefault(above, set()).add(code)
        return {above: frozenset(codes) for above, codes in found.items()}

    def of(self, code: str) -> Meaning:
        """Return what a code is: by the table, else by those below it, else by the nearest above it that it has."""
        if code not in self._meanings:
            self._meanings[code] = self._of(code)
        return self._meanings[code]

    def _of(self, code: str) -> Meaning:
        if code in self.links:
            return Meaning(self.links[code], frozenset({code}))
        if below := self._under.get(code):
            targets = frozenset().union(*(self.links[one] for one in below))
            return Meaning(targets, below, is_whole=self._has_all_below(code))
        for above in self.tree.line_up(code)[1:]:
            if above in self.links:
                return Meaning(self.links[above], frozenset({above}), is_finer=True)
        return NOTHING

    def _has_all_below(self, code: str) -> bool:
        """Whether the table has every code below one, as its nomenclature knows them; without one nobody can tell."""
        leaves = self.tree.leaves.get(code, ())
        return bool(leaves) and all(
            any(one in self.links for one in takewhile(lambda above: above != code, self.tree.line_up(leaf)))
            for leaf in leaves
        )

    def then(self, other: "Crossing") -> "Crossing":
        """Return the way through this table and on through another; a code that gets lost there leads nowhere."""
        composed: dict[str, frozenset[str]] = {}
        for code, targets in self.links.items():
            further = [other.onward(target) for target in targets]
            # What is lost in part is not known whole: it is then of no use for saying where the code belongs.
            if all(further):
                composed[code] = frozenset().union(*further)
        return Crossing(self.tree, composed, self.is_selection)

    def onward(self, code: str) -> frozenset[str]:
        """Return where a code leads that another table gave; what a selection does not name leads outside."""
        if code == OUTSIDE:
            return frozenset({OUTSIDE})
        found = self.of(code)
        outside = {OUTSIDE} if self.is_selection and not (found.targets and found.is_whole) else set()
        return found.targets | outside if found.is_whole or outside else frozenset()
