"""Links between commitments, and totals that count one flow once (R16)."""

from typing import Any

import pytest

from ledger.assessment import flow
from ledger.assessment.assess import assess
from ledger.assessment.link import Together, circle_of, links_of, subjects_of, totals
from ledger.assessment.selection import plan, selected
from ledger.audit.engine import SqliteEngine
from ledger.model.commitment import LinkKind
from tests.unit.assessment.builder import EXPORT, Book, months, quantity

AS_OF = "2022-06-01"
BY_MONTH = [*months(2020, [1] * 12), *months(2021, [2] * 12)]
"""Twelve in 2020 and twenty-four in 2021."""


def goods(target: str, *codes: str, period: str = "2020", unit: str = "t", **more: Any) -> dict[str, Any]:
    """A term over these codes in one or several years."""
    first, _, last = period.partition("-")
    days = {"start": f"{first}-01-01", "end": f"{last or first}-12-31"}
    named = {"title": "goods", "classification": "HS", "codes": list(codes or ("1201",))}
    return quantity(target, period=days, unit=unit, scope=named, **more)


def together(book: Book, *subjects: str) -> Together:
    """The totals of several commitments."""
    known = book.known(AS_OF)
    wanted = plan(known, subjects)
    found = selected(wanted, SqliteEngine().select(wanted, book.open))
    return totals(known, [assess(known, subject, found) for subject in subjects])


def two(one: dict[str, Any], other: dict[str, Any], *figures: str, link: str | None = None) -> Together:
    """The totals of two commitments of one term each, the second perhaps with a link to the first."""
    book = Book()
    book.pledge(one, subject="a")
    links = [{"kind": link, "commitment": "a"}] if link is not None else []
    book.pledge(other, subject="b", links=links)
    book.figures(*(figures or BY_MONTH))
    return together(book, "a", "b")


OWED: dict[str, tuple[str | None, str, str]] = {
    "nothing links them": (None, "10", "15"),
    "one overlaps with the other": ("overlaps", "10", "15"),
    "one adds to the other": ("adds_to", "15", "15"),
    "one is part of the other": ("part_of", "10", "10"),
    "one restates the other": ("restates", "10", "10"),
}


@pytest.mark.parametrize("case", OWED)
def test_amounts_owed_of_one_flow_go_together_as_the_links_say(case: str) -> None:
    """Ten and five of the same soybeans of 2020: fifteen, ten, or between the two where nothing says so (R16)."""
    link, low, high = OWED[case]
    (total,) = two(goods("10"), goods("5"), link=link).totals
    assert (total.owed_low, total.owed_high) == (low, high)
    assert len(total.once) == 1


@pytest.mark.parametrize("link", [None, "overlaps", "adds_to", "part_of", "restates"])
def test_what_was_seen_of_one_flow_is_counted_once(link: str | None) -> None:
    """Twelve tonnes are twelve tonnes, however many pledges they are counted for (R16)."""
    (total,) = two(goods("10"), goods("5"), link=link).totals
    (channel,) = total.channels
    assert (channel.low, channel.high, channel.terms) == ("12", "12", ("a/t", "b/t"))
    assert "what was seen counts once" in total.once[0]


def test_flows_that_do_not_meet_are_added_up() -> None:
    """2020 and 2021 have no day in common: 12 and 24, of 10 and 5 owed (R16)."""
    (total,) = two(goods("10"), goods("5", period="2021")).totals
    (channel,) = total.channels
    assert (total.owed_low, total.owed_high, channel.low, channel.high) == ("15", "15", "36", "36")
    assert total.once == ()


def test_a_period_within_another_is_counted_once() -> None:
    """2021 is within 2020 to 2021: thirty-six were seen, not sixty (R16)."""
    (total,) = two(goods("30", period="2020-2021"), goods("20", period="2021")).totals
    (channel,) = total.channels
    assert (channel.low, channel.high) == ("36", "36")
    assert (total.owed_low, total.owed_high) == ("30", "50")


def test_periods_that_meet_in_part_are_joined_by_their_points() -> None:
    """The whole of 2020 and 2021 against the second half of 2020 and 2021: no month stands twice (R16)."""
    late = goods("20")
    late["period"] = {"start": "2020-07-01", "end": "2021-12-31"}
    (total,) = two(goods("10"), late).totals
    assert (total.channels[0].low, total.channels[0].high) == ("36", "36")


def test_a_scope_within_another_adds_nothing() -> None:
    """Soybeans are within oil seeds: what was seen is what the wider scope saw (R3, R16)."""
    figures = ("2020 1201 12", "2020 1205 3")
    (total,) = two(goods("10", "12"), goods("5", "1201"), *figures).totals
    assert (total.channels[0].low, total.channels[0].high) == ("15", "15")


def test_scopes_that_meet_in_part_give_an_interval_and_say_so() -> None:
    """Two scopes share soybeans, and how much of each that is cannot be told: at least 14, at most 26 (R16)."""
    figures = ("2020 1201 12", "2020 1005 2", "2020 0201 0")
    (total,) = two(goods("10", "1201", "1005"), goods("5", "1201", "0201"), *figures).totals
    (channel,) = total.channels
    assert (channel.low, channel.high) == ("14", "26")
    assert "share a flow" in total.once[0]


def test_another_classification_gives_an_interval_and_says_that_it_may_be_one_flow() -> None:
    """Nothing leads from the annex to the harmonised system here: 12 and 10 are 12 at least, 22 at most (R3, R16)."""
    other = goods("5")
    other["scope"] = {"title": "farm goods", "classification": "annex-6.1", "codes": ["agriculture"]}
    (total,) = two(goods("10"), other, "2020 1201 12", "2020 agriculture 10 - - - annex-6.1").totals
    (channel,) = total.channels
    assert (channel.low, channel.high) == ("12", "22")
    assert (total.owed_low, total.owed_high) == ("10", "15")
    assert "may share a flow" in total.once[0]


def test_an_annex_and_its_sectors_come_to_what_the_annex_comes_to() -> None:
    """Three sectors make the annex; 12 + 3 + 5 were seen, not 32, though farm goods are pledged again (R16)."""
    sectors = ["agriculture", "energy", "manufactured"]
    annex, sector = goods("30"), goods("10")
    annex["scope"] = {"title": "all", "classification": "annex-6.1", "codes": sectors}
    sector["scope"] = {"title": "farm goods", "classification": "annex-6.1", "codes": sectors[:1]}
    figures = [f"2020 {name} {value} - - - annex-6.1" for name, value in zip(sectors, (12, 3, 5), strict=True)]
    (total,) = two(annex, sector, *figures, link="part_of").totals
    (channel,) = total.channels
    assert (channel.low, channel.high) == ("20", "20")
    assert (total.owed_low, total.owed_high) == ("30", "30")
    assert total.once == (
        "a/t and b/t share a flow: what was seen counts once; b is part of a, so that its amount is within the other",
    )


def between(target: str, partner: str, *, reporter: str = "us", **more: Any) -> dict[str, Any]:
    """A term of what one party exports to another."""
    return goods(target, measure={"type": "export", "reporter": reporter, "partner": partner}, **more)


def union(*terms: dict[str, Any], links: dict[str, str] | None = None) -> Together:
    """The totals of a pledge for each term, and exports in 2020 of 12 to France, 5 to Germany and 1 to Britain.

    Germany and France belong to the union, Britain until January; the smaller union has France alone.
    """
    book = Book()
    members = [{"party": "de"}, {"party": "fr"}, {"party": "gb", "until": "2020-01-31"}]
    for party, within in (
        ("de", []),
        ("fr", []),
        ("gb", []),
        ("eu", members),
        ("pair", [*members[1:2], {"party": "no"}]),
    ):
        kind = "union" if within else "state"
        book.say("party", party, {"kind": kind, "names": {"en": party}, **({"members": within} if within else {})})
    subjects = "abc"[: len(terms)]
    for subject, term in zip(subjects, terms, strict=True):
        said = [{"kind": (links or {})[subject], "commitment": "a"}] if subject in (links or {}) else []
        book.pledge(term, subject=subject, links=said)
    for partner, tonnes in (("fr", 1), ("de", 2), ("gb", 3)):
        book.figures(*months(2020, [tonnes] * 12), series=f"series:export/us/{partner}")
    return together(book, *subjects)


MEMBERS: dict[str, tuple[tuple[dict[str, Any], ...], tuple[str, str], tuple[str, str], str]] = {
    # 12 to France, 24 to Germany, 3 to Britain in January: 39, of which Germany's 24 are a part.
    "a member": (
        (between("50", "eu"), between("20", "de")), ("50", "70"), ("39", "39"),
        "a/t and b/t share a flow, as de belongs to eu: what was seen counts once",
    ),
    "a member, said first": (
        (between("20", "de"), between("50", "eu")), ("50", "70"), ("39", "39"),
        "b/t and a/t share a flow, as de belongs to eu: what was seen counts once",
    ),
    # Of Britain's 36 the first 3 are the union's: 39 at least, 75 at most.
    "a member that left": (
        (between("50", "eu"), between("20", "gb")), ("50", "70"), ("39", "75"),
        "a/t and b/t share a flow, as eu and gb are the same in part: what was seen counts once",
    ),
    # France alone is in both: 39 and 12, and how much of each that is cannot be told from the two.
    "two groups with a member in common": (
        (between("50", "eu"), between("20", "pair")), ("50", "70"), ("39", "51"),
        "a/t and b/t share a flow, as eu and pair are the same in part: what was seen counts once",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MEMBERS)
def test_what_is_owed_to_a_group_and_to_its_member_is_one_total(case: str) -> None:
    """A member's flow is within its group's on the days on which it belongs, counted once and said (R3, R16)."""
    terms, owed, seen, once = MEMBERS[case]
    (total,) = union(*terms).totals
    (channel,) = total.channels
    assert (total.series, total.owed_low, total.owed_high) == ("series:export/us/eu", *owed)
    assert (channel.low, channel.high) == seen
    (said,) = total.once
    assert said.startswith(once)


def test_a_members_part_is_within_its_groups_where_a_link_says_so() -> None:
    """Twenty to Germany are part of the fifty to the union: fifty are owed (R16)."""
    (total,) = union(between("50", "eu"), between("20", "de"), links={"b": "part_of"}).totals
    assert (total.owed_low, total.owed_high) == ("50", "50")


APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two members": (between("50", "fr"), between("20", "de")),
    "a member that had left": (between("50", "eu", period="2021"), between("20", "gb", period="2021")),
    "other goods": (
        between("50", "eu"),
        goods("20", "1005", measure={"type": "export", "reporter": "us", "partner": "de"}),
    ),
    "other years": (between("50", "eu"), between("20", "de", period="2021")),
    "the other direction": (between("50", "eu"), between("20", "us", reporter="de")),
    "another measure": (between("50", "eu"), goods("20", measure={"type": "order", "reporter": "us", "partner": "de"})),
}


@pytest.mark.parametrize("case", APART)
def test_flows_of_parties_that_share_nothing_are_in_no_total(case: str) -> None:
    """Nothing of the two is one flow, so that nothing is added and nothing is said (R4, R16)."""
    assert union(*APART[case]).totals == ()


def test_results_of_an_older_shape_look_at_no_members() -> None:
    """A bundle of before has no total over a group and its member, and verifies as it did (design §2.6)."""
    book = Book()
    for party, members in (("de", []), ("eu", [{"party": "de"}])):
        body = {"kind": "union" if members else "state", "names": {"en": party}}
        book.say("party", party, body | ({"members": members} if members else {}))
    book.pledge(between("50", "eu"), subject="a")
    book.pledge(between("20", "de"), subject="b")
    known = book.known(AS_OF)
    wanted = plan(known, ["a", "b"])
    found = selected(wanted, SqliteEngine().select(wanted, book.open))
    results = [assess(known, subject, found) for subject in ("a", "b")]
    assert totals(known, results, by_member=False).totals == ()
    assert len(totals(known, results).totals) == 1


def test_units_of_one_dimension_are_added_in_the_first() -> None:
    """Ten tonnes and one thousand tonnes are 1010 tonnes (R5, R16)."""
    (total,) = two(goods("10"), goods("1", period="2021", unit="kt")).totals
    assert (total.unit, total.owed_low, total.channels[0].low) == ("t", "1010", "36")


def test_exports_are_not_added_to_orders() -> None:
    """Another series is another total (R4, R16)."""
    order = goods("5", measure={"type": "order", "reporter": "us", "partner": "cn"})
    assert two(goods("10"), order).totals == ()


def test_a_channel_says_which_terms_it_has_no_figures_of() -> None:
    """A total over fewer terms than are owed says so (R16)."""
    (total,) = two(goods("10"), goods("5", period="2021"), *months(2020, [1] * 12)).totals
    assert (total.channels[0].terms, total.channels[0].without) == (("a/t",), ("b/t",))


def test_two_sources_named_for_one_series_are_one_term() -> None:
    """A term is owed once, by however many sources it is read (R8, R16)."""
    named = [{**EXPORT, "source": "us-census"}, {**EXPORT, "source": "usda"}]
    one = goods("10", named=named)
    book = Book()
    book.pledge(one, subject="a")
    book.pledge(goods("5", period="2021"), subject="b")
    book.figures(*BY_MONTH)
    book.figures(*BY_MONTH, authority="usda")
    (total,) = together(book, "a", "b").totals
    assert (total.owed_low, total.terms) == ("15", ("a/t", "b/t"))
    assert [one.source for one in total.channels] == ["us-census", "usda"]


LEFT: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"scope": None}, "b/t: it names no scope to count by"),
    "no last day": ({"period": {"start": "2020-01-01", "end": None}}, "b/t: it has no last day"),
    "a mean": ({"aggregate": "mean"}, "b/t: a level, a mean or a maximum does not add up"),
    "a stock": (
        {"measure": {"type": "stock", "reporter": "us", "partner": "cn"}},
        "b/t: a level, a mean or a maximum does not add up",
    ),
}


@pytest.mark.parametrize("case", LEFT)
def test_what_does_not_add_up_is_left_out_with_the_reason(case: str) -> None:
    """Nothing is left out in silence (R16)."""
    more, reason = LEFT[case]
    found = two(goods("10"), {**quantity("5"), **more})
    assert (found.totals, found.left_out) == ((), (reason,))


def test_what_is_replaced_is_in_no_total() -> None:
    """Of two commitments of which one replaces the other, the later alone is owed (R16)."""
    found = two(goods("10"), goods("5", period="2021"), link="replaces")
    assert (found.totals, found.left_out) == ((), ("a: b replaces it",))


def test_a_link_is_told_by_the_commitment_that_states_it() -> None:
    """What others say of a commitment is theirs to tell: an audit of it need not hold them (R16; design §2.3)."""
    book = Book()
    book.pledge(goods("10"), subject="a")
    book.pledge(goods("5"), subject="b", links=[{"kind": "adds_to", "commitment": "a", "note": "says the post"}])
    known = book.known(AS_OF)
    (ours,) = links_of(known, "b")
    assert (ours.kind, ours.commitment, ours.fault) == ("adds_to", "a", None)
    assert ours.words == "b adds to a: says the post"
    assert links_of(known, "a") == ()


def test_a_link_to_what_the_view_does_not_know_is_a_fault() -> None:
    """Before the other was made, the link leads nowhere at this view (R1, R16)."""
    book = Book()
    book.pledge(goods("10"), subject="a", date="2021-01-15")
    book.pledge(goods("5"), subject="b", links=[{"kind": "part_of", "commitment": "a"}])
    (found,) = links_of(book.known("2020-06-01"), "b")
    assert found.fault == "a is not known at this view"


def test_a_circle_is_a_fault_and_makes_nothing_part_of_anything() -> None:
    """A part of its own part is no part: the total stays an interval (R16)."""
    book = Book()
    first = book.pledge(goods("10"), subject="a")
    book.pledge(goods("5"), subject="b", links=[{"kind": "part_of", "commitment": "a"}])
    body = {
        "title": "Pledge", "instrument": "agreement", "date": "2020-01-15", "obligors": ["cn"], "obligees": ["us"],
        "quotes": [{"text": "China shall do so", "language": "en"}], "verb": None, "terms": [goods("10")],
        "links": [{"kind": "part_of", "commitment": "b"}],
        "source": {"title": "A document", "publisher": "Somebody", "role": "third_party",
                   "via": {"copy_read": "the document", "how": "byte_copy"}},
    }  # fmt: skip
    book.say("commitment", "a", body, corrects=first)
    book.figures(*BY_MONTH)
    (found,) = links_of(book.known(AS_OF), "b")
    assert found.fault == "runs in a circle: b is part of a is part of b"
    (total,) = together(book, "a", "b").totals
    assert (total.owed_low, total.owed_high) == ("10", "15")


CIRCLES: dict[str, tuple[LinkKind, dict[str, list[tuple[LinkKind, str]]], tuple[str, ...] | None]] = {
    "back in one step": ("part_of", {"b": [("part_of", "a")]}, ("a", "b", "a")),
    "back in two": ("replaces", {"b": [("replaces", "c")], "c": [("replaces", "a")]}, ("a", "b", "c", "a")),
    "back by links of another kind": ("part_of", {"b": [("replaces", "a")]}, None),
    "a kind that may lead back": ("overlaps", {"b": [("overlaps", "a")]}, None),
    "a circle elsewhere": ("part_of", {"b": [("part_of", "c")], "c": [("part_of", "b")]}, None),
    "no way back": ("part_of", {}, None),
}


@pytest.mark.parametrize("case", CIRCLES)
def test_a_line_must_not_lead_back(case: str) -> None:
    """Part of, and replaces, run in a line (R16)."""
    kind, links, way = CIRCLES[case]
    assert circle_of("a", kind, "b", lambda one: links.get(one, [])) == way


def test_a_commitment_does_not_link_to_itself() -> None:
    """Whatever the kind, nothing adds to itself (R16)."""
    assert circle_of("a", "overlaps", "a", lambda _: ()) == ("a", "a")


def test_commitments_are_chosen_by_party_and_instrument() -> None:
    """A party's are those that it owes (R16)."""
    book = Book()
    book.pledge(goods("10"), subject="a")
    book.pledge(goods("10"), subject="b", obligors=["us"], obligees=["cn"])
    known = book.known(AS_OF)
    assert subjects_of(known, party="cn") == ("a",)
    assert subjects_of(known, instrument="agreement") == ("a", "b")
    assert subjects_of(known, party="us", instrument="agreement") == ("b",)
    assert subjects_of(known, instrument="another") == ()


def test_adding_up_takes_time_in_proportion_to_the_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms of forty headings are not held against one another pair by pair; the two of one heading are (R16)."""
    count = 40
    book = Book()
    for number in range(count):
        book.pledge(goods("10", f"{1000 + number}"), subject=f"p{number:02d}")
    book.pledge(goods("10", "1000"), subject="twice")
    compared = 0
    before = flow.common_codes

    def counted(one: Any, other: Any) -> Any:
        nonlocal compared
        compared += 1
        return before(one, other)

    monkeypatch.setattr(flow, "common_codes", counted)
    (total,) = together(book, *(f"p{number:02d}" for number in range(count)), "twice").totals
    assert (total.owed_low, total.owed_high) == ("400", "410")
    assert 0 < compared <= 10 * count
