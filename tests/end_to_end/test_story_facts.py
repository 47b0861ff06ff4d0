"""Every date, word and number of the story stands in the table of facts that it was made from, in the rows it cites.

Each draft cites rows in a comment (``# chain: A16, A17``). The table itself is not part of this repository; where it is
absent these tests are skipped.

Source: issue of the first story, point 7; design §2.2 (what is only recalled is unknown).
"""

import calendar
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.demo import load
from ledger.ingest.document import Draft, check_draft, read_drafts
from ledger.model.wording import describe

Row = dict[str, str]

NAMES = (
    "trump", "xi", "liu", "wang", "perdue", "lighthizer", "bessent", "greer", "tai", "bianchi", "glauber", "bown",
    "mnuchin", "geng", "gao", "yadong", "chao", "lifeng", "gerrish",
)  # fmt: skip
"""Natural persons whom the table names; none may be a part of a subject (design §2.2)."""

BASELINE = {"2017-01-01", "2017-12-31"}


class Cited(NamedTuple):
    """A draft, the rows that it cites, and all that they say."""

    draft: Draft
    rows: tuple[Row, ...]
    text: str


def drafts() -> Iterator[tuple[Draft, tuple[str, ...]]]:
    """Yield every draft of the story with the identifiers of the rows it cites."""
    for file in load().drafts:
        texts = file.raw.decode().split("\n---\n")[1:]
        found = read_drafts(file.raw, name=file.name)
        assert len(texts) == len(found)
        for text, draft in zip(texts, found, strict=True):
            comment = re.match(r"# chain: (.+)\n", text)
            yield draft, tuple(comment[1].split(", ")) if comment else ()


@pytest.fixture(scope="module")
def chain(shared_data: Path) -> dict[str, Row]:
    """The table of facts, by row identifier."""
    with (shared_data / "story" / "chain.csv").open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def cited(chain: dict[str, Row]) -> tuple[Cited, ...]:
    """Every draft but the parties, whose names need no citation."""
    found = []
    for draft, names in drafts():
        rows = tuple(chain[name] for name in names)
        found.append(Cited(draft, rows, "\n".join(value for row in rows for value in row.values())))
    return tuple(one for one in found if one.draft.kind != "party")


def members(value: object, path: str = "body") -> Iterator[tuple[str, object]]:
    """Yield every leaf with its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from members(item, f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from members(item, f"{path}[{number}]")
    else:
        yield path, value


def parts(value: object, name: str) -> Iterator[dict[str, object]]:
    """Yield every object that stands under a member of that name, at any depth; a list gives each of its items."""
    if isinstance(value, dict):
        for member, item in value.items():
            if member == name:
                yield from (one for one in (item if isinstance(item, list) else [item]) if isinstance(one, dict))
            yield from parts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from parts(item, name)


def test_every_draft_cites_its_rows(cited: tuple[Cited, ...]) -> None:
    """A fact without a row is not known, so every draft of a fact names at least one."""
    assert len(cited) > 70
    assert [one.draft.where for one in cited if not one.rows] == []


def test_what_is_only_recalled_or_unknown_is_never_cited(cited: tuple[Cited, ...]) -> None:
    """Rows that are recalled, or were looked for and not found, become nulls and never facts (design §2.2)."""
    certainties = {row["certainty"] for one in cited for row in one.rows}
    assert certainties == {"sure", "reported"}


def test_quotations_are_copied_to_the_letter(cited: tuple[Cited, ...]) -> None:
    """Every quotation is the whole quotation of a row that is cited, in its language (design §2.2)."""
    for one in cited:
        known = {(row["quote"], row["quote_language"]) for row in one.rows if row["quote"]}
        for quote in (*parts(one.draft.body, "quote"), *parts(one.draft.body, "quotes")):
            if "text" in quote:
                assert (quote["text"], quote["language"]) in known, one.draft.where


def test_quotations_are_short(cited: tuple[Cited, ...]) -> None:
    """No quotation has more than 15 words; Chinese is counted by characters, two to a word."""
    for one in cited:
        for quote in (*parts(one.draft.body, "quote"), *parts(one.draft.body, "quotes")):
            if "text" in quote:
                text = str(quote["text"])
                words = len(text) / 2 if str(quote["language"]).startswith("zh") else len(text.split())
                assert words <= 16, one.draft.where
                assert str(quote["language"]).startswith("zh") or words <= 15, one.draft.where


def test_sources_are_those_of_the_rows(cited: tuple[Cited, ...]) -> None:
    """Publisher's role, certainty and title are the row's; one title that the table abbreviates is written out."""
    for one in cited:
        known = {(row["publisher_role"].replace(" ", "_"), row["certainty"], row["source_title"]) for row in one.rows}
        for source in parts(one.draft.body, "source"):
            title = str(source["title"])
            if title.startswith("Bloomberg, in Taipei Times"):
                assert any(title.partition(",")[0] in row["source_title"] for row in one.rows)
                continue
            assert (source["role"], source["certainty"], title) in known, one.draft.where


def test_days_are_those_of_the_rows(cited: tuple[Cited, ...]) -> None:
    """Every day is said by a cited row, or is the last day of a month or year that one gives without a day."""
    day = re.compile(r"\d{4}-\d{2}-\d{2}")
    for one in cited:
        for path, value in members(one.draft.body):
            if isinstance(value, str) and day.fullmatch(value):
                assert _says(one, value), (one.draft.where, path, value)
        assert one.draft.issued is not None
        assert _says(one, one.draft.issued[:10]), one.draft.where


def _says(one: Cited, day: str) -> bool:
    year, month, number = (int(part) for part in day.split("-"))
    words = f"{number} {calendar.month_name[month]}"
    if day in one.text or f"{words} {year}" in one.text:
        return True
    if any(words in "\n".join(row.values()) and row["date"].startswith(str(year)) for row in one.rows):
        return True
    dates = {part for row in one.rows for part in (row["date"], *row["period"].split("/"))}
    last_of_month = number == calendar.monthrange(year, month)[1]
    if last_of_month and f"{year}-{month:02}" in dates:
        return True
    return (day.endswith("-12-31") and str(year) in dates) or (day in BASELINE and "2017 baseline" in one.text)


def test_moments_are_those_of_the_rows(cited: tuple[Cited, ...]) -> None:
    """An exact moment is the row's, with its offset: 2 March 2019, 00:01 in Washington."""
    moments = {(str(one["local"]), str(one["at"])) for draft in cited for one in parts(draft.draft.body, "deadline")}
    assert moments == {("2019-03-02T00:01:00-05:00", "2019-03-02T05:01:00Z")}
    (row,) = {row["time_zone_note"] for one in cited for row in one.rows if "05:01Z" in row["time_zone_note"]}
    assert row == "effective 2019-03-02T00:01-05:00 (05:01Z)"


def test_numbers_are_those_of_the_rows(cited: tuple[Cited, ...]) -> None:
    """Every target is the value of a cited row, in its unit, and every time limit that of the row on the exit."""
    units = {"Mt": "Mt", "GUSD": "USD_bn", "percent": "percent"}
    for one in cited:
        values = {(row["term_value"], row["unit"]) for row in one.rows}
        owed = (*parts(one.draft.body, "terms"), *parts(one.draft.body, "consequence"), *parts(one.draft.body, "moved"))
        for term in owed:
            if "target" in term:
                target, unit = str(term["target"]), units[str(term["unit"])]
                assert any(value == target and found.startswith(unit) for value, found in values), one.draft.where
        exits = {row["term_value"] for row in one.rows if row["what"].startswith("exit:")}
        for part in (*parts(one.draft.body, "exit"), *parts(one.draft.body, "limit")):
            assert str(part.get("notice_days", part.get("days"))) in exits, one.draft.where


def test_numbers_of_each_term_are_of_its_own_row(chain: dict[str, Row]) -> None:
    """The annex's increments stand in the sector and year of their rows, not only somewhere among them."""
    rows = {
        ("agriculture", "2020"): "C05", ("agriculture", "2021"): "C06",
        ("energy", "2020"): "C07", ("energy", "2021"): "C08",
        ("manufactured", "2020"): "C09", ("manufactured", "2021"): "C10",
        ("services", "2020"): "C11", ("services", "2021"): "C12",
    }  # fmt: skip
    (draft,) = (draft for draft, _ in drafts() if (draft.kind, draft.subject) == ("commitment", "phase-one-annex-6-1"))
    seen = set()
    for term in parts(draft.body, "terms"):
        sector, year = str(term["id"]).split("-")
        row = chain[rows[sector, year]]
        assert row["term_value"] == term["target"]
        assert sector in row["what"]
        assert row["period"] == f"{year}-01-01/{year}-12-31"
        seen.add((sector, year))
    assert seen == set(rows)


def test_parties_of_positions_are_those_of_the_rows(cited: tuple[Cited, ...]) -> None:
    """Whoever takes a position is the party of its row, and a stance that the row gives is kept."""
    spelt = {"cn": "CN", "us": "US", "piie": "PIIE"}
    for one in cited:
        if one.draft.kind != "position":
            continue
        first = one.rows[0]
        assert spelt[str(one.draft.body["party"])] in first["party"], one.draft.where
        # A row that is a pledge is itself an affirmation; a deadline that one side moves is a position.
        if first["kind"] == "position" and first["stance"]:
            assert one.draft.body["stance"] == first["stance"], one.draft.where
        if "about fulfilment" in first["note"]:
            assert one.draft.body["about"] == "finding", one.draft.where


def test_no_natural_person_is_a_subject() -> None:
    """Subjects are slugs that outlive an erasure, so they name no natural person (design §2.2)."""
    for draft, _ in drafts():
        assert not set(re.split(r"[-.]", draft.subject)) & set(NAMES), draft.where


def test_author_is_shown_every_quotation_and_number() -> None:
    """Before signing, the words and targets of every draft stand in what the author reads (point 2)."""
    for draft, _ in drafts():
        lines = "\n".join(describe(check_draft(draft)))
        for path, value in members(draft.body):
            name = path.rpartition(".")[2]
            if name in {"text", "target", "note", "title", "words", "at", "notice_days"}:
                assert str(value) in lines, (draft.where, path)
