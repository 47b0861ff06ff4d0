"""A preview: what was understood of a file, in figures that a person can hold against the file before it is recorded.

The first observations, how many periods and codes, totals per unit, what each column was read as. Totals here only help
to recognise a file: they add every figure of a series, levels of a classification included, and are no result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.ingest.cell import ARITHMETIC
from ledger.ingest.imported import Imported, ImportedSeries, Observations
from ledger.ingest.mapping import FromColumn, Mapping, Series
from ledger.ingest.table import TableMapping, readings_of
from ledger.model.evidence import OBSERVATION_COLUMNS, TABLE_COLUMNS

FIRST: Final = 5
"""Observations that are shown of a series."""


@dataclass(frozen=True, slots=True)
class Total:
    """All figures of one unit and price basis added up, by the length of their codes: levels repeat each other."""

    unit: str
    basis: str
    digits: int
    count: int
    value: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a series holds.

    Attributes:
        first: its first observations, by column.
        periods, codes: how many different ones there are. ``statuses``: how many figures of each.
    """

    first: tuple[dict[str, str], ...]
    periods: int
    codes: int
    statuses: dict[str, int]
    totals: tuple[Total, ...]


def preview(series: ImportedSeries) -> Preview:
    """Return what a series, or a table of codes, holds, read once as it streams."""
    if series.table is not None:
        return _preview_table(series)
    first: list[dict[str, str]] = []
    periods: set[str] = set()
    codes: set[str] = set()
    statuses: dict[str, int] = {}
    sums: dict[tuple[str, str, int], tuple[int, Decimal]] = {}
    for cells in _lines(series.observations):
        classification, code, unit, basis, _, start, end, status, value = cells
        if len(first) < FIRST:
            first.append(dict(zip(OBSERVATION_COLUMNS, cells, strict=True)))
        periods.add(start + end)
        codes.add(f"{classification} {code}")
        statuses[status] = statuses.get(status, 0) + 1
        # Levels are told apart by the length of numeric codes; names of other classifications have none.
        key = (unit, basis, len(code) if code.isdigit() else 0)
        count, total = sums.get(key, (0, Decimal(0)))
        sums[key] = (count + 1, ARITHMETIC.add(total, Decimal(value)))
    totals = tuple(
        Total(unit=unit, basis=basis, digits=digits, count=count, value=_plain(total))
        for (unit, basis, digits), (count, total) in sorted(sums.items())
    )
    return Preview(tuple(first), len(periods), len(codes), dict(sorted(statuses.items())), totals)


def _preview_table(series: ImportedSeries) -> Preview:
    """Return what a table of codes holds: its first lines, and how many codes it says something about."""
    first: list[dict[str, str]] = []
    codes: set[str] = set()
    for cells in _lines(series.observations):
        if len(first) < FIRST:
            first.append(dict(zip(TABLE_COLUMNS, cells, strict=True)))
        codes.add(cells[1])
    return Preview(tuple(first), periods=0, codes=len(codes), statuses={}, totals=())


def readings(mapping: Mapping | TableMapping) -> dict[str, tuple[str, ...]]:
    """Return what each column of a mapping's header is read as; one that is read as nothing has no entry."""
    if isinstance(mapping, TableMapping):
        return readings_of(mapping)
    found: dict[str, list[str]] = {name: [] for name in mapping.header}
    for name in mapping.period.columns():
        found[name].append("figures of a period" if name in (mapping.period.wide or ()) else "period")
    if mapping.vintage is not None:
        found[mapping.vintage.column].append("day of publication")
    for rule in (*mapping.keep, *(rule for part in mapping.series for rule in part.keep)):
        found[rule.column].append("rows kept")
    for rule in mapping.skip:
        found[rule.column].append("rows left out")
    for one in mapping.sums:
        found[one.total].append("total of others, checked and not counted")
    for part in mapping.series:
        for name, role in _of_series(part):
            found[name].append(role)
    return {name: tuple(dict.fromkeys(roles)) for name, roles in found.items() if roles}


def _of_series(part: Series) -> Iterator[tuple[str, str]]:
    if part.value is not None:
        yield part.value, f"figure: {part.measure}{' (running total)' if part.cumulative else ''}"
    for name, dimension in part.dimensions().items():
        if isinstance(dimension, FromColumn):
            yield dimension.column, name.replace("_", " ")
    if isinstance(part.scale, FromColumn):
        yield part.scale.column, "scale"
    if part.sign is not None:
        yield part.sign.column, "sign"
    if part.cumulative is not None and part.cumulative.group is not None:
        yield part.cumulative.group, "group of running totals"


def preview_document(imported: Imported, previews: Sequence[Preview]) -> dict[str, object]:
    """Return what was understood of a file, as ``--json`` and HTTP give it: nothing of it is recorded."""
    document = imported_document(imported)
    document["series"] = [
        {
            **_series_document(series), "entry": None, "statement": None,
            "first": list(found.first), "periods": found.periods, "codes": found.codes, "statuses": found.statuses,
            "totals": [
                {"unit": one.unit, "basis": one.basis, "digits": one.digits, "count": one.count, "value": one.value}
                for one in found.totals
            ],
        }
        for series, found in zip(imported.series, previews, strict=True)
    ]  # fmt: skip
    return document | {"columns": {name: list(roles) for name, roles in readings(imported.mapping).items()}}


def imported_document(imported: Imported, places: Sequence[tuple[int, str]] = ()) -> dict[str, object]:
    """Return what was read of a file, as ``--json`` and HTTP give it.

    Args:
        places: entry and statement of each of its series, where they are recorded.
    """
    entries: list[tuple[int | None, str | None]] = list(places) or [(None, None)] * len(imported.series)
    return {
        "file": imported.name,
        "raw": imported.digest,
        "size": imported.size,
        "mapping": imported.mapping.name,
        "rows": imported.rows,
        "left_out": imported.left_out,
        "rejected": {
            "count": imported.rejected_count,
            "rows": [{"row": row.row, "column": row.column, "reason": row.reason} for row in imported.rejected],
        },
        "series": [
            {**_series_document(one), "entry": entry, "statement": statement}
            for one, (entry, statement) in zip(imported.series, entries, strict=True)
        ],
    }


def _series_document(one: ImportedSeries) -> dict[str, object]:
    return {
        "subject": one.subject, "authority": one.authority, "published": one.published, "imputed": one.imputed,
        "start": one.start, "end": one.end, "count": one.observations.count, "observations": one.observations.digest,
    }  # fmt: skip


def _lines(observations: Observations) -> Iterator[list[str]]:
    """Yield the observations of a file as cells, without its header."""
    rest, is_header = b"", True
    for chunk in observations.chunks():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if not is_header:
                yield line.decode().split(",")
            is_header = False


def _plain(total: Decimal) -> str:
    text = format(total, "f")
    return text.rstrip("0").removesuffix(".") if "." in text else text
