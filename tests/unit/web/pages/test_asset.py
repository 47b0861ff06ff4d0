"""Assets: every file that a template asks for is one of ours, and every one of ours is asked for."""

import re
from importlib import resources

from ledger.web.pages.asset import PROGRAMS, STYLE, program, style
from ledger.web.pages.verification import PROGRAMS as ALONE

PACKAGE = resources.files("ledger.web.pages")
TEMPLATES = {
    one.name: one.read_text(encoding="utf-8")
    for one in PACKAGE.joinpath("templates").iterdir()
    if one.name.endswith(".html")
}


def test_templates_ask_for_files_that_are_served() -> None:
    """No name in a template leads nowhere, and no file is left over."""
    asked = {name for text in TEMPLATES.values() for name in re.findall(r'"/static/([^"]+)"', text)}
    assert asked - {STYLE} <= set(PROGRAMS)
    imported = {name for one in PROGRAMS for name in re.findall(r'from "\./([^"]+)"', program(one).decode())}
    held = {one.name for one in PACKAGE.joinpath("static").iterdir() if one.name.endswith(".js")}
    assert held == set(PROGRAMS) | set(ALONE)
    assert set(PROGRAMS) == (asked - {STYLE}) | imported


def test_nothing_comes_from_elsewhere() -> None:
    """No template, style or program names an address of the web: nothing is fetched from anybody (issue 7)."""
    texts = {**TEMPLATES, "style": style().decode()} | {one: program(one).decode() for one in (*PROGRAMS, *ALONE)}
    assert [name for name, text in texts.items() if re.search(r"https?://|//cdn", text)] == []


def test_no_template_holds_script_or_style_of_its_own() -> None:
    """The policy would block it; only the page that is saved carries both, by their digests."""
    for name, text in TEMPLATES.items():
        if name != "verify_alone.html":
            assert re.search(r"<script(?![^>]* src=)|<style|\bstyle=|\bon[a-z]+=\"", text) is None, name
