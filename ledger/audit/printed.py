"""A printed report: a PDF that carries its bundle, read with nothing of it believed (design §2.6).

Here its one attachment is taken out, what it says of its own making is read, the words that it prints are gathered, and
what was appended to it is looked through: a signature may be, nothing else. Whether the bundle is sound and whether the
words are its own is for `ledger.audit.verify`. Source: ISO 32000-1, §7.5.6 (incremental updates), §7.11.4 (embedded
files), §9.10 (extraction of text), §12.8 (signatures), §14.6 (marked content).
"""

import io
import logging
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import MalformedError, PledgerError, UnavailableError

if TYPE_CHECKING:
    from pypdf import PdfReader

PDF_START: Final = b"%PDF-"
"""How every PDF begins (§7.5.2)."""

SIGNED: Final = b"/ByteRange"
"""What stands in every report that is signed (§12.8.1)."""

ATTACHMENT: Final = "audit.zip"
"""The name of the bundle inside a report."""

ATTACHMENT_LIMIT: Final = 1 << 26
"""The most bytes of a bundle that a report carries: readers of PDF stop soon after, for fear of endless unpacking."""

PDF_LIMIT: Final = ATTACHMENT_LIMIT + (1 << 27)
"""The most bytes of a report that is read."""

EDITION_KEYWORD: Final = "edition "
FONT_KEYWORD: Final = "font "
"""How a keyword of the file begins that names the edition of the report's wording, or a font that was given."""

_PAGES_LIMIT: Final = 4_000
_OBJECTS_LIMIT: Final = 2_000_000
_CMAP_LIMIT: Final = 1 << 22
_CODES: Final = 1 << 16
_PAGE_LIMIT: Final = 1 << 20
_PAGES_BYTES_LIMIT: Final = 1 << 26
_OPERATORS_LIMIT: Final = 2_000_000
"""The most bytes of one page, and bytes and operators of all pages and tables of characters together: a report of ours
has less than a tenth of each."""

_CHARACTER: Final = 16
"""The most characters that one code of a font stands for; a ligature has three."""

_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
_LANGUAGE: Final = re.compile("[a-z]{2,3}")
_CHARACTERS: Final = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_XMP_TITLE: Final = re.compile(rb"<dc:title\b.*?</dc:title>", re.DOTALL)
_TAG: Final = re.compile(rb"<[^>]*>|\s+")
_CATALOGUE: Final = frozenset({"/AcroForm", "/Extensions", "/Version"})
_INFORMATION: Final = frozenset({"/ModDate", "/Producer"})
_FORM: Final = frozenset({"/Fields", "/SigFlags", "/DA", "/DR"})
"""What a signature may add to the catalogue, to the file's information, and the members of its form."""

_HEX: Final = re.compile(rb"<([0-9A-Fa-f]*)>|(\[)|(\])")
_END: Final = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF\s*\Z")
_END_LIMIT: Final = 100
_TABLE: Final = re.compile(
    rb"xref[ \r]*\n((?:[0-9]+ [0-9]+[ \r]*\n(?:[0-9]{10} [0-9]{5} [nf][ \r][\r\n])*+)*+)trailer\s*+"
)
_SECTION: Final = re.compile(rb"([0-9]+) ([0-9]+)[ \r]*\n((?:[0-9]{10} [0-9]{5} [nf][ \r][\r\n])*+)")
_IN_USE: Final = b" 00000 n"
_NONE: Final = b"0000000000 65535 f"
_ENTRY: Final = 20


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature on a printed report, as it was looked at; whether its signer is to be trusted is not said here.

    Attributes:
        by: the subject of the certificate, as it calls itself.
        certificate: digest of the certificate.
        at: when it was signed, by the signer's own word; null where it does not say.
        is_intact: what it covers is what was signed.
        is_whole: it covers the whole file.
    """

    by: str
    certificate: str
    at: str | None
    is_intact: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A report as it came, its attachment taken out.

    Attributes:
        raw: the whole file.
        bundle: what is attached.
        language: of the report's own words, as the file says.
        edition: the digest of the wording and looks that it was made with, as the file says; empty where it does not.
        fonts: digests of the fonts that were given when it was made, as the file says.
    """

    raw: bytes
    bundle: bytes
    language: str
    edition: str
    fonts: tuple[str, ...]


def open_printed(raw: bytes) -> Printed:
    """Return a report with its attachment.

    Raises:
        MalformedError: it is no PDF that can be read, is encrypted, or does not carry exactly one bundle as ours do.
        UnavailableError: the reader of PDF is not installed.
    """
    if len(raw) > PDF_LIMIT:
        message = f"The report has more than the {PDF_LIMIT} bytes that are read; ask for the bundle by itself (.zip)."
        raise MalformedError(message)
    with _reading():
        reader = _reader(raw)
        root = _root(reader)
        bundle = _attachment(reader)
        keywords = _keywords(reader)
        said = str(root.get("/Lang", "")).split("-")[0].lower()
    editions = [one for one in keywords if one.startswith(EDITION_KEYWORD)]
    fonts = [one.removeprefix(FONT_KEYWORD) for one in keywords if one.startswith(FONT_KEYWORD)]
    return Printed(
        raw=raw,
        bundle=bundle,
        language=said if _LANGUAGE.fullmatch(said) else "en",
        edition=editions[0].removeprefix(EDITION_KEYWORD) if len(editions) == 1 else "",
        fonts=tuple(one for one in fonts if _DIGEST.fullmatch(one)),
    )


def printed_words(raw: bytes) -> str:
    """Return the words of all pages, in their order and without white space: what a report says, wherever lines break.

    Feet of pages and repeated heads of tables are left out, as the file itself sets them apart from what is said
    (§14.8.2.2, artifacts), and so is what stands in pictures.

    Raises:
        MalformedError: it cannot be read.
        UnavailableError: the reader of PDF is not installed.
    """
    with _reading():
        reader, left = _reader(raw), _Left()
        fonts: dict[int, Mapping[int, str]] = {}
        return "".join(_page_words(page, reader, fonts, left) for page in _pages(reader))


def appended_beside_signatures(before: bytes, after: bytes) -> str | None:
    """Return what was appended to a report beside signatures; null where nothing was.

    A signature adds its value, an invisible field on a page and a form that lists it. Whatever else stands in an
    appended part could change what a reader sees.

    Args:
        before: the report as it was made; ``after`` begins with it.
    """
    with _reading():
        old, new = _reader(before), _reader(after)
        root = _number_of(old.trailer.raw_get("/Root"))
        if _number_of(new.trailer.raw_get("/Root")) != root:
            return "another catalogue"
        if _number_of(new.trailer.raw_get("/Info")) != _number_of(old.trailer.raw_get("/Info")):
            return "other information about the file"
        if not _has_plain_tables(before, after, new):
            return "a table of objects that is not plain"
        may_change = {root: _CATALOGUE, _number_of(old.trailer.raw_get("/Info")): _INFORMATION}
        may_change |= {_number_of(page.indirect_reference): frozenset({"/Annots"}) for page in _pages(old)}
        metadata = _number_of(_root(old).raw_get("/Metadata"))  # type: ignore[attr-defined]  # pypdf's own mapping
        was_at, now_at = _places(old), _places(new)
        for number in sorted(number for number, place in was_at.items() if now_at.get(number) != place):
            was, now = (reader.get_object(_reference(reader, number)) for reader in (old, new))
            if number == metadata:
                is_kept = _titles(was) == _titles(now)
            else:
                is_kept = number in may_change and _is_same_but(was, now, may_change[number])
            if not is_kept:
                return f"another object {number}"
        if not set(_plain(_root(new).get("/AcroForm", {}))) <= _FORM:
            return "a form"
        if not all(map(_adds_only_invisible_fields, _pages(old), _pages(new))):
            return "something to see on a page"
    return None


# --- the file ---


@contextmanager
def _reading() -> Iterator[None]:
    """Turn whatever the reader makes of a hostile file into one sentence, and keep it from telling of every oddity."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    except PledgerError:
        raise
    except ImportError as error:
        raise UnavailableError(
            "Reports in PDF are read by pypdf, which is not there; run pip install pypdf."
        ) from error
    except Exception as error:  # a damaged file makes the reader fail in any way there is
        raise MalformedError("This is no report as it was written: the PDF is damaged; get the file again.") from error
    finally:
        logger.setLevel(before)


def _reader(raw: bytes) -> "PdfReader":
    from pypdf import PdfReader  # noqa: PLC0415  # only who verifies a PDF waits for it

    if not raw.startswith(PDF_START):
        raise MalformedError("This is no PDF; give the report as pledger audit -o FILE.pdf wrote it.")
    reader = PdfReader(io.BytesIO(raw), strict=True)
    if reader.is_encrypted:
        raise MalformedError("The report is encrypted, as no report of ours is; get the file again.")
    return reader


def _root(reader: "PdfReader") -> Mapping[str, Any]:
    root = _plain(reader.trailer["/Root"])
    if not isinstance(root, Mapping):
        message = "the catalogue is no dictionary"
        raise TypeError(message)
    return root


def _pages(reader: "PdfReader") -> "list[Any]":
    pages = list(reader.pages)
    if len(pages) > _PAGES_LIMIT:
        raise MalformedError(f"The report has more than the {_PAGES_LIMIT} pages that are read; get the bundle (.zip).")
    return pages


def _plain(value: Any) -> Any:  # noqa: ANN401  # objects of a PDF are anything
    """Return the object that a reference stands for."""
    return value.get_object() if hasattr(value, "get_object") else value


def _number_of(reference: Any) -> int:  # noqa: ANN401  # as above
    return int(reference.idnum)


def _reference(reader: "PdfReader", number: int) -> Any:  # noqa: ANN401  # as above
    from pypdf.generic import IndirectObject  # noqa: PLC0415  # as above

    return IndirectObject(number, 0, reader)


def _places(reader: "PdfReader") -> dict[int, tuple[int, ...]]:
    """Return where each object of the file stands: a byte, or a place in a stream of objects."""
    plain = {number: (offset,) for numbers in reader.xref.values() for number, offset in numbers.items()}
    return {**plain, **{number: tuple(place) for number, place in reader.xref_objStm.items()}}


# --- the attachment ---


def _attachment(reader: "PdfReader") -> bytes:
    """Return what is attached; it has to be one file under one name, wherever in the PDF files may hide."""
    found: dict[int, Any] = {}
    numbers = _places(reader)
    if len(numbers) > _OBJECTS_LIMIT:
        raise MalformedError("The report has more objects than are read; get the bundle by itself (.zip).")
    for number in numbers:
        one: Any = reader.get_object(_reference(reader, number))
        if isinstance(one, Mapping) and "/EF" in one:
            found[number] = one
    if not found:
        raise MalformedError(
            f"The PDF carries no attachment {ATTACHMENT}, and so no proof; give one by pledger audit -o FILE.pdf."
        )
    if len(found) > 1:
        raise MalformedError(f"The PDF carries {len(found)} attachments, and a report carries one; get the file again.")
    (file,) = found.values()
    names = {str(file[key]) for key in ("/F", "/UF") if key in file}
    if names != {ATTACHMENT}:
        name = max(names - {ATTACHMENT}, default="")[:60]
        raise MalformedError(f"The attachment of the PDF is named {name!r} and not {ATTACHMENT}; get the file again.")
    streams = {_number_of(one) for one in _plain(file["/EF"]).values()} if file["/EF"] else set()
    if len(streams) != 1:
        raise MalformedError("The attachment of the PDF has two contents under one name; get the file again.")
    return _content(reader.get_object(_reference(reader, streams.pop())), limit=ATTACHMENT_LIMIT, what="attachment")


def _content(stream: Any, *, limit: int, what: str) -> bytes:  # noqa: ANN401  # as above
    """Return the content of a stream, which is stored or deflated once, and at most so large."""
    raw: bytes = stream._data  # noqa: SLF001  # what stands in the file: the reader's own decoding knows no such limit
    filters = _plain(stream.get("/Filter"))
    names = [str(_plain(one)) for one in filters] if isinstance(filters, list) else [str(filters)] if filters else []
    if "/DecodeParms" in stream or names not in ([], ["/FlateDecode"]):
        raise MalformedError(f"The {what} of the PDF is packed as no report of ours packs it; get the file again.")
    if names:
        unpacked = zlib.decompressobj()
        raw = unpacked.decompress(raw, limit + 1)
        if len(raw) <= limit and not unpacked.eof:
            raise MalformedError(f"The {what} of the PDF is cut short; get the file again.")
    if len(raw) > limit:
        raise MalformedError(f"The {what} of the PDF has more than the {limit} bytes that are read; do not rely on it.")
    return raw


def _keywords(reader: "PdfReader") -> list[str]:
    """Return the keywords of the file."""
    info = _plain(reader.trailer.get("/Info"))
    said = info.get("/Keywords") if isinstance(info, Mapping) else None
    return [one.strip() for one in str(said)[:4000].split(",")] if said is not None else []


# --- the words ---


class _Left:
    """How much of the pages is still read: one measure for the whole file, so that many pages cost what one may."""

    def __init__(self) -> None:
        self._bytes, self._operators = _PAGES_BYTES_LIMIT, _OPERATORS_LIMIT

    def take(self, *, size: int = 0, operators: int = 0) -> None:
        """Take so much away; raise where there is not so much left."""
        self._bytes -= size
        self._operators -= operators
        if min(self._bytes, self._operators) < 0:
            message = (
                f"The pages of the report hold more than the {_PAGES_BYTES_LIMIT} bytes or {_OPERATORS_LIMIT} "
                "operators that are read; do not rely on its print, and ask for the bundle by itself (.zip)."
            )
            raise MalformedError(message)


def _page_words(page: Any, reader: "PdfReader", fonts: dict[int, Mapping[int, str]], left: _Left) -> str:  # noqa: ANN401  # as above
    """Return the words of one page: what its text operators show, by the fonts' own tables of characters (§9.10.2)."""
    from pypdf.generic import ContentStream  # noqa: PLC0415  # as above

    contents = page.get("/Contents")
    if contents is None:
        return ""
    stream = _plain(contents)
    parts = [_plain(one) for one in stream] if isinstance(stream, list) else [stream]
    joined = ContentStream(None, reader)
    joined.set_data(_joined(parts, left))
    resources = _plain(page["/Resources"])
    named = _plain(resources.get("/Font", {}))
    said: list[str] = []
    marks: list[bool] = []
    table: Mapping[int, str] = {}
    left.take(operators=len(joined.operations))
    for operands, operator in joined.operations:
        if operator in {b"BMC", b"BDC"}:
            marks.append(str(operands[0]) == "/Artifact")
        elif operator == b"EMC":
            marks.pop()
        elif operator == b"Tf":
            table = _table(named.raw_get(operands[0]), fonts, left)
        elif operator in {b"Tj", b"TJ", b"'", b'"'} and not any(marks):
            said.append(_decoded(operands[-1], table))
    return "".join(said)


def _joined(parts: list[Any], left: _Left) -> bytes:
    """Return the contents of one page, which may be in parts, and are at most so large together."""
    whole = bytearray()
    for one in parts:
        whole += b"\n" + _content(one, limit=max(0, _PAGE_LIMIT - len(whole)), what="page")
    left.take(size=len(whole))
    return bytes(whole)


def _decoded(shown: Any, table: Mapping[int, str]) -> str:  # noqa: ANN401  # as above
    pieces = shown if isinstance(shown, list) else [shown]
    raws = [one.original_bytes for one in pieces if hasattr(one, "original_bytes")]
    codes = (int.from_bytes(raw[place : place + 2], "big") for raw in raws for place in range(0, len(raw), 2))
    text = "".join(table.get(code, "\ufffd") for code in codes)
    return "".join(one for one in text if not one.isspace() and one not in "\u200b\xad")


def _table(reference: Any, fonts: dict[int, Mapping[int, str]], left: _Left) -> Mapping[int, str]:  # noqa: ANN401  # as above
    """Return the characters of a font, by its codes of two bytes."""
    number = _number_of(reference)
    if number not in fonts:
        font = _plain(reference)
        raw = _content(_plain(font["/ToUnicode"]), limit=_CMAP_LIMIT, what="font")
        left.take(size=len(raw))
        fonts[number] = dict(_characters(raw))
    return fonts[number]


def _characters(raw: bytes) -> Iterator[tuple[int, str]]:
    left = _CODES
    for kind, body in _CHARACTERS.findall(raw):
        tokens = [bytes.fromhex(one[0].decode()) for one in _HEX.findall(body) if not one[1] and not one[2]]
        if kind == b"char":
            for code, text in zip(tokens[::2], tokens[1::2], strict=True):
                said = text.decode("utf-16-be")
                if len(said) > _CHARACTER:
                    message = "a font's table makes a text of one code, as none of ours does"
                    raise ValueError(message)
                yield int.from_bytes(code, "big"), said
        elif b"[" in body:
            message = "a font's table has ranges with lists, as none of ours has"
            raise ValueError(message)
        else:
            for first, last, text in zip(tokens[::3], tokens[1::3], tokens[2::3], strict=True):
                start, point = int.from_bytes(first, "big"), int.from_bytes(text, "big")
                end = min(int.from_bytes(last, "big") + 1, _CODES)
                left -= max(0, end - start)
                if left < 0:
                    message = "a font's table names more characters than there are codes"
                    raise ValueError(message)
                for number in range(start, end):
                    yield number, chr(point + number - start)


# --- what was appended ---


def _has_plain_tables(before: bytes, after: bytes, reader: "PdfReader") -> bool:
    """Whether each appended table of objects is of the old form, frees no object and starts no generation (§7.5.4).

    Readers differ in what an object is that was freed, or that has a second generation: what one of them does not see,
    another would show.
    """
    from pypdf.generic import read_object  # noqa: PLC0415  # as above

    place = _start_of_table(after)
    while place is not None and place >= len(before):
        table = _TABLE.match(after, place)
        if table is None or not all(map(_is_plain_section, _SECTION.finditer(table[1]))):
            return False
        stream = io.BytesIO(after)
        stream.seek(table.end())
        trailer: Any = read_object(stream, reader)
        if not isinstance(trailer, Mapping) or "/XRefStm" in trailer or not 0 <= int(trailer["/Prev"]) < place:
            return False
        place = int(trailer["/Prev"])
    return place is not None and place == _start_of_table(before)


def _start_of_table(raw: bytes) -> int | None:
    """Return where the last table of a file begins, by what the file ends with (§7.5.5)."""
    found = _END.search(raw[-_END_LIMIT:])
    return int(found[1]) if found is not None else None


def _is_plain_section(section: re.Match[bytes]) -> bool:
    """Whether a part of a table has as many objects as it says, all in use, but for number 0, which never is."""
    entries = [section[3][at : at + _ENTRY] for at in range(0, len(section[3]), _ENTRY)]
    if entries and int(section[1]) == 0 and entries[0].startswith(_NONE):
        return int(section[2]) == len(entries) and all(one[10:18] == _IN_USE for one in entries[1:])
    return int(section[2]) == len(entries) and all(one[10:18] == _IN_USE for one in entries)


def _is_same_but(was: Any, now: Any, may_change: frozenset[str]) -> bool:  # noqa: ANN401  # as above
    """Whether two dictionaries say the same, but for members that a signature may add or change."""
    if not isinstance(was, Mapping) or not isinstance(now, Mapping):
        return False
    kept = [key for key in was if key not in may_change]
    if sorted(kept) != sorted(key for key in now if key not in may_change):
        return False
    return all(_shown(was.raw_get(key)) == _shown(now.raw_get(key)) for key in kept)  # type: ignore[attr-defined]


def _titles(metadata: Any) -> list[bytes]:  # noqa: ANN401  # as above
    """Return the titles of the file's metadata, which a reader shows above the pages (XMP, dc:title)."""
    raw = _content(metadata, limit=_CMAP_LIMIT, what="metadata")
    return [_TAG.sub(b"", one) for one in _XMP_TITLE.findall(raw)]


def _shown(value: Any) -> str:  # noqa: ANN401  # as above
    """Return a value as the file spells it, references unfollowed."""
    sink = io.BytesIO()
    value.write_to_stream(sink)
    return sink.getvalue().decode("latin-1")


def _adds_only_invisible_fields(was: Any, now: Any) -> bool:  # noqa: ANN401  # as above
    """Whether a page has the annotations that it had, and beside them signature fields of no size."""
    before = [_shown(one) for one in _plain(was.get("/Annots", []))]
    after = list(_plain(now.get("/Annots", [])))
    if [_shown(one) for one in after[: len(before)]] != before:
        return False
    return all(_is_invisible_field(_plain(one)) for one in after[len(before) :])


def _is_invisible_field(one: Mapping[str, Any]) -> bool:
    rectangle = [float(side) for side in _plain(one.get("/Rect", [1, 1, 0, 0]))]
    return (
        one.get("/Subtype") == "/Widget"
        and one.get("/FT") == "/Sig"
        and rectangle[0] == rectangle[2]
        and rectangle[1] == rectangle[3]
        and not {"/A", "/AA", "/MK"} & set(one)
    )
