"""Calendars are evidence: which version a view reckons by, and what it does without one (F1, R1, R2)."""

from typing import Any

import pytest

from ledger.assessment.docket.holiday import with_calendars
from ledger.errors import MalformedError
from tests.unit.assessment.builder import SUBJECT, Book, quantity
from tests.unit.assessment.docket.bargain import LADDER, calendar, docket, result, treaty


def book(procedure: Any = None) -> Book:
    """Return a ledger with a pledge under a treaty, and an appeal on Sunday 1 March 2020."""
    made = Book()
    treaty(made, procedure=procedure)
    made.pledge(quantity(), instrument="treaty")
    made.act("appeal", date="2020-03-01", stage="appeal")
    return made


def last_day(made: Book, as_of: str = "2020-06-30") -> str | None:
    """Return the last day of the answer for certain, at a view."""
    deadline = docket(made, as_of).stages[1].deadline
    assert deadline is not None
    return deadline.latest


def test_without_its_calendar_a_limit_has_no_last_day() -> None:
    """Ten working days from 1 March 2020 end on the 13th at the earliest, and nobody is overdue (F1)."""
    told = docket(book(), "2020-06-30").stages[1]
    assert told.deadline is not None
    assert (told.deadline.earliest, told.deadline.latest, told.state) == ("2020-03-13", None, "open")
    assert told.deadline.why == "the calendar holidays-cn is not in this ledger at this view"


def test_calendar_moves_the_deadline_and_is_cited() -> None:
    """A closed day within the limit makes it a day longer; the docket cites the entry of the calendar (F1)."""
    made = book()
    calendar(made, "2020-01-01 closed", "2020-03-04 closed")
    told = docket(made, "2020-06-30")
    assert told.stages[1].deadline is not None
    assert told.stages[1].deadline.latest == "2020-03-16"
    assert told.stages[1].deadline.calendar in told.cites


def test_newest_version_that_the_view_knows_counts() -> None:
    """A calendar published later counts from then on; before, the older one does (R1, R2)."""
    made = book()
    calendar(made, "2020-01-01 closed", published="2019-12-01")
    calendar(made, "2020-01-01 closed", "2020-03-04 closed", published="2020-02-15")
    assert last_day(made, "2020-03-05") == "2020-03-16"
    older = book()
    calendar(older, "2020-01-01 closed", published="2019-12-01")
    calendar(older, "2020-01-01 closed", "2020-03-04 closed", published="2020-03-10")
    assert last_day(older, "2020-03-05") == "2020-03-13"
    assert last_day(older, "2020-03-10") == "2020-03-16"


def test_two_authorities_leave_no_calendar() -> None:
    """Where two authorities say which days rest, which of them is meant is not stated (R2)."""
    made = book()
    calendar(made, "2020-01-01 closed")
    calendar(made, "2020-01-01 closed", "2020-03-04 closed", authority="other")
    assert last_day(made) is None


def test_version_named_by_digest_stays_whatever_is_published() -> None:
    """A procedure that names a calendar by digest is reckoned by that version alone (F1)."""
    probe = Book()
    digest = calendar(probe, "2020-01-01 closed")
    stages = [dict(one) for one in LADDER["stages"]]
    stages[1]["limit"] = {"days": 10, "working": True, "calendar": {"name": "holidays-cn", "digest": digest}}
    made = book({"title": "the ladder", "stages": stages})
    calendar(made, "2020-01-01 closed")
    calendar(made, "2020-01-01 closed", "2020-03-04 closed", published="2020-02-15", authority="other")
    assert last_day(made) == "2020-03-13"


BROKEN = {
    "no day": b"holidays-cn,2020-02-30,is,holidays-cn,closed\n",
    "neither closed nor open": b"holidays-cn,2020-03-04,is,holidays-cn,half\n",
    "a line of another kind": b"holidays-cn,2020-03-04,below,holidays-cn,closed\n",
    "out of order": b"holidays-cn,2020-03-04,is,holidays-cn,closed\nholidays-cn,2020-03-02,is,holidays-cn,closed\n",
}


@pytest.mark.parametrize("lines", BROKEN.values(), ids=BROKEN)
def test_file_that_is_no_calendar_is_refused(lines: bytes) -> None:
    """A calendar is read as strictly as figures are (design §2.1; F1)."""
    made = book()
    digest = calendar(made, "2020-01-01 closed")
    made.files[digest] = b"classification,code,relation,into,target\n" + lines
    with pytest.raises(MalformedError, match="the calendar of entry"):
        with_calendars(made.known("2020-06-30"), [SUBJECT], made.open)


def practised(made: Book) -> tuple[int, int, bool]:
    """Return the practised level of answerability on 30 June 2020, low and high, and whether it was observed."""
    (level,) = (one.practised for one in result(made, "2020-06-30").score.dimensions if one.dimension == "A")
    return level.low, level.high, level.observed


def test_practised_answerability_reckons_by_the_calendar_too() -> None:
    """Seised and its time passed is at most 1, once a calendar says that it has; an imputed limit says nothing (E3)."""
    made = book()
    assert practised(made) == (0, 4, False)
    calendar(made, "2020-01-01 closed")
    assert practised(made) == (0, 1, True)
    stages = [dict(one) for one in LADDER["stages"]]
    stages[1]["limit"] = {"days": 10, "imputed": "as recalled"}
    stages[0]["limit"] = {"days": 10, "imputed": "as recalled"}
    assert practised(book({"title": "the ladder", "stages": stages})) == (0, 4, False)
