"""Discrepancies between two sources on one flow: by period, with known causes, and the unexplained rest (R8, R18)."""

from typing import Any

import pytest

from ledger.assessment.result import Discrepancy, KnownCause, TermResult
from tests.unit.assessment.builder import EXPORT, IMPORT, Book, months, quantity

NAMED = [{**EXPORT, "source": "us-census"}, {**IMPORT, "source": "cn-customs"}]
OURS: dict[str, Any] = {}
THEIRS: dict[str, Any] = {"authority": "cn-customs", "owner": "cn", "series": "series:import/cn/us"}


def both(
    exports: list[str], imports: list[str], *, unit: str = "t", ours: Any = None, theirs: Any = None
) -> TermResult:
    """A term read by both ends of one flow."""
    book = Book()
    book.pledge(quantity("1", unit=unit, named=NAMED))
    book.figures(*exports, unit=unit, **(ours or {}))
    book.figures(*imports, unit=unit, **{**THEIRS, **(theirs or {})})
    return book.term("2021-06-01")


def apart(term: TermResult) -> Discrepancy:
    """The one discrepancy of a term."""
    (found,) = term.discrepancies
    return found


def cause(found: Discrepancy, kind: str) -> KnownCause | None:
    """The cause of one kind, or none."""
    return next((one for one in found.causes if one.kind == kind), None)


LATE = ["2019-11 1201 3", "2019-12 1201 2", *months(2020, [1] * 12)]
"""Exports of one a month, three and two in the last months of the year before: 13 and 15 a month and two earlier."""


def test_transit_is_told_from_shipments_of_earlier_months() -> None:
    """Shipped one month earlier: 2 + 11 = 13, one more than 12; two months earlier 3 + 2 + 10 = 15, three more (R8)."""
    found = cause(apart(both(LATE, ["2020 1201 14"])), "transit")
    assert found is not None
    assert (found.low, found.high) == ("0", "3")
    assert found.rests_on == "us-census/monthly by month, counted one and two months earlier"


def test_transit_has_no_number_without_figures_by_month() -> None:
    """A cause that nothing at hand gives a number to is named without one (R8)."""
    found = cause(apart(both(["2020 1201 12"], ["2020 1201 14"])), "transit")
    assert found is not None
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(
    ("imports", "gap", "rest", "agrees", "grade"),
    [("14", "2", "0", True, "E4"), ("15", "3", "0", True, "E4"), ("17", "5", "2", False, "E3"),
     ("13.2", "1.2", "0", True, "E4"), ("11", "-1", "-1", True, "E4"), ("10", "-2", "-2", False, "E3"),
     ("12", "0", "0", True, "E4")],
)  # fmt: skip
def test_two_sides_agree_only_within_the_known_causes(
    imports: str, gap: str, rest: str, agrees: bool, grade: str
) -> None:
    """A tenth of the lower, or as much as causes with a number explain: beyond it there is no grade E4 (R18)."""
    term = both(LATE, [f"2020 1201 {imports}"])
    found = apart(term)
    assert (found.gap, found.rest, found.agrees, term.grade) == (gap, rest, agrees, grade)


def test_freight_and_insurance_explain_only_what_imports_have_more() -> None:
    """CIF is more than FOB, by a tenth at most: of imports that lie below exports it explains nothing (R8)."""
    above = apart(both(["2020 1201 100"], ["2020 1201 112"], unit="MUSD",
                       ours={"basis": "FOB"}, theirs={"basis": "CIF"}))  # fmt: skip
    below = apart(both(["2020 1201 100"], ["2020 1201 85"], unit="MUSD",
                       ours={"basis": "FOB"}, theirs={"basis": "CIF"}))  # fmt: skip
    basis = cause(above, "price basis")
    assert basis is not None
    assert (basis.low, basis.high, above.rest) == ("0", "10", "2")
    assert "1.06" in basis.rests_on
    assert (below.gap, below.rest) == ("-15", "-15")


def test_a_weight_has_no_price_basis() -> None:
    """Freight weighs nothing (R8)."""
    assert cause(apart(both(["2020 1201 12"], ["2020 1201 14"])), "price basis") is None


def test_revisions_of_either_side_count_in_their_direction() -> None:
    """Exports were 12 and are 10: two of the gap may be what the other side has not yet revised (R2, R8)."""
    book = Book()
    book.pledge(quantity("1", named=NAMED))
    book.figures("2020 1201 12", published="2021-02-05")
    book.figures("2020 1201 10", published="2021-03-05")
    book.figures("2020 1201 13", **THEIRS)
    found = apart(book.term("2021-06-01"))
    moved = cause(found, "revisions")
    assert moved is not None
    assert (moved.low, moved.high, found.gap, found.rest) == ("0", "2", "3", "1")


def test_classifications_that_differ_are_named() -> None:
    """One counts by one edition and the other by another (R3, R8)."""
    found = cause(
        apart(both(["2020 1201 12 - - - HS2017"], ["2020 1201 14 - - - HS"])), "classification"
    )  # fmt: skip
    assert found is not None
    assert found.words == "classification: us-census/monthly counts by HS2017, cn-customs/monthly by HS"


def test_missing_figures_are_not_taken_for_a_gap() -> None:
    """Where coverage differs no rest is told, and nothing agrees (R8, R10)."""
    found = apart(both(months(2020, [1] * 12), months(2020, [1] * 11)))
    assert (found.gap, found.rest, found.agrees) == ("-1", None, False)
    assert cause(found, "coverage") is not None


def test_the_gap_is_told_for_every_period_that_both_cover() -> None:
    """Month by month where both have months (R8)."""
    found = apart(both(months(2020, [1] * 12), months(2020, [1, 2, *[1] * 10])))
    assert len(found.periods) == 12
    gap = found.periods[1]
    assert (gap.start, gap.end, gap.first, gap.second, gap.gap, gap.share) == (
        "2020-02-01", "2020-02-29", "1", "2", "1", "1",
    )  # fmt: skip


def test_months_are_added_up_to_the_year_that_the_other_gives() -> None:
    """Of a monthly and an annual source the gap is told by year (R8)."""
    (gap,) = apart(both(months(2020, [1] * 12), ["2020 1201 15"])).periods
    assert (gap.start, gap.end, gap.first, gap.second, gap.gap, gap.share) == (
        "2020-01-01", "2020-12-31", "12", "15", "3", "0.25",
    )  # fmt: skip


def test_one_source_is_not_apart_from_itself() -> None:
    """Two channels of one source are copies of one count (R8)."""
    book = Book()
    book.pledge(quantity("1"))
    book.figures("2020 1201 12")
    book.figures("2020 1201 14", channel="annual")
    assert book.term("2021-06-01").discrepancies == ()


def test_an_order_is_not_set_beside_a_shipment() -> None:
    """Another measure is another flow (R4, R8)."""
    book = Book()
    book.pledge(quantity("1", readings=[EXPORT, {"type": "order", "reporter": "us", "partner": "cn"}]))
    book.figures("2020 1201 12")
    book.figures("2020 1201 14", series="series:order/us/cn", authority="usda")
    assert book.term("2021-06-01").discrepancies == ()
