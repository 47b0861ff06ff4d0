"""Credibility: how far a party has kept its own word, over all its commitments that a view knows (E10).

One trial per commitment: the mean of its closed terms' fulfilment, capped at 1; before any, as if two trials of four
had gone well (Beta(2, 2)). The mean and a 90 % interval stand with the count; who is left out is named with the reason.
It is about a party, and needs every commitment of that party: no audit's closure holds these, so no audit prints it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from ledger.assessment.beside.beta import quantile
from ledger.assessment.beside.fulfilment import RULES as FULFILMENT
from ledger.assessment.beside.fulfilment import Share, shown
from ledger.assessment.beside.performance import Performed, performance
from ledger.assessment.result import CommitmentResult, Credibility, Trial
from ledger.assessment.standing import standing
from ledger.assessment.view import Known

PRIOR: Final = Fraction(2)
"""Both parameters of the prior (E10)."""

TAILS: Final = (Fraction(5, 100), Fraction(95, 100))
"""Where the 90 % interval ends."""

RULES: Final = (
    "The prior is Beta(2, 2): before any commitment is counted, as if two of four had been kept.",
    *FULFILMENT,
    "One trial per commitment: the mean of its closed terms' fulfilment, between 0 and 1; its size does not weigh.",
    (
        "A commitment that only others than the obligor say was made is not its word, and one that restates another "
        "known here is that one said again: neither is a trial."
    ),
)


class Estimate(NamedTuple):
    """What is to be expected of one more trial: the posterior's mean and 90 % interval, to two places, half-even."""

    mean: str
    low: str
    high: str


def credibility(known: Known, party: str, results: Sequence[CommitmentResult]) -> Credibility:
    """Return how far a party has kept its own word.

    Args:
        results: of every commitment that the party owes, at the view of ``known``; those of others are passed over.

    Source: E10.
    """
    counted: list[Trial] = []
    shares: list[Share] = []
    left_out: list[str] = []
    for result in results:
        if party not in result.obligors:
            continue
        performed = performance(known, result.subject, standing(known, result.subject).terms, result.terms)
        why = _why_no_trial(known, result, performed)
        if why is not None or performed.trial is None:
            left_out.append(f"{result.subject}: {why}")
            continue
        shares.append(performed.trial)
        lines = performed.performance.terms
        counted.append(
            Trial(commitment=result.subject, title=result.title, fulfilment=shown(performed.trial), terms=lines)
        )
        left_out += [
            f"{result.subject}/{line.term}: {line.left_out or _spoken(line.outcome)}"
            for line in lines
            if not line.is_closed
        ]
    low, high = estimate([share[0] for share in shares]), estimate([share[1] for share in shares])
    mean, interval = (low.mean, high.mean), (low.low, high.high)
    return Credibility(
        party=party,
        trials=len(shares),
        mean=mean,
        interval=interval,
        counted=tuple(counted),
        left_out=tuple(left_out),
        rules=RULES,
        words=_in_words(party, len(shares), mean, interval),
    )


def estimate(trials: Sequence[Fraction]) -> Estimate:
    """Return what trials, each between 0 and 1, let one expect of the next.

    Source: E10.
    """
    kept = sum(trials, Fraction(0))
    a, b = PRIOR + kept, PRIOR + len(trials) - kept
    low, high = (quantile(a, b, at=tail) for tail in TAILS)
    return Estimate(mean=_two_places(a / (a + b)), low=_two_places(Fraction(low)), high=_two_places(Fraction(high)))


def _why_no_trial(known: Known, result: CommitmentResult, performed: Performed) -> str | None:
    """Return why a commitment is no trial of its obligor's word; null where it is one."""
    if result.validity == "claimed":
        return f"not the obligor's own word: {result.validity_reason}"
    restated = next((link.commitment for link in result.links if link.kind == "restates" and link.fault is None), None)
    if restated is not None and set(result.obligors) & set(known.commitments[restated].body.obligors):
        return f"restates {restated}, which is counted where it is decided"
    if performed.trial is None:
        outcomes = "; ".join(
            f"{line.term}: {line.left_out or _spoken(line.outcome)}" for line in performed.performance.terms
        )
        return f"no term is closed ({outcomes})"
    return None


def _spoken(outcome: str) -> str:
    return outcome.replace("_", " ")


def _in_words(party: str, trials: int, mean: tuple[str, str], interval: tuple[str, str]) -> str:
    told = "1 commitment" if trials == 1 else f"{trials} commitments"
    if not trials:
        return f"{party}: nothing is counted yet; the prior alone says {mean[0]} ({interval[0]} to {interval[1]})"
    expected = " to ".join(dict.fromkeys(mean))
    return f"{party}: {expected} (90 % interval {interval[0]} to {interval[1]}), from {told}"


def _two_places(value: Fraction) -> str:
    """Return a share to two places, both always written: they say how sure it is."""
    hundredths = round(value * 100)  # of a fraction, round() is exact and half-even
    return f"{hundredths // 100}.{hundredths % 100:02d}"
