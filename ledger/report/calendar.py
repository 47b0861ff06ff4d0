"""The docket as iCalendar: every day on which something is due, as an event of a whole day (RFC 5545; F2).

Whoever subscribes sees deadlines move: an event keeps its name when its day changes. Nothing here reads a clock: the
stamp of an event is the view's day. Subscribing reminds; it acts on nothing.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ledger.errors import UnavailableError
from ledger.report.docket import Item, items_of, uid_of
from ledger.report.foreign import visible

if TYPE_CHECKING:
    from icalendar import Event

    from ledger.assessment.result import CommitmentResult
    from ledger.model.determination import View

PRODUCT: Final = "-//Pledger//docket//EN"
_LEFT_OUT: Final = frozenset({"permitted"})
"""What has no day of its own."""

_MARKS: Final = {"past": "overdue", "done": "done", "late": "late"}


def format_calendar(origin: str, view: "View", results: "Iterable[CommitmentResult]") -> bytes:
    """Return the dockets as one calendar, lines ended and folded as RFC 5545 §3.1 says.

    Raises:
        UnavailableError: the extra ``calendar`` is not installed.
    """
    try:
        from icalendar import Calendar
    except ImportError as error:
        message = "Calendars need the extra `calendar`, which is not there; run pip install '.[calendar]'."
        raise UnavailableError(message, extra="calendar") from error
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"Pledger docket of {visible(origin)}")
    for item in items_of(results):
        if item.kind not in _LEFT_OUT and item.day is not None:
            made.add_component(_event(origin, view, item))
    return bytes(made.to_ical())


def _event(origin: str, view: "View", item: Item) -> "Event":
    from icalendar import Event

    day = date.fromisoformat(item.day or item.since)
    event = Event()
    event.add("uid", f"{uid_of(origin, item)}@{visible(origin).split('/', maxsplit=1)[0]}")
    event.add("dtstamp", datetime.combine(date.fromisoformat(view.as_of), datetime.min.time(), UTC))
    event.add("dtstart", day)
    if day < date.max:
        event.add("dtend", day + timedelta(days=1))  # an event of a whole day ends before the next (§3.6.1)
    mark = _MARKS.get(item.state)
    summary = f"{item.about}: {item.title}"
    event.add("summary", visible(f"[{mark}] {summary}" if mark else summary))
    who = f"\nOn: {', '.join(item.who)}" if item.who else ""
    entries = f"\nEntries: {', '.join(map(str, item.entries))}" if item.entries else ""
    seen = f"\nAs known on {view.as_of} at size {view.size}"
    event.add("description", visible(f"{item.words}{who}{entries}{seen}"))
    event.add("categories", [item.kind, item.commitment])
    event.add("transp", "TRANSPARENT")  # a deadline keeps nobody busy
    return event
