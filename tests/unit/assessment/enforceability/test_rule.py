"""The rules of the lint: numbered, worded, exemplified (method §4, E9)."""

import re

import pytest

from ledger.assessment.enforceability.level import unknown_code
from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.assessment.enforceability.rule import ROWS, RULES, Rule, of_dimension


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_is_numbered_by_its_dimension(rule: Rule) -> None:
    """PL1xx precision to PL7xx durability, in the order of the table (E9)."""
    assert re.fullmatch(r"PL[1-7]\d\d", rule.code)
    assert [*DIMENSIONS][int(rule.code[2]) - 1] == rule.dimension
    assert rule in of_dimension(rule.dimension)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_has_a_bad_and_a_good_example(rule: Rule) -> None:
    """Each says what is at fault, what would earn more, and how the two read (E9)."""
    assert rule.title
    assert rule.bad != rule.good
    assert rule.earns.format(obligor="a", obligee="b", title="c")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_rows_are_in_order(dimension: str) -> None:
    """Within a dimension rules that hold a level stand by its row, but for durability's exits (E2)."""
    rows = [rule.row for rule in of_dimension(dimension) if rule.row is not None]  # type: ignore[arg-type]
    assert set(rows) <= {0, 1, 2, 3}
    if dimension != "X":
        assert rows == sorted(rows)
    assert len(ROWS[dimension]) == 4  # type: ignore[index]


def test_only_what_is_not_known_ends_in_00() -> None:
    """V to X may be unknown; precision is counted and never is (E6)."""
    open_ = [code for code, rule in RULES.items() if not rule.is_fault]
    assert open_ == [unknown_code(one) for one in DIMENSIONS if one != "P"]
