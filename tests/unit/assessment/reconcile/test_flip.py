"""Flip distance: the smallest change in figures, baseline or scope that would turn an outcome, by hand (R13)."""

from typing import Any

import pytest

from ledger.assessment.result import Flip, TermResult
from tests.unit.assessment.builder import EXPORT, IMPORT, Book, months, quantity

CENSUS = {**EXPORT, "source": "us-census"}
CUSTOMS = {**IMPORT, "source": "cn-customs"}
CLOSED = "2021-06-01"


def judged(value: str, *, as_of: str = CLOSED, baseline: str | None = None, **term: Any) -> TermResult:
    """What becomes of a term of one observation for all of 2020."""
    book = Book()
    period = {"start": "2017-01-01", "end": "2017-12-31"}
    increment: dict[str, Any] = {"target_is": "increment", "baseline": {"period": period}}
    book.pledge(quantity(**(increment if baseline is not None else {}), **term))
    if baseline is not None:
        book.baseline(baseline)
    book.figures(f"2020 1201 {value}")
    return book.term(as_of)


def flip(term: TermResult, changes: str) -> Flip:
    """The flip of one kind, by the first source of the first reading."""
    return next(one for one in term.readings[0].sources[0].flips if one.changes == changes)


ACTUAL: dict[str, tuple[dict[str, Any], str, str, str, str | None, str]] = {
    "a floor missed by two needs two more": ({}, "10", "not_met", "2", "0.2", "met"),
    "a floor passed by three goes with more than three less": ({}, "15", "met", "-3.000000001", "0.2", "not_met"),
    "a floor met to the grain goes with a grain": ({}, "12", "met", "-0.000000001", "0", "not_met"),
    "a ceiling kept to the grain goes with a grain": ({"bound": "at_most"}, "12", "met", "0.000000001", "0", "not_met"),
    "a ceiling passed by one needs one less": ({"bound": "at_most"}, "13", "not_met", "-1", "0.076923", "met"),
    "an exact level within its tolerance goes with a grain more than it": (
        {"bound": "exactly", "tolerance": "1"}, "12", "met", "-1.000000001", "0.083333", "not_met",
    ),
    "an exact level missed from below needs what leads into the tolerance": (
        {"bound": "exactly", "tolerance": "1"}, "9", "not_met", "2", "0.222222", "met",
    ),
    "an exact level missed from above needs less": (
        {"bound": "exactly", "tolerance": "1"}, "14", "not_met", "-1", "0.071429", "met",
    ),
    "of nothing seen no share can be told": ({}, "0", "not_met", "12", None, "met"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACTUAL)
def test_the_smallest_change_of_the_figures_is_told(case: str) -> None:
    """Amount, share of what was seen, and the outcome that it would bring, for every bound (R13)."""
    term, value, outcome, by, share, becomes = ACTUAL[case]
    judgement = judged(value, **term)
    found = flip(judgement, "actual")
    assert (judgement.outcome, found.by, found.share, found.becomes) == (outcome, by, share, becomes)


BASELINE: dict[str, tuple[str, str, str | None, str | None]] = {
    "kept by one over a baseline of ten": ("16", "10", "1.000000001", "not_met"),
    "missed by three over a baseline of ten": ("12", "10", "-3", "met"),
    "missed by more than the whole baseline": ("3", "2", None, None),
}


@pytest.mark.parametrize("case", BASELINE)
def test_the_smallest_change_of_the_baseline_is_told(case: str) -> None:
    """The level owed moves with the baseline; a baseline below zero cannot be (R6, R13)."""
    value, baseline, by, becomes = BASELINE[case]
    found = flip(judged(value, baseline=baseline, target="5"), "baseline")
    assert (found.by, found.becomes) == (by, becomes)


def test_an_absolute_target_cannot_be_turned_by_a_baseline() -> None:
    """What cannot turn a verdict is said in words (R13)."""
    found = flip(judged("10"), "baseline")
    assert (found.by, found.words) == (None, "the target is absolute, so that no baseline turns this")


def test_a_ceiling_kept_by_nothing_cannot_be_turned_downwards() -> None:
    """Goods seen do not go below zero: a floor of nothing is met whatever is seen (R13)."""
    judgement = judged("0", target="0")
    found = flip(judgement, "actual")
    assert (judgement.outcome, found.by, found.becomes) == ("met", None, None)
    assert found.words == "no figure of us-census/monthly that could be turns this"


def test_a_flip_says_itself_in_words() -> None:
    """Both the change and what now stands, in the unit (R13)."""
    assert flip(judged("10"), "actual").words == (
        "would be met if us-census/monthly had seen 2 t more (20.0 % of it); it has seen 10 t"
    )
    assert flip(judged("15"), "actual").words == (
        "would be not met if us-census/monthly had seen more than 3 t less (20.0 % of it); it has seen 15 t"
    )


def test_a_scope_of_one_code_cannot_lose_it() -> None:
    """Of several codes it is told what one would have to be worth; of one there is none to leave out (R13)."""
    alone = flip(judged("15"), "scope")
    assert alone.by is None
    assert alone.words.startswith("the scope is one code, and none of it can be left out")
    book = Book()
    book.pledge(quantity(scope={"title": "grain", "classification": "HS", "codes": ["1201", "1005"]}))
    book.figures("2020 1201 9", "2020 1005 6")
    found = flip(book.term(CLOSED), "scope")
    assert (found.by, found.becomes) == ("-3.000000001", "not_met")
    assert "if goods worth more than 3 t (20.0 % of it) were left out of the scope" in found.words


def test_it_is_said_how_far_coverage_could_fall() -> None:
    """A floor that is reached stands without further figures; one that is missed needs every day (R10, R13)."""
    assert flip(judged("15"), "scope").words.endswith(
        "a scope covered less by more than 40.0 % takes away the vote, no missing figure the verdict"
    )
    assert flip(judged("10"), "scope").words.endswith(
        "it rests on figures of all of the period and scope: one day or code without a figure leaves it open"
    )


def test_before_the_deadline_a_met_floor_turns_into_not_due() -> None:
    """A verdict taken away before the deadline leaves the term open (R11, R13)."""
    book = Book()
    book.pledge(quantity())
    book.figures(*months(2020, [5, 5, 5]), published="2020-04-10")
    term = book.term("2020-05-01")
    found = flip(term, "actual")
    assert (term.outcome, found.by, found.becomes) == ("met", "-3.000000001", "not_due")


def test_with_a_missing_month_a_met_floor_turns_into_awaiting() -> None:
    """What is not decided any more is what its coverage makes it (R10, R13)."""
    book = Book()
    book.pledge(quantity())
    book.figures(*months(2020, [2] * 11))
    found = flip(book.term(CLOSED), "actual")
    assert (found.by, found.becomes) == ("-10.000000001", "awaiting")


def test_an_interval_goes_when_its_first_end_crosses() -> None:
    """Six days astride the edge give 12 to 15: one grain less and the two ends lie on two sides (R10, R13)."""
    book = Book()
    book.pledge(quantity())
    book.figures("2020-01-01..2020-12-27 1201 12", "2020-12-28..2021-01-02 1201 3", channel="weekly")
    term = book.term(CLOSED)
    found = flip(term, "actual")
    assert (term.outcome, found.by, found.becomes) == ("met", "-0.000000001", "not_assessable")
    assert found.words.endswith("it has seen 12 to 15 t")


def test_a_term_without_deadline_turns_on_its_highest_total() -> None:
    """Met on the day it was reached, it stands by all that was seen since (R11, R13)."""
    book = Book()
    book.pledge(quantity(period={"start": "2020-01-01", "end": None}))
    book.figures(*months(2020, [7, 7, 7]), published="2020-04-10")
    term = book.term("2020-05-01")
    found = flip(term, "actual")
    assert (term.outcome, found.by, found.becomes) == ("met", "-9.000000001", "not_assessable")


def named(exports: str, imports: str) -> TermResult:
    """A term read by both sides' statistics, each with one figure of 2020."""
    book = Book()
    book.pledge(quantity(named=[CENSUS, CUSTOMS]))
    book.figures(f"2020 1201 {exports}")
    book.figures(f"2020 1201 {imports}", authority="cn-customs", owner="cn", series="series:import/cn/us")
    return book.term(CLOSED)


JOINT: dict[str, tuple[str, str, str, str | None, str | None, str | None]] = {
    "two that agree are parted by the nearer": ("15", "13", "met", "cn-customs", "-1.000000001", "disputed"),
    "two that both miss are parted by the nearer": ("11", "7", "not_met", "us-census", "1", "disputed"),
    "a dispute is settled by the nearer": ("14", "11", "disputed", "cn-customs", "1", "met"),
    "of two as near the first by name": ("13", "13", "met", "cn-customs", "-1.000000001", "disputed"),
}


@pytest.mark.parametrize("case", JOINT)
def test_jointly_the_smallest_change_of_one_source_is_told(case: str) -> None:
    """The joint outcome is asked again with each source moved by itself (R8, R13)."""
    exports, imports, outcome, source, by, becomes = JOINT[case]
    term = named(exports, imports)
    found = next(one for one in term.flips if one.changes == "actual")
    assert (term.outcome, found.source, found.by, found.becomes) == (outcome, source, by, becomes)


def test_no_one_source_turns_what_another_has_settled_by_two_readings() -> None:
    """Where no single change turns the joint outcome, that is what is said (R13)."""
    book = Book()
    book.pledge(quantity("0", named=[CENSUS, CUSTOMS]))
    book.figures("2020 1201 5")
    book.figures("2020 1201 5", authority="cn-customs", owner="cn", series="series:import/cn/us")
    found = next(one for one in book.term(CLOSED).flips if one.changes == "actual")
    assert (found.by, found.source) == (None, None)
    assert found.words == "no change to the figures of one source alone turns what they say together"


def test_an_open_outcome_has_no_flip() -> None:
    """What is not decided is not turned: it is said what would decide it (R13)."""
    book = Book()
    book.pledge(quantity())
    book.figures(*months(2020, [1, 1]), published="2020-03-10")
    term = book.term("2020-04-01")
    assert term.flips == ()
    assert term.deciding == ("by us-census/monthly, to 2020-12-31: 10 t more would meet it",)


CODES = {"title": "farm goods", "classification": "HS", "codes": ["1001", "1005", "1201"]}


def parts(*alone: str, target: str = "12", lines: tuple[str, ...] = (), **term: Any) -> TermResult:
    """What becomes of a total of three codes, of which some have terms of their own in the same commitment."""
    book = Book()
    singles = [quantity("1", id=f"only-{code}", scope={**CODES, "codes": [code]}, **term) for code in alone]
    book.pledge(quantity(target, scope=CODES, **term), *singles)
    book.figures(*(lines or ("2020 1001 2", "2020 1005 5", "2020 1201 8")))
    if term:
        book.baseline()
    return book.term(CLOSED)


SINGLE: dict[str, tuple[tuple[str, ...], str, tuple[str | None, str | None]]] = {
    "the least code whose loss breaks a floor of 12 of 15": (("1001", "1005", "1201"), "12", ("1005", "-5")),
    "the one that is known, where it turns": (("1201",), "12", ("1201", "-8")),
    "one that is too small to turn is not named": (("1001",), "12", (None, "-3.000000001")),
    "no term of its own: nothing is known of single codes": ((), "12", (None, "-3.000000001")),
}  # fmt: skip


@pytest.mark.parametrize("case", SINGLE)
def test_the_single_code_that_turns_a_verdict_is_named(case: str) -> None:
    """Where figures of single codes are known, the smallest whose leaving out turns the outcome is told (R13)."""
    alone, target, expected = SINGLE[case]
    found = parts(*alone, target=target)
    (scope,) = [one for one in found.flips if one.changes == "scope"]
    assert found.outcome == "met"
    assert (scope.code, scope.by, scope.becomes) == (*expected, "not_met")
    assert flip(found, "scope").code == expected[0]
    if scope.code == "1005":
        assert scope.words.startswith(
            "would be not met if HS 1005 were left out of the scope: it has 5 t (33.3 % of it)"
        )


def test_a_missed_floor_is_not_mended_by_leaving_a_code_out() -> None:
    """What would have to be added is no code of the scope (R13)."""
    found = flip(parts("1001", "1005", "1201", target="20"), "scope")
    assert (found.code, found.by, found.becomes) == (None, "5", "met")


def test_a_broken_ceiling_is_mended_by_leaving_one_code_out() -> None:
    """An at-most total of 15 over 10 would be kept without the 5 of one code (R13)."""
    found = flip(parts("1001", "1005", "1201", target="10", bound="at_most"), "scope")
    assert (found.code, found.by, found.becomes) == ("1005", "-5", "met")


def test_a_code_takes_its_own_baseline_with_it() -> None:
    """12 over a summed baseline of 10 is 12 more: without 1201 (8 in both years) it is 12 more still (R6, R13)."""
    increment = {"target_is": "increment", "baseline": {"period": {"start": "2017-01-01", "end": "2017-12-31"}}}
    lines = ("2017 1001 1", "2017 1005 1", "2017 1201 8", "2020 1001 2", "2020 1005 12", "2020 1201 8")
    found = parts("1001", "1005", "1201", target="12", lines=lines, **increment)
    scope = flip(found, "scope")
    assert found.outcome == "met"
    # Without 1001: 20 of 9 + 12; the least that turns, though 1201 is larger and takes as much of the baseline along.
    assert (scope.code, scope.by, scope.becomes) == ("1001", "-2", "not_met")
    assert "and 1 t of the baseline" in scope.words


def test_joint_flip_names_the_code_of_the_source_that_turns_it() -> None:
    """Of two sources that agree the code of either can part them: the smaller is told (R8, R13)."""
    book = Book()
    book.pledge(quantity("12", scope=CODES), quantity("1", id="only", scope={**CODES, "codes": ["1201"]}))
    book.figures("2020 1001 2", "2020 1005 5", "2020 1201 8")
    book.figures("2020 1001 9", "2020 1005 0", "2020 1201 4", authority="usda", owner=None, standing="independent")
    term = book.term(CLOSED)
    (scope,) = [one for one in term.flips if one.changes == "scope"]
    assert (term.outcome, scope.source, scope.code, scope.by, scope.becomes) == (
        "met",
        "usda",
        "1201",
        "-4",
        "disputed",
    )
