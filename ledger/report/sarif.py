"""The lint as SARIF 2.1.0, the form in which other tools read what a check found (OASIS, 2020; E9).

A fault is a result of kind ``fail``, a warning where mending it alone raises the score and a note where it does not;
what is not known is of kind ``open`` and level ``none``, as the standard has it for what could not be decided (§3.27.9,
§3.27.10). Plain JSON data; nothing is written here.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import quote

from ledger import __version__
from ledger.assessment.enforceability.lint import Lint, LintFinding
from ledger.assessment.enforceability.rule import RULES, Rule

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Where = Callable[[LintFinding], tuple[str, int] | None]
"""The file and the line (from 1) of what a finding cites; null where it is in no file."""

_ORDER: Final = {code: position for position, code in enumerate(RULES)}


def format_sarif(lints: Sequence[Lint], where: Where) -> dict[str, object]:
    """Return what was found in several commitments as one SARIF log with one run.

    Source: SARIF 2.1.0 §3.13 (log), §3.14 (run), §3.27 (result), §3.49 (rule).
    """
    driver = {"name": "pledger", "version": __version__, "rules": [_rule(rule) for rule in RULES.values()]}
    results = [_result(lint, found, where(found)) for lint in lints for found in lint.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "help": {"text": f"Not so: {rule.bad}\nBetter: {rule.good}"},
        "defaultConfiguration": {"level": "warning" if rule.is_fault else "none"},
    }


def _result(lint: Lint, found: LintFinding, place: tuple[str, int] | None) -> dict[str, object]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {"fullyQualifiedName": f"{lint.subject}/{found.where or ''}".rstrip("/"), "kind": "member"}
        ]
    }
    if place is not None:
        region: dict[str, object] = {"startLine": place[1]}
        if found.span is not None and found.span.words is not None:
            region["snippet"] = {"text": found.span.words}
        location["physicalLocation"] = {"artifactLocation": {"uri": quote(place[0])}, "region": region}
    return {
        "ruleId": found.code,
        "ruleIndex": _ORDER[found.code],
        "kind": "fail" if found.is_fault else "open",
        "level": _level(found),
        "message": {"text": f"{_sentence(found.says)} {_sentence(found.earns)}"},
        "locations": [location],
        "properties": {
            "subject": lint.subject,
            "rule": found.rule,
            "clauses": list(found.clauses),
            "gain": list(found.gain),
            "span": found.span.model_dump(mode="json") if found.span is not None else None,
        },
    }


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '…')) else '.'}"


def _level(found: LintFinding) -> str:
    if not found.is_fault:
        return "none"
    return "note" if set(found.gain) == {"0"} else "warning"
