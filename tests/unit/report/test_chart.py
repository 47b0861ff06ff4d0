"""Charts as specifications: one measure on one scale, the very sums of the result, nothing told by colour alone."""

import re
from datetime import date
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from ledger.assessment.result import SourceResult, TermResult
from ledger.report.chart import COLOURS, Path, decimal, dimensions_chart, path_chart, path_of
from ledger.report.wording import catalogue
from tests.unit.report.example import data, figures, reading, result, term

EN = catalogue("en")
QUARTERS = [("2020-01-01", "2020-03-31", "3"), ("2020-04-01", "2020-06-30", "4.5")]


def made(values: list[tuple[str, str, str]], *, of: dict[str, Any] | None = None, **more: Any) -> Path | None:
    """The path of one source with these figures, in a term of 2020 that owes 20."""
    source = figures("us-census", "monthly", values, **{"low": "7.5", "high": "7.5", "target": "20", **more})
    asked = {"unit": "GUSD", "target": "20", "period": "2020-01-01/2020-12-31", "due": "2020-12-31", **(of or {})}
    whole = data()
    whole["commitments"][0]["terms"] = [
        term("t", "a term", "not_due", readings=[reading("export", "not_due", [source])], **asked)
    ]
    one: TermResult = result(whole).commitments[0].terms[0]
    seen: SourceResult = one.readings[0].sources[0]
    return path_of(one, seen)


def sure(path: Path | None) -> Path:
    """The path, which is there."""
    assert path is not None
    return path


def test_flow_is_added_up_to_its_total() -> None:
    """3 and 4.5 are 7.5, by the last day of each quarter (R7)."""
    path = sure(made(QUARTERS))
    assert path.form == "sum"
    assert path.seen == ((date(2020, 3, 31), Fraction(3)), (date(2020, 6, 30), Fraction("7.5")))


def test_target_to_date_is_linear_over_the_days() -> None:
    """182 of the 366 days of 2020 have passed by 30 June: 20 x 182 / 366 (R9)."""
    assert sure(made(QUARTERS)).to_date == Fraction(20 * 182, 366)


def test_observations_of_one_day_are_one_step() -> None:
    """Two codes of one month are one step of the picture (R3)."""
    both = [QUARTERS[0], ("2020-04-01", "2020-06-30", "2"), ("2020-04-01", "2020-06-30", "2.5")]
    assert sure(made(both)).seen[-1] == (date(2020, 6, 30), Fraction("7.5"))
    assert len(sure(made(both)).seen) == 2


PROJECTION: dict[str, Any] = {
    "until": "2020-06-30", "seasons": ["2018", "2019"], "low": "14", "high": "18", "expected": "0.333333",
    "reason": None, "tests": [], "words": "projected",
}  # fmt: skip


def test_projection_is_a_bracket_on_the_last_day() -> None:
    """From the least to the most that may come by the end, as high as the scale has to go (R14)."""
    path = sure(made(QUARTERS, projection={**PROJECTION, "high": "40"}))
    assert path.projected == (Fraction(14), Fraction(40))
    spec = path_chart(path, EN)
    bars = [layer for layer in spec["layer"] if layer["mark"].get("shape") == "stroke"]
    assert [layer["data"]["values"][0]["value"] for layer in bars] == [14.0, 40.0]
    assert all(layer["encoding"]["y"]["scale"]["domain"][1] >= 40 for layer in bars)


def test_projection_without_a_most_points_upwards() -> None:
    """Where a past season had nothing by then, nothing says how much it may be at most (R14)."""
    path = sure(made(QUARTERS, projection={**PROJECTION, "high": None}))
    assert path.projected == (Fraction(14), None)
    shapes = [layer["mark"].get("shape") for layer in path_chart(path, EN)["layer"]]
    assert (shapes.count("stroke"), shapes.count("triangle-up")) == (1, 1)


@pytest.mark.parametrize("change", [{"low": None, "high": None, "reason": "no season"}, None])
def test_without_a_projection_there_is_no_bracket(change: dict[str, Any] | None) -> None:
    """What cannot be projected is not drawn (R14)."""
    path = sure(made(QUARTERS, projection=None if change is None else {**PROJECTION, **change}))
    assert path.projected is None
    assert all(layer["mark"].get("shape") != "stroke" for layer in path_chart(path, EN)["layer"])


def test_order_of_points_does_not_matter() -> None:
    """Points are drawn in the order of their days."""
    assert made(QUARTERS[::-1]) == made(QUARTERS)


def test_interpolated_observation_is_not_counted() -> None:
    """What the source interpolated never counts in a picture either (R10)."""
    source = figures("us-census", "monthly", QUARTERS, low="3", high="3", target="20")
    source["points"][1]["status"] = "I"
    whole = data()
    of = {"unit": "GUSD", "target": "20", "period": "2020-01-01/2020-12-31", "due": "2020-12-31"}
    whole["commitments"][0]["terms"] = [
        term("t", "a term", "not_due", readings=[reading("export", "not_due", [source])], **of)
    ]
    one = result(whole).commitments[0].terms[0]
    assert sure(path_of(one, one.readings[0].sources[0])).seen == ((date(2020, 3, 31), Fraction(3)),)


def test_figures_that_do_not_add_up_to_the_total_are_levels() -> None:
    """A mean, a maximum or a last value is drawn as levels, and no straight path leads to it (R9)."""
    path = sure(made(QUARTERS, low="4.5", high="4.5"))
    assert (path.form, path.to_date, path.seen[-1][1]) == ("level", None, Fraction("4.5"))


def test_stock_is_a_level_even_where_one_figure_is_the_total() -> None:
    """A stock is never added up (method §2)."""
    path = sure(made(QUARTERS[:1], low="3", high="3", measure="outstanding_sale"))
    assert path.form == "level"


def test_straddling_observation_leaves_an_interval() -> None:
    """Without the observation that straddles the edge the total is 3 (R10)."""
    assert sure(made(QUARTERS, low="3")).low == Fraction(3)


def test_observation_that_ends_after_the_period_is_drawn_at_its_end() -> None:
    """A week that runs into the next year is counted and drawn on the last day of the period (R10)."""
    weeks = [QUARTERS[0], ("2020-12-28", "2021-01-03", "4.5")]
    assert sure(made(weeks)).seen[-1] == (date(2020, 12, 31), Fraction("7.5"))


def test_term_without_a_last_day_has_a_level_target() -> None:
    """Without a deadline nothing is owed by a day: the picture ends with the last figure (R11)."""
    path = sure(made(QUARTERS, of={"period": "2020-01-01/..", "due": None}))
    assert (path.is_open, path.end, path.to_date) == (True, date(2020, 6, 30), None)
    lines = [layer["data"]["values"] for layer in path_chart(path, EN)["layer"] if layer["mark"]["type"] == "line"]
    assert [point["value"] for point in lines[0]] == [20.0, 20.0]


NO_PICTURE = {
    "no target": {"target": None},
    "no figure": {"values": []},
    "no period": {"of": {"period": None, "due": None}},
    "a period that is no day": {"of": {"period": "soon/later"}},
    "no unit": {"of": {"unit": None}},
}


@pytest.mark.parametrize("case", NO_PICTURE.values(), ids=NO_PICTURE.keys())
def test_no_picture_without_target_period_or_figure(case: dict[str, Any]) -> None:
    """A picture shows what was owed against what was seen; without one of them there is none."""
    assert made(**{"values": QUARTERS, **case}) is None


def test_chart_has_one_scale_with_one_unit() -> None:
    """All layers of a picture share the unit of the term: unlike measures never meet on an axis (R7)."""
    spec = path_chart(sure(made(QUARTERS, baseline="12")), EN)
    titles = {layer["encoding"]["y"]["axis"]["title"] for layer in spec["layer"] if "y" in layer["encoding"]}
    assert titles == {"bn USD"}


def test_scale_begins_at_nothing_and_holds_everything() -> None:
    """The scale of amounts is not cut off at the foot, and nothing lies above it."""
    spec = path_chart(sure(made(QUARTERS, baseline="12")), EN)
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    values = [point["value"] for layer in spec["layer"] for point in layer["data"]["values"] if "value" in point]
    assert low == 0
    assert high >= max(values) == 20


def test_scale_reaches_below_nothing_for_net_cancellations() -> None:
    """Net orders can be negative."""
    path = sure(made([("2020-01-01", "2020-03-31", "-3")], low="-3", high="-3", measure="order"))
    assert path_chart(path, EN)["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == -3


def test_lines_differ_in_dash_and_carry_names() -> None:
    """Owed, seen and baseline are told apart without colour: by dash, and by a name at the end of each."""
    layers = path_chart(sure(made(QUARTERS, baseline="12")), EN)["layer"]
    dashes = {str(layer["mark"]["strokeDash"]) for layer in layers if layer["mark"]["type"] == "line"}
    names = [layer["data"]["values"][0]["text"] for layer in layers if layer["mark"]["type"] == "text"]
    assert len(dashes) >= 3
    assert names == ["owed 20", "base 12", "seen 7.5"]


@pytest.mark.parametrize("seen", ["19.9", "20", "20.1", "0.1"])
def test_names_at_the_edge_do_not_overlap(seen: str) -> None:
    """Names of lines that end close together are pushed apart, and stay inside the picture."""
    path = sure(made([("2020-01-01", "2020-03-31", seen)], low=seen, high=seen, baseline="0.05"))
    spec = path_chart(path, EN)
    heights = [layer["mark"]["y"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    assert all(after - before >= 13 for before, after in pairwise(heights))
    assert all(-15 <= height <= spec["height"] for height in heights)


def test_levels_are_drawn_in_the_order_of_the_method_with_both_sides() -> None:
    """Seven dimensions, each written and practised, told apart by shape and by a legend in words (E3)."""
    spec = dimensions_chart(result().commitments[0].score.dimensions, EN)
    bars = spec["layer"][0]["data"]["values"]
    assert [bar["name"][0] for bar in bars[::2]] == list("PVKOARX")
    assert [bar["side"] for bar in bars[:2]] == ["as written", "in practice"]
    assert spec["layer"][1]["encoding"]["shape"]["scale"]["range"] == ["diamond", "circle"]


def test_interval_of_levels_has_both_ends() -> None:
    """K is 3 to 4 as written and 2 to 4 in practice in the example: two marks each (E6)."""
    ends = dimensions_chart(result().commitments[0].score.dimensions, EN)["layer"][1]["data"]["values"]
    assert [(end["side"], end["level"]) for end in ends if end["name"].startswith("K")] == [
        ("as written", 3), ("as written", 4), ("in practice", 2), ("in practice", 4),
    ]  # fmt: skip


def test_every_colour_has_one_for_a_dark_ground() -> None:
    """The page's style sheet maps each colour of a chart to another on a dark ground."""
    sheet = resources.files("ledger.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    mapped = set(re.findall(r'\[(?:fill|stroke)="(#[0-9a-f]{6})"\]', sheet))
    assert mapped == set(COLOURS)


DECIMALS = {"0": "0", "12": "12", "27.335339028": "27.335339028", "1/3": "0.333333333", "-5/2": "-2.5", "10.10": "10.1"}


@pytest.mark.parametrize(("value", "written"), DECIMALS.items())
def test_sum_is_written_in_its_one_spelling(value: str, written: str) -> None:
    """A sum of decimals is a decimal of at most nine places (design §2.1)."""
    assert decimal(Fraction(value)) == written
