"""A time limit: its last day in days, months and working days, with a calendar in hand and without (F1)."""

import pytest
from pydantic import ValidationError

from ledger.assessment.calendar import Calendar, calendar_of
from ledger.assessment.limit import ends_on, is_imputed, last_day, words_of
from ledger.assessment.result import Cite
from ledger.model.instrument import HolidayCalendar, Limit

CITE = Cite(entry=3, statement="sha256:" + "0" * 64)
OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64
US = HolidayCalendar(name="holidays-us")


def calendar(*days: tuple[str, str], digest: str = NEW, is_newest: bool = True) -> Calendar:
    """Return the calendar of the United States with these days, and New Year's Day of 2020."""
    return calendar_of("holidays-us", digest, CITE, [("2020-01-01", "closed"), *days], is_newest=is_newest)


LIMITS = {
    "calendar days": ("2020-03-01", Limit(days=90), "2020-05-30"),
    "no day at all": ("2020-03-01", Limit(days=0), "2020-03-01"),
    "working days over a week-end": ("2020-03-06", Limit(days=1, working=True), "2020-03-09"),
    "working days from a Sunday": ("2020-03-01", Limit(days=10, working=True), "2020-03-13"),
    "three months": ("2020-01-15", Limit(months=3), "2020-04-15"),
    "a month to a shorter one": ("2020-01-31", Limit(months=1), "2020-02-29"),
    "twelve months from a leap day": ("2020-02-29", Limit(months=12), "2021-02-28"),
    "beyond the last day that can be written": ("9999-12-01", Limit(days=3650), "9999-12-31"),
    "months beyond it": ("9999-12-01", Limit(months=12), "9999-12-31"),
}


@pytest.mark.parametrize(("day", "limit", "expected"), LIMITS.values(), ids=LIMITS)
def test_limit_ends_on_its_last_day(day: str, limit: Limit, expected: str) -> None:
    """A limit begins to run on the day after (F1)."""
    assert last_day(day, limit) == expected


# 16 January 2020 is a Thursday; the 20th, a Monday, is closed: five working days are 17, 21, 22, 23, 24.
WITH_HOLIDAY = calendar(("2020-01-20", "closed"))

CALENDARS: dict[str, tuple[Limit, tuple[Calendar, ...], str, str | None, str | None]] = {
    "a holiday lengthens it": (
        Limit(days=5, working=True, calendar=US), (WITH_HOLIDAY,), "2020-01-24", "2020-01-24", None,
    ),
    "a week-end that works shortens it": (
        Limit(days=5, working=True, calendar=US), (calendar(("2020-01-18", "open")),), "2020-01-22", "2020-01-22", None,
    ),
    "no calendar is named": (
        Limit(days=5, working=True), (WITH_HOLIDAY,), "2020-01-23", None, "the text names no calendar of holidays",
    ),
    "the calendar is not in hand": (
        Limit(days=5, working=True, calendar=US), (), "2020-01-23", None,
        "the calendar holidays-us is not in this ledger at this view",
    ),
    "the calendar ends before": (
        Limit(days=300, working=True, calendar=US), (WITH_HOLIDAY,), "2021-03-11", None,
        "the calendar holidays-us speaks for 2020 to 2020 only",
    ),
    "two authorities speak": (
        Limit(days=5, working=True, calendar=US), (calendar(is_newest=False),), "2020-01-23", None,
        "the calendar holidays-us is not in this ledger at this view",
    ),
    "the version named by digest": (
        Limit(days=5, working=True, calendar=HolidayCalendar(name="holidays-us", digest=OLD)),
        (calendar(digest=OLD, is_newest=False), WITH_HOLIDAY), "2020-01-23", "2020-01-23", None,
    ),
    "a version that is not in hand": (
        Limit(days=5, working=True, calendar=HolidayCalendar(name="holidays-us", digest=OLD)), (WITH_HOLIDAY,),
        "2020-01-23", None, "the calendar holidays-us is not in this ledger at this view",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("limit", "calendars", "earliest", "latest", "why"), CALENDARS.values(), ids=CALENDARS)
def test_working_days_are_counted_by_the_calendar_in_hand(
    limit: Limit, calendars: tuple[Calendar, ...], earliest: str, latest: str | None, why: str | None
) -> None:
    """Without the days of a calendar a limit has no last day for certain, and says why (F1)."""
    ends = ends_on("2020-01-16", limit, calendars)
    assert (ends.earliest, ends.latest, ends.why) == (earliest, latest, why)


REFUSED = {
    "neither days nor months": ({}, "in days or in months"),
    "both": ({"days": 1, "months": 1}, "in days or in months"),
    "working months": ({"months": 1, "working": True}, "months are not counted in working days"),
    "a calendar that counts nothing": ({"days": 1, "calendar": {"name": "x"}}, "counts working days only"),
}


@pytest.mark.parametrize(("members", "reason"), REFUSED.values(), ids=REFUSED)
def test_contradictory_limit_is_refused(members: dict[str, object], reason: str) -> None:
    """A limit that contradicts itself is refused in a sentence (F1)."""
    with pytest.raises(ValidationError, match=reason):
        Limit.model_validate(members)


def test_limit_says_its_calendar_and_that_it_is_imputed() -> None:
    """A number that is not in the text is marked wherever it is printed (R17)."""
    limit = Limit(days=10, working=True, calendar=US, counted_from="appeal", imputed="as recalled")
    told = "10 working days by the calendar holidays-us, counted from stage appeal (imputed: as recalled)"
    assert words_of(limit) == told
    assert words_of(Limit(months=1)) == "1 month"
    assert is_imputed(limit)
    assert not is_imputed(Limit(days=1))
    assert not is_imputed(None)
