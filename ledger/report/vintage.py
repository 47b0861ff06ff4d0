"""Vintages: what each publication of one channel said of the same period, one step for each (R2).

Earlier publications are fainter than the one that stands. The scale does not begin at nothing, as a revision is small
beside the total; the words say the very amounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from ledger.assessment.result import SourceResult, TermResult
from ledger.report.chart import ACTUAL, MUTED, Spec, decimal, frame, instant, number, tick
from ledger.report.wording import Catalogue

_WIDTH, _HEIGHT = 218, 96
_ROOM: Final = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Vintages:
    """The totals that were published, each from its day on, in order of days; the last is the one that stands.

    Units: amounts in ``unit``.
    """

    unit: str
    steps: tuple[tuple[date, Fraction], ...]


def vintages_of(term: TermResult, source: SourceResult) -> Vintages | None:
    """Return the steps of a channel; null where only one total was ever published."""
    said = sorted((one.published, one.entry, one.actual) for one in source.revisions)
    if source.high is not None and source.vintage is not None:
        said.append((max(source.vintage, said[-1][0]) if said else source.vintage, 0, source.high))
    steps: list[tuple[date, Fraction]] = []
    for day, _, actual in said:
        if not steps or steps[-1][1] != Fraction(actual):
            steps.append((date.fromisoformat(day), Fraction(actual)))
    if term.unit is None or len(steps) < 2:
        return None
    return Vintages(term.unit, tuple(steps))


def vintages_chart(one: Vintages, words: Catalogue) -> Spec:
    """Return the picture of the steps."""
    first, last = one.steps[0][0], one.steps[-1][0]
    end = last + max((last - first) / 4, timedelta(days=7))
    values = [value for _, value in one.steps]
    room = (max(values) - min(values)) * _ROOM
    domain = [number(min(values) - room), number(max(values) + room)]
    x = {
        "field": "day", "type": "temporal", "scale": {"type": "utc", "domain": [instant(first), instant(end)]},
        "axis": {
            "title": words.say("picture.published_axis"), "tickCount": 3, "labelExpr": tick(first, end, words),
            "grid": False, "labelFlush": True,
        },
    }  # fmt: skip
    y = {
        "field": "value", "type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"title": words.word_or("unit", one.unit), "tickCount": 3, "format": ",.5~r"},
    }  # fmt: skip

    def layer(points: Sequence[tuple[date, Fraction]], mark: Spec) -> Spec:
        rows = [{"day": instant(day), "value": number(value)} for day, value in points]
        return {"data": {"values": rows}, "mark": mark, "encoding": {"x": x, "y": y}}

    faint = {"type": "line", "interpolate": "step-after", "color": MUTED, "strokeWidth": 1.5, "strokeDash": [3, 2]}
    stands = {"type": "line", "color": ACTUAL, "strokeWidth": 3}
    hollow = {"type": "point", "shape": "circle", "size": 34, "filled": False, "color": MUTED, "opacity": 1}
    full = {"type": "point", "shape": "circle", "size": 50, "filled": True, "color": ACTUAL, "opacity": 1}
    newest = one.steps[-1]
    return {
        **frame(width=_WIDTH, height=_HEIGHT),
        "layer": [
            layer(one.steps, faint),
            layer(one.steps[:-1], hollow),
            layer((newest, (end, newest[1])), stands),
            layer((newest,), full),
            _label(one.steps[0], words, x, y, colour=MUTED),
            _label(newest, words, x, y, colour=ACTUAL),
        ],
    }


def _label(step: tuple[date, Fraction], words: Catalogue, x: Spec, y: Spec, *, colour: str) -> Spec:
    """Return the amount over a step."""
    day, value = step
    text = words.amount(decimal(value))
    mark = {
        "type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -5, "fontSize": 11, "fontWeight": 600,
        "color": colour,
    }  # fmt: skip
    return {
        "data": {"values": [{"day": instant(day), "value": number(value), "text": text}]},
        "mark": mark,
        "encoding": {"x": x, "y": y, "text": {"field": "text", "type": "nominal"}},
    }
