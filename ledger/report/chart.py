"""Charts as Vega-Lite specifications: plain dictionaries, made of one result, drawn elsewhere.

One chart shows one measure by one channel of one source on one scale: unlike measures never meet on an axis (R7).
Nothing is told by colour alone; marks differ in shape or dash and carry their name. The colours were chosen to be told
apart by people who do not tell red from green, and the page maps each to a lighter one on a dark ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any, Final, Literal

from ledger.assessment.result import DimensionResult, Level, SourceResult, TermResult
from ledger.model.value import STOCKS
from ledger.report.wording import Catalogue

Spec = dict[str, Any]
"""A Vega-Lite specification."""

FONT: Final = "Pledger Layout"
"""The font that a picture is laid out in: one that no machine has.

The converter would take a machine's own font of a name before one that it is given; the widths of texts, and with
them the bytes, would be the machine's. For a name that nobody has it takes the first font that it brings along, which
is a little wider than the page's, in which the picture is seen (``ledger.report.drawing``).
"""

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"

INK: Final = "#17202b"
MUTED: Final = "#566170"
GRID: Final = "#dfe3e8"
ACTUAL: Final = "#0a5c96"
TARGET: Final = "#a8480a"
BASELINE: Final = "#5d6672"
COLOURS: Final = (INK, MUTED, GRID, ACTUAL, TARGET, BASELINE)
"""Every colour that a chart uses; the page's style sheet has a counterpart of each for a dark ground."""

_WIDTH: Final = 218
_HEIGHT: Final = 150
_GAP: Final = 13
_DIMENSIONS_WIDTH: Final = 208
_ROW: Final = 36


@dataclass(frozen=True, slots=True)
class Path:
    """What was owed and what was observed over a period, by one channel of one source, in one unit.

    Units: amounts in ``unit``.

    Attributes:
        form: ``sum`` where the observations add up to the total, so that the picture runs up from nothing; ``level``
            where each is a level by itself, against the target as a line.
        start: and ``end`` the days of the period.
        seen: the last day of each observation and the total (or level) by then, in order of days.
        low: the total without observations that straddle the period's edge, where it differs from the last of ``seen``.
        to_date: the target to the last day of ``seen``, linear (R9); null for levels, and without a last day.
        is_open: the term has no last day: the picture ends with the last observation, and the target is a level line.
        projected: what the total may come to by the end, least and most; the most is null where nothing bounds it, all
            of it where nothing is projected (R14).
    """

    form: Literal["sum", "level"]
    start: date
    end: date
    unit: str
    target: Fraction
    baseline: Fraction | None
    seen: tuple[tuple[date, Fraction], ...]
    low: Fraction | None
    to_date: Fraction | None
    is_open: bool = False
    projected: tuple[Fraction, Fraction | None] | None = None


def path_of(term: TermResult, source: SourceResult) -> Path | None:
    """Return what a picture of this source shows; null where it has no target, no period or no observation.

    Source: R7, R9, R10.
    """
    period = _period(term, source)
    seen = _by_day(source)
    if source.target is None or term.unit is None or period is None or not seen:
        return None
    start, end = period[0], period[1] or seen[-1][0]
    values = [value for _, value in seen]
    high = Fraction(source.high) if source.high is not None else None
    adds_up = source.measure not in STOCKS and high == sum(values)
    totals = list(accumulate(values)) if adds_up else values
    # An observation may end after the period does: it is counted, and drawn on the period's last day.
    days = [min(day, end) for day, _ in seen]
    low = Fraction(source.low) if source.low is not None else None
    target = Fraction(source.target)
    done = Fraction((days[-1] - start).days + 1, (end - start).days + 1)
    return Path(
        form="sum" if adds_up else "level",
        start=start,
        end=end,
        unit=term.unit,
        target=target,
        baseline=Fraction(source.baseline) if source.baseline is not None else None,
        seen=tuple(zip(days, totals, strict=True)),
        low=low if adds_up and low != totals[-1] else None,
        to_date=target * done if adds_up and period[1] is not None and done > 0 else None,
        is_open=period[1] is None,
        projected=_projected(source) if adds_up and period[1] is not None and days[-1] < end else None,
    )


def _projected(source: SourceResult) -> tuple[Fraction, Fraction | None] | None:
    """Return what a channel's total may come to by the end of the period; null where nothing can be projected (R14)."""
    said = source.projection
    if said is None or said.low is None:
        return None
    return Fraction(said.low), Fraction(said.high) if said.high is not None else None


def path_chart(path: Path, words: Catalogue) -> Spec:
    """Return the picture of a path: owed against observed, with the baseline where there is one."""
    # One day before the period nothing has been counted yet.
    origin = path.start - timedelta(days=1)
    last, total = path.seen[-1]
    amounts = [path.target, *(value for _, value in path.seen), path.baseline or Fraction(0), path.low or Fraction(0)]
    amounts += [amount for amount in path.projected or () if amount is not None]
    top = max(*amounts, Fraction(0)) * Fraction(108, 100) or Fraction(1)
    bottom = min(*amounts, Fraction(0))
    x = {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [instant(origin), instant(path.end)]},
        "axis": {
            "title": None, "tickCount": 4, "labelExpr": tick(path.start, path.end, words), "grid": False,
            "labelFlush": True,
        },
    }  # fmt: skip
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [number(bottom), number(top)], "nice": False, "zero": True},
        "axis": {
            "title": words.word_or("unit", path.unit),
            "tickCount": 4,
            "format": "~s" if top >= 10_000 else ",.4~r",
        },
    }
    layers: list[Spec] = []

    def line(points: Sequence[tuple[date, Fraction]], mark: Spec) -> None:
        values = [{"day": instant(day), "value": number(value)} for day, value in points]
        layers.append({"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y}})

    runs = path.form == "sum" and not path.is_open
    begin = Fraction(0) if runs else path.target
    if path.baseline is not None:
        foot = Fraction(0) if runs else path.baseline
        line([(origin, foot), (path.end, path.baseline)], stroke(BASELINE, 1.5, [1.5, 3]))
    line([(origin, begin), (path.end, path.target)], stroke(TARGET, 2, [6, 3]))
    if path.to_date is not None and last < path.end:
        line([(last, path.to_date), (last, total)], stroke(MUTED, 1, [2, 2]))
        line([(last, path.to_date)], shape(TARGET, "diamond", 46, filled=False))
    first = [(origin, Fraction(0))] if path.form == "sum" else []
    line([*first, *path.seen], stroke(ACTUAL, 2.5, []))
    if path.low is not None:
        line([(last, path.low), (last, total)], stroke(ACTUAL, 5, []))
    if path.projected is not None:
        least, most = path.projected
        # A bracket on the last day: two bars, or a bar and an arrow where nothing says how much it may be at most.
        line([(path.end, least), (path.end, top if most is None else most)], stroke(ACTUAL, 1.5, [1, 3]))
        line([(path.end, least)], shape(ACTUAL, "stroke", 160, filled=False))
        form, size = ("triangle-up", 60) if most is None else ("stroke", 160)
        line([(path.end, top if most is None else most)], shape(ACTUAL, form, size, filled=False))
    line(path.seen if len(path.seen) <= 14 else [path.seen[-1]], shape(ACTUAL, "circle", 34, filled=True))
    layers.extend(_labels(path, words, top=top, bottom=bottom))
    return {**frame(width=_WIDTH, height=_HEIGHT), "layer": layers}


def dimensions_chart(dimensions: Sequence[DimensionResult], words: Catalogue) -> Spec:
    """Return the picture of the levels by dimension, written above practised, intervals as bars (E3, E6)."""
    names = [f"{one.dimension}  {words.word('dimension', one.dimension)}" for one in dimensions]
    sides = [words.say("score.written"), words.say("score.practised")]
    bars: list[Spec] = []
    for name, one in zip(names, dimensions, strict=True):
        for side, level in zip(sides, (one.written, one.practised), strict=True):
            bars.append({"name": name, "side": side, "low": level.low, "high": level.high})
    ends = [{**bar, "level": level} for bar in bars for level in sorted({bar["low"], bar["high"]})]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "axis": {"title": None, "labelLimit": 150, "domain": False, "ticks": False, "labelPadding": 10},
        "scale": {"paddingInner": 0, "paddingOuter": 0},
    }
    offset = {"field": "side", "sort": sides, "scale": {"paddingInner": 0.1, "paddingOuter": 0.75}}
    legend = {"title": None, "orient": "top", "columnPadding": 18, "symbolSize": 78, "symbolOpacity": 1}
    by_side = {"field": "side", "type": "nominal", "legend": legend}
    colour = {**by_side, "scale": {"domain": sides, "range": [TARGET, ACTUAL]}}
    form = {**by_side, "scale": {"domain": sides, "range": ["diamond", "circle"]}}
    scale = {"domain": [0, 4], "nice": False}
    axis = {"title": words.say("score.axis"), "values": [0, 1, 2, 3, 4], "format": "d", "gridDash": [1, 2]}
    x = {"field": "level", "type": "quantitative", "scale": scale, "axis": axis}
    return {
        **frame(width=_DIMENSIONS_WIDTH, height=_ROW * len(names)),
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "rule", "strokeWidth": 4, "opacity": 0.55},
                "encoding": {
                    "y": y, "yOffset": offset, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour
                },
            },
            {
                "data": {"values": ends},
                "mark": {"type": "point", "filled": True, "size": 78, "opacity": 1},
                "encoding": {"y": y, "yOffset": offset, "x": x, "color": colour, "shape": form},
            },
        ],
    }  # fmt: skip


def level_words(level: Level) -> str:
    """Return a level in digits: ``2``, or ``2–3`` where an unknown leaves an interval open (E6)."""
    return str(level.low) if level.low == level.high else f"{level.low}–{level.high}"


def _by_day(source: SourceResult) -> tuple[tuple[date, Fraction], ...]:
    """Return what was observed by the last day of each observation, in order; what does not count is left out (R10)."""
    sums: dict[date, Fraction] = {}
    for point in source.points:
        if point.status != "I":
            day = date.fromisoformat(point.end)
            sums[day] = sums.get(day, Fraction(0)) + Fraction(point.value)
    return tuple(sorted(sums.items()))


def _period(term: TermResult, source: SourceResult) -> tuple[date, date | None] | None:
    """Return the days of the term, as a ratio of this source or the term itself says; null where no day is said.

    The last day is null where the term has none.
    """
    text = next((f"{one.period.start}/{one.period.end or '..'}" for one in source.ratios), term.period or "")
    start, _, end = text.partition("/")
    try:
        first = date.fromisoformat(start)
        last = date.fromisoformat(end) if end not in {"", ".."} else None
        due = date.fromisoformat(term.due) if term.due is not None else None
    except ValueError:
        return None
    # A ratio of a term without a last day runs to the view; that is no day on which anything is due.
    last = (last or due) if due is not None else None
    return (first, last) if last is None or first <= last else None


def _labels(path: Path, words: Catalogue, *, top: Fraction, bottom: Fraction) -> list[Spec]:
    """Return the names at the right edge, each at the height of its line, pushed apart where they would overlap."""
    total = path.seen[-1][1]
    seen = words.amount(decimal(total))
    if path.low is not None:
        seen = words.say("number.range", low=words.amount(decimal(path.low)), high=seen)
    wanted = [
        (path.target, words.say("chart.owed", amount=words.amount(decimal(path.target))), TARGET),
        (total, words.say("chart.seen", amount=seen), ACTUAL),
    ]
    if path.baseline is not None:
        name = words.say("chart.baseline", amount=words.amount(decimal(path.baseline)))
        wanted.append((path.baseline, name, BASELINE))
    scale = Fraction(_HEIGHT) / (top - bottom)
    placed: list[tuple[float, str, str]] = []
    for value, name, colour in sorted(wanted, key=lambda one: (-one[0], one[1])):
        height = float((top - value) * scale)
        placed.append((max(height, placed[-1][0] + _GAP) if placed else max(height, 4), name, colour))
    over = max(placed[-1][0] - _HEIGHT, 0)
    return [
        {
            "data": {"values": [{"text": name}]},
            "mark": {
                "type": "text", "align": "left", "baseline": "middle", "fontSize": 11, "fontWeight": 600,
                "color": colour, "x": _WIDTH + 6, "y": round(height - over, 2),
            },
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        }
        for height, name, colour in placed
    ]  # fmt: skip


def tick(start: date, end: date, words: Catalogue) -> str:
    """Return the expression that writes a tick of the time axis: month and year, or day and month in a short period."""
    months = ",".join(f"'{words.say(f'month.short.{month:02d}')}'" for month in range(1, 13))
    places = {
        "month": f"' + [{months}][utcmonth(datum.value)] + '",
        "day": "' + utcdate(datum.value) + '",
        "year": "' + utcyear(datum.value) + '",
    }
    form = "chart.tick_day" if (end - start).days <= 100 else "chart.tick_month"
    return f"'{words.say(form, **places)}'"


def stroke(colour: str, width: float, dash: list[float]) -> Spec:
    """Return a line of that colour and dash."""
    return {"type": "line", "color": colour, "strokeWidth": width, "strokeDash": dash, "clip": False}


def shape(colour: str, form: str, size: int, *, filled: bool) -> Spec:
    """Return a mark of that form."""
    return {"type": "point", "shape": form, "size": size, "filled": filled, "color": colour, "opacity": 1}


def frame(*, width: int, height: int) -> Spec:
    """Return what all charts share: size, font, quiet axes, no ground of their own."""
    quiet = {"labelColor": MUTED, "titleColor": MUTED, "domainColor": MUTED, "tickColor": MUTED, "gridColor": GRID}
    sizes = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"}
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "background": None,
        "padding": {"left": 4, "top": 4, "right": 14, "bottom": 4},
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**quiet, **sizes},
            "legend": {"labelColor": INK, "labelFontSize": 12},
            "text": {"font": FONT},
        },
    }


def instant(day: date) -> int:
    """Return a day as Vega counts time: milliseconds since 1970, at the end of the day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def number(value: Fraction) -> float:
    """Return a value for drawing; a pixel is coarser than any float, and what is printed comes from the fraction."""
    return float(f"{float(value):.9g}")


def decimal(value: Fraction) -> str:
    """Return a sum of decimals in its one spelling."""
    whole, rest = divmod(abs(round(value, 9)) * 10**9, 10**9)
    decimals = f"{int(rest):09d}".rstrip("0")
    sign = "-" if value < 0 and (whole or decimals) else ""
    return f"{sign}{int(whole)}" + (f".{decimals}" if decimals else "")
