"""Chinese is complete: wherever the method puts a sentence together, the phrasebook has one to say in its place.

The places are read out of the source, so that a sentence added there without a counterpart fails here. What becomes of
whole results is held by the end-to-end tests beside the ledgers that give them. Source: method §6; issue of the audit.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from ledger.assessment.enforceability.rule import ROWS
from ledger.report.phrasebook import phrasebook

ROOT: Final = Path(__file__).resolve().parents[2] / "ledger"

ELSEWHERE: Final = {
    "assessment/authority.py": "errors about keys, and names of what was signed",
    "assessment/beside/credibility.py": "of a party, and in no audit",
    "assessment/classification.py": "errors about tables",
    "assessment/docket/holiday.py": "names of calendars in errors",
    "assessment/docket/timeline.py": "who was to act first: the docket's own page, and in no audit",
    "assessment/drafted.py": "drafts are in no audit",
    "assessment/enforceability/difference.py": "what changed between two texts: lint, and in no audit",
    "assessment/enforceability/lint.py": "lint, and in no audit",
    "assessment/enforceability/mend.py": "lint, and in no audit",
    "assessment/enforceability/rule.py": "lint; the rows that a score prints are held below",
    "assessment/enforceability/practice.py": "the table of rules, for its documentation",
    "assessment/history.py": "the history of a commitment, and in no audit",
    "assessment/observation.py": "errors about observations",
    "assessment/party.py": "errors about codes of parties",
    "assessment/selection.py": "errors and SQL",
    "assessment/series.py": "errors about series",
    "assessment/succession.py": "errors about policies",
    "assessment/tenure.py": "errors about appointments",
    "audit/archive.py": "errors about archives",
    "audit/bundle.py": "errors about bundles",
    "audit/check": "findings of verification",
    "audit/comparison": "what changed between two audits: said by a command",
    "audit/difference.py": "findings of verification",
    "audit/engine.py": "SQL",
    "audit/kept.py": "SQL",
    "audit/printed.py": "findings of verification",
    "audit/procedure.py": "errors",
    "audit/publication.py": "errors",
    "audit/redaction.py": "errors",
    "audit/scope.py": "errors",
    "audit/verification.py": "findings of verification",
    "audit/verify.py": "findings of verification",
}
"""Modules whose sentences are in no report of an audit, each with the reason."""

UNSAID: Final = {
    "fulfilment.py": (
        "A term is", "not due, on pace", "Nor does", "Late counts", "what was done afterwards", "What is met",
        "whatever was done", "A quantity not met", "of a ceiling", "what came", "of an exact", "Where voting",
        "An action partly", "A restraint, a", "A term that", "what was settled",
    ),  # of a party's credibility
    "objection.py": ("chosen by rule", "the smallest change"),  # the rule itself, for its documentation
    "robustness.py": ("an harmonic",),  # mended before it is said
    "amount.py": ("thousand ", "m ", "bn "),  # units: a pattern holds the multiple, another the currency
    "cause.py": ("no figures by month", "nothing at hand", "what the channels"),  # what a cause rests on
    "coverage.py": ("baseline value", "leaf codes"),  # by what a scope is weighed: in no sentence
    "route.py": ("money in",),  # the name of a classification
    "standing.py": ("suspended effective", "modified effective"),  # a pattern holds the word in a place
}  # fmt: skip
"""Beginnings of runs of words that no report of an audit holds as they stand, by module."""

WORDS: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:,? [A-Za-z(][A-Za-z'’),-]*)+")
"""Two words or more: what of a sentence stands in the source as it is."""


def modules() -> list[Path]:
    """The modules that give sentences to results."""
    found = sorted([*(ROOT / "assessment").rglob("*.py"), *(ROOT / "audit").rglob("*.py")])
    return [path for path in found if not any(path.relative_to(ROOT).as_posix().startswith(one) for one in ELSEWHERE)]


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a module says, in pieces between the places of its texts; docstrings and errors say nothing of results."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.Raise | ast.Assert):
            silent |= {id(one) for one in ast.walk(node)}
        if isinstance(node, ast.AnnAssign):
            silent |= {id(one) for one in ast.walk(node.annotation)}
        if isinstance(node, ast.Subscript):
            silent |= {id(one) for one in ast.walk(node.slice)}
        names = [one.id for one in node.targets if isinstance(one, ast.Name)] if isinstance(node, ast.Assign) else []
        if "message" in names:
            silent |= {id(one) for one in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def test_modules_that_are_left_out_are_there() -> None:
    """What is left out is a module or a folder, so that a name that went is not kept."""
    assert [one for one in ELSEWHERE if not (ROOT / one).exists()] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_sentence_of_the_method_has_a_counterpart(path: Path) -> None:
    """Each run of words in the source is found in an English pattern; add it to words/phrases.zh.toml (method §6)."""
    book = phrasebook("zh")
    assert book is not None
    said = "\n".join(re.sub(r"\[|\]", "", re.sub(r"\{[^}]*\}", "\x00", one)) for one in book.patterns)
    missing = [
        f"{line}: {found}"
        for line, text in sentences(ast.parse(path.read_text(encoding="utf-8")))
        for found in WORDS.findall(text)
        if found.rstrip(".,()") not in said and not found.startswith(UNSAID.get(path.name, "\0"))
    ]
    assert missing == []


def test_every_row_that_a_score_prints_has_a_counterpart() -> None:
    """What one level more would take is told in the report's language (E9)."""
    book = phrasebook("zh")
    assert book is not None
    assert [row for rows in ROWS.values() for row in rows if book.say(row) is None] == []
