"""All tables together: they leave nothing of an audit out, and each has words in every language."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from ledger.assessment import result as results
from ledger.assessment.result import DocketAct, DocketDay, DocketStage, Kept, LeverResult
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.errors import UsageError
from ledger.report.table.audit import AUDIT, TABLES, table_named
from ledger.report.wording import catalogue
from tests.unit.report.example import data, result

LANGUAGES = ("en", "zh")


def of_a_period() -> AuditResult:
    """The audit as one of what falls due in a period, so that its scope says something."""
    scope = {"period": {"start": "2020-01-01", "end": "2020-12-31"}, "outside": ["soy-2021/second", "soy-2021/third"]}
    return result({**data(), "scope": scope})


def leaves(value: object, path: str = "$") -> Iterator[tuple[str, object]]:
    """Every text and number of a document, with its path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{path}[]")
    elif value not in {None, ""} and not isinstance(value, bool):
        yield path, value


def test_nothing_of_an_audit_is_left_out() -> None:
    """Every text and number of ``audit.json`` stands in a cell of some table."""
    audit = of_a_period()
    cells = {cell for table in TABLES for row in table.rows(audit) for cell in row if cell is not None}
    parts = cells | {part for cell in cells for part in (*cell.split(), *cell.split("; "), *cell.split("/"))}
    said = json.loads(format_result(audit))
    assert {path for path, value in leaves(said) if str(value) not in parts} <= {
        "$.opinion.code", "$.opinion.name",  # in one cell, one after the other
    }  # fmt: skip


def test_rows_have_as_many_cells_as_there_are_columns() -> None:
    """Every row of every table fits its columns, and every cell is a text or null."""
    for table in TABLES:
        for row in table.rows(result()):
            assert len(row) == len(table.columns), table.name
            assert all(cell is None or isinstance(cell, str) for cell in row), table.name


def test_names_of_tables_and_columns_are_unique() -> None:
    """A table is named once, and so is a column within it."""
    assert len({table.name for table in TABLES}) == len(TABLES)
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name


def test_digest_is_that_of_the_audit() -> None:
    """The first table names the result by the digest of ``audit.json``."""
    said = {row[0]: row[1] for row in AUDIT.rows(result())}
    assert said["digest"] == "sha256:" + hashlib.sha256(format_result(result())).hexdigest()
    assert (said["as_of"], said["size"], said["method"]) == ("2026-08-27", "118", "2026.1")


def test_unknown_table_is_refused_with_the_names_of_all() -> None:
    """Whoever mistypes a name is told which there are."""
    with pytest.raises(UsageError, match=r"there are audit, opinion, .*erased"):
        table_named("ratio")


SETS: dict[str, tuple[str, ...]] = {
    "truth": ("yes", "no"),
    "cell.kept": get_args(Kept),
    "cell.lever": get_args(LeverResult.model_fields["state"].annotation),
    "cell.docket_kind": (*get_args(DocketDay.model_fields["kind"].annotation), "act", "permitted"),
    "cell.docket_state": (
        *get_args(DocketDay.model_fields["state"].annotation),
        *get_args(DocketAct.model_fields["timing"].annotation),
        "permitted",
    ),
    "cell.stage_state": get_args(DocketStage.model_fields["state"].annotation),
    "cell.part": ("rule", "because", "part", "why"),
    "cell.bound": ("at_least", "at_most", "exactly"),
    "cell.target_is": ("absolute", "increment"),
    "cell.ratio": ("gross", "incremental", "pace"),
    "cell.denominator": ("target", "target less baseline", "target to date"),
    "cell.flip_of": ("joint", "source"),
    "cell.changes": ("actual", "baseline", "scope"),
    "cell.counterfactual": ("baseline", "last_year", "trend"),
    "cell.end": ("low", "high", "both"),
    "cell.where": ("score", "words", "instrument"),
    "cell.about": ("pledge", "finding"),
    "cell.note": ("emphasis", "not_covered"),
    "cell.member": tuple(member or "" for member, _ in AUDIT.rows(of_a_period())),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_the_words_of_tables_and_no_more(language: str) -> None:
    """Every table, column and word of a closed set has its words; none is left over."""
    keys = catalogue(language).keys
    wanted = {f"table.{table.name}" for table in TABLES}
    wanted |= {f"column.{column.name}" for table in TABLES for column in table.columns}
    wanted |= {f"{family}.{value}" for family, values in SETS.items() for value in values}
    assert {key for key in keys if key.startswith(("table.", "column.", "cell.", "truth."))} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_sheets_are_ones_that_a_workbook_takes(language: str) -> None:
    """At most 31 characters, none of those that stand in addresses, no two alike whatever their case."""
    words = catalogue(language)
    names = [words.say(f"table.{table.name}") for table in TABLES[1:]]
    names += [words.say("sheet.about"), words.say("sheet.pictures")]
    assert [name for name in names if len(name) > 31 or set(name) & set("[]:*?/\\") or "'" in name] == []
    assert len({name.casefold() for name in names}) == len(names)
    assert "history" not in {name.casefold() for name in names}


def test_words_of_every_column_come_from_a_family_that_there_is() -> None:
    """A word whose family nobody knows would be told as its code."""
    families = {key.rpartition(".")[0] for key in catalogue().keys}
    words = {column.family for table in TABLES for column in table.columns if column.kind == "word"}
    assert words - families == set()


def test_every_table_is_documented() -> None:
    """The page on reports says of each table what a row of it is."""
    page = (Path(__file__).resolve().parents[4] / "docs" / "report.md").read_text(encoding="utf-8")
    rows = page[page.index("| table | a row for |") : page.index("A cell is what")]
    assert re.findall(r"`([a-z_]+)`", "".join(re.findall(r"(?m)^\|([^|]+)\|", rows))) == [one.name for one in TABLES]


def filled(kind: Any, count: Iterator[int]) -> Any:
    """A value of a type in which nothing is empty: every text and number in it stands nowhere else."""
    origin, of = get_origin(kind), get_args(kind)
    if isinstance(kind, str | ForwardRef):
        return filled(getattr(results, kind if isinstance(kind, str) else kind.__forward_arg__), count)
    if origin is Annotated:
        return filled(of[0], count)
    if origin is Literal:
        return of[0]
    if origin in {Union, UnionType}:
        return filled(next(one for one in of if one is not NoneType), count)
    if origin is tuple:
        return tuple(filled(one, count) for one in of if one is not Ellipsis)
    if origin is dict:
        return {filled(of[0], count): filled(of[1], count)}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        members = {name: filled(field.annotation, count) for name, field in kind.model_fields.items()}
        return kind.model_construct(**members)
    if kind is bool:
        return True
    return 1_000_000 + next(count) if kind is int else f"text-{next(count)}."


def test_every_member_that_a_result_can_have_is_in_a_table() -> None:
    """A result in which nothing is empty has no text and no number that no cell holds; a new member needs a column."""
    audit: AuditResult = filled(AuditResult, iter(range(1, 1_000_000)))
    cells = "\n".join(cell for table in TABLES for row in table.rows(audit) for cell in row if cell is not None)
    said = json.loads(json.dumps(audit.model_dump(mode="python", warnings=False), default=list))
    values = {path: str(value) for path, value in leaves(said) if re.fullmatch(r"text-[0-9]+\.|1[0-9]{6}", str(value))}
    assert len(values) > 300
    assert [path for path, value in values.items() if value not in cells] == []


def test_earlier_conclusion_is_a_row() -> None:
    """What earlier audits concluded, and what became of it, is in a table as well (method §6)."""
    changed = data()
    changed["earlier"] = [{
        "kind": "audit", "subject": "phase-one-annex-6-1", "issued": "2022-02-01",
        "view": {"size": 60, "as_of": "2022-01-31"}, "method": "2026.1", "opinion": "A5", "state": "withdrawn",
        "why": "a wrong file", "became": ["agriculture, 2020: awaiting; now not met", "the opinion was A5; now A4"],
        "cite": {"entry": 61, "statement": "sha256:" + "cd" * 32},
    }]  # fmt: skip
    (row,) = table_named("earlier").rows(result(changed))
    assert row == (
        "audit", "phase-one-annex-6-1", "2022-02-01", "2022-01-31", "60", "2026.1", "A5", "withdrawn", "a wrong file",
        "agriculture, 2020: awaiting; now not met; the opinion was A5; now A4", "61",
    )  # fmt: skip
