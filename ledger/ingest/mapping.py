"""A mapping: how one publisher's table is to be read, declared in a small TOML file and never in code.

It says whose figures they are and by which channel they come (R8), what each column means, what a missing row means
(R10), which rows are no figures, and which of them are running totals (R3). It is read strictly: a key that is not
known here is refused. The shipped ones lie in ``formats/``, one file a table; anybody may write their own. Source:
design §2.2.
"""

import json
import re
import tomllib
from collections.abc import Mapping as Names
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ledger.errors import MalformedError, NotFoundError
from ledger.ingest.period import Form, Frequency
from ledger.model.evidence import Standing
from ledger.model.unit import measurement
from ledger.model.value import SLUG, Measure, Quantity, Slug, Text

LIMIT = 256 * 1024
"""Bytes that a mapping may have."""

STATUSES: Names[str, str] = {
    "A": "normal",
    "P": "provisional",
    "E": "estimated by the publisher",
    "I": "interpolated by the source: never counts in a verdict",
}
"""The letters that say what an observation is worth."""

SIGNED: frozenset[str] = frozenset({"announced", "order", "emission", "rate", "table"})
"""Measures of which one figure may be negative: cancellations of orders, removals of emissions."""

ALLOWED: Names[str, str] = {
    "classification": r"[A-Za-z0-9][A-Za-z0-9.-]{0,29}",
    "code": r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}",
    "unit": r"[A-Za-z0-9%]+(?:[:/._][A-Za-z0-9]+)*",
    "basis": r"(?:FOB|CIF|FAS)?",
    "reporter": rf"{SLUG[1:-1]}|\*",
    "partner": rf"{SLUG[1:-1]}|\*",
    "authority": SLUG[1:-1],
    "authority_of": rf"(?:{SLUG[1:-1]})?",
    "status": "|".join(STATUSES),
}
"""What each dimension of an observation may look like."""

Column = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
"""The name of a column as the header spells it, on one line."""


class _Declared(BaseModel):
    """A frozen, strict part of a mapping: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)


class FromColumn(_Declared):
    """A dimension that each row states.

    Attributes:
        column: where it stands.
        words: the publisher's words and what they mean here; a word that is not listed is rejected. Left out: taken
            as it is.
        lengths: how many characters it may have; a code that lost its leading zero is found out by that.
    """

    column: Column
    words: dict[str, str] | None = None
    lengths: Annotated[tuple[int, ...], Field(min_length=1)] | None = None


Dimension = str | FromColumn
"""A dimension is the same for every row (a text), or stated by a column."""


class Rule(_Declared):
    """Rows by what a column says: ``keep`` keeps only these, ``skip`` leaves these out (totals, other destinations)."""

    column: Column
    equals: Annotated[tuple[str, ...], Field(min_length=1)]


class Sign(_Declared):
    """Rows whose figure counts against the others: a word in a column gives 1 or -1 (sales and cancellations)."""

    column: Column
    words: dict[str, Literal[1, -1]]


class Cumulative(_Declared):
    """A running total inside a group of rows, such as a marketing year; it is differenced, never added up (R3).

    Attributes:
        group: the column that names the group; it begins with a year.
        starts: month and day on which groups start, ``MM-DD``, in the year that the group's name begins with.
        first: the first total of a group counts ``since-group-start``, or is left out (``skip``) because part of it was
            carried over from before and cannot be dated.
    """

    group: Column
    starts: Annotated[str, StringConstraints(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$")]
    first: Literal["since-group-start", "skip"]


class Periods(_Declared):
    """Where a row says which days it is about: in one column, in two (first and last day), or a column for each period.

    Attributes:
        form: how a period is spelt in ``column`` or in the names of the ``wide`` columns.
        days: a day stands for the so many days that end with it (7: week ending).
        frequency: stated where the spelling does not say it; always needed with ``start`` and ``end``.
    """

    column: Column | None = None
    start: Column | None = None
    end: Column | None = None
    wide: Annotated[tuple[Column, ...], Field(min_length=1)] | None = None
    form: Form = "iso"
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    frequency: Frequency | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        pair = self.start is not None and self.end is not None
        if (self.start is None) != (self.end is None) or [self.column is not None, pair, self.wide is not None].count(
            True
        ) != 1:
            raise ValueError("needs exactly one of column, start and end, or wide")
        if pair and self.frequency is None:
            raise ValueError("start and end need the frequency; add it")
        if self.days is not None and self.form != "day":
            raise ValueError('days goes with form = "day"; give that form')
        return self


class Vintage(_Declared):
    """The column that says when a row's figure was published (R1).

    Attributes:
        imputed: why the day is ours, where it is not the publisher's.
    """

    column: Column
    imputed: Text | None = None


class Series(_Declared):
    """One kind of figure in the table: what it measures and where it stands. A table may hold several.

    Attributes:
        value: the column of the figure; left out where the periods are ``wide``.
        scale: how many of ``unit`` one published unit is ("1000" for thousands); exact.
        instant: a level at the end of the period, not a flow through it.
        repeats: rows that give the same point again are rejected, or are parts to be summed.
        authority, authority_of: where they differ from those of the whole table.
    """

    measure: Measure
    reporter: Dimension
    partner: Dimension
    classification: Dimension
    code: Dimension
    unit: Dimension
    basis: Dimension = ""
    status: Dimension = "A"
    authority: Dimension | None = None
    authority_of: Dimension | None = None
    value: Column | None = None
    scale: Quantity = "1"
    sign: Sign | None = None
    negative: bool | None = None
    instant: bool = False
    cumulative: Cumulative | None = None
    repeats: Literal["reject", "sum"] = "reject"
    keep: tuple[Rule, ...] = ()

    @property
    def may_be_negative(self) -> bool:
        """Whether a figure below zero can be true of this measure."""
        return self.measure in SIGNED if self.negative is None else self.negative

    @cached_property
    def factor(self) -> Decimal:
        """The scale as an exact decimal."""
        return Decimal(self.scale)

    def dimensions(self) -> dict[str, Dimension]:
        """Return the dimensions by name, without those that the table as a whole gives."""
        names = (
            "reporter",
            "partner",
            "classification",
            "code",
            "unit",
            "basis",
            "status",
            "authority",
            "authority_of",
        )
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def columns(self) -> list[str]:
        """Return every column that is read for this series."""
        rules = [rule.column for rule in self.keep]
        parts = [part.column for part in self.dimensions().values() if isinstance(part, FromColumn)]
        single = [self.value, self.sign and self.sign.column, self.cumulative and self.cumulative.group]
        return [*rules, *parts, *(name for name in single if name)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, part in self.dimensions().items():
            values = [part] if isinstance(part, str) else list((part.words or {}).values())
            for value in values:
                _check_dimension(name, value)
        if self.factor <= 0:
            raise ValueError("scale is not above zero; mend it")
        return self


class Mapping(_Declared):
    """How one table is read.

    Attributes:
        authority: whose statistics these are, the *source* of R8; ``channel``: which copy of them this is.
        authority_of: the party whose official figures they are; left out for an independent body.
        header: the exact names of the columns, in order. A file with another header is refused.
        trailing_comma: every line ends with one more comma than there are columns.
        absent: what a missing row means inside the days that the file covers (R10).
        digest: of the TOML bytes.
    """

    name: Slug
    title: Text
    publisher: Text
    authority: Slug
    channel: Slug
    standing: Standing
    authority_of: Slug | None = None
    licence: Text
    redistribute: bool
    container: Literal["csv", "json-rows"] = "csv"
    encoding: Literal["utf-8"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ","
    header: Annotated[tuple[Column, ...], Field(min_length=1, max_length=500)]
    trailing_comma: bool = False
    absent: Literal["missing", "zero"] = "missing"
    period: Periods
    vintage: Vintage | None = None
    keep: tuple[Rule, ...] = ()
    skip: tuple[Rule, ...] = ()
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=50)]
    digest: str

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        doubled = {name for name in self.header if self.header.count(name) > 1}
        if doubled:
            raise ValueError(f"header names the column {min(doubled)!r} twice")
        period = [self.period.column, self.period.start, self.period.end, *(self.period.wide or ())]
        rules = [rule.column for rule in (*self.keep, *self.skip)]
        single = [*period, self.vintage and self.vintage.column]
        named = [*(name for name in single if name), *rules, *(name for part in self.series for name in part.columns())]
        for name in named:
            if name not in self.header:
                raise ValueError(f"names the column {name!r}, which is not in header")
        return self

    @model_validator(mode="after")
    def _figures_stand_somewhere(self) -> Self:
        for part in self.series:
            if (part.value is None) != (self.period.wide is not None):
                raise ValueError("every series names its value column, unless the periods are wide")
            if part.cumulative is not None and (part.instant or self.period.wide is not None):
                raise ValueError("a cumulative series is neither instant nor wide")
            if part.cumulative is not None and self.vintage is not None:
                raise ValueError(
                    "running totals of several vintages cannot be told apart; import each vintage by itself"
                )
        return self


def parse_mapping(raw: bytes, *, name: str) -> Mapping:
    """Return the mapping that a TOML file declares.

    Args:
        name: of the file, for messages.

    Raises:
        MalformedError: it is not TOML, or not a mapping; the sentence names the key.
        UnitError: it names a unit that is not known.
    """
    if len(raw) > LIMIT:
        raise MalformedError(f"The mapping {name} has {len(raw)} bytes; at most {LIMIT} are read.", mapping=name)
    try:
        table = tomllib.loads(raw.decode("utf-8"))
        text = json.dumps(table | {"digest": "sha256:" + sha256(raw).hexdigest()})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise MalformedError(
            f"The mapping {name} is not a TOML file that can be read: {error}.", mapping=name
        ) from error
    except ValueError as error:  # Python reads and writes no decimal integer of more than 4300 digits
        raise MalformedError(f"The mapping {name} holds an endless integer; remove it.", mapping=name) from error
    except TypeError as error:
        raise MalformedError(f"The mapping {name} holds a date or a time; write it as text.", mapping=name) from error
    if "digest" in table:
        raise MalformedError(f"The mapping {name}, key digest: is not a key of a mapping; remove it.", mapping=name)
    try:
        mapping = Mapping.model_validate_json(text)
    except ValidationError as error:
        raise _malformed(error, name=name) from error
    for part in mapping.series:
        values = [part.unit] if isinstance(part.unit, str) else list((part.unit.words or {}).values())
        for unit in values:
            measurement(unit)
    return mapping


def format_names() -> tuple[str, ...]:
    """Return the names of the mappings that are shipped, sorted."""
    folder = resources.files("ledger.ingest") / "formats"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def find_format(name: str) -> Mapping:
    """Return a mapping that is shipped, by its name.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    if name not in format_names():
        known = ", ".join(format_names())
        raise NotFoundError(f"There is no format {name!r}; use one of {known}, or give your own mapping.", format=name)
    return parse_mapping(
        (resources.files("ledger.ingest") / "formats" / f"{name}.toml").read_bytes(), name=f"{name}.toml"
    )


def _check_dimension(name: str, value: str) -> None:
    if re.fullmatch(ALLOWED[name], value) is None:
        raise ValueError(f"{name} cannot be {value!r}")


def _malformed(error: ValidationError, *, name: str) -> MalformedError:
    """Return the first fault of a mapping as one sentence that names the key."""
    faults = error.errors(include_url=False)
    # A dimension is a text or a table. Pydantic tells what is wrong with either and names them after their types; where
    # a table was written, what is wrong with the table is the fault.
    fault = next((fault for fault in faults if "FromColumn" in fault["loc"][:-1]), faults[0])
    place = ".".join(str(part) for part in fault["loc"] if part not in {"str", "FromColumn"})
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = "is not a key of a mapping; remove it or mend its spelling"
    elif fault["type"] == "missing":
        reason = "is missing; add it"
    return MalformedError(f"The mapping {name}, key {place or 'as a whole'}: {reason}.", mapping=name, key=place)
