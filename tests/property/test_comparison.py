"""Laws of comparing two audits: nothing changes unseen, and what is the same has nothing to tell (R1)."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.audit.comparison.compare import compare
from ledger.audit.comparison.comparison import Comparison
from ledger.audit.comparison.path import as_json, changed_paths, is_below
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.determination import View
from tests.unit.audit.small_ledger import SOURCE, SOY, SmallLedger, monthly, soy_ledger
from tests.unit.report.example import data

TONNES = st.lists(st.sampled_from([300_000, 400_000, 450_000, 500_000]), min_size=3, max_size=12)
DAYS = st.sampled_from(["2019-06-30", "2020-01-15", "2020-02-10", "2020-07-01", "2022-03-01"])


def untold(found: Comparison, before: AuditResult, after: AuditResult) -> list[str]:
    """The members that changed, and that neither a sentence nor the list of what follows accounts for."""
    members = [*(member for one in found.changed for member in one.members), *(one.member for one in found.follows)]
    paths = changed_paths(as_json(before), as_json(after))
    return [path for path in paths if not any(is_below(path, member) for member in members)]


def grown(first: list[int], second: list[int], *, has_position: bool) -> SmallLedger:
    """A ledger with two vintages, and perhaps a position."""
    ledger = soy_ledger(*first)
    ledger.observe(monthly(*second), vintage={"published": "2020-06-05"})
    if has_position:
        body = {"party": "cn", "stance": "affirms", "date": "2020-06-06", "source": SOURCE}
        ledger.say("position", SOY, body)
    return ledger


@settings(max_examples=25, deadline=None)
@given(TONNES, TONNES, st.booleans(), st.tuples(DAYS, DAYS), st.tuples(st.integers(6, 8), st.integers(6, 8)))
def test_every_changed_member_is_told_or_follows(
    first: list[int], second: list[int], has_position: bool, days: tuple[str, str], sizes: tuple[int, int]
) -> None:
    """Between any two views of a ledger, whatever member of ``audit.json`` changed is accounted for (R1)."""
    ledger = grown(first, second, has_position=has_position)
    before, after = (ledger.audit(view=View(size=size, as_of=day)) for size, day in zip(sizes, days, strict=True))
    found = compare(before, after, ledger.said())
    assert untold(found, before, after) == []
    assert found.same == (format_result(before) == format_result(after))
    assert found.same != bool(found.changed)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all texts, numbers and truths in plain data."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    elif value is not None:
        yield path


WHOLE = json.loads(format_result(AuditResult.model_validate_json(json.dumps(data()))))
LEAVES = sorted(leaves(WHOLE), key=str)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LEAVES), st.sampled_from(["another", "1", "2", "2021-01-01", "met", "A4", "E2", True, 3]))
def test_any_value_that_is_turned_is_told_or_follows(place: tuple[Any, ...], value: object) -> None:
    """Whichever single value of an audit is another, the comparison accounts for it; whoever forged it is seen."""
    changed = copy.deepcopy(WHOLE)
    inside = changed
    for step in place[:-1]:
        inside = inside[step]
    assume(inside[place[-1]] != value or type(inside[place[-1]]) is not type(value))
    inside[place[-1]] = value
    assume(place[0] not in {"schema", "origin", "genesis"})
    try:
        after = AuditResult.model_validate_json(json.dumps(changed))
    except ValidationError:
        assume(False)
    before = AuditResult.model_validate_json(json.dumps(WHOLE))
    found = compare(before, after)
    assert untold(found, before, after) == []
    assert not found.same
    assert found.changed or found.follows


def test_audit_compared_with_itself_has_nothing_to_tell() -> None:
    """``diff(A, A)`` is empty."""
    whole = AuditResult.model_validate_json(json.dumps(WHOLE))
    found = compare(whole, whole)
    assert (found.same, found.changed, found.follows) == (True, (), ())
