"""The reference of the schemas, from schemas/: every statement and result, member by member.

What an object says of its members stands in its description (the docstring of the model), what spelling a text has in
its pattern: the patterns that are the house's own have a name here, and any other is printed as it is.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.model import value as spelling
from ledger.model.statement import KINDS
from scripts.book.told import members, opening, table

PLACE: Final = Path("reference") / "schemas.md"
FOLDER: Final = Path(__file__).resolve().parents[2] / "schemas"

Schema = dict[str, Any]

SPELLINGS: Final = {
    spelling.DAY: ("day", "a day of the calendar in UTC, `YYYY-MM-DD`"),
    spelling.INSTANT: ("moment", "a moment in UTC to the second, `YYYY-MM-DDTHH:MM:SSZ`"),
    spelling.QUANTITY: ("quantity", "a decimal in its one spelling, as text: up to 18 digits and 9 behind the point"),
    spelling.SHARE: ("share", "a decimal from 0 to 1, as text"),
    spelling.SLUG: ("name", "small letters and digits, joined by hyphens or dots"),
    spelling.LANGUAGE: ("language", "a language tag (BCP 47), such as `en` or `zh-Hant`"),
    r"^sha256:[0-9a-f]{64}$": ("digest", "the SHA-256 of some bytes, `sha256:` and 64 hexadecimal digits"),
    r"^[A-Za-z0-9_-]{43}$": ("thumbprint", "of a key (RFC 7638), 43 characters of base64url"),
    r"^[A-Za-z0-9%]+(?:[:/._][A-Za-z0-9]+)*$": ("unit", "the code of a unit, such as `t`, `kg`, `USD` or `bu:1201`"),
}  # fmt: skip
"""By pattern: the name of a spelling, and what it says."""

EVERY_STATEMENT: Final = {
    "issued": "when its author signed it",
    "genesis": "the digest of the ledger's charter, so that it can be replayed in no other; null in the charter alone",
    "anchor": "a checkpoint that its author had seen: it was said not before",
    "corrects": "the statement in which it mends a mistake of the record",
}
"""The members that every statement has, beside its schema, subject and body (design §2.2)."""

OPENING: Final = """\
# Schemas

Written by `scripts/docs` from [schemas/](../../schemas), which `scripts/schemas` writes from the models; edit those,
not this page. A schema says the shape. What the models check beyond it stands in their docstrings, in `ledger/model`.

Every member has to be there unless a default is given; a member that nobody knows is refused. `null` says *unknown*,
where it is allowed. Amounts are counted in the `unit` that stands beside them, days include both ends, sizes are bytes,
and an index counts from 0. How statements are signed is in [keys.md](../keys.md), how to write a draft in
[own.md](../own.md).

## Spellings of texts

"""


def page() -> str:
    """Return the whole page."""
    schemas = {path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8")) for path in _files()}
    shared = _definitions(schemas)
    rows = [(f"*{name}*", said, f"`{pattern}`") for pattern, (name, said) in SPELLINGS.items()]
    parts = [OPENING + table(("spelling", "what it is", "pattern"), rows)]
    statements = {name: schema for name, schema in schemas.items() if "body" in schema.get("properties", {})}
    parts.append(_statements(statements, shared))
    results = {name: schema for name, schema in schemas.items() if "properties" in schema and name not in statements}
    parts.append("## Results\n\nWhat commands answer and files hold that is reckoned, not said.\n")
    parts += [_section(name, schema, name, shared, level="###") for name, schema in results.items()]
    parts.append("## Parts\n\nWhat the statements and results are made of, by name.\n")
    parts += [_section(title, schema, owner, shared, level="###") for title, schema, owner in _parts(schemas, shared)]
    return "\n".join(parts)


def _statements(statements: dict[str, Schema], shared: dict[str, dict[str, list[str]]]) -> str:
    """Return what every statement has, and beside each kind its subject and its body."""
    first = next(iter(statements.values()))["properties"]
    rows = [
        (f"`{name}`", _kind(first[name], next(iter(statements)), shared), said)
        for name, said in EVERY_STATEMENT.items()
    ]
    rows += [("`schema`", "the name below", ""), ("`subject`", "as below", ""), ("`body`", "as below", "")]
    roles = {f"{kind}.v1": rule.role for kind, rule in KINDS.items()}
    kinds = []
    for name, schema in statements.items():
        about, body = (_kind(schema["properties"][part], name, shared) for part in ("subject", "body"))
        role = roles[name] or "as of what it is about"
        kinds.append((f"[`{name}`](../../schemas/{name}.schema.json)", schema["description"], about, body, role))
    heads = ("schema", "what it says", "subject", "body", "author's role")
    return (
        "## Statements\n\nEvery statement has these members and no others:\n\n"
        + table(("member", "what it is", "what it says"), rows)
        + "\n"
        + table(heads, kinds)
    )


def _files() -> list[Path]:
    return sorted(FOLDER.glob("*.schema.json"))


def _definitions(schemas: dict[str, Schema]) -> dict[str, dict[str, list[str]]]:
    """Return, for each name of a part, its texts and the schemas in which each stands."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, schema in schemas.items():
        for part, content in schema.get("$defs", {}).items():
            found.setdefault(part, {}).setdefault(json.dumps(content, sort_keys=True), []).append(name)
    return found


def _parts(schemas: dict[str, Schema], shared: dict[str, dict[str, list[str]]]) -> Iterator[tuple[str, Schema, str]]:
    """Yield every part once: its title, itself, and a schema in which it stands."""
    for part in sorted(shared, key=str.lower):
        for owners in shared[part].values():
            yield _title(part, owners[0], shared), schemas[owners[0]]["$defs"][part], owners[0]


def _title(part: str, schema: str, shared: dict[str, dict[str, list[str]]]) -> str:
    """Return what the section of a part is called; where one name has several, the schemas are added."""
    several = shared[part].values()
    if len(several) == 1:
        return part
    return f"{part} of {' and '.join(next(owners for owners in several if schema in owners))}"


def _section(title: str, schema: Schema, owner: str, shared: dict[str, dict[str, list[str]]], level: str = "##") -> str:
    said, meaning = opening(schema.get("description")), members(schema.get("description"))
    head = f"{level} {title}\n\n" + (f"{said}\n\n" if said else "")
    if "properties" not in schema:
        return head + _kind(schema, owner, shared) + "\n"
    required = set(schema.get("required", ()))
    rows = [
        (f"`{name}`", _kind(one, owner, shared), _default(name, one, required), meaning.get(name, ""))
        for name, one in schema["properties"].items()
    ]
    return head + table(("member", "what it is", "default", "what it says"), rows)


def _default(name: str, schema: Schema, required: set[str]) -> str:
    if name in required or "default" not in schema:
        return ""
    text = json.dumps(schema["default"], ensure_ascii=False)
    return f"`{text}`" if len(text) < 40 else "all of them `null`"


def _kind(  # noqa: PLR0911  # a kind of schema each
    schema: Schema, owner: str, shared: dict[str, dict[str, list[str]]]
) -> str:
    """Return a schema in words: its part, its spelling, its choices, its bounds."""
    match schema:
        case {"$ref": str(reference)}:
            title = _title(reference.rpartition("/")[2], owner, shared)
            return f"[{title}](#{title.lower().replace(' ', '-').replace('.', '')})"
        case {"anyOf": several} | {"oneOf": several}:
            return " or ".join(_kind(one, owner, shared) for one in several)
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{one}`" for one in values)
        case {"type": "array"}:
            return _list(schema, owner, shared)
        case {"type": "object", "additionalProperties": dict(inner)}:
            return f"by name: {_kind(inner, owner, shared)}{_count(schema, 'Properties')}"
        case {"type": "object", "patternProperties": dict(inner)}:
            return f"by name: {_kind(next(iter(inner.values())), owner, shared)}{_count(schema, 'Properties')}"
        case {"type": "string"}:
            return _text(schema)
        case {"type": "integer" | "number"}:
            return f"whole number{_between(schema.get('minimum'), schema.get('maximum'))}"
        case {"type": "null"}:
            return "`null`"
        case {"type": "boolean"}:
            return "`true` or `false`"
    return "any value"


def _list(schema: Schema, owner: str, shared: dict[str, dict[str, list[str]]]) -> str:
    if "prefixItems" in schema:
        return "list of " + ", ".join(_kind(one, owner, shared) for one in schema["prefixItems"])
    return f"list of {_kind(schema.get('items', {}), owner, shared)}{_count(schema, 'Items')}"


def _count(schema: Schema, of: str) -> str:
    low, high = schema.get(f"min{of}"), schema.get(f"max{of}")
    return "" if low is None and high is None else f" ({_between(low, high).removeprefix(', ')})"


def _text(schema: Schema) -> str:
    pattern, longest = schema.get("pattern"), schema.get("maxLength")
    if pattern in SPELLINGS:
        own = pattern in {spelling.DAY, spelling.INSTANT, spelling.QUANTITY, spelling.SHARE}
        return f"*{SPELLINGS[pattern][0]}*" + (f", at most {longest} characters" if longest and not own else "")
    shape = f" `{pattern}`" if pattern else ""
    return f"text{shape}{_between(schema.get('minLength'), longest, of=' characters')}"


def _between(low: int | None, high: int | None, of: str = "") -> str:
    if low is not None and high is not None:
        return f", {low:,} to {high:,}{of}"
    if low is not None:
        return f", at least {low:,}{of}"
    return f", at most {high:,}{of}" if high is not None else ""
