"""A page of HTML as text: what a reader sees of it, block by block, with its title and its day.

Scripts, styles, navigation and comments are left out; nothing is fetched, no entity of a document type is resolved, and
a page nested deeper than people write is refused. Needs the extra ``texts`` (lxml). Source: HTML, §13.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import MalformedError
from ledger.ingest.markup import library

DEPTH: Final = 200
"""Levels of elements that a page may have; the parser's own limit lies a little above."""

_LEFT_OUT: Final = frozenset({
    "script", "style", "noscript", "template", "nav", "head",
    "svg", "math", "iframe", "object", "form", "button", "select",
    "footer", "aside",
})  # fmt: skip
_INLINE: Final = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del",
    "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr", "img", "label",
})  # fmt: skip
_CHARSET: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{2,30})", re.IGNORECASE)
_ENCODINGS: Final = frozenset({
    "utf-8", "utf8", "us-ascii", "ascii", "windows-1252",
    "iso-8859-1", "latin1", "iso-8859-15", "windows-1250", "windows-1251",
    "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr",
})  # fmt: skip
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T|$|\s)")
_DATED: Final = frozenset({"article:published_time", "datepublished", "date", "dc.date", "dcterms.date", "pubdate"})
_TAGS: Final = re.compile(rb"<[a-zA-Z/!]")

TAGS: Final = 400_000
"""Tags that a page may have."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its text, and where its head gives them its title and its day."""

    text: str
    title: str | None
    day: str | None


def read_page(raw: bytes, *, name: str) -> Page:
    """Return the text of a page of HTML.

    Raises:
        MalformedError: it is too deep or has too many tags, or its characters cannot be told.
        UnavailableError: lxml is not installed.
    """
    if len(_TAGS.findall(raw)) > TAGS:
        raise MalformedError(f"{name}: has more than the {TAGS} tags that are read; give the article alone.", file=name)
    html = library("lxml.html", extra="texts", reads="HTML")
    etree = library("lxml.etree", extra="texts", reads="HTML")
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    try:
        root = html.document_fromstring(_decoded(raw, name).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        said = " ".join(str(error).split())[:120]
        raise MalformedError(f"{name}: is no HTML that can be read ({said}); save the page anew.", file=name) from error
    text = re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"•\s+", "• ", "".join(_pieces(root, name)))).strip()
    return Page(text, _title(root), _day(root))


def _decoded(raw: bytes, name: str) -> str:
    """Return the characters of a page: as its mark or UTF-8 says, else as it declares itself."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace").replace("\0", "")
    try:
        return raw.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        pass
    found = _CHARSET.search(raw[:4096])
    declared = found[1].decode("ascii").lower() if found else ""
    if declared not in _ENCODINGS:
        said = f"declares the characters {declared!r}" if declared else "declares no characters"
        raise MalformedError(f"{name}: is not UTF-8 and {said}; save the page in UTF-8.", file=name)
    return raw.decode(declared, errors="replace").replace("\0", "")


def _pieces(root: Any, name: str) -> Iterator[str]:  # noqa: ANN401  (an element of lxml)
    """Yield the pieces of a page's text in order; blocks stand apart by an empty line, and nothing here recurses."""
    waiting: list[tuple[Any, int, bool]] = [(root, 0, False)]
    while waiting:
        element, depth, is_end = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        is_block = tag not in _INLINE
        if is_end:
            yield "\n\n" if is_block and tag != "br" else ""
            yield _run(element.tail)
            continue
        if depth > DEPTH:
            message = f"{name}: its elements nest deeper than {DEPTH} levels; save the article alone."
            raise MalformedError(message, file=name)
        if not tag or tag in _LEFT_OUT or element.get("hidden") is not None:
            yield _run(element.tail)
            continue
        yield "\n" if tag == "br" else "\n\n• " if tag == "li" else "\n\n" if is_block else ""
        yield _run(element.text)
        waiting.append((element, depth, True))
        waiting += [(child, depth + 1, False) for child in reversed(element)]


def _run(text: str | None) -> str:
    """Return a run of text as a page shows it: any white space is one space."""
    return re.sub(r"\s+", " ", text) if text else ""


def _title(root: Any) -> str | None:  # noqa: ANN401
    found = root.find(".//title")
    text = _run(found.text_content()).strip() if found is not None else ""
    return text[:300] or None


def _day(root: Any) -> str | None:  # noqa: ANN401
    """Return the day on which the page says that it was published."""
    said = [
        one.get("content") or "" for one in root.iter("meta")
        if (one.get("property") or one.get("name") or one.get("itemprop") or "").lower() in _DATED
    ]  # fmt: skip
    found = next((match for text in said if (match := _DAY.match(text))), None)
    return found[1] if found else None
