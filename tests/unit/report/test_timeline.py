"""The docket as a picture: stages until their deadlines, acts, days by state, nothing by colour alone (F1, F2)."""

from datetime import date

import pytest

from ledger.assessment.result import Docket
from ledger.report.timeline import Mark, Timeline, timeline_chart, timeline_of
from ledger.report.wording import catalogue
from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.docket.bargain import calendar, result, treaty

EN = catalogue("en")
AS_OF = "2020-03-20"


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    """An appeal of 1 March 2020; the answer was due in ten working days, on 13 March, and is a week overdue."""
    book = Book()
    treaty(book)
    calendar(book, "2020-01-01 closed")
    book.pledge(quantity(), instrument="treaty")
    book.act("appeal", date="2020-03-01", stage="appeal")
    docket = result(book, AS_OF).docket
    assert docket is not None
    found = timeline_of(docket, AS_OF, EN)
    assert found is not None
    return found


def test_stages_come_first_and_then_what_is_due(timeline: Timeline) -> None:
    """Stages in the order of their opening, what was done, then days by their kinds (F2)."""
    assert timeline.rows[:3] == ("appeal", "answer", "acts")
    assert "term" in timeline.rows[3:]


def test_stage_runs_until_the_view_and_knows_its_deadline(timeline: Timeline) -> None:
    """A stage that nothing ended runs until the view; its time ended before (F1)."""
    answer = next(span for span in timeline.spans if span.row == "answer")
    assert (answer.start, answer.end, answer.deadline) == (date(2020, 3, 1), date(2020, 3, 20), date(2020, 3, 13))
    assert answer.is_over


def test_what_is_over_its_time_is_thinner(timeline: Timeline) -> None:
    """The part within its time and the part over it differ in height, and the deadline stands between (WCAG 1.4.1)."""
    bars = [layer for layer in timeline_chart(timeline, EN)["layer"] if layer["mark"]["type"] == "bar"]
    within, over = (layer["data"]["values"] for layer in bars)
    assert [row["row"] for row in over] == ["answer"]
    assert over[0]["day"] == next(row["end"] for row in within if row["row"] == "answer")
    assert bars[0]["mark"]["height"] > bars[1]["mark"]["height"]


def test_states_differ_in_shape(timeline: Timeline) -> None:
    """Done, ahead, passed and an act are a full circle, a hollow one, a cross and a triangle (WCAG 1.4.1)."""
    points = [layer["mark"] for layer in timeline_chart(timeline, EN)["layer"] if layer["mark"]["type"] == "point"]
    assert len({(mark["shape"], mark["filled"]) for mark in points}) == 4


def test_view_is_a_line_and_everything_is_inside(timeline: Timeline) -> None:
    """The day of the view is drawn, and no mark lies outside the scale."""
    spec = timeline_chart(timeline, EN)
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    days = [row["day"] for layer in spec["layer"] for row in layer["data"]["values"]]
    assert low < min(days)
    assert max(days) < high


def test_several_on_one_day_are_counted() -> None:
    """Marks that cover one another say how many they are."""
    day = date(2020, 12, 31)
    one = Timeline(date(2020, 6, 1), ("term",), (), (Mark("term", day, "ahead"),) * 3)
    texts = [layer for layer in timeline_chart(one, EN)["layer"] if layer["mark"]["type"] == "text"]
    assert [row["text"] for layer in texts for row in layer["data"]["values"]] == ["3"]


def test_docket_without_a_day_has_no_picture() -> None:
    """Where nothing is due and nothing was done, nothing is drawn."""
    empty = Docket(
        procedure=None, why="its instrument has no procedure", disposition="none", stages=(), acts=(), permitted=(),
        days=(), lapses=(), notes=(), cites=(),
    )  # fmt: skip
    assert timeline_of(empty, AS_OF, EN) is None
