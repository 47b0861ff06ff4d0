"""What the flows of two terms have in common, by their codes, their parties and their days (R3, R16)."""

from types import SimpleNamespace
from typing import Any

import pytest

from ledger.assessment.flow import Near, common_codes, named_in
from ledger.model.value import Scope


def scope(*codes: str, classification: str = "HS", revision: str | None = None) -> Scope:
    """A scope of these codes."""
    return Scope(title="goods", classification=classification, codes=codes, revision=revision)


SHARES: dict[str, tuple[Scope, Scope, str]] = {
    "the same codes": (scope("1201", "1005"), scope("1005", "1201"), "same"),
    "a code below another": (scope("120190"), scope("1201"), "within"),
    "a code above another": (scope("12"), scope("1201"), "holds"),
    "codes with nothing in common": (scope("1201"), scope("1005"), "none"),
    "some of the codes": (scope("1201", "1005"), scope("1005", "0201"), "part"),
    "another classification": (scope("1201"), scope("soy", classification="annex-6.1"), "unknown"),
    "another edition": (scope("1201", classification="HS2012"), scope("1201", classification="HS2017"), "unknown"),
    "an edition and none named": (scope("1201", classification="HS2017"), scope("1201"), "same"),
}


@pytest.mark.parametrize("case", SHARES)
def test_what_a_scope_has_of_another_is_read_from_its_codes(case: str) -> None:
    """Overlap is told by the classification's tree, and unknown where no tree holds both (R3, R16)."""
    one, other, share = SHARES[case]
    assert common_codes(named_in(one), named_in(other)) == share


@pytest.mark.parametrize("case", SHARES)
def test_terms_that_may_share_a_flow_are_found_by_their_codes(case: str) -> None:
    """Of many terms only those are compared whose codes meet, or cannot be compared; nobody else shares anything."""
    one, other, shared = SHARES[case]
    items: Any = [SimpleNamespace(named=named_in(scope)) for scope in (one, other, scope("9999"))]
    for here, there in ((0, 1), (1, 0)):
        found = Near(items).of(items[here])
        assert here in found
        assert (there in found) == (shared != "none")
