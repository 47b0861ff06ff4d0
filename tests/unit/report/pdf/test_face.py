"""Faces: which characters a font file has, read from its own table, and every damage refused in a sentence."""

import hashlib
import struct
from collections.abc import Callable

import pytest

from ledger.errors import MalformedError
from ledger.report.pdf import face
from ledger.report.pdf.face import Coverage, open_face, shipped_faces


def segments(*runs: tuple[int, int, int]) -> bytes:
    """A table of format 4: runs of first and last code point and the glyph of the first."""
    every = (*runs, (0xFFFF, 0xFFFF, 0))
    count = len(every)
    ends, starts = (struct.pack(f">{count}H", *(run[side] for run in every)) for side in (1, 0))
    deltas = struct.pack(f">{count}H", *((run[2] - run[0]) % 0x10000 for run in every))
    body = ends + b"\0\0" + starts + deltas + b"\0\0" * count
    return struct.pack(">HHHHHHH", 4, 14 + len(body), 0, 2 * count, 0, 0, 0) + body


def groups(*runs: tuple[int, int, int]) -> bytes:
    """A table of format 12: runs of first and last code point and the glyph of the first."""
    body = b"".join(struct.pack(">III", *run) for run in runs)
    return struct.pack(">HHIII", 12, 0, 16 + len(body), 0, len(runs)) + body


def font(table: bytes, *, platform: int = 3, encoding: int = 1, begin: int = 0) -> bytes:
    """A font that holds nothing but a table of characters."""
    cmap = struct.pack(">HHHHI", 0, 1, platform, encoding, 12) + table
    return struct.pack(">4sHHHH4sIII", b"\0\1\0\0", 1, 0, 0, 0, b"cmap", 0, begin + 28, len(cmap)) + cmap


def test_runs_of_the_first_plane() -> None:
    """Format 4: every code point of a run has a glyph, no other has one."""
    one = open_face(font(segments((0x41, 0x43, 5), (0x61, 0x61, 9))), what="it")
    assert Coverage((one,)).has("ABC a")
    assert not Coverage((one,)).has("D")
    assert not Coverage((one,)).has_character("b")


def test_runs_of_all_planes() -> None:
    """Format 12: characters beyond the first plane, too."""
    one = open_face(font(groups((0x1F600, 0x1F601, 3)), encoding=10), what="it")
    assert one.covers == ((0x1F600, 0x1F602),)


def test_glyph_zero_is_no_glyph() -> None:
    """A code point that leads to glyph 0 is one that the font has not (OpenType, cmap)."""
    four = open_face(font(segments((0x41, 0x42, 0))), what="it")
    twelve = open_face(font(groups((0x41, 0x42, 0))), what="it")
    assert [Coverage((one,)).has_character("A") for one in (four, twelve)] == [False, False]
    assert [Coverage((one,)).has_character("B") for one in (four, twelve)] == [True, True]


def test_tables_for_other_machines_are_passed_over() -> None:
    """A table of an encoding that is not Unicode says nothing about Unicode."""
    one = open_face(font(segments((0x41, 0x43, 5)), platform=1, encoding=0), what="it")
    assert one.covers == ()


def test_collection_has_what_its_fonts_have() -> None:
    """Several fonts in one file: the characters of all of them."""
    first = font(segments((0x41, 0x41, 1)), begin=20)
    second = font(segments((0x42, 0x42, 1)), begin=20 + len(first))
    raw = struct.pack(">4sIIII", b"ttcf", 0x00010000, 2, 20, 20 + len(first)) + first + second
    assert open_face(raw, what="it").covers == ((0x41, 0x42), (0x42, 0x43))


def test_digest_is_of_the_file() -> None:
    """What the report names is the file, byte for byte."""
    raw = font(segments((0x41, 0x41, 1)))
    assert open_face(raw, what="it").digest == "sha256:" + hashlib.sha256(raw).hexdigest()


def test_shipped_faces_have_the_languages_of_most_reports() -> None:
    """Latin, Greek and Cyrillic come along; Chinese does not."""
    coverage = Coverage(shipped_faces())
    assert coverage.has("Grüße, Ελλάδα, Україна, “–” · × ÷ −")
    assert not coverage.has_character("协")


GOOD = font(groups((0x41, 0x42, 1)), encoding=10)

BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "a text": lambda: b"no font at all, but long enough to be one",
    "cut in its directory": lambda: GOOD[:20],
    "cut in its table": lambda: GOOD[:-4],
    "no table of characters": lambda: GOOD.replace(b"cmap", b"glyf"),
    "a run that goes back": lambda: font(groups((0x42, 0x41, 1)), encoding=10),
    "characters beyond Unicode": lambda: font(groups((0x41, 0x110000, 1)), encoding=10),
    "more runs than there are characters": lambda: font(struct.pack(">HHIII", 12, 0, 16, 0, 1 << 30), encoding=10),
    "a collection of nothing": lambda: b"ttcf\0\1\0\0\0\0\0\1\xff\xff\xff\xf0",
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_font_is_refused(what: str) -> None:
    """The sentence names the file and what to give instead (style §7)."""
    with pytest.raises(MalformedError, match=r"^it is no font that can be read; give an OpenType file"):
        open_face(BAD[what](), what="it")


def test_font_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file larger than any font is not looked at."""
    monkeypatch.setattr(face, "FONT_LIMIT", len(GOOD) - 1)
    with pytest.raises(MalformedError, match="that a font may have"):
        open_face(GOOD, what="it")
