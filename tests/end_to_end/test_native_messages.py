"""Evidence as publishers give it: every trap of the genuine messages, read by the shipped formats."""

import csv
import gzip
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.errors import MalformedError
from ledger.ingest.document import check_draft
from ledger.ingest.imported import Imported, ImportedSeries
from ledger.ingest.layout import Layout
from ledger.ingest.mapping import find_format, format_bytes, parse_mapping
from ledger.ingest.party import with_parties
from ledger.ingest.pledge import find_pledge_map, read_pledges
from ledger.ingest.sdmx import open_sdmx
from ledger.ingest.source import Source
from ledger.ingest.tabular import read_evidence
from ledger.model.commitment import Commitment
from ledger.model.term import QuantityTerm


@pytest.fixture(scope="module")
def messages(shared_data: Path) -> Path:
    """The folder of genuine messages in their native formats."""
    return shared_data / "native-messages"


def imported(path: Path, name: str) -> Imported:
    """Read a file by a shipped mapping."""
    with path.open("rb") as stream:
        return read_evidence(stream, find_format(name), name=path.name)


def rows(series: ImportedSeries) -> list[dict[str, str]]:
    """Return the observations of a series by column."""
    return list(csv.DictReader(io.StringIO(series.observations.read().decode())))


def total(series: ImportedSeries) -> Decimal:
    """Return the sum of all figures of a series."""
    return sum((Decimal(row["value"]) for row in rows(series)), Decimal(0))


# --- US Census --------------------------------------------------------------------------------------------------------


def test_census_answer_is_read_whatever_its_order(messages: Path) -> None:
    """The answer by named columns gives the figures of the exact one; columns that are not asked for may be absent."""
    path = messages / "census/census_intltrade_exports_hs_response.json"
    by_name, by_order = imported(path, "us-census-exports-api"), imported(path, "us-census-api")
    assert by_name.series[0].observations.digest == by_order.series[0].observations.digest
    head, *body = json.loads(path.read_bytes())
    turned = [[*row[::-1], row[0]] for row in (head, *body)]
    again = read_evidence(
        io.BytesIO(json.dumps(turned).encode()), find_format("us-census-exports-api"), name="turned.json"
    )
    assert again.series[0].observations.digest == by_order.series[0].observations.digest


# --- UN Comtrade ------------------------------------------------------------------------------------------------------


def test_comtrade_answer_is_read_with_its_two_flows(messages: Path) -> None:
    """Imports are valued CIF and exports FOB; ".0" is no figure of its own, and null no zero."""
    found = imported(messages / "comtrade/comtrade_api_data_v1_get_CA_HS.json", "un-comtrade-api")
    assert found.rejected_count == 0
    assert [(one.subject, one.authority, rows(one)[0]["basis"], rows(one)[0]["value"]) for one in found.series] == [
        ("series:export/cn/ar", "china-customs", "FOB", "6115764185"),
        ("series:export/cn/de", "china-customs", "FOB", "68047133397"),
        ("series:import/cn/ar", "china-customs", "CIF", "6804128143"),
        ("series:import/cn/de", "china-customs", "CIF", "74251272075"),
    ]


def test_listing_of_comtrade_files_is_no_evidence(messages: Path) -> None:
    """An answer of the same service with other records is refused, with the member that they lack."""
    with pytest.raises(MalformedError, match="row 1, column 'reporterISO': is not in the record"):
        imported(messages / "comtrade/comtrade_api_bulk_v1_listing.json", "un-comtrade-api")


def test_comtrade_answer_that_lost_records_is_refused(messages: Path) -> None:
    """The service says how many records there are; an answer that holds fewer is a page of it."""
    answer = json.loads((messages / "comtrade/comtrade_api_data_v1_get_CA_HS.json").read_bytes())
    answer["data"].pop()
    with pytest.raises(MalformedError, match="says 4 records and holds 3; it is one page of several"):
        read_evidence(io.BytesIO(json.dumps(answer).encode()), find_format("un-comtrade-api"), name="cut.json")


def test_aircraft_hide_in_what_is_not_specified(shared_data: Path) -> None:
    """Confidential codes: US code 8800 is Comtrade's 9999 less chapter 99, within 0.01 per cent in three years."""
    packed = shared_data / "us-china-comtrade-annual/comtrade_usa_exports_to_china_annual_2015_2025.csv.gz"
    raw = gzip.decompress(packed.read_bytes())
    (comtrade,) = read_evidence(io.BytesIO(raw), find_format("un-comtrade-annual"), name="c.csv").series
    values = {(row["code"], row["start"][:4]): Decimal(row["value"]) for row in rows(comtrade) if row["unit"] == "USD"}
    census: Counter[str] = Counter()
    packed = shared_data / "us-china-exports-hs6-monthly/us_exports_to_china_hs6_monthly_2013-01_2021-02.csv.gz"
    for row in csv.DictReader(io.StringIO(gzip.decompress(packed.read_bytes()).decode())):
        if row["hs6"] == "880000":
            census[row["month"][:4]] += int(Decimal(row["value_usd"]))
    for year in ("2017", "2018", "2020"):
        hidden = values["9999", year] - values["99", year]
        assert abs(hidden - census[year]) <= Decimal(census[year]) / 10_000, year


# --- USDA -------------------------------------------------------------------------------------------------------------


def test_export_sales_record_gives_flows_sales_and_stock(messages: Path) -> None:
    """The record is read by its schema: what left, what was sold in both marketing years, what is outstanding."""
    found = imported(messages / "usda/usda_esr_record_SCHEMA_ONLY.json", "usda-export-sales-api")
    assert {one.measure: (one.start, one.end, rows(one)[0]["value"]) for one in found.series} == {
        "export": ("2026-07-17", "2026-07-23", "13506"),
        "order": ("2026-07-17", "2026-07-23", "25376"),
        "outstanding_sale": ("2026-07-23", "2026-07-23", "352846"),
    }


GATS = """
name = "gats"
title = "Soybean exports by product and month"
publisher = "USDA Foreign Agricultural Service"
authority = "us-census"
channel = "gats"
standing = "official"
authority_of = "us"
licence = "Public domain"
redistribute = true
columns = "named"
header = ["Partner", "HS Code", "Year", "UOM", MONTHS, "Total Qty"]
table = { header = [4, 5], until = { column = "HS Code", equals = [""] } }
cells = { thousands = "," }
sums = [{ total = "Total Qty", of = [MONTHS], tolerance = "0.1" }]
[period]
wide = { WIDE }
form = "month"
year = { column = "Year", words = { YEARS } }
[[series]]
measure = "export"
reporter = "us"
partner = { column = "Partner", words = { "World Total" = "*" } }
classification = "HS"
code = { column = "HS Code", lengths = [10] }
unit = { column = "UOM", words = { KG = "kg", MT = "t" } }
"""
NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def gats() -> bytes:
    """Return a mapping of a GATS download."""
    text = GATS.replace("MONTHS", ", ".join(f'"{name} Qty"' for name in NAMES))
    text = text.replace("WIDE", ", ".join(f'"{name} Qty" = "{n:02}"' for n, name in enumerate(NAMES, start=1)))
    return text.replace("YEARS", ", ".join(f'"{year}-{year}" = "{year}"' for year in range(2020, 2026))).encode()


def test_gats_download_is_read_among_its_titles_and_notes(shared_data: Path) -> None:
    """Titles, headings of two rows, thousands marks, mixed kilograms and tonnes, totals beside months, notes below."""
    folder = shared_data / "us-soybean-exports-china-monthly"
    path = folder / "gats_style_census_soybean_exports_world_monthly_2020_2025_RAW.csv"
    with path.open("rb") as stream:
        found = read_evidence(stream, parse_mapping(gats(), name="gats.toml"), name=path.name)
    assert (found.rows, found.left_out, found.rejected_count) == (18, 0, 0)
    (series,) = found.series
    assert (series.units, series.start, series.end) == (("kg", "t"), "2020-01-01", "2025-11-30")
    january = {(row["code"], row["unit"]): row["value"] for row in rows(series) if row["start"] == "2020-01-01"}
    assert january == {
        ("1201900005", "kg"): "22638687", ("1201900095", "t"): "5159728", ("1201100000", "t"): "6610.5",
    }  # fmt: skip
    assert found.size == path.stat().st_size


def test_unit_mix_up_in_a_total_is_found_out(shared_data: Path) -> None:
    """A month in another unit no longer adds up to the total beside it: the row is rejected, not summed (R3).

    Three genuine totals differ from their months by 0.1, which is rounding and declared as such.
    """
    folder = shared_data / "us-soybean-exports-china-monthly"
    path = folder / "gats_style_census_soybean_exports_world_monthly_2020_2025_RAW.csv"
    text = path.read_text(encoding="utf-8").replace('"22,638,687.00"', '"22,638.687"')
    found = read_evidence(io.BytesIO(text.encode()), parse_mapping(gats(), name="gats.toml"), name="mixed.csv")
    ((fault),) = found.rejected
    assert (fault.row, fault.column) == (6, "Total Qty")
    assert "where its parts add up to 330634979.687" in fault.reason


# --- SDMX -------------------------------------------------------------------------------------------------------------

DATA = {
    "ECB_EXR__1__M.USD.EUR.SP00.A.xml": 252,
    "ECB_EXR__flat.json": 4,
    "ECB_EXR__ng-flat.xml": 12,
    "ECB_EXR__rg-flat.xml": 12,
    "ECB_EXR__sg-ts.xml": 12,
    "ECB_EXR__ts.json": 4,
    "ECB_EXR__xs.json": 4,
    "IMF_RES__WEO-data.xml": 1,
    "IMF__PCPS.xml": 1,
    "INSEE__CNA-2010-CONSO-SI-A17.xml": 2,
    "OECD__data-PART2-all-all.json": 7,
}


def sdmx(path: Path, *concepts: str, delimiter: str = ",") -> list[list[str]]:
    """Return concepts of every observation of a message."""
    layout = Layout.model_validate(
        {"container": "sdmx", "header": concepts, "optional": concepts, "delimiter": delimiter}
    )
    with path.open("rb") as stream:
        return [list(cells) for _, cells in open_sdmx(Source(stream, name=path.name), layout)[1]]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # sdmx1's
@pytest.mark.parametrize("name", DATA)
def test_message_gives_the_observations_that_another_reader_finds(messages: Path, name: str) -> None:
    """sdmx1, an independent reader, finds the same figures in the same order (oracle)."""
    library = pytest.importorskip("sdmx", reason="the extra sdmx is not installed")
    path = messages / "sdmx" / name
    theirs = [one for data in library.read_sdmx(path).data for one in data.obs]
    ours = sdmx(path, "OBS_VALUE", "TIME_PERIOD", "FREQ", "CURRENCY")
    assert len(ours) == len(theirs) == DATA[name]
    for (value, time, frequency, currency), other in zip(ours, theirs, strict=True):
        key = {str(name): str(one.value) for name, one in other.key.values.items()} | (
            {str(name): str(one.value) for name, one in other.series_key.values.items()} if other.series_key else {}
        )
        assert Decimal(value) == Decimal(str(other.value))
        for concept, mine in (("TIME_PERIOD", time), ("FREQ", frequency), ("CURRENCY", currency)):
            assert key.get(concept, mine) == mine


def test_message_that_needs_its_structure_elsewhere_is_read_without_it(messages: Path) -> None:
    """A structure-specific message names its concepts itself; the status of its last figures is told."""
    found = sdmx(messages / "sdmx/ISTAT__22_289.xml", "SEX", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
    assert len(found) == 8
    assert found[0] == ["1", "2019", "29131195", ""]
    assert found[-1] == ["2", "2022", "30235705", "e"]


def test_figures_of_json_keep_their_spelling(messages: Path) -> None:
    """40.3000 is four digits after the point, which a binary float would forget (style §6)."""
    assert sdmx(messages / "sdmx/ECB_EXR__ts.json", "OBS_VALUE")[-1] == ["40.3000"]


CSV: dict[str, tuple[str, list[list[str]]]] = {
    "v3__csv__example-01.csv": (",", [["A", "2014-01", "12.4"], ["A", "2014-02", "10.8"]]),
    "v3__csv__example-04.csv": (";", [["A", "2014-01", "12,4"], ["A", "2014-02", "10,8"]]),
    "v3__csv__example-06.csv": (",", [["A", "2014-01", "12.4"], ["A", "2014-02", "10.8"]]),
    "v3__csv__example-09A.csv": (",", [["A", "2014-01", "12.4"], ["A", "2014-02", "10.8"], ["A", "2014-03", "11.2"]]),
}


@pytest.mark.parametrize("name", CSV)
def test_csv_message_is_read_with_labels_names_and_sub_fields(messages: Path, name: str) -> None:
    """The sample files of the standard: labels beside codes, names in columns of their own, several structures."""
    delimiter, expected = CSV[name]
    assert sdmx(messages / "sdmx" / name, "DIM_1", "DIM_3", "OBS_VALUE", delimiter=delimiter) == expected


NO_DATA = {
    "ECB_EXR__1__structure.xml": "structures, and no figures",
    "ECB_EXR__action-delete.json": "deletes observations",
    "ESTAT__GOV_10Q_GGNFA.xml": "structures, and no figures",
    "ESTAT__footer.xml": "no observation; it says: Due to the large query",
    "IMF_STA__availableconstraint_CPI.xml": "structures, and no figures",
    "IMF__01R.xml": "structures, and no figures",
    "SDMX__HCL_TEST_AREA.xml": "structures, and no figures",
    "UNSD__codelist_partial.xml": "structures, and no figures",
}


@pytest.mark.parametrize("name", NO_DATA)
def test_message_that_holds_no_data_is_refused_with_what_it_is(messages: Path, name: str) -> None:
    """Structures, deletions and notes in place of data are no figures (style §7)."""
    with pytest.raises(MalformedError, match=NO_DATA[name]):
        sdmx(messages / "sdmx" / name, "OBS_VALUE")


def test_exchange_rates_are_the_same_in_xml_and_json(messages: Path) -> None:
    """One mapping reads the dresses of one publisher; averages of many digits are rounded as it declares."""
    long = imported(messages / "sdmx/ECB_EXR__1__M.USD.EUR.SP00.A.xml", "ecb-exchange-rates")
    (series,) = long.series
    assert (long.rejected_count, series.observations.count, series.subject) == (0, 252, "series:rate/*/*")
    found = {row["start"]: row["value"] for row in rows(series)}
    assert (found["1999-01-01"], found["1999-03-01"]) == ("1.16078", "1.088295652")
    short = imported(messages / "sdmx/ECB_EXR__ts.json", "ecb-exchange-rates")
    assert [(row["unit"], row["value"]) for row in rows(short.series[0])] == [
        ("NZD", "1.5931"), ("NZD", "1.5925"), ("RUB", "40.3426"), ("RUB", "40.3"),
    ]  # fmt: skip


# --- IATI and FTS -----------------------------------------------------------------------------------------------------


def test_commitment_and_disbursements_of_one_activity_stand_side_by_side(messages: Path) -> None:
    """Pledge against payment: 2,000,000 USD committed, 1,999,998 disbursed to one country by one activity."""
    found = imported(messages / "iati/usaid-humanitarian-activity.xml", "iati-activities")
    assert {one.subject: total(one) for one in found.series} == {
        "series:disbursement/us-gov-1/dz": Decimal(1999998),
        "series:order/us-gov-1/dz": Decimal(2000000),
    }


def test_commitments_that_were_taken_back_count_against(messages: Path) -> None:
    """A negative commitment is one taken back; activities without one recipient are about several parties."""
    found = imported(messages / "iati/usaid-activity.xml", "iati-activities")
    assert found.rejected_count == 0
    values = {one.subject: total(one) for one in found.series}
    assert values["series:order/us-gov-1/bd"] == Decimal("-89013.2")
    assert "series:disbursement/us-gov-1/*" in values


def test_budgets_and_repayments_are_left_out(messages: Path) -> None:
    """150 budgets and 3 interest payments of one activity are neither committed nor disbursed."""
    found = imported(messages / "iati/worldbank-activity.xml", "iati-activities")
    assert (found.rows, found.left_out) == (157, 153)
    assert {one.measure: total(one) for one in found.series} == {
        "disbursement": Decimal(231750000), "order": Decimal(500000000),
    }  # fmt: skip


def test_currency_without_a_known_unit_is_a_rejected_row_that_names_it(messages: Path) -> None:
    """A figure in a unit that is not known is never taken for another (R5)."""
    text = (
        (messages / "iati/fcdo-activity.xml").read_text(encoding="utf-8").replace('currency="GBP"', 'currency="QQQ"', 6)
    )
    found = read_evidence(io.BytesIO(text.encode()), find_format("iati-activities"), name="mixed.xml")
    assert {fault.column for fault in found.rejected} == {"currency"}
    assert "the unit 'QQQ' is not known" in found.rejected[0].reason


def test_identifier_that_is_no_code_is_refused_with_its_text(messages: Path) -> None:
    """An activity whose identifier is a sentence cannot be a code, and says so."""
    with pytest.raises(MalformedError, match="column 'activity': 'GB-CHC-1143797-Health and nutrition"):
        imported(messages / "iati/sr-activity.xml", "iati-activities")


def test_iati_commitments_become_drafts_to_be_confirmed(messages: Path) -> None:
    """An activity is a pledge, to be disbursed by its planned end; its instrument comes before it."""
    path = messages / "iati/usaid-humanitarian-activity.xml"
    with path.open("rb") as stream:
        found = read_pledges(stream, find_pledge_map("iati-commitments"), name=path.name)
    instrument, pledge = found.drafts
    assert (instrument.kind, pledge.kind, found.rows, found.left_out) == ("instrument", "commitment", 9, 8)
    body = check_draft(pledge).body
    assert isinstance(body, Commitment)
    (term,) = body.terms
    assert isinstance(term, QuantityTerm)
    assert (term.target, term.unit, term.due) == ("2000000", "USD", "2021-03-31")
    assert term.measure is not None
    assert term.measure.series == "series:disbursement/us-gov-1/dz"


def test_commitment_to_several_countries_is_left_out_and_told(messages: Path) -> None:
    """A term names one other side; the seven recipients of a commitment are no one pledge, and that is said (R3)."""
    path = messages / "iati/canada-activity.xml"
    told = "1 left out by what stands in 'recipient_country'"
    with path.open("rb") as stream, pytest.raises(MalformedError, match=told):
        read_pledges(stream, find_pledge_map("iati-commitments"), name=path.name)


def test_flows_of_the_tracking_service_add_up_to_its_own_total(messages: Path) -> None:
    """338 flows in CSV: committed and paid are the 381,508,179 USD, and pledged the 29,621, that its API states."""
    said = json.loads((messages / "fts/custom-search-locationid-171-year-2020-page-3.json").read_bytes())["data"]
    found = imported(messages / "fts/fts_incoming_funding_pse.csv", "fts-flows-csv")
    assert (found.rows, found.rejected_count) == (338, 0)
    values = {one.measure: total(one) for one in found.series}
    assert values["order"] + values["payment"] == said["incoming"]["fundingTotal"] == 381508179
    assert values["announced"] == said["incoming"]["pledgeTotal"] == 29621


def test_donors_that_the_ledger_knows_have_series_of_their_own(messages: Path) -> None:
    """By donor in CSV: what Germany and Norway paid, summed from the file; all flows together are as many as before."""
    path = messages / "fts/fts_incoming_funding_pse.csv"
    parties = {"name": {"Germany": "de", "Norway": "no"}, "iso-3166-alpha-3": {"PSE": "ps"}}
    raw = with_parties(format_bytes("fts-flows-csv"), parties, source="the test")
    with path.open("rb") as stream:
        found = read_evidence(stream, parse_mapping(raw, name="fts.toml"), name=path.name)
    assert (found.rows, found.rejected_count) == (338, 0)
    with path.open(encoding="utf-8", newline="") as lines:
        flows = [row for row in csv.DictReader(lines) if row["onBoundary"] == "single"]
    for name, party in (("Germany, Government of", "de"), ("Norway, Government of", "no")):
        paid = [row for row in flows if (row["srcOrganization"], row["status"]) == (name, "paid")]
        assert {row["destLocations"] for row in paid} == {"PSE"}
        (ours,) = [one for one in found.series if one.subject == f"series:payment/{party}/ps"]
        assert total(ours) == sum(int(row["amountUSD"]) for row in paid) > 0
    totals = imported(path, "fts-flows-csv")
    for measure in ("announced", "order", "payment"):
        split, whole = ([total(one) for one in of.series if one.measure == measure] for of in (found, totals))
        assert sum(split) == sum(whole)
        assert len(whole) == 1


def test_donors_are_told_alike_by_the_api(messages: Path) -> None:
    """Three payments of Norway and two of Sweden stand on the page; each donor's are its own series."""
    path = messages / "fts/custom-search-locationid-171-year-2020-page-3.json"
    names = {"Norway": "no", "Sweden": "se", "occupied Palestinian territory": "ps"}
    raw = with_parties(format_bytes("fts-flows-api"), {"name": names}, source="the test")
    with path.open("rb") as stream:
        found = read_evidence(stream, parse_mapping(raw, name="fts.toml"), name=path.name)
    flows = json.loads(path.read_bytes())["data"]["flows"]
    for donor, party, count in (("Norway, Government of", "no", 3), ("Sweden, Government of", "se", 2)):
        paid = [one["amountUSD"] for one in flows if one["status"] == "paid" and donor in str(one["sourceObjects"])]
        (ours,) = [one for one in found.series if one.subject == f"series:payment/{party}/ps"]
        assert len(paid) == count
        assert total(ours) == sum(paid)


def test_copies_of_the_tracking_service_are_channels_of_one_source() -> None:
    """What the API gives and what the export gives are never added: two channels of one authority (R8)."""
    api, export = (find_format(name) for name in ("fts-flows-api", "fts-flows-csv"))
    assert api.authority == export.authority
    assert (api.channel, export.channel) == ("fts-api", "fts-csv")


def test_flows_inside_the_boundary_are_not_counted_again(messages: Path) -> None:
    """Of 24 flows of a page, four are internal: parts of others, and left out."""
    found = imported(messages / "fts/custom-search-locationid-171-year-2020-page-3.json", "fts-flows-api")
    assert (found.rows, found.left_out, found.rejected_count) == (24, 4, 0)


def test_answer_of_the_tracking_service_without_flows_is_refused(messages: Path) -> None:
    """Totals by plan are another answer, and no flows."""
    for name in (
        "1-fts-flow-custom-search-planid-832-groupby-cluster.json",
        "2-fts-flow-plan-overview-progress-2020.json",
    ):
        with pytest.raises(MalformedError, match=r"no member 'data\.flows'"):
            imported(messages / "fts" / name, "fts-flows-api")
