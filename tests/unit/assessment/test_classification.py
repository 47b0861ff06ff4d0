"""Classifications: trees, what a code is elsewhere, and the strict file that says so (R3)."""

import io

import pytest

from ledger.assessment.classification import OUTSIDE, Crossing, Link, Tree, format_links, line_up, links_of, read_links
from ledger.errors import MalformedError
from ledger.model.evidence import Evidence
from tests.unit.assessment.builder import Book
from tests.unit.assessment.tables import table

HEAD = "classification,code,relation,into,target\n"
GOOD = "HS2017,120190,into,HS2012,120190\n"


def test_reading_undoes_formatting() -> None:
    """What is written comes back, sorted and each once."""
    links = [Link("HS2017", "12", "below", "HS2017", ""), Link("HS2017", "1201", "below", "HS2017", "12")]
    raw = b"".join(format_links([*links[::-1], links[0]]))
    assert list(read_links(io.BytesIO(raw), what="t")) == links


BAD: dict[str, tuple[str, str]] = {
    "no header": (GOOD, "line 1 is not the header"),
    "a cell too many": (HEAD + GOOD.replace("\n", ",x\n"), "line 2 is not a line of a table"),
    "an unknown relation": (HEAD + GOOD.replace("into", "onto"), "line 2 is not a line of a table"),
    "carriage returns": (HEAD + GOOD.replace("\n", "\r\n"), "line 2 is not a line of a table"),
    "no last line feed": (HEAD + GOOD[:-1], "line 2 is not a line of a table"),
    "no target": (HEAD + "HS2017,120190,into,HS2012,\n", "line 2 leads into nothing"),
    "the same twice": (HEAD + GOOD + GOOD, "line 3 repeats the line above"),
    "wrong order": (HEAD + GOOD + GOOD.replace("120190", "100190", 1), "line 3 is out of order"),
    "a blank in a code": (HEAD + GOOD.replace("120190", "1201 90", 1), "line 2 is not a line of a table"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_is_not_canonical_is_refused(case: str) -> None:
    """One spelling: the error names the line (design §2.1)."""
    text, reason = BAD[case]
    with pytest.raises(MalformedError, match=reason):
        list(read_links(io.BytesIO(text.encode()), what="t"))


FOREIGN: dict[str, tuple[str, str]] = {
    "another classification": (GOOD.replace("HS2017", "HS2022"), "leads from HS2022 to HS2012"),
    "another target": (GOOD.replace("HS2012", "HS2007"), "leads from HS2017 to HS2007"),
    "another kind": ("HS2017,120190,plus,HS2012,120190\n", "says plus, which no correspondence does"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_a_line_of_something_that_the_statement_does_not_name_is_refused(case: str) -> None:
    """The statement says what its table is, and the table is that (design §2.2)."""
    book = Book()
    table(book, "correspondence", "HS2017", "HS2012", "120190 120190")
    body = book.said[-1].statement.body
    assert isinstance(body, Evidence)
    line, reason = FOREIGN[case]
    with pytest.raises(MalformedError, match=reason):
        list(links_of(body, io.BytesIO((HEAD + line).encode()), what="t"))


@pytest.mark.parametrize(
    ("family", "code", "above"),
    [
        ("HS", "120190", ("120190", "12019", "1201", "120", "12", "1")),
        ("HS", "TOTAL", ("TOTAL",)),
        ("annex", "a.b.c", ("a.b.c", "a.b", "a")),
        ("SITC4", "2222", ("2222",)),
    ],
)
def test_without_a_nomenclature_codes_themselves_show_the_tree(family: str, code: str, above: tuple[str, ...]) -> None:
    """Digits in the Harmonized System, full stops elsewhere (R3)."""
    assert tuple(line_up(family, code)) == above


def test_a_nomenclature_is_the_tree_and_a_tariff_line_hangs_on() -> None:
    """Codes of the table have its parents; a finer one stands below the nearest that it begins with (R3)."""
    tree = Tree("HS", {"TOTAL": None, "12": "TOTAL", "1201": "12", "120190": "1201"})
    assert tree.line_up("1201900095")[-4:] == ("120190", "1201", "12", "TOTAL")
    assert (tree.has("1201900095"), tree.has("9999")) == (True, False)
    assert tree.leaves == {"1201": ("120190",), "12": ("120190",), "TOTAL": ("120190",)}


def test_a_nomenclature_that_goes_round_ends() -> None:
    """A table may say nonsense: a circle is gone once (R3)."""
    assert Tree("X", {"a": "b", "b": "a"}).line_up("a") == ("a", "b")


CHAIN = Crossing(Tree("HS"), {"1": frozenset({"a"}), "2": frozenset({"a", "b"}), "3": frozenset({"c"})})


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (False, {"1": {"x"}}),
        (True, {"1": {"x"}, "2": {"x", OUTSIDE}, "3": {OUTSIDE}}),
    ],
)
def test_what_gets_lost_on_the_way_is_lost_or_outside(selection: bool, expected: dict[str, set[str]]) -> None:
    """A correspondence that lacks a code says nothing of it; a selection says that it lies outside (R3)."""
    onward = Crossing(Tree("X"), {"a": frozenset({"x"})}, is_selection=selection)
    assert {code: set(targets) for code, targets in CHAIN.then(onward).links.items()} == expected
