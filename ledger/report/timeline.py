"""The docket as a picture: stages as bars until their deadlines, what was done, and the days on which something is due.

One row for each stage, then one for each kind of day. Marks differ in shape: a full circle for what is done, a hollow
one for what lies ahead, a cross for what passed undone, a triangle for an act. The dashed line is the view (F1, F2).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from ledger.assessment.result import Docket, DocketStage
from ledger.report.chart import ACTUAL, GRID, INK, MUTED, TARGET, Spec, frame, instant, tick
from ledger.report.wording import Catalogue

_WIDTH: Final = 340
_ROW: Final = 26
_LABELS: Final = 240
State = Literal["ahead", "done", "past", "act"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stage: from its opening until it ended, or until the view; and until when its time runs."""

    row: str
    start: date
    end: date
    deadline: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A day of one row."""

    row: str
    day: date
    state: State


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a docket shows over time.

    Attributes:
        rows: from the top: stages in the order of their opening, then what was done, then days by their kinds.
    """

    as_of: date
    rows: tuple[str, ...]
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


def timeline_of(docket: Docket, as_of: str, words: Catalogue) -> Timeline | None:
    """Return the picture of a docket; null where nothing in it has a day."""
    view = date.fromisoformat(as_of)
    spans = tuple(_span(stage, view) for stage in docket.stages)
    acts = words.say("picture.row_acts")
    marks = [Mark(acts, date.fromisoformat(act.date), "act") for act in docket.acts]
    marks += [Mark(words.word("cell.docket_kind", day.kind), date.fromisoformat(day.day), day.state)
              for day in docket.days]  # fmt: skip
    rows = tuple(dict.fromkeys((*(span.row for span in spans), *(mark.row for mark in marks))))
    return Timeline(view, rows, spans, tuple(marks)) if rows else None


def _span(stage: DocketStage, view: date) -> Span:
    name = stage.title if stage.round == 1 else f"{stage.title} ({stage.round})"
    start = date.fromisoformat(stage.opened)
    end = date.fromisoformat(stage.ended) if stage.ended is not None else view
    limit = stage.deadline.latest or stage.deadline.earliest if stage.deadline is not None else None
    is_over = stage.state in {"overdue", "passed"}
    return Span(name, start, max(start, end), date.fromisoformat(limit) if limit is not None else None, is_over)


def timeline_chart(one: Timeline, words: Catalogue) -> Spec:
    """Return the picture."""
    days = [one.as_of, *(mark.day for mark in one.marks)]
    days += [day for span in one.spans for day in (span.start, span.end, span.deadline) if day is not None]
    margin = max((max(days) - min(days)) / 40, timedelta(days=2))
    start, end = min(days) - margin, max(days) + margin
    x = {
        "field": "day", "type": "temporal", "scale": {"type": "utc", "domain": [instant(start), instant(end)]},
        "axis": {
            "title": None, "tickCount": 5, "labelExpr": tick(start, end, words), "gridColor": GRID,
            "gridDash": [1, 2], "labelFlush": True,
        },
    }  # fmt: skip
    axis = {"title": None, "labelLimit": _LABELS, "domain": False, "ticks": False, "labelPadding": 8}
    y = {"field": "row", "type": "nominal", "sort": list(one.rows), "axis": axis}
    view = {
        "data": {"values": [{"day": instant(one.as_of)}]},
        "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.5, "strokeDash": [4, 3]},
        "encoding": {"x": x},
    }
    return {
        **frame(width=_WIDTH, height=_ROW * len(one.rows)),
        "layer": [view, *_bars(one, x, y), *_marks(one, x, y)],
    }


def _bars(one: Timeline, x: Spec, y: Spec) -> Iterator[Spec]:
    """Yield the stages: a bar for as long as each was open, what was over its time thinner, and the deadline."""
    for over in (False, True):
        rows = [
            {"row": span.row, "day": instant(first), "end": instant(last)}
            for span in one.spans
            for first, last in _part(span, over=over)
        ]
        mark = {"type": "bar", "color": TARGET if over else ACTUAL, "height": 5 if over else 12}
        yield {"data": {"values": rows}, "mark": mark, "encoding": {"y": y, "x": x, "x2": {"field": "end"}}}
    opened = [{"row": span.row, "day": instant(span.start)} for span in one.spans]
    begin = {"type": "tick", "color": ACTUAL, "thickness": 3, "size": 12}
    yield {"data": {"values": opened}, "mark": begin, "encoding": {"y": y, "x": x}}
    left = [
        {"row": span.row, "day": instant(span.end), "end": instant(span.deadline)}
        for span in one.spans
        if span.deadline is not None and span.deadline > span.end
    ]
    dashed = {"type": "rule", "color": ACTUAL, "strokeWidth": 1.5, "strokeDash": [2, 2]}
    yield {"data": {"values": left}, "mark": dashed, "encoding": {"y": y, "x": x, "x2": {"field": "end"}}}
    limits = [{"row": span.row, "day": instant(span.deadline)} for span in one.spans if span.deadline is not None]
    tick_mark = {"type": "tick", "color": INK, "thickness": 2.5, "size": 20}
    yield {"data": {"values": limits}, "mark": tick_mark, "encoding": {"y": y, "x": x}}


def _part(span: Span, *, over: bool) -> Iterator[tuple[date, date]]:
    """Yield the part of a stage within its time, or over it."""
    turn = min(span.deadline, span.end) if span.is_over and span.deadline is not None else span.end
    first, last = (turn, span.end) if over else (span.start, turn)
    if first < last or (not over and first == last):
        yield first, last


def _marks(one: Timeline, x: Spec, y: Spec) -> Iterator[Spec]:
    """Yield the days: what passed a little lower than the rest, and how many fall on one day where several do."""
    looks: dict[State, Spec] = {
        "done": {"shape": "circle", "filled": True, "color": ACTUAL, "size": 60, "yOffset": -5},
        "ahead": {"shape": "circle", "filled": False, "color": ACTUAL, "size": 60, "yOffset": -5},
        "past": {"shape": "cross", "filled": True, "color": TARGET, "size": 70, "angle": 45, "yOffset": 5},
        "act": {"shape": "triangle-up", "filled": True, "color": INK, "size": 70},
    }
    for state, look in looks.items():
        counted = Counter((mark.row, mark.day) for mark in one.marks if mark.state == state)
        rows = [{"row": row, "day": instant(day), "text": str(n)} for (row, day), n in counted.items()]
        point = {"type": "point", "opacity": 1, **look}
        yield {"data": {"values": rows}, "mark": point, "encoding": {"y": y, "x": x}}
        several = [row for row in rows if row["text"] != "1"]
        text = {
            "type": "text", "align": "left", "baseline": "middle", "dx": 7, "fontSize": 10, "color": INK,
            "yOffset": look.get("yOffset", 0),
        }  # fmt: skip
        yield {
            "data": {"values": several}, "mark": text,
            "encoding": {"y": y, "x": x, "text": {"field": "text", "type": "nominal"}},
        }  # fmt: skip
