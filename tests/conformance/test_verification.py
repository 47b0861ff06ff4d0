"""The procedure of verification is documented, step by step and code by code (style §11)."""

import ast
import re
from pathlib import Path

from ledger.audit import verify

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
CODE = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*")
RECHECKED = {"entry.form", "chain.index", "chain.prev", "chain.time", "index.form", "index.gap", "index.root-mismatch"}
"""What step 6 takes over from `ledger.tlog.recheck`, and step 8 from `ledger.tlog.index`."""
ELSEWHERE = {"selection.sql", "report.html", "manifest.json", "audit.json"}
"""Members of a bundle, which look like codes."""


def raised() -> set[str]:
    """Return every code that the verifier can give: texts of that form in the source of the procedure and its steps."""
    home = Path(str(verify.__file__))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (home, *(home.parent / "check").glob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if CODE.fullmatch(text)} - ELSEWHERE | RECHECKED


def documented() -> set[str]:
    """Return every code that the page describes, in a table of its own or in a sentence."""
    return {code for code in re.findall(r"`([^`\s]+)`", PAGE) if CODE.fullmatch(code)} - ELSEWHERE


def test_every_code_is_documented_and_none_else() -> None:
    """The page has each code that the verifier can give, and no other."""
    assert documented() == raised()


def test_every_step_is_documented_in_order() -> None:
    """The thirteen steps stand in the page and in the docstring of the procedure, in order."""
    assert re.findall(r"^\*\*([0-9]+)\. ", PAGE, re.MULTILINE) == [str(step) for step in range(1, 14)]
    told = verify.verify.__doc__ or ""
    assert re.findall(r"^ *([0-9]+)\. ", told, re.MULTILINE) == [str(step) for step in range(1, 14)]
