"""What the fonts cannot set: said so in its place, so that nothing aborts and nothing is left out in silence.

A quotation is replaced by its translation, where the record has one, with a note that names the entry which holds the
words; any other text by how many characters are missing. The bundle in the attachment holds all of it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ledger.audit.result import AuditResult
from ledger.report.pdf.face import Coverage
from ledger.report.pdf.markup import Element
from ledger.report.wording import Catalogue

_PLAIN: Final = {"≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "≈": "~"}
"""How signs of the method are written where a font has none of them."""

_SPACE: Final = re.compile(r"\s+")


def set_what_can_be(page: Element, coverage: Coverage, words: Catalogue, entries: Mapping[str, int]) -> Element:
    """Return a page in which every character has a glyph.

    Args:
        entries: the entry that holds a quotation, by its words (`quoted_entries`).
    """
    return page.with_children(lambda one: _settable(one, coverage, words, entries))


def quoted_entries(result: AuditResult) -> dict[str, int]:
    """Return the entry that each quotation of a result comes from, by its words on one line."""
    found: dict[str, int] = {}
    for text, entry in _quoted(result):
        found.setdefault(_flat(text), entry)
    return found


def missing_characters(text: str, coverage: Coverage) -> str:
    """Return the characters of a text that no face has, each once, in order."""
    return "".join(dict.fromkeys(one for one in text if not coverage.has_character(one)))


def _quoted(result: AuditResult) -> Iterator[tuple[str, int]]:
    for pledge in result.words:
        for quote in pledge.quotes:
            yield quote.text, pledge.cite.entry
            if quote.translation is not None:
                yield quote.translation.text, pledge.cite.entry
    for reply in result.replies:
        if reply.quote is not None:
            yield reply.quote.text, reply.cite.entry
    for commitment in result.commitments:
        for stance in commitment.stances:
            if stance.words is not None and stance.cite is not None:
                yield stance.words, stance.cite.entry


def _settable(one: Element, coverage: Coverage, words: Catalogue, entries: Mapping[str, int]) -> Element:
    if one.tag == "svg":
        # Words in a picture are drawn by the catalogue's language; its title and description are spoken, not set.
        return one
    if _is_quotation(one) and not coverage.has(one.text()):
        return _instead(one, words, entries)
    children = tuple(_marked(part, coverage, words) if isinstance(part, str) else part for part in one.children)
    return replace(one, children=children)


def _is_quotation(one: Element) -> bool:
    """Whether an element holds somebody's words: a quotation, or its translation, beside its note of the translator."""
    is_words = one.tag == "q" or (one.tag == "p" and "lang" in one.attributes)
    return is_words and not one.is_a("unset") and one.attributes.get("dir") == "auto"


def _instead(one: Element, words: Catalogue, entries: Mapping[str, int]) -> Element:
    """Return the note that stands for words which cannot be set, with the translator's name where they were one."""
    entry = entries.get(_flat("".join(part for part in one.children if isinstance(part, str))))
    language = one.attributes.get("lang", "")
    note = (
        words.say("pdf.unset", language=language, entry=entry)
        if entry is not None
        else words.say("pdf.unset_anywhere", language=language)
    )
    if one.tag == "q":
        return Element("span", {"class": "small unset"}, (note,))
    return Element("p", {"class": "unset"}, (note,))


def _marked(text: str, coverage: Coverage, words: Catalogue) -> str:
    """Return a text with each run of characters that cannot be set replaced by how many they are."""
    if coverage.has(text):
        return text
    text = "".join(one if coverage.has_character(one) else _PLAIN.get(one, one) for one in text)
    pieces: list[str] = []
    run = 0
    for one in (*text, ""):
        if one and not coverage.has_character(one):
            run += 1
            continue
        if run:
            pieces.append(words.count("pdf.unset_run", run))
            run = 0
        pieces.append(one)
    return "".join(pieces)


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
