"""Selection: which statements answer which queries, how scopes are expanded, what engines then draw (R2–R4)."""

import pytest

from ledger.assessment.classification import family_of, is_below
from ledger.assessment.route import NO_ROUTES
from ledger.assessment.scope import expand
from ledger.assessment.selection import (
    ByQuery,
    Plan,
    Query,
    Row,
    Selected,
    named_codes,
    plan,
    query_of,
    selection_sql,
    unit_rows,
    why_not_admissible,
)
from ledger.errors import UnitError
from ledger.model.unit import UNITS
from tests.unit.assessment.builder import EXPORT, IMPORT, ORDER, SUBJECT, Book, months, quantity


@pytest.mark.parametrize(
    ("classification", "family", "edition"),
    [
        ("HS2017", "HS", "2017"),
        ("HS", "HS", ""),
        ("annex-6.1", "annex-6.1", ""),
        ("SITC4", "SITC4", ""),
        ("2017", "2017", ""),
    ],
)
def test_an_edition_is_told_from_its_family(classification: str, family: str, edition: str) -> None:
    """Only four digits at the end of a name are an edition (R3)."""
    assert family_of(classification) == (family, edition)


@pytest.mark.parametrize(
    ("family", "code", "above", "below"),
    [
        ("HS", "120190", "1201", True),
        ("HS", "120190", "12", True),
        ("HS", "1201", "1201", False),
        ("HS", "1201", "120190", False),
        ("HS", "2101", "1201", False),
        ("HS", "TOTAL", "TO", False),
        ("annex-6.1", "manufactured.aircraft", "manufactured", True),
        ("annex-6.1", "manufactured2", "manufactured", False),
        ("annex-6.1", "1201", "12", False),
    ],
)
def test_codes_form_a_tree(family: str, code: str, above: str, *, below: bool) -> None:
    """In the Harmonized System digits lead downwards, elsewhere full stops do (R3)."""
    assert is_below(family, code, above) is below


def test_a_code_named_below_another_is_named_once() -> None:
    """Naming a heading and its subheading is naming the heading: nothing is counted twice (R3)."""
    assert named_codes("HS", ["120190", "1201", "1005", "1005"]) == ("1005", "1201")


def test_scope_is_expanded_to_the_codes_present() -> None:
    """Named codes and all that is present below them, with the codes above each, in like editions (R3)."""
    book = Book()
    book.pledge(quantity(scope={"title": "x", "classification": "HS", "revision": "2017", "codes": ["1201", "1005"]}))
    planned = plan(book.known("2021-01-01"), [SUBJECT])
    tables = expand(
        planned,
        [("HS2017", "120190"), ("HS", "1201"), ("HS2012", "120190"), ("HS2017", "1202"), ("annex-6.1", "1201")],
        {},
    )
    # nodes in order of code: 1005, 1201, 120190; a branch for each code that is named
    assert tables["asked"] == ((0, 0, 0, 0), (0, 0, 1, 0))
    assert tables["named"] == ((0, 0), (1, 1))
    assert tables["scope"] == ((0, "HS", "1201", 0, 1, 0), (0, "HS2017", "120190", 2017, 2, 0))
    assert tables["tree"] == ((0, 0, 0, 0, 1), (0, 1, 1, 1, 1), (0, 1, 2, 2, 1), (0, 1, 2, 1, 0))


def test_what_queries_ask_alike_is_laid_out_once() -> None:
    """A code that two terms name is one branch; one with a baseline lends it to one without (design §4)."""
    baseline = {"period": {"start": "2017-01-01", "end": "2017-12-31"}}
    scope = {"title": "x", "classification": "HS", "codes": ["1201"]}
    book = Book()
    book.pledge(
        quantity(id="a", scope=scope),
        quantity(id="b", scope=scope, target_is="increment", baseline=baseline),
        quantity(id="c", scope={**scope, "codes": ["1201", "1202"]}),
    )
    planned = plan(book.known("2021-01-01"), [SUBJECT])
    # queries in order: 1201 without a baseline, 1201 from 2017-01-01 (day 736330) on, both codes
    tables = expand(planned, [("HS", "120110")], {})
    assert tables["asked"] == ((0, 0, 0, 0), (1, 0, 0, 1), (2, 0, 0, 0), (2, 0, 1, 0))
    assert tables["weighed"] == ((0, 736330, 736694),)
    # 120110 stands below 1201, of which there is no figure
    assert tables["tree"] == ((0, 0, 0, 0, 1), (0, 0, 1, 1, 1), (0, 0, 1, 0, 2), (0, 1, 2, 2, 1))


REFUSALS = [
    ("another measure", {"series": "series:order/us/cn"}, "measures order, not export"),
    ("another reporter", {"series": "series:export/cn/us"}, "reported by cn, not by us"),
    ("another partner", {"series": "series:export/us/us"}, "with us as partner, not cn"),
    ("several partners at once", {"series": "series:export/us/*"}, "with several parties as partner"),
    (
        "another classification",
        {"classification": "annex-6.1"},
        "classified by annex-6.1, the term by HS2017; no table leads across",
    ),
    (
        "another edition",
        {"classification": "HS2012"},
        "classified by HS2012, the term by HS2017; no correspondence table",
    ),
]


@pytest.mark.parametrize(("case", "more", "reason"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_evidence_of_something_else_is_not_admissible_and_says_why(
    case: str, more: dict[str, str], reason: str
) -> None:
    """Another measure, partner or classification is listed with its reason and never loaded (R4)."""
    book = Book()
    book.pledge(quantity(scope={"title": "x", "classification": "HS", "revision": "2017", "codes": ["1201"]}))
    book.figures("2020-01 1201 1", **more)  # type: ignore[arg-type]
    known = book.known("2021-06-01")
    planned = plan(known, [SUBJECT])
    (fact,) = next(iter(known.evidence.values()))
    told = why_not_admissible(fact, planned.queries[0], NO_ROUTES)
    assert told is not None
    assert reason in told
    assert planned.loads == ()


def test_every_reading_asks_its_own_series() -> None:
    """A term of three readings puts three questions, the same for two terms alike (R3)."""
    book = Book()
    book.pledge(quantity(readings=[ORDER, EXPORT, IMPORT]), quantity(id="u"))
    queries = plan(book.known("2021-01-01"), [SUBJECT]).queries
    assert [query.series for query in queries] == ["series:export/us/cn", "series:import/cn/us", "series:order/us/cn"]


def test_an_increment_asks_for_the_weights_of_its_baseline() -> None:
    """The baseline's days are part of the question, because scope is weighed by what was counted then (R10)."""
    book = Book()
    book.pledge(quantity(target_is="increment", baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}}))
    (query,) = plan(book.known("2021-01-01"), [SUBJECT]).queries
    assert (query.weigh_from, query.weigh_to) == (736330, 736694)  # 2017-01-01 and 2017-12-31, day 1 being 0001-01-01


def test_amended_and_moved_terms_are_planned_too() -> None:
    """What an amendment asks for is drawn even before it counts, because it is printed beside (R12)."""
    book = Book()
    book.pledge(quantity())
    book.amend("modify", ["us"], terms=[quantity(scope={"title": "x", "classification": "HS", "codes": ["1005"]})])
    assert [query.codes for query in plan(book.known("2021-01-01"), [SUBJECT]).queries] == [("1005",), ("1201",)]


def test_a_term_without_a_scope_asks_nothing() -> None:
    """No scope, no question: there is nothing to count by (R3)."""
    book = Book()
    book.pledge(quantity(scope=None))
    known = book.known("2021-01-01")
    term = known.commitments[SUBJECT].body.terms[0]
    assert query_of(term, term.measures[0]) is None  # type: ignore[arg-type, union-attr]
    assert plan(known, [SUBJECT]).queries == ()


def test_a_unit_that_no_factor_is_known_for_is_an_error_that_names_it() -> None:
    """A missing factor is never a guess (R5)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1", unit="quintal")
    with pytest.raises(UnitError, match="quintal"):
        plan(book.known("2021-06-01"), [SUBJECT])


def test_only_statements_that_share_a_channel_have_lines_of_their_own() -> None:
    """A single statement of a channel is not drawn twice: it has no revisions (R2)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1")
    assert {row.line for row in _rows(book)} == {-1}
    late = book.figures("2020-01 1201 2", published="2021-03-01")
    entries = {fact.name: fact.index for fact in book.known("2022-01-01").evidence["series:export/us/cn"]}
    rows = _rows(book)
    assert {row.line for row in rows} == {-1, *entries.values()}
    assert [(row.entry, row.low) for row in rows if row.line == -1] == [(entries[late], 2)]


def _rows(book: Book) -> list[Row]:
    """The rows that the engine gives for the pledge."""
    drawn = book.drawn(book.known("2022-01-01"))
    return [row for rows in drawn.rows.values() for row in rows]


def test_a_parent_hides_its_children_and_is_never_added_to_them() -> None:
    """The topmost row under the scope counts; what stands below it is in it already (R3)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 10", "2020-01 120110 3", "2020-01 120190 7", "2020-02 120110 4", "2020-02 120190 5")
    totals = {row.day_from: (row.low, row.codes) for row in _rows(book)}
    assert sorted(totals.values()) == [(9, 2), (10, 1)]  # February has no parent: its two children are summed


def test_a_member_is_never_added_to_its_union() -> None:
    """Of a term that names a union, its own series and a member's are drawn as two questions (R3)."""
    book = Book()
    members = [{"party": "us", "since": "1994-01-01"}]
    book.say("party", "union", {"kind": "union", "names": {"en": "Union"}, "members": members})
    book.pledge(quantity(measure={"type": "export", "reporter": "union", "partner": "cn"}))
    book.figures("2020 1201 1", series="series:export/union/cn", owner="union", authority="union-office")
    book.figures("2020 1201 100")
    drawn = book.drawn(book.known("2021-06-30")).rows
    assert {query.series: [(row.entry, row.low) for row in rows] for query, rows in drawn.items()} == {
        "series:export/union/cn": [(5, 1)],
        "series:export/us/cn": [(6, 100)],
    }


def test_an_interpolated_parent_hides_nobody() -> None:
    """What the source interpolated never counts, so what it would have hidden does (R10)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 10 I", "2020-01 120190 7")
    assert sorted((row.status, row.low) for row in _rows(book)) == [(0, 7), (3, 10)]


def test_withdrawn_points_leave_room_for_the_vintage_before() -> None:
    """A point taken back is as if it had not been said (R1, R2)."""
    book = Book()
    book.pledge(quantity())
    book.figures(*months(2020, [1, 1]))
    name = book.figures(*months(2020, [5, 6]), published="2021-03-01")
    point = {"classification": "HS", "code": "1201", "start": "2020-01-01", "end": "2020-01-31"}
    body = {
        "statement": name,
        "points": [point],
        "ground": "recorded_in_error",
        "date": "2021-04-01",
        "reason": "typing error",
    }
    book.say("retraction", "series:export/us/cn", body)
    assert [row.low for row in _rows(book) if row.line == -1] == [1, 6]


def test_the_later_entry_wins_among_vintages_of_one_day() -> None:
    """Newest published first, then the entry index (R2)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1")
    book.figures("2020-01 1201 2")
    assert [row.low for row in _rows(book) if row.line == -1] == [2]


def test_a_vintage_in_another_unit_of_the_same_dimension_replaces() -> None:
    """Kilograms supersede tonnes of the same point; they are not added to them (R2, R5)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 1")
    book.figures("2020-01 1201 2000", unit="kg", published="2021-03-01")
    assert [(UNITS[row.unit], row.low) for row in _rows(book) if row.line == -1] == [("kg", 2000)]


def test_editions_of_one_point_are_not_added() -> None:
    """One vintage that gives a code in two editions counts the newer of them (R2, R3)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01 1201 5 - - - HS2012", "2020-01 1201 6 - - - HS2017")
    assert [row.low for row in _rows(book) if row.line == -1] == [6]


def test_the_text_and_the_units_travel_with_the_package() -> None:
    """The SQL is a file of the package; every known unit has a number and a dimension (design §4)."""
    assert selection_sql().startswith("-- Selection and aggregation")
    numbers = {unit: (number, dimension) for unit, number, dimension in unit_rows()}
    assert numbers["t"][1] == numbers["kg"][1] != numbers["USD"][1]
    assert sorted(number for number, _ in numbers.values()) == list(range(len(UNITS)))


def test_rows_are_found_by_their_query_and_none_where_it_has_none() -> None:
    """An answer is in the order of its queries, so that the rows of each are found without looking at the others."""
    queries = tuple(Query(f"series:export/us/{partner}", "HS", "", ("1201",), 0, 0) for partner in ("ca", "cn", "mx"))
    rows = [Row._make((query, *([place] * 23), "", "")) for query, place in ((0, 1), (0, 2), (2, 3))]
    drawn = ByQuery(queries, rows)
    assert [drawn[query] for query in queries] == [tuple(rows[:2]), (), tuple(rows[2:])]
    assert (list(drawn), len(drawn)) == (list(queries), 3)
    assert queries[0]._replace(edition="2017") not in drawn
    with pytest.raises(AssertionError, match="was not planned"):
        Selected(Plan(queries, (), (), {}), drawn).of(queries[0]._replace(edition="2017"))
