"""A publisher: where its service answers, how it is asked, and what bounds it sets, declared in a small TOML file.

The shipped ones lie in ``publishers/``, one file each; anybody may write another. What an answer means is its format's
to say, which is named here and known elsewhere. A declaration holds no key: it names the setting that does. It is read
strictly, as it decides where a key is sent: over https, or over http to this machine alone.
"""

import json
import re
import string
import tomllib
from importlib import resources
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ledger.errors import MalformedError, NotFoundError

LIMIT: Final = 64 * 1024
"""Bytes that a declaration may have."""

BODY_LIMIT: Final = 1 << 28
"""Bytes that a declaration may allow to one answer."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts that may be asked over http: what is sent there does not leave the machine."""

PLACES: Final = frozenset({
    "code", "codes", "digits", "first", "flow", "last", "partner", "periods", "reporter",
})  # fmt: skip
"""What an address or a query may leave to be filled in, in braces."""

Flow = Literal["export", "import"]
Frequency = Literal["month", "year", "marketing-year"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=300)]
Party = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$", max_length=100)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,20}$")]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$", max_length=60)]


class Declared(BaseModel):
    """A frozen, strict part of a declaration: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Key(Declared):
    """How the key goes along: as a header, or as a parameter of the address.

    Attributes:
        refused_by: a header that comes with an answer where the key is missing or wrong, whatever the status.
    """

    header: Header | None = None
    parameter: Header | None = None
    refused_by: Header | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.header is None) == (self.parameter is None):
            raise ValueError("needs exactly one of header or parameter")
        return self


class Codes(Declared):
    """Which product codes can be asked for.

    Attributes:
        lengths: digits that a code of the Harmonized System may have, where it is asked for as it is.
        words: codes that are asked for by another name.
        begins: the month in which the marketing year of a code begins.
    """

    lengths: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    words: dict[Code, Code] = {}
    begins: dict[Code, Annotated[int, Field(ge=1, le=12)]] = {}

    def find(self, code: str) -> str | None:
        """Return what is written for a code, None where it cannot be asked for."""
        if code in self.words:
            return self.words[code]
        is_plain = code.isascii() and code.isdigit() and len(code) in self.lengths
        return code if is_plain else None


class Expected(Declared):
    """What an answer looks like where it holds figures.

    Attributes:
        kind: ``rows`` are arrays, the first of which is the header; ``records`` are objects.
        media: its media types.
        records: the member that holds the records; they are the document itself, where None.
        count: the member that says how many there are.
        error: the member that says what went wrong; it is empty or null where nothing did.
        cap: the most records that one answer holds; one with so many may lack others.
    """

    kind: Literal["rows", "records"]
    media: Annotated[tuple[Line, ...], Field(min_length=1)]
    records: Line | None = None
    count: Line | None = None
    error: Line | None = None
    cap: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _members_have_an_object(self) -> Self:
        if self.records is None and (self.count is not None or self.error is not None):
            raise ValueError("count and error are members beside records; name that")
        if self.kind == "rows" and self.records is not None:
            raise ValueError("rows are the document itself; leave records out")
        return self


class Route(Declared):
    """One way to ask.

    Attributes:
        flows: what can be asked for so, and the word that the publisher has for each.
        frequency: of the figures, which decides what a period is.
        format: the mapping by which ``pledger submit`` reads the answers.
        address: without query; ``query``: names and values in order. Both may leave ``PLACES`` to be filled in.
        period: how a period is written.
        periods, codes: the most that go into one request.
    """

    flows: Annotated[dict[Flow, str], Field(min_length=1)]
    frequency: Frequency
    format: Name
    address: Line
    query: tuple[Annotated[tuple[Line, ...], Field(min_length=2, max_length=2)], ...] = ()
    period: Literal["YYYY", "YYYYMM", "YYYY-MM"]
    periods: Annotated[int, Field(ge=1, le=1200)]
    codes: Annotated[int, Field(ge=1, le=100)] = 1

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        try:
            parts = urlsplit(self.address)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ValueError("address is none") from error
        if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
            raise ValueError("address is asked over https; over http only this machine is, 127.0.0.1")
        netloc = "{" in parts.netloc or "@" in parts.netloc
        if not host or netloc or parts.query or parts.fragment or port == 0 or not self.address.isascii():
            raise ValueError("address is a host and a path, without user, query or fragment")
        return self

    @model_validator(mode="after")
    def _places_are_known(self) -> Self:
        for template in (self.address, *(value for _, value in self.query)):
            for place in _places(template):
                if place not in PLACES:
                    known = ", ".join(sorted(PLACES))
                    raise ValueError(f"{{{place}}} is nothing that can be filled in; it is one of {known}")
                if place in {"code", "digits"} and self.codes > 1:
                    raise ValueError(f"{{{place}}} is one code, and codes lets several into a request")
        if self.frequency == "marketing-year" and (self.codes > 1 or self.period != "YYYY"):
            raise ValueError("a marketing year is that of one code, written YYYY")
        if (self.frequency == "month") != (self.period != "YYYY"):
            raise ValueError("period writes a month where the frequency is a month, and a year where it is none")
        return self


class Publisher(Declared):
    """A publisher and its service.

    Attributes:
        title: its name in a sentence.
        variable: the setting that holds the key. ``register``: where one gets it.
        interval: seconds from one request to the next, at least.
        requests: the most in one fetch. ``limit``: bytes of one answer. ``patience``: seconds that one may take.
        reporters, partners: parties that it can be asked about, and what it calls them.
    """

    name: Name
    title: Line
    variable: Annotated[str, StringConstraints(pattern=r"^PLEDGER_[A-Z0-9]+(?:_[A-Z0-9]+)*_KEY$", max_length=60)]
    register_at: Annotated[str, Field(alias="register", min_length=1, max_length=300)]
    interval: Annotated[float, Field(ge=0, le=60)]
    requests: Annotated[int, Field(ge=1, le=100_000)]
    limit: Annotated[int, Field(ge=1, le=BODY_LIMIT)]
    patience: Annotated[float, Field(gt=0, le=600)]
    reporters: Annotated[dict[Party, str], Field(min_length=1)]
    partners: Annotated[dict[Party, str], Field(min_length=1)]
    key: Key
    codes: Codes
    answer: Expected
    route: Annotated[tuple[Route, ...], Field(min_length=1, max_length=20)]


def parse_publisher(raw: bytes, *, name: str) -> Publisher:
    """Return the publisher that a TOML file declares.

    Args:
        name: of the file, for messages.

    Raises:
        MalformedError: it is not TOML, or no declaration; the sentence names the key.
    """
    if len(raw) > LIMIT:
        raise MalformedError(f"The publisher {name} has {len(raw)} bytes; at most {LIMIT} are read.", publisher=name)
    try:
        text = json.dumps(tomllib.loads(raw.decode("utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        message = f"The publisher {name} is not a TOML file that can be read: {error}."
        raise MalformedError(message, publisher=name) from error
    try:
        return Publisher.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        reason = re.sub("^Value error, ", "", fault["msg"])
        message = f"The publisher {name}, key {place or 'as a whole'}: {reason}; mend it."
        raise MalformedError(message, publisher=name, key=place) from error


def publisher_names() -> tuple[str, ...]:
    """Return the names of the publishers that are shipped, sorted."""
    folder = resources.files("ledger.remote") / "publishers"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def find_publisher(name: str) -> Publisher:
    """Return a publisher that is shipped, by its name.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    if name not in publisher_names():
        known = ", ".join(publisher_names())
        message = f"There is no publisher {name!r} to fetch from; name one of {known}, or give a declaration of yours."
        raise NotFoundError(message, publisher=name)
    raw = (resources.files("ledger.remote") / "publishers" / f"{name}.toml").read_bytes()
    return parse_publisher(raw, name=f"{name}.toml")


def _places(template: str) -> tuple[str, ...]:
    """Return what a text leaves to be filled in, each a plain name in braces."""
    try:
        found = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"{template!r} has a brace too many or too few") from error
    if any(spec or conversion for _, spec, conversion in found):
        raise ValueError(f"{template!r} may only hold plain names in braces")
    return tuple(name for name, _, _ in found if name is not None)
