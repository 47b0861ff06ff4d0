"""Parties by public codes, or by their names: what a view knows of which code is whose.

A party carries its ISO 3166 code; a table that is evidence leads there from other codes. Codes that lead to several
countries are nobody's. Nothing here knows a country by heart. Source: R3; design §2.2 (``party``).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.assessment.classification import links_of
from ledger.assessment.route import routes_into
from ledger.assessment.view import Fact, Known
from ledger.errors import ConflictError, NotFoundError
from ledger.model.evidence import Evidence
from ledger.model.party import ALPHA_2, NAME

M49: Final = "m49"
DIGITS: Final = 3
"""Digits of an M49 code; some publishers leave out its leading zeros."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Whose the codes of some systems are.

    Attributes:
        parties: by system, the party of each code. ``entries``: of the tables that say so, in order.
    """

    parties: Mapping[str, Mapping[str, str]]
    entries: tuple[int, ...]

    @property
    def words(self) -> str:
        """Where they are from."""
        tables = f", and tables of codes (entries {', '.join(map(str, self.entries))})" if self.entries else ""
        has_codes = not self.parties or bool(self.parties.keys() - {NAME})
        ways = [*(["names"] if NAME in self.parties else []), *(["ISO 3166 codes"] if has_codes else [])]
        return f"parties by their {' and '.join(ways)}{tables}"


def party_codes(
    known: Known,
    systems: Iterable[str],
    open_observations: Callable[[str], BinaryIO],
    *,
    optional: Collection[str] = (),
) -> Codes:
    """Return whose the codes of these systems are at a view.

    Args:
        open_observations: opens the canonical file of a table.
        optional: systems whose codes may be nobody's: where no table leads from one of them, it has none.

    Raises:
        NotFoundError: no table that the view knows leads from a system to ISO 3166, or tables contradict each other.
        ConflictError: two parties carry one code.
    """
    asked = tuple(systems)
    own = _own_codes(known) if set(asked) - {NAME} else {}
    routes = routes_into(known, ALPHA_2)
    parties: dict[str, Mapping[str, str]] = {}
    entries: set[int] = set()
    for system in asked:
        if system in {ALPHA_2, NAME}:
            parties[system] = own if system == ALPHA_2 else _names(known)
            continue
        way = routes.of(system)
        if way is None and system in optional and system not in routes.torn:
            parties[system] = {}
            continue
        if way is None:
            why = routes.torn.get(system, f"no table of codes that the view knows leads from {system} to {ALPHA_2}")
            message = f"Parties cannot be told by {system}: {why}; submit one (pledger formats lists the tables)."
            raise NotFoundError(message, system=system)
        entries |= {fact.index for fact in way}
        parties[system] = _spelt(system, _led(way, own, open_observations))
    return Codes(parties, tuple(sorted(entries)))


def _own_codes(known: Known) -> dict[str, str]:
    """Return the party of each ISO 3166 code."""
    found: dict[str, str] = {}
    for subject, fact in sorted(known.parties.items()):
        code = fact.body.iso3166
        if code is None:
            continue
        if code in found:
            message = f"Two parties, {found[code]} and {subject}, carry the ISO 3166 code {code}; correct one of them."
            raise ConflictError(message, code=code)
        found[code] = subject
    return found


def _names(known: Known) -> dict[str, str]:
    """Return the party of each name, in whatever language; a name that two parties carry is nobody's."""
    found: dict[str, set[str]] = {}
    for subject, fact in known.parties.items():
        for name in fact.body.names.values():
            found.setdefault(name, set()).add(subject)
    return {name: next(iter(of)) for name, of in sorted(found.items()) if len(of) == 1}


def _led(
    way: Iterable[Fact[Evidence]], own: Mapping[str, str], open_observations: Callable[[str], BinaryIO]
) -> dict[str, str]:
    """Return the party of each code at the beginning of a way; a code that leads to several has none."""
    targets: dict[str, set[str]] | None = None
    for fact in way:
        with open_observations(fact.body.observations.digest) as stream:
            links = list(links_of(fact.body, stream, what=f"the table of entry {fact.index}"))
        step: dict[str, set[str]] = {}
        for link in links:
            step.setdefault(link.code, set()).add(link.target)
        if targets is None:
            targets = step
        else:
            targets = {code: {end for one in to for end in step.get(one, ())} for code, to in targets.items()}
    single = {code: next(iter(to)) for code, to in (targets or {}).items() if len(to) == 1}
    return {code: own[target] for code, target in single.items() if target in own}


def _spelt(system: str, codes: Mapping[str, str]) -> Mapping[str, str]:
    """Return codes in every spelling that publishers use: those of M49 with their leading zeros and without."""
    if system != M49:
        return codes
    return {spelt: party for code, party in codes.items() for spelt in (code.zfill(DIGITS), code.lstrip("0") or code)}
