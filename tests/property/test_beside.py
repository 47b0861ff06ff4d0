"""Laws of what stands beside a score: order changes nothing, more kept never lowers credibility (E10)."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.beside.beta import quantile
from ledger.assessment.beside.credibility import PRIOR, TAILS, estimate
from ledger.assessment.beside.fulfilment import share_of
from ledger.assessment.reconcile.depth import line

shares = st.fractions(min_value=0, max_value=1, max_denominator=12)
trials = st.lists(shares, max_size=12)
amounts = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)


@settings(max_examples=20, deadline=None)
@given(trials, st.randoms(use_true_random=False))
def test_the_order_of_commitments_changes_nothing(some: list[Fraction], shuffle: object) -> None:
    """Credibility is of the set (E10)."""
    other = some[:]
    shuffle.shuffle(other)  # type: ignore[attr-defined]  # a strategy's own random
    assert estimate(other) == estimate(some)


@settings(max_examples=20, deadline=None)
@given(trials, shares)
def test_more_kept_never_lowers_any_end(some: list[Fraction], share: Fraction) -> None:
    """Of two parties alike but for one trial, who kept more is not behind (E10)."""
    less, more = estimate([*some, share * Fraction(1, 2)]), estimate([*some, share])
    assert all(Fraction(one) <= Fraction(other) for one, other in zip(less, more, strict=True))


@settings(max_examples=20, deadline=None)
@given(trials)
def test_the_ends_lie_about_the_mean_and_within_one(some: list[Fraction]) -> None:
    """The interval is about what is expected, and a share is a share (E10)."""
    kept = sum(some, Fraction(0))
    a, b = PRIOR + kept, PRIOR + len(some) - kept
    low, high = (Fraction(quantile(a, b, at=tail)) for tail in TAILS)
    assert 0 < low < a / (a + b) < high < 1


@given(amounts, amounts, st.lists(st.integers(-20, -1), min_size=2, max_size=8, unique=True))
def test_a_line_through_a_line_is_that_line(start: Fraction, slope: Fraction, places: list[int]) -> None:
    """Least squares gives exactly back what lies on a line (E10)."""
    assert line([(place, start + slope * place) for place in places], at=0) == start


@given(
    st.lists(st.tuples(st.integers(-20, -1), amounts), min_size=2, max_size=8, unique_by=lambda one: one[0]), amounts
)
def test_a_line_moves_with_what_it_runs_through(points: list[tuple[int, Fraction]], by: Fraction) -> None:
    """So much more each year is so much more at the end (E10)."""
    moved = [(place, amount + by) for place, amount in points]
    assert line(moved, at=0) == line(points, at=0) + by


@given(st.sampled_from(["at_least", "at_most", "exactly"]), amounts, amounts)
def test_a_share_does_not_depend_on_the_unit(bound: str, actual: Fraction, owed: Fraction) -> None:
    """Tonnes or kilograms, the share is one (E10, R5)."""
    assert share_of(bound, actual=1000 * actual, owed=1000 * owed) == share_of(bound, actual=actual, owed=owed)
