"""The scope of an audit by period: which commitments have something due in it."""

import pytest

from ledger.assessment.view import look
from ledger.audit.scope import due_within, parse_period
from ledger.errors import UsageError
from ledger.model.determination import View
from ledger.model.value import Period
from tests.unit.audit.small_ledger import SOY, soy_ledger

BAD = [
    "", "2020", "2020-01-01", "2020-01-01/", "2020-01-01..2020-12-31", "2020-12-31/2020-01-01", "2020-02-30/2020-03-01",
    "2020-01-01/2020-12-31/2021-12-31", "0000-00-00/9999-99-99", "2020-01-01/now",
]  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_period_that_is_none_is_refused_with_an_example(text: str) -> None:
    """Two days of the calendar, the first before the last, and nothing else."""
    with pytest.raises(UsageError, match="write 2020-01-01/2020-12-31"):
        parse_period(text)


def test_period_is_read() -> None:
    """Both days are included, and may be one."""
    assert parse_period("2020-01-01/2020-12-31") == Period(start="2020-01-01", end="2020-12-31")
    assert parse_period("2020-01-01/2020-01-01") == Period(start="2020-01-01", end="2020-01-01")


CHOSEN = {
    "its last day is the first": ("2019-12-31/2020-12-31", True),
    "its last day is the last": ("2019-01-01/2019-12-31", True),
    "it runs through, and is due later": ("2019-01-01/2019-12-30", False),
    "it was due before": ("2020-01-01/2020-12-31", False),
}


@pytest.mark.parametrize(("text", "is_in"), CHOSEN.values(), ids=CHOSEN.keys())
def test_commitment_is_chosen_by_the_last_day_of_a_term(text: str, is_in: bool) -> None:
    """A term counts where it falls due, its last day included (method §6)."""
    ledger = soy_ledger()
    known = look(ledger.said(), View(size=len(ledger.headers), as_of="2020-12-31"))
    assert due_within(known, (SOY,), parse_period(text)) == ((SOY,) if is_in else ())
