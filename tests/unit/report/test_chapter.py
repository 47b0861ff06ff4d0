"""A chapter: everything about one commitment in one place, nothing lost, nobody first by rank."""

from ledger.report.chapter import Chapter, chapters
from tests.unit.report.example import cite, data, result, stance


def chapter(number: int, changed: dict[str, object] | None = None) -> Chapter:
    """One chapter of the example, counted from 1."""
    return chapters(result(changed))[number - 1]


def test_chapters_come_in_the_order_of_the_result() -> None:
    """The result decides the order, and each commitment has one chapter."""
    assert [(one.number, one.result.subject) for one in chapters(result())] == [
        (1, "phase-one-annex-6-1"), (2, "busan-soy-2025"), (3, "us-tariff-threat-2019"), (4, "cn-imports-2019"),
    ]  # fmt: skip


def test_parties_come_by_their_slugs() -> None:
    """Obligor or obligee, the order is that of the alphabet."""
    assert [one.parties for one in chapters(result())] == [("cn", "us")] * 4


def test_terms_with_equal_positions_share_a_row() -> None:
    """Positions on a whole commitment are printed once, not once for each term."""
    whole = data()
    two = whole["commitments"][1]
    two["stances"] = [stance(party, name, "affirms") for party in ("us", "cn") for name in ("soy-2025", "soy-2026")]
    rows = chapter(2, whole).pledge
    assert [[term.id for term in row.terms] for row in rows] == [["soy-2025", "soy-2026"]]


def test_terms_with_unlike_positions_keep_their_rows() -> None:
    """China affirms one term in other terms and is silent on the other: two rows, cells in the order of parties."""
    rows = chapter(2).pledge
    assert [[cell.stance for cell in row.cells if cell] for row in rows] == [
        ["affirms_differently", "affirms"], ["silent", "affirms"],
    ]  # fmt: skip


def test_position_on_what_was_done_stands_apart() -> None:
    """A stance on fulfilment is not one on the pledge (R12)."""
    (row,) = chapter(2).done
    assert row.cells[0] is None
    assert row.cells[1] is not None
    assert row.cells[1].words == "they completed their soybean purchases"


def test_words_from_one_side_are_marked_as_that_side_s() -> None:
    """A pledge quoted from the beneficiary alone is told by the beneficiary (E2)."""
    assert [one.told_by for one in chapters(result())] == ["joint", "obligee", "joint", "joint"]


def test_pictures_have_names_of_their_own() -> None:
    """No two pictures of a report share a name, and each belongs to a term."""
    names = [picture.name for one in chapters(result()) for picture in one.pictures]
    assert names == ["c1p1", "c1p2", "c2p1", "c2p2"]
    first = chapter(1)
    assert first.pictures_of(first.result.terms[0]) == first.pictures


def test_rows_beside_a_picture_add_up() -> None:
    """3.1 + 4.2 + 6.35 + 13.578 = 27.228: the rows end with the total that the picture shows."""
    assert [row.total for row in chapter(1).pictures[0].rows] == ["3.1", "7.3", "13.65", "27.228"]


def test_every_finding_and_reply_has_its_chapter() -> None:
    """Nothing that the result says is lost on the way."""
    whole = result()
    parts = chapters(whole)
    assert sorted(one.term for part in parts for one in part.findings) == sorted(one.term for one in whole.findings)
    assert sum(len(part.replies) for part in parts) == len(whole.replies)


def test_same_evidence_refused_for_several_terms_is_one_line() -> None:
    """Evidence of another measure is listed once, with the terms it was looked at for (R4)."""
    whole = data()
    refused = {**cite(30), "series": "series:order/us/cn", "reason": "a sale is not a shipment"}
    del refused["field"]
    for one in whole["commitments"][1]["terms"]:
        one["not_admissible"] = [refused]
    (line,) = chapter(2, whole).refused
    assert [term.id for term in line.terms] == ["soy-2025", "soy-2026"]


def test_source_missing_from_term_and_reading_is_named_once() -> None:
    """A missing source is listed once (R8)."""
    whole = data()
    whole["commitments"][0]["terms"][0]["readings"][0]["sources_missing"] = ["cn-customs", "us-usda"]
    assert chapter(1, whole).sources_missing == ("cn-customs", "us-usda")


def test_all_terms_or_none_named_are_the_whole_commitment() -> None:
    """A reply to every term is one to the whole."""
    two = chapter(2)
    assert two.is_whole(())
    assert two.is_whole(("soy-2026", "soy-2025"))
    assert not two.is_whole(("soy-2025",))


def test_reply_answers_each_of_its_findings_and_stands_in_full_at_the_first() -> None:
    """A reply on two terms is printed once, and pointed to from the second (R11)."""
    whole = data()
    one = next(reply for reply in whole["replies"] if reply["terms"])
    findings = [{**whole["findings"][0], "commitment": "busan-soy-2025", "term": name} for name in ("a", "b", "c")]
    whole["findings"] = findings
    whole["replies"] = [{**one, "terms": ["b", "c"]}]
    part = chapter(2, whole)
    first, second, third = (part.replies_to(finding) for finding in part.findings)
    assert first == ()
    assert [is_first for _, is_first in second] == [True]
    assert [is_first for _, is_first in third] == [False]
    assert part.replies_to_all == ()


def test_reply_to_the_whole_commitment_is_none_of_a_single_finding() -> None:
    """What answers everything stands before the findings, once."""
    part = chapter(2)
    assert [reply.terms for reply in part.replies_to_all] == [()]
    assert all(reply.terms for finding in part.findings for reply, _ in part.replies_to(finding))
