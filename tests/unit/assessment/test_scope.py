"""Scopes across classifications: what a code of another edition is, and what of it counts (R3)."""

import pytest

from ledger.assessment.result import SourceResult
from ledger.assessment.scope import expand
from ledger.assessment.selection import Load, Plan, Query, plan, unit_rows
from ledger.audit.engine import SqliteEngine
from tests.unit.assessment.builder import SUBJECT, Book, canonical, months, quantity
from tests.unit.assessment.tables import table


def scope(*codes: str, edition: str = "2012", classification: str = "HS") -> dict[str, object]:
    """A scope of these codes."""
    return {
        "title": "goods", "classification": classification, "revision": edition if classification == "HS" else None,
        "codes": list(codes),
    }  # fmt: skip


def book_of(*codes: str, target: str = "100", **more: str) -> Book:
    """A pledge of at least so many tonnes of these codes of HS 2012 in 2020."""
    book = Book()
    book.pledge(quantity(target, scope=scope(*codes, **more)))
    return book


def read(book: Book, as_of: str = "2022-06-01") -> SourceResult:
    """What the monthly channel says."""
    return book.sources(as_of)["monthly"]


def correlate(book: Book, *lines: str) -> str:
    """HS 2017 into HS 2012."""
    return table(book, "correspondence", "HS2017", "HS2012", *lines)


# In the tables below, 2017's a code on the left is 2012's on the right.
COUNTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, str]]] = {
    # phrase: named codes, correspondence, figures of 2020 in HS 2017, low and high
    "one to one is the same": (("120190",), ("120190 120190",), ("120190 7",), ("7", "7")),
    "renumbered is the same": (("120190",), ("120199 120190",), ("120199 7",), ("7", "7")),
    "several to one are all of it": (
        ("120190",), ("120191 120190", "120192 120190"), ("120191 3", "120192 4"), ("7", "7"),
    ),
    "one to several, all in the scope, is counted whole": (
        ("1201",), ("120150 120110", "120150 120190"), ("120150 7",), ("7", "7"),
    ),
    "one to several, some outside, lies astride": (
        ("1201",), ("120150 120110", "120150 150710", "120190 120190"), ("120150 5", "120190 2"), ("2", "7"),
    ),
    "several to several, all in the scope": (
        ("1201",), ("120150 120110", "120150 120190", "120160 120190", "120160 120110"),
        ("120150 5", "120160 2"), ("7", "7"),
    ),
    "outside is not counted": (("1201",), ("120190 120190", "150710 150710"), ("120190 2", "150710 9"), ("2", "2")),
    "a tariff line hangs on its subheading": (("120190",), ("120199 120190",), ("1201990095 7",), ("7", "7")),
    "a tariff line of a code astride lies astride": (
        ("120190",), ("120199 120190", "120199 150710"), ("1201990095 7",), ("0", "7"),
    ),
    "a heading without its nomenclature may hold more": (("1201",), ("120190 120190",), ("1201 7",), ("0", "7")),
    "a parent beside its children is not added": (
        ("1201",), ("120110 120110", "120190 120190"), ("1201 7", "120110 3", "120190 4"), ("7", "7"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED)
def test_codes_of_another_edition_count_as_far_as_they_lie_in_the_scope(case: str) -> None:
    """Exactly where all that a code leads to is in the scope; astride it gives an interval (R3, R10)."""
    named, lines, figures, (low, high) = COUNTED[case]
    book = book_of(*named)
    correlate(book, *lines)
    book.figures(*(f"2020 {figure}" for figure in figures), classification="HS2017")
    found = read(book)
    assert (found.low, found.high) == (low, high)


def test_without_a_table_another_edition_is_not_admissible() -> None:
    """Nothing leads across but a table: no code is taken for another because it looks like it (R3, R4)."""
    book = book_of("120190")
    book.figures("2020 120190 7", classification="HS2017")
    assert "no correspondence table" in book.term("2022-06-01").not_admissible[0].reason


def test_a_table_counts_from_its_day_and_not_before() -> None:
    """A table is evidence: a view before its publication does not know it (R1, R3)."""
    book = book_of("120190")
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190", published="2021-06-01")
    book.figures("2020 120190 7", classification="HS2017")
    assert "no correspondence table" in book.term("2021-05-31").not_admissible[0].reason
    assert read(book, "2021-06-01").low == "7"


def test_the_newer_table_of_one_authority_counts() -> None:
    """A correspondence that its authority publishes again supersedes the older one (R2, R3)."""
    book = book_of("120190")
    correlate(book, "120199 150710")
    newer = table(book, "correspondence", "HS2017", "HS2012", "120199 120190", published="2020-01-01")
    book.figures("2020 120199 7", classification="HS2017")
    found = read(book)
    assert (found.low, [cite.statement for cite in found.tables]) == ("7", [newer])


def test_two_authorities_that_lead_across_are_none() -> None:
    """Which of two tables is meant is not stated, so neither is used, and the reason names both (R3)."""
    book = book_of("120190")
    correlate(book, "120190 120190")
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190", authority="somebody")
    book.figures("2020 120190 7", classification="HS2017")
    reason = book.term("2022-06-01").not_admissible[0].reason
    assert "of somebody and un-statistics-division" in reason


def test_tables_make_a_chain() -> None:
    """Schedule B to HS 2022 to HS 2017 to HS 2012: each step is named in the result (R3)."""
    book = book_of("120190")
    steps = [
        table(book, "correspondence", "us-schedule-b", "HS2022", "1201900095 120190", "9801000000 980100"),
        table(book, "correspondence", "HS2022", "HS2017", "120190 120190"),
        correlate(book, "120190 120190"),
    ]
    book.figures("2020 1201900095 7", "2020 9801000000 1", classification="us-schedule-b")
    found = read(book)
    assert (found.low, [cite.statement for cite in found.tables]) == ("7", steps)
    (lost,) = found.listed
    assert (lost.code, lost.why, lost.value, lost.share) == ("9801000000", "unmapped", "1", "0.125")


def test_a_split_on_the_way_stays_a_split() -> None:
    """What lies astride in one step lies astride at the end of the chain (R3)."""
    book = book_of("120190")
    table(book, "correspondence", "HS2022", "HS2017", "120195 120190", "120195 150710")
    correlate(book, "120190 120190", "150710 150710")
    book.figures("2020 120195 7", classification="HS2022")
    found = read(book)
    assert (found.low, found.high, found.listed[0].why) == ("0", "7", "astride")


def test_an_interval_over_the_bound_gives_no_verdict() -> None:
    """A verdict needs both ends: without the code that lies astride, and with it (R3, R10)."""
    for target, outcome in (("2", "met"), ("5", "not_assessable"), ("8", "not_met")):
        book = book_of("1201", target=target)
        correlate(book, "120150 120110", "120150 150710", "120190 120190")
        book.figures("2020 120150 5", "2020 120190 2", classification="HS2017", published="2020-12-31")
        assert book.term("2023-06-01").outcome == outcome


def test_codes_that_no_table_has_are_listed_with_their_share() -> None:
    """9999 is 4 of 16: a quarter of the channel's figures; parents and totals are not added to them (R3)."""
    book = book_of("1201")
    correlate(book, "120190 120190", "150710 150710")
    book.figures(
        "2020 TOTAL 16", "2020 12 7", "2020 120190 7", "2020 15 5", "2020 150710 5", "2020 9999 4", "2020 999999 4",
        classification="HS2017",
    )  # fmt: skip
    found = read(book)
    (lost,) = found.listed
    assert (lost.classification, lost.code, lost.value, lost.share) == ("HS2017", "9999", "4", "0.25")
    assert "a code that no table leads from: HS2017 9999, 25.0 % of the channel's figures" in found.flags


def test_a_selection_leaves_outside_what_it_does_not_name() -> None:
    """What an annex does not name is outside, not lost; a chapter of which it picks a part lies astride (R3)."""
    book = Book()
    book.pledge(quantity(scope=scope("agriculture", classification="annex-6.1")))
    table(book, "selection", "HS2017", "annex-6.1", "1201 agriculture.oilseeds", "2711 energy.gas")
    book.figures("2020 120190 7", "2020 271111 5", "2020 610910 3", classification="HS2017")
    found = read(book)
    assert (found.low, found.high, found.listed) == ("7", "7", ())
    book.figures("2020 12 9", classification="HS2017", channel="chapters")
    assert (book.sources("2022-06-01")["chapters"].low, book.sources("2022-06-01")["chapters"].high) == ("0", "9")


def test_a_nomenclature_says_what_a_heading_holds() -> None:
    """With every subheading below it known, a heading is counted whole; without, it may hold more (R3)."""
    book = book_of("1201")
    correlate(book, "120110 120110", "120190 120190")
    table(book, "nomenclature", "HS2017", "HS2017", "TOTAL -", "12 TOTAL", "1201 12", "120110 1201", "120190 1201")
    book.figures("2020 1201 7", classification="HS2017")
    found = read(book)
    assert (found.low, found.high) == ("7", "7")


def test_a_tree_by_table_keeps_parents_from_children() -> None:
    """SITC's tree is told by its table: 222 beside 2222 of it is not added, and 04 is elsewhere (R3)."""
    book = Book()
    book.pledge(quantity(scope=scope("22", classification="SITC4")))
    table(book, "nomenclature", "SITC4", "SITC4", "2 -", "22 2", "222 22", "2222 222", "223 22", "04 -")
    book.figures("2020 222 7", "2020 2222 7", "2020 223 1", "2020 04 100", classification="SITC4")
    assert read(book).low == "8"


def test_a_code_that_the_nomenclature_lacks_is_listed() -> None:
    """A code of the term's own classification that its nomenclature does not have cannot be placed (R3)."""
    book = Book()
    book.pledge(quantity(scope=scope("22", classification="SITC4")))
    table(book, "nomenclature", "SITC4", "SITC4", "22 -", "222 22")
    book.figures("2020 222 3", "2020 99X 1", classification="SITC4")
    (lost,) = read(book).listed
    assert (lost.code, lost.share) == ("99X", "0.25")


DERIVED = ("9999 plus 8800", "99 minus 8800")
"""Aircraft, which one channel hides: commodities not specified, less chapter 99."""


def aircraft(*figures: str, channel: str = "monthly", table_channel: str = "monthly") -> Book:
    """A pledge of aircraft, and a channel that hides them."""
    book = Book()
    book.pledge(quantity(unit="USD", target="10", scope=scope("8800", edition="2017")))
    table(book, "derivation", "HS2017", "HS2017", *DERIVED, authority="statisticians", channel=table_channel)
    book.figures(*figures, classification="HS2017", unit="USD", channel=channel)
    return book


def test_a_hidden_code_is_put_together_as_a_table_declares() -> None:
    """US 8800 is Comtrade's 9999 less chapter 99: 17,436,799,861 − 1,172,361,111 = 16,264,438,750 in 2017 (R3)."""
    book = aircraft("2020 9999 17436799861", "2020 99 1172361111", "2020 88 5")
    found = read(book)
    assert (found.low, found.high) == ("16264438750", "16264438750")
    assert len(found.tables) == 1


@pytest.mark.parametrize("case", ["a part is missing", "another channel", "no table"])
def test_a_hidden_code_is_never_put_together_silently(case: str) -> None:
    """All parts or none, in the table's own channel, and only by a table (R3)."""
    if case == "a part is missing":
        book = aircraft("2020 9999 17")
    elif case == "another channel":
        book = aircraft("2020 9999 17", "2020 99 1", table_channel="un-comtrade")
    else:
        book = Book()
        book.pledge(quantity(unit="USD", target="10", scope=scope("8800", edition="2017")))
        book.figures("2020 9999 17", "2020 99 1", classification="HS2017", unit="USD")
    term = book.term("2022-06-01")
    assert term.readings[0].sources == ()
    assert "holds no code of the scope" in term.not_admissible[0].reason


def test_a_code_that_is_given_is_not_put_together_beside() -> None:
    """Where the channel has the code itself, that counts, and once (R3)."""
    assert read(aircraft("2020 9999 17", "2020 99 1", "2020 8800 15")).low == "15"


def test_parts_are_each_the_newest_and_worth_the_worst() -> None:
    """A revised part counts; a provisional one makes the figure provisional (R2, R3)."""
    book = aircraft("2020 9999 17", "2020 99 1")
    book.figures("2020 99 2 P", classification="HS2017", unit="USD", published="2021-09-01")
    found = read(book)
    assert (found.low, [point.status for point in found.points]) == ("15", ["P"])


def test_a_revision_in_the_same_code_counts_across_editions() -> None:
    """A point of a code that is the same in both editions has one newest figure (R2, R3)."""
    book = book_of("120190")
    correlate(book, "120190 120190")
    book.figures("2020 120190 5", classification="HS2012")
    book.figures("2020 120190 6", classification="HS2017", published="2021-09-01")
    assert read(book).low == "6"


def test_two_editions_of_one_day_are_not_added() -> None:
    """A code and the two that it became, both given for one day, are one flow (R3)."""
    book = book_of("1201")
    correlate(book, "120191 120190", "120192 120190")
    book.figures("2020 120190 7", classification="HS2012")
    book.figures("2020 120191 3", "2020 120192 4", classification="HS2017", published="2021-09-01")
    assert read(book).low == "7"


def test_leaves_are_weighed_across_editions() -> None:
    """One of two named codes in one edition, and a code that holds both in the other (R10)."""
    book = book_of("120110", "120190")
    correlate(book, "120150 120110", "120150 120190")
    book.figures(*months(2020, [1] * 6, code="120110"), classification="HS2012")
    book.figures(*(f"2020-{month:02} 120150 2" for month in range(7, 13)), classification="HS2017")
    found = read(book)
    # January to June: one of two codes; July to December both: (182 · ½ + 184) ÷ 366
    assert found.coverage == "0.751366"


def test_a_group_and_its_members_are_series_of_their_own() -> None:
    """Exports to a union are not added to exports to its members: the term names whom it counts (R3)."""
    book = Book()
    book.say(
        "party",
        "union",
        {"kind": "union", "names": {"en": "Union"}, "members": [{"party": "cn", "since": "2001-12-11"}]},
    )
    book.pledge(quantity())
    book.figures("2020 1201 5")
    book.figures("2020 1201 50", series="series:export/us/union")
    assert read(book).low == "5"


def test_the_engine_draws_nothing_else_because_a_table_is_there() -> None:
    """A table that leads elsewhere changes no row of the answer (R3)."""
    book = book_of("1201")
    book.figures("2020 1201 5", classification="HS2012")
    before = _rows(book)
    table(book, "correspondence", "HS2022", "HS2017", "1201 1201")
    assert _rows(book) == before


def _rows(book: Book) -> tuple[object, ...]:
    planned = plan(book.known("2022-06-01"), [SUBJECT])
    return SqliteEngine().select(planned, book.open)


def test_canonical_figures_stay_canonical() -> None:
    """The helper of these tests writes what the strict reader takes."""
    assert canonical(["2020 1201 5"]).endswith(b",A,5\n")


@pytest.mark.parametrize(
    ("phrase", "days", "places"),
    [
        ("published later", (737002, 737001), (1, 0)),
        ("published earlier", (737001, 737002), (0, 1)),
        ("published on one day, entered later", (737001, 737001), (0, 1)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_newest_publication_has_the_highest_place(
    phrase: str, days: tuple[int, int], places: tuple[int, int]
) -> None:
    """Of two statements, that of the later day is newer, of one day's that of the later entry (R2)."""
    asked = Plan(
        (Query("series:export/us/cn", "HS", "", ("1201",), 0, 0),),
        (("a", "x"),),
        (Load(4, "sha256:" + "4" * 64, 0), Load(5, "sha256:" + "5" * 64, 0)),
        {"evidence": ((0, 4, 0, days[0], 1), (0, 5, 0, days[1], 1)), "unit": unit_rows(), "withdrawn": ()},
    )
    tables = expand(asked, [("HS", "1201")], {})
    assert tables["evidence"] == ((0, 4, 0, places[0], 1), (0, 5, 0, places[1], 1))


def test_branches_of_many_classes_stand_in_one_tree() -> None:
    """What stands below a code that is named is worked out once, and is the same for each series that asks (R3)."""
    series = ("series:export/us/ca", "series:export/us/cn")
    asked = Plan(
        tuple(Query(one, "HS", "", ("12", "1201"), 0, 0) for one in series),
        (("a", "x"),),
        tuple(Load(entry, f"sha256:{entry:064x}", 0) for entry in (4, 5)),
        {"evidence": ((0, 4, 0, 737001, 0), (1, 5, 0, 737001, 0)), "unit": unit_rows(), "withdrawn": ()},
    )
    tables = expand(asked, [("HS", "1201"), ("HS", "120190"), ("HS", "1301")], {})
    by_class = [[row[2:] for row in tables["tree"] if row[0] == one] for one in (0, 1)]
    # Nodes of either class: 12, 1201, 120190. Figures have the last two; the first is only named.
    below_12 = [(0, 0, 1), (1, 1, 1), (1, 0, 2), (2, 2, 1), (2, 1, 0), (2, 0, 2)]
    below_1201 = [(1, 1, 1), (2, 2, 1), (2, 1, 0)]
    assert by_class == [below_12 + below_1201, below_12 + below_1201]
