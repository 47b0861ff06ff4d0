"""Genuine files of the publishers, read by the shipped mappings; and the demo's tables, made again."""

import gzip
import io
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ledger.ingest.imported import Imported, ImportedSeries
from ledger.ingest.mapping import find_format, format_names
from ledger.ingest.tabular import read_evidence
from ledger.model.unit import convert

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "ledger" / "demo" / "figures"
TABLES = sorted(path.stem for path in FIGURES.glob("*.csv"))


def imported(path: Path, name: str) -> Imported:
    """Read a file by a shipped mapping."""
    with path.open("rb") as stream:
        return read_evidence(stream, find_format(name), name=path.name)


def rows(series: ImportedSeries) -> list[dict[str, str]]:
    """Return the observations of a series by column."""
    header, *lines = series.observations.read().decode().splitlines()
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def total(series: ImportedSeries, *, code: str, year: str) -> Decimal:
    """Return the sum of one code over one year."""
    return sum(
        (Decimal(row["value"]) for row in rows(series) if row["code"] == code and row["start"][:4] == year), Decimal(0)
    )


def one(table: Imported, measure: str) -> ImportedSeries:
    """Return the only series of a measure."""
    (series,) = [series for series in table.series if series.measure == measure]
    return series


def test_answer_of_the_census_api_is_read_whole(shared_data: Path) -> None:
    """A genuine answer of the International Trade API gives every one of its 117 months (design §2.2)."""
    table = imported(shared_data / "native-messages/census/census_intltrade_exports_hs_response.json", "us-census-api")
    (series,) = table.series
    assert (table.rows, table.rejected_count, series.observations.count) == (117, 0, 117)
    assert series.subject == "series:export/us/ca"
    assert (series.start, series.end) == ("2016-01-01", "2025-09-30")
    assert rows(series)[0]["value"] == "155905"
    assert rows(series)[-1]["value"] == "1768317"


@pytest.mark.parametrize("year", range(2010, 2023))
def test_file_of_the_comtrade_web_site_is_read_whole(shared_data: Path, year: int) -> None:
    """Thirteen genuine downloads, each line with its trailing comma, give exports and imports of every month."""
    path = shared_data / f"native-messages/comtrade/comtrade_web_export_usa_chn_monthly_total_{year}.csv"
    table = imported(path, "un-comtrade-web")
    assert (table.rejected_count, table.left_out) == (0, 0)
    assert [(part.subject, part.authority, part.observations.count) for part in table.series] == [
        ("series:export/us/cn", "us-census", 12),
        ("series:import/us/cn", "us-census", 12),
    ]
    assert {row["basis"] for row in rows(table.series[0])} == {"FOB"}
    assert {row["basis"] for row in rows(table.series[1])} == {"CIF"}


def test_comtrade_months_add_up_to_the_comtrade_year(shared_data: Path) -> None:
    """Two genuine extracts of one publisher agree: the months of 2020 add up to its annual total, in another file."""
    path = shared_data / "native-messages/comtrade/comtrade_web_export_usa_chn_monthly_total_2020.csv"
    months = total(one(imported(path, "un-comtrade-web"), "export"), code="TOTAL", year="2020")
    assert months == Decimal(124648507633)


def test_annual_extract_of_comtrade_keeps_every_level_as_its_own_point(shared_data: Path) -> None:
    """Codes of two, four and six digits stay apart and totals are left out: no parent joins its children (R3)."""
    path = shared_data / "us-china-comtrade-annual/comtrade_usa_exports_to_china_annual_2015_2025.csv.gz"
    raw = gzip.decompress(path.read_bytes())
    table = read_evidence(io.BytesIO(raw), find_format("un-comtrade-annual"), name=path.name)
    assert table.rejected_count == 0
    assert table.left_out == 11
    (series,) = table.series
    assert series.classifications == ("HS2012", "HS2017", "HS2022")
    found = {
        (row["code"], row["unit"]): row["value"]
        for row in rows(series)
        if row["start"] == "2020-01-01" and row["code"] in {"12", "1201", "120190"}
    }
    assert found == {
        ("12", "USD"): "15030173341",
        ("1201", "USD"): "14202646345",
        ("1201", "kg"): "34708471290",
        ("120190", "USD"): "14201573718",
        ("120190", "kg"): "34706184200",
    }


def test_genuine_file_of_another_publisher_is_refused_with_the_column(shared_data: Path) -> None:
    """A file given with the wrong format is refused whole and names the first column that differs."""
    from ledger.errors import MalformedError

    path = shared_data / "us-china-exports-hs2-monthly/us_exports_to_china_total_monthly_2013-01_2024-12.csv"
    with pytest.raises(MalformedError, match="column 2 of the header is 'value_usd' where 'code' is expected"):
        imported(path, "us-census-monthly")


def test_download_with_a_preamble_is_refused_not_misread(shared_data: Path) -> None:
    """A GATS download opens with notes and has thousands separators: it is no table of any shipped format."""
    from ledger.errors import MalformedError

    folder = shared_data / "us-soybean-exports-china-monthly"
    path = folder / "gats_style_census_soybean_exports_world_monthly_2020_2025_RAW.csv"
    with pytest.raises(MalformedError, match="row 1: column 1 of the header is 'Data generated on"):
        imported(path, "us-census-monthly")


@pytest.mark.parametrize("name", TABLES)
def test_every_demo_table_is_small_and_read_by_the_mapping_of_its_name(name: str) -> None:
    """`pledger submit TABLE.csv --format TABLE` reads every table of the demo; nothing but openings is rejected."""
    path = FIGURES / f"{name}.csv"
    assert path.stat().st_size < 100_000
    assert name in format_names()
    table = imported(path, name)
    assert table.series
    assert all("carried over" in fault.reason for fault in table.rejected)


def test_every_demo_table_has_its_sources_named() -> None:
    """Every table is listed in SOURCES.md with its publisher."""
    listed = (FIGURES / "SOURCES.md").read_text(encoding="utf-8")
    assert [name for name in TABLES if f"| `{name}` |" not in listed] == []


def test_demo_tables_are_what_the_collected_data_give(shared_data: Path) -> None:
    """scripts/figures makes the very bytes that are shipped."""
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "figures", "--check"],
        env=os.environ | {"PLEDGER_TEST_DATA": str(shared_data)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, "")


def test_sector_sums_by_month_add_up_to_the_annual_sums_first_known() -> None:
    """2017 and 2020 by month are the annual sums known up to May 2021 (27.335 bn of agriculture in 2020)."""
    months = imported(FIGURES / "us-census-annex-sectors-monthly.csv", "us-census-annex-sectors-monthly")
    (first,) = [part for part in months.series if part.published == "2021-03-25"]
    assert {
        (code, year): total(first, code=code, year=year)
        for code in ("agriculture", "energy", "manufactured.other", "manufactured.aircraft")
        for year in ("2017", "2020")
    } == {
        ("agriculture", "2017"): 20969792856,
        ("energy", "2017"): 7649222398,
        ("manufactured.other", "2017"): 50151478524,
        ("manufactured.aircraft", "2017"): 16264445831,
        ("agriculture", "2020"): 27335339028,
        ("energy", "2020"): 9738382930,
        ("manufactured.other", "2020"): 52179808135,
        ("manufactured.aircraft", "2020"): 4398134873,
    }


def test_newest_months_of_2021_add_up_to_the_last_year_to_date() -> None:
    """The months of 2021, each in its newest vintage (R2), are the year to November as known on 23 December 2021."""
    months = imported(FIGURES / "us-census-annex-sectors-monthly.csv", "us-census-annex-sectors-monthly")
    newest: dict[tuple[str, str], Decimal] = {}
    for series in months.series:
        for row in rows(series):
            newest[row["code"], row["start"]] = Decimal(row["value"])
    sums: Counter[str] = Counter()
    for (code, start), value in newest.items():
        if start >= "2021-01-01" and code != "manufactured.aircraft":
            sums[code] += int(value)
    assert sums == {"agriculture": 30198996424, "energy": 14243623412, "manufactured.other": 56544050206}
    assert max(start for _, start in newest) == "2021-11-01"


@pytest.mark.parametrize(("day", "expected"), [("2021-05-31", "27335339028"), ("2021-06-25", "27227648502")])
def test_agriculture_of_2020_differs_with_the_day_on_which_it_was_known(day: str, expected: str) -> None:
    """The revision of June 2021 is a vintage of its own: an older view keeps its older answer (R1, R2)."""
    years = imported(FIGURES / "us-census-annex-sectors-annual.csv", "us-census-annex-sectors-annual")
    known = [part for part in years.series if part.published <= day]
    (row,) = [r for r in rows(known[-1]) if (r["code"], r["start"]) == ("agriculture", "2020-01-01")]
    assert row["value"] == expected


def test_comtrade_sectors_agree_with_the_census_within_what_their_sources_say() -> None:
    """Two copies of one source: agriculture and aircraft agree within 0.4 per cent, energy lacks the naphtha."""
    comtrade = one(
        imported(FIGURES / "un-comtrade-annex-sectors-annual.csv", "un-comtrade-annex-sectors-annual"), "export"
    )
    months = imported(FIGURES / "us-census-annex-sectors-monthly.csv", "us-census-annex-sectors-monthly")
    (census,) = [part for part in months.series if part.published == "2021-03-25"]
    for code, within in (("agriculture", "0.001"), ("manufactured.aircraft", "0.004"), ("manufactured.other", "0.005")):
        for year in ("2017", "2018", "2019", "2020"):
            there, here = total(comtrade, code=code, year=year), total(census, code=code, year=year)
            assert abs(there - here) <= here * Decimal(within), (code, year)
    naphtha = total(census, code="energy", year="2020") - total(comtrade, code="energy", year="2020")
    assert naphtha == 9738382930 - 9684549048


def test_export_sales_give_back_the_seasons_totals() -> None:
    """The weekly differences of 2018-19 add up to what was shipped by its last week, interpolated weeks apart."""
    table = imported(FIGURES / "usda-export-sales-weekly.csv", "usda-export-sales-weekly")
    season = [row for row in rows(one(table, "export")) if row["start"] >= "2018-09-01" and row["end"] <= "2019-08-29"]
    assert sum(Decimal(row["value"]) for row in season) == Decimal("13028.8")
    marked = [row for row in season if row["status"] == "I"]
    assert (marked[0]["start"], marked[-1]["end"], len(marked)) == ("2019-01-04", "2019-02-21", 7)
    assert sum(Decimal(row["value"]) for row in marked) == Decimal("3287.2") - Decimal("474.0")


def test_shipments_of_2026_are_the_difference_of_two_totals() -> None:
    """From 2 January to 27 August 2026 the season shipped 12,357.1 less 1,191.5 thousand tonnes."""
    table = imported(FIGURES / "usda-export-sales-weekly.csv", "usda-export-sales-weekly")
    weeks = [row for row in rows(one(table, "export")) if row["start"] >= "2026-01-02"]
    assert sum(Decimal(row["value"]) for row in weeks) == Decimal("11165.6")


def test_announced_sales_of_february_2019_add_up() -> None:
    """The announcements from 1 February to 1 April 2019 are 7,035,000 t, 3,801,000 of them in one week."""
    table = imported(FIGURES / "usda-flash-sales-daily.csv", "usda-flash-sales-daily")
    days = {row["start"]: int(row["value"]) for row in rows(one(table, "order")) if row["code"] == "1201"}
    assert sum(value for day, value in days.items() if "2019-02-04" <= day <= "2019-02-06") == 3801000
    assert sum(value for day, value in days.items() if "2019-02-01" <= day <= "2019-04-01") == 7035000


def test_bushels_of_2019_weigh_what_the_story_says() -> None:
    """Soybean exports of 2019 are 22,610,001 t within the rounding of its twelve months (R5)."""
    series = one(imported(FIGURES / "us-census-soybeans-monthly.csv", "us-census-soybeans-monthly"), "export")
    bushels = Fraction(total(series, code="1201", year="2019"))
    assert abs(convert(bushels, unit="bu:1201", to="t") - 22610001) < 6
