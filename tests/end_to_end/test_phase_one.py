"""Phase One in full: annex 6.1 by tariff code, from the publishers' own files to the page in docs/.

``scripts/phase_one`` makes the ledger and writes the page; what is expected of it is summed here out of the raw files,
code by code, by a few lines of the standard library. Source: the issue of evidence, point 5.
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ledger.assessment.result import SourceResult, TermResult
from ledger.report.phrasebook import phrasebook
from tests.end_to_end.standalone import program
from tests.unit.report.composed import composed

ROOT = Path(__file__).resolve().parents[2]
SECTORS = {"Agriculture": "agriculture", "Energy": "energy", "Manufactured goods": "manufactured"}
GOODS = tuple(SECTORS.values())
# Annex 6.1, in billions of dollars over 2017, by year: 76.7 and 123.3 with services.
INCREMENTS = {
    "agriculture": {"2020": "12.5", "2021": "19.5"},
    "energy": {"2020": "18.5", "2021": "33.9"},
    "manufactured": {"2020": "32.9", "2021": "44.8"},
}
CASES = [(sector, year) for sector in GOODS for year in ("2020", "2021")]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The program that makes the ledger and the page."""
    loader = SourceFileLoader("phase_one", str(ROOT / "scripts" / "phase_one"))
    spec = spec_from_loader("phase_one", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def answers(script: ModuleType, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What the ledger says, made once."""
    if find_spec("duckdb") is None:
        pytest.skip("DuckDB is not installed: the extra `columns` brings it")
    script.__dict__["DATA"] = shared_data
    with script.build(tmp_path_factory.mktemp("phase-one") / "ledger") as ledger:
        yield script.Answers(ledger)


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> "Raw":
    """The raw files, summed without Pledger."""
    return Raw(shared_data)


class Raw:
    """Sums of the publishers' files by sector and year, in whole dollars."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def rows(self, path: str) -> Iterator[dict[str, str]]:
        """The rows of a file."""
        opened = gzip.open if path.endswith(".gz") else open
        with opened(self._data / path, "rt", encoding="utf-8") as lines:
            yield from csv.DictReader(lines)

    @cache  # noqa: B019  # lives as long as its module
    def items(self) -> dict[str, str]:
        """The sector of every item of four or six digits."""
        path = "phase-one-annex-6-1/annex_6_1_items_as_mapped_by_tradewartracker.csv"
        codes = {row["annex_item_code"]: SECTORS[row["annex_sector"]] for row in self.rows(path)}
        return {code: sector for code, sector in codes.items() if len(code) <= 6}

    @cache  # noqa: B019
    def comtrade(self) -> Counter[tuple[str, str]]:
        """UN Comtrade, each item at its own level; 9999 without chapter 99 is aircraft."""
        found: Counter[tuple[str, str]] = Counter()
        for row in self.rows("us-china-comtrade-annual/comtrade_usa_exports_to_china_annual_2015_2025.csv.gz"):
            code, dollars = row["cmd_code"], int(float(row["fob_usd"]))
            if code in self.items():
                found[self.items()[code], row["year"]] += dollars
            if code in {"9999", "99"}:
                found["aircraft", row["year"]] += dollars if code == "9999" else -dollars
        return found

    @cache  # noqa: B019
    def census(self) -> Counter[tuple[str, str]]:
        """The Census figures by six digits, each in the sector of its heading or of itself; 880000 is aircraft."""
        found: Counter[tuple[str, str]] = Counter()
        for row in self.rows("us-china-exports-hs6-monthly/us_exports_to_china_hs6_monthly_2013-01_2021-02.csv.gz"):
            code, items = row["hs6"], self.items()
            sector = "aircraft" if code == "880000" else items.get(code, items.get(code[:4]))
            if sector is not None and row["month"] != "2021-02":
                found[sector, row["month"][:4]] += int(row["value_usd"])
        return found


def billions(sums: Counter[tuple[str, str]], sector: str, year: str) -> Fraction:
    """A sector with what it holds, in billions of dollars."""
    parts = (sector, "aircraft") if sector == "manufactured" else (sector,)
    return Fraction(sum(sums[part, year] for part in parts), 10**9)


def rounded(value: Fraction) -> Fraction:
    """As ratios are printed: half-even to six places."""
    return Fraction(round(value * 10**6), 10**6)


def channel(script: ModuleType, found: TermResult, name: str) -> SourceResult:
    """What a channel says by the baseline that counts."""
    one: SourceResult = script.sources(found, name)[0]
    return one


def values(one: SourceResult) -> dict[str, Fraction]:
    """The ratios by kind; of the paces the linear one."""
    return {
        each.kind: Fraction(each.value)
        for each in one.ratios
        if each.value is not None and each.proration in {"none", "linear"}
    }


@pytest.mark.parametrize(("sector", "year"), CASES)
def test_every_sector_is_decided_by_its_codes(
    script: ModuleType, answers: Any, raw: Raw, sector: str, year: str
) -> None:
    """UN Comtrade by code covers both years: baseline, target, total and ratios are those of the raw file (R3–R8)."""
    found = answers.term(script.ANNEX, f"{sector}-{year}")
    one = channel(script, found, "un-comtrade")
    base, actual = (billions(raw.comtrade(), sector, each) for each in ("2017", year))
    increment = Fraction(INCREMENTS[sector][year])
    assert one.votes
    assert (Fraction(one.baseline or "-1"), Fraction(one.target or "-1")) == (base, base + increment)
    assert (Fraction(one.low or "-1"), one.high) == (actual, one.low)
    assert values(one)["gross"] == rounded(actual / (base + increment))
    assert values(one)["incremental"] == rounded((actual - base) / increment)
    assert found.outcome == ("met" if actual >= base + increment else "not_met")


@pytest.mark.parametrize("sector", GOODS)
def test_census_figures_by_code_have_a_baseline_of_their_own(
    script: ModuleType, answers: Any, raw: Raw, sector: str
) -> None:
    """Monthly figures of 2020 are counted from the same channel's months of 2017, never from another's (R6, R8)."""
    one = channel(script, answers.term(script.ANNEX, f"{sector}-2020"), "census-hs6-monthly")
    base, actual = (billions(raw.census(), sector, year) for year in ("2017", "2020"))
    assert (Fraction(one.baseline or "-1"), Fraction(one.low or "-1")) == (base, actual)
    assert values(one)["gross"] == rounded(actual / (base + Fraction(INCREMENTS[sector]["2020"])))
    if sector != "agriculture":
        assert base != billions(raw.comtrade(), sector, "2017")
    assert not one.votes


@pytest.mark.parametrize("sector", [*GOODS, "goods"])
def test_two_years_are_owed_together(script: ModuleType, answers: Any, raw: Raw, sector: str) -> None:
    """The total of both years is counted from twice 2017, and says that its numbers are sums (R6, R17)."""
    found = answers.term(script.TOTALS, f"{sector}-two-years")
    parts = GOODS if sector == "goods" else (sector,)
    years = [(part, year) for part in parts for year in ("2020", "2021")]
    base = 2 * sum((billions(raw.comtrade(), part, "2017") for part in parts), Fraction(0))
    actual = sum((billions(raw.comtrade(), *one) for one in years), Fraction(0))
    increment = sum((Fraction(INCREMENTS[part][year]) for part, year in years), Fraction(0))
    one = channel(script, found, "un-comtrade")
    assert values(one)["gross"] == rounded(actual / (base + increment))
    assert values(one)["incremental"] == rounded((actual - base) / increment)
    assert found.outcome == "not_met"
    assert [said.split(":")[0] for said in found.imputed] == ["quantity", "reference"]


@pytest.mark.parametrize("year", ["2020", "2021"])
def test_services_say_that_there_is_no_evidence(script: ModuleType, answers: Any, year: str) -> None:
    """No customs office counts services: there is no outcome, the reason says why, both sources are missing (R11)."""
    found = answers.term(script.ANNEX, f"services-{year}")
    assert found.outcome == "not_assessable"
    assert found.reason == "no admissible evidence in this ledger"
    assert set(found.sources_missing) == {"china-customs", "us-census"}


def test_named_source_without_figures_is_missing_everywhere(script: ModuleType, answers: Any) -> None:
    """The agreement names Chinese data; none by sector is here, which every term says (R8)."""
    assert all(
        "china-customs" in answers.term(script.ANNEX, f"{sector}-{year}").sources_missing for sector, year in CASES
    )


@pytest.mark.parametrize("year", ["2020", "2021"])
def test_restated_baseline_stands_beside_the_one_it_restates(
    script: ModuleType, answers: Any, raw: Raw, year: str
) -> None:
    """2017 with aircraft decides, 2017 without is answered beside it: two results on one total (R6)."""
    found = answers.term(script.ANNEX, f"manufactured-{year}")
    now, before = script.sources(found, "un-comtrade")
    aircraft = Fraction(raw.comtrade()["aircraft", "2017"], 10**9)
    assert aircraft > 16
    assert Fraction(now.baseline) - Fraction(before.baseline) == aircraft
    assert now.low == before.low
    assert now.votes
    assert not before.votes
    assert "restated" in before.why_not
    increment = Fraction(INCREMENTS["manufactured"][year])
    actual = billions(raw.comtrade(), "manufactured", year)
    assert values(before)["incremental"] == rounded((actual - Fraction(before.baseline)) / increment)


def test_item_that_figures_cannot_show_is_a_rejected_row(answers: Any) -> None:
    """One item has nine digits; figures have six: the row is rejected by name, nothing is guessed (R3)."""
    (table,) = [
        said.statement.body
        for said in answers._ledger.said()
        if said.subject == "series:table/*/annex-6.1" and said.statement.body.dimensions.table == "selection"
    ]
    assert table.rejected.count == 1
    assert "271012250" in table.rejected.rows[0].reason
    assert table.observations.count == 532


def test_sums_by_code_and_sums_of_the_tracker_agree(script: ModuleType, answers: Any, raw: Raw) -> None:
    """Two ways to the same vintage: equal to the dollar, but for the naphtha that six digits cannot show (R3, R8)."""
    naphtha = sum(
        int(row["value_usd"])
        for row in raw.rows("us-china-exports-hs6-monthly/us_exports_to_china_hs6_monthly_2013-01_2021-02.csv.gz")
        if row["annex_item_code"] == "271012250" and row["month"].startswith("2020")
    )
    assert naphtha > 0
    for sector, apart in (("agriculture", 0), ("energy", naphtha), ("manufactured", 0)):
        found = answers.term(script.ANNEX, f"{sector}-2020")
        by_code, summed = (channel(script, found, name).low for name in ("census-hs6-monthly", "census-monthly"))
        assert (Fraction(summed or "0") - Fraction(by_code or "0")) * 10**9 == apart


def test_may_2021_and_june_2021_have_their_own_answers(script: ModuleType, answers: Any, raw: Raw) -> None:
    """2020 was revised in June 2021: a view of May has the first figure, whatever was published since (R1, R2)."""
    known: dict[str, dict[str, str]] = {}
    for row in raw.rows("phase-one-annex-6-1/tradewartracker_ytd_vintages_2021.csv"):
        if row["sector"] == "Agriculture":
            known[row["vintage_date"]] = row
    for day, vintage in (("2021-05-31", "2021-05-25"), ("2021-06-30", "2021-06-25")):
        found = answers.term(script.ANNEX, "agriculture-2020", day)
        one = script.deciding(found)
        actual, base = (Fraction(known[vintage][f"us_exports_{year}_usd"]) / 10**9 for year in ("2020", "2017"))
        assert (one.channel, Fraction(one.low)) == ("census-annual", actual)
        assert values(one)["incremental"] == rounded((actual - base) / Fraction("12.5"))
        assert found.outcome == "not_met"


def test_year_that_runs_has_a_pace_and_no_verdict(script: ModuleType, answers: Any, raw: Raw) -> None:
    """At the end of May 2021 figures went to April: 120 of 365 days of the target, and no verdict yet (R9, R11)."""
    found = answers.term(script.ANNEX, "agriculture-2021", "2021-05-31")
    one = channel(script, found, "census-monthly")
    (row,) = [
        row
        for row in raw.rows("phase-one-annex-6-1/tradewartracker_ytd_vintages_2021.csv")
        if (row["vintage_date"], row["sector"]) == ("2021-05-25", "Agriculture")
    ]
    actual = Fraction(row["us_exports_2021_ytd_usd"]) / 10**9
    target = Fraction(row["us_exports_2017_usd"]) / 10**9 + Fraction("19.5")
    assert (Fraction(one.low or "-1"), Fraction(one.target or "-1")) == (actual, target)
    assert values(one)["pace"] == rounded(actual / (target * Fraction(120, 365)))
    assert found.outcome in {"on_pace", "off_pace", "not_due"}


def test_page_is_what_the_ledger_answers(script: ModuleType, answers: Any) -> None:
    """The committed page is the one that the program writes from these figures."""
    assert (ROOT / "docs" / "phase-one.md").read_text(encoding="utf-8") == script.page(answers)


def test_pictures_are_drawn_from_the_same_answers(script: ModuleType, answers: Any) -> None:
    """Every picture of the page is there and is the one that the program draws."""
    if find_spec("vl_convert") is None or find_spec("fontpkg_noto_sans") is None:
        pytest.skip("the extra `report` is not installed: it draws the pictures")
    page = (ROOT / "docs" / "phase-one.md").read_text(encoding="utf-8")
    drawn = dict(script.pictures(answers))
    assert len(drawn) == 6
    for name, svg in drawn.items():
        assert f"(picture/{name}.svg)" in page
        assert (ROOT / "docs" / "picture" / f"{name}.svg").read_text(encoding="utf-8") == svg


def test_all_that_is_composed_of_it_is_said_in_chinese(answers: Any, script: ModuleType) -> None:
    """Codes, vintages, gaps and projections: no sentence of the audit is without its counterpart."""
    book, ledger = phrasebook("zh"), answers._ledger
    assert book is not None
    with ledger.export(ledger.view(script.NOW), [script.ANNEX, script.TOTALS]) as export:
        said = list(dict.fromkeys(composed(export.result)))
    assert len(said) > 500
    assert [text for text in said if book.say(text) is None] == []


def test_an_audit_of_this_shape_verifies_with_sqlite_alone(
    script: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    """A stranger draws figures by code, read by tables, again; ``scripts/phase_one --verify`` does it whole (R3)."""
    script.__dict__["DATA"] = shared_data
    path = shared_data / "us-china-exports-hs6-monthly" / "us_exports_to_china_hs6_monthly_2013-01_2021-02.csv.gz"
    header, *lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    # Soybeans, fuels and aircraft stand for the sectors: a tenth of all codes.
    kept = [line for line in lines if line.split(b",")[1][:2] in {b"12", b"27", b"88"}]
    with script.init(tmp_path / "ledger", origin="docs.example/phase-one", at=lambda: script.CLOCK) as ledger:
        script.record_story(ledger)
        script.submit_tables(ledger)
        mapping = script.CENSUS_MAPPING.encode()
        script.submit(ledger, b"".join([header, *kept]), path.stem, mapping, published=script.FIRST_PRINT)
        found = script.verified(ledger, tmp_path / "bundle.zip", subjects=[script.ANNEX])
    assert found.sound, found.findings
    # The verifier in one file, which shares nothing with Pledger, comes to the same.
    assert program().verify((tmp_path / "bundle.zip").read_bytes()).findings == []
    assert len(kept) > 5_000
