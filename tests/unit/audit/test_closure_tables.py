"""The closure takes along the tables that lead into a term's classification, and the rates of its currency (§2.3)."""

from collections.abc import Iterable

from ledger.assessment.view import Said
from ledger.audit.closure import by_subject, closure_of, in_closure
from ledger.model.statement import Statement
from ledger.signing.canonical import Digest
from ledger.tlog.entry import Header
from ledger.tlog.merkle import Hash
from tests.unit.assessment.builder import SUBJECT, Book, quantity
from tests.unit.assessment.tables import rate, table


def header(one: Said) -> Header:
    """The header of a statement in its place."""
    return Header(
        author="A" * 43, index=one.index, kind=one.kind, prev=Hash(bytes(32)), received="2026-01-01T00:00:00Z", size=1,
        statement=Digest("sha256:" + one.name[7:]), subject=one.subject,
    )  # fmt: skip


def belonging(book: Book) -> set[str]:
    """The subjects of tables and rates in the closure of the pledge, worked out from headers and bodies."""
    headers = [header(one) for one in book.said]
    bodies: dict[int, Statement] = {one.index: one.statement for one in book.said}
    closure = closure_of([SUBJECT], by_subject(headers), lambda one: bodies.get(one.index))
    return _series(one for one in headers if in_closure(one, closure))


def _series(headers: Iterable[Header]) -> set[str]:
    return {one.subject for one in headers if one.subject.startswith(("series:table", "series:rate"))}


def book_of(unit: str = "USD") -> Book:
    """A pledge counted in a unit, of a heading of HS 2012."""
    book = Book()
    book.pledge(
        quantity(unit=unit, scope={"title": "x", "classification": "HS", "revision": "2012", "codes": ["1201"]})
    )
    return book


def test_tables_are_followed_from_the_terms_classification_back() -> None:
    """Schedule B to 2022 to 2017 to 2012 are in; what leads away from 2012, and what leads elsewhere, is not."""
    book = book_of()
    table(book, "correspondence", "us-schedule-b", "HS2022", "1201900095 120190")
    table(book, "correspondence", "HS2022", "HS2017", "120190 120190")
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190")
    table(book, "nomenclature", "HS2017", "HS2017", "1201 -")
    table(book, "correspondence", "HS2012", "HS2007", "120190 120190")
    table(book, "correspondence", "HS2022", "SITC4", "120190 2222")
    assert belonging(book) == {"series:table/*/hs2022", "series:table/*/hs2017", "series:table/*/hs2012"}


def test_tables_that_go_round_end() -> None:
    """Two editions that lead into each other are each taken once."""
    book = book_of()
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190")
    table(book, "correspondence", "HS2012", "HS2017", "120190 120190")
    assert belonging(book) == {"series:table/*/hs2017", "series:table/*/hs2012"}


def test_rates_of_the_terms_currency_belong() -> None:
    """What prices dollars, or is priced in them, and what has stars on both sides; not what is about euros alone."""
    book = book_of()
    rate(book, "2020 CNY 0.1")
    rate(book, "2020 USD 8", priced_in="CNY", series="series:rate/usd/*")
    rate(book, "2020 GBP 1", priced_in="EUR", series="series:rate/*/*")
    rate(book, "2020 CNY 0.1", priced_in="EUR", series="series:rate/*/eur")
    assert belonging(book) == {"series:rate/*/usd", "series:rate/usd/*", "series:rate/*/*"}


def test_a_term_in_tonnes_takes_no_rates_along() -> None:
    """Only what has two stars, as every key that stands for several parties on both sides does."""
    book = book_of("t")
    rate(book, "2020 CNY 0.1")
    rate(book, "2020 GBP 1", priced_in="EUR", series="series:rate/*/*")
    assert belonging(book) == {"series:rate/*/*"}
