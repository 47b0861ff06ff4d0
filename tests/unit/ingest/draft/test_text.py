"""Texts out of files: one spelling, spans that count in it, hostile files refused in a sentence (issue 5, point 4)."""

from hashlib import sha256

import pytest

from ledger.errors import MalformedError
from ledger.ingest.draft import text
from ledger.ingest.draft.span import Span
from ledger.ingest.draft.text import normalised, read_document


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b", "a\nb"),
        ("a\tb\u00a0c\u2009d", "a b c d"),
        ("so\u00ady\u200bbeans", "soybeans"),
        ("e\u0301", "é"),
        ("a\x07b\x7fc", "abc"),
        ("“a” – b\n", "“a” – b\n"),
    ],
)
def test_text_has_one_spelling(given: str, expected: str) -> None:
    """Line ends, spaces, hidden characters and composition are settled before anything is counted."""
    assert normalised(given) == expected
    assert normalised(expected) == expected


def test_document_names_the_file_and_its_text_by_digest() -> None:
    """Spans count in the text; both digests are over bytes that anybody has."""
    raw = "\ufeffA\r\npledge.".encode()
    found = read_document(raw, name="a.txt")
    assert found.text == "A\npledge."
    assert found.digest == f"sha256:{sha256(raw).hexdigest()}"
    assert found.text_digest == f"sha256:{sha256(b'A' + bytes([10]) + b'pledge.').hexdigest()}"
    assert found.words(Span(2, 8)) == "pledge"
    assert found.locate(Span(2, 8)) == "characters 2–8 of the text"


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b"plain words", "text"),
        (b"<!DOCTYPE html><p>words</p>", "html"),
        (b"\xef\xbb\xbf <!-- c --> <html><body>words</body></html>", "html"),
        (b"a < b and <p is no page", "text"),
        ("A".encode("utf-16"), "text"),
    ],
)
def test_form_is_told_by_the_beginning(raw: bytes, form: str) -> None:
    """A file's name says nothing; how it begins does."""
    assert read_document(raw, name="x.bin").form == form


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "holds no text"),
        (b" \n\t ", "holds no text"),
        (b"caf\xe9", "byte 3 is not UTF-8"),
        (b"a\nb\x00c", "line 2: holds a control character"),
        (b"\x7fELF\x02\x01\x01\x00", "holds a control character"),
    ],
)
def test_what_is_no_text_is_refused(raw: bytes, reason: str) -> None:
    """A binary file, an empty one and another encoding each get their sentence."""
    with pytest.raises(MalformedError, match=reason):
        read_document(raw, name="x.txt")


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file nor its text may be larger than people sign."""
    monkeypatch.setattr(text, "LIMIT", 10)
    with pytest.raises(MalformedError, match="more than the 10 bytes"):
        read_document(b"x" * 11, name="x.txt")
    monkeypatch.setattr(text, "LIMIT", 100)
    monkeypatch.setattr(text, "CHARACTERS", 10)
    with pytest.raises(MalformedError, match="more than the 10 characters"):
        read_document(b"x" * 11, name="x.txt")


def test_name_of_a_file_acts_nowhere() -> None:
    """A file name with control characters is written plainly into messages."""
    with pytest.raises(MalformedError, match=r"^a b\.txt: holds no text"):
        read_document(b"", name="a\n\u202e b.txt")
