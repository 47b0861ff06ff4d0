"""The written levels of a commitment: what its text, its instrument and the parties' first words come to (E2, E3).

P, V and K of every material term and the lowest of them; O, A, R and X of the instrument and the levers. The score, the
lint and the comparison of two drafts all read them here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.assessment.enforceability import (
    acknowledgement,
    answerability,
    durability,
    obligation,
    precision,
    remedy,
    verifiability,
)  # fmt: skip
from ledger.assessment.enforceability.case import Case
from ledger.assessment.enforceability.level import Derived, lowest
from ledger.assessment.enforceability.pillar import DIMENSIONS, PILLARS, gated
from ledger.assessment.result import Reason
from ledger.model.attestation import Dimension

Levels = Mapping[Dimension, Derived]
"""A level for each of some dimensions."""


@dataclass(frozen=True, slots=True)
class Written:
    """The levels of a text.

    Attributes:
        each: P, V and K of each material term, by its id.
        levels: all seven, of the commitment.
    """

    each: Mapping[str, Levels]
    levels: Levels

    @property
    def tenths(self) -> tuple[int, int]:
        """The two ends of the score, gates applied. Units: tenths of a point (E4–E6)."""
        low, high = ends(self.levels)
        return gated(low), gated(high)


def written(case: Case) -> Written:
    """Return the written levels of a commitment (E3)."""
    each: dict[str, Levels] = {
        term.id: {
            "P": precision.written(case, term),
            "V": verifiability.written(case, term),
            "K": acknowledgement.written(case, term),
        }
        for term in case.terms
    }
    r = remedy.written(case)
    levels: dict[Dimension, Derived] = {
        **lowest_of_terms(case, each),
        "O": obligation.written(case),
        "A": answerability.written(case),
        "R": r,
        "X": durability.written(case, remedy=r),
    }
    return Written(each, levels)


def lowest_of_terms(case: Case, each: Mapping[str, Levels]) -> dict[Dimension, Derived]:
    """Return P, V and K of the commitment: the lowest of its material terms; the reasons say of which."""
    several = len(case.terms) > 1
    return {
        one: lowest([_named(each[term.id][one], term.id) if several else each[term.id][one] for term in case.terms])
        for one in PILLARS["B"]
    }


def ends(levels: Levels) -> tuple[dict[Dimension, int], dict[Dimension, int]]:
    """Return the low and the high end of seven levels, in the order of the table."""
    return {one: levels[one].low for one in DIMENSIONS}, {one: levels[one].high for one in DIMENSIONS}


def _named(level: Derived, term: str) -> Derived:
    reasons = tuple(
        Reason(rule=one.rule, says=f"{term}: {one.says}", cites=one.cites, code=one.code) for one in level.reasons
    )
    return Derived(level.low, level.high, reasons, level.unknown, level.observed)
