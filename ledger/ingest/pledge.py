"""Pledges that people already keep in a table, or that IATI activities state, made into drafts by a declared mapping.

A row is a term, and the rows of one subject are the terms of one commitment, which must agree on all that belongs to
the commitment. Whatever reads figures reads these tables too, and what a cell means is declared, never guessed. A table
with a row that cannot be read gives no draft at all: drafts are signed, and a pledge that lacks a term is another
pledge. Source: design §2.2 (``commitment``); E1 (places in the text), R17 (sums are imputed).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from itertools import groupby
from typing import Annotated, Any, BinaryIO, Final, NoReturn, Self

from pydantic import Field, ValidationError, model_validator

from ledger.errors import MalformedError, NotFoundError
from ledger.ingest.cell import ARITHMETIC, UnreadableError, figure_reader, format_figure, quoted
from ledger.ingest.document import Draft, check_draft
from ledger.ingest.layout import Declared, Layout, Rule, first_fault, read_declaration
from ledger.ingest.mapping import FromColumn
from ledger.ingest.period import Form, parse_day
from ledger.ingest.row import Fault, conditions
from ledger.ingest.source import SIZE_LIMIT, Source
from ledger.ingest.tabular import open_rows
from ledger.model.value import Quantity, Slug, Text

ROWS: Final = 10_000
"""Rows of a table of pledges; drafts are read by a person before they are signed."""


class Told(FromColumn):
    """What a row says of a pledge.

    Attributes:
        split: the mark between several of them in one cell. ``slug``: the text becomes a name: small letters, digits
        and
            hyphens. ``form``: how a day is spelt.
    """

    split: Annotated[str, Field(min_length=1, max_length=3)] | None = None
    slug: bool = False
    form: Form = "day"


Saying = str | Told
"""The same in every row, or told by a column."""


class PledgePart(Declared):
    """What belongs to the commitment; rows of one subject agree on it."""

    subject: Saying
    title: Saying
    instrument: Saying
    date: Saying
    obligors: Saying
    obligees: Saying | None = None
    words: Saying
    language: Saying
    locator: Saying | None = None
    note: Saying | None = None


class TermPart(Declared):
    """What belongs to one term, each kind with what it needs (method §2).

    Attributes:
        sum: rows of a pledge that differ only in number, first day, title, id and locator are added up to one term,
        whose
            number is then imputed (R17): no text states it.
        locator: where the text shows the term; without it no element counts as shown (E1).
    """

    kind: Saying = "quantity"
    id: Saying | None = None
    title: Saying
    actor: Saying | None = None
    bound: Saying = "at_least"
    target: Saying | None = None
    scale: Quantity = "1"
    unit: Saying | None = None
    measure: Saying | None = None
    reporter: Saying | None = None
    partner: Saying | None = None
    basis: Saying | None = None
    authority: Saying | None = None
    aggregate: Saying = "sum"
    direction: Saying | None = None
    act: Saying | None = None
    start: Saying | None = None
    end: Saying | None = None
    deadline: Saying | None = None
    classification: Saying | None = None
    revision: Saying | None = None
    codes: Saying | None = None
    scope: Saying | None = None
    locator: Saying | None = None
    sum: bool = False


class InstrumentPart(Declared):
    """The document under which the pledges are made, where its draft is to be made too."""

    title: Saying
    form: Saying
    issuers: Saying
    announced: Saying


class SourcePart(Declared):
    """Where the pledges come from; the copy that was read is the table."""

    title: Saying
    publisher: Saying
    role: Saying
    date: Saying | None = None
    language: Saying | None = None
    address: Saying | None = None
    how: Saying = "transcription"


class PledgeMap(Layout):
    """How a table of pledges is read."""

    name: Slug
    title: Text
    keep: tuple[Rule, ...] = ()
    skip: tuple[Rule, ...] = ()
    pledge: PledgePart
    term: TermPart
    instrument: InstrumentPart | None = None
    source: SourcePart
    digest: str

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        for rule in (*self.keep, *self.skip):
            self.check_column(rule.column)
        for part in (self.pledge, self.term, self.instrument, self.source):
            for name in type(part).model_fields if part is not None else ():
                value = getattr(part, name)
                if isinstance(value, Told):
                    self.check_column(value.column)
        return self


@dataclass(frozen=True, slots=True)
class Pledges:
    """What a table of pledges gives.

    Attributes:
        rows: in the table; ``left_out`` of them by the mapping's rules.
    """

    drafts: tuple[Draft, ...]
    rows: int
    left_out: int


def parse_pledge_map(raw: bytes, *, name: str) -> PledgeMap:
    """Return the mapping of a table of pledges that a TOML file declares.

    Raises:
        MalformedError: it is not TOML, or not such a mapping; the sentence names the key.
    """
    try:
        return PledgeMap.model_validate_json(read_declaration(raw, name=name))
    except ValidationError as error:
        raise first_fault(error, name=name) from error


def pledge_map_names() -> tuple[str, ...]:
    """Return the names of the mappings of pledges that are shipped, sorted."""
    folder = resources.files("ledger.ingest") / "pledges"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def find_pledge_map(name: str) -> PledgeMap:
    """Return a mapping of pledges that is shipped, by its name.

    Raises:
        NotFoundError: there is none of that name; the sentence lists those there are.
    """
    if name not in pledge_map_names():
        known = ", ".join(pledge_map_names())
        raise NotFoundError(f"There is no format of pledges {name!r}; use {known}, or give --map FILE.", format=name)
    return parse_pledge_map(pledge_map_bytes(name), name=f"{name}.toml")


def pledge_map_bytes(name: str) -> bytes:
    """Return the TOML of a mapping of pledges that is shipped; its name is one of ``pledge_map_names``."""
    return (resources.files("ledger.ingest") / "pledges" / f"{name}.toml").read_bytes()


def read_pledges(stream: BinaryIO, mapping: PledgeMap, *, name: str, limit: int = SIZE_LIMIT) -> Pledges:
    """Return the drafts that a table of pledges comes to, each of them checked, instruments before what rests on them.

    Args:
        stream: the raw bytes. ``name``: of the file, for messages.

    Raises:
        MalformedError: a row cannot be read, or a draft is none; the sentence names file, row and column.
    """
    reader = _Reader(mapping, name)
    keep, skip = (conditions(rules, header=mapping.header) for rules in (mapping.keep, mapping.skip))
    taken: list[_Row] = []
    rows = left_out = skipped = 0
    for number, cells in open_rows(Source(stream, name=name, limit=limit), mapping, of=mapping.name)[1]:
        rows += 1
        if isinstance(cells, Fault):
            reader.refuse(number, cells.column, cells.reason)
        is_kept = all(holds(cells) for holds in keep)
        if not is_kept or any(holds(cells) for holds in skip):
            left_out += 1
            skipped += is_kept
            continue
        if len(taken) >= ROWS:
            raise MalformedError(f"{name}: has more than {ROWS} rows of pledges; split it.", file=name)
        taken.append(reader.row(number, cells))
    if not taken:
        raise _nothing(mapping, name=name, rows=rows, skipped=skipped)
    drafts = tuple(reader.drafts(taken))
    return Pledges(drafts, rows, left_out)


def _nothing(mapping: PledgeMap, *, name: str, rows: int, skipped: int) -> MalformedError:
    """Return the error of a table that held no pledge; what the mapping skips is told, with the columns (R3)."""
    rules = " or ".join(dict.fromkeys(repr(rule.column) for rule in mapping.skip))
    told = f" and takes ({skipped} left out by what stands in {rules})" if skipped else ""
    message = (
        f"{name}: has {rows} rows, and no pledge in them that the mapping {mapping.name} looks for{told}; "
        "nothing was made of it."
    )
    return MalformedError(message, file=name)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, read: what it says of the commitment, of its term, of the instrument and of the source."""

    number: int
    pledge: dict[str, Any]
    term: dict[str, Any]
    instrument: dict[str, Any]
    source: dict[str, Any]


class _Reader:
    """Reads the rows of one table by its mapping."""

    def __init__(self, mapping: PledgeMap, name: str) -> None:
        self._map = mapping
        self._name = name
        self._figure = figure_reader(mapping.cells)

    def refuse(self, row: int, column: str | None, reason: str) -> NoReturn:
        """Refuse the table for one of its rows."""
        where = f", column {column!r}" if column else ""
        raise MalformedError(f"{self._name}, row {row}{where}: {reason}.", file=self._name, row=row, column=column)

    def row(self, number: int, cells: Sequence[str]) -> _Row:
        """Return what a row says, by the parts of the mapping."""
        parts = [self._part(part, number, cells) for part in (self._map.pledge, self._map.term)]
        instrument = self._part(self._map.instrument, number, cells) if self._map.instrument is not None else {}
        return _Row(number, parts[0], parts[1], instrument, self._part(self._map.source, number, cells))

    def drafts(self, rows: Iterable[_Row]) -> Iterator[Draft]:
        """Yield the drafts of all rows, in the order in which their subjects come."""
        order: dict[str, list[_Row]] = {}
        for row in rows:
            order.setdefault(row.pledge["subject"] or self._lacks(row, "pledge", "subject"), []).append(row)
        instruments: dict[str, dict[str, Any]] = {}
        for subject, same in order.items():
            first = same[0]
            self._agree(same, first)
            if self._map.instrument is not None:
                body = self._instrument(first)
                known = instruments.setdefault(first.pledge["instrument"], body)
                if known is body:
                    yield self._checked("instrument", first.pledge["instrument"], body, same)
                elif known != body:
                    self.refuse(first.number, self._column("instrument", "title"), "describes the instrument otherwise")
            yield self._checked("commitment", subject, self._commitment(same), same)

    def _part(self, part: Declared, row: int, cells: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name in {"scale", "sum"}:
                continue
            if not isinstance(value, Told):
                found[name] = [value] if name in _SEVERAL and value is not None else value
                continue
            try:
                found[name] = self._told(name, value, cells[self._map.header.index(value.column)])
            except UnreadableError as error:
                self.refuse(row, value.column, str(error))
        return found

    def _told(self, name: str, told: Told, cell: str) -> Any:  # noqa: ANN401  (a text, a list of them, or nothing)
        text = unicodedata.normalize("NFC", cell).strip()
        if name == "target":
            value = self._figure(text).value
            return None if value is None else ARITHMETIC.multiply(value, Decimal(self._map.term.scale))
        if not text:
            return ([told.empty] if name in _SEVERAL else told.empty) if told.empty is not None else None
        if name in _DAYS:
            return parse_day(text, told.form)
        texts = [one.strip() for one in text.split(told.split)] if told.split is not None else [text]
        found = [_meant(told, one) for one in texts if one]
        return found if name in _SEVERAL else found[0] if len(found) == 1 else "; ".join(found)

    def _agree(self, rows: Sequence[_Row], first: _Row) -> None:
        """Refuse rows of one subject that say different things of what belongs to all of them."""
        for row in rows[1:]:
            for part in ("pledge", "instrument", "source"):
                ours, theirs = getattr(first, part), getattr(row, part)
                name = next((name for name in ours if ours[name] != theirs[name]), None)
                if name is not None and not (self._map.term.sum and name in _PER_ROW):
                    reason = f"differs from row {first.number}, and both are of the pledge {first.pledge['subject']!r}"
                    self.refuse(row.number, self._column(part, name), reason)

    def _commitment(self, rows: Sequence[_Row]) -> dict[str, Any]:
        pledge = rows[0].pledge
        terms = [self._term(group, number) for number, group in enumerate(self._terms(rows), start=1)]
        quote = {"text": pledge["words"], "language": pledge["language"], "locator": pledge["locator"]}
        body = {
            "title": pledge["title"], "instrument": pledge["instrument"], "date": pledge["date"],
            "obligors": pledge["obligors"], "obligees": pledge["obligees"] or [], "quotes": [_said(quote)],
            "verb": None, "terms": terms, "note": pledge["note"], "source": self._source(rows[0]),
        }  # fmt: skip
        return {name: value for name, value in body.items() if value is not None or name == "verb"}

    def _terms(self, rows: Sequence[_Row]) -> list[list[_Row]]:
        """Return the rows of each term: one, or those that are added up."""
        if not self._map.term.sum:
            return [[row] for row in rows]

        def key(row: _Row) -> str:
            return repr([(name, value) for name, value in row.term.items() if name not in _ADDED])

        ordered = sorted(rows, key=lambda row: (key(row), row.number))
        return [list(same) for _, same in groupby(ordered, key=key)]

    def _term(self, rows: Sequence[_Row], number: int) -> dict[str, Any]:
        term = rows[0].term
        kind = term["kind"] or "quantity"
        body: dict[str, Any] = {
            "kind": kind, "id": term["id"] or f"term-{number}", "title": term["title"], "actor": term["actor"],
        }  # fmt: skip
        starts = [one.term["start"] for one in rows if one.term["start"] is not None]
        if starts:
            body["period"] = {"start": min(starts), "end": term["end"]}
        body["deadline"] = term["deadline"] or (term["end"] if not starts else None)
        if term["codes"] is not None or term["classification"] is not None:
            scope = {"title": term["scope"] or term["title"], "classification": term["classification"]}
            body["scope"] = _said(scope | {"revision": term["revision"], "codes": term["codes"]})
        if kind in {"quantity", "trend"}:
            measure = {name: term[name] for name in ("reporter", "partner", "basis")}
            body |= {"unit": term["unit"], "aggregate": term["aggregate"]}
            body["measure"] = _said({"type": term["measure"]} | measure | {"source": term["authority"]})
        if kind == "quantity":
            body |= {"bound": term["bound"], "target": self._target(rows)}
        elif kind == "trend":
            body["direction"] = term["direction"]
        else:
            body["act"] = term["act"]
        if len(rows) > 1:
            listed = ", ".join(str(one.number) for one in rows[:20])
            more = f" and {len(rows) - 20} more" if len(rows) > 20 else ""
            method = f"the sum of {len(rows)} rows of the table ({listed}{more}); no text states it"
            body["imputed"] = [{"element": "quantity", "method": method}]
        if term["locator"] is not None:
            body["shown"] = self._shown(body, str(term["locator"]), is_summed=len(rows) > 1)
        return {name: value for name, value in body.items() if value is not None or name == "actor"}

    def _target(self, rows: Sequence[_Row]) -> str:
        total = Decimal(0)
        for row in rows:
            if row.term["target"] is None:
                self._lacks(row, "term", "target")
            total = ARITHMETIC.add(total, Decimal(row.term["target"]))
        try:
            return format_figure(total)
        except UnreadableError as error:
            self.refuse(rows[-1].number, self._column("term", "target"), str(error))

    def _shown(self, body: dict[str, Any], locator: str, *, is_summed: bool) -> dict[str, Any]:
        """Return the place that shows each element that the term has; a sum of rows stands nowhere (E1, R17)."""
        has = {
            "actor": body["actor"] is not None,
            "action": "measure" in body or "act" in body,
            "quantity": "target" in body and not is_summed,
            "timing": "period" in body or body.get("deadline") is not None,
            "scope": "scope" in body,
        }
        return {name: {"locator": locator} for name, there in has.items() if there}

    def _instrument(self, row: _Row) -> dict[str, Any]:
        said = row.instrument
        unknown = dict.fromkeys(("exit", "forum", "remedy", "escapes"))
        if said["form"] in _WORDS:  # such texts have only what their words give
            unknown = dict.fromkeys(unknown, "none")
        return {
            "title": said["title"], "form": said["form"], "issuers": said["issuers"], "binding": None,
            "announced": said["announced"], **unknown, "source": self._source(row),
        }  # fmt: skip

    def _source(self, row: _Row) -> dict[str, Any]:
        said = {name: value for name, value in row.source.items() if name != "how"}
        return _said(said) | {"via": {"copy_read": self._name, "how": row.source["how"]}}

    def _checked(self, kind: Any, subject: str, body: dict[str, Any], rows: Sequence[_Row]) -> Draft:  # noqa: ANN401
        """Return a draft that its parser takes; what it says against it becomes row and column."""
        draft = Draft(
            kind=kind,
            subject=subject,
            issued=None,
            corrects=None,
            body=body,
            where=f"{self._name}, row {rows[0].number}",
        )
        try:
            check_draft(draft)
        except MalformedError as error:
            places = error.facts.get("places")
            path = str(places[0]["path"]) if isinstance(places, list) and places else ""
            at_fault = rows[0]
            if match := re.match(r"body\.terms\[(\d+)\]", path):
                at_fault = self._terms(rows)[int(match[1])][0]
            names = [name for name in re.findall(r"[a-z_]+", path) if name not in {"body", "terms"}]
            part = "instrument" if kind == "instrument" else "term" if "terms" in path else "pledge"
            column = next(
                (found for name in reversed(names) if (found := self._column(part, _OURS.get(name, name)))), None
            )
            reason = error.message.removeprefix(draft.where).lstrip(",: ").removesuffix(".")
            self.refuse(at_fault.number, column, reason)
        return draft

    def _lacks(self, row: _Row, part: str, name: str) -> NoReturn:
        self.refuse(row.number, self._column(part, name), f"gives no {name}")

    def _column(self, part: str, name: str) -> str | None:
        """Return the column that tells something, or none where the mapping says it."""
        value = getattr(getattr(self._map, part), name, None)
        return value.column if isinstance(value, Told) else None


_SEVERAL: Final = frozenset({"obligors", "obligees", "issuers", "codes"})
_DAYS: Final = frozenset({"date", "start", "end", "deadline", "announced"})
_ADDED: Final = frozenset({"id", "title", "target", "start", "locator"})
_PER_ROW: Final = frozenset({"date", "announced", "words", "language", "locator", "note"})
_WORDS: Final = frozenset({"transcript", "post", "fact_sheet", "statement"})
_OURS: Final = {"quotes": "words", "text": "words", "type": "measure", "period": "end", "source": "authority"}
"""What a member of a statement is called in a mapping, where the two differ."""


def _meant(told: Told, text: str) -> str:
    """Return what one text of a cell means.

    Raises:
        UnreadableError: it is none of the words that the mapping knows, or has a wrong length.
    """
    if told.words is not None:
        if text not in told.words:
            raise UnreadableError(f"{quoted(text)} is none of the words that the mapping knows here")
        return told.words[text]
    for mark in told.remove or "":
        text = text.replace(mark, "")
    text = text.zfill(told.pad) if told.pad is not None else text
    text = text.lower() if told.lower or told.slug else text
    if told.slug:
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        text = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
    if told.lengths is not None and len(text) not in told.lengths:
        listed = ", ".join(map(str, told.lengths))
        raise UnreadableError(f"{quoted(text)} has {len(text)} characters where {listed} are expected; lost zeros?")
    return text


def _said(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
