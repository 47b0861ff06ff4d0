"""Faces: the font files that a report is set in, which characters they have, and the digests by which they are named.

The extra ``report`` brings one typeface; whoever needs another script gives a font file of it. Fonts of the machine are
never used, so that two machines set the same bytes. Source: OpenType 1.9, *cmap* (formats 4 and 12), *TTC header*.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ledger.errors import MalformedError, UnavailableError

FONT_LIMIT: Final = 1 << 27
"""The most bytes of a font file; those of all of Chinese have some 20 MB."""

FAMILY: Final = "Noto Sans"
"""The typeface that the extra brings."""

_TABLES_LIMIT: Final = 200
_GROUPS_LIMIT: Final = 200_000
_FACES_LIMIT: Final = 64
_SFNT: Final = frozenset({b"\0\1\0\0", b"OTTO", b"true"})


@dataclass(frozen=True, slots=True)
class Face:
    """One font file.

    Attributes:
        digest: of the file's bytes, as the report names it.
        covers: the code points that it has a glyph for, as half-open ranges in order.
    """

    raw: bytes
    digest: str
    covers: tuple[tuple[int, int], ...]


class Coverage:
    """Which characters several faces have between them."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._known = frozenset(code for face in faces for start, end in face.covers for code in range(start, end))

    def has(self, text: str) -> bool:
        """Whether every character of a text has a glyph; space and line breaks need none."""
        return all(ord(one) in self._known or one.isspace() or one == "\u200b" for one in text)

    def has_character(self, one: str) -> bool:
        """Whether a single character has a glyph."""
        return self.has(one)


def open_face(raw: bytes, *, what: str) -> Face:
    """Return a font file with the characters that it has.

    Args:
        what: names the file, for the error.

    Raises:
        MalformedError: it is no OpenType font or collection, is damaged, or too large.
    """
    if len(raw) > FONT_LIMIT:
        raise MalformedError(f"{what} has more than the {FONT_LIMIT} bytes that a font may have; give a smaller font.")
    try:
        covers = tuple(sorted({one for start in _starts(raw) for one in _covered(raw, start)}))
    except (struct.error, ValueError) as error:
        raise MalformedError(
            f"{what} is no font that can be read; give an OpenType file (.ttf, .otf, .ttc)."
        ) from error
    return Face(raw, "sha256:" + hashlib.sha256(raw).hexdigest(), covers)


@cache
def shipped_folder() -> Path:
    """Return the folder of the fonts that the extra ``report`` brings.

    Raises:
        UnavailableError: the extra is not installed.
    """
    try:
        import fontpkg_noto_sans
    except ImportError as error:
        message = "PDF needs the extra `report`, which is not there; run pip install '.[report]' in the checkout."
        raise UnavailableError(message, extra="report") from error
    return Path(fontpkg_noto_sans.ROOT) / "files"


@cache
def shipped_faces() -> tuple[Face, ...]:
    """Return the faces that the extra ``report`` brings, in the order of their names.

    Raises:
        UnavailableError: the extra is not installed.
    """
    return tuple(open_face(one.read_bytes(), what=one.name) for one in sorted(shipped_folder().glob("*.ttf")))


@cache
def coverage_of(faces: tuple[Face, ...]) -> Coverage:
    """Return what the shipped faces and these have between them."""
    return Coverage((*shipped_faces(), *faces))


def _starts(raw: bytes) -> tuple[int, ...]:
    """Return where each font of the file begins: one, or those of a collection."""
    if raw[:4] != b"ttcf":
        return (0,)
    (count,) = struct.unpack_from(">I", raw, 8)
    return struct.unpack_from(f">{min(count, _FACES_LIMIT)}I", raw, 12)


def _covered(raw: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of code points of one font: those of its tables for all of Unicode, or for its first plane."""
    if raw[start : start + 4] not in _SFNT:
        message = "no font begins here"
        raise ValueError(message)
    (count,) = struct.unpack_from(">H", raw, start + 4)
    for place in range(start + 12, start + 12 + 16 * min(count, _TABLES_LIMIT), 16):
        tag, _, offset, _ = struct.unpack_from(">4sIII", raw, place)
        if tag == b"cmap":
            yield from _mapped(raw, offset)
            return
    message = "the font has no table of characters"
    raise ValueError(message)


def _mapped(raw: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">H", raw, cmap + 2)
    for place in range(cmap + 4, cmap + 4 + 8 * min(count, _TABLES_LIMIT), 8):
        platform, encoding, offset = struct.unpack_from(">HHI", raw, place)
        if platform == 0 or (platform, encoding) in {(3, 1), (3, 10)}:
            (form,) = struct.unpack_from(">H", raw, cmap + offset)
            if form == 4:
                yield from _format_4(raw, cmap + offset)
            elif form == 12:
                yield from _format_12(raw, cmap + offset)


def _format_4(raw: bytes, table: int) -> Iterator[tuple[int, int]]:
    (twice,) = struct.unpack_from(">H", raw, table + 6)
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", raw, table + 14)
    starts = struct.unpack_from(f">{count}H", raw, table + 16 + twice)
    deltas = struct.unpack_from(f">{count}H", raw, table + 16 + 2 * twice)
    offsets_at = table + 16 + 3 * twice
    offsets = struct.unpack_from(f">{count}H", raw, offsets_at)
    for place, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code + delta
            if offset:
                (found,) = struct.unpack_from(">H", raw, offsets_at + 2 * place + offset + 2 * (code - start))
                glyph = found + delta if found else 0
            if glyph % 0x10000:
                yield code, code + 1


def _format_12(raw: bytes, table: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", raw, table + 12)
    if count > _GROUPS_LIMIT:
        message = "the font has too many groups of characters"
        raise ValueError(message)
    for place in range(count):
        start, end, glyph = struct.unpack_from(">III", raw, table + 16 + 12 * place)
        if end > 0x10FFFF or start > end:
            message = "the font names characters that there are not"
            raise ValueError(message)
        if glyph or start < end:
            yield (start if glyph else start + 1), end + 1
