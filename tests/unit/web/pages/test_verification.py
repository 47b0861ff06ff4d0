"""The page that verifies: one file, whose policy names exactly the style and the program that it holds."""

import re
from base64 import b64encode
from hashlib import sha256

from ledger.web.pages.verification import document

RAW, POLICY = document()
TEXT = RAW.decode()


def source(text: str) -> str:
    """Return the source that a policy names a text by (CSP 3 §2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_policy_names_what_the_page_holds_and_nothing_else() -> None:
    """By the digest of each; in the head of the page, too, so that a saved copy allows no more (CSP 3 §8.4)."""
    (program,) = re.findall(r'<script type="module">(.*?)</script>', TEXT, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", TEXT, re.DOTALL)
    assert f"script-src {source(program)};" in POLICY
    assert f"style-src {source(style)};" in POLICY
    (inside,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', TEXT)
    assert inside.replace("&#39;", "'") == POLICY.removesuffix("; frame-ancestors 'none'")


def test_program_stands_alone() -> None:
    """No import is left in it, and no way to the network is allowed."""
    (program,) = re.findall(r'<script type="module">(.*?)</script>', TEXT, re.DOTALL)
    assert re.search(r"^\s*(import|export)\b", program, re.MULTILINE) is None
    assert "fetch(" not in program
    assert "connect-src" not in POLICY
    assert POLICY.startswith("default-src 'none';")


def test_page_is_one_file() -> None:
    """Nothing is linked but an empty icon."""
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', TEXT) == ["data:,"]
