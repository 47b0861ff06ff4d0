"""Blocks: the tree of a report made into what is set on paper, as plain JSON data.

A block is a heading, a paragraph, a list, a table, a quotation, a picture; in it stand lines of text with the few
distinctions that print makes. The typesetter's file beside this one (``report.typ``) gives each its looks and decides
nothing else: no text from outside is ever read as markup there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import Any, Final

from ledger.report.pdf.markup import Element

Node = dict[str, Any]
"""One block or one piece of a line; ``k`` says which kind."""

_LINE: Final = frozenset({
    "a", "b", "br", "code", "data", "em", "i", "q", "small", "span", "strong", "svg", "time",
})  # fmt: skip
_INSIDE: Final = frozenset({"article", "div", "header", "main", "section", "footer", "nav"})
_HEADING: Final = re.compile("h([1-6])")
_LANGUAGE: Final = re.compile("[A-Za-z]{2,3}")
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_LONG: Final = re.compile(r"[^\s⺀-鿿가-퟿豈-﫿︰-￯]{25,}")
_PARTED: Final = re.compile(r"[^/._&?=:-]*[/._&?=:-]+|[^/._&?=:-]+")
_UNPARTED: Final = 25
_PIECE: Final = re.compile(r".{1,12}", re.DOTALL)
_TITLE: Final = re.compile(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)
_TEXT: Final = re.compile(r"<desc\b[^>]*>(.*?)</desc>", re.DOTALL)
_BREAK: Final = "\u200b"
_WIDE: Final = 46
"""The most that the text of a cell counts for when columns share the width of a page."""

_WHOLE: Final = 1000
"""Up to so many characters, a cell is kept on one page."""

_BOXES: Final = ("card", "entry", "finding", "reply", "record", "verdict")
_UNBROKEN: Final = 2000
"""Up to so many characters, a third of a sheet, a record is not broken over two sheets."""
_APART: Final = ("small", "figure", "reason", "ratio", "translation")
"""Classes of pieces that begin a line of their own inside a cell, as the page's style sheet has it."""


def blocks(element: Element, *, places: frozenset[str], level: int = 1) -> list[Node]:
    """Return what an element holds as blocks.

    Args:
        places: the anchors that exist; a link to any other is set as plain text.
        level: of the heading that stands before it; a heading below never skips one.
    """
    return _Blocks(places, level).inside(element)


def picture_words(source: str) -> tuple[str, str]:
    """Return title and description of a picture, as they stand in it."""
    title, text = _TITLE.search(source), _TEXT.search(source)
    return unescape(title[1]) if title else "", unescape(text[1]) if text else ""


def breakable(text: str) -> str:
    """Return a text in which long runs without a space may be broken between lines: digests, addresses, anything."""
    return _LONG.sub(lambda found: _BREAK.join(_pieces_of(found[0])), text)


def _pieces_of(run: str) -> Iterator[str]:
    """Yield a long run in pieces: after the signs that part it, and every twelve characters where none does."""
    for part in _PARTED.findall(run):
        yield from _PIECE.findall(part) if len(part) >= _UNPARTED else (part,)


class _Blocks:
    """Makes blocks of elements; remembers the level of the last heading."""

    def __init__(self, places: frozenset[str], level: int) -> None:
        self._places = places
        self._level = level

    def inside(self, element: Element) -> list[Node]:
        """Return the blocks inside an element; text that stands between them is a paragraph."""
        return list(self._inside(element))

    def _inside(self, element: Element) -> Iterator[Node]:
        line: list[Element | str] = []
        for child in element.children:
            if isinstance(child, str) or (child.tag in _LINE and not child.is_a("bands") and not _is_chart(child)):
                line.append(child)
                continue
            yield from self._paragraph(line)
            line = []
            yield from self._block(child)
        yield from self._paragraph(line)

    def _paragraph(self, parts: Sequence[Element | str], style: str = "") -> Iterator[Node]:
        if set_ := self._line(parts):
            yield {"k": "p", "style": style, "c": set_}

    def _block(self, one: Element) -> Iterator[Node]:  # noqa: C901, PLR0912, one branch for each kind of block
        found = _HEADING.fullmatch(one.tag)
        if found is not None:
            yield self._heading(one, int(found[1]))
        elif one.tag == "p":
            style = next((name for name in ("eyebrow", "plain", "provenance", "small", "who", "told", "key", "scores",
                                      "lead")
                          if one.is_a(name)), "")  # fmt: skip
            yield from self._paragraph(one.children, style)
        elif one.tag in {"ul", "ol"}:
            yield self._list(one)
        elif one.tag == "dl":
            yield self._pairs(one)
        elif one.tag == "table":
            yield self._table(one)
        elif one.tag == "blockquote":
            yield {"k": "quote", "short": one.is_a("short"), "c": self._quoted(one)}
        elif one.tag == "figure":
            yield {"k": "group", "c": self.inside(one)}
        elif one.tag == "svg":
            title, text = picture_words(one.source)
            yield {"k": "picture", "svg": one.source, "alt": f"{title}. {text}" if text else title}
        elif one.tag == "figcaption":
            yield from self._paragraph(one.children, "caption")
        elif one.tag == "details":
            yield {"k": "more", "c": self.inside(one)}
        elif one.tag == "summary":
            yield from self._paragraph(one.children, "label")
        elif one.tag == "pre":
            yield {"k": "pre", "c": [breakable(line) for line in one.text().splitlines()]}
        elif one.is_a("bands"):
            yield {"k": "bands", "c": [[_plain(part.text()), part.is_a("here")] for part in one.elements()]}
        elif one.tag in _INSIDE:
            yield from self._held(one)
        else:
            message = f"The report holds the element {one.tag}, which the PDF has no form for."
            raise AssertionError(message)

    def _held(self, one: Element) -> Iterator[Node]:
        kind = next((name for name in _BOXES if one.is_a(name)), None)
        place = self._place(one)
        inner = self.inside(one)
        if place:
            inner = [{"k": "place", "id": place}, *inner]
        if kind is not None:
            is_whole = kind == "record" and len(one.text()) <= _UNBROKEN
            yield {"k": "box", "kind": kind, "whole": is_whole, "c": inner}
        elif one.is_a("pictures"):
            yield {"k": "columns", "c": [self.inside(part) for part in one.elements()]}
        elif one.is_a("scroll"):
            yield from inner
        else:
            yield from inner

    def _place(self, one: Element) -> str:
        name = one.attributes.get("id", "")
        return name if name in self._places else ""

    def _heading(self, one: Element, level: int) -> Node:
        # PDF/UA-1 wants levels in steps of one; the report's own first level is the title.
        self._level = max(1, min(level - 1, self._level + 1))
        return {"k": "h", "level": self._level, "c": self._line(one.children), "plain": _plain(one.text())}

    def _list(self, one: Element) -> Node:
        style = next((name for name in ("tally", "terms", "sums", "notes", "unknown", "small") if one.is_a(name)), "")
        items = [self._item(part) for part in one.elements()]
        return {"k": "list", "ordered": one.tag == "ol", "style": style, "c": items}

    def _item(self, one: Element) -> Any:  # noqa: ANN401, a row of two, or blocks
        parts = one.elements()
        what = next((part for part in parts if part.is_a("what")), None)
        so = next((part for part in parts if part.is_a("so")), None)
        if what is not None and so is not None:
            return {"what": self._line(what.children, apart=True), "so": self._line(so.children, apart=True)}
        return self.inside(one)

    def _pairs(self, one: Element) -> Node:
        rows = []
        for row in one.elements():
            term, told = (next(part for part in row.elements() if part.tag == tag) for tag in ("dt", "dd"))
            rows.append([self._line(term.children), self._cell(told)])
        return {"k": "facts" if one.is_a("facts") else "pairs", "narrow": one.is_a("narrow"), "c": rows}

    def _cell(self, one: Element) -> list[Node]:
        """Return what stands in a cell: lines as one paragraph, their marked-off pieces each on a line of its own."""
        held = one
        if all((isinstance(child, str) and not child.strip()) or _is(child, "div") for child in one.children):
            held = next(iter(one.elements()), one)
        if any(isinstance(child, Element) and child.tag not in _LINE for child in held.children):
            return self.inside(held)
        return [{"k": "p", "style": "", "c": self._line(held.children, apart=True)}]

    def _table(self, one: Element) -> Node:
        caption = next((part for part in one.elements() if part.tag == "caption"), None)
        head: list[Node] = []
        rows: list[Node] = []
        for part in one.elements():
            if part.tag in {"thead", "tbody"}:
                for row in (row for row in part.elements() if row.tag == "tr"):
                    (head if part.tag == "thead" else rows).append(self._row(row))
        kind = next((name for name in ("reckoning", "matrix", "plain-table") if one.is_a(name)), "")
        return {
            "k": "table", "kind": kind, "caption": self._line(caption.children) if caption is not None else [],
            "head": head, "rows": rows, "columns": _widths([row["c"] for row in (*head, *rows)]),
        }  # fmt: skip

    def _row(self, row: Element) -> Node:
        cells = [
            {
                "head": cell.tag == "th",
                "number": cell.is_a("number"),
                "span": int(cell.attributes.get("colspan", "1")),
                "whole": len(cell.text()) <= _WHOLE,
                "c": self._cell(cell),
            }
            for cell in row.elements()
        ]
        return {"kind": next((name for name in ("term", "reading", "source") if row.is_a(name)), ""), "c": cells}

    def _quoted(self, one: Element) -> list[Node]:
        quoted: list[Node] = []
        for part in one.elements():
            if part.tag == "p":
                style = "translation" if part.is_a("translation") else "note" if part.is_a("unset") else "said"
                line = self._line(part.children, keep=True)
                quoted.append({"k": "p", "style": style, "lang": _language(part), "c": line})
            else:
                quoted.append({"k": "p", "style": "small", "c": self._line(part.children)})
        return quoted

    def _line(self, parts: Iterable[Element | str], *, apart: bool = False, keep: bool = False) -> list[Any]:
        """Return pieces of a line, white space as a page shows it.

        Args:
            apart: pieces of some classes begin a line of their own.
            keep: a new line in the text is one on paper, as in a quotation.
        """
        return _trimmed([piece for part in parts for piece in self._pieces(part, apart=apart, keep=keep)])

    def _pieces(self, part: Element | str, *, apart: bool, keep: bool) -> Iterator[Any]:  # noqa: C901, one branch for each kind of piece
        if isinstance(part, str):
            yield from _kept(part) if keep else (breakable(_SPACE.sub(" ", part)),)
            return
        inner = [piece for one in part.children for piece in self._pieces(one, apart=apart, keep=keep)]
        if part.tag == "br":
            yield {"k": "br"}
        elif part.tag == "svg":
            return  # the mark of an outcome is drawn from its name
        elif part.is_a("outcome"):
            name = next(one for one in part.classes if one.startswith("is-"))
            yield {"k": "outcome", "name": name.removeprefix("is-"), "c": _trimmed(inner)}
        elif part.is_a("quiet"):
            return
        elif part.tag == "a":
            yield self._link(part, inner)
        elif part.tag == "code" or part.is_a("rule"):
            yield {"k": "code", "c": inner}
        elif part.tag in {"b", "strong"} or part.is_a("label", "stance", "unsure"):
            yield {"k": "strong", "c": [*inner, *([": "] if part.is_a("label") else [])]}
        elif part.tag == "q":
            yield {"k": "q", "apart": apart, "lang": _language(part), "c": inner}
        elif part.is_a("cites"):
            yield {"k": "small", "apart": False, "c": ["[", *inner, "]"]}
        elif part.is_a(*_APART, "translator", "when"):
            yield {"k": "small", "apart": apart and part.is_a(*_APART), "c": inner}
        elif _language(part):
            yield {"k": "in", "lang": _language(part), "c": inner}
        else:
            yield from inner

    def _link(self, part: Element, inner: list[Any]) -> Node:
        target = part.attributes.get("href", "")
        if target.startswith("#"):
            return {"k": "link", "to": target[1:] if target[1:] in self._places else "", "c": inner}
        return {"k": "web", "to": target, "c": inner}


def _widths(rows: Sequence[Sequence[Node]]) -> list[int]:
    """Return the share of each column: between its longest word and its longest text, so that no cell is a tower."""
    widths = [1] * max((len(row) for row in rows), default=1)
    for row in rows:
        for place, cell in enumerate(row):
            text = _words(cell["c"]).replace(_BREAK, " ")
            longest = len(text) if cell["number"] else max((len(word) for word in text.split()), default=1)
            widths[place] = max(widths[place], longest + 2, min(_WIDE, round(len(text) ** 0.78)))
    return widths


def _words(node: Any) -> str:  # noqa: ANN401, as the pieces are
    if isinstance(node, str):
        return node
    return "".join(_words(part) for part in (node if isinstance(node, list) else node.get("c", ())))


def _is(child: "Element | str", tag: str) -> bool:
    return isinstance(child, Element) and child.tag == tag


def _is_chart(one: Element) -> bool:
    return one.tag == "svg" and not one.source.startswith('<svg class="mark"')


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _language(one: Element) -> str:
    """Return the language of an element where it says one that a typesetter knows by its code (ISO 639)."""
    first = one.attributes.get("lang", "").split("-")[0]
    return first.lower() if _LANGUAGE.fullmatch(first) else ""


def _kept(text: str) -> Iterator[Any]:
    """Yield a text with its line breaks; other white space is one space."""
    for number, line in enumerate(text.split("\n")):
        if number:
            yield {"k": "br"}
        yield breakable(_SPACE.sub(" ", line))


def _trimmed(pieces: list[Any]) -> list[Any]:
    """Return pieces of a line without space and breaks at either end, and with one space where several meet."""
    joined: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] = _SPACE.sub(" ", joined[-1] + piece)
        elif piece != "":
            joined.append(piece)
    while joined and _is_blank(joined[0]):
        del joined[0]
    while joined and _is_blank(joined[-1]):
        del joined[-1]
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip(" ")
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip(" ")
    return joined


def _is_blank(piece: Any) -> bool:  # noqa: ANN401, as the pieces are
    return not piece.strip(" ") if isinstance(piece, str) else piece == {"k": "br"}
