"""A printed report as it comes: its words by the fonts' own tables, its attachment, and nothing of it believed.

The files are written by hand, a few objects each; whole reports are attacked in ``tests/end_to_end/test_pdf.py``.
"""

import re
import struct
import zlib
from collections.abc import Callable

import pytest

from ledger.audit import printed
from ledger.audit.printed import appended_beside_signatures, open_printed, printed_words
from ledger.errors import MalformedError

CMAP = b"""2 beginbfchar
<0001> <0041>
<0002> <00660069>
endbfchar
1 beginbfrange
<0010> <0012> <0031>
endbfrange"""
SHOWN = b"BT /f0 9 Tf <0001> Tj 0 -12 Td [<0002> -50 <0010>] TJ ET"


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """A stream as it stands in a file."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (extra, len(content), content)


def pdf(**changes: bytes | None) -> bytes:
    """A report of one page; objects are changed or left out by name."""
    objects: dict[str, bytes | None] = {
        "root": b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R/Lang(en)/AF[7 0 R]>>",
        "pages": b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "page": b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</f0 5 0 R>>>>>>",
        "contents": stream(SHOWN),
        "font": b"<</Type/Font/ToUnicode 6 0 R>>",
        "table": stream(CMAP),
        "file": b"<</Type/Filespec/F(audit.zip)/UF(audit.zip)/EF<</F 8 0 R>>>>",
        "bundle": stream(b"PK-the-bundle"),
        "metadata": stream(b"<dc:title>One</dc:title>"),
        "info": b"<</Title(One)/Keywords(edition sha256:ab, font sha256:%s, font x)>>" % (b"c" * 64),
    } | changes  # type: ignore[operator]  # values are bytes or null either way
    whole, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects.values(), start=1):
        offsets.append(len(whole))
        whole += b"%d 0 obj %s endobj\n" % (number, content or b"null")
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    trailer = b"trailer<</Size %d/Root 1 0 R/Info 10 0 R>>" % (len(offsets) + 1)
    return whole + head + table + trailer + b"\nstartxref\n%d\n%%%%EOF" % len(whole)


def append(before: bytes, number: int, content: bytes, root: bytes = b"1 0 R") -> bytes:
    """A file with one more version of an object appended (ISO 32000-1, §7.5.6)."""
    at = len(before) + 1
    found = re.findall(rb"startxref\n(\d+)", before)[-1]
    part = b"\n%d 0 obj %s endobj\n" % (number, content)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer<</Size 20/Root %s/Info 10 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF"
    return before + part + table + trailer % (root, found, len(before) + len(part))


def test_attachment_and_what_the_file_says_of_itself() -> None:
    """The bundle, the language, the edition, and the fonts whose digests are digests."""
    came = open_printed(pdf())
    assert (came.bundle, came.language, came.edition) == (b"PK-the-bundle", "en", "sha256:ab")
    assert came.fonts == ("sha256:" + "c" * 64,)


def test_packed_attachment_is_unpacked() -> None:
    """A deflated content comes out as it went in."""
    packed = stream(zlib.compress(b"PK-the-bundle"), b"/Filter/FlateDecode")
    assert open_printed(pdf(bundle=packed)).bundle == b"PK-the-bundle"


def test_file_that_says_nothing_of_itself_is_read_all_the_same() -> None:
    """Neither language nor edition is believed, and neither is needed to take the bundle out."""
    came = open_printed(pdf(root=b"<</Type/Catalog/Pages 2 0 R/Lang(\\0)>>", info=b"<<>>"))
    assert (came.language, came.edition, came.fonts) == ("en", "", ())


WORDS: dict[str, tuple[bytes, str]] = {
    "single characters, ligatures and ranges": (SHOWN, "Afi1"),
    "an artifact is not said": (b"/Artifact BMC BT /f0 9 Tf <0001> Tj ET EMC BT <0010> Tj ET", "1"),
    "what is inside an artifact is not said": (
        b"BT /f0 9 Tf ET /Artifact<<>>BDC /P<</MCID 0>>BDC BT <0001> Tj ET EMC EMC BT <0011> Tj ET", "2",
    ),
    "what is tagged is said": (b"/P<</MCID 0>>BDC BT /f0 9 Tf <0012> Tj ET EMC", "3"),
    "a code that the table has not": (b"BT /f0 9 Tf <0099> Tj ET", "\ufffd"),
    "nothing": (b"0 0 m", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", WORDS)
def test_words_of_a_page(what: str) -> None:
    """What text operators show, by the fonts' own tables (ISO 32000-1, §9.10.2, §14.6)."""
    content, expected = WORDS[what]
    assert printed_words(pdf(contents=stream(content))) == expected


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no PDF": (lambda: b"PK\3\4", "This is no PDF"),
    "nothing": (lambda: b"", "This is no PDF"),
    "no attachment": (lambda: pdf(file=None), "carries no attachment"),
    "two attachments": (
        lambda: pdf(metadata=b"<</F(b)/EF<</F 8 0 R>>>>"), "carries 2 attachments",
    ),
    "a path for a name": (
        lambda: pdf(file=b"<</F(/etc/audit.zip)/EF<</F 8 0 R>>>>"), "is named '/etc/audit.zip'",
    ),
    "two names": (
        lambda: pdf(file=b"<</F(audit.zip)/UF(other.zip)/EF<</F 8 0 R>>>>"), "is named 'other.zip' and not",
    ),
    "no content": (lambda: pdf(file=b"<</F(audit.zip)/UF(audit.zip)/EF<<>>>>"), "two contents"),
    "a content that is no stream": (lambda: pdf(bundle=b"<<>>"), "damaged"),
    "packed twice": (
        lambda: pdf(bundle=stream(b"", b"/Filter[/FlateDecode/FlateDecode]")), "packed as no report of ours",
    ),
    "packed by a table": (
        lambda: pdf(bundle=stream(b"", b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>")), "packed as no report",
    ),
    "packed and cut short": (
        lambda: pdf(bundle=stream(zlib.compress(b"PK" * 500)[:-5], b"/Filter/FlateDecode")), "cut short",
    ),
    "packed and no packing": (lambda: pdf(bundle=stream(b"plain", b"/Filter/FlateDecode")), "damaged"),
    "cut short": (lambda: pdf()[:-40], "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_report_is_refused(what: str) -> None:
    """One sentence, whatever is wrong (style §7)."""
    made, reason = BAD[what]
    with pytest.raises(MalformedError, match=reason):
        open_printed(made())


def test_words_that_cannot_be_read_are_refused() -> None:
    """A font without its table of characters says nothing that could be compared."""
    with pytest.raises(MalformedError, match="damaged"):
        printed_words(pdf(font=b"<</Type/Font>>"))


def test_pages_together_have_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pages are read for no more than one may cost: bytes and operators are counted over the whole file."""
    raw = pdf(contents=stream(b"BT /f0 9 Tf <0012> Tj ET"))
    for limit, value in (("_OPERATORS_LIMIT", 3), ("_PAGES_BYTES_LIMIT", 20), ("_PAGE_LIMIT", 10)):
        with monkeypatch.context() as patched:
            patched.setattr(printed, limit, value)
            with pytest.raises(MalformedError, match=r"more than the|do not rely on it"):
                printed_words(raw)
    assert printed_words(raw) == "3"


def test_code_that_stands_for_a_whole_text_is_refused() -> None:
    """Two bytes of a page say a character, and never a book."""
    table = stream(b"1 beginbfchar\n<0012> <" + b"0041" * 40 + b">\nendbfchar")
    with pytest.raises(MalformedError, match="damaged"):
        printed_words(pdf(contents=stream(b"BT /f0 9 Tf <0012> Tj ET"), table=table))


FORM = b"<</FT/Sig/Subtype/Widget/Rect[0 0 0 0]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</f0 5 0 R>>>>%s>>"

APPENDED: dict[str, tuple[int, bytes, str | None]] = {
    "an object that is not used": (15, b"<<>>", None),
    "a form with a signature": (
        1, b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R/Lang(en)/AF[7 0 R]/AcroForm<</Fields[]/SigFlags 3>>>>", None,
    ),
    "a field of no size": (3, PAGE % (b"/Annots[%s]" % FORM), None),
    "the moment of the signature": (
        10, b"<</Title(One)/Keywords(edition sha256:ab, font sha256:%s, font x)/ModDate(D:2026)>>" % (b"c" * 64), None,
    ),
    "metadata with the same title": (9, stream(b"<x/><dc:title>One</dc:title>"), None),
    "a field that is seen": (3, PAGE % b"/Annots[<</FT/Sig/Subtype/Widget/Rect[0 0 5 5]>>]", "something to see"),
    "a field that does something": (
        3, PAGE % b"/Annots[<</FT/Sig/Subtype/Widget/Rect[0 0 0 0]/A<</S/JavaScript>>>>]", "something to see",
    ),
    "a note": (3, PAGE % b"/Annots[<</Subtype/FreeText/Rect[0 0 0 0]>>]", "something to see"),
    "another content of a page": (4, stream(b"BT ET"), "another object 4"),
    "another table of a font": (6, stream(b""), "another object 6"),
    "another bundle": (8, stream(b"PK-another"), "another object 8"),
    "another size of a page": (3, PAGE.replace(b"0 0 9 9", b"0 0 5 5") % b"", "another object 3"),
    "another page tree": (1, b"<</Type/Catalog/Pages 12 0 R/Metadata 9 0 R/Lang(en)/AF[7 0 R]>>", "another object 1"),
    "something done on opening": (
        1, b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R/Lang(en)/AF[7 0 R]/OpenAction 4 0 R>>", "another object 1",
    ),
    "a form of another kind": (
        1, b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R/Lang(en)/AF[7 0 R]/AcroForm<</XFA 4 0 R>>>>", "a form",
    ),
    "another title": (10, b"<</Title(Two)>>", "another object 10"),
    "metadata with another title": (9, stream(b"<dc:title>Two</dc:title>"), "another object 9"),
}  # fmt: skip


@pytest.mark.parametrize("what", APPENDED)
def test_only_a_signature_may_be_appended(what: str) -> None:
    """Whatever could change what a reader sees is named (ISO 32000-1, §7.5.6, §12.8)."""
    number, content, expected = APPENDED[what]
    found = appended_beside_signatures(pdf(), append(pdf(), number, content))
    assert (found is None) == (expected is None)
    assert found is None or found.startswith(str(expected))


def crossed(before: bytes, table: bytes, part: bytes = b"", info: bytes = b"10 0 R") -> bytes:
    """A file with a table of one's own appended, after a part of one's own."""
    found = re.findall(rb"startxref\n(\d+)", before)[-1]
    whole = before + b"\n" + part
    trailer = b"trailer<</Size 20/Root 1 0 R/Info %s/Prev %s>>\nstartxref\n%d\n%%%%EOF"
    return whole + table + trailer % (info, found, len(whole))


def streamed(before: bytes) -> bytes:
    """A file whose page content is freed by a table that is a stream."""
    found = re.findall(rb"startxref\n(\d+)", before)[-1]
    at = len(before) + 1
    rows = struct.pack(">BIH", 0, 0, 0) + struct.pack(">BIH", 1, at, 0)
    says = b"<</Type/XRef/W[1 4 2]/Index[4 1 13 1]/Size 20/Root 1 0 R/Info 10 0 R/Prev %s/Length %d>>"
    part = b"\n13 0 obj " + says % (found, len(rows)) + b"\nstream\n" + rows + b"\nendstream endobj\n"
    return before + part + b"startxref\n%d\n%%%%EOF" % at


PAGE = b"3 1 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 12 0 R>> endobj\n"
FORGED: dict[str, Callable[[bytes], bytes]] = {
    "the content is freed": lambda one: crossed(one, b"xref\n4 1\n0000000000 00000 f \n"),
    "the content is freed where it stands": lambda one: crossed(one, b"xref\n4 1\n0000000123 00000 f \n"),
    "the content is freed for another generation": lambda one: crossed(one, b"xref\n4 1\n0000000000 00001 f \n"),
    "the content is freed by a stream": streamed,
    "a page of another generation": lambda one: crossed(one, b"xref\n3 1\n%010d 00001 n \n" % (len(one) + 1), PAGE),
    "another title beside the first": lambda one: crossed(
        one, b"xref\n15 1\n%010d 00000 n \n" % (len(one) + 1), b"15 0 obj <</Title(Two)>> endobj\n", b"15 0 R"
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_update_that_readers_would_read_each_in_their_way_is_found(what: str) -> None:
    """What one reader passes over, another may show: neither is taken for a signature (ISO 32000-1, §7.5.4)."""
    assert appended_beside_signatures(pdf(), FORGED[what](pdf())) is not None


def test_font_table_without_end_is_refused() -> None:
    """Ranges that lie over one another cost no more than a table has codes."""
    ranges = b"".join(b"<%04x> <ffff> <0041>\n" % number for number in range(5000))
    table = stream(b"5000 beginbfrange\n" + ranges + b"endbfrange")
    with pytest.raises(MalformedError):
        printed_words(pdf(table=table))


def test_another_catalogue_is_found() -> None:
    """The file begins to be read elsewhere."""
    other = append(pdf(), 15, b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R>>", root=b"15 0 R")
    assert appended_beside_signatures(pdf(), other) == "another catalogue"
