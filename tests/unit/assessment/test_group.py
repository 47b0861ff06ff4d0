"""Groups of parties: who belongs on which days, and whose figures stand for a flow with a group (R3)."""

from datetime import date
from typing import Any

import pytest

from ledger.assessment.group import ALWAYS, members_of, pairs_of, readings_of
from ledger.model.term import Reading
from tests.unit.assessment.builder import Book

AS_OF = "2021-12-31"


def days(first: str, last: str) -> tuple[int, int]:
    """Two days by their numbers; an empty one is the end of all."""
    return (
        date.fromisoformat(first).toordinal() if first else ALWAYS[0],
        date.fromisoformat(last).toordinal() if last else ALWAYS[1],
    )


def group(book: Book, name: str, *members: str, **more: Any) -> None:
    """A union of members, each written ``party since until``; ``-`` where a day is not stated."""
    said = []
    for member in members:
        party, since, until = member.split()
        said.append(
            {"party": party, "since": None if since == "-" else since, "until": None if until == "-" else until}
        )
    book.say("party", name, {"kind": "union", "names": {"en": name}, "members": said}, **more)


MEMBERS: dict[str, tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[str, str], ...]]]] = {
    "a state is no group": ({}, {}),
    "no day stated: always": ({"eu": ("de - -",)}, {"de": (("", ""),)}),
    "from one day to another": (
        {"eu": ("de 1958-01-01 -", "gb 1973-01-01 2020-01-31")},
        {"de": (("1958-01-01", ""),), "gb": (("1973-01-01", "2020-01-31"),)},
    ),
    "left and came back": (
        {"eu": ("de 1990-01-01 1999-12-31", "de 2005-01-01 -")},
        {"de": (("1990-01-01", "1999-12-31"), ("2005-01-01", ""))},
    ),
    "twice on the same days: once": ({"eu": ("de 1990-01-01 -", "de 1995-01-01 -")}, {"de": (("1990-01-01", ""),)}),
    "a member that is a group stands for its own, while both belong": (
        {"eu": ("benelux 2000-01-01 2009-12-31",), "benelux": ("be - 2004-12-31", "nl 2005-01-01 -")},
        {"be": (("2000-01-01", "2004-12-31"),), "nl": (("2005-01-01", "2009-12-31"),)},
    ),
    "groups that hold each other are gone round once": (
        {"eu": ("benelux - -", "de - -"), "benelux": ("eu - -", "nl - -")},
        {"de": (("", ""),), "nl": (("", ""),)},
    ),
    "days that do not meet: not at all": (
        {"eu": ("benelux - 1999-12-31",), "benelux": ("be 2000-01-01 -",)},
        {},
    ),
}


@pytest.mark.parametrize("phrase", MEMBERS)
def test_members_have_their_days(phrase: str) -> None:
    """Who belongs to a group is dated, and told of single parties (R3, design §2.2)."""
    groups, expected = MEMBERS[phrase]
    book = Book()
    for name, members in groups.items():
        group(book, name, *members)
    found = members_of(book.known(AS_OF), "eu")
    assert found == {party: tuple(days(*span) for span in spans) for party, spans in expected.items()}


def test_ladder_of_groups_is_gone_up_once() -> None:
    """Each group names both of the next rung: sixty rungs have 2^60 ways, and sixty rungs of groups (R3)."""
    book = Book()
    for rung in range(60):
        for side in ("a", "b"):
            group(book, f"{side}{rung}", f"a{rung + 1} - -", f"b{rung + 1} - -")
    assert list(members_of(book.known(AS_OF), "a0")) == ["a60", "b60"]


def test_what_a_view_does_not_know_of_a_group_is_not_told() -> None:
    """A member that a later statement adds is none before it was said (R1, R3)."""
    book = Book()
    group(book, "eu", "de - -")
    before = len(book.said)
    group(book, "eu", "de - -", "fr - -", corrects=book.said[-1].name)
    assert list(members_of(book.known(AS_OF, before), "eu")) == ["de"]
    assert list(members_of(book.known(AS_OF), "eu")) == ["de", "fr"]


def reading(reporter: str, partner: str) -> Reading:
    """Exports as one side reports them."""
    return Reading(type="export", reporter=reporter, partner=partner)


def test_a_flow_between_single_parties_has_no_parts() -> None:
    """Where no side is a group, the series itself is all there is (R3)."""
    assert pairs_of(Book().known(AS_OF), reading("us", "cn")) == ()
    assert readings_of(Book().known(AS_OF), reading("us", "cn")) == (reading("us", "cn"),)


def test_a_flow_with_a_group_is_that_with_each_member() -> None:
    """Either side may be the group; the series of the group itself comes first (R3)."""
    book = Book()
    group(book, "eu", "de - -", "fr - 2020-06-30")
    known = book.known(AS_OF)
    assert [one.series for one in readings_of(known, reading("us", "eu"))] == [
        "series:export/us/eu", "series:export/us/de", "series:export/us/fr",
    ]  # fmt: skip
    assert [(one.reporter, one.member) for one in pairs_of(known, reading("eu", "us"))] == [("de", "de"), ("fr", "fr")]


def test_between_two_groups_every_pair_counts_while_both_belong() -> None:
    """What one party would trade with itself is no part of it; of two groups both sides are named (R3)."""
    book = Book()
    group(book, "eu", "de 2000-01-01 -", "fr - -")
    group(book, "asean", "vn - 2009-12-31", "fr - -")
    found = {(one.reporter, one.partner): one for one in pairs_of(book.known(AS_OF), reading("eu", "asean"))}
    assert set(found) == {("de", "vn"), ("de", "fr"), ("fr", "vn")}
    assert found["de", "vn"].days == (days("2000-01-01", "2009-12-31"),)
    assert found["de", "vn"].member == "de with vn"
