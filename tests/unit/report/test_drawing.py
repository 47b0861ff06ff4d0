"""Drawing: the same bytes, plain shapes only, names of its own, and a sentence where the extra is missing."""

import json
import re
import sys
from xml.etree.ElementTree import Element, fromstring

import pytest

from ledger.errors import UnavailableError
from ledger.report import drawing
from ledger.report.chart import FONT, dimensions_chart
from ledger.report.drawing import clean, draw, numbered
from ledger.report.wording import catalogue
from tests.unit.report.example import result

SVG = "{http://www.w3.org/2000/svg}"
SPEC = dimensions_chart(result().commitments[0].score.dimensions, catalogue("en"))


def read(svg: str) -> Element:
    """The root of a picture."""
    return fromstring(svg)  # noqa: S314  # drawn in this process


def picture(name: str = "c1d", title: str = "Levels") -> str:
    """One chart, drawn."""
    return draw(SPEC, name=name, title=title, description="What it shows.")


def test_same_chart_is_the_same_bytes() -> None:
    """Drawing twice gives the same picture (style §6)."""
    assert picture() == picture()


def test_picture_has_role_title_and_description() -> None:
    """Somebody who cannot see the picture is told what it is and what it shows."""
    root = read(picture())
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c1d-title c1d-text"
    assert [(child.tag, child.get("id"), child.text) for child in root[:2]] == [
        (f"{SVG}title", "c1d-title", "Levels"),
        (f"{SVG}desc", "c1d-text", "What it shows."),
    ]


def test_two_pictures_share_no_name() -> None:
    """Several pictures can stand in one page."""
    first, second = (
        {element.get("id") for element in read(picture(name)).iter() if element.get("id")} for name in ("c1d", "c2d")
    )
    assert first
    assert not first & second


def test_picture_asks_for_the_page_s_font() -> None:
    """Text in the picture is set in the font that the page names."""
    fonts = {element.get("font-family") for element in read(picture()).iter(f"{SVG}text")}
    assert fonts == {"Noto Sans, system-ui, sans-serif"}


def test_hostile_title_is_text() -> None:
    """A title cannot close the picture and open something else."""
    root = read(picture(title="</title></svg><script>alert(1)</script>"))
    assert root[0].text == "</title></svg><script>alert(1)</script>"
    assert [element for element in root.iter() if "script" in element.tag] == []


def test_reference_inside_is_renamed_with_its_name() -> None:
    """A clip is found again under its new name."""
    clip = '<defs><clipPath id="a"><rect/></clipPath></defs><g clip-path="url(#a)"><rect/></g>'
    svg = clean(f'<svg xmlns="http://www.w3.org/2000/svg">{clip}</svg>', name="n", title="t", description="d")
    assert 'id="n-a"' in svg
    assert 'clip-path="url(#n-a)"' in svg


REFUSED = {
    "a script": "<script>alert(1)</script>",
    "a style sheet": "<style>@import 'x'</style>",
    "foreign markup": "<foreignObject/>",
    "an image": '<image href="https://a.example/x.png"/>',
    "a link": '<a href="https://a.example"><rect/></a>',
    "a use of something elsewhere": '<use href="https://a.example/x.svg#y"/>',
    "an animation": '<animate attributeName="href"/>',
    "an event": '<rect onclick="alert(1)"/>',
    "an address": '<rect href="x"/>',
    "a style": '<rect style="background:url(x)"/>',
    "a fill from elsewhere": '<rect fill="url(https://a.example/x)"/>',
    "a namespaced address": '<rect xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="x"/>',
}


@pytest.mark.parametrize("inside", REFUSED.values(), ids=REFUSED.keys())
def test_picture_with_more_than_shapes_is_refused(inside: str) -> None:
    """Nothing that runs or fetches can come in through a picture."""
    with pytest.raises(AssertionError, match="which no chart of ours has"):
        clean(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>', name="n", title="t", description="d")


def test_picture_is_laid_out_in_a_font_that_no_machine_has() -> None:
    """A machine's own font of a name would be measured before ours: no name that a machine knows is asked for."""
    assert FONT not in picture()
    names = re.findall(r'"font": "([^"]+)"', json.dumps(SPEC))
    assert set(names) == {FONT}
    known = {"noto", "liberation", "dejavu", "arial", "helvetica", "sans", "serif", "mono", "system"}
    assert known.isdisjoint(FONT.lower().split())


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare package has no charts, and says how to get them (style §2)."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    drawing._converter.cache_clear()
    drawing._drawn.cache_clear()
    try:
        with pytest.raises(UnavailableError, match=r"pip install '\.\[report\]'"):
            picture()
    finally:
        drawing._converter.cache_clear()


LABELLED = (
    '<svg xmlns="http://www.w3.org/2000/svg"><title>图</title><text>应达</text><text>40</text><text>已见</text>'
    '<text opacity="0">四月</text><text>应达</text></svg>'
)


def test_label_that_the_fonts_lack_is_a_number() -> None:
    """The same label has the same number; what is not seen has none, and figures stay (style §6)."""
    picture, labels = numbered(LABELLED, has=str.isascii)
    assert [one.text for one in read(picture).iter(f"{SVG}text")] == ["(1)", "40", "(2)", "四月", "(1)"]
    assert labels == ("应达", "已见")


def test_picture_that_the_fonts_have_stays_to_the_byte() -> None:
    """Numbers stand only where they must."""
    assert numbered(picture(), has=str.isascii) == (picture(), ())
