"""A canonical document that is too large to be held, in pieces: each member, and of an array each item.

A piece is a value of its own and is read as strictly as any; what stands between pieces has one spelling, so that a
document whose pieces are canonical is canonical. Whoever reads or compares one this way holds a piece at a time.
Nothing here knows what a document means. Source: design §2.1; RFC 8785 §3.2.3.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from ledger.errors import MalformedError
from ledger.signing.canonical import parse_canonical

PIECE_LIMIT: Final = 1 << 26
"""The most bytes of one piece."""

PIECE_PARTS: Final = 1_000_000
"""The most values of one piece: they take some 250 MB of memory."""

PIECES_LIMIT: Final = 1_000_000
"""The most pieces of a document: they take about a minute to read."""

_CHUNK: Final = 1 << 18
_NAME_LIMIT: Final = 256
# What cannot end a value: plain characters and whole strings, at its top and inside it.
_TOP: Final = re.compile(rb'(?:[^"{}\[\],]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_INSIDE: Final = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_NAME: Final = re.compile(rb'"[ !#-\[\]-~]{0,200}":')


class Piece(NamedTuple):
    """A member of a document, or an item of one that is an array.

    Attributes:
        name: of the member.
        place: of the item, from 0; null for a member that is no array, or an empty one.
        raw: its canonical bytes.
    """

    name: str
    place: int | None
    raw: bytes

    @property
    def path(self) -> str:
        """Where it stands, as people write it."""
        return f"$.{self.name}" if self.place is None else f"$.{self.name}[{self.place}]"


def format_pieces(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Yield the bytes of the document that has these pieces, in order of their names; `read_pieces` is the inverse."""
    before: Piece | None = None
    yield b"{"
    for one in pieces:
        if before is not None and before.name == one.name:
            yield b","
        else:
            yield _closed(before) + (b"," if before is not None else b"") + f'"{one.name}":'.encode("ascii")
            yield b"[" if one.place is not None else b""
        yield one.raw
        before = one
    yield _closed(before) + b"}"


def read_pieces(stream: BinaryIO, *, what: str) -> Iterator[Piece]:
    """Yield the pieces of a document, each canonical, in the order of their names.

    Raises:
        MalformedError: it is no canonical JSON object, or a piece is too large, or there are too many; with the byte.
    """
    source = _Source(stream, what)
    source.expect(b"{")
    before, count = "", 0
    while source.peek() != b"}":
        if count:
            source.expect(b",")
        name = source.name()
        if count and name <= before:
            raise source.fault("members are out of order or come twice")
        before = name
        for piece in _member(source, name):
            count += 1
            if count > PIECES_LIMIT:
                raise source.fault(f"there are more than {PIECES_LIMIT} pieces")
            parse_canonical(piece.raw, what=f"{piece.path} of {what}", limit=PIECE_LIMIT, parts=PIECE_PARTS)
            yield piece
    source.expect(b"}")
    if source.peek():
        raise source.fault("something follows the document")


def _closed(before: Piece | None) -> bytes:
    return b"]" if before is not None and before.place is not None else b""


def _member(source: "_Source", name: str) -> Iterator[Piece]:
    """Yield the pieces of one member."""
    if source.peek() != b"[":
        yield Piece(name, None, source.value())
        return
    source.expect(b"[")
    if source.peek() == b"]":
        source.expect(b"]")
        yield Piece(name, None, b"[]")
        return
    place = 0
    while True:
        yield Piece(name, place, source.value())
        place += 1
        if source.peek() == b"]":
            source.expect(b"]")
            return
        source.expect(b",")


class _Source:
    """A stream that is read once, a little ahead.

    Attributes:
        offset: of the first byte of ``held``; ``at`` is the next to be read, inside it.
    """

    def __init__(self, stream: BinaryIO, what: str) -> None:
        self._stream = stream
        self._what = what
        self.held = b""
        self.at = 0
        self.offset = 0

    def peek(self) -> bytes:
        """Return the next byte, or nothing at the end."""
        if self.at == len(self.held):
            self._more()
        return self.held[self.at : self.at + 1]

    def expect(self, byte: bytes) -> None:
        """Go past a byte that has to be there."""
        if self.peek() != byte:
            raise self.fault(f"{byte.decode()!r} does not stand")
        self.at += 1

    def name(self) -> str:
        """Return the name of a member, its colon gone past."""
        while (found := _NAME.match(self.held, self.at)) is None:
            if len(self.held) - self.at > _NAME_LIMIT or not self._more():
                raise self.fault("no plain name of a member stands")
        self.at = found.end()
        return found[0][1:-2].decode("ascii")

    def value(self) -> bytes:
        """Return the bytes of one value, to what ends it; whether it is one is for the reader of the piece."""
        place, depth = self.at, 0
        while True:
            place = (_INSIDE if depth else _TOP).match(self.held, place).end()  # type: ignore[union-attr]  # matches
            byte = self.held[place : place + 1]
            if byte in {b"", b'"'}:  # at the end of what is held, maybe inside a string
                if place - self.at > PIECE_LIMIT or len(self.held) - self.at > PIECE_LIMIT + _CHUNK:
                    raise self.fault(f"a piece of more than {PIECE_LIMIT} bytes begins")
                gone = self.at
                if not self._more():
                    raise self.fault("the document ends inside a value")
                place -= gone
                continue
            if depth == 0 and byte in {b",", b"]", b"}"}:
                raw, self.at = self.held[self.at : place], place
                return raw
            depth += 1 if byte in {b"{", b"["} else -1
            place += 1

    def fault(self, problem: str) -> MalformedError:
        """Return what is wrong at the byte that is next."""
        byte = self.offset + self.at
        message = f"In {self._what}, {problem} at byte {byte}; write it as canonical JSON."
        return MalformedError(message, what=self._what, byte=byte)

    def _more(self) -> bool:
        """Read on, and forget what was gone past; ``at`` is 0 then. Tell whether there was more."""
        held = len(self.held) - self.at
        # As much again as waits: a long value is not copied once for every chunk.
        more = self._stream.read(max(_CHUNK, held))
        self.offset += self.at
        self.held = self.held[self.at :] + more
        self.at = 0
        return bool(more)
