"""Evidence: one series of figures from one publisher in one vintage, with the digests of its files.

The figures themselves are a canonical CSV file kept by digest (``OBSERVATION_COLUMNS``); the statement says whose
they are, what they measure and what was rejected. An importer writes one statement per series key, all naming the same
raw file. A table of codes is evidence of the same form, whose file has the columns of ``TABLE_COLUMNS``, and so is a
series of exchange rates. Source: design §2.2, §2.3, §2.6.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.model.value import Day, Digest, Measure, Period, Slug, Source, Text, Unit, Value

SERIES = r"^series:[a-z_]+/(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)/(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)$"

SeriesKey = Annotated[str, StringConstraints(pattern=SERIES, max_length=200)]
"""The subject of evidence, ``series:<measure type>/<reporter>/<partner>``; ``*`` stands for several parties."""

OBSERVATION_COLUMNS: tuple[str, ...] = (
    "classification",
    "code",
    "unit",
    "basis",
    "frequency",
    "start",
    "end",
    "status",
    "value",
)
"""The columns of a file of normalised observations, in order; every one but ``value`` is a sort key."""

TABLE_COLUMNS: tuple[str, ...] = ("classification", "code", "relation", "into", "target")
"""The columns of the file of a table of codes, in order; all of them are sort keys."""

TableKind = Literal["nomenclature", "correspondence", "selection", "derivation", "calendar"]
"""What a table of codes says (R3).

Which codes stand below which; what each is in another classification; which of them another one picks, so that what it
does not name lies outside; how a channel's figure for a code is reckoned from others. A calendar has days for codes,
and says of each whether it is ``closed`` or ``open`` (F1).
"""

STAYING: Final = frozenset({"nomenclature", "calendar"})
"""Kinds of tables that stay in their own classification."""

SEVERAL: Final = "*"
"""Several parties, in a series' key."""

RATES: Final = "currency"
"""The classification of exchange rates: the code is the currency that is priced, the unit the one it is priced in."""

Standing = Literal["official", "independent", "statement", "media", "claim"]
"""What the publisher's figures are worth (R18).

E3 official or independent, E2 an official statement, E1 media, E0 a claim.
"""


def key_name(classification: str) -> str:
    """Return how a classification is written in the key of a table: in small letters."""
    return classification.lower()


class Dimensions(Value):
    """What the series measures; ``reporter`` and ``partner`` may be ``*`` for several parties.

    A table of codes has no parties, units or frequencies: its key is ``series:table/*/`` and the classification that it
    leads into, ``classifications`` the one it leads from and that one (once, where they are the same). The key of a
    rate names currencies, the one priced and the one it is priced in, with ``*`` for at least one of the two: so the
    currency of a term alone tells which rates an audit takes along (design §2.3).

    Attributes:
        table: what kind of table it is; null for figures.
    """

    measure: Measure
    reporter: Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)$")]
    partner: Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)$")]
    classifications: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    frequencies: Annotated[tuple[Literal["A", "Q", "M", "W", "D"], ...], Field(max_length=5)]
    units: Annotated[tuple[Unit, ...], Field(max_length=50)]
    table: TableKind | None = None

    @property
    def series(self) -> str:
        """The series key."""
        return f"series:{self.measure}/{self.reporter}/{self.partner}"

    @model_validator(mode="after")
    def _figures_or_table(self) -> Self:
        if (self.measure == "table") != (self.table is not None):
            message = "a table says its kind, and only a table does; mend dimensions.table"
            raise ValueError(message)
        if self.table is None and not (self.frequencies and self.units):
            message = "figures have frequencies and units; name them"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _table_of_two(self) -> Self:
        if self.table is None:
            return self
        if self.frequencies or self.units:
            message = "a table of codes has neither frequencies nor units; leave them empty"
            raise ValueError(message)
        names = self.classifications
        if len(names) > 2 or (self.table in STAYING and len(names) > 1):
            message = "a table leads from one classification into one, a nomenclature stays in its own; make it several"
            raise ValueError(message)
        if (self.reporter, self.partner) != (SEVERAL, key_name(names[-1])):
            message = f"the key of this table is series:table/*/{key_name(names[-1])}; mend reporter and partner"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _rate_of_one_currency(self) -> Self:
        if self.measure == "rate" and SEVERAL not in {self.reporter, self.partner}:
            message = "the key of a rate has * for the currencies priced, or for those they are priced in, or for both"
            raise ValueError(message)
        return self


class Vintage(Value):
    """The release that published the figures.

    ``imputed`` says why the day is ours where the publisher gives none (R1).
    """

    published: Day
    imputed: Text | None = None


SALT_BYTES: Final = 32
"""Random bytes before a file that may not travel (design §2.3)."""


class File(Value):
    """A file kept under its digest.

    Attributes:
        salted: digest and size are of 32 random bytes followed by the file, so that the digest cannot be guessed.
    """

    digest: Digest
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=80)]
    salted: bool = False


class Importer(Value):
    """What turned the raw file into observations.

    The importer and its version, and the digest of the mapping it followed.
    """

    name: Text
    version: Text
    mapping: Digest
    mapping_name: Text


class Observations(Value):
    """The normalised figures: digest of the canonical CSV, its size in bytes, and how many rows it has."""

    digest: Digest
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    count: Annotated[int, Field(ge=0, le=2**53 - 1)]


class RejectedRow(Value):
    """A row of the raw file that could not be read: its number (the header is 1), the column, and why."""

    row: Annotated[int, Field(ge=1)]
    column: Text | None = None
    reason: Text


class Rejected(Value):
    """How many rows of the raw file were rejected, and the first of them."""

    count: Annotated[int, Field(ge=0)]
    rows: Annotated[tuple[RejectedRow, ...], Field(max_length=100)] = ()


class Evidence(Value):
    """Figures observed in the world: whose they are, by which channel they came, and exactly which bytes.

    Attributes:
        authority: the *source* of R8, whose statistics these are. ``channel``: which copy of them this is.
        authority_of: the party whose official figures these are; null for an independent body.
        absent: whether a missing row means missing, or zero (R10).
        currencies: whether figures in several currencies are the same in each, or flows of their own (R5).
        covers: the days that the file speaks about.
        redistribute: whether the raw file may travel in a bundle.
    """

    title: Text
    publisher: Text
    authority: Slug
    channel: Slug
    standing: Standing
    authority_of: Slug | None = None
    dimensions: Dimensions
    vintage: Vintage
    covers: Period
    absent: Literal["missing", "zero"] = "missing"
    currencies: Literal["alike", "apart"] = "alike"
    raw: File
    importer: Importer
    observations: Observations
    rejected: Rejected
    redistribute: bool = False
    licence: Text | None = None
    source: Source

    @model_validator(mode="after")
    def _covers_has_an_end(self) -> Self:
        if self.covers.end is None:
            message = "a file of figures ends on some day; give covers.end"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _salted_stays(self) -> Self:
        if self.raw.salted and (self.redistribute or self.raw.size < SALT_BYTES):
            message = "a salted file is one that may not travel, behind its 32 bytes; mend raw.salted or redistribute"
            raise ValueError(message)
        return self
