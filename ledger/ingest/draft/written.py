"""Drafts as a file that a person mends: YAML as ``pledger lint`` and ``pledger record`` read it, with comments.

A comment beside a member names the words that it was read in and their characters, or says why it is null. What is
written is read back by the reader of drafts (document), of which this is the other half. Source: issue 5, point 4.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.ingest.draft.composed import Composed
from ledger.ingest.draft.text import Document

_WIDTH: Final = 160
"""Characters of a comment; what is longer is cut, as the quotation holds it whole."""


def format_drafts(drafts: Sequence[Composed], document: Document) -> bytes:
    """Return drafts as YAML with comments, in UTF-8."""
    lines = [
        f"# Proposed by rules from {_plain(document.name)}, {document.digest}.",
        "# Characters are counted from 0 in its text, whose digest in UTF-8 is",
        f"# {document.text_digest}.",
        "# Read every line: accept it, mend it or delete it. What is open, the text does not say.",
    ]
    for draft in drafts:
        lines += [
            "---",
            f"kind: {draft.kind}",
            f"subject: {draft.subject}",
            "body:",
            *_members(draft.body, "", 1, draft),
        ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _members(value: dict[str, Any], path: str, depth: int, draft: Composed) -> Iterator[str]:
    for name, member in value.items():
        place = f"{path}.{name}" if path else name
        yield from _member(f"{'  ' * depth}{name}:", member, place, depth, draft)


def _member(head: str, value: Any, path: str, depth: int, draft: Composed) -> Iterator[str]:  # noqa: ANN401  (JSON)
    note = f"  # {_plain(draft.notes[path])[:_WIDTH]}" if path in draft.notes else ""
    if isinstance(value, dict) and value:
        yield head + note
        yield from _members(value, path, depth + 1, draft)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield head + note
        for number, one in enumerate(value):
            inner = list(_members(one, f"{path}[{number}]", depth + 2, draft))
            mark = "  " * depth + "  - "
            yield mark + inner[0].lstrip()
            yield from inner[1:]
    else:
        yield f"{head} {_scalar(value)}{note}"


def _scalar(value: Any) -> str:  # noqa: ANN401  (JSON)
    """Return a value on one line: texts in quotation marks, as JSON writes them, which YAML reads alike."""
    return json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
