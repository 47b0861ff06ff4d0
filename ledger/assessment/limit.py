"""A time limit run out to its last day: in days, months or working days, by the calendar of evidence in hand (F1).

A limit begins to run on the day after the one it is counted from, and its last day is wholly within it, also where that
day rests. Months end on the day of the same number, or on the month's last where it has none. Working days without a
calendar in hand give the day on which the limit ends if no holiday falls within it, and no more.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.assessment.calendar import WORKING_DAYS, Calendar
from ledger.assessment.reconcile.span import add_months, day_number, day_text
from ledger.model.instrument import HolidayCalendar, Limit
from ledger.model.value import as_date


class Ends(NamedTuple):
    """When a limit ends.

    Attributes:
        earliest: its last day if no holiday lengthens it; ``latest`` its last day for certain, null where holidays are
            not known, with ``why``.
        calendar: by which it was reckoned.
    """

    earliest: str
    latest: str | None
    calendar: Calendar | None = None
    why: str | None = None


def last_day(day: str, limit: Limit) -> str:
    """Return the last day of a limit counted from ``day``, working days being Monday to Friday."""
    return ends_on(day, limit, ()).earliest


def ends_on(day: str, limit: Limit, calendars: Sequence[Calendar]) -> Ends:
    """Return when a limit counted from ``day`` ends.

    Args:
        calendars: those of the view, as ``Known`` has them.
    """
    try:
        return _ends(day, limit, calendars)
    except (OverflowError, ValueError):
        # What ends after the last day that can be written has no end that anybody here will see.
        return Ends(_LAST, _LAST)


_LAST: Final = date.max.isoformat()


def _ends(day: str, limit: Limit, calendars: Sequence[Calendar]) -> Ends:
    if limit.months is not None:
        end = day_text(add_months(day_number(day), limit.months))
        return Ends(end, end)
    days = limit.days or 0
    if not limit.working:
        end = (as_date(day) + timedelta(days=days)).isoformat()
        return Ends(end, end)
    plain = _counted(as_date(day), days, None)
    if plain is None:
        raise AssertionError("Monday to Friday are counted in every year")
    if limit.calendar is None:
        return Ends(plain.isoformat(), None, None, "the text names no calendar of holidays")
    calendar = held(calendars, limit.calendar)
    if calendar is None:
        why = f"the calendar {limit.calendar.name} is not in this ledger at this view"
        return Ends(plain.isoformat(), None, None, why)
    exact = _counted(as_date(day), days, calendar)
    if exact is None:
        why = f"the calendar {calendar.name} speaks for {calendar.first} to {calendar.last} only"
        return Ends(plain.isoformat(), None, calendar, why)
    return Ends(exact.isoformat(), exact.isoformat(), calendar)


def held(calendars: Sequence[Calendar], wanted: HolidayCalendar) -> Calendar | None:
    """Return the calendar that a limit names, of those in hand; null where it is not among them."""
    of_name = [one for one in calendars if one.name == wanted.name]
    if wanted.digest is not None:
        return next((one for one in of_name if one.digest == wanted.digest), None)
    return next((one for one in of_name if one.is_newest), None)


def _counted(day: date, days: int, calendar: Calendar | None) -> date | None:
    """Return the day on which so many working days have gone by; null where the calendar does not reach so far."""
    left = days
    while left:
        day += timedelta(days=1)
        works = day.weekday() < WORKING_DAYS if calendar is None else calendar.works(day)
        if works is None:
            return None
        left -= works
    return day


def is_imputed(limit: Limit | None) -> bool:
    """Whether a limit's number is not in the text that was read, so that no level rests on it (R17)."""
    return limit is not None and limit.imputed is not None


def words_of(limit: Limit) -> str:
    """Return a limit in words, its calendar and whether it is imputed with it."""
    number, unit = (limit.months, "month") if limit.months is not None else (limit.days, "day")
    kind = "working " if limit.working else ""
    much = f"{number} {kind}{unit}{'' if number == 1 else 's'}"
    calendar = f" by the calendar {limit.calendar.name}" if limit.calendar is not None else ""
    since = f", counted from stage {limit.counted_from}" if limit.counted_from is not None else ""
    imputed = f" (imputed: {limit.imputed})" if limit.imputed is not None else ""
    return f"{much}{calendar}{since}{imputed}"
