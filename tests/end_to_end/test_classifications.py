"""Tables of codes and rates from file to verified audit: submitted, used, named, carried, and missed when left out."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from ledger.assessment.classification import read_links
from ledger.audit.archive import part_of
from ledger.audit.bundle import Software, format_bundle, observations_member, open_bundle
from ledger.audit.verify import verify
from ledger.cli.main import main
from ledger.cli.reimport import reimport
from ledger.errors import MalformedError, NotFoundError, UsageError
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.table import parse_table_mapping, table_bytes, table_names
from ledger.ingest.tabular import read_evidence
from ledger.runtime import Ledger, format_mapping
from tests.end_to_end.small import PLEDGE, drafts, small_ledger
from tests.end_to_end.standalone import program

BARE = Software(name="pledger", version="1.0", lock=None)
DAY = date(2021, 3, 1)

IN_DOLLARS = (
    PLEDGE.replace("unit: t\n", "unit: USD\n")
    .replace('classification: HS, codes: ["1001"]', 'classification: HS, revision: "2012", codes: ["1001"]')
    .replace("target: 10", "target: 100")
)

FIGURES_MAP = b"""
name = "grain"
title = "Exports of grain"
publisher = "Customs of B"
authority = "customs"
channel = "yearly"
standing = "official"
authority_of = "bb"
licence = "free"
redistribute = true
header = ["year", "code", "yuan"]

[period]
column = "year"
form = "year"

[[series]]
measure = "export"
reporter = "bb"
partner = "aa"
classification = "HS2017"
code = { column = "code" }
unit = "CNY"
basis = "FOB"
value = "yuan"
"""

RATES_MAP = b"""
name = "rates"
title = "Yearly averages"
publisher = "Bank of B"
authority = "bank"
channel = "averages"
standing = "official"
licence = "free"
redistribute = true
header = ["year", "currency", "price"]

[period]
column = "year"
form = "year"

[[series]]
measure = "rate"
reporter = "usd"
partner = "*"
classification = "currency"
code = "USD"
unit = { column = "currency" }
value = "price"
"""

FIGURES = b"year,code,yuan\n2020,100111,560\n2020,100199,240\n2020,999999,200\n"
RATES = b"year,currency,price\n2019,CNY,6.5\n2020,CNY,8\n"
CORRELATION = b"from_code,to_code,relationship\n100111,100111,1:1\n100199,100199,1:1\n120190,120190,1:1\n"
UNUSED = b"from_code,to_code,relationship\n100111,100111,1:1\n"


def submit(ledger: Ledger, raw: bytes, mapping: bytes | str, *, published: date | None = DAY) -> int:
    """Submit a file by a mapping, or by the shipped one of that name; return the entry of its one statement."""
    text = format_mapping(mapping) if isinstance(mapping, str) else mapping
    done = ledger.submit(io.BytesIO(raw), name="file.csv", mapping=text, mapping_name="map.toml", published=published)
    (receipt,) = done.receipts
    return receipt.index


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A pledge in dollars of HS 2012; figures in yuan of HS 2017; a rate; a table that leads there, and another."""
    with small_ledger(tmp_path_factory.mktemp("codes") / "ledger", clock=lambda: "2026-01-02T03:04:05Z") as opened:
        opened.record(drafts(IN_DOLLARS))
        submit(opened, FIGURES, FIGURES_MAP)
        submit(opened, RATES, RATES_MAP)
        submit(opened, CORRELATION, "hs2017-hs2012-correlation")
        submit(opened, UNUSED, "hs2022-sitc4-correlation")
        yield opened


def bundle_of(ledger: Ledger, form: str = "auto") -> bytes:
    """The bundle of the audit."""
    sink = io.BytesIO()
    with ledger.export(ledger.view("2022-06-01"), ("grain",), form=form) as export:  # type: ignore[arg-type]
        export.write(sink, report=None, software=BARE)
    return sink.getvalue()


def test_result_names_the_table_and_the_rate_it_used(ledger: Ledger) -> None:
    """800 yuan at 8 to the dollar are 100 dollars; 999999 is 200 of 1,000 yuan, listed with its share (R3, R5)."""
    (result,) = ledger.results(ledger.view("2022-06-01"), ("grain",))
    (source,) = result.terms[0].readings[0].sources
    assert (source.low, source.high) == ("100", "100")
    assert [(rate.priced, rate.priced_in, rate.value, rate.start) for rate in source.rates] == [
        ("USD", "CNY", "8", "2020-01-01")
    ]
    (lost,) = source.listed
    assert (lost.code, lost.unit, lost.value, lost.share) == ("999999", "CNY", "200", "0.2")
    evidence = {entry: ledger.statement(entry) for entry in (source.tables[0].entry, source.rates[0].cite.entry)}
    assert len(evidence) == 2


@pytest.mark.parametrize("form", ["headers", "index"])
def test_tables_travel_with_the_audit_and_a_stranger_comes_to_the_same(ledger: Ledger, form: str) -> None:
    """The table and the rate are of the closure, the table that leads elsewhere is not; the method is run again."""
    if form == "index":
        ledger.index()
    raw = bundle_of(ledger, form)
    answer = verify(io.BytesIO(raw))
    assert answer.sound, answer.findings
    audit = json.loads(open_bundle(io.BytesIO(raw)).read("audit.json"))
    lines = {line["subject"]: line["used"] for line in audit["evidence"]}
    assert lines == {"series:export/bb/aa": True, "series:rate/usd/*": True, "series:table/*/hs2012": True}
    # The verifier in one file follows the same closure to the same verdict.
    assert program().verify(raw).findings == []


def test_importing_again_gives_the_same_table(ledger: Ledger) -> None:
    """The raw table travels where its licence lets it, and gives the same lines again (design §2.6)."""
    found = reimport(io.BytesIO(bundle_of(ledger)))
    assert found.findings == ()
    assert not any("Correlation" in line for line in found.not_checked)


@pytest.mark.parametrize("what", ["observations", "statements"])
def test_a_table_that_is_left_out_is_missed(ledger: Ledger, what: str) -> None:
    """Whoever leaves out the table, or its lines, leaves out what the verdict rests on (design §2.3)."""
    archive = open_bundle(io.BytesIO(bundle_of(ledger)))
    (result,) = ledger.results(ledger.view("2022-06-01"), ("grain",))
    table = result.terms[0].readings[0].sources[0].tables[0]
    body = json.loads(open_payload(ledger, table.entry))["body"]
    gone = observations_member(body["observations"]["digest"])
    gone = gone if what == "observations" else f"statements/{table.statement.removeprefix('sha256:')}"
    parts = [
        part_of(member.name, archive.read(member.name))
        for member in archive.members
        if member.name not in {gone, "manifest.json"}
    ]
    sink = io.BytesIO()
    format_bundle(parts, sink, software=BARE)
    found = verify(io.BytesIO(sink.getvalue()))
    assert not found.sound
    assert {"file.missing" if what == "observations" else "closure.missing"} <= {one.code for one in found.findings}


def open_payload(ledger: Ledger, entry: int) -> bytes:
    """What an entry's statement says."""
    from ledger.signing.envelope import STATEMENT, open_envelope

    return bytes(open_envelope(ledger.statement(entry), typ=STATEMENT).payload)


BAD: dict[str, tuple[bytes, str, type[Exception], str]] = {
    "no day of publication": (CORRELATION, "", UsageError, "give the day of its publication"),
    "another header": (b"a,b\n1,2\n", "2021-03-01", MalformedError, "from_code"),
    "codes too short": (b"from_code,to_code\n1234567,100111\n", "2021-03-01", MalformedError, "7 characters where 6"),
    "no rows": (b"from_code,to_code\n", "2021-03-01", MalformedError, "nothing was imported"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_cannot_be_read_is_refused_whole(ledger: Ledger, case: str) -> None:
    """Nothing is recorded of a table that is none; the sentence says what was wrong and where."""
    raw, day, error, reason = BAD[case]
    size = ledger.head().size
    with pytest.raises(error, match=reason):
        submit(ledger, raw, "hs2017-hs2012-correlation", published=date.fromisoformat(day) if day else None)
    assert ledger.head().size == size


# --- genuine tables ---------------------------------------------------------------------------------------------------

GENUINE = {
    "annex-6.1-items": ("phase-one-annex-6-1/annex_6_1_items_as_mapped_by_tradewartracker.csv", 533),
    "bec5-nomenclature": ("hs-nomenclature/bec5_B5.csv", 178),
    "country-codes": ("countries-units/country_codes.csv", 2 * 249),  # two tables: of three letters, and of M49
    "hs2012-nomenclature": ("hs-nomenclature/hs2012_H4.csv", 6530),
    "hs2017-hs2012-correlation": ("hs-nomenclature/hs2017_to_hs2012_correlation.csv", 6141),
    "hs2017-nomenclature": ("hs-nomenclature/hs2017_H5.csv", 6709),
    "hs2022-bec4-correlation": ("hs-nomenclature/hs2022_to_bec_RAW.csv", 5926),
    "hs2022-hs2017-correlation": ("hs-nomenclature/hs2022_to_hs2017_correlation.csv", 15657),
    "hs2022-nomenclature": ("hs-nomenclature/hs2022_H6.csv", 6940),
    "hs2022-sitc4-correlation": ("hs-nomenclature/hs2022_to_sitc4_correlation.csv", 13191),
    "sitc4-nomenclature": ("hs-nomenclature/sitc4_S4.csv", 5485),
    # 310 partners, less the group, 36 countries that are no more, and 22 areas that are no country
    "un-comtrade-areas": ("countries-units/comtrade_partner.csv", 251),
    "us-schedule-b-2025": ("hs-nomenclature/us_schedule_b_export_concordance_2025.csv", 9720),
}
"""Each shipped mapping of a table: a genuine file, and how many lines it has without blanks and skipped codes."""


def test_every_shipped_table_is_held_to_a_genuine_file() -> None:
    """No mapping is shipped that nothing proves."""
    assert tuple(sorted(GENUINE)) == table_names()


@pytest.mark.parametrize("name", GENUINE)
def test_genuine_tables_are_read_whole(shared_data: Path, name: str) -> None:
    """Every row of the publisher's file is a line of the table; none is rejected."""
    path, count = GENUINE[name]
    with (shared_data / path).open("rb") as stream:
        found = read_evidence(stream, parse_table_mapping(table_bytes(name), name=name), name=path, published=DAY)
    assert (found.rejected_count, sum(table.observations.count for table in found.series)) == (0, count)
    links = [link for one in found.series for link in read_links(io.BytesIO(one.observations.read()), what=name)]
    assert len(links) == count


ANNUAL = "us-china-comtrade-annual/comtrade_usa_exports_to_china_annual_2015_2025.csv.gz"

AIRCRAFT = """
kind: commitment
subject: aircraft
body:
  title: Buy aircraft
  instrument: deal
  date: 2020-01-15
  obligors: [aa]
  obligees: [bb]
  quotes: [{text: will buy aircraft, language: en}]
  verb: null
  terms:
    - kind: quantity
      id: CODE
      title: Goods in 2020
      actor: aa
      unit: USD
      bound: at_least
      target: 1
      measure: {type: export, reporter: bb, partner: aa}
      period: {start: 2020-01-01, end: 2020-12-31}
      scope: {title: goods, classification: CLASS, REVISION codes: ["CODE"]}
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""

COMTRADE_MAP = FIGURES_MAP.replace(b'"yearly"', b'"un-comtrade"').replace(b'"CNY"', b'"USD"')

DERIVATION_MAP = b"""
name = "hidden"
title = "What the channel hides"
publisher = "Statisticians"
authority = "statisticians"
channel = "un-comtrade"
standing = "independent"
licence = "free"
redistribute = true
header = ["code", "sign", "target"]

[[codes]]
kind = "derivation"
classification = "HS2017"
into = "HS2017"
code = { column = "code" }
target = { column = "target" }
sign = { column = "sign", words = { "+" = "plus", "-" = "minus" } }
"""


def annual(shared_data: Path, year: int) -> bytes:
    """One year's genuine figures as the mapping here has them: HS 2017, every level, whole dollars."""
    with gzip.open(shared_data / ANNUAL, "rt", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["year"] == str(year)]
    lines = [f"{row['year']},{row['cmd_code']},{Fraction(row['fob_usd']).numerator}\n" for row in rows]
    return ("year,code,yuan\n" + "".join(lines)).encode()


def test_aircraft_that_comtrade_hides_are_found_by_a_declared_derivation(shared_data: Path, tmp_path: Path) -> None:
    """8800 = 9999 less chapter 99: 5,609,700,071 − 1,211,565,198 = 4,398,134,873 dollars in 2020 (R3)."""
    text = AIRCRAFT.replace("CLASS", "HS").replace("REVISION", 'revision: "2017",').replace("CODE", "8800")
    text = text.replace("id: 8800", "id: goods")
    with small_ledger(tmp_path / "ledger", clock=lambda: "2026-01-02T03:04:05Z") as opened:
        opened.record(drafts(PLEDGE))
        opened.record(drafts(text))
        submit(opened, annual(shared_data, 2020), COMTRADE_MAP)
        view = opened.view("2022-06-01")
        (before,) = opened.results(view, ("aircraft",))
        assert before.terms[0].readings[0].sources == ()
        submit(opened, b"code,sign,target\n9999,+,8800\n99,-,8800\n", DERIVATION_MAP)
        (after,) = opened.results(opened.view("2022-06-01"), ("aircraft",))
        (source,) = after.terms[0].readings[0].sources
        assert source.low == "4398134873"


def test_annex_items_pick_the_farm_exports_of_2020(shared_data: Path, tmp_path: Path) -> None:
    """By the genuine items: what their headings come to, added up by hand from the same file's 4-digit rows (R3)."""
    text = AIRCRAFT.replace("CLASS", "annex-6.1").replace("REVISION", "").replace("CODE", "agriculture")
    raw = annual(shared_data, 2020)
    path, _ = GENUINE["annex-6.1-items"]
    items = list(csv.DictReader((shared_data / path).read_text(encoding="utf-8").splitlines()))
    farm = {row["annex_item_code"] for row in items if row["annex_sector"] == "Agriculture"}
    figures = {code: int(value) for _, code, value in csv.reader(raw.decode().splitlines()[1:])}
    by_hand = sum(value for code, value in figures.items() if code in farm)
    with small_ledger(tmp_path / "ledger", clock=lambda: "2026-01-02T03:04:05Z") as opened:
        opened.record(drafts(PLEDGE))
        opened.record(drafts(text))
        submit(opened, raw, COMTRADE_MAP)
        submit(opened, (shared_data / path).read_bytes(), "annex-6.1-items", published=None)
        (result,) = opened.results(opened.view("2022-06-01"), ("aircraft",))
        (source,) = result.terms[0].readings[0].sources
        assert (source.low, source.high) == (str(by_hand), str(by_hand))


# --- parties by their codes -------------------------------------------------------------------------------------------

COUNTRIES = """
kind: party
subject: prc
body: {kind: state, names: {en: China}, iso3166: CN}
---
kind: party
subject: usa
body: {kind: state, names: {en: United States}, iso3166: US}
"""

BY_CODES = (
    FIGURES_MAP.replace(b'header = ["year", "code", "yuan"]', b'header = ["year", "code", "yuan", "from", "to"]')
    .replace(b'reporter = "bb"', b'reporter = { column = "from", system = "iso-3166-alpha-3" }')
    .replace(b'authority_of = "bb"\n', b"")
    .replace(b'partner = "aa"', b'partner = { column = "to", system = "m49" }')
)


@pytest.fixture
def countries(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of two states with their ISO 3166 codes."""
    with small_ledger(tmp_path / "ledger", clock=lambda: "2026-01-02T03:04:05Z") as opened:
        opened.record(drafts(COUNTRIES))
        yield opened


def test_parties_are_told_by_a_genuine_table_that_is_evidence(shared_data: Path, countries: Ledger) -> None:
    """CHN and 840 are the ledger's own parties by a table; the mapping that evidence names says which (R3)."""
    raw = (shared_data / GENUINE["country-codes"][0]).read_bytes()
    table = format_mapping("country-codes")
    countries.submit(io.BytesIO(raw), name="c.csv", mapping=table, mapping_name="c.toml", published=DAY)
    rows = b"year,code,yuan,from,to\n2020,1001,560,CHN,840\n2020,1001,7,FRA,840\n"
    done = countries.submit(io.BytesIO(rows), name="f.csv", mapping=BY_CODES, mapping_name="f.toml", published=DAY)
    assert [one.subject for one in done.imported.series] == ["series:export/prc/usa"]
    assert [(row.row, row.column) for row in done.imported.rejected] == [(3, "from")]
    with countries.blob(done.imported.mapping.digest) as stream:
        kept = stream.read()
    assert kept.startswith(BY_CODES)
    # Entries 0 to 3 are the charter, the working key and the two parties.
    assert b"parties by their ISO 3166 codes, and tables of codes (entries 4, 5)." in kept
    again = read_evidence(io.BytesIO(rows), parse_mapping(kept, name="f.toml"), name="f.csv", published=DAY)
    assert again.series[0].observations.digest == done.imported.series[0].observations.digest


def test_parties_are_not_told_without_a_table(countries: Ledger) -> None:
    """Nothing is recorded, and the sentence says what is missing (style §7)."""
    size = countries.head().size
    rows = io.BytesIO(b"year,code,yuan,from,to\n2020,1001,560,CHN,840\n")
    with pytest.raises(NotFoundError, match="leads from iso-3166-alpha-3 to iso-3166-alpha-2; submit one"):
        countries.submit(rows, name="f.csv", mapping=BY_CODES, mapping_name="f.toml", published=DAY)
    assert countries.head().size == size


def test_preview_tells_parties_as_the_ledger_knows_them(
    countries: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is previewed is what would be recorded."""
    mapping = BY_CODES.replace(b'"iso-3166-alpha-3"', b'"iso-3166-alpha-2"').replace(b'"m49"', b'"iso-3166-alpha-2"')
    (tmp_path / "f.toml").write_bytes(mapping)
    (tmp_path / "f.csv").write_bytes(b"year,code,yuan,from,to\n2020,1001,560,CN,US\n")
    given = [str(tmp_path / "f.csv"), "--map", str(tmp_path / "f.toml"), "--ledger", str(countries.directory)]
    assert main(["submit", *given, "--preview", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["preview"]
    assert [one["subject"] for one in found["series"]] == ["series:export/prc/usa"]
