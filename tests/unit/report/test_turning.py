"""What would turn a term or decide it, what it may come to, how far sources are apart, and totals, on the page."""

import re
from typing import Any

from ledger.report.html import render_html
from tests.unit.report import example


def text_of(changed: dict[str, Any]) -> str:
    """The report of changed data, its white space put together."""
    return " ".join(render_html(example.result(changed), software="test", bundle="audit.zip").decode().split())


def term_of(data: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """A term of the first commitment."""
    term: dict[str, Any] = data["commitments"][0]["terms"][place]
    return term


FLIP = {
    "changes": "actual", "source": "us-census", "channel": "monthly", "by": "2", "share": "0.1", "code": None,
    "becomes": "met", "words": "would be met if us-census/monthly had seen 2 t more",
}  # fmt: skip


def test_what_would_turn_a_verdict_is_said() -> None:
    """Each kind of change has its line (R13)."""
    data = example.data()
    scope = {**FLIP, "changes": "scope", "by": None, "words": "the scope is one code"}
    term_of(data)["flips"] = [FLIP, {**FLIP, "changes": "baseline", "words": "no baseline turns this"}, scope]
    text = text_of(data)
    assert "What would turn this" in text
    for line in (
        "Figures: would be met if us-census/monthly had seen 2 t more",
        "Baseline: no baseline turns this",
        "Scope: the scope is one code",
    ):
        assert f"<li>{line}</li>" in text


def test_what_would_decide_an_open_outcome_is_said() -> None:
    """What is missing is listed under its own heading (R13)."""
    data = example.data()
    term_of(data)["deciding"] = ["a figure of the period by us-census/monthly"]
    text = text_of(data)
    assert "<h5>What would decide this</h5>" in text
    assert "<li>a figure of the period by us-census/monthly</li>" in text


def test_a_projection_stands_with_its_back_test() -> None:
    """The interval in words, and season by season whether it would have held (R14)."""
    data = example.data()
    test = {"period": "2019", "low": "120", "high": "150", "came": "100", "inside": False}
    held = {"period": "2018", "low": "90", "high": None, "came": "100", "inside": True}
    projection = {
        "until": "2020-06-30", "seasons": ["2017", "2018", "2019"], "low": "50", "high": "75", "expected": "0.5",
        "reason": None, "tests": [held, test], "words": "projected 50 to 75 t by 2020-12-31",
    }  # fmt: skip
    term_of(data)["readings"][0]["sources"][0]["projection"] = projection
    text = text_of(data)
    assert "never a verdict" in text
    assert "projected 50 to 75 t by 31 December 2020." in text
    assert "which is outside" in text
    assert "2018: 90 to more would have been projected" in text


def test_codes_that_are_not_counted_are_a_table() -> None:
    """Each code with why, its value and its share, and the entries of the tables that were gone by (R3)."""
    data = example.data()
    source = term_of(data)["readings"][0]["sources"][0]
    source["tables"] = [example.cite(7)]
    source["listed"] = [
        {
            "classification": "HS2022",
            "code": "999999",
            "why": "unmapped",
            "value": "2.5",
            "unit": "t",
            "share": "0.125",
        },
        {"classification": "HS2022", "code": "120190", "why": "astride", "value": "1", "unit": "t", "share": None},
    ]
    text = text_of(data)
    assert "Codes that are not counted as they stand, " in text
    assert "HS2022 999999" in text
    assert "no table leads from it" in text
    assert "12.5 %" in text
    assert "it lies partly in the scope" in text
    assert re.search(r"the largest first\.\s*<span class=\"cites\">.*entry 7", text)


def test_rates_are_a_table_with_their_entries() -> None:
    """What one unit of a currency was in another, of which days, and which entry says so (R5)."""
    data = example.data()
    rate = {"start": "2020-01-01", "end": "2020-12-31", "priced": "CNY", "priced_in": "USD", "value": "0.145"}
    evidence = data["evidence"][0]["cite"]
    term_of(data)["readings"][0]["sources"][0]["rates"] = [{**rate, "cite": evidence}]
    text = text_of(data)
    assert "one CNY in USD" in text
    assert "0.145" in text
    assert re.search(rf'one CNY in USD.*?href="#entry-{evidence["entry"]}"', text, re.DOTALL)


def test_members_of_a_group_are_a_table() -> None:
    """Who was put together, for which days, with which share, and who has no figures (R3)."""
    data = example.data()
    members = [
        {"member": "cn", "days": ["2020-01-01/2020-12-31"], "share": "0.75", "coverage": "1", "value": "7"},
        {"member": "gb", "days": ["2020-01-01/2020-01-31"], "share": "0.25", "coverage": "0", "value": None},
    ]
    term_of(data)["readings"][0]["sources"][0]["members"] = members
    text = text_of(data)
    assert "The members whose figures are put together" in text
    assert "China</th>" in text
    assert "1 January 2020 to 31 January 2020" in text
    assert "25.0 %" in text


def test_the_gap_between_sources_is_told_by_period() -> None:
    """A row for every period that both cover (R8)."""
    data = example.data()
    gap = {"start": "2020-01-01", "end": "2020-12-31", "first": "12", "second": "15", "gap": "3", "share": "0.25"}
    term_of(data)["discrepancies"] = [{
        "first": "us-census/monthly", "second": "cn-customs/annual", "is_mirror": True, "gap": "3", "share": "0.25",
        "periods": [gap], "causes": [], "rest": "3", "agrees": False, "words": ["three apart"],
    }]  # fmt: skip
    text = text_of(data)
    assert "How far apart us-census/monthly and cn-customs/annual are, by period" in text
    assert "25.0 %" in text


def test_commitments_together_have_a_section_of_their_own() -> None:
    """Totals, what was counted once, and what has no figures; without totals there is no section (R16)."""
    data = example.data()
    assert 'id="totals"' not in text_of(data)
    data["totals"] = [{
        "series": "series:export/us/cn", "unit": "t", "bound": "at_least", "target_is": "absolute", "owed_low": "10",
        "owed_high": "15", "terms": ["a/t", "b/t"], "once": ["a/t and b/t share a flow: what was seen counts once"],
        "channels": [{"source": "us-census", "channel": "monthly", "frequency": "M", "basis": "", "low": "12",
                      "high": "12", "terms": ["a/t"], "without": ["b/t"]}],
        "words": "at least between 10 and 15 t by 2 terms",
    }]  # fmt: skip
    text = text_of(data)
    assert '<section id="totals"' in text
    assert "<li>a/t and b/t share a flow: what was seen counts once</li>" in text
    assert "us-census / monthly has no figures of b/t" in text
    assert '<a href="#totals">' in text


def test_links_are_listed_with_their_fault() -> None:
    """A link that cannot be followed says why (R16)."""
    data = example.data()
    data["commitments"][0]["links"] = [{
        "kind": "part_of", "commitment": "b", "fault": "b is not known at this view",
        "words": "a is part of b", "cite": example.cite(5),
    }]  # fmt: skip
    assert "a is part of b (b is not known at this view)" in text_of(data)
