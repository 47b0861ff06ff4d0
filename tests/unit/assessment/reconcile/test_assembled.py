"""Figures for a group of parties: its own, or its members' put together for the days of each (R3, R8, R10)."""

from typing import Any

import pytest

from ledger.assessment.result import SourceResult
from tests.unit.assessment.builder import Book, months, quantity

AS_OF = "2021-06-30"
TO_EU = {"type": "export", "reporter": "us", "partner": "eu"}
FROM_EU = {"type": "import", "reporter": "eu", "partner": "us"}


def book_of(*members: str, measure: dict[str, str] = TO_EU, **term: Any) -> Book:
    """A pledge about a group of members, each written ``party since until``."""
    book = Book()
    said = []
    for member in members:
        party, since, until = member.split()
        said.append(
            {"party": party, "since": None if since == "-" else since, "until": None if until == "-" else until}
        )
    book.say("party", "eu", {"kind": "union", "names": {"en": "EU"}, "members": said})
    book.pledge(quantity(measure=measure, **term))
    return book


def year(book: Book, partner: str, *values: int, year: int = 2020, **more: Any) -> None:
    """Twelve months of exports to a partner."""
    book.figures(
        *months(year, values if len(values) > 1 else [*values] * 12), series=f"series:export/us/{partner}", **more
    )


def only(book: Book) -> SourceResult:
    """The one channel there is."""
    (source,) = book.term(AS_OF).readings[0].sources
    return source


def test_members_are_put_together() -> None:
    """Two members with 12 and 24 in the year come to 36 for the group, and the words say so (R3)."""
    book = book_of("de - -", "fr - -")
    year(book, "de", 1)
    year(book, "fr", 2)
    found = only(book)
    assert (found.outcome, found.low, found.high, found.coverage) == ("met", "36", "36", "1")
    assert found.flags[0] == "put together from the figures of members of eu: de, fr; those of eu itself not added"
    assert [(one.member, one.share, one.coverage, one.value) for one in found.members] == [
        ("de", "0.5", "1", "12"), ("fr", "0.5", "1", "24"),
    ]  # fmt: skip
    assert "by us-census/monthly, put together from members of eu" in found.ratios[0].words


def test_a_group_is_never_added_to_its_members() -> None:
    """The group's own 36 and its members' 36 are two channels and no 72; one votes (R3, R8)."""
    book = book_of("de - -", "fr - -")
    year(book, "de", 1)
    year(book, "fr", 2)
    year(book, "eu", 3)
    own, members = sorted(book.term(AS_OF).readings[0].sources, key=lambda one: len(one.members))
    assert (own.low, members.low) == ("36", "36")
    assert (own.votes, members.votes) == (True, False)
    assert own.flags[0] == "figures of eu as a whole: those of its members are not added"
    assert own.members == ()


def test_members_who_cover_more_speak_for_the_group() -> None:
    """The channel of highest coverage votes, be it the group's own or put together (R3, R8)."""
    book = book_of("de - -", "fr - -")
    year(book, "de", 1)
    year(book, "fr", 2)
    book.figures(*months(2020, [3] * 11), series="series:export/us/eu", published="2021-06-01")
    own, members = sorted(book.term(AS_OF).readings[0].sources, key=lambda one: len(one.members))
    assert (own.votes, members.votes) == (False, True)


def test_a_group_and_its_members_on_two_sides_are_disputed() -> None:
    """Where what the group says and what its members come to decide differently, the source is at odds (R3, R8)."""
    book = book_of("de - -", "fr - -", target="30")
    year(book, "de", 1)
    year(book, "fr", 2)
    year(book, "eu", 1)
    assert book.term(AS_OF).outcome == "disputed"


def test_a_member_counts_on_its_own_days() -> None:
    """Of a member that left on 31 January only that month counts: 12 + 1 of 24, and nothing is missing (R3)."""
    book = book_of("de - -", "gb - 2020-01-31")
    year(book, "de", 1)
    year(book, "gb", 1)
    found = only(book)
    assert (found.low, found.high, found.coverage) == ("13", "13", "1")
    assert found.members[1].days == ("2020-01-01/2020-01-31",)
    assert "gb (2020-01-01 to 2020-01-31)" in found.flags[0]


def test_figures_of_days_on_which_nobody_belonged_are_left_out() -> None:
    """A member that joined later adds nothing before, and its own days are covered whole (R3)."""
    book = book_of("de - -", "hr 2020-07-01 -")
    year(book, "de", 1)
    year(book, "hr", 100)
    assert (only(book).low, only(book).coverage) == ("612", "1")


def test_an_observation_over_the_day_of_joining_gives_an_interval() -> None:
    """A year's figure of a member that joined in July may count whole or not at all: 12 to 112 (R3, R10)."""
    book = book_of("de - -", "hr 2020-07-01 -", target="50")
    year(book, "de", 1)
    book.figures("2020 1201 100", "2020 1202 1", series="series:export/us/hr", channel="yearly")
    book.figures("2020 1201 12", series="series:export/us/de", channel="yearly")
    found = book.sources(AS_OF)["yearly"]
    assert (found.low, found.high, found.outcome) == ("12", "112", "not_assessable")
    assert any("a member's first or last day" in flag for flag in found.flags)
    assert found.reason is not None
    assert "a member's first or last day" in found.reason


def test_a_member_without_figures_lowers_the_coverage_and_is_named() -> None:
    """One of four members that nobody has figures of is a quarter of the scope where no value is known (R3, R10)."""
    book = book_of("de - -", "fr - -", "it - -", "nl - -", target="1000")
    for partner in ("de", "fr", "nl"):
        year(book, partner, 1)
    found = only(book)
    assert (found.coverage, found.scope_coverage, found.coverage_weighed_by) == ("0.75", "0.75", "leaf codes")
    assert found.outcome == "awaiting"
    assert "members of eu without figures: it (25 % of the scope)".replace("25 %", "25.0 %") in found.flags


def test_members_weigh_by_their_baseline_value_where_it_is_known() -> None:
    """De with 90 and fr with 10 in the baseline's year: fr missing in the period leaves 90 % (R3, R10)."""
    book = book_of(
        "de - -", "fr - -", target="60", target_is="increment",
        baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}},
    )  # fmt: skip
    book.figures("2017 1201 90", "2020 1201 200", series="series:export/us/de")
    book.figures("2017 1201 10", series="series:export/us/fr")
    book.baseline()
    found = only(book)
    assert (found.coverage, found.coverage_weighed_by) == ("0.9", "baseline value")
    assert (found.baseline, found.target, found.low, found.outcome) == ("100", "160", "200", "met")
    assert [one.share for one in found.members] == ["0.9", "0.1"]


def test_a_member_known_to_have_had_nothing_weighs_nothing() -> None:
    """Where the rest of the group's value is known, a member with a zero in the baseline's year has no share (R10)."""
    book = book_of(
        "de - -", "mt - -", target="60", target_is="increment",
        baseline={"period": {"start": "2017-01-01", "end": "2017-12-31"}},
    )  # fmt: skip
    book.figures("2017 1201 90", "2020 1201 200", series="series:export/us/de")
    book.figures("2017 1201 0", series="series:export/us/mt")
    book.baseline()
    assert (only(book).coverage, only(book).coverage_weighed_by) == ("1", "baseline value")


def test_under_sixty_percent_of_the_members_do_not_vote() -> None:
    """A group of which half is missing has no voting source (R3, R8)."""
    book = book_of("de - -", "fr - -")
    year(book, "de", 5)
    found = only(book)
    assert not found.votes
    assert found.why_not == "covers 50.0 % of the scope, under 60 %"


def test_members_who_report_each_for_itself_are_one_source() -> None:
    """Statistics of many authorities, each about its own country, together are those of the members (R3, R8)."""
    book = book_of("de - -", "fr - -", measure=FROM_EU)
    for member in ("de", "fr"):
        book.figures(
            *months(2020, [1] * 12), series=f"series:import/{member}/us", authority=f"{member}-statistics",
            channel="un-comtrade", owner=member,
        )  # fmt: skip
    found = only(book)
    assert (found.source, found.channel, found.low, found.grade) == ("eu-members", "un-comtrade", "24", "E3")


def test_a_source_that_the_text_names_is_not_taken_for_another() -> None:
    """Figures of members' own authorities do not answer for the one that is named (R4, R8)."""
    book = book_of("de - -", "fr - -", measure={**FROM_EU, "source": "eurostat"})
    book.figures(*months(2020, [9] * 12), series="series:import/de/us", authority="de-statistics", owner="de")
    term = book.term(AS_OF)
    assert term.readings[0].sources == ()
    assert "statistics of de-statistics; the text names eurostat" in {one.reason for one in term.not_admissible}


def test_a_flow_within_the_group_is_no_part_of_what_it_trades() -> None:
    """Exports of the group to a partner are those of its members to that partner alone (R3)."""
    book = book_of("de - -", "fr - -", measure={"type": "export", "reporter": "eu", "partner": "us"})
    book.figures(*months(2020, [1] * 12), series="series:export/de/us", authority="de-statistics", owner="de")
    book.figures(*months(2020, [1] * 12), series="series:export/fr/us", authority="fr-statistics", owner="fr")
    book.figures(*months(2020, [50] * 12), series="series:export/de/fr", authority="de-statistics", owner="de")
    assert only(book).low == "24"


def test_what_a_member_has_in_another_dimension_is_listed_and_not_counted() -> None:
    """A member's figures are admitted by the rules that hold for the group's own (R3, R4)."""
    book = book_of("de - -", "fr - -")
    year(book, "de", 1)
    year(book, "fr", 2, unit="USD")
    term = book.term(AS_OF)
    assert [one.low for one in term.readings[0].sources] == ["12"]
    assert any(one.series == "series:export/us/fr" for one in term.not_admissible)


@pytest.mark.parametrize(("until", "met"), [("2020-11-30", False), ("2020-12-31", True)])
def test_the_day_it_is_reached_counts_only_members_of_that_day(until: str, met: bool) -> None:
    """Six a month of one member and six of another reach 144 on the last day, unless one of them has left (R3, R11)."""
    book = book_of("de - -", f"gb - {until}", target="144")
    year(book, "de", 6)
    year(book, "gb", 6)
    assert (only(book).outcome == "met") is met
