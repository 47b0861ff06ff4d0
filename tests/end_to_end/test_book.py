"""What is generated is fresh, its numbers are right by hand, and the site of it holds together (issue 7, point 7)."""

import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ledger.errors import PledgerError
from ledger.runtime.configuration import ENVIRONMENT, FILE
from ledger.runtime.server import ServerSettings
from ledger.web.problem import PROBLEMS
from scripts.book.api import description
from scripts.book.method import CASES
from scripts.book.problem import errors
from scripts.book.setting import UNITS
from scripts.book.site import anchors, build, links
from scripts.book.told import members, opening

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    """Return a page of docs/."""
    return (DOCS / name).read_text("utf-8")


def case(name: str) -> str:
    """Return a worked case of the method, as the page has it."""
    found = re.search(rf"<!-- {name} -->(.*?)<!-- /{name} -->", read("method.md"), re.DOTALL)
    assert found is not None
    return found[1]


# --- the worked cases, by hand ----------------------------------------------------------------------------------------

RICE_2024 = (6, 7, 7, 6, 7, 7, 6, 7, 7, 6, 7, 7)
RICE = tuple(Fraction(one) for one in (7.5, 8, 6.25, 9, 8.5, 7, 6.5, 8, 9.75, 8, 7.5, 6))
MAIZE = (8, 7, 8, 7, 8, 8, 7, 8, 8, 7, 8, 8)
LANDED = (8, 7, 7, 7, 8, 8, 7, 7, 7, 7, 7, 8)
ORDERS = (9, 9, 9, 9, 9, 8, 9, 9, 8, 9, 9, 8)
BEANS = (8, 8, 7, 8, 8, 7, 8, 8, 7, 8, 8, 7)
WHEAT = (8,) * 10


def percent(part: Fraction | int, whole: Fraction | int) -> str:
    """Return a share in percent to one place, a half to the even digit."""
    return f"{round(Fraction(part) / Fraction(whole) * 1000) / 10:.1f} %"


def cube_root(product: Fraction) -> str:
    """Return 100 times a cube root to one place: the tenth that is nearest."""
    tenths = min(range(1001), key=lambda one: abs((Fraction(one) / 1000) ** 3 - product))
    near = [one for one in (tenths - 1, tenths, tenths + 1) if (Fraction(2 * one - 1) / 2000) ** 3 <= product]
    return f"{max(near) // 10}.{max(near) % 10}"


def score(levels: str) -> str:
    """Return the score of seven levels before caps, by the formula of E4."""
    p, v, k, o, a, r, x = map(int, levels)
    pillars = (Fraction(p + v + k, 12), Fraction(o + a, 8), Fraction(r + x, 8))
    product = Fraction(1)
    for one in pillars:
        product *= Fraction(1, 20) + Fraction(19, 20) * one
    return cube_root(product)


BY_HAND = {
    "R1": [
        f"| 2025-08-01 | the first half | off pace | {float(sum(RICE[:6]))} ÷ 100 = {percent(sum(RICE[:6]), 100)} |",
        f"| 2026-03-01 | the whole year | not met | {sum(RICE)} ÷ 100 = {percent(sum(RICE), 100)} |",
        f"| 2026-07-01 | the revised year | met | {sum(RICE) + 9} ÷ 100 = {percent(sum(RICE) + 9, 100)} |",
    ],
    "R7": [
        f"| {percent(sum(RICE), 80 + 20)} |",
        f"12 of 20 t owed above it = {percent(sum(RICE) - sum(RICE_2024), 20)}",
    ],
    "R8": [
        f"| 92 t | {percent(sum(MAIZE), 90)} | met |",
        f"| 88 t | {percent(sum(LANDED), 90)} | not met |",
        "disputed",
    ],
    "readings": [
        f"| order | 105 t | {percent(sum(ORDERS), 100)} | met |",
        f"| import | 92 t | {percent(sum(BEANS), 100)} | not met |",
    ],
    "R9": [
        f"| 46.25 t | 49.589041 t | {percent(sum(RICE[:6]), Fraction(100 * 181, 365))} |",
        f"| 46.25 t | 50 t | {percent(sum(RICE[:6]), Fraction(100 * sum(RICE_2024[:6]), sum(RICE_2024)))} |",
    ],
    "R10": [
        f"| at least 90 t | 2026-03-01 | {sum(WHEAT)} t | {percent(304, 365)} | awaiting |",
        f"| at least 90 t | 2028-03-01 | {sum(WHEAT)} t | {percent(304, 365)} | not assessable |",
        f"| at least 50 t | 2026-03-01 | {sum(WHEAT)} t | {percent(304, 365)} | met |",
    ],
    "R13": [f"8 t more ({percent(8, 92)} of it)", f"8 t less ({percent(8, 80)} of it)"],
    "E4": [
        f"**{score('2321020')}**, political", f"**{score('3321121')} to {score('3331121')}**, political",
        f"**{score('4444400')}**, political", f"**{score('4444440')}**, hard", f"{score('4302122')} | K is 0",
        "**25**, rhetorical",
    ],
    "F2": [
        "| 2026-03-04 | the two sides consult (open) |",
        "| 2026-03-05 | the other side may take a measure (open) |",
    ],
    "A": [
        "**A5** progress", "**A4** disclaimer", "**A2** adverse", "**A3** qualified", "**A1** unmodified",
        f"{percent(100, 150)} of target value",
    ],
    "E3": ["| O obligation | 2 | 4 | 4 |", "| X durability | 1 | 1 | 1 |"],
}  # fmt: skip
"""What a worked case has to say, reckoned here from the figures of docs/walk and docs/cases by the method's words."""


@pytest.mark.parametrize("name", BY_HAND)
def test_worked_case_is_right_by_hand(name: str) -> None:
    """A worked case says what its rule gives when it is reckoned without the method's own code (R, E, F, A)."""
    text = case(name)
    assert [words for words in BY_HAND[name] if words not in text] == []


def test_every_worked_case_is_reckoned_by_hand_too() -> None:
    """No case stands on the page that nobody has checked; and the method's own three scores come out."""
    assert BY_HAND.keys() == CASES.keys()
    assert [score(one) for one in ("2321020", "3321121", "3331121", "4444400")] == ["30.8", "43.1", "44.7", "36.8"]


# --- the reference ----------------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_reference_with_unit_and_default() -> None:
    """Each key of the file, setting of the server and variable has a row; each number says what it counts."""
    page = read("reference/settings.md")
    assert [name for name in (*FILE, *ENVIRONMENT) if f"| `{name}` |" not in page] == []
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| `PLEDGER_SERVE_[A-Z_]+` \| (.*)$", page, re.MULTILINE))
    assert rows.keys() == ServerSettings.model_fields.keys()
    numbers = {
        name for name, field in ServerSettings.model_fields.items()
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool)
    }  # fmt: skip
    assert numbers == UNITS.keys()
    assert [name for name in numbers if f"| {UNITS[name]} |" not in rows[name]] == []


def test_every_problem_is_in_the_reference_with_an_example() -> None:
    """Each class of errors has its type, status and exit code, an example that was said, and what to do."""
    page = read("reference/problems.md")
    for one in errors():
        if one is not PledgerError:
            assert f"| `urn:pledger:problem:{one.problem}` | {one.status} | {one.exit_code} |" in page
            assert f"- **{one.problem}** ({one.exit_code})" in page
    assert [name for name, _ in PROBLEMS.values() if f"`urn:pledger:problem:{name}`" not in page] == []


def test_every_route_is_in_the_reference_with_an_example() -> None:
    """Each route of the description has a section; where its answer is JSON, an example stands in it."""
    page = read("reference/api.md")
    sections = dict(re.findall(r"^### `([A-Z]+ [^`]+)`\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    routes = {
        f"{method.upper()} {path}": operation
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    }
    assert sections.keys() == routes.keys()
    in_json = {
        name
        for name, operation in routes.items()
        if any("application/json" in one.get("content", {}) for one in operation["responses"].values())
    }
    assert len(in_json) > 20
    assert [name for name in in_json if "Such as (" not in sections[name]] == []


def test_every_member_of_every_schema_is_in_the_reference() -> None:
    """Each member of each statement, result and part has a row in the section that is named for it."""
    page = read("reference/schemas.md")
    sections = dict(re.findall(r"^###? ([^\n]+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    lost = []
    for path in (ROOT / "schemas").glob("*.schema.json"):
        for part, content in json.loads(path.read_text("utf-8")).get("$defs", {}).items():
            told = "".join(text for title, text in sections.items() if title == part or title.startswith(f"{part} of "))
            lost += [f"{part}.{name}" for name in content.get("properties", {}) if f"| `{name}` |" not in told]
    assert lost == []


def test_members_of_a_docstring_are_read_with_their_continuations() -> None:
    """Several names share a line, a line goes on below, and a section after it ends it."""
    told = members("First words.\n\nAttributes:\n    a, b: one\n        and ``two``.\n    c: three.\n\nSource: E1.")
    assert told == {"a": "one and `two`.", "b": "one and `two`.", "c": "three."}
    assert opening("First\nwords.\n\nUnits: metres.") == "First words."
    assert members(None) == {}


# --- the site ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The anchors and links of a page of the site, and what else it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names and where it leads."""
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name in {"href", "src"} and value:
                self.links.append(value)


def test_site_leads_nowhere_that_is_not_there(tmp_path: Path) -> None:
    """Every link of the site leads to a page and anchor of it; nothing in it runs, or is fetched from elsewhere."""
    count = build(tmp_path / "site")
    pages = {path: Page(path.read_text("utf-8")) for path in (tmp_path / "site").rglob("*.html")}
    assert count == len(pages) > len(list(DOCS.glob("*.md")))
    lost = []
    for path, page in pages.items():
        assert "script" not in page.tags
        for link in page.links:
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link):
                continue
            found = (path.parent / target).resolve() if target else path
            if not found.is_file() or (anchor and anchor not in pages[found].anchors):
                lost.append(f"{path.relative_to(tmp_path)}: {link}")
    assert lost == []
    index = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert 'aria-current="page"' in index
    assert "<h1" in index


def test_site_is_written_into_an_empty_folder_alone(tmp_path: Path) -> None:
    """What is there already is not overwritten; the sentence says so."""
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(SystemExit, match="holds something already"):
        build(tmp_path)


def test_anchors_are_those_of_forges() -> None:
    """Small letters, hyphens for spaces, no punctuation, and a number for one that comes again."""
    text = "# R: was it kept?\n\n## `GET /v1/status`\n\n## Audit.v1 & more\n\n## A\n\n## A\n"
    assert anchors(text) == ("r-was-it-kept", "get-v1status", "auditv1--more", "a", "a-1")


def test_links_in_examples_of_code_are_none() -> None:
    """A link is what a reader can follow, pictures included."""
    assert links("[a](b.md) `[c](d.md)` ![e](f.png)\n\n```\n[g](h.md)\n```\n") == ("b.md", "f.png")


def test_every_page_is_in_the_index() -> None:
    """A newcomer finds every page from docs/README.md; decisions stand together (issue 7, 7)."""
    listed = set(links(read("README.md")))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in pages if page not in listed and not page.startswith("decisions/")} == set()
