"""Fulfilment: how far one term was kept, from 0 to 1, and whether it is closed at all (E10, R11).

It is read off what reconciliation found, from the amounts as they are printed, and decides nothing. A term is closed by
``met``, ``not_met`` and ``partly_met`` alone; what could not be judged is not a broken word. What came after the
deadline counts as at the deadline. Sources are never averaged: where they differ, fulfilment is an interval (R8).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.assessment.attested import DEGREES, answers, degrees
from ledger.assessment.reconcile.amount import fraction_text, percent
from ledger.assessment.reconcile.conduct import day_done
from ledger.assessment.result import SourceResult, TermPerformance, TermResult
from ledger.assessment.view import Known
from ledger.model.determination import Outcome
from ledger.model.ratio import Ratio
from ledger.model.term import ActionTerm, Term

Share = tuple[Fraction, Fraction]
"""A share of 1, low and high."""

CLOSED: Final[frozenset[Outcome]] = frozenset({"met", "not_met", "partly_met"})
"""Outcomes that close a term."""

ONE_WAY: Final = "without a last day it could come out one way only"
"""Why a decided term is no trial: who promises without a date would otherwise only ever be seen to keep it."""

NOTHING: Final[Share] = (Fraction(0), Fraction(0))
WHOLE: Final[Share] = (Fraction(1), Fraction(1))

RULES: Final = (
    (
        "A term is closed by met, not met or partly met; not due, on pace, off pace, awaiting, disputed, not reported "
        "and not assessable close nothing, and count as neither kept nor broken. Nor does a quantity, an action or a "
        "restraint without a last day, which could come out one way only."
    ),
    "Late counts as at the deadline: what was done afterwards adds nothing, and the days late stand beside.",
    "What is met counts 1, whatever was done beyond it.",
    (
        "A quantity not met counts the share reached of what was owed, over the baseline where it is an increment, "
        "between 0 and 1; of a ceiling, the ceiling ÷ what came; of an exact amount, the smaller ÷ the larger. Where "
        "voting sources differ, the least and the greatest of them."
    ),
    (
        "An action partly met counts the share of its milestones that were complete in time, else the degree attested: "
        "none 0, limited 1/3, substantial 2/3, complete 1. A restraint, a trigger's consequence and an action not met "
        "count 0."
    ),
    (
        "A term that an obligee waived or excused is left out, whatever came of it; what was settled, remedied or is "
        "under appeal counts as at the deadline."
    ),
)
"""What closes a term, what it counts, and how lateness weighs, in sentences."""


def fulfilment(known: Known, subject: str, term: Term, result: TermResult) -> Share | None:
    """Return how far a term was kept by its deadline, low and high; null where it is not closed.

    Args:
        term: as amended; ``result`` is what became of it at the view.
    """
    match result.outcome:
        case "met":
            return WHOLE
        case "partly_met":
            return _done(known, subject, term) if isinstance(term, ActionTerm) else NOTHING
        case "not_met":
            return _reached(result) if result.kind == "quantity" else NOTHING
        case _:
            return None


def released_by(known: Known, subject: str, term: str) -> str | None:
    """Return how an obligee let a term go, in words; null where none did.

    A waiver or excuse that only the obligor claims lets nothing go.
    """
    obligees = set(known.commitments[subject].body.obligees)
    found = [
        fact.body
        for fact in known.actions.get(subject, ())
        if fact.body.act in {"waiver", "excuse"}
        and obligees & set(fact.body.by)
        and (fact.body.terms == "all" or term in fact.body.terms)
    ]
    if not found:
        return None
    last = max(found, key=lambda body: body.date)
    verb = {"waiver": "waived", "excuse": "excused"}[last.act]
    return f"{verb} by {', '.join(sorted(obligees & set(last.by)))} on {last.date}"


class Performed(NamedTuple):
    """How far a term was kept, in words, and what it counts.

    Attributes:
        share: exact; null where it counts nothing.
        is_released: whether an obligee let it go.
    """

    line: TermPerformance
    share: Share | None
    is_released: bool


def performed(known: Known, subject: str, term: Term, result: TermResult) -> Performed:
    """Return how far a term was kept, in words, and the exact share that it counts."""
    share, released = fulfilment(known, subject, term, result), released_by(known, subject, term.id)
    left_out = released or (ONE_WAY if share is not None and goes_one_way(result) else None)
    counts = share if left_out is None else None
    line = TermPerformance(
        term=term.id,
        outcome=result.outcome,
        is_closed=counts is not None,
        left_out=left_out,
        fulfilment=shown(counts) if counts is not None else None,
        words=_in_words(result, counts, left_out),
    )
    return Performed(line, counts, released is not None)


def goes_one_way(result: TermResult) -> bool:
    """Whether a term could only be kept, or only be broken: without a last day a floor or an act is never missed (R11).

    A restraint without one is never finally kept. A conditional term can go either way without.
    """
    return result.due is None and result.kind in {"quantity", "action", "restraint"}


def mean(shares: list[Share]) -> Share | None:
    """Return the mean of several shares, low and high; null of none."""
    if not shares:
        return None
    low, high = (sum(ends, Fraction(0)) / len(shares) for ends in zip(*shares, strict=True))
    return low, high


def shown(share: Share) -> tuple[str, str]:
    """Return a share as it is printed, to six places."""
    return fraction_text(share[0]), fraction_text(share[1])


def share_words(share: Share) -> str:
    """Return a share as a percentage, or as two."""
    return " to ".join(dict.fromkeys((percent(share[0]), percent(share[1]))))


# --- quantities -------------------------------------------------------------------------------------------------------


def _reached(result: TermResult) -> Share:
    shares = [share for source in voting(result) for share in _ends(result.bound, source)]
    return (min(shares), max(shares)) if shares else NOTHING


def voting(result: TermResult) -> Iterator[SourceResult]:
    """Yield the channels that decide a term, reading by reading (R8)."""
    for reading in result.readings:
        yield from (source for source in reading.sources if source.votes)


def _ends(bound: str | None, source: SourceResult) -> Iterator[Fraction]:
    """Yield how far the low and the high total of a channel come to what is owed on it, capped at 1."""
    if source.target is None or source.low is None or source.high is None:
        return
    base = Fraction(source.baseline or 0)
    owed = Fraction(source.target) - base
    for end in (source.low, source.high):
        yield min(max(share_of(bound, actual=Fraction(end) - base, owed=owed), Fraction(0)), Fraction(1))


def share_of(bound: str | None, *, actual: Fraction, owed: Fraction) -> Fraction:
    """Return the share that was kept of what was owed, both over the baseline where there is one; not yet capped.

    A ceiling below its baseline is a reduction: what was cut of what was to be cut.
    """
    if bound == "exactly":
        return min(actual / owed, owed / actual) if actual * owed > 0 else Fraction(0)
    if bound == "at_most" and owed >= 0:
        return owed / actual if actual > 0 else Fraction(1)
    return actual / owed if owed else Fraction(0)


# --- actions ----------------------------------------------------------------------------------------------------------


def _done(known: Known, subject: str, term: ActionTerm) -> Share:
    """Return what of an action was done by its deadline: its milestones, else the degree that assessors attest."""
    if term.milestones:
        kept = sum(
            done is not None and ((due := step.deadline or term.due) is None or done <= due)
            for step in term.milestones
            for done in (day_done(answers(known, subject, "done", term.id, milestone=step.id)),)
        )
        part = Fraction(kept, len(term.milestones))
        return part, part
    held = answers(known, subject, "done", term.id, until=term.due)
    told = degrees(held.latest) or degrees(answers(known, subject, "done", term.id).latest)
    if told is None:
        raise AssertionError("an action is partly met by what somebody attests")
    low, high = (Fraction(DEGREES.index(degree), len(DEGREES) - 1) for degree in told)
    return low, high


# --- in words ---------------------------------------------------------------------------------------------------------


def _in_words(result: TermResult, counts: Share | None, left_out: str | None) -> str:
    """Return the outcome, the ratios by source, and what it counts."""
    parts = [result.outcome.replace("_", " ")]
    parts += [_ratio_words(ratio) for source in voting(result) for ratio in source.ratios if ratio.kind != "pace"]
    if result.days_late:
        parts.append(f"reached by {result.reached}, at most {result.days_late} days late")
    if left_out is not None:
        parts.append(f"left out: {left_out}")
    elif counts is not None:
        parts.append(f"counts {share_words(counts)}")
    else:
        parts.append("not closed")
    return "; ".join(parts)


def _ratio_words(ratio: Ratio) -> str:
    where = f"{ratio.kind} by {ratio.source}/{ratio.channel}"
    if ratio.value is None:
        return f"{where}: none ({ratio.reason})"
    ends = dict.fromkeys((ratio.value, ratio.high or ratio.value))
    return f"{where}: {' to '.join(percent(Fraction(end)) for end in ends)}"
