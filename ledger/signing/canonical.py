"""Strict JSON in, one spelling out.

Everything signed or hashed is read here and nowhere else: UTF-8 without BOM, no duplicate names, no floats, integers
within ±(2^53-1), depth of at most 32, ASCII names, NFC text that is refused rather than rewritten, and a size cap. What
is written is RFC 8785. Base64 is accepted only in the spelling that the encoder writes. Nothing here reads a file or
knows what a document means. Source: design §2.1; RFC 8259, RFC 8785, RFC 4648.

In every function here ``what`` is a phrase for the document with its article ("the statement"): it ends up in the
sentence of a refusal.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NewType, TypeAlias, cast
from unicodedata import is_normalized

import orjson
import rfc8785

from ledger.errors import MalformedError

CanonicalBytes = NewType("CanonicalBytes", bytes)
"""JSON in its RFC 8785 form: only ``format_json`` and ``parse_canonical``'s success make one."""

Digest = NewType("Digest", str)
"""``sha256:`` and 64 lower-case hexadecimal digits."""

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""A value that the strict reader gives: never a float."""

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 32
MAX_PARTS: Final = 200_000
"""Values and escapes of one document: small ones fill the memory, and slow the reader down, out of all proportion."""

MAX_INTEGER: Final = 2**53 - 1

_Step = str | int
_Container = dict[str, object] | list[object] | tuple[object, ...]
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_CONTAINERS: Final = frozenset({dict, list, tuple})
_LEAVES: Final = frozenset({int, bool, type(None)})
_UNSURE: Final = object()


def format_json(value: object) -> CanonicalBytes:
    """Return a ``Json`` value in its RFC 8785 form; tuples are written as arrays.

    Raises:
        MalformedError: the value holds a float, an integer beyond ±(2^53-1), a name that is not ASCII, text that is not
            NFC or has half a surrogate pair, more than 32 levels, or an object that is not JSON at all.
    Source: design §2.1; RFC 8785 §3.2.
    """
    raw = _write_quickly(value)
    if raw is None:
        _refuse_faults(value)
        raw = rfc8785.dumps(cast("Any", value))
    return CanonicalBytes(raw)


def parse_json(raw: bytes, *, what: str, limit: int = MAX_BYTES, parts: int = MAX_PARTS) -> Json:
    """Return the value of a JSON text in any spelling, read strictly.

    Args:
        limit: the most bytes that are looked at.
        parts: the most values and escapes that it may have.

    Raises:
        MalformedError: one sentence with the place: a path such as ``$.body.terms[0].target``, or a line and column.
    Source: design §2.1; RFC 8259.
    """
    if len(raw) > limit:
        message = f"The size of {what} is {len(raw)} bytes where at most {limit} are accepted; send less."
        raise MalformedError(message, what=what, size=len(raw), limit=limit)
    if not _is_roomy(raw, parts):
        message = f"There are more than {parts} commas, brackets, braces and escapes in {what}; send less."
        raise MalformedError(message, what=what, limit=parts)
    if raw.startswith(b"\xef\xbb\xbf"):
        raise _refusal("A byte order mark stands", what=what, place="byte 0", remedy="save it as UTF-8 without BOM")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise _refusal("The text is not UTF-8", what=what, place=place, remedy="save it as UTF-8") from error
    return _Reader(text, what).read()


def parse_canonical(raw: bytes, *, what: str, limit: int = MAX_BYTES, parts: int = MAX_PARTS) -> Json:
    """Return the value of a JSON text that is spelled exactly as RFC 8785 spells it.

    Raises:
        MalformedError: as ``parse_json``; or the bytes differ from their RFC 8785 form, with the first byte that does.
    Source: design §2.1, §2.2; RFC 8785.
    """
    if len(raw) <= limit and _is_roomy(raw, parts) and (known := _read_quickly(raw)) is not _UNSURE:
        return cast("Json", known)
    value = parse_json(raw, what=what, limit=limit, parts=parts)
    expected = format_json(value)
    if raw != expected:
        place = f"byte {_first_difference(raw, expected)}"
        problem = "The spelling leaves RFC 8785 (no white space, sorted names, shortest escapes)"
        raise _refusal(problem, what=what, place=place, remedy="write it as canonical JSON")
    return value


def digest(raw: bytes) -> Digest:
    """Return the name of some bytes: ``sha256:`` and the hexadecimal SHA-256."""
    return Digest("sha256:" + hashlib.sha256(raw).hexdigest())


def encode_base64url(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode_base64url(text: str | bytes, *, what: str) -> bytes:
    """Return the bytes of base64url text, accepted only as ``encode_base64url`` writes it.

    Raises:
        MalformedError: padding, white space, another alphabet, an impossible length, or trailing bits not zero.
    Source: RFC 4648 §3.5, §5; RFC 7515 §2; design §2.2.
    """
    raw = _decoded(_ascii(text).translate(_FROM_URL) + _PADDING[len(text) % 4])
    if raw is None:
        remedy = "write it without padding, white space or stray bits"
        raise MalformedError(f"The base64url text of {what} is not in its one spelling; {remedy}.", what=what)
    return raw


def encode_base64(raw: bytes) -> str:
    """Return base64 with padding, as notes and proofs carry it (RFC 4648 §4)."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def decode_base64(text: str | bytes, *, what: str) -> bytes:
    """Return the bytes of base64 text, accepted only as ``encode_base64`` writes it.

    Raises:
        MalformedError: missing padding, white space, another alphabet, or trailing bits that are not zero.
    Source: RFC 4648 §3.5, §4; design §2.1.
    """
    raw = _decoded(_ascii(text))
    if raw is None:
        remedy = "write it with padding and without white space or stray bits"
        raise MalformedError(f"The base64 text of {what} is not in its one spelling; {remedy}.", what=what)
    return raw


# ``+``, ``/`` and padding become characters outside both alphabets, so that they do not pass as base64url.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING: Final = (b"", b"===", b"==", b"=")
"""What is missing from base64 text of a length, by what is left of it over four."""


def _swift() -> ModuleType | None:
    """Return pybase64, an extra that takes half of the time; None where it is not installed."""
    try:
        return import_module("pybase64")
    except ImportError:
        return None


_SWIFT: Final = _swift()


def _ascii(text: str | bytes) -> bytes:
    """Return the text as bytes; what is not ASCII becomes ``?``, which no base64 alphabet holds."""
    return text if isinstance(text, bytes) else text.encode("ascii", "replace")


def _decoded(encoded: bytes) -> bytes | None:
    """Return the bytes of padded standard base64, or nothing where the encoder would not have written that."""
    if _SWIFT is None:
        return _strictly_decoded(encoded)
    try:
        raw: bytes = _SWIFT.b64decode(encoded, None, True)  # noqa: FBT003, to name it takes as long as to decode
    except ValueError:
        return None
    return raw if _SWIFT.b64encode(raw) == encoded else None


def _strictly_decoded(encoded: bytes) -> bytes | None:
    """Return the same by the standard library, which writes more slowly than it compares.

    The strict decoder refuses every foreign character, and padding anywhere but at the end. What it still passes are
    bits beyond the last byte; they sit in the last four characters, so those are written again and compared.
    """
    try:
        raw = binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        return None
    if not encoded.endswith(b"="):
        return raw  # no bits are left over
    last = raw[-(len(raw) % 3 or 3) :]
    return raw if binascii.b2a_base64(last, newline=False) == encoded[-4:] else None


def _write_quickly(value: object) -> bytes | None:
    """Return the RFC 8785 form, or nothing where only the careful way can tell or explain.

    orjson sorts names by code point and RFC 8785 by UTF-16 unit: the same for ASCII names. It would write floats in
    another form, so the walk over the value refuses them first.
    """
    try:
        raw = orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError):
        return None
    return raw if _is_plain(value, raw) else None


def _is_roomy(raw: bytes, parts: int) -> bool:
    """Tell whether a text has few enough values and escapes, before any of them is read."""
    return len(raw) <= parts or sum(map(raw.count, (b",", b"[", b"{", b"\\"))) <= parts


def _read_quickly(raw: bytes) -> object:
    """Return the value when it is certain that its text is canonical and admitted, else ``_UNSURE``.

    Where orjson is more tolerant than we are, the comparison with what it writes decides: a duplicate name loses its
    first value, ``-0`` and escapes and white space are respelled. The two that come back as they were are looked for in
    the value: floats (``1.0``), and among them integers of more than 64 bits; and depth. Integers of 54 to 64 bits are
    refused by the writer. Everything else is left to the strict reader, which also explains.
    """
    try:
        value = orjson.loads(raw)
        written = orjson.dumps(value, option=_OPTIONS)
    except (ValueError, TypeError, RecursionError):
        return _UNSURE
    return value if written == raw and _is_plain(value, raw) else _UNSURE


def _is_plain(value: object, raw: bytes) -> bool:
    """Tell whether a value and its canonical text hold nothing that design §2.1 refuses; "no" may be too strict.

    A text in NFC has only strings in NFC (UAX #15: normal forms are closed under substrings, and an escape stands for a
    character that composes with nothing). The reverse fails for an escape's last letter before a combining mark.
    """
    names_are_ascii = raw.isascii()
    if not names_are_ascii and not is_normalized("NFC", raw.decode("utf-8")):
        return False
    if type(value) in _CONTAINERS:
        return _admits(cast("_Container", value), levels=MAX_DEPTH, names_are_ascii=names_are_ascii)
    return type(value) is str or type(value) in _LEAVES


def _admits(container: _Container, *, levels: int, names_are_ascii: bool) -> bool:
    """Tell whether an array or object holds only what design §2.1 admits, at most so many levels deep."""
    if levels == 0:
        return False
    if type(container) is dict:
        if not names_are_ascii and not "".join(container).isascii():
            return False
        items: Iterable[Any] = container.values()
    else:
        items = container
    for item in items:
        kind = type(item)
        if kind is str:
            continue
        if kind in _CONTAINERS:
            if not _admits(item, levels=levels - 1, names_are_ascii=names_are_ascii):
                return False
        elif kind not in _LEAVES:
            return False
    return True


def _refuse_faults(value: object) -> None:
    """Raise for the first thing in a value that may not be written, naming its place."""
    pending: list[tuple[object, tuple[_Step, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        if not isinstance(item, (dict, list, tuple)):
            _refuse_leaf(item, path)
            continue
        if len(path) == MAX_DEPTH:
            raise _fault(f"Arrays and objects nest deeper than {MAX_DEPTH} levels", path, "flatten the value")
        if isinstance(item, dict):
            _refuse_names(item, path)
        steps = item.items() if isinstance(item, dict) else enumerate(item)
        pending.extend((child, (*path, step)) for step, child in reversed(list(steps)))


def _refuse_leaf(item: object, path: tuple[_Step, ...]) -> None:
    """Raise when a value that is neither array nor object may not be written."""
    if isinstance(item, str):
        _refuse_text(item, path)
    elif isinstance(item, int):
        if abs(item) > MAX_INTEGER:
            raise _fault("An integer lies outside ±(2^53-1)", path, "write it as a string")
    elif isinstance(item, float):
        raise _fault(f"The number {item!r} is a float", path, f'write it as a string such as "{item!r}"')
    elif item is not None:
        remedy = "turn it into text, an integer, an array or an object"
        raise _fault(f"A {type(item).__name__} is not JSON", path, remedy)


def _refuse_text(text: str, path: tuple[_Step, ...]) -> None:
    """Raise when text may not be written."""
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise _fault("Half a surrogate pair stands", path, "write the whole character")
    if not is_normalized("NFC", text):
        raise _fault("The text is not in NFC", path, "compose it (Unicode form NFC)")


def _refuse_names(names: Iterable[object], path: tuple[_Step, ...]) -> None:
    """Raise when an object's member has a name that may not be written."""
    for name in names:
        if not isinstance(name, str) or not name.isascii():
            raise _fault(f"The name {_shown(name)} is not ASCII text", path, "name it in ASCII")


def _fault(problem: str, path: tuple[_Step, ...], remedy: str) -> MalformedError:
    """Return the refusal to write a value."""
    return _refusal(problem, what="the value to be written", place=_path_text(path), remedy=remedy)


def _refusal(problem: str, *, what: str, place: str, remedy: str) -> MalformedError:
    """Return an error whose sentence says what is wrong, where, and what to do."""
    return MalformedError(f"{problem} at {place} of {what}; {remedy}.", what=what, place=place)


def _path_text(path: Iterable[_Step]) -> str:
    """Return a path as people write it: ``$.body.terms[0].target``."""
    parts = ["$"]
    for step in path:
        plain = isinstance(step, str) and _PLAIN_NAME.fullmatch(step)
        parts.append(f".{step}" if plain else f"[{_shown(step)}]")
    return "".join(parts)


def _shown(item: object) -> str:
    """Return a foreign value for a sentence: in ASCII, escaped, and short."""
    text = ascii(item)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _first_difference(raw: bytes, expected: bytes) -> int:
    """Return the position, counted from 0, of the first byte that differs."""
    pairs = enumerate(zip(raw, expected, strict=False))
    return next((index for index, (ours, theirs) in pairs if ours != theirs), min(len(raw), len(expected)))


_SHOWN: Final = 40
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_CHUNK: Final = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER: Final = re.compile(r"[-+0-9.][-+0-9.eE]*")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,15}")
_WORD: Final = re.compile(r"[A-Za-z]+")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


class _Reader:
    """One pass over one JSON text (RFC 8259), refusing what design §2.1 refuses.

    Attributes:
        text: the whole text.
        what: the phrase for it in a refusal.
        at: the character to be read next, counted from 0.
        path: the steps from the root to the value being read.
    """

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        self.at = 0
        self.path: list[_Step] = []

    def read(self) -> Json:
        """Return the only value of the text."""
        self._skip_space()
        value = self._value()
        self._skip_space()
        if self.at < len(self.text):
            raise self._misspelt("Something follows the end of the value", "leave one value only")
        return value

    def _value(self) -> Json:
        char = self.text[self.at : self.at + 1]
        if char == '"':
            return self._text()
        if char in ("{", "["):
            # Refused before going down, so that hostile nesting costs 32 calls and no more.
            if len(self.path) == MAX_DEPTH:
                raise self._misplaced(f"Arrays and objects nest deeper than {MAX_DEPTH} levels", "flatten the value")
            return self._object() if char == "{" else self._array()
        if _NUMBER.match(char):
            return self._integer()
        return self._literal()

    def _object(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        self.at += 1
        self._skip_space()
        if self._took("}"):
            return found
        while True:
            name = self._member_name(found)
            self.path.append(name)
            self._skip_space()
            found[name] = self._value()
            self.path.pop()
            self._skip_space()
            if self._took("}"):
                return found
            self._take(",", "a comma or a closing brace")
            self._skip_space()

    def _member_name(self, found: dict[str, Json]) -> str:
        if not self.text.startswith('"', self.at):
            remedy = "write one, and no comma after the last member"
            raise self._misspelt("A name in quotation marks is expected", remedy)
        name = self._string()
        if not name.isascii():
            raise self._misplaced(f"The name {_shown(name)} is not ASCII", "name it in ASCII")
        if name in found:
            raise self._misplaced(f"The name {_shown(name)} occurs twice", "keep one of the two")
        self._skip_space()
        self._take(":", "a colon")
        return name

    def _array(self) -> list[Json]:
        found: list[Json] = []
        self.at += 1
        self._skip_space()
        if self._took("]"):
            return found
        while True:
            self.path.append(len(found))
            self._skip_space()
            found.append(self._value())
            self.path.pop()
            self._skip_space()
            if self._took("]"):
                return found
            self._take(",", "a comma or a closing bracket")

    def _text(self) -> str:
        text = self._string()
        if not is_normalized("NFC", text):
            raise self._misplaced("The text is not in NFC", "compose it (Unicode form NFC)")
        return text

    def _string(self) -> str:
        parts: list[str] = []
        self.at += 1
        while True:
            chunk = _CHUNK.match(self.text, self.at)
            parts.append(chunk.group() if chunk else "")
            self.at += len(parts[-1])
            if self._took('"'):
                return "".join(parts)
            if not self._took("\\"):
                ended = self.at == len(self.text)
                problem = "A string is not closed" if ended else "A control character stands unescaped in a string"
                raise self._misspelt(problem, "close it" if ended else "escape it")
            parts.append(self._escape())

    def _escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        if char in _ESCAPES:
            self.at += 1
            return _ESCAPES[char]
        unit = self._utf16_unit()
        if 0xD800 <= unit < 0xDC00 and self.text.startswith("\\u", self.at):
            self.at += 1
            low = self._utf16_unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        if 0xD800 <= unit < 0xE000:
            raise self._misspelt("Half a surrogate pair stands", "write the whole character")
        return chr(unit)

    def _utf16_unit(self) -> int:
        """Return the number of ``uXXXX``, the backslash being read already."""
        digits = _HEX.match(self.text, self.at + 1)
        if not self.text.startswith("u", self.at) or digits is None:
            raise self._misspelt("An escape is not one of JSON's", "use \\uXXXX or the character itself")
        self.at += 5
        return int(digits.group(), 16)

    def _integer(self) -> int:
        found = _NUMBER.match(self.text, self.at)
        spelling = found.group() if found else ""
        # The length is limited before the number is made: hostile digits cost nothing.
        if not _INTEGER.fullmatch(spelling):
            remedy = "write an integer within ±(2^53-1), or a quantity as a string"
            raise self._misplaced(f"The number {_shown(spelling)[1:-1]} is not an integer in its one spelling", remedy)
        number = int(spelling)
        if abs(number) > MAX_INTEGER:
            raise self._misplaced(f"The integer {spelling} lies outside ±(2^53-1)", "write it as a string")
        self.at += len(spelling)
        return number

    def _literal(self) -> bool | None:
        word = _WORD.match(self.text, self.at)
        if word and word.group() in _LITERALS:
            self.at = word.end()
            return _LITERALS[word.group()]
        if word:
            raise self._misplaced(f"The word {_shown(word.group())} is not JSON", "write null, true, false or a string")
        ended = self.at == len(self.text)
        raise self._misspelt("The text breaks off" if ended else "A value is expected", "complete it")

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _took(self, mark: str) -> bool:
        """Tell whether the mark stands here, and pass it if so."""
        here = self.text.startswith(mark, self.at)
        self.at += len(mark) if here else 0
        return here

    def _take(self, mark: str, wanted: str) -> None:
        if not self._took(mark):
            ended = self.at == len(self.text)
            raise self._misspelt("The text breaks off" if ended else f"Not {wanted} stands", f"write {wanted}")

    def _misplaced(self, problem: str, remedy: str) -> MalformedError:
        """Return the refusal of the value being read, with its path."""
        return _refusal(problem, what=self.what, place=_path_text(self.path), remedy=remedy)

    def _misspelt(self, problem: str, remedy: str) -> MalformedError:
        """Return the refusal of the character being read, with its line and column, counted from 1."""
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        return _refusal(problem, what=self.what, place=f"line {line}, column {column}", remedy=remedy)
