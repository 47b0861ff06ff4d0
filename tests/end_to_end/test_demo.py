"""The first story, told whole and then tampered with: verdicts follow from the figures and nothing else.

What is expected is worked out here from the demonstration's own tables, by hand and with exact fractions; no outcome
and no ratio is written down. Source: issue of the first story, point 7.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.bundle import open_bundle
from ledger.audit.comparison.given import parse_audit
from ledger.audit.result import AuditResult
from ledger.cli import demo as demonstration
from ledger.cli.demo import ORIGIN, tell
from ledger.cli.main import answers, main
from ledger.cli.output import format_document
from ledger.demo import FigureFile, Story, load
from ledger.report.html import render_html
from ledger.report.phrasebook import phrasebook
from ledger.runtime import Ledger, init, open_ledger
from tests.end_to_end.small import fixed_keys
from tests.unit.report.composed import composed
from tests.unit.report.untranslated import english, page_texts

ANNEX = "phase-one-annex-6-1"
COMTRADE = "un-comtrade-annex-sectors-annual.csv"
GOODS = ("agriculture", "energy", "manufactured")
# Annex 6.1 of the agreement, in billions of dollars over 2017 (chain.csv, C05 to C12).
INCREMENTS = {
    ("agriculture", 2020): Fraction("12.5"), ("agriculture", 2021): Fraction("19.5"),
    ("energy", 2020): Fraction("18.5"), ("energy", 2021): Fraction("33.9"),
    ("manufactured", 2020): Fraction("32.9"), ("manufactured", 2021): Fraction("44.8"),
}  # fmt: skip
CLOCK = "2026-11-01T00:00:00Z"

Told = dict[str, Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the story is told: a directory that is not there yet."""
    return tmp_path_factory.mktemp("demo") / "story"


@dataclass(frozen=True)
class Telling:
    """One telling by the command: what it said in words, and what it answers with --json."""

    said: str
    document: Told


@pytest.fixture(scope="module")
def telling(place: Path) -> Telling:
    """The story, told once by the command."""
    out, kept = io.StringIO(), []

    def keep(directory: Path, story: Story, *, tells: Callable[[str], None]) -> demonstration.Told:
        kept.append(tell(directory, story, tells=tells))
        return kept[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstration, "tell", keep)
        patch.setattr("sys.stdout", out)
        patch.setenv("XDG_CONFIG_HOME", str(place.parent / "config"))
        patch.setenv("COLUMNS", "120")
        assert main(["demo", str(place)]) == 0
    document: Told = json.loads(format_document(demonstration.told_document(kept[0])))
    return Telling(out.getvalue(), document)


@pytest.fixture(scope="module")
def told(telling: Telling) -> Told:
    """What the command answers."""
    return telling.document


def commitment(told: Told, subject: str) -> Any:
    """One commitment of the status."""
    return next(one for one in told["status"]["commitments"] if one["subject"] == subject)


def term(told: Told, subject: str, name: str) -> Any:
    """One term of the status."""
    return next(one for one in commitment(told, subject)["terms"] if one["id"] == name)


def rows(name: str, story: Story | None = None) -> Iterator[dict[str, str]]:
    """The rows of one of the story's tables."""
    figures = next(one for one in (story or load()).figures if one.name == name)
    return csv.DictReader(io.StringIO(figures.raw.decode("utf-8")))


def is_of(code: str, sector: str) -> bool:
    """Whether a row's code is the sector or a part of it."""
    return code == sector or code.startswith(f"{sector}.")


def exports(sector: str, year: int) -> Fraction:
    """What UN Comtrade has for a sector and what is below it, in a year, in billions of dollars."""
    values = [row["value_usd"] for row in rows(COMTRADE) if row["year"] == str(year) and is_of(row["sector"], sector)]
    return sum((Fraction(value) for value in values), Fraction(0)) / 10**9


def decimal(value: Fraction, *, places: int) -> Fraction:
    """A value rounded half-even, as results print it."""
    return Fraction(round(value * 10**places), 10**places)


# --- what the story says ----------------------------------------------------------------------------------------------


def test_demonstration_answers_what_it_documents(told: Told, place: Path) -> None:
    """It names the ledger, counts what it recorded, and writes every audit in three formats that are all there."""
    assert told.keys() == answers()["demo"].keys()
    assert (told["origin"], told["directory"]) == (ORIGIN, str(place))
    story = load()
    assert told["figures"] == len(story.figures)
    assert told["status"]["view"]["as_of"] == story.view
    assert [one["name"] for one in told["audits"]] == [plan.name for plan in story.audits]
    for one in told["audits"]:
        assert [Path(file["path"]).suffix for file in one["files"]] == [".zip", ".html", ".json"]
        assert all(Path(file["path"]).stat().st_size == file["size"] for file in one["files"])


def test_view_is_the_day_of_the_last_evidence(told: Told, place: Path) -> None:
    """Nothing depends on the day on which it runs: the view is the day on which the last figures were published."""
    with open_ledger(place) as ledger:
        published = [
            one.statement.body.vintage.published for one in ledger.said() if one.statement.schema_ == "evidence.v1"
        ]
    assert max(published) == told["status"]["view"]["as_of"]


def test_every_audit_is_sound_on_the_word_of_the_policy(told: Told) -> None:
    """Each bundle was verified offline, figures imported again from the raw files, with nothing found (design §2.6)."""
    for one in told["audits"]:
        found = one["verification"]
        assert (found["sound"], found["trust"], found["findings"]) == (True, "given", [])
        assert found["genesis"] == told["genesis"]


def test_whole_ledger_is_sound(told: Told, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything recomputed from the bytes gives what is stored."""
    assert main(["log", "check", "--ledger", str(place), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"]


@pytest.mark.parametrize(("sector", "year"), INCREMENTS, ids=str)
def test_annex_is_decided_by_exports_against_their_own_baseline(told: Told, sector: str, year: int) -> None:
    """A sector owes its 2017 exports plus the increment, both by UN Comtrade, which covers both years (R6–R8)."""
    found = term(told, ANNEX, f"{sector}-{year}")
    target = exports(sector, 2017) + INCREMENTS[sector, year]
    actual = exports(sector, year)
    assert found["outcome"] == ("met" if actual >= target else "not_met")
    (deciding,) = [one for reading in found["readings"] for one in reading["sources"] if one["votes"]]
    assert (deciding["source"], deciding["channel"]) == ("us-census", "un-comtrade")
    ratios = {ratio["kind"]: ratio for ratio in deciding["ratios"]}
    assert Fraction(ratios["gross"]["value"]) == decimal(actual / target, places=6)
    incremental = (actual - exports(sector, 2017)) / INCREMENTS[sector, year]
    assert Fraction(ratios["incremental"]["value"]) == decimal(incremental, places=6)
    assert ratios["gross"]["measure"] == "export"
    assert ratios["gross"]["words"]


@pytest.mark.parametrize("sector", GOODS)
def test_monthly_series_that_ends_early_is_incomplete_for_2021(told: Told, sector: str) -> None:
    """The monthly Census figures end in November 2021: eleven of twelve months, 334 of 365 days (R10)."""
    months = {row["month"] for row in rows("us-census-annex-sectors-monthly.csv") if is_of(row["sector"], sector)}
    assert max(months) == "2021-11"
    found = term(told, ANNEX, f"{sector}-2021")
    monthly = [one for reading in found["readings"] for one in reading["sources"] if one["channel"] == "census-monthly"]
    (one,) = monthly
    assert not one["votes"]
    assert Fraction(one["period_coverage"]) == decimal(Fraction(334, 365), places=6)
    assert one["outcome"] == "not_assessable"


def test_named_source_without_figures_is_listed_as_missing(told: Told) -> None:
    """The agreement names official Chinese figures, which this ledger does not have (R8)."""
    for sector, year in INCREMENTS:
        assert "china-customs" in term(told, ANNEX, f"{sector}-{year}")["sources_missing"]


def test_question_has_another_answer_today(told: Told) -> None:
    """In January 2022 the year 2021 was awaiting its figures; what was published since decides it (R1)."""
    then, now = told["question"]["answers"]
    assert then["view"]["as_of"] < now["view"]["as_of"]
    assert then["outcome"] == "awaiting"
    assert now["outcome"] == term(told, told["question"]["subject"], told["question"]["term"])["outcome"]
    assert now["outcome"] != then["outcome"]


def test_soybean_pledge_is_read_by_order_export_and_import(told: Told) -> None:
    """A purchase may be an order, an export or an import: each reading answers, the empty one is named."""
    found = term(told, "busan-soy-2025", "soy-2025")
    readings = {reading["measure"]: reading for reading in found["readings"]}
    assert set(readings) == {"order", "export", "import"}
    assert not readings["import"]["votes"]
    weeks = [
        row
        for row in rows("usda-export-sales-weekly.csv")
        if row["row_status"] != "interpolated" and "2025-10-31" <= row["week_ending"] <= "2026-01-08"
    ]
    held = {row["week_ending"]: Fraction(row["total_commitment_kt"]) / 1000 for row in weeks}
    days = sorted(held)
    inside = [day for day in days if "2025-11-07" <= day <= "2025-12-31"]
    # Net orders of the weeks that lie wholly in the two months: a difference of what was committed.
    before = max(day for day in days if day < inside[0])
    orders = held[inside[-1]] - held[before]
    weekly = next(one for one in readings["order"]["sources"] if one["source"] == "usda-fas")
    assert Fraction(weekly["low"]) == orders
    assert Fraction(weekly["low"]) <= Fraction(weekly["high"])
    assert readings["order"]["outcome"] == ("met" if Fraction(weekly["low"]) >= 12 else "not_met")


def test_threat_is_undeterminable_and_what_happened_is_told(told: Told) -> None:
    """Nobody was named to judge what is satisfactory, so the trigger is undeterminable; May 2019 stands beside (F3)."""
    found = term(told, "us-tariff-threat-2019", "rise")
    assert (found["kind"], found["outcome"]) == ("conditional", "not_assessable")
    assert found["trigger"]["state"] == "undeterminable"
    assert any("2019-05-10" in happened for happened in found["trigger"]["happened"])


def test_words_without_a_number_are_never_judged(told: Told) -> None:
    """A trend has no outcome but its observed direction (R11)."""
    found = term(told, "cn-imports-2019", "imports")
    assert (found["kind"], found["outcome"]) == ("trend", "not_assessable")
    assert found["directions"]


def test_score_of_the_worked_case_follows_from_its_fields(
    told: Told, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The 5 Mt of January 2019 is the method's own worked case: P2 V3 K2 O1 A0 R2 X0, 30.8 (method §4)."""
    asked = ["score", "cn-soy-5mt-2019", "--as-of", "2019-02-15", "--ledger", str(place), "--json"]
    assert main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    levels = {letter: one["written"] for letter, one in found["dimensions"].items()}
    assert levels == {"P": [2, 2], "V": [3, 3], "K": [2, 2], "O": [1, 1], "A": [0, 0], "R": [2, 2], "X": [0, 0]}
    assert found["score"]["written"] == ["30.8", "30.8"]
    assert found["band"]["written"] == ["political", "political"]


# --- how it is read ---------------------------------------------------------------------------------------------------


def test_summary_is_readable_and_names_what_was_written(telling: Telling, place: Path) -> None:
    """In words: the three axes, the question with both answers, each audit with its opinion, paths and verification."""
    story = load()
    phrases = ("Outcome", "Validity", "Disposition", story.question.asks, f"As of {story.question.as_of}: awaiting")
    assert [phrase for phrase in phrases if phrase not in telling.said] == []
    assert telling.said.count("sound · trust: given") == len(story.audits)
    for plan in story.audits:
        assert f"{place}/audits/{plan.name}.html" in telling.said
    assert "pledger verify" in telling.said


def test_told_story_is_not_told_over_itself(told: Told, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run in the same place says what is there and what to do; the ledger is left as it is."""
    before = (place / "ledger.db").read_bytes()
    assert main(["demo", str(place)]) == 6
    assert "--fresh" in capsys.readouterr().err
    assert (place / "ledger.db").read_bytes() == before


def test_fresh_leaves_what_the_demonstration_did_not_make(told: Told, tmp_path: Path) -> None:
    """Even when it is told anew, a file of somebody's own is not removed, and stands in the way."""
    directory = tmp_path / "story"
    init(directory, origin=ORIGIN).close()
    (directory / "thesis.txt").write_text("mine\n")
    assert main(["demo", str(directory), "--fresh"]) == 6
    assert (directory / "thesis.txt").read_text() == "mine\n"


# --- tampering --------------------------------------------------------------------------------------------------------


def begin(directory: Path) -> Ledger:
    """A ledger with fixed keys and a fixed clock."""
    return init(directory, origin=ORIGIN, at=lambda: CLOCK, make_key=fixed_keys())


def with_figure(story: Story, name: str, old: str, new: str) -> Story:
    """The story with one line of one table changed."""
    changed: list[FigureFile] = []
    for one in story.figures:
        if one.name == name:
            assert one.raw.count(old.encode()) == 1
            changed.append(one._replace(raw=one.raw.replace(old.encode(), new.encode())))
        else:
            changed.append(one)
    return story._replace(figures=tuple(changed), audits=())


def outcomes(results: Iterable[Any]) -> dict[tuple[str, str], str]:
    """The outcome of every term."""
    return {(one.subject, two.id): two.outcome for one in results for two in one.terms}


CHANGES: dict[str, tuple[str, int, Callable[[Fraction], Fraction], str]] = {
    # Only UN Comtrade covers 2021 whole, so that it alone decides.
    "raised to its target": ("agriculture", 2021, lambda target: target, "met"),
    "a dollar short of it": ("agriculture", 2021, lambda target: target - Fraction(1, 10**9), "not_met"),
    # For 2020 the Census Bureau's own figures are there too, and decide the other way (R8).
    "raised in one copy of several": ("agriculture", 2020, lambda target: target, "disputed"),
}


@pytest.mark.parametrize(("sector", "year", "figure", "outcome"), CHANGES.values(), ids=CHANGES)
def test_verdict_follows_a_changed_figure(
    told: Told, tmp_path: Path, sector: str, year: int, figure: Callable[[Fraction], Fraction], outcome: str
) -> None:
    """One figure changed turns the verdict that rests on it and no other: none is written down (issue, point 7)."""
    line = next(row for row in rows(COMTRADE) if (row["sector"], row["year"]) == (sector, str(year)))
    new = figure(exports(sector, 2017) + INCREMENTS[sector, year]) * 10**9
    old = f"{year},{sector},{line['value_usd']}"
    changed = with_figure(load(), COMTRADE, old, f"{year},{sector},{int(new)}")
    after = outcomes(tell(tmp_path / "story", changed, begin=begin).results)
    before = {
        (one["subject"], two["id"]): two["outcome"] for one in told["status"]["commitments"] for two in one["terms"]
    }
    key = (ANNEX, f"{sector}-{year}")
    assert after[key] == outcome
    assert {name for name in before if before[name] != after[name]} <= {key}


def test_all_that_is_composed_is_said_in_chinese(told: Told, place: Path) -> None:
    """No sentence of the story's audits is without its counterpart, and quotations stand as they are (method §6)."""
    book = phrasebook("zh")
    assert book is not None
    for audit in told["audits"]:
        result = AuditResult.model_validate_json((place / "audits" / f"{audit['name']}.json").read_bytes())
        said = dict.fromkeys(composed(result))
        assert said
        assert [text for text in said if book.say(text) is None] == []


def test_pages_of_the_story_are_chinese(told: Told, place: Path) -> None:
    """No English word stands in them that the record does not hold (method §6)."""
    for audit in told["audits"]:
        bundle = open_bundle(io.BytesIO((place / "audits" / f"{audit['name']}.zip").read_bytes()))
        result = parse_audit(bundle.read("audit.json"))
        page = render_html(result, software="pledger", language="zh")
        assert english(page_texts(page), result, bundle) == []


def test_same_story_gives_the_same_audit(tmp_path: Path) -> None:
    """With the same keys at the same time, two tellings give the same audit.json to the byte (method, Arithmetic)."""
    story = load()
    story = story._replace(audits=story.audits[-1:])
    name = f"{story.audits[0].name}.json"
    tell(tmp_path / "one", story, begin=begin)
    tell(tmp_path / "two", story, begin=begin)
    assert (tmp_path / "one" / "audits" / name).read_bytes() == (tmp_path / "two" / "audits" / name).read_bytes()


@pytest.mark.parametrize("share", [Fraction(1, 100), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(99, 100)])
def test_flipped_byte_is_never_sound(told: Told, place: Path, tmp_path: Path, share: Fraction) -> None:
    """One bit changed anywhere in a bundle makes it malformed or unsound (design §2.6)."""
    bundle = place / "audits" / f"{told['audits'][0]['name']}.zip"
    raw = bytearray(bundle.read_bytes())
    raw[int(len(raw) * share)] ^= 1
    (tmp_path / "changed.zip").write_bytes(raw)
    assert main(["verify", str(tmp_path / "changed.zip"), "--policy", str(place / "policy")]) in {1, 3}
