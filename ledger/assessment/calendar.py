"""A calendar of holidays: which days a named place works, as evidence says and never as this software knows (F1).

It is a table of evidence (kind ``calendar``): a day from Monday to Friday works unless the table closes it, a Saturday
or Sunday rests unless the table opens it. A table speaks for the whole years from that of its first day to that of its
last, and says nothing of others. Nothing here knows a holiday by heart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.assessment.result import Cite

CLOSED: Final = "closed"
OPEN: Final = "open"
"""What a table says of a day."""

WORKING_DAYS: Final = 5
"""Days of a week, from Monday, that work where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays of one place, as one version of its table has them.

    Attributes:
        digest: of the canonical file; ``cite`` the entry that brought it.
        closed: days from Monday to Friday that rest; ``opened`` days of a week-end that work.
        first: the first year that it speaks for; ``last`` the last one.
        is_newest: no newer version of it is known at the view, and no second authority speaks.
    """

    name: str
    digest: str
    cite: Cite
    closed: frozenset[date]
    opened: frozenset[date]
    first: int
    last: int
    is_newest: bool = True

    def works(self, day: date) -> bool | None:
        """Whether a day works; null where the calendar does not speak for its year."""
        if not self.first <= day.year <= self.last:
            return None
        if day.weekday() < WORKING_DAYS:
            return day not in self.closed
        return day in self.opened


def calendar_of(
    name: str, digest: str, cite: Cite, days: Iterable[tuple[str, str]], *, is_newest: bool = True
) -> Calendar:
    """Return the calendar that the lines of a table make.

    Args:
        days: each day, ``YYYY-MM-DD``, with what the table says of it, ``closed`` or ``open``.
    """
    said = [(date.fromisoformat(day), what) for day, what in days]
    years = [day.year for day, _ in said]
    return Calendar(
        name=name,
        digest=digest,
        cite=cite,
        closed=frozenset(day for day, what in said if what == CLOSED),
        opened=frozenset(day for day, what in said if what == OPEN),
        first=min(years, default=1),
        last=max(years, default=0),
        is_newest=is_newest,
    )
