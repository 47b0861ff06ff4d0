"""The lint as SARIF: what the published schema asks of a log, held to its essentials (SARIF 2.1.0; E9)."""

from typing import Any

import jsonschema
import pytest

from ledger.assessment.enforceability.lint import LintFinding, lint
from ledger.assessment.enforceability.rule import RULES
from ledger.report.sarif import format_sarif
from tests.unit.assessment.enforceability.faulty import FAULTS
from tests.unit.assessment.enforceability.small_ledger import SUBJECT, commitment, instrument, known, quantity

MESSAGE: dict[str, Any] = {
    "type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}},
    "additionalProperties": False,
}  # fmt: skip
LOCATION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"startLine": {"type": "integer", "minimum": 1}, "snippet": MESSAGE},
                },
            },
        },
        "logicalLocations": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"fullyQualifiedName": {"type": "string"}, "kind": {"type": "string"}},
            },
        },
    },
}
RESULT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": -1},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": LOCATION},
        "properties": {"type": "object"},
    },
}
RULE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"level": {"enum": ["none", "note", "warning", "error"]}},
        },
    },
}
ESSENTIALS: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                    "tool": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}
"""Of the published schema (OASIS, errata 01) the members that are written here: their names, kinds and duties."""


def in_no_file(_: LintFinding) -> None:
    """Say that a finding is in no file, as of what is recorded in a ledger."""


def in_a_draft(_: LintFinding) -> tuple[str, int]:
    """Say that a finding is in a draft, whose name has a space."""
    return "drafts/my pledge.yaml", 12


def results(code: str, where: Any = in_no_file) -> list[dict[str, Any]]:
    """Return the results of the pledge that runs into a rule."""
    log: Any = format_sarif([lint(known(*FAULTS[code][0]), SUBJECT)], where)
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return [one for one in found if one["ruleId"] == code]


@pytest.mark.parametrize("where", [in_no_file, in_a_draft])
@pytest.mark.parametrize("code", FAULTS)
def test_log_is_what_the_schema_asks(code: str, where: Any) -> None:
    """Version, runs, tool, rules and results, of every rule, with and without a file (SARIF 2.1.0)."""
    log = format_sarif([lint(known(*FAULTS[code][0]), SUBJECT)], where)
    jsonschema.Draft4Validator(ESSENTIALS).validate(log)


def test_every_rule_is_described_in_order() -> None:
    """A result's index leads to its rule (SARIF §3.27.6)."""
    log: Any = format_sarif([lint(known(*FAULTS["PL604"][0]), SUBJECT)], in_no_file)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*RULES]
    for one in log["runs"][0]["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]


def test_fault_that_gains_is_a_warning() -> None:
    """Mending it alone raises the score (SARIF §3.27.10)."""
    (one,) = results("PL501")
    assert (one["kind"], one["level"]) == ("fail", "warning")


def test_fault_that_gains_nothing_alone_is_a_note() -> None:
    """Another term holds the level down."""
    terms = [quantity(shown={}), quantity(id="corn", shown={})]
    log: Any = format_sarif([lint(known(commitment(terms=terms), instrument()), SUBJECT)], in_no_file)
    levels = {one["level"] for one in log["runs"][0]["results"] if one["ruleId"] == "PL101"}
    assert levels == {"note"}


def test_what_is_not_known_is_open_and_has_no_level() -> None:
    """Kind ``open`` says that it could not be decided; any kind but ``fail`` has level ``none`` (SARIF §3.27.9)."""
    (one,) = results("PL500")
    assert (one["kind"], one["level"]) == ("open", "none")


def test_place_in_a_file_is_a_line_with_its_words() -> None:
    """The path is a URI reference, the words at fault its snippet (SARIF §3.4.3, §3.30)."""
    marks = [{"mark": "qualified", "element": "quantity", "shown": {"quote": 0, "words": "five million tons"}}]
    drafts = commitment(terms=[quantity(marks=marks)]), instrument()
    log: Any = format_sarif([lint(known(*drafts), SUBJECT)], in_a_draft)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "drafts/my%20pledge.yaml"
    assert place["region"] == {"startLine": 12, "snippet": {"text": "five million tons"}}


def test_place_in_a_ledger_is_a_field() -> None:
    """What is recorded has no file; its subject and field say where it is (SARIF §3.33)."""
    (one,) = results("PL501")
    assert "physicalLocation" not in one["locations"][0]
    assert one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == f"{SUBJECT}/forum"


def test_message_says_what_is_at_fault_and_what_would_earn_more() -> None:
    """Whole sentences, for readers who see nothing else (SARIF §3.11)."""
    (one,) = results("PL501")
    assert one["message"]["text"].startswith("No forum. Name where it is raised:")


def test_pledge_without_findings_is_an_empty_list() -> None:
    """That there is nothing to find is an answer, too (SARIF §3.14.23)."""
    log: Any = format_sarif([lint(known(commitment(), instrument()), SUBJECT)], in_no_file)
    assert log["runs"][0]["results"] == []
