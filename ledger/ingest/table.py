"""A table of codes: a nomenclature, a correspondence, a selection or a derivation, read by its mapping (R3).

The mapping says which columns hold the codes and what they have to do with each other; one file may hold several
tables. Codes alone are kept, never the publisher's descriptions of them. Tables change rarely and say nothing of days,
so a day of publication is always given: by the mapping, or by who submits the file. Source: design §2.2, §2.3.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from hashlib import sha256
from importlib import resources
from typing import Annotated, Final, Literal, Self
from unicodedata import normalize

from pydantic import Field, ValidationError, model_validator

from ledger.errors import MalformedError, UsageError
from ledger.ingest.cell import quoted
from ledger.ingest.imported import REJECTED_KEPT, ImportedSeries, Observations, RejectedRow
from ledger.ingest.layout import Column, Declared, Layout, Rule, first_fault, read_declaration
from ledger.ingest.row import Condition, Fault, conditions
from ledger.ingest.spill import Sorter, Spool
from ledger.model.evidence import STAYING, TABLE_COLUMNS, Standing, TableKind, key_name
from ledger.model.value import DAY, SLUG, Day, Slug, Text

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,29}")
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
HEADER: Final = ",".join(TABLE_COLUMNS).encode() + b"\n"

DAYS_ARE: Final = frozenset({"closed", "open"})
"""What a calendar may say of a day."""

SIGNS: Final = ("plus", "minus")
"""What a part of a derivation may be."""


class CodeCell(Declared):
    """A code as a column holds it.

    Attributes:
        words: the publisher's words and the codes they stand for; a word that is not listed is rejected.
        lengths: how many characters it may have.
        remove: marks inside a code that are no part of it. ``pad``: filled with leading zeros up to so many characters.
        first: only so many of its first characters count (the subheading that a tariff line begins with).
    """

    column: Column
    words: dict[str, str] | None = None
    lengths: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    remove: Annotated[str, Field(min_length=1, max_length=5)] | None = None
    pad: Annotated[int, Field(ge=1, le=40)] | None = None
    first: Annotated[int, Field(ge=1, le=40)] | None = None

    @model_validator(mode="after")
    def _codes(self) -> Self:
        wrong = next((code for code in (self.words or {}).values() if CODE.fullmatch(code) is None), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} cannot be a code")
        return self


class Codes(Declared):
    """One table in the file; the codes of a calendar are days, and its targets ``closed`` or ``open`` (F1).

    Attributes:
        classification: that the codes are of; ``into`` the one that they lead into, left out for a nomenclature.
        target: the code directly above (nomenclature), the code that it is there, or the code that is put together.
        top: what the target's cell says where nothing stands above a code.
        sign: for a derivation, the column that says ``plus`` or ``minus``, or the words that mean so.
    """

    kind: TableKind
    classification: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
    into: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")] | None = None
    code: CodeCell
    target: CodeCell
    top: tuple[str, ...] = ()
    sign: CodeCell | None = None
    keep: tuple[Rule, ...] = ()

    @property
    def goal(self) -> str:
        """The classification that it leads into."""
        return self.into or self.classification

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if (self.kind in STAYING) == (self.into is not None):
            raise ValueError("into goes with every kind but a nomenclature, which stays in its own classification")
        if self.kind in {"correspondence", "selection"} and self.goal == self.classification:
            raise ValueError("a table leads from one classification into another; mend into")
        if (self.kind == "derivation") != (self.sign is not None):
            raise ValueError("sign goes with a derivation, and a derivation needs it")
        if self.top and self.kind != "nomenclature":
            raise ValueError("top goes with a nomenclature")
        if re.fullmatch(SLUG, key_name(self.goal)) is None:
            raise ValueError(f"{self.goal!r} cannot stand in a key; use letters, digits, single hyphens and full stops")
        return self

    def columns(self) -> list[str]:
        """Return every column that is read for this table."""
        cells = [self.code, self.target, *([self.sign] if self.sign is not None else [])]
        return [*(cell.column for cell in cells), *(rule.column for rule in self.keep)]


class TableMapping(Layout):
    """How one file of tables of codes is read.

    Attributes:
        authority: whose classification, or whose correspondence, it is; ``channel``: which copy. A derivation holds for
            the figures of its own channel alone.
        published: the day of its release, where the mapping knows it.
        absent: has no meaning for a table. ``digest``: of the TOML bytes.
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
    published: Day | None = None
    keep: tuple[Rule, ...] = ()
    skip: tuple[Rule, ...] = ()
    codes: Annotated[tuple[Codes, ...], Field(min_length=1, max_length=20)]
    digest: str

    @property
    def currencies(self) -> Literal["alike"]:
        """A table of codes has no figures, and so no currencies."""
        return "alike"

    @property
    def absent(self) -> Literal["missing"]:
        """As evidence writes it; a table has no missing figures."""
        return "missing"

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        rules = (rule.column for rule in (*self.keep, *self.skip))
        for name in (*rules, *(column for codes in self.codes for column in codes.columns())):
            self.check_column(name)
        return self

    @model_validator(mode="after")
    def _tables_are_apart(self) -> Self:
        pairs = [(one.kind, one.classification, one.goal) for one in self.codes]
        if len(set(pairs)) < len(pairs):
            raise ValueError("two tables of one kind lead from one classification into one; make them one")
        return self


def is_table_mapping(raw: bytes, *, name: str) -> bool:
    """Whether a TOML file declares tables of codes, and no figures.

    Raises:
        MalformedError: it is not TOML.
    """
    return "codes" in json.loads(read_declaration(raw, name=name))


def parse_table_mapping(raw: bytes, *, name: str) -> TableMapping:
    """Return the mapping of tables of codes that a TOML file declares.

    Raises:
        MalformedError: it is not TOML, or not such a mapping; the sentence names the key.
    """
    text = read_declaration(raw, name=name)
    try:
        return TableMapping.model_validate_json(text)
    except ValidationError as error:
        raise first_fault(error, name=name) from error


def table_names() -> tuple[str, ...]:
    """Return the names of the mappings of tables that are shipped, sorted."""
    folder = resources.files("ledger.ingest") / "tables"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def table_bytes(name: str) -> bytes:
    """Return the TOML of a mapping of tables that is shipped; its name is one of ``table_names``."""
    return (resources.files("ledger.ingest") / "tables" / f"{name}.toml").read_bytes()


class CodeReader:
    """Takes the rows of a file, then gives its tables.

    Args:
        name: of the file, for messages.
        published: the day on which it was released; the mapping's, where none is given.

    Raises:
        UsageError: nobody says when it was published.
    """

    def __init__(self, mapping: TableMapping, *, name: str, published: str | None) -> None:
        day = published or mapping.published
        if day is None:
            message = f"{name} is a table of codes, which says nothing of days: give the day of its publication."
            raise UsageError(message, file=name)
        self._mapping, self._name, self._day = mapping, name, day
        header = mapping.header
        self._keep = conditions(mapping.keep, header=header)
        self._skip = conditions(mapping.skip, header=header)
        self._tables = [_Table(codes, header) for codes in mapping.codes]
        self._lines = [Sorter() for _ in mapping.codes]
        self.rows = self.left_out = self.rejected_count = 0
        self._rejected: list[RejectedRow] = []

    @property
    def rejected(self) -> tuple[RejectedRow, ...]:
        """The first of the rows that were not read."""
        return tuple(self._rejected)

    def add(self, cells: Sequence[str], *, row: int) -> None:
        """Take one row; ``row`` counts from the header, which is 1."""
        if len(cells) != len(self._mapping.header):
            self.reject(Fault("", f"{len(cells)} cells where {len(self._mapping.header)} are expected"), row=row)
            return
        self.rows += 1
        tables = [
            (table, lines) for table, lines in zip(self._tables, self._lines, strict=True) if _all(table.keep, cells)
        ]
        if not tables or not _all(self._keep, cells) or any(skips(cells) for skips in self._skip):
            self.left_out += 1
            return
        faults: list[Fault] = []
        for table, lines in tables:
            line = table.read(cells, faults)
            if line is not None:
                lines.add(line)
        if faults:
            self._reject(faults, row)

    def reject(self, fault: Fault, *, row: int) -> None:
        """Take a row that was no row to begin with, by what is wrong with it."""
        self.rows += 1
        self._reject([fault], row)

    def _reject(self, faults: Iterable[Fault], row: int) -> None:
        self.rejected_count += 1
        for fault in faults:
            if len(self._rejected) < REJECTED_KEPT:
                place = normalize("NFC", fault.column).strip() or None
                self._rejected.append(RejectedRow(row, place, normalize("NFC", fault.reason)))

    def finish(self) -> tuple[ImportedSeries, ...]:
        """Return every table of the file.

        Raises:
            MalformedError: there was no row, or not one of them could be read.
        """
        spool = Spool()
        found = []
        for codes, lines in zip(self._mapping.codes, self._lines, strict=True):
            with closing(lines):
                observations = _write(lines.sorted(), spool)
            if observations.count:
                found.append(self._series(codes, observations))
        if not found:
            raise self._nothing()
        return tuple(sorted(found, key=lambda one: (one.subject, one.classifications)))

    def _series(self, codes: Codes, observations: Observations) -> ImportedSeries:
        names = (codes.classification, codes.goal) if codes.goal != codes.classification else (codes.classification,)
        return ImportedSeries(
            measure="table", reporter="*", partner=key_name(codes.goal), authority=self._mapping.authority,
            authority_of=self._mapping.authority_of, published=self._day, imputed=None, start=self._day, end=self._day,
            classifications=names, frequencies=(), units=(), bases=(), observations=observations, table=codes.kind,
        )  # fmt: skip

    def _nothing(self) -> MalformedError:
        if self._rejected:
            first = self._rejected[0]
            column = f", column {first.column!r}" if first.column else ""
            message = (
                f"{self._name}: not one of {self.rows} rows could be read; row {first.row}{column}: {first.reason}. "
                "Are columns shifted, or is it another format?"
            )
            return MalformedError(message, file=self._name, row=first.row, column=first.column)
        message = (
            f"{self._name}: none of its {self.rows} rows holds a code that the mapping {self._mapping.name} looks for; "
            "nothing was imported."
        )
        return MalformedError(message, file=self._name)


class _Table:
    """One table of a mapping, its columns looked up."""

    def __init__(self, codes: Codes, header: Sequence[str]) -> None:
        self._codes = codes
        self.keep = conditions(codes.keep, header=header)
        self._code = header.index(codes.code.column)
        self._target = header.index(codes.target.column)
        self._sign = header.index(codes.sign.column) if codes.sign is not None else -1

    def read(self, cells: Sequence[str], faults: list[Fault]) -> bytes | None:
        """Return a row's line, or None where a fault was added."""
        codes = self._codes
        code = _read_code(codes.code, cells[self._code], faults)
        relation = {"nomenclature": "below", "calendar": "is"}.get(codes.kind, "into")
        if codes.sign is not None:
            relation = _read_sign(codes.sign, cells[self._sign], faults)
        target: str | None = ""
        if cells[self._target] not in codes.top:
            target = _read_code(codes.target, cells[self._target], faults)
        if code is None or target is None or not relation:
            return None
        if codes.kind == "calendar" and not _is_day_of_calendar(code, target, faults, column=codes.code.column):
            return None
        if codes.kind == "nomenclature" and code == target:
            faults.append(Fault(codes.target.column, f"{quoted(code)} is said to stand below itself"))
            return None
        return f"{codes.classification},{code},{relation},{codes.goal},{target}".encode("ascii")


def _is_day_of_calendar(code: str, target: str, faults: list[Fault], *, column: str) -> bool:
    """Whether a row of a calendar names a day and what it is; else a fault is added (F1)."""
    try:
        is_day = re.fullmatch(DAY, code) is not None and bool(date.fromisoformat(code))
    except ValueError:
        is_day = False
    if is_day and target in DAYS_ARE:
        return True
    faults.append(Fault(column, f"{quoted(code)} is said to be {quoted(target)}; a day is closed or open"))
    return False


def _read_code(cell: CodeCell, text: str, faults: list[Fault]) -> str | None:
    if cell.words is not None:
        if text not in cell.words:
            faults.append(Fault(cell.column, f"{quoted(text)} is none of the words that the mapping knows here"))
            return None
        return cell.words[text]
    code = text.strip()
    for mark in cell.remove or "":
        code = code.replace(mark, "")
    if cell.pad is not None and code:
        code = code.zfill(cell.pad)
    if cell.lengths is not None and len(code) not in cell.lengths:
        lengths = ", ".join(map(str, cell.lengths))
        faults.append(Fault(cell.column, f"{quoted(code)} has {len(code)} characters where {lengths} are expected"))
        return None
    code = code[: cell.first]
    if CODE.fullmatch(code) is None:
        faults.append(Fault(cell.column, f"{quoted(text)} cannot be a code"))
        return None
    return code


def _read_sign(cell: CodeCell, text: str, faults: list[Fault]) -> str:
    word = (cell.words or {}).get(text, text)
    if word not in SIGNS:
        faults.append(Fault(cell.column, f"{quoted(text)} is neither plus nor minus"))
        return ""
    return word


def _all(rules: Iterable[Condition], cells: Sequence[str]) -> bool:
    return all(holds(cells) for holds in rules)


def _write(lines: Iterator[bytes], spool: Spool) -> Observations:
    """Write one table as a canonical CSV file into the spool; what the file says twice is written once."""
    offset, digest, count, before = spool.size, sha256(HEADER), 0, b""
    spool.write(HEADER)
    for line in lines:
        if line != before:
            spool.write(line + b"\n")
            digest.update(line + b"\n")
            count += 1
        before = line
    return Observations(
        digest="sha256:" + digest.hexdigest(), size=spool.size - offset, count=count, _spool=spool, _offset=offset
    )


def readings_of(mapping: TableMapping) -> dict[str, tuple[str, ...]]:
    """Return what each column of a mapping's header is read as; one that is read as nothing has no entry."""
    found: dict[str, list[str]] = {}
    for rule in (*mapping.keep, *(rule for codes in mapping.codes for rule in codes.keep)):
        found.setdefault(rule.column, []).append("rows kept")
    for rule in mapping.skip:
        found.setdefault(rule.column, []).append("rows left out")
    for codes in mapping.codes:
        found.setdefault(codes.code.column, []).append(f"code of {codes.classification}")
        above = {"nomenclature": "code above it", "calendar": "whether the day is closed or open"}
        what = above.get(codes.kind, f"code of {codes.goal}")
        found.setdefault(codes.target.column, []).append(what)
        if codes.sign is not None:
            found.setdefault(codes.sign.column, []).append("sign")
    return {name: tuple(dict.fromkeys(roles)) for name, roles in found.items()}
