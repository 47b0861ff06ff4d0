"""An observation: one figure with its dimensions, read strictly from the canonical CSV file that keeps it.

The file has the columns of ``OBSERVATION_COLUMNS``, line feeds, no quotation marks, one spelling of every number, and
is sorted by all columns but the value. What the writer would not write, the reader refuses; nothing is guessed. A
value is split into whole numbers, so that no engine ever sees a float. Source: design §2.1, §2.6, §4.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import BinaryIO, NamedTuple, NoReturn

from ledger.assessment.classification import links_of
from ledger.errors import MalformedError
from ledger.model.evidence import OBSERVATION_COLUMNS, Evidence
from ledger.model.value import as_date

HEADER: bytes = ",".join(OBSERVATION_COLUMNS).encode() + b"\n"
"""The first line of every file of observations."""

LONGEST_LINE = 512
"""Bytes that a line may have; the longest that can be written canonically is shorter."""

LIMB = 10**9
"""A value is ``high`` · 10⁹ + ``low`` + ``nano`` ÷ 10⁹, all of one sign and below 10⁹: sums stay exact in 64 bits."""

FREQUENCIES: tuple[str, ...] = ("A", "Q", "M", "W", "D")
"""SDMX's codes; the engines know them by their position, from 0."""

STATUSES: tuple[str, ...] = ("A", "P", "E", "I")
"""Normal, provisional, estimated by the publisher, interpolated by the source; by position, from 0."""

BASES: tuple[str, ...] = ("", "FOB", "CIF", "FAS")
"""Price bases, the empty one where none is stated; by position, from 0."""

INTERPOLATED = STATUSES.index("I")
"""The status that never counts in a verdict (R10)."""

CELLS: tuple[str, ...] = (
    "[A-Za-z0-9][A-Za-z0-9.-]{0,29}",
    "[A-Za-z0-9][A-Za-z0-9._-]{0,39}",
    "[A-Za-z0-9%]+(?:[:/._][A-Za-z0-9]+)*",
    "(?:FOB|CIF|FAS)?",
    "[AQMWD]",
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "[APEI]",
    "0|-?[1-9][0-9]{0,17}|-?(?:0|[1-9][0-9]{0,17})[.][0-9]{0,8}[1-9]",
)
"""How each cell may look, in the order of the columns; Python and the column engine read the same patterns."""

_LINE = re.compile(",".join(f"({cell})" for cell in CELLS).encode() + rb"\n")


class Observation(NamedTuple):
    """One line of the file, as the engines keep it. Units: days are counted from 0001-01-01, which is day 1."""

    classification: str
    code: str
    unit: str
    basis: int
    frequency: int
    day_from: int
    day_to: int
    status: int
    high: int
    low: int
    nano: int


def read_observations(stream: BinaryIO, *, what: str) -> Iterator[Observation]:
    """Yield the observations of a canonical file, in its order, reading one line at a time.

    Args:
        what: how errors name the file.

    Raises:
        MalformedError: a line is not what the writer would write; the sentence names its number (the header is 1).
    """
    if stream.readline(LONGEST_LINE) != HEADER:
        _refuse(what, 1, f"is not the header {HEADER.decode().strip()}")
    before: tuple[bytes, ...] = ()
    number = 1
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        found = _LINE.fullmatch(raw)
        if found is None:
            _refuse(what, number, _fault(raw))
        cells = found.groups()
        key = cells[:8]
        if key[:7] <= before[:7]:
            # Sorting by the status, too, would let one point come twice: which of the two is true nobody could tell.
            fault = "gives the point of the line above again" if key[:7] == before[:7] else "is out of order"
            _refuse(what, number, fault)
        before = key
        day_from, day_to = _day(cells[5]), _day(cells[6])
        if not 0 < day_from <= day_to:
            _refuse(what, number, "is about days that are not in the calendar, or end before they start")
        yield Observation(
            classification=str(cells[0], "ascii"),
            code=str(cells[1], "ascii"),
            unit=str(cells[2], "ascii"),
            basis=_position(cells[3], BASES),
            frequency=_position(cells[4], FREQUENCIES),
            day_from=day_from,
            day_to=day_to,
            status=_position(cells[7], STATUSES),
            **dict(zip(("high", "low", "nano"), split(str(cells[8], "ascii")), strict=True)),
        )


def observations_of(evidence: Evidence, stream: BinaryIO, *, what: str) -> Iterator[Observation]:
    """Yield the observations of an evidence statement's file, each of the dimensions and days that it names.

    How many there are is left to the caller.

    Args:
        what: how errors name the file.

    Raises:
        MalformedError: as ``read_observations``; or a line is of something that the statement does not name.
    Source: design §2.2 (``evidence``).
    """
    classifications, units = frozenset(evidence.dimensions.classifications), frozenset(evidence.dimensions.units)
    frequencies = frozenset(FREQUENCIES.index(code) for code in evidence.dimensions.frequencies)
    first = as_date(evidence.covers.start).toordinal()
    last = as_date(evidence.covers.end or evidence.covers.start).toordinal()
    for number, one in enumerate(read_observations(stream, what=what), start=2):
        fault = None
        if one.classification not in classifications:
            fault = f"has the classification {one.classification}, which the statement does not name"
        elif one.unit not in units:
            fault = f"has the unit {one.unit}, which the statement does not name"
        elif one.frequency not in frequencies:
            fault = f"has the frequency {FREQUENCIES[one.frequency]}, which the statement does not name"
        elif one.day_from < first or one.day_to > last:
            fault = "is about days outside of what the statement covers"
        if fault is not None:
            message = f"{what}: line {number} {fault}; mend the statement, or import the raw file again."
            raise MalformedError(message, line=number, digest=evidence.observations.digest)
        yield one


def count_rows(evidence: Evidence, stream: BinaryIO, *, what: str) -> int:
    """Return how many rows an evidence statement's file has, of figures or of a table, each read strictly.

    Args:
        what: how errors name the file.

    Raises:
        MalformedError: a line is not canonical, or of something that the statement does not name.
    """
    if evidence.dimensions.table is not None:
        return sum(1 for _ in links_of(evidence, stream, what=what))
    return sum(1 for _ in observations_of(evidence, stream, what=what))


def split(quantity: str) -> tuple[int, int, int]:
    """Return a canonical decimal as its three whole numbers: billions, the rest before the point, billionths."""
    sign = -1 if quantity.startswith("-") else 1
    whole, _, rest = quantity.lstrip("-").partition(".")
    high, low = divmod(int(whole), LIMB)
    return sign * high, sign * low, sign * int(rest.ljust(9, "0"))


@lru_cache(maxsize=65536)
def _day(text: bytes) -> int:
    """Return a day's number, or 0 when the calendar does not have it."""
    try:
        return date.fromisoformat(text.decode("ascii")).toordinal()
    except ValueError:
        return 0


@lru_cache(maxsize=64)
def _position(cell: bytes, words: tuple[str, ...]) -> int:
    return words.index(cell.decode("ascii"))


def _fault(raw: bytes) -> str:
    """Return what is wrong with a line, in words."""
    if not raw.endswith(b"\n"):
        return f"does not end with a line feed, or is longer than {LONGEST_LINE} bytes"
    cells = raw[:-1].split(b",")
    if len(cells) != len(CELLS):
        return f"has {len(cells)} cells where {len(CELLS)} are expected"
    for name, cell, pattern in zip(OBSERVATION_COLUMNS, cells, CELLS, strict=True):
        if re.fullmatch(f"(?:{pattern})".encode(), cell) is None:
            return f"has the {name} {cell.decode('utf-8', 'backslashreplace')!r}, which is not its canonical spelling"
    raise AssertionError("a line that no pattern refuses is canonical")


def _refuse(what: str, number: int, fault: str) -> NoReturn:
    message = f"{what}: line {number} {fault}; the observations are not canonical, make the file again from its source."
    raise MalformedError(message, what=what, line=number)
