"""Laws of reconciliation: order changes nothing, a view keeps its answer, a flip turns what it says it does."""

from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment.reconcile.amount import exact_or_rounded
from ledger.assessment.reconcile.decision import Owed, decide
from ledger.assessment.result import SourceResult, TermResult
from tests.unit.assessment.builder import Book, quantity

VALUES = st.one_of(st.integers(0, 40).map(str), st.sampled_from(["0.000000001", "999999999.999999999", "0.1", "12.5"]))
MONTHS = st.integers(1, 12).map(lambda month: f"2020-{month:02}")
POINTS = st.dictionaries(
    st.tuples(MONTHS, st.sampled_from(["1201", "120190", "1005"])), VALUES, min_size=1, max_size=14
)
TERMS = st.builds(
    lambda target, bound, codes: quantity(
        target, bound=bound, scope={"title": "goods", "classification": "HS", "codes": codes}
    ),
    st.integers(0, 200).map(str),
    st.sampled_from(["at_least", "at_most"]),
    st.sampled_from([["1201"], ["1201", "1005"], ["120190"], ["12", "10"]]),
)


def lines(points: dict[tuple[str, str], str]) -> list[str]:
    """Points as lines of figures."""
    return [f"{period} {code} {value}" for (period, code), value in points.items()]


def said(term: TermResult) -> TermResult:
    """A result without the places in the log, which are not the same when the same is said in another order."""

    def placeless(source: SourceResult) -> SourceResult:
        revisions = tuple(one.model_copy(update={"entry": 0}) for one in source.revisions)
        return source.model_copy(update={"cites": (), "revisions": revisions})

    readings = tuple(
        one.model_copy(update={"sources": tuple(placeless(source) for source in one.sources)}) for one in term.readings
    )
    refused = sorted(one.reason for one in term.not_admissible)
    return term.model_copy(update={"readings": readings, "cites": (), "not_admissible": refused})


@settings(max_examples=40)
@given(TERMS, POINTS, st.randoms(use_true_random=False))
def test_the_order_of_observations_changes_nothing(
    term: dict[str, Any], points: dict[tuple[str, str], str], order: Random
) -> None:
    """A file is sorted before it is read: how its rows came in does not matter (style §10)."""
    shuffled = lines(points)
    order.shuffle(shuffled)
    results = []
    for figures in (lines(points), shuffled):
        book = Book()
        book.pledge(term)
        book.figures(*figures)
        results.append(book.term("2021-06-01"))
    assert results[0] == results[1]


@settings(max_examples=40)
@given(TERMS, st.lists(st.tuples(POINTS, st.integers(1, 28)), min_size=2, max_size=4, unique_by=lambda one: one[1]))
def test_the_order_of_evidence_changes_nothing(
    term: dict[str, Any], vintages: list[tuple[dict[tuple[str, str], str], int]]
) -> None:
    """Vintages of different days may be logged in any order: the newest wins, not the last (R2)."""
    results = []
    for order in (vintages, vintages[::-1]):
        book = Book()
        book.pledge(term)
        for points, day in order:
            book.figures(*lines(points), published=f"2021-02-{day:02}")
        results.append(said(book.term("2021-06-01")))
    assert results[0] == results[1]


@settings(max_examples=40)
@given(TERMS, POINTS, POINTS)
def test_an_older_view_gives_its_old_answer(
    term: dict[str, Any], first: dict[tuple[str, str], str], later: dict[tuple[str, str], str]
) -> None:
    """What is published or logged later leaves the answer of an earlier view as it was (R1)."""
    book = Book()
    book.pledge(term)
    book.figures(*lines(first), published="2021-02-01")
    size, before = len(book.said), book.term("2021-03-01")
    book.figures(*lines(later), published="2021-04-01")  # dated later
    book.figures(*lines(later), published="2021-01-15", channel="other")  # dated earlier, logged later
    assert book.term("2021-03-01", size=size) == before


@settings(max_examples=40)
@given(TERMS, st.dictionaries(MONTHS, VALUES, min_size=1, max_size=12), VALUES)
def test_a_child_beside_its_parent_changes_nothing(term: dict[str, Any], points: dict[str, str], child: str) -> None:
    """Rows below a row that counts are in it already: adding them changes neither total nor coverage (R3)."""
    parents = [f"{month} 12 {value}" for month, value in points.items()]
    children = [f"{month} {code} {child}" for month in points for code in ("1201", "120110")]
    term = {**term, "scope": {"title": "chapters", "classification": "HS", "codes": ["10", "12"]}}
    results = []
    for figures in (parents, parents + children):
        book = Book()
        book.pledge(term)
        book.figures(*figures)
        results.append(said(book.term("2021-06-01")))
    assert results[0] == results[1]


@given(
    st.sampled_from(["at_least", "at_most", "exactly"]),
    st.tuples(st.fractions(-5, 5), st.fractions(0, 2), st.fractions(-9, 9), st.fractions(0, 3)),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_verdict_needs_both_ends_and_never_turns(
    bound: str, numbers: tuple[Fraction, Fraction, Fraction, Fraction], facts: tuple[bool, bool, bool]
) -> None:
    """What is decided for an interval is decided alike for every total in it, also when all is known (R10, R11)."""
    level, tolerance, low, width = numbers
    is_closed, is_whole, is_fixed = facts
    owed = Owed(bound, level, tolerance if bound == "exactly" else Fraction(0))  # type: ignore[arg-type]
    verdict = decide(owed, low, low + width, is_closed=is_closed, is_whole=is_whole, is_fixed=is_fixed)
    if verdict is not None:
        for total in (low, low + width / 2, low + width):
            assert decide(owed, total, total, is_closed=True, is_whole=True, is_fixed=is_fixed) == verdict


@given(st.fractions(-(10**12), 10**12))
def test_a_printed_amount_is_within_half_a_millionth(value: Fraction) -> None:
    """Rounding never moves an amount by more than half of the sixth place (method, Arithmetic)."""
    assert abs(Fraction(exact_or_rounded(value)) - value) <= Fraction(1, 2 * 10**6)


GRAINS = st.one_of(
    st.integers(0, 30).map(Fraction),
    st.integers(0, 10**11).map(lambda grains: Fraction(grains, 10**9)),
)
"""Amounts on the grid of a canonical decimal."""

GRAIN = Fraction(1, 10**9)


def verdict_of(term: dict[str, Any], seen: Fraction, base: Fraction | None) -> TermResult:
    """What becomes of a term of one observation, perhaps over a baseline, after its deadline."""
    book = Book()
    book.pledge(term)
    if base is not None:
        book.baseline(exact_or_rounded(base))
    book.figures(f"2020 1201 {exact_or_rounded(seen)}")
    return book.term("2021-06-01")


@settings(max_examples=60)
@given(
    st.sampled_from(["at_least", "at_most", "exactly"]), GRAINS, GRAINS, st.one_of(st.none(), GRAINS), st.integers(0, 3)
)
def test_the_change_that_is_told_turns_the_verdict_and_a_grain_less_does_not(
    bound: str, target: Fraction, seen: Fraction, base: Fraction | None, tolerance: int
) -> None:
    """Applied to the figures, or to the baseline, a flip brings what it says; a billionth less brings nothing (R13)."""
    more: dict[str, Any] = {"tolerance": str(tolerance)} if bound == "exactly" else {}
    if base is not None:
        more |= {"target_is": "increment", "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}
    term = quantity(exact_or_rounded(target), bound=bound, **more)
    now = verdict_of(term, seen, base)
    for flip in now.readings[0].sources[0].flips:
        if flip.by is None or flip.changes == "scope":
            continue
        by = Fraction(flip.by)
        for step, outcome in ((by, flip.becomes), (by - GRAIN if by > 0 else by + GRAIN, now.outcome)):
            moved = (seen + step, base) if flip.changes == "actual" or base is None else (seen, base + step)
            assert verdict_of(term, *moved).outcome == outcome, flip


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=3, max_size=6), st.integers(0, 60))
def test_a_projection_holds_every_past_season_that_it_is_made_of(years: list[tuple[int, int]], seen: int) -> None:
    """Had this year the share of any of them by now, it would come inside; the two ends are such years (R14)."""
    book = Book()
    book.pledge(quantity("10"))
    past = [
        f"{2020 - back}-{month:02} 1201 {value}"
        for back, (first, second) in enumerate(years, start=1)
        for month, value in zip(range(1, 13), (first, *[0] * 5, second, *[0] * 5), strict=True)
    ]
    book.figures(*past, *(f"2020-{month:02} 1201 {seen if month == 1 else 0}" for month in range(1, 7)),
                 published="2020-07-05")  # fmt: skip
    found = book.term("2020-07-10").readings[0].sources[0].projection
    assert found is not None
    would = [Fraction(seen) * (first + second) / first for first, second in years]
    assert (found.low, found.high) == (exact_or_rounded(min(would)), exact_or_rounded(max(would)))
