"""A layout: where the rows of a file are, and how its cells are spelt, declared in TOML beside what they mean.

Tables come as CSV, as JSON, as workbooks, as Parquet, as SDMX messages and as IATI activities; whatever the container,
a layout makes of it numbered rows with the columns that ``header`` lists. What could be read in two ways (commas,
dashes, merged headings) is declared here and never guessed. Layouts are read strictly: a key that is not known is
refused.
"""

import json
import tomllib
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ledger.errors import MalformedError
from ledger.ingest.path import parse_path
from ledger.ingest.source import Encoding

LIMIT: Final = 256 * 1024
"""Bytes that a mapping may have."""

Container = Literal["csv", "json-rows", "json", "workbook", "parquet", "sdmx", "iati"]
"""What a file is, whoever publishes it; SDMX in XML, JSON and CSV is one, as its data model is."""

GRIDS: Final[frozenset[str]] = frozenset({"csv", "json-rows", "workbook"})
"""Containers whose rows are cells in order below a header; the others hold records with named members."""

Column = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
"""The name of a column as the header spells it, on one line."""

Texts = Annotated[tuple[str, ...], Field(max_length=50)]

SPACES: Final = " \u00a0\u2009\u202f"
"""What a space between thousands may be; publishers use four of them."""


class Declared(BaseModel):
    """A frozen, strict part of a mapping: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)


class Rule(Declared):
    """Rows by what a column says: one of these texts, a text that begins so, or a text of so many characters.

    ``keep`` keeps only these rows, ``skip`` leaves these out (totals, country groups, other levels of a
    classification).
    """

    column: Column
    equals: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    begins: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    lengths: Annotated[tuple[int, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if [self.equals, self.begins, self.lengths].count(None) != 2:
            raise ValueError("needs exactly one of equals, begins or lengths")
        if self.begins is not None and "" in self.begins:
            raise ValueError("begins with nothing, as every text does; write what it begins with")
        return self

    def holds(self, text: str) -> bool:
        """Whether a cell is one that the rule means."""
        if self.equals is not None:
            return text in self.equals
        if self.begins is not None:
            return text.startswith(self.begins)
        return len(text) in (self.lengths or ())


class Place(Declared):
    """Where a table stands on its sheet: with titles above it, headings of several rows, notes below it.

    Attributes:
        sheet: the name of the sheet; left out where the workbook has only one.
        header: the rows that hold the headings, as a spreadsheet numbers them; what stands in several is joined with a
            space. A heading merged over several columns belongs to each.
        fill: headings stand over the first of their columns alone, and belong to the empty ones to the right of it.
        until: the first row of which this is true ends the table; what is below (notes, other tables) is left out.
        merged: cells merged over several rows of figures are refused, or repeated in each row.
    """

    sheet: Column | None = None
    header: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], Field(min_length=1, max_length=10)] = (1,)
    fill: bool = False
    until: Rule | None = None
    merged: Literal["refuse", "repeat"] = "refuse"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.header) != sorted(set(self.header)):
            raise ValueError("header lists the rows of the headings from the top down, each once")
        return self


class Cells(Declared):
    """How figures are spelt.

    Attributes:
        decimal: the decimal mark.
        thousands: what stands between groups of three digits; a space also means the narrow and unbroken ones.
        zero: texts that say zero (a dash, say). ``missing``: texts that say that there is no figure. Neither is
        guessed. brackets: a figure in brackets is negative. exponents: figures may be in scientific notation, each read
        exactly. flags: letters behind a figure that say what it is worth, and the status that they mean. round: digits
        after the point that are kept, half to even; for computed figures of workbooks.
    """

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", "'", "’", " "] = ""
    zero: Texts = ()
    missing: Texts = ()
    brackets: bool = False
    exponents: bool = False
    flags: dict[str, Literal["A", "P", "E", "I"]] = {}
    round: Annotated[int, Field(ge=0, le=9)] | None = None

    @model_validator(mode="after")
    def _unlike(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark; a figure could be read in two ways")
        if both := set(self.zero) & set(self.missing):
            raise ValueError(f"{min(both)!r} cannot say both zero and missing; remove it from one of them")
        if any(not flag.strip(" ") or any(c.isdigit() for c in flag) for flag in self.flags):
            raise ValueError("flags are letters or marks behind the figure, without digits")
        return self


class Layout(Declared):
    """How the rows of one file are found.

    Attributes:
        header: the names of the columns. With ``columns = "exact"`` they are all columns of the file, in its order, and
            a file with another header is refused; with ``"named"`` they are those that are read, in any order.
        optional: columns of the header that a file, or a record, may lack; their cells are then empty.
        trailing_comma: every line ends with one more comma than there are columns.
        table: where the table stands on its sheet.
        records: the names that lead to the array of records in a JSON document; none where it is the document.
        count: the dotted name of the member that says how many records there should be; fewer are a truncated answer.
        fields: for records, where a column stands below the record: ``sourceObjects[type=Location].name``.
    """

    container: Container = "csv"
    encoding: Encoding = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    header: Annotated[tuple[Column, ...], Field(min_length=1, max_length=500)]
    columns: Literal["exact", "named"] | None = None
    optional: tuple[Column, ...] = ()
    trailing_comma: bool = False
    table: Place = Place()
    records: Annotated[tuple[Column, ...], Field(max_length=10)] = ()
    count: Column | None = None
    fields: dict[Column, Column] = {}
    cells: Cells = Cells()

    @property
    def is_exact(self) -> bool:
        """Whether the file has just the columns of the header, in their order."""
        return self.container in GRIDS and self.columns != "named"

    @model_validator(mode="after")
    def _columns_are_apart(self) -> Self:
        doubled = {name for name in self.header if self.header.count(name) > 1}
        if doubled:
            raise ValueError(f"header names the column {min(doubled)!r} twice")
        for name in (*self.optional, *self.fields, *([self.table.until.column] if self.table.until else [])):
            self.check_column(name)
        for path in self.fields.values():
            parse_path(path)
        return self

    @model_validator(mode="after")
    def _keys_fit_the_container(self) -> Self:
        if self.columns == "exact" and self.container not in GRIDS:
            raise ValueError(f'columns = "exact" does not fit {self.container}, whose members have no order')
        if self.optional and self.is_exact:
            raise ValueError('optional columns need columns = "named"; an exact header has them all')
        if (self.records or self.fields or self.count) and self.container != "json":
            raise ValueError('records, fields and count go with container = "json"')
        if self.encoding != "utf-8" and self.container not in {"csv", "sdmx"}:
            raise ValueError(f"an encoding cannot be given for {self.container}, which states its own")
        if self.trailing_comma and self.container != "csv":
            raise ValueError('trailing_comma goes with container = "csv"')
        if self.table != Place() and self.container not in {"csv", "workbook"}:
            raise ValueError(f"table goes with container csv or workbook, and this is {self.container}")
        if self.table.sheet is not None and self.container != "workbook":
            raise ValueError('table.sheet goes with container = "workbook"')
        return self

    def check_column(self, name: str) -> None:
        """Refuse a name that is no column, with a ValueError that pydantic makes a sentence of."""
        if name not in self.header:
            raise ValueError(f"names the column {name!r}, which is not in header")


def read_declaration(raw: bytes, *, name: str) -> str:
    """Return a TOML file as JSON text with its digest, ready to be validated.

    Raises:
        MalformedError: it is not TOML, or holds what no mapping can; the sentence names the file.
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
    return text


def first_fault(error: ValidationError, *, name: str) -> MalformedError:
    """Return the first fault of a mapping as one sentence that names the key."""
    faults = error.errors(include_url=False)
    # Some keys hold a text or a table. Pydantic tells what is wrong with either and names them after their types; where
    # a table was written, what is wrong with the table is the fault.
    tables = (fault for fault in faults if any(map(_is_table, fault["loc"])) and fault["type"] != "model_type")
    fault = next(tables, faults[0])
    place = ".".join(str(part) for part in fault["loc"] if not _is_type(part))
    reason = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = "is not a key of a mapping; remove it or mend its spelling"
    elif fault["type"] == "missing":
        reason = "is missing; add it"
    return MalformedError(f"The mapping {name}, key {place or 'as a whole'}: {reason}.", mapping=name, key=place)


def _is_table(part: int | str) -> bool:
    return isinstance(part, str) and "FromColumn" in part


def _is_type(part: int | str) -> bool:
    """Whether a part of a place is pydantic's word for one of several types, and no key of the mapping."""
    return isinstance(part, str) and (part in {"str", "constrained-str"} or "[" in part or _is_table(part))
