"""The reference of the API over HTTP, from its own description (OpenAPI 3.1) as a server gives it: one example each."""

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.runtime import init
from ledger.runtime.server import ServerSettings
from ledger.web.app import application
from ledger.web.journal import Journal
from ledger.web.open_api import describe
from ledger.web.problem import MEDIA_TYPE
from scripts.book.told import table

PLACE: Final = Path("reference") / "api.md"

OPENING: Final = """\
# The API over HTTP

Written by `scripts/docs` from the description that a server gives of itself at `/openapi.json`; edit the routes, not
this page. A server also shows it at `/docs`, to be tried out.

How one hands in, reads, follows and is told is in [http.md](../http.md); what may go wrong in
[problems.md](problems.md). Any route may also answer 304 (`If-None-Match`), and the problems 400, 404, 405, 429, 500
and 503; beside each route stand those that are its own.
"""

COMMON: Final = frozenset({"304", "400", "404", "405", "429", "500", "503"})
"""Statuses that are said once, above."""

LONGEST: Final = 40
"""Lines of an example; a longer one is cut there, and says so."""


def page() -> str:
    """Return the whole page."""
    by_tag: dict[str, list[str]] = {}
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append("\n".join(_operation(method, path, operation)))
    parts = [f"## {tag[0].upper()}{tag[1:]}\n\n" + "\n".join(several) for tag, several in sorted(by_tag.items())]
    return "\n".join([OPENING, *parts])


def description() -> dict[str, Any]:
    """Return the description of the API, as a new ledger's server gives it."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = init(Path(folder) / "ledger", origin="ledger.example/rice", at=lambda: "2026-01-02T03:04:05Z")
        try:
            journal = Journal(lambda: "2026-01-02T03:04:05Z", io.StringIO())
            return describe(application(ledger, ServerSettings(), journal=journal))
        finally:
            ledger.close()


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### `{method.upper()} {path}`\n"
    yield f"**{operation['summary']}.** {operation['description']}\n"
    parameters = operation.get("parameters", ())
    if parameters:
        yield table(("parameter", "in", "type", "what it says"), [_parameter(one) for one in parameters])
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Takes `{kind}`" + (":\n" if "properties" in content["schema"] else ".\n")
        if "properties" in content["schema"]:
            fields = content["schema"]["properties"].items()
            yield table(("field", "what it says"), [(f"`{name}`", one.get("description", "")) for name, one in fields])
    answers = {status: one for status, one in operation["responses"].items() if status < "300"}
    rows = [
        (status, ", ".join(f"`{kind}`" for kind in one["content"]), one["description"])
        for status, one in answers.items()
    ]
    yield table(("answer", "type", "what it is"), rows)
    yield from _example(answers)
    own = sorted(status for status in operation["responses"] if status not in COMMON and status not in answers)
    if own:
        yield f"Its own problems: {', '.join(own)}.\n"


def _parameter(one: dict[str, Any]) -> tuple[str, str, str, str]:
    name = f"`{one['name']}`" + (", required" if one.get("required") and one["in"] != "path" else "")
    return name, one["in"], _kind(one["schema"]), one.get("description", "")


def _kind(schema: dict[str, Any]) -> str:
    """Return a schema in words: its type, its choices, its bounds, its default."""
    parts = [part for part in schema.get("anyOf", (schema,)) if part.get("type") != "null"]
    said = " or ".join(_plain_kind(part) for part in parts)
    default = schema.get("default")
    return said if default is None else f"{said}; else `{json.dumps(default)}`"


def _plain_kind(part: dict[str, Any]) -> str:
    if "enum" in part:
        return ", ".join(f"`{one}`" for one in part["enum"])
    low, high = part.get("minimum"), part.get("maximum")
    bounds = f", {low} to {high}" if low is not None and high is not None else ""
    return (
        str(part.get("type", "text"))
        + bounds
        + (f", at most {part['maxLength']} characters" if "maxLength" in part else "")
    )


def _example(answers: dict[str, Any]) -> Iterator[str]:
    """Yield the example of the first answer that has one."""
    for status, one in answers.items():
        for kind, content in one["content"].items():
            if "example" in content and kind != MEDIA_TYPE:
                example = content["example"]
                text = example if isinstance(example, str) else json.dumps(example, indent=1, ensure_ascii=False)
                lines = text.rstrip("\n").splitlines()
                cut = lines if len(lines) <= LONGEST else [*lines[:LONGEST], f"… {len(lines) - LONGEST} lines more"]
                yield (
                    f"Such as ({status}):\n\n```{'json' if cut == lines and kind.endswith('json') else 'text'}\n"
                    + "\n".join(cut)
                    + "\n```\n"
                )
                return
