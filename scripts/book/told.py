"""What a docstring says, its first words and each member of its section *Attributes* (style §8); and tables of it.

Nothing here knows which docstring it reads.
"""

import inspect
import re
from collections.abc import Iterable, Sequence

_SECTION = re.compile(r"^(Attributes|Args|Returns|Raises|Source|Units):\s*", re.MULTILINE)


def opening(docstring: str | None) -> str:
    """Return what stands before the first section of a docstring, its paragraphs joined by an empty line."""
    text = inspect.cleandoc(docstring or "")
    found = _SECTION.search(text)
    return plain(text[: found.start()] if found else text)


def members(docstring: str | None) -> dict[str, str]:
    """Return what the section *Attributes* says, by member; ``a, b: text`` says the same of both."""
    _, found, rest = inspect.cleandoc(docstring or "").partition("Attributes:\n")
    told: dict[str, str] = {}
    names: tuple[str, ...] = ()
    for line in rest.splitlines() if found else ():
        if line and not line.startswith(" "):
            break
        head = re.match(r" {4}([a-z_]+(?:, [a-z_]+)*): (.*)", line)
        if head is not None:
            names = tuple(head[1].split(", "))
            told |= dict.fromkeys(names, head[2])
        elif names and line.strip():
            told |= {name: f"{told[name]} {line.strip()}" for name in names}
    return {name: plain(text) for name, text in told.items()}


def plain(text: str) -> str:
    """Return the text of a docstring as Markdown: its marks for code are single ones, its paragraphs one line each."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(part.split()) for part in paragraphs).replace("``", "`")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, each cell on one line and its bars escaped."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
