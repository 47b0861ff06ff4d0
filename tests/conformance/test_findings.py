"""Every code of a finding stands in a document: what is printed and not explained helps nobody (style §7, §11)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "ledger"
CODE = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")
NO_CODES = {"completeness.md", "formats.md", "ledger.ingest", "pledger.toml"}
"""Other words with a full stop: documents, modules and settings that these rooms name."""

BY_DOCUMENT: dict[str, tuple[str, ...]] = {
    "findings.md": (
        "tlog/recheck.py", "tlog/proof.py", "service/check.py", "service/beside.py", "runtime/opened.py",
        "cli/reimport.py",
    ),
    "watching.md": ("service/monitor.py", "service/body.py", "tlog/fraud.py"),
    "verification.md": ("audit/check/*.py", "audit/verify.py", "tlog/index.py"),
}  # fmt: skip
"""Where the codes are made, and the document whose tables explain them."""

ELSEWHERE = {"index.gap"}
"""A code that a fraud proof reads out of an audit's check, and never prints."""


def codes(paths: tuple[str, ...]) -> set[str]:
    """Return the codes that modules write down; those of accusations are put together, and every one is a fraud's."""
    return {code for path in paths for module in LEDGER.glob(path) for code in _written(module)}


def _written(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def explained(document: str) -> set[str]:
    """Return the codes in the first cells of a document's tables."""
    lines = (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {code for cell in cells for code in re.findall(r"`([^`]+)`", cell) if CODE.fullmatch(code)}


@pytest.mark.parametrize("document", BY_DOCUMENT)
def test_every_code_is_explained(document: str) -> None:
    """Whoever adds a code adds its row (style §11)."""
    paths = BY_DOCUMENT[document]
    assert all(list(LEDGER.glob(path)) for path in paths)
    assert codes(paths) - NO_CODES - ELSEWHERE - explained(document) - {"findings.more"} == set()


def test_nothing_is_explained_that_nobody_prints() -> None:
    """A code that is gone takes its row along."""
    made = codes(tuple(path for paths in BY_DOCUMENT.values() for path in paths))
    assert explained("findings.md") - made == set()
    assert "findings.more" in explained("findings.md") & made


def test_accusations_are_explained_one_by_one() -> None:
    """A monitor's ``log.`` codes are the accusations of fraud proofs, and each is judged by a code of its own."""
    judged = {code.partition(".")[2] for code in codes(("tlog/fraud.py",)) if code.startswith("fraud.")}
    accusations = {"fork", "rewrite", "rollback", "withheld", "chain", "omission", "misindex"}
    assert accusations <= judged
    assert {f"log.{one}" for one in accusations} <= explained("watching.md")


def test_no_other_room_makes_findings_of_a_log() -> None:
    """A module that begins to make findings is entered above, so that its codes are looked for."""
    listed = {module for paths in BY_DOCUMENT.values() for path in paths for module in LEDGER.glob(path)}
    makers = {
        module
        for room in ("tlog", "service", "runtime")
        for module in (LEDGER / room).glob("*.py")
        if re.search(r"\bFinding\(\s*f?\"", module.read_text(encoding="utf-8"))
    }
    assert makers <= listed
