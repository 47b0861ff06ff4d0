"""A flow that a term counts, and what it has of another's: by the codes of two scopes, and by who trades (R3, R16).

Two terms count one flow where they are of one measure, their days meet, their scopes do, and so do their parties: the
flow with a member of a group is a part of that with the group, on the days on which it belongs. Nothing here adds up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.assessment.classification import is_below, line_up
from ledger.assessment.group import Shared, Sides, share_of_sides
from ledger.assessment.reconcile.span import Span
from ledger.assessment.result import SourceResult
from ledger.assessment.selection import named_codes, same_edition, scope_of
from ledger.model.term import QuantityTerm, Reading
from ledger.model.value import Scope


class Named(NamedTuple):
    """The codes that a scope names, of which classification and edition."""

    family: str
    edition: str
    codes: Collection[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One term of one commitment in one reading; ``named`` are the codes of its scope, ``sides`` who trades."""

    commitment: str
    term: QuantityTerm
    named: Named
    reading: Reading
    sides: Sides
    window: Span
    sources: tuple[SourceResult, ...]

    @property
    def name(self) -> str:
        """Its name, as ``commitment/term``."""
        return f"{self.commitment}/{self.term.id}"


def named_in(scope: Scope) -> Named:
    """Return the codes that a scope names; those of another classification or edition are not compared here (R3)."""
    family, edition = scope_of(scope)
    return Named(family, edition, named_codes(family, scope.codes))


def common_codes(one: Named, other: Named) -> Shared:
    """Return what some codes have of others; asked of every two terms, so that the plain case goes first."""
    if one.family != other.family or not same_edition(one.edition, other.edition):
        return "unknown"
    mine, others = _within(one, other), _within(other, one)
    is_within, holds = mine == len(one.codes), others == len(other.codes)
    if is_within or holds:
        return "same" if is_within and holds else "within" if is_within else "holds"
    return "part" if mine or others else "none"


def _within(one: Named, other: Named) -> int:
    """Return how many of the codes are one of the others, or stand below one."""
    family = one.family
    return sum(1 for code in one.codes if any(code == above or is_below(family, code, above) for above in other.codes))


def common(one: Item, other: Item) -> Shared:
    """Return what two terms of one total have in common: of their flows, where their days meet (R16)."""
    return common_flow(one, other) if one.window.meets(other.window) else "none"


def common_flow(one: Item, other: Item) -> Shared:
    """Return what the flow of a term has of another's: by the codes of the two scopes, and by the parties."""
    codes, parties = common_codes(one.named, other.named), common_sides(one, other)
    shares = {codes, parties} - {"same"}
    if not shares:
        return "same"
    if "none" in shares:
        return "none"
    if "unknown" in shares:
        return "unknown"
    return "part" if len(shares) > 1 else next(iter(shares))


def common_sides(one: Item, other: Item) -> Shared:
    """Return what the parties of a term's flow have of another's, on the days that both are about."""
    if one.reading.series == other.reading.series:
        return "same"
    days = one.window.common(other.window)
    return share_of_sides(one.sides, other.sides, (days.first, days.last)) if days.days else "none"


def by_member(one: Item, other: Item) -> str:
    """Return, of terms of two series, in what the parties are the same; nothing of terms of one."""
    match common_sides(one, other):
        case "within":
            return f", as {_parties(one, other)} belongs to {_parties(other, one)}"
        case "holds":
            return f", as {_parties(other, one)} belongs to {_parties(one, other)}"
        case "part":
            return f", as {_parties(one, other)} and {_parties(other, one)} are the same in part"
        case _:
            return ""


def _parties(one: Item, other: Item) -> str:
    """Return the side in which a flow differs from another, or both."""
    mine, theirs = one.reading, other.reading
    sides = ((mine.reporter, theirs.reporter), (mine.partner, theirs.partner))
    return " with ".join(side for side, another in sides if side != another)


class Near:
    """Which of several terms may have something of a scope, found by code: of a thousand terms, most have nothing.

    What is not found has nothing in common (``common_codes`` says ``none``); what is found may have.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._kinds: dict[tuple[str, str], list[int]] = {}
        self._at: dict[tuple[str, str], list[int]] = {}
        self._under: dict[tuple[str, str], set[int]] = {}
        self._bare = [place for place, item in enumerate(items) if not item.named.codes]
        for place, item in enumerate(items):
            family = item.named.family
            self._kinds.setdefault((family, item.named.edition), []).append(place)
            for code in item.named.codes:
                self._at.setdefault((family, code), []).append(place)
                for above in line_up(family, code):
                    self._under.setdefault((family, above), set()).add(place)

    def of(self, item: Item) -> list[int]:
        """Return the places of the terms that may have something of a term's scope, its own among them, in order."""
        family, edition, codes = item.named
        # Who names no code at all is taken to lie within everything.
        found = set(self._bare if codes else range(len(self._items)))
        for (other, its_edition), places in self._kinds.items():
            if other != family or not same_edition(its_edition, edition):
                found.update(places)
        for code in codes:
            found |= self._under.get((family, code), set())
            for above in line_up(family, code):
                found.update(self._at.get((family, above), ()))
        return sorted(found)

    def may_be_one(self, item: Item) -> set[str]:
        """Return the names of the terms that may count a part of the same flow, without it being told which."""
        near = (self._items[place] for place in self.of(item))
        return {one.name for one in near if common(item, one) in {"part", "unknown"}}
