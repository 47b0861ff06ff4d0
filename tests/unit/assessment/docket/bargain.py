"""A small bargain for the tests of the docket: an agreement with a ladder, pledges of both sides, a calendar."""

from hashlib import sha256
from typing import Any

from ledger.assessment.assess import assess
from ledger.assessment.docket.holiday import with_calendars
from ledger.assessment.result import CommitmentResult, Docket
from tests.unit.assessment.builder import SOURCE, SUBJECT, Book

LADDER: dict[str, Any] = {
    "title": "the ladder",
    "stages": [
        {"id": "appeal", "title": "appeal", "forum": "office", "trigger": "a complaint", "by": ["complainant"],
         "acts": ["appeal"], "then": ["answer"], "may_repeat": True},
        {"id": "answer", "title": "answer", "forum": "office", "trigger": "an appeal", "by": ["respondent"],
         "opens": [{"when": "act", "acts": ["appeal"], "stage": "appeal"}], "acts": ["assessment"],
         "ends_with": ["assessment"],
         "limit": {"days": 10, "working": True, "calendar": {"name": "holidays-cn"}}, "last": True,
         "may_repeat": True},
    ],
}  # fmt: skip


def treaty(book: Book, *, procedure: Any = None, subject: str = "treaty", **more: Any) -> None:
    """Record a treaty of both sides with a procedure."""
    body = {"title": "Treaty", "form": "treaty", "issuers": ["cn", "us"], "binding": "yes", "announced": "2020-01-15",
            "procedure": LADDER if procedure is None else procedure, "source": SOURCE, **more}  # fmt: skip
    book.say("instrument", subject, body)


def calendar(
    book: Book, *days: str, name: str = "holidays-cn", published: str = "2019-12-01", authority: str = "office"
) -> str:
    """Submit a calendar of days, each ``YYYY-MM-DD closed`` or ``open``; return the digest of its file."""
    rows = sorted(f"{name},{day},is,{name},{what}\n" for day, what in (line.split() for line in days))
    raw = ("classification,code,relation,into,target\n" + "".join(rows)).encode()
    digest = "sha256:" + sha256(raw).hexdigest()
    book.files[digest] = raw
    file = {"digest": digest, "size": len(raw), "media_type": "text/csv"}
    body = {
        "title": "Holidays", "publisher": authority, "authority": authority, "channel": name, "standing": "official",
        "dimensions": {"measure": "table", "reporter": "*", "partner": name, "classifications": [name],
                       "frequencies": [], "units": [], "table": "calendar"},
        "vintage": {"published": published}, "covers": {"start": published, "end": published}, "raw": file,
        "importer": {"name": "test", "version": "1", "mapping": digest, "mapping_name": "test"},
        "observations": {"digest": digest, "size": len(raw), "count": len(rows)}, "rejected": {"count": 0},
        "source": SOURCE,
    }  # fmt: skip
    book.say("evidence", f"series:table/*/{name}", body)
    return digest


def result(book: Book, as_of: str, subject: str = SUBJECT) -> CommitmentResult:
    """Return the result of a pledge at a view, its calendars read."""
    known = with_calendars(book.known(as_of), [subject], book.open)
    return assess(known, subject, book.drawn(known, subject))


def docket(book: Book, as_of: str, subject: str = SUBJECT) -> Docket:
    """Return the docket of a pledge at a view."""
    found = result(book, as_of, subject).docket
    assert found is not None
    return found
