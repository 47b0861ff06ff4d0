"""Markup: XML as it streams by, and what hostile or broken XML comes to."""

import io

import pytest

from ledger.errors import MalformedError, UnavailableError
from ledger.ingest.markup import forget, library, local, read_elements
from ledger.ingest.source import Source


def tags(raw: bytes) -> list[str]:
    """Return the names of elements in the order of their ends."""
    found = []
    for event, element in read_elements(Source(io.BytesIO(raw), name="a.xml")):
        if event == "end":
            found.append(local(element.tag))
            forget(element)
    return found


def test_elements_come_in_order_and_the_whole_file_is_digested() -> None:
    """Comments and instructions are passed over; the digest covers what follows the end."""
    raw = b'<?xml version="1.0"?><a xmlns="urn:x"><!-- c --><b/><?pi x?><b/></a>\n\n'
    source = Source(io.BytesIO(raw), name="a.xml")
    assert [local(element.tag) for event, element in read_elements(source) if event == "end"] == ["b", "b", "a"]
    assert source.size == len(raw)


REFUSED = {
    "nothing": (b"", "the file is empty"),
    "no XML": (b'{"error": "busy"}', "line 1 is not XML"),
    "cut short": (b"<a>\n<b>", "line 2 is not XML that can be read .*; was it cut short"),
    "two documents": (b"<a/><a/>", "is not XML"),
    "a name of a file outside": (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>', "declares a document type",
    ),
    "entities that swell": (
        b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>', "declares a document type",
    ),
    "a document type elsewhere": (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "declares a document type"),
    "nesting without end": (b"<a>" * 5000, "is not XML"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_xml_that_is_hostile_or_broken_is_refused(case: str) -> None:
    """Nothing is resolved, nothing is fetched, and half a document is none (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        tags(raw)


def test_error_of_the_source_is_not_lost_in_the_parser() -> None:
    """A file over its cap is refused for that, though the parser is the one that reads."""
    with pytest.raises(MalformedError, match="larger than 10 bytes"):
        list(read_elements(Source(io.BytesIO(b"<a>" + b" " * 50 + b"</a>"), name="a.xml", limit=10)))


def test_package_that_is_not_installed_is_named_with_its_extra() -> None:
    """What reads a format is an extra, and its absence says how to install it."""
    with pytest.raises(
        UnavailableError, match=r"Reading figs needs the package no_such_thing; install pledger\[figs\]"
    ):
        library("no_such_thing", extra="figs", reads="figs")
