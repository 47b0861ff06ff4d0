"""Typed ratios refuse to be compared with unlike ones, and name the part that differs (R7)."""

from typing import Any

import pytest

from ledger.errors import MalformedError
from ledger.model.ratio import Ratio
from tests.unit.assessment.builder import EXPORT, IMPORT, Book, quantity


def ratio(target: str = "12", value: str = "6", *, kind: str = "gross", **more: Any) -> Ratio:
    """A ratio of a small ledger, by its kind."""
    names = ("channel", "authority", "basis", "series", "published")
    figures = {name: more.pop(name) for name in names if name in more}
    period = more.pop("period_of", "2020")
    book = Book()
    book.pledge(quantity(target, **more))
    book.figures(f"{period} 1201 {value}", **figures)
    return next(one for one in book.term("2021-06-01").ratios if one.kind == kind)


def test_like_ratios_are_compared_by_their_value() -> None:
    """Half and a third of the same target on the same channel (R7)."""
    half, third = ratio(), ratio(value="4")
    assert half.unlike(third) is None
    assert third.less(half)
    assert not half.less(third)


UNLIKE: list[tuple[str, dict[str, Any]]] = [
    ("kind", {"kind": "pace"}),
    ("measure", {"measure": {**IMPORT, "reporter": "us", "partner": "cn"}, "series": "series:import/us/cn"}),
    ("partner", {"measure": {**EXPORT, "partner": "us"}, "series": "series:export/us/us"}),
    ("source", {"authority": "usda"}),
    ("channel", {"channel": "annual"}),
    ("scope", {"scope": {"title": "all of it", "classification": "HS", "codes": ["12"]}}),
    ("period", {"period": {"start": "2020-01-01", "end": "2020-12-30"}}),
    ("unit", {"unit": "kt"}),
    ("coverage", {"period_of": "2020-01"}),
    ("vintage", {"published": "2021-03-05"}),
]


@pytest.mark.parametrize(("part", "more"), UNLIKE, ids=[case[0] for case in UNLIKE])
def test_unlike_ratios_are_refused_by_the_part_that_differs(part: str, more: dict[str, Any]) -> None:
    """The code refuses and names the part: measure, source, scope, unit and the rest (R7)."""
    one, other = ratio(), ratio(**more)
    assert one.unlike(other) == part
    with pytest.raises(MalformedError, match=f"cannot be compared: {part} differs"):
        one.less(other)


def test_a_ratio_without_a_value_is_not_compared() -> None:
    """Null has no place on a scale (R7)."""
    none = ratio("0", bound="at_most")
    with pytest.raises(MalformedError, match="one has no value"):
        none.less(none)


def test_bases_differ_where_figures_are_valued_differently() -> None:
    """FOB and FAS do not stand on one scale (R7)."""
    fob, fas = (ratio(unit_of, basis=basis) for unit_of, basis in (("12", "FOB"), ("12", "FAS")))
    assert fob.unlike(fas) == "basis"


def test_a_straddling_observation_gives_the_ratio_two_ends() -> None:
    """A year's six tonnes against a half-year's twelve: none of it, or half of what is owed (R10)."""
    straddling = ratio(period={"start": "2020-01-01", "end": "2020-06-30"})
    assert (straddling.value, straddling.high) == ("0", "0.5")
    assert ratio().high is None
