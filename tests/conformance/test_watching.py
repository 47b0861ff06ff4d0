"""The page about watching is held to the code: every finding is described, and none else (style §11)."""

import ast
import re
from pathlib import Path

from ledger.tlog.fraud import Chain, Fork, Misindex, Omission, Rewrite, Rollback, Withheld

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
CODE = re.compile(r"(?:log|tree|entry|index|inclusion|checkpoint|source|fraud)\.[a-z]+(?:-[a-z]+)*")


def raised() -> set[str]:
    """Return every code that monitoring and judging can give."""
    kinds = (Chain, Fork, Misindex, Omission, Rewrite, Rollback, Withheld)
    accusations = {f"log.{kind.__name__.lower()}" for kind in kinds}
    trees = [
        ast.parse((ROOT / "ledger" / path).read_text(encoding="utf-8"))
        for path in ("service/monitor.py", "tlog/fraud.py")
    ]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if CODE.fullmatch(text)} | accusations


def test_every_code_is_documented_and_none_else() -> None:
    """The tables have each code that `pledger monitor` and the judge of fraud proofs can give, and no other."""
    documented = set(re.findall(r"^\| `([^`\s]+)` \|", PAGE, re.MULTILINE))
    assert {code for code in documented if CODE.fullmatch(code)} == raised() - {"fraud.v1", "index.gap"}
