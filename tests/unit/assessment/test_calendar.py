"""A calendar of holidays: which days a place works, as its table says (F1)."""

from datetime import date

import pytest

from ledger.assessment.calendar import calendar_of
from ledger.assessment.result import Cite

CITE = Cite(entry=3, statement="sha256:" + "0" * 64)
SPRING = calendar_of(
    "holidays-cn",
    "sha256:" + "1" * 64,
    CITE,
    [("2020-01-01", "closed"), ("2020-01-24", "closed"), ("2020-01-19", "open"), ("2021-01-01", "closed")],
)

DAYS = {
    "a Thursday of which nothing is said": ("2020-01-02", True),
    "a Friday that is closed": ("2020-01-24", False),
    "a Saturday of which nothing is said": ("2020-01-18", False),
    "a Sunday that works": ("2020-01-19", True),
    "a day of the last year that it speaks for": ("2021-12-31", True),
    "a year before it begins": ("2019-12-31", None),
    "a year after it ends": ("2022-01-03", None),
}


@pytest.mark.parametrize(("day", "expected"), DAYS.values(), ids=DAYS)
def test_day_works_as_the_table_says(day: str, expected: bool | None) -> None:
    """Monday to Friday work unless closed, a week-end rests unless opened, other years are not spoken for (F1)."""
    assert SPRING.works(date.fromisoformat(day)) is expected


def test_an_empty_table_speaks_for_no_year() -> None:
    """Without a day there is no year that a calendar covers (F1)."""
    empty = calendar_of("nowhere", "sha256:" + "2" * 64, CITE, [])
    assert empty.works(date(2020, 1, 1)) is None
