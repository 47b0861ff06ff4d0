"""Pledges out of tables: one row a term, checked as drafts are, and refused whole where a row cannot be read."""

import io

import pytest

from ledger.errors import MalformedError, NotFoundError
from ledger.ingest.document import check_draft
from ledger.ingest.pledge import Pledges, find_pledge_map, parse_pledge_map, pledge_map_names, read_pledges
from ledger.model.commitment import Commitment
from ledger.model.term import ActionTerm, QuantityTerm
from tests.unit.ingest.book import Cell, book

MAP = """
name = "own-pledges"
title = "Pledges of ours"
container = "workbook"
header = ["No", "Pledge", "Who", "To", "Words", "Made", "What", "Kind", "Amount", "Unit", "From", "By", "Codes"]
[pledge]
subject = { column = "No", slug = true }
title = { column = "Pledge" }
instrument = "deal"
date = { column = "Made" }
obligors = { column = "Who", words = { "Country A" = "aa" } }
obligees = { column = "To", split = ";", lower = true }
words = { column = "Words" }
language = "en"
[term]
kind = { column = "Kind", words = { buy = "quantity", do = "action" }, empty = "quantity" }
title = { column = "What" }
actor = { column = "Who", words = { "Country A" = "aa" } }
target = { column = "Amount" }
scale = "1000"
unit = { column = "Unit" }
measure = "import"
reporter = "aa"
partner = "bb"
act = { column = "What" }
start = { column = "From" }
end = { column = "By" }
classification = "HS"
codes = { column = "Codes", split = "," }
locator = "annex 1"
[source]
title = "The deal"
publisher = "Office of A"
role = "joint"
"""
HEADER: list[Cell] = [
    "No",
    "Pledge",
    "Who",
    "To",
    "Words",
    "Made",
    "What",
    "Kind",
    "Amount",
    "Unit",
    "From",
    "By",
    "Codes",
]
GRAIN: list[Cell] = [
    "Pledge 1", "Buy more", "Country A", "BB; CC", "will buy", ("day", "43845"), "Grain", "buy", 2.5, "t",
    ("day", "43831"), ("day", "44196"), "1001, 1005",
]  # fmt: skip
LAW: list[Cell] = [
    "Pledge 1", "Buy more", "Country A", "BB; CC", "will buy", ("day", "43845"), "Publish a law", "do", None, None,
    None, ("day", "44196"), "1001, 1005",
]  # fmt: skip


def read(*rows: list[Cell], text: str = MAP) -> Pledges:
    """Return what a workbook of pledges comes to."""
    raw = book(dict(enumerate([HEADER, *rows], start=1)))
    return read_pledges(io.BytesIO(raw), parse_pledge_map(text.encode(), name="own.toml"), name="p.xlsx")


def commitment(found: Pledges, number: int = 0) -> Commitment:
    """Return a draft as the commitment that it would become."""
    body = check_draft(found.drafts[number]).body
    assert isinstance(body, Commitment)
    return body


def test_rows_of_one_subject_are_the_terms_of_one_commitment() -> None:
    """One row is a term; what belongs to the commitment is said once (design §2.2)."""
    found = read(GRAIN, LAW)
    (draft,) = found.drafts
    assert (draft.kind, draft.subject, draft.where, found.rows) == ("commitment", "pledge-1", "p.xlsx, row 2", 2)
    body = commitment(found)
    assert (body.title, body.date, body.obligors, body.obligees) == ("Buy more", "2020-01-15", ("aa",), ("bb", "cc"))
    assert (body.quotes[0].text, body.source.via.how) == ("will buy", "transcription")
    grain, law = body.terms
    assert isinstance(grain, QuantityTerm)
    assert (grain.id, grain.target, grain.unit, grain.due) == ("term-1", "2500", "t", "2020-12-31")
    assert grain.scope is not None
    assert grain.scope.codes == ("1001", "1005")
    assert grain.measure is not None
    assert grain.measure.series == "series:import/aa/bb"
    assert isinstance(law, ActionTerm)
    assert (law.act, law.deadline) == ("Publish a law", "2020-12-31")


def test_only_what_the_mapping_places_counts_as_shown() -> None:
    """An element is present where a place shows it; a table that names none shows nothing (E1)."""
    (term,) = commitment(read(GRAIN)).terms
    shown = {name for name, place in term.shown if place is not None}
    assert shown == {"actor", "action", "quantity", "timing", "scope"}
    (term,) = commitment(read(GRAIN, text=MAP.replace('locator = "annex 1"\n', ""))).terms
    assert {name for name, place in term.shown if place is not None} == set()


def test_rows_that_are_added_up_are_one_term_whose_number_is_imputed() -> None:
    """A sum stands in no text, so it carries its method and is not shown (R17, E1)."""
    (term,) = commitment(read(GRAIN, GRAIN, text=MAP.replace("[term]\n", "[term]\nsum = true\n"))).terms
    assert isinstance(term, QuantityTerm)
    assert term.target == "5000"
    ((imputed),) = term.imputed
    assert (imputed.element, imputed.method) == ("quantity", "the sum of 2 rows of the table (2, 3); no text states it")
    assert term.shown.quantity is None


def test_instruments_are_drafted_once_and_before_what_rests_on_them() -> None:
    """An instrument that the mapping describes comes first; two pledges may rest on it."""
    text = MAP.replace(
        "[source]",
        '[instrument]\ntitle = "The deal"\nform = "statement"\nissuers = "aa"\n'
        'announced = { column = "Made" }\n[source]',
    )
    other = ["Pledge 2", *GRAIN[1:]]
    assert [(draft.kind, draft.subject) for draft in read(GRAIN, other, text=text).drafts] == [
        ("instrument", "deal"), ("commitment", "pledge-1"), ("commitment", "pledge-2"),
    ]  # fmt: skip


def changed(row: list[Cell], column: str, value: Cell) -> list[Cell]:
    """Return a row with one cell changed."""
    place = HEADER.index(column)
    return [*row[:place], value, *row[place + 1 :]]


REFUSED: dict[str, tuple[list[Cell], str]] = {
    "a party that the mapping does not know": (changed(GRAIN, "Who", "Country B"), "column 'Who': 'Country B' is none"),
    "an amount that is none": (changed(GRAIN, "Amount", "lots"), "column 'Amount': 'lots' is not a number"),
    "an amount that is missing": (changed(GRAIN, "Amount", None), "column 'Amount': gives no target"),
    "a formula without its value": (
        changed(GRAIN, "Amount", ("formula", "")),
        "column 'Amount': '#FORMULA!' is a formula",
    ),
    "a day that is none": (changed(GRAIN, "By", "end of 2020"), "column 'By': 'end of 2020' is not a period"),
    "a period that ends before it starts": (changed(GRAIN, "By", ("day", "43466")), "ends on 2019-01-01, before it"),
    "a unit that nobody knows": (changed(GRAIN, "Unit", "lorry loads"), "column 'Unit'"),
    "words that are missing": (changed(GRAIN, "Words", None), "column 'Words'"),
    "a pledge without a name": (changed(GRAIN, "No", None), "column 'No': gives no subject"),
    "a kind that the mapping does not know": (changed(GRAIN, "Kind", "hope"), "column 'Kind': 'hope' is none"),
    "a date that differs within a pledge": (
        changed(LAW, "Made", ("day", "43846")),
        "column 'Made': differs from row 2",
    ),
    "a code that is none": (changed(GRAIN, "Codes", "10 01"), "column 'Codes'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_table_with_a_row_that_cannot_be_read_gives_no_draft_at_all(case: str) -> None:
    """A pledge that lacks a term is another pledge; the sentence names file, row and column (style §7)."""
    row, reason = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        read(GRAIN, row)
    assert str(caught.value).startswith("p.xlsx, row 3") or "row 2" in str(caught.value)
    assert reason in str(caught.value)


def test_table_in_which_no_row_is_meant_is_refused() -> None:
    """A mapping that matches nothing records nothing."""
    text = MAP.replace("[pledge]", 'keep = [{ column = "Kind", equals = ["vow"] }]\n[pledge]', 1)
    with pytest.raises(
        MalformedError, match=r"has 1 rows, and no pledge in them that the mapping own-pledges looks for"
    ):
        read(GRAIN, text=text)


MAPS = {
    "a key that is none": (MAP.replace("[source]", "[source]\nrolle = 1"), "key source.rolle: is not a key"),
    "a column that is none": (MAP.replace('column = "Unit"', 'column = "Units"'), "column 'Units', which is not in"),
    "a part that is missing": (MAP.partition("[source]")[0], "key source: is missing"),
    "a scale that is no number": (MAP.replace('"1000"', '"1e3"'), "key term.scale"),
}


@pytest.mark.parametrize("case", MAPS)
def test_wrong_mapping_of_pledges_is_refused_with_the_key(case: str) -> None:
    """A mapping is checked before a table is read."""
    text, reason = MAPS[case]
    with pytest.raises(MalformedError) as caught:
        parse_pledge_map(text.encode(), name="own.toml")
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", pledge_map_names())
def test_every_shipped_mapping_of_pledges_is_read(name: str) -> None:
    """Every shipped mapping is one, named like its file."""
    assert find_pledge_map(name).name == name


def test_unknown_mapping_of_pledges_lists_the_known_ones() -> None:
    """A name is looked up among the shipped ones and never used as a path."""
    with pytest.raises(NotFoundError, match=r"no format of pledges '\.\./x'; use iati-commitments"):
        find_pledge_map("../x")
