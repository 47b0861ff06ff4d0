"""A calendar of holidays written out as a file that can be evidence: its days, and the mapping that reads them (F1).

The days come from the `holidays` library, once, here. Whoever submits the file vouches for it like for any other, and
from then on a docket is reckoned from those bytes: another version of the library changes no verdict. A row stands for
a day on which the place differs from Monday to Friday: ``closed`` or ``open``. Source: design §2.2 (``evidence``).
"""

import csv
import json
import re
from datetime import date, timedelta
from importlib.metadata import version
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.errors import NotFoundError, UnavailableError, UsageError
from ledger.model.value import SLUG

if TYPE_CHECKING:
    from holidays import HolidayBase

FIRST: Final = 1900
LAST: Final = 2100
"""Years for which a calendar may be written; the library knows few others."""

_FRIDAY: Final = 4


class CalendarFiles(NamedTuple):
    """What is written.

    Attributes:
        rows: days that the table names. ``table`` the CSV; ``mapping`` the TOML that reads it.
    """

    name: str
    title: str
    rows: int
    table: bytes
    mapping: bytes


def make_calendar(
    country: str, years: tuple[int, int], *, subdivision: str | None = None, name: str | None = None
) -> CalendarFiles:
    """Return the files of a calendar for a country, or for a part of it.

    Args:
        country: its ISO 3166 code of two letters. ``subdivision``: as ISO 3166-2 has it, after the hyphen.
        years: the first and the last, both included.
        name: by which procedures name the calendar; ``holidays-us`` if not given.

    Raises:
        UnavailableError: the extra ``calendar`` is not installed.
        NotFoundError: the library knows no such country or part.
        UsageError: the years are none, or the name is no name.
    """
    try:
        import holidays  # noqa: PLC0415  # heavy, and only for this
    except ImportError as error:
        message = "Holidays need the extra `calendar`, which is not there; run pip install '.[calendar]'."
        raise UnavailableError(message, extra="calendar") from error
    first, last = years
    if not FIRST <= first <= last <= LAST:
        raise UsageError(f"{first}-{last} are no years for a calendar; give them as FIRST-LAST, {FIRST} to {LAST}.")
    place = f"{country}-{subdivision}" if subdivision else country
    chosen = name or f"holidays-{place.lower()}"
    if re.fullmatch(SLUG, chosen) is None:
        raise UsageError(f"{chosen!r} is no name for a calendar; use small letters, digits and hyphens.")
    supported = holidays.list_supported_countries()
    if country not in supported or (subdivision is not None and subdivision not in supported[country]):
        message = f"No holidays are known for {place}; give an ISO 3166 code, such as US, and --subdivision for a part."
        raise NotFoundError(message, country=country, subdivision=subdivision)
    days = holidays.country_holidays(country, subdiv=subdivision, years=range(first, last + 1))
    lines = list(_lines(days, first, last))
    missing = {first, last} - {day.year for day, _, _ in lines}
    if missing:
        message = (
            f"{place} has no holiday in {min(missing)}, so that the calendar would not reach so far; choose others."
        )
        raise UsageError(message, country=country)
    title = f"Holidays of {place}, {first} to {last}"
    return CalendarFiles(chosen, title, len(lines), _table(lines), _mapping(chosen, title, version("holidays")))


def _lines(days: "HolidayBase", first: int, last: int) -> "list[tuple[date, str, str]]":
    """Return the days on which a place differs from Monday to Friday, with what they are and are called."""
    found = []
    day, end = date(first, 1, 1), date(last, 12, 31)
    while day <= end:
        works = days.is_working_day(day)
        if works != (day.weekday() <= _FRIDAY):
            found.append(
                (day, "open" if works else "closed", days.get(day) or ("working day" if works else "week-end"))
            )
        day += timedelta(days=1)
    return found


def _table(lines: "list[tuple[date, str, str]]") -> bytes:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("date", "day", "name"))
    writer.writerows((day.isoformat(), what, " ".join(called.split())) for day, what, called in lines)
    return buffer.getvalue().encode()


def _mapping(name: str, title: str, release: str) -> bytes:
    """Return the mapping that reads the table; every text in it is spelt as JSON spells it, which TOML reads alike."""
    members = {
        "name": name,
        "title": title,
        "publisher": f"The holidays library, version {release}",
        "authority": "holidays-library",
        "channel": name,
        "standing": "independent",
        "licence": "MIT.",
    }
    lines = [f"{key} = {json.dumps(text)}" for key, text in members.items()]
    lines += ["redistribute = true", 'header = ["date", "day", "name"]', 'columns = "named"', "", "[[codes]]"]
    lines += ['kind = "calendar"', f"classification = {json.dumps(name)}"]
    lines += ['code = { column = "date" }', 'target = { column = "day" }', ""]
    return "\n".join(lines).encode()
