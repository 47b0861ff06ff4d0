"""A table and its columns: a name, what stands in each column, and how its rows are read off a result.

A table is the same in every language. Cells are texts exactly as ``audit.json`` has them: codes, days, decimals in
their one spelling, ratios as fractions of one; what is null there is null here. Nothing is reckoned here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from ledger.assessment.result import Cite
from ledger.audit.result import AuditResult

Kind = Literal[
    "code", "text", "said", "word", "party", "parties", "unit", "day", "amount", "share", "count", "entry", "entries"
]
"""What stands in a column.

``code`` a name of the ledger; ``text`` words of the record; ``said`` a sentence of the method; ``word`` one of a closed
set, for which the catalogue has words; ``party`` and ``parties`` slugs; ``amount`` a decimal in the unit of its row;
``share`` a fraction of one; ``count`` a whole number; ``entry`` the index of an entry, ``entries`` several.
"""

NUMBERS: frozenset[str] = frozenset({"amount", "share", "count", "entry"})
"""Kinds whose cells are numbers."""

Cell = str | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in CSV, what stands in it, and of a ``word`` the family in the catalogue."""

    name: str
    kind: Kind = "code"
    family: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an audit.

    Attributes:
        rows: reads its rows off a result, in the order of the result.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[AuditResult], Iterator[Row]]


def columns(text: str) -> tuple[Column, ...]:
    """Return columns out of their names, each with its kind where it is not a code: ``term due:day``.

    ``outcome:word`` takes its words from the family of its own name, ``by:word/role`` from another's.
    """
    return tuple(_column(part) for part in text.split())


def _column(text: str) -> Column:
    name, _, rest = text.partition(":")
    kind, _, family = rest.partition("/")
    found = next((one for one in get_args(Kind) if one == (kind or "code")), None)
    if found is None:
        message = f"The column {name} has the kind {kind}, which no column has."
        raise AssertionError(message)
    return Column(name, found, (family or name) if found == "word" else "")


def number(value: int | None) -> Cell:
    """Return a whole number as a cell."""
    return None if value is None else str(value)


def truth(value: bool) -> str:  # noqa: FBT001  # a truth is what is written
    """Return a truth as a cell, a word of the family ``truth``."""
    return "yes" if value else "no"


def entries(cites: Iterable[Cite]) -> Cell:
    """Return the entries that something rests on, each once and in order, as one cell."""
    return " ".join(map(str, sorted({cite.entry for cite in cites}))) or None


def together(texts: Iterable[str]) -> Cell:
    """Return several sentences or names as one cell, by semicolons; null where there is none."""
    return "; ".join(texts) or None
