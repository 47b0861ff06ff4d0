"""Typesetting: what strangers wrote is set and never obeyed, whatever it is, and the same result is the same file."""

import io
import sys
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from ledger.audit.printed import open_printed, printed_words
from ledger.errors import MalformedError, UnavailableError, UsageError
from ledger.report.html import render_html
from ledger.report.pdf import typeset as module
from ledger.report.pdf.face import Coverage, Face
from ledger.report.pdf.typeset import Attached, typeset
from tests.unit.report.example import data, result

SOFTWARE = "pledger 0.1.0, lock none"
BUNDLE = b"PK-the-bundle"
ATTACHED = Attached(bundle=io.BytesIO(BUNDLE), audit="sha256:" + "a" * 64, edition="sha256:" + "e" * 64)


def made(**members: Any) -> bytes:
    """The example with some members of the result replaced, set."""
    audit = result({**data(), **members})
    return typeset(render_html(audit, software=SOFTWARE), audit, ATTACHED)


@cache
def raw() -> bytes:
    """The example, set."""
    return made()


def quoting(text: str, **translation: Any) -> dict[str, Any]:
    """The members of the example, its first quotation replaced."""
    words = data()["words"]
    words[0]["quotes"][0] = {**words[0]["quotes"][0], "text": text, **translation}
    return {"words": words}


def test_same_result_is_the_same_file() -> None:
    """Two runs give the same bytes: no clock, no name of a folder, no randomness (design §2.6)."""
    assert made() == raw()


def test_moment_in_the_file_is_that_of_the_view() -> None:
    """The date printed and kept is the audit's (style §6)."""
    info = PdfReader(io.BytesIO(raw())).metadata
    assert info is not None
    day = result().view.as_of
    assert info.creation_date is not None
    assert info.creation_date.isoformat() == f"{day}T00:00:00+00:00"


def test_every_page_says_what_it_is_a_page_of() -> None:
    """View, method, digest of audit.json and the number of the page stand at the foot of every page."""
    pages = PdfReader(io.BytesIO(raw())).pages
    for number, page in enumerate(pages, start=1):
        foot = " ".join(page.extract_text().split())[-400:]
        assert f"{number} / {len(pages)}" in foot
        assert ATTACHED.audit in foot
        assert f"method {result().method}" in foot


def test_chapters_are_those_of_the_page() -> None:
    """Every heading of a chapter and of an annex is a bookmark, in the order of the method."""
    outline = PdfReader(io.BytesIO(raw())).outline
    titles = [str(one.title) for one in outline if not isinstance(one, list)]
    wanted = ["The opinion, and how it was reached", *(one.title for one in result().commitments),
              "Findings, and the replies of the parties", "Evidence", "How to verify this report"]  # fmt: skip
    places = [titles.index(one) for one in wanted]
    assert places == sorted(places)


HOSTILE = {
    "reading a file": '#read("/etc/passwd")',
    "including a file": '#include "/etc/passwd"',
    "importing a package": '#import "@preview/cetz:0.3.0": *',
    "evaluating": '#eval("1+1") #{1+1} #panic("out")',
    "mathematics": "$x + y$ and $ sum $",
    "a label and a reference": "<c1> @c1 @nobody",
    "markup": "= heading *strong* _em_ `raw` - item + item / term: x // comment /* comment */",
    "ends of everything": "]} ) \\ \" ' ` ``` ~ -- --- ...",
    "an address with a program": "javascript:alert(1)",
    "markup of a page": "<script>alert(1)</script><p>&amp;",
}


@cache
def hostile_words() -> str:
    """The words of a report that quotes all of these."""
    words = data()["words"]
    words[0]["quotes"] = [{**words[0]["quotes"][0], "text": text} for text in HOSTILE.values()]
    return printed_words(made(words=words))


@pytest.mark.parametrize("what", HOSTILE)
def test_markup_of_the_typesetter_is_text(what: str) -> None:
    """A hostile quotation is printed to the letter: it reads nothing, runs nothing, breaks nothing."""
    assert "".join(HOSTILE[what].split()) in hostile_words()
    assert "root:x:0" not in hostile_words()


def test_hostile_title_is_text() -> None:
    """The title of the file is what it says, too."""
    title = '#read("data.json") $x$ <label> @ref'
    file = made(title=title)
    info = PdfReader(io.BytesIO(file)).metadata
    assert info is not None
    assert info.title == title
    assert "".join(title.split()) in printed_words(file)


def test_quotation_of_a_hundred_thousand_characters_is_set() -> None:
    """It may be broken anywhere, fills its pages, and nothing of it is lost."""
    audit = result({**data(), **quoting("A quotation without end")})
    longest = "x" * 100_000
    page = render_html(audit, software=SOFTWARE).replace(b"A quotation without end", longest.encode())
    file = typeset(page, audit, ATTACHED)
    assert longest in printed_words(file)


def test_words_from_right_to_left_are_set_or_noted() -> None:
    """Hebrew is not in the fonts that come along: the translation, a note and the entry stand for it."""
    translation = {"text": "we shall buy", "language": "en", "translator": "the recorder"}
    file = made(**quoting("אנו נקנה", language="he", translation=translation))
    words = printed_words(file)
    entry = result().words[0].cite.entry
    assert "weshallbuy" in words
    assert f"(he):entry{entry}oftheledger" in words


def test_glyph_that_cannot_be_shaped_after_all_does_not_stop_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the table of a font promises more than it has, only Latin is set, and all else is noted."""
    boasting = Coverage((Face(b"", "", ((0, 0x110000),)),))
    monkeypatch.setattr(module, "coverage_of", lambda _: boasting)
    words = printed_words(made(**quoting("购买 plain", language="zh")))
    assert "(zh):entry" in words


def test_bundle_is_attached_as_it_is() -> None:
    """And the file says which edition set it."""
    came = open_printed(raw())
    assert (came.bundle, came.edition, came.fonts, came.language) == (BUNDLE, ATTACHED.edition, (), "en")


def test_language_that_the_fonts_have_not_is_refused() -> None:
    """A report whose own words have holes helps nobody: the sentence names the option."""
    audit = result()
    with pytest.raises(UsageError, match=r"--font FILE"):
        typeset(render_html(audit, software=SOFTWARE, language="zh"), audit, ATTACHED, language="zh")


def test_bundle_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large to be attached is written beside."""
    monkeypatch.setattr(module, "ATTACHMENT_LIMIT", 3)
    with pytest.raises(MalformedError, match=r"write it beside the report"):
        made()


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare installation cannot set, and says what to add."""
    audit = result()
    page = render_html(audit, software=SOFTWARE)
    module._shipped.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UnavailableError, match=r"the extra `report`"):
        typeset(page, audit, ATTACHED)
    module._shipped.cache_clear()
