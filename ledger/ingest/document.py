"""A draft as people write it: YAML or JSON in, plain JSON data out, every value where it was written.

YAML is read so narrowly that it cannot surprise: a plain word is text (a date is text too), and whole numbers,
``true``, ``false`` and ``null`` are all else there is. What readers of YAML do not all take alike (fractions, octal and
sexagesimal numbers, ``yes`` and ``no``, anchors, tags, merge keys, doubled names) is refused with its line. JSON is
read by the strict reader. Nothing here signs, looks anything up or opens a file.

Source: design §2.1, §3; issue of the first story, point 2.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast, get_args
from unicodedata import is_normalized

import yaml

from ledger.errors import MalformedError
from ledger.model.statement import Kind, Statement, parse_draft
from ledger.signing.canonical import MAX_DEPTH, MAX_INTEGER, Json, format_json, parse_json

LIMIT: Final = 1 << 20
"""Bytes that a file of drafts may have."""

MEMBERS: Final = ("kind", "subject", "issued", "corrects", "body")
"""What a draft may say; the rest of a statement (genesis, anchor, schema) is the ledger's to fill."""

UNISSUED: Final = "1970-01-01T00:00:00Z"
"""Stands where a draft leaves its moment to the ledger's clock, while it is only being checked."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement that is not signed yet, as its author wrote it.

    Attributes:
        issued: null leaves the moment to the ledger's clock. ``corrects``: the name of the statement that it mends.
        body: plain JSON data, not yet read for its meaning.
        where: file and line, for messages.
        lines: the line of each value, by its path in the draft (``body.terms[0].target``); empty for JSON.
    """

    kind: Kind
    subject: str
    issued: str | None
    corrects: str | None
    body: dict[str, Json]
    where: str
    lines: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, path: str) -> int | None:
        """Return the line of a value by its path, else of the nearest thing that holds it; null where none is known."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


def read_drafts(raw: bytes, *, name: str) -> tuple[Draft, ...]:
    """Return the drafts of a file, in order: YAML documents, or one JSON object or array of objects.

    Args:
        name: of the file, for messages; ``.json`` says JSON, and so does an opening brace or bracket.

    Raises:
        MalformedError: one sentence with file and line.
    """
    if len(raw) > LIMIT:
        raise MalformedError(f"{name}: has {len(raw)} bytes where at most {LIMIT} are read; split it.", file=name)
    is_json = name.lower().endswith(".json") or raw.lstrip()[:1] in (b"{", b"[")
    found = tuple(_from_json(raw, name) if is_json else _from_yaml(raw, name))
    if not found:
        raise MalformedError(f"{name}: holds no draft; write one with kind, subject and body.", file=name)
    return found


def check_draft(draft: Draft, *, issued: str = UNISSUED) -> Statement:
    """Return the statement that a draft would become, with genesis and anchor still null.

    Args:
        issued: the moment where the draft gives none.

    Raises:
        MalformedError: the body is not what its kind needs; the sentence names file, line and member.
    """
    whole: dict[str, Json] = {
        "anchor": None, "body": draft.body, "corrects": draft.corrects, "genesis": None,
        "issued": draft.issued or issued, "schema": f"{draft.kind}.v1", "subject": draft.subject,
    }  # fmt: skip
    try:
        return parse_draft(format_json(whole), what=draft.where)
    except MalformedError as error:
        raise _at_its_line(error, draft) from error


def _at_its_line(error: MalformedError, draft: Draft) -> MalformedError:
    """Return the error with the line of the value at fault, where it is known."""
    places = error.facts.get("places")
    path = str(places[0]["path"]) if isinstance(places, list) and places else ""
    line = draft.line_of(path)
    if line is None:
        return error
    file = draft.where.rpartition(", line ")[0]
    where = f"{file}, line {line}"
    return MalformedError(where + error.message.removeprefix(draft.where), **error.facts | {"what": where})


# --- JSON -------------------------------------------------------------------------------------------------------------


def _from_json(raw: bytes, name: str) -> Iterator[Draft]:
    """Yield the drafts of a JSON text; it passes the strict reader before anything else looks at it."""
    value = parse_json(raw, what=name, limit=LIMIT)
    items = value if isinstance(value, list) else [value]
    for item, line in zip(items, _lines_of_items(raw.decode("utf-8"), one=not isinstance(value, list)), strict=True):
        yield _draft(item, f"{name}, line {line}", {})


def _lines_of_items(text: str, *, one: bool) -> Iterator[int]:
    """Yield the line on which each item of the outermost array begins; the text is known to be JSON."""
    space = re.compile(r"[ \t\n\r,]*")
    at = cast("re.Match[str]", space.match(text, 0)).end()
    if one:
        yield text.count("\n", 0, at) + 1
        return
    at = cast("re.Match[str]", space.match(text, at + 1)).end()
    decoder = json.JSONDecoder()
    while not text.startswith("]", at):
        yield text.count("\n", 0, at) + 1
        _, at = decoder.raw_decode(text, at)
        at = cast("re.Match[str]", space.match(text, at)).end()


def _draft(value: Json, where: str, lines: Mapping[str, int]) -> Draft:
    """Return the draft that a value says, its frame checked and its body left as it is."""
    if not isinstance(value, dict):
        raise MalformedError(f"{where}: is not a draft; write the members kind, subject and body.", what=where)
    if unknown := set(value) - set(MEMBERS):
        member = min(unknown)
        line = f"{where.rpartition(', line ')[0]}, line {lines[member]}" if member in lines else where
        raise MalformedError(
            f"{line}: {_short(member)} is not a member of a draft; use {', '.join(MEMBERS)}.", what=where, member=member
        )
    kind, subject, body = value.get("kind"), value.get("subject"), value.get("body")
    if kind not in get_args(Kind):
        kinds = ", ".join(get_args(Kind))
        raise MalformedError(f"{where}: kind is {_short(kind)}; write one of {kinds}.", what=where, member="kind")
    if not isinstance(subject, str):
        raise MalformedError(
            f"{where}: subject is {_short(subject)}; write its name as text.", what=where, member="subject"
        )
    if not isinstance(body, dict):
        raise MalformedError(f"{where}: body is {_short(body)}; write its members below it.", what=where, member="body")
    return Draft(
        kind=cast("Kind", kind), subject=subject, issued=_text_or_null(value, "issued", where),
        corrects=_text_or_null(value, "corrects", where), body=body, where=where, lines=lines,
    )  # fmt: skip


def _text_or_null(value: dict[str, Json], member: str, where: str) -> str | None:
    found = value.get(member)
    if found is None or isinstance(found, str):
        return found
    raise MalformedError(
        f"{where}: {member} is {_short(found)}; write it as text or leave it out.", what=where, member=member
    )


def _short(value: object) -> str:
    """Return a foreign value for a sentence."""
    if value is None:
        return "missing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- YAML -------------------------------------------------------------------------------------------------------------

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,15}", re.ASCII)
_FRACTION: Final = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+", re.ASCII
)
_CLOCK: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_ODD_INTEGER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*)", re.ASCII)
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|nan)", re.ASCII | re.IGNORECASE)
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DOUBTFUL: Final = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})
"""Words that some readers of YAML take for true, false or null, in any case of letters."""


def _from_yaml(raw: bytes, name: str) -> Iterator[Draft]:
    """Yield the drafts of a YAML text, one a document."""
    if raw.startswith(b"\xef\xbb\xbf"):
        raise MalformedError(f"{name}, line 1: begins with a byte order mark; save it as UTF-8 without one.", file=name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise MalformedError(f"{name}, line {line}: is not UTF-8; save it as UTF-8.", file=name, line=line) from error
    if not is_normalized("NFC", text):
        line = next(number for number, row in enumerate(text.split("\n"), 1) if not is_normalized("NFC", row))
        raise MalformedError(f"{name}, line {line}: the text is not in NFC; compose it.", file=name, line=line)
    try:
        yield from _Reader(text, name).read()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"{name}, line {line}: holds a character that YAML does not allow; remove it."
        raise MalformedError(message, file=name, line=line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = f"{name}, line {line}: is not YAML that can be read ({error.problem or error.context}); mend it."
        raise MalformedError(message, file=name, line=line) from error


class _Loader(yaml.SafeLoader):
    """The scanner and parser of PyYAML; it is asked for events only, and makes no values of its own."""


class _Reader:
    """One pass over the events of a YAML text.

    Attributes:
        lines: of the document being read, the line of each value by its path.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.events: Any = _Loader(text)  # PyYAML's own methods carry no types
        self.lines: dict[str, int] = {}

    def read(self) -> Iterator[Draft]:
        """Yield each document as a draft."""
        self.events.get_event()  # the start of the stream
        while not self.events.check_event(yaml.StreamEndEvent):
            start = self.events.get_event()
            if start.version or start.tags:
                raise self._refusal(start, "a directive stands", "remove it")
            self.lines = {}
            first = self.events.peek_event()
            value = self._value("", levels=MAX_DEPTH)
            if value is None:
                raise self._refusal(first, "a document is empty", "write a draft between the lines of ---")
            yield _draft(value, f"{self.name}, line {first.start_mark.line + 1}", self.lines)
            self.events.get_event()  # the end of the document

    def _value(self, path: str, *, levels: int) -> Json:
        event = self.events.get_event()
        self.lines[path] = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            mark = "an alias" if isinstance(event, yaml.AliasEvent) else "an anchor"
            raise self._refusal(event, f"{mark} stands", "write the value out where it is needed")
        if event.tag is not None:
            raise self._refusal(event, f"the tag {_short(event.tag)} stands", "remove it; text is written as text")
        if isinstance(event, yaml.ScalarEvent):
            return self._plain(event) if event.style is None else str(event.value)
        if levels == 0:
            raise self._refusal(event, f"the values nest deeper than {MAX_DEPTH} levels", "flatten them")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, levels=levels - 1)
        return self._mapping(path, levels=levels - 1)

    def _sequence(self, path: str, *, levels: int) -> list[Json]:
        found: list[Json] = []
        while not self.events.check_event(yaml.SequenceEndEvent):
            found.append(self._value(f"{path}[{len(found)}]", levels=levels))
        self.events.get_event()
        return found

    def _mapping(self, path: str, *, levels: int) -> dict[str, Json]:
        found: dict[str, Json] = {}
        while not self.events.check_event(yaml.MappingEndEvent):
            member = self._name(found)
            found[member] = self._value(f"{path}.{member}" if path else member, levels=levels)
        self.events.get_event()
        return found

    def _name(self, found: dict[str, Json]) -> str:
        event = self.events.get_event()
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag is not None:
            raise self._refusal(event, "a name is not plain text", "write one word before the colon")
        member = str(event.value)
        if member == "<<":
            raise self._refusal(event, "a merge key stands", "write the members out")
        if not member or not member.isascii():
            raise self._refusal(event, f"the name {_short(member)} is not ASCII text", "name it in ASCII")
        if member in found:
            raise self._refusal(event, f"the name {_short(member)} occurs twice", "keep one of the two")
        return member

    def _plain(self, event: yaml.ScalarEvent) -> Json:
        """Return what a word without quotation marks says: null, true, false, a whole number, or text."""
        word = str(event.value)
        if word in _WORDS:
            return _WORDS[word]
        if word.lower() in _DOUBTFUL:
            remedy = f'write true, false or null in small letters, or put the word in quotation marks: "{word}"'
            raise self._refusal(event, f"the word {word} is not read alike everywhere", remedy)
        if _INTEGER.fullmatch(word):
            if abs(int(word)) > MAX_INTEGER:
                raise self._refusal(event, f"the number {word} is too large", f'put it in quotation marks: "{word}"')
            return int(word)
        if _FRACTION.fullmatch(word):
            raise self._refusal(event, None, f'write numbers with a fraction in quotation marks: "{word}"')
        if _NOT_FINITE.fullmatch(word):
            raise self._refusal(event, f"{word} is not a number that can be owed or observed", "write a finite number")
        if _CLOCK.fullmatch(word) or _ODD_INTEGER.fullmatch(word):
            remedy = f'write the digits alone, or text in quotation marks: "{word}"'
            raise self._refusal(event, f"the number {word} is not read alike everywhere", remedy)
        return word

    def _refusal(self, event: yaml.Event, problem: str | None, remedy: str) -> MalformedError:
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        sentence = f"{problem}; {remedy}" if problem else remedy
        return MalformedError(f"{self.name}, line {line}: {sentence}.", file=self.name, line=line)
