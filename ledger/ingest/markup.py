"""Markup: XML as it streams by, hardened, in bounded memory.

Document types are refused, entities are not resolved, nothing is fetched, and the limits of the parser (depth, length
of texts, amplification) stand. Elements are forgotten once they have been taken. Source: XML 1.0; needs the extra
``tables`` (lxml).
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ledger.errors import MalformedError, UnavailableError
from ledger.ingest.source import Source

Element = Any
"""An element of lxml, whose types are not at hand where it is not installed."""


def library(name: str, *, extra: str, reads: str) -> Any:  # noqa: ANN401  (a module)
    """Return an optional package.

    Args:
        extra: of this project, which brings it. ``reads``: what it is needed for, for the message.

    Raises:
        UnavailableError: it is not installed; the sentence says how to install it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        message = f"Reading {reads} needs the package {name}; install pledger[{extra}]."
        raise UnavailableError(message, package=name, extra=extra) from error


def local(tag: object) -> str:
    """Return the name of a tag or an attribute without its namespace; comments and the like have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_elements(source: Source) -> Iterator[tuple[str, Element]]:
    """Yield ``start`` and ``end`` of every element; whoever takes an end calls ``forget`` on what is done with.

    Raises:
        MalformedError: it is not XML, not whole, or holds a document type; the sentence names the line.
        UnavailableError: lxml is not installed.
    """
    etree = library("lxml.etree", extra="tables", reads="XML")
    try:
        events = etree.iterparse(
            source, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        is_first = True
        for event, element in events:
            if is_first:
                is_first = False
                if element.getroottree().docinfo.internalDTD is not None:
                    raise source.refusal("declares a document type, which data never need; remove it", line=1)
            yield event, element
    except etree.XMLSyntaxError as error:
        raise _malformed(error, source) from error
    for _ in iter(source.read, b""):  # white space at the end belongs to the digest
        pass


def forget(element: Element) -> None:
    """Let go of an element that has been taken, and of those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _malformed(error: Any, source: Source) -> MalformedError:  # noqa: ANN401  (lxml's error)
    if source.size == 0:
        return source.refusal("the file is empty")
    line = error.lineno or 1
    reason = str(error.msg or error).partition(", line ")[0]
    return source.refusal(f"line {line} is not XML that can be read ({reason}); was it cut short?", line=line)
