"""The history of a verdict: late evidence, new vintages, deadlines, withdrawals and corrections (R1)."""

from ledger.assessment.assess import assess
from ledger.assessment.history import History, Step, history
from ledger.assessment.result import CommitmentResult
from ledger.assessment.selection import plan, selected
from ledger.assessment.view import look
from ledger.audit.engine import SqliteEngine
from ledger.model.determination import View
from tests.unit.assessment.builder import SUBJECT, Book, months, quantity


def told(book: Book, as_of: str) -> History:
    """The history of the pledge of a small ledger."""

    def result_at(at: View) -> CommitmentResult | None:
        known = look(book.said, at)
        if SUBJECT not in known.commitments:
            return None
        wanted = plan(known, [SUBJECT])
        return assess(known, SUBJECT, selected(wanted, SqliteEngine().select(wanted, book.open)))

    return history(book.said, SUBJECT, View(size=len(book.said), as_of=as_of), result_at)


def outcomes(steps: tuple[Step, ...]) -> list[tuple[str, str | None, str | None]]:
    """Where an outcome became another: the day, what it was and what it became."""
    return [
        (step.view.as_of, one.before, one.after) for step in steps for one in step.turned if one.before != one.after
    ]


def entries(steps: tuple[Step, ...]) -> list[tuple[int, str | None, str | None]]:
    """Likewise by the entry that made the difference."""
    return [
        (step.view.size - 1, one.before, one.after) for step in steps for one in step.turned if one.before != one.after
    ]


def shown() -> dict[str, object]:
    """A commitment's elements with the places that show them, so that its precision is no question here."""
    place = {"locator": "article 1"}
    return dict.fromkeys(("actor", "action", "quantity", "timing", "reference", "scope"), place)


def pledged() -> Book:
    """A pledge of twelve tonnes in 2020: entry 3 of its ledger."""
    book = Book()
    book.pledge(quantity(shown=shown()))
    return book


def test_a_verdict_comes_with_publication_and_a_deadline_passes_by_itself() -> None:
    """Nothing is known before the pledge; the deadline passes without an entry; the figures come later (R1, R11)."""
    book = pledged()
    book.figures(*months(2020, [2] * 12), published="2021-02-05")
    found = told(book, "2021-06-01")
    assert outcomes(found.by_day) == [
        ("2020-01-15", None, "not_due"),
        ("2021-01-01", "not_due", "not_assessable"),
        ("2021-02-05", "not_assessable", "met"),
    ]
    assert [why.kind for why in found.by_day[1].because] == ["time"]
    (why,) = found.by_day[2].because
    assert (why.says, why.cite is not None and why.cite.entry) == ("us-census/monthly published on 2021-02-05", 4)


def test_late_evidence_is_told_by_its_entry() -> None:
    """Evidence logged after a verdict changes what the same day is answered (R1)."""
    book = pledged()
    book.figures(*months(2020, [1] * 12), published="2021-02-05")
    book.figures(*months(2020, [1] * 11 + [0]), published="2021-03-05")
    found = told(book, "2021-06-01")
    assert entries(found.by_entry) == [(3, None, "not_assessable"), (4, "not_assessable", "met"), (5, "met", "not_met")]
    assert outcomes(found.by_day)[-1] == ("2021-03-05", "met", "not_met")


def test_a_revision_that_leaves_the_verdict_is_told_too() -> None:
    """Figures that became others stand beside an outcome that did not (R2)."""
    book = pledged()
    book.figures("2020 1201 13", published="2021-02-05")
    book.figures("2020 1201 14", published="2021-03-05")
    (turned,) = told(book, "2021-06-01").by_day[-1].turned
    assert (turned.before, turned.after) == ("met", "met")
    assert turned.words == "met: export by us-census/monthly was 13, now 14 t"


def test_what_a_publisher_withdraws_counts_until_that_day() -> None:
    """Withdrawn on 1 April: met until 31 March, and not from then on (R1)."""
    book = pledged()
    name = book.figures("2020 1201 13", published="2021-02-05")
    book.say(
        "retraction", "series:export/us/cn",
        {"statement": name, "ground": "withdrawn_by_publisher", "date": "2021-04-01", "reason": "found wrong"},
    )  # fmt: skip
    found = told(book, "2021-06-01")
    assert outcomes(found.by_day)[-2:] == [
        ("2021-02-05", "not_assessable", "met"),
        ("2021-04-01", "met", "not_assessable"),
    ]
    assert found.by_day[-1].because[0].says == (
        "series:export/us/cn retracted (all of it), withdrawn by publisher: found wrong"
    )
    assert book.term("2021-03-31").outcome == "met"


def test_what_was_recorded_in_error_never_counted_on_any_day() -> None:
    """Recorded in error: once the retraction is logged no day was ever met; by the log before it every day was (R1)."""
    book = pledged()
    name = book.figures("2020 1201 13", published="2021-02-05")
    book.say(
        "retraction", "series:export/us/cn",
        {"statement": name, "ground": "recorded_in_error", "date": "2021-04-01", "reason": "the wrong file"},
    )  # fmt: skip
    found = told(book, "2021-06-01")
    assert "met" not in [after for _, _, after in outcomes(found.by_day)]
    assert entries(found.by_entry) == [
        (3, None, "not_assessable"), (4, "not_assessable", "met"), (5, "met", "not_assessable"),
    ]  # fmt: skip
    assert (book.term("2021-03-31").outcome, book.term("2021-03-31", size=5).outcome) == ("not_assessable", "met")


def test_points_withdrawn_take_back_no_more_than_themselves() -> None:
    """One month is withdrawn: the total is incomplete from that day (R1, R10)."""
    book = pledged()
    name = book.figures(*months(2020, [1] * 12), published="2021-02-05")
    point = {"classification": "HS", "code": "1201", "start": "2020-12-01", "end": "2020-12-31"}
    book.say(
        "retraction", "series:export/us/cn",
        {"statement": name, "points": [point], "ground": "withdrawn_by_publisher", "date": "2021-04-01",
         "reason": "one month"},
    )  # fmt: skip
    assert outcomes(told(book, "2021-06-01").by_day)[-1] == ("2021-04-01", "met", "awaiting")


def test_a_correction_changes_the_days_before_it() -> None:
    """A corrected file counts on every day from its own publication, once its entry is logged (R1)."""
    book = pledged()
    name = book.figures("2020 1201 13", published="2021-02-05")
    book.figures("2020 1201 11", published="2021-02-05", corrects=name)
    found = told(book, "2021-06-01")
    assert outcomes(found.by_day)[-1] == ("2021-02-05", "not_assessable", "not_met")
    assert entries(found.by_entry)[-1] == (5, "met", "not_met")
    assert ", correcting sha256:" in found.by_entry[-1].because[0].says


def test_waiting_ends_by_itself_when_the_usual_lag_has_passed() -> None:
    """A month that never came is awaited for two years, and no longer (R11)."""
    book = pledged()
    book.figures(*months(2020, [1] * 11), published="2021-02-05")
    assert outcomes(told(book, "2023-06-01").by_day)[-2:] == [
        ("2021-02-05", "not_assessable", "awaiting"),
        ("2023-01-01", "awaiting", "not_assessable"),
    ]


def test_what_bears_on_something_else_is_not_asked() -> None:
    """Evidence of another series, and other commitments, are no part of this history (R1)."""
    book = pledged()
    book.pledge(quantity(), subject="another")
    book.figures("2020 1201 13", series="series:import/cn/us", published="2021-02-05")
    found = told(book, "2021-06-01")
    assert [step.view.size - 1 for step in found.by_entry] == [3]
    assert {step.view.as_of for step in found.by_day} == {"2020-01-15", "2021-01-01"}
