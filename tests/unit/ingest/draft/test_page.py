"""Pages of HTML as text: what a reader sees, and nothing deeper or larger than people write (issue 5, point 4)."""

import pytest

from ledger.errors import MalformedError
from ledger.ingest.draft import page
from ledger.ingest.draft.page import read_page


def body(text: str) -> bytes:
    """Return a page with a body."""
    return f"<!doctype html><html><body>{text}</body></html>".encode()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>China will <b>buy</b> soy.</p><p>Both agreed.</p>", "China will buy soy.\n\nBoth agreed."),
        ("<ul><li>One</li><li>Two</li></ul>", "• One\n\n• Two"),
        ("a<br>b", "a\nb"),
        ("<script>China will buy.</script><style>x</style><p>Seen</p><nav>Menu</nav>", "Seen"),
        ("<p hidden>No</p><p>Yes</p>", "Yes"),
        ("<p>so&shy;y &amp; corn&nbsp;&#8212; 5&thinsp;t</p>", "so\u00ady & corn — 5 t"),
        ("<!-- China will buy --><p>Seen<?php x ?></p>", "Seen"),
        ("<p>unclosed <i>words", "unclosed words"),
    ],
)
def test_text_is_what_a_reader_sees(given: str, expected: str) -> None:
    """Blocks stand apart, inline marks do not, and what is not shown is not read."""
    assert read_page(body(given), name="x.html").text == expected


def test_head_gives_title_and_day() -> None:
    """The title, and the day on which the page says that it was published."""
    raw = b'<html><head><title> A  statement </title><meta name="date" content="2026-03-10T08:00:00Z"></head>x</html>'
    found = read_page(raw, name="x.html")
    assert (found.title, found.day) == ("A statement", "2026-03-10")
    assert read_page(body("x"), name="x.html").day is None
    assert read_page(b'<meta name="date" content="March 2026"><p>x', name="x.html").day is None


def test_encoding_is_utf8_or_the_one_declared() -> None:
    """A page in an older encoding says so; one that says nothing, or something odd, is refused."""
    assert read_page('<meta charset="windows-1252"><p>café'.encode("cp1252"), name="x").text == "café"
    assert read_page("<p>中国".encode("utf-16"), name="x").text == "中国"
    with pytest.raises(MalformedError, match="declares no characters"):
        read_page("<p>café".encode("cp1252"), name="x")
    with pytest.raises(MalformedError, match="declares the characters 'utf-7'"):
        read_page(b'<meta charset="utf-7"><p>caf\xe9', name="x")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (body("<div>" * 240 + "x"), "nest deeper than 200 levels"),
        (body("<b>" * 20_000 + "x"), "nest deeper than 200 levels"),
        (b"<!doctype html>", "is no HTML that can be read"),
    ],
)
def test_hostile_page_is_refused(raw: bytes, reason: str) -> None:
    """Depth is limited, and a page of nothing is none."""
    with pytest.raises(MalformedError, match=reason):
        read_page(raw, name="x.html")


def test_number_of_tags_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a million tags is refused before it is parsed."""
    monkeypatch.setattr(page, "TAGS", 3)
    with pytest.raises(MalformedError, match="more than the 3 tags"):
        read_page(body("<p>x"), name="x.html")


def test_entities_of_a_document_type_are_not_resolved() -> None:
    """Neither a file nor an endless text comes in by an entity."""
    raw = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "zzzz">]><p>a &x; &y; b</p>'
    found = read_page(raw, name="x.html").text
    assert "zzzz" not in found.partition("]>")[2]
    assert found.endswith("a &x; &y; b")
