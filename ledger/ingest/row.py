"""A row: what one row of a publisher's table says, by its mapping.

Each cell is read by itself; what cannot be read is a fault with its column and reason, never a guess. Source: design
§2.2.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, cast

from ledger.errors import MalformedError, UnitError
from ledger.ingest.cell import ARITHMETIC, CANONICAL, Figure, UnreadableError, figure_reader, format_figure, quoted
from ledger.ingest.layout import Cells, Rule
from ledger.ingest.mapping import ALLOWED, Dimension, FromColumn, Mapping, Series, Sum
from ledger.ingest.observation import Line
from ledger.ingest.period import Frequency, Span, days_up_to, parse_day, parse_period, year_of
from ledger.model.unit import BUSHEL, bushel_of, measurement

KNOWN: Final = 100_000
"""Texts of one column of which the meaning is remembered."""


class Fault(NamedTuple):
    """A cell that could not be read."""

    column: str
    reason: str


Condition = Callable[[Sequence[str]], bool]
"""Whether a row is one that a rule means."""


def condition(rule: Rule, *, header: Sequence[str]) -> Condition:
    """Return a rule with its column looked up."""
    index = header.index(rule.column)
    if rule.equals is not None:
        words = frozenset(rule.equals)
        return lambda cells: cells[index] in words
    return lambda cells: rule.holds(cells[index])


def conditions(rules: Sequence[Rule], *, header: Sequence[str]) -> list[Condition]:
    """Return the rules with their columns looked up."""
    return [condition(rule, header=header) for rule in rules]


class SumReader:
    """A column that is the total of others, held against its parts (R3)."""

    def __init__(self, rule: Sum, *, mapping: Mapping) -> None:
        self._rule = rule
        self._total = mapping.header.index(rule.total)
        self._parts = [mapping.header.index(name) for name in rule.of]
        self._figure = figure_reader(mapping.cells)

    def fault(self, cells: Sequence[str]) -> Fault | None:
        """Return why a row cannot be as it is, or None; what cannot be read is said where it is counted."""
        try:
            total = self._figure(cells[self._total]).value
            parts = [self._figure(cells[index]).value or Decimal(0) for index in self._parts]
        except UnreadableError:
            return None
        if total is None:
            return None
        added = Decimal(0)
        for part in parts:
            added = ARITHMETIC.add(added, part)
        if abs(ARITHMETIC.subtract(total, added)) <= Decimal(self._rule.tolerance):
            return None
        return Fault(self._rule.total, f"says {total:f} where its parts add up to {added:f}; which of them is wrong?")


_CODE, _UNIT, _STATUS, _PUBLISHED, _GROUP, _VALUE = map(
    Line._fields.index, ("code", "unit", "status", "published", "group", "value")
)
_PERIOD = slice(Line._fields.index("frequency"), Line._fields.index("row") + 1)


class RowReader:
    """One series block of a mapping, its columns looked up."""

    def __init__(self, series: Series, *, mapping: Mapping, block: int) -> None:
        header = mapping.header
        self.series = series
        self._header = header
        self.block = f"{block:02}"
        self.is_total = series.cumulative is not None
        self._keep = conditions(series.keep, header=header)
        self._read_figure = figure_reader(mapping.cells)
        self._value = header.index(series.value) if series.value is not None else None
        self._sign = header.index(series.sign.column) if series.sign is not None else None
        group = series.cumulative.group if series.cumulative is not None else None
        self._group = header.index(group) if group is not None else None
        self._starts = series.cumulative.starts if series.cumulative is not None and group is None else None
        self._factor = Decimal(series.scale) if isinstance(series.scale, str) else None
        parts: dict[str, Dimension] = {"authority": mapping.authority, "authority_of": mapping.authority_of or ""}
        parts |= series.dimensions()
        fixed = {name: part for name, part in parts.items() if isinstance(part, str)}
        fixed |= {"measure": series.measure, "block": self.block}
        self._fixed = [fixed.get(name, "") for name in Line._fields]
        self._varying = [
            (name, Line._fields.index(name), header.index(part.column), part, mapping.words_of(part))
            for name, part in parts.items()
            if isinstance(part, FromColumn)
        ]
        # What is spelt as we spell it, and is not reckoned with, is taken as it stands.
        self._is_plain = mapping.cells == Cells() and series.sign is None and self._factor == 1
        unit = series.unit
        self._unit_column = unit.column if isinstance(unit, FromColumn) else header[self._value or 0]

    def keeps(self, cells: Sequence[str]) -> bool:
        """Whether the row is one of this series."""
        return all(holds(cells) for holds in self._keep)

    def read(
        self, cells: Sequence[str], *, row: int, published: str, span: Span, wide: int | None, faults: list[Fault]
    ) -> Line | None:
        """Return the row's observation, or None where it has none or a fault was added."""
        index = wide if wide is not None else cast("int", self._value)
        value, figure = cells[index], None
        if not (self._is_plain and CANONICAL(value) is not None):
            figure = self._figure_in(value)
            if isinstance(figure, Figure) and figure.value is None:
                return None
        before = len(faults)
        parts = self._stated(cells, span, faults)
        if figure is not None:
            try:
                value = self._value_of(figure, cells, index)
            except UnreadableError as error:
                faults.append(Fault(self._header[index], str(error)))
                return None
            parts[_STATUS] = cast("Figure", figure).status or parts[_STATUS]
        if parts[_UNIT] == BUSHEL and parts[_CODE]:
            self._settle_bushel(parts, faults)
        if len(faults) > before:
            return None
        start = span.end if self.series.instant else span.start
        parts[_PERIOD] = (span.frequency, start, span.end, f"{row:010}")
        parts[_PUBLISHED], parts[_VALUE] = published, value
        return Line._make(parts)

    def _figure_in(self, text: str) -> Figure | UnreadableError:
        """Return what a cell says, or why it cannot be read."""
        try:
            return self._read_figure(text)
        except UnreadableError as error:
            return error

    def _stated(self, cells: Sequence[str], span: Span, faults: list[Fault]) -> list[str]:
        """Return the parts of a line as far as the row's dimensions and the group of its total state them."""
        parts = self._fixed.copy()
        for name, place, column, part, known in self._varying:
            # What was once found good is remembered: most cells have been seen before.
            if (meaning := known.get(cells[column])) is None:
                try:
                    meaning = self._dimension(name, cells[column], part, known)
                except UnreadableError as error:
                    faults.append(Fault(part.column, str(error)))
                    continue
            parts[place] = meaning
        if self.is_total:
            group = cells[self._group] if self._group is not None else year_of(span.end, cast("str", self._starts))
            if not group.isprintable():
                faults.append(
                    Fault(self._header[cast("int", self._group)], f"{quoted(group)} holds control characters")
                )
            parts[_GROUP] = group
        return parts

    def _settle_bushel(self, parts: list[str], faults: list[Fault]) -> None:
        """Make a bushel that of the row's own commodity (R5)."""
        try:
            parts[_UNIT] = bushel_of(parts[_CODE])
        except UnitError as error:
            faults.append(Fault(self._unit_column, error.message.removesuffix(".")))

    def _dimension(self, name: str, text: str, part: FromColumn, known: dict[str, str]) -> str:
        """Return what a cell that is not known yet means for a dimension; what is found good is remembered."""
        if not text and part.empty is not None:
            return part.empty
        if part.ending is not None and (value := known.get(text.removesuffix(part.ending))) is not None:
            return value
        if part.other is not None:
            return part.other
        if part.vocabulary is not None:
            listed = ", ".join(known)
            listed = listed if len(listed) <= 200 else f"{listed[:197]}..."
            raise UnreadableError(f"{quoted(text)} is none of the words that the mapping knows here ({listed})")
        written, text = text, _reshaped(text, part)
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
        if len(known) < KNOWN:
            known[written] = text
        return text

    def _value_of(self, found: Figure | UnreadableError, cells: Sequence[str], index: int) -> str:
        """Return the figure in the series' unit and in its one spelling."""
        if isinstance(found, UnreadableError):
            raise found
        figure = cast("Decimal", found.value)
        if self.series.sign is not None:
            word = cells[cast("int", self._sign)]
            if word not in self.series.sign.words:
                raise UnreadableError(f"is of the kind {quoted(word)}, which the mapping does not know")
            figure = ARITHMETIC.multiply(figure, Decimal(self.series.sign.words[word]))
        figure = ARITHMETIC.multiply(figure, self._factor if self._factor is not None else self._scale(cells))
        if figure < 0 and not self.series.may_be_negative:
            raise UnreadableError(f"{quoted(cells[index])} is negative, which {self.series.measure} cannot be")
        return format_figure(figure)

    def _scale(self, cells: Sequence[str]) -> Decimal:
        """Return how many units one published unit of the row is."""
        part = cast("FromColumn", self.series.scale)
        word = cells[self._header.index(part.column)]
        if not word and part.empty is not None:
            return Decimal(part.empty)
        found = (part.words or {}).get(word)
        if found is None:
            raise UnreadableError(f"is in the scale {quoted(word)} (column {part.column!r}), which the mapping lacks")
        return Decimal(found)


def _reshaped(text: str, part: FromColumn) -> str:
    """Return a code without the marks that are no part of it, with its zeros, in small letters: as declared."""
    for mark in part.remove or "":
        text = text.replace(mark, "")
    if part.pad is not None and text:
        text = text.zfill(part.pad)
    return text.lower() if part.lower else text


Place = tuple[Span, int | None]
"""A period of a row, and the column of its figure where the periods are wide."""

SpanReader = Callable[[Sequence[str], list[Fault]], list[Place]]
"""Reads the periods of a row; what cannot be read is added to the faults."""


def span_reader(mapping: Mapping) -> SpanReader:
    """Return what reads the periods of a row: each with the column of its figure where the periods are wide."""
    periods, header = mapping.period, mapping.header
    if periods.wide is not None:
        return _wide(mapping)
    if periods.column is None:
        return _pair(mapping)
    column, index = periods.column, header.index(periods.column)
    parse, year = _parser(mapping), _year_reader(mapping)
    known: dict[str, list[Place]] = {}
    is_alone = periods.year is None

    def single(cells: Sequence[str], faults: list[Fault]) -> list[Place]:
        text = cells[index]
        if (found := known.get(text)) is not None:
            return found
        try:
            found = [(parse(text, year(cells)), None)]
        except UnreadableError as error:
            faults.append(Fault(column, str(error)))
            return []
        if is_alone and len(known) < KNOWN:
            known[text] = found
        return found

    return single


def _parser(mapping: Mapping) -> Callable[[str, str], Span]:
    """Return what reads one period, from its text and from the year that another column gives, or nothing."""
    periods = mapping.period

    def parse(text: str, year: str) -> Span:
        if year:
            text = f"{text} {year}" if periods.form == "month-name" else f"{year}-{_part_of_year(text, periods.form)}"
        span = parse_period(text, periods.form, periods.year_starts, periods.year_named)
        span = days_up_to(span, periods.days) if periods.days is not None else span
        return span if periods.frequency is None else span._replace(frequency=periods.frequency)

    return parse


def _part_of_year(text: str, form: str) -> str:
    """Return a month or a quarter as it stands behind its year, whether it was written with its zero or letter."""
    return text.zfill(2) if form == "month" else "Q" + text.removeprefix("Q")


def _year_reader(mapping: Mapping) -> Callable[[Sequence[str]], str]:
    """Return what reads the column of the year; without one it is nothing."""
    year, name = mapping.period.year, mapping.period.year_column
    if year is None or name is None:
        return lambda _cells: ""
    index = mapping.header.index(name)
    words = year.words if isinstance(year, FromColumn) else None

    def read(cells: Sequence[str]) -> str:
        text = cells[index]
        if words is not None:
            text = words.get(text, "")
        if re.fullmatch(r"[0-9]{4}", text, re.ASCII) is None:
            raise UnreadableError(f"{quoted(cells[index])} in the column {name!r} is no year; write YYYY")
        return text

    return read


def _wide(mapping: Mapping) -> SpanReader:
    """Return what gives the periods of columns; they are the same for every row, but for the year of some tables."""
    periods, header, parse = mapping.period, mapping.header, _parser(mapping)
    wide = periods.wide or ()
    columns = [(name, wide[name] if isinstance(wide, dict) else name, header.index(name)) for name in wide]

    def spans(year: str) -> list[Place]:
        return [(parse(text, year), index) for _, text, index in columns]

    try:
        fixed = spans("" if periods.year is None else "2000")
    except UnreadableError as error:
        raise MalformedError(f"The mapping {mapping.name}, key period.wide: {error}.", mapping=mapping.name) from error
    if periods.year is None:
        return lambda _cells, _faults: fixed
    read_year, known, column = _year_reader(mapping), dict[str, list[Place]](), periods.year_column

    def by_year(cells: Sequence[str], faults: list[Fault]) -> list[Place]:
        try:
            year = read_year(cells)
            if year not in known:
                known[year] = spans(year)
            return known[year]
        except UnreadableError as error:
            faults.append(Fault(column or "", str(error)))
            return []

    return by_year


def _pair(mapping: Mapping) -> SpanReader:
    """Return what reads the first and the last day of a row."""
    periods, header = mapping.period, mapping.header
    first, last = cast("str", periods.start), cast("str", periods.end)
    frequency = cast("Frequency", periods.frequency)
    places = [(first, header.index(first)), (last, header.index(last))]

    def pair(cells: Sequence[str], faults: list[Fault]) -> list[Place]:
        days: list[str] = []
        for name, place in places:
            try:
                days.append(parse_day(cells[place], periods.form))
            except UnreadableError as error:
                faults.append(Fault(name, str(error)))
        if len(days) < 2:
            return []
        if days[1] < days[0]:
            faults.append(Fault(last, f"the period ends on {days[1]}, before it starts on {days[0]}"))
            return []
        return [(Span(days[0], days[1], frequency), None)]

    return pair
