"""A page read back by the standard library's reader: its elements in order, with attributes, ancestors and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "link", "img", "input", "hr", "base", "col"})


@dataclass
class Element:
    """An element, its attributes, where it stands, and all text inside it."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    text: str = ""
    children: list["Element"] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.problems.append(f"{tag} has an attribute twice")
        inside = tuple(one.tag for one in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, inside)
        self.elements.append(element)
        if self.open:
            self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


@dataclass
class Page:
    """All elements of a page in the order in which they open, and what is wrong with their nesting."""

    elements: list[Element]
    problems: list[str]

    def all(self, *tags: str) -> list[Element]:
        """All elements of these names, in order."""
        return [one for one in self.elements if one.tag in tags]

    def id(self, name: str) -> Element:
        """The element of that id."""
        (one,) = [one for one in self.elements if one.attributes.get("id") == name]
        return one


def read(raw: bytes) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(raw.decode())
    reader.close()
    problems = reader.problems + [f"{one.tag} is never closed" for one in reader.open]
    return Page(reader.elements, problems)
