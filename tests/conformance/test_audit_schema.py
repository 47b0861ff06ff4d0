"""``audit.json`` is held to its published schema, by a reader of schemas that is not ours (JSON Schema 2020-12)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ledger.audit.procedure import format_result
from ledger.audit.shape import SHAPE, SHAPES
from tests.unit.report.example import result

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def schema_of(shape: str) -> Draft202012Validator:
    """The published schema of a shape."""
    schema = json.loads((SCHEMAS / f"{shape}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The schema of what is written now."""
    return schema_of(SHAPE)


def audit(shape: str = SHAPE) -> dict[str, Any]:
    """An audit as it is written in a shape."""
    return dict(json.loads(format_result(result().model_copy(update={"schema_": shape}))))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_its_schema_and_no_other(shape: str) -> None:
    """A result of each shape is what the schema of its name says, and not what another says (decision 27)."""
    told = {other: schema_of(other).is_valid(audit(shape)) for other in SHAPES}
    assert told == {other: other == shape for other in SHAPES}


def test_audit_is_what_its_schema_says(validator: Draft202012Validator) -> None:
    """What is written holds to the schema, member by member."""
    assert [error.message for error in validator.iter_errors(audit())] == []


def _rename(said: dict[str, Any]) -> None:
    said["opinions"] = said.pop("opinion")


def _outcome(said: dict[str, Any]) -> None:
    said["commitments"][0]["terms"][0]["outcome"] = "kept"


def _number(said: dict[str, Any]) -> None:
    said["commitments"][0]["terms"][0]["target"] = 12.5


def _size(said: dict[str, Any]) -> None:
    said["view"]["size"] = "118"


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a member by another name": (_rename, "'opinion' is a required property"),
    "an outcome that there is not": (_outcome, "'kept' is not one of"),
    "a quantity as a number": (_number, "12.5 is not"),
    "a size as text": (_size, "'118' is not of type 'integer'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_schema_refuses_what_no_audit_is(validator: Draft202012Validator, fault: str) -> None:
    """The schema is awake: names, closed sets, decimals as text and whole numbers are held (design §2.1)."""
    spoil, said = FAULTS[fault]
    changed = audit()
    spoil(changed)
    messages = [each.message for error in validator.iter_errors(changed) for each in (error, *(error.context or ()))]
    assert any(said in message for message in messages), messages
