"""The rules of practice: named once, after their dimension, in the order of the table (method §4, E3)."""

import pytest

from ledger.assessment.enforceability.level import Derived, observed, reason
from ledger.assessment.enforceability.pillar import DIMENSIONS
from ledger.assessment.enforceability.practice import AS_WRITTEN, IDENTIFIERS, PRACTICE, ROWS_ALONE
from ledger.assessment.enforceability.rule import RULES


def test_rules_stand_in_the_order_of_the_table() -> None:
    """P before V before K: as the method's table has them (E3)."""
    order = [one.dimension for one in PRACTICE.values()]
    assert order == sorted(order, key=[*DIMENSIONS].index)
    assert set(order) == set(DIMENSIONS)


@pytest.mark.parametrize("code", PRACTICE)
def test_rule_is_named_after_its_dimension_and_says_what_it_reads(code: str) -> None:
    """``E3.``, the dimension, and what was seen; with the entries and fields that are read (E2, E3)."""
    one = PRACTICE[code]
    assert code.startswith(f"E3.{one.dimension}.")
    assert ":" in one.says or "is read" in one.says or "latest" in one.says
    assert one.reads


def test_list_of_identifiers_holds_every_table_once() -> None:
    """Rows that decide alone, what the lint names, what was observed, and that nothing was (E2, E3, E9)."""
    assert len(IDENTIFIERS) == len(ROWS_ALONE) + len(RULES) + len(PRACTICE) + len(AS_WRITTEN)
    assert ROWS_ALONE == ("P.0", "P.1", "P.2", "P.3", "P.4", "V.4", "K.4", "O.4", "A.4", "R.4", "X.4")
    assert all(dimension in DIMENSIONS for dimension in IDENTIFIERS.values())


def test_reason_names_no_rule_that_no_table_lists() -> None:
    """A name without a meaning is a fault of ours (style §7)."""
    with pytest.raises(AssertionError, match="PL999 is a rule that no table lists"):
        reason("V", 3, "as said", code="PL999")


def test_interval_that_was_observed_is_told_as_one() -> None:
    """The row printed is the level's own, and what is no longer unknown is not said to be (E3, E6)."""
    before = Derived(0, 4, (), ("A: the forum is unknown",))
    wide = observed("A", before, "answered", code="E3.A.answered", low=1, high=4)
    assert (wide.reasons[-1].rule, wide.reasons[-1].code, wide.unknown) == ("A.1-4", "E3.A.answered", before.unknown)
    settled = observed("A", before, "passed", code="E3.A.passed", low=1, high=1)
    assert (settled.reasons[-1].rule, settled.unknown, settled.observed) == ("A.1", (), True)
