"""Typesetting: an HTML report becomes a PDF/A-3 file for every reader, the bundle attached, the same bytes each time.

It is tagged (PDF/UA-1), has bookmarks and the words of every picture, and embeds its fonts. The typesetter sees a
folder of its own that holds the template, the data and the bundle, no font of the machine, no network and no clock: the
moment in the file is that of the view. Source: ISO 19005-3; ISO 14289-1; design §2.6.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ledger.audit.printed import ATTACHMENT, ATTACHMENT_LIMIT, EDITION_KEYWORD, FONT_KEYWORD
from ledger.audit.result import AuditResult
from ledger.errors import MalformedError, UnavailableError, UsageError
from ledger.report.foreign import visible
from ledger.report.pdf.block import Node, blocks, breakable
from ledger.report.pdf.face import FAMILY, Coverage, Face, coverage_of, shipped_folder
from ledger.report.pdf.markup import Element, read_page
from ledger.report.pdf.unset import missing_characters, quoted_entries, set_what_can_be
from ledger.report.wording import Catalogue, catalogue

if TYPE_CHECKING:
    from typst import Fonts

STANDARDS: Final = ("a-3b", "ua-1")
"""What the file is written as: PDF/A-3, level B, and PDF/UA-1."""

PAGE_LIMIT: Final = 1_950_000
"""The most bytes of a page that is set whole: some hundred and fifty sheets, as of thirty commitments, in one gigabyte.
The typesetter keeps all of them in memory, so a larger report is set in short (docs/decisions/0030)."""

PAGE_CHAPTERS: Final = 50
"""From so many commitments on a report is set in short, whatever its page would come to."""

_TEMPLATE: Final = "report.typ"
_REPORT: Final = "report.pdf"
_LATIN: Final = ((0x20, 0x7F), (0xA0, 0x180), (0x2010, 0x2027), (0x2212, 0x2213))
_STRIP: Final = ("bands", "scores")
_CARDS: Final = 8
"""Up to so many commitments, the summary is tried in fuller forms than a list."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The bundle as it goes into the file.

    Attributes:
        bundle: a seekable file; it is copied piece by piece, so that no second one is in memory.
        audit: digest of the result in it.
        edition: of wording and looks (`ledger.service.software.edition`), which the file names.
    """

    bundle: BinaryIO
    audit: str
    edition: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.bundle.seek(0, os.SEEK_END)


def typeset(
    page: bytes, result: AuditResult, attached: Attached, *, language: str = "en", faces: Sequence[Face] = ()
) -> bytes:
    """Return the report of a bundle as one PDF file with the bundle in it.

    Args:
        page: the HTML report that the bundle carries.
        language: of the report's own words.
        faces: fonts beside those that the extra brings; their digests stand in the file.

    Raises:
        UnavailableError: the extra ``report`` is not installed, or the typesetter fails.
        UsageError: the fonts have not all characters of the language.
        MalformedError: the bundle is too large to be attached.
    """
    refuse_large_bundle(attached.size)
    coverage, words = coverage_of(tuple(faces)), catalogue(language)
    _refuse_unset_language(words, coverage)
    tree = read_page(page)
    with _room(faces) as room:
        families = (FAMILY, *room.families)
        data = _data(tree, result, attached, words, coverage, faces)
        try:
            return _compiled({**data, "fonts": families}, attached.bundle, room.fonts, result)
        except UnavailableError:
            # A glyph is in the table and still cannot be shaped: then only plain Latin is set, and all else is noted.
            data = _data(tree, result, attached, words, _Latin(), faces)
            return _compiled({**data, "fonts": families}, attached.bundle, room.fonts, result)


def refuse_large_bundle(size: int) -> None:
    """Raise where a bundle of so many bytes is too large to be attached.

    Raises:
        MalformedError: it is.
    """
    if size > ATTACHMENT_LIMIT:
        message = (
            f"The bundle has {size} bytes, and a PDF carries at most {ATTACHMENT_LIMIT}: "
            "write it beside the report (-o FILE.zip -o FILE.html)."
        )
        raise MalformedError(message)


class _Latin(Coverage):
    """The characters that every Latin font shapes one by one."""

    def __init__(self) -> None:
        super().__init__((Face(b"", "", _LATIN),))


def _refuse_unset_language(words: Catalogue, coverage: Coverage) -> None:
    """Make sure that the report's own words can be set: a report with holes in its own sentences helps nobody."""
    if missing := missing_characters("".join(words.texts), coverage):
        message = (
            f"The fonts have no {missing[:8]!r} for a report in {words.language}; give a font of that script "
            "(--font FILE), or write HTML."
        )
        raise UsageError(message, language=words.language)


def _data(
    tree: Element,
    result: AuditResult,
    attached: Attached,
    words: Catalogue,
    coverage: Coverage,
    faces: Sequence[Face],
) -> Node:
    """Return all that the template sets."""
    settable = set_what_can_be(tree, coverage, words, quoted_entries(result))
    body = settable.find(lambda one: one.tag == "main") or settable
    cover = settable.find(lambda one: one.is_a("cover")) or settable
    linked = {one.attributes["href"][1:] for one in body.walk() if one.attributes.get("href", "").startswith("#")}
    summary = next(one for one in body.elements() if one.attributes.get("id") == "summary")
    sections = [one for one in body.elements() if one.tag == "section" and one is not summary]
    places = frozenset(one.attributes["id"] for part in sections for one in part.walk() if "id" in one.attributes)
    contents = body.find(lambda one: one.is_a("contents"))
    heading = contents.find(lambda one: one.tag == "h2") if contents is not None else None
    facts = next(one for one in cover.walk() if one.tag == "dl")
    (shown,) = blocks(Element("div", children=(facts,)), places=frozenset())
    title = _one_line(settable.find(lambda one: one.tag == "h1") or cover)
    return {
        "language": words.language,
        "title": title,
        "eyebrow": _one_line(cover.find(lambda one: one.is_a("eyebrow")) or cover),
        "description": words.say("pdf.description", title=title),
        "keywords": [f"{EDITION_KEYWORD}{attached.edition}", *(f"{FONT_KEYWORD}{one.digest}" for one in faces)],
        "date": [int(part) for part in result.view.as_of.split("-")],
        "footer": _footer(result, attached, words),
        "page": words.say("pdf.page", n="{n}", pages="{pages}"),
        "facts": shown,
        "summary": {"forms": _forms(summary, places)},
        "contents": heading.text() if heading is not None else "",
        "sections": [_section(one, places & linked) for one in sections],
        "closing": _closing(settable, faces, words),
        "attachment": {"name": ATTACHMENT, "description": words.say("pdf.attached", size=attached.size)},
    }


def _forms(summary: Element, places: frozenset[str]) -> list[list[Node]]:
    """Return the summary in ever shorter forms; whatever a form leaves out stands in its chapter."""
    plain = _without(summary, ("unknown", "quote"))
    brief = _first_figures(plain)
    least = _without(plain, ("figure",))
    listed = _listed(_without(least, (*_STRIP, "who")))
    forms = [summary, _without(summary, ("unknown",)), plain, brief, _without(brief, _STRIP), least,
             _without(least, _STRIP), listed, listed.without(lambda one: one.is_a("sums"))]  # fmt: skip
    cards = sum(one.is_a("card") for one in summary.walk())
    chosen = forms if 0 < cards <= _CARDS else forms[-1:]
    return [blocks(one, places=places) for one in chosen]


def _without(summary: Element, classes: Sequence[str]) -> Element:
    """Return a summary whose cards have nothing of these classes, and no heading that then has nothing below it."""

    def shortened(one: Element) -> Element:
        return _headed(one.without(lambda part: part.is_a(*classes))) if one.is_a("card") else one

    return summary.with_children(shortened)


def _listed(summary: Element) -> Element:
    """Return a summary whose cards are entries of a list: titles, terms and outcomes, close together."""

    def closer(one: Element) -> Element:
        if not one.is_a("card"):
            return one
        return replace(one.without(lambda part: part.tag == "h5"), attributes={**one.attributes, "class": "entry"})

    return summary.with_children(closer)


def _first_figures(summary: Element) -> Element:
    """Return a summary with one line for each term: the first that has a figure, else the first."""

    def shortened(one: Element) -> Element:
        if not one.is_a("what"):
            return one
        lines = [part for part in one.elements() if part.is_a("figure")]
        chosen = next((line for line in lines if any(map(str.isdigit, line.text()))), next(iter(lines), None))
        return one.without(lambda part: part.is_a("figure") and part is not chosen)

    return summary.with_children(shortened)


def _headed(card: Element) -> Element:
    """Return a card without small headings that another heading, or its end, follows at once."""
    parts = [one for one in card.children if isinstance(one, Element)]
    after = zip(parts, [*parts[1:], None], strict=True)
    kept = (one for one, next_ in after if one.tag != "h5" or (next_ is not None and next_.tag != "h5"))
    return replace(card, children=tuple(kept))


def _section(one: Element, places: frozenset[str]) -> Node:
    name = one.attributes.get("id", "")
    place = [{"k": "place", "id": name}] if name in places else []
    return {"fresh": one.is_a("chapter"), "c": [*place, *blocks(one, places=places)]}


def _footer(result: AuditResult, attached: Attached, words: Catalogue) -> list[str]:
    """Return the lines at the foot of every page: the ledger, the view, the method, and which result this prints."""
    size = words.count("page.entries", result.view.size)
    view = words.say("pdf.footer", origin=visible(result.origin), size=size, day=words.day(result.view.as_of),
                     method=result.method)  # fmt: skip
    return [breakable(view), words.say("pdf.digest", digest=attached.audit)]


def _closing(tree: Element, faces: Sequence[Face], words: Catalogue) -> list[str]:
    """Return what stands at the end: what the attachment proves, the fonts that were given, what the report models."""
    end = tree.find(lambda one: one.tag == "footer" and one.is_a("end"))
    first = end.find(lambda one: one.tag == "p") if end is not None else None
    fonts = [words.say("pdf.font", digest=one.digest) for one in faces]
    return [words.say("pdf.carries", name=ATTACHMENT), *fonts, *([_one_line(first)] if first is not None else [])]


def _one_line(one: Element) -> str:
    return breakable(" ".join(one.text().split()))


@dataclass(frozen=True, slots=True)
class _Room:
    """The typesetter's fonts: ``families`` are the names of those that were given."""

    fonts: "Fonts"
    families: tuple[str, ...] = ()


@contextmanager
def _room(faces: Sequence[Face]) -> Iterator[_Room]:
    """Return the fonts of the extra and those given, none of the machine; the given ones are on disk while it lasts."""
    shipped = _shipped()
    if not faces:
        yield _Room(shipped)
        return
    with tempfile.TemporaryDirectory(prefix="pledger-fonts-") as folder:
        for place, face in enumerate(faces):
            Path(folder, f"{place}.{'ttc' if face.raw[:4] == b'ttcf' else 'otf'}").write_bytes(face.raw)
        found = _fonts(str(shipped_folder()), folder)
        known = {one.family for one in shipped.fonts()}
        yield _Room(found, tuple(dict.fromkeys(one.family for one in found.fonts() if one.family not in known)))


@cache
def _shipped() -> "Fonts":
    return _fonts(str(shipped_folder()))


def _fonts(*folders: str) -> "Fonts":
    try:
        from typst import Fonts
    except ImportError as error:
        message = "PDF needs the extra `report`, which is not there; run pip install '.[report]' in the checkout."
        raise UnavailableError(message, extra="report") from error
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))


@cache
def _template() -> bytes:
    """Return the looks of reports, as they were when this process first used them."""
    return resources.files(__package__).joinpath(_TEMPLATE).read_bytes()


def _compiled(data: Mapping[str, Any], bundle: BinaryIO, fonts: "Fonts", result: AuditResult) -> bytes:
    """Return the file that the typesetter makes of the data, in a folder that holds nothing else.

    Raises:
        UnavailableError: the typesetter cannot set the data.
    """
    import typst

    moment = datetime.fromisoformat(result.view.as_of).replace(tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="pledger-") as folder:
        room = Path(folder)
        room.joinpath(_TEMPLATE).write_bytes(_template())
        room.joinpath("data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        with room.joinpath(ATTACHMENT).open("wb") as copy:
            bundle.seek(0)
            shutil.copyfileobj(bundle, copy)
        try:
            # Into a file: what the typesetter holds is gone before the result is read.
            typst.compile(
                str(room / _TEMPLATE), str(room / _REPORT), root=folder, format="pdf", font_paths=fonts,
                ignore_system_fonts=True, pdf_standards=list(STANDARDS), timestamp=int(moment.timestamp()),
            )  # fmt: skip
        except typst.TypstError as error:
            said = " ".join(error.message.replace(folder, "").split())[:200]
            message = f"The typesetter cannot set this report ({said}); write HTML, and report this."
            raise UnavailableError(message) from error
        return room.joinpath(_REPORT).read_bytes()
