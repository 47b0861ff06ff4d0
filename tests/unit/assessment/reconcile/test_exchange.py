"""Money in another currency: only by a rate of the same days, which is evidence and is named (R5)."""

import pytest

from tests.unit.assessment.builder import Book, quantity
from tests.unit.assessment.tables import rate


def book_of(target: str = "10", **more: object) -> Book:
    """A pledge of at least so many dollars of soybeans in 2020."""
    book = Book()
    book.pledge(quantity(target, unit="USD", **more))
    return book


def test_figures_are_converted_by_the_rate_of_their_own_days() -> None:
    """70 yuan of 2020 at 0.145 dollars are 10.15 dollars; the rate's entry is named beside (R5)."""
    book = book_of()
    book.figures("2020 1201 70", unit="CNY", basis="FOB")
    name = rate(book, "2020 CNY 0.145", "2019 CNY 0.9")
    found = book.sources("2021-06-01")["monthly"]
    assert (found.low, found.outcome) == ("10.15", "met")
    (used,) = found.rates
    assert (used.priced, used.priced_in, used.value, used.cite.statement) == ("CNY", "USD", "0.145", name)
    assert "converted from CNY by rates of the same days" in found.flags


def test_each_period_has_its_own_rate() -> None:
    """January at 0.5 and February at 0.25: 10 · 0.5 + 20 · 0.25 = 10 (R5)."""
    book = book_of()
    book.figures("2020-01 1201 10", "2020-02 1201 20", unit="CNY", basis="FOB")
    rate(book, "2020-01 CNY 0.5", "2020-02 CNY 0.25")
    assert book.sources("2021-06-01")["monthly"].low == "10"


def test_a_rate_the_other_way_round_is_turned() -> None:
    """A dollar at 8 yuan: 80 yuan are 10 dollars, exactly (R5)."""
    book = book_of()
    book.figures("2020 1201 80", unit="CNY", basis="FOB")
    rate(book, "2020 USD 8", priced_in="CNY", series="series:rate/usd/*")
    found = book.sources("2021-06-01")["monthly"]
    assert (found.low, found.rates[0].priced, found.rates[0].value) == ("10", "USD", "8")


def test_multiples_of_a_currency_are_no_other_currency() -> None:
    """80 thousand yuan for a term in millions of dollars: 80,000 ÷ 8 ÷ 1,000,000 = 0.01 (R5)."""
    book = Book()
    book.pledge(quantity("1", unit="MUSD"))
    book.figures("2020 1201 80", unit="kCNY", basis="FOB")
    rate(book, "2020 USD 8", priced_in="CNY", series="series:rate/usd/*")
    assert book.sources("2021-06-01")["monthly"].low == "0.01"


NONE: dict[str, tuple[list[tuple[tuple[str, ...], dict[str, str]]], str]] = {
    "no rate": ([], "no rate of CNY to USD for 2020 is in this ledger"),
    "rates of other days": ([(("2020-01 CNY 0.1", "2019 CNY 0.1"), {})], "no rate of CNY to USD for 2020"),
    "a rate of another currency": ([(("2020 EUR 1.1",), {})], "no rate of CNY to USD for 2020"),
    "by way of a third currency": (
        [(("2020 EUR 1.1",), {}), (("2020 CNY 0.12",), {"priced_in": "EUR", "series": "series:rate/*/eur"})],
        "no rate of CNY to USD for 2020",
    ),
    "a rate of nothing": ([(("2020 CNY 0",), {})], "no rate of CNY to USD for 2020"),
    "interpolated": ([(("2020 CNY 0.1 I",), {})], "no rate of CNY to USD for 2020"),
    "published later": ([(("2020 CNY 0.1",), {"published": "2021-06-02"})], "no rate of CNY to USD for 2020"),
    "two authorities": (
        [(("2020 CNY 0.1",), {}), (("2020 CNY 0.1",), {"authority": "another-bank"})],
        "another-bank and central-bank give rates of CNY to USD for 2020, and which is meant is not stated",
    ),
}


@pytest.mark.parametrize("case", NONE)
def test_without_a_rate_nothing_is_converted(case: str) -> None:
    """A missing rate is named with its pair and its days, never guessed or put together (R5)."""
    given, reason = NONE[case]
    book = book_of()
    book.figures("2020 1201 70", unit="CNY", basis="FOB")
    for lines, more in given:
        _rate(book, lines, more)
    term = book.term("2021-06-01")
    assert term.readings[0].sources == ()
    assert reason in term.not_admissible[0].reason


def _rate(book: Book, lines: tuple[str, ...], more: dict[str, str]) -> None:
    """Submit rates whose lines may have a status."""
    priced_in = more.get("priced_in", "USD")
    figures = [line if len(line.split()) == 4 else f"{line} -" for line in lines]
    book.figures(
        *(f"{line} {priced_in} - currency" for line in figures),
        series=more.get("series", "series:rate/*/usd"), authority=more.get("authority", "central-bank"),
        channel="rates", published=more.get("published", "2021-02-05"), unit=priced_in, classification="currency",
        owner=None,
    )  # fmt: skip


def test_a_newer_vintage_of_a_rate_counts() -> None:
    """A rate that its authority revises counts as revised (R2, R5)."""
    book = book_of()
    book.figures("2020 1201 100", unit="CNY", basis="FOB")
    rate(book, "2020 CNY 0.1")
    rate(book, "2020 CNY 0.2", published="2021-03-01")
    assert book.sources("2021-06-01")["monthly"].low == "20"
    assert book.sources("2021-02-28")["monthly"].low == "10"


def test_a_flow_given_in_two_currencies_is_counted_once() -> None:
    """Where a channel gives dollars, its yuan are not added to them (R3, R5)."""
    book = book_of()
    book.figures("2020 1201 70 - CNY FOB", "2020 1201 9 - USD FOB", unit="USD")
    rate(book, "2020 CNY 0.145")
    assert book.sources("2021-06-01")["monthly"].low == "9"


def test_transactions_in_two_currencies_are_two_flows_and_both_count() -> None:
    """Where each flow is in one currency, 10 euros at 1.5 come on top of 9 dollars: 24 (R3, R5)."""
    book = book_of("24")
    book.figures("2020-03-01 1201 10 - EUR", "2020-03-02 1201 9 - USD", currencies="apart", absent="zero",
                 covers=("2020-01-01", "2020-12-31"))  # fmt: skip
    rate(book, "2020-03-01 EUR 1.5")
    found = book.sources("2021-06-01")["monthly"]
    assert (found.low, found.outcome) == ("24", "met")


def test_two_currencies_on_one_day_are_two_flows_as_well() -> None:
    """It is not the day that tells whether they are one flow, but what the publisher says of its currencies (R5)."""
    book = book_of("24")
    book.figures("2020-03-01 1201 10 - EUR", "2020-03-01 1201 9 - USD", currencies="apart")
    rate(book, "2020-03-01 EUR 1.5")
    assert book.sources("2021-06-01")["monthly"].low == "24"


def test_a_payment_that_cannot_be_converted_leaves_the_verdict_open() -> None:
    """9 of 24 dollars and 10 euros without a rate: not known to be too little, as something came that day (R5, R10)."""
    book = book_of("24")
    book.figures("2020-03-01 1201 10 - EUR", "2020-03-02 1201 9 - USD", currencies="apart", absent="zero",
                 covers=("2020-01-01", "2020-12-31"))  # fmt: skip
    found = book.sources("2021-06-01")["monthly"]
    assert (found.low, found.outcome) == ("9", "awaiting")
    assert any("no rate of EUR to USD" in flag for flag in found.flags)


def two_terms() -> Book:
    """A loan of 24 dollars and 10 euros, each a term of its own, paid out in part in each."""
    book = Book()
    ways = [quantity("24", unit="USD", id="dollars"), quantity("10", unit="EUR", id="euros")]
    book.pledge(*ways)
    book.figures("2020-03-01 1201 10 - EUR", "2020-03-02 1201 9 - USD", currencies="apart")
    rate(book, "2020-03-01 EUR 1.5")
    rate(book, "2020-03-02 USD 0.5", priced_in="EUR", series="series:rate/*/eur")
    return book


def test_a_payment_is_counted_by_the_term_that_is_owed_in_its_currency() -> None:
    """Of one loan in two currencies no payment counts for both terms, whatever rates there are (R3, R5)."""
    book = two_terms()
    dollars, euros = (book.term("2021-06-01", name).readings[0].sources[0] for name in ("dollars", "euros"))
    assert (dollars.low, euros.low) == ("9", "10")
    assert "left out: in EUR: counted by the term euros, which is owed in it" in dollars.flags


def test_a_payment_in_a_third_currency_is_converted_for_a_term() -> None:
    """What is owed in no other currency is converted, where each flow is in one of them (R5)."""
    book = book_of("24")
    book.figures("2020-03-01 1201 10 - EUR", currencies="apart")
    rate(book, "2020-03-01 EUR 1.5")
    assert book.sources("2021-06-01")["monthly"].low == "15"


def test_months_without_a_rate_are_left_out_and_named() -> None:
    """What cannot be converted is not covered; the flag says which days lack a rate (R5, R10)."""
    book = book_of()
    book.figures("2020-01 1201 10", "2020-02 1201 20", unit="CNY", basis="FOB")
    rate(book, "2020-01 CNY 0.5")
    found = book.sources("2021-06-01")["monthly"]
    assert found.low == "5"
    assert any("no rate of CNY to USD for 2020-02" in flag for flag in found.flags), found.flags


def test_tonnes_need_no_rate() -> None:
    """A term in tonnes asks for no rates, and counts no money (R5)."""
    book = Book()
    book.pledge(quantity("1"))
    book.figures("2020 1201 70", unit="CNY")
    rate(book, "2020 CNY 0.145")
    assert "no stated factor leads to t" in book.term("2021-06-01").not_admissible[0].reason
