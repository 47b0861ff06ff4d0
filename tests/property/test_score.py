"""Laws of the score: monotone, within its interval, lowered by gates only, blind to order (method §4, E3–E7)."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.assessment.enforceability.level import Derived
from ledger.assessment.enforceability.pillar import BANDS, DIMENSIONS, PILLARS, band, gated, pillar, points, ungated
from ledger.assessment.enforceability.score import _side
from ledger.assessment.result import DimensionResult, Score, SourceResult
from ledger.assessment.stance import matrix
from ledger.assessment.standing import standing
from ledger.model.attestation import Dimension
from tests.unit.assessment.enforceability.small_ledger import (
    INDICATOR,
    LEVER,
    PLACE,
    SUBJECT,
    WORDS,
    Draft,
    act,
    amendment,
    attestation,
    commitment,
    instrument,
    known,
    position,
    quantity,
    reading_result,
    scored,
    source_result,
    term_result,
)

LEVELS = st.integers(min_value=0, max_value=4)
SEVEN = st.fixed_dictionaries(dict.fromkeys(DIMENSIONS, LEVELS))
INTERVALS = st.fixed_dictionaries({one: st.tuples(LEVELS, LEVELS).map(sorted) for one in DIMENSIONS})


@given(SEVEN, st.sampled_from(list(DIMENSIONS)))
def test_score_never_falls_when_a_level_rises(levels: dict[Dimension, int], one: Dimension) -> None:
    """Monotone in every level, gates included (E6)."""
    if levels[one] < 4:
        better = {**levels, one: levels[one] + 1}
        assert ungated(better) >= ungated(levels)
        assert gated(better) >= gated(levels)


@given(SEVEN)
def test_gates_only_lower(levels: dict[Dimension, int]) -> None:
    """A gate caps and never lifts (E5)."""
    assert gated(levels) <= ungated(levels)


@given(SEVEN)
def test_tenth_is_the_nearest_one(levels: dict[Dimension, int]) -> None:
    """Half a tenth below is not above the cube root, half a tenth above is (E4); compared as cubes, in fractions."""
    cube = Fraction(1)
    for name in PILLARS:
        cube *= Fraction(1, 20) + Fraction(19, 20) * pillar(name, levels)
    score = Fraction(ungated(levels), 1000)
    half = Fraction(1, 2000)
    assert (score - half) ** 3 <= cube < (score + half) ** 3
    assert 50 <= ungated(levels) <= 1000


@given(INTERVALS, SEVEN)
def test_interval_contains_every_completion(ends: dict[Dimension, list[int]], drawn: dict[Dimension, int]) -> None:
    """Whatever the unknown levels turn out to be, the score lies between the two ends (E6)."""
    side = _side({one: Derived(low, high, ()) for one, (low, high) in ends.items()})
    completed = {one: low + drawn[one] % (high - low + 1) for one, (low, high) in ends.items()}
    assert Fraction(side.low) <= Fraction(gated(completed), 10) <= Fraction(side.high)


@given(INTERVALS)
def test_bands_of_an_interval_are_those_of_its_ends(ends: dict[Dimension, list[int]]) -> None:
    """An interval has two bands, in order (E7)."""
    side = _side({one: Derived(low, high, ()) for one, (low, high) in ends.items()})
    order = [name for _, name in reversed(BANDS)]
    assert order.index(side.low_band) <= order.index(side.high_band)
    assert side.point == (side.why_no_point is None)


@given(st.integers(min_value=0, max_value=1000), st.integers(min_value=0, max_value=1000))
def test_bands_are_total_and_ordered(one: int, other: int) -> None:
    """Every tenth has a band, and a higher score never a lower one (E7)."""
    order = [name for _, name in reversed(BANDS)]
    low, high = sorted((one, other))
    assert order.index(band(low)) <= order.index(band(high))


@given(st.integers(min_value=-1000, max_value=1000))
def test_points_and_tenths_say_the_same(tenths: int) -> None:
    """Printing loses nothing (design §2.1)."""
    assert Fraction(points(tenths)) * 10 == tenths


WORDS_WITH_FORUM: dict[str, Any] = {
    **WORDS,
    "forum": {"kind": "standing_body", "deadlines": True, "binding": False, "shown": PLACE},
    "procedure": {
        "title": "talks",
        "stages": [
            {
                "id": "answer",
                "title": "answer",
                "forum": "office",
                "trigger": "a complaint",
                "limit": {"days": 30},
                "last": True,
            }
        ],
    },
}
STANCES = st.sampled_from(["affirms", "affirms_differently", "silent", "denies"])
POSITIONS = st.builds(
    position,
    st.sampled_from(["cn", "us"]),
    STANCES,
    st.sampled_from(["2018-12-01", "2019-01-31", "2019-02-04", "2019-06-01"]),
    about=st.sampled_from(["pledge", "finding"]),
)
OTHERS: st.SearchStrategy[Draft] = st.one_of(
    POSITIONS,
    st.just(attestation("not_published", term="soy", authority="us-census")),
    st.builds(
        act, st.sampled_from(["notice", "remedy", "consultation"]), st.just("us"), st.sampled_from(["2020-03-01"])
    ),
)
FIGURES = st.builds(
    source_result,
    source=st.sampled_from(["us-census", "cn-customs"]),
    grade=st.sampled_from(["E1", "E3"]),
    scope_coverage=st.sampled_from(["0.5", "1"]),
    period_coverage=st.sampled_from(["0.5", "1"]),
)


def numbers(score: Score) -> list[Any]:
    """Return the levels and the two sides of a score; which entries say so depends on where they were logged."""

    def ends(one: DimensionResult) -> tuple[int, int, int, int, bool]:
        return one.written.low, one.written.high, one.practised.low, one.practised.high, one.practised.observed

    return [*map(ends, score.dimensions), score.written, score.practised, score.erosion, score.gates]


AMENDED = st.sampled_from(["2019-06-01", "2019-06-02", "2019-07-01"])
AMENDMENTS: st.SearchStrategy[Draft] = st.one_of(
    st.builds(
        lambda day, amount: amendment("modify", "cn", "us", day=day, terms=[quantity(target=amount)]),
        AMENDED, st.sampled_from(["4", "6"]),
    ),
    st.builds(
        lambda day, announced: amendment(
            "modify", "cn", "us", day=day, announced=announced, terms=[quantity(id="corn", shown={})]
        ),
        AMENDED, st.sampled_from(["2019-05-01", "2019-05-02"]),
    ),
    st.builds(
        lambda day, change: amendment(change, "cn", "us", day=day), AMENDED, st.sampled_from(["suspend", "resume"])
    ),
    st.builds(lambda day: amendment("modify", "cn", day=day, terms=[quantity(target="1")]), AMENDED),
    st.builds(lambda day: amendment("lever_lapsed", "us", subject="tariffs", lever="tariffs", day=day), AMENDED),
    st.builds(lambda day: amendment("withdraw", "us", subject="text", day=day), AMENDED),
)  # fmt: skip
DONE: st.SearchStrategy[Draft] = st.builds(
    act,
    st.sampled_from(["appeal", "waiver", "excuse", "settlement", "remedy", "notice"]),
    st.sampled_from(["cn", "us"]),
    st.sampled_from(["2020-03-01", "2020-03-02"]),
)


@given(st.data(), st.lists(st.one_of(AMENDMENTS, DONE, POSITIONS), max_size=6))
def test_order_of_what_was_done_changes_nothing_that_is_not_said(data: st.DataObject, drafts: list[Draft]) -> None:
    """Amendments, acts, waivers and positions of one day in another order: the same terms, state and score (E4, R12).

    One thing only the log's order tells: which of two amendments stands that contradict one another and have the same
    days. That pair is named in every order; where there is none, nothing depends on the order of the entries.
    """
    first = (commitment(indicators=[INDICATOR], levers=[LEVER]), instrument(**WORDS_WITH_FORUM, issuers=["cn", "us"]))
    turned = data.draw(st.permutations(drafts))
    seen, other = known(*first, *drafts), known(*first, *turned)
    one, two = standing(seen, SUBJECT), standing(other, SUBJECT)
    assert bool(one.contrary) == bool(two.contrary)
    assert one.disposition == two.disposition
    terms = seen.commitments[SUBJECT].body.terms
    assert [cell.stance for cell in matrix(seen, SUBJECT, terms)] == [
        cell.stance for cell in matrix(other, SUBJECT, terms)
    ]
    if not one.contrary:
        assert {term.id: term for term in one.terms} == {term.id: term for term in two.terms}
        assert (one.validity, one.suspended, one.lapsed, one.ended) == (
            two.validity, two.suspended, two.lapsed, two.ended,
        )  # fmt: skip
        assert numbers(scored(*first, *drafts)) == numbers(scored(*first, *turned))


@given(st.data(), st.lists(OTHERS, max_size=5), st.lists(FIGURES, max_size=3))
def test_order_of_what_was_said_changes_nothing(
    data: st.DataObject, others: list[Draft], figures: list[SourceResult]
) -> None:
    """The same positions, attestations, actions and figures in another order give the same levels (E3, E4)."""
    first = (commitment(indicators=[INDICATOR], levers=[LEVER]), instrument(**WORDS_WITH_FORUM, issuers=["us"]))
    turned = data.draw(st.permutations(others))
    turned_figures = data.draw(st.permutations(figures))
    result = term_result(reading_result(*figures))
    other = term_result(reading_result(*turned_figures))
    assert numbers(scored(*first, *others, results=(result,))) == numbers(
        scored(*first, *turned, results=(other,)),
    )
