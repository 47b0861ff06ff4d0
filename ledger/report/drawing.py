"""Drawing: a specification becomes an SVG that can stand inside a page, the same bytes on every run.

The converter runs without a network and with the font that the extra ``report`` brings. What it returns is read again
and only plain shapes and text are let through: no script, no style, no link, nothing from elsewhere. Names inside it
are made its own, so that several pictures can stand in one page.
"""

import json
import re
import threading
from functools import cache
from typing import Any, Final
from xml.etree import ElementTree as ET

from ledger.errors import UnavailableError
from ledger.report.chart import Spec

VEGA_LITE: Final = "6.4"
"""The version of Vega-Lite that all charts are written for."""

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


def draw(spec: Spec, *, name: str, title: str, description: str) -> str:
    """Return the chart as one ``svg`` element with role, title and description.

    Args:
        name: begins every name inside the picture; no other picture of the page may have it.

    Raises:
        UnavailableError: the extra ``report`` is not installed.
    """
    with _LOCK:
        # No address at all may be loaded from: charts carry their figures.
        raw = _converter().vegalite_to_svg(json.dumps(spec), vl_version=VEGA_LITE, allowed_base_urls=[])
    return clean(raw, name=name, title=title, description=description)


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
    """Return the converter, the font of the extra registered with it."""
    try:
        import fontpkg_noto_sans
        import vl_convert
    except ImportError as error:
        message = "Charts need the extra `report`, which is not there; run pip install '.[report]' in the checkout."
        raise UnavailableError(message, extra="report") from error
    vl_convert.register_font_directory(str(fontpkg_noto_sans.ROOT / "files"))
    return vl_convert
