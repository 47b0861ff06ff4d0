"""The feed of the log: its last entries as Atom (RFC 4287), for whoever would rather be told than ask.

Addresses in it are relative: the name by which a server was asked is the asker's word, and may lie in somebody's cache.
An entry's identifier is its statement's digest, so that a reader that moves to a mirror knows what it has seen.
"""

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ledger.report.foreign import visible
from ledger.tlog.entry import parse_header
from ledger.web import answer, example
from ledger.web.api import told
from ledger.web.served import served
from ledger.web.token import needs

ROUTER: Final = APIRouter(tags=["log"], dependencies=[Depends(needs("read"))])

ATOM: Final = "application/atom+xml"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"

SHOWN: Final = 50
"""Entries of the feed."""


@ROUTER.get(
    "/v1/feed.atom",
    summary="The last entries of the log, as a feed",
    responses=told("The feed.", example.FEED, media_type=ATOM),
)
def feed(request: Request) -> Response:
    """The newest first."""
    held = served(request).ledger
    size = held.head().size
    headers = [parse_header(raw) for raw in held.headers(max(0, size - SHOWN), size)]
    root = Element("feed", {"xmlns": NAMESPACE})
    _text(root, "id", f"urn:pledger:log:{held.genesis.removeprefix('sha256:')}")
    _text(root, "title", f"Ledger {held.origin}")
    _text(root, "updated", headers[-1].received if headers else "1970-01-01T00:00:00Z")
    SubElement(root, "link", {"rel": "self", "type": ATOM, "href": "/v1/feed.atom"})
    for header in reversed(headers):
        one = SubElement(root, "entry")
        _text(one, "id", f"urn:pledger:statement:{header.statement.removeprefix('sha256:')}")
        _text(one, "title", f"{header.kind}: {header.subject}")
        _text(one, "updated", header.received)
        SubElement(SubElement(one, "author"), "name").text = f"key {header.author}"
        SubElement(one, "category", {"term": header.kind})
        SubElement(one, "link", {"rel": "alternate", "href": f"/v1/entries/{header.index}"})
        _text(one, "summary", f"Entry {header.index}, {header.size} bytes, signed by key {header.author}.")
    raw = tostring(root, encoding="utf-8", xml_declaration=True)
    return answer.reply(request, raw, media_type=ATOM, keep="asked")


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = visible(text)
