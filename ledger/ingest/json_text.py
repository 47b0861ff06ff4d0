"""JSON as it streams by: the elements of one array of a document, in bounded memory, every number as it is spelt.

A document may have gigabytes and is read once; only one element is held at a time. The path to the array is the
mapping's. Whether the document is whole is seen at its end, and nothing is taken from one that is not. Names that occur
twice, NaN and the like are refused. Source: RFC 8259.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.errors import MalformedError
from ledger.ingest.source import Source

ELEMENT_LIMIT: Final = 32 << 20
"""Characters that one element of the array, or one member beside it, may have."""

_SPACE: Final = re.compile(r"[ \t\n\r]*")


class _Refused(Exception):  # noqa: N818  (never leaves this module)
    """What JSON allows and we do not; more text would not mend it."""


class JsonText:
    """A JSON document being read.

    Attributes:
        beside: simple members that stand beside the path, by their dotted names: counts, and what services say of
        errors.
    """

    def __init__(self, source: Source, *, limit: int = ELEMENT_LIMIT) -> None:
        self._source = source
        self._limit = limit
        self._texts = source.texts()
        self._buffer = ""
        self._at = 0
        self._is_ended = False
        self._decoder = json.JSONDecoder(
            parse_int=str, parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_members
        )
        self.beside: dict[str, str] = {}

    def elements(self, path: Sequence[str]) -> Iterator[Any]:
        """Yield the elements of the array that the path leads to; objects are dictionaries, numbers are texts.

        Raises:
            MalformedError: the document is not JSON, not whole, or has no such array.
        """
        yield from self._walk(path, "")
        if self._peek():
            raise self._broken("more text follows its end")

    def whole(self) -> Any:  # noqa: ANN401  (JSON is anything)
        """Return the document, an object.

        Raises:
            MalformedError: it is not JSON, not whole, not an object, or larger than the limit.
        """
        if self._peek() != "{":
            raise self._source.refusal("the answer is not a JSON object; it may be an error message of the service")
        value = self._value()
        if self._peek():
            raise self._broken("more text follows its end")
        return value

    def _walk(self, path: Sequence[str], prefix: str) -> Iterator[Any]:
        if not path:
            yield from self._array(prefix)
            return
        if self._peek() != "{":
            raise self._lacks(path[0], prefix)
        self._at += 1
        seen: set[str] = set()
        for name in self._names():
            if name in seen:
                raise self._broken(f"the name {name!r} occurs twice")
            seen.add(name)
            if name == path[0]:
                yield from self._walk(path[1:], f"{prefix}{name}.")
                continue
            value = self._value()
            if value is None or isinstance(value, (str, bool)):
                self.beside[prefix + name] = plain(value)
        if path[0] not in seen:
            raise self._lacks(path[0], prefix)

    def _array(self, prefix: str) -> Iterator[Any]:
        if self._peek() != "[":
            where = f"the member {prefix.removesuffix('.')!r}" if prefix else "the answer"
            message = f"{where} is not a JSON array of rows; it may be an error message of the service"
            if self._peek() not in set('{["tfn-0123456789'):
                message = "the answer is not JSON that can be read; it may be an error message of the service"
            raise self._source.refusal(message)
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            mark = self._peek()
            if mark not in {",", "]"}:
                raise self._broken("a comma or a closing bracket is missing")
            self._at += 1
            if mark == "]":
                return

    def _names(self) -> Iterator[str]:
        """Yield the names of an object's members; whoever takes one reads its value before the next."""
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            if self._peek() != '"':
                raise self._broken("a name in quotation marks is missing")
            name = self._value()
            if self._peek() != ":":
                raise self._broken("a colon is missing")
            self._at += 1
            self._peek()
            yield name
            mark = self._peek()
            if mark not in {",", "}"}:
                raise self._broken("a comma or a closing brace is missing")
            self._at += 1
            if mark == "}":
                return

    def _peek(self) -> str:
        """Return the next character that is no space, or nothing at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found is not None else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:  # noqa: ANN401  (JSON is anything)
        """Return the next value; what ends with the text at hand may go on, so that more is read first."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except _Refused as error:
                raise self._broken(str(error)) from error
            except RecursionError as error:
                raise self._broken("it nests too deeply") from error
            except ValueError as error:
                if len(self._buffer) - self._at > self._limit:
                    raise self._broken(f"one part of it has more than {self._limit} characters") from error
                if not self._more():
                    reason = str(error).partition(":")[0] if self._buffer[self._at :] else "it is cut short"
                    raise self._broken(reason) from error
                continue
            if end == len(self._buffer) and self._more():
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on, at least as much as is at hand, so that a long value is not read again too often."""
        if self._is_ended:
            return False
        kept = [self._buffer[self._at :]]
        wanted, got = len(kept[0]), 0
        while got <= wanted:
            text = next(self._texts, None)
            if text is None:
                self._is_ended = True
                break
            kept.append(text)
            got += len(text)
        self._buffer, self._at = "".join(kept), 0
        return got > 0

    def _broken(self, reason: str) -> MalformedError:
        return self._source.refusal(
            f"the answer is not JSON that can be read ({reason}, before byte {self._source.size + 1}); "
            "was it cut short?"
        )

    def _lacks(self, name: str, prefix: str) -> MalformedError:
        told = [f"{key}: {text}" for key, text in self.beside.items() if text and len(text) <= 200][:3]
        says = f" (it says {'; '.join(told)})" if told else ""
        return self._source.refusal(
            f"the answer has no member {prefix + name!r}; it may be an error message of the service{says}"
        )


def plain(value: object) -> str:
    """Return a simple JSON value as the text of a cell; null is an empty one.

    Raises:
        TypeError: it is an object or an array.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    raise TypeError("is not a simple value")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Refused(f"the name {next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return found


def _refuse_constant(name: str) -> str:
    raise _Refused(f"{name} is no number")
