"""The table of codes: each once, in the order of the steps (style §7)."""

from ledger.audit.check.code import BY_CODE, CODES


def test_each_code_stands_once_under_one_step_in_order() -> None:
    """A code means one thing, given by one step, and names the section that was not kept."""
    assert len(BY_CODE) == len(CODES)
    assert [one.step for one in CODES] == sorted(one.step for one in CODES)
    assert {one.step for one in CODES} == set(range(2, 15))
    assert all(one.follows for one in CODES)
