"""Vintages as steps: each total from the day on which it was published (R2)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.report.vintage import Vintages, vintages_chart, vintages_of
from ledger.report.wording import catalogue
from tests.unit.report.example import data, figures, reading, result, term

EN = catalogue("en")


def steps(
    revisions: list[tuple[str, str]], high: str | None = "9", vintage: str | None = "2021-06-01"
) -> Vintages | None:
    """The steps of one source with these earlier publications."""
    said = [{"published": day, "actual": actual, "entry": place} for place, (day, actual) in enumerate(revisions)]
    source = figures("us-census", "yearly", [], low=high, high=high, vintage=vintage, revisions=said)
    whole = data()
    whole["commitments"][0]["terms"] = [
        term("t", "a term", "not_met", unit="Mt", readings=[reading("export", "not_met", [source])])
    ]
    one = result(whole).commitments[0].terms[0]
    return vintages_of(one, one.readings[0].sources[0])


STEPS: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
    "one revision": ([("2021-02-01", "10")], [("2021-02-01", "10"), ("2021-06-01", "9")]),
    "out of order": (
        [("2021-04-01", "11"), ("2021-02-01", "10")],
        [("2021-02-01", "10"), ("2021-04-01", "11"), ("2021-06-01", "9")],
    ),
    "said twice is one step": (
        [("2021-02-01", "10"), ("2021-03-01", "10")],
        [("2021-02-01", "10"), ("2021-06-01", "9")],
    ),
    "said again later is a step again": (
        [("2021-02-01", "9"), ("2021-03-01", "10")],
        [("2021-02-01", "9"), ("2021-03-01", "10"), ("2021-06-01", "9")],
    ),
    "what stands was published first": (
        [("2021-02-01", "10"), ("2021-03-01", "9")],
        [("2021-02-01", "10"), ("2021-03-01", "9")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STEPS)
def test_every_change_is_a_step(case: str) -> None:
    """A total holds until another is published; the last is the one that stands (R2)."""
    revisions, expected = STEPS[case]
    found = steps(revisions)
    assert found is not None
    assert found.steps == tuple((date.fromisoformat(day), Fraction(value)) for day, value in expected)


@pytest.mark.parametrize("revisions", [[], [("2021-02-01", "9")]])
def test_channel_that_was_never_revised_has_no_picture(revisions: list[tuple[str, str]]) -> None:
    """One total is no story."""
    assert steps(revisions) is None


def test_earlier_steps_are_fainter_and_hollow() -> None:
    """What stands is a full line and a full circle; what was said before is dashed and hollow (WCAG 1.4.1)."""
    found = steps([("2021-02-01", "10")])
    assert found is not None
    marks: list[dict[str, Any]] = [layer["mark"] for layer in vintages_chart(found, EN)["layer"]]
    lines = [mark for mark in marks if mark["type"] == "line"]
    assert [bool(mark.get("strokeDash")) for mark in lines] == [True, False]
    assert lines[0]["interpolate"] == "step-after"
    assert [mark["filled"] for mark in marks if mark["type"] == "point"] == [False, True]


def test_scale_holds_every_step() -> None:
    """The scale need not begin at nothing, and nothing lies outside it."""
    found = steps([("2021-02-01", "10")])
    assert found is not None
    low, high = vintages_chart(found, EN)["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < 9
    assert high > 10
