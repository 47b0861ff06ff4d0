"""Markup: a page of our own HTML report, read back as a tree of elements and text.

Only pages that `ledger.report.html` wrote come here: what an element means is for `ledger.report.pdf.block`. Pictures
are kept as they were drawn. Nothing of the page acts, and nothing is fetched.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_SVG: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_MARK: Final = "svg"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a page.

    Attributes:
        children: elements and text, in order.
        source: of a picture, its SVG as it stands in the page; else empty.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple["Element | str", ...] = ()
    source: str = ""

    @property
    def classes(self) -> frozenset[str]:
        """The names of its class attribute."""
        return frozenset(self.attributes.get("class", "").split())

    def is_a(self, *names: str) -> bool:
        """Whether it has one of these classes."""
        return not self.classes.isdisjoint(names)

    def elements(self) -> tuple["Element", ...]:
        """Return the children that are elements."""
        return tuple(one for one in self.children if isinstance(one, Element))

    def walk(self) -> Iterator["Element"]:
        """Yield the element and all below it, in the order of the page."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.elements()))

    def find(self, is_wanted: Callable[["Element"], bool]) -> "Element | None":
        """Return the first element that is wanted, itself included; null where none is."""
        return next((one for one in self.walk() if is_wanted(one)), None)

    def text(self) -> str:
        """Return all text in it, white space as it stands."""
        return "".join(one if isinstance(one, str) else one.text() for one in self.children)

    def without(self, is_unwanted: Callable[["Element"], bool]) -> "Element":
        """Return the element without those below it that are unwanted."""
        kept = (
            one if isinstance(one, str) else one.without(is_unwanted)
            for one in self.children
            if isinstance(one, str) or not is_unwanted(one)
        )
        return replace(self, children=tuple(kept))

    def with_children(self, change: Callable[["Element"], "Element"]) -> "Element":
        """Return the element, every one below it changed first from the leaves up, then itself."""
        children = tuple(one if isinstance(one, str) else one.with_children(change) for one in self.children)
        return change(replace(self, children=children))


def read_page(page: bytes) -> Element:
    """Return the tree of a page that `ledger.report.html` rendered.

    Raises:
        AssertionError: an element is not closed where it should be, as no page of ours has it.
    """
    reader = _Reader(page.decode())
    return reader.read()


class _Reader(HTMLParser):
    """Builds the tree; a picture is cut out whole before, and put back by its number."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._pictures: list[str] = []
        self._page = _SVG.sub(self._keep, page)
        self._open: list[tuple[str, dict[str, str], list[Element | str]]] = [("", {}, [])]

    def _keep(self, found: re.Match[str]) -> str:
        self._pictures.append(found[0])
        return f'<{_MARK} data-number="{len(self._pictures) - 1}"></{_MARK}>'

    def read(self) -> Element:
        self.feed(self._page)
        self.close()
        if len(self._open) != 1:
            message = f"The report's element {self._open[-1][0]} is not closed."
            raise AssertionError(message)
        return Element("", children=tuple(self._open[0][2]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened, attributes, children = self._open.pop()
        if opened != tag or not self._open:
            message = f"The report closes {tag} where {opened or 'nothing'} is open."
            raise AssertionError(message)
        source = self._pictures[int(attributes["data-number"])] if tag == _MARK else ""
        self._open[-1][2].append(Element(tag, attributes, tuple(children), source))

    def handle_data(self, data: str) -> None:
        self._open[-1][2].append(data)
