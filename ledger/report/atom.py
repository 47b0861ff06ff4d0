"""The docket and the published audits as Atom feeds (RFC 4287; F2; design §2.2).

Of the docket there is an entry for what is open, was done, is due and is permitted; of audits one for each. An entry
keeps its id whatever becomes of it, so that a reader shows it as changed and not as new. Ids are tag URIs of the log's
own name (RFC 4151), or a UUID of it where that name is no host's. Nothing here reads a clock: what lies ahead was
updated when it came on the docket, what has happened when it happened, an audit when it was withdrawn or replaced.
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
    from ledger.audit.publication import Publication
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
    feed = _feed(origin, founded, "docket", title=f"Pledger docket of {origin}", updated=f"{view.as_of}T00:00:00Z")
    items = sorted(items_of(results), key=lambda one: (_updated(one, view), one.name), reverse=True)
    for item in items:
        entry = SubElement(feed, "entry")
        _text(entry, "id", _id(origin, founded, f"docket/{uid_of(origin, item)}"))
        _text(entry, "title", f"{item.kind} {item.about} ({item.state.replace('_', ' ')}): {item.title}")
        _text(entry, "updated", f"{_updated(item, view)}T00:00:00Z")
        SubElement(entry, "category", {"term": item.kind})
        SubElement(entry, "category", {"term": item.commitment})
        _text(entry, "content", _content(item), type_="text")
    return _bytes(feed)


def format_audits(origin: str, founded: str, published: "Iterable[Publication]") -> bytes:
    """Return the published audits as one feed, what last became another first; each says whether it stands.

    Args:
        founded: as for ``format_feed``.
    """
    ordered = sorted(published, key=lambda one: (one.since, one.cite.entry), reverse=True)
    latest = ordered[0].since if ordered else f"{founded}T00:00:00Z"
    feed = _feed(origin, founded, "audits", title=f"Audits published in {origin}", updated=latest)
    for one in ordered:
        entry = SubElement(feed, "entry")
        _text(entry, "id", f"urn:pledger:statement:{one.cite.statement.removeprefix('sha256:')}")
        _text(entry, "title", f"{one.audit.opinion} ({one.state}): {one.audit.title}")
        _text(entry, "updated", one.since)
        _text(entry, "published", one.issued)
        for term in (one.state, one.audit.opinion, *one.audit.subjects):
            SubElement(entry, "category", {"term": visible(term)})
        SubElement(entry, "link", {"rel": "alternate", "href": f"/v1/entries/{one.cite.entry}"})
        _text(entry, "content", _published(one), type_="text")
    return _bytes(feed)


def _published(one: "Publication") -> str:
    """Return what became of an audit, and the digests of its files: whoever has one can tell whose it is."""
    audit = one.audit
    files = ", ".join(f"{name} {digest}" for name, digest in audit.files.items())
    became = (
        f" It was {one.state} by entry {one.by.entry}: {(one.why or 'no reason given').rstrip('.')}." if one.by else ""
    )
    former = (
        f" It stands in the place of entry {one.replaces.entry}: {(audit.reason or 'no reason given').rstrip('.')}."
        if one.replaces is not None
        else ""
    )
    return f"As of {audit.view.as_of}, by the log's first {audit.view.size} entries.{became}{former} Files: {files}."


def _feed(origin: str, founded: str, about: str, *, title: str, updated: str) -> Element:
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    _text(feed, "id", _id(origin, founded, about))
    _text(feed, "title", title)
    _text(feed, "updated", updated)
    _text(feed, "generator", "Pledger")
    _text(SubElement(feed, "author"), "name", origin)
    return feed


def _bytes(feed: Element) -> bytes:
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
