"""Fulfilment by sector: the terms of one commitment beside each other, by one channel of one source.

A bar is the share of a term's own target, so that bars of unlike amounts stand on one scale without being compared; a
second picture shows the amounts that came on top of the baseline, where all terms ask for an increase in one unit. One
picture has one measure, flow, source and channel (R7). A term without figures keeps its row and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ledger.assessment.result import CommitmentResult, SourceResult, TermResult
from ledger.report.chart import ACTUAL, BASELINE, GRID, INK, MUTED, TARGET, Spec, decimal, frame, number
from ledger.report.wording import Catalogue

_WIDTH: Final = 230
_ROW: Final = 26
_LABELS: Final = 240


@dataclass(frozen=True, slots=True)
class Bar:
    """One term: the share of its level and what came on top of its baseline, low and high, null where unknown.

    Units: shares are fractions of one; increments in the unit of the picture.
    """

    term: TermResult
    share: tuple[Fraction, Fraction] | None
    above: tuple[Fraction, Fraction] | None
    owed_above: Fraction | None


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The terms of a commitment by one channel of one source.

    Attributes:
        source: one of its results, for its measure, flow and names.
        bars: one for each measured term, in the order of the commitment.
        unit: of the increments; null where the terms do not share one, or do not all ask for an increase.
    """

    source: SourceResult
    bars: tuple[Bar, ...]
    unit: str | None


def fulfilments_of(commitment: CommitmentResult) -> Iterator[Fulfilment]:
    """Yield a picture for each channel that decides at least one of two terms of which it has figures (R7, R8)."""
    terms = [term for term in commitment.terms if term.kind == "quantity"]
    channels: dict[tuple[str, ...], dict[str, SourceResult]] = {}
    for term in terms:
        for source in (source for reading in term.readings for source in reading.sources):
            key = (source.measure, source.reporter, source.partner, source.basis, source.source, source.channel)
            channels.setdefault(key, {})[term.id] = source
    for found in channels.values():
        bars = tuple(_bar(term, found.get(term.id)) for term in terms)
        if sum(bar.share is not None for bar in bars) >= 2 and any(source.votes for source in found.values()):
            yield Fulfilment(next(iter(found.values())), bars, _unit(terms))


def _bar(term: TermResult, source: SourceResult | None) -> Bar:
    if source is None:
        return Bar(term, None, None, None)
    gross = next((one for one in source.ratios if one.kind == "gross" and one.value is not None), None)
    share = None
    if gross is not None and gross.value is not None:
        share = (Fraction(gross.value), Fraction(gross.high or gross.value))
    if source.baseline is None or source.target is None or source.high is None:
        return Bar(term, share, None, None)
    base = Fraction(source.baseline)
    above = (Fraction(source.low or source.high) - base, Fraction(source.high) - base)
    return Bar(term, share, above, Fraction(source.target) - base)


def _unit(terms: Sequence[TermResult]) -> str | None:
    units = {term.unit for term in terms}
    is_increase = all(term.target_is == "increment" for term in terms)
    return units.pop() if is_increase and len(units) == 1 else None


def shares_chart(one: Fulfilment, words: Catalogue) -> Spec:
    """Return the picture of how much of its level each term came to; the dashed line is all of it."""
    shares = [share for bar in one.bars if bar.share is not None for share in bar.share]
    domain = (min(Fraction(0), *shares), max(Fraction(1), *shares) * Fraction(104, 100))
    rows = [(bar, bar.share, share_words(bar, words)) for bar in one.bars]
    x = _across(domain, {"title": words.say("picture.share_axis"), "format": "%", "tickCount": 4})
    owed = {
        "data": {"values": [{"low": 1}]},
        "mark": {"type": "rule", "color": TARGET, "strokeWidth": 2, "strokeDash": [6, 3]},
        "encoding": {"x": {**x, "field": "low"}},
    }
    return _rows(rows, x, (owed,))


def increments_chart(one: Fulfilment, words: Catalogue) -> Spec:
    """Return the picture of what came on top of the baseline, beside the increase that was owed (a diamond)."""
    known = [bar for bar in one.bars if bar.above is not None]
    ends = [amount for bar in known for amount in (*(bar.above or ()), bar.owed_above or Fraction(0))]
    low, high = min(Fraction(0), *ends), max(Fraction(0), *ends)
    domain = (low * Fraction(104, 100), high * Fraction(104, 100) or Fraction(1))
    rows = [(bar, bar.above, above_words(bar, words)) for bar in one.bars]
    axis = {"title": words.word_or("unit", one.unit or ""), "tickCount": 4, "format": ",.4~r"}
    x = _across(domain, axis)
    names = [bar.term.title for bar in one.bars]
    owed = [{"name": bar.term.title, "low": number(bar.owed_above or Fraction(0))} for bar in known]
    diamonds = {
        "data": {"values": owed},
        "mark": {"type": "point", "shape": "diamond", "size": 70, "filled": True, "color": TARGET, "opacity": 1},
        "encoding": {"y": _down(names), "x": {**x, "field": "low"}},
    }
    spans = {
        "data": {"values": owed},
        "mark": {"type": "rule", "color": TARGET, "strokeWidth": 1, "strokeDash": [2, 2]},
        "encoding": {"y": _down(names), "x": {**x, "field": "low"}, "x2": {"datum": 0}},
    }
    nothing = {
        "data": {"values": [{"low": 0}]},
        "mark": {"type": "rule", "color": BASELINE, "strokeWidth": 1.5},
        "encoding": {"x": {**x, "field": "low"}},
    }
    return _rows(rows, x, (nothing, spans, diamonds))


def share_words(bar: Bar, words: Catalogue) -> str:
    """Return what stands at a bar: ``81.7 %, not met``; or that there are no figures."""
    if bar.share is None:
        return words.say("picture.no_figures")
    low, high = (words.percent(decimal(end)) for end in bar.share)
    share = low if low == high else words.say("number.range", low=low, high=high)
    return words.say("picture.bar", share=share, outcome=words.word("outcome", bar.term.outcome))


def above_words(bar: Bar, words: Catalogue) -> str:
    """Return what stands at a bar of an increment: ``6.37 of 12.5``; or that there are no figures."""
    if bar.above is None:
        return words.say("picture.no_figures")
    low, high = (words.amount(decimal(end)) for end in bar.above)
    seen = low if low == high else words.say("number.range", low=low, high=high)
    return words.say("picture.above", seen=seen, owed=words.amount(decimal(bar.owed_above or Fraction(0))))


_Line = tuple[Bar, tuple[Fraction, Fraction] | None, str]


def _rows(rows: Sequence[_Line], x: Spec, marks: Sequence[Spec]) -> Spec:
    """Return bars from nothing to what was seen, each with its words at the right edge."""
    names = [bar.term.title for bar, _, _ in rows]
    y = _down(names)
    bars = [{"name": bar.term.title, "low": number(ends[0]), "high": number(ends[1])} for bar, ends, _ in rows if ends]
    texts = [{"name": bar.term.title, "text": text, "known": ends is not None} for bar, ends, text in rows]
    ink = {"condition": {"test": "datum.known", "value": INK}, "value": MUTED}
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "color": ACTUAL, "height": 12},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"datum": 0}},
        },
        {
            "data": {"values": [bar for bar in bars if bar["low"] != bar["high"]]},
            "mark": {"type": "rule", "color": ACTUAL, "strokeWidth": 3},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        *marks,
        {
            "data": {"values": texts},
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11, "x": _WIDTH + 8},
            "encoding": {"y": y, "text": {"field": "text", "type": "nominal"}, "color": ink},
        },
    ]
    return {**frame(width=_WIDTH, height=_ROW * len(names)), "layer": layers}


def _across(domain: tuple[Fraction, Fraction], axis: Spec) -> Spec:
    scale = {"domain": [number(end) for end in domain], "nice": False}
    return {"type": "quantitative", "scale": scale, "axis": {"gridColor": GRID, "gridDash": [1, 2], **axis}}


def _down(names: Sequence[str]) -> Spec:
    axis = {"title": None, "labelLimit": _LABELS, "domain": False, "ticks": False, "labelPadding": 8}
    return {"field": "name", "type": "nominal", "sort": list(names), "axis": axis}
