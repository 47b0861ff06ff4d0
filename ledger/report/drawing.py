"""Drawing: a specification becomes an SVG that can stand inside a page, the same bytes on every run.

The converter runs without a network and lays a picture out in a font that it brings along, so that the fonts of a
machine change nothing; it is seen in the font of the page. What the converter returns is read again and only plain
shapes and text are let through: no script, no style, no link, nothing from elsewhere. Names inside it are made its own,
so that several pictures can stand in one page.
"""

import json
import re
import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, Final, cast
from xml.etree import ElementTree as ET

from ledger.errors import UnavailableError
from ledger.report.chart import Spec

VEGA_LITE: Final = "6.4"
"""The version of Vega-Lite that all charts are written for."""

DRAWN_IN: Final = "Noto Sans, system-ui, sans-serif"
"""The font of the page, in which a picture is seen; it is laid out in another, whose widths no machine changes."""

_SVG: Final = "http://www.w3.org/2000/svg"
_ELEMENTS: Final = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan", "circle", "defs", "clipPath"})
_ATTRIBUTES: Final = frozenset({
    "id", "clip-path", "transform", "d", "x", "y", "x2", "y2", "width", "height", "viewBox", "fill", "fill-opacity",
    "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linecap", "stroke-miterlimit", "opacity",
    "font-family", "font-size", "font-weight", "text-anchor", "cx", "cy", "r", "x1", "y1",
})  # fmt: skip
_DROPPED: Final = frozenset({
    "class", "role", "version", "pointer-events", "display", "aria-hidden", "aria-label", "aria-roledescription",
})  # fmt: skip
_REFERENCE: Final = re.compile(r"url\(#([A-Za-z0-9_-]+)\)")
_LOCK: Final = threading.Lock()
_MISSING: Final = "Charts need the extra `report`, which is not there; run pip install '.[report]' in the checkout."


def draw(spec: Spec, *, name: str, title: str, description: str) -> str:
    """Return the chart as one ``svg`` element with role, title and description.

    Args:
        name: begins every name inside the picture; no other picture of the page may have it.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    return clean(_drawn(json.dumps(spec)), name=name, title=title, description=description)


@lru_cache(maxsize=256)
def _drawn(spec: str) -> str:
    """Return a chart as the converter draws it; one audit in several formats draws each of its charts once."""
    with _LOCK:
        # No address at all may be loaded from: charts carry their figures.
        raw: str = _converter().vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return raw


def paint(pictures: Sequence[str]) -> tuple[bytes, ...]:
    """Return drawn pictures as PNG on a white ground, two dots to a point: for formats that take no SVG.

    The typesetter paints them with the fonts of the extra alone, as it does in a PDF, so that no machine's own fonts
    change a byte.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    if not pictures:
        return ()
    try:
        import typst
    except ImportError as error:
        raise UnavailableError(_MISSING, extra="report") from error
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_fonts()])
    inputs = {str(place): picture for place, picture in enumerate(pictures)}
    pages = "".join(f'#page(image(bytes(sys.inputs.at("{name}")), format: "svg"))\n' for name in inputs)
    main = f"#set page(width: auto, height: auto, margin: 4pt, fill: white)\n{pages}".encode()
    try:
        made: object = typst.compile(
            main, format="png", ppi=144.0, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs
        )
    except typst.TypstError as error:
        message = f"The typesetter cannot paint a picture ({error.message[:200]}); write HTML, and report this."
        raise UnavailableError(message) from error
    # One page comes as its bytes, several as a list of them.
    return (made,) if isinstance(made, bytes) else tuple(cast("list[bytes]", made))


def numbered(picture: str, *, has: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """Return a drawn picture whose labels all can be painted, and the labels that a number stands for.

    A label that the fonts have not becomes ``(1)``, ``(2)``, in the order in which they first stand in the picture; the
    same label has the same number. Everything else of the picture stays as it is.

    Args:
        has: whether the fonts have every character of a text.
    """
    root = ET.fromstring(picture)  # noqa: S314  # drawn in this process, and without entities
    places: dict[str, int] = {}
    for element in root.iter(f"{{{_SVG}}}text"):
        label = "".join(element.itertext())
        # A label of an axis that would overlap another is there, and not seen.
        if element.get("opacity") != "0" and not has(label):
            number = places.setdefault(label, len(places) + 1)
            for child in tuple(element):
                element.remove(child)
            element.text = f"({number})"
    if not places:
        return picture, ()
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode"), tuple(places)


def clean(raw: str, *, name: str, title: str, description: str) -> str:
    """Return an SVG reduced to what may stand in a page, its names begun with ``name``.

    Raises:
        AssertionError: it holds an element or an attribute that no chart of ours has.
    """
    root = ET.fromstring(raw)  # noqa: S314  # written by the converter in this process, and without entities
    _reduce(root, name)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-text"}
    for place, (tag, end, text) in enumerate((("title", "title", title), ("desc", "text", description))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{end}"})
        element.text = text
        root.insert(place, element)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode")


def _reduce(element: ET.Element, name: str) -> None:
    """Let through what is known, drop what only a program would read, refuse the rest."""
    tag = element.tag.removeprefix(f"{{{_SVG}}}")
    if tag not in _ELEMENTS:
        message = f"The chart holds the element {tag[:40]}, which no chart of ours has."
        raise AssertionError(message)
    for key in tuple(element.attrib):
        value = element.attrib[key]
        if key in _DROPPED:
            del element.attrib[key]
        elif key == "id":
            element.attrib[key] = f"{name}-{value}"
        elif key == "font-family":
            element.attrib[key] = DRAWN_IN
        elif key not in _ATTRIBUTES or "url(" in _REFERENCE.sub("", value):
            message = f"The chart holds the attribute {key[:40]}, which no chart of ours has."
            raise AssertionError(message)
        else:
            element.attrib[key] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    for child in tuple(element):
        _reduce(child, name)
        if _is_empty(child):
            element.remove(child)


def _is_empty(element: ET.Element) -> bool:
    """Whether nothing of it is seen: an empty group, a path without a way."""
    tag = element.tag.removeprefix(f"{{{_SVG}}}")
    if tag == "path":
        return element.get("d", "") in {"", "M0,0h0v0h0Z"} and not element.get("id")
    return tag in {"g", "defs"} and len(element) == 0


@cache
def _converter() -> Any:  # noqa: ANN401  # a module of the extra, imported where it is used
    """Return the converter."""
    try:
        import vl_convert
    except ImportError as error:
        raise UnavailableError(_MISSING, extra="report") from error
    return vl_convert


def _fonts() -> str:
    """Return the folder with the font of the extra."""
    try:
        import fontpkg_noto_sans
    except ImportError as error:
        raise UnavailableError(_MISSING, extra="report") from error
    return str(fontpkg_noto_sans.ROOT / "files")
