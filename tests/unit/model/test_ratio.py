"""Ratios are typed: like ones compare, unlike ones refuse and name the part that differs (R7)."""

import pytest

from ledger.errors import MalformedError
from ledger.model.ratio import LIKENESS, Ratio
from ledger.model.value import Period


def ratio(**changes: object) -> Ratio:
    """Return a ratio of 27.3 of 33.5, with changes."""
    parts: dict[str, object] = {
        "kind": "gross",
        "term": "ag-2020",
        "measure": "export",
        "reporter": "us",
        "partner": "cn",
        "basis": "FAS",
        "source": "us-census",
        "channel": "monthly",
        "vintage": "2021-02-05",
        "scope": "annex-6.1: agriculture",
        "period": Period(start="2020-01-01", end="2020-12-31"),
        "coverage": "1",
        "unit": "USD",
        "numerator": "27.3",
        "denominator": "target",
        "denominator_value": "33.5",
        "proration": "none",
        "value": "0.814925",
        "words": "27.3 of 33.5",
    }
    return Ratio.model_validate({**parts, **changes})


OTHER: dict[str, object] = {
    "kind": "pace",
    "measure": "order",
    "reporter": "cn",
    "partner": "us",
    "basis": "CIF",
    "source": "cn-customs",
    "channel": "annual",
    "scope": "annex-6.1: energy",
    "period": Period(start="2021-01-01", end="2021-12-31"),
    "unit": "t",
    "denominator": "target to date",
    "proration": "linear",
    "coverage": "0.916667",
    "vintage": "2021-06-25",
}


@pytest.mark.parametrize("part", LIKENESS)
def test_unlike_ratios_refuse_and_name_the_part(part: str) -> None:
    """Two ratios that differ in one part of R7 are never put on one scale."""
    with pytest.raises(MalformedError, match=f"{part} differs") as caught:
        ratio().less(ratio(**{part: OTHER[part]}))
    assert caught.value.facts["part"] == part


def test_like_ratios_compare_exactly() -> None:
    """Comparison is of exact fractions: 0.1 is less than 0.100001 and not less than itself."""
    assert ratio(value="0.1").less(ratio(value="0.100001"))
    assert not ratio(value="0.1").less(ratio(value="0.1"))


def test_two_vintages_of_one_ratio_are_not_one_scale() -> None:
    """57 and 58 percent by two releases of one series stand side by side as revisions, neither below the other (R2)."""
    assert ratio().unlike(ratio(vintage="2021-06-25", value="0.81")) == "vintage"


def test_every_part_of_a_typed_ratio_is_compared() -> None:
    """Measure, source, vintage, scope, coverage, denominator, basis and proration are the parts that R7 names."""
    named = {"measure", "source", "vintage", "scope", "coverage", "denominator", "basis", "proration"}
    assert named <= set(LIKENESS)


def test_a_ratio_without_value_is_not_compared() -> None:
    """A zero denominator gives null, and null is not a number."""
    with pytest.raises(MalformedError, match="has no value"):
        ratio(value=None, reason="the target is zero").less(ratio())
