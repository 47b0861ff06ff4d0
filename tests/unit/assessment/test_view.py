"""A view sees entries below N whose date is on or before D, with corrections at every D (R1)."""

import pytest

from ledger.assessment.view import look
from ledger.model.determination import View
from tests.unit.assessment.builder import SOURCE, SUBJECT, Book, quantity


def retract(book: Book, name: str, ground: str, *, date: str, points: list[dict[str, str]] | None = None) -> str:
    """Take a statement back, or points of it."""
    body = {"statement": name, "points": points or [], "ground": ground, "date": date, "reason": "so"}
    return book.say("retraction", "series:export/us/cn", body, issued="2022-01-01T00:00:00Z")


def test_entries_at_or_above_the_size_are_not_seen() -> None:
    """A view of size N sees the first N entries, whatever their date (R1)."""
    book = Book()
    book.pledge(quantity())
    assert SUBJECT in book.known("2021-01-01").commitments
    assert SUBJECT not in book.known("2021-01-01", size=len(book.said) - 1).commitments


DATES = [
    ("commitment", "2020-01-14", "2020-01-15"),
    ("evidence", "2021-02-04", "2021-02-05"),
    ("position", "2020-01-31", "2020-02-01"),
    ("amendment announced, not yet in effect", "2020-02-29", "2020-03-01"),
    ("action", "2020-05-09", "2020-05-10"),
    ("attestation", "2020-12-30", "2020-12-31"),
    ("baseline", "2020-01-14", "2020-01-15"),
    ("instrument", "2020-01-14", "2020-01-15"),
]


@pytest.mark.parametrize(("what", "before", "on"), DATES)
def test_statement_is_seen_from_its_own_date(what: str, before: str, on: str) -> None:
    """Each kind has its date in R1; a view sees it on that day and not the day before."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1")
    book.position("cn", "affirms")
    book.amend("suspend", ["cn", "us"], effective="2020-03-01")
    book.act("notice", date="2020-05-10")
    book.attest("done", term="t", degree="complete")
    book.baseline("5")
    kind = what.split(maxsplit=1)[0]
    for day, seen in ((before, False), (on, True)):
        known = book.known(day)
        found = getattr(known, kind if kind == "evidence" else f"{kind}s")
        assert bool(found) is seen, (day, found)


def test_a_correction_applies_at_every_date_once_it_is_logged() -> None:
    """``corrects`` mends the record backwards in time, and only from its entry on (R1)."""
    book = Book()
    first = book.pledge(quantity("12"))
    size = len(book.said)
    book.say(
        "commitment", SUBJECT, {**_body(book, first), "title": "Mended"}, corrects=first, issued="2023-01-01T00:00:00Z"
    )
    assert book.known("2020-02-01", size=size).commitments[SUBJECT].body.title == "Pledge"
    assert book.known("2020-02-01").commitments[SUBJECT].body.title == "Mended"


def _body(book: Book, name: str) -> dict[str, object]:
    said = next(one for one in book.said if one.name == name)
    body = said.statement.body.model_dump(mode="json", by_alias=True)
    return dict(body)


def test_a_retraction_in_error_applies_at_every_date_and_a_withdrawal_from_its_own() -> None:
    """An error was never true; what a publisher withdraws was true until then (R1)."""
    for ground, before in (("recorded_in_error", 0), ("withdrawn_by_publisher", 1)):
        book = Book()
        name = book.figures("2020-01 1201 1", published="2020-03-01")
        retract(book, name, ground, date="2021-01-01")
        counts = [len(book.known(day).evidence.get("series:export/us/cn", ())) for day in ("2020-06-01", "2021-01-01")]
        assert counts == [before, 0]


def test_a_retraction_taken_back_does_nothing() -> None:
    """What a retraction took away stands again when the retraction is itself retracted (R1)."""
    book = Book()
    name = book.figures("2020-01 1201 1")
    gone = retract(book, name, "recorded_in_error", date="2021-03-01")
    assert not book.known("2022-01-01").evidence
    retract(book, gone, "recorded_in_error", date="2021-04-01")
    assert [fact.name for fact in book.known("2022-01-01").evidence["series:export/us/cn"]] == [name]


def test_a_correction_mended_once_more_still_replaces_the_first() -> None:
    """Of three versions the last is seen, never the first again (R1)."""
    book = Book()
    first = book.figures("2020-01 1201 1")
    second = book.figures("2020-01 1201 2", corrects=first)
    third = book.figures("2020-01 1201 3", corrects=second)
    assert [fact.name for fact in book.known("2022-01-01").evidence["series:export/us/cn"]] == [third]
    assert book.known("2022-01-01").corrected == {first: second, second: third}


def test_a_retracted_correction_lets_the_first_version_stand_again() -> None:
    """A correction recorded in error mends nothing (R1)."""
    book = Book()
    first = book.figures("2020-01 1201 1")
    second = book.figures("2020-01 1201 2", corrects=first)
    retract(book, second, "recorded_in_error", date="2021-03-01")
    assert [fact.name for fact in book.known("2022-01-01").evidence["series:export/us/cn"]] == [first]


def test_points_taken_back_leave_the_statement() -> None:
    """A retraction of points withdraws these only; the statement is seen with the rest (R1)."""
    book = Book()
    name = book.figures("2020-01 1201 1", "2020-02 1201 2")
    point = {"classification": "HS", "code": "1201", "start": "2020-01-01", "end": "2020-01-31"}
    retract(book, name, "withdrawn_by_publisher", date="2021-06-01", points=[point])
    assert book.known("2021-05-31").withdrawn == {}
    assert [one.code for one in book.known("2021-06-01").withdrawn[name]] == ["1201"]
    assert len(book.known("2021-06-01").evidence["series:export/us/cn"]) == 1


def test_a_view_gives_the_same_answer_however_much_was_said_later() -> None:
    """What is logged later and what is dated later changes no earlier view (R1)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1", published="2020-03-01")
    early = book.known("2020-06-01")
    book.figures("2020-01 1201 9", published="2020-05-01")
    book.position("us", "denies", date="2020-02-01")
    assert look(book.said, View(size=early.view.size, as_of="2020-06-01")) == early


def test_a_source_is_kept_with_what_it_says() -> None:
    """Facts carry the entry that says so, for citation (R1)."""
    book = Book()
    name = book.position("cn", "affirms", source={**SOURCE, "title": "Another"})
    fact = book.known("2021-01-01").positions[SUBJECT][0]
    assert (fact.name, fact.index, fact.body.source.title) == (name, len(book.said) - 1, "Another")
