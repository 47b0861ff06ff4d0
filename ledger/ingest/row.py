"""A row: what one row of a publisher's table says, by its mapping.

Each cell is read by itself; what cannot be read is a fault with its column and reason, never a guess. Source: design
§2.2.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple, cast

from ledger.errors import MalformedError, UnitError
from ledger.ingest.cell import ARITHMETIC, UnreadableError, format_figure, parse_figure, quoted
from ledger.ingest.mapping import ALLOWED, Dimension, FromColumn, Mapping, Rule, Series
from ledger.ingest.observation import Line
from ledger.ingest.period import Frequency, Span, days_up_to, parse_day, parse_period
from ledger.model.unit import measurement


class Fault(NamedTuple):
    """A cell that could not be read."""

    column: str
    reason: str


Conditions = list[tuple[int, frozenset[str]]]
"""Columns by their place, each with the words that are looked for in it."""


def conditions(rules: Sequence[Rule], *, header: Sequence[str]) -> Conditions:
    """Return the rules with their columns looked up."""
    return [(header.index(rule.column), frozenset(rule.equals)) for rule in rules]


class RowReader:
    """One series block of a mapping, its columns looked up."""

    def __init__(self, series: Series, *, mapping: Mapping, block: int) -> None:
        header = mapping.header
        self.series = series
        self._header = header
        self.block = f"{block:02}"
        self._keep = conditions(series.keep, header=header)
        self._value = header.index(series.value) if series.value is not None else None
        self._sign = header.index(series.sign.column) if series.sign is not None else None
        self._group = header.index(series.cumulative.group) if series.cumulative is not None else None
        parts: dict[str, Dimension] = {"authority": mapping.authority, "authority_of": mapping.authority_of or ""}
        parts |= series.dimensions()
        self._fixed = {name: part for name, part in parts.items() if isinstance(part, str)}
        self._varying = [
            (name, header.index(part.column), part, dict(part.words or {}))
            for name, part in parts.items()
            if isinstance(part, FromColumn)
        ]

    def keeps(self, cells: Sequence[str]) -> bool:
        """Whether the row is one of this series."""
        return all(cells[index] in words for index, words in self._keep)

    def read(
        self, cells: Sequence[str], *, row: int, published: str, span: Span, wide: int | None, faults: list[Fault]
    ) -> Line | None:
        """Return the row's observation, or None where it has none or a fault was added."""
        index = wide if wide is not None else cast("int", self._value)
        if not cells[index].strip(" "):
            return None
        parts, before = dict(self._fixed), len(faults)
        for name, place, part, known in self._varying:
            try:
                parts[name] = self._dimension(name, cells[place], part, known)
            except UnreadableError as error:
                faults.append(Fault(part.column, str(error)))
        group = cells[self._group] if self._group is not None else ""
        if not group.isprintable():
            faults.append(Fault(self._header[cast("int", self._group)], f"{quoted(group)} holds control characters"))
        try:
            value = self._figure(cells, index)
        except UnreadableError as error:
            faults.append(Fault(self._header[index], str(error)))
            return None
        if len(faults) > before:
            return None
        return Line(
            self.series.measure, parts["reporter"], parts["partner"], parts["authority"], parts["authority_of"],
            published, parts["classification"], parts["code"], parts["unit"], parts["basis"], span.frequency,
            span.end if self.series.instant else span.start, span.end, f"{row:010}", self.block, group,
            parts["status"], value,
        )  # fmt: skip

    def _dimension(self, name: str, text: str, part: FromColumn, known: dict[str, str]) -> str:
        """Return what a cell means for a dimension; what was once found good is remembered."""
        value = known.get(text)
        if value is not None:
            return value
        if part.words is not None:
            listed = ", ".join(part.words)
            raise UnreadableError(f"{quoted(text)} is none of the words that the mapping knows here ({listed})")
        if part.lengths is not None and len(text) not in part.lengths:
            lengths = ", ".join(map(str, part.lengths))
            raise UnreadableError(
                f"{quoted(text)} has {len(text)} characters where {lengths} are expected; lost zeros?"
            )
        if re.fullmatch(ALLOWED[name], text) is None:
            raise UnreadableError(f"{quoted(text)} cannot be a {name}")
        if name == "unit":
            try:
                measurement(text)
            except UnitError as error:
                raise UnreadableError(f"the unit {quoted(text)} is not known") from error
        if len(known) < 100_000:
            known[text] = text
        return text

    def _figure(self, cells: Sequence[str], index: int) -> str:
        """Return the figure in the series' unit and in its one spelling."""
        figure = cast("Decimal", parse_figure(cells[index]))
        if self.series.sign is not None:
            word = cells[cast("int", self._sign)]
            if word not in self.series.sign.words:
                raise UnreadableError(f"is of the kind {quoted(word)}, which the mapping does not know")
            figure = ARITHMETIC.multiply(figure, Decimal(self.series.sign.words[word]))
        figure = ARITHMETIC.multiply(figure, self.series.factor)
        if figure < 0 and not self.series.may_be_negative:
            raise UnreadableError(f"{quoted(cells[index])} is negative, which {self.series.measure} cannot be")
        return format_figure(figure)


Place = tuple[Span, int | None]
"""A period of a row, and the column of its figure where the periods are wide."""

SpanReader = Callable[[Sequence[str], list[Fault]], list[Place]]
"""Reads the periods of a row; what cannot be read is added to the faults."""


def span_reader(mapping: Mapping) -> SpanReader:
    """Return what reads the periods of a row: each with the column of its figure where the periods are wide."""
    periods, header = mapping.period, mapping.header

    def shaped(span: Span) -> Span:
        span = days_up_to(span, periods.days) if periods.days is not None else span
        return span if periods.frequency is None else span._replace(frequency=periods.frequency)

    if periods.wide is not None:
        try:
            fixed = [(shaped(parse_period(name, periods.form)), header.index(name)) for name in periods.wide]
        except UnreadableError as error:
            raise MalformedError(
                f"The mapping {mapping.name}, key period.wide: {error}.", mapping=mapping.name
            ) from error
        wide: list[Place] = [*fixed]
        return lambda _cells, _faults: wide

    if periods.column is not None:
        column, index = periods.column, header.index(periods.column)

        def single(cells: Sequence[str], faults: list[Fault]) -> list[Place]:
            try:
                return [(shaped(parse_period(cells[index], periods.form)), None)]
            except UnreadableError as error:
                faults.append(Fault(column, str(error)))
                return []

        return single

    first, last = cast("str", periods.start), cast("str", periods.end)
    frequency = cast("Frequency", periods.frequency)
    places = [(first, header.index(first)), (last, header.index(last))]

    def pair(cells: Sequence[str], faults: list[Fault]) -> list[Place]:
        days: list[str] = []
        for name, place in places:
            try:
                days.append(parse_day(cells[place]))
            except UnreadableError as error:
                faults.append(Fault(name, str(error)))
        if len(days) < 2:
            return []
        if days[1] < days[0]:
            faults.append(Fault(last, f"the period ends on {days[1]}, before it starts on {days[0]}"))
            return []
        return [(Span(days[0], days[1], frequency), None)]

    return pair
