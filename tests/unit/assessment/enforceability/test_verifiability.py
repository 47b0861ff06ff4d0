"""Verifiability: the indicators of the text, and the figures that came (method §4, V; E2, E3)."""

from typing import Any

import pytest

from ledger.assessment.enforceability import verifiability
from ledger.assessment.enforceability.level import Derived
from ledger.assessment.result import TermResult
from tests.unit.assessment.enforceability.small_ledger import (
    BEST_INDICATOR,
    INDICATOR,
    PLACE,
    Draft,
    action,
    attestation,
    case,
    commitment,
    conditional,
    evidence,
    instrument,
    name_of,
    quantity,
    reading_result,
    source_result,
    spelt,
    term_result,
)

REGISTER = {**INDICATOR, "kind": "register"}

INDICATORS: dict[str, tuple[Any, str]] = {
    "none recorded: unknown": (..., "0-4"),
    "looked for, and there is none": ([], "0"),
    "private": ([{**BEST_INDICATOR, "public": False}], "0"),
    "the claimant's word": ([{**INDICATOR, "standing": "claimant"}], "1"),
    "the claimant's word, named in the text, is still its word": (
        [{**BEST_INDICATOR, "standing": "claimant"}],
        "1",
    ),
    "a proxy": ([{**BEST_INDICATOR, "quality": "proxy"}], "2"),
    "disputed": ([{**BEST_INDICATOR, "quality": "disputed"}], "2"),
    "25 months late": ([{**BEST_INDICATOR, "lag_months": 25}], "2"),
    "24 months late": ([{**INDICATOR, "lag_months": 24}], "3"),
    "a lag that is not given": ([{**INDICATOR, "lag_months": None}], "3"),
    "79 % of scope": ([{**INDICATOR, "scope_share": "0.79"}], "2"),
    "80 % of scope": ([{**INDICATOR, "scope_share": "0.8"}], "3"),
    "a share that is unknown": ([{**INDICATOR, "scope_share": None}], "2-3"),
    "official": ([INDICATOR], "3"),
    "independent": ([{**INDICATOR, "standing": "independent"}], "3"),
    "source named, method not": ([{**INDICATOR, "named": True}], "3"),
    "source and method named": ([BEST_INDICATOR], "4"),
    "source and method named, whatever its share": ([{**BEST_INDICATOR, "scope_share": "0.3"}], "4"),
    "the best of several": ([{**INDICATOR, "public": False}, {**INDICATOR, "standing": "claimant"}, INDICATOR], "3"),
    "two halves of the scope are not added up": ([{**INDICATOR, "scope_share": "0.5"}] * 2, "2"),
    "of an unknown share and a known one": ([{**INDICATOR, "scope_share": None}, INDICATOR], "3"),
    "about another term only": ([{**BEST_INDICATOR, "terms": ["other"]}], "0"),
}


@pytest.mark.parametrize(("indicators", "expected"), INDICATORS.values(), ids=INDICATORS)
def test_written_verifiability_is_that_of_the_best_indicator(indicators: Any, expected: str) -> None:
    """Rows from 4 down; what is null leaves an interval (E2, E6)."""
    one = case(commitment(indicators=indicators, terms=[quantity(), quantity(id="other")]), instrument())
    derived = verifiability.written(one, one.terms[0])
    assert spelt(derived.printed()) == expected
    assert bool(derived.unknown) == ("-" in expected)


CONDUCT: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a register for conduct": (action(), REGISTER, "3"),
    "a gazette for conduct": (action(), {**INDICATOR, "kind": "gazette"}, "3"),
    "an inspection for conduct": (action(), {**INDICATOR, "kind": "inspection"}, "3"),
    "a series for conduct is a proxy": (action(), INDICATOR, "2"),
    "a consequence that is conduct": (
        conditional(consequence={"target": ..., "unit": ..., "bound": ...}),
        INDICATOR,
        "2",
    ),
    "a consequence with a number": (conditional(), INDICATOR, "3"),
}


@pytest.mark.parametrize(("term", "indicator", "expected"), CONDUCT.values(), ids=CONDUCT)
def test_conduct_is_verified_by_register_gazette_or_inspection(
    term: dict[str, Any], indicator: dict[str, Any], expected: str
) -> None:
    """A conditional term is read on its consequence (E1; row V.3)."""
    one = case(commitment(terms=[term], indicators=[indicator], obligors=["us"], obligees=["cn"]), instrument())
    assert spelt(verifiability.written(one, one.terms[0]).printed()) == expected


def practised(
    *drafts: Draft, results: tuple[TermResult, ...] = (), as_of: str = "2021-06-30", **changes: Any
) -> Derived:
    """Return the practised level of the one term of a commitment."""
    one = case(commitment(**changes), instrument(), *drafts, results=results, as_of=as_of)
    written = verifiability.written(one, one.terms[0])
    return verifiability.practised(one, one.terms[0], as_text=written)


def result(*, named: str | None = None, **changes: Any) -> tuple[TermResult, ...]:
    """Return what one source's figures come to."""
    return (term_result(reading_result(source_result(**changes), named_source=named)),)


UNNAMED: dict[str, Any] = {"indicators": [INDICATOR]}
HALF_YEAR = ({"start": "2019-01-01", "end": "2019-06-30", "value": "2", "status": "A"},)
INTERPOLATED = ({"start": "2019-01-01", "end": "2019-12-31", "value": "5", "status": "I"},)
ELEVEN_MONTHS = ({"start": "2019-01-01", "end": "2019-11-30", "value": "5", "status": "A"},)

FIGURES: dict[str, tuple[dict[str, Any], tuple[TermResult, ...], int]] = {
    "a source named in the text": ({}, result(), 4),
    "a source that the reading names": (UNNAMED, result(named="us-census"), 4),
    "another official source": (UNNAMED, result(), 3),
    "both parties agree": (UNNAMED, result(grade="E4"), 3),
    "only the claimant's figures": ({}, result(grade="E0"), 1),
    "only media": ({}, result(grade="E1"), 1),
    "only an official statement with a number": ({}, result(grade="E2"), 1),
    "half of the periods due": (UNNAMED, result(period_coverage="0.5", points=HALF_YEAR), 2),
    "half, though named": ({}, result(period_coverage="0.5", points=HALF_YEAR), 2),
    "figures that the source interpolated cover nothing": (
        UNNAMED,
        result(period_coverage="0", points=INTERPOLATED),
        2,
    ),
    "eleven months of twelve": (UNNAMED, result(period_coverage="0.915068493", points=ELEVEN_MONTHS), 3),
    "half of the scope": (UNNAMED, result(scope_coverage="0.5"), 2),
    "published later than 24 months": (UNNAMED, result(vintage="2022-01-01"), 2),
    "published on the last day of the 24 months": (UNNAMED, result(vintage="2021-12-31"), 3),
    "a late revision of figures that came in time": (
        UNNAMED,
        result(vintage="2022-06-01", revisions=({"published": "2020-02-05", "actual": "5", "entry": 2},)),
        3,
    ),
    "a source that does not vote still has figures": (UNNAMED, result(votes=False, why_not="no baseline"), 3),
    "the best of two sources": (
        UNNAMED,
        (term_result(reading_result(source_result(grade="E1"), source_result())),),
        3,
    ),
    "the best of two readings": (
        UNNAMED,
        (term_result(reading_result(), reading_result(source_result())),),
        3,
    ),
}


@pytest.mark.parametrize(("changes", "results", "expected"), FIGURES.values(), ids=FIGURES)
def test_practised_verifiability_is_that_of_the_figures_that_came(
    changes: dict[str, Any], results: tuple[TermResult, ...], expected: int
) -> None:
    """4 named, 3 other official, 2 under 80 % or too late, 1 the claimant's only (E3)."""
    derived = practised(results=results, as_of="2023-06-30", **changes)
    assert (derived.low, derived.high, derived.observed) == (expected, expected, True)


def test_period_whose_figures_are_not_yet_due_lowers_nothing() -> None:
    """Half a year of figures is all that is due half a year on (E3; R11 usual lag)."""
    half = result(period_coverage="0.5", points=HALF_YEAR)
    assert practised(results=half, as_of="2019-08-31", **UNNAMED).low == 3
    assert practised(results=half, as_of="2019-12-31", **UNNAMED).low == 2


def test_lag_that_nobody_gave_is_24_months() -> None:
    """Where the lag is unknown no figure is due before 24 months (R11)."""
    half = result(period_coverage="0.5", points=HALF_YEAR)
    unknown: dict[str, Any] = {"indicators": [{**INDICATOR, "lag_months": None}]}
    assert practised(results=half, as_of="2020-12-31", **unknown).low == 3
    assert practised(results=half, as_of="2021-12-31", **unknown).low == 2


def test_of_two_lags_of_one_source_the_longer_tells_what_is_due() -> None:
    """Practised verifiability waits as long as the outcome does (R11, E3)."""
    half = result(period_coverage="0.5", points=HALF_YEAR)
    two: dict[str, Any] = {"indicators": [{**INDICATOR, "lag_months": 1}, {**INDICATOR, "lag_months": 18}]}
    assert practised(results=half, as_of="2020-12-31", **two).low == 3  # to 30 June 2019: all of it is there
    assert practised(results=half, as_of="2021-06-30", **two).low == 2


def test_open_term_is_due_from_the_day_of_the_pledge() -> None:
    """A term with neither period nor deadline runs from the commitment's date (R10)."""
    term: dict[str, Any] = {**UNNAMED, "terms": [quantity(period=None)]}
    points = ({"start": "2019-02-01", "end": "2019-06-30", "value": "2", "status": "A"},)
    few = result(period_coverage="0.3", points=points)
    assert practised(results=few, as_of="2019-08-31", **term).low == 3
    assert practised(results=few, as_of="2020-08-31", **term).low == 2


def test_vintage_whose_day_is_ours_does_not_make_figures_late() -> None:
    """An imputed day says when a copy was made, not when the publisher spoke (R1)."""
    late = result(vintage="2022-06-01", cites=({"entry": 2, "statement": name_of(2), "field": None},))
    as_of: dict[str, Any] = {"as_of": "2023-06-30"}
    assert practised(evidence(published="2022-06-01"), results=late, **UNNAMED, **as_of).low == 2
    imputed = evidence(published="2022-06-01", imputed="the day of the copy")
    assert practised(imputed, results=late, **UNNAMED, **as_of).low == 3


def test_without_figures_it_is_as_written_and_says_so() -> None:
    """No figure in this ledger is not silence of the publisher (E3)."""
    derived = practised(results=(term_result(reading_result()),))
    assert (derived.low, derived.observed) == (4, False)
    assert derived.reasons[-1].says.startswith("as written")


def test_silent_publisher_lowers_it_only_where_somebody_looked() -> None:
    """On an attestation of having looked, the level is derived again without that publisher (E3)."""
    looked = attestation("not_published", term="soy", authority="us-census")
    derived = practised(looked)
    assert (derived.low, derived.observed) == (0, True)
    assert derived.reasons[-1].cites[0].entry == 2
    left: dict[str, Any] = {"indicators": [BEST_INDICATOR, {**INDICATOR, "authority": "cn-customs"}]}
    assert practised(looked, **left).low == 3
    other: dict[str, Any] = {"terms": [quantity(id="other")]}
    assert practised(attestation("not_published", term="soy", authority="us-census"), **other).low == 4


def test_figures_that_came_outweigh_having_looked_before() -> None:
    """What an assessor did not find and the ledger now holds was published (E3)."""
    looked = attestation("not_published", term="soy", authority="us-census", date="2020-01-10")
    assert practised(looked, results=result()).low == 4


def test_conduct_owes_no_figures() -> None:
    """Conduct is verified as written (E3)."""
    derived = practised(terms=[action()], indicators=[{**REGISTER, "shown": PLACE}])
    assert (derived.low, derived.observed) == (3, False)
    assert "conduct owes no figures" in derived.reasons[-1].says


@pytest.mark.parametrize(
    ("changes", "observed"),
    [
        ({"points": (), "low": "5", "high": "5"}, True),
        ({"low": None, "high": None}, True),
        ({"points": (), "low": None, "high": None}, False),
    ],
)
def test_source_has_figures_where_it_has_a_point_or_a_total(changes: dict[str, Any], observed: bool) -> None:
    """A source that is listed with neither has given nothing (E3)."""
    assert practised(results=result(**changes), **UNNAMED).observed is observed
