"""Sentences of a text, each by its span: by paragraphs, marks at the end, and abbreviations that are none.

A paragraph ends at an empty line, at a list's mark, or at a line of a heading. Nothing is joined that the text sets
apart, so that a sentence is always characters of the text, one after the other.
"""

import re
from collections.abc import Iterator
from typing import Final

from ledger.ingest.draft.span import Span

LONGEST: Final = 2000
"""Characters of the longest sentence that is looked at; what is longer is a table, and is passed over."""

_PARAGRAPH: Final = re.compile(r"\n[ ]*(?:\n\s*|(?=(?:[-*•·–]|\(?[0-9]{1,3}[.)]|\([a-z]{1,4}\))[ ]))")
_END: Final = re.compile(r"[.!?;…](?:[”’\"')\]]*)(?=\s|$)|\n(?=\s*$)")
_ABBREVIATIONS: Final = frozenset({
    "u.s", "u.k", "u.n", "e.u", "mr", "mrs", "ms", "dr", "no",
    "nos", "art", "arts", "para", "paras", "vol", "st", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
    "dec", "e.g", "i.e", "cf", "inc", "ltd", "co", "corp", "approx",
    "gen", "sen", "rep", "gov", "prof", "etc", "vs", "p", "pp", "a.m", "p.m", "viz", "al", "sec", "fig",
})  # fmt: skip
_MARK: Final = r"(?:[-*•·–]|\(?[0-9]{1,3}[.)]|\([a-z]{1,4}\))"
_LEAD: Final = re.compile(rf"\s*{_MARK}\s+")
_MARKED: Final = re.compile(rf"(?:^|\n)\s*{_MARK}\s+$")


def sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the sentences of a text, in order; list marks and white space around them left out."""
    return tuple(span for paragraph in _paragraphs(text) for span in _within(text, paragraph))


def is_item(text: str, sentence: Span) -> bool:
    """Whether a sentence opens an item of a list: a mark stands before it."""
    return _MARKED.search(text[max(sentence.start - 12, 0) : sentence.start]) is not None


def _paragraphs(text: str) -> Iterator[Span]:
    begin = 0
    for gap in _PARAGRAPH.finditer(text):
        yield Span(begin, gap.start())
        begin = gap.end()
    yield Span(begin, len(text))


def _within(text: str, paragraph: Span) -> Iterator[Span]:
    lead = _LEAD.match(text, paragraph.start, paragraph.end)
    begin = lead.end() if lead is not None else paragraph.start
    for mark in _END.finditer(text, begin, paragraph.end):
        if not _ends(text, mark, paragraph.end):
            continue
        yield from _trimmed(text, begin, mark.end())
        begin = mark.end()
    yield from _trimmed(text, begin, paragraph.end)


def _ends(text: str, mark: re.Match[str], limit: int) -> bool:
    """Whether a mark ends a sentence: not after an abbreviation or an initial, and not before a small letter."""
    if mark.group()[0] != ".":
        return mark.group()[0] != ";" or text[mark.end() : mark.end() + 1] == "\n"
    after = text[mark.end() : limit].lstrip(" \n")[:1]
    if after.islower() or after == ",":
        return False
    word = re.search(r"[\w.$]*$", text[max(mark.start() - 12, 0) : mark.start()])
    last = word.group().lower().strip(".") if word else ""
    if last in {"u.s", "u.k", "u.n", "e.u", "a.m", "p.m"}:  # these end sentences, too: before a word that begins one
        follows = re.match(r"\s*([A-Z][a-z]*)", text[mark.end() : limit])
        return follows is not None and follows[1] in _OPENERS
    return last not in _ABBREVIATIONS and not (len(last) == 1 and last.isalpha())


_OPENERS: Final = frozenset({
    "The", "It", "In", "On", "This", "That", "These", "Both", "Each",
    "They", "He", "She", "We", "A", "An", "If", "China", "At", "By",
    "For", "As", "But", "And", "Under", "No", "All",
})  # fmt: skip


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a span without the white space and list mark around it, if there is anything in it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if 1 < end - start <= LONGEST:
        yield Span(start, end)
