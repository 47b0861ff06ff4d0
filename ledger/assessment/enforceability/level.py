"""A derived level: from 0 to 4, or the interval that an unknown field leaves open, with its reasons (E2, E6).

What lives here is the arithmetic of levels that all dimensions share: at a level, between two, the lowest of several.
Nothing here reads a statement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.assessment.enforceability.practice import AS_WRITTEN, IDENTIFIERS
from ledger.assessment.result import Cite, Level, Reason
from ledger.model.attestation import Dimension


@dataclass(frozen=True, slots=True)
class Derived:
    """A level as a rule derived it.

    Attributes:
        unknown: what is not known and would narrow the interval, in sentences; empty at a single level.
        observed: for a practised level, whether something was observed; else it is as written (E3).
    """

    low: int
    high: int
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...] = ()
    observed: bool = False

    def also(self, reason: Reason) -> "Derived":
        """Return the same level with one more reason."""
        return replace(self, reasons=(*self.reasons, reason))

    def printed(self, attested: tuple[Reason, ...] = ()) -> Level:
        """Return the level as results print it, what assessors attest beside it."""
        return Level(low=self.low, high=self.high, observed=self.observed, reasons=self.reasons, attested=attested)


def reason(dimension: Dimension, level: int | str, says: str, *cites: Cite, code: str | None = None) -> Reason:
    """Return why a dimension has its level: the row of the table (``V.3``), a sentence, and the entries used.

    Args:
        code: the name of the rule that decided: of a written level what keeps it from the next (``PL209``, E9), of a
            practised one what was observed (``E3.V.late``); at row 4 and for precision the row is its own name.
    """
    if (code or f"{dimension}.4") not in IDENTIFIERS:
        message = f"{code} is a rule that no table lists; add it to practice or rule"
        raise AssertionError(message)
    return Reason(rule=f"{dimension}.{level}", says=says, cites=cites, code=code)


def at(dimension: Dimension, level: int, says: str, *cites: Cite, code: str | None = None) -> Derived:
    """Return one level."""
    return Derived(level, level, (reason(dimension, level, says, *cites, code=code),))


def between(dimension: Dimension, low: int, high: int, says: str, *cites: Cite, code: str | None = None) -> Derived:
    """Return the levels from ``low`` to ``high`` that an unknown leaves open (E6).

    Args:
        code: of the lint's rule where the two are one level after all; what is unknown has its own.
    """
    if low == high:
        return at(dimension, low, says, *cites, code=code)
    told = reason(dimension, f"{low}-{high}", says, *cites, code=unknown_code(dimension))
    return Derived(low, high, (told,), unknown=(f"{dimension}: {says}",))


def unknown_code(dimension: Dimension) -> str:
    """Return the lint's name of what is not known of a dimension: ``PL200`` of the second; never a fault (E6, E9)."""
    return f"PL{[*DIMENSIONS].index(dimension) + 1}00"


def as_written(dimension: Dimension, written: Derived, says: str, *cites: Cite) -> Derived:
    """Return the practised level where nothing was observed: the written one, and it says so (E3)."""
    rung = str(written.low) if written.low == written.high else f"{written.low}-{written.high}"
    told = reason(dimension, rung, says, *cites, code=AS_WRITTEN[dimension])
    return replace(written, reasons=(*written.reasons, told), observed=False)


def observed(dimension: Dimension, before: Derived, says: str, *cites: Cite, code: str, low: int, high: int) -> Derived:
    """Return a practised level: the one before, moved by what was observed, with why and what is still unknown (E3)."""
    rung = str(low) if low == high else f"{low}-{high}"
    told = reason(dimension, rung, says, *cites, code=code)
    unknown = before.unknown if low < high else ()
    return Derived(low, high, (*before.reasons, told), unknown, observed=True)


def lowest(parts: Sequence[Derived]) -> Derived:
    """Return the lowest of several levels, end by end, with the reasons of those that decide (method §4)."""
    return _chosen(parts, min)


def highest(parts: Sequence[Derived]) -> Derived:
    """Return the highest of several levels, end by end, with the reasons of those that decide."""
    return _chosen(parts, max)


def _chosen(parts: Sequence[Derived], choose: Callable[[Sequence[int]], int]) -> Derived:
    low = choose([part.low for part in parts])
    high = choose([part.high for part in parts])
    whole = [part for part in parts if (part.low, part.high) == (low, high)]
    # One part that decides both ends speaks for all; else the first that decides each end.
    deciding = whole[:1] or [
        next(part for part in parts if part.low == low),
        next(part for part in parts if part.high == high),
    ]
    reasons = tuple(dict.fromkeys(one for part in deciding for one in part.reasons))
    unknown = tuple(dict.fromkeys(one for part in deciding for one in part.unknown)) if low < high else ()
    return Derived(low, high, reasons, unknown, observed=any(part.observed for part in parts))
