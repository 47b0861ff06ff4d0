"""A series given back: the figures as they were submitted, of each point the newest that the view knows (R1, R2)."""

import pytest

from ledger.assessment.series import Figure, figures_of, list_series, series_key
from ledger.errors import NotFoundError, UsageError
from tests.unit.assessment.builder import Book
from tests.unit.assessment.tables import rate, table

EXPORTS = "series:export/us/cn"
NOW = "2026-01-01"


def told(book: Book, series: str = EXPORTS, as_of: str = NOW, *, vintages: bool = False) -> list[str]:
    """The figures of a series, each as ``code start unit value status published``."""
    figures = figures_of(book.known(as_of), series, book.open, vintages=vintages)
    return [f"{one.code} {one.start} {one.unit} {one.value} {one.status} {one.published}" for one in figures]


def test_figure_comes_back_with_every_dimension() -> None:
    """What was submitted is what is given back, to the letter, with whose it is and the entry that says so."""
    book = Book()
    book.figures("2020-03 1201 -1250.5 P kg FOB HS2017", series="series:order/us/cn", published="2020-04-05")
    (one,) = figures_of(book.known(NOW), "series:order/us/cn", book.open)
    assert one == Figure(
        "series:order/us/cn", "us-census", "monthly", "2020-04-05", 3, "HS2017", "1201", "kg", "FOB", "M",
        "2020-03-01", "2020-03-31", "P", "-1250.5",
    )  # fmt: skip


@pytest.mark.parametrize(
    "value", ["0", "-0.5", "0.000000001", "-999999999999999999.999999999", "1000000000", "12345678901.25", "-3"]
)
def test_value_keeps_its_one_spelling(value: str) -> None:
    """A figure is split into whole numbers for engines, and put together again as it was (design §2.1)."""
    book = Book()
    book.figures(f"2020-01 1201 {value}")
    assert [one.value for one in figures_of(book.known(NOW), EXPORTS, book.open)] == [value]


def revised() -> Book:
    """January and February in one vintage; February revised, March added, and a code of its own, in the next."""
    book = Book()
    book.figures("2020-01 1201 1", "2020-02 1201 2", published="2020-03-05")
    book.figures("2020-02 1201 2.5", "2020-03 1201 3", "2020-01 1001 9", published="2020-04-05")
    return book


def test_newest_vintage_of_each_point_is_given() -> None:
    """A later vintage replaces the points that it gives, and only those; codes stand in order, then days (R2)."""
    assert told(revised()) == [
        "1001 2020-01-01 t 9 A 2020-04-05",
        "1201 2020-01-01 t 1 A 2020-03-05",
        "1201 2020-02-01 t 2.5 A 2020-04-05",
        "1201 2020-03-01 t 3 A 2020-04-05",
    ]


def test_older_vintages_are_given_where_they_are_asked_for() -> None:
    """Replaced figures stay visible as revisions, the older before the newer (R2)."""
    assert told(revised(), vintages=True)[2:4] == [
        "1201 2020-02-01 t 2 A 2020-03-05", "1201 2020-02-01 t 2.5 A 2020-04-05",
    ]  # fmt: skip


def test_older_view_gives_what_was_known_then() -> None:
    """A vintage is not seen before its day of publication (R1)."""
    assert told(revised(), as_of="2020-04-04") == [
        "1201 2020-01-01 t 1 A 2020-03-05", "1201 2020-02-01 t 2 A 2020-03-05",
    ]  # fmt: skip


def test_later_entry_counts_of_two_on_one_day() -> None:
    """Of two statements published on one day the later entry is the newest (R2)."""
    book = Book()
    book.figures("2020-01 1201 1", published="2020-03-05")
    book.figures("2020-01 1201 2", published="2020-03-05")
    assert told(book) == ["1201 2020-01-01 t 2 A 2020-03-05"]


def test_new_unit_of_the_same_dimension_is_a_revision() -> None:
    """A vintage in kilograms replaces one in tonnes; money beside it is another figure (R2, R5)."""
    book = Book()
    book.figures("2020-01 1201 1", "2020-01 1201 500 - USD", published="2020-03-05")
    book.figures("2020-01 1201 1100 - kg", published="2020-04-05")
    assert told(book) == ["1201 2020-01-01 USD 500 A 2020-03-05", "1201 2020-01-01 kg 1100 A 2020-04-05"]


def test_channels_stand_beside_each_other() -> None:
    """One channel's newer figure replaces nothing of another's (R8)."""
    book = Book()
    book.figures("2020-01 1201 2", channel="monthly", published="2020-04-05")
    book.figures("2020-01 1201 1", channel="annual", published="2020-03-05")
    assert told(book) == ["1201 2020-01-01 t 1 A 2020-03-05", "1201 2020-01-01 t 2 A 2020-04-05"]


def test_withdrawn_point_uncovers_the_older_figure() -> None:
    """A point that its publisher took back is not given; what an older vintage says of it is (R1, R2)."""
    book = revised()
    name = book.said[-1].name
    point = {"classification": "HS", "code": "1201", "start": "2020-02-01", "end": "2020-02-29"}
    book.say("retraction", EXPORTS, {
        "statement": name, "points": [point], "ground": "withdrawn_by_publisher", "date": "2020-05-01",
        "reason": "slip",
    })  # fmt: skip
    assert told(book)[2] == "1201 2020-02-01 t 2 A 2020-03-05"
    assert told(book, as_of="2020-04-30")[2] == "1201 2020-02-01 t 2.5 A 2020-04-05"


def test_list_has_every_series_of_figures_and_no_table() -> None:
    """Rates are figures; tables of codes are evidence without any (R3, R5)."""
    book = revised()
    rate(book, "2020 CNY 0.145")
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190")
    listed = list_series(book.known(NOW))
    assert [one.series for one in listed] == [EXPORTS, "series:rate/*/usd"]
    assert listed[0] == (
        EXPORTS, "us-census", "monthly", "2020-01-01", "2020-03-31", ("t",), ("2020-03-05", "2020-04-05"), (3, 4), 5,
    )  # fmt: skip
    assert [one.value for one in figures_of(book.known(NOW), "series:rate/*/usd", book.open)] == ["0.145"]


def test_key_is_known_with_its_prefix_and_without() -> None:
    """What everybody says in words is enough: measure, reporter and partner."""
    assert series_key("export/us/cn") == series_key(EXPORTS) == EXPORTS


@pytest.mark.parametrize("key", ["table/*/hs2012", "series:table/*/hs2012"])
def test_tables_of_codes_are_refused(key: str) -> None:
    """A table has no figures to give back (style §7)."""
    with pytest.raises(UsageError, match="tables of codes and no figures"):
        series_key(key)


@pytest.mark.parametrize(
    ("series", "as_of"),
    {
        "another partner": ("series:export/us/br", NOW),
        "no key at all": ("series:soybeans", NOW),
        "a view before it was published": (EXPORTS, "2020-03-04"),
    }.values(),
)
def test_series_that_the_view_does_not_know_is_not_found(series: str, as_of: str) -> None:
    """The sentence names the series and the view, before anything is read (R1)."""
    with pytest.raises(NotFoundError, match="is known at size 5 on"):
        figures_of(revised().known(as_of), series, lambda _: pytest.fail("nothing is read"))
