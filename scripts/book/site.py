"""docs/ as a site of plain pages: no program runs in them and nothing is fetched, so that any server or disk will do.

The order of the pages and what leads to them stand in docs/README.md, whose headings and links become the navigation.
What a page links to elsewhere in the checkout is copied beside it, a folder as a list of what is in it.
"""

import html
import os
import posixpath
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
INDEX: Final = "README.md"

STYLE: Final = """\
:root { color-scheme: light dark; --line: #8886; --soft: #8881; }
body { margin: 0; font: 1rem/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .9rem; }
nav h2 { font-size: .8rem; margin: 1.2rem 0 .3rem; } nav ul { list-style: none; margin: 0; padding: 0; }
nav a[aria-current] { font-weight: bold; }
main { padding: 1.5rem 2rem 4rem; max-width: 60rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.2em; border-bottom: 1px solid var(--line); }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--soft); }
code { font-size: .92em; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
blockquote { margin: .5rem 0; padding-left: 1rem; border-left: .25rem solid var(--line); } img { max-width: 100%; }
@media (max-width: 50rem) { body { display: block; } nav { border: 0; border-bottom: 1px solid var(--line); } }
@media print { nav { display: none; } body { display: block; } }
"""

PAGE: Final = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} · Pledger</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self' data:">
<link rel="stylesheet" href="{up}style.css"><link rel="icon" href="data:,"></head>
<body><nav aria-label="Documentation">{navigation}</nav>
<main>
{body}</main></body></html>
"""


def slug(heading: str) -> str:
    """Return the anchor of a heading, as forges give it: small letters, digits and hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@cache
def anchors(text: str) -> tuple[str, ...]:
    """Return the anchors of a page's headings, in their order; one that comes again is numbered."""
    return tuple(anchor for _, anchor in _headings(_parser().parse(text)))


def links(text: str) -> tuple[str, ...]:
    """Return where the links and pictures of a page lead, in their order; examples of code have none."""
    found = []
    for token in _parser().parse(text):
        for child in token.children or ():
            target = child.attrGet("href") if child.type == "link_open" else child.attrGet("src")
            if target is not None:
                found.append(str(target))
    return tuple(found)


def build(target: Path) -> int:
    """Write the site into a folder, new or empty, and return how many pages it has.

    Raises:
        SystemExit: there is something in the folder; the sentence says so.
    """
    if target.exists() and any(target.iterdir()):
        raise SystemExit(f"The folder {target} holds something already; choose an empty or a new one.")
    return _Site(target).write()


class _Site:
    """A site that is being written.

    Attributes:
        target: its folder.
        waiting: files of the checkout that are still to be written, each once.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.waiting = [*sorted(DOCS.rglob("*.md"))]
        self.seen = set(self.waiting)
        self.contents = tuple(_contents())

    def write(self) -> int:
        """Write everything that the pages lead to, and return how many pages there are."""
        self.target.mkdir(parents=True, exist_ok=True)
        (self.target / "style.css").write_text(STYLE, encoding="utf-8")
        pages = 0
        while self.waiting:
            source = self.waiting.pop(0)
            place = self.target / _place(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".md" or source.is_dir():
                text = _listing(source) if source.is_dir() else source.read_text("utf-8")
                place.write_text(self._page(source, text), encoding="utf-8")
                pages += 1
            else:
                shutil.copyfile(source, place)
        return pages

    def _page(self, source: Path, text: str) -> str:
        parser = _parser()
        tokens = parser.parse(text)
        for token, (_, anchor) in zip(_opened(tokens), _headings(tokens), strict=True):
            token.attrSet("id", anchor)
        for token in tokens:
            for child in token.children or ():
                name = "href" if child.type == "link_open" else "src"
                if (target := child.attrGet(name)) is not None:
                    child.attrSet(name, self._target(source, str(target)))
        title = next((words for words, _ in _headings(tokens)), source.stem)
        here = _place(source)
        return PAGE.format(
            title=html.escape(title), up=_up(here), navigation=self._navigation(here),
            body=parser.renderer.render(tokens, parser.options, {}),
        )  # fmt: skip

    def _target(self, source: Path, target: str) -> str:
        """Return where a link leads on the site, and see to it that it is there."""
        path, sharp, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not path:
            return target
        base = source if source.is_dir() else source.parent
        found = Path(os.path.normpath(base / path))
        if not found.is_relative_to(ROOT) or not found.exists():
            raise SystemExit(f"{source.relative_to(ROOT)} links to {target}, which is not there; mend the link.")
        if found not in self.seen:
            self.seen.add(found)
            self.waiting.append(found)
        return _relative(_place(found), _place(source)) + sharp + anchor

    def _navigation(self, here: str) -> str:
        parts = []
        for heading, entries in self.contents:
            rows = []
            for words, place in entries:
                current = ' aria-current="page"' if place == here else ""
                rows.append(f'<li><a href="{_relative(place, here)}"{current}>{html.escape(words)}</a></li>')
            parts.append(f"<h2>{html.escape(heading)}</h2><ul>{''.join(rows)}</ul>")
        return "".join(parts)


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _opened(tokens: Sequence[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "heading_open")


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the words of each heading and its anchor."""
    before: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in inline.children or () if child.type in {"text", "code_inline"})
            anchor = slug(words)
            count = before.get(anchor, 0)
            before[anchor] = count + 1
            yield words, f"{anchor}-{count}" if count else anchor


def _contents() -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield the headings of docs/README.md, each with the pages that the lines below it lead to first."""
    text = (DOCS / INDEX).read_text("utf-8")
    yield "Pledger", (("Contents", _place(DOCS / INDEX)),)
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = section.partition("\n")
        found = re.findall(r"^(?:[-*]|[0-9]+\.|\|) *\[([^\]]+)\]\(([^)#\s]+\.md)\)", rest, re.MULTILINE)
        if found:
            places = ((words.replace("`", ""), _place(Path(os.path.normpath(DOCS / path)))) for words, path in found)
            yield heading, tuple(places)


def _place(source: Path) -> str:
    """Return where a file of the checkout stands on the site: docs/ at the top, all else below ``checkout/``."""
    inside = source.is_relative_to(DOCS)
    path = source.relative_to(DOCS if inside else ROOT).as_posix()
    path = path if inside else f"checkout/{path}"
    if source.is_dir():
        return posixpath.normpath(f"{path}/index.html")
    if source.name == INDEX and inside:
        return posixpath.join(posixpath.dirname(path), "index.html")
    return f"{path[:-3]}.html" if source.suffix == ".md" else path


def _relative(place: str, here: str) -> str:
    return posixpath.relpath(place, posixpath.dirname(here) or ".")


def _up(here: str) -> str:
    return "../" * here.count("/")


def _listing(folder: Path) -> str:
    """Return a page that leads to every file of a folder."""
    files: Iterable[Path] = (path for path in sorted(folder.iterdir()) if path.is_file() and path.name[0] != ".")
    rows = "\n".join(f"- [{path.name}]({path.name})" for path in files)
    return f"# {folder.relative_to(ROOT).as_posix()}\n\n{rows}\n"
