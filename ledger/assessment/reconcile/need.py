"""A need: which missing thing would decide an outcome that is open (R13).

What was not published, not covered, not of a grade that counts or not said in the text is named one by one, with the
amount on which it would turn where there is one. Nothing here guesses what the missing thing will say.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from ledger.assessment.reconcile.amount import in_words, percent
from ledger.assessment.reconcile.reckoning import LEAST_SCOPE, Reckoning
from ledger.assessment.reconcile.span import day_text
from ledger.model.determination import Outcome
from ledger.model.term import QuantityTerm, Reading, Term, TrendTerm

DECIDED: frozenset[Outcome] = frozenset({"met", "not_met", "partly_met"})
"""Outcomes to which nothing is missing."""

UNSUITABLE = "words that say what is owed: more of actor, action, amount, date, reference and scope (E1, E5)"
"""What a term lacks that says too little to be held to."""


def needs_of(
    term: QuantityTerm, outcome: Outcome, said: Iterable[tuple[Reading, Sequence[Reckoning]]]
) -> Iterator[str]:
    """Yield what would decide a quantity that is not decided, in sentences; nothing for a verdict.

    Args:
        said: for each reading, one channel of every source: the one that may vote, else the one that says most.
    """
    if outcome in DECIDED:
        return
    if term.scope is None:
        yield "a scope to count by: the text names none"
        return
    if outcome == "disputed":
        yield from _to_settle(term, said)
        return
    for reading, reckonings in said:
        if not reckonings:
            whose = f" by {reading.source}" if reading.source is not None else ""
            yield f"an admissible figure of {reading.type}/{reading.reporter}/{reading.partner}{whose}"
        for one in reckonings:
            if not one.is_decided or one.bar is not None:
                yield from _of_channel(one)


def needs_of_conduct(term: Term, outcome: Outcome) -> tuple[str, ...]:
    """Return what would decide a term that is not read against a number; nothing for a verdict."""
    if outcome in DECIDED:
        return ()
    if isinstance(term, TrendTerm):
        return ("a number: the text gives a direction only, which is never judged",)
    if outcome == "disputed":
        return ("agreement of the assessors, or a document that settles where they differ",)
    if term.kind == "conditional":
        return ("an attestation of whether the trigger held at its time, and of what followed",)
    when = f" up to {term.due}" if term.due is not None else ""
    return (
        f"an attestation, with a document, of whether it was {'kept' if term.kind == 'restraint' else 'done'}{when}",
    )


def _to_settle(term: QuantityTerm, said: Iterable[tuple[Reading, Sequence[Reckoning]]]) -> Iterator[str]:
    sides = [(one, reading) for reading, several in said for one in several if one.is_decided and one.bar is None]
    if term.readings is not None and len({reading.type for _, reading in sides}) > 1:
        yield "agreement on the measure: each reading by itself is decided"
    if len({one.result.source for one, _ in sides}) > 1:
        yield "agreement on the source, or figures of the two that fall on one side of the bound"
    if not sides:
        yield "figures of the channels at odds that fall on one side of the bound"


def _of_channel(one: Reckoning) -> Iterator[str]:
    """Yield what one channel lacks, in the order in which it is asked."""
    name = f"{one.result.source}/{one.result.channel}"
    if one.too_weak is not None:
        yield f"official or independent figures (E3) in place of those of {name}, which are of grade {one.result.grade}"
        return
    if one.owed is None:
        yield f"a baseline of its own for {name}"
        return
    if one.total.low is None or one.total.high is None:
        yield f"a figure of the period by {name}"
        return
    if one.total.coverage.scope < LEAST_SCOPE:
        wanting = percent(LEAST_SCOPE - one.total.coverage.scope)
        yield f"{name}: figures of another {wanting} of the scope, so that it votes"
        return
    if one.bar is not None:
        return  # restated: the baseline that counts speaks for the channel
    yield _amount_wanting(one, name, low=one.total.low, high=one.total.high)


def _amount_wanting(one: Reckoning, name: str, *, low: Fraction, high: Fraction) -> str:
    asked, owed, unit = one.asked, one.owed, one.asked.term.unit
    if owed is None:
        raise AssertionError("what is owed is known here: it was asked for before")
    turns = []
    if owed.bound == "at_least" and low < owed.level:
        turns.append(f"{in_words(owed.level - low, unit)} more would meet it")
    if owed.most is not None and high <= owed.most:
        turns.append(f"anything over {in_words(owed.most - high, unit)} more would break it")
    turn = "; ".join(turns)
    if asked.is_open_ended:
        return f"a deadline: without one it can be met and never not met{f'; by {name}, {turn}' if turn else ''}"
    if not asked.is_closed:
        until = f"by {name}, to {day_text(asked.window.last)}: "
        settled = "its end" if one.is_fixed else "its end, as the total can fall until then"
        return f"{until}{turn or settled}"
    if not one.total.coverage.is_complete:
        missing = percent(1 - one.total.coverage.joint)
        rest = f": in them {turn}" if turn and one.is_fixed else ""
        return f"figures of {name} for the {missing} of period and scope that are missing{rest}"
    return (
        f"how much of the observation of {name} that straddles the edge falls inside: "
        f"it comes to {in_words(low)} without it, {in_words(high, unit)} with it"
    )
