"""Evidence: one series of figures from one publisher in one vintage, with the digests of its files.

The figures themselves are a canonical CSV file kept by digest (``OBSERVATION_COLUMNS``); the statement says whose
they are, what
they measure and what was rejected. An importer writes one statement per series key, all naming the same raw file.
Source: design §2.2, §2.6.
"""

from typing import Annotated, Literal, Self

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

Standing = Literal["official", "independent", "statement", "media", "claim"]
"""What the publisher's figures are worth (R18).

E3 official or independent, E2 an official statement, E1 media, E0 a claim.
"""


class Dimensions(Value):
    """What the series measures; ``reporter`` and ``partner`` may be ``*`` for several parties."""

    measure: Measure
    reporter: Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)$")]
    partner: Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9]+(?:[-.][a-z0-9]+)*|\*)$")]
    classifications: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    frequencies: Annotated[tuple[Literal["A", "Q", "M", "W", "D"], ...], Field(min_length=1, max_length=5)]
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=50)]

    @property
    def series(self) -> str:
        """The series key."""
        return f"series:{self.measure}/{self.reporter}/{self.partner}"


class Vintage(Value):
    """The release that published the figures.

    ``imputed`` says why the day is ours where the publisher gives none (R1).
    """

    published: Day
    imputed: Text | None = None


class File(Value):
    """A file kept under its digest."""

    digest: Digest
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=80)]


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
