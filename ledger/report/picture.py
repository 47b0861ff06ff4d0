"""Pictures of a report: each with its name, its title, and words that say the same, drawn alike for every format.

A drawing is made here once for a chapter; the page and the PDF take it as SVG, the workbook as PNG. The words beside it
hold the very figures, so that whoever cannot see it misses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ledger.assessment.result import SourceResult
from ledger.report.chapter import Chapter, Picture
from ledger.report.chart import Spec, decimal, dimensions_chart, level_words, path_chart
from ledger.report.drawing import draw
from ledger.report.foreign import visible
from ledger.report.fulfilment import (
    Fulfilment,
    above_words,
    fulfilments_of,
    increments_chart,
    share_words,
    shares_chart,
)
from ledger.report.timeline import timeline_chart, timeline_of
from ledger.report.vintage import Vintages, vintages_chart, vintages_of
from ledger.report.wording import Catalogue


class Names(Protocol):
    """How a report names flows, and says sentences of the method."""

    def flow(self, measure: str, reporter: str, partner: str, basis: str = "") -> str:
        """Return what is measured, in words."""
        ...

    def plain(self, text: str) -> str:
        """Return a sentence of the result with days and names written out."""
        ...

    def picture_words(self, picture: Picture) -> str:
        """Return what a path shows, in sentences with the same figures."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture: what it is called, what it shows in words, and how it is drawn.

    Attributes:
        name: no other picture of the report has it.
    """

    name: str
    title: str
    words: str
    spec: Spec

    def svg(self) -> str:
        """Return it as one ``svg`` element with role, title and description.

        Raises:
            UnavailableError: the extra ``report`` is not installed.
        """
        return draw(self.spec, name=self.name, title=self.title, description=self.words)


@dataclass(frozen=True, slots=True)
class FulfilmentDrawing:
    """Fulfilment by sector as drawn: shares, and the increments over the baseline where all terms ask for one."""

    fulfilment: Fulfilment
    shares: Drawing
    increments: Drawing | None


@dataclass(frozen=True, slots=True)
class VintageDrawing:
    """The publications of one channel of a term, as drawn."""

    term: str
    source: SourceResult
    vintages: Vintages
    drawing: Drawing


class Gallery:
    """Draws the pictures of chapters."""

    def __init__(self, names: Names, words: Catalogue) -> None:
        self._names, self._words = names, words

    def all_of(self, chapter: Chapter, as_of: str) -> Iterator[Drawing]:
        """Yield every picture of a chapter, in the order in which the report shows them."""
        for one in self.fulfilments(chapter):
            yield from (drawing for drawing in (one.shares, one.increments) if drawing is not None)
        vintages = self.vintages(chapter)
        for term in chapter.result.terms:
            yield from (self.path(picture) for picture in chapter.pictures_of(term))
            yield from (one.drawing for one in vintages if one.term == term.id)
        yield self.dimensions(chapter)
        timeline = self.timeline(chapter, as_of)
        yield from (timeline,) if timeline is not None else ()

    def path(self, picture: Picture) -> Drawing:
        """Return what was owed against what was observed, by one channel."""
        title = self._words.say("chart.title", term=picture.term.title, **self._named(picture.source))
        return self._drawing(picture.name, title, self._names.picture_words(picture),
                             path_chart(picture.path, self._words))  # fmt: skip

    def dimensions(self, chapter: Chapter) -> Drawing:
        """Return the levels by dimension, as written and in practice."""
        words, score = self._words, chapter.result.score
        pairs = [
            words.say(
                "chart.pair",
                name=words.word("dimension", one.dimension),
                written=level_words(one.written),
                practised=level_words(one.practised),
            )
            for one in score.dimensions
        ]
        title = words.say("chart.dimensions", title=chapter.result.title)
        return self._drawing(f"c{chapter.number}d", title, "; ".join(pairs), dimensions_chart(score.dimensions, words))

    def fulfilments(self, chapter: Chapter) -> tuple[FulfilmentDrawing, ...]:
        """Return fulfilment by sector, one for each channel that decides."""
        return tuple(
            self._fulfilment(chapter, one, place)
            for place, one in enumerate(fulfilments_of(chapter.result), start=1)
        )  # fmt: skip

    def _fulfilment(self, chapter: Chapter, one: Fulfilment, place: int) -> FulfilmentDrawing:
        words, named = self._words, self._named(one.source)
        shares = [(bar.term.title, share_words(bar, words)) for bar in one.bars]
        above = [(bar.term.title, above_words(bar, words)) for bar in one.bars]
        increments = None
        if one.unit is not None and any(bar.above for bar in one.bars):
            unit = words.word_or("unit", one.unit)
            title = words.say("picture.increments", unit=unit, **named)
            increments = self._drawing(
                f"c{chapter.number}i{place}", title, self._pairs(above), increments_chart(one, words)
            )
        title = words.say("picture.shares", **named)
        drawn = self._drawing(f"c{chapter.number}f{place}", title, self._pairs(shares), shares_chart(one, words))
        return FulfilmentDrawing(one, drawn, increments)

    def vintages(self, chapter: Chapter) -> tuple[VintageDrawing, ...]:
        """Return what each publication said, one for each channel of a term that was revised."""
        found: list[VintageDrawing] = []
        for term in chapter.result.terms:
            for source in (source for reading in term.readings for source in reading.sources):
                if (one := vintages_of(term, source)) is not None:
                    name = f"c{chapter.number}v{len(found) + 1}"
                    title = self._words.say("picture.vintages", term=term.title, **self._named(source))
                    drawn = self._drawing(name, title, self._steps(one), vintages_chart(one, self._words))
                    found.append(VintageDrawing(term.id, source, one, drawn))
        return tuple(found)

    def _steps(self, one: Vintages) -> str:
        words = self._words
        steps = [
            words.say(
                "term.revision_line",
                actual=words.quantity(decimal(value), one.unit),
                day=words.day(day.isoformat()),
            )
            for day, value in one.steps
        ]
        return words.say("picture.steps", steps="; ".join(steps))

    def timeline(self, chapter: Chapter, as_of: str) -> Drawing | None:
        """Return the docket over time; null where nothing in it has a day."""
        docket, words = chapter.result.docket, self._words
        timeline = timeline_of(docket, as_of, words) if docket is not None else None
        if docket is None or timeline is None:
            return None
        stages = [self._names.plain(stage.words) for stage in docket.stages]
        days = [
            words.count(f"picture.days_{state}", number)
            for state in ("done", "past", "ahead")
            if (number := sum(day.state == state for day in docket.days))
        ]
        acts = [words.count("picture.acts", len(docket.acts))] if docket.acts else []
        text = "; ".join((*stages, *acts, *days))
        title = words.say("picture.timeline", title=chapter.result.title, day=words.day(as_of))
        return self._drawing(f"c{chapter.number}t", title, text, timeline_chart(timeline, words))

    def _named(self, source: SourceResult) -> dict[str, str]:
        flow = self._names.flow(source.measure, source.reporter, source.partner, source.basis)
        return {"flow": flow, "source": self._words.say("term.source", source=source.source, channel=source.channel)}

    def _pairs(self, pairs: list[tuple[str, str]]) -> str:
        return "; ".join(self._words.say("picture.pair", name=name, said=said) for name, said in pairs)

    @staticmethod
    def _drawing(name: str, title: str, words: str, spec: Spec) -> Drawing:
        return Drawing(name, visible(title), words, spec)
