"""A mapping: how one publisher's table is to be read, declared in a small TOML file and never in code.

It says whose figures they are and by which channel they come (R8), what each column means, what a missing row means
(R10), which rows are no figures, and which of them are running totals (R3). It is read strictly: a key that is not
known here is refused. The shipped ones lie in ``formats/``, one file a table; anybody may write their own. Source:
design §2.2.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Names
from decimal import Decimal
from importlib import resources
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, StringConstraints, ValidationError, model_validator

from ledger.errors import NotFoundError
from ledger.ingest.layout import LIMIT, Column, Declared, Layout, Rule, first_fault, read_declaration
from ledger.ingest.period import Form, Frequency
from ledger.model.evidence import Standing
from ledger.model.party import PartySystem
from ledger.model.unit import BUSHEL, COMTRADE_UNITS, RECOMMENDATION_20, measurement
from ledger.model.value import QUANTITY, SLUG, Measure, Quantity, Slug, Text

__all__ = ["LIMIT", "FromColumn", "Mapping", "Rule", "Series", "find_format", "format_names", "parse_mapping"]

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

PARTY_SYSTEMS: Final[frozenset[str]] = frozenset(get_args(PartySystem))
"""Systems of codes whose words are parties."""

PARTIES: Final = frozenset({"reporter", "partner", "authority_of"})
"""Dimensions that are parties."""

MonthAndDay = Annotated[str, StringConstraints(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$")]
"""A day of every year, ``MM-DD``."""


class FromColumn(Declared):
    """Something that each row states.

    Attributes:
        column: where it stands.
        words: the publisher's words and what they mean here; a word that is not listed is rejected. Left out: taken
            as it is.
        lengths: how many characters it may have; a code that lost its leading zero is found out by that.
        empty: what an empty cell means; left out, it means nothing and is rejected.
        remove: marks that stand inside a code and are no part of it (``1201.90``).
        pad: a code is filled with leading zeros up to so many characters, where the publisher loses them all.
        lower: capital letters become small ones, as in the names of parties.
        system: the words are the codes of a system, beside those of ``words``. For units: UN/CEFACT Recommendation 20,
            or UN Comtrade's quantity units. For parties: ISO 3166, M49 or UN Comtrade's areas, or their names, as
            ``parties`` of the mapping has them.
        ending: what a word may end with that is no part of it (``, Government of``).
        other: what every word means that is none of those; left out, it is rejected.
    """

    column: Column
    words: dict[str, str] | None = None
    lengths: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    empty: str | None = None
    remove: Annotated[str, StringConstraints(min_length=1, max_length=5)] | None = None
    pad: Annotated[int, Field(ge=1, le=40)] | None = None
    lower: bool = False
    system: Literal["un-rec-20", "un-comtrade"] | PartySystem | None = None
    ending: Annotated[str, StringConstraints(min_length=1, max_length=50)] | None = None
    other: str | None = None

    @property
    def vocabulary(self) -> dict[str, str] | None:
        """The words that the column may hold, and what they mean; null where it is taken as it is.

        Parties by their codes are those of the whole mapping (``Mapping.words_of``).
        """
        if self.system in PARTY_SYSTEMS:
            return self.words or {}
        system = {"un-rec-20": RECOMMENDATION_20, "un-comtrade": COMTRADE_UNITS}.get(self.system or "")
        return self.words if system is None else system | (self.words or {})

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if (self.words is not None or self.system is not None) and (self.remove or self.pad or self.lower):
            raise ValueError("words are taken as they are; leave out remove, pad and lower, or the words")
        if self.words is None and self.system is None and (self.ending or self.other is not None):
            raise ValueError("ending and other go with words or a system; add them, or leave these out")
        return self

    def meanings(self) -> Iterator[str]:
        """Yield every value that the mapping itself states."""
        yield from (self.vocabulary or {}).values()
        yield from (value for value in (self.empty, self.other) if value is not None)


Dimension = str | FromColumn
"""A dimension is the same for every row (a text), or stated by a column."""


class Sign(Declared):
    """Rows whose figure counts against the others: a word in a column gives 1 or -1 (sales and cancellations)."""

    column: Column
    words: dict[str, Literal[1, -1]]


class Cumulative(Declared):
    """A running total inside a group of rows, such as a marketing year; it is differenced, never added up (R3).

    Attributes:
        group: the column that names the group; it begins with a year. Left out: the groups are the years that begin on
            ``starts``, and a total belongs to the one in which its period ends.
        starts: month and day on which groups start, ``MM-DD``, in the year that the group's name begins with.
        first: the first total of a group counts ``since-group-start``, or is left out (``skip``) because part of it was
            carried over from before and cannot be dated.
    """

    group: Column | None = None
    starts: MonthAndDay
    first: Literal["since-group-start", "skip"]


class Periods(Declared):
    """Where a row says which days it is about: in one column, in two (first and last day), or a column for each period.

    Attributes:
        wide: the columns of the figures, each a period; a table where their names are not the periods themselves
            (``{ "January Qty" = "01" }``). Running totals among the columns are left out of it.
        form: how a period is spelt in ``column``, ``start`` and ``end``, or in the names of the ``wide`` columns.
        year: the column of the year, where the period gives only its part of one (a month, a quarter).
        days: a day stands for the so many days that end with it (7: week ending).
        year_starts: month and day on which years begin (marketing years, fiscal years).
        year_named: a year that spans two is named by the one in which it starts, or in which it ends.
        frequency: stated where the spelling does not say it; always needed with ``start`` and ``end``.
    """

    column: Column | None = None
    start: Column | None = None
    end: Column | None = None
    wide: Annotated[tuple[Column, ...], Field(min_length=1)] | dict[Column, str] | None = None
    form: Form = "iso"
    year: Column | FromColumn | None = None
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    year_starts: MonthAndDay = "01-01"
    year_named: Literal["start", "end"] = "start"
    frequency: Frequency | None = None

    @property
    def year_column(self) -> str | None:
        """The column of the year, where there is one."""
        return self.year.column if isinstance(self.year, FromColumn) else self.year

    def columns(self) -> list[str]:
        """Return every column that is read for the periods."""
        return [name for name in (self.column, self.start, self.end, *(self.wide or ()), self.year_column) if name]

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        pair = self.start is not None and self.end is not None
        if (self.start is None) != (self.end is None) or [self.column is not None, pair, self.wide is not None].count(
            True
        ) != 1:
            raise ValueError("needs exactly one of column, start and end, or wide")
        if pair and self.frequency is None:
            raise ValueError("start and end need the frequency; add it")
        if self.days is not None and self.form not in DAYS:
            raise ValueError('days goes with form = "day"; give that form')
        if pair and self.form not in {*DAYS, "iso"}:
            raise ValueError(f"start and end are days, and the form {self.form} is none")
        if self.year is not None and (pair or self.form not in {"month", "quarter", "month-name"}):
            raise ValueError("year goes with the forms month, quarter and month-name, in column or wide")
        if self.year_starts != "01-01" and self.form not in {"year", "span-year"}:
            raise ValueError("year_starts goes with the forms year and span-year")
        return self


class Vintage(Declared):
    """The column that says when a row's figure was published (R1).

    Attributes:
        imputed: why the day is ours, where it is not the publisher's.
    """

    column: Column
    form: Form = "day"
    imputed: Text | None = None

    @model_validator(mode="after")
    def _a_day(self) -> Self:
        if self.form not in DAYS:
            raise ValueError(f"a vintage is a day, and the form {self.form} is none")
        return self


class Sum(Declared):
    """A column that is the total of others beside it: never counted (R3), and held against its parts.

    A row whose parts do not add up to it, within the tolerance that rounding needs, is rejected.
    """

    total: Column
    of: Annotated[tuple[Column, ...], Field(min_length=1)]
    tolerance: Quantity = "0"


class Series(Declared):
    """One kind of figure in the table: what it measures and where it stands. A table may hold several.

    Attributes:
        value: the column of the figure; left out where the periods are ``wide``.
        scale: how many of ``unit`` one published unit is ("1000" for thousands); exact; by a column where rows differ.
        instant: a level at the end of the period, not a flow through it.
        repeats: rows that give the same point again are rejected, or are parts to be summed (``sum``); or the series of
            this table are the parts (``across``: sales of this marketing year and of the next), and rows that repeat
            within one are rejected.
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
    scale: Quantity | FromColumn = "1"
    sign: Sign | None = None
    negative: bool | None = None
    instant: bool = False
    cumulative: Cumulative | None = None
    repeats: Literal["reject", "sum", "across"] = "reject"
    keep: tuple[Rule, ...] = ()

    @property
    def may_be_negative(self) -> bool:
        """Whether a figure below zero can be true of this measure."""
        return self.measure in SIGNED if self.negative is None else self.negative

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
        parts = [part.column for part in (*self.dimensions().values(), self.scale) if isinstance(part, FromColumn)]
        single = [self.value, self.sign and self.sign.column, self.cumulative and self.cumulative.group]
        return [*rules, *parts, *(name for name in single if name)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name, part in self.dimensions().items():
            if isinstance(part, FromColumn) and part.system is not None:
                if part.system in PARTY_SYSTEMS and name not in PARTIES:
                    raise ValueError(f"the system {part.system} is of parties, and this is {name}")
                if part.system not in PARTY_SYSTEMS and name != "unit":
                    raise ValueError(f"the system {part.system} goes with the unit, and this is {name}")
            for value in [part] if isinstance(part, str) else part.meanings():
                _check_dimension(name, value)
        for value in [self.scale] if isinstance(self.scale, str) else self.scale.meanings():
            if not _QUANTITY.match(value):
                raise ValueError(f"scale cannot be {value!r}; write a number as 1000 or 0.5")
            if Decimal(value) <= 0:
                raise ValueError("scale is not above zero; mend it")
        if isinstance(self.scale, FromColumn) and self.scale.words is None:
            raise ValueError("scale by a column needs the words that it may hold; add them")
        return self


class Mapping(Layout):
    """How one table is read.

    Attributes:
        authority: whose statistics these are, the *source* of R8; ``channel``: which copy of them this is.
        authority_of: the party whose official figures they are; left out for an independent body.
        absent: what a missing row means inside the days that the file covers (R10).
        covers: a series covers the days from its own first figure to its last; or those of all figures of the ``file``,
            as where it lists every transaction of an activity, of whatever kind.
        currencies: figures in several currencies say the same in each (``alike``), or each is a flow of its own, which
            is in one of them (``apart``), as transactions are (R5).
        sums: columns that are totals of others.
        parties: by system of codes, the parties that they stand for. Left out, they are filled in when a file is
            submitted, from what the ledger knows of its parties.
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
    absent: Literal["missing", "zero"] = "missing"
    covers: Literal["series", "file"] = "series"
    currencies: Literal["alike", "apart"] = "alike"
    period: Periods
    vintage: Vintage | None = None
    keep: tuple[Rule, ...] = ()
    skip: tuple[Rule, ...] = ()
    sums: Annotated[tuple[Sum, ...], Field(max_length=50)] = ()
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=50)]
    parties: Annotated[dict[PartySystem, dict[str, Slug]], Field(default_factory=dict)]
    digest: str

    def words_of(self, part: FromColumn) -> dict[str, str]:
        """Return the words that a column may hold, the codes of parties among them; none where it is taken as it is."""
        codes: dict[str, str] = next((of for system, of in self.parties.items() if system == part.system), {})
        return codes | (part.vocabulary or {})

    @model_validator(mode="after")
    def _parties_are_known(self) -> Self:
        parts = (part for series in self.series for part in series.dimensions().values())
        for part in parts:
            is_open = isinstance(part, FromColumn) and part.system in PARTY_SYSTEMS - self.parties.keys()
            # Where any other word has a meaning, it has that one until a ledger says whose the words are.
            if isinstance(part, FromColumn) and is_open and part.other is None:
                raise ValueError(
                    f"the column {part.column!r} names parties by {part.system}, and nothing says who they are; "
                    f"give [parties.{part.system}], or submit to a ledger that knows them"
                )
        return self

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        rules = [rule.column for rule in (*self.keep, *self.skip)]
        sums = [name for one in self.sums for name in (one.total, *one.of)]
        named = [*self.period.columns(), *([self.vintage.column] if self.vintage is not None else []), *rules, *sums]
        for name in (*named, *(name for part in self.series for name in part.columns())):
            self.check_column(name)
        return self

    @model_validator(mode="after")
    def _covers_one_vintage(self) -> Self:
        if self.covers == "file" and self.vintage is not None:
            raise ValueError("a file of several vintages covers other days in each; leave out covers, or the vintage")
        return self

    @model_validator(mode="after")
    def _figures_stand_somewhere(self) -> Self:
        for part in self.series:
            if (part.value is None) != (self.period.wide is not None):
                raise ValueError("every series names its value column, unless the periods are wide")
            if part.cumulative is not None and part.instant:
                raise ValueError("a cumulative series is not instant: what it adds up to is a flow")
            if part.cumulative is not None and self.vintage is not None:
                raise ValueError(
                    "running totals of several vintages cannot be told apart; import each vintage by itself"
                )
        counted = {*(part.value for part in self.series), *(self.period.wide or ())}
        for one in self.sums:
            if one.total in counted:
                raise ValueError(
                    f"the column {one.total!r} is a total of others and is counted beside them; leave it out"
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
    text = read_declaration(raw, name=name)
    try:
        mapping = Mapping.model_validate_json(text)
    except ValidationError as error:
        raise first_fault(error, name=name) from error
    for part in mapping.series:
        for unit in [part.unit] if isinstance(part.unit, str) else part.unit.meanings():
            if unit != BUSHEL:  # a row's own code says of what
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
    return parse_mapping(format_bytes(name), name=f"{name}.toml")


def format_bytes(name: str) -> bytes:
    """Return the TOML of a mapping that is shipped; its name is one of ``format_names``."""
    return (resources.files("ledger.ingest") / "formats" / f"{name}.toml").read_bytes()


def _check_dimension(name: str, value: str) -> None:
    if re.fullmatch(ALLOWED[name], value) is None:
        raise ValueError(f"{name} cannot be {value!r}")


DAYS = frozenset({"day", "day-month-year", "month-day-year", "moment", "serial", "serial-1904"})
"""Forms that give a single day."""

_QUANTITY = re.compile(QUANTITY)
