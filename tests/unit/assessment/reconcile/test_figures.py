"""A quantity read from figures: conversion, baselines, ratios, sources, coverage, outcomes (R2–R11, R17, R18)."""

from typing import Any

import pytest

from ledger.errors import UnitError
from tests.unit.assessment.builder import EXPORT, IMPORT, ORDER, Book, months, quantity

YEAR_2017 = {"period": {"start": "2017-01-01", "end": "2017-12-31"}}
CENSUS = {**EXPORT, "source": "us-census"}
CUSTOMS = {**IMPORT, "source": "cn-customs"}


def book_of(*terms: dict[str, Any], **pledge: Any) -> Book:
    """A ledger with one pledge."""
    book = Book()
    book.pledge(*(terms or (quantity(),)), **pledge)
    return book


# --- outcomes by the bound alone (R11) --------------------------------------------------------------------------------

BOUNDS = [
    # bound, target, tolerance, monthly figures, outcome at 2021-06-01
    ("at_least", "12", "0", [1] * 12, "met"),
    ("at_least", "12.000000001", "0", [1] * 12, "not_met"),
    ("at_least", "12", "0", [2] * 6, "met"),  # half covered, but a total of exports cannot fall
    ("at_least", "12", "0", [1] * 11, "awaiting"),  # a missing month is missing
    ("at_most", "12", "0", [1] * 12, "met"),
    ("at_most", "11", "0", [1] * 12, "not_met"),
    ("at_most", "11", "0", [2] * 6, "not_met"),  # passed, and it cannot fall
    ("at_most", "12", "0", [1] * 11, "awaiting"),
    ("exactly", "12", "0", [1] * 12, "met"),
    ("exactly", "12.5", "0.5", [1] * 12, "met"),
    ("exactly", "11.5", "0.5", [1] * 12, "met"),
    ("exactly", "13", "0.5", [1] * 12, "not_met"),
    ("exactly", "11", "0.5", [1] * 12, "not_met"),
    ("exactly", "5", "0.5", [1] * 6, "not_met"),  # 6 > 5.5 already
    ("exactly", "12", "0", [1] * 6, "awaiting"),
]


@pytest.mark.parametrize(("bound", "target", "tolerance", "figures", "outcome"), BOUNDS)
def test_outcome_is_by_the_bound_alone(
    bound: str, target: str, tolerance: str, figures: list[int], outcome: str
) -> None:
    """Met and not met by exact comparison, where figures cover the period or the total cannot fall (R11)."""
    book = book_of(quantity(target, bound=bound, tolerance=tolerance))
    book.figures(*months(2020, figures))
    assert book.term("2021-06-01").outcome == outcome


def test_a_missing_month_is_awaited_until_the_lag_has_passed() -> None:
    """After the deadline: awaiting for the source's lag, 24 months at most and by default; then coverage (R11)."""
    book = book_of()
    book.figures(*months(2020, [1] * 11))
    assert book.term("2022-12-31").outcome == "awaiting"  # 2020-12-31 and 24 months
    late = book.term("2023-01-01")
    assert late.outcome == "not_assessable"
    assert late.reason == "us-census: coverage: figures cover 91.5 % of period and scope"  # 335 of 366 days: 91.53 %


def test_of_two_lags_of_one_source_the_longer_is_awaited() -> None:
    """Figures may come until the source's usual lag has passed: of two indicators the later one tells when (R11)."""
    indicator = {"publisher": "US Census", "authority": "us-census", "standing": "official", "public": True}
    book = book_of(indicators=[{**indicator, "lag_months": 2}, {**indicator, "lag_months": 6}])
    book.figures(*months(2020, [1] * 11))
    assert (book.term("2021-06-30").outcome, book.term("2021-07-01").outcome) == ("awaiting", "not_assessable")


@pytest.mark.parametrize(("lag", "last"), [(2, "2021-02-28"), (60, "2022-12-31")])
def test_the_lag_is_the_indicators_and_never_longer_than_two_years(lag: int, last: str) -> None:
    """The usual lag is a field of the pledge's indicators; 24 months is the longest (R11)."""
    indicator = {
        "publisher": "US Census",
        "authority": "us-census",
        "standing": "official",
        "public": True,
        "lag_months": lag,
    }
    book = book_of(indicators=[indicator])
    book.figures(*months(2020, [1] * 11))
    assert book.term(last).outcome == "awaiting"
    after = {"2021-02-28": "2021-03-01", "2022-12-31": "2023-01-01"}[last]
    assert book.term(after).outcome == "not_assessable"


def test_the_deadline_day_is_still_before_the_deadline() -> None:
    """A term can be kept on its last day: nothing is closed until the day after (R11)."""
    book = book_of(quantity("20"))
    book.figures(*months(2020, [1] * 12), published="2020-12-31")
    assert book.term("2020-12-31").outcome not in {"met", "not_met"}
    assert book.term("2021-01-01").outcome == "not_met"


def test_a_floor_is_met_the_day_it_is_reached() -> None:
    """An at-least total that cannot fall is met before the deadline, with the last day of the observation (R11)."""
    book = book_of(quantity("6"))
    book.figures(*months(2020, [2, 2, 2]), published="2020-04-10")
    term = book.term("2020-05-01")
    assert (term.outcome, term.reached, term.days_late) == ("met", "2020-03-31", 0)


def test_a_ceiling_is_broken_the_day_it_is_passed_not_reached() -> None:
    """An at-most total is not met when it is passed; at the ceiling itself nothing is broken (R11)."""
    book = book_of(quantity("6", bound="at_most"))
    book.figures(*months(2020, [2, 2, 2]), published="2020-04-10")
    assert book.term("2020-05-01").outcome in {"not_due", "on_pace", "off_pace"}
    book.figures("2020-04 1201 0.000000001", published="2020-05-10")
    term = book.term("2020-06-01")
    assert (term.outcome, term.reached) == ("not_met", "2020-04-30")


def test_net_orders_are_decided_at_the_end_because_they_can_fall() -> None:
    """Orders are cancelled: a total once reached may be lost again, so nothing is met early (R11, CAN_FALL)."""
    book = book_of(quantity("6", measure=ORDER))
    book.figures("2020-01 1201 9", "2020-02 1201 -4", series="series:order/us/cn", published="2020-03-10")
    early = book.term("2020-04-01")
    assert early.outcome not in {"met", "not_met"}
    book.figures(*months(2020, [9, -4, *[0] * 10]), series="series:order/us/cn", published="2021-01-10")
    assert book.term("2021-02-01").outcome == "not_met"  # 9 − 4 = 5 < 6


def test_a_bound_reached_late_stays_not_met_with_the_days() -> None:
    """The total runs on after the deadline so that the day it was reached, and the days late, stand beside (R11)."""
    book = book_of(quantity("13"))
    book.figures(*months(2020, [1] * 12), *months(2021, [0, 1]))
    term = book.term("2021-06-01")
    assert (term.outcome, term.reached, term.days_late) == ("not_met", "2021-02-28", 59)  # 31 of January and 28
    assert term.reason == "counting on past the period, reached by 2021-02-28, at most 59 days late"


def test_an_increment_is_late_only_above_the_baseline_that_goes_on() -> None:
    """What is counted from a baseline is not reached by the baseline's own flow of the next year (R6, R11)."""
    book = book_of(quantity("12", target_is="increment", baseline=YEAR_2017))
    book.figures(*months(2017, [10] * 12), *months(2020, [10] * 12), *months(2021, [10] * 12), channel="monthly")
    book.baseline()
    usual = book.term("2022-06-01")
    # 120 of 132 in 2020; in 2021 the flow of 2017 and no more: 240 against 132 and the 120 of one more year.
    assert (usual.outcome, usual.reached, usual.days_late, usual.reason) == ("not_met", None, None, None)
    book.figures("2021-03 1201 40", published="2022-02-05")
    more = book.term("2022-06-01")
    # To 31 March 2021: 120 + 10 + 10 + 40 = 180; owed 132 + 120 · 90 ÷ 366 = 161.5. To 28 February: 140 of 151.3.
    assert (more.outcome, more.reached, more.days_late) == ("not_met", "2021-03-31", 90)


def test_a_ceiling_of_one_year_is_not_passed_by_the_next() -> None:
    """An at-most total is of its own days: what flows later does not pass it (R11)."""
    book = book_of(quantity("12", bound="at_most"))
    book.figures(*months(2020, [1] * 12), *months(2021, [9, 9]))
    term = book.term("2021-06-01")
    assert (term.outcome, term.reached, term.reason) == ("met", None, None)


def test_a_level_reached_and_lost_is_not_reached_in_time() -> None:
    """A stock that fell below its floor by the deadline is late by the day on which it came back, if it did (R11)."""
    stock = {"type": "stock", "reporter": "cn", "partner": "cn"}
    book = book_of(quantity("5", measure=stock))
    lines = ["2020-11-30 1201 6", "2020-12-31 1201 4"]
    book.figures(*lines, series="series:stock/cn/cn", published="2021-01-10")
    lost = book.term("2021-06-01")
    assert (lost.outcome, lost.reached, lost.days_late) == ("not_met", None, None)
    book.figures("2021-01-31 1201 5", series="series:stock/cn/cn", published="2021-02-10")
    back = book.term("2021-06-01")
    assert (back.outcome, back.reached, back.days_late) == ("not_met", "2021-01-31", 31)
    assert back.reason == "reached by 2021-01-31, at most 31 days late"  # a level is not counted on


def test_the_day_reached_is_the_finest_of_a_source_and_the_latest_of_all() -> None:
    """A year's figure shows the day later than its months do; jointly it takes every source that votes (R8, R11)."""
    book = book_of(quantity("6"))
    book.figures(*months(2020, [1] * 12), published="2021-02-05")
    book.figures("2020 1201 12", channel="annual", published="2021-03-05")
    one = book.term("2021-06-01")
    assert (one.outcome, one.reached) == ("met", "2020-06-30")  # the annual channel votes and ends in December
    book.figures(*months(2020, [0] * 6 + [2] * 6), authority="usda", channel="weekly", published="2021-02-06")
    assert book.term("2021-06-01").reached == "2020-09-30"  # 2 + 2 + 2


def test_a_source_that_covers_little_does_not_tell_the_day() -> None:
    """A series that began late shows the bound reached late; where another covers more, its day counts (R11)."""
    book = book_of(quantity("3", period=None), date="2020-01-01")
    book.figures(*months(2020, [1] * 12))
    book.figures("2020-12 1201 3", authority="usda", channel="late")
    term = book.term("2021-06-01")
    assert (term.outcome, term.reached, term.reason) == ("met", "2020-03-31", "reached by 2020-03-31")


def test_a_term_without_deadline_is_met_when_reached_and_never_not_met() -> None:
    """Neither period nor deadline: counted from the pledge's date; there is no deadline to miss (R11)."""
    book = book_of(quantity("3", period=None), date="2020-02-01")
    book.figures(*months(2020, [9, 1, 1]))
    not_yet = book.term("2021-06-01")
    assert (not_yet.outcome, not_yet.reason, not_yet.is_due) == ("not_assessable", "no deadline", True)
    book.figures("2020-04 1201 1", published="2021-02-06")
    reached = book.term("2021-06-01")
    assert (reached.outcome, reached.reached) == ("met", "2020-04-30")  # January lies before the pledge
    assert reached.coverage == "1"  # R10: an open period runs to the day the bound was reached


def test_a_ceiling_without_deadline_is_never_not_met() -> None:
    """A ceiling passed without a period stays not assessable (R11)."""
    book = book_of(quantity("3", bound="at_most", period=None))
    book.figures(*months(2020, [9, 9]))
    assert book.term("2021-06-01").outcome == "not_assessable"


# --- edges and coverage (R10) -----------------------------------------------------------------------------------------

WEEKS = ["2019-12-29..2020-01-04 1201 3", "2020-01-05..2020-01-11 1201 5", "2020-01-12..2020-01-18 1201 2"]
TEN_DAYS = {"period": {"start": "2020-01-02", "end": "2020-01-11"}}

STRADDLES = [("5", "met"), ("5.1", "not_assessable"), ("8", "not_assessable"), ("8.1", "not_met")]


@pytest.mark.parametrize(("target", "outcome"), STRADDLES)
def test_a_week_that_straddles_the_edge_gives_an_interval(target: str, outcome: str) -> None:
    """Without the straddling week 5, with it 8: a verdict needs both ends; between them there is none (R10)."""
    book = book_of(quantity(target, **TEN_DAYS))
    book.figures(*WEEKS, channel="weekly")
    term = book.term("2021-06-01")
    (source,) = term.readings[0].sources
    assert (source.low, source.high, source.coverage) == ("5", "8", "1")
    assert term.outcome == outcome


def test_a_straddling_week_covers_the_days_it_overlaps_and_no_more() -> None:
    """Three of ten days are covered by the straddling week alone (R10)."""
    book = book_of(quantity("9", **TEN_DAYS))
    book.figures(WEEKS[0], channel="weekly")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.low, source.high, source.period_coverage) == ("0", "3", "0.3")  # 2, 3 and 4 January of ten days


def test_a_missing_row_is_zero_only_where_the_mapping_says_so() -> None:
    """``absent = zero`` covers the days the file speaks about; without it a missing row is missing (R10)."""
    lines = [*months(2020, [1] * 5), "2020-12 1201 1"]
    book = book_of(quantity("7"))
    book.figures(*lines)
    assert book.term("2021-06-01").outcome == "awaiting"
    book = book_of(quantity("7"))
    book.figures(*lines, absent="zero", covers=("2020-01-01", "2020-12-31"))
    term = book.term("2021-06-01")
    assert (term.outcome, term.coverage) == ("not_met", "1")


def test_another_file_of_the_channel_says_nothing_of_this_scope() -> None:
    """Zeros are read from files that hold the scope, not from one about other goods in the same channel (R10)."""
    book = book_of(quantity("7"))
    book.figures(*months(2020, [1] * 6), absent="zero", covers=("2020-01-01", "2020-06-30"))
    book.figures("2020-07 1005 4", absent="zero", covers=("2020-01-01", "2020-12-31"))
    (source,) = book.term("2021-06-01").readings[0].sources
    assert source.period_coverage == "0.497268"  # 182 of 366 days


def test_what_the_source_interpolated_never_counts() -> None:
    """Status I neither adds nor covers; under zeros, too, its days are not covered (R10)."""
    book = book_of(quantity("6"))
    lines = [*months(2020, [1] * 6), "2020-07 1201 100 I"]
    book.figures(*lines, absent="zero", covers=("2020-01-01", "2020-12-31"))
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.low, source.coverage) == ("6", "0.915301")  # 335 of 366 days: July is not covered
    assert "figures interpolated by the source are left out" in source.flags
    assert [point.status for point in source.points] == ["A"] * 6 + ["I"]


def test_a_withdrawn_point_is_not_zero() -> None:
    """What a publisher took back is missing, even where other missing rows mean zero (R1, R10)."""
    book = book_of(quantity("7"))
    name = book.figures(*months(2020, [1] * 6), absent="zero", covers=("2020-01-01", "2020-12-31"))
    point = {"classification": "HS", "code": "1201", "start": "2020-02-01", "end": "2020-02-29"}
    body = {
        "statement": name,
        "points": [point],
        "ground": "withdrawn_by_publisher",
        "date": "2021-03-01",
        "reason": "wrong",
    }
    book.say("retraction", "series:export/us/cn", body)
    assert book.sources("2021-02-28")["monthly"].coverage == "1"
    later = book.sources("2021-03-01")["monthly"]
    assert (later.low, later.coverage) == ("5", "0.920765")  # 337 of 366 days


TWO_CODES = {"scope": {"title": "two", "classification": "HS", "codes": ["1005", "1201"]}}


def test_scope_is_weighed_by_leaf_codes_without_a_baseline() -> None:
    """One of two named codes is half of the scope; a code nobody counts weighs as one leaf (R10)."""
    book = book_of(quantity("5", **TWO_CODES))
    book.figures(*months(2020, [1] * 12))
    source = book.sources("2021-06-01")["monthly"]
    assert (source.coverage, source.scope_coverage, source.coverage_weighed_by) == ("0.5", "0.5", "leaf codes")


def test_scope_is_weighed_by_the_baselines_value_where_there_is_one() -> None:
    """In the baseline's year 1201 was three quarters of the scope, so without 1005 three quarters are covered (R10)."""
    term = quantity("1", target_is="increment", baseline=YEAR_2017, **TWO_CODES)
    book = book_of(term)
    book.baseline()
    book.figures("2017 1201 30", "2017 1005 10", "2020 1201 39", channel="monthly")
    source = book.sources("2021-06-01")["monthly"]
    assert (source.scope_coverage, source.coverage_weighed_by) == ("0.75", "baseline value")
    assert (source.baseline, source.target) == ("40", "41")


def test_a_finer_code_than_the_baselines_falls_back_to_leaf_codes() -> None:
    """Which part of the heading's value a subheading had then is not known, so codes are counted instead (R10)."""
    book = book_of(quantity("1", target_is="increment", baseline=YEAR_2017, **TWO_CODES))
    book.baseline()
    book.figures("2017 1201 30", "2017 1005 10", "2020 120190 39", "2020 1005 1")
    source = book.sources("2021-06-01")["monthly"]
    # Leaves are 1005 and 120190; the heading 1201 is above one of them.
    assert (source.scope_coverage, source.coverage_weighed_by) == ("1", "leaf codes")


def test_codes_of_different_months_do_not_make_up_for_one_another() -> None:
    """One code in the first half, the other in the second: every day is covered, half of the scope on each (R10)."""
    book = book_of(quantity("5", **TWO_CODES))
    book.figures(*months(2020, [1] * 6), *[f"2020-{month:02} 1005 1" for month in range(7, 13)])
    source = book.sources("2021-06-01")["monthly"]
    assert (source.period_coverage, source.scope_coverage, source.coverage) == ("1", "0.5", "0.5")


# --- sources and channels (R8) ----------------------------------------------------------------------------------------


def test_a_source_votes_by_its_channel_of_highest_coverage() -> None:
    """The monthly channel lacks a month, the annual one is whole, though older: it votes (R8)."""
    book = book_of(quantity("20"))
    book.figures(*months(2020, [1] * 11), channel="monthly", published="2022-01-01")
    book.figures("2020 1201 12", channel="annual", published="2021-03-01")
    term = book.term("2022-06-01")
    votes = {one.channel: (one.votes, one.outcome) for one in term.readings[0].sources}
    assert votes == {"annual": (True, "not_met"), "monthly": (False, "awaiting")}
    assert term.outcome == "not_met"
    why = {one.channel: one.why_not for one in term.readings[0].sources}
    assert why["monthly"] == "its source votes by annual (A), which covers 100.0 % where this covers 91.5 %"


def test_of_equal_coverage_the_newer_publication_votes_then_the_later_entry() -> None:
    """Coverage, then publication, then entry index (R8)."""
    book = book_of(quantity("20"))
    book.figures("2020 1201 12", channel="a", published="2021-03-01")
    book.figures("2020 1201 13", channel="b", published="2021-02-01")
    assert [one.channel for one in book.term("2021-06-01").readings[0].sources if one.votes] == ["a"]
    book.figures("2020 1201 14", channel="c", published="2021-03-01")
    assert [one.channel for one in book.term("2021-06-01").readings[0].sources if one.votes] == ["c"]


def test_a_baseline_stated_later_makes_no_figures_newer() -> None:
    """Of equal coverage and publication the later entry of figures votes, whenever their baselines were said (R8)."""
    book = book_of(quantity("1", target_is="increment", baseline=YEAR_2017))
    for channel in ("a", "b"):
        book.figures("2017 1201 5", "2020 1201 8", channel=channel)
    for channel in ("b", "a"):
        book.baseline("5", channel=channel)
    assert [one.channel for one in book.term("2021-06-01").readings[0].sources if one.votes] == ["b"]


def test_a_channel_that_decides_the_other_way_makes_the_source_disputed() -> None:
    """A source at odds with itself has no verdict; both channels are named (R8)."""
    book = book_of()
    book.figures("2020 1201 12", channel="annual", published="2021-03-01")
    book.figures(*months(2020, [1] * 11), "2020-12 1201 0.5", channel="monthly")
    term = book.term("2021-06-01")
    assert term.outcome == "disputed"
    assert term.reason == "us-census is at odds with itself: annual says met, monthly says not met"


def test_sources_on_different_sides_of_the_bound_are_disputed_and_never_averaged() -> None:
    """11 and 14 against 12: disputed, with the interval; the mean of 12.5 is nowhere (R8, R11)."""
    book = book_of()
    book.figures("2020 1201 11")
    book.figures("2020 1201 14", authority="cn-customs", owner="cn")
    term = book.term("2021-06-01")
    assert term.outcome == "disputed"
    assert (
        term.reason
        == "admissible figures fall on different sides of the bound: cn-customs says met; us-census says not met"
    )
    assert (term.readings[0].low, term.readings[0].high) == ("11", "14")


def test_a_named_source_without_evidence_is_missing_and_the_other_decides() -> None:
    """Where the text names sources each is read in its own measure; the one without evidence is listed (R8)."""
    book = book_of(quantity(named=[CUSTOMS, CENSUS]))
    book.figures("2020 1201 11")
    term = book.term("2021-06-01")
    assert (term.outcome, term.sources_missing) == ("not_met", ("cn-customs",))
    assert [(one.named_source, one.outcome) for one in term.readings] == [
        ("cn-customs", "awaiting"),
        ("us-census", "not_met"),
    ]


def test_named_sources_that_differ_are_disputed() -> None:
    """Each named source votes in its own measure; unlike votes dispute the term (R8)."""
    book = book_of(quantity(named=[CUSTOMS, CENSUS]))
    book.figures("2020 1201 11")
    book.figures("2020 1201 12", authority="cn-customs", owner="cn", series="series:import/cn/us")
    assert book.term("2021-06-01").outcome == "disputed"


def test_statistics_of_others_do_not_count_where_the_text_names_its_source() -> None:
    """The named source is the source; another's figures are not admissible, with the reason (R4, R8)."""
    book = book_of(quantity(named=[CENSUS]))
    book.figures("2020 1201 20", authority="usda")
    term = book.term("2021-06-01")
    assert term.outcome == "awaiting"
    assert [one.reason for one in term.not_admissible] == ["statistics of usda; the text names us-census"]


def test_no_named_source_at_all_is_not_assessable_once_the_lag_has_passed() -> None:
    """No admissible evidence in this ledger, which is not that nothing was done (R11)."""
    book = book_of(quantity(named=[CUSTOMS, CENSUS]))
    term = book.term("2023-01-01")
    assert (term.outcome, term.reason) == ("not_assessable", "no admissible evidence in this ledger")
    assert term.sources_missing == ("cn-customs", "us-census")


def test_a_source_that_covers_under_60_percent_of_the_scope_does_not_vote() -> None:
    """59 of 100 codes are too few, 60 are enough (R8)."""
    codes = [f"{number:04}" for number in range(1000, 1100)]
    scope = {"title": "hundred", "classification": "HS", "codes": codes}
    for counted, votes in ((59, False), (60, True)):
        book = book_of(quantity("1", scope=scope))
        book.figures(*(f"2020 {code} 1" for code in codes[:counted]))
        (source,) = book.term("2021-06-01").readings[0].sources
        assert (source.outcome, source.votes) == ("met", votes)
        assert votes or source.why_not == "covers 59.0 % of the scope, under 60 %"


def test_an_undecided_source_does_not_hold_back_the_others_after_the_deadline() -> None:
    """After the deadline a source with too little coverage has no vote; before, it holds the others back (R8, R11)."""
    book = book_of()
    book.figures("2020-01 1201 3", authority="other", owner=None, standing="independent", published="2020-03-01")
    book.figures(*months(2020, [6, 7]), published="2020-03-01")
    assert book.term("2020-06-01").outcome != "met"
    term = book.term("2021-06-01")
    assert term.outcome == "met"
    assert {one.source: one.votes for one in term.readings[0].sources} == {"other": False, "us-census": True}


GRADES = [
    ("official", "E3", "met"),
    ("independent", "E3", "met"),
    ("statement", "E2", "not_assessable"),
    ("media", "E1", "not_assessable"),
    ("claim", "E0", "not_assessable"),
]


@pytest.mark.parametrize(("standing", "grade", "outcome"), GRADES)
def test_only_grade_e3_votes_where_the_text_names_no_source(standing: str, grade: str, outcome: str) -> None:
    """Every admissible source of grade E3 or better; the rest is printed and does not vote (R8, R18)."""
    book = book_of()
    book.figures("2020 1201 12", standing=standing)
    term = book.term("2021-06-01")
    (source,) = term.readings[0].sources
    assert (source.grade, source.outcome, term.outcome) == (grade, "met", outcome)


@pytest.mark.parametrize(
    ("standing", "outcome"), [("statement", "met"), ("media", "not_assessable"), ("claim", "not_assessable")]
)
def test_claims_and_media_never_close_a_term_even_when_named(standing: str, outcome: str) -> None:
    """A named source may be an official statement; E0 and E1 never close a term (R18)."""
    book = book_of(quantity(named=[CENSUS]))
    book.figures("2020 1201 12", standing=standing)
    assert book.term("2021-06-01").outcome == outcome


@pytest.mark.parametrize("figures", [[1] * 12, [1] * 6])
def test_figures_too_weak_to_decide_are_neither_quoted_nor_awaited(figures: list[int]) -> None:
    """Media figures never close a term: the reason is their grade, not what they would say (R11, R18)."""
    book = book_of()
    book.figures(*months(2020, figures), standing="media")
    term = book.term("2021-06-01")
    assert (term.outcome, term.reason) == ("not_assessable", "us-census: grade E1 never closes a term")


def test_figures_of_both_sides_that_agree_are_grade_e4() -> None:
    """Exports of 12 and imports of 13.2 differ by a tenth, as much as known causes explain; 13.21 by more (R18)."""
    for imports, grade in (("13.2", "E4"), ("13.21", "E3")):
        book = book_of(quantity(named=[CUSTOMS, CENSUS]))
        book.figures("2020 1201 12")
        book.figures(f"2020 1201 {imports}", authority="cn-customs", owner="cn", series="series:import/cn/us")
        assert (book.term("2021-06-01").outcome, book.term("2021-06-01").grade) == ("met", grade)


def test_two_sources_of_one_side_are_not_grade_e4() -> None:
    """Agreement of one party with itself is no agreement of both (R18)."""
    book = book_of()
    book.figures("2020 1201 12")
    book.figures("2020 1201 12", authority="usda")
    assert book.term("2021-06-01").grade == "E3"


def test_the_causes_of_a_gap_are_named_and_the_rest_is_unexplained() -> None:
    """Export and import figures that differ bring the known causes and the rest (R8)."""
    book = book_of(quantity("1", unit="MUSD", named=[CUSTOMS, CENSUS]))
    book.figures("2020 1201 10", unit="MUSD", basis="FOB")
    book.figures(
        "2020 1201 12", unit="MUSD", basis="CIF", authority="cn-customs", owner="cn", series="series:import/cn/us"
    )
    said = book.term("2021-06-01").readings[1].causes
    assert said == (
        "cn-customs/monthly has 2 m USD (20.0 % of the lower) more than us-census/monthly",
        (
            "imports are valued CIF and exports FOB: freight and insurance lie between, up to 1 m USD (10.0 % of the "
            "FOB value; IMF, Direction of Trade Statistics: imports CIF are reckoned as 1.06 of exports FOB, formerly "
            "as 1.10)"
        ),
        "transit: what is shipped late in the period arrives after its end",
        "re-exports: goods that pass through a third place are recorded with different partners at the two ends",
        "unexplained rest: 1 m USD, less what the causes without a figure explain",
    )


def test_a_looked_for_figure_that_was_not_published_is_not_reported() -> None:
    """An assessor attests having looked after the deadline; who looked before it has shown nothing (R11)."""
    book = book_of(quantity(named=[CUSTOMS]))
    book.attest("not_published", term="t", authority="cn-customs", date="2020-06-01")
    assert book.term("2021-06-01").outcome == "awaiting"
    book.attest("not_published", term="t", authority="cn-customs", date="2021-05-01")
    term = book.term("2021-06-01")
    assert term.outcome == "not_reported"
    assert "2021-05-01" in (term.reason or "")
    assert term.sources_missing == ("cn-customs",)


def test_a_figure_of_no_named_source_can_be_looked_for_in_vain() -> None:
    """Where the text names no source and there are no figures, looking for any of them is looking (R11)."""
    book = book_of()
    assert book.term("2021-06-01").outcome == "not_assessable"
    book.attest("not_published", term="t", authority="cn-customs", date="2021-05-01")
    assert book.term("2021-06-01").outcome == "not_reported"


# --- conversion, basis, baseline (R4, R5, R6) -------------------------------------------------------------------------


def test_bushels_are_converted_by_the_exact_factor_of_their_commodity() -> None:
    """A bushel of soybeans is 60 pounds of 0.45359237 kg (R5)."""
    book = book_of(quantity("27.2155422"))  # 1000 · 60 · 0.45359237 kg = 27215.5422 kg
    book.figures("2020 1201 1000", unit="bu:1201")
    term = book.term("2021-06-01")
    assert (term.outcome, term.readings[0].low) == ("met", "27.2155422")


def test_figures_of_another_dimension_are_listed_and_not_counted() -> None:
    """Dollars do not become tonnes: listed with both units, and the tonnes of the same file still count (R4, R5)."""
    book = book_of()
    book.figures("2020 1201 5000", unit="USD")
    term = book.term("2021-06-01")
    assert term.readings[0].sources == ()
    assert [one.reason for one in term.not_admissible] == ["in US dollars (USD); no stated factor leads to t"]
    book.figures("2020 1201 5000 - USD", "2020 1201 12")
    assert book.term("2021-06-01").outcome == "met"


def test_money_is_never_turned_into_other_money_without_a_rate_series() -> None:
    """Euros for a term in dollars are not admissible: a rate is evidence of its own (R5)."""
    book = book_of(quantity("1", unit="USD"))
    book.figures("2020 1201 5", unit="EUR")
    assert (
        "in EUR; no rate of EUR to USD for 2020 is in this ledger" in book.term("2021-06-01").not_admissible[0].reason
    )


def test_a_baseline_in_a_unit_that_leads_nowhere_is_an_error_that_names_it() -> None:
    """A missing factor is an error, never a guess (R5)."""
    book = book_of(quantity("1", target_is="increment", baseline=YEAR_2017))
    book.baseline("5", unit="bbl")
    book.figures("2020 1201 12")
    with pytest.raises(UnitError, match="bbl"):
        book.term("2021-06-01")


def test_another_price_basis_is_not_counted() -> None:
    """A term read FOB does not count FAS; where it reads no basis each basis is a channel of its own (R4)."""
    money = {"unit": "USD", "target": "5"}
    book = book_of(quantity(**money, measure={**EXPORT, "basis": "FOB"}))
    book.figures("2020 1201 9 - - FAS", "2020 1201 5 - - FOB", unit="USD")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.basis, source.low) == ("FOB", "5")
    book = book_of(quantity(**money, measure={**EXPORT, "basis": "FOB"}))
    book.figures("2020 1201 9 - - FAS", unit="USD")
    assert [one.reason for one in book.term("2021-06-01").not_admissible] == ["valued FAS; the term is read FOB"]
    book = book_of(quantity(**money))
    book.figures("2020 1201 9 - - FAS", "2020 1201 5 - - FOB", unit="USD")
    assert {one.basis for one in book.term("2021-06-01").readings[0].sources} == {"FAS", "FOB"}


def test_a_weight_has_no_price_basis_to_differ_in() -> None:
    """Tonnes without a basis answer a term that is read FOB; dollars without one do not (R4)."""
    fob = {**EXPORT, "basis": "FOB"}
    book = book_of(quantity(measure=fob))
    book.figures("2020 1201 12")
    assert book.term("2021-06-01").outcome == "met"
    book = book_of(quantity(measure=fob, unit="USD"))
    book.figures("2020 1201 12", unit="USD")
    assert [one.reason for one in book.term("2021-06-01").not_admissible] == [
        "of no stated price basis; the term is read FOB"
    ]


def test_every_series_between_the_parties_is_listed_with_its_reason() -> None:
    """Either direction, any measure, and several parties at once (R4)."""
    book = book_of()
    for series in ("series:import/us/cn", "series:order/us/cn", "series:export/us/*", "series:export/cn/us"):
        book.figures("2020 1201 1", series=series)
    book.figures("2020 1201 1", series="series:export/us/br")
    reasons = {one.series: one.reason for one in book.term("2021-06-01").not_admissible}
    assert reasons == {
        "series:import/us/cn": "measures import; the term is read by export",
        "series:order/us/cn": "measures order; the term is read by export",
        "series:export/us/*": "stands for several parties at once",
        "series:export/cn/us": "reported by cn with us; the term is read by us with cn",
    }


def increment(**more: Any) -> dict[str, Any]:
    """At least 12.5 over the level of 2017."""
    return quantity("12.5", target_is="increment", baseline=YEAR_2017, **more)


def test_an_increment_is_counted_from_the_channels_own_baseline() -> None:
    """20.97 in 2017 and 12.5 more are 33.47 owed; 27.34 fall short by 6.13 (R6–R8)."""
    book = book_of(increment())
    book.baseline()
    book.figures("2017 1201 20.97", "2020 1201 27.34")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.baseline, source.target, source.shortfall, source.outcome) == ("20.97", "33.47", "6.13", "not_met")


@pytest.mark.parametrize(
    ("case", "of", "lines", "why"),
    [
        ("none stated", None, ["2017 1201 20", "2020 1201 40"], "has no baseline of its own"),
        ("another channel's", {"channel": "annual"}, ["2017 1201 20", "2020 1201 40"], "has no baseline of its own"),
        ("another source's", {"authority": "usda"}, ["2017 1201 20", "2020 1201 40"], "has no baseline of its own"),
        ("another year's", {"year": "2016"}, ["2016 1201 20", "2020 1201 40"], "has no baseline of its own"),
        (
            "a year with a gap",
            {},
            [*months(2017, [2] * 11), *months(2020, [3] * 12)],
            "covers 91.5 % of the baseline's days",
        ),
    ],
)
def test_a_channel_without_its_own_whole_baseline_does_not_vote(
    case: str, of: dict[str, str] | None, lines: list[str], why: str
) -> None:
    """An increment is compared with the baseline of the same source and channel only; nothing is imputed (R6)."""
    book = book_of(increment(named=[CENSUS]))
    if of is not None:
        book.baseline(**of)
    book.figures(*lines)
    term = book.term("2021-06-01")
    (source,) = term.readings[0].sources
    assert (source.votes, source.outcome, source.target) == (False, "not_assessable", None)
    assert source.why_not is not None
    assert why in source.why_not
    assert term.sources_missing == ("us-census",)


def test_a_restated_baseline_makes_a_new_result_beside_the_old() -> None:
    """The newest baseline counts; what the old one gave is printed and does not vote (R6)."""
    book = book_of(increment())
    old = book.baseline("20")
    book.figures("2020 1201 33")
    assert book.term("2021-06-01").outcome == "met"  # 32.5 owed
    book.baseline("21", published="2021-03-01", restates=old)
    assert book.term("2021-02-28").outcome == "met"
    term = book.term("2021-06-01")
    assert term.outcome == "not_met"  # 33.5 owed
    assert [(one.target, one.outcome, one.votes) for one in term.readings[0].sources] == [
        ("33.5", "not_met", True),
        ("32.5", "met", False),
    ]


# --- ratios (R7) ------------------------------------------------------------------------------------------------------


def test_three_ratios_print_themselves_in_words() -> None:
    """Gross, incremental and pace by exact fractions: 27.34 ÷ 33.47, (27.34 − 20.97) ÷ 12.5, then as gross (R7)."""
    book = book_of(increment(unit="GUSD"))
    book.baseline(unit="GUSD")
    book.figures("2017 1201 20970000000", "2020 1201 27340000000", unit="USD", basis="FOB")
    ratios = book.term("2021-06-01").ratios
    assert [(one.kind, one.value) for one in ratios] == [
        ("gross", "0.816851"),  # 0.81685091…
        ("incremental", "0.5096"),  # 6.37 ÷ 12.5
        ("pace", "0.816851"),
    ]
    assert ratios[0].words == (
        "US exports to CN (FOB) of HS 1201 by us-census/monthly, 2020: 27.34 of 33.47 bn USD owed = 81.7 %"
    )
    assert ratios[1].words.endswith("27.34 less the baseline of 20.97 is 6.37 of 12.5 bn USD owed above it = 51.0 %")


def test_a_decrease_is_said_downwards() -> None:
    """A negative increment divides what was taken off by what was to be taken off, and says so (R7)."""
    book = book_of(quantity("-5", bound="at_most", target_is="increment", baseline=YEAR_2017))
    book.figures("2017 1201 20", "2020 1201 18", channel="annual")
    book.baseline(channel="annual")
    (ratio,) = [one for one in book.term("2021-06-01").ratios if one.kind == "incremental"]
    assert (ratio.value, ratio.numerator, ratio.denominator_value) == ("0.4", "-2", "-5")
    assert ratio.words.endswith("2020: the baseline of 20 less 18 is 2 of 5 t owed below it = 40.0 %")


def test_a_zero_denominator_gives_null_with_its_reason() -> None:
    """Nothing is divided by zero: the ratio has no value and says why (method, Arithmetic)."""
    book = book_of(quantity("0", bound="at_most"))
    book.figures("2020 1201 5")
    gross = book.term("2021-06-01").ratios[0]
    assert (gross.value, gross.reason) == (None, "the target is zero")
    assert gross.words.endswith("5 of 0 t allowed; no ratio: the target is zero")


def test_an_interval_prints_both_ends() -> None:
    """What straddles the period's edge is in the words of the ratio; its value is that without it (R7, R10)."""
    book = book_of(quantity("10", **TEN_DAYS))
    book.figures(*WEEKS, channel="weekly")
    gross = book.term("2021-06-01").ratios[0]
    assert gross.value == "0.5"
    assert gross.words.endswith("2020-01-02 to 2020-01-11: 5 to 8 of 10 t owed = 50.0 % to 80.0 %")


# --- pace (R9) --------------------------------------------------------------------------------------------------------

# 2019: a quarter of the year's trade in each of January and February, the rest even: by March 60 % are done.
SEASON = [25, 25, 10, *[5, 5, 5, 5, 5, 4, 4, 4, 3]]

PACES = [
    # January to March 2020, against 91 of 366 days (24.9 %) and 60 % by season of a target of 100
    ([30, 30, 1], "on_pace"),
    ([10, 10, 4], "off_pace"),
    ([20, 20, 5], "not_due"),  # by days enough, by season not
]


@pytest.mark.parametrize(("figures", "outcome"), PACES)
def test_pace_is_said_only_where_both_prorations_say_so(figures: list[int], outcome: str) -> None:
    """By days and by the season of the last complete year before the pledge; where they differ, not due (R9)."""
    assert sum(SEASON) == 100
    book = book_of(quantity("100"))
    book.figures(*months(2019, SEASON), *months(2020, figures), published="2020-04-10")
    term = book.term("2020-05-01")
    assert term.outcome == outcome
    pace = {one.proration: one for one in term.ratios if one.kind == "pace"}
    total = sum(figures)
    assert pace["seasonal"].denominator_value == "60"
    assert pace["linear"].denominator_value == "24.863388"  # 100 · 91 ÷ 366
    assert pace["seasonal"].value == {61: "1.016667", 24: "0.4", 45: "0.75"}[total]


def test_without_a_complete_year_before_the_pledge_there_is_no_pace() -> None:
    """The seasonal ratio is null with its reason, so neither on nor off pace is said (R9)."""
    book = book_of(quantity("100"))
    book.figures(*months(2019, SEASON[:11]), *months(2020, [90]), published="2020-04-10")
    term = book.term("2020-05-01")
    assert term.outcome == "not_due"
    seasonal = next(one for one in term.ratios if one.proration == "seasonal")
    assert (seasonal.value, seasonal.reason) == (None, "no year before the pledge is covered whole by this channel")


def test_the_baseline_year_gives_the_season_of_an_increment() -> None:
    """An increment has the season of its baseline's year, whatever came after (R9)."""
    book = book_of({**increment(), "target": "0"})
    book.baseline()
    book.figures(*months(2017, SEASON), *months(2019, [1] * 12), *months(2020, [61]), published="2020-04-10")
    seasonal = next(one for one in book.term("2020-05-01").ratios if one.proration == "seasonal")
    assert seasonal.denominator_value == "25"  # a quarter of 100 was done by the end of January 2017
    assert "by the season of 2017" in seasonal.words


# --- aggregates (method §2) -------------------------------------------------------------------------------------------


def test_a_stock_is_read_at_the_end_and_never_summed() -> None:
    """Levels of 5, 9 and 7 are 7 at the end; summing them would be 21 (method §2)."""
    stock = {"type": "stock", "reporter": "us", "partner": "cn"}
    book = book_of(quantity("8", measure=stock))
    book.figures("2020-10 1201 5", "2020-11 1201 9", "2020-12 1201 7", series="series:stock/us/cn")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.low, source.outcome, source.coverage) == ("7", "not_met", "1")


def test_a_stock_not_observed_to_the_end_is_not_decided() -> None:
    """The level at the end is owed; one of a month before is not that (R10)."""
    stock = {"type": "stock", "reporter": "us", "partner": "cn"}
    book = book_of(quantity("8", measure=stock))
    book.figures("2020-10 1201 5", "2020-11 1201 9", series="series:stock/us/cn")
    assert book.term("2021-06-01").outcome == "awaiting"


def test_a_mean_is_the_total_by_years() -> None:
    """On average 40 a year over two years: 35 and 45 are 40 (method §2)."""
    two_years = {"start": "2020-01-01", "end": "2021-12-31"}
    for second, outcome in (("45", "met"), ("44", "not_met")):
        book = book_of(quantity("40", aggregate="mean", period=two_years))
        book.figures("2020 1201 35", f"2021 1201 {second}", published="2022-02-01")
        assert book.term("2022-06-01").outcome == outcome


def test_a_maximum_is_the_largest_observation() -> None:
    """At most 5 in any month: one month of 6 breaks it, whatever the sum (method §2)."""
    book = book_of(quantity("5", bound="at_most", aggregate="max"))
    book.figures(*months(2020, [1, 6, 1]), published="2020-04-10")
    term = book.term("2020-05-01")
    assert (term.outcome, term.reached) == ("not_met", "2020-02-29")


# --- readings (method §2) ---------------------------------------------------------------------------------------------


def read_book(order: str | None, export: str | None, imported: str | None) -> Book:
    """A term of 12 read by orders, exports and imports, with the figures of 2020 that are given."""
    book = book_of(quantity("12", readings=[ORDER, EXPORT, IMPORT]))
    for value, series, owner in (
        (order, "series:order/us/cn", "us"),
        (export, "series:export/us/cn", "us"),
        (imported, "series:import/cn/us", "cn"),
    ):
        if value is not None:
            book.figures(f"2020 1201 {value}", series=series, authority=f"{owner}-statistics", owner=owner)
    return book


READINGS = [
    (("12", "12", "12"), "met", ()),
    (("11", "11", "11"), "not_met", ()),
    (("12", "11", "11"), "disputed", ()),
    (("12", None, None), "met", ("export/us/cn", "import/cn/us")),
    (("11", "11", None), "not_met", ("import/cn/us",)),
    ((None, None, None), "not_assessable", ("order/us/cn", "export/us/cn", "import/cn/us")),
]


@pytest.mark.parametrize(("figures", "outcome", "missing"), READINGS)
def test_readings_vote_when_met_or_not_met(
    figures: tuple[str | None, str | None, str | None], outcome: str, missing: tuple[str, ...]
) -> None:
    """Alike, that outcome; unlike, measure not agreed; one that does not vote counts as missing (method §2)."""
    term = read_book(*figures).term("2021-06-01")
    assert (term.outcome, term.sources_missing) == (outcome, missing)
    if outcome == "disputed":
        assert (term.reason or "").startswith("measure not agreed: order/us/cn says met")


def test_a_reading_that_awaits_makes_the_term_wait_where_none_votes() -> None:
    """After the deadline without a vote: awaiting if one awaits (method §2)."""
    book = book_of(quantity("12", readings=[ORDER, EXPORT]))
    book.figures(*months(2020, [1] * 11))
    term = book.term("2021-06-01")
    assert (term.outcome, [one.outcome for one in term.readings]) == ("awaiting", ["not_assessable", "awaiting"])


def test_a_reading_at_odds_with_itself_disputes_the_term_where_none_votes() -> None:
    """Figures on different sides of the bound are disputed in one reading as in a term of one measure (R11)."""
    book = book_of(quantity("12", readings=[ORDER, EXPORT]))
    book.figures("2020 1201 12")
    book.figures("2020 1201 11", authority="usda")
    term = book.term("2021-06-01")
    assert term.outcome == "disputed"
    assert (term.reason or "").startswith("export/us/cn: admissible figures fall on different sides")


# --- vintages (R2) and what is printed beside -------------------------------------------------------------------------


def test_a_year_to_date_is_never_added_to_its_months() -> None:
    """Days counted twice at one frequency are refused with the two periods that share them, never summed (R3, R4)."""
    book = book_of(quantity("12"))
    book.figures("2020-01-01..2020-01-31 1201 6", "2020-01-01..2020-02-29 1201 12", channel="to-date")
    term = book.term("2021-06-01")
    assert term.readings[0].sources == ()
    (refused,) = term.not_admissible
    assert (
        refused.reason
        == "counts days twice, in 2020-01 and in 2020-01-01 to 2020-02-29; which of them to count is not stated"
    )


def test_the_newest_vintage_counts_and_older_ones_stay_visible() -> None:
    """27.335 was known until June 2021, 27.228 from then on; each view has its own (R1, R2)."""
    book = book_of(quantity("27.3"))
    book.figures("2020 1201 27.335", published="2021-05-25")
    book.figures("2020 1201 27.228", published="2021-06-25")
    before, after = book.term("2021-05-31"), book.term("2021-06-30")
    assert (before.outcome, after.outcome) == ("met", "not_met")
    (source,) = after.readings[0].sources
    assert [(one.published, one.actual) for one in source.revisions] == [("2021-05-25", "27.335")]
    assert source.vintage == "2021-06-25"


def test_a_revision_that_covers_less_is_not_printed_as_one() -> None:
    """A month published by itself is not what was said of the year (R2)."""
    book = book_of()
    book.figures(*months(2020, [1] * 11), published="2020-12-10")
    book.figures("2020-12 1201 1", published="2021-01-10")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert (source.low, source.revisions) == ("12", ())


def test_imputed_numbers_and_days_are_marked() -> None:
    """A number that is not in the text carries its method; a publication day of ours says so (R1, R17)."""
    book = book_of(quantity(imputed=[{"element": "quantity", "method": "from the annex's share"}]))
    book.figures("2020 1201 12", imputed="the last day covered")
    term = book.term("2021-06-01")
    assert term.imputed == ("quantity: from the annex's share",)
    (source,) = term.readings[0].sources
    assert "publication day imputed: entry 4 (the last day covered)" in source.flags
    assert all(ratio.words.endswith("(imputed, not in the text: amount)") for ratio in term.ratios)


def test_many_imputed_days_are_one_flag() -> None:
    """The reason is said once, with the entries it holds for (R1, R17)."""
    book = book_of()
    for line in months(2020, [1] * 12)[:3]:
        book.figures(line, imputed="the day of the copy", published="2021-01-05")
    (source,) = book.term("2021-06-01").readings[0].sources
    assert [flag for flag in source.flags if "imputed" in flag] == [
        "publication day imputed: entries 4, 5, 6 (the day of the copy)"
    ]


def test_a_term_without_a_scope_cannot_be_counted() -> None:
    """Nothing says which goods: not assessable, with the reason (R11)."""
    book = book_of(quantity(scope=None))
    book.figures("2020 1201 12")
    assert (book.term("2021-06-01").outcome, book.term("2021-06-01").reason) == (
        "not_assessable",
        "the term names no scope to count by",
    )
