"""A text to look for pledges in: read out of a file, in one spelling, so that a span of characters means one thing.

Plain text, HTML and PDF are told apart by how they begin. Whatever the file, the text has line feeds alone, one kind of
space, no format characters, and is in NFC: characters of *this* text are what spans count, from 0. What is larger or
deeper than a document that people sign is refused. No file is opened here. Source: issue 5, point 4.
"""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from ledger.errors import MalformedError
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.timing import heading_day

LIMIT: Final = 16 << 20
"""Bytes that a file may have."""

CHARACTERS: Final = 2_000_000
"""Characters that its text may have: a treaty of a thousand pages."""

Form = Literal["text", "html", "pdf"]

_HTML: Final = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article|div|p|h1|meta)\b", re.IGNORECASE | re.DOTALL
)
_LINE_ENDS: Final = re.compile(r"\r\n?|[\u2028\u2029\u0085\v]")


@dataclass(frozen=True, slots=True)
class Document:
    """A text, and the file that it was read out of.

    Attributes:
        name: of the file, for messages. ``digest``: of the file's bytes; ``text_digest``: of the text in UTF-8.
        title: as the file gives it, else null.
        day: the day on which it says that it was published, in its head or its first lines; null where it says none.
        pages: of a PDF, where each page begins in the text; empty for other forms.
    """

    name: str
    form: Form
    text: str
    digest: str
    text_digest: str
    title: str | None = None
    day: str | None = None
    pages: tuple[int, ...] = ()

    def words(self, span: Span) -> str:
        """Return the characters of a span."""
        return self.text[span.start : span.end]

    def locate(self, span: Span) -> str:
        """Return where a span is, in words."""
        place = f"characters {span.start}–{span.end} of the text"
        page = sum(begin <= span.start for begin in self.pages)
        return f"page {page}, {place}" if page else place


def read_document(raw: bytes, *, name: str) -> Document:
    """Return the text of a file.

    Raises:
        MalformedError: it is too large, too deep, empty, damaged or protected, or no text; the sentence says which.
        UnavailableError: what reads HTML or PDF is not installed.
    """
    name = " ".join(normalised(name).split()) or "a file"
    if len(raw) > LIMIT:
        raise MalformedError(f"{name}: has more than the {LIMIT} bytes that are read; give a part of it.", file=name)
    if b"%PDF-" in raw[:1024]:
        from ledger.ingest.draft.pdf import read_pages  # noqa: PLC0415  (an extra, and a process of its own)

        return _of_pages(raw, read_pages(raw, name=name), name)
    if _HTML.match(raw.removeprefix(b"\xef\xbb\xbf")[:4096]):
        from ledger.ingest.draft.page import read_page  # noqa: PLC0415  (an extra)

        page = read_page(raw, name=name)
        return _document(raw, page.text, name, form="html", title=page.title, day=page.day)
    return _document(raw, _decoded(raw, name), name, form="text")


def normalised(text: str) -> str:
    """Return a text in the one spelling that spans are counted in."""
    text = _LINE_ENDS.sub("\n", text)
    kept = []
    for character in text:
        category = unicodedata.category(character) if not character.isascii() or character < " " else ""
        if character == "\n":
            kept.append(character)
        elif character in "\t\f" or category == "Zs":
            kept.append(" ")
        elif category not in {"Cc", "Cf", "Co", "Cs", "Cn"} and character != "\x7f":
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _decoded(raw: bytes, name: str) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"{name}: byte {error.start} is not UTF-8; save it as text in UTF-8, as HTML or as PDF."
        raise MalformedError(message, file=name, byte=error.start) from error
    odd = next((c for c in text if c < " " and c not in "\t\n\r\f\v"), None)
    if odd is not None:
        line = text.count("\n", 0, text.index(odd)) + 1
        raise MalformedError(f"{name}, line {line}: holds a control character; this is no text to read.", file=name)
    return text


def _of_pages(raw: bytes, pages: tuple[str, ...], name: str) -> Document:
    texts = [normalised(page).strip("\n") for page in pages]
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + 2
    if not any(text.strip() for text in texts):
        message = f"{name}: none of its {len(texts)} pages holds text, only pictures perhaps; have it recognised first."
        raise MalformedError(message, file=name)
    return _document(raw, "\n\n".join(texts), name, form="pdf", pages=tuple(starts))


def _document(
    raw: bytes, text: str, name: str, *, form: Form, title: str | None = None, day: str | None = None,
    pages: tuple[int, ...] = (),
) -> Document:  # fmt: skip
    whole = normalised(text) if len(text) <= 2 * CHARACTERS else text
    if len(whole) > CHARACTERS:
        message = f"{name}: its text has more than the {CHARACTERS} characters that are read; give a part of it."
        raise MalformedError(message, file=name)
    if not whole.strip():
        raise MalformedError(f"{name}: holds no text; give the document itself.", file=name)
    return Document(
        name=name, form=form, text=whole, digest=f"sha256:{sha256(raw).hexdigest()}",
        text_digest=f"sha256:{sha256(whole.encode()).hexdigest()}", title=title, day=day or heading_day(whole),
        pages=pages,
    )  # fmt: skip
