"""Flip distance: the smallest change in the figures, the scope or the baseline that would turn an outcome (R13).

Every change is tried by the rule that decides: nothing here knows what a bound means. An outcome is the same between
two neighbouring edges, so it is enough to ask on either side of each edge, on the grid of what a canonical decimal can
say (design §2.1). A verdict rests on its figures the more firmly, the farther it is from turning.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Literal

from ledger.assessment.reconcile.amount import exact_or_rounded, fraction_text, in_words, percent
from ledger.assessment.reconcile.decision import decide
from ledger.assessment.reconcile.reckoning import LEAST_SCOPE, Reckoning
from ledger.assessment.reconcile.single import Single, single_codes
from ledger.assessment.reconcile.vote import Joint
from ledger.assessment.result import Flip
from ledger.model.determination import Outcome
from ledger.model.value import CAN_FALL

GRAIN = Fraction(1, 10**9)
"""The finest step of a canonical decimal."""

VERDICTS: frozenset[Outcome] = frozenset({"met", "not_met", "partly_met", "disputed"})
"""Outcomes that can be turned; of the others it is said what would decide them."""

Kind = Literal["actual", "baseline", "scope"]
Rejoin = Callable[[Reckoning, Reckoning], Joint]
"""What all sources say together, once one answer takes the place of another."""


def smallest_turn(
    outcome_at: Callable[[Fraction], Outcome],
    edges: Iterable[Fraction],
    *,
    is_possible: Callable[[Fraction], bool],
) -> tuple[Fraction, Outcome] | None:
    """Return the smallest change with which the outcome is another, and that outcome; null where there is none.

    Units: the change is a whole number of billionths; of two of one size the negative one.

    Args:
        outcome_at: the outcome after a change; the same for all changes between two neighbouring edges.
        is_possible: whether a change can be, such as one that leaves no exports below zero.
    """
    now = outcome_at(Fraction(0))
    steps = {edge // GRAIN + step for edge in edges for step in (-1, 0, 1, 2)} - {0}
    for step in sorted(steps, key=lambda one: (abs(one), one)):
        by = step * GRAIN
        if is_possible(by) and (then := outcome_at(by)) != now:
            return by, then
    return None


def flips_of(one: Reckoning) -> tuple[Flip, ...]:
    """Return what would turn the verdict of one channel by itself; nothing where it gives none (R13)."""
    if one.result.outcome not in VERDICTS or one.owed is None:
        return ()
    turn = _turn(one, "actual", lambda by: one.outcome_if(actual=by))
    return (
        _of_actual(one, turn),
        _of_baseline(one, _turn(one, "baseline", lambda by: one.outcome_if(baseline=by))),
        _of_scope(one, turn, lambda outcome: outcome),
    )


def joint_flips(reckonings: Iterable[Reckoning], now: Outcome, rejoin: Rejoin) -> Iterator[Flip]:
    """Yield what would turn the joint outcome: the smallest change to one source's figures, baseline and scope (R13).

    Args:
        reckonings: those that may vote, of every reading.
        now: the joint outcome.
    """
    if now not in VERDICTS:
        return
    able = [one for one in reckonings if one.bar is None and one.owed is not None]
    for kind in ("actual", "baseline"):
        found = [(one, turn) for one in able if (turn := _joint_turn(one, kind, rejoin)) is not None]
        if not found:
            yield _no_flip(None, kind, _cannot_jointly(able, kind))
            continue
        one, turn = min(found, key=lambda pair: (abs(pair[1][0]), pair[0].result.source, pair[0].result.channel))
        yield _of_actual(one, turn) if kind == "actual" else _of_baseline(one, turn)
        if kind == "actual":
            yield _joint_scope(able, one, turn, rejoin)


def _joint_turn(one: Reckoning, kind: Literal["actual", "baseline"], rejoin: Rejoin) -> tuple[Fraction, Outcome] | None:
    joined: dict[Outcome, Outcome] = {}

    def outcome_at(by: Fraction) -> Outcome:
        alone = one.outcome_if(actual=by) if kind == "actual" else one.outcome_if(baseline=by)
        if alone not in joined:
            joined[alone] = rejoin(one, one.turned(alone)).outcome
        return joined[alone]

    return _turn(one, kind, outcome_at)


def _turn(
    one: Reckoning, kind: Literal["actual", "baseline"], outcome_at: Callable[[Fraction], Outcome]
) -> tuple[Fraction, Outcome] | None:
    if kind == "baseline" and (one.base is None or one.base.value is None):
        return None
    sign = 1 if kind == "actual" else -1
    return smallest_turn(outcome_at, [sign * edge for edge in _edges(one)], is_possible=_possible(one, kind))


def _edges(one: Reckoning) -> Iterator[Fraction]:
    """Yield the changes of what was seen at which one of its ends comes to lie on a bound."""
    if one.owed is None:
        return
    ends = {one.peak} if one.asked.is_open_ended else {one.total.low, one.total.high}
    for bound in {one.owed.least, one.owed.most}:
        yield from (bound - end for end in ends if bound is not None and end is not None)


def _possible(one: Reckoning, kind: Kind) -> Callable[[Fraction], bool]:
    """Return whether a change can be: what is counted in goods does not go below zero, net orders and rates can."""
    stands = _stands(one) if kind == "actual" else one.base.value if one.base is not None else None
    if stands is None or stands < 0 or one.asked.reading.type in CAN_FALL | {"rate", "table"}:
        return lambda _: True
    return lambda by: stands + by >= 0


def _of_actual(one: Reckoning, turn: tuple[Fraction, Outcome] | None) -> Flip:
    if turn is None:
        return _no_flip(one, "actual", f"no figure of {_name(one)} that could be turns this")
    by, becomes = turn
    stands = _stands(one)
    low, high = one.total.low, one.total.high
    seen = in_words(stands, _unit(one))
    if low is not None and high is not None and low != high and not one.asked.is_open_ended:
        seen = f"{in_words(low)} to {in_words(high, _unit(one))}"
    return Flip(
        changes="actual", source=one.result.source, channel=one.result.channel, by=exact_or_rounded(by),
        share=_share(by, stands), becomes=becomes,
        words=f"would be {_said(becomes)} if {_name(one)} had seen {_more_or_less(by, one)}{_of_what(by, stands)}; "
        f"it has seen {seen}",
    )  # fmt: skip


def _of_baseline(one: Reckoning, turn: tuple[Fraction, Outcome] | None) -> Flip:
    if turn is None:
        why = "the target is absolute, so that no baseline" if one.base is None else "no baseline that could be"
        return _no_flip(one, "baseline", f"{why} turns this")
    by, becomes = turn
    stands = one.base.value if one.base is not None and one.base.value is not None else Fraction(0)
    return Flip(
        changes="baseline", source=one.result.source, channel=one.result.channel, by=exact_or_rounded(by),
        share=_share(by, stands), becomes=becomes,
        words=f"would be {_said(becomes)} if the baseline of {_name(one)} were {_more_or_less(by, one)}"
        f"{_of_what(by, stands)}; it is {in_words(stands, _unit(one))}",
    )  # fmt: skip


def _joint_scope(able: list[Reckoning], one: Reckoning, turn: tuple[Fraction, Outcome], rejoin: Rejoin) -> Flip:
    """Return what would turn the joint outcome of the scope: one code left out, of any source, where one does (R13)."""
    found: list[tuple[Reckoning, Single, Outcome]] = []
    for each in able:
        single = _turning_code(each, lambda outcome, each=each: rejoin(each, each.turned(outcome)).outcome)  # type: ignore[misc]
        if single is not None:
            found.append((each, *single))
    if not found:
        return _of_scope(one, turn, lambda outcome: rejoin(one, one.turned(outcome)).outcome)
    each, single_code, becomes = min(found, key=lambda item: (abs(item[1].value), item[0].result.source, item[1].code))
    return _without_code(each, single_code, becomes)


def _turning_code(one: Reckoning, joined: Callable[[Outcome], Outcome]) -> tuple[Single, Outcome] | None:
    """Return the code of the scope that is least of those whose leaving out turns the outcome, and what it becomes."""
    now = joined(one.outcome_if())
    turning = []
    for single in single_codes(one):
        then = joined(one.outcome_if(actual=-single.value, baseline=-single.baseline))
        if then != now:
            turning.append((single, then))
    return min(turning, key=lambda found: (abs(found[0].value), found[0].code), default=None)


def _without_code(one: Reckoning, single: Single, becomes: Outcome) -> Flip:
    stands = _stands(one)
    query = one.asked.query
    code, unit = f"{query.family}{query.edition} {single.code}", _unit(one)
    own = f", and {in_words(single.baseline, unit)} of the baseline" if single.baseline else ""
    has = f"{in_words(single.value, unit)}{_of_what(single.value, stands)} by {_name(one)}{own}"
    return Flip(
        changes="scope", source=one.result.source, channel=one.result.channel, by=exact_or_rounded(-single.value),
        share=_share(single.value, stands), code=single.code, becomes=becomes,
        words=f"would be {_said(becomes)} if {code} were left out of the scope: it has {has}; {_coverage(one)}",
    )  # fmt: skip


def _of_scope(one: Reckoning, turn: tuple[Fraction, Outcome] | None, joined: Callable[[Outcome], Outcome]) -> Flip:
    """Return what the scope would have to lose or gain, and how far the coverage could fall (R10, R13).

    Where what single codes come to is known, the one whose leaving out turns the outcome is named. Else only what all
    of the scope do is known: how much a code would have to be worth is told, and whether there is more than one.
    """
    if (single := _turning_code(one, joined)) is not None:
        return _without_code(one, *single)
    coverage = _coverage(one)
    if one.base is not None and one.base.fact is not None and one.base.fact.body.summed:
        # A code takes its own baseline with it: only the difference of the two moves the verdict.
        goods = "codes whose figures and baseline differ by"
    else:
        goods = "goods worth"
    if turn is None:
        return _no_flip(one, "scope", f"no code that could be left out or added turns this; {coverage}")
    by, becomes = turn
    stands = _stands(one)
    if by < 0 and one.channel.leaves <= 1:
        return _no_flip(one, "scope", f"the scope is one code, and none of it can be left out; {coverage}")
    change = "left out of" if by < 0 else "added to"
    return Flip(
        changes="scope", source=one.result.source, channel=one.result.channel, by=exact_or_rounded(by),
        share=_share(by, stands), becomes=becomes,
        words=f"would be {_said(becomes)} if {goods} {_amount(by, one)}{_of_what(by, stands)} were {change} the scope; "
        f"{coverage}",
    )  # fmt: skip


def _coverage(one: Reckoning) -> str:
    """Return how far coverage could fall before the verdict goes (R8, R10)."""
    if not _stays_if_partial(one):
        return "it rests on figures of all of the period and scope: one day or code without a figure leaves it open"
    spare = one.total.coverage.scope - LEAST_SCOPE
    return f"a scope covered less by more than {percent(spare)} takes away the vote, no missing figure the verdict"


def _stays_if_partial(one: Reckoning) -> bool:
    low, high = one.total.low, one.total.high
    if one.owed is None or low is None or high is None:
        return False
    if one.asked.is_open_ended:
        return True
    partial = decide(one.owed, low, high, is_closed=one.asked.is_closed, is_whole=False, is_fixed=one.is_fixed)
    return partial == one.result.outcome


def _no_flip(one: Reckoning | None, kind: Kind, words: str) -> Flip:
    source, channel = (one.result.source, one.result.channel) if one is not None else (None, None)
    return Flip(changes=kind, source=source, channel=channel, by=None, share=None, becomes=None, words=words)


def _cannot_jointly(able: list[Reckoning], kind: Kind) -> str:
    if kind == "baseline" and all(one.base is None for one in able):
        return "the target is absolute, so that no baseline turns this"
    what = "figures" if kind == "actual" else "baseline"
    return f"no change to the {what} of one source alone turns what they say together"


def _stands(one: Reckoning) -> Fraction:
    """Return what a change of the figures is measured by: what was seen without the period's edges."""
    stands = one.peak if one.asked.is_open_ended else one.total.low
    return stands if stands is not None else Fraction(0)


def _share(by: Fraction, stands: Fraction) -> str | None:
    return fraction_text(abs(by) / abs(stands)) if stands else None


def _of_what(by: Fraction, stands: Fraction) -> str:
    return f" ({percent(abs(by) / abs(stands))} of it)" if stands else ""


def _more_or_less(by: Fraction, one: Reckoning) -> str:
    return f"{_amount(by, one)} {'more' if by > 0 else 'less'}"


def _amount(by: Fraction, one: Reckoning) -> str:
    """Return the size of a change in words; where it is a billionth past a bound, as more than what leads there.

    A change under a hundredth of the unit is written out, as rounding would make nothing of it.
    """
    size = abs(by)
    if size == GRAIN:
        return "anything"
    is_past = size - GRAIN in {abs(edge) for edge in _edges(one)}
    size -= GRAIN if is_past else 0
    said = in_words(size, _unit(one)) if size >= Fraction(1, 100) else f"{exact_or_rounded(size)} {_unit(one)}"
    return f"more than {said}" if is_past else said


def _unit(one: Reckoning) -> str:
    return one.asked.term.unit


def _name(one: Reckoning) -> str:
    return f"{one.result.source}/{one.result.channel}"


def _said(outcome: Outcome | None) -> str:
    return (outcome or "undecided").replace("_", " ")
