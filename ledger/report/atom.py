"""The docket as an Atom feed: what is open, was done, is due and is permitted, one entry each (RFC 4287; F2).

An entry keeps its id whatever becomes of it, so that a reader shows it as changed and not as new. Ids are tag URIs of
the log's own name (RFC 4151), or a UUID of it where that name is no host's. Nothing here reads a clock: what lies ahead
was updated when it came on the docket, what has happened when it happened.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from ledger.report.docket import Item, items_of, uid_of
from ledger.report.foreign import visible

if TYPE_CHECKING:
    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (§2.2)."""

_HOST: Final = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)+")


def format_feed(origin: str, founded: str, view: "View", results: "Iterable[CommitmentResult]") -> bytes:
    """Return the dockets as one feed, the newest entry first.

    Args:
        founded: the day on which the log began, from which its name is its operator's (RFC 4151 §2.1).
    """
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _text(feed, "id", _id(origin, founded, "docket"))
    _text(feed, "title", f"Pledger docket of {origin}")
    _text(feed, "updated", f"{view.as_of}T00:00:00Z")
    _text(feed, "generator", "Pledger")
    _text(SubElement(feed, "author"), "name", origin)
    items = sorted(items_of(results), key=lambda one: (_updated(one, view), one.name), reverse=True)
    for item in items:
        entry = SubElement(feed, "entry")
        _text(entry, "id", _id(origin, founded, f"docket/{uid_of(origin, item)}"))
        _text(entry, "title", f"{item.kind} {item.about} ({item.state.replace('_', ' ')}): {item.title}")
        _text(entry, "updated", f"{_updated(item, view)}T00:00:00Z")
        SubElement(entry, "category", {"term": item.kind})
        SubElement(entry, "category", {"term": item.commitment})
        _text(entry, "content", _content(item), type_="text")
    body: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _updated(item: Item, view: "View") -> str:
    """Return the day on which a line last became another: when it happened, or when it came on the docket."""
    happened = item.day is not None and item.state != "ahead" and item.day <= view.as_of
    return item.day if happened and item.day is not None else min(item.since, view.as_of)


def _content(item: Item) -> str:
    day = f"{item.day}: " if item.day is not None else ""
    who = f" On: {', '.join(item.who)}." if item.who else ""
    entries = f" Entries: {', '.join(map(str, item.entries))}." if item.entries else ""
    return f"{day}{item.words}.{who}{entries}"


def _id(origin: str, founded: str, about: str) -> str:
    host, _, path = origin.partition("/")
    if _HOST.fullmatch(host) and re.fullmatch(r"[A-Za-z0-9._~/-]*", path):
        return f"tag:{host},{founded}:{path + '/' if path else ''}{about}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{origin} {founded} {about}')}"


def _text(parent: Element, name: str, text: str, *, type_: str | None = None) -> None:
    child = SubElement(parent, name, {"type": type_} if type_ else {})
    child.text = _NO_XML.sub(lambda found: f"[U+{ord(found[0]):04X}]", visible(text))
