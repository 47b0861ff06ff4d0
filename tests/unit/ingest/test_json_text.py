"""JSON as it streams by: elements one by one, and every way in which a document is not whole (RFC 8259)."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest import source as source_module
from ledger.ingest.json_text import JsonText
from ledger.ingest.source import Source


def read(raw: bytes, *path: str) -> list[object]:
    """Return the elements that a path leads to."""
    return list(JsonText(Source(io.BytesIO(raw), name="a.json")).elements(path))


def test_elements_are_found_below_their_path() -> None:
    """Members before and behind the array are passed over, and numbers keep their spelling (style §6)."""
    raw = b'{"status":"ok","data":{"total":{"x":[1]},"flows":[{"a":1.50},{"a":null}],"more":[]},"meta":1e3}'
    assert read(raw, "data", "flows") == [{"a": "1.50"}, {"a": None}]


def test_simple_members_beside_the_path_are_kept() -> None:
    """Counts and errors that a service states beside its records can be looked at."""
    text = JsonText(Source(io.BytesIO(b'{"count":2,"data":[1,2],"error":"","at":{"x":true}}'), name="a.json"))
    assert list(text.elements(("data",))) == ["1", "2"]
    assert text.beside == {"count": "2", "error": ""}


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_where_the_text_is_cut_changes_nothing(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Numbers, names and characters of several bytes may lie across two pieces of the file."""
    monkeypatch.setattr(source_module, "CHUNK", chunk)
    raw = '{"n":12345,"d":[123,{"ä\\u00fc":"é…","b":[true,false]},"x",-1.25e3]}'.encode()
    assert read(raw, "d") == ["123", {"äü": "é…", "b": [True, False]}, "x", "-1.25e3"]


def test_mark_of_utf_8_is_left_out() -> None:
    """Some services begin with a byte order mark."""
    assert read(b"\xef\xbb\xbf[1]") == ["1"]


REFUSED: dict[str, tuple[bytes, tuple[str, ...], str]] = {
    "nothing": (b"", (), "the file is empty"),
    "a page of HTML": (b"<!DOCTYPE html><html>busy</html>", (), "a web page in place of data"),
    "an error in place of data": (
        b'{"statusCode":429,"message":"Rate limit is exceeded"}', ("data",),
        "no member 'data'; it may be an error message of the service .it says statusCode: 429; message: Rate limit",
    ),
    "an object where the array should be": (b'{"data":{}}', ("data",), "member 'data' is not a JSON array"),
    "a list where the object should be": (b"[1]", ("data",), "has no member 'data'"),
    "an array cut short": (b'{"data":[{"a":1},', ("data",), "was it cut short"),
    "an object cut short after its array": (b'{"data":[{"a":1}]', ("data",), "was it cut short"),
    "a string cut short": (b'{"data":["abc', ("data",), "was it cut short"),
    "a comma too many": (b"[1,]", (), "was it cut short"),
    "no comma": (b"[1 2]", (), "a comma or a closing bracket is missing"),
    "more than one document": (b"[1]\n[2]", (), "more text follows its end"),
    "a name twice in a record": (b'[{"a":1,"a":2}]', (), "the name 'a' occurs twice"),
    "a name twice on the way": (b'{"data":[1],"data":[2]}', ("data",), "the name 'data' occurs twice"),
    "not a number": (b"[NaN]", (), "NaN is no number"),
    "infinity": (b'{"x":Infinity,"data":[]}', ("data",), "Infinity is no number"),
    "hostile nesting": (b"[" * 100_000, (), "nests too deeply"),
    "another encoding": ('["é"]'.encode("latin-1"), (), "is not UTF-8 near byte 3"),
    "a character cut in half": ('["é'.encode()[:-1], (), "in the middle of a character|not UTF-8"),
    "wide characters": ("[1]".encode("utf-16"), (), "line 1 is UTF-16"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_document_that_is_not_whole_is_refused(case: str) -> None:
    """Nothing is taken from a document that is broken anywhere (style §7)."""
    raw, path, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason) as caught:
        read(raw, *path)
    assert str(caught.value).startswith("a.json: ")


def test_part_that_is_too_large_is_refused() -> None:
    """One record has a limit, so that memory has one."""
    with pytest.raises(MalformedError, match="one part of it has more than 1000 characters"):
        list(JsonText(Source(io.BytesIO(b'["' + b"x" * 5000), name="a.json"), limit=1000).elements(()))
