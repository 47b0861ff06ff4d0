"""What one side alone moves is a position: its outcome is printed beside, the verdict goes by the text (R12)."""

from tests.unit.assessment.builder import Book, months, quantity


def late_book() -> Book:
    """12 owed in 2020; 11 came in 2020 and one more in February 2021."""
    book = Book()
    book.pledge(quantity("12"))
    book.figures(*months(2020, [1] * 11), "2020-12 1201 0", *months(2021, [0, 1, 0]), published="2021-05-01")
    return book


def test_a_deadline_moved_by_one_side_does_not_change_the_verdict() -> None:
    """By the text not met; by the moved deadline met, with who says so (R12)."""
    book = late_book()
    book.position("us", "affirms_differently", date="2020-12-03", moved=[{"term": "t", "deadline": "2021-02-28"}])
    term = book.term("2021-06-01")
    assert term.outcome == "not_met"
    (moved,) = term.moved
    assert (moved.party, moved.says, moved.outcome) == ("us", "2020-12-03: by 2021-02-28", "met")
    assert moved.cite.entry == len(book.said) - 1


def test_an_amount_moved_by_one_side_is_printed_beside() -> None:
    """Another amount in another unit of the same dimension (R12)."""
    book = late_book()
    book.position("cn", "affirms_differently", moved=[{"term": "t", "target": "11000", "unit": "kg"}])
    term = book.term("2021-06-01")
    assert (term.outcome, term.moved[0].outcome, term.moved[0].says) == ("not_met", "met", "2020-02-01: 11000 kg")


def test_a_moved_period_replaces_period_and_deadline() -> None:
    """From February to February twelve months hold 11 (R12)."""
    book = late_book()
    period = {"start": "2020-02-01", "end": "2021-01-31"}
    book.position("cn", "affirms_differently", moved=[{"term": "t", "period": period}])
    assert book.term("2021-06-01").moved[0].outcome == "not_met"


def test_an_amendment_that_the_other_side_has_not_affirmed_is_printed_beside() -> None:
    """The text stands until both agree; then nothing is beside any more (R12)."""
    book = late_book()
    name = book.amend("modify", ["us"], terms=[quantity("11")])
    term = book.term("2021-06-01")
    assert (term.outcome, [one.outcome for one in term.moved]) == ("not_met", ["met"])
    book.position("cn", "affirms", date="2020-04-01", replies_to=name)
    term = book.term("2021-06-01")
    assert (term.outcome, term.target, term.moved) == ("met", "11", ())


def test_another_terms_move_leaves_this_one_alone() -> None:
    """A position moves the terms that it names (R12)."""
    book = Book()
    book.pledge(quantity("12"), quantity("12", id="u"))
    book.position("us", "affirms_differently", moved=[{"term": "u", "deadline": "2021-02-28"}])
    assert book.term("2021-06-01").moved == ()
    assert len(book.term("2021-06-01", "u").moved) == 1
