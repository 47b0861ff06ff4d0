"""The procedure of verification is documented, step by step and code by code (style §11)."""

import ast
import re
from pathlib import Path

from ledger.audit import verify
from ledger.audit.check.code import BY_CODE, CODES, MORE

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
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in (home, *(home.parent / "check").glob("*.py"))
        if path.name != "code.py"
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if CODE.fullmatch(text)} - ELSEWHERE | RECHECKED


def documented() -> set[str]:
    """Return every code that the page describes, in a table of its own or in a sentence."""
    return {code for code in re.findall(r"`([^`\s]+)`", PAGE) if CODE.fullmatch(code)} - ELSEWHERE


def test_every_code_is_documented_and_none_else() -> None:
    """The page has each code that the verifier can give, and no other."""
    assert documented() == raised()


def test_table_in_the_page_is_the_one_in_the_code() -> None:
    """Each code stands under its step, with the section that it follows, in the order of the table (style §7)."""
    step, rows = 0, []
    for line in PAGE.splitlines():
        if begun := re.match(r"\*\*([0-9]+)\. ", line):
            step = int(begun[1])
        if row := re.fullmatch(r"\| `([a-z]+\.[a-z-]+)` \| (.+) \| (.+) \|", line):
            rows.append((row[1], step, row[3]))
    assert rows == [tuple(one) for one in CODES]


def test_table_in_the_code_is_what_the_steps_give() -> None:
    """Where a step names a code in so many words, it is one of its own; and no code of the table is given by none."""
    assert {*BY_CODE, MORE} == raised()
    home = Path(str(verify.__file__)).parent / "check"
    given = [
        (str(code.value), int(step.value))
        for path in home.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "find"
        and len(node.args) > 1
        for step, code in [node.args[:2]]
        if isinstance(step, ast.Constant) and isinstance(code, ast.Constant) and isinstance(step.value, int)
    ]
    assert len(given) > len(CODES) / 2
    assert [one for one in given if BY_CODE[one[0]].step != one[1]] == []


def test_every_step_is_documented_in_order() -> None:
    """The fourteen steps stand in the page and in the docstring of the procedure, in order."""
    assert re.findall(r"^\*\*([0-9]+)\. ", PAGE, re.MULTILINE) == [str(step) for step in range(1, 15)]
    told = verify.verify.__doc__ or ""
    assert re.findall(r"^ *([0-9]+)\. ", told, re.MULTILINE) == [str(step) for step in range(1, 15)]
