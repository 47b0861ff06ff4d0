"""Normalise: rows of a publisher's table become observations in the one canonical form, sorted and settled.

Each row goes through the mapping by itself; what cannot be read is a rejected row with its reason, never a guess.
Running totals are differenced in the order of time (R3), points that are given twice are settled, and each series key
and vintage is written as one canonical CSV file. Memory stays bounded: rows wait in a sorter. Source: design §2.2,
§2.6; R1–R3.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import cast
from unicodedata import normalize

from ledger.errors import MalformedError, UsageError
from ledger.ingest.cell import ARITHMETIC, UnreadableError, format_figure, quoted
from ledger.ingest.imported import REJECTED_KEPT, ImportedSeries, RejectedRow
from ledger.ingest.mapping import Cumulative, Mapping, Series
from ledger.ingest.observation import BEHIND_POINT, Draft, Line, Settled, packed, unpacked, write_series
from ledger.ingest.period import Form, day_after, parse_day
from ledger.ingest.row import Fault, RowReader, SumReader, conditions, span_reader
from ledger.ingest.spill import Marked, Sorter, Spool

NOT_STATED = "not stated by the publisher: the last day that the file covers"
"""Why a day of publication is ours (R1)."""

_WORST_FIRST = "IEPA"
"""A difference is worth what the worse of its two totals is worth."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """All series of a file, and the rows that were not read."""

    series: tuple[ImportedSeries, ...]
    rows: int
    left_out: int
    rejected_count: int
    rejected: tuple[RejectedRow, ...]


class Normaliser:
    """Takes the rows of one table, then gives its series.

    Args:
        name: of the file, for messages.
        published: the day on which the whole table was published, where the caller knows it; else the mapping's vintage
            column says so for each row, or the last day that the file covers stands in, marked (R1).
    """

    def __init__(self, mapping: Mapping, *, name: str, published: str | None = None) -> None:
        if published is not None and mapping.vintage is not None:
            raise UsageError(
                f"{name} states its days of publication in the column {mapping.vintage.column!r}; leave the day out.",
                file=name,
            )
        header = mapping.header
        self._mapping = mapping
        self._name = name
        self._published = published
        self._readers = [RowReader(part, mapping=mapping, block=n) for n, part in enumerate(mapping.series)]
        self._is_of_all = not any(part.keep for part in mapping.series)
        self._width = len(header)
        self._keep = conditions(mapping.keep, header=header)
        self._skip = conditions(mapping.skip, header=header)
        self._vintage = header.index(mapping.vintage.column) if mapping.vintage is not None else None
        self._vintage_form: Form = mapping.vintage.form if mapping.vintage is not None else "day"
        self._spans = span_reader(mapping)
        self._sums = [SumReader(rule, mapping=mapping) for rule in mapping.sums]
        self._totals, self._lines = Sorter(), Sorter()
        self._rows = self._left_out = 0
        self._rejected: list[RejectedRow] = []
        self._rejected_rows = Marked()

    def add(self, cells: Sequence[str], *, row: int) -> None:
        """Take one row; ``row`` counts from the header, which is 1."""
        self._rows += 1
        if len(cells) != self._width:
            self._reject(row, None, f"{len(cells)} cells where {self._width} are expected")
            return
        readers = self._readers_of(cells)
        if not readers:
            self._left_out += 1
            return
        faults: list[Fault] = []
        published = self._published_of(cells, faults) if self._vintage is not None else ""
        if self._sums:
            faults += [fault for reader in self._sums if (fault := reader.fault(cells)) is not None]
        for span, wide in self._spans(cells, faults) if not faults else ():
            if published and published < span.end:
                faults.append(Fault(self._vintage_column, f"{published} lies before the period ends on {span.end}"))
                continue
            for reader in readers:
                line = reader.read(cells, row=row, published=published, span=span, wide=wide, faults=faults)
                if line is not None and reader.is_total:
                    # Running totals wait for their fellows by group and time, others by point.
                    self._totals.add(packed(*line.course, line.end, *line))
                elif line is not None:
                    self._lines.add(packed(*line))
        if faults:
            for fault in dict.fromkeys(faults):
                self._reject(row, fault.column or None, fault.reason)

    def _readers_of(self, cells: Sequence[str]) -> Sequence[RowReader]:
        """Return what reads a row, which is nothing where it is left out."""
        for holds in self._keep:
            if not holds(cells):
                return ()
        for holds in self._skip:
            if holds(cells):
                return ()
        return self._readers if self._is_of_all else [reader for reader in self._readers if reader.keeps(cells)]

    def reject(self, fault: Fault, *, row: int) -> None:
        """Take a row that was no row to begin with, by what is wrong with it."""
        self._rows += 1
        self._reject(row, fault.column or None, fault.reason)

    def finish(self) -> Normalised:
        """Return every series of the table.

        Raises:
            MalformedError: there was no row, or not one of them could be read.
            UsageError: the day of publication given lies before days that the file covers.
        """
        for line in self._difference():
            self._lines.add(packed(*line))
        drafts = list(write_series(self._settled(self._lines.sorted()), spool=Spool()))
        if not drafts:
            raise self._nothing()
        self._check_published(max(draft.end for draft in drafts))
        return Normalised(
            series=self._dated(drafts), rows=self._rows, left_out=self._left_out,
            rejected_count=len(self._rejected_rows), rejected=tuple(self._first_rejected()),
        )  # fmt: skip

    @property
    def _vintage_column(self) -> str:
        return self._mapping.vintage.column if self._mapping.vintage is not None else ""

    def _published_of(self, cells: Sequence[str], faults: list[Fault]) -> str:
        """Return the row's day of publication, or nothing where it cannot be read."""
        try:
            return parse_day(cells[cast("int", self._vintage)], self._vintage_form)
        except UnreadableError as error:
            faults.append(Fault(self._vintage_column, str(error)))
            return ""

    def _reject(self, row: int, column: str | None, reason: str) -> None:
        """Note a rejected row; a row with several faults is counted once and listed once for each."""
        self._rejected_rows.add(row)
        # Both will stand in a signed statement, whose text is NFC and has no white space around it (design §2.1).
        place = normalize("NFC", column or "").strip() or None
        self._rejected.append(RejectedRow(row, place, normalize("NFC", reason)))
        if len(self._rejected) >= 2 * REJECTED_KEPT:
            self._rejected = self._first_rejected()

    def _first_rejected(self) -> list[RejectedRow]:
        return sorted(self._rejected, key=lambda fault: fault.row)[:REJECTED_KEPT]

    def _settled(self, lines: Iterable[bytes]) -> Iterator[Settled]:
        """Yield one figure a point: its only one, the sum of its parts, or the first of equals; others are rejected."""
        point, only, same = b"", None, []
        for line in lines:
            parts = line.rsplit(b"\0", BEHIND_POINT)
            if parts[0] == point:
                same.append(line)
                continue
            if len(same) > 1:
                yield from self._settle(point, same)
            elif only is not None:
                yield point, only[-2], only[-1]
            point, only, same = parts[0], parts, [line]
        if len(same) > 1:
            yield from self._settle(point, same)
        elif only is not None:
            yield point, only[-2], only[-1]

    def _settle(self, point: bytes, same: Iterable[bytes]) -> Iterator[Settled]:
        """Yield the figure of a point that several rows give, if one stands."""
        lines = list(map(unpacked, same))
        how = {self._readers[int(line.block)].series.repeats for line in lines}
        if how == {"across"}:
            by_block = groupby(sorted(lines, key=lambda line: line.block), key=lambda line: line.block)
            lines = [line for _, of in by_block if (line := self._only(list(of))) is not None]
            if not lines:
                return
        line = self._only(lines) if "reject" in how or len(how) > 1 else self._sum(lines)
        if line is not None:
            yield point, line.status.encode(), line.value.encode()

    def _sum(self, lines: list[Line]) -> Line | None:
        """Return the sum of the parts of one point, or none where it has too many digits."""
        total = Decimal(0)
        for line in lines:
            total = ARITHMETIC.add(total, Decimal(line.value))
        try:
            return lines[0]._replace(value=format_figure(total), status=worst(line.status for line in lines))
        except UnreadableError as error:
            self._reject(int(lines[-1].row), self._readers[int(lines[-1].block)].series.value, f"the sum {error}")
            return None

    def _only(self, lines: list[Line]) -> Line | None:
        """Return the one line there is, the first of lines that are alike, or none of those that differ."""
        first, *others = lines
        alike = all((line.value, line.status) == (first.value, first.status) for line in others)
        for line in others if alike else lines:
            other = first if line is not first else others[0]
            what = "repeats" if alike else "gives another figure for"
            self._reject(
                int(line.row), self._readers[int(line.block)].series.value, f"{what} the point of row {int(other.row)}"
            )
        return first if alike else None

    def _difference(self) -> Iterator[Line]:
        """Yield what running totals say happened between one row and the next, within each group (R3)."""
        ordered = map(unpacked, self._totals.sorted())
        for _, group in groupby(ordered, key=lambda line: line.course):
            previous: Line | None = None
            for _, same in groupby(group, key=lambda line: line.end):
                total = self._only(list(same))
                if total is None:
                    continue
                step = self._step(previous, total)
                previous = total
                if step is not None:
                    yield step

    def _step(self, previous: Line | None, total: Line) -> Line | None:
        """Return the difference of two totals, or the first total of a group as the mapping says."""
        series = self._readers[int(total.block)].series
        if previous is None:
            return self._opening(total, series)
        value = ARITHMETIC.subtract(Decimal(total.value), Decimal(previous.value))
        if value < 0 and not series.may_be_negative:
            reason = f"the running total falls from {previous.value} to {total.value} {total.unit}"
            self._reject(int(total.row), series.value, reason)
            return None
        try:
            text = format_figure(value)
        except UnreadableError as error:
            self._reject(int(total.row), series.value, str(error))
            return None
        status = worst((previous.status, total.status))
        return total._replace(start=day_after(previous.end), value=text, status=status)

    def _opening(self, total: Line, series: Series) -> Line | None:
        """Return the first total of a group as a figure since the group's start, or None where it cannot be dated."""
        rule = cast("Cumulative", series.cumulative)
        empty = Decimal(total.value) == 0
        if rule.first == "skip":
            if not empty:
                reason = f"opens {total.group} with {total.value} {total.unit} carried over from days not stated"
                self._reject(int(total.row), series.value, reason)
            return None
        try:
            start = parse_day(f"{total.group[:4]}-{rule.starts}")
        except UnreadableError:
            self._reject(int(total.row), rule.group, f"{quoted(total.group)} does not begin with a year")
            return None
        if start > total.end:
            if not empty:
                self._reject(int(total.row), rule.group, f"{total.group} starts on {start}, after {total.end}")
            return None
        return total._replace(start=start)

    def _check_published(self, end: str) -> None:
        if self._published is not None and self._published < end:
            raise UsageError(
                f"{self._name} covers days up to {end}, after {self._published}, the day it is said to have been "
                "published; give the day of its publication.",
                file=self._name,
            )

    def _dated(self, drafts: list[Draft]) -> tuple[ImportedSeries, ...]:
        """Return the series with their days of publication (R1)."""
        vintage = self._mapping.vintage
        if vintage is not None:
            return tuple(draft.dated(draft.published, imputed=vintage.imputed) for draft in drafts)
        first, last = min(draft.start for draft in drafts), max(draft.end for draft in drafts)
        day, imputed = (last, NOT_STATED) if self._published is None else (self._published, None)
        dated = tuple(draft.dated(day, imputed=imputed) for draft in drafts)
        if self._mapping.covers == "series":
            return dated
        return tuple(replace(series, start=first, end=last) for series in dated)

    def _nothing(self) -> MalformedError:
        """Return why a file gave no observation at all; the first reason that was found names row and column."""
        if self._rejected:
            first = min(self._rejected, key=lambda fault: fault.row)
            column = f", column {first.column!r}" if first.column else ""
            return MalformedError(
                f"{self._name}: not one of {self._rows} rows could be read; row {first.row}{column}: {first.reason}. "
                "Are columns shifted, or is it another format?",
                file=self._name, row=first.row, column=first.column,
            )  # fmt: skip
        what = "has no rows below its header" if self._rows == 0 else f"has {self._rows} rows, and no figure in them"
        reason = (
            f"{self._name}: the table {what} that the mapping {self._mapping.name} looks for; nothing was imported."
        )
        return MalformedError(reason, file=self._name)


def worst(statuses: Iterable[str]) -> str:
    """Return the status that is worth least."""
    return min(statuses, key=_WORST_FIRST.index)
