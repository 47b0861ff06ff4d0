"""The page: complete in itself, readable by everybody, in the order of the method, and unmoved by hostile words."""

import gc
import re
import sys
import weakref
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from ledger.assessment.result import CommitmentResult
from ledger.audit.bundle import Software
from ledger.audit.kept import KEPT_FROM, Kept
from ledger.audit.result import AuditResult
from ledger.errors import NotFoundError, UnavailableError
from ledger.report import html
from ledger.report.foreign import web_address
from ledger.report.html import html_pieces, render, render_html
from tests.unit.report.example import MONTHS, WEEKS, cite, data, figures, level, ratio, reading, result, term
from tests.unit.report.page import Page, read

SOFTWARE = "pledger 0.1.0, lock sha256:" + "0" * 64


@cache
def raw() -> bytes:
    """The example, rendered."""
    return render_html(result(), software=SOFTWARE)


@cache
def page() -> Page:
    """The example, rendered and read back."""
    return read(raw())


def changed(**members: Any) -> str:
    """The example with some members of the result replaced, rendered."""
    return render_html(result({**data(), **members}), software=SOFTWARE).decode()


def text_of(name: str) -> str:
    """All text of a section, white space as one blank."""
    return " ".join(page().id(name).text.split())


# --- complete in itself -----------------------------------------------------------------------------------------------


def test_same_result_is_the_same_bytes() -> None:
    """A report rendered twice is the same bytes (style §6)."""
    assert render_html(result(), software=SOFTWARE) == raw()


def test_maker_and_verifier_of_a_bundle_render_the_same() -> None:
    """What a bundle carries depends on the result and the software alone (design §2.6)."""
    software = Software(name="pledger", version="0.1.0", lock="sha256:" + "0" * 64)
    assert b"".join(render(result(), software)) == raw()


def test_software_without_a_lock_says_so() -> None:
    """A rendering without a lock cannot be repeated, and the page does not claim one (design §2.6)."""
    software = Software(name="pledger", version="0.1.0", lock=None)
    assert b"pledger 0.1.0, lock none" in b"".join(render(result(), software))


def test_elements_are_closed_in_order() -> None:
    """The page is well formed: every element is closed where it should be."""
    assert page().problems == []


def test_head_forbids_everything_but_its_own_style() -> None:
    """The content policy lets nothing run and nothing be fetched."""
    (policy,) = [one.attributes["content"] for one in page().all("meta") if "http-equiv" in one.attributes]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_fetched_and_nothing_runs() -> None:
    """No script, no frame, no picture from elsewhere, no style from elsewhere, no event."""
    assert page().all("script", "iframe", "object", "embed", "link", "img", "form", "base", "video", "audio") == []
    assert [one.tag for one in page().elements if {"src", "srcset", "style"} & set(one.attributes)] == []
    assert [key for one in page().elements for key in one.attributes if key.startswith("on")] == []
    assert re.findall(rb"@import|url\((?!#)", raw()) == []


def test_links_lead_inside_or_to_the_web() -> None:
    """A link is an anchor of the page that is there, or an address of the web that tells nobody where one came from."""
    names = {one.attributes["id"] for one in page().elements if "id" in one.attributes}
    for link in page().all("a"):
        address = link.attributes["href"]
        if address.startswith("#"):
            assert address[1:] in names
        else:
            assert web_address(address)
            assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_no_name_stands_twice() -> None:
    """Every id is one element's, pictures included, and every label points to one."""
    names = [one.attributes["id"] for one in page().elements if "id" in one.attributes]
    assert len(names) == len(set(names))
    labels = [name for one in page().elements for name in one.attributes.get("aria-labelledby", "").split()]
    assert labels
    assert set(labels) <= set(names)


# --- readable by everybody --------------------------------------------------------------------------------------------


def test_headings_are_a_ladder() -> None:
    """One title, and no step of the ladder of headings is left out on the way down (WCAG 1.3.1)."""
    levels = [int(one.tag[1]) for one in page().all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_first_link_skips_to_the_summary() -> None:
    """Whoever reads by keyboard need not go through the head of the page (WCAG 2.4.1)."""
    assert page().all("a")[0].attributes == {"class": "skip", "href": "#summary"}


def test_tables_have_captions_and_headers_with_scope() -> None:
    """Every table says what it is, and every header says what it heads (WCAG 1.3.1)."""
    tables = page().all("table")
    assert tables
    assert [one for one in tables if not any(child.tag == "caption" for child in one.children)] == []
    assert [one.text for one in page().all("th") if one.attributes.get("scope") not in {"col", "row"}] == []


def test_rows_of_a_table_have_as_many_cells_as_its_head() -> None:
    """No cell slips under another's head."""
    for table in page().all("table"):
        (head,) = [child for child in table.children if child.tag == "thead"]
        width = len(head.children[0].children)
        rows = [row for body in table.children if body.tag == "tbody" for row in body.children]
        assert [len(row.children) for row in rows] == [width] * len(rows)


def test_pictures_have_role_title_description_and_words_beside() -> None:
    """A picture is never the only way to a figure: it has a description, and the same figures in text (WCAG 1.1.1)."""
    pictures = [one for one in page().all("svg") if one.attributes.get("role") == "img"]
    assert len(pictures) == 9
    for picture in pictures:
        assert [child.tag for child in picture.children[:2]] == ["title", "desc"]
        assert all(child.text.strip() for child in picture.children[:2])
    marks = [one for one in page().all("svg") if one.attributes.get("role") != "img"]
    assert all(one.attributes["aria-hidden"] == "true" for one in marks)
    assert "By 31 December 2020, 27.23 bn USD had been observed; 33.47 bn USD was owed" in text_of("c1")


def test_outcome_is_said_in_words_beside_its_mark() -> None:
    """No outcome is told by colour or shape alone (WCAG 1.4.1)."""
    outcomes = [one for one in page().all("span") if "outcome" in one.attributes.get("class", "").split()]
    assert len(outcomes) > 10
    assert all(one.text.strip() for one in outcomes)


def test_quotations_carry_their_language() -> None:
    """A quotation is in its own language, its translation in another, the page in English (WCAG 3.1.2)."""
    assert page().all("html")[0].attributes["lang"] == "en"
    said = [one for one in page().all("p", "q") if one.attributes.get("lang") == "zh"]
    assert {one.text for one in said} >= {
        "中方将有力度地扩大自美农产品、能源产品、工业制成品、服务产品进口", "中国将鼓励企业按市场原则进口美国农产品",
    }  # fmt: skip
    assert all(one.attributes["dir"] == "auto" for one in said)


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2, definition)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _palettes() -> dict[str, dict[str, str]]:
    """The colours of the style sheet by name: on a light ground, on a dark one, in print."""
    sheet = resources.files("ledger.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    found = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), found, strict=True))


PAIRS = [
    (ink, ground)
    for ink in ("ink", "muted", "accent", "actual", "target", "split", "base")
    for ground in ("paper", "sheet", "soft")
]


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_text_stands_out_from_its_ground(pair: tuple[str, str], palette: str) -> None:
    """Every colour of text has a contrast of 4.5 to 1 on every ground it stands on (WCAG AA, 1.4.3)."""
    colours = _palettes()[palette]
    assert _contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


def test_page_fits_phones_prints_and_dark_rooms() -> None:
    """The sheet has rules for narrow screens, for print and for a dark ground."""
    sheet = raw().decode()
    for rule in ("@media (max-width:", "@media print", "@media screen and (prefers-color-scheme: dark)", "@page"):
        assert rule in sheet


# --- what it says, in order -------------------------------------------------------------------------------------------


def test_parts_come_in_the_order_of_a_reader() -> None:
    """Summary, opinion, what was audited and how, commitments, findings, follow-up, and the rest (method §6)."""
    places = [one.attributes["id"] for one in page().all("section") if "id" in one.attributes]
    assert places == [
        "summary", "opinion", "engagement", "c1", "c2", "c3", "c4", "findings", "follow-up", "emphasis", "scope",
        "changes", "instruments", "evidence", "verify",
    ]  # fmt: skip


def test_first_page_says_who_promised_what_and_what_became_of_it() -> None:
    """Opinion with its arithmetic, promise, figures, band before interval, and what is unknown come first."""
    text = text_of("summary")
    for part in (
        "Opinion by rule A4", "Disclaimer of opinion", "1 of 3 due material terms cannot carry a conclusion",
        "China to United States", "United States, on its own", "exports (us-census): 27.23 of 33.47 bn USD, 81.4 %",
        "not met", "orders (usda-fas): 6.2 to 6.53 of 12 Mt", "imports: no figures",
        "As written: soft-monitored to firm (58.9 to 60.6 of 100)", "whether an appeal has a time limit is unknown",
    ):  # fmt: skip
        assert part in text


def test_cover_says_cut_off_view_and_method() -> None:
    """The view and the method stand above everything else (R1)."""
    cover = " ".join(page().all("header")[0].text.split())
    for part in (
        "dated on or before 27 August 2026",
        "its first 118 entries",
        "version 2026.1",
        "example.com/promises",
    ):
        assert part in cover


def test_terms_are_counted_by_outcome() -> None:
    """Five terms: on pace, not met and disputed once, not assessable twice."""
    (tally,) = [one for one in page().all("ul") if one.attributes.get("class") == "tally"]
    assert [" ".join(child.text.split()) for child in tally.children] == [
        "1 on pace", "1 not met", "2 cannot be assessed", "1 disputed",
    ]  # fmt: skip


def test_table_of_terms_has_the_columns_of_the_method() -> None:
    """Term, target, adjusted target, actual by source, ratio, outcome, lateness, disposition, grade (method §6)."""
    (table, *_) = [one for one in page().all("table") if "reckoning" in one.attributes.get("class", "")]
    head, body = (next(child for child in table.children if child.tag == tag) for tag in ("thead", "tbody"))
    assert [" ".join(cell.text.split()) for cell in head.children[0].children] == [
        "Term, source", "Owed", "Level owed on this source", "Seen", "Ratio", "Outcome", "Late", "Disposition", "Grade",
    ]  # fmt: skip
    first, decides, other = ([" ".join(cell.text.split()) for cell in row.children] for row in body.children)
    assert first[1] == "at least 12.5 bn USD above the baseline"
    assert decides[2:6] == [
        "33.47 bn USD Baseline 20.97 bn USD", "27.23 bn USD", "81.4 % of the level50.1 % of the increase",
        "not met",
    ]  # fmt: skip
    assert "does not vote: another channel covers more" in other[0]


def term_of(term: dict[str, Any]) -> str:
    """The first chapter of the example with another term, as text."""
    whole = data()
    whole["commitments"][0]["terms"] = [term]
    return " ".join(read(render_html(result(whole), software=SOFTWARE)).id("c1").text.split())


def test_interval_is_said_with_both_ends_and_so_is_its_ratio() -> None:
    """Where an observation straddles the edge, total and ratio are those without it and with it (R10)."""
    days = {"start": "2025-11-01", "end": "2025-12-31"}
    gross = ratio("gross", "0.516667", "6.2 to 6.53 of 12 Mt owed = 51.7 % to 54.4 %", period=days, high="0.544333")
    source = figures("usda-fas", "weekly", WEEKS, low="6.2", high="6.532", target="12", ratios=[gross])
    asked = {"unit": "Mt", "target": "12", "period": "2025-11-01/2025-12-31", "due": "2025-12-31"}
    text = term_of(term("soy", "12 Mt", "not_met", readings=[reading("order", "not_met", [source])], **asked))
    assert "51.7 % to 54.4 % of the level" in text
    assert "By 31 December 2025, 6.2 to 6.53 Mt had been observed" in text
    assert "6.2 to 6.53 of 12 Mt owed = 51.7 % to 54.4 %" in text


def test_pace_after_the_last_day_goes_unsaid_in_the_table() -> None:
    """A pace whose target to date is the whole target says nothing of its own (R7)."""
    paces = [
        ratio("pace", "0.8", "27 of 33.47 due = 80.7 %", denominator_value="33.47", proration="linear"),
        ratio("pace", "0.9", "27 of 30 due = 90.0 %", denominator_value="30", proration="seasonal"),
    ]
    source = figures("us-census", "monthly", MONTHS, low="27.228", high="27.228", target="33.47", ratios=paces)
    text = term_of(term("t", "a term", "not_met", unit="GUSD", readings=[reading("export", "not_met", [source])]))
    assert "90.0 % of the pace, by season" in text
    assert "of the pace, by days" not in text
    assert "27 of 33.47 due = 80.7 %" in text


def test_channels_without_a_figure_share_a_row() -> None:
    """Channels that say nothing, and say it alike, are named together; those with a figure stand alone (R8)."""
    silent = [figures("us-census", name, [], votes=False, why_not="has no figure of the period") for name in ("a", "b")]
    spoken = figures("usda-fas", "weekly", WEEKS, low="6.2", high="6.2", target="12")
    text = term_of(
        term("t", "a term", "not_met", unit="Mt", readings=[reading("export", "not_met", [*silent, spoken])])
    )
    assert "us-census / a and us-census / b" in text
    assert "usda-fas / weekly" in text


def test_lateness_is_said_once_in_each_place() -> None:
    """The table has a column for lateness, so its outcomes give only what else is the reason; the notes give all."""
    reason = "counting on from the period, reached on 2021-12-31, 365 days late; does not vote: import/cn/us"
    late = {"reason": reason, "reached": "2021-12-31", "days_late": 365}
    imports = reading("import", "not_assessable", [], reporter="cn", partner="us", **late)
    whole = data()
    whole["commitments"][0]["terms"] = [term("t", "a term", "not_met", readings=[imports], **late)]
    back = read(render_html(result(whole), software=SOFTWARE))
    (table, *_) = [one for one in back.all("table") if "reckoning" in one.attributes.get("class", "")]
    assert "does not vote: imports, China from United States" in table.text
    assert "365 days late" not in table.text
    chapter, summary = (" ".join(back.id(name).text.split()) for name in ("c1", "summary"))
    assert "Why: counting on from the period, reached on 31 December 2021, 365 days late; does not vote" in chapter
    assert summary.count("365 days late") == 1


def test_earlier_totals_are_told_once_for_as_long_as_they_stood() -> None:
    """Vintages that repeat a total are not repeated (R2)."""
    days = [("2021-02-25", "27.335"), ("2021-03-25", "27.335"), ("2021-06-25", "27.228"), ("2021-07-26", "27.228")]
    revisions = [{"published": day, "actual": actual, "entry": 80 + place} for place, (day, actual) in enumerate(days)]
    source = figures("us-census", "annual", MONTHS, low="27.228", high="27.228", target="33.47", revisions=revisions)
    text = term_of(term("t", "a term", "not_met", unit="GUSD", readings=[reading("export", "not_met", [source])]))
    assert "27.34 bn USD, from 25 February 2021; 27.23 bn USD, from 25 June 2021." in text


def test_note_of_a_position_is_not_quoted() -> None:
    """Words without a language are the recorder's, and stand without quotation marks (R12)."""
    whole = data()
    whole["commitments"][0]["stances"][0] |= {"words": "By signing.", "language": None}
    back = read(render_html(result(whole), software=SOFTWARE))
    assert "By signing." in back.id("c1").text
    assert "By signing." not in {one.text for one in back.all("q")}


def test_mutual_pledge_is_to_each_other() -> None:
    """Where both sides owe and both are owed, it is said once."""
    whole = data()
    whole["commitments"][0] |= {"obligors": ["us", "cn"], "obligees": ["cn", "us"]}
    assert "China and United States, to each other" in changed(commitments=whole["commitments"])


def test_qualified_where_most_is_not_met_says_why_it_is_not_adverse() -> None:
    """While a named source is missing no opinion is adverse, and the first page says so (A2, A3)."""
    opinion = data()["opinion"] | {"code": "A3", "name": "qualified"}
    opinion["parts"] = [opinion["parts"][0] | {"of": "A2"}]
    text = changed(opinion=opinion)
    assert (
        "Sources that should have spoken and did not: cn-customs. While one is missing, no opinion is adverse." in text
    )


def test_exact_value_stands_in_the_markup() -> None:
    """What is rounded for the eye is exact in the page: nothing is lost by printing."""
    values = {one.attributes["value"]: one.text for one in page().all("data")}
    assert values["27.228"] == "27.23"


def test_moved_deadline_stands_beside_the_verdict() -> None:
    """A deadline moved by one side alone is printed with its outcome, and changes nothing (R12)."""
    said = "On terms moved by United States alone (the deadline is the end of February 2026): met"
    assert said in text_of("c2")


def test_condition_says_trigger_and_what_followed() -> None:
    """A condition prints its trigger, the reason, and the consequence (F3)."""
    text = text_of("c3")
    assert "The trigger cannot be determined: nobody was named to judge what is satisfactory." in text
    assert "The consequence followed late" in text


def test_direction_is_printed_and_not_judged() -> None:
    """A direction without a number gets its two totals and no verdict (method §2)."""
    text = text_of("c4")
    assert "The observed direction; never a verdict" in text
    assert "an increase exports rose from 8.24 to 22.61 Mt" in text


def test_unknown_fields_are_said_in_words() -> None:
    """A field that is null is said as what is not known, of which term (E2)."""
    whole = data()
    whole["words"][1]["unknown"] = ["performance.control", "terms.soy-2025.scope", "indicators[0].lag_months"]
    whole["instruments"][1]["unknown"] = ["forum", "something-new"]
    text = " ".join(changed(words=whole["words"], instruments=whole["instruments"]).split())
    for said in (
        "what share of the flow the obligor controls", "what exactly it covers: 12 Mt of soybeans by the end of 2025",
        "how late the indicator is published", "where a party can be made to answer", "something-new",
    ):  # fmt: skip
        assert f"<li>{said}</li>" in text


def test_what_a_score_leaves_unknown_names_its_dimension() -> None:
    """A reader of the first page meets no letter of the method before it was explained (E2)."""
    whole = data()
    whole["commitments"][0]["score"]["unknown"] = ["K: nobody was asked", "Q: no dimension"]
    text = changed(commitments=whole["commitments"])
    assert "<li>acknowledgement: nobody was asked</li>" in text
    assert "<li>Q: no dimension</li>" in text


def test_findings_have_four_parts_and_replies_stand_beside_in_their_words() -> None:
    """Criteria, condition, cause, effect; a cause that nobody evidenced is said to be so; replies to the letter."""
    text = text_of("findings")
    for part in ("What was owed", "What was seen", "WhyNot evidenced.", "What follows"):
        assert part in text
    said = [one.text.strip() for one in page().all("blockquote") if "section" in one.inside]
    assert "He told me that just this week they completed their soybean purchases" in said
    assert "China is silent" in text


def test_evidence_has_digests_and_the_copy_that_was_read() -> None:
    """Whoever wants to check finds the digests, the copy read and what was rejected (design §2.2)."""
    text = text_of("evidence")
    for part in (
        "sha256:" + "cd" * 32,
        "sha256:" + "ef" * 32,
        "a stored copy of the page (excerpt)",
        "2 rows of the file",
    ):
        assert part in text


def test_how_to_verify_gives_commands_origin_genesis_and_size() -> None:
    """The last part is what a stranger types (design §2.6)."""
    text = text_of("verify")
    for part in (
        "pledger verify BUNDLE.zip", "pledger verify BUNDLE.zip --policy POLICY",
        "pledger audit phase-one-annex-6-1 busan-soy-2025 us-tariff-threat-2019 cn-imports-2019",
        "--as-of 2026-08-27 --size 118",
        "example.com/promises", "sha256:" + "12" * 32, "118 entries", SOFTWARE,
    ):  # fmt: skip
        assert part in text


def test_commands_name_the_bundle_where_its_name_is_known() -> None:
    """A report beside its bundle says the file's name."""
    assert b"pledger verify soy.zip" in render_html(result(), software=SOFTWARE, bundle="soy.zip")


def test_it_is_modelled_on_assurance_and_claims_none() -> None:
    """The report never claims an assurance standard (method §6)."""
    text = " ".join(raw().decode().split()).lower()
    assert "modelled on assurance engagements; it is not one" in text
    assert "in accordance with" not in text


def test_cited_entry_leads_to_where_it_is_described() -> None:
    """An entry that the report describes is one step away."""
    assert [one.text for one in page().all("a") if one.attributes["href"] == "#entry-20"]


def test_result_with_nothing_in_it_says_so() -> None:
    """An audit without evidence, findings, replies or changes says that there are none, part by part."""
    empty: dict[str, list[str]] = {
        name: [] for name in ("findings", "replies", "evidence", "changes", "emphasis", "not_covered")
    }
    text = " ".join(changed(**empty).split())
    for said in ("There are no findings.", "No evidence was used", "Nothing changed.", "Nothing is emphasised."):
        assert said in text


def test_progress_statement_says_that_nothing_was_due() -> None:
    """Where nothing is due the opinion is a progress statement (A5)."""
    opinion = {
        **data()["opinion"], "code": "A5", "name": "progress statement", "rule": "no material term is due",
        "because": ["no material term is due at this view"], "considered": [], "parts": [], "sources_missing": [],
    }  # fmt: skip
    text = changed(opinion=opinion)
    assert "Nothing material was due yet." in text
    assert "No material term was due." in text


# --- unmoved by hostile words -----------------------------------------------------------------------------------------

ATTACK = "\"'><script>alert(1)</script></svg></style></title><img src=x onerror=alert(1)>{{ 7*7 }}{% raw %}"
FREE = frozenset({
    "title", "says", "words", "text", "reason", "note", "publisher", "copy_read", "locator", "spoken_by", "translator",
    "criteria", "condition", "cause", "effect", "scope", "rule", "because", "why", "validity_reason", "why_not",
    "causes", "happened", "emphasis", "not_covered", "unknown", "sources_missing", "flags", "origin", "imputed",
    "translation", "findings", "source", "channel", "subjects",
})  # fmt: skip


def _attacked(value: Any, name: str | None = None) -> Any:
    """Plain data in which every free text ends in an attack."""
    if isinstance(value, dict):
        return {key: _attacked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_attacked(inner, name) for inner in value]
    # Ratios have checked slugs; they keep them.
    return f"{value} {ATTACK}" if isinstance(value, str) and name in FREE else value


def _addressed(whole: dict[str, Any]) -> Page:
    """The data with two addresses that must not become links, rendered and read back."""
    whole["evidence"][0]["source"]["address"] = "javascript:alert(1)"
    whole["replies"][0]["source"]["address"] = 'https://a.example/"onmouseover=alert(1)'
    return read(render_html(result(whole), software=SOFTWARE))


def _hostile() -> Page:
    whole = _attacked(data())
    readings = [one for part in whole["commitments"] for among in part["terms"] for one in among["readings"]]
    for checked in [one for read_as in readings for source in read_as["sources"] for one in source["ratios"]]:
        checked["source"], checked["channel"] = "us-census", "un-comtrade"
    return _addressed(whole)


def test_hostile_words_stay_words() -> None:
    """No text of a result can open an element, an attribute or an address (design §2.6)."""
    hostile = _hostile()
    assert hostile.problems == []
    assert hostile.all("script", "img", "style")[1:] == []
    assert [key for one in hostile.elements for key in one.attributes if key.startswith("on")] == []
    assert [
        one.attributes["href"] for one in hostile.all("a") if not one.attributes["href"].startswith(("#", "http"))
    ] == []
    assert "{{ 7*7 }}" in hostile.id("c1").text
    assert [one.tag for one in hostile.elements] == [one.tag for one in _addressed(data()).elements]


def test_hostile_software_and_file_name_stay_words() -> None:
    """Nor can what the caller passes in."""
    hostile = read(render_html(result(), software=SOFTWARE + ATTACK, bundle="x.zip" + ATTACK))
    assert [one.tag for one in hostile.elements] == [one.tag for one in page().elements]


def test_address_that_is_no_link_is_printed() -> None:
    """An address that is not of the web is still shown, as text."""
    text = " ".join(_hostile().id("evidence").text.split())
    assert "javascript:alert(1)" in text


def test_text_that_turns_is_written_out() -> None:
    """A right-to-left override in a result is shown, not obeyed (UAX 9)."""
    text = changed(emphasis=["safe \u202eelbaulav\u202c"], not_covered=["zero\u200bwidth"])
    assert "safe [U+202E]elbaulav[U+202C]" in text
    assert "zero[U+200B]width" in text


def test_nothing_but_text_is_ever_printed() -> None:
    """A null that would be printed as a word is our own fault and says so."""
    with pytest.raises(AssertionError, match="which is no text"):
        html._finalize(None)


# --- where something is missing ---------------------------------------------------------------------------------------


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare package has no reports, and says how to get them (style §2)."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    html.environment.cache_clear()
    try:
        with pytest.raises(UnavailableError, match=r"pip install '\.\[report\]'"):
            render_html(result(), software=SOFTWARE)
    finally:
        html.environment.cache_clear()


def test_unknown_language_is_refused() -> None:
    """A report in a language without a catalogue is refused by a sentence."""
    with pytest.raises(NotFoundError, match="no catalogue of words"):
        render_html(result(), software=SOFTWARE, language="tlh")


def test_what_stands_beside_a_score_is_set_apart() -> None:
    """Story, performance, depth and levers stand under a heading of their own, the objection with the score (E10)."""
    whole = data()
    first = whole["commitments"][0]
    name = first["terms"][0]["id"]
    told = {"term": name, "outcome": "not_met", "is_closed": True, "left_out": None, "fulfilment": ["0.5", "0.5"]}
    first["beside"] = {
        "performance": {
            "state": "broken", "trial": ["0.5", "0.5"], "words": "broken: a material term is not met",
            "terms": [told | {"words": "not met; counts 50.0 %"}],
        },
        "leverage": [{
            "subject": "tariff", "title": "the tariff", "since": None, "until": None, "state": "lapsed",
            "lapsed": "2020-06-01", "words": "the tariff: lapsed on 2020-06-01 (entry 4)", "cites": [cite(4)],
        }],
        "quadrant": {
            "enforceability": "hard", "performance": "broken", "story": "hard and broken", "words": "hard and broken",
        },
    }  # fmt: skip
    first["terms"][0]["depths"] = [{
        "source": "us-census", "channel": "annual", "counterfactual": "last_year", "period": "2019", "amount": "60",
        "target": "100", "value": "0.4", "reason": None, "words": "40.0 % of the target lies above last year",
    }]  # fmt: skip
    first["score"]["objection"] = {
        "rule": "turns the band", "side": "written", "dimension": "P", "becomes": ["political", "political"],
        "words": "P one level down: political", "cites": [cite(4)],
    }  # fmt: skip
    text = changed(commitments=whole["commitments"])
    beside = text[text.index("Beside the score, never in it") :]
    for said in ("hard and broken", "not met; counts 50.0 %", "40.0 % of the target", "lapsed on 1 June 2020 (entry"):
        assert said in beside
    against = text[text.index("The strongest objection to it, chosen by rule") : text.index("Beside the score")]
    assert "as written: P one level down: political." in against


def test_a_pledge_without_a_lever_says_so() -> None:
    """That nothing is named behind it is told, not left out (E10)."""
    whole = data()
    whole["commitments"][0]["beside"] = {
        "performance": {"state": "open", "trial": None, "words": "open", "terms": []}, "leverage": [],
        "quadrant": {"enforceability": "soft", "performance": "open", "story": None, "words": "soft, and still open"},
    }  # fmt: skip
    assert "No lever is named." in changed(commitments=whole["commitments"])


def chinese() -> str:
    """The example in Chinese."""
    return render_html(result(), software="pledger", language="zh").decode()


def test_chinese_report_says_its_language_and_leaves_quotations_in_theirs() -> None:
    """The page is Chinese and says so; what was said in English stays English, and says so too (WCAG 3.1)."""
    page_ = read(chinese().encode())
    assert page_.problems == []
    assert page_.all("html")[0].attributes["lang"] == "zh"
    assert "无法表示意见" in page_.id("summary").text
    assert {one.attributes.get("lang") for one in page_.all("p") if one.attributes.get("dir")} >= {"en"}


def test_chinese_report_has_all_parts_of_the_english_one() -> None:
    """Only words differ: the same sections, tables and pictures in the same order."""
    theirs = read(chinese().encode())
    for name in ("section", "table", "svg", "blockquote", "article"):
        assert [one.attributes.get("id") for one in theirs.all(name)] == [
            one.attributes.get("id") for one in page().all(name)
        ]


def test_party_is_named_in_the_language_of_the_report() -> None:
    """The record has a party's names by language; one that it does not have there is called by the English name."""
    members = data()
    members["parties"][0]["names"] = {"en": "China", "zh-Hans": "中国"}
    text = render_html(result(members), software="pledger", language="zh").decode()
    assert "中国" in text


def test_what_was_audited_against_what_and_how_is_said() -> None:
    """Addressee, subject matter, criteria and whether they are suitable, responsibilities, procedures (method §6)."""
    text = text_of("engagement")
    for part in ("Addressee", "4 commitments", "by the rules of method 2026.1", "Responsibilities", "(A1 to A5)"):
        assert part in text


def test_terms_whose_words_say_too_little_are_named_as_unsuitable() -> None:
    """Where P is 1 or less there is nothing to hold an outcome against, and the term is named (E5)."""
    members = data()
    one = members["commitments"][3]
    levels = [level(1, 1, "P.1", "two of the six elements") for _ in range(2)]
    one["score"]["terms"] = [{"term": one["terms"][0]["id"], "P": levels, "V": levels, "K": levels}]
    text = " ".join(read(render_html(result(members), software="pledger")).id("engagement").text.split())
    assert (
        f"They are not suitable where the words say too little to hold an outcome against: {one['terms'][0]['title']}."
        in text
    )
    assert "They are suitable: every term" in text_of("engagement")


def test_reply_stands_beside_the_finding_that_it_answers() -> None:
    """A reply to one term is in the row of that finding; one to the whole commitment stands before all (R11)."""
    text = raw().decode()
    part = text[text.index('<section id="findings"') : text.index('<section id="follow-up"')]
    rows = [row.partition("<h3>")[0] for row in part.split('<div class="beside">')[1:]]
    replied = [row for row in rows if 'class="reply"' in row]
    assert len(replied) == 1
    assert "12 Mt of soybeans" in replied[0].partition("</h4>")[0]
    assert 'class="reply"' in rows[0] or "On the whole commitment" in text


EARLIER = {
    "kind": "audit", "subject": "soy", "issued": "2020-03-01", "view": {"size": 7, "as_of": "2020-02-29"},
    "method": "2026.1", "opinion": "A5", "state": "withdrawn", "why": "the wrong file",
    "became": ["The opinion was A5 then, and is A4 now, over the same commitments."], "cite": cite(9),
}  # fmt: skip


def test_earlier_conclusions_are_followed_up() -> None:
    """What was concluded before, of which view, whether it stands, and what became of it (method §6)."""
    text = " ".join(read(changed(earlier=[EARLIER]).encode()).id("follow-up").text.split())
    for part in ("Progress statement", "29 February 2020", "It was withdrawn.", "the wrong file", "and is A4 now"):
        assert part in text
    assert "no earlier determination or audit" in text_of("follow-up")


# --- many commitments -------------------------------------------------------------------------------------------------


def many(count: int) -> AuditResult:
    """The example with one of its commitments over and over, under other names."""
    whole = data()
    pledge, words = whole["commitments"][0], whole["words"][0]
    names = [f"pledge-{number:03d}" for number in range(count)]
    whole["commitments"] = [{**pledge, "subject": name, "title": f"Pledge {name}"} for name in names]
    whole["words"] = [{**words, "subject": name} for name in names]
    whole["subjects"] = names
    return result(whole)


def test_many_commitments_come_piece_by_piece_and_one_at_a_time() -> None:
    """Results that wait outside memory give the same page, and each chapter is let go before the next is made."""
    whole = many(KEPT_FROM)
    waiting = Kept(whole.commitments)
    seen: list[weakref.ref[CommitmentResult]] = []
    most = 0

    class Watched(Kept):
        """Counts the results that are in memory."""

        def __getitem__(self, place: Any) -> Any:
            nonlocal most
            found = Kept.__getitem__(self, place)
            seen.append(weakref.ref(found))
            if len(seen) % 25 == 0:
                gc.collect()  # what is let go of in a cycle waits for it
            most = max(most, sum(one() is not None for one in seen))
            return found

    waiting.__class__ = Watched
    streamed = whole.model_copy(update={"commitments": waiting})
    pieces = list(html_pieces(streamed, software=SOFTWARE))
    assert len(pieces) > 5
    assert b"".join(pieces) == render_html(whole, software=SOFTWARE)
    assert 0 < most < KEPT_FROM - 10


def test_report_in_short_has_rows_and_no_chapters() -> None:
    """What is too large for paper says what it leaves out: chapters, findings, and rows beyond the first."""
    page = read(render_html(many(html.SHORT_ROWS + 13), software=SOFTWARE, is_short=True))
    text = " ".join(page.id("summary").text.split())
    assert "This paper is the audit in short." in text
    assert f"Pledge pledge-{html.SHORT_ROWS - 1:03d}" in text
    assert f"Pledge pledge-{html.SHORT_ROWS:03d}" not in text
    assert "13 more stand in the page, the workbook and audit.json." in text
    assert not [one for one in page.all("section") if one.attributes.get("class") == "chapter"]
    assert not [one for one in page.all("section") if one.attributes.get("id") == "findings"]
