"""The pictures of a report: each named once, drawn alike for every format, and told in words with the very figures."""

import re
import struct
import sys
from xml.sax.saxutils import escape

import pytest

from ledger.errors import UnavailableError
from ledger.report.drawing import paint
from ledger.report.html import Page
from ledger.report.picture import Drawing
from ledger.report.wording import catalogue
from tests.unit.report.example import result


@pytest.fixture(scope="module")
def drawings() -> tuple[Drawing, ...]:
    """All pictures of the example."""
    page = Page(result(), catalogue("en"))
    return tuple(one for chapter in page.chapters for one in page.gallery.all_of(chapter, "2026-08-27"))


def test_names_are_unique(drawings: tuple[Drawing, ...]) -> None:
    """No two pictures of a report have one name, so that several can stand in one page."""
    names = [one.name for one in drawings]
    assert names == ["c1p1", "c1p2", "c1v1", "c1d", "c2p1", "c2p2", "c2d", "c3d", "c4d"]


def test_every_picture_says_in_words_what_it_shows(drawings: tuple[Drawing, ...]) -> None:
    """Title and description are in the picture itself (WCAG 1.1.1)."""
    for one in drawings:
        assert one.title
        assert one.words
        svg = one.svg()
        assert f'<title id="{one.name}-title">{escape(one.title)}</title>' in svg
        assert f'<desc id="{one.name}-text">{escape(one.words)}</desc>' in svg


def test_publications_are_told_with_their_days(drawings: tuple[Drawing, ...]) -> None:
    """27.335 was published in February, and 27.228 stands since June (R2)."""
    (one,) = [one for one in drawings if one.name == "c1v1"]
    # Two places are told of amounts from one on: 27.335 is rounded half-even to 27.34 (method, *Arithmetic*).
    assert one.words == "27.34 bn USD, from 25 February 2021; 27.23 bn USD, from 25 June 2021."


def test_painted_picture_is_the_same_bytes_in_the_same_size(drawings: tuple[Drawing, ...]) -> None:
    """Pictures of a workbook are painted by fonts of ours alone: two runs are one file (design §2.6)."""
    pictures = [one.svg() for one in drawings[:2]]
    painted = paint(pictures)
    assert painted == paint(pictures)
    for svg, png in zip(pictures, painted, strict=True):
        assert png.startswith(b"\x89PNG")
        width, _ = struct.unpack(">II", png[16:24])
        # Two dots to a point, and a margin of four points on either side; an SVG's unit is three quarters of a point.
        said = re.search(r' width="([0-9.]+)"', svg)
        assert said is not None
        assert width == pytest.approx((float(said[1]) * 0.75 + 8) * 2, abs=2)


def test_nothing_is_painted_of_nothing() -> None:
    """A report without pictures needs no painter."""
    assert paint([]) == ()


@pytest.mark.parametrize("module", ["typst", "fontpkg_noto_sans"])
def test_without_the_extra_a_sentence_says_what_to_install(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare package paints nothing, and says how to get what does (style §2)."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnavailableError, match=r"pip install '\.\[report\]'"):
        paint(["<svg/>"])


def test_picture_that_cannot_be_painted_is_refused_in_a_sentence() -> None:
    """What the typesetter says comes out as one of ours (style §7)."""
    with pytest.raises(UnavailableError, match="The typesetter cannot paint a picture"):
        paint(["<svg"])
