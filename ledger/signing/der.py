"""DER: values of ASN.1 in the one spelling that signatures are made over (ITU-T X.690, §8, §10).

Here are the few forms that a timestamp is asked for with, and a reader that looks at the shape of what came back before
any library does: lengths are definite and shortest, every byte is accounted for, and nothing is nested too deeply. What
the values mean is for who reads them. Nothing here raises anything but `MalformedError`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedError

DEPTH_LIMIT: Final = 32
"""How deeply values may be nested; a timestamp with its certificates reaches about fifteen."""

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31

_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")
_CONSTRUCTED: Final = 0x20
_MANY_OCTETS: Final = 0x1F


@dataclass(frozen=True, slots=True)
class Element:
    """One value: its identifier octet, its bytes, and the values inside it, where it is made of such.

    Attributes:
        tag: the identifier octet (X.690 §8.1.2), with class and form.
        raw: all of it.
        start: of ``raw`` in what was parsed, counted from 0.
        content: its bytes after tag and length.
        parts: the values that ``content`` is made of; none where it is primitive.
    """

    tag: int
    raw: bytes
    start: int
    content: bytes
    parts: tuple["Element", ...] = ()


def parse_der(raw: bytes, *, what: str) -> Element:
    """Return the one value that the bytes hold.

    Raises:
        MalformedError: a length is not in its one spelling or leads outside, something follows, or it is too deep.
    """
    values = tuple(_values(raw, 0, len(raw), depth=1, what=what))
    if len(values) != 1:
        raise MalformedError(f"The {what} is {len(values)} values of DER where one is expected; get it again.")
    return values[0]


def format_der(tag: int, *contents: bytes) -> bytes:
    """Return a value of that tag over these bytes."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width, "big") + content


def format_integer(value: int) -> bytes:
    """Return a whole number that is not negative."""
    return format_der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def format_oid(dotted: str) -> bytes:
    """Return an object identifier, from its numbers with dots between them.

    Raises:
        MalformedError: it is not one.
    """
    words = dotted.split(".")
    is_spelt = len(dotted) <= 200 and all(map(_NUMBER.fullmatch, words))
    numbers = [int(word) for word in words] if is_spelt else []
    if len(numbers) < 2 or numbers[0] > 2 or (numbers[0] < 2 and numbers[1] > 39):
        raise MalformedError(f"{dotted[:80]!r} is not an object identifier; write it as 1.3.6.1.4.1.99.1.")
    return format_der(OID, b"".join(map(_base128, (40 * numbers[0] + numbers[1], *numbers[2:]))))


def _base128(number: int) -> bytes:
    """Return a number in groups of seven bits, each but the last marked (X.690 §8.19.2)."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def _values(raw: bytes, at: int, end: int, *, depth: int, what: str) -> Iterator[Element]:
    """Yield the values between two places."""
    if depth > DEPTH_LIMIT and at < end:
        raise MalformedError(f"The {what} is nested more than {DEPTH_LIMIT} deep at byte {at}; do not rely on it.")
    while at < end:
        tag = raw[at]
        start, stop = _extent(raw, at, end, what=what)
        parts: tuple[Element, ...] = ()
        if tag & _CONSTRUCTED:
            parts = tuple(_values(raw, start, stop, depth=depth + 1, what=what))
        yield Element(tag, raw[at:stop], at, raw[start:stop], parts)
        at = stop


def _extent(raw: bytes, at: int, end: int, *, what: str) -> tuple[int, int]:
    """Return where the content of the value at a place begins and ends (X.690 §8.1.3, §10.1)."""
    if raw[at] & _MANY_OCTETS == _MANY_OCTETS or at + 2 > end:
        raise MalformedError(f"The {what} is not DER at byte {at}; get it again.")
    first, start = raw[at + 1], at + 2
    size = first
    if first >= 0x80:
        width = first & 0x7F
        start += width
        size = int.from_bytes(raw[at + 2 : start], "big")
        # The shortest form: no leading zero, and no long form where the short one does.
        if not 1 <= width <= 4 or start > end or raw[at + 2] == 0 or size < 0x80:
            raise MalformedError(f"The {what} has a length that is not DER at byte {at + 1}; get it again.")
    if start + size > end:
        raise MalformedError(f"The {what} ends inside the value at byte {at}; get it whole.")
    return start, start + size
