"""The docket written out: rows and documents, a chapter of the report, iCalendar and Atom (F2; RFC 5545, RFC 4287)."""

import csv
import io
import sys
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from ledger.assessment.result import CommitmentResult
from ledger.errors import UnavailableError
from ledger.model.determination import View
from ledger.report.atom import NAMESPACE, format_feed
from ledger.report.calendar import format_calendar
from ledger.report.docket import COLUMNS, docket_document, docket_rows, items_of, uid_of
from ledger.report.html import render_html
from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.docket.bargain import calendar, result, treaty
from tests.unit.report.example import result as audit_result

pytest.importorskip("icalendar", reason="the extra `calendar` writes iCalendar")

ORIGIN = "ledger.example/first"
FOUNDED = "2019-12-01"
AS_OF = "2020-03-20"


def appealed(**more: Any) -> Book:
    """Return a ledger with a pledge, an appeal on 1 March 2020 and nothing since."""
    book = Book()
    treaty(book)
    calendar(book, "2020-01-01 closed")
    book.pledge(quantity(), instrument="treaty", **more)
    book.act("appeal", date="2020-03-01", stage="appeal")
    return book


@pytest.fixture(scope="module")
def results() -> tuple[CommitmentResult, ...]:
    """The result of the pledge on a day on which the answer is a week overdue."""
    return (result(appealed(), AS_OF),)


VIEW = View(size=7, as_of=AS_OF)


def test_rows_hold_every_line_of_the_docket(results: tuple[CommitmentResult, ...]) -> None:
    """One table has the days, what was done and what is permitted (F2)."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in docket_rows(results)]
    told = {(row["kind"], row["about"], row["day"], row["who"], row["state"]) for row in rows}
    assert ("stage", "answer", "2020-03-13", "cn", "past") in told
    assert ("act", "appeal", "2020-03-01", "us", "untimed") in told
    assert ("term", "t", "2020-12-31", "cn", "ahead") in told
    assert ("permitted", "appeal", "2020-01-15", "cn us", "permitted") in told
    text = io.StringIO()
    csv.writer(text).writerows(docket_rows(results))
    assert "overdue by 7 days" in text.getvalue()


def test_names_are_unique_and_stay_when_a_day_moves() -> None:
    """A line keeps its name when a holiday moves its day, so that a calendar moves the event (RFC 5545 §3.8.4.7)."""
    moved = appealed()
    calendar(moved, "2020-01-01 closed", "2020-03-04 closed", published="2020-03-02")
    days = [{item.name: item.day for item in items_of([result(book, AS_OF)])} for book in (appealed(), moved)]
    assert (days[0]["pledge/stage/answer"], days[1]["pledge/stage/answer"]) == ("2020-03-13", "2020-03-16")
    assert days[0].keys() == days[1].keys()
    items = list(items_of([result(moved, AS_OF)]))
    assert len({uid_of(ORIGIN, item) for item in items}) == len(items)
    assert uid_of(ORIGIN, items[0]) != uid_of("other.example/first", items[0])


def test_document_has_the_lapsed_alone_where_that_is_asked(results: tuple[CommitmentResult, ...]) -> None:
    """An object, never a bare list; with lapsed only, pledges whose levers stand are left out (F4)."""
    whole = docket_document(VIEW, results, ())
    assert whole["view"] == {"size": 7, "as_of": AS_OF}
    assert isinstance(whole["commitments"], list)
    assert len(whole["commitments"]) == 1
    assert docket_document(VIEW, results, (), lapsed_only=True)["commitments"] == []


def test_calendar_is_of_whole_days_stamped_by_the_view(results: tuple[CommitmentResult, ...]) -> None:
    """Every event has its name, the view's stamp, and ends before the next day; the bytes come out alike (RFC 5545)."""
    raw = format_calendar(ORIGIN, VIEW, results)
    assert raw == format_calendar(ORIGIN, VIEW, results)
    text = raw.decode().replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Pledger//docket//EN\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert "DTSTART;VALUE=DATE:20200313\r\nDTEND;VALUE=DATE:20200314\r\nDTSTAMP:20200320T000000Z\r\n" in text
    assert "SUMMARY:[overdue] answer: Pledge" in text
    assert "PERMITTED" not in text.upper().replace("NOT PERMITTED", "")
    assert text.count("BEGIN:VEVENT") == text.count("UID:") == 3


def test_words_of_others_act_on_nothing_in_a_calendar() -> None:
    """A title with a line break and separators is text, and opens no property (RFC 5545 §3.3.11)."""
    book = appealed(title="Pledge;\nATTACH:x,y")
    text = format_calendar(ORIGIN, VIEW, [result(book, AS_OF)]).decode().replace("\r\n ", "")
    assert "\r\nATTACH" not in text
    assert "Pledge\\;\\nATTACH:x\\,y" in text


def test_feed_has_stable_ids_and_the_newest_first(results: tuple[CommitmentResult, ...]) -> None:
    """Ids are tag URIs of the log's name; what happened is dated by its day (RFC 4287 §4.2, RFC 4151)."""
    feed = fromstring(format_feed(ORIGIN, FOUNDED, VIEW, results))  # noqa: S314  # written in this process
    names = {"a": NAMESPACE}
    assert feed.findtext("a:id", namespaces=names) == "tag:ledger.example,2019-12-01:first/docket"
    assert feed.findtext("a:updated", namespaces=names) == "2020-03-20T00:00:00Z"
    entries = feed.findall("a:entry", names)
    assert all(entry.findtext("a:id", "", names).startswith("tag:ledger.example,") for entry in entries)
    days = [entry.findtext("a:updated", "", names) for entry in entries]
    assert days == sorted(days, reverse=True)
    assert days[0] == "2020-03-13T00:00:00Z"
    assert "overdue by 7 days" in (entries[0].findtext("a:content", "", names))


HOSTS = {
    "a host's name": ("ledger.example/first", "tag:ledger.example,2019-12-01:first/docket"),
    "a host alone": ("ledger.example", "tag:ledger.example,2019-12-01:docket"),
    "no host": ("Ledger of the office", "urn:uuid:"),
}


@pytest.mark.parametrize(("origin", "expected"), HOSTS.values(), ids=HOSTS)
def test_id_is_a_uri_whatever_the_log_is_called(origin: str, expected: str) -> None:
    """A name that is no host's gives a UUID, which is one too (RFC 4287 §4.2.6)."""
    assert f"<id>{expected}" in format_feed(origin, FOUNDED, VIEW, ()).decode()


def test_feed_stays_xml_whatever_a_text_holds() -> None:
    """What no XML document may hold is written out (XML 1.0 §2.2)."""
    book = appealed(title="Pledge \uffff <b>&amp;")
    raw = format_feed(ORIGIN, FOUNDED, VIEW, [result(book, AS_OF)])
    feed = fromstring(raw)  # noqa: S314  # written in this process
    titles = [one.text or "" for one in feed.iter(f"{{{NAMESPACE}}}title")]
    assert any("Pledge [U+FFFF] <b>&amp;" in title for title in titles)


def test_report_shows_the_docket_of_a_commitment(results: tuple[CommitmentResult, ...]) -> None:
    """The chapter says what is overdue, what is permitted, and that the ledger only entitles (F2)."""
    whole = audit_result()
    docket = results[0].docket
    told = whole.model_copy(
        update={"commitments": tuple(one.model_copy(update={"docket": docket}) for one in whole.commitments)}
    )
    page = render_html(told, software="test").decode()
    assert "What the agreed procedure permits, and what is due" in page
    assert "overdue by 7 days" in page
    assert "only a signed action does anything" in page
    assert "What the agreed procedure permits" not in render_html(whole, software="test").decode()


def test_calendar_without_its_extra_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed is named with how to get it, and nothing else needs it (style §2, §7)."""
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(UnavailableError, match="Calendars need the extra `calendar`"):
        format_calendar(ORIGIN, VIEW, ())
    assert format_feed(ORIGIN, FOUNDED, VIEW, ())
