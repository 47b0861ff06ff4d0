"""The small values that statements are made of: days, moments, quantities, names, sources, quotations.

Every type here is strict and frozen: it refuses what it does not know and is never changed in place. Nothing here reads
a clock, a file or a time-zone table. Source: design §2.1, §2.2.
"""

import unicodedata
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core.core_schema import ValidationInfo


class Value(BaseModel):
    """A frozen, strict value: unknown members are refused, and nothing is converted silently."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        message = "is not a day of the calendar; write YYYY-MM-DD"
        raise ValueError(message) from error
    return text


def _instant(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        message = "is not a moment in UTC; write YYYY-MM-DDTHH:MM:SSZ"
        raise ValueError(message) from error
    return text


def _text(text: str) -> str:
    if text != text.strip():
        message = "begins or ends with white space; remove it"
        raise ValueError(message)
    # What is printable holds none of them, and is told at once; the rest (other spaces, say) is looked at one by one.
    if not text.isprintable() and any(
        unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"} and character != "\n" for character in text
    ):
        message = "holds a control or format character; write plain text"
        raise ValueError(message)
    return text


def _plain_integer(value: object, info: ValidationInfo) -> object:
    """Read a whole number as a quantity in a draft, where people leave the quotation marks out; nowhere else."""
    is_draft = isinstance(info.context, dict) and info.context.get("draft") is True
    return str(value) if is_draft and type(value) is int else value


QUANTITY = r"^(?:0|-?[1-9][0-9]{0,17}|-?(?:0|[1-9][0-9]{0,17})\.[0-9]{0,8}[1-9])$"
SLUG = r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
LANGUAGE = r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$"
SHARE = r"^(?:0|1|0\.[0-9]{0,8}[1-9])$"

Quantity = Annotated[str, StringConstraints(pattern=QUANTITY), BeforeValidator(_plain_integer)]
"""A decimal number in its one spelling, as text: at most 18 integer and 9 fraction digits (design §2.1)."""

Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=80)]
"""A subject's name: lower-case letters, digits, hyphens and dots. It must not name a natural person."""

TermId = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
"""A term's name inside its commitment."""

Day = Annotated[str, StringConstraints(pattern=DAY), AfterValidator(_day)]
"""A day of the calendar, ``YYYY-MM-DD``."""

Instant = Annotated[str, StringConstraints(pattern=INSTANT), AfterValidator(_instant)]
"""A moment in UTC to the second, ``YYYY-MM-DDTHH:MM:SSZ``."""

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""The SHA-256 of some bytes, ``sha256:`` and 64 hexadecimal digits."""

Thumbprint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""An RFC 7638 thumbprint: 43 base64url characters. A key's ``kid``."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_text)]
"""Plain text of one to 4,000 characters, no control characters but the newline."""

Language = Annotated[str, StringConstraints(pattern=LANGUAGE, max_length=35)]
"""A language tag (BCP 47), such as ``en`` or ``zh-Hant``."""

Unit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9%]+(?:[:/._][A-Za-z0-9]+)*$", max_length=30)]
"""A unit's code; ``ledger.model.unit`` knows which exist."""

Share = Annotated[str, StringConstraints(pattern=SHARE), BeforeValidator(_plain_integer)]
"""A share between 0 and 1, as a decimal."""

Measure = Literal[
    "announced",
    "order",
    "outstanding_sale",
    "export",
    "import",
    "payment",
    "disbursement",
    "delivery",
    "stock",
    "emission",
    "rate",
    "table",
]
"""The measure type (method §2): a sale is not a shipment, a shipment is not an arrival."""

STOCKS: frozenset[str] = frozenset({"outstanding_sale", "stock"})
"""Measures of a level at a moment; all others are flows over a period."""

CAN_FALL: frozenset[str] = frozenset({"order", "outstanding_sale", "stock"})
"""Measures whose running total can go down (orders are cancelled): a bound once passed may be lost again (R11)."""

PartyRole = Literal["obligor", "obligee", "joint", "third_party", "leak"]
"""What the publisher of a source is to the commitment."""


def fraction(quantity: str) -> Fraction:
    """Return a quantity as an exact fraction."""
    return Fraction(quantity)


def as_date(day: str) -> date:
    """Return a day as a date."""
    return date.fromisoformat(day)


class Moment(Value):
    """A moment as a text states it: in UTC, on the local clock, and the zone of that clock.

    Only the arithmetic is checked here (``local`` less its offset is ``at``); that ``zone`` has that offset on that day
    is checked once, when the statement is admitted, and never looked up again (design §2.1).
    """

    at: Instant
    local: Annotated[str, StringConstraints(pattern=r"^[0-9-]{10}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}$")]
    zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*$", max_length=60)]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        try:
            local = datetime.fromisoformat(self.local)
        except ValueError as error:
            message = f"local time {self.local} is not a moment; write YYYY-MM-DDTHH:MM:SS+HH:MM"
            raise ValueError(message) from error
        if local != datetime.fromisoformat(self.at):
            message = f"local time {self.local} is not the same moment as {self.at}; mend one of the two"
            raise ValueError(message)
        return self

    @property
    def day(self) -> str:
        """The UTC day of the moment."""
        return self.at[:10]


class Period(Value):
    """The days from ``start`` to ``end``, both included; an end that is null is open."""

    start: Day
    end: Day | None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end is not None and self.end < self.start:
            message = f"period ends on {self.end}, before it starts on {self.start}; swap or mend the two days"
            raise ValueError(message)
        return self


class Days(Value):
    """The days that are asked about, from ``start`` to ``end``, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _forward(self) -> Self:
        Period(start=self.start, end=self.end)
        return self

    def holds(self, day: str) -> bool:
        """Whether a day is one of them; ISO days sort as they follow."""
        return self.start <= day <= self.end


class Via(Value):
    """The copy that was actually read, and how the words came from it."""

    copy_read: Text
    how: Literal["byte_copy", "excerpt", "transcription", "paraphrase"]


class Source(Value):
    """Where a statement about the world comes from: the document, and the copy of it that was read.

    Attributes:
        role: of the publisher towards the commitment.
        certainty: ``sure`` when the copy read is the text or quotes it, ``reported`` when only the press says so.
        digest: of the archived copy, where one may be kept.
    """

    title: Text
    publisher: Text
    role: PartyRole
    date: Day | None = None
    language: Language | None = None
    address: Text | None = None
    retrieved: Instant | None = None
    digest: Digest | None = None
    via: Via
    certainty: Literal["sure", "reported", "unknown"] = "sure"


class Translation(Value):
    """A quotation in another language, and who translated it."""

    text: Text
    language: Language
    translator: Text


class Quote(Value):
    """Words copied to the letter, with their place and language.

    Attributes:
        speaker: the party whose words they are, where somebody is quoted speaking.
        spoken_by: the office or name of the speaker, as the text gives it.
        source: where these words differ in source from the statement that holds them.
    """

    text: Text
    language: Language
    locator: Text | None = None
    speaker: Slug | None = None
    spoken_by: Text | None = None
    translation: Translation | None = None
    source: Source | None = None


class Shown(Value):
    """Where the text shows something: words of a quotation, or a place in the document (article, table, row) (E1)."""

    quote: Annotated[int, Field(ge=0, le=99)] | None = None
    words: Text | None = None
    locator: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.quote is None) != (self.words is None) or (self.quote is None and self.locator is None):
            message = "needs either quote and words, or a locator; give one of the two"
            raise ValueError(message)
        return self


class Scope(Value):
    """Which goods, services or acts: codes of a classification, in one revision.

    Attributes:
        classification: such as ``HS`` or ``annex-6.1``; ``revision`` such as ``2017``, null where it has none.
        codes: each stands for itself and everything below it; ``title`` says them in words.
    """

    title: Text
    classification: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,29}$")]
    revision: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,20}$")] | None = None
    codes: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")], ...],
        Field(min_length=1, max_length=2000),
    ]


NoneSaid = Literal["none"]
"""The source says there is none, or has no such clause where it was read whole; null means *unknown*."""
